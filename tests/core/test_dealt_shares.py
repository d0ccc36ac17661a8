"""The permutation test of shares that deals whole clusters to groups."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import sparse

from tests.naive_dealt import p_of_all_deals
from touchpoints._core.arrays.statistics.dealt_shares import dealt_p

DRAWS = 1500


def p_of(cells: Sequence[tuple[int, int]], labels: Sequence[int], draws: int = DRAWS) -> float:
    """Return the p of the only column, of clusters with trials and hits."""
    members = sparse.csr_array(np.array([[hits, size - hits] for size, hits in cells]))
    holds, steps = np.array([[True], [False]]), []
    found = dealt_p(
        members, holds, np.array(labels), draws=(draws, 1), advance=lambda: steps.append(1)
    )
    assert len(steps) == draws
    return float(found[0])


def test_clusters_that_agree_by_chance_do_not_make_a_difference_certain() -> None:
    """Three of four have one hit in two: wherever the fourth is, the groups differ alike."""
    assert 1.0 == p_of([(2, 1), (2, 1), (2, 0), (2, 1)], [0, 0, 1, 1])


def test_complete_separation_has_the_smallest_p() -> None:
    """Three against three who agree: 2 of the 20 ways to deal them are as far apart."""
    found = p_of([(2, 2)] * 3 + [(2, 0)] * 3, [0, 0, 0, 1, 1, 1], 20_000)

    assert found == pytest.approx(0.1, abs=0.01)


def test_nothing_to_tell_has_no_p() -> None:
    """All are hits."""
    assert np.isnan(p_of([(2, 2), (3, 3)], [0, 1]))


@settings(max_examples=40)
@given(
    st.lists(
        st.integers(1, 6).flatmap(lambda size: st.tuples(st.just(size), st.integers(0, size))),
        min_size=3,
        max_size=6,
    ),
    st.data(),
)
def test_the_p_is_that_of_all_deals(cells: list[tuple[int, int]], data: st.DataObject) -> None:
    """Random deals give the share of all deals, within five standard errors."""
    kinds = data.draw(st.integers(2, min(3, len(cells))))
    rest = data.draw(
        st.lists(
            st.integers(0, kinds - 1), min_size=len(cells) - kinds, max_size=len(cells) - kinds
        )
    )
    labels = [*range(kinds), *rest]
    expected = p_of_all_deals(cells, labels)
    found = p_of(cells, labels)

    if expected is None:
        assert np.isnan(found)
    else:
        error = (expected * (1 - expected) / DRAWS) ** 0.5
        assert found == pytest.approx(expected, abs=5 * error + 2 / DRAWS)
