"""Intervals that overlap within their segment, without listing more pairs than needed."""

from __future__ import annotations

from collections.abc import Iterator

import attrs
import numpy as np

from touchpoints._core.arrays.counting import run_starts
from touchpoints._core.arrays.segments import lengths_of, offsets_of, owners_of
from touchpoints._core.arrays.segments.lasting import UNKNOWN, latest_before
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


def alone_times(found: Intervals) -> tuple[Array, Array]:
    """Return for how long each interval is the only one of its segment, int64 (m,) both.

    Returns
    -------
    real, read
        In time and by the clock; 0 for moments, which take nothing from others.

    Notes
    -----
    From one start to the next, of all that have begun, one is alone when the last but one has
    ended, until it ends itself: a scan for the two latest stops. O(m log l) for segments of at most
    l intervals.
    """
    rows = np.flatnonzero(found.stops > found.starts)
    owners = owners_of(found.offsets)[rows]
    offsets = offsets_of(np.bincount(owners, minlength=len(found.offsets) - 1))
    last, other = _two_latest(found.stops[rows], offsets)
    final = offsets[1:][lengths_of(offsets) > 0] - 1
    answers = []
    for starts, stops in ((found.starts, found.stops), (found.begun, found.ended)):
        begins, ends = starts[rows], np.append(stops[rows], UNKNOWN)
        until = ends[last].copy()
        until[:-1] = np.minimum(until[:-1], begins[1:])
        until[final] = ends[last][final]
        spans = np.maximum(until - np.maximum(begins, ends[other]), 0)
        alone = np.zeros(len(found.starts), dtype=np.int64)
        np.add.at(alone, rows[last], spans)
        answers.append(alone)
    return answers[0], answers[1]


def _two_latest(stops: Array, offsets: Array) -> tuple[Array, Array]:
    """Return the rows with the two latest stops so far, from the start of the segment.

    The number of rows stands for no row.
    """
    size = len(stops)
    values = np.append(stops, UNKNOWN)
    last, other = np.arange(size), np.full(size, size)
    place = np.arange(size) - offsets[:-1][owners_of(offsets)]
    rows, step = np.flatnonzero(place), 1
    while len(rows):  # of two windows side by side, which have no row in common
        one, two = last[rows], last[rows - step]
        later = values[two] > values[one]
        lost = np.where(later, one, two)
        beside = np.where(later, other[rows - step], other[rows])
        better = values[lost] >= values[beside]
        best = np.where(later, two, one)
        last[rows], other[rows] = best, np.where(better, lost, beside)
        step *= 2
        rows = rows[place[rows] >= step]
    return last, other


def by_code(found: Intervals) -> tuple[Intervals, Array]:
    """Return the intervals of each segment and code as segments, and the rows they come from."""
    rows = np.flatnonzero(found.stops > found.starts)
    keys = owners_of(found.offsets)[rows].astype(np.int64) * found.size + found.codes[rows]
    order = sort_positions(keys)
    keys, rows = keys[order], rows[order]
    bounds = np.append(run_starts(keys), len(keys)) if len(keys) else np.zeros(1, dtype=np.int64)
    columns = {
        name: getattr(found, name)[rows] for name in ("codes", "starts", "stops", "begun", "ended")
    }
    return Intervals(offsets=bounds, size=found.size, **columns), rows


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
    apart, rows = by_code(found)
    latest = latest_before(apart.stops, apart.offsets)
    first = np.flatnonzero(apart.starts > latest)
    ended, until = (
        np.maximum.reduceat(one, first) if len(first) else one for one in (apart.ended, apart.stops)
    )
    in_time = np.argsort(rows[first])
    chosen = first[in_time]
    owners = owners_of(found.offsets)[rows[chosen]]
    return Pieces(
        offsets=offsets_of(np.bincount(owners, minlength=len(found.offsets) - 1)),
        codes=apart.codes[chosen].astype(np.int64),
        starts=apart.starts[chosen],
        stops=until[in_time],
        begun=apart.begun[chosen],
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
