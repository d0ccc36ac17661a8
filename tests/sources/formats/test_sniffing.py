"""How a text file is written: encodings, separators, decimals, and dates that nothing decides."""

from __future__ import annotations

import codecs
import datetime as dt
import gzip
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import touchpoints as tp
from touchpoints._core.instants import from_text
from touchpoints.sources._shared.text_files.quick_times import quick_iso, quick_times
from touchpoints.sources._shared.text_files.time_formats import shape_of

HEAD = "id;at;what"


def written(folder: Path, text: str, *, encoding: str = "utf-8", name: str = "log.csv") -> Path:
    """Write a file and return its path."""
    path = folder / name
    path.write_bytes(text.encode(encoding))
    return path


@pytest.mark.parametrize(
    ("encoding", "told"),
    [
        ("utf-8", "utf-8"),
        ("utf-8-sig", "utf-8-sig"),
        ("utf-16", "utf-16"),
        ("utf-16-le", "utf-16-le"),
        ("utf-16-be", "utf-16-be"),
        ("utf-32", "utf-32"),
        ("cp1252", "cp1252"),
        ("latin-1", "cp1252"),
    ],
)
def test_encodings_are_told(tmp_path: Path, encoding: str, told: str) -> None:
    """The names of columns come out, whatever the file is written in."""
    path = written(tmp_path, "id;año;qué\n7;2026-01-31;búsqueda\n", encoding=encoding)
    found = tp.sources.sniff(path)

    assert found.encoding == told
    assert found.columns == ("id", "año", "qué")


def test_characters_of_windows_alone_are_the_evidence(tmp_path: Path) -> None:
    """A euro sign is no character of Latin-1."""
    path = written(tmp_path, "id;at;what\n7;2026-01-31;5 €\n", encoding="cp1252")
    assert "a character of Windows alone" in tp.sources.sniff(path).evidence["encoding"]


def test_utf8_with_damaged_bytes_is_no_other_encoding(tmp_path: Path) -> None:
    """Many letters of UTF-8 and one damaged byte: the byte is named, nothing is guessed."""
    path = tmp_path / "log.csv"
    path.write_bytes(f"{HEAD}\n7;2026-01-31;áéíóú".encode() + b"\xff\n")
    with pytest.raises(tp.errors.InvalidInputError, match=r"damaged bytes .*byte 34"):
        tp.sources.sniff(path)


def test_bytes_of_no_encoding_that_can_be_told_are_refused(tmp_path: Path) -> None:
    """Byte 0x81 is undefined in Windows-1252."""
    path = tmp_path / "log.csv"
    path.write_bytes(f"{HEAD}\n7;2026-01-31;".encode() + b"\x81\n")
    with pytest.raises(tp.errors.InvalidInputError, match="cannot be told"):
        tp.sources.sniff(path)


@pytest.mark.parametrize("mark", [",", ";", "\t", "|"])
def test_separators_are_told(tmp_path: Path, mark: str) -> None:
    """Cells that hold other separators, quotes and line breaks do not mislead."""
    rows = [["id", "at", "what"], ["7", "2026-01-31", 'a,b;c|d\te "x"\nnext']] * 1
    text = "\n".join(mark.join(f'"{c.replace(chr(34), chr(34) * 2)}"' for c in r) for r in rows)
    found = tp.sources.sniff(written(tmp_path, text + "\n"))

    assert (found.separator, len(found.columns), found.rows) == (mark, 3, 1)


def test_decimal_commas_do_not_make_a_comma_the_separator(tmp_path: Path) -> None:
    """The row of names has as many cells as the others only with the right separator."""
    path = written(tmp_path, "id;at;paid\n1;2026-01-31;1,5\n2;2026-01-31;2,5\n")
    found = tp.sources.sniff(path)

    assert (found.separator, found.decimal, found.numbers) == (";", ",", ("id", "paid"))


def test_separators_that_fit_equally_well_are_refused(tmp_path: Path) -> None:
    """Every row has as many commas as semicolons."""
    with pytest.raises(tp.errors.InvalidInputError, match="comma and semicolon fit equally"):
        tp.sources.sniff(written(tmp_path, "a,b;c\n1,2;3\n"))


def test_the_first_line_of_excel_names_the_separator(tmp_path: Path) -> None:
    """`sep=;` is no row of names; the rows after it are read."""
    path = written(tmp_path, f"sep=|\r\n{HEAD.replace(';', '|')}\r\n7|2026-01-31|a;b;c;d\r\n")
    found = tp.sources.sniff(path)

    assert (found.separator, found.columns) == ("|", ("id", "at", "what"))
    journeys = tp.sources.csv(path, journey="id", time="at", touchpoint="what")
    assert journeys[0].keys == ("a;b;c;d",)


