"""Arithmetic with offsets: segment j, a journey, has the rows ``offsets[j]:offsets[j + 1]``."""

from __future__ import annotations

from typing import Any

import numpy as np

from touchpoints._core.frozen import Array

_FIRST_READ = 1 << 15


def lengths_of(offsets: Array) -> Array:
    """Return the number of rows of each segment, int64 (n,)."""
    return np.diff(offsets)


def lengths_at(offsets: Array, chosen: Array) -> Array:
    """Return the number of rows of the chosen segments, int64."""
    return np.asarray(offsets[1:][chosen] - offsets[:-1][chosen])


def offsets_of(lengths: Array) -> Array:
    """Return the offsets, int64 (n+1,), of segments with these lengths."""
    offsets = np.zeros(len(lengths) + 1, dtype=np.int64)
    np.cumsum(lengths, out=offsets[1:])
    return offsets


def owners_of(offsets: Array) -> Array:
    """Return the segment of each row, int32 (m,); int64 for 2**31 segments or more."""
    count = len(offsets) - 1
    dtype = np.int32 if count < 2**31 else np.int64
    return np.repeat(np.arange(count, dtype=dtype), lengths_of(offsets))


def rows_of(offsets: Array, chosen: Array) -> Array:
    """Return the rows of the chosen segments, in the order chosen, int64."""
    starts, lengths = offsets[:-1][chosen], lengths_at(offsets, chosen)
    moved = offsets_of(lengths)
    rows = np.arange(moved[-1], dtype=np.int64)
    rows += np.repeat(starts - moved[:-1], lengths)
    return rows


def sum_by_segment(values: Array, offsets: Array, *, dtype: Any = None) -> Array:
    """Return the sum of ``values`` over each segment, (n,); 0 for an empty segment.

    ``np.add.reduceat`` returns a value of the next segment for an empty segment, so it is called
    only with the segments that have rows.
    """
    answer = np.zeros(len(offsets) - 1, dtype=dtype or values.dtype)
    filled = np.flatnonzero(lengths_of(offsets))
    if len(filled):
        answer[filled] = np.add.reduceat(values, offsets[:-1][filled], dtype=answer.dtype)
    return answer


def any_by_segment(flags: Array, offsets: Array) -> Array:
    """Return whether any row of each segment is flagged, bool (n,)."""
    return first_row_where(flags, offsets) >= 0


def offsets_after(kept: Array, offsets: Array) -> Array:
    """Return the offsets, int64 (n+1,), after dropping the rows where ``kept`` is false."""
    return offsets_of(sum_by_segment(kept.view(np.int8), offsets, dtype=np.int64))


def first_row_where(flags: Array, offsets: Array) -> Array:
    """Return the first flagged row of each segment, int64 (n,); -1 where no row is flagged."""
    return _edge_row_where(flags, offsets, last=False)


def last_row_where(flags: Array, offsets: Array) -> Array:
    """Return the last flagged row of each segment, int64 (n,); -1 where no row is flagged."""
    return _edge_row_where(flags, offsets, last=True)


def _edge_row_where(flags: Array, offsets: Array, *, last: bool) -> Array:
    answer = np.full(len(offsets) - 1, -1, dtype=np.int64)
    hits = np.flatnonzero(flags)
    if not len(hits):
        return answer
    if len(hits) * 4 < len(answer):
        owners = np.searchsorted(offsets, hits, side="right") - 1
        order = slice(None) if last else slice(None, None, -1)  # the last write wins
        answer[owners[order]] = hits[order]
        return answer
    # The hits of segment j are hits[bounds[j]:bounds[j + 1]].
    bounds = np.searchsorted(hits, offsets)
    has = bounds[1:] > bounds[:-1]
    answer[has] = hits[bounds[1:][has] - 1] if last else hits[bounds[:-1][has]]
    return answer


def falls_within(values: Array, offsets: Array) -> Array:
    """Return the rows whose value is less than that of the previous row of the segment, int64."""
    if len(values) < 2:
        return np.empty(0, dtype=np.int64)
    falls = values[1:] < values[:-1]
    starts = offsets[1:-1]
    falls[starts[(starts > 0) & (starts < len(values))] - 1] = False
    return np.flatnonzero(falls) + 1


def repeats_within(values: Array, offsets: Array) -> Array:
    """Return whether each row has the value of the previous row of its segment, bool (m,)."""
    same = np.zeros(len(values), dtype=bool)
    if len(values) > 1:
        np.equal(values[1:], values[:-1], out=same[1:])
        starts = offsets[:-1]
        same[starts[starts < len(values)]] = False
    return same


def occurring(codes: Array, k: int) -> Array:
    """Return which codes occur, bool (k,); reads on only until all have been met."""
    met = np.zeros(k, dtype=bool)
    start, size = 0, _FIRST_READ
    while start < len(codes) and not met.all():
        met[codes[start : start + size]] = True
        start, size = start + size, 2 * size
    return met
