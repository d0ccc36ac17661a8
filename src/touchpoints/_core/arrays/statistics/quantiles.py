"""Exact means and quantiles of integers by group, after one sort."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import attrs
import numpy as np

from touchpoints._core.arrays.counting import inner_boundaries
from touchpoints._core.arrays.counting.states import dense_numbers
from touchpoints._core.arrays.counting.successors import distinct_keys
from touchpoints._core.arrays.sorting.ordering import sort_in_threads
from touchpoints._core.arrays.threads import in_threads, spans
from touchpoints._core.frozen import Array

_MOST_COPIES = 4
_WORD = 63
_LOW = 20
_BLOCK = 1 << 16
_ALL = -1
_TABLE = 1 << 16
CHUNK = 1 << 14
_WHOLE = 1 << 17
_FEW = 64
_SAMPLED = 16
_DEVIATIONS = 5.0
_LEAST, _MOST = np.iinfo(np.int64).min, np.iinfo(np.int64).max

Rows = tuple[Array, Array, Array | None]
Reader = Callable[[int, int], Rows]
"""A function from a span of rows to their groups (int64), values (int64) and weights (float64).

Rows of the group ``size`` belong to no group. The weights may be None. The caller may modify the
array of groups.
"""


@attrs.frozen(eq=False, kw_only=True)
class Spreads:
    """Values by group, sorted within each group.

    Attributes
    ----------
    keys : int64 (m,)
        Group and value packed into one integer: value i is ``(keys[i] & mask) + floor``.
    mask, floor : int
        See ``keys``; all bits and 0 where the keys are the values.
    starts : int64 (size + 1,)
        Group g has the values from ``starts[g]`` up to, not including, ``starts[g + 1]``.
    ends : float64 (m + 1,) or None
        The cumulative weight, or None where every value counts once.
    """

    keys: Array
    mask: int
    floor: int
    starts: Array
    ends: Array | None

    def totals(self) -> Array:
        """Return the number of values of each group, int64 (size,)."""
        edges = self.starts if self.ends is None else self.ends[self.starts]
        return np.diff(edges).astype(np.int64)

    def means(self) -> Array:
        """Return the mean of each group, float64 (size,); nan for a group without values.

        Sums are exact unless weights are large.
        """
        totals = self.totals()
        filled = np.flatnonzero(totals)
        means = np.full(len(totals), np.nan)
        if self.ends is not None and len(filled):
            products = self._values(slice(None)) * np.diff(self.ends)
            means[filled] = np.add.reduceat(products, self.starts[:-1][filled]) / totals[filled]
        elif len(filled):
            numbers = totals[filled].tolist()
            sums = zip(self._sums(filled, max(numbers)), numbers, strict=True)
            means[filled] = [(one + self.floor * number) / number for one, number in sums]
        return means

    def _sums(self, filled: Array, most: int) -> list[int]:
        """Return the exact sum of values minus the floor for groups of at most ``most`` rows."""
        at, stop = self.starts[:-1][filled], self.starts[-1]
        if self.mask != _ALL and self.mask.bit_length() + most.bit_length() <= _WORD + 1:
            sums = np.add.reduceat(self.keys[:stop].view(np.uint64), at)  # modulo 2**64
            groups = self.keys[at] & ~self.mask
            sums -= groups.view(np.uint64) * np.diff(at, append=stop).astype(np.uint64)
            return [int(one) for one in sums]
        values = self.keys[:stop] & self.mask
        low = np.add.reduceat(values & ((1 << _LOW) - 1), at).tolist()
        values >>= _LOW
        high = np.add.reduceat(values, at).tolist()  # in two halves that cannot overflow
        return [(one << _LOW) + two for one, two in zip(high, low, strict=True)]

    def quantile(self, share: float) -> Array:
        """Return a quantile of each group, float64 (size,); nan for a group without values.

        Linear interpolation between two values, the default of numpy: definition 7 of R. J.
        Hyndman & Y. Fan (1996), Sample quantiles in statistical packages, The American
        Statistician 50(4), 361-365.
        """
        return interpolated(self.totals(), share, self.at)

    def at(self, groups: Array, ranks: Array) -> Array:
        """Return the value at a rank, counted from 0, of each of some groups, int64 (h,)."""
        if self.ends is None:
            return self._values(self.starts[:-1][groups] + ranks)
        wanted = self.ends[self.starts[:-1][groups]] + ranks
        return self._values(np.searchsorted(self.ends, wanted, side="right") - 1)

    def _values(self, positions: Array | slice) -> Array:
        values: Array = (self.keys[positions] & self.mask) + self.floor
        return values


@attrs.frozen(eq=False, kw_only=True)
class Nearest:
    """The ranks, counted from 0, that a quantile lies between, in each group that has values.

    Attributes
    ----------
    groups, below, above : int64 (h,)
        The groups that have values, and the two ranks.
    part : float64 (h,)
        Which part of the way from ``below`` the quantile is.
    """

    groups: Array
    below: Array
    above: Array
    part: Array

    @classmethod
    def of(cls, totals: Array, share: float) -> Nearest:
        """Return the ranks around a quantile of groups with ``totals`` values, int64 (size,)."""
        some = np.flatnonzero(totals)
        last = totals[some] - 1
        position = last * share
        below = np.floor(position).astype(np.int64)
        return cls(
            groups=some,
            below=np.minimum(below, last),
            above=np.minimum(below + 1, last),
            part=position - below,
        )


def interpolated(totals: Array, share: float, at: Callable[[Array, Array], Array]) -> Array:
    """Return a quantile of each group, float64 (size,), from the values at ranks of groups."""
    nearest = Nearest.of(totals, share)
    low, high = (at(nearest.groups, ranks) for ranks in (nearest.below, nearest.above))
    answer = np.full(len(totals), np.nan)
    answer[nearest.groups] = low + nearest.part * (high - low)
    return answer


def spreads(groups: Array, values: Array, size: int, weights: Array | None = None) -> Spreads:
    """Sort values by group.

    Parameters
    ----------
    groups : int64 (m,) in ``range(size + 1)``
        Rows of the group ``size`` belong to no group.
    values : int64 (m,)
    weights : float64 (m,), optional
        Integer frequencies: a row of weight 3 counts as three equal values.

    Notes
    -----
    Group and value are packed into one integer and sorted where 63 bits hold both, which uses
    vector instructions and all cores; otherwise, and for large weights, ``lexsort`` is used.
    """
    floor = int(values.min(initial=0))
    bits = (int(values.max(initial=0)) - floor).bit_length()
    bounds = np.arange(size + 1)
    whole = None if weights is None else weights.astype(np.int64)
    if whole is not None and int(whole.sum()) <= _MOST_COPIES * len(whole):
        weights = None
    if weights is None and bits + size.bit_length() <= _WORD:
        keys = _packed(groups, values, bits, floor)
        keys = keys if whole is None else np.repeat(keys, whole)
        sort_in_threads(keys)
        starts = np.searchsorted(keys, bounds << bits)
        return Spreads(keys=keys, mask=(1 << bits) - 1, floor=floor, starts=starts, ends=None)
    if weights is None and whole is not None:
        groups, values = np.repeat(groups, whole), np.repeat(values, whole)
    order = np.lexsort((values, groups))
    starts = np.searchsorted(groups[order], bounds)
    order = order[: starts[-1]]
    ends = None if weights is None else np.append(0.0, np.cumsum(weights[order]))
    return Spreads(keys=values[order], mask=_ALL, floor=0, starts=starts, ends=ends)


def _packed(groups: Array, values: Array, bits: int, floor: int) -> Array:
    keys = np.empty(len(values), dtype=np.int64)

    def pack(span: slice) -> None:
        part = keys[span]
        np.left_shift(groups[span], bits, out=part)
        part |= values[span] - floor

    in_threads([partial(pack, span) for span in spans(len(keys), size=_BLOCK)])
    return keys


def medians(read: Reader, rows: int, size: int) -> tuple[Array, Array]:
    """Return the total weight of each group, int64 (size,), and its median, float64 (size,).

    Notes
    -----
    Equal to ``totals()`` and ``quantile(0.5)`` of `spreads`, without holding all rows at once. A
    sample brackets the median of each group; one pass counts the values below, at and above the
    brackets and keeps the values inside, and only these are sorted: O(m) and a sort of about a
    tenth of the rows. A group whose median lies outside its bracket is read again completely, so
    the result never depends on the sample.
    """
    if rows <= _WHOLE or rows < _FEW * size:
        whole = _spread(read(0, max(rows, 0)), size)
        return whole.totals(), whole.quantile(0.5)
    low, high = _brackets(read, rows, size)
    totals, answer, missed = _between(read, rows, low, high)
    if missed.any():
        low[:-1] = np.where(missed, _LEAST, _MOST - 1)
        high[:-1] = _MOST
        answer = np.where(missed, _between(read, rows, low, high)[1], answer)
    return totals, answer


def _spread(rows: Rows, size: int) -> Spreads:
    return spreads(rows[0], rows[1], size, rows[2])


def _joined(parts: list[Rows]) -> Rows:
    groups, values, weights = zip(*parts, strict=True)
    parts.clear()  # so that no array is held twice during the sort
    joined = None if weights[0] is None else np.concatenate(weights)
    return np.concatenate(groups), np.concatenate(values), joined


def _brackets(read: Reader, rows: int, size: int) -> tuple[Array, Array]:
    """Return low and high, int64 (size + 1,), that very likely bracket the median of each group."""
    length = CHUNK // _SAMPLED
    starts = range(0, rows, CHUNK)
    sample = _joined([read(at, min(at + length, rows)) for at in starts])
    seen, (groups, _, weights) = _spread(sample, size), sample
    totals = seen.totals()
    squared = totals if weights is None else np.bincount(groups, weights**2, size + 1)[:-1]
    reach = _DEVIATIONS / 2 * np.sqrt(squared)
    below, above = (
        side.astype(np.int64)
        for side in (np.floor(totals / 2 - reach), np.ceil(totals / 2 + reach))
    )
    low, high = np.full(size + 1, _LEAST), np.full(size + 1, _MOST)
    low[-1] = _MOST - 1
    narrow = np.flatnonzero((below >= 0) & (above < totals))
    low[narrow], high[narrow] = seen.at(narrow, below[narrow]), seen.at(narrow, above[narrow])
    return low, np.maximum(high, low + 1)


def _between(read: Reader, rows: int, low: Array, high: Array) -> tuple[Array, Array, Array]:
    """Return totals, medians, and whether the median lies outside its bracket, (size,) each."""
    size = len(low) - 1
    table, inside = _sweep(read, rows, low, high)
    running = np.cumsum(table, axis=1)
    totals = running[:, -1]
    missed = np.zeros(size, dtype=bool)
    answer = np.where(totals > 0, 0.0, np.nan)
    for rank in ((totals - 1) // 2, totals // 2):
        missed |= (totals > 0) & ((rank < running[:, 0]) | (rank >= running[:, 3]))
        value = np.where(rank < running[:, 1], low[:-1], high[:-1])
        within = np.flatnonzero((rank >= running[:, 1]) & (rank < running[:, 2]))
        value[within] = inside.at(within, (rank - running[:, 1])[within])
        answer += value / 2
    return totals, answer, missed


def _sweep(read: Reader, rows: int, low: Array, high: Array) -> tuple[Array, Spreads]:
    """Return the weight below, at ``low``, inside, at ``high`` and above, and the values inside.

    The weights are int64 (size, 5).
    """
    size = len(low) - 1
    swept = in_threads([partial(_swept, read, span, low, high) for span in spans(rows)])
    table = np.sum([one for one, _ in swept], axis=0)
    inside = _joined([rows for _, some in swept for rows in some])
    return table.astype(np.int64).reshape(-1, 5)[:-1], _spread(inside, size)


def _swept(read: Reader, span: slice, low: Array, high: Array) -> tuple[Array, list[Rows]]:
    """Return the weights of `_sweep`, float64 (5 * size + 5,), of some rows, and those inside."""
    table = np.zeros(5 * len(low))
    inside: list[Rows] = []
    for start in range(span.start, span.stop, CHUNK):
        groups, values, weights = read(start, min(start + CHUNK, span.stop))
        relation = _relations(values, low.take(groups), high.take(groups))
        within = np.flatnonzero(relation == 2)
        part = None if weights is None else weights[within]
        inside.append((groups.take(within), values.take(within), part))
        groups *= 5
        groups += relation
        table += np.bincount(groups, weights=weights, minlength=len(table))
    return table, inside


def _relations(values: Array, low: Array, high: Array) -> Array:
    """Return 0 below ``low``, 1 at ``low``, 2 inside, 3 at ``high``, 4 above, int8 (r,)."""
    relation = np.greater_equal(values, low).view(np.int8)
    relation += np.greater(values, low).view(np.int8)
    relation += np.greater_equal(values, high).view(np.int8)
    relation += np.greater(values, high).view(np.int8)
    return relation


@attrs.frozen(eq=False)
class Edges:
    """The edge between adjacent rows: ``of[r]`` is the edge of rows r and r + 1.

    Edge e leads from ``sources[e]`` to ``targets[e]``, whether or not it occurs. Rows r in
    ``across`` have their next row in another segment; their edge is ``len(sources)``.
    """

    of: Array
    sources: Array
    targets: Array
    across: Array


def neighbours(codes: Array, offsets: Array, k: int) -> Edges:
    """Return the edges between adjacent rows of segments, sorted by source, then target.

    Notes
    -----
    O(m) while ``k * k <= 2**24``, else O(m log m).
    """
    across = inner_boundaries(offsets)
    keys = _pair_numbers(codes, k)
    keys[across] = k * k
    if k * k <= _TABLE:
        every = np.arange(k * k)
        return Edges(keys, every // max(k, 1), every % max(k, 1), across)
    of, size = dense_numbers(np.append(keys, k * k), k * k + 1)
    distinct = distinct_keys(keys, of[:-1], size)[:-1]
    return Edges(of[:-1], distinct // k, distinct % k, across)


def _pair_numbers(codes: Array, k: int) -> Array:
    keys = np.empty(max(len(codes) - 1, 0), dtype=np.int64)

    def fill(span: slice) -> None:
        part = keys[span]
        np.multiply(codes[span], k, out=part, dtype=np.int64)
        part += codes[span.start + 1 : span.stop + 1]

    in_threads([partial(fill, span) for span in spans(len(keys), size=_BLOCK)])
    return keys
