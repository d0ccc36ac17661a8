"""Columns and options that raised errors of Python, numpy or the dataframe library."""

from __future__ import annotations

import datetime as dt
import re
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import touchpoints as tp
from touchpoints import classify
from touchpoints.errors import InvalidInputError, NotFoundError, ProblemsError, WrongKindError
from touchpoints.journeys.model import Journeys

LOG: dict[str, Any] = {"id": ["a", "b"], "at": ["2026-01-01", "2026-01-02"], "what": ["x", "y"]}
NAMES = {"journey": "id", "time": "at", "touchpoint": "what"}
FAR = np.datetime64("12000-01-01")


def read(columns: dict[str, Any] | None = None, **options: Any) -> Journeys:
    """Read a log of two rows with some columns replaced."""
    return tp.from_columns({**LOG, **(columns or {})}, **NAMES, **options)


@pytest.mark.parametrize(
    ("tz", "kind", "message"),
    [
        ("Europe", NotFoundError, "no time zone 'Europe': it is a region of several"),
        ("America/Indiana", NotFoundError, "pass one of them: 'America/Indiana/Indianapolis'"),
        ("Europe/Madrit", NotFoundError, "no time zone 'Europe/Madrit' (did you mean"),
        ("a\x00b", NotFoundError, r"no time zone 'a\x00b'"),
        ("../etc/passwd", NotFoundError, "no time zone '../etc/passwd'"),
        ("x" * 5_000, NotFoundError, "no time zone 'xxx"),
        (5, WrongKindError, "tz must be the name of a time zone, got 5"),
        (dt.UTC, WrongKindError, "tz must be the name of a time zone, got datetime.timezone.utc"),
        (["UTC"], WrongKindError, "tz must be the name of a time zone, got ['UTC']"),
    ],
)
def test_a_zone_that_is_none_is_refused(tz: Any, kind: type[Exception], message: str) -> None:
    """A folder of zones, a number, a path; near names are proposed."""
    with pytest.raises(kind, match=re.escape(message)):
        read(tz=tz)


@pytest.mark.parametrize(
    ("time_format", "kind", "message"),
    [
        (5, WrongKindError, "time_format must be text, got 5"),
        (b"%Y", WrongKindError, "time_format must be text, got b'%Y'"),
        (["%Y"], WrongKindError, "time_format must be text, got ['%Y']"),
        ("%Q", InvalidInputError, "time_format '%Q' is not a strptime format: 'Q' is a bad"),
        ("%Y-%", InvalidInputError, "time_format '%Y-%' is not a strptime format: stray %"),
        ("%Y-%Y", InvalidInputError, "time_format '%Y-%Y' has a directive twice"),
    ],
)
@pytest.mark.parametrize("library", ["columns", "polars", "pandas"])
def test_a_format_that_is_none_is_refused(
    time_format: Any, kind: type[Exception], message: str, library: str
) -> None:
    """The message says what is given, and what to pass."""
    reader, log = tp.from_columns, LOG
    if library != "columns":
        reader, log = tp.from_frame, pytest.importorskip(library).DataFrame(LOG)
    with pytest.raises(kind, match=re.escape(message)) as caught:
        reader(log, **NAMES, time_format=time_format)
    assert "'epoch_s'" in caught.value.mend


@pytest.mark.parametrize(
    "at",
    [
        [FAR, np.datetime64("2026-01-01")],
        np.array([FAR, None], object),
        ["12000-01-01", "2026-01-01"],
        [np.datetime64("300000", "Y"), dt.date(2026, 1, 1)],
    ],
)
def test_a_year_that_datetime_cannot_hold_does_not_parse(at: Any) -> None:
    """The row is shown."""
    with pytest.raises(InvalidInputError, match=r"1 time in column 'at' does not parse \(row 0: "):
        read({"at": at})


@pytest.mark.parametrize("at", [[10**400, 1], [10**400, 1.5], [-(10**400), 1]])
def test_numbers_beyond_any_float_are_no_times(at: list[Any]) -> None:
    """They lie outside the years 1 to 9999."""
    with pytest.raises(InvalidInputError, match="outside the years 1 to 9999"):
        read({"at": at}, time_format="epoch_s")


def test_integers_of_128_bits_are_read() -> None:
    """Ids stay exact; times and counts are read where they fit."""
    pl = pytest.importorskip("polars")

    def wide(name: str, values: list[int | None], **options: Any) -> Journeys:
        column = pl.Series(values, dtype=pl.Int128)
        frame = pl.DataFrame(LOG).with_columns(column.alias(name))
        return tp.from_frame(frame, **NAMES, **options)

    assert [str(2**100), "1"] == wide("id", [2**100, 1]).ids.tolist()
    assert [7, 1] == wide("id", [7, 1]).ids.tolist()
    assert 1 == wide("id", [7, None]).meta.report.without_journey
    assert [3, 1] == wide("n", [3, 1], count="n").counts.tolist()
    times = wide("at", [0, 86_400], time_format="epoch_s").times
    assert ["1970-01-01", "1970-01-02"] == times.astype("M8[D]").astype(str).tolist()
    with pytest.raises(InvalidInputError, match="count must be an integer"):
        wide("n", [2**100, 1], count="n")


def test_integers_of_any_size_are_ids_and_kept() -> None:
    """Beyond 64 bits as text, also beside a fraction; no two become one."""
    assert [str(10**400), "1"] == read({"id": [10**400, 1]}).ids.tolist()
    assert [str(10**400), str(10**401)] == read({"id": [10**400, 10**401]}).ids.tolist()
    mixed = tp.from_columns(
        {"id": [10**400, 10**401, 1.5], "at": ["2026-01-01"] * 3, "what": ["x"] * 3}, **NAMES
    )
    assert [str(10**400), str(10**401), "1.5"] == mixed.ids.tolist()
    kept = read({"n": [10**400, 1.5]}, per_journey=("n",)).per_journey["n"]
    assert [str(10**400), "1.5"] == kept.to_list()


def test_an_integer_too_long_to_write_is_refused() -> None:
    """Python writes integers of at most 4,300 digits."""
    for name in ("id", "what"):
        with pytest.raises(InvalidInputError, match="cannot be written as text: Exceeds the limit"):
            read({name: [10**5000, 1]})


@pytest.mark.parametrize("size", [131_073, 1_000_000])
def test_a_field_of_a_list_of_sources_that_csv_refuses_is_a_problem(
    size: int, tmp_path: Path
) -> None:
    """The error names the file."""
    path = tmp_path / "sources.csv"
    path.write_text(f"source;category\n{'a' * size};search\n", encoding="utf-8")
    with pytest.raises(
        ProblemsError, match=r"sources\.csv: the table cannot be read: field larger"
    ):
        classify.load_source_categories(path)
