"""Comparisons of durations of which many are the same: whole days, whole minutes."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

import attrs
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import binomtest

import touchpoints as tp
from tests import strategies
from tests.compare import naive_compare as naive
from touchpoints import compare

BEGUN = dt.datetime(2026, 1, 1)


def lasting(
    a: Sequence[float], b: Sequence[float], persons: list[int] | None = None
) -> compare.Pair:
    """Return a pair of journeys from x to y that last so many days."""
    rows = [
        {"id": f"j{number}", "t": BEGUN + dt.timedelta(days=days), "w": name}
        for number, one in enumerate([*a, *b])
        for name, days in (("x", 0), ("y", float(one)))
    ]
    log = tp.from_records(rows, journey="id", time="t", touchpoint="w")
    log = log if persons is None else attrs.evolve(log, persons=persons)
    return compare.Pair(journeys=log, in_a=np.arange(len(log)) < len(a))


def both(pair: compare.Pair, **options: int) -> list[compare.Comparison]:
    """Return the comparison of whole journeys, and of the gap from x to y."""
    return [
        compare.throughput(pair, seed=1, **options),
        compare.gaps(pair, seed=1, min_count=0, **options),
    ]


def test_durations_of_one_or_two_days_that_differ_are_found() -> None:
    """Of 200 journeys a group 70 % last one day, or 30 %: the groups differ beyond doubt."""
    pair = lasting([1] * 140 + [2] * 60, [1] * 60 + [2] * 140)

    for found in both(pair):
        assert found.p[0] <= 1e-3
        assert found.difference[0] == -86_400  # medians of one day and of two
        assert found.effect[0] == pytest.approx(-0.4)  # 0.3 x 0.3 - 0.7 x 0.7


def test_two_durations_that_never_meet_are_found() -> None:
    """Thirty journeys of one day and thirty of two, or of any longer times, differ."""
    for a, b in (([1] * 30, [2] * 30), (range(1, 31), range(40, 70))):
        for found in both(lasting(a, b)):
            assert found.p[0] <= 1e-3
            assert found.effect[0] == -1.0


def test_equal_medians_can_hide_a_difference_that_p_shows() -> None:
    """Medians of one day in both groups, yet those of b last longer: p is of the ranks."""
    pair = lasting([1] * 95 + [9] * 5, [1] * 60 + [9] * 40)

    for found in both(pair):
        assert found.difference[0] == 0
        assert found.p[0] <= 1e-3


def test_durations_that_are_all_the_same_have_p_1() -> None:
    """Nothing varies, so nothing differs."""
    for found in both(lasting([1] * 20, [1] * 30)):
        assert found.p[0] == 1.0


VALUES = st.lists(st.lists(st.integers(1, 3), min_size=1, max_size=3), min_size=2, max_size=4)


@strategies.examples(15)
@given(a=VALUES, b=VALUES)
def test_p_comes_near_that_of_all_deals_of_persons(a: list[list[int]], b: list[list[int]]) -> None:
    """Persons are dealt whole; the mean ranks are compared by their standard error."""
    persons = [who for who, one in enumerate([*a, *b]) for _ in one]
    flat = [[value for one in side for value in one] for side in (a, b)]
    pair = lasting(*flat, persons)

    expected = naive.exact_p_of_values(a, b)

    for found in both(pair, resamples=4000):
        assert found.p[0] == pytest.approx(expected, abs=0.04)


@pytest.mark.parametrize("sizes", [([1] * 12, [6] * 12), ([1] * 20, [1] * 20)])
def test_groups_without_a_difference_keep_the_level(sizes: tuple[list[int], list[int]]) -> None:
    """One or two days by person, few journeys a person against many: about 5 % of p are <= 0.05."""
    rng = np.random.default_rng(8)
    every = np.array([*sizes[0], *sizes[1]])
    persons = np.repeat(np.arange(len(every)), every)
    a = sum(sizes[0])
    blank = lasting([1] * a, [1] * (len(persons) - a), persons.tolist())
    rejected = 0
    for world in range(300):
        days = 1 + rng.binomial(1, rng.beta(1, 1, len(every))[persons])
        times = blank.journeys.times.copy()
        times[1::2] = times[::2] + days * np.timedelta64(1, "D")
        pair = attrs.evolve(blank, journeys=attrs.evolve(blank.journeys, times=times))
        rejected += int(compare.throughput(pair, seed=world, resamples=99).p[0] <= 0.05)

    assert binomtest(rejected, 300, 0.05, alternative="greater").pvalue > 1e-3
