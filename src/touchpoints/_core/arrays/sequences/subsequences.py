"""Subsequences of segments, with gaps allowed: how many there are, and which segments hold them."""

from __future__ import annotations

import numpy as np

from touchpoints._core.arrays.segments import lengths_of, owners_of
from touchpoints._core.frozen import Array


def log2_distinct(codes: Array, offsets: Array, k: int) -> Array:
    """Return log2 of the number of distinct subsequences of each segment, the empty one included.

    Notes
    -----
    With φ before a row, φ behind it is ``2 φ − φ before the last row with the same code``, since
    what ended there would be counted twice (Elzinga, Rahmann and Wang 2008, Theoretical Computer
    Science 409(3), 394-404, doi:10.1016/j.tcs.2008.08.035). φ doubles with every row, so its
    logarithm is kept. O(m log m), a step of numpy for each position.
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
    """Return the last row before each with the same code in the same segment, or -1."""
    keys = owners_of(offsets).astype(np.int64) * max(k, 1) + codes
    order = np.argsort(keys, kind="stable")
    answer = np.full(len(codes), -1, dtype=np.int64)
    again = keys[order[1:]] == keys[order[:-1]]
    answer[order[1:][again]] = order[:-1][again]
    return answer


def next_positions(codes: Array, lengths: Array, k: int) -> Array:
    """Return where each code comes next, int32 (n, longest + 1, k).

    ``answer[i, p, c]`` is the position behind the first c of sequence i at p or later, and
    ``longest + 1`` where there is none; ``codes`` is padded with -1.
    """
    size, longest = codes.shape
    never = longest + 1
    answer = np.full((size, never + 1, k), never, dtype=np.int32)
    for position in range(longest - 1, -1, -1):
        answer[:, position] = answer[:, position + 1]
        who = np.flatnonzero(lengths > position)
        answer[who, position, codes[who, position]] = position + 1
    return answer
