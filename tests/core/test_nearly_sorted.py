"""Sorting of keys that are nearly in order, and the sums over units in blocks."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from touchpoints._core.arrays.sorting.nearly_sorted import sort_runs
from touchpoints._core.arrays.statistics import cluster_variance
from touchpoints._core.arrays.statistics.cluster_variance import ClusterSums


@given(st.lists(st.integers(-(2**63), 2**63 - 1)))
def test_keys_are_sorted(keys: list[int]) -> None:
    """In whatever order they come."""
    found = np.array(keys, dtype=np.int64)
    sort_runs(found)
    assert sorted(keys) == found.tolist()


@pytest.mark.parametrize("block", [1, 2, 7, 50])
def test_blocks_of_units_give_the_sums_of_all_at_once(
    block: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Units of one to nine cells, some longer than a block: no unit is cut."""
    rng = np.random.default_rng(4)
    units = np.repeat(np.arange(12), rng.integers(1, 10, 12))
    cells = np.concatenate([np.sort(rng.permutation(10)[: (units == u).sum()]) for u in range(12)])
    amounts, repeats = rng.integers(1, 5, len(units)), np.array([1, 2, 1, 3] * 3)[units]
    groups = np.arange(10) // 3
    totals = np.bincount(cells, amounts * repeats, 10)

    whole = ClusterSums(groups, totals)
    whole.add(units, cells, amounts, repeats)
    monkeypatch.setattr(cluster_variance, "_BLOCK", block)
    parts = ClusterSums(groups, totals)
    parts.add(units, cells, amounts, repeats)

    for name in ("cell_squares", "products", "strayed", "clusters", "squares", "cubes", "moved"):
        expected = getattr(whole, name)
        assert expected.any()
        np.testing.assert_allclose(getattr(parts, name), expected, rtol=1e-13)


def test_no_choices_add_nothing() -> None:
    """Neither units nor cells."""
    none = np.zeros(0, dtype=np.int64)
    sums = ClusterSums(np.array([0, 0]), np.array([0, 0]))
    sums.add(none, none, none, none)
    assert not sums.clusters.any()
