"""Medians by group, compared with sorting all rows."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests import naive
from touchpoints._core.arrays.statistics import quantiles

VALUES = st.integers(0, 5) | st.integers(0, 2**52)
ROWS = st.lists(st.tuples(VALUES, st.integers(0, 3), st.integers(0, 3)), max_size=40)


def median_by_group(values, groups, size: int, weights=None) -> np.ndarray:
    """Return the medians, read in spans of rows; assert that a sort of all rows agrees."""

    def read(start: int, stop: int) -> quantiles.Rows:
        part = None if weights is None else weights[start:stop]
        return groups[start:stop].astype(np.int64), values[start:stop], part

    totals, answer = quantiles.medians(read, len(values), size)
    spread = quantiles.spreads(groups.astype(np.int64), values, size, weights)
    assert spread.totals().tolist() == totals.tolist()
    assert np.array_equal(spread.quantile(0.5), answer, equal_nan=True)
    return answer


def found(rows: list[tuple[int, int, int]], *, weighted: bool) -> dict[int, float]:
    """Return the medians of the groups 0, 1 and 2 that have rows; group 3 means no group."""
    values, groups, weights = (np.array([row[at] for row in rows], np.int64) for at in range(3))
    part = weights.astype(np.float64) if weighted else None
    answer = median_by_group(values, groups, 3, part)
    return {group: value for group, value in enumerate(answer.tolist()) if value == value}


@given(ROWS)
def test_medians_of_small_groups(rows: list[tuple[int, int, int]]) -> None:
    """The middle value, or the mean of the middle two; no median for a group without rows."""
    values, groups, _ = ([row[at] for row in rows] for at in range(3))
    expected = naive.median_by_group(values, groups, [1] * len(rows))
    expected.pop(3, None)

    assert expected == found(rows, weighted=False)


@given(ROWS)
def test_weights_repeat_values(rows: list[tuple[int, int, int]]) -> None:
    """A row of weight 3 counts as three equal values; a row of weight 0 does not count."""
    values, groups, weights = ([row[at] for row in rows] for at in range(3))
    expected = naive.median_by_group(values, groups, weights)
    expected.pop(3, None)

    assert expected == found(rows, weighted=True)


@pytest.mark.parametrize("weighted", [False, True])
@pytest.mark.parametrize("shape", ["spread", "few", "same", "rising", "zero and far", "one group"])
def test_medians_of_many_rows_do_not_depend_on_the_sample(shape: str, weighted: bool) -> None:
    """A bracket from the sample that misses the median is noticed and replaced."""
    random = np.random.default_rng(11)
    count = 300_000
    values = {
        "spread": random.integers(0, 2**50, count),
        "few": random.integers(0, 3, count),
        "same": np.full(count, 7),
        "rising": np.arange(count),
        "zero and far": random.choice([0, 2**52], count),
        "one group": random.integers(0, 100, count),
    }[shape]
    groups = np.zeros(count, int) if shape == "one group" else random.integers(0, 6, count)
    weights = random.integers(0, 4, count) if weighted else np.ones(count, int)

    answer = median_by_group(values, groups, 5, weights.astype(np.float64) if weighted else None)

    for group in range(5):
        chosen = groups == group
        repeated = np.repeat(values[chosen], weights[chosen])
        expected = float(np.median(repeated)) if len(repeated) else np.nan
        assert np.array_equal(expected, answer[group], equal_nan=True)


def test_a_misleading_sample_changes_nothing() -> None:
    """When the sampled rows differ from all others, the groups are read again."""
    count = 400_000
    values = np.full(count, 10**6)
    for start in range(0, count, quantiles.CHUNK):
        values[start : start + quantiles.CHUNK // 16] = 1
    values[:50] = 0

    answer = median_by_group(values, np.zeros(count, int), 1)

    assert [float(np.median(values))] == answer.tolist()
