"""The median of each group, without sorting everything."""

from __future__ import annotations

from collections.abc import Callable

import attrs
import numpy as np

from touchpoints._core.frozen import Array

CHUNK = 1 << 14
_WHOLE = 1 << 17
_FEW = 64
_SAMPLED = 16
_DEVIATIONS = 5.0
_LEAST = np.iinfo(np.int64).min
_MOST = np.iinfo(np.int64).max

Rows = tuple[Array, Array, Array | None]
Reader = Callable[[int, int], Rows]
"""From a span of rows to their groups (int64), values (int64) and weights (float64 or None).

Rows of the group ``size`` belong to none. A span is at most `CHUNK` rows. The groups are the
caller's to change; all may be overwritten by the next call.
"""


def median_by_group(values: Array, groups: Array, size: int, weights: Array | None = None) -> Array:
    """Return the median of the values of each group, float64 (size,), nan where there are none.

    Parameters
    ----------
    values : int64 (m,)
    groups : integers (m,) in ``range(size + 1)``
        Rows of the group ``size`` belong to none.
    weights : float64 (m,), optional
        Whole repetitions: a row of weight 3 is that value three times.
    """

    def read(start: int, stop: int) -> Rows:
        part = None if weights is None else weights[start:stop]
        return groups[start:stop].astype(np.int64), values[start:stop], part

    return totals_and_medians(read, len(values), size)[1]


def totals_and_medians(read: Reader, rows: int, size: int) -> tuple[Array, Array]:
    """Return the weight of each group and the median of its values, float64 (size,) both.

    Notes
    -----
    The median of an even number is the mean of the middle two. A sample brackets the middle of
    each group; one pass counts what lies below, at and above the brackets and keeps what lies
    inside, which alone is sorted: O(m) and a sort of about a tenth of the rows. A group whose
    middle escaped its bracket is read again as a whole, so the answer never depends on the sample.
    """
    low, high = _brackets(read, rows, size)
    swept = _sweep(read, rows, low, high)
    totals = swept.table.sum(axis=1)
    medians, missed = _middle(swept, low, high)
    if missed.any():
        low[:-1] = np.where(missed, _LEAST, _MOST - 1)
        high[:-1] = _MOST
        again, _ = _middle(_sweep(read, rows, low, high), low, high)
        medians = np.where(missed, again, medians)
    return totals, medians


@attrs.frozen(eq=False)
class _Swept:
    """``table[g]``: weight below, at ``low``, inside, at ``high`` and above; and what is inside."""

    table: Array
    inside: _Sorted


@attrs.frozen(eq=False)
class _Sorted:
    """Values by group, rising within each; group g's are ``values[starts[g]:starts[g + 1]]``."""

    values: Array
    weights: Array | None
    starts: Array

    def ends(self) -> Array | None:
        """Return the running weight, or None where every value weighs 1."""
        return None if self.weights is None else _running(self.weights)

    def weight(self) -> tuple[Array, Array]:
        """Return the weight of each group, and the sum of the squared weights of its rows."""
        if self.weights is None:
            sizes = np.diff(self.starts).astype(np.float64)
            return sizes, sizes
        squares = _running(np.square(self.weights))
        return np.diff(_running(self.weights)[self.starts]), np.diff(squares[self.starts])

    def at(self, ends: Array | None, ranks: Array) -> Array:
        """Return the place of each group's value at a rank by weight, counted from 0."""
        if ends is None:
            return self.starts[:-1] + ranks.astype(np.int64)
        return np.searchsorted(ends, ends[self.starts[:-1]] + ranks, side="right") - 1


def _running(weights: Array) -> Array:
    return np.append(0.0, np.cumsum(weights))


