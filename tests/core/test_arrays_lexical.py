"""Lexicographic order of segments, compared with sorted tuples."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from touchpoints._core.arrays.sequences.lexical import order_by_codes

segments = st.lists(
    st.tuples(st.integers(-2, 2), st.lists(st.integers(0, 3), max_size=6)), max_size=12
)


def ordered(rows, ranks, top=None):
    """Return the rows in the order that the kernel returns."""
    lengths = [len(codes) for _, codes in rows]
    positions = order_by_codes(
        np.array([first for first, _ in rows], dtype=np.int64),
        np.array([code for _, codes in rows for code in codes], dtype=np.int32),
        np.cumsum([0, *lengths]),
        ranks=ranks,
        top=top,
    )
    return [rows[position] for position in positions.tolist()]


@given(segments, st.permutations(range(4)), st.none() | st.integers(0, 14))
def test_positions_are_those_of_sorted_tuples(rows, ranks, top) -> None:
    """The number first, then the ranks of the codes one by one, shorter before longer."""
    expected = sorted(rows, key=lambda row: (row[0], [ranks[code] for code in row[1]]))

    assert expected[:top] == ordered(rows, np.array(ranks), top)


@pytest.mark.parametrize("size", [1, 2, 3, 255, 256, 1 << 20])
def test_long_segments_that_differ_late_are_told_apart(size) -> None:
    """Segments that first differ after the first packed integer are sorted correctly."""
    last = size - 1
    stem = [last] * 200
    rows = [(0, [*stem, last, last]), (0, [*stem, last]), (0, stem), (0, stem[:-1])]

    assert rows[::-1] == ordered(rows, np.arange(size))
    assert [(0, [*stem, 0])] == ordered([(0, [*stem, last]), (0, [*stem, 0])], np.arange(size), 1)


def test_no_segments_have_no_order() -> None:
    """No segments give no positions; segments without codes keep their order."""
    assert [] == ordered([], np.arange(0))
    assert [(1, []), (2, []), (2, [])] == ordered([(2, []), (1, []), (2, [])], np.arange(0))
