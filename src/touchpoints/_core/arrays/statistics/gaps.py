"""Counting adjacent pairs and finding the median gap of each, in one pass."""

from __future__ import annotations

import numpy as np

from touchpoints._core.arrays.counting import (
    DENSE,
    PairCounts,
    inner_boundaries,
    pair_counts,
    pair_keys,
)
from touchpoints._core.arrays.counting.states import dense_numbers
from touchpoints._core.arrays.statistics.medians import (
    CHUNK,
    Reader,
    Rows,
    median_by_group,
    totals_and_medians,
)
from touchpoints._core.frozen import Array

_CACHED = 2**16


def pair_gaps(
    codes: Array, offsets: Array, times: Array, k: int, weights: Array | None
) -> tuple[PairCounts, Array]:
    """Count adjacent pairs of codes within segments, and find the median time between the two.

    Parameters
    ----------
    codes : int32 (m,)
        In ``range(k)``.
    times : int64 (m,)
        Never falling within a segment.
    weights : float64 (m,) or None
        What each row counts for, alike within a segment; None counts each once.

    Returns
    -------
    pairs : PairCounts
        As `pair_counts`.
    medians : float64 (pairs,)
        In the unit of ``times``.

    Notes
    -----
    Neighbours across a boundary are put in a group of their own, so that no row is moved.
    """
    if k * k > DENSE:
        return _sparse(codes, offsets, times, k, weights)
    if k * k > _CACHED:
        pairs = pair_counts(codes, offsets, k, weights)
        keys = pairs.sources * k + pairs.targets
        table = np.full(k * k + 1, len(keys), dtype=np.int64)
        table[keys] = np.arange(len(keys))
        read = _reader(codes, offsets, times, k, weights, table)
        return pairs, totals_and_medians(read, len(codes) - 1, len(keys))[1]
    read = _reader(codes, offsets, times, k, weights, None)
    totals, medians = totals_and_medians(read, len(codes) - 1, k * k)
    keys = np.flatnonzero(totals)
    sources, targets = np.divmod(keys, max(k, 1))
    return PairCounts(sources, targets, totals[keys].astype(np.int64)), medians[keys]


def _reader(
    codes: Array, offsets: Array, times: Array, k: int, weights: Array | None, table: Array | None
) -> Reader:
    """Read pairs as groups ``source * k + target``, or what the table says of that number."""
    across = inner_boundaries(offsets)
    room = np.empty(CHUNK, dtype=np.int64)
    other = np.empty(CHUNK, dtype=np.int64)

    def read(start: int, stop: int) -> Rows:
        keys, gaps = room[: stop - start], other[: stop - start]
        np.multiply(codes[start:stop], k, out=keys, dtype=np.int64)
        keys += codes[start + 1 : stop + 1]
        first, last = np.searchsorted(across, (start, stop))
        keys[across[first:last] - start] = k * k
        np.subtract(times[start + 1 : stop + 1], times[start:stop], out=gaps)
        groups = keys if table is None else table.take(keys)
        return groups, gaps, None if weights is None else weights[start:stop]

    return read


def _sparse(
    codes: Array, offsets: Array, times: Array, k: int, weights: Array | None
) -> tuple[PairCounts, Array]:
    keys, inner = pair_keys(codes, offsets, k)
    gaps = np.diff(times)[inner]
    part = None if weights is None else weights[:-1][inner]
    keys = keys[inner]
    groups, size = dense_numbers(keys, k * k)
    totals = np.bincount(groups, weights=part, minlength=size).astype(np.int64)
    medians = median_by_group(gaps, groups, size, part)
    distinct = np.empty(size, dtype=np.int64)
    distinct[groups] = keys
    some = np.flatnonzero(totals)
    keys = distinct[some]
    return PairCounts(keys // k, keys % k, totals[some]), medians[some]
