"""The least p of shares by group where clusters differ in size, and sums over clusters."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import sparse

from tests import naive_dealt
from touchpoints._core.arrays.statistics.clustered_shares import ClusterSizes
from touchpoints._core.arrays.statistics.unlike_sizes import least_p, sums_by_column

Groups = list[list[tuple[int, int]]]


def least_of(groups: Groups) -> float:
    """Return the least p of one share, of (trials, hits) of each cluster by group."""
    sums = [
        [[sum(f(m, y) for m, y in group)] for group in groups]
        for f in (
            lambda _, y: y,
            lambda m, _: m,
            lambda _, y: y * y,
            lambda m, y: y * m,
            lambda m, _: m * m,
        )
    ]
    return float(least_p(*(np.array(one, dtype=float) for one in sums))[0])


def test_single_trials_against_clusters_of_ten() -> None:
    """Worked by hand: 6 of 40 single trials, and one hit in each of ten clusters of ten.

    The share of all is 16 / 140, its noise p (1 - p) = .10122. The clusters of ten are more alike
    than by chance, so ρ = 0; the variances are .0025306 and .0010122, z² = .0025 / .0035428 =
    .70565, its tail .4009, of which 1 - 1 / 10.
    """
    groups = [[(1, 1)] * 6 + [(1, 0)] * 34, [(10, 1)] * 10]

    assert 0.9 * 0.40089 == pytest.approx(least_of(groups), abs=1e-4)


def test_clusters_that_are_all_alike_count_as_one_trial_each() -> None:
    """Ten clusters of ten that hit always or never have ρ = 1: k + 1 = 10 in that group.

    p = 7 / 12, noise .24306, and 20 of 20 against 50 of 100 with variance noise / 10: z² = .25 /
    (.24306 / 20 + .24306 / 10) = 6.8571, its tail .008829.
    """
    groups = [[(1, 1)] * 20, [(10, 10)] * 5 + [(10, 0)] * 5]

    assert 0.9 * 0.008829 == pytest.approx(least_of(groups), abs=1e-5)


@pytest.mark.parametrize("size", [1, 5])
def test_sizes_that_are_alike_have_no_least_p(size: int) -> None:
    """Then clusters are exchangeable, and permutations exact."""
    assert 0.0 == least_of([[(size, 1)] * 3, [(size, 0)] * 4])
    assert 0.0 == least_of([[(size, size)] * 3, [(7, 7)] * 4])


@given(
    st.lists(
        st.lists(
            st.integers(1, 9).flatmap(lambda m: st.tuples(st.just(m), st.integers(0, m))),
            min_size=1,
            max_size=6,
        ),
        min_size=2,
        max_size=4,
    )
)
def test_the_least_p_is_that_of_the_definition(groups: Groups) -> None:
    """Of two groups and more, with clusters of any size."""
    assert naive_dealt.least_p(groups) == pytest.approx(least_of(groups), abs=1e-12)


def test_sums_by_column() -> None:
    """Two clusters of two and three choices; the second column holds both kinds."""
    members = sparse.csr_array(np.array([[2.0, 0.0], [1.0, 2.0]]))
    holds, made, repeats = np.array([[True, True], [False, True]]), np.array([2.0, 3.0]), np.ones(2)
    found = sums_by_column(members, holds, made, repeats, ClusterSizes.of(made, repeats))

    assert [[5.0, 13.0], [7.0, 13.0]] == found[1:].tolist()
