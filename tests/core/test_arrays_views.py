"""Rolling sums and ridge logistic regression against their naive twins."""

from __future__ import annotations

import importlib.util

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.experience.naive_views import naive_auc, naive_ridge_slope, naive_rolling
from touchpoints._core.arrays.statistics.ridge_logistic import (
    auc_within,
    cross_validated,
    ridge_logistic,
)
from touchpoints._core.arrays.statistics.rolling import rolling_sums

EVENTS = st.lists(
    st.tuples(
        st.integers(0, 5),
        st.integers(0, 6),
        st.integers(0, 3),
        st.integers(0, 3),
        st.integers(0, 3),
    ),
    max_size=12,
)


@given(EVENTS)
def test_rolling_sums_are_those_of_every_window_looked_at_anew(
    drawn: list[tuple[int, int, int, int, int]],
) -> None:
    """Windows that gain and lose events have the sums and squares of what they hold."""
    events = [(a, max(a, b), c, float(x), float(y)) for a, b, c, x, y in drawn]
    groups, repeats = [0, 0, 1, 1], [1, 2, 1, 3]
    table = np.array(events).reshape(-1, 5)
    whole = table[:, :3].astype(np.int64)

    found, other = rolling_sums(
        (whole[:, 0], whole[:, 1]),
        whole[:, 2],
        (table[:, 3], 2 * table[:, 3], table[:, 4]),
        groups=np.array(groups),
        repeats=np.array(repeats),
        windows=6,
    )

    parts = (
        found.first,
        found.second,
        found.first_squares,
        found.products,
        found.second_squares,
    )
    assert np.allclose(other.first_squares, 4 * found.first_squares)
    assert np.allclose(other.products, 2 * found.products)
    expected = naive_rolling(events, groups, repeats, 6)
    assert np.allclose(np.stack(parts, axis=-1), np.array(expected))


@given(st.integers(0, 10_000), st.sampled_from([0.3, 3.0, 300.0]))
def test_the_slope_is_zero_where_the_fit_is(seed: int, ridge: float) -> None:
    """The penalised likelihood has no slope left, also where one outcome never occurs."""
    rng = np.random.default_rng(seed)
    features = rng.normal(size=(7, 2))
    hits, misses = rng.integers(0, 4, (2, 7)).astype(np.float64)
    if seed % 5 == 0:
        hits[:] = 0
    fit = ridge_logistic(features, hits, misses, ridge=ridge)

    assert np.allclose(naive_ridge_slope(features, hits, misses, fit, ridge), 0, atol=1e-5)


@given(st.integers(0, 10_000))
def test_auc_counts_pairs_of_one_fold(seed: int) -> None:
    """The chance that a 1 is ranked above a 0 of the same fold, ties half."""
    rng = np.random.default_rng(seed)
    predicted = rng.integers(0, 3, (5, 2)) / 3
    hits, misses = rng.integers(0, 3, (2, 5, 2)).astype(np.float64)

    found, expected = auc_within(predicted, hits, misses), naive_auc(predicted, hits, misses)

    assert found == pytest.approx(expected, nan_ok=True)


def test_a_feature_that_says_all_is_found_and_noise_is_shrunk() -> None:
    """Without features the share of the other folds is predicted."""
    hits = np.array([[3.0, 1.0, 2.0]])
    misses = np.array([[1.0, 1.0, 4.0]])

    found = cross_validated(np.empty((1, 0)), hits, misses)

    assert np.allclose(found, [[3 / 8, 5 / 10, 4 / 6]], atol=1e-6)


@pytest.mark.skipif(importlib.util.find_spec("sklearn") is None, reason="needs scikit-learn")
def test_the_fit_is_that_of_scikit_learn() -> None:
    """The same coefficients as LogisticRegression with C = 1 / ridge."""
    from sklearn.linear_model import LogisticRegression

    rng = np.random.default_rng(3)
    features = rng.normal(size=(200, 3))
    truth = rng.random(200) < 1 / (1 + np.exp(-features @ [1.0, -0.5, 0.0] - 0.4))
    ours = ridge_logistic(
        features, truth.astype(np.float64), (~truth).astype(np.float64), ridge=2.0
    )

    theirs = LogisticRegression(C=0.5, tol=1e-10, max_iter=1000).fit(features, truth)

    assert np.allclose(ours, [*theirs.coef_[0], theirs.intercept_[0]], atol=1e-5)
