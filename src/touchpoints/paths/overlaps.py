"""What happens while something else is going on, and what happens alone."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from functools import partial
from typing import Any, ClassVar, TypeVar

import attrs
import numpy as np

from touchpoints._core import checks
from touchpoints._core.arrays.counting import run_starts
from touchpoints._core.arrays.segments import owners_of
from touchpoints._core.arrays.segments.lasting import UNKNOWN, stamps_of
from touchpoints._core.arrays.segments.overlapping import (
    Intervals,
    alone_times,
    by_code,
    overlaps,
    pieces_of,
)
from touchpoints._core.arrays.sorting.ordering import sort_positions
from touchpoints._core.arrays.sorting.ranking import most_frequent
from touchpoints._core.checks import public
from touchpoints._core.frozen import Array
from touchpoints._core.opening_hours import Clock, OpeningHours
from touchpoints._core.tables import Estimated, column
from touchpoints._core.time_units import TimeUnit, WithUnit, in_unit
from touchpoints.errors import InvalidInputError
from touchpoints.journeys.cutting import require_times
from touchpoints.journeys.groups import by_group
from touchpoints.journeys.model import Journeys
from touchpoints.journeys.tie_breaking import key_ranks, keys_of
from touchpoints.paths._shared.clocks import journey_clock
from touchpoints.uncertainty import units_of
from touchpoints.uncertainty.cell_shares import facts_of
from touchpoints.uncertainty.hit_shares import Numbers, hit_shares

_SECOND = 1e6
_DENSE = 2048


@attrs.frozen(kw_only=True, repr=False)
class During(WithUnit, Estimated):
    """Which touchpoints happen during another; one row per pair that occurs (and group).

    ``as_dict()`` returns ``{(touchpoint, during): share}``; with groups, the keys begin with the
    group.

    Attributes
    ----------
    touchpoint, during : object
        The keys of the touchpoint that happens, and of the one that is going on.
    count : int64
        Interactions of ``touchpoint`` that overlap an interaction of ``during``.
    interactions : int64
        All interactions of ``touchpoint``.
    share, low, high : float64
        ``count`` as a share of ``interactions``, and its confidence interval.
    time : float64
        For how long interactions of ``touchpoint`` overlap ``during``, added up.
    time_share : float64
        That time as a share of the time that ``touchpoint`` takes; nan where it takes none.
    without_end : int64
        Interactions of ``touchpoint`` whose end is not known: moments, at their start.
    time_unit, opening : str, OpeningHours or None
        The unit of ``time``, and the opening hours that it counts, if not all time counts.
    """

    main = "share"
    labels = ("touchpoint", "during")
    durations: ClassVar[tuple[str, ...]] = ("time",)

    touchpoint: Array = column(object)
    during: Array = column(object)
    count: Array = column(np.int64)
    interactions: Array = column(np.int64)
    share: Array = column(np.float64)
    low: Array = column(np.float64)
    high: Array = column(np.float64)
    time: Array = column(np.float64)
    time_share: Array = column(np.float64)
    without_end: Array = column(np.int64)
    time_unit: str = attrs.field(default="seconds", repr=False)
    opening: OpeningHours | None = attrs.field(default=None, repr=False)


@attrs.frozen(kw_only=True, repr=False)
class Alone(WithUnit, Estimated):
    """Which touchpoints happen while nothing else does; one row per touchpoint (and group).

    ``as_dict()`` returns ``{touchpoint: share}``; with groups, the keys begin with the group.

    Attributes
    ----------
    touchpoint : object
        The key of the touchpoint.
    count : int64
        Interactions during which nothing else of the journey goes on.
    interactions : int64
        Interactions whose end is known.
    share, low, high : float64
        ``count`` as a share of ``interactions``, and its confidence interval; nan without any.
    time : float64
        For how long interactions are the only one, added up.
    time_share : float64
        That time as a share of the time that the touchpoint takes; nan where it takes none.
    without_end : int64
        Interactions whose end is not known, which are left out.
    time_unit, opening : str, OpeningHours or None
        The unit of ``time``, and the opening hours that it counts, if not all time counts.
    """

    main = "share"
    labels = ("touchpoint",)
    durations: ClassVar[tuple[str, ...]] = ("time",)

    touchpoint: Array = column(object)
    count: Array = column(np.int64)
    interactions: Array = column(np.int64)
    share: Array = column(np.float64)
    low: Array = column(np.float64)
    high: Array = column(np.float64)
    time: Array = column(np.float64)
    time_share: Array = column(np.float64)
    without_end: Array = column(np.int64)
    time_unit: str = attrs.field(default="seconds", repr=False)
    opening: OpeningHours | None = attrs.field(default=None, repr=False)


T = TypeVar("T", During, Alone)


@public
def during(
    journeys: Journeys,
    *,
    by: str | Sequence[str] | None = None,
    level: float = 0.95,
    hours: OpeningHours | None = None,
    unit: TimeUnit = "seconds",
) -> During:
    """Count which touchpoints happen during another, and for how long they overlap.

    Parameters
    ----------
    journeys
        Journeys with times and ends. Counts are honoured.
    by, level, hours, unit
        Shared arguments: see `touchpoints.paths`.

    Returns
    -------
    During
        The most frequent pairs first, ties by key. Pairs that never overlap are left out.

    Raises
    ------
    NotFoundError
        When the column or the facet does not exist.
    InvalidInputError
        When the journeys have no times or no ends; when ``level`` is not a confidence level; when
        there is no such unit.

    See Also
    --------
    alone : What happens while nothing else does.
    flow_efficiency : For how long anything is going on.

    Notes
    -----
    An interaction goes on from its start up to, not including, its end; two that only touch do not
    overlap. It happens during another one of the same journey if they share time, or if it is a
    moment (its start is its end, or its end is not known) within the other. So two interactions
    that overlap count in both directions, but nothing happens during a moment. A touchpoint can
    happen during itself: two calls at once.

    An interaction that overlaps several of ``during`` counts once, and time in which several of
    them go on counts once. ``hours`` concern the time alone, not the count. Shares have Wilson's
    interval with persons, or journeys where persons are not known, as the independent units. O(m
    log m + h) for h overlaps.

    Examples
    --------
    >>> import touchpoints as tp
    >>> rows = [
    ...     {"who": "ana", "t": "2026-01-05 09:00", "e": "2026-01-05 09:30", "w": "visit"},
    ...     {"who": "ana", "t": "2026-01-05 09:20", "e": "2026-01-05 09:40", "w": "call"},
    ...     {"who": "ana", "t": "2026-01-05 11:00", "e": "2026-01-05 11:10", "w": "call"},
    ... ]
    >>> journeys = tp.from_records(rows, journey="who", time="t", end="e", touchpoint="w")
    >>> found = tp.paths.during(journeys, unit="minutes")
    >>> found.as_dict()
    {('call', 'visit'): 0.5, ('visit', 'call'): 1.0}
    >>> found.time.tolist()
    [10.0, 10.0]
    """
    return _measured(journeys, "during", _during, by=by, level=level, hours=hours, unit=unit)


@public
def alone(
    journeys: Journeys,
    *,
    by: str | Sequence[str] | None = None,
    level: float = 0.95,
    hours: OpeningHours | None = None,
    unit: TimeUnit = "seconds",
) -> Alone:
    """Count which touchpoints happen while nothing else does, and for how long.

    Parameters
    ----------
    journeys, by, level, hours, unit
        As for `during`.

    Returns
    -------
    Alone
        One row per touchpoint that occurs, those that are alone most often first, ties by key.

    Raises
    ------
    NotFoundError, InvalidInputError
        As for `during`.

    See Also
    --------
    during : What happens while something else is going on.

    Notes
    -----
    An interaction is alone if it shares no time with another one of its journey, of the same
    touchpoint included; a moment is alone if nothing goes on then. Moments within an interaction do
    not take it any time. An interaction whose end is not known may overlap the next one: it is left
    out and counted, and takes no time of others. One sweep over all starts and ends, O(m log m).

    Examples
    --------
    >>> import touchpoints as tp
    >>> rows = [
    ...     {"who": "ana", "t": "2026-01-05 09:00", "e": "2026-01-05 09:30", "w": "visit"},
    ...     {"who": "ana", "t": "2026-01-05 09:20", "e": "2026-01-05 09:40", "w": "call"},
    ...     {"who": "ana", "t": "2026-01-05 11:00", "e": "2026-01-05 11:10", "w": "call"},
    ... ]
    >>> journeys = tp.from_records(rows, journey="who", time="t", end="e", touchpoint="w")
    >>> found = tp.paths.alone(journeys, unit="minutes")
    >>> found.as_dict(), found.time.tolist()
    ({'call': 0.5, 'visit': 0.0}, [20.0, 20.0])
    """
    return _measured(journeys, "alone", _alone, by=by, level=level, hours=hours, unit=unit)


def _measured(
    journeys: Journeys,
    what: str,
    measure: Callable[..., T],
    *,
    by: str | Sequence[str] | None,
    level: float,
    hours: OpeningHours | None,
    unit: TimeUnit,
) -> T:
    require_times(journeys, what)
    if journeys.ends is None:
        raise InvalidInputError(
            f"{what} needs the ends of interactions, but these journeys have no ends",
            mend="read the log with tp.from_frame(…, end=…), or with lifecycle=… if start and "
            "complete are separate rows",
        )
    checks.check_option("unit", unit, TimeUnit)
    clock = journey_clock(journeys, hours)
    table = partial(measure, clock=clock, level=checks.level(level))
    found: T = attrs.evolve(by_group(journeys, by, table), opening=hours)
    return in_unit(found, unit)


@attrs.frozen(eq=False, kw_only=True)
class _Log:
    """The interactions of journeys as intervals; those without a known end as moments."""

    intervals: Intervals
    owners: Array
    known: Array
    weights: Array

    @classmethod
    def of(cls, journeys: Journeys, clock: Clock) -> _Log:
        starts, ends = stamps_of(require_times(journeys, "overlaps"), journeys.ends)
        stops = np.where(ends == UNKNOWN, starts, ends)
        owners = owners_of(journeys.offsets).astype(np.int64)
        intervals = Intervals(
            offsets=journeys.offsets,
            codes=journeys.codes.astype(np.int64),
            size=len(journeys.touchpoints),
            starts=starts,
            stops=stops,
            begun=clock(starts),
            ended=clock(stops),
        )
        weights = journeys.counts[owners].astype(np.float64)
        return cls(intervals=intervals, owners=owners, known=ends != UNKNOWN, weights=weights)

    def totals(self, values: Array) -> Array:
        """Return the sum of a value of each row, by touchpoint and over real journeys."""
        found = self.intervals
        return np.bincount(found.codes, self.weights * values, found.size)


def _during(journeys: Journeys, *, clock: Clock, level: float) -> During:
    log = _Log.of(journeys, clock)
    size = max(log.intervals.size, 1)
    columns = [np.concatenate(one) for one in zip(*_hits(log), strict=True)]
    owners, codes, others, hits, shared = columns
    cells, cell = _numbered(codes * size + others, size)
    groups = cells // size
    units = units_of(journeys, None)
    trials = log.owners, log.intervals.codes, np.ones(len(log.owners))
    hit: Numbers = (owners, cell, hits)
    shares = hit_shares(units, hit, trials, groups=groups, level=level)
    weights = journeys.counts[owners].astype(np.float64)
    time = np.bincount(cell, weights * shared, len(cells)) / _SECOND
    whole = log.totals(log.intervals.ended - log.intervals.begun) / _SECOND
    keys, ranks = keys_of(journeys), key_ranks(journeys)
    order = most_frequent(shares.totals, None, ranks[groups], ranks[cells % size])
    order = order[shares.totals[order] > 0]
    shares, of = shares.take(order), groups[order]
    with np.errstate(divide="ignore", invalid="ignore"):
        time_share = time[order] / whole[of]
    return During(
        touchpoint=keys[of],
        during=keys[(cells % size)[order]],
        count=shares.totals,
        interactions=log.totals(np.ones(len(log.owners)))[of].astype(np.int64),
        **shares.columns("share", ends=""),
        time=time[order],
        time_share=time_share,
        without_end=log.totals(~log.known)[of].astype(np.int64),
        level=level,
        **facts_of(units, shares),
    )


def _hits(log: _Log) -> Iterator[tuple[Array, ...]]:
    """Yield the journey, touchpoint, other touchpoint, hits and time of parts of all overlaps."""
    found = log.intervals
    yield _with_own(log)
    pieces = pieces_of(found)
    for part in overlaps(found, pieces):
        rows, other = part.rows, part.pieces
        apart = (found.codes[rows] != pieces.codes[other]) | (
            found.stops[rows] == found.starts[rows]
        )
        rows, other = rows[apart], other[apart]
        stop = np.minimum(found.ended[rows], pieces.ended[other])
        shared = stop - np.maximum(found.begun[rows], pieces.begun[other])
        first = part.first[apart].astype(np.float64)
        yield _added(
            found, (log.owners[rows], found.codes[rows], pieces.codes[other]), first, shared
        )


def _added(found: Intervals, labels: tuple[Array, ...], hits: Array, shared: Array) -> Any:
    """Add up hits and time by journey, touchpoint and other touchpoint."""
    owners, codes, others = labels
    size = max(found.size, 1)
    cells, cell = _numbered(codes * size + others, size)
    many = max(len(cells), 1)
    keys = owners * many + cell
    order = sort_positions(keys)
    starts = run_starts(keys[order])
    keys, which = keys[order][starts], cells[keys[order][starts] % many]
    sums = [np.add.reduceat(one[order], starts) if len(starts) else one for one in (hits, shared)]
    return keys // many, which // size, which % size, *sums


def _numbered(cells: Array, size: int) -> tuple[Array, Array]:
    """Return the distinct pairs of touchpoints, sorted, and the number of each row's pair."""
    if size > _DENSE:
        found, numbers = np.unique(cells, return_inverse=True)
        return found, numbers
    flags = np.zeros(size * size, dtype=bool)
    flags[cells] = True
    return np.flatnonzero(flags), (np.cumsum(flags) - 1)[cells]


