"""Input of any kind is answered with a value or an error of this library, and soon."""

from __future__ import annotations

import io
import json
import tempfile
import time
import warnings
import zipfile
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import touchpoints as tp
from tests.fuzz.malformed import MALFORMED
from tests.fuzz.readers import READERS
from tests.naive_paths import built
from tests.strategies import examples
from touchpoints.errors import TouchpointsError, TouchpointsWarning

MOST_SECONDS = 20
GOOD = {
    "taxonomy": [
        'name = "n"\n[facets.channel.terms.web]\nlabels.en = "Web"\n[types.ad]\nchannel = "web"\n'
    ],
    "rules": [
        '[[rule]]\nwhen.x.contains = "ad"\nwhen.y.min = 5\ntype = "ad"\nneed = "learn"\n',
        'decimal = ","\ndates = ["%d/%m/%Y"]\n[[rule]]\nwhen.x.words = "a*"\nleave_out = "why"\n',
        '[[rule]]\nwhen.x.regex = "/(?P<a>.)"\ntype = "ad"\ncolumns.a = { group = "a" }\n',
        '[[rule]]\nwhen.x = true\nneed = { field = "x" }\n[default]\ntype = "ad"\n',
        '[[rule]]\nwhen.x = 7\ntype = "ad"\n[[test]]\nevent.x = "7"\nexpect = "ad"\n',
        '[[rule]]\ninclude = "a.toml"\n[[rule]]\nwhen.x.in = { file = "a" }\ntype = "ad"\n',
    ],
    "keywords": ['[type.ad]\nen = ["ad*", "advert"]\n[need]\nlearn = ["how"]\n'],
    "plan": [
        'name = "n"\n[stages]\ns = "S"\n[touchpoints.a]\nstage = "s"\nthen = ["a"]\nmost = 2\n'
    ],
    "csv": ["source;category\na.com;search\n"],
    "json": ['{"social": {"A": ["a.com"]}}'],
    "yaml": ["A:\n  - a.com\n"],
    "pattern": ['a b* (c | "d e")+ [need=learn|compare] ^x$ .{2,5}?'],
    "regex": [r"(?i)a[b-d]{2,3}\b(?:x|y)*?$"],
    "graphml": ["<node id='a'/><edge source='a' target='a'/>"],
}
TEXTS = {
    reader: [
        *GOOD[reader],
        *(
            one
            for some in MALFORMED[reader].values()
            for one, _ in some
            if isinstance(one, str) and len(one) < 500
        ),
    ]
    for reader in GOOD
}
PIECES = ["[", "]", "{", "}", "(", ")", '"', "'", "=", ".", ",", ":", "*", "+", "?", "\\", "\n"]
PIECES += [
    "<",
    ">",
    "&",
    ";",
    "|",
    "^",
    "$",
    "-",
    "#",
    "0",
    "9",
    "a",
    "\x00",
    "é",
    "\u202e",
    "true",
]


def answered(reader: str, given: Any) -> None:
    """Read an input; only an error of this library may come of it, and not late."""
    began = time.process_time()
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", TouchpointsWarning)
            READERS[reader](given)
    except TouchpointsError as error:
        message = str(error)
        assert message
    assert MOST_SECONDS > time.process_time() - began


@st.composite
def mutated(draw: st.DrawFn, texts: list[str]) -> str:
    """Draw a document of these with parts of it repeated, left out, swapped or replaced."""
    text = draw(st.sampled_from(texts))
    for _ in range(draw(st.integers(1, 4))):
        low, high = sorted(draw(st.tuples(*[st.integers(0, len(text))] * 2)))
        piece = draw(st.sampled_from([*PIECES, text[low:high], ""]) | st.text(max_size=3))
        piece *= draw(st.sampled_from([1, 1, 1, 2, 50]))
        text = text[:low] + piece + text[high:]
        text = text[:5_000]
    return text


@pytest.mark.parametrize("reader", sorted(GOOD))
@examples(60)
@given(data=st.data())
def test_mutated_documents(reader: str, data: st.DataObject) -> None:
    """Taxonomies, rules, key words, plans, lists of sources, patterns, GraphML."""
    answered(reader, data.draw(mutated(TEXTS[reader])))


VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-3, 3)
    | st.floats()
    | st.dates()
    | st.sampled_from(["", "a", "b", "*", "unknown", "type", "\x00", "\ud800", "é" * 300]),
    lambda some: st.lists(some, max_size=3) | st.dictionaries(st.text("ab.", max_size=2), some),
    max_leaves=6,
)
NAMES = st.sampled_from(
    [
        *("name", "version", "extends", "languages", "facets", "types", "terms", "labels", "en"),
        *(
            "rule",
            "when",
            "x",
            "regex",
            "min",
            "all",
            "any",
            "not",
            "in",
            "type",
            "need",
            "channel",
        ),
        *("default", "test", "event", "expect", "leave_out", "columns", "field", "group", "terms"),
        *("decimal", "dates", "include", "file", "words", "fold", "provenance"),
        *("touchpoints", "stages", "stage", "then", "most", "optional", "any_order", "failures"),
        *("nodes", "edges", "links", "id", "source", "target", "graph", "directed", "multigraph"),
        *(
            "taxonomy",
            "order",
            "channel",
            "ordered",
            "broader",
            "context",
            "defaults",
            "column",
            "a",
            "",
        ),
    ]
)
DOCUMENTS = st.recursive(
    VALUES,
    lambda some: st.dictionaries(NAMES, some, max_size=5) | st.lists(some, max_size=3),
    max_leaves=12,
).filter(lambda one: isinstance(one, dict))


@pytest.mark.parametrize("reader", ["taxonomy", "rules", "keywords", "plan"])
@examples(80)
@given(document=st.dictionaries(NAMES, DOCUMENTS | VALUES, max_size=5))
def test_documents_of_any_shape(reader: str, document: dict[str, Any]) -> None:
    """Well-formed TOML whose tables hold what they should not."""
    answered(reader, toml(document))


def toml(document: dict[str, Any]) -> str:
    """Write a document as TOML; None is left out, as TOML has nothing of the kind."""
    return "".join(f"{written(name)} = {written(one)}\n" for name, one in document.items())


def written(value: Any) -> str:
    """Write a value as TOML."""
    if isinstance(value, dict):
        return "{" + ", ".join(f"{written(k)} = {written(v)}" for k, v in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(map(written, value)) + "]"
    if isinstance(value, bool) or value is None:
        return str(bool(value)).lower()
    if isinstance(value, str):
        return json.dumps(value, ensure_ascii=True).replace("\\ud800", "?")
    return str(value)


@examples(150)
@given(
    data=VALUES | DOCUMENTS | st.fixed_dictionaries({"nodes": VALUES}, optional={"edges": VALUES})
)
def test_node_link_data_of_any_shape(data: Any) -> None:
    """Nodes and edges of any kind, in any places."""
    answered("node-link", data)


ELEMENTS = st.sampled_from(["node", "edge", "graph", "data", "key", "hyperedge", "port", "x"])
ATTRIBUTES = st.dictionaries(
    st.sampled_from(["id", "source", "target", "key", "for", "attr.name", "attr.type", "directed"]),
    st.sampled_from(["a", "b", "", "int", "node", "true", "boolean", "None"]),
    max_size=4,
)


@st.composite
def elements(draw: st.DrawFn, depth: int = 3) -> str:
    """Draw elements of GraphML in any places."""
    inside = ""
    for _ in range(draw(st.integers(0, 4 if depth else 0))):
        name, given = draw(ELEMENTS), draw(ATTRIBUTES)
        said = "".join(f' {key}="{value}"' for key, value in given.items())
        inside += f"<{name}{said}>{draw(elements(depth - 1))}</{name}>"
    return inside + draw(st.sampled_from(["", "", "1", "x"]))


@examples(150)
@given(elements())
def test_graphml_of_any_shape(inside: str) -> None:
    """Well-formed XML whose elements stand where they should not."""
    answered("graphml", inside)


# ------------------------------------------------------------------------------------ stored files


@cache
def stored(*, compressed: bool) -> bytes:
    """Return a stored file with columns of every kind."""
    journeys = built(["ab", "b", ""], persons=["ana", None, 5], outcomes={"sale": [1, 0, np.nan]})
    with tempfile.TemporaryDirectory() as folder:
        tp.write_journeys(journeys, Path(folder, "a"), compressed=compressed)
        return Path(folder, "a").read_bytes()


@examples(200)
@given(st.booleans(), st.data())
def test_stored_files_with_mutated_bytes(compressed: bool, data: st.DataObject) -> None:
    """Bytes replaced, left out and repeated anywhere."""
    content = stored(compressed=compressed)
    for _ in range(data.draw(st.integers(1, 5))):
        low = data.draw(st.integers(0, len(content)))
        high = min(low + data.draw(st.integers(0, 20)), len(content))
        content = content[:low] + data.draw(st.binary(max_size=20)) + content[high:]
    answered("storage", content)


@examples(150)
@given(st.data())
def test_stored_files_with_mutated_entries(data: st.DataObject) -> None:
    """The checksums are right: only what is said can be wrong."""
    with zipfile.ZipFile(io.BytesIO(stored(compressed=False))) as archive:
        entries = {name: archive.read(name) for name in archive.namelist()}
    name = data.draw(st.sampled_from(sorted(entries)))
    content = entries[name]
    low = data.draw(st.integers(0, len(content)))
    high = min(low + data.draw(st.integers(0, 10)), len(content))
    piece = data.draw(st.binary(max_size=10) | st.sampled_from([b"5", b"null", b"[]", b'"a"']))
    entries[name] = content[:low] + piece + content[high:]
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        for one, some in entries.items():
            archive.writestr(one, some)
    answered("storage", stream.getvalue())


@examples(150)
@given(st.data())
def test_stored_files_with_other_headers(data: st.DataObject) -> None:
    """Any value of the header replaced by any other."""
    with zipfile.ZipFile(io.BytesIO(stored(compressed=False))) as archive:
        entries = {name: archive.read(name) for name in archive.namelist()}
    header = json.loads(entries["journeys.json"])
    within: Any = header
    while True:
        keys = list(within) if isinstance(within, dict) else list(range(len(within)))
        key = data.draw(st.sampled_from(keys))
        if not (isinstance(within[key], (dict, list)) and within[key] and data.draw(st.booleans())):
            break
        within = within[key]
    within[key] = data.draw(VALUES)
    entries["journeys.json"] = json.dumps(header, default=str).encode()
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        for one, some in entries.items():
            archive.writestr(one, some)
    answered("storage", stream.getvalue())


# ------------------------------------------------------------------------------ columns and frames

ODD = st.sampled_from(
    [
        *(
            "?",
            "i1",
            "u8",
            "f2",
            "f4",
            "c8",
            "S3",
            "U3",
            "V4",
            "M8[ns]",
            "M8[us]",
            "M8[s]",
            "M8[D]",
        ),
        *(
            "M8[D]",
            "M8[Y]",
            # Not "M8" without a unit: numpy cannot print it, so that a failure could not be shown.
            "m8[s]",
            "m8",
            "O",
            "i4,f4",
            ">i8",
            ">f8",
            ">M8[us]",
            "<U0",
            "S0",
        ),
    ]
)
CELLS = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=4)
CELLS |= st.binary(max_size=4) | st.dates() | st.datetimes() | st.timedeltas() | st.times()
CELLS |= st.decimals() | st.complex_numbers() | st.just(()) | st.just([1]) | st.just({})
CELLS |= st.integers(2**62, 10**40)
ROLES = st.sampled_from(["id", "at", "what", "n", "person"])
OPTIONS = st.fixed_dictionaries(
    {},
    optional={
        "count": st.just("n"),
        "tiebreak": st.just("n"),
        "per_journey": st.just(("n",)),
        "per_interaction": st.just(("n",)),
        "person": st.just("person"),
        "end": st.just("n"),
        "tz": st.sampled_from(["UTC", "America/New_York", "Europe", "", "x"]),
        "time_format": st.sampled_from(["epoch_s", "epoch_ns", "%Y", "%Q", "%d/%m/%Y", ""]),
        "unmatched": st.sampled_from(["drop", "keep", "raise"]),
        "duplicates": st.sampled_from(["drop", "keep"]),
    },
)


