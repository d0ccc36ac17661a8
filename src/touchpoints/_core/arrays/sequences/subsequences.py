"""Subsequences with gaps: their number in each segment, and the next position of each code."""

from __future__ import annotations

import math

import numpy as np

from touchpoints._core.arrays.segments import lengths_of, owners_of
from touchpoints._core.frozen import Array

_ONE_BY_ONE = 64
_STEPS = 500
_LARGEST = 1000


def log2_distinct(codes: Array, offsets: Array, k: int) -> Array:
    """Return log2 of the number of distinct subsequences of each segment, float64 (n,).

    The empty subsequence is included.

    Notes
    -----
    If φ is the number before a row, the number after it is ``2 φ − φ'``, with φ' the number before
    the last row with the same code, because the subsequences that ended there would be counted
    twice (Elzinga, Rahmann and Wang 2008, Theoretical Computer Science 409(3), 394-404,
    doi:10.1016/j.tcs.2008.08.035). φ can double with every row, so it is stored as a fraction and a
    power of 2, which rounds like φ itself. The longest segments are counted one by one, the others
    together, position by position. O(m log m).
    """
    lengths = lengths_of(offsets)
    order = np.argsort(-lengths, kind="stable")
    fractions, powers = _together(codes, offsets, k, order[_ONE_BY_ONE:])
    for segment in order[:_ONE_BY_ONE].tolist():
        here = codes[offsets[segment] : offsets[segment + 1]]
        fractions[segment], powers[segment] = _alone(here)
    # A logarithm of φ itself, which is exact for powers of 2, as far as φ is a float64.
    within = np.minimum(powers, _LARGEST)
    answer: Array = np.log2(np.ldexp(fractions, within)) + (powers - within)
    return answer


def _alone(codes: Array) -> tuple[float, int]:
    """Return φ of one segment, as a fraction in [0.5, 1) and a power of 2."""
    kinds, codes = np.unique(codes, return_inverse=True)
    before = [0.0] * len(kinds)  # φ before the last row of each code, in units of 2**power
    count, power = 1.0, 0
    for start in range(0, len(codes), _STEPS):
        for code in codes[start : start + _STEPS].tolist():
            before[code], count = count, 2.0 * count - before[code]
        count, doublings = math.frexp(count)
        before = [math.ldexp(one, -doublings) for one in before]
        power += doublings
    return (count, power) if power else math.frexp(count)


def _together(codes: Array, offsets: Array, k: int, order: Array) -> tuple[Array, Array]:
    """Return φ of segments, given from the longest on, as fractions and powers of 2, (n,) both."""
    lengths = lengths_of(offsets)
    fractions, powers = np.full(len(lengths), 0.5), np.ones(len(lengths), dtype=np.int64)
    if not len(order):
        return fractions, powers
    earlier = _same_before(codes, offsets, k)
    before, of = np.zeros(len(codes)), np.zeros(len(codes), dtype=np.int64)
    sizes = -lengths[order]
    going = np.searchsorted(sizes, -np.arange(int(lengths[order[0]])), side="left")
    for position, many in enumerate(going.tolist()):
        who = order[:many]
        rows = offsets[:-1][who] + position
        before[rows], of[rows] = fractions[who], powers[who]
        twice = earlier[rows]
        again = np.ldexp(np.where(twice < 0, 0.0, before[twice]), of[twice] - powers[who])
        fractions[who], doublings = np.frexp(2.0 * fractions[who] - again)
        powers[who] += doublings
    return fractions, powers


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
