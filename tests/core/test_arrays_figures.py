"""Totals, means and a few quantiles by group, compared with writing all values out."""

from __future__ import annotations

import math
from unittest import mock

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from touchpoints._core.arrays.statistics import figures
from touchpoints._core.arrays.statistics.quantiles import spreads

SHARES = (0.0, 0.25, 0.5, 0.75, 1.0, 1 / 3, 0.999)
SIZE = 3
HUGE = 2**59
FORCED = {"_WHOLE": 1, "_CELLS_A_ROW": 1e6, "_MOST_KEPT": 1.0}
"""Settings with which even few rows are counted in buckets."""
VALUES = (
    st.integers(0, 5)
    | st.integers(0, 2**52)
    | st.integers(-HUGE, HUGE)
    | st.integers(0, 58).map(lambda power: 2**power)
    | st.integers(0, 58).map(lambda power: 2**power - 1)
)
ROWS = st.lists(st.tuples(VALUES, st.integers(0, SIZE)), min_size=1, max_size=60)


def written_out(values: list[int], share: float) -> float:
    """Return a quantile of definition 7 of Hyndman and Fan from the sorted values."""
    ordered = sorted(values)
    place = (len(ordered) - 1) * share
    below = math.floor(place)
    above = min(below + 1, len(ordered) - 1)
    return float(ordered[below] + (place - below) * (ordered[above] - ordered[below]))


def counted(groups, values, size: int, shares) -> figures.Figures:
    """Return figures found in buckets; fail where all rows would be sorted instead."""
    refused = AssertionError("all rows were sorted")
    with mock.patch.object(figures, "spreads", side_effect=refused):
        return figures.figures(groups, values, size, shares)


def same(one: figures.Figures, other: figures.Figures) -> bool:
    """Return whether two tables of figures are equal, bit by bit."""
    pairs = [(getattr(one, name), getattr(other, name)) for name in ("means", "quantiles")]
    equal = all(np.array_equal(*pair, equal_nan=True) for pair in pairs)
    return equal and one.totals.tolist() == other.totals.tolist()


@given(ROWS, st.integers(0, figures._FINEST))
def test_buckets_agree_with_writing_values_out(rows: list[tuple[int, int]], finest: int) -> None:
    """Ties, single rows, groups without rows, rows of no group, negative and huge values."""
    values, groups = (np.array([row[at] for row in rows], np.int64) for at in range(2))

    with mock.patch.multiple(figures, **FORCED, _FINEST=finest):
        found = counted(groups, values, SIZE, SHARES)

    for group in range(SIZE):
        own = [value for value, of in rows if of == group]
        assert found.totals[group] == len(own)
        expected = [written_out(own, share) if own else math.nan for share in SHARES]
        assert np.array_equal(found.quantiles[:, group], expected, equal_nan=True)
        mean = sum(own) / len(own) if own else math.nan
        assert np.array_equal(found.means[group], mean, equal_nan=True)


@given(ROWS, st.lists(st.integers(0, 3), min_size=60, max_size=60))
def test_weights_repeat_values(rows: list[tuple[int, int]], repeats: list[int]) -> None:
    """A row of weight 3 counts as three equal values, which may have to be put in buckets."""
    values, groups = (np.array([row[at] for row in rows], np.int64) for at in range(2))
    weights = np.array(repeats[: len(rows)])

    found = figures.figures(groups, values, SIZE, SHARES, weights.astype(np.float64))

    for group in range(SIZE):
        own = np.repeat(values, weights)[np.repeat(groups, weights) == group].tolist()
        assert found.totals[group] == len(own)
        expected = [written_out(own, share) if own else math.nan for share in SHARES]
        assert np.array_equal(found.quantiles[:, group], expected, equal_nan=True)


def shaped(shape: str, count: int) -> np.ndarray:
    """Return values of one shape, int64 (count,)."""
    random = np.random.default_rng(5)
    return {
        "spread": lambda: random.integers(0, 2**50, count),
        "long tail": lambda: random.lognormal(20, 3, count).astype(np.int64),
        "either side of 0": lambda: random.normal(0, 1e9, count).astype(np.int64),
        "far below 0": lambda: random.integers(-HUGE, -HUGE + 2**40, count),
        "rising": lambda: np.arange(count),
        "huge": lambda: random.integers(-HUGE // 16, HUGE // 16, count),
    }[shape]()


SHAPES = ("spread", "long tail", "either side of 0", "far below 0", "rising", "huge")


@pytest.mark.parametrize("size", [1, 40])
@pytest.mark.parametrize("shape", SHAPES)
def test_many_rows_agree_with_sorting_them(shape: str, size: int) -> None:
    """In several blocks and threads, with a group without rows and one with a single row."""
    count = 600_000
    values = shaped(shape, count)
    groups = np.random.default_rng(6).integers(0, size + 1, count)
    groups[groups == 7], groups[groups == 8] = 9, 9
    groups[1234] = 7 if size > 7 else 0

    with mock.patch.object(figures, "_MOST_KEPT", 1.0):
        found = counted(groups, values, size, SHARES)

    assert same(found, figures.Figures.of(spreads(groups, values, size), SHARES))


def test_only_the_buckets_wanted_are_sorted() -> None:
    """Quartiles of a spread-out log need a small part of its rows in order."""
    values = shaped("long tail", 600_000)
    groups = np.random.default_rng(6).integers(0, 40, len(values))
    lengths = []

    with mock.patch.object(figures, "sort_in_threads", lambda keys: lengths.append(len(keys))):
        figures.figures(groups, values, 40, SHARES[:5])

    assert len(lengths) == 1
    assert 0 < lengths[0] < len(values) / 4


@pytest.mark.parametrize("reason", ["full buckets", "many groups", "wide values", "few rows"])
def test_all_rows_are_sorted_where_buckets_do_not_pay(reason: str) -> None:
    """The figures are the same."""
    count = 1000 if reason == "few rows" else 300_000
    random = np.random.default_rng(7)
    values = random.integers(100, 102, count) if reason == "full buckets" else shaped("huge", count)
    if reason == "wide values":
        values[:2] = np.iinfo(np.int64).min, np.iinfo(np.int64).max
    size = 100_000 if reason == "many groups" else 5
    groups = random.integers(0, size + 1, count)

    with mock.patch.object(figures, "spreads", side_effect=spreads) as sorting:
        found = figures.figures(groups, values, size, SHARES)

    assert sorting.call_count == 1
    assert same(found, figures.Figures.of(spreads(groups, values, size), SHARES))


def test_no_shares_give_no_quantiles() -> None:
    """Totals and means alone need no order."""
    values = shaped("spread", 300_000)
    groups = np.zeros(len(values), np.int64)

    found = counted(groups, values, 2, ())

    assert found.quantiles.shape == (0, 2)
    assert found.means[0] == sum(values.tolist()) / len(values)
    assert math.isnan(found.means[1])
