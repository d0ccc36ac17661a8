"""Durations in opening hours and in other units, against every opening of every day."""

from __future__ import annotations

from functools import partial

import attrs
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import touchpoints as tp
from tests.laws.path_measures import drawn_log
from tests.paths import naive_hours
from tests.paths.test_timing import agrees, edges, with_ends
from touchpoints.errors import InvalidInputError, WrongKindError

OFFICE = naive_hours.OFFICE
ALWAYS = tp.OpeningHours(week={"mon-sun": "00:00-24:00"})
UNITS = {"milliseconds": 1e-3, "minutes": 60, "hours": 3600, "days": 86_400, "weeks": 604_800}
TIMED = {
    "gaps": tp.paths.gaps,
    "idle_times": tp.paths.idle_times,
    "processing_times": tp.paths.processing_times,
    "throughput_times": tp.paths.throughput_times,
    "journey_times": tp.paths.journey_times,
    "time_to": lambda log, **how: tp.paths.time_to(log, place="b", **how),
    "median_time_to": lambda log, **how: tp.paths.median_time_to(log, place="b", **how),
    "flow_efficiency": tp.paths.flow_efficiency,
    "conversion": lambda log, **how: tp.paths.conversion(log, "a", end="b", **how),
    "routes": lambda log, **how: tp.paths.routes(log, "a", end="b", **how),
    "segments_between": lambda log, **how: tp.paths.segments_between(
        log, start="a", end="b", **how
    ),
    "segment_times": lambda log, **how: tp.paths.segment_times(log, start="a", end="b", **how),
    "during": tp.paths.during,
    "alone": tp.paths.alone,
}


@given(journeys=with_ends())
def test_times_in_opening_hours_agree_with_every_opening_of_every_day(journeys) -> None:
    """Gaps, idle and processing times (B18)."""
    journeys = naive_hours.as_written(journeys)
    found = tp.paths.gaps(journeys, hours=OFFICE)
    idle = tp.paths.idle_times(journeys, hours=OFFICE)
    processing = tp.paths.processing_times(journeys, hours=OFFICE)

    agrees(found, edges(found), naive_hours.gaps(journeys))
    agrees(idle, edges(idle), naive_hours.idle(journeys))
    agrees(processing, processing.touchpoint, naive_hours.processing(journeys))


@given(journeys=with_ends())
def test_journeys_in_opening_hours(journeys) -> None:
    """Throughput runs to the latest end; its parts are those of the union of all interactions."""
    journeys = naive_hours.as_written(journeys)
    for hours, seconds in (
        (OFFICE, naive_hours.open_seconds),
        (None, lambda low, high: (high - low).astype(int) / 1e6),
    ):
        found = tp.paths.journey_times(journeys, hours=hours)
        for row, one in zip(found.to_dicts(), journeys, strict=True):
            known = [end for end in one.ends if end == end]
            if not len(one) or len(known) < len(one):
                assert np.isnan([row["active"], row["waiting"], row["flow_efficiency"]]).all()
                continue
            span = seconds(one.times[0], max([*one.times, *known]))
            active = naive_hours.active(one, seconds)
            assert row["throughput"] == pytest.approx(span)
            assert row["active"] == pytest.approx(active)
            assert row["waiting"] == pytest.approx(span - active, abs=1e-6)
            if span:
                assert row["flow_efficiency"] == pytest.approx(active / span)
            else:
                assert np.isnan(row["flow_efficiency"])


@pytest.mark.parametrize("zone", [None, "Europe/Madrid", "America/New_York", "UTC"])
@pytest.mark.parametrize("name", TIMED)
def test_hours_that_never_close_change_nothing(name, zone) -> None:
    """Also over changes of the clocks: what passes is real time."""
    log = drawn_log(2)
    moved = log.times + np.timedelta64(81, "D")  # the clocks change on 8 and 29 March
    ends = log.ends + np.timedelta64(81, "D")
    log = attrs.evolve(
        log,
        times=moved,
        ends=ends,
        meta=attrs.evolve(log.meta, timezone=zone),
        outcomes={},
        outcome_times={},
        observed_until=None,
    )

    found = TIMED[name](log, hours=ALWAYS)

    plain = TIMED[name](log)
    for column in plain.column_names():
        ours, theirs = getattr(found, column).tolist(), getattr(plain, column).tolist()
        assert column == "route" or ours == pytest.approx(theirs, nan_ok=True)
        assert column != "route" or ours == theirs