def test_single_quotes_are_told(tmp_path: Path) -> None:
    """Where they alone surround cells."""
    path = written(tmp_path, "id,at,what\n7,2026-01-31,'a, b'\n7,2026-02-01,'c'\n")
    journeys = tp.sources.csv(path, journey="id", time="at", touchpoint="what")

    assert tp.sources.sniff(path).quote == "'"
    assert journeys[0].keys == ("a, b", "c")


@pytest.mark.parametrize(
    ("cells", "decimal"),
    [
        (["1,5", "2,25"], ","),
        (["1.5", "2.25"], "."),
        (["1.234,5"], ","),
        (["1,234.5"], "."),
        (["0.125"], "."),
        (["1.234", "2.345"], None),
        (["1,234", "5,678"], None),
        (["12", "13"], "."),
    ],
)
def test_decimal_marks(tmp_path: Path, cells: list[str], decimal: str | None) -> None:
    """Hand-worked: 1.234 is a thousand or one and a bit, and nothing tells which."""
    rows = "".join(f"7;2026-01-31;{one}\n" for one in cells)
    assert tp.sources.sniff(written(tmp_path, f"id;at;paid\n{rows}")).decimal == decimal


@pytest.mark.parametrize(
    ("dates", "form"),
    [
        (["03/02/2026", "13/02/2026"], "%d/%m/%Y"),
        (["03/02/2026", "02/13/2026"], "%m/%d/%Y"),
        (["13.02.2026 10:15", "03.02.2026 9:05"], "%d.%m.%Y %H:%M"),
        (["02-13-2026 10:15:30", "02-03-2026 10:15:30"], "%m-%d-%Y %H:%M:%S"),
        (["2026/02/03", "2026/02/04"], "%Y/%m/%d"),
        (["2/13/2026, 9:05 PM"], "%m/%d/%Y, %I:%M %p"),
        (["32.01.26", "31.12.26"], "%y.%m.%d"),
        (["20260131", "20260203"], "%Y%m%d"),
        (["20260131094500"], "%Y%m%d%H%M%S"),
        (["1769852700", "1769852701"], "epoch_s"),
        (["1769852700000"], "epoch_ms"),
        (["31 Jan 2026 10:00"], "%d %b %Y %H:%M"),
        (["January 31, 2026"], "%B %d, %Y"),
        (["2026-01-31T09:30:00+01:00", "2026-01-31T09:30:00.5Z"], "iso"),
        (["31/01/2026 10:00 +0100"], "%d/%m/%Y %H:%M %z"),
    ],
)
def test_formats_of_times(tmp_path: Path, dates: list[str], form: str) -> None:
    """What is told reads every value: strptime agrees with the format."""
    rows = "".join(f'7;"{one}";a\n' for one in dates)
    (column,) = tp.sources.sniff(written(tmp_path, f"{HEAD}\n{rows}")).times

    assert column.time_format == form
    if form.startswith("%"):
        fitting = [one for one in dates if one != "32.01.26"]
        assert all(dt.datetime.strptime(one, form) for one in fitting)


def test_day_and_month_are_not_guessed(tmp_path: Path) -> None:
    """Every number is at most 12: both formats are offered, and none is taken."""
    path = written(tmp_path, f"{HEAD}\n7;03/02/2026;a\n7;12/12/2026;b\n")
    found = tp.sources.sniff(path)

    assert found.times[0].candidates == ("%d/%m/%Y", "%m/%d/%Y")
    assert "time_format='%d/%m/%Y'" in found.undecided[0]
    with pytest.raises(tp.errors.InvalidInputError) as error:
        tp.sources.csv(path, journey="id", time="at", touchpoint="what")
    assert "2 values looked at" in error.value.where
    assert "time_format='%d/%m/%Y'" in error.value.mend
    given = tp.sources.csv(path, journey="id", time="at", touchpoint="what", time_format="%m/%d/%Y")
    assert str(given.times[0]) == "2026-03-02T00:00:00.000000"


def test_all_rows_are_looked_at_for_the_order_of_a_date(tmp_path: Path) -> None:
    """The one date that tells stands in row 40,000, far beyond the first look."""
    rows = ["7;03/02/2026;a long name of what happened"] * 40_000
    rows[39_999] = "7;31/01/2026;the last"
    found = tp.sources.sniff(written(tmp_path, "\n".join([HEAD, *rows]) + "\n"))

    assert found.times[0].time_format == "%d/%m/%Y"
    assert (found.rows, found.times[0].rows) == (40_000, 40_000)
    assert "'31/01/2026' is no month/day/year" in found.times[0].evidence


