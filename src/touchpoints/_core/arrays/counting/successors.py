"""Successors of rows: the next code, and whether the same code occurs again later."""

from __future__ import annotations

import numpy as np

from touchpoints._core.arrays.segments import lengths_of, owners_of, repeats_within
from touchpoints._core.arrays.sorting.ordering import sort_positions
from touchpoints._core.frozen import Array


def next_codes(codes: Array, offsets: Array, ends: Array, k: int) -> Array:
    """Return the next code after each row, int64 (m,).

    Parameters
    ----------
    ends : integers (n,)
        The terminal of each segment: the next code after its last row is ``k + ends[j]``.
    """
    following = np.empty(len(codes), dtype=np.int64)
    following[:-1] = codes[1:]
    filled = np.flatnonzero(lengths_of(offsets))
    following[offsets[1:][filled] - 1] = k + ends[filled].astype(np.int64)
    return following


def returns_later(codes: Array, offsets: Array, k: int) -> Array:
    """Return whether the code of each row recurs later, after another code, bool (m,).

    Only rows of the same segment are considered.

    Notes
    -----
    A sort of the runs of equal codes, O(m log m).
    """
    fresh = ~repeats_within(codes, offsets)
    starts = np.flatnonzero(fresh)
    keys = owners_of(offsets)[starts].astype(np.int64) * k + codes[starts]
    order = sort_positions(keys)
    again = np.zeros(len(starts), dtype=bool)
    again[order[:-1]] = keys[order[1:]] == keys[order[:-1]]
    later: Array = again[np.cumsum(fresh) - 1]
    return later


def distinct_keys(keys: Array, numbers: Array, size: int) -> Array:
    """Return the key of each number assigned by ``dense_numbers``, int64 (size,)."""
    table = np.empty(size, dtype=np.int64)
    table[numbers] = keys
    return table
