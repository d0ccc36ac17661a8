"""Rows into groups: by key, with hash collisions, and numbers by first appearance."""

from __future__ import annotations

import itertools

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from tests import naive
from touchpoints._core.arrays.sequences import mix
from touchpoints._core.arrays.sorting import ordering

IDS = st.lists(st.integers(0, 5), max_size=30)


def groups_of(grouped: ordering.Grouping) -> list[list[int]]:
    """Return the rows of each group."""
    bounds = grouped.offsets.tolist()
    return [grouped.rows[start:stop].tolist() for start, stop in itertools.pairwise(bounds)]


def hashed(ids: list[int], salt: int = 0) -> np.ndarray:
    """Return a good hash of ids."""
    return mix(np.array(ids, dtype=np.int64) + salt)


@given(IDS)
def test_exact_keys_group_by_first_appearance(ids: list[int]) -> None:
    """Groups are in the order in which their ids first appear, rows sorted."""
    grouped = ordering.group_rows(np.array(ids, dtype=np.uint64))

    assert naive.group_rows(ids) == groups_of(grouped)
    assert 0 == grouped.collisions


@given(IDS)
def test_hashed_keys_group_like_exact_ones(ids: list[int]) -> None:
    """With a hash as the key and a second one as the check, the groups are the same."""
    assert naive.group_rows(ids) == groups_of(ordering.group_rows(hashed(ids), hashed(ids, 99)))


@given(IDS, st.integers(0, 3))
def test_colliding_hashes_are_separated_and_counted(ids: list[int], kept: int) -> None:
    """Ids with equal keys are separate groups if the check differs; each collision is counted."""
    keys = np.array([one % (kept + 1) for one in ids], dtype=np.uint64) << np.uint64(40)

    grouped = ordering.group_rows(keys, hashed(ids))

    assert naive.group_rows(ids) == groups_of(grouped)
    assert len(set(ids)) - len({one % (kept + 1) for one in ids}) == grouped.collisions


@given(IDS)
def test_keys_that_differ_only_in_low_bits_are_separated(ids: list[int]) -> None:
    """The row number replaces the low bits of the hash, so that these bits have no effect."""
    grouped = ordering.group_rows(np.array(ids, dtype=np.uint64), hashed(ids))

    assert naive.group_rows(ids) == groups_of(grouped)


@given(st.lists(st.integers(0, 2**62), max_size=20))
def test_positions_of_sorted_values_are_stable(values: list[int]) -> None:
    """Values that fit in a word with their row number and wider values sort in the same order."""
    expected = sorted(range(len(values)), key=lambda row: (values[row], row))

    assert expected == ordering.sort_positions(np.array(values, dtype=np.int64)).tolist()


@given(st.lists(st.integers(0, 6), max_size=30))
def test_codes_are_numbered_by_first_appearance(codes: list[int]) -> None:
    """Codes that do not occur are left out; ``order`` has the old code of each new code."""
    new, order = ordering.by_appearance(np.array(codes, dtype=np.int32), 7)

    assert naive.by_appearance(codes) == (new.tolist(), order.tolist())


def test_codes_that_first_appear_late_are_found() -> None:
    """A code whose first row is far after the first rows of others is numbered last."""
    codes = np.zeros(200_000, dtype=np.int32)
    codes[150_000], codes[199_999] = 2, 1

    new, order = ordering.by_appearance(codes, 4)

    assert [0, 2, 1] == order.tolist()
    assert (1, 2) == (int(new[150_000]), int(new[199_999]))
