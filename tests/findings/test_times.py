"""Times as other programs write them."""

from __future__ import annotations

import warnings
from typing import Any

import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest

import touchpoints as tp

MAKERS = [dict, pd.DataFrame, pl.DataFrame, pa.table]
SECONDS = 1_767_225_600  # 2026-01-01T00:00 UTC


def read(times: Any, make: Any = dict, **options: Any) -> tp.Journeys:
    """Read a journey for each time."""
    numbers = list(range(len(times)))
    source = make({"id": numbers, "at": times, "what": ["x"] * len(times)})
    return tp.from_frame(source, journey="id", time="at", touchpoint="what", **options)


def shown(journeys: tp.Journeys) -> list[str]:
    """Return the times as text, to the minute."""
    return [str(one)[:16] for one in journeys.times]


@pytest.mark.parametrize("make", MAKERS)
@pytest.mark.parametrize(
    ("number", "time_format"),
    [(SECONDS, "epoch_ms"), (SECONDS * 1000, "epoch_us"), (SECONDS * 1000, "epoch_ns")],
)
def test_numbers_of_a_larger_unit_are_said(make: Any, number: int, time_format: str) -> None:
    """Seconds read as milliseconds fall into January 1970, which nobody means."""
    for times in ([number, number + 1], [number + 0.5, float("nan")]):
        with pytest.warns(tp.errors.TouchpointsWarning, match=r"all times.*'at'.*another unit"):
            read(times, make, time_format=time_format)


@pytest.mark.parametrize("make", MAKERS)
@pytest.mark.parametrize("as_", ["M8[us]", "M8[ns]", object, str])
def test_instants_made_of_numbers_of_a_larger_unit_are_said(make: Any, as_: Any) -> None:
    """Pandas reads numbers without a unit as nanoseconds: the column is of instants already."""
    wrong = np.array([SECONDS, SECONDS + 7, SECONDS + 9]) * 1000
    times = wrong.view("M8[ns]").astype("M8[us]").astype(as_)
    times = times.tolist() if as_ in (object, str) else times
    message = r"all times in column 'at' fall within days of 1 January 1970.*another unit"
    with pytest.warns(tp.errors.TouchpointsWarning, match=message):
        assert ["1970-01-01T00:29"] * 3 == shown(read(times, make))
    with pytest.warns(tp.errors.TouchpointsWarning, match=message):
        read(times, make, tz="Europe/Madrid")


@pytest.mark.parametrize("first", ["1970-06-01", "1969-06-01", "2026-01-01"])
def test_instants_of_which_some_are_elsewhere_are_quiet(first: str) -> None:
    """A log of births has some of 1970."""
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        read(np.array([first, "1970-01-01", "NaT"], "M8[us]"))


@pytest.mark.parametrize("make", MAKERS)
def test_mixed_units_and_zeros_are_said(make: Any) -> None:
    """One time in seconds among milliseconds, or a zero that stands for none."""
    for odd in (SECONDS, 0):
        with pytest.warns(tp.errors.TouchpointsWarning, match="1 of the 3 times"):
            read([SECONDS * 1000, odd, SECONDS * 1000], make, time_format="epoch_ms")


def test_numbers_of_the_unit_said_are_quiet() -> None:
    """Times of this century, and gaps, are nothing to remark on."""
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        journeys = read(np.array([SECONDS, np.nan]), time_format="epoch_s")
    assert ["2026-01-01T00:00"] == shown(journeys)


@pytest.mark.parametrize("make", MAKERS)
@pytest.mark.parametrize("gap", [None, float("nan")])
def test_dates_written_as_one_number_are_read_by_their_digits(make: Any, gap: Any) -> None:
    """GA4's event_date is 20260131, text or number; the format given says how to read it."""
    for times in ([20260131, 20260201], ["20260131", "20260201"]):
        assert ["2026-01-31T00:00", "2026-02-01T00:00"] == shown(
            read(times, make, time_format="%Y%m%d")
        )
    if gap is None and make is pa.table:
        return
    journeys = read(np.array([20260131, np.nan]), make, time_format="%Y%m%d")
    assert ["2026-01-31T00:00"] == shown(journeys)