@pytest.mark.parametrize("unit", UNITS)
@pytest.mark.parametrize("name", TIMED)
def test_units_divide_durations_and_nothing_else(name, unit) -> None:
    """Columns of durations are divided; counts, shares and labels stay."""
    log = drawn_log(2)
    how = {"quantiles": [0.9], "level": 0.9} if name in list(TIMED)[:4] else {}

    plain, found = TIMED[name](log, **how), TIMED[name](log, unit=unit, **how)

    assert found.time_unit == unit
    assert f"durations are in {unit}" in repr(found)
    durations = getattr(type(plain), "durations", ())
    for column in plain.column_names():
        ours, theirs = getattr(found, column).tolist(), getattr(plain, column).tolist()
        if name == "flow_efficiency" and column not in ("measure", "of"):
            size = np.where(plain.measure == "flow efficiency", 1, UNITS[unit])
            size = size if getattr(plain, column).dtype == np.float64 else 1
            assert ours == pytest.approx((np.array(theirs) / size).tolist(), nan_ok=True)
        elif column in durations:
            flat = np.array(theirs, dtype=float) / UNITS[unit]
            assert np.array(ours, dtype=float) == pytest.approx(flat, nan_ok=True)
        elif column == "route":
            assert ours == theirs
        elif column != "of":
            assert ours == pytest.approx(theirs, nan_ok=True)


@pytest.mark.parametrize("name", TIMED)
def test_misspelt_units_and_other_hours_are_refused(name) -> None:
    """With the unit that was meant."""
    log = drawn_log(2)
    with pytest.raises(InvalidInputError, match="did you mean 'hours'"):
        TIMED[name](log, unit="hour")
    with pytest.raises(WrongKindError, match="OpeningHours"):
        TIMED[name](log, hours={"mon-fri": "09:00-17:00"})


def test_time_to_in_opening_hours_by_hand() -> None:
    """Asked on Friday at four, answered on Monday at ten: two hours. Leo waits, censored."""
    rows = [
        {"who": "ana", "t": "2026-01-09 16:00", "w": "ask"},
        {"who": "ana", "t": "2026-01-12 10:00", "w": "answer"},
        {"who": "leo", "t": "2026-01-12 09:00", "w": "ask"},
    ]
    log = tp.from_records(rows, journey="who", time="t", touchpoint="w")
    office = tp.OpeningHours(week={"mon-fri": "09:00-17:00"})

    found = tp.paths.time_to(log, place="answer", hours=office, unit="hours")

    assert found.time.tolist() == [1.0, 2.0]
    assert found.censored.tolist() == [1, 0]
    assert found.survival.tolist() == [1.0, 0.0]
    assert found.opening == office
    assert "durations are in hours of opening hours" in repr(found)
    assert tp.paths.gaps(log, hours=office, unit="hours").mean.tolist() == [2.0]


@given(seed=st.integers(0, 20))
def test_groups_are_measured_by_the_same_clock(seed) -> None:
    """A group alone gives what it gives beside others."""
    log = drawn_log(seed)
    column = log.per_journey["segment"]
    segments = [None if code < 0 else column.categories[code] for code in column.codes]

    found = tp.paths.gaps(log, hours=OFFICE, by="segment", unit="minutes")

    for label in ("new", "old"):
        rows = [row for row in found.to_dicts() if row["group"] == label]
        kept = [value == label for value in segments]
        part = tp.paths.gaps(tp.select(log, kept), hours=OFFICE, unit="minutes")
        assert [row["mean"] for row in rows] == pytest.approx(part.mean.tolist())


def test_medians_of_conversions_and_routes_in_opening_hours_by_hand() -> None:
    """Friday at four to Monday at ten: two hours; the other one takes one, on one day."""
    rows = [
        {"who": "ana", "t": "2026-01-09 16:00", "w": "ask"},
        {"who": "ana", "t": "2026-01-12 10:00", "w": "answer"},
        {"who": "leo", "t": "2026-01-12 09:00", "w": "ask"},
        {"who": "leo", "t": "2026-01-12 09:30", "w": "call"},
        {"who": "leo", "t": "2026-01-12 13:00", "w": "answer"},
    ]
    log = tp.from_records(rows, journey="who", time="t", touchpoint="w")
    how = {"hours": tp.OpeningHours(week={"mon-fri": "09:00-17:00"}), "unit": "hours"}

    assert tp.paths.conversion(log, "ask", end="answer", **how).median_time.tolist() == [3.0]
    found = tp.paths.routes(log, "ask", end="answer", first="fastest", **how)
    assert found.median_time.tolist() == [2.0, 4.0]
    plain = tp.paths.routes(log, "ask", end="answer", first="fastest", unit="hours")
    assert plain.median_time.tolist() == [4.0, 66.0]


def test_plots_draw_seconds_whatever_the_unit() -> None:
    """The same figure."""
    log = tp.datasets.clinic(60, seed=1)
    for draw, measure in (
        (tp.plot.durations, tp.paths.throughput_times),
        (tp.plot.time_to, partial(tp.paths.time_to, place="Consultation")),
    ):
        plain, hours = measure(log), measure(log, unit="hours")
        assert draw(plain).to_json() == draw(hours).to_json()
