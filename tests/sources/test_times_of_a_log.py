"""Times in two columns, and logs in order without times."""

from __future__ import annotations

import datetime as dt
from typing import Any

import numpy as np
import pandas as pd
import polars as pl
import pytest

import touchpoints as tp
from touchpoints.errors import InvalidInputError, NotFoundError, WrongKindError

ROLES = {"journey": "id", "touchpoint": "w"}
DAYS = [dt.date(2026, 3, 2), dt.date(2026, 3, 2), dt.date(2026, 3, 3)]
EXPECTED = np.array(["2026-03-02T09:30", "2026-03-02T10:00", "2026-03-03T00:00"], "datetime64[us]")


@pytest.mark.parametrize(
    ("days", "hours", "options"),
    [
        (["2026-03-02", "2026-03-02", "2026-03-03"], ["10:00", "09:30", "00:00"], {}),
        (["2026-03-02", "2026-03-02", "2026-03-03"], ["10:00:00", "09:30:00.0", "00:00"], {}),
        (DAYS, [dt.time(10), dt.time(9, 30), dt.time()], {}),
        (
            ["02/3/26", "02/3/26", "03/3/26"],
            ["10.00", "9.30", "0.00"],
            {"time_format": "%d/%m/%y %H.%M"},
        ),
        ([20260302, 20260302, 20260303], ["1000", "0930", "0000"], {"time_format": "%Y%m%d %H%M"}),
    ],
)
@pytest.mark.parametrize("made", [dict, pd.DataFrame, pl.DataFrame])
def test_date_and_time_in_two_columns_are_one_time(
    days: list[Any], hours: list[Any], options: dict[str, Any], made: Any
) -> None:
    """As texts, as dates and times, in any format."""
    log = made({"id": [1, 1, 1], "d": days, "h": hours, "w": ["b", "a", "c"]})
    journeys = tp.from_frame(log, time=("d", "h"), **ROLES, **options)

    assert journeys[0].keys == ("a", "b", "c")
    assert (journeys.times == EXPECTED).all()


def test_pandas_dates_are_days() -> None:
    """A column of dates is read as midnights, which are the days."""
    log = pd.DataFrame({"id": [1], "d": pd.to_datetime(["2026-03-02"]), "h": ["09:30"], "w": ["a"]})
    journeys = tp.from_frame(log, time=("d", "h"), tz="Europe/Madrid", **ROLES)

    assert journeys.times[0] == np.datetime64("2026-03-02T08:30")


@pytest.mark.parametrize("tz", [None, "America/New_York"])
def test_dates_with_a_zone_do_not_lose_it(tz: str | None) -> None:
    """Midnight in Madrid is another day in New York: which one is meant is not guessed."""
    days = pd.to_datetime(["2026-07-01"]).tz_localize("Europe/Madrid")
    log = pd.DataFrame({"id": [1], "d": days, "h": ["10:00"], "w": ["a"]})

    with pytest.raises(tp.errors.InvalidInputError, match="'d' of time= has dates with a zone"):
        tp.from_frame(log, time=("d", "h"), tz=tz, **ROLES)


def test_a_time_of_day_may_have_an_offset() -> None:
    """It is that of the whole time."""
    log = {"id": [1], "d": ["2026-07-01"], "h": ["10:00+02:00"], "w": ["a"]}

    journeys = tp.from_columns(log, time=("d", "h"), **ROLES)

    assert journeys.times[0] == np.datetime64("2026-07-01T08:00")


def test_a_time_without_its_date_is_missing() -> None:
    """And so is a date without a time; both are counted."""
    log = {
        "id": [1, 1, 1],
        "d": ["2026-03-02", None, "2026-03-02"],
        "h": ["10:00", "10:00", " "],
        "w": list("abc"),
    }
    journeys = tp.from_columns(log, time=("d", "h"), **ROLES)

    assert journeys[0].keys == ("a",)
    assert journeys.meta.report.without_time == 2


def test_a_log_in_order_needs_no_times() -> None:
    """The rows are in order; what needs times says so."""
    log = {"id": [2, 1, 2, 1, 2], "w": list("xaybx")}
    journeys = tp.from_columns(log, time=None, **ROLES)

    assert [(one.id, one.keys) for one in journeys] == [(2, ("x", "y", "x")), (1, ("a", "b"))]
    assert journeys.times is None
    assert journeys.meta.report.ties == 0
    assert tp.paths.transitions(journeys).as_dict()
    with pytest.raises(InvalidInputError, match="times"):
        tp.split_by_gap(journeys, dt.timedelta(days=1))


def test_a_column_can_order_the_rows() -> None:
    """Numbers as numbers, several columns one after the other."""
    log = {"id": [1] * 4, "n": ["10", "9", "1", "9"], "k": [0, 2, 0, 1], "w": list("dcab")}
    journeys = tp.from_columns(log, time=None, tiebreak=("n", "k"), **ROLES)

    assert journeys[0].keys == ("a", "b", "c", "d")


def test_repeats_of_a_page_are_visits_where_there_are_no_times() -> None:
    """Without times, no two rows are the same event."""
    log = {"id": [1, 1, 1], "w": list("aab")}

    assert tp.from_columns(log, time=None, duplicates="drop", **ROLES)[0].keys == ("a", "a", "b")


def test_a_lazy_table_has_no_order_of_rows() -> None:
    """So it needs one."""
    log = pl.LazyFrame({"id": [1, 1], "n": [2, 1], "w": list("ab")})
    with pytest.raises(InvalidInputError, match=r"no order of rows.*\n.*tiebreak="):
        tp.from_frame(log, time=None, **ROLES)

    assert tp.from_frame(log, time=None, tiebreak="n", **ROLES)[0].keys == ("b", "a")
    with pytest.raises(InvalidInputError, match="share journey and time"):
        tp.from_frame(
            pl.LazyFrame({"id": [1, 1], "n": [1, 1], "w": list("ab")}),
            time=None,
            tiebreak="n",
            **ROLES,
        )


@pytest.mark.parametrize(
    ("options", "kind", "said"),
    [
        ({"time": ("d", "h", "d")}, InvalidInputError, "one column, or two"),
        ({"time": ()}, InvalidInputError, "at least one column"),
        ({"time": ("d", "hour")}, NotFoundError, "hour"),
        ({"time": 5}, WrongKindError, "time"),
        ({"time": None, "tz": "UTC"}, InvalidInputError, "time=None"),
        ({"time": None, "end": "d"}, InvalidInputError, "no times"),
        ({"time": None, "lifecycle": "d"}, InvalidInputError, "no times"),
        ({"time": ("d", "h"), "time_format": "epoch_s"}, InvalidInputError, "parse|format"),
    ],
)
def test_what_makes_no_time_is_refused(
    options: dict[str, Any], kind: type[Exception], said: str
) -> None:
    """With the mend."""
    log = {"id": [1], "d": ["2026-03-02"], "h": ["10:00"], "w": ["a"]}
    with pytest.raises(kind, match=said):
        tp.from_columns(log, **options, **ROLES)


def test_records_can_have_two_columns_or_none() -> None:
    """As frames and columns can."""
    rows = [
        {"id": 1, "d": "2026-03-02", "h": "10:00", "w": "b"},
        {"id": 1, "d": "2026-03-02", "h": "09:00", "w": "a"},
    ]

    assert tp.from_records(rows, time=("d", "h"), **ROLES)[0].keys == ("a", "b")
    assert tp.from_records(rows, time=None, **ROLES)[0].keys == ("b", "a")
    assert len(tp.from_records([], time=("d", "h"), **ROLES)) == 0