@pytest.mark.parametrize("make", MAKERS)
def test_times_that_end_in_utc_are_read(make: Any) -> None:
    """BigQuery writes the zone as a word, with and without fractions."""
    texts = ["2026-01-01 10:00:00 UTC", "2026-01-01 10:00:01.5 UTC",
             "2026-01-01 10:00:02.123456 UTC", "2026-01-01T10:00:03Z"]  # fmt: skip
    journeys = read(texts, make)
    seconds = [str(one)[17:] for one in journeys.times]

    assert "UTC" == journeys.meta.timezone
    assert ["00.000000", "01.500000", "02.123456", "03.000000"] == seconds


def test_a_format_with_the_name_of_a_zone_keeps_the_zone() -> None:
    """%Z reads UTC and GMT; any other name is an error, for names of zones are not unique."""
    pattern = "%d/%m/%Y %H:%M %Z"
    journeys = read(["01/02/2026 10:00 UTC", "01/02/2026 11:00 GMT"], time_format=pattern)

    assert "UTC" == journeys.meta.timezone
    assert ["2026-02-01T10:00", "2026-02-01T11:00"] == shown(journeys)
    with pytest.raises(tp.errors.InvalidInputError):
        read(["01/02/2026 10:00 CET"], time_format=pattern)


@pytest.mark.parametrize("times", [["1767225600", "1767225601"], [1767225600, 1767225601]])
def test_numbers_without_a_unit_name_every_unit(times: list[Any]) -> None:
    """They may be seconds, the digits of a date or the days of a spreadsheet, also as text."""
    with pytest.raises(tp.errors.InvalidInputError) as caught:
        read(times)
    for one in ("'epoch_s'", "'epoch_ms'", "'excel'", "'%Y%m%d'"):
        assert one in caught.value.mend


@pytest.mark.parametrize("make", MAKERS)
def test_days_of_a_spreadsheet(make: Any) -> None:
    """46023 is 1 January 2026, a fraction is the time of the day; 1 is 1 January 1900."""
    for times in ([46023.0, 46023.75, 1.0], ["46023", "46023.75", "1"]):
        journeys = read(times, make, time_format="excel")
        assert ["2026-01-01T00:00", "2026-01-01T18:00", "1900-01-01T00:00"] == shown(journeys)
        assert journeys.meta.timezone is None


@pytest.mark.parametrize("make", MAKERS)
def test_an_empty_table_is_read_whatever_its_columns_hold(make: Any) -> None:
    """An empty column of pandas holds numbers; there is nothing to say what they count."""
    assert 0 == len(read(np.empty(0), make))


BAD: list[tuple[list[Any], dict[str, Any]]] = [
    (["2026-01-01", "soon", "2026-01-03"], {}),
    (["01.01.2026", "2026-01-02", "03.01.2026"], {"time_format": "%d.%m.%Y"}),
    (["1767225600", "x", "1767398400"], {"time_format": "epoch_s"}),
    ([1767225600, 10**17, 1767398400], {"time_format": "epoch_s"}),
]


@pytest.mark.parametrize("make", MAKERS)
@pytest.mark.parametrize(("times", "options"), BAD)
def test_bad_times_can_be_left_out(make: Any, times: list[Any], options: dict[str, Any]) -> None:
    """One bad time stops the read, or is left out, counted, and shown in a warning."""
    with pytest.raises(tp.errors.InvalidInputError, match="bad_times"):
        read(times, make, **options)
    with pytest.warns(tp.errors.TouchpointsWarning, match=r"1 time in column 'at' cannot be read"):
        journeys = read(times, make, bad_times="drop", missing="raise", **options)
    report = journeys.meta.report

    assert ["2026-01-01T00:00", "2026-01-03T00:00"] == shown(journeys)
    assert (1, 0, 1) == (report.bad_times, report.without_time, report.dropped)
    assert "1 of 3 rows has no time that can be read" in report.sentences()


def test_bad_ends_are_no_ends() -> None:
    """The row stays, without an end, and is counted."""
    columns = {
        "id": [1, 2],
        "at": ["2026-01-01"] * 2,
        "what": ["x"] * 2,
        "end": ["2026-01-02", "?"],
    }
    names = {"journey": "id", "time": "at", "touchpoint": "what", "end": "end"}
    with pytest.warns(tp.errors.TouchpointsWarning, match=r"'end'.*'\?'"):
        journeys = tp.from_columns(columns, **names, bad_times="drop")

    assert ["2026-01-02", "NaT"] == journeys.ends.astype("M8[D]").astype(str).tolist()
    assert (1, 0) == (journeys.meta.report.bad_ends, journeys.meta.report.dropped)


