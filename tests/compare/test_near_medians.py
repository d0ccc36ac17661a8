"""Medians of resampled groups, from the values near the median of the whole."""

from __future__ import annotations

from statistics import median

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from touchpoints.compare._shared.near_medians import NearMedians
from touchpoints.compare._shared.statistics import Medians
from touchpoints.uncertainty import Units


def medians_of(values: list[list[tuple[float, int]]]) -> Medians:
    """Return medians of the (value, row) pairs of each label."""
    ordered = [sorted(one) for one in values]
    return Medians(
        labels=list(range(len(values))),
        values=np.array([value for one in ordered for value, _ in one], dtype=np.float64),
        owners=np.array([row for one in ordered for _, row in one], dtype=np.int64),
        starts=np.append(0, np.cumsum([len(one) for one in ordered])),
    )


def units_of(rows: int) -> Units:
    """Return units of one row each."""
    ones = np.ones(rows, dtype=np.int64)
    return Units(unit="journey", of=np.arange(rows), repeats=ones, within=ones)


def naive(values: list[tuple[float, int]], weights: np.ndarray) -> float:
    """Return the median of each value as often as its row was drawn."""
    drawn = [value for value, row in values for _ in range(int(weights[row]))]
    return median(drawn) if drawn else float("nan")


@given(st.data())
def test_medians_of_any_weights_are_those_of_all_values(data: st.DataObject) -> None:
    """Labels of no, few and many values, ties, weights far from those of a resample."""
    rng = np.random.default_rng(data.draw(st.integers(0, 999)))
    rows = data.draw(st.integers(1, 60))
    sizes = data.draw(st.lists(st.sampled_from([0, 1, 2, 30, 900]), min_size=1, max_size=4))
    values = [
        [(float(rng.integers(0, 40)), int(rng.integers(0, rows))) for _ in range(size)]
        for size in sizes
    ]
    whole = medians_of(values)
    near = NearMedians.around(whole, np.ones(rows, dtype=np.int64), units_of(rows))
    draws = np.stack([rng.poisson(1, rows), rng.integers(0, 2, rows), np.arange(rows) // 3])

    found = near.of(near.sums(draws))

    expected = [[naive(one, weights) for one in values] for weights in draws]
    assert np.array_equal(expected, found, equal_nan=True)
    assert np.array_equal(whole.of(whole.sums(draws)), found, equal_nan=True)


@pytest.mark.parametrize("side", [0, 1])
def test_a_median_outside_the_window_is_found_in_all_values(side: int) -> None:
    """All of the lower (upper) thousandth is drawn, far from the middle of 10,000 values."""
    values = [[(float(row), row) for row in range(10_000)]]
    whole = medians_of(values)
    near = NearMedians.around(whole, np.ones(10_000, dtype=np.int64), units_of(10_000))
    weights = np.zeros(10_000, dtype=np.int64)
    weights[[slice(10), slice(-10, None)][side]] = 1

    assert len(near.near.values) < 1_000
    assert [[4.5, 9994.5][side]] == near.of(weights[None, :])[0].tolist()
