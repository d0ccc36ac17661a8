"""Subsequences with gaps: their number in each segment, and the next position of each code."""

from __future__ import annotations

import numpy as np

from touchpoints._core.arrays.segments import lengths_of, owners_of
from touchpoints._core.frozen import Array


def log2_distinct(codes: Array, offsets: Array, k: int) -> Array:
    """Return log2 of the number of distinct subsequences of each segment, float64 (n,).

    The empty subsequence is included.

    Notes
    -----
    If φ is the number before a row, the number after it is ``2 φ − φ'``, with φ' the number before
    the last row with the same code, because the subsequences that ended there would be counted
    twice (Elzinga, Rahmann and Wang 2008, Theoretical Computer Science 409(3), 394-404,
    doi:10.1016/j.tcs.2008.08.035). φ can double with every row, so its logarithm is stored.
    O(m log m), with one round of numpy calls for each position.
    """
    lengths = lengths_of(offsets)
    answer = np.zeros(len(lengths))
    earlier = _same_before(codes, offsets, k)
    before = np.zeros(len(codes))
    order = np.argsort(-lengths, kind="stable")
    going = np.searchsorted(-lengths[order], -np.arange(int(lengths.max(initial=0))), side="left")
    for position, many in enumerate(going.tolist()):
        who = order[:many]
        rows = offsets[:-1][who] + position
        before[rows] = answer[who]
        twice = earlier[rows]
        ratio = np.where(twice < 0, 0.0, np.exp2(before[twice] - answer[who]))
        answer[who] += np.log2(2 - ratio)
    return answer


def _same_before(codes: Array, offsets: Array, k: int) -> Array:
    """Return the previous row with the same code in the same segment, int64 (m,); -1 for none."""
    keys = owners_of(offsets).astype(np.int64) * max(k, 1) + codes
    order = np.argsort(keys, kind="stable")
    answer = np.full(len(codes), -1, dtype=np.int64)
    again = keys[order[1:]] == keys[order[:-1]]
    answer[order[1:][again]] = order[:-1][again]
    return answer


def next_positions(codes: Array, lengths: Array, k: int) -> Array:
    """Return the position after the next occurrence of each code, int32 (n, longest + 2, k).

    ``answer[i, p, c]`` is one more than the position of the first c of sequence i at p or later,
    and ``longest + 1`` where c does not occur there; ``codes`` is padded with -1.
    """
    size, longest = codes.shape
    never = longest + 1
    answer = np.full((size, never + 1, k), never, dtype=np.int32)
    for position in range(longest - 1, -1, -1):
        answer[:, position] = answer[:, position + 1]
        who = np.flatnonzero(lengths > position)
        answer[who, position, codes[who, position]] = position + 1
    return answer
