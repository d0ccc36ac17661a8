"""Offsets arithmetic: journey j owns the rows ``offsets[j]:offsets[j + 1]``."""

from __future__ import annotations

from typing import Any

import numpy as np

from touchpoints._core.frozen import Array


def lengths_of(offsets: Array) -> Array:
    """Return the number of rows of each segment, int64 (n,)."""
    return np.diff(offsets)


def offsets_of(lengths: Array) -> Array:
    """Return the offsets, int64 (n+1,), of segments with these lengths."""
    offsets = np.zeros(len(lengths) + 1, dtype=np.int64)
    np.cumsum(lengths, out=offsets[1:])
    return offsets


def owners_of(offsets: Array) -> Array:
    """Return the segment each row belongs to, int32 (m,) (int64 beyond 2**31 segments)."""
    count = len(offsets) - 1
    dtype = np.int32 if count < 2**31 else np.int64
    return np.repeat(np.arange(count, dtype=dtype), lengths_of(offsets))


def rows_of(offsets: Array, chosen: Array) -> Array:
    """Return the rows of the chosen segments, segment by segment, in the order chosen."""
    lengths = lengths_of(offsets)[chosen]
    moved = offsets_of(lengths)
    rows = np.arange(moved[-1], dtype=np.int64)
    rows += np.repeat(offsets[:-1][chosen] - moved[:-1], lengths)
    return rows


def sum_by_segment(values: Array, offsets: Array, *, dtype: Any = None) -> Array:
    """Return the sum of ``values`` over each segment; an empty segment has 0.

    ``np.add.reduceat`` answers with a neighbour's value for an empty segment, so it only ever
    sees the others.
    """
    answer = np.zeros(len(offsets) - 1, dtype=dtype or values.dtype)
    filled = np.flatnonzero(lengths_of(offsets))
    if len(filled):
        answer[filled] = np.add.reduceat(values, offsets[:-1][filled], dtype=answer.dtype)
    return answer


def any_by_segment(flags: Array, offsets: Array) -> Array:
    """Tell of each segment whether any of its rows is flagged, bool (n,)."""
    return first_row_where(flags, offsets) >= 0


def offsets_after(kept: Array, offsets: Array) -> Array:
    """Return the offsets of the segments once only the rows where ``kept`` is true remain."""
    return offsets_of(sum_by_segment(kept.view(np.int8), offsets, dtype=np.int64))


def first_row_where(flags: Array, offsets: Array) -> Array:
    """Return each segment's first flagged row, int64 (n,), or -1."""
    return _edge_row_where(flags, offsets, last=False)


def last_row_where(flags: Array, offsets: Array) -> Array:
    """Return each segment's last flagged row, int64 (n,), or -1."""
    return _edge_row_where(flags, offsets, last=True)


def _edge_row_where(flags: Array, offsets: Array, *, last: bool) -> Array:
    answer = np.full(len(offsets) - 1, -1, dtype=np.int64)
    hits = np.flatnonzero(flags)
    if not len(hits):
        return answer
    if len(hits) * 4 < len(answer):
        owners = np.searchsorted(offsets, hits, side="right") - 1
        order = slice(None) if last else slice(None, None, -1)  # the last one written stays
        answer[owners[order]] = hits[order]
        return answer
    # For every segment, the place among the hits where its own begin; a segment has hits of its
    # own when the next segment's begin later.
    place = np.searchsorted(hits, offsets)
    has = place[1:] > place[:-1]
    answer[has] = hits[place[1:][has] - 1] if last else hits[place[:-1][has]]
    return answer


def falls_within(values: Array, offsets: Array) -> Array:
    """Return the rows whose value is less than the row before it in the same segment."""
    if len(values) < 2:
        return np.empty(0, dtype=np.int64)
    falls = values[1:] < values[:-1]
    starts = offsets[1:-1]
    falls[starts[(starts > 0) & (starts < len(values))] - 1] = False
    return np.flatnonzero(falls) + 1


def repeats_within(values: Array, offsets: Array) -> Array:
    """Tell of each row whether its value equals that of the row before it in its segment."""
    same = np.zeros(len(values), dtype=bool)
    if len(values) > 1:
        np.equal(values[1:], values[:-1], out=same[1:])
        starts = offsets[:-1]
        same[starts[starts < len(values)]] = False
    return same
