"""Sequences with one of their rows left out, looked up among other sequences."""

from __future__ import annotations

import numpy as np

from touchpoints._core.arrays import segments
from touchpoints._core.arrays.sequences import distinct_sequences
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
    The shortened sequences are written out, a block at a time, and grouped with the sequences
    given: O(sum of squared lengths).
    """
    lengths = segments.lengths_of(offsets)
    answer = np.full(len(codes), -1, dtype=np.int64)
    owners = segments.owners_of(offsets)
    sizes = np.maximum(lengths[owners] - 1, 0)
    ends = np.cumsum(sizes)
    start = 0
    while start < len(codes):
        room = (ends[start - 1] if start else 0) + max(_ROOM, len(codes))
        stop = max(int(np.searchsorted(ends, room, side="right")), start + 1)
        rows = np.arange(start, stop)
        answer[rows] = _looked_up(codes, offsets, rows, owners[rows], k)
        start = stop
    return answer


def _looked_up(codes: Array, offsets: Array, rows: Array, owners: Array, k: int) -> Array:
    """Return the sequence equal to that of each row's owner without the row, -1 for none."""
    lengths = segments.lengths_of(offsets)[owners]
    positions = segments.rows_of(offsets, owners)
    kept = positions != np.repeat(rows, lengths)
    shorter = codes[positions[kept]]
    bounds = segments.offsets_of(lengths - 1)
    both = np.concatenate([codes, shorter])
    joined = np.concatenate([offsets, bounds[1:] + offsets[-1]])
    found = distinct_sequences(both, joined, k)
    given = len(offsets) - 1
    first = np.full(len(found.first), -1, dtype=np.int64)
    first[found.of[:given]] = np.arange(given)
    return np.asarray(first[found.of[given:]])
