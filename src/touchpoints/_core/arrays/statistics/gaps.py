"""Counting adjacent pairs and finding the median gap of each, in one pass."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from touchpoints._core.arrays.counting import (
    DENSE,
    PairCounts,
    inner_boundaries,
    pair_counts,
)
from touchpoints._core.arrays.statistics.quantiles import Reader, Rows, medians
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
    if k * k <= _CACHED:
        totals, found = medians(_reader(codes, offsets, times, k, weights), len(codes) - 1, k * k)
        keys = np.flatnonzero(totals)
        return PairCounts(keys // max(k, 1), keys % max(k, 1), totals[keys]), found[keys]
    pairs = pair_counts(codes, offsets, k, weights)
    read = _reader(codes, offsets, times, k, weights, _numbering(pairs, k))
    return pairs, medians(read, len(codes) - 1, len(pairs.totals))[1]


def _numbering(pairs: PairCounts, k: int) -> Callable[[Array], Array]:
    """Return a function from ``source * k + target`` to the number of the pair, or how many."""
    keys = pairs.sources * k + pairs.targets
    if k * k <= DENSE:
        table = np.full(k * k + 1, len(keys), dtype=np.int64)
        table[keys] = np.arange(len(keys))
        return table.take

    def search(wanted: Array) -> Array:
        places = np.searchsorted(keys, wanted)
        places[np.append(keys, -1)[places] != wanted] = len(keys)
        return places

    return search


def _reader(
    codes: Array,
    offsets: Array,
    times: Array,
    k: int,
    weights: Array | None,
    number: Callable[[Array], Array] | None = None,
) -> Reader:
    """Read the gaps by pair ``source * k + target``, or by its number."""
    across = inner_boundaries(offsets)

    def read(start: int, stop: int) -> Rows:
        keys = np.multiply(codes[start:stop], k, dtype=np.int64)
        keys += codes[start + 1 : stop + 1]
        gaps = times[start + 1 : stop + 1] - times[start:stop]
        first, last = np.searchsorted(across, (start, stop))
        none = across[first:last] - start
        keys[none] = k * k
        gaps[none] = 0  # nothing is measured there; a wide range would cost a slower sort
        part = None if weights is None else weights[start:stop]
        return keys if number is None else number(keys), gaps, part

    return read
