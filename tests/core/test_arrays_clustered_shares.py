"""Intervals of shares of persons with several journeys: against the definition, and by hand."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from tests import naive
from touchpoints._core.arrays.statistics.clustered_shares import (
    ChosenSums,
    ClusterSizes,
    effective_trials,
    fewest_behind,
    left_out,
)
from touchpoints._core.arrays.statistics.intervals import wilson_bounds, z_of


def trials(hits: list[float], sizes: list[float], *, repeats=None, level: float = 0.95) -> float:
    """Return the effective trials of one share, by the kernel."""
    y, m = np.array(hits, dtype=float), np.array(sizes, dtype=float)
    times = np.ones(len(m)) if repeats is None else np.array(repeats, dtype=float)
    total = float(times @ m)
    share = float(times @ y) / total if total else math.nan
    strayed = left_out(m, total) * (y - share * m) ** 2
    parts = {"hits": y, "squares": y**2, "products": y * m, "strayed": strayed}
    chosen = ChosenSums(**{name: np.array([times @ one]) for name, one in parts.items()})
    return float(effective_trials(ClusterSizes.of(m, times), chosen, level=level)[0])


def interval(hits: list[float], sizes: list[float]) -> tuple[float, float]:
    """Return the interval of one share at 95 %."""
    number, share = trials(hits, sizes), sum(hits) / sum(sizes)
    low, high = wilson_bounds(np.float64(share * number), np.float64(number), z_of(0.95))
    return float(low), float(high)


PERSONS = st.lists(
    st.integers(0, 30).flatmap(lambda m: st.tuples(st.integers(0, m), st.just(m))), max_size=12
)


@given(persons=PERSONS, level=st.sampled_from([0.5, 0.95, 0.99]))
def test_the_kernel_is_the_definition_person_by_person(persons, level: float) -> None:
    """Persons without a journey do not count."""
    hits, sizes = [y for y, _ in persons], [m for _, m in persons]

    found = trials(hits, sizes, level=level)

    assert found == pytest.approx(naive.effective_trials(hits, sizes, level), nan_ok=True)


@given(
    size=st.integers(100, 100_000),
    number=st.integers(15, 60),
    share=st.sampled_from([0.0001, 0.01, 0.3]),
    seed=st.integers(0, 99),
)
def test_the_kernel_is_the_definition_for_blocks_of_many_choices(
    size: int, number: int, share: float, seed: int
) -> None:
    """Units with thousands of choices, of which the bound of the design effect is asked."""
    rng = np.random.default_rng(seed)
    sizes = rng.integers(size // 2, 2 * size, number)
    hits = rng.binomial(sizes, share)

    found = trials(hits.tolist(), sizes.tolist())

    expected = naive.effective_trials(hits.tolist(), sizes.tolist())
    assert found == pytest.approx(expected, rel=1e-6, nan_ok=True)


def test_two_hundred_blocks_that_agree_tell_as_much_as_their_choices() -> None:
    """By hand: d is at most 200 / chi2(.05, .), not the 6.2 of a quarter of a block all alike."""
    hits, sizes = [520, 480] * 100, [5000] * 200  # as far apart as independent choices, about

    share, total = 0.1, 1_000_000
    moved = 200 * (20 / (1 - 1 / 200)) ** 2
    found = 199 / 200 * moved / total**2 / (share * (1 - share) / (total - 1))
    seen = 199.0  # of equal blocks, less than those with hits or misses
    most = max(found, 1) * seen / stats.chi2.ppf(0.05, seen)
    drawn = (seen * found + 5000 / 4) / (seen + 0.25)
    t = stats.t.ppf(0.975, 199 * 5000 / 4999) / stats.norm.ppf(0.975)

    assert 1.05 < most < 1.3
    assert drawn > 7
    assert trials(hits, sizes) == pytest.approx(total / (most * t**2), rel=1e-6)


def test_hits_of_four_blocks_are_not_bounded() -> None:
    """By hand: 15.7 persons can tell, (15.7 d0 + 5000 / 4) / 15.9 = 79.4 with d0 of nearly 1."""
    t = stats.t.ppf(0.975, 199) / stats.norm.ppf(0.975)

    found = trials([1] * 4 + [0] * 196, [5000] * 200)

    assert found == pytest.approx(1_000_000 / (79.4 * t**2), rel=1e-3)


@given(persons=PERSONS, data=st.data())
def test_persons_who_are_alike_are_persons(persons, data) -> None:
    """One row that stands for several persons tells as much as the rows written out."""
    repeats = [data.draw(st.integers(1, 4)) for _ in persons]
    apart = [one for one, times in zip(persons, repeats, strict=True) for _ in range(times)]
    hits, sizes = [y for y, _ in persons], [m for _, m in persons]

    written_out = trials([y for y, _ in apart], [m for _, m in apart])

    assert trials(hits, sizes, repeats=repeats) == pytest.approx(written_out, nan_ok=True)


@given(hits=st.integers(0, 200), misses=st.integers(0, 200))
def test_with_one_journey_a_person_the_interval_is_wilsons(hits: int, misses: int) -> None:
    """As many trials as journeys."""
    number = hits + misses

    found = trials([1] * hits + [0] * misses, [1] * number)

    assert found == pytest.approx(number or math.nan, rel=1e-12, nan_ok=True)


@pytest.mark.parametrize(
    ("hits", "sizes", "low", "high"),
    [
        # All agree: how many journeys each has does not matter beyond a few.
        ([1] * 10, [3] * 10, 0.182, 0.529),
        ([100] * 10, [300] * 10, 0.281, 0.391),
        ([1e6] * 10, [3e6] * 10, 0.281, 0.391),
        ([1e6] * 100, [3e6] * 100, 0.333, 0.333),
        ([5, 5], [10, 10], 0.095, 0.905),
        # Two persons who differ.
        ([10, 0], [10, 10], 0.039, 0.961),
        # One person, and shares of 0 and 1: the number of persons.
        ([5], [10], 0.055, 0.945),
        ([10], [10], 0.207, 1.0),
        ([0] * 10, [5] * 10, 0.0, 0.278),
        # Thirty persons with five journeys, few of them with a hit.
        ([0] * 30, [5] * 30, 0.0, 0.114),
    ],
)
def test_intervals_of_few_persons(hits, sizes, low: float, high: float) -> None:
    """Few persons bound what is known, however many journeys they have; a hundred can agree."""
    assert interval(hits, sizes) == pytest.approx((low, high), abs=5.1e-4)


@pytest.mark.parametrize(
    ("last", "low", "high"),
    [
        (50, 0.442, 0.558),
        (51, 0.443, 0.559),
        (52, 0.444, 0.560),
        (55, 0.446, 0.564),
        (60, 0.448, 0.572),
        (80, 0.442, 0.617),
        (100, 0.425, 0.669),
    ],
)
def test_the_interval_moves_little_where_a_person_does(last: int, low: float, high: float) -> None:
    """Nine persons agree, and one comes away from them bit by bit."""
    assert interval([50] * 9 + [last], [100] * 10) == pytest.approx((low, high), abs=5.1e-4)


def test_one_journey_more_changes_little() -> None:
    """Fifty persons with a journey each, and as many journeys where one person has two."""
    assert interval([1] * 13 + [0] * 37, [1] * 50) == pytest.approx((0.15872, 0.39553), abs=6e-6)
    several = interval([1] * 12 + [0] * 36 + [1], [1] * 48 + [2])
    assert several == pytest.approx((0.15863, 0.39568), abs=6e-6)


@given(persons=PERSONS)
def test_persons_behind_hits_and_misses_agree_with_the_definition(persons) -> None:
    """The smaller of two effective numbers; infinite where nothing can be carried by a few."""
    hits, sizes = [y for y, _ in persons], [m for _, m in persons]
    y, m = np.array(hits, dtype=float), np.array(sizes, dtype=float)
    parts = {"hits": y, "squares": y**2, "products": y * m, "strayed": y * 0}
    chosen = ChosenSums(**{name: np.array([one.sum()]) for name, one in parts.items()})

    found = fewest_behind(ClusterSizes.of(m, np.ones(len(m))), chosen)

    assert found.tolist() == [pytest.approx(naive.fewest_behind(hits, sizes))]
