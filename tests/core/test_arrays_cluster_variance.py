"""Effective sizes of shares and intervals of means, against the definitions, unit by unit."""

from __future__ import annotations

import math
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from tests import naive
from touchpoints._core.arrays.statistics.cluster_variance import ClusterSums
from touchpoints._core.arrays.statistics.mean_bounds import mean_bounds

CELLS = 5
# The group of each cell; group 2 has no cells.
GROUPS = [0, 0, 1, 1, 3]

# The number of identical units, and how often each of them chose each cell.
CHOICES = st.lists(
    st.tuples(
        st.integers(1, 3),
        st.dictionaries(st.integers(0, CELLS - 1), st.integers(1, 4), min_size=1),
    ),
    max_size=6,
)


def naive_trials(choices: list[tuple[int, dict[int, int]]]) -> list[float]:
    """Return the effective number of trials of each cell."""
    apart = [chosen for repeats, chosen in choices for _ in range(repeats)]
    return [
        naive.effective_trials(
            [chosen.get(cell, 0) for chosen in apart],
            [sum(n for one, n in chosen.items() if GROUPS[one] == group) for chosen in apart],
        )
        for cell, group in enumerate(GROUPS)
    ]


def added(sums: ClusterSums, choices: list[tuple[int, dict[int, int]]]) -> None:
    """Add units as the kernel requires: sorted by unit, then by cell."""
    rows = [
        (unit, cell, amount, repeats)
        for unit, (repeats, chosen) in enumerate(choices)
        for cell, amount in sorted(chosen.items())
    ]
    sums.add(*np.array(rows, dtype=np.int64).reshape(-1, 4).T)


def empty(choices: list[tuple[int, dict[int, int]]]) -> ClusterSums:
    """Return sums that know how often each cell is chosen, and nothing else."""
    totals = np.zeros(CELLS)
    for repeats, chosen in choices:
        for cell, amount in chosen.items():
            totals[cell] += repeats * amount
    return ClusterSums(np.array(GROUPS), totals)


@given(choices=CHOICES, cut=st.integers(0, 6))
def test_sums_over_units_give_the_effective_trials_of_the_definition(choices, cut: int) -> None:
    """Adding units at once or in two parts gives the same numbers."""
    sums = empty(choices)
    added(sums, choices[:cut])
    added(sums, choices[cut:])

    assert sums.effective_trials(0.95).tolist() == pytest.approx(naive_trials(choices), nan_ok=True)


@given(choices=CHOICES)
def test_repeats_of_a_unit_count_as_separate_units(choices) -> None:
    """A unit with ``repeats=2`` equals two identical units."""
    together, apart = empty(choices), empty(choices)
    added(together, choices)
    added(apart, [(1, chosen) for repeats, chosen in choices for _ in range(repeats)])

    for name, column in vars(together).items():
        np.testing.assert_allclose(column, getattr(apart, name), rtol=1e-12, atol=1e-12)


# --------------------------------------------------------------------------------------- of means

# The number of identical units, and their rows: a group, a value, a frequency.
VALUES = st.lists(
    st.tuples(
        st.integers(1, 3),
        st.lists(
            st.tuples(st.integers(0, 2), st.integers(-50, 50), st.integers(1, 3)),
            min_size=1,
            max_size=4,
        ),
    ),
    max_size=5,
)


def naive_reach(units: list[list[tuple[int, int, int]]], group: int, level: float) -> float:
    """Return half the width of the interval of a group's mean, by its definition."""
    own = [[(value, times) for one, value, times in unit if one == group] for unit in units]
    own = [unit for unit in own if unit]
    if len(own) < 2:
        return math.nan
    number = sum(times for unit in own for _, times in unit)
    mean = Fraction(sum(value * times for unit in own for value, times in unit), number)
    sizes = [sum(times for _, times in unit) for unit in own]
    strayed = [sum((value - mean) * times for value, times in unit) for unit in own]
    moved = [far / (1 - Fraction(m, number)) for far, m in zip(strayed, sizes, strict=True)]
    variance = Fraction(len(own) - 1, len(own)) * sum(one**2 for one in moved) / number**2
    heavy = [m * (1 + Fraction(m - 1, 3)) for m in sizes]
    freedom = max(sum(heavy) ** 2 / sum(one**2 for one in heavy) - 1, Fraction(1))
    return math.sqrt(variance) * float(stats.t.ppf((1 + level) / 2, float(freedom)))


@given(drawn=VALUES, level=st.sampled_from([0.5, 0.95]))
def test_bounds_of_means_agree_with_the_definition(drawn, level: float) -> None:
    """Each unit is left out in turn; nan for a group with fewer than two units."""
    rows = [(*row, of) for of, (_, unit) in enumerate(drawn) for row in unit]
    groups, values, within, of = np.array(rows, dtype=np.int64).reshape(-1, 4).T
    repeats = np.array([count for count, _ in drawn], dtype=np.int64)
    weights = (within * repeats[of]).astype(float)
    with np.errstate(invalid="ignore"):
        means = np.bincount(groups, weights * values, 3) / np.bincount(groups, weights, 3)
    apart = [unit for count, unit in drawn for _ in range(count)]

    low, high = mean_bounds(
        values.astype(float), groups, means, of=of, within=within, repeats=repeats, level=level
    )

    reach = [naive_reach(apart, group, level) for group in range(3)]
    assert low.tolist() == pytest.approx((means - reach).tolist(), nan_ok=True, abs=1e-9)
    assert high.tolist() == pytest.approx((means + reach).tolist(), nan_ok=True, abs=1e-9)


def test_independent_values_have_the_t_interval() -> None:
    """Student's t interval, as computed by scipy."""
    values = np.array([1.0, 2.5, -3.0, 7.0, 7.0])
    alone, ones = np.arange(5), np.ones(5, dtype=np.int64)

    low, high = mean_bounds(
        values,
        np.zeros(5, dtype=np.int64),
        np.array([values.mean()]),
        of=alone,
        within=ones,
        repeats=ones,
        level=0.9,
    )

    expected = stats.ttest_1samp(values, 0.0).confidence_interval(0.9)
    assert (low[0], high[0]) == pytest.approx((expected.low, expected.high))
