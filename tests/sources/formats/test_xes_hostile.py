"""Files of XES that are broken, hostile or wrong: refused with a place, or counted (A4)."""

from __future__ import annotations

import gzip
import re
from pathlib import Path

import numpy as np
import pytest

import touchpoints as tp
from tests.sources.formats.test_xes import DAY, FIXTURE, event, log, string, trace

BAD = tp.errors.InvalidInputError
LAUGHS = """<?xml version="1.0"?>
<!DOCTYPE log [
  <!ENTITY a "haha">
  <!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;">
  <!ENTITY c "&b;&b;&b;&b;&b;&b;&b;&b;&b;&b;">
]>
<log><trace><string key="concept:name" value="&c;"/></trace></log>"""


def written(folder: Path, content: str | bytes) -> Path:
    """Write a file."""
    path = folder / "bad.xes"
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return path


@pytest.mark.parametrize(
    ("text", "said", "where"),
    [
        (LAUGHS, "has a document type", "line 2, column 1"),
        (
            '<!DOCTYPE log SYSTEM "http://example.org/log.dtd"><log/>',
            "has a document type",
            "line 1",
        ),
        ("<log>&secret;</log>", "undefined entity", "line 1, column 6"),
        ("<log>\n<trace>\n</log>", "mismatched tag", "line 3, column 3"),
        ("<log><trace>", "no element found", "line 1, column 13"),
        ("<log/><log/>", "junk after document element", "line 1, column 7"),
        ('<log><string key="a" key="b"/></log>', "duplicate attribute", "line 1"),
        ("<log a=1/>", "not well-formed", "line 1, column 8"),
        ('<?xml version="1.0" encoding="nonsense"?><log/>', "encoding 'nonsense'", "line 1"),
        ('<?xml version="1.0" encoding="gb2312"?><log/>', "encoding 'gb2312'", "line 1"),
        ("<log>\x01</log>", "not well-formed", "line 1, column 6"),
        ("event,time\na,b", "syntax error", "line 1, column 1"),
        ("<Log/>", "must be <log>, got <Log>", "case-sensitive"),
        ("<html><body/></html>", "must be <log>, got <html>", "line 1, column 1"),
    ],
)
def test_broken_xml_is_refused_with_its_place(
    tmp_path: Path, text: str, said: str, where: str
) -> None:
    """Line and column of what cannot be read; no entity is expanded."""
    with pytest.raises(BAD) as error:
        tp.sources.xes(written(tmp_path, text))
    assert said in str(error.value)
    assert where in str(error.value)


def test_external_entities_are_not_read(tmp_path: Path) -> None:
    """A file that is named in an entity is not opened."""
    secret = tmp_path / "secret.txt"
    secret.write_text("secret")
    text = f'<!DOCTYPE log [<!ENTITY x SYSTEM "{secret.as_uri()}">]><log>&x;</log>'
    with pytest.raises(BAD, match="document type"):
        tp.sources.xes(written(tmp_path, text))


@pytest.mark.parametrize("content", [b"", b"\xef\xbb\xbf", b"   \n"])
def test_a_file_without_content_is_refused(tmp_path: Path, content: bytes) -> None:
    """Nothing is no log."""
    with pytest.raises(BAD, match=r"file is empty|no element found"):
        tp.sources.xes(written(tmp_path, content))


def test_a_file_in_another_encoding_is_refused_with_the_byte(tmp_path: Path) -> None:
    """Latin text in a file that says it is UTF-8; one that declares Latin is read."""
    body = '<log><trace><string key="concept:name" value="café"/></trace></log>'
    with pytest.raises(BAD, match=r"not written in the encoding.*line 1, column 50, byte 49"):
        tp.sources.xes(written(tmp_path, body.encode("latin-1")))

    declared = f'<?xml version="1.0" encoding="ISO-8859-1"?>{body}'.encode("latin-1")
    assert tp.sources.xes(written(tmp_path, declared)).ids.tolist() == ["café"]
    wide = f'<?xml version="1.0" encoding="UTF-16"?>{body}'.encode("utf-16")
    assert tp.sources.xes(written(tmp_path, wide)).ids.tolist() == ["café"]


