"""Least squares, and the variance that columns explain, against published figures."""

from __future__ import annotations

import itertools
import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from touchpoints._core.arrays.statistics.regression import (
    explained,
    independent,
    least_squares,
    shared_out,
)
from touchpoints._core.frozen import Array

# Fertility, agriculture, examination, education, Catholics and infant mortality of the French-
# speaking provinces of Switzerland in 1888 (Mosteller and Tukey 1977), as in R's data set swiss.
SWISS = """
80.2 17.0 15 12 9.96 22.2|83.1 45.1 6 9 84.84 22.2|92.5 39.7 5 5 93.40 20.2
85.8 36.5 12 7 33.77 20.3|76.9 43.5 17 15 5.16 20.6|76.1 35.3 9 7 90.57 26.6
83.8 70.2 16 7 92.85 23.6|92.4 67.8 14 8 97.16 24.9|82.4 53.3 12 7 97.67 21.0
82.9 45.2 16 13 91.38 24.4|87.1 64.5 14 6 98.61 24.5|64.1 62.0 21 12 8.52 16.5
66.9 67.5 14 7 2.27 19.1|68.9 60.7 19 12 4.43 22.7|61.7 69.3 22 5 2.82 18.7
68.3 72.6 18 2 24.20 21.2|71.7 34.0 17 8 3.30 20.0|55.7 19.4 26 28 12.11 20.2
54.3 15.2 31 20 2.15 10.8|65.1 73.0 19 9 2.84 20.0|65.5 59.8 22 10 5.23 18.0
65.0 55.1 14 3 4.52 22.4|56.6 50.9 22 12 15.14 16.7|57.4 54.1 20 6 4.20 15.3
72.5 71.2 12 1 2.40 21.0|74.2 58.1 14 8 5.23 23.8|72.0 63.5 6 3 2.56 18.0
60.5 60.8 16 10 7.72 16.3|58.3 26.8 25 19 18.46 20.9|65.4 49.5 15 8 6.10 22.5
75.5 85.9 3 2 99.71 15.1|69.3 84.9 7 6 99.68 19.8|77.3 89.7 5 2 100.00 18.3
70.5 78.2 12 6 98.96 19.4|79.4 64.9 7 3 98.22 20.2|65.0 75.9 9 9 99.06 17.8
92.2 84.6 3 3 99.46 16.3|79.3 63.1 13 13 96.83 18.1|70.4 38.4 26 12 5.62 20.3
65.7 7.7 29 11 13.79 20.5|72.7 16.7 22 13 11.22 18.9|64.4 17.6 35 32 16.92 23.0
77.6 37.6 15 7 4.97 20.0|67.6 18.7 25 7 8.65 19.5|35.0 1.2 37 53 42.34 18.0
44.7 46.6 16 29 50.43 18.2|42.8 27.7 22 29 58.33 19.3
"""


def swiss() -> Array:
    """Return the table, fertility first."""
    rows = SWISS.strip().replace("\n", "|").split("|")
    return np.array([[float(one) for one in row.split()] for row in rows])


def test_the_coefficients_are_those_of_r() -> None:
    """R's lm(Fertility ~ ., swiss): an R² of .7067."""
    table = swiss()
    columns = np.column_stack([np.ones(len(table)), table[:, 1:]])
    fit = least_squares(columns, table[:, 0], np.ones(len(table)), np.arange(len(table)))

    wanted = [66.91518, -0.17211, -0.25801, -0.87094, 0.10412, 1.07705]
    np.testing.assert_allclose(fit.coefficients, wanted, atol=1e-5)
    assert fit.r2 == pytest.approx(0.7067, abs=5e-5)


def test_the_shares_are_those_of_relaimpo() -> None:
    """U. Grömping (2006), calc.relimp(Fertility ~ ., swiss), type lmg."""
    table = swiss()
    moments = np.cov(np.column_stack([table[:, 1:], table[:, 0]]).T)[None]
    wanted = [0.05709122, 0.17117303, 0.26013468, 0.10557015, 0.11276592]

    np.testing.assert_allclose(shared_out(explained(moments))[0], wanted, atol=5e-9)


def test_standard_errors_leave_out_one_unit_at_a_time() -> None:
    """The covariance is that of refitting without each unit, around the fit of all."""
    rng = np.random.default_rng(2)
    units = np.repeat(np.arange(9), rng.integers(1, 5, 9))
    x = np.column_stack([np.ones(len(units)), rng.normal(size=(len(units), 2))])
    y, weights = rng.normal(size=len(units)), rng.integers(1, 4, len(units)).astype(float)
    fit = least_squares(x, y, weights, units)

    others = []
    for unit in range(9):
        root = np.sqrt(np.where(units == unit, 0, weights))
        others.append(np.linalg.lstsq(x * root[:, None], y * root, rcond=None)[0])
    moved = np.array(others) - fit.coefficients
    np.testing.assert_allclose(fit.covariance, moved.T @ moved * 8 / 9, rtol=1e-8)
    assert fit.freedom == 8


def explained_by(moments: Array, chosen: tuple[int, ...]) -> float:
    """Return the share of variance that some columns explain, by the definition."""
    last, some = len(moments) - 1, list(chosen)
    if not some:
        return 0.0
    inverse = np.linalg.pinv(moments[np.ix_(some, some)])
    return float(moments[last, some] @ inverse @ moments[some, last] / moments[last, last])


@given(st.integers(1, 4), st.integers(0, 10_000))
def test_every_subset_and_every_order(p: int, seed: int) -> None:
    """R² of each subset, and its mean increase over all orders."""
    rng = np.random.default_rng(seed)
    table = rng.normal(size=(12, p + 1))
    table[:, -1] += table[:, 0]
    moments = np.cov(table.T).reshape(p + 1, p + 1)
    r2 = explained(moments[None])[0]
    for subset in range(1 << p):
        chosen = tuple(one for one in range(p) if subset >> one & 1)
        assert r2[subset] == pytest.approx(explained_by(moments, chosen), abs=1e-6)
    shares = np.zeros(p)
    for order in itertools.permutations(range(p)):
        for place, column in enumerate(order):
            more = explained_by(moments, order[: place + 1]) - explained_by(moments, order[:place])
            shares[column] += more / math.factorial(p)
    np.testing.assert_allclose(shared_out(r2[None])[0], shares, atol=1e-6)


def test_columns_that_are_the_same_share_alike() -> None:
    """Two copies of a column explain half each; a constant one nothing."""
    table = swiss()
    doubled = np.column_stack([table[:, 1], table[:, 2], table[:, 1], np.ones(47), table[:, 0]])
    shares = shared_out(explained(np.cov(doubled.T)[None]))[0]

    assert shares[0] == pytest.approx(shares[2], abs=1e-12)
    assert shares[3] == pytest.approx(0, abs=1e-12)


def test_dependent_columns_are_left_out() -> None:
    """A column that others determine has no coefficient."""
    rng = np.random.default_rng(1)
    x = rng.normal(size=(20, 2))
    columns = np.column_stack([x, x.sum(axis=1), np.zeros(20)])

    assert independent(columns).tolist() == [0, 1]
    fit = least_squares(columns, x[:, 0], np.ones(20), np.arange(20))
    np.testing.assert_allclose(fit.coefficients, [1, 0, np.nan, np.nan], atol=1e-12)
