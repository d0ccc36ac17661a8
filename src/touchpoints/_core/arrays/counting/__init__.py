"""Counts of touchpoints, transitions, and starts and ends of journeys."""

from __future__ import annotations

import itertools

import attrs
import numpy as np

from touchpoints._core.arrays.segments import lengths_of, owners_of
from touchpoints._core.frozen import Array
from touchpoints.errors import InvalidInputError

DENSE = 2**24
_CHUNK = 1 << 19
_EXACT = 2**53
_BITS = 64
_BITS_AT_ONCE = 11


@attrs.frozen(eq=False)
class BigramCounts:
    """Counts of ordered pairs of adjacent codes: pair i occurs ``totals[i]`` times.

    Sorted by source, then target; only pairs that occur.
    """

    sources: Array
    targets: Array
    totals: Array


def check_counts(offsets: Array, counts: Array) -> bool:
    """Return whether every segment counts once; raise where sums over rows would not be exact."""
    if len(counts) == 0 or bool((counts == 1).all()):
        return True
    longest = max(int(lengths_of(offsets).max(initial=0)), 1)
    if float(counts.sum(dtype=np.float64)) * longest >= _EXACT:
        raise InvalidInputError(
            "the counts summed over rows must be below 2**53, because larger sums are not exact",
            mend="divide the counts by a common factor",
        )
    return False


def row_weights(offsets: Array, counts: Array) -> Array | None:
    """Return the weight of each row, float64 (m,), or None when every segment counts once."""
    if check_counts(offsets, counts):
        return None
    return np.repeat(counts.astype(np.float64), lengths_of(offsets))


def _bincount(keys: Array, weights: Array | None, size: int) -> Array:
    if weights is None:
        return np.bincount(keys, minlength=size).astype(np.int64, copy=False)
    return np.bincount(keys, weights=weights, minlength=size).astype(np.int64)


def inner_boundaries(offsets: Array) -> Array:
    """Return the last row of each segment that has rows and a row of another segment after it."""
    ends = offsets[1:]
    inner: Array = ends[:-1][(ends[:-1] > offsets[:-2]) & (ends[:-1] < offsets[-1])] - 1
    return inner


