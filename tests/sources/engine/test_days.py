"""A log that is summarised day by day is the log summarised at once, over midnight too."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Callable
from typing import Any

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

import touchpoints as tp
from tests.strategies import examples

WINDOW = dt.timedelta(minutes=30)
START = dt.datetime(2026, 3, 1)
MINUTES = st.sampled_from([0, 1, 29, 30, 31, 700, 1409, 1410, 1411, 1439])
ROWS = st.lists(
    st.tuples(
        st.integers(0, 3), MINUTES, st.sampled_from("abc"), st.sampled_from(["p", "q", "é/x"])
    ),
    min_size=1,
    max_size=25,
)


def table_of(rows: list[tuple[int, int, str, str]]) -> pl.DataFrame:
    """Return a log; no two rows of a person share a time, so that their order is known."""
    known = {(day, minute, who): what for day, minute, what, who in rows}
    return pl.DataFrame(
        {
            "person": [who for _, _, who in known],
            "time": [START + dt.timedelta(days=day, minutes=minute) for day, minute, _ in known],
            "what": list(known.values()),
            "device": ["web" if day % 2 else "app" for day, _, _ in known],
        },
        schema_overrides={"time": pl.Datetime("us")},
    )


def sessions(rows: pl.DataFrame, until: dt.datetime | None) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Return the rows of sessions that nothing can follow, and those of sessions still open."""
    rows = rows.sort("person", "time").with_columns(
        fresh=(pl.col("time").diff().over("person") > WINDOW).fill_null(value=True)
    )
    rows = rows.with_columns(
        session=pl.when("fresh").then("time").forward_fill().over("person").dt.to_string()
    )
    last = pl.col("time").max().over("person", "session")
    rows = rows.with_columns(open=last >= until - WINDOW if until else pl.lit(value=False))
    return rows.filter(~pl.col("open")), rows.filter("open").select(
        "person", "time", "what", "device"
    )


def summary(rows: pl.DataFrame, engine: Callable[[pl.DataFrame], Any]) -> tp.Journeys:
    """Return the distinct paths of closed sessions, counted in the engine by blocks of persons."""
    return tp.from_frame(
        engine(rows),
        journey=("person", "session"),
        time="time",
        touchpoint="what",
        person="person",
        distinct=("device",),
        blocks=5,
    )


def by_day(log: pl.DataFrame, engine: Callable[[pl.DataFrame], Any]) -> tp.Journeys:
    """Summarise each day alone, carry what is open over midnight, and add the summaries."""
    carried, found = log.clear(), []
    days = log["time"].dt.truncate("1d").unique().sort().to_list()
    for day in days:
        today = log.filter(pl.col("time").dt.truncate("1d") == day)
        until = None if day == days[-1] else day + dt.timedelta(days=1)
        closed, carried = sessions(pl.concat([carried, today]), until)
        if len(closed):
            found.append(summary(closed, engine))
    return tp.distinct(tp.concat(found), keep=["device"], within_persons=True)


def rows_of(journeys: tp.Journeys) -> Counter[tuple[Any, ...]]:
    """Return the count of each path, block and device; each occurs once."""
    devices = journeys.per_journey["device"].to_list()
    keys = [(one.person, one.keys, device) for one, device in zip(journeys, devices, strict=True)]
    assert len(set(keys)) == len(keys)
    return Counter(dict(zip(keys, journeys.counts.tolist(), strict=True)))


def duckdb_frame() -> Callable[[pl.DataFrame], Any]:
    """Return what takes a frame into DuckDB, in its own connection, which stays open."""
    duckdb = pytest.importorskip("duckdb", reason="duckdb is absent")
    return lambda frame: duckdb.from_arrow(frame.to_arrow())


@examples(30)
@given(rows=ROWS)
def test_days_add_up_to_the_log(rows: list[tuple[int, int, str, str]]) -> None:
    """Counts of each path, block of persons and device, whatever happens around midnight."""
    log = table_of(rows)
    whole, nothing = sessions(log, None)

    assert not len(nothing)
    assert rows_of(by_day(log, pl.DataFrame.lazy)) == rows_of(summary(whole, pl.DataFrame.lazy))


@examples(5)
@given(rows=ROWS)
def test_days_add_up_in_duckdb(rows: list[tuple[int, int, str, str]]) -> None:
    """The same in an engine of another kind."""
    log, engine = table_of(rows), duckdb_frame()

    assert rows_of(by_day(log, engine)) == rows_of(summary(sessions(log, None)[0], engine))


@examples(20)
@given(rows=ROWS)
def test_sessions_of_days_are_those_that_this_machine_splits(
    rows: list[tuple[int, int, str, str]],
) -> None:
    """Paths and counts of `split_by_gap` on the whole log, read here."""
    log = table_of(rows)
    here = tp.from_frame(log, journey="person", time="time", touchpoint="what")
    here = tp.split_by_gap(here, WINDOW)

    found: Counter[tuple[str, ...]] = Counter()
    for (_, keys, _), count in rows_of(by_day(log, pl.DataFrame.lazy)).items():
        found[keys] += count
    assert found == Counter(one.keys for one in here)


def test_a_session_over_two_midnights_is_one_journey() -> None:
    """Its rows are carried twice; a pause of exactly the window does not end it."""
    minutes = [1430, 1440 + 20, *range(1440 + 50, 2 * 1440 + 30, 30)]
    log = pl.DataFrame(
        {
            "person": ["ana"] * len(minutes),
            "time": [START + dt.timedelta(minutes=one) for one in minutes],
            "what": ["a"] * len(minutes),
            "device": ["app"] * len(minutes),
        },
        schema_overrides={"time": pl.Datetime("us")},
    )

    found = by_day(log, pl.DataFrame.lazy)

    assert found.counts.tolist() == [1]
    assert len(found[0]) == len(minutes)
