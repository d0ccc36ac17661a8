"""Lexicographic sorting of segments by their codes."""

from __future__ import annotations

import numpy as np

from touchpoints._core.arrays.counting import run_starts
from touchpoints._core.arrays.segments import lengths_of, rows_of
from touchpoints._core.frozen import Array

_BITS = 62


def order_by_codes(
    first: Array, codes: Array, offsets: Array, *, ranks: Array, top: int | None = None
) -> Array:
    """Return the positions of segments sorted by ``first``, ties lexicographically by codes.

    Parameters
    ----------
    first : numbers (d,)
        The primary sort key.
    ranks : int64 (k,)
        The rank of each code among the codes, 0 … k-1. A segment that is a prefix of another comes
        first.
    top
        The number of positions to return; all by default.

    Returns
    -------
    int64 (min(d, top),)

    Notes
    -----
    As many codes as fit are packed into one integer for each segment, and further codes are read
    only where segments are still equal and among the first ``top``: O(d log d) where segments
    differ early.
    """
    positions = np.argsort(first, kind="stable")
    size = len(positions)
    wanted = size if top is None else min(top, size)
    fresh = np.zeros(size, dtype=bool)
    fresh[run_starts(first[positions])] = True
    packed = max(_BITS // max(len(ranks).bit_length(), 1), 1)
    lengths, depth = lengths_of(offsets), 0
    while True:
        starts = np.flatnonzero(fresh)
        runs = np.append(starts, size)
        tied = np.flatnonzero((np.diff(runs) > 1) & (starts < wanted))
        rows = rows_of(runs, tied)
        if not len(rows) or depth >= int(lengths[positions[rows]].max()):
            return positions[:wanted]
        members = positions[rows]
        words = _words(codes, offsets, members, ranks=ranks, depth=depth, count=packed)
        run = np.repeat(np.arange(len(tied)), np.diff(runs)[tied])
        order = np.lexsort((words, run))
        positions[rows], words = members[order], words[order]
        differs = np.flatnonzero(words[1:] != words[:-1]) + 1
        fresh[rows[differs]] = True
        depth += packed


def _words(
    codes: Array, offsets: Array, members: Array, *, ranks: Array, depth: int, count: int
) -> Array:
    """Return ``count`` codes of each segment, from ``depth``, packed into one integer, int64."""
    left = lengths_of(offsets)[members] - depth
    row = offsets[:-1][members] + depth
    size = len(ranks) + 1
    count = min(count, max(int(left.max(initial=0)), 1))
    words = np.zeros(len(members), dtype=np.int64)
    padded, last = np.append(0, ranks + 1), len(codes) - 1
    for shift in range(count):
        here = np.where(left > shift, codes[np.minimum(row + shift, last)] + 1, 0)
        words *= size
        words += padded[here]
    return words
