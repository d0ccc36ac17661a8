"""Intervals that overlap within their segment, without listing more pairs than needed."""

from __future__ import annotations

from collections.abc import Iterator

import attrs
import numpy as np

from touchpoints._core.arrays.counting import run_starts
from touchpoints._core.arrays.segments import offsets_of, owners_of
from touchpoints._core.arrays.segments.lasting import latest_before
from touchpoints._core.arrays.sorting.ordering import sort_positions
from touchpoints._core.frozen import Array

_BLOCK = 1 << 21


@attrs.frozen(eq=False, kw_only=True)
class Intervals:
    """What is going on in segments: one interval for each row, half open.

    Attributes
    ----------
    offsets : int64 (n + 1,)
    codes : integers (m,)
        What the interval is of, below ``size``.
    starts, stops : int64 (m,)
        ``starts`` never fall within a segment, and no stop is before its start; where both are
        equal the interval is a moment, which can lie in another but in which nothing lies.
    begun, ended : int64 (m,)
        The same by the clock that measures durations, which never runs backwards.
    """

    offsets: Array
    codes: Array
    size: int
    starts: Array
    stops: Array
    begun: Array
    ended: Array


def alone_times(groups: Array, bounds: tuple[Array, Array], read: tuple[Array, Array]) -> Array:
    """Return for how long each interval is the only one of its group, int64 (h,).

    Parameters
    ----------
    groups : integers (h,)
    bounds, read
        Starts and stops of the intervals, and what the clock shows there, int64 (h,) each.

    Notes
    -----
    One sweep over all starts and stops, O(h log h).
    """
    size = len(groups)
    order = np.lexsort((np.concatenate(bounds), np.concatenate([groups, groups])))
    going_on = np.cumsum(np.where(order < size, 1, -1))
    passed = np.zeros(2 * size, dtype=np.int64)
    if size:
        steps = np.diff(np.concatenate(read)[order])
        passed[order[1:]] = np.cumsum(np.where(going_on[:-1] == 1, steps, 0))
    alone: Array = passed[size:] - passed[:size]
    return alone


@attrs.frozen(eq=False, kw_only=True)
class Pieces:
    """The unions of the intervals of each segment and code, as pieces that do not touch.

    Attributes
    ----------
    offsets : int64 (n + 1,)
        Pieces are sorted by segment and start.
    codes, starts, stops, begun, ended : (p,)
        As in `Intervals`.
    before : int64 (p,)
        When the previous piece of the segment and code ends; `UNKNOWN` where there is none.
    """

    offsets: Array
    codes: Array
    starts: Array
    stops: Array
    begun: Array
    ended: Array
    before: Array


def pieces_of(found: Intervals) -> Pieces:
    """Unite the intervals of each segment and code. O(m log m)."""
    rows = np.flatnonzero(found.stops > found.starts)
    owners = owners_of(found.offsets)[rows].astype(np.int64)
    keys = owners * found.size + found.codes[rows]
    order = sort_positions(keys)
    keys, sorted_rows = keys[order], rows[order]
    bounds = np.append(run_starts(keys), len(keys)) if len(keys) else np.zeros(1, dtype=np.int64)
    starts, stops = found.starts[sorted_rows], found.stops[sorted_rows]
    latest = latest_before(stops, bounds)
    first = np.flatnonzero(starts > latest)
    number = len(first)
    if number:
        ended, until = (
            np.maximum.reduceat(one[sorted_rows], first) for one in (found.ended, found.stops)
        )
    else:
        ended = until = np.empty(0, dtype=np.int64)
    in_time = np.argsort(sorted_rows[first])
    chosen = first[in_time]
    by_owner = np.bincount(owners[order][chosen], minlength=len(found.offsets) - 1)
    return Pieces(
        offsets=offsets_of(by_owner),
        codes=found.codes[sorted_rows[chosen]].astype(np.int64),
        starts=starts[chosen],
        stops=until[in_time],
        begun=found.begun[sorted_rows[chosen]],
        ended=ended[in_time],
        before=latest[chosen],
    )


@attrs.frozen(eq=False, kw_only=True)
class Overlaps:
    """Rows and the pieces that they overlap, int64 (h,) each.

    ``first`` tells which pieces are the first of their code that the row overlaps.
    """

    rows: Array
    pieces: Array
    first: Array


def overlaps(found: Intervals, pieces: Pieces) -> Iterator[Overlaps]:
    """Yield all overlaps of intervals with pieces, in blocks of some millions.

    Notes
    -----
    A piece overlaps an interval if it contains its start, or begins within it: both are runs of
    consecutive rows, found by bisection. O(m log l + h) for h overlaps.
    """
    owners = owners_of(found.offsets)
    rows = np.flatnonzero(found.stops > found.starts)
    edges = pieces.offsets[:-1][owners[rows]], pieces.offsets[1:][owners[rows]]
    low = first_from(pieces.starts, found.starts[rows] + 1, *edges)
    high = first_from(pieces.starts, found.stops[rows], *edges)
    for which, other in _runs(low, high):
        inside = rows[which]
        first = pieces.before[other] <= found.starts[inside]
        yield Overlaps(rows=inside, pieces=other, first=first)
    of = owners_of(pieces.offsets)
    edges = found.offsets[:-1][of], found.offsets[1:][of]
    low = first_from(found.starts, pieces.starts, *edges)
    high = first_from(found.starts, pieces.stops, *edges)
    for which, inside in _runs(low, high):
        yield Overlaps(rows=inside, pieces=which, first=np.ones(len(which), dtype=bool))


def first_from(values: Array, wanted: Array, low: Array, high: Array) -> Array:
    """Return the first place in ``[low, high)`` with a value of at least ``wanted``, or ``high``.

    Values never fall within these bounds. Bisection of all at once.
    """
    low, high = low.copy(), high.copy()
    while bool((low < high).any()):
        middle = (low + high) // 2
        less = (low < high) & (values[np.minimum(middle, len(values) - 1)] < wanted)
        low = np.where(less, middle + 1, low)
        high = np.where(less | (low >= high), high, middle)
    return low


def _runs(low: Array, high: Array) -> Iterator[tuple[Array, Array]]:
    """Yield blocks of (i, j) for all j from ``low[i]`` up to, not including, ``high[i]``."""
    some = np.flatnonzero(high > low)
    offsets = offsets_of((high - low)[some])
    at = 0
    while at < len(some):
        stop = int(np.searchsorted(offsets, offsets[at] + _BLOCK, side="right")) - 1
        part = slice(at, max(stop, at + 1))
        lengths = (high - low)[some[part]]
        steps = np.arange(int(lengths.sum())) - np.repeat(offsets_of(lengths)[:-1], lengths)
        yield np.repeat(some[part], lengths), np.repeat(low[some[part]], lengths) + steps
        at = part.stop
