"""What a stored file of journeys must contain, checked before any column is unpacked."""

from __future__ import annotations

import zipfile
from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Any

import attrs
import numpy as np

from touchpoints._core.messages import first_few, quoted
from touchpoints.journeys.meta import BY_TEXT

HEADER = "journeys.json"
SINGLE = (
    *("codes", "offsets", "times", "ends", "ids", "persons"),
    *("counts", "began", "finished", "observed_until"),
)
NAMED = ("outcomes", "outcome_times", "values", "per_interaction", "per_journey")
PARTS = {
    "array": ("values",),
    "text": ("bytes", "stops"),
    "coded": ("codes", "bytes", "stops"),
    "mixed": ("kinds", "bytes", "stops"),
}
NPY = (1, 0)
_ALWAYS = ("codes", "offsets", "ids", "counts", "began", "finished")
_OF_INTERACTIONS = ("codes", "times", "ends", "per_interaction")
_PART_TYPES = {"bytes": "u1", "stops": "i8", "codes": "i4", "kinds": "i1"}
_TYPES = {
    **dict.fromkeys(("times", "ends", "observed_until", "outcome_times"), "M8[us]"),
    **dict.fromkeys(("outcomes", "values"), "f8"),
    **dict.fromkeys(("offsets", "counts", "ids", "persons"), "i8"),
    **dict.fromkeys(("began", "finished"), "?"),
    "codes": "i4",
}
_TEXTUAL = {"ids": ("text", "mixed"), "persons": ("text", "mixed")}
_PACKED = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)


def entry_name(number: int, part: str) -> str:
    """Return the name in the archive of a part of a column."""
    return f"{number:03}.{part}.npy"


