"""Rows of a log by id and in time order: orders of rows, collisions, ties, wide times, threads."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests import naive
from touchpoints._core.arrays.sequences import mix
from touchpoints._core.arrays.sorting import logs
from touchpoints._core.arrays.threads import VARIABLE

TIMES = st.sampled_from(
    [-(2**63), -(2**62), -5, 0, 1, 2, 3, 1_700_000_000_000_000, 2**61, 2**63 - 1]
)
ROWS = st.lists(st.tuples(st.integers(0, 4), TIMES), max_size=40)


def groups_of(ordered: logs.Ordered) -> list[list[int]]:
    """Return the rows of each group."""
    bounds = ordered.offsets.tolist()
    return [ordered.rows[start:stop].tolist() for start, stop in itertools.pairwise(bounds)]


def hashed(ids: list[int] | np.ndarray, salt: int = 0) -> np.ndarray:
    """Return a good hash of ids."""
    return mix(np.asarray(ids, dtype=np.int64) + salt)


def twin(ids: np.ndarray, times: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return rows and offsets by numpy's stable sort of three keys, for logs too long for lists."""
    _, first, group = np.unique(ids, return_index=True, return_inverse=True)
    rows = np.lexsort((np.arange(len(ids)), times, first[group]))
    edges = np.flatnonzero(np.diff(first[group][rows])) + 1
    return rows, np.concatenate([[0], edges, [len(ids)]])


@given(ROWS)
def test_rows_come_group_by_group_in_time_order(rows: list[tuple[int, int]]) -> None:
    """Any order of rows gives groups in time order, ties in the order of the rows."""
    ids, times = [one for one, _ in rows], [time for _, time in rows]
    expected = naive.order_log(ids, times)
    stamps = np.array(times, dtype=np.int64)

    exact = logs.order_log(np.array(ids, dtype=np.uint64), stamps)
    good = logs.order_log(hashed(ids), stamps, hashed(ids, 9))
    collided = logs.order_log(np.zeros(len(ids), np.uint64), stamps, hashed(ids))

    assert expected == groups_of(exact) == groups_of(good) == groups_of(collided)
    assert [times[row] for row in naive.flat(expected)] == exact.times.tolist()
    assert 0 == exact.collisions == good.collisions
    assert max(0, len(set(ids)) - 1) == collided.collisions


@pytest.mark.parametrize("span", [10, 10**4, 10**9, 10**15, 2**62])
@pytest.mark.parametrize("shape", ["sorted", "shuffled", "falling", "one late", "blocks"])
def test_any_span_and_shape_of_times_is_ordered_exactly(span: int, shape: str) -> None:
    """Times too wide for a sort key are sorted exactly, for any order of the input."""
    random = np.random.default_rng(span % 97)
    count = 3000
    times = random.integers(-span, span, count)
    ids = random.integers(0, 40, count)
    if shape != "shuffled":
        times.sort()
    if shape == "falling":
        times = times[::-1].copy()
    if shape == "one late":
        times[[5, -5]] = times[[-5, 5]]
    if shape == "blocks":
        times = np.concatenate(np.array_split(times, 7)[::-1])

    ordered = logs.order_log(hashed(ids), times, hashed(ids, 7))

    assert naive.order_log(ids.tolist(), times.tolist()) == groups_of(ordered)


@pytest.mark.parametrize("threads", ["1", "3"])
@pytest.mark.parametrize(
    "keys", ["hashed", "few bits", "one", "exact", "wide", "multiples", "alone", "single"]
)
@pytest.mark.parametrize("shape", ["sorted", "shuffled", "outlier", "tied"])
def test_parted_rows_are_ordered_like_by_a_stable_sort(
    monkeypatch: pytest.MonkeyPatch, shape: str, keys: str, threads: str
) -> None:
    """A log of several chunks and parts has the rows, groups and times of numpy's sorts.

    Ids are good hashes, share most bits (of 2,000 ids 32 hashes), have one hash, are exact, exact
    and wider than a sort key, multiples of a power of two, one for each row, or a single one. Times
    are sorted, shuffled, shuffled with one so late that the others share all bits, or one for all.
    """
    monkeypatch.setenv(VARIABLE, threads)
    monkeypatch.setattr(logs, "_CHUNK", 1 << 12)
    monkeypatch.setattr(logs, "_PART_ROWS", 11)
    monkeypatch.setattr(logs, "_FEW", 100)
    random = np.random.default_rng(5)
    count = 140_000
    ids = random.integers(0, 2_000, count)
    times = np.sort(random.integers(-(10**15), 10**15, count))
    if shape != "sorted":
        random.shuffle(times)
    if shape == "outlier":
        times[77] = 2**63 - 1
    if shape == "tied":
        times[:] = 5
    if keys == "multiples":
        ids *= 2**20
    if keys == "wide":
        ids = ids * 2**52 + ids
    if keys == "alone":
        ids = random.permutation(count)
    if keys == "single":
        ids[:] = 3
    hashes = {
        "hashed": hashed(ids),
        "few bits": np.uint64(0xABCDEF) ^ (hashed(ids) & np.uint64(31 << 59)),
        "one": np.zeros(count, dtype=np.uint64),
    }
    check = hashed(ids, 3) if keys in hashes else None

    ordered = logs.order_log(hashes.get(keys, ids.view(np.uint64)), times, check)

    rows, offsets = twin(ids, times)
    assert np.array_equal(rows, ordered.rows)
    assert np.array_equal(offsets, ordered.offsets)
    assert np.array_equal(times[rows], ordered.times)
    assert {"few bits": 2_000 - 32, "one": 1_999}.get(keys, 0) == ordered.collisions


def test_collisions_are_those_of_the_bits_above_a_row_number() -> None:
    """Ids whose hashes differ below these bits are counted; all are separated.

    A log of 1,024 rows has row numbers of 10 bits. Of five ids two differ in bit 9 alone, three
    in bits 10 and 11: a sort key tells none of them apart.
    """
    ids = np.arange(1024) % 5
    keys = np.array([0, 1 << 9, 1 << 10, 1 << 11, 3 << 10], dtype=np.uint64)[ids]

    ordered = logs.order_log(keys, np.arange(1024), hashed(ids))

    assert naive.order_log(ids.tolist(), list(range(1024))) == groups_of(ordered)
    assert 1 == ordered.collisions


def test_inputs_are_left_alone() -> None:
    """Keys, checks and times are read only."""
    keys, check, times = hashed(range(50)), hashed(range(50), 1), np.arange(50)[::-1].copy()
    for one in (keys, check, times):
        one.flags.writeable = False

    assert 50 == len(logs.order_log(keys, times, check).rows)
    assert 50 == len(logs.order_log(check >> np.uint64(40), times).rows)
