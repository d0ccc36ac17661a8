"""Which tables of hits by group are too small for the chi-square distribution."""

from __future__ import annotations

import numpy as np

from touchpoints._core.arrays.statistics.contingency import too_small


def test_a_table_is_small_where_hits_or_misses_are_expected_to_be_few() -> None:
    """Of groups of 10 and 30, the smaller one decides, with the share of both together.

    Expected hits are 9, 5 and 1, expected misses 1, 5 and 9: below 5 in the first and the last.
    """
    hits = np.array([[9.0, 5.0, 1.0], [27.0, 15.0, 3.0]])

    assert too_small(hits, np.array([[10.0], [30.0]])).tolist() == [True, False, True]
