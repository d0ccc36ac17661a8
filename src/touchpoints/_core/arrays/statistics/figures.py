"""Totals, means and a few quantiles of integers by group, without sorting all of them."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

import attrs
import numpy as np

from touchpoints._core.arrays.sorting.ordering import sort_in_threads
from touchpoints._core.arrays.statistics.quantiles import (
    Nearest,
    Spreads,
    interpolated,
    spreads,
)
from touchpoints._core.arrays.threads import in_threads, spans
from touchpoints._core.frozen import Array

_WORD = 63
_DOUBLE = 53
_MANTISSA = 52
_ONE = 1023
_HALF = 32
_BLOCK = 1 << 17
_WHOLE = 1 << 18
_FINEST = 5
_CELLS = 1 << 19
_CELLS_A_ROW = 1 / 8
_MOST_KEPT = 0.6


@attrs.frozen(eq=False, kw_only=True)
class Figures:
    """Figures of values by group; nan for a group without values.

    Attributes
    ----------
    totals : int64 (size,)
        The number of values.
    means : float64 (size,)
    quantiles : float64 (shares, size)
        One row for each share asked for.
    """

    totals: Array
    means: Array
    quantiles: Array

    @classmethod
    def of(cls, spread: Spreads, shares: Sequence[float]) -> Figures:
        """Read the figures from sorted values."""
        return cls(
            totals=spread.totals(),
            means=spread.means(),
            quantiles=_rows([spread.quantile(share) for share in shares], len(spread.starts) - 1),
        )


def figures(
    groups: Array, values: Array, size: int, shares: Sequence[float], weights: Array | None = None
) -> Figures:
    """Return the totals, means and some quantiles of each group.

    Parameters
    ----------
    groups, values, size, weights
        As for `spreads`.
    shares
        Which quantiles: shares in [0, 1].

    Notes
    -----
    Equal to `Figures.of` the `spreads` of all rows. One pass counts the values by group and by
    bucket, whose width grows with the values; the counts say which buckets hold the values that a
    quantile lies between, and only these buckets are sorted: O(m) and a sort of, for
    quartiles, about a fifth of the rows. Where that does not pay (few rows, weights, many groups,
    many quantiles, or most rows in the buckets wanted), all rows are sorted.
    """
    found = None
    if weights is None and len(values) >= _WHOLE:
        scale = _Scale.of(values, size)
        found = None if scale is None else _selected(groups, values, scale, shares)
    return Figures.of(spreads(groups, values, size, weights), shares) if found is None else found


@attrs.frozen(eq=False, kw_only=True)
class _Scale:
    """Buckets of values: 0 for 0, then ``2**fineness`` for each power of two, negative ones alike.

    Attributes
    ----------
    size : int
        The number of groups.
    least, most : int
        The smallest and the largest value.
    fineness : int
    first, width : int
        The bucket of the smallest value, and the number of buckets.
    """

    size: int
    least: int
    most: int
    fineness: int
    first: int
    width: int

    @classmethod
    def of(cls, values: Array, size: int) -> _Scale | None:
        """Return the finest scale with few enough cells, groups times buckets, if any has."""
        least, most = _ends(values)
        if (most - least).bit_length() + size.bit_length() > _WORD:
            return None
        allowed = min(_CELLS, int(len(values) * _CELLS_A_ROW))
        ends = np.array([least, most])
        for fineness in range(_FINEST, -1, -1):
            first, last = _buckets(ends, fineness, signed=least < 0).tolist()
            if (last - first + 1) * (size + 1) <= allowed:
                width = last - first + 1
                return cls(
                    size=size, least=least, most=most, fineness=fineness, first=first, width=width
                )
        return None

    def bits(self) -> int:
        """Return how many bits hold a value minus the least value."""
        return (self.most - self.least).bit_length()

    def cells(self, groups: Array, values: Array) -> Array:
        """Return the cell of each row, int64 (r,), in the order of groups and then of values."""
        answer = _buckets(values, self.fineness, signed=self.least < 0)
        answer += groups * self.width
        answer -= self.first
        return answer

    def keys(self, groups: Array, values: Array) -> Array:
        """Return group and value, packed into one integer, int64 (r,)."""
        packed: Array = groups << self.bits()
        packed |= values - self.least
        return packed


def _ends(values: Array) -> tuple[int, int]:
    parts = in_threads(
        [partial(lambda part: (part.min(), part.max()), values[one]) for one in spans(len(values))]
    )
    low, high = zip(*parts, strict=True)
    return int(min(low)), int(max(high))


def _buckets(values: Array, fineness: int, *, signed: bool) -> Array:
    """Return the bucket of each value, int64 (r,): the leading bits of its floating-point form."""
    numbers = values.astype(np.float64)
    size = np.abs(numbers) if signed else numbers
    answer = size.view(np.int64)
    answer >>= _MANTISSA - fineness
    answer -= (_ONE << fineness) - 1
    np.maximum(answer, 0, out=answer)
    if signed:
        np.negative(answer, out=answer, where=values < 0)
    return answer


@attrs.frozen(eq=False, kw_only=True)
class _Counted:
    """What one thread counted.

    Attributes
    ----------
    rows : int64 (cells,)
        How many rows each cell has.
    low, high : int64 (size + 1,)
        The sum of the values of each group, in two halves that cannot overflow.
    """

    rows: Array
    low: Array
    high: Array


def _selected(
    groups: Array, values: Array, scale: _Scale, shares: Sequence[float]
) -> Figures | None:
    """Return the figures, or None where too many rows would have to be sorted."""
    cells = np.empty(len(values), dtype=np.int64)
    counted = in_threads(
        [partial(_count, groups, values, scale, cells, span) for span in spans(len(values))]
    )
    counts = np.sum([part.rows for part in counted], axis=0).reshape(-1, scale.width)[:-1]
    totals = counts.sum(axis=1)
    edges, starts = (np.append(0, np.cumsum(one)) for one in (counts, totals))

    def cells_at(some: Array, ranks: Array) -> Array:
        found: Array = np.searchsorted(edges, starts[some] + ranks, side="right") - 1
        return found

    wanted = np.zeros((scale.size + 1) * scale.width, dtype=bool)
    for share in shares:
        nearest = Nearest.of(totals, share)
        for ranks in (nearest.below, nearest.above):
            wanted[cells_at(nearest.groups, ranks)] = True
    kept = np.where(wanted[: counts.size], counts.ravel(), 0)
    if kept.sum() > _MOST_KEPT * len(values):
        return None
    keys = _kept(groups, values, scale, cells, wanted)
    sort_in_threads(keys)
    skipped = edges[:-1] - (np.cumsum(kept) - kept)
    mask = (1 << scale.bits()) - 1

    def at(some: Array, ranks: Array) -> Array:
        place = starts[some] + ranks - skipped[cells_at(some, ranks)]
        answer: Array = (keys[place] & mask) + scale.least
        return answer

    quantiles = [interpolated(totals, share, at) for share in shares]
    return Figures(
        totals=totals, means=_means(counted, totals), quantiles=_rows(quantiles, scale.size)
    )


def _count(groups: Array, values: Array, scale: _Scale, cells: Array, span: slice) -> _Counted:
    """Count the rows of a span, and set their ``cells``."""
    size = scale.size + 1
    rows = np.zeros(size * scale.width, dtype=np.int64)
    low, high = np.zeros((2, size), dtype=np.int64)
    small = max(-scale.least, scale.most).bit_length() + _BLOCK.bit_length() <= _DOUBLE
    for start in range(span.start, span.stop, _BLOCK):
        some = slice(start, min(start + _BLOCK, span.stop))
        part, of = values[some], groups[some]
        cells[some] = scale.cells(of, part)
        rows += np.bincount(cells[some], minlength=len(rows))
        if small:
            low += np.bincount(of, part, size).astype(np.int64)
            continue
        low += np.bincount(of, part & ((1 << _HALF) - 1), size).astype(np.int64)
        high += np.bincount(of, part >> _HALF, size).astype(np.int64)
    return _Counted(rows=rows, low=low, high=high)


def _kept(groups: Array, values: Array, scale: _Scale, cells: Array, wanted: Array) -> Array:
    """Return the keys of the rows whose cells are wanted, int64 (kept,)."""

    def keep(span: slice) -> list[Array]:
        answer = []
        for start in range(span.start, span.stop, _BLOCK):
            some = slice(start, min(start + _BLOCK, span.stop))
            at = np.flatnonzero(wanted.take(cells[some]))
            answer.append(scale.keys(groups[some].take(at), values[some].take(at)))
        return answer

    parts = in_threads([partial(keep, span) for span in spans(len(values))])
    return np.concatenate([one for part in parts for one in part])


def _means(counted: Sequence[_Counted], totals: Array) -> Array:
    means = np.full(len(totals), np.nan)
    low, high = (
        np.sum([getattr(one, name) for one in counted], axis=0) for name in ("low", "high")
    )
    for group in np.flatnonzero(totals).tolist():
        means[group] = ((int(high[group]) << _HALF) + int(low[group])) / int(totals[group])
    return means


def _rows(columns: Sequence[Array], size: int) -> Array:
    return np.array(columns, dtype=np.float64).reshape(len(columns), size)
