"""Windows of neighbouring rows, and in how many segments each occurs."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from functools import partial

import attrs
import numpy as np

from touchpoints._core.arrays.counting import DENSE
from touchpoints._core.arrays.counting.states import dense_numbers
from touchpoints._core.arrays.counting.successors import distinct_keys
from touchpoints._core.arrays.threads import in_threads, spans
from touchpoints._core.frozen import Array

_BLOCK = 1 << 16
_TABLE = 1 << 18
_HALF = 2**32


@attrs.frozen(eq=False)
class Windows:
    """The distinct windows of n rows, rising.

    Attributes
    ----------
    codes : int32 (w, n)
        What each is made of.
    occurrences, segments : int64 (w,)
        How often each occurs, and in how many segments, segments counted as often as they weigh.
    owners, cells : int64 (h,), or empty
        The segment and the window of each presence, sorted, where asked for.
    """

    codes: Array
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
    O(n × m), and a sort of the windows of a block of segments at a time, blocks on all cores.
    Windows of segments with weight 0 are left out.
    """
    numbers = (_by_digits if k**n <= _TABLE else _by_sorting)(codes, offsets, k, n)
    edges = _edges(offsets, max(_BLOCK, 4 * numbers.size))
    count = _Counter(numbers, offsets, None if bool((counts == 1).all()) else counts, pairs)
    shares = [edges[part.start : part.stop + 1] for part in spans(len(edges) - 1, least=1)]
    parts = in_threads([partial(count.blocks, one) for one in shares])
    occurrences, segments = (
        np.sum([one[place] for one in parts], axis=0)[: numbers.size] for place in (0, 1)
    )
    there = np.flatnonzero(occurrences)
    who, cells = (np.concatenate([one[place] for one in parts]) for place in (2, 3))
    if pairs:
        table = np.zeros(numbers.size + 1, dtype=np.int64)
        table[there] = np.arange(len(there))
        real = np.flatnonzero((counts[who] > 0) & (cells < numbers.size))
        who, cells = who[real], table[cells[real]]
    return Windows(numbers.codes_of(there), occurrences[there], segments[there], who, cells)


@attrs.frozen(eq=False)
class _Numbers:
    """A number for each window.

    Attributes
    ----------
    size
        How many numbers there are.
    read
        From a span of segments to the number of the window at each of their rows, the caller's
        own; ``size`` stands where none begins.
    codes_of
        From numbers to the codes of their windows, (h, n).
    """

    size: int
    read: Callable[[int, int], Array]
    codes_of: Callable[[Array], Array]


@attrs.frozen(eq=False)
class _Counter:
    """What counting a span of segments needs; ``counts`` is None where each counts once."""

    numbers: _Numbers
    offsets: Array
    counts: Array | None
    pairs: bool

    def blocks(self, edges: Array) -> tuple[Array, Array, Array, Array]:
        """Return occurrences and segments of each number, and the presences, of some blocks."""
        cells = self.numbers.size + 1
        occurrences, repeated = np.zeros(cells, np.int64), np.zeros(cells, np.int64)
        found: list[tuple[Array, Array]] = [(np.empty(0, np.int64), np.empty(0, np.int64))]
        for low, high in itertools.pairwise(edges.tolist()):
            numbers = self.numbers.read(low, high)
            owners = _owners(self.offsets[low : high + 1])
            occurrences += self._total(numbers, owners, low)
            again = _sorted_by_owner(numbers, owners, (high - low) * cells, cells)
            rows = np.flatnonzero(again)
            repeated += self._total(numbers[rows], owners[rows], low)
            if self.pairs:
                rows = np.flatnonzero(~again)
                found.append((owners[rows] + low, numbers[rows].astype(np.int64)))
        who, which = (np.concatenate(part) for part in zip(*found, strict=True))
        return occurrences, occurrences - repeated, who, which

    def _total(self, numbers: Array, owners: Array, low: int) -> Array:
        weights = None if self.counts is None else self.counts[owners + low].astype(np.float64)
        totals = np.bincount(numbers, weights, self.numbers.size + 1)
        return totals.astype(np.int64, copy=False)


def _owners(offsets: Array) -> Array:
    """Return the segment of each row, int32; unlike ``owners_of`` it lets other threads work."""
    filled = np.flatnonzero(offsets[1:] > offsets[:-1])
    moves = np.zeros(int(offsets[-1] - offsets[0]), dtype=np.int32)
    moves[offsets[filled] - offsets[0]] = np.diff(filled, prepend=0)
    return np.cumsum(moves, dtype=np.int32)


def _sorted_by_owner(numbers: Array, owners: Array, most: int, cells: int) -> Array:
    """Sort the numbers of each owner in place; flag those that the owner had before, bool (r,).

    Owners rise, and have as many rows behind the sort as before, so nothing else is moved.
    """
    word = np.dtype(np.uint32 if most <= _HALF else np.int64)
    base = owners.astype(word)
    base *= word.type(cells)
    keys = base + numbers.astype(word, copy=False)
    keys.sort()
    again = np.zeros(len(keys), dtype=bool)
    np.equal(keys[1:], keys[:-1], out=again[1:])
    np.subtract(keys, base, out=numbers, casting="unsafe")
    return again


def _edges(offsets: Array, rows: int) -> Array:
    """Return bounds of blocks of segments that have about so many rows."""
    last = len(offsets) - 1
    bounds = np.searchsorted(offsets, np.arange(0, int(offsets[-1]), rows), side="left")
    return np.unique(np.concatenate([[0], np.minimum(bounds, last), [last]]))


def _by_digits(codes: Array, offsets: Array, k: int, n: int) -> _Numbers:
    """Read the codes of a window as the digits of its number."""

    def read(low: int, high: int) -> Array:
        first, stop = int(offsets[low]), int(offsets[high])
        numbers = codes[first:stop].astype(np.int32)
        for place in range(1, n):
            numbers *= k
            part = codes[first + place : stop + place]
            numbers[: len(part)] += part
        _leave_out(numbers, offsets[low : high + 1], n, k**n)
        return numbers

    def codes_of(numbers: Array) -> Array:
        digits: Array = numbers[:, None] // k ** np.arange(n)[::-1] % max(k, 1)
        return digits

    return _Numbers(k**n, read, codes_of)


def _by_sorting(codes: Array, offsets: Array, k: int, n: int) -> _Numbers:
    """Give the windows that occur numbers, in order, where a table would be too large."""
    numbers = np.zeros(len(codes), dtype=np.int64)
    _leave_out(numbers, offsets, n, 1)
    rows = np.flatnonzero(numbers == 0)
    found, size = codes[rows].astype(np.int64), k
    for place in range(1, n):
        if size * k > DENSE:
            found, size = dense_numbers(found, size)
        found *= k
        found += codes[rows + place]
        size *= k
    found, size = dense_numbers(found, size)
    numbers[:] = size
    numbers[rows] = found
    begun = distinct_keys(rows, found, size)
    return _Numbers(
        size,
        lambda low, high: numbers[int(offsets[low]) : int(offsets[high])].copy(),
        lambda which: codes[begun[which][:, None] + np.arange(n)],
    )


def _leave_out(numbers: Array, offsets: Array, n: int, size: int) -> None:
    """Write ``size`` where no whole window begins."""
    for back in range(1, n):
        rows = offsets[1:] - back
        numbers[rows[rows >= offsets[:-1]] - offsets[0]] = size