def test_orders_that_change_are_undecided(tmp_path: Path) -> None:
    """Rows of two systems in one file."""
    path = written(tmp_path, f"{HEAD}\n7;31/01/2026;a\n7;01/31/2026;b\n")
    (column,) = tp.sources.sniff(path).times

    assert column.undecided
    assert "the order of the dates changes" in column.evidence
    with pytest.raises(tp.errors.InvalidInputError, match="order of the dates changes"):
        tp.sources.csv(path, journey="id", time="at", touchpoint="what")


def test_two_ways_of_writing_are_undecided(tmp_path: Path) -> None:
    """ISO in one half, dots in the other."""
    path = written(tmp_path, f"{HEAD}\n7;2026-01-31;a\n7;31.01.2026;b\n")
    assert "written in 2 ways" in tp.sources.sniff(path).times[0].evidence


def test_a_file_without_names_is_told_and_refused(tmp_path: Path) -> None:
    """The first row holds a number and a time."""
    path = written(tmp_path, "7;2026-01-31;a\n8;2026-02-01;b\n")
    assert not tp.sources.sniff(path).header
    with pytest.raises(tp.errors.InvalidInputError, match=r"header=\[…\]"):
        tp.sources.csv(path, journey="id", time="at", touchpoint="what")
    journeys = tp.sources.csv(
        path, journey="id", time="at", touchpoint="what", header=["id", "at", "what"]
    )
    assert [one.id for one in journeys] == ["7", "8"]


@pytest.mark.parametrize("content", [b"", b"\n\n", codecs.BOM_UTF8, b"  \n"])
def test_an_empty_file_is_refused(tmp_path: Path, content: bytes) -> None:
    """Nothing is told of nothing."""
    path = tmp_path / "log.csv"
    path.write_bytes(content)
    with pytest.raises(tp.errors.InvalidInputError, match="empty"):
        tp.sources.sniff(path)


def test_gzip_is_unpacked_and_a_cut_file_named(tmp_path: Path) -> None:
    """By its content, not by its name."""
    path = tmp_path / "log.csv.gz"
    packed = gzip.compress((f"{HEAD}\n" + "7;2026-01-31;a\n" * 50_000).encode())
    path.write_bytes(packed)
    assert tp.sources.sniff(path).columns == ("id", "at", "what")
    path.write_bytes(packed[: len(packed) // 2])
    with pytest.raises(tp.errors.InvalidInputError, match="cut off or damaged"):
        tp.sources.sniff(path)


FORMATS = ["%d/%m/%Y", "%m/%d/%Y %H:%M", "%Y.%m.%d %H:%M:%S", "%d-%m-%y", "%d/%m/%Y %H:%M:%S.%f"]


@given(
    st.lists(st.datetimes(dt.datetime(1970, 1, 1), dt.datetime(2060, 1, 1))),
    st.sampled_from(FORMATS),
)
def test_quick_times_are_those_of_strptime(moments: list[dt.datetime], form: str) -> None:
    """Many at once is the same as one by one; missing stays missing."""
    texts = [*(one.strftime(form) for one in moments), ""]
    found = quick_times(texts, form)
    if found is None:
        assert not moments
        return
    expected = [np.datetime64(dt.datetime.strptime(one, form)) for one in texts[:-1]]
    assert found.stamps.view("datetime64[us]")[:-1].tolist() == [one.item() for one in expected]
    assert found.missing.tolist() == [False] * len(moments) + [True]


@pytest.mark.parametrize(
    "text", ["29/02/2025", "31/04/2026", "00/01/2026", "01/13/2026", "1/1/26", "x"]
)
def test_quick_times_refuse_what_is_no_date(text: str) -> None:
    """So that the slow way names the row."""
    assert quick_times(["01/01/2026", text], "%d/%m/%Y") is None
    assert quick_times(["01/01/2026\n01/01/2026", text], "%d/%m/%Y") is None


@given(st.lists(st.datetimes().map(dt.datetime.isoformat)), st.sampled_from(["T", " "]))
def test_quick_iso_is_the_slow_way(texts: list[str], gap: str) -> None:
    """As every other reader reads ISO 8601."""
    some = [*(one.replace("T", gap) for one in texts), ""]
    found = quick_iso(some)

    assert found is not None
    assert found.stamps.tolist() == from_text(some, "at", None).stamps.tolist()


@pytest.mark.parametrize(
    "text",
    ["2026-02-30", "2026-01-01Z", "2026-01-01T10:00+01:00", "now", "2026-01", "2026", "٢٠٢٦-01-01"],
)
def test_quick_iso_leaves_what_is_not_plain_to_the_slow_way(text: str) -> None:
    """Zones, words and days that do not exist."""
    assert quick_iso(["2026-01-01", text]) is None
    assert quick_iso(["2026-01-01\n2026-01-01", ""]) is None


@given(st.text(max_size=30))
def test_no_text_breaks_the_look_at_times(text: str) -> None:
    """A shape, or none."""
    found = shape_of(text)
    assert found is None or found[0].form