def unlike(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """Return an object of JSON as a dict; raise when a name occurs twice in it."""
    twice = [name for name, count in Counter(name for name, _ in pairs).items() if count > 1]
    if twice:
        raise ValueError(f"a name occurs twice in the header: {first_few(twice)}")
    return dict(pairs)


def check_entries(archive: zipfile.ZipFile) -> None:
    """Check the directory of the archive: names that differ, ways of packing, a header as it is."""
    infos = archive.infolist()
    twice = [name for name, n in Counter(one.filename for one in infos).items() if n > 1]
    if twice:
        raise ValueError(f"an entry occurs twice: {first_few(twice)}")
    foreign = [one.filename for one in infos if one.compress_type not in _PACKED]
    header = archive.getinfo(HEADER)
    if foreign or header.compress_type or header.file_size != header.compress_size:
        raise ValueError(f"entries are packed in another way: {first_few(foreign or [HEADER])}")


def check_header(header: Mapping[str, Any], present: Iterable[str]) -> None:
    """Check each field of the header, and that the archive holds what it lists and no more."""
    _fields(header, "the header", ("format", "version", "columns", "touchpoints", "meta"))
    names = [_column(one) for one in _list(header["columns"], "columns")]
    twice = [name for name, count in Counter(names).items() if count > 1]
    if twice:
        raise ValueError(f"a column is listed twice: {first_few(twice)}")
    absent = [name for name in _ALWAYS if (name,) not in names]
    if absent:
        raise ValueError(f"columns are missing: {first_few(absent)}")
    listed = {
        entry_name(number, part)
        for number, one in enumerate(header["columns"])
        for part in one["entries"]
    }
    different = sorted(listed.symmetric_difference(present) - {HEADER})
    if different:
        raise ValueError(f"entries are missing or not listed: {first_few(different)}")
    for one in _list(header["touchpoints"], "touchpoints"):
        _touchpoint(one)
    _meta(header["meta"])


def _column(one: Any) -> tuple[str, ...]:
    _fields(one, "a column", ("name", "kind", "entries"))
    name = tuple(_texts(one["name"], "the name of a column"))
    single = len(name) == 1 and name[0] in SINGLE
    if not single and not (len(name) == 2 and name[0] in NAMED):
        raise ValueError(f"journeys have no column {quoted(one['name'])}")
    kind = one["kind"]
    kinds = _TEXTUAL.get(name[0], ()) if name[0] in _TYPES else ("coded",)
    if kind != "array" and kind not in kinds:
        raise ValueError(f"the column {'.'.join(name)!r} cannot be of the kind {quoted(kind)}")
    if sorted(_texts(one["entries"], "the entries of a column")) != sorted(PARTS[kind]):
        raise ValueError(f"the column {'.'.join(name)!r} has the entries {quoted(one['entries'])}")
    return name


def _touchpoint(one: Any) -> None:
    _fields(one, "a touchpoint", ("key", "type", "facets"))
    _texts([one["key"], one["type"]], "the key and type of a touchpoint")
    facets = _mapping(one["facets"], "the facets of a touchpoint")
    _texts(list(facets.values()), "the facets of a touchpoint")


def _meta(one: Any) -> None:
    optional = [name for name in ("defining", "blocks") if name in _mapping(one, "meta")]
    _fields(one, "meta", ("taxonomy", "lens", "timezone", "report", *optional))
    _texts(one["lens"], "lens")
    blocks = one.get("blocks")
    if blocks is not None and (type(blocks) is not int or blocks < 1):
        raise ValueError(f"blocks must be a number of blocks, got {quoted(blocks)}")
    for keys in _mapping(one.get("defining", {}), "defining").values():
        _texts(keys, "the keys that define an outcome")
    for name in BY_TEXT:
        _mapping(_mapping(one["report"], "report").get(name, {}), name)


def _fields(one: Any, what: str, names: tuple[str, ...]) -> None:
    if set(_mapping(one, what)) != set(names):
        raise ValueError(f"{what} must have {', '.join(names)}, got {first_few(one)}")


def _mapping(one: Any, what: str) -> Mapping[str, Any]:
    if not isinstance(one, Mapping):
        raise TypeError(f"{what} must be a mapping, got {quoted(one)}")
    return one


def _list(one: Any, what: str) -> list[Any]:
    if not isinstance(one, list):
        raise TypeError(f"{what} must be a list, got {quoted(one)}")
    return one


def _texts(one: Any, what: str) -> list[str]:
    if not all(isinstance(text, str) for text in _list(one, what)):
        raise TypeError(f"{what} must be a list of texts, got {quoted(one)}")
    return list(one)


# ------------------------------------------------------------------------------------------- sizes


@attrs.frozen
class _Shape:
    """The type and length of an array in the archive, as its own first bytes say."""

    dtype: np.dtype[Any]
    length: int


def check_sizes(archive: zipfile.ZipFile, columns: list[Mapping[str, Any]]) -> None:
    """Check the type and length of every array against those of the others, reading none.

    A megabyte may unpack to gigabytes: whether these are what the file says is known from the
    first bytes of each entry and from the directory of the archive.
    """
    shapes = {
        (number, part): _shape(archive, entry_name(number, part))
        for number, column in enumerate(columns)
        for part in column["entries"]
    }
    first = {column["name"][0]: number for number, column in enumerate(columns)}
    rows = shapes[first["codes"], "values"].length
    count = shapes[first["offsets"], "values"].length - 1
    for number, column in enumerate(columns):
        name = column["name"]
        expected = rows if name[0] in _OF_INTERACTIONS else count + (name[0] == "offsets")
        found = {part: shapes[number, part] for part in column["entries"]}
        _check_column(".".join(name), column["kind"], found, expected)
        wanted = _TYPES.get(name[0])
        if wanted and column["kind"] == "array" and found["values"].dtype != np.dtype(wanted):
            raise ValueError(f"{name[0]} must hold {wanted}, got {found['values'].dtype}")


def _check_column(name: str, kind: str, found: Mapping[str, _Shape], expected: int) -> None:
    for part, dtype in _PART_TYPES.items():
        if part in found and found[part].dtype != np.dtype(dtype):
            raise ValueError(f"{part} of {name} must hold {dtype}, got {found[part].dtype}")
    by_row = {"array": "values", "text": "stops", "coded": "codes", "mixed": "kinds"}[kind]
    long = found[by_row].length != expected
    if kind == "mixed":
        long |= found["stops"].length != expected
    elif kind == "coded":  # texts that differ: at most one is empty
        long |= found["stops"].length > found["bytes"].length + 1
    if long:
        lengths = {part: one.length for part, one in found.items()}
        raise ValueError(f"{name} must have {expected:,} values, got {lengths}")


def _shape(archive: zipfile.ZipFile, name: str) -> _Shape:
    with archive.open(name) as stream:
        if np.lib.format.read_magic(stream) != NPY:
            raise ValueError(f"{name} has an unknown version of the npy format")
        shape, _, dtype = np.lib.format.read_array_header_1_0(stream)
        begins = stream.tell()
    if dtype.hasobject:
        raise ValueError(f"{name} holds objects")
    size = archive.getinfo(name).file_size
    if len(shape) != 1 or shape[0] < 0 or begins + shape[0] * dtype.itemsize != size:
        raise ValueError(f"{name} has {size:,} bytes for an array of the shape {shape}")
    return _Shape(dtype, shape[0])
