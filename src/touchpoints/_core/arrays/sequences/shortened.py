"""Sequences with one of their rows left out, looked up among other sequences."""

from __future__ import annotations

import numpy as np

from touchpoints._core.arrays import segments
from touchpoints._core.arrays.sequences import hash_sums, mixed_with_length, sequence_hash
from touchpoints._core.frozen import Array

_ROOM = 1 << 22


def shortened(codes: Array, offsets: Array, k: int) -> Array:
    """Return the sequence that each row leaves behind when it is taken out, int64 (m,).

    Parameters
    ----------
    codes, offsets
        Sequences that all differ from each other.

    Returns
    -------
    int64 (m,)
        The index of an equal sequence, -1 where there is none.

    Notes
    -----
    The hash of what is left comes from sums over what is before the row and what is after it, so
    that only sequences with the same hash are compared: O(m log m), and the length of each sequence
    that is found. Rows of a run of equal codes leave the same behind, and are looked up once.
    """
    answer = np.full(len(codes), -1, dtype=np.int64)
    if not len(codes):
        return answer
    owners = segments.owners_of(offsets)
    begins = np.ones(len(codes), dtype=bool)
    begins[1:] = (codes[1:] != codes[:-1]) | (owners[1:] != owners[:-1])
    rows = np.flatnonzero(begins)
    hashes = _without(codes, offsets, rows, owners[rows], k)
    known = sequence_hash(codes, offsets, k)
    order = np.argsort(known, kind="stable")
    place = np.searchsorted(known[order], hashes)
    found = np.full(len(rows), -1, dtype=np.int64)
    open_ = np.flatnonzero(place < len(order))
    while len(open_):  # once, but for sequences that differ and have the same hash
        open_ = open_[known[order[place[open_]]] == hashes[open_]]
        target = order[place[open_]]
        same = _alike(codes, offsets, rows[open_], owners[rows[open_]], target)
        found[open_[same]] = target[same]
        open_ = open_[~same]
        place[open_] += 1
        open_ = open_[place[open_] < len(order)]
    return np.asarray(found[np.cumsum(begins) - 1])


def _without(codes: Array, offsets: Array, rows: Array, owners: Array, k: int) -> Array:
    """Return the hash of the sequence of each row's owner without the row, uint64 (r,)."""
    sums = hash_sums(codes, k)
    starts, ends = offsets[owners], offsets[owners + 1]
    left = sums.between(starts, rows, starts)
    left += sums.between(rows + 1, ends, starts + 1)
    return mixed_with_length(left, ends - starts - 1)


def _alike(codes: Array, offsets: Array, rows: Array, owners: Array, target: Array) -> Array:
    """Return whether the owner without the row is the target, bool (r,)."""
    lengths = segments.lengths_of(offsets)
    same = np.asarray(lengths[target] == lengths[owners] - 1)
    pairs = np.flatnonzero(same)
    sizes = lengths[target[pairs]]
    ends = np.cumsum(sizes)
    start = 0
    while start < len(pairs):
        room = (ends[start - 1] if start else 0) + _ROOM
        stop = max(int(np.searchsorted(ends, room, side="right")), start + 1)
        part = pairs[start:stop]
        same[part] = _alike_block(codes, offsets, rows[part], owners[part], target[part])
        start = stop
    return same


def _alike_block(codes: Array, offsets: Array, rows: Array, owners: Array, target: Array) -> Array:
    sizes = segments.lengths_of(offsets)[target]
    here = segments.rows_of(offsets, target)
    there = here + np.repeat(offsets[owners] - offsets[target], sizes)
    there += there >= np.repeat(rows, sizes)
    bounds = segments.offsets_of(sizes)
    return ~segments.any_by_segment(codes[here] != codes[there], bounds)