FAR = {
    "seconds": np.array(["300000-01-01", "2026-01-01"], "M8[s]"),
    "days": np.array(["300000-01-01", "2026-01-01"], "M8[D]"),
    "arrow": pa.array([9 * 10**12, SECONDS], pa.timestamp("s")),
    "polars": pl.Series([9 * 10**15, SECONDS * 1000], dtype=pl.Datetime("ms")),
    "polars days": pl.Series([2**31 - 5, 20454], dtype=pl.Int32).cast(pl.Date),
    "year 10000": np.array(["10000-01-01", "2026-01-01"], "M8[us]"),
}


@pytest.mark.parametrize("kind", FAR)
def test_instants_that_microseconds_cannot_count_are_refused(kind: str) -> None:
    """Years beyond 9999 were wrapped around to others; they are bad times."""
    make = pa.table if kind == "arrow" else pl.DataFrame if kind.startswith("polars") else dict
    with pytest.raises(tp.errors.InvalidInputError, match=r"1 time .*1 to 9999.*row 0"):
        read(FAR[kind], make)
    with pytest.warns(tp.errors.TouchpointsWarning, match="cannot be read"):
        assert ["2026-01-01T00:00"] == shown(read(FAR[kind], make, bad_times="drop"))


def test_infinity_is_no_time_and_as_an_end_still_open() -> None:
    """Databases have instants after all others: what ends then has not ended."""
    duckdb = pytest.importorskip("duckdb")
    names = {"journey": "id", "time": "at", "touchpoint": "what"}
    table = duckdb.sql(
        "select 1 id, 'x' what, timestamp '2026-01-01' fine, 'infinity'::timestamp high, "
        "'-infinity'::timestamp low"
    )
    for column in ("high", "low"):
        with pytest.raises(tp.errors.InvalidInputError, match="row 0: -?infinity"):
            tp.from_frame(table, **{**names, "time": column})
    journeys = tp.from_frame(table, **{**names, "time": "fine"}, end="high")

    assert ["NaT"] == journeys.ends.astype(str).tolist()
    assert 0 == journeys.meta.report.bad_ends


@pytest.mark.parametrize("make", MAKERS)
def test_an_offset_does_not_lead_out_of_the_years(make: Any) -> None:
    """The first day of year 1 in Tokyo began in year 0 in UTC: refused, or left out."""
    times = ["0001-01-01T00:00:00+14:00", "2026-01-01T00:00:00+14:00", "9999-12-31T23:00:00-12:00"]
    with pytest.raises(tp.errors.InvalidInputError, match=r"2 times .* outside .* in UTC .*row 0"):
        read(times, make)
    with pytest.warns(tp.errors.TouchpointsWarning, match="2 times"):
        journeys = read(times, make, bad_times="drop")

    assert ["2025-12-31T10:00"] == shown(journeys)
    assert 2 == journeys.meta.report.bad_times


def test_a_zone_does_not_lead_out_of_the_years() -> None:
    """Naive times are read in a zone."""
    times = ["0001-01-01T00:00:00", "2026-01-01T00:00:00"]
    with pytest.raises(tp.errors.InvalidInputError, match="1 time .* outside .* in UTC"):
        read(times, tz="Asia/Tokyo")

    assert ["2025-12-31T15:00"] == shown(read(times[1:], tz="Asia/Tokyo"))


@pytest.mark.parametrize(("sign", "said"), [("", "infinity"), ("-", "-infinity")])
def test_the_sign_of_infinity_is_said(sign: str, said: str) -> None:
    """The error shows which of the two a database holds."""
    duckdb = pytest.importorskip("duckdb")
    table = duckdb.sql(f"select 1 id, 'x' what, '{sign}infinity'::timestamp at_")
    with pytest.raises(tp.errors.InvalidInputError, match=f"row 0: {said}"):
        tp.from_frame(table, journey="id", time="at_", touchpoint="what")
