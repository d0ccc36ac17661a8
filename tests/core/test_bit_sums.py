"""Sums over 64 random halves of the rows at once."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from touchpoints._core.arrays.statistics.bit_sums import HALVES, BitSums, packed


def naive_counts(halves: np.ndarray, segments: list[list[int]]) -> list[list[int]]:
    """Count, half by half, the rows of each segment that are in it."""
    return [[sum(bool(half[row]) for row in rows) for half in halves] for rows in segments]


def counted(halves: np.ndarray, segments: list[list[int]]) -> list[list[int]]:
    """Return the counts of the kernel."""
    rows = np.array([row for one in segments for row in one], dtype=np.int64)
    starts = np.append(0, np.cumsum([len(one) for one in segments]))
    return BitSums.of(rows, starts, size=halves.shape[1]).counts(halves).tolist()


@given(st.data())
def test_each_segment_is_counted_in_each_half(data: st.DataObject) -> None:
    """Segments of one row and of more than a group of 31, rows in several or in none."""
    size = data.draw(st.integers(1, 50))
    sizes = data.draw(st.lists(st.integers(1, 100), min_size=1, max_size=6))
    rng = np.random.default_rng(data.draw(st.integers(0, 999)))
    segments = [rng.integers(0, size, one).tolist() for one in sizes]
    halves = rng.random((HALVES, size)) < data.draw(st.sampled_from([0.0, 0.1, 0.5, 1.0]))

    assert naive_counts(halves, segments) == counted(halves, segments)


@pytest.mark.parametrize("rows", [31 * 255 - 1, 31 * 255, 31 * 255 + 1, 31 * 255 * 3 + 40])
def test_a_byte_of_groups_does_not_overflow(rows: int) -> None:
    """All rows are in all halves, beside a segment of one row: 255 groups of 31 fill a byte."""
    halves = np.ones((HALVES, rows), dtype=bool)
    halves[7] = False
    expected = [rows if half != 7 else 0 for half in range(HALVES)]

    found = counted(halves, [list(range(rows)), [0]])
    assert [expected, [1 if half != 7 else 0 for half in range(HALVES)]] == found


def test_bit_b_of_byte_j_is_half_8_j_plus_b() -> None:
    """One row in one half each: 64 different powers of two in the order of memory."""
    words = packed(np.eye(HALVES, dtype=bool))
    bits = np.unpackbits(words.view(np.uint8), bitorder="little").reshape(HALVES, HALVES)
    assert (bits == np.eye(HALVES)).all()
