"""The agglomerative information bottleneck, against its definition."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from tests import naive
from touchpoints._core.arrays.statistics.bottleneck import mergers

TABLES = st.integers(1, 4).flatmap(
    lambda width: st.lists(
        st.lists(st.integers(0, 6), min_size=width, max_size=width), min_size=1, max_size=7
    )
)


@given(TABLES)
def test_each_merger_loses_least(table: list[list[int]]) -> None:
    """The losses are those of merging the cheapest pair again and again."""
    found = mergers(np.array(table, dtype=np.float64))
    wanted = naive.cheapest_mergers(table)

    np.testing.assert_allclose(found.losses, [loss for *_, loss in wanted], atol=1e-6)
    assert found.present.tolist() == [sum(row) > 0 for row in table]


def test_the_pair_that_loses_nothing_is_merged_first() -> None:
    """Rows with the same shares come first; rows without counts stay out."""
    found = mergers(np.array([[2.0, 2.0], [0.0, 9.0], [0.0, 0.0], [4.0, 4.0], [1.0, 8.0]]))

    assert (found.kept[0], found.gone[0]) == (0, 3)
    assert found.losses[0] == 0
    assert found.groups_at(2).tolist() == [0, 1, -1, 0, 1]
    assert found.groups_at(1).tolist() == [0, 0, -1, 0, 0]
    assert found.groups_at(9).tolist() == [0, 1, -1, 2, 3]


@given(TABLES, st.integers(1, 7))
def test_as_many_groups_as_asked(table: list[list[int]], size: int) -> None:
    """Groups are numbered by their first row, as many as asked or as there are rows with counts."""
    groups = mergers(np.array(table, dtype=np.float64)).groups_at(size)
    met = [one for one in groups.tolist() if one >= 0]
    present = sum(sum(row) > 0 for row in table)

    assert len(set(met)) == min(size, present)
    assert list(dict.fromkeys(met)) == sorted(set(met))


def test_many_columns_and_large_counts_are_as_good() -> None:
    """Counts too large for a table of logarithms give the same mergers."""
    rng = np.random.default_rng(1)
    table = rng.integers(0, 50, (12, 30)).astype(np.float64)
    small, large = mergers(table), mergers(table * 10**6)

    assert small.kept.tolist() == large.kept.tolist()
    np.testing.assert_allclose(large.losses, small.losses * 10**6, rtol=1e-6)
