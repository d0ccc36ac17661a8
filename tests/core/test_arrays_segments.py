"""Arithmetic with offsets, compared with lists of lists."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests import naive
from touchpoints._core.arrays import segments

SEGMENTS = st.lists(st.lists(st.integers(0, 3), max_size=4), max_size=8)
FLAGS = st.lists(st.lists(st.booleans(), max_size=4), max_size=8)


def as_arrays(listed: list[list[int]], dtype: type = np.int64) -> tuple[np.ndarray, np.ndarray]:
    """Return the flat rows and the offsets."""
    return np.array(naive.flat(listed), dtype=dtype), np.array(naive.offsets_of(listed))


@given(SEGMENTS)
def test_offsets_lengths_and_owners_agree(listed: list[list[int]]) -> None:
    """Offsets from lengths, lengths and owners from offsets, including empty segments."""
    _, offsets = as_arrays(listed)
    lengths = np.array([len(one) for one in listed], dtype=np.int64)

    assert lengths.tolist() == segments.lengths_of(offsets).tolist()
    assert offsets.tolist() == segments.offsets_of(lengths).tolist()
    assert naive.owners_of(listed) == segments.owners_of(offsets).tolist()


@given(SEGMENTS, st.data())
def test_rows_of_chosen_segments_are_in_the_order_chosen(
    listed: list[list[int]], data: st.DataObject
) -> None:
    """Segments may be chosen in any order and more than once."""
    values, offsets = as_arrays(listed)
    positions = st.lists(st.integers(0, len(listed) - 1)) if listed else st.just([])
    chosen = data.draw(positions)

    rows = segments.rows_of(offsets, np.array(chosen, dtype=np.int64))

    assert naive.flat([listed[position] for position in chosen]) == values[rows].tolist()


@given(SEGMENTS)
def test_sums_of_empty_segments_are_zero(listed: list[list[int]]) -> None:
    """The sum of an empty segment is 0, not a value of the next segment."""
    values, offsets = as_arrays(listed)

    assert [sum(one) for one in listed] == segments.sum_by_segment(values, offsets).tolist()


def test_sums_can_be_wider_than_the_values() -> None:
    """Small integers are summed in the given dtype, without overflow."""
    values = np.full(300, 1, dtype=np.int8)
    offsets = np.array([0, 300])

    assert [300] == segments.sum_by_segment(values, offsets, dtype=np.int64).tolist()


@given(FLAGS)
def test_first_last_and_any_flagged_rows(listed: list[list[bool]]) -> None:
    """Only the flags of a segment's rows count, never those of an adjacent segment."""
    flags, offsets = as_arrays(listed, bool)

    assert naive.rows_where(listed, last=False) == segments.first_row_where(flags, offsets).tolist()
    assert naive.rows_where(listed, last=True) == segments.last_row_where(flags, offsets).tolist()
    assert [any(one) for one in listed] == segments.any_by_segment(flags, offsets).tolist()


@given(FLAGS)
def test_offsets_after_rows_are_dropped(listed: list[list[bool]]) -> None:
    """Segments that lose all their rows remain, empty."""
    flags, offsets = as_arrays(listed, bool)
    remaining = [[flag for flag in one if flag] for one in listed]

    assert naive.offsets_of(remaining) == segments.offsets_after(flags, offsets).tolist()


@given(SEGMENTS)
def test_falls_and_repeats_stay_within_segments(listed: list[list[int]]) -> None:
    """The last row of a segment is never compared with the first of the next."""
    values, offsets = as_arrays(listed)
    repeats = np.flatnonzero(segments.repeats_within(values, offsets))

    assert naive.rows_like_the_one_before(listed, falls=True) == list(
        segments.falls_within(values, offsets)
    )
    assert naive.rows_like_the_one_before(listed, falls=False) == repeats.tolist()


@pytest.mark.parametrize("first", [1, 1 << 15])
@given(st.lists(st.integers(0, 4), max_size=12))
def test_codes_that_occur(first: int, drawn: list[int]) -> None:
    """Wherever a code first occurs, in the first part that is read or later."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(segments, "_FIRST_READ", first)

        met = segments.occurring(np.array(drawn, np.int32), 5)

    assert met.tolist() == [code in drawn for code in range(5)]