def _with_own(log: _Log) -> Any:
    """Return what interactions overlap of their own touchpoint."""
    found, rows = by_code(log.intervals)
    real, read = alone_times(found)
    more = np.flatnonzero(real < found.stops - found.starts)
    shared = (found.ended - found.begun - read)[more]
    codes = found.codes[more]
    return _added(found, (log.owners[rows[more]], codes, codes), np.ones(len(more)), shared)


def _alone(journeys: Journeys, *, clock: Clock, level: float) -> Alone:
    log = _Log.of(journeys, clock)
    found = log.intervals
    real, read = alone_times(found)
    hits = log.known & (real == found.stops - found.starts) & ~_moments_within(log)
    units = units_of(journeys, None)
    size = found.size
    shares = hit_shares(
        units,
        (log.owners, found.codes, hits),
        (log.owners, found.codes, log.known),
        groups=np.arange(size),
        level=level,
    )
    whole = log.totals(found.ended - found.begun) / _SECOND
    time = log.totals(read) / _SECOND
    with np.errstate(divide="ignore", invalid="ignore"):
        time_share = time / whole
    number, missing = log.totals(log.known), log.totals(~log.known)
    order = most_frequent(shares.totals, None, -number, key_ranks(journeys))
    order = order[(number + missing)[order] > 0]
    return Alone(
        touchpoint=keys_of(journeys)[order],
        count=shares.totals[order],
        interactions=number[order].astype(np.int64),
        **shares.take(order).columns("share", ends=""),
        time=time[order],
        time_share=time_share[order],
        without_end=missing[order].astype(np.int64),
        level=level,
        **facts_of(units, shares.take(order)),
    )


def _moments_within(log: _Log) -> Array:
    """Return which interactions are moments within another one of their journey, bool (m,)."""
    found = log.intervals
    one = attrs.evolve(found, codes=np.zeros_like(found.codes), size=1)
    inside = np.zeros(len(found.codes), dtype=bool)
    moments = found.stops == found.starts
    if not moments.any():
        return inside
    for part in overlaps(one, pieces_of(one)):
        inside[part.rows] = True
    return np.asarray(inside & moments)
