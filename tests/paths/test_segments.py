"""All segments between two places, against journeys read from left to right."""

from __future__ import annotations

import attrs
import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

import touchpoints as tp
from tests import strategies
from tests.laws.path_measures import drawn_log
from tests.logs import log
from tests.paths import naive_hours
from touchpoints.errors import InvalidInputError


def naive(journeys, start: str, end: str, *, starts: str, seconds) -> list[tuple]:
    """Return (journey, position, count, steps, duration, reached, open) of all segments."""
    last = max((moment for one in journeys for moment in one.times), default=None)
    late = [time for one in journeys.outcome_times.values() for time in one if time == time]
    ends = [] if journeys.ends is None else [time for time in journeys.ends if time == time]
    last = max([last, *late, *ends]) if last is not None else None
    answer = []
    for place, one in enumerate(journeys):
        groups: dict[int, list[int]] = {}
        for at, key in enumerate(one.keys):
            if key == start:
                later = [nth for nth in range(at + 1, len(one)) if one.keys[nth] == end]
                groups.setdefault(later[0] if later else -1, []).append(at)
        for stop, begun in groups.items():
            chosen = {"every": begun, "first": begun[:1], "last": begun[-1:]}[starts]
            for at in chosen:
                until = one.times[stop] if stop >= 0 else last
                steps = (stop if stop >= 0 else len(one) - 1) - at
                took = seconds(one.times[at], until)
                opened = stop < 0 and not journeys.finished[place]
                answer.append((one.id, at + 1, one.count, steps, took, stop >= 0, opened))
    return answer


def plain(low, high) -> float:
    """Return seconds."""
    return (high - low).astype(int) / 1e6


@given(
    journeys=strategies.journeys(),
    starts=st.sampled_from(["every", "first", "last"]),
    end=st.sampled_from(["a", "b"]),
)
@pytest.mark.parametrize("hours", [None, naive_hours.OFFICE])
def test_segments_agree_with_reading_each_journey(hours, journeys, starts, end) -> None:
    """From every a, or the first or last of those with one end, to the next b or a."""
    assume({"a", end} <= {one.key for one in journeys.touchpoints})
    journeys = naive_hours.as_written(attrs.evolve(journeys, observed_until=None))
    seconds = plain if hours is None else naive_hours.open_seconds

    found = tp.paths.segments_between(journeys, start="a", end=end, starts=starts, hours=hours)

    expected = naive(journeys, "a", end, starts=starts, seconds=seconds)
    rows = [tuple(row.values()) for row in found.to_dicts()]
    assert [row[:4] + row[5:] for row in rows] == [row[:4] + row[5:] for row in expected]
    assert [row[4] for row in rows] == pytest.approx([row[4] for row in expected])


def kaplan_meier(rows, share: float) -> float:
    """Return the first time at which at most 1 - share still wait, or nan."""
    alive = 1.0
    for time in sorted({row[4] for row in rows}):
        at_risk = sum(row[2] for row in rows if row[4] >= time)
        events = sum(row[2] for row in rows if row[4] == time and row[5])
        alive *= 1 - events / at_risk if at_risk else 1
        if alive <= (1 - share) * (1 + 1e-9):
            return time
    return float("nan")


@given(journeys=strategies.journeys(), starts=st.sampled_from(["every", "first", "last"]))
def test_quantiles_are_those_of_kaplan_and_meier(journeys, starts) -> None:
    """With censored segments at risk until they were last seen; counts are honoured."""
    assume({"a", "b"} <= {one.key for one in journeys.touchpoints})
    journeys = attrs.evolve(journeys, observed_until=None)
    shares = [0.1, 0.5, 0.9, 1.0]

    found = tp.paths.segment_times(journeys, start="a", end="b", starts=starts, quantiles=shares)

    rows = [one for one in naive(journeys, "a", "b", starts=starts, seconds=plain) if one[2]]
    expected = [kaplan_meier(rows, share) for share in shares]
    assert found.duration.tolist() == pytest.approx(expected, nan_ok=True)
    assert found.segments.tolist() == [sum(row[2] for row in rows)] * 4
    assert found.reached.tolist() == [sum(row[2] for row in rows if row[5])] * 4
    assert found.open.tolist() == [sum(row[2] for row in rows if row[6])] * 4
    known = ~np.isnan(found.low + found.high)
    assert (found.low <= found.duration)[known].all()
    assert (found.duration <= found.high)[known].all()


