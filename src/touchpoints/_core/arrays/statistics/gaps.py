"""Counts and median gaps of transitions, in one pass."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from touchpoints._core.arrays.counting import (
    DENSE,
    BigramCounts,
    bigram_counts,
    inner_boundaries,
)
from touchpoints._core.arrays.statistics.quantiles import Reader, Rows, medians
from touchpoints._core.frozen import Array

_CACHED = 2**16


def bigram_gaps(
    codes: Array, offsets: Array, times: Array, k: int, weights: Array | None
) -> tuple[BigramCounts, Array]:
    """Return the count and the median gap of each transition within segments.

    Parameters
    ----------
    codes : int32 (m,)
        In ``range(k)``.
    times : int64 (m,)
        In non-decreasing order within a segment.
    weights : float64 (m,) or None
        The weight of each row, constant within a segment; None counts each row once.

    Returns
    -------
    pairs : BigramCounts
        As `bigram_counts`.
    medians : float64 (pairs,)
        In the unit of ``times``.

    Notes
    -----
    Adjacent rows on either side of a segment boundary get a separate group, so that no row has to
    be moved.
    """
    if k * k <= _CACHED:
        totals, found = medians(_reader(codes, offsets, times, k, weights), len(codes) - 1, k * k)
        keys = np.flatnonzero(totals)
        return BigramCounts(keys // max(k, 1), keys % max(k, 1), totals[keys]), found[keys]
    pairs = bigram_counts(codes, offsets, k, weights)
    read = _reader(codes, offsets, times, k, weights, _numbering(pairs, k))
    return pairs, medians(read, len(codes) - 1, len(pairs.totals))[1]


def _numbering(pairs: BigramCounts, k: int) -> Callable[[Array], Array]:
    """Return a function from ``source * k + target`` to the position of the pair.

    A pair that does not occur is mapped to the number of pairs.
    """
    keys = pairs.sources * k + pairs.targets
    if k * k <= DENSE:
        table = np.full(k * k + 1, len(keys), dtype=np.int64)
        table[keys] = np.arange(len(keys))
        return table.take

    def search(wanted: Array) -> Array:
        positions = np.searchsorted(keys, wanted)
        positions[np.append(keys, -1)[positions] != wanted] = len(keys)
        return positions

    return search


def _reader(
    codes: Array,
    offsets: Array,
    times: Array,
    k: int,
    weights: Array | None,
    number: Callable[[Array], Array] | None = None,
) -> Reader:
    """Return a reader of gaps, grouped by the key ``source * k + target`` or by its number."""
    across = inner_boundaries(offsets)

    def read(start: int, stop: int) -> Rows:
        keys = np.multiply(codes[start:stop], k, dtype=np.int64)
        keys += codes[start + 1 : stop + 1]
        gaps = times[start + 1 : stop + 1] - times[start:stop]
        first, last = np.searchsorted(across, (start, stop))
        outside = across[first:last] - start
        keys[outside] = k * k
        gaps[outside] = 0  # not a gap within a segment; a wide range would need a slower sort
        part = None if weights is None else weights[start:stop]
        return keys if number is None else number(keys), gaps, part

    return read