@st.composite
def odd_arrays(draw: st.DrawFn) -> Any:
    """Draw two cells of an odd dtype: the bytes of both are random."""
    dtype = np.dtype(draw(ODD))
    if dtype.hasobject:
        return np.array([*draw(st.lists(CELLS, min_size=2, max_size=2)), None], object)[:2]
    size = 2 * dtype.itemsize
    data = draw(st.binary(min_size=size, max_size=size))
    return np.frombuffer(data, dtype) if size else np.zeros(2, dtype)


@examples(300)
@given(st.dictionaries(ROLES, odd_arrays() | st.lists(CELLS, min_size=2, max_size=2)), OPTIONS)
def test_columns_of_any_kind(columns: dict[str, Any], options: dict[str, Any]) -> None:
    """Arrays of odd dtypes and lists of anything, in any role, with any options."""
    given_columns = {"n": [1, 2], "person": ["p", "q"], **columns}
    with np.errstate(all="ignore"), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        answered("log", {**given_columns, **options})


# Kept out is what pandas takes and cannot give back: text not in Unicode, times without a unit.
ARRAYS = odd_arrays().filter(lambda one: one.dtype.kind != "U" and one.dtype != np.dtype("M8"))


@examples(150)
@given(st.dictionaries(ROLES, ARRAYS | st.lists(CELLS, min_size=2, max_size=2)))
def test_frames_of_any_kind(columns: dict[str, Any]) -> None:
    """What pandas makes a frame of, this library reads or refuses."""
    pd = pytest.importorskip("pandas")
    with np.errstate(all="ignore"), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            pd.DataFrame(columns)
        except (ValueError, TypeError, OverflowError, NotImplementedError):
            return
        answered("frame", columns)