def bigram_counts(codes: Array, offsets: Array, k: int, weights: Array | None) -> BigramCounts:
    """Return the counts of ordered pairs of adjacent codes within segments.

    Parameters
    ----------
    codes : int32 (m,)
        In ``range(k)``.
    weights : float64 (m,) or None
        The weight of each row, constant within a segment; None counts each row once.

    Notes
    -----
    O(m) while ``k * k <= 2**24``: all adjacent rows are counted, then those on either side of a
    segment boundary are subtracted. For larger k the pairs are sorted, O(m log m).
    """
    if len(codes) < 2 or k == 0:
        empty = np.empty(0, np.int64)
        return BigramCounts(empty, empty, empty)
    if k * k <= DENSE:
        totals = _dense_bigrams(codes, offsets, k, weights)
        keys = np.flatnonzero(totals)
        totals = totals[keys]
    else:
        keys, totals = _sparse_bigrams(codes, offsets, k, weights)
    return BigramCounts(keys // k, keys % k, totals)


def _dense_bigrams(codes: Array, offsets: Array, k: int, weights: Array | None) -> Array:
    size = k * k
    totals = np.zeros(size, dtype=np.int64)
    length = max(_CHUNK, 4 * size)
    for start in range(0, len(codes) - 1, length):
        here = codes[start : min(start + length, len(codes) - 1)]
        keys = here.astype(np.int64)
        keys *= k
        keys += codes[start + 1 : start + 1 + len(here)]
        part = None if weights is None else weights[start : start + len(here)]
        totals += _bincount(keys, part, size)
    across = inner_boundaries(offsets)
    keys = codes[across].astype(np.int64) * k + codes[across + 1]
    totals -= _bincount(keys, None if weights is None else weights[across], size)
    return totals


def bigram_keys(codes: Array, offsets: Array, k: int) -> tuple[Array, Array]:
    """Return ``source * k + target`` of adjacent rows, int64 (m-1,), and whether within a segment.

    The second array is bool (m-1,).
    """
    keys = codes[:-1].astype(np.int64)
    keys *= k
    keys += codes[1:]
    inner = np.ones(len(keys), dtype=bool)
    inner[inner_boundaries(offsets)] = False
    return keys, inner


def _sparse_bigrams(
    codes: Array, offsets: Array, k: int, weights: Array | None
) -> tuple[Array, Array]:
    keys, inner = bigram_keys(codes, offsets, k)
    return sum_by_key(keys[inner], None if weights is None else weights[:-1][inner])


def sum_by_key(keys: Array, weights: Array | None) -> tuple[Array, Array]:
    """Return the distinct keys, sorted, and the count (or summed weight) of each, int64."""
    if weights is None:
        ordered = np.sort(keys)
        starts = run_starts(ordered)
        totals = np.diff(np.append(starts, len(ordered)))
    else:
        order = np.argsort(keys)
        ordered = keys[order]
        starts = run_starts(ordered)
        totals = np.add.reduceat(weights[order], starts) if len(starts) else np.empty(0)
        totals = totals.astype(np.int64)
    present = totals > 0
    return ordered[starts][present], totals[present]


def run_starts(ordered: Array) -> Array:
    """Return the position at which each run of equal values begins, int64."""
    if not len(ordered):
        return np.empty(0, dtype=np.int64)
    return np.concatenate([[0], np.flatnonzero(ordered[1:] != ordered[:-1]) + 1])


def terminal_totals(
    codes: Array, offsets: Array, k: int, *, counts: Array, began: Array, ends: Array, kinds: int
) -> tuple[Array, Array]:
    """Return the counts of first codes, and of last codes by kind of end.

    Parameters
    ----------
    began : bool (n,)
        Whether the first row of a segment is its beginning.
    ends : integers (n,) in ``range(kinds)``
        The kind of end of each segment.

    Returns
    -------
    starts : int64 (k,)
        The number of segments that begin with each code.
    stops : int64 (k + 1, kinds)
        The number of segments by the code of their last row and their kind of end; row k counts
        the segments without rows that began.
    """
    filled = offsets[1:] > offsets[:-1]
    weights = None if bool((counts == 1).all()) else counts.astype(np.float64)
    keys = _code_at(codes, offsets[1:] - 1, filled, k).astype(np.int64)
    keys *= kinds
    keys += ends
    stops = _bincount_where(keys, filled | began, weights, (k + 1) * kinds)
    starts = _bincount_where(_code_at(codes, offsets[:-1], filled, k), began, weights, k + 1)[:k]
    return starts, stops.reshape(k + 1, kinds)


def _code_at(codes: Array, rows: Array, there: Array, absent: int) -> Array:
    """Return the codes of rows, (n,); ``absent`` where ``there`` is false."""
    if there.all():
        return codes[rows]
    answer = np.full(len(rows), absent, dtype=codes.dtype)
    answer[there] = codes[rows[there]]
    return answer


def _bincount_where(keys: Array, mask: Array, weights: Array | None, size: int) -> Array:
    if mask.all():
        return _bincount(keys, weights, size)
    return _bincount(keys[mask], None if weights is None else weights[mask], size)


def flag_totals_by_code(
    codes: Array, k: int, flags: tuple[Array, Array], weights: Array | None
) -> Array:
    """Return the count of each code over the rows where each of two flags is set, int64 (k, 2)."""
    totals = np.zeros(4 * k)
    for start in range(0, len(codes), _CHUNK // 16):
        span = slice(start, start + _CHUNK // 16)
        keys = codes[span].astype(np.int64)
        keys *= 4
        for bit, flag in enumerate(flags):
            keys += flag[span].view(np.int8) << np.int8(bit)
        totals += np.bincount(keys, None if weights is None else weights[span], minlength=4 * k)
    table = totals.astype(np.int64).reshape(k, 4)
    return np.stack([table[:, 1] + table[:, 3], table[:, 2] + table[:, 3]], axis=1)


def segments_with_code(codes: Array, offsets: Array, k: int, counts: Array) -> Array:
    """Return the number of segments that contain each code, int64 (k,).

    Notes
    -----
    For up to 64 codes, a word of bits is computed for each segment, O(m); for more codes, see
    `segments_with_key`.
    """
    if k > _BITS:
        return segments_with_key(codes, owners_of(offsets), k, counts)
    masks, filled = _code_masks(codes, offsets, np.uint32 if k <= _BITS // 2 else np.uint64)
    return _totals_of_bits(masks, k, None if bool((counts == 1).all()) else counts[filled])


def _code_masks(
    codes: Array, offsets: Array, word: type[np.unsignedinteger]
) -> tuple[Array, Array]:
    """Return a word for each segment with rows, with bit c set if it contains code c.

    The second array is the segments with rows, int64.
    """
    filled = np.flatnonzero(lengths_of(offsets))
    starts = offsets[:-1][filled]
    masks = np.empty(len(filled), dtype=word)
    bounds = np.searchsorted(starts, np.arange(0, len(codes), _CHUNK // 16))
    bounds = np.unique(np.append(bounds, len(starts))).tolist()
    for first, last in itertools.pairwise(bounds):
        low = int(starts[first])
        high = int(starts[last]) if last < len(starts) else len(codes)
        bits = np.left_shift(word(1), codes[low:high].view(np.uint32), dtype=word)
        np.bitwise_or.reduceat(bits, starts[first:last] - low, out=masks[first:last])
    return masks, filled


def _totals_of_bits(masks: Array, k: int, counts: Array | None) -> Array:
    """Return the number of words, weighted by counts, with each of k bits set, int64 (k,)."""
    size = 1 << _BITS_AT_ONCE
    patterns = np.arange(size)
    totals = np.zeros(k, dtype=np.int64)
    for low in range(0, k, _BITS_AT_ONCE):
        part = (masks >> masks.dtype.type(low)) & masks.dtype.type(size - 1)
        found = _bincount(part.astype(np.int64), counts, size)
        for bit in range(min(_BITS_AT_ONCE, k - low)):
            totals[low + bit] = found[(patterns >> bit) & 1 == 1].sum()
    return totals


def segments_with_key(keys: Array, owners: Array, size: int, counts: Array) -> Array:
    """Return the number of segments that contain each key, int64 (size,).

    ``keys`` and ``owners`` have the same length, and ``owners`` is sorted. Uses a table of flags,
    a block of segments at a time, while that costs less than sorting; otherwise the distinct
    (segment, key) pairs.
    """
    n = len(counts)
    if n * size <= 64 * max(len(keys), 1):
        return _flag_totals(keys, owners, size, counts)
    pairs = np.sort(owners.astype(np.int64) * size + keys)
    pairs = pairs[run_starts(pairs)]
    return _bincount(pairs % size, counts[pairs // size].astype(np.float64), size)


def _flag_totals(keys: Array, owners: Array, size: int, counts: Array) -> Array:
    n = len(counts)
    block = max(1, (1 << 21) // max(size, 1))
    starts = np.arange(0, n, block)
    bounds = np.searchsorted(owners, np.append(starts, n))
    totals = np.zeros(size, dtype=np.int64)
    plain = bool((counts == 1).all())
    for position, start in enumerate(starts.tolist()):
        span = slice(int(bounds[position]), int(bounds[position + 1]))
        here = counts[start : start + block]
        flags = np.zeros(len(here) * size, dtype=bool)
        flags[(owners[span] - start).astype(np.int64) * size + keys[span]] = True
        table = flags.reshape(len(here), size)
        totals += table.sum(axis=0) if plain else here @ table
    return totals
