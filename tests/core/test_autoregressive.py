"""Regression of a series with autocorrelated errors, against matrices written out."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from touchpoints._core.arrays.statistics.autoregressive import series_regression


def naive(
    x: np.ndarray, y: np.ndarray, places: np.ndarray, grid: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Return means and the probabilities of being below 0, from whole correlation matrices."""
    n, p = x.shape
    found = []
    for r in grid:
        matrix = np.sign(r) ** np.abs(places[:, None] - places) * abs(r) ** np.abs(
            places[:, None] - places
        )
        inverse = np.linalg.inv(matrix)
        gram = x.T @ inverse @ x
        b = np.linalg.solve(gram, x.T @ inverse @ y)
        rest = (y - x @ b) @ inverse @ (y - x @ b)
        density = (
            -np.linalg.slogdet(matrix)[1] / 2
            - np.linalg.slogdet(gram)[1] / 2
            - (n - p) / 2 * np.log(rest)
        )
        spread = np.sqrt(np.diag(np.linalg.inv(gram)) * rest / (n - p))
        found.append((density, b, stats.t.cdf(-b / spread, n - p)))
    weight = np.exp([one[0] - max(each[0] for each in found) for one in found])
    weight /= weight.sum()
    means = sum(w * one[1] for w, one in zip(weight, found, strict=True))
    below = sum(w * one[2] for w, one in zip(weight, found, strict=True))
    return np.asarray(means), np.asarray(below)


@pytest.mark.parametrize("seed", range(4))
def test_it_is_the_average_over_correlations(seed: int) -> None:
    """With gaps in the series; the quasi-differences are the inverse of the matrix."""
    rng = np.random.default_rng(seed)
    places = np.cumsum(rng.integers(1, 3, 15))
    x = np.column_stack([np.ones(15), places, places > 12])
    y = rng.normal(size=15).cumsum() / 3
    fit = series_regression(x, y, np.ones(15), places, level=0.9)
    means, below = naive(x, y, places, np.linspace(-0.95, 0.98, 194))

    assert fit.coefficients == pytest.approx(means)
    assert fit.p == pytest.approx(2 * np.minimum(below, 1 - below))
    shifted = series_regression(x, y - x @ fit.low, np.ones(15), places, level=0.9)
    assert shifted.p == pytest.approx([0.1] * 3, rel=1e-6)


def test_a_series_without_errors_is_found_exactly() -> None:
    """Values 1 + 2 t: no error, no width."""
    x = np.column_stack([np.ones(8), np.arange(8)])
    fit = series_regression(x, x @ [1.0, 2.0], np.ones(8), np.arange(8), level=0.95)

    assert fit.coefficients == pytest.approx([1, 2])
    assert (fit.high - fit.low).max() < 1e-5


def test_weights_are_of_precision() -> None:
    """A value with hardly any weight plays no part."""
    x, y = np.ones((5, 1)), np.array([1.0, 2.0, 1.5, 1.0, 99.0])
    few = series_regression(x, y, np.array([1, 1, 1, 1, 1e-9]), np.arange(5), level=0.95)

    assert 1 < few.coefficients[0] < 2
