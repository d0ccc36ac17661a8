"""Rows selected by code, bitmaps of rows, and threads, compared with plain lists."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests import naive
from touchpoints._core.arrays import threads
from touchpoints._core.arrays.segments import bitmaps, choosing
from touchpoints._core.arrays.sorting.ordering import sort_in_threads
from touchpoints.errors import InvalidInputError

CODES = st.lists(st.integers(0, 6), max_size=200)
WANTED = st.sets(st.integers(0, 6))


@pytest.fixture
def many_cores(monkeypatch) -> None:
    """Use three threads for any number of rows."""
    monkeypatch.setattr(threads, "cores", lambda: 3)
    monkeypatch.setattr(threads.spans, "__kwdefaults__", {"size": None, "least": 1})


def as_mask(wanted: set[int]) -> np.ndarray:
    """Return whether each of seven codes is wanted."""
    return np.array([code in wanted for code in range(7)])


@given(CODES, WANTED)
def test_rows_of_some_codes(codes: list[int], wanted: set[int]) -> None:
    """Flags and rows agree for few, many and no codes."""
    array, mask = np.array(codes, dtype=np.int32), as_mask(wanted)
    expected = [row for row, code in enumerate(codes) if code in wanted]

    assert expected == choosing.rows_where(array, mask).tolist()
    assert expected == np.flatnonzero(choosing.flags_where(array, mask)).tolist()


def test_rows_are_found_by_all_cores(many_cores: None) -> None:
    """The rows of all spans are returned in order."""
    codes = np.arange(1000, dtype=np.int32) % 7

    assert choosing.rows_where(codes, as_mask({2})).tolist() == list(range(2, 1000, 7))
    assert np.flatnonzero(choosing.flags_where(codes, as_mask({2}))).tolist() == list(
        range(2, 1000, 7)
    )


@given(st.lists(st.integers(0, 4), min_size=1, max_size=60), st.data())
def test_the_segments_of_rows(lengths: list[int], data: st.DataObject) -> None:
    """Searching for a few rows and looking up many rows give the same segments."""
    segments = [[0] * length for length in lengths]
    owners = naive.owners_of(segments)
    offsets = np.array(naive.offsets_of(segments))
    rows = data.draw(st.lists(st.integers(0, len(owners) - 1))) if owners else []

    for base in (0, 7):  # a part of a log begins anywhere
        found = choosing.owners_at(offsets + base, np.array(sorted(rows), dtype=np.int64) + base)

        assert [owners[row] for row in sorted(rows)] == found.tolist()


@given(st.integers(0, 400), st.data())
def test_the_next_marked_row(size: int, data: st.DataObject) -> None:
    """At or after each row; the number of rows where no marked row follows."""
    marked = sorted(data.draw(st.sets(st.integers(0, size - 1), max_size=6))) if size else []
    bits = bitmaps.bitmap_of_rows(np.array(marked, dtype=np.int64), size)
    rows = np.arange(size + 1)

    found = bits.at_or_after(rows)

    assert found.tolist() == [min([one for one in marked if one >= row] + [size]) for row in rows]
    low, high = sorted(data.draw(st.tuples(st.integers(0, size), st.integers(0, size))))
    assert bits.marked(low, high).tolist() == [one for one in marked if low <= one < high]


def test_every_row_can_be_marked() -> None:
    """In full words of bits, every row is the next marked row of itself."""
    bits = bitmaps.bitmap_of(np.ones(130, dtype=bool))

    assert bits.at_or_after(np.arange(131)).tolist() == list(range(131))


def test_threads_return_results_in_order(many_cores: None) -> None:
    """Results are in the order of the calls, and an error of a call is raised."""
    assert threads.in_threads([lambda one=one: one * one for one in range(20)]) == [
        one * one for one in range(20)
    ]
    with pytest.raises(ZeroDivisionError):
        threads.in_threads([lambda: 1, lambda: 1 // 0])


def test_the_environment_sets_the_number_of_threads(monkeypatch) -> None:
    """A value that is not an integer raises with the name of the variable."""
    monkeypatch.setenv(threads.VARIABLE, "5")
    assert threads.cores() == 5

    monkeypatch.setenv(threads.VARIABLE, "many")
    with pytest.raises(InvalidInputError, match=r"(?s)MAX_THREADS must be .* got 'many'.*unset"):
        threads.cores()


@given(st.integers(0, 1000), st.integers(1, 50))
def test_spans_cover_all_rows_once(rows: int, size: int) -> None:
    """Spans follow each other, and every row is in one span."""
    found = threads.spans(rows, size=size)

    assert [row for span in found for row in range(span.start, span.stop)] == list(range(rows))
    assert all(span.stop - span.start <= size for span in found)


@given(st.lists(st.integers(-5, 5) | st.integers(-(2**62), 2**62)))
def test_sorting_on_several_cores(keys: list[int]) -> None:
    """Parts sorted in threads give a sorted array."""
    array = np.array(keys, dtype=np.int64)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(threads, "cores", lambda: 3)
        patch.setattr(threads.spans, "__kwdefaults__", {"size": None, "least": 1})

        sort_in_threads(array)

    assert sorted(keys) == array.tolist()


@given(st.lists(st.integers(-9, 9), min_size=1), st.lists(st.integers(0, 2**30)))
def test_values_are_taken_by_position(values: list[int], chosen: list[int]) -> None:
    """Each span takes its own positions; the type of the values stays."""
    positions = [one % len(values) for one in chosen]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(threads, "_TAKEN", 3)

        found = threads.taken(np.array(values, dtype=np.int8), np.array(positions, dtype=np.int64))

    assert [values[one] for one in positions] == found.tolist()
    assert np.int8 == found.dtype


@given(CODES, st.lists(WANTED, max_size=3))
def test_bits_of_several_masks_at_once(codes: list[int], wanted: list[set[int]]) -> None:
    """Each mask has a separate bitmap, also across blocks of rows."""
    array = np.array(codes, dtype=np.int32)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(bitmaps, "_BLOCK", 64)

        found = bitmaps.bitmaps_where(array, [as_mask(one) for one in wanted])

    assert [bits.marked(0, len(codes)).tolist() for bits in found] == [
        [row for row, code in enumerate(codes) if code in one] for one in wanted
    ]
