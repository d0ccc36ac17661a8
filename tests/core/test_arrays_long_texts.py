"""Distances to an ideal sequence, one sequence at a time and many side by side."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.naive import flat, offsets_of
from tests.paths.naive_distances import distance
from touchpoints._core.arrays.distances import bit_distances, long_texts

K = 4
words = st.lists(st.integers(0, K - 1), max_size=9)


def text(codes) -> str:
    """Return codes as letters."""
    return "".join("abcd"[code] for code in codes)


@given(st.lists(words, max_size=20), words.filter(len), st.integers(0, 20))
def test_distances_agree_with_the_recursive_definitions(segments, ideal, alone) -> None:
    """Whichever segments are measured one by one: the longest common subsequence, and edits."""
    codes = np.array(flat(segments), dtype=np.int32)
    offsets = np.array(offsets_of(segments), dtype=np.int64)
    fits = np.arange(K) == np.array(ideal)[:, None]

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(bit_distances, "_ONE_BY_ONE", alone)
        patch.setattr(long_texts, "_AT_ONCE", 2)
        common = bit_distances.common_lengths(codes, offsets, fits).tolist()
        edits = bit_distances.edits_from(codes, offsets, fits).tolist()

    unshared = [
        len(one) + len(ideal) - 2 * shared for one, shared in zip(segments, common, strict=True)
    ]
    assert unshared == [distance(text(one), text(ideal), "lcs") for one in segments]
    assert edits == [distance(text(one), text(ideal), "edit") for one in segments]


def test_a_position_may_fit_several_codes_and_an_ideal_may_be_long() -> None:
    """70 positions that a or b fits, against 100 a: 70 in common, 30 to delete."""
    fits = np.tile([True, True, False, False], (70, 1))

    for code in (0, 1):
        codes = np.full(100, code)
        assert long_texts.unshared(codes, fits) == 30
        assert long_texts.edits(codes, fits) == 30
    assert long_texts.unshared(np.full(100, 2), fits) == 170
    assert long_texts.edits(np.full(100, 2), fits) == 100
