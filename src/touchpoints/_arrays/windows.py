"""Windows of neighbouring rows, and in how many segments each occurs."""

from __future__ import annotations

import itertools

import attrs
import numpy as np

from touchpoints._arrays.counting import DENSE, run_starts
from touchpoints._arrays.segments import lengths_of, owners_of
from touchpoints._arrays.states import dense_numbers
from touchpoints._arrays.successors import distinct_keys
from touchpoints._frozen import Array

_MOST = 2**62
_BLOCK = 1 << 18


@attrs.frozen(eq=False)
class Windows:
    """The distinct windows of n rows.

    Attributes
    ----------
    rows : int64 (w,)
        A row at which each begins.
    occurrences, segments : int64 (w,)
        How often each occurs, and in how many segments, segments counted as often as they weigh.
    owners, cells : int64 (h,), or empty
        The segment and the window of each presence, sorted, where asked for.
    """

    rows: Array
    occurrences: Array
    segments: Array
    owners: Array
    cells: Array


def window_counts(
    codes: Array, offsets: Array, k: int, *, n: int, counts: Array, pairs: bool
) -> Windows:
    """Count the windows of n neighbouring rows within segments.

    Parameters
    ----------
    pairs
        Whether to return which segments have which windows.

    Notes
    -----
    O(n × m), and a sort of the windows of a block of segments at a time. Windows of segments
    with weight 0 are left out.
    """
    starts = _window_rows(offsets, counts, n)
    numbers, size = _numbered(codes, starts, k, n)
    owners = np.repeat(
        np.arange(len(counts)), np.where(counts > 0, np.maximum(lengths_of(offsets) - n + 1, 0), 0)
    )
    occurrences, segments = np.zeros(size, np.int64), np.zeros(size, np.int64)
    found: list[tuple[Array, Array]] = [(np.empty(0, np.int64), np.empty(0, np.int64))]
    plain = bool((counts == 1).all())
    for start, stop in _blocks(owners):
        base = owners[start]
        keys = (owners[start:stop] - base) * size + numbers[start:stop]
        keys.sort()
        at = run_starts(keys)
        times = np.diff(np.append(at, len(keys)))
        cells = keys[at] % size
        who = keys[at] // size + base
        real = None if plain else counts[who].astype(np.float64)
        segments += np.bincount(cells, real, size).astype(np.int64)
        total = times if real is None else times * real
        occurrences += np.bincount(cells, total, size).astype(np.int64)
        if pairs:
            found.append((who, cells))
    who, cells = (np.concatenate(part) for part in zip(*found, strict=True))
    return Windows(distinct_keys(starts, numbers, size), occurrences, segments, who, cells)


def _blocks(owners: Array) -> list[tuple[int, int]]:
    """Return spans of rows that end where segments do; sorting small spans is faster."""
    bounds = owners[np.arange(0, len(owners), _BLOCK)]
    edges = np.unique(np.append(np.searchsorted(owners, bounds), len(owners))).tolist()
    return list(itertools.pairwise(edges))


def _window_rows(offsets: Array, counts: Array, n: int) -> Array:
    """Return the rows at which a whole window begins, rising."""
    whole = np.ones(int(offsets[-1]), dtype=bool)
    if len(whole):
        for back in range(1, n):
            rows = offsets[1:] - back
            whole[rows[rows >= offsets[:-1]]] = False
        if not (counts > 0).all():
            whole &= (counts > 0)[owners_of(offsets)]
    return np.flatnonzero(whole)


def _numbered(codes: Array, starts: Array, k: int, n: int) -> tuple[Array, int]:
    """Return the number of the window at each of these rows, and how many there are."""
    size = max(k, 1)
    numbers = codes[starts].astype(np.int64)
    for place in range(1, n):
        if size * k > min(DENSE, _MOST):
            numbers, size = dense_numbers(numbers, size)
        numbers *= k
        numbers += codes[starts + place]
        size *= k
    return dense_numbers(numbers, size)
