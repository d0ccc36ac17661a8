"""Odds of being on one side: a logistic regression, beside a general optimiser."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import minimize

from touchpoints.experience._shared.propensities import odds_of

counts = st.integers(1, 30)


@settings(max_examples=30, deadline=None)
@given(st.lists(st.tuples(counts, counts), min_size=6, max_size=6))
def test_odds_are_those_of_the_largest_likelihood(drawn: list[tuple[int, int]]) -> None:
    """Two columns, of two and of three values, without interaction."""
    levels = np.array([(one, two) for one in range(2) for two in range(3)])
    totals = np.array(drawn, dtype=np.float64).T
    odds, usable = odds_of(np.zeros(6, dtype=np.int64), levels, totals)

    def loss(beta: np.ndarray) -> float:
        linear = beta[0] + beta[1] * levels[:, 0] + np.append(0, beta[2:])[levels[:, 1]]
        return float(np.sum(totals.sum(axis=0) * np.logaddexp(0, linear) - totals[1] * linear))

    best = minimize(loss, np.zeros(4), method="BFGS", options={"gtol": 1e-8}).x
    linear = best[0] + best[1] * levels[:, 0] + np.append(0, best[2:])[levels[:, 1]]
    assert usable.all()
    assert odds == pytest.approx(np.exp(linear), rel=1e-3)


def test_values_on_one_side_cannot_be_used() -> None:
    """Without the cells of value 2, which nobody else has, value 1 of the other column goes too."""
    levels = np.array([[0, 0], [1, 0], [2, 1], [0, 1]])
    totals = np.array([[3.0, 4.0, 0.0, 0.0], [2.0, 2.0, 5.0, 1.0]])
    odds, usable = odds_of(np.zeros(4, dtype=np.int64), levels, totals)

    assert usable.tolist() == [True, True, False, False]
    assert odds[:2] == pytest.approx([2 / 3, 1 / 2], rel=1e-5)


def test_rows_have_regressions_of_their_own() -> None:
    """Two touchpoints with the same strata."""
    levels = np.array([[0], [1], [0], [1]])
    totals = np.array([[1.0, 2.0, 3.0, 4.0], [4.0, 3.0, 2.0, 1.0]])
    odds, usable = odds_of(np.array([0, 0, 3, 3]), levels, totals)

    assert usable.all()
    assert odds == pytest.approx([4, 1.5, 2 / 3, 0.25], rel=1e-5)


def test_extreme_cells_cannot_be_used() -> None:
    """Where 999 of 1,000 are exposed, one of the others would weigh as much as all of them."""
    levels = np.array([[0], [1]])
    totals = np.array([[1.0, 10.0], [999.0, 10.0]])
    odds, usable = odds_of(np.zeros(2, dtype=np.int64), levels, totals)

    assert usable.tolist() == [False, True]
    assert odds.tolist() == pytest.approx([0, 1], rel=1e-5)


def test_nobody() -> None:
    """No cells, or all on one side."""
    empty = np.zeros(0, dtype=np.int64)
    assert not len(odds_of(empty, empty.reshape(0, 1), np.zeros((2, 0)))[0])
    one_side = np.array([[0.0], [4.0]])
    assert not odds_of(np.zeros(1, dtype=np.int64), np.array([[0]]), one_side)[1].any()
