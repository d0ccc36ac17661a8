"""The sums over units for the interval of a difference of shares, against loops."""

from __future__ import annotations

from typing import Any

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from scipy import sparse

from touchpoints.compare._shared.newcombe import _crossed

GROUP = np.array([0, 0, 2])


def table(width: int) -> st.SearchStrategy[list[list[int]]]:
    """Draw a table of four units and ``width`` columns, with many zeros."""
    row = st.lists(st.sampled_from([0, 0, 1, 2]), min_size=width, max_size=width)
    return st.lists(row, min_size=4, max_size=4)


@given(
    hits=table(3),
    trials=table(3),
    repeats=st.lists(st.integers(1, 3), min_size=4, max_size=4),
    kept=st.booleans(),
)
def test_hits_times_trials_summed_over_units(
    hits: Any, trials: Any, repeats: Any, kept: bool
) -> None:
    """Each label uses the trials of its own group; explicit zeros count as zeros."""
    expected = [
        sum(
            times * hit[label] * trial[group]
            for times, hit, trial in zip(repeats, hits, trials, strict=True)
        )
        for label, group in enumerate(GROUP.tolist())
    ]
    sides = [sparse.csr_array(np.array(one, dtype=float)) for one in (hits, trials)]
    if kept:  # every cell is stored, whatever it is
        full = sparse.csr_array(np.ones((4, 3)))
        for side, dense in zip((0, 1), (hits, trials), strict=True):
            sides[side] = full.copy()
            sides[side].data = np.array(dense, dtype=float).ravel()

    found = _crossed(*sides, GROUP, np.array(repeats, dtype=float))

    assert found.tolist() == expected
