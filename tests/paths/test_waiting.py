"""Active and waiting time of journeys, with overlaps united."""

from __future__ import annotations

import statistics

import attrs
import numpy as np
import pytest
from hypothesis import given

import touchpoints as tp
from tests.paths import naive_hours, naive_timing
from tests.paths.test_timing import with_ends
from touchpoints.errors import InvalidInputError

MEASURES = ["span", "active", "waiting", "flow efficiency"]


def visits(*rows: tuple[str, str, str, str]) -> tp.Journeys:
    """Return journeys of one day, of (who, what, from, to)."""
    day = "2026-01-05 "
    records = [
        {"who": who, "what": what, "t": day + start, "e": day + end if end else None}
        for who, what, start, end in rows
    ]
    return tp.from_records(records, journey="who", time="t", end="e", touchpoint="what")


@given(journeys=with_ends())
def test_summary_agrees_with_stretch_by_stretch(journeys) -> None:
    """Mean and quartiles of all four; every journey is measured or counted as left out (B18)."""
    found = tp.paths.flow_efficiency(journeys)

    values: dict[str, list[float]] = {name: [] for name in MEASURES}
    left = {"empty": 0, "cut": 0, "without_end": 0, "instant": 0}
    for place, one in enumerate(journeys):
        whole = journeys.began[place] and journeys.finished[place]
        reason = "empty" if not len(one) else "cut" if not whole else ""
        reason = reason or ("without_end" if np.isnat(one.ends).any() else "")
        span = 0.0 if reason else naive_timing.seconds(max(one.ends) - one.times[0])
        if reason or not span:
            left[reason or "instant"] += one.count
            continue
        active = naive_hours.active(one, lambda low, high: naive_timing.seconds(high - low))
        for name, value in zip(MEASURES, (span, active, span - active, active / span), strict=True):
            values[name] += [value] * one.count
    assert found.measure.tolist() == MEASURES
    for row in found.to_dicts():
        measured = values[row["measure"]]
        assert {name: row[name] for name in left} == left
        assert row["count"] == len(measured)
        if measured:
            assert row["mean"] == pytest.approx(statistics.fmean(measured), abs=1e-9)
            five = [row[name] for name in ("min", "q1", "median", "q3", "max")]
            assert five == pytest.approx(naive_timing.quartiles(measured), abs=1e-9)


def test_by_hand() -> None:
    """Half an hour of two at once is half an hour; one within another adds nothing."""
    log = visits(
        ("ana", "visit", "09:00", "09:30"),
        ("ana", "call", "09:10", "09:40"),
        ("ana", "note", "09:15", "09:20"),
        ("ana", "visit", "10:20", "10:40"),
        ("leo", "visit", "09:00", "10:00"),
        ("eva", "visit", "09:00", ""),
    )

    found = tp.paths.flow_efficiency(log, unit="minutes", quantiles=[0.9])

    assert found.max.tolist() == [100.0, 60.0, 40.0, 1.0]
    assert found.min.tolist() == pytest.approx([60.0, 60.0, 0.0, 0.6])
    assert [one[0] for one in found.quantiles] == pytest.approx([96.0, 60.0, 36.0, 0.96])
    assert found.of.tolist() == ["minutes", "minutes", "minutes", "share"]
    assert found.count.tolist() == [2] * 4
    assert found.without_end.tolist() == [1] * 4
    each = tp.paths.journey_times(log, unit="minutes")
    assert each.processing.tolist() == [85.0, 60.0, 0.0]
    assert each.active.tolist()[:2] == [60.0, 60.0]
    assert each.flow_efficiency.tolist()[:2] == pytest.approx([0.6, 1.0])


def test_intervals_are_those_of_throughput_times() -> None:
    """Persons are clustered in the same way, where the same journeys are measured."""
    clinic = tp.datasets.clinic(300, seed=1)
    lasting = np.random.default_rng(1).integers(1, 90, len(clinic.codes)).astype("timedelta64[m]")
    clinic = attrs.evolve(clinic, ends=clinic.times + lasting, observed_until=None)

    found = tp.paths.flow_efficiency(clinic, level=0.9, quantiles=[0.8])
    span = tp.paths.throughput_times(clinic, level=0.9, quantiles=[0.8])

    for name in ("count", "mean", "mean_low", "mean_high", "median_low", "median_high"):
        assert getattr(found, name)[0] == getattr(span, name)[0]
    assert found.quantiles_low[0] == span.quantiles_low[0]
    assert found.persons == span.persons
    assert (found.mean_low < found.mean).all()
    assert found.mean[1] + found.mean[2] == pytest.approx(found.mean[0])


def test_nights_do_not_count_as_waiting() -> None:
    """From 16:00 to 10:00 of the next day, an hour at each end: one hour of waiting is open."""
    rows = [
        {"who": "ana", "t": "2026-01-05 16:00", "e": "2026-01-05 16:30", "w": "call"},
        {"who": "ana", "t": "2026-01-06 09:30", "e": "2026-01-06 10:00", "w": "visit"},
    ]
    log = tp.from_records(rows, journey="who", time="t", end="e", touchpoint="w")
    office = tp.OpeningHours(week={"mon-fri": "09:00-17:00"})

    assert tp.paths.flow_efficiency(log, unit="hours", hours=office).as_dict() == {
        "span": 2.0,
        "active": 1.0,
        "waiting": 1.0,
        "flow efficiency": 0.5,
    }
    assert tp.paths.flow_efficiency(log, unit="hours").as_dict()["waiting"] == 17.0


def test_logs_without_ends_are_refused() -> None:
    """Nothing is going on in moments."""
    with pytest.raises(InvalidInputError, match="needs the ends"):
        tp.paths.flow_efficiency(tp.datasets.shop(20, seed=1))


def test_intervals_of_means_stay_where_means_can_be() -> None:
    """Two journeys tell little, but no efficiency is below 0 or above 1."""
    log = {
        "who": ["ana", "ana", "leo", "leo"],
        "t": ["2026-01-01T00:00", "2026-01-01T00:58", "2026-01-01T00:00", "2026-01-01T00:30"],
        "e": ["2026-01-01T00:58", "2026-01-01T01:00", "2026-01-01T00:01", "2026-01-01T01:00"],
        "w": ["a", "b", "a", "b"],
    }
    journeys = tp.from_columns(log, journey="who", time="t", end="e", touchpoint="w")
    found = {row["measure"]: row for row in tp.paths.flow_efficiency(journeys).to_dicts()}

    share = found["flow efficiency"]
    assert (share["mean_low"], share["mean_high"]) == (0, 1)
    assert share["mean"] == pytest.approx((1 + 31 / 60) / 2)
    assert found["waiting"]["mean_low"] == 0
