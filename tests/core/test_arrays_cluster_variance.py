"""Effective sizes of shares and intervals of means, against the definitions, unit by unit."""

from __future__ import annotations

import math
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from touchpoints._core.arrays.statistics.cluster_variance import ClusterSums, effective_sizes
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


def naive_size(hits: list[int], sizes: list[int]) -> float:
    """Return the effective size by its definition: choices divided by the design effect."""
    chose = [(hit, size) for hit, size in zip(hits, sizes, strict=True) if size]
    total = sum(size for _, size in chose)
    if not total:
        return math.nan
    share, count = Fraction(sum(hit for hit, _ in chose), total), len(chose)
    if share in {0, 1} or count < 2:
        return total**2 / sum(size**2 for _, size in chose)
    spread = sum((hit - share * size) ** 2 for hit, size in chose)
    variance = Fraction(count, count - 1) * spread / total**2
    independent = share * (1 - share) / (total - 1)
    return float(total if variance == 0 else min(total / (variance / independent), total))


def naive_sizes(choices: list[tuple[int, dict[int, int]]]) -> list[float]:
    """Return the effective size of each cell."""
    apart = [chosen for repeats, chosen in choices for _ in range(repeats)]
    return [
        naive_size(
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


@given(choices=CHOICES, cut=st.integers(0, 6))
def test_sums_over_units_give_the_effective_sizes_of_the_definition(choices, cut: int) -> None:
    """Adding units at once or in two parts gives the same sizes."""
    sums = ClusterSums(np.array(GROUPS))
    added(sums, choices[:cut])
    added(sums, choices[cut:])

    assert sums.effective_sizes().tolist() == pytest.approx(naive_sizes(choices), nan_ok=True)


@given(choices=CHOICES)
def test_repeats_of_a_unit_count_as_separate_units(choices) -> None:
    """A unit with ``repeats=2`` equals two identical units."""
    together, apart = ClusterSums(np.array(GROUPS)), ClusterSums(np.array(GROUPS))
    added(together, choices)
    added(apart, [(1, chosen) for repeats, chosen in choices for _ in range(repeats)])

    for name, column in vars(together).items():
        np.testing.assert_array_equal(column, getattr(apart, name))


@pytest.mark.parametrize(
    ("hits", "sizes", "expected"),
    [
        # One choice for each unit: the number of choices.
        ([1, 0, 1, 0], [1, 1, 1, 1], 4.0),
        # All choices of a unit are the same: the number of units, up to the n - 1 corrections.
        ([4, 0, 4, 0], [4, 4, 4, 4], 16 / (4 / 3 * 15 / 4)),
        # Every unit chose the cell equally often: the size is capped at the number of choices.
        ([1, 1, 1], [2, 2, 2], 6.0),
        # Share 1, share 0, or a single unit: the choices of a unit are assumed to be identical.
        ([3, 1], [3, 1], 16 / 10),
        ([0, 0], [3, 1], 16 / 10),
        ([2, 0], [4, 0], 1.0),
        # No choices.
        ([0], [0], math.nan),
    ],
)
def test_effective_sizes_worked_out_by_hand(
    hits: list[int], sizes: list[int], expected: float
) -> None:
    """The design effect of units, and its limits; the naive version agrees."""
    x, m = np.array(hits, dtype=float), np.array(sizes, dtype=float)
    with np.errstate(invalid="ignore"):
        share = x.sum() / m.sum()

    found = effective_sizes(
        m.sum(),
        np.array([share]),
        np.array([((x - share * m) ** 2).sum()]),
        squares=(m**2).sum(),
        units=float((m > 0).sum()),
    )

    assert found.tolist() == pytest.approx([expected], nan_ok=True)
    assert naive_size(hits, sizes) == pytest.approx(expected, nan_ok=True)


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
    squares = sum(sum((value - mean) * times for value, times in unit) ** 2 for unit in own)
    variance = Fraction(len(own), len(own) - 1) * squares / number**2
    return math.sqrt(variance) * float(stats.t.ppf((1 + level) / 2, len(own) - 1))


@given(drawn=VALUES, level=st.sampled_from([0.5, 0.95]))
def test_bounds_of_means_agree_with_the_definition(drawn, level: float) -> None:
    """A ratio of sums over units, linearised; nan for a group with fewer than two units."""
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