def _sorted_by_group(rows: Rows, size: int) -> _Sorted:
    groups, values, weights = rows
    floor = int(values.min(initial=0))
    bits = (int(values.max(initial=0)) - floor).bit_length()
    bounds = np.arange(size + 1)
    if weights is not None or bits + size.bit_length() > 63:
        order = np.lexsort((values, groups))
        starts = np.searchsorted(groups[order], bounds)
        return _Sorted(values[order], None if weights is None else weights[order], starts)
    packed = groups << bits
    packed |= values - floor
    packed.sort()
    starts = np.searchsorted(packed, bounds << bits)
    packed &= (1 << bits) - 1
    packed += floor
    return _Sorted(packed, None, starts)


def _brackets(read: Reader, rows: int, size: int) -> tuple[Array, Array]:
    """Return bounds, int64 (size + 1,), between which each group's middle most likely lies."""
    low = np.full(size + 1, _LEAST)
    high = np.full(size + 1, _MOST)
    low[-1] = _MOST - 1
    if rows <= _WHOLE or rows < _FEW * size:
        return low, high
    parts: list[Rows] = []
    for start in range(0, rows, CHUNK):
        groups, values, weights = read(start, min(start + CHUNK // _SAMPLED, rows))
        part = None if weights is None else weights.copy()
        parts.append((groups.copy(), values.copy(), part))
    seen = _sorted_by_group(_joined(parts), size)
    ends = seen.ends()
    weight, squared = seen.weight()
    reach = _DEVIATIONS / 2 * np.sqrt(squared)
    below, above = np.floor(weight / 2 - reach), np.ceil(weight / 2 + reach)
    narrow = np.flatnonzero((below >= 0) & (above < weight))
    low[narrow] = seen.values[seen.at(ends, below)[narrow]]
    high[narrow] = seen.values[seen.at(ends, above)[narrow]]
    return low, np.maximum(high, low + 1)


def _joined(parts: list[Rows]) -> Rows:
    empty = np.empty(0, dtype=np.int64)
    weights = [part[2] for part in parts if part[2] is not None]
    return (
        np.concatenate([empty, *(part[0] for part in parts)]),
        np.concatenate([empty, *(part[1] for part in parts)]),
        np.concatenate(weights) if weights else None,
    )


def _sweep(read: Reader, rows: int, low: Array, high: Array) -> _Swept:
    size = len(low) - 1
    cells = 5 * (size + 1)
    table = np.zeros(cells)
    inside: list[Rows] = []
    for start in range(0, rows, CHUNK):
        groups, values, weights = read(start, min(start + CHUNK, rows))
        place = _places(values, low.take(groups), high.take(groups))
        within = np.flatnonzero(place == 2)
        if len(within):
            part = None if weights is None else weights[within]
            inside.append((groups.take(within), values.take(within), part))
        groups *= 5
        groups += place
        table += np.bincount(groups, weights=weights, minlength=cells)
    found = _joined(inside)
    del inside
    return _Swept(table.reshape(-1, 5)[:-1], _sorted_by_group(found, size))


def _places(values: Array, low: Array, high: Array) -> Array:
    """Return 0 below ``low``, 1 at it, 2 inside, 3 at ``high``, 4 above, int8."""
    place = np.greater_equal(values, low).view(np.int8)
    place += np.greater(values, low).view(np.int8)
    place += np.greater_equal(values, high).view(np.int8)
    place += np.greater(values, high).view(np.int8)
    return place


def _middle(swept: _Swept, low: Array, high: Array) -> tuple[Array, Array]:
    """Return the medians, and of which groups they lie outside the bracket."""
    running = np.cumsum(swept.table, axis=1)
    total = running[:, -1]
    some = total > 0
    missed = np.zeros(len(total), dtype=bool)
    answer = np.zeros(len(total))
    ends = swept.inside.ends()
    for rank in (np.floor((total - 1) / 2), np.floor(total / 2)):
        missed |= some & ((rank < running[:, 0]) | (rank >= running[:, 3]))
        within = (rank >= running[:, 1]) & (rank < running[:, 2])
        value = np.where(rank < running[:, 1], low[:-1], high[:-1])
        places = swept.inside.at(ends, rank - running[:, 1])
        value[within] = swept.inside.values[places[within]]
        answer += value / 2
    return np.where(some, answer, np.nan), missed