@pytest.mark.parametrize("seed", range(6))
def test_one_start_in_each_journey_is_time_to(seed) -> None:
    """The median and its interval are those of `median_time_to`, over persons or journeys."""
    journeys = drawn_log(seed)
    once = tp.Anchor(pattern="a")

    found = tp.paths.segment_times(journeys, start=once, end="b", quantiles=[0.5], level=0.9)
    other = tp.paths.median_time_to(journeys, start="a", place="b", level=0.9)

    assert found.duration.tolist() == pytest.approx(other.median.tolist(), nan_ok=True)
    assert found.segments.tolist() == other.journeys.tolist()
    assert found.low.tolist() == pytest.approx(other.low.tolist(), nan_ok=True)
    assert found.high.tolist() == pytest.approx(other.high.tolist(), nan_ok=True)


def test_the_gaps_of_every_occurrence_are_the_segments_that_are_reached() -> None:
    """An anchor with all occurrences in `gaps` has the same durations."""
    shop = tp.datasets.shop(300, seed=1)
    every = tp.Anchor(pattern="search_query", occurrence="all")

    each = tp.paths.segments_between(shop, start="search_query", end="purchase")
    gaps = tp.paths.gaps(shop, start=every, end="purchase")

    reached = each.duration[each.reached]
    assert gaps.count.tolist() == [len(reached)]
    assert gaps.unreached[0] + gaps.open[0] == (~each.reached).sum()
    assert gaps.open.tolist() == [each.open.sum()]
    assert gaps.median.tolist() == pytest.approx([np.median(reached)])


def test_by_hand() -> None:
    """A x a b a: two segments share the first b; the last a waits until the log ends."""
    journeys = log(one="axaba", two="ba", three="ab")

    def listed(starts: str) -> list[tuple]:
        found = tp.paths.segments_between(journeys, start="a", end="b", starts=starts, unit="days")
        columns = found.journey, found.position, found.steps, found.reached
        return list(zip(*(one.tolist() for one in columns), strict=True))

    rest = [("two", 2, 0, False), ("three", 1, 1, True)]
    last = ("one", 5, 0, False)
    assert listed("every") == [("one", 1, 3, True), ("one", 3, 1, True), last, *rest]
    assert listed("first") == [("one", 1, 3, True), last, *rest]
    assert listed("last") == [("one", 3, 1, True), last, *rest]


def test_many_segments_of_one_journey_are_one_unit() -> None:
    """Eight segments of one journey do not tell as much as those of eight journeys."""
    shapes = ["axb", "axxb", "axxxb", "axxxxb"]
    one = log(one="".join(shapes * 4), two="axb")
    apart = log(**{f"j{nth}": shapes[nth % 4] for nth in range(16)}, two="axb")

    together, alone = (
        tp.paths.segment_times(each, start="a", end="b", quantiles=[0.5]) for each in (one, apart)
    )

    assert together.segments.tolist() == alone.segments.tolist() == [17]
    assert together.duration.tolist() == alone.duration.tolist()
    assert not together.high[0] <= alone.high[0]
    assert together.journeys.tolist() == [2]


def test_misspelt_options_are_refused() -> None:
    """With what was meant."""
    journeys = log(one="ab")
    with pytest.raises(InvalidInputError, match="did you mean 'every'"):
        tp.paths.segments_between(journeys, start="a", end="b", starts="evry")
    with pytest.raises(InvalidInputError, match="did you mean 'weeks'"):
        tp.paths.segment_times(journeys, start="a", end="b", unit="week")
    with pytest.raises(InvalidInputError, match="quantiles must be above 0"):
        tp.paths.segment_times(journeys, start="a", end="b", quantiles=[0])
