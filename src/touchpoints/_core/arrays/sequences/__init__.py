"""Grouping equal sequences: a 64-bit hash of each sequence, then an exact comparison."""

from __future__ import annotations

import attrs
import numpy as np

from touchpoints._core.arrays.segments import lengths_of, offsets_of, rows_of, sum_by_segment
from touchpoints._core.arrays.sorting.ordering import group_rows
from touchpoints._core.frozen import Array

_FACTOR = 0x9E3779B97F4A7C15
_INVERSE = pow(_FACTOR, -1, 2**64)
_CHUNK = 1 << 20


def mix(values: Array) -> Array:
    """Return a 64-bit hash of integers, uint64 (n,): the finaliser of splitmix64."""
    mixed = values.astype(np.uint64)
    mixed += np.uint64(0x9E3779B97F4A7C15)
    mixed ^= mixed >> np.uint64(30)
    mixed *= np.uint64(0xBF58476D1CE4E5B9)
    mixed ^= mixed >> np.uint64(27)
    mixed *= np.uint64(0x94D049BB133111EB)
    mixed ^= mixed >> np.uint64(31)
    return mixed


def powers(factor: int, count: int) -> Array:
    """Return ``factor ** i`` modulo 2**64 for i in 0 .. count-1, uint64 (count,)."""
    answer = np.ones(count, dtype=np.uint64)
    filled = 1
    while filled < count:
        added = min(filled, count - filled)
        leap = np.uint64(pow(factor, filled, 2**64))
        np.multiply(answer[:added], leap, out=answer[filled : filled + added])
        filled += added
    return answer


def sequence_hash(codes: Array, offsets: Array, k: int) -> Array:
    """Return a 64-bit polynomial hash of each segment's codes, uint64 (n,).

    The exponents of the terms run over the whole array, and each segment's sum is divided by the
    power at its start (an odd factor has an inverse modulo 2**64), so that positions within
    segments do not have to be computed. Equal sequences have equal hashes.
    """
    terms = _terms(codes, k)
    sums = sum_by_segment(terms, offsets).astype(np.uint64, copy=False)
    sums *= _powers_at(_INVERSE, offsets[:-1])
    return mixed_with_length(sums, lengths_of(offsets))


def _terms(codes: Array, k: int) -> Array:
    """Return the term of each row in the hash of its segment, times the power of its row."""
    table = mix(np.arange(k, dtype=np.uint64))
    terms = np.empty(len(codes), dtype=np.uint64)
    block = powers(_FACTOR, min(_CHUNK, max(len(codes), 1)))
    for start in range(0, len(codes), _CHUNK):
        part = codes[start : start + _CHUNK]
        here = terms[start : start + len(part)]
        np.multiply(table[part], block[: len(part)], out=here)
        here *= np.uint64(pow(_FACTOR, start, 2**64))
    return terms


def mixed_with_length(sums: Array, lengths: Array) -> Array:
    """Return the hashes of segments, uint64 (n,), from the sums of their terms."""
    hashes: Array = mix(sums) ^ mix(lengths)
    return hashes


@attrs.frozen(eq=False)
class HashSums:
    """Sums of the terms of all rows before each row, uint64 (m+1,), modulo 2**64."""

    _before: Array

    def between(self, first: Array, stop: Array, at: Array) -> Array:
        """Return the sums over rows ``first`` to ``stop``, for segments that begin at ``at``."""
        sums: Array = self._before[stop] - self._before[first]
        sums *= _powers_at(_INVERSE, at)
        return sums


def hash_sums(codes: Array, k: int) -> HashSums:
    """Return the sums from which `sequence_hash` of any part of the codes comes."""
    before = np.zeros(len(codes) + 1, dtype=np.uint64)
    np.cumsum(_terms(codes, k), out=before[1:])
    return HashSums(before)


def _powers_at(factor: int, exponents: Array) -> Array:
    """Return ``factor ** e`` modulo 2**64 for each exponent, uint64, with two lookup tables."""
    low_bits = 12
    low = powers(factor, 1 << low_bits)
    top = int(exponents.max(initial=0)) >> low_bits
    high = powers(pow(factor, 1 << low_bits, 2**64), top + 1)
    answer: Array = low[exponents & ((1 << low_bits) - 1)] * high[exponents >> low_bits]
    return answer


def combine_hash(hashes: Array, values: Array) -> Array:
    """Return a hash of each (hash, value), uint64 (n,); values are any 64-bit words."""
    return mix(hashes ^ mix(values.view(np.uint64) if values.dtype != np.uint64 else values))


def equal_segments(codes: Array, offsets: Array, left: Array, right: Array) -> Array:
    """Return whether segments ``left[i]`` and ``right[i]`` have equal sequences of codes, bool."""
    lengths = lengths_of(offsets)
    same: Array = lengths[left] == lengths[right]
    pairs = np.flatnonzero(same & (lengths[left] > 0))
    sizes = lengths[left[pairs]]
    start = 0
    while start < len(pairs):
        stop = _chunk_end(sizes, start)
        part = pairs[start:stop]
        same[part] = _equal_block(codes, offsets, left[part], right[part])
        start = stop
    return same


