"""Sequences without one of their rows, against looking each of them up."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from tests import naive
from touchpoints._core.arrays.segments import offsets_of
from touchpoints._core.arrays.sequences import distinct_sequences
from touchpoints._core.arrays.sequences.shortened import shortened

SEQUENCES = st.lists(st.lists(st.integers(0, 2), max_size=6).map(tuple), max_size=12, unique=True)


def found_of(sequences: list[tuple[int, ...]], k: int = 3) -> list[int]:
    """Return what the kernel finds."""
    codes = np.array([code for one in sequences for code in one], dtype=np.int32)
    return shortened(codes, offsets_of(np.array([len(one) for one in sequences], int)), k).tolist()


@given(sequences=SEQUENCES)
def test_what_each_row_leaves_behind_is_looked_up(sequences: list[tuple[int, ...]]) -> None:
    """Every row has the place of an equal sequence, or none."""
    assert found_of(sequences) == naive.shortened(sequences)


def test_a_long_sequence_costs_as_little_as_many_short_ones() -> None:
    """A hundred thousand rows and all that single rows leave behind: no squares of lengths."""
    rng = np.random.default_rng(1)
    whole = rng.integers(0, 5, 100_000)
    without = np.delete(whole, 777)
    codes = np.concatenate([whole, without]).astype(np.int32)
    found = shortened(codes, np.array([0, len(whole), len(codes)]), 5)

    same = np.flatnonzero(found[: len(whole)] == 1)
    assert 777 in same.tolist()
    assert len(set(whole[same].tolist())) == 1  # a run of equal codes around the row
    assert (np.diff(same) == 1).all()
    assert (found[len(whole) :] == -1).all()
    assert len(distinct_sequences(codes, np.array([0, len(whole), len(codes)]), 5).first) == 2
