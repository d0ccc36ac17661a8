"""Differences of durations on the clock of a service that is not always open."""

from __future__ import annotations

import datetime as dt

import numpy as np
import pytest

import touchpoints as tp

HOURS = tp.OpeningHours(week={"mon-fri": "09:00-17:00"})
MINUTE = np.timedelta64(1, "m")


def log(seed: int) -> tp.Journeys:
    """Return journeys of two groups with three interactions within a week."""
    rng = np.random.default_rng(seed)
    size = 60
    starts = np.datetime64("2026-03-02T08:00") + rng.integers(0, 5_000, (size, 3)) * MINUTE
    return tp.from_columns(
        {
            "id": np.repeat(np.arange(size), 3),
            "t": np.sort(starts, axis=1).ravel(),
            "w": np.tile(["call", "visit", "answer"], size),
            "team": np.repeat(rng.integers(0, 2, size), 3).astype(str),
        },
        journey="id", time="t", touchpoint="w", per_journey=("team",), tz="UTC",
    )  # fmt: skip


def asked(journeys: tp.Journeys, name: str, hours: tp.OpeningHours | None) -> tuple[float, float]:
    """Return the two numbers of a comparison and of the question itself, for both teams."""
    two = tp.compare.groups(journeys, "team")
    plain = {"seed": 1, "resamples": 40, "hours": hours}
    if name == "time_to":
        found = tp.compare.time_to(two, place="answer", **plain)
        return tuple(found.median.tolist())
    if name == "throughput":
        found = tp.compare.throughput(two, **plain)
    elif name == "between":
        found = tp.compare.gaps(two, start="call", end="answer", **plain)
    else:
        found = tp.compare.gaps(two, **plain)
    row = next(row for row in found.to_dicts() if name != "gaps" or "answer" in str(row))
    return row["a"], row["b"]


def expected(journeys: tp.Journeys, name: str, hours: tp.OpeningHours | None) -> tuple[float, ...]:
    """Return the medians of both teams as `tp.paths` finds them."""
    options = {"by": "team", "hours": hours}
    if name == "time_to":
        found = tp.paths.median_time_to(journeys, place="answer", **options)
        return tuple(found.median.tolist())
    if name == "throughput":
        return tuple(tp.paths.throughput_times(journeys, **options).median.tolist())
    if name == "between":
        found = tp.paths.gaps(journeys, start="call", end="answer", **options)
        return tuple(found.median.tolist())
    rows = tp.paths.gaps(journeys, **options).to_dicts()
    return tuple(
        next(row["median"] for row in rows if row["group"] == team and row["target"] == "answer")
        for team in ("0", "1")
    )


@pytest.mark.parametrize("name", ["gaps", "between", "throughput", "time_to"])
def test_numbers_are_those_of_the_questions_on_paths(name: str) -> None:
    """With hours and without; opening hours make them shorter."""
    journeys = log(3)
    open_hours, always = asked(journeys, name, HOURS), asked(journeys, name, None)

    assert open_hours == pytest.approx(expected(journeys, name, HOURS))
    assert always == pytest.approx(expected(journeys, name, None))
    assert max(open_hours) < min(always)


def test_a_service_that_is_always_open_changes_nothing() -> None:
    """All week, all day."""
    whole = tp.OpeningHours(week={"mon-sun": "00:00-24:00"})

    assert asked(log(4), "gaps", whole) == pytest.approx(asked(log(4), "gaps", None))


def test_hours_must_be_opening_hours() -> None:
    """A duration is none."""
    two = tp.compare.groups(log(5), "team")
    with pytest.raises(tp.errors.WrongKindError, match="hours"):
        tp.compare.gaps(two, seed=1, hours=dt.timedelta(hours=8))