def _chunk_end(lengths: Array, start: int) -> int:
    reach = np.searchsorted(np.cumsum(lengths[start : start + _CHUNK]), _CHUNK, side="right")
    return start + max(1, int(reach))


def _equal_block(codes: Array, offsets: Array, left: Array, right: Array) -> Array:
    lengths = lengths_of(offsets)[left]
    ends = np.cumsum(lengths)
    starts = ends - lengths
    here = np.arange(ends[-1], dtype=np.int64)
    differs = (
        codes[here + np.repeat(offsets[left] - starts, lengths)]
        != codes[here + np.repeat(offsets[right] - starts, lengths)]
    )
    answer: Array = ~np.logical_or.reduceat(differs, starts)
    return answer


@attrs.frozen(eq=False)
class Distinct:
    """The distinct sequences of segments.

    Attributes
    ----------
    of : int64 (n,)
        The distinct sequence of each segment, numbered by first appearance.
    first : int64 (d,)
        The first segment with each distinct sequence.
    """

    of: Array
    first: Array
    _codes: Array
    _offsets: Array

    @property
    def codes(self) -> Array:
        """The codes of the distinct sequences, one sequence after the other; made when asked."""
        return self._codes[rows_of(self._offsets, self.first)]

    @property
    def offsets(self) -> Array:
        """The offsets of the distinct sequences in `codes`, int64 (d+1,)."""
        return offsets_of(lengths_of(self._offsets)[self.first])

    def totals(self, counts: Array) -> Array:
        """Return the sum of the counts of the segments with each sequence, int64 (d,)."""
        return np.bincount(self.of, counts, len(self.first)).astype(np.int64)


def distinct_sequences(codes: Array, offsets: Array, k: int, *extras: Array) -> Distinct:
    """Return the distinct sequences of codes, together with equal extra values.

    Parameters
    ----------
    codes : integers (m,) in ``range(k)``
    extras : integer arrays (n,)
        Further values that must agree.
    """
    hashes = sequence_hash(codes, offsets, k)
    for extra in extras:
        hashes = combine_hash(hashes, extra)
    of, first = group_sequences(codes, offsets, hashes=hashes, extras=extras)
    return Distinct(of, first, codes, offsets)


def group_sequences(
    codes: Array, offsets: Array, *, hashes: Array, extras: tuple[Array, ...] = ()
) -> tuple[Array, Array]:
    """Group segments with equal sequences of codes and equal extra values.

    Parameters
    ----------
    hashes : uint64 (n,)
        Equal for equal segments with equal extras; collisions cost time, but never correctness.
    extras : integer arrays (n,)
        Further values that must agree.

    Returns
    -------
    groups : int64 (n,)
        The group of each segment, numbered by first appearance.
    representatives : int64 (g,)
        The first segment of each group.

    Notes
    -----
    Every segment is compared with its group's representative; where hashes collided, the members
    of that group are separated by their bytes.
    """
    grouped = group_rows(hashes, hashes)
    sizes = lengths_of(grouped.offsets)
    groups = np.empty(len(hashes), dtype=np.int64)
    groups[grouped.rows] = np.repeat(np.arange(len(sizes)), sizes)
    first = grouped.rows[grouped.offsets[:-1]]
    wrong = _differing(codes, offsets, first[groups], extras)
    if not len(wrong):
        return groups, first
    for group in np.unique(groups[wrong]).tolist():
        _part_by_bytes(codes, offsets, np.flatnonzero(groups == group), extras, groups)
    return _renumber(groups)


def _differing(codes: Array, offsets: Array, first: Array, extras: tuple[Array, ...]) -> Array:
    rows = np.flatnonzero(first != np.arange(len(first)))
    same = equal_segments(codes, offsets, rows, first[rows])
    for extra in extras:
        same &= extra[rows] == extra[first[rows]]
    return rows[~same]


def _part_by_bytes(
    codes: Array, offsets: Array, members: Array, extras: tuple[Array, ...], groups: Array
) -> None:
    known: dict[tuple[object, ...], int] = {}
    unused = int(groups.max()) + 1
    for member in members.tolist():
        content = codes[offsets[member] : offsets[member + 1]].tobytes()
        key = (content, *(extra[member].item() for extra in extras))
        groups[member] = known.setdefault(key, unused + len(known))


def _renumber(groups: Array) -> tuple[Array, Array]:
    _, first, inverse = np.unique(groups, return_index=True, return_inverse=True)
    order = np.argsort(first)
    rank = np.empty(len(order), dtype=np.int64)
    rank[order] = np.arange(len(order))
    return rank[inverse], first[order]