def test_a_file_cut_off_anywhere_is_refused(tmp_path: Path) -> None:
    """Compressed or not, at every place: an error of this library, never part of a log."""
    plain = FIXTURE.read_bytes()
    packed = gzip.compress(plain, mtime=0)
    for content, step in ((plain, 61), (packed, 17)):
        for size in range(3, len(content) - 2, step):
            with pytest.raises(BAD):
                tp.sources.xes(written(tmp_path, content[:size]))


def test_a_damaged_compressed_file_is_refused(tmp_path: Path) -> None:
    """A byte that changed."""
    packed = bytearray(gzip.compress(FIXTURE.read_bytes(), mtime=0))
    packed[len(packed) // 2] ^= 0xFF
    with pytest.raises(BAD):
        tp.sources.xes(written(tmp_path, bytes(packed)))


def test_deep_nesting_is_read(tmp_path: Path) -> None:
    """A hundred thousand attributes within each other are counted, without recursion."""
    depth = 100_000
    nested = '<string key="k" value="v">' * depth + "</string>" * depth
    journeys = tp.sources.xes(log(tmp_path, nested, trace("1", event("a", DAY, nested))))

    assert journeys.meta.report.noted == {
        "an attribute within another attribute, left out": 2 * (depth - 1)
    }
    assert journeys.per_interaction["k"].to_list() == ["v"]


def test_a_huge_value_is_read(tmp_path: Path) -> None:
    """Ten megabytes of text in one attribute."""
    journeys = tp.sources.xes(log(tmp_path, trace("1", event("a", DAY, string("k", "v" * 10**7)))))
    assert len(journeys.per_interaction["k"].to_list()[0]) == 10**7


@pytest.mark.parametrize(
    ("kind", "value", "said"),
    [
        ("int", "1.5", "holds no integer"),
        ("int", "1_000", "holds no integer"),
        ("int", "٣", "holds no integer"),
        ("int", "9223372036854775808", "holds no integer"),
        ("int", "", "holds no integer"),
        ("float", "1,5", "holds no number"),
        ("float", "1_0.5", "holds no number"),
        ("boolean", "maybe", "neither true nor false"),
        ("date", "02.03.2026", "no date and time"),
        ("date", "2026-13-01T00:00:00Z", "no date and time"),
        ("date", "now", "no date and time"),
        ("date", "2026", "no date and time"),
        ("date", "2026-03-02T10:00:00+25:00", "no date and time"),
    ],
)
def test_values_of_a_wrong_type_are_refused_or_counted(
    tmp_path: Path, kind: str, value: str, said: str
) -> None:
    """With the place and the value; skipped, the event stays and the value is missing."""
    good = {"int": "7", "float": "7", "boolean": "true", "date": DAY}[kind]
    path = log(
        tmp_path,
        trace(
            "1", event("a", DAY, string("k", value, kind)), event("b", DAY, string("k", good, kind))
        ),
    )
    with pytest.raises(BAD) as error:
        tp.sources.xes(path)
    assert said in str(error.value)
    assert repr(value) in str(error.value)

    journeys = tp.sources.xes(path, on_error="skip")
    assert journeys[0].keys == ("a", "b")
    kept = journeys.per_interaction["k"]
    assert np.isnan(kept[0]) if kept.dtype.kind == "f" else np.isnat(kept[0])
    assert sum(journeys.meta.report.noted.values()) == 1


def test_a_time_that_cannot_be_read_is_refused_or_its_event_counted(tmp_path: Path) -> None:
    """A missing time follows missing=, as in all readers."""
    bare = f"<event>{string('concept:name', 'c')}</event>"
    path = log(tmp_path, trace("1", event("a", "yesterday"), event("b", DAY), bare))
    with pytest.raises(BAD, match=r"event, number 1 of the file: 'yesterday'"):
        tp.sources.xes(path)

    with pytest.warns(tp.errors.TouchpointsWarning, match="1 event cannot be read"):
        journeys = tp.sources.xes(path, on_error="skip")
    report = journeys.meta.report
    assert journeys[0].keys == ("b",)
    assert (report.rows, report.skipped, report.without_time) == (3, 1, 1)
    with pytest.raises(BAD, match="has no time"):
        tp.sources.xes(log(tmp_path, trace("1", event("b", DAY), bare)), missing="raise")


def test_a_time_that_is_written_as_text_is_read(tmp_path: Path) -> None:
    """And counted; text that is no time is refused."""
    text = string("time:timestamp", "2026-03-02T10:00:00Z")
    plain = f"<event>{string('concept:name', 'a')}{text}</event>"
    journeys = tp.sources.xes(log(tmp_path, trace("1", plain)))
    assert journeys.times[0] == np.datetime64("2026-03-02T10:00")
    assert journeys.meta.report.noted == {"a time:timestamp that is not a date attribute": 1}
    wrong = plain.replace("2026-", "2026/")
    with pytest.raises(BAD, match="not a date and time"):
        tp.sources.xes(log(tmp_path, trace("1", wrong)))
    with pytest.warns(tp.errors.TouchpointsWarning, match="1 event cannot be read"):
        kept = tp.sources.xes(log(tmp_path, trace("1", plain, wrong)), on_error="skip")
    assert len(kept[0]) == 1


def test_traces_without_a_name_are_refused_or_their_events_counted(tmp_path: Path) -> None:
    """A default of the log does not name them: all would be one journey."""
    default = f'<global scope="trace">{string("concept:name", "everybody")}</global>'
    nameless = f"<trace>{event('a', DAY)}{event('b', DAY)}</trace>"
    path = log(tmp_path, default, trace("1", event("c", DAY)), nameless, "<trace/>")
    with pytest.raises(BAD, match="trace 2 of the file"):
        tp.sources.xes(path)
    with pytest.warns(tp.errors.TouchpointsWarning, match="2 events cannot be read"):
        journeys = tp.sources.xes(path, on_error="skip")
    assert journeys.ids.tolist() == ["1"]
    assert journeys.meta.report.skipped == 2
    assert journeys.meta.report.noted == {
        "a trace without a concept:name and without events, left out": 1
    }


def test_events_without_a_name_follow_unmatched(tmp_path: Path) -> None:
    """As in all readers."""
    bare = f"<event>{string('time:timestamp', DAY, 'date')}</event>"
    path = log(tmp_path, trace("1", event("a", DAY), bare))
    with pytest.raises(BAD, match="1 row has no touchpoint name"):
        tp.sources.xes(path)
    assert tp.sources.xes(path, unmatched="drop").meta.report.without_touchpoint == 1


@pytest.mark.parametrize(
    "inside",
    [
        "<log/>",
        "<trace><trace/></trace>",
        f"<trace>{string('concept:name', '1')}{event('a', DAY, '<event/>')}</trace>",
        "<trace><event><string key='a' value='b'><trace/></string></event></trace>",
        "<global><event/></global>",
    ],
)
def test_elements_out_of_place_are_refused_or_counted(tmp_path: Path, inside: str) -> None:
    """Part of the log would be lost without a word."""
    path = log(tmp_path, inside)
    with pytest.raises(BAD, match="stands where XES has none"):
        tp.sources.xes(path)
    with pytest.warns(tp.errors.TouchpointsWarning, match="cannot be read"):
        journeys = tp.sources.xes(path, on_error="skip", unmatched="drop")
    assert journeys.meta.report.skipped >= 1


def test_unknown_elements_and_events_outside_of_traces_are_counted(tmp_path: Path) -> None:
    """Names are case-sensitive: <String> is none of XES."""
    wrong = '<String key="concept:name" value="a"/>'
    outside = event("b", DAY)
    path = log(tmp_path, "<foo/>", outside, trace("1", wrong, event("c", DAY, wrong)))
    journeys = tp.sources.xes(path)

    assert journeys.meta.report.left_out_reasons == {"an event outside of any trace": 1}
    assert journeys.meta.report.noted == {
        "an element that is none of XES (names are case-sensitive), left out": 3
    }


@pytest.mark.parametrize("attribute", ['<string key="k"/>', '<string value="v"/>', "<int/>"])
def test_attributes_without_key_or_value(tmp_path: Path, attribute: str) -> None:
    """Refused with their place, or counted."""
    path = log(tmp_path, trace("1", event("a", DAY, attribute)))
    with pytest.raises(BAD, match=r"an attribute has no (key|value)="):
        tp.sources.xes(path)
    noted = tp.sources.xes(path, on_error="skip").meta.report.noted
    assert sum(noted.values()) == 1


def test_a_key_twice_and_a_key_of_two_types(tmp_path: Path) -> None:
    """The last value of an event counts; numbers of two types are floats, others text."""
    flag = string("f", "true", "boolean")
    events = (
        event("a", DAY, string("k", "x"), string("k", "y"), string("n", "1", "int")),
        event("b", DAY, string("n", "2.5", "float"), string("m", "1", "int")),
        event("c", DAY, string("m", "one"), flag, string("d", DAY, "date")),
        event("d", DAY, string("f", "soon"), string("d", "later"), string("k", "z")),
    )
    journeys = tp.sources.xes(log(tmp_path, trace("1", *events)))
    kept = journeys.per_interaction

    assert kept["k"].to_list() == ["y", None, None, "z"]
    np.testing.assert_array_equal(kept["n"], [1, 2.5, np.nan, np.nan])
    assert kept["m"].to_list() == [None, "1", "one", None]
    assert kept["f"].to_list() == [None, None, "true", "soon"]
    assert kept["d"].to_list()[3] == "later"
    assert journeys.meta.report.noted == {
        "an attribute that one element holds twice, of which the last was kept": 1,
        "an attribute whose values are of several types, read as one": 4,
    }


def test_columns_that_are_filled_only_here_and_there(tmp_path: Path) -> None:
    """Each type, in many events, with gaps before, between and after; a twin by hand."""
    rng = np.random.default_rng(3)
    kinds = ("string", "int", "float", "boolean", "date")
    expected: dict[str, list[str | None]] = {kind: [] for kind in kinds}
    events = []
    for row in range(500):
        inside = []
        for kind in kinds:
            known = rng.random() < 0.1
            value = {"string": f"t{row}", "int": str(row), "float": f"{row}.5", "boolean": "true",
                     "date": f"2026-01-01T00:{row // 60:02d}:{row % 60:02d}Z"}[kind]  # fmt: skip
            expected[kind].append(value if known else None)
            inside += [string(kind, value, kind)] if known else []
        events.append(event("a", DAY, *inside))
    kept = tp.sources.xes(log(tmp_path, trace("1", *events))).per_interaction

    assert kept["string"].to_list() == expected["string"]
    for kind in ("int", "float", "boolean"):
        numbers = [
            np.nan if one is None else float(one.replace("true", "1")) for one in expected[kind]
        ]
        np.testing.assert_array_equal(kept[kind], numbers)
    dates = [np.datetime64("NaT" if one is None else one[:-1], "us") for one in expected["date"]]
    np.testing.assert_array_equal(kept["date"], np.array(dates))


def test_times_as_the_standard_library_reads_them(tmp_path: Path) -> None:
    """Offsets, fractions, dates alone: a twin of the standard library, value by value."""
    import datetime as dt

    texts = [
        "2026-03-02T10:00:00+05:30", "2026-03-02T10:00:00.5-03:00", "2026-03-02T10:00:00.123456Z",
        "1999-12-31T23:59:59.999+00:00", "0001-01-02T00:00:00Z", "9999-12-30T00:00:00Z",
        "2026-03-02 10:00:00+01:00", "2026-03-02T10:00+01:00", "2026-03-02T10:00:00+0100",
    ]  # fmt: skip
    events = [event("a", one) for one in texts]
    times = tp.sources.xes(log(tmp_path, trace("1", *events))).times
    expected = sorted(
        dt.datetime.fromisoformat(one).astimezone(dt.UTC).replace(tzinfo=None) for one in texts
    )
    assert times.tolist() == expected


def test_unusual_arguments(tmp_path: Path) -> None:
    """What is no path, no file, no option, no zone."""
    with pytest.raises(tp.errors.NotFoundError, match="does not exist"):
        tp.sources.xes(tmp_path / "none.xes")
    with pytest.raises(tp.errors.NotFoundError, match="is a folder"):
        tp.sources.xes(tmp_path)
    with pytest.raises(tp.errors.WrongKindError, match="path"):
        tp.sources.xes([{"concept:name": "a"}])
    with pytest.raises(tp.errors.WrongKindError, match="did you mean 'taxonomy'"):
        tp.sources.xes(FIXTURE, taxonmy=None)
    with pytest.raises(tp.errors.NotFoundError, match="Europe/Madrid"):
        tp.sources.xes(FIXTURE, tz="Europe/Madird")
    with pytest.raises(BAD, match="at least one key"):
        tp.sources.xes(FIXTURE, classifier=[])
    assert re.search("source", tp.sources.xes.__doc__)
