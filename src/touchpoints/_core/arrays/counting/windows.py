"""N-grams: windows of n consecutive rows, and the number of segments that contain each."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from functools import partial

import attrs
import numpy as np

from touchpoints._core.arrays.counting import DENSE
from touchpoints._core.arrays.counting.states import dense_numbers
from touchpoints._core.arrays.counting.successors import distinct_keys
from touchpoints._core.arrays.sorting.nearly_sorted import sort_runs
from touchpoints._core.arrays.threads import in_threads, spans
from touchpoints._core.frozen import Array

_BLOCK = 1 << 16
_TABLE = 1 << 18
_HALF = 2**32


@attrs.frozen(eq=False)
class Windows:
    """The distinct n-grams, sorted by their codes.

    Attributes
    ----------
    codes : int32 (w, n)
        The codes of each n-gram.
    occurrences, segments : int64 (w,)
        The number of occurrences of each n-gram, and of segments that contain it, both weighted
        by the counts of the segments.
    owners, cells : int64 (h,), or empty
        The distinct pairs of segment and n-gram, sorted, if requested.
    """

    codes: Array
    occurrences: Array
    segments: Array
    owners: Array
    cells: Array


def window_counts(
    codes: Array, offsets: Array, k: int, *, n: int, counts: Array, pairs: bool
) -> Windows:
    """Return the counts of the n-grams (windows of n consecutive rows) within segments.

    Parameters
    ----------
    pairs
        Whether to return the n-grams of each segment.

    Notes
    -----
    O(n × m), and a sort of the n-grams of each block of segments, blocks on all cores. Segments
    of weight 0 are left out.
    """
    numbers = (_by_digits if k**n <= _TABLE else _by_sorting)(codes, offsets, k, n)
    edges = _edges(offsets, max(_BLOCK, 4 * numbers.size))
    count = _Counter(numbers, offsets, None if bool((counts == 1).all()) else counts, pairs)
    shares = [edges[part.start : part.stop + 1] for part in spans(len(edges) - 1, least=1)]
    parts = in_threads([partial(count.blocks, one) for one in shares])
    occurrences, segments = (
        np.sum([one[at] for one in parts], axis=0)[: numbers.size] for at in (0, 1)
    )
    there = np.flatnonzero(occurrences)
    who, cells = (np.concatenate([one[at] for one in parts]) for at in (2, 3))
    if pairs:
        table = np.zeros(numbers.size + 1, dtype=np.int64)
        table[there] = np.arange(len(there))
        real = np.flatnonzero((counts[who] > 0) & (cells < numbers.size))
        who, cells = who[real], table[cells[real]]
    return Windows(numbers.codes_of(there), occurrences[there], segments[there], who, cells)


@attrs.frozen(eq=False)
class _Numbers:
    """A numbering of windows.

    Attributes
    ----------
    size
        The number of numbers.
    read
        Maps a span of segments to the number of the window that begins at each of their rows, as a
        new array; ``size`` where no window begins.
    codes_of
        Maps numbers to the codes of their windows, (h, n).
    """

    size: int
    read: Callable[[int, int], Array]
    codes_of: Callable[[Array], Array]


@attrs.frozen(eq=False)
class _Counter:
    """Counts windows of blocks of segments; ``counts`` is None where each segment counts once."""

    numbers: _Numbers
    offsets: Array
    counts: Array | None
    pairs: bool

    def blocks(self, edges: Array) -> tuple[Array, Array, Array, Array]:
        """Return occurrences and segments of each number, and (segment, number), of some blocks."""
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
    """Return the segment of each row, int32; unlike ``owners_of``, this releases the GIL."""
    filled = np.flatnonzero(offsets[1:] > offsets[:-1])
    moves = np.zeros(int(offsets[-1] - offsets[0]), dtype=np.int32)
    moves[offsets[filled] - offsets[0]] = np.diff(filled, prepend=0)
    return np.cumsum(moves, dtype=np.int32)


def _sorted_by_owner(numbers: Array, owners: Array, most: int, cells: int) -> Array:
    """Sort the numbers of each owner in place; return whether each is a repetition, bool (r,).

    Owners are sorted, and sorting does not change the number of rows of an owner, so owners do
    not have to be moved.
    """
    word = np.dtype(np.uint32 if most <= _HALF else np.int64)
    base = owners.astype(word)
    base *= word.type(cells)
    keys = base + numbers.astype(word, copy=False)
    sort_runs(keys)
    again = np.zeros(len(keys), dtype=bool)
    np.equal(keys[1:], keys[:-1], out=again[1:])
    np.subtract(keys, base, out=numbers, casting="unsafe")
    return again


def _edges(offsets: Array, rows: int) -> Array:
    """Return the bounds of blocks of segments with about ``rows`` rows each, int64."""
    last = len(offsets) - 1
    bounds = np.searchsorted(offsets, np.arange(0, int(offsets[-1]), rows), side="left")
    return np.unique(np.concatenate([[0], np.minimum(bounds, last), [last]]))


def _by_digits(codes: Array, offsets: Array, k: int, n: int) -> _Numbers:
    """Assign each window the number whose digits in base k are its codes."""

    def read(low: int, high: int) -> Array:
        first, stop = int(offsets[low]), int(offsets[high])
        numbers = codes[first:stop].astype(np.int32)
        for shift in range(1, n):
            numbers *= k
            part = codes[first + shift : stop + shift]
            numbers[: len(part)] += part
        _leave_out(numbers, offsets[low : high + 1], n, k**n)
        return numbers

    def codes_of(numbers: Array) -> Array:
        digits: Array = numbers[:, None] // k ** np.arange(n)[::-1] % max(k, 1)
        return digits

    return _Numbers(k**n, read, codes_of)


def _by_sorting(codes: Array, offsets: Array, k: int, n: int) -> _Numbers:
    """Assign numbers to the windows that occur, in sorted order, without a lookup table."""
    numbers = np.zeros(len(codes), dtype=np.int64)
    _leave_out(numbers, offsets, n, 1)
    rows = np.flatnonzero(numbers == 0)
    found, size = codes[rows].astype(np.int64), k
    for shift in range(1, n):
        if size * k > DENSE:
            found, size = dense_numbers(found, size)
        found *= k
        found += codes[rows + shift]
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
    """Write ``size`` at the rows where no complete window begins."""
    for back in range(1, n):
        rows = offsets[1:] - back
        numbers[rows[rows >= offsets[:-1]] - offsets[0]] = size
