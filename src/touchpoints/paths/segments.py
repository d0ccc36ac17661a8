"""Every segment of a journey from one place to the next occurrence of another."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import Any, ClassVar, Literal

import attrs
import numpy as np

from touchpoints._core import checks
from touchpoints._core.arrays.counting import run_starts
from touchpoints._core.arrays.segments.choosing import owners_at
from touchpoints._core.arrays.statistics.survival import (
    Dependence,
    first_at_most,
    product_limit,
    time_bounds,
)
from touchpoints._core.checks import public
from touchpoints._core.frozen import Array, text_array
from touchpoints._core.opening_hours import Clock, OpeningHours
from touchpoints._core.tables import Estimated, Grouped, column
from touchpoints._core.time_units import TimeUnit, WithUnit, in_unit
from touchpoints.journeys.cutting import require_times
from touchpoints.journeys.groups import by_group
from touchpoints.journeys.model import Journeys
from touchpoints.journeys.places.anchors import Place, next_spans, occurrences
from touchpoints.journeys.places.between import place_name
from touchpoints.paths._shared.clocks import journey_clock, observed_until
from touchpoints.uncertainty import units_of

_SECOND = 1e6
_QUARTILES = (0.25, 0.5, 0.75)

Starts = Literal["every", "first", "last"]
"""Of starts that share the next end: all of them, or the first or the last alone."""


@attrs.frozen(kw_only=True, repr=False)
class SegmentsBetween(WithUnit, Grouped):
    """Segments from one place to the next occurrence of another; one row per segment (and group).

    ``as_dict()`` returns ``{(journey, position): duration}``; with groups, the keys begin with the
    group.

    Attributes
    ----------
    journey : object
        The id of the journey.
    position : int64
        The position of the interaction at which the segment starts, from 1.
    count : int64
        Number of real journeys the row stands for.
    steps : int64
        Transitions from the start to the end; if that was not reached, to the end of the journey.
    duration : float64
        Time from the start to the end; if that was not reached, for how long it was waited for.
    reached : bool
        Whether the end was reached; else the duration is censored.
    open : bool
        Whether the end was not reached and the journey is not finished, so that it still may be.
    time_unit, opening : str, OpeningHours or None
        The unit of durations, and the opening hours that they count, if not all time counts.
    """

    main = "duration"
    labels = ("journey", "position")
    durations: ClassVar[tuple[str, ...]] = ("duration",)

    journey: Array = column(object)
    position: Array = column(np.int64)
    count: Array = column(np.int64)
    steps: Array = column(np.int64)
    duration: Array = column(np.float64)
    reached: Array = column(np.bool_)
    open: Array = column(np.bool_)
    time_unit: str = attrs.field(default="seconds", repr=False)
    opening: OpeningHours | None = attrs.field(default=None, repr=False)


@attrs.frozen(kw_only=True, repr=False)
class SegmentTimes(WithUnit, Estimated):
    """Quantiles of the time from one place to the next; one row per quantile (and group).

    ``as_dict()`` returns ``{quantile: duration}``; with groups, the keys begin with the group.

    Attributes
    ----------
    quantile : float64
        The share of segments that take no longer, in [0, 1].
    duration, low, high : float64
        The Kaplan-Meier quantile and its interval; nan where that was not observed.
    segments : int64
        Number of segments.
    reached : int64
        Segments that reach the end; the others are censored.
    open : int64
        Censored segments of journeys that are not finished.
    journeys : int64
        Number of journeys with a segment.
    time_unit, opening : str, OpeningHours or None
        The unit of durations, and the opening hours that they count, if not all time counts.
    source, target : str
        The two places as they were given.
    """

    main = "duration"
    labels = ("quantile",)
    durations: ClassVar[tuple[str, ...]] = ("duration", "low", "high")

    quantile: Array = column(np.float64)
    duration: Array = column(np.float64)
    low: Array = column(np.float64)
    high: Array = column(np.float64)
    segments: Array = column(np.int64)
    reached: Array = column(np.int64)
    open: Array = column(np.int64)
    journeys: Array = column(np.int64)
    source: str
    target: str
    time_unit: str = attrs.field(default="seconds", repr=False)
    opening: OpeningHours | None = attrs.field(default=None, repr=False)


@public
def segments_between(
    journeys: Journeys,
    *,
    start: Place,
    end: Place,
    starts: Starts = "every",
    by: str | Sequence[str] | None = None,
    hours: OpeningHours | None = None,
    unit: TimeUnit = "seconds",
) -> SegmentsBetween:
    """List all segments from one place to the next occurrence of another, with their durations.

    Parameters
    ----------
    journeys
        Journeys with times.
    start, end
        Two places: touchpoints by key or type, facets, patterns or anchors.
    starts
        What becomes of starts that share the next end: ``"every"`` one begins a segment, or the
        ``"first"`` or the ``"last"`` of them alone, so that segments do not overlap.
    by, hours, unit
        Shared arguments: see `touchpoints.paths`.

    Returns
    -------
    SegmentsBetween
        One row per segment, in the order of the log (group by group). Starts without an end after
        them are censored when the journey was last observed.

    Raises
    ------
    NotFoundError
        When a touchpoint, the column or the facet does not exist.
    InvalidInputError
        When the journeys have no times; when there is no such unit, or no such option of
        ``starts``.

    See Also
    --------
    segment_times : Quantiles of these durations, with those that are censored.
    gaps : One gap of each journey, and means.
    touchpoints.between : The journeys cut down to what lies between two places.

    Notes
    -----
    A match of a pattern is left and reached at its last interaction; to be an end it must begin
    after the start. If start and end are the same place, each occurrence is followed to the next.
    Segments of starts that share an end overlap, and their durations are not independent. O(m).

    Examples
    --------
    >>> import touchpoints as tp
    >>> days = {1: "ask", 2: "ask", 4: "answer", 5: "ask", 9: "leave"}
    >>> rows = [{"who": "ana", "t": f"2026-01-0{day}", "w": what} for day, what in days.items()]
    >>> journeys = tp.from_records(rows, journey="who", time="t", touchpoint="w")
    >>> found = tp.paths.segments_between(journeys, start="ask", end="answer", unit="days")
    >>> list(zip(found.position.tolist(), found.duration.tolist(), found.reached.tolist()))
    [(1, 3.0, True), (2, 2.0, True), (4, 4.0, False)]
    """
    require_times(journeys, "segments_between")
    checks.check_option("starts", starts, Starts)
    checks.check_option("unit", unit, TimeUnit)
    clock = journey_clock(journeys, hours)

    def listed(part: Journeys) -> SegmentsBetween:
        found = _segments(part, start, end, starts=starts, clock=clock)
        return SegmentsBetween(
            journey=text_array([part.ids[owner] for owner in found.owners.tolist()]),
            position=found.rows - part.offsets[:-1][found.owners] + 1,
            count=part.counts[found.owners],
            steps=found.steps,
            duration=found.times / _SECOND,
            reached=found.reached,
            open=~found.reached & ~part.finished[found.owners],
            opening=hours,
        )

    return in_unit(by_group(journeys, by, listed), unit)


@public
def segment_times(
    journeys: Journeys,
    *,
    start: Place,
    end: Place,
    starts: Starts = "every",
    quantiles: Sequence[float] = _QUARTILES,
    by: str | Sequence[str] | None = None,
    level: float = 0.95,
    hours: OpeningHours | None = None,
    unit: TimeUnit = "seconds",
) -> SegmentTimes:
    """Estimate quantiles of the time of all segments from one place to another (Kaplan-Meier).

    Parameters
    ----------
    journeys
        Journeys with times. Counts are honoured.
    start, end, starts, hours, unit
        As for `segments_between`.
    quantiles
        Shares in (0, 1]: the quartiles by default.
    by, level
        Shared arguments: see `touchpoints.paths`.

    Returns
    -------
    SegmentTimes
        One row per quantile, in the order given.

    Raises
    ------
    NotFoundError, InvalidInputError
        As for `segments_between`, and when a quantile is not a share.

    See Also
    --------
    segments_between : Each of these segments.
    time_to : The same for the first start of each journey: the whole curve.
    gaps : Quantiles of the durations that are known.

    Notes
    -----
    The quantile q is the first time at which at most 1 - q of the segments still go on, with those
    that did not reach the end censored when their journey was last observed. It does not
    interpolate, unlike quantiles of `gaps`. Intervals are Brookmeyer and Crowley's for each
    quantile, with persons as the independent units, or journeys, of which each may have several
    segments. O(m + h log h) for h segments.

    References
    ----------
    R. Brookmeyer and J. Crowley (1982), A confidence interval for the median survival time,
    Biometrics 38(1), 29-41, doi:10.2307/2530286.

    Examples
    --------
    >>> import touchpoints as tp
    >>> days = {1: "ask", 2: "ask", 4: "answer", 5: "ask", 9: "leave"}
    >>> rows = [{"who": "ana", "t": f"2026-01-0{day}", "w": what} for day, what in days.items()]
    >>> journeys = tp.from_records(rows, journey="who", time="t", touchpoint="w")
    >>> found = tp.paths.segment_times(journeys, start="ask", end="answer", unit="days")
    >>> found.as_dict(), found.segments.tolist(), found.reached.tolist()
    ({0.25: 2.0, 0.5: 3.0, 0.75: nan}, [3, 3, 3], [2, 2, 2])
    """
    require_times(journeys, "segment_times")
    checks.check_option("starts", starts, Starts)
    checks.check_option("unit", unit, TimeUnit)
    shares = [checks.share("quantiles", one, mend="write 90 % as 0.9") for one in quantiles]
    clock, level = journey_clock(journeys, hours), checks.level(level)
    names = place_name(start), place_name(end)
    segments = partial(_segments, start=start, end=end, starts=starts, clock=clock)

    def estimated(part: Journeys) -> SegmentTimes:
        return _quantiles(part, segments(part), shares, names=names, level=level, hours=hours)

    return in_unit(by_group(journeys, by, estimated), unit)


@attrs.frozen(eq=False, kw_only=True)
class _Segments:
    """Segments: their journey, first row, transitions, microseconds, and whether they end."""

    owners: Array
    rows: Array
    steps: Array
    times: Array
    reached: Array


def _segments(
    journeys: Journeys, start: Place, end: Place, *, starts: Starts, clock: Clock
) -> _Segments:
    offsets = journeys.offsets
    rows = np.unique(occurrences(journeys, start).stops)
    owners = owners_at(offsets, rows)
    stops = next_spans(journeys, end, rows, before=offsets[1:][owners])[1]
    if starts != "every":
        ends = np.where(stops >= 0, stops, offsets[1:][owners])  # no end of two journeys is equal
        first = run_starts(ends * 2 + (stops < 0))
        kept = first if starts == "first" else np.append(first[1:], len(ends))[: len(first)] - 1
        rows, owners, stops = rows[kept], owners[kept], stops[kept]
    reached = stops >= 0
    stamps = require_times(journeys, "segments").view(np.int64)
    until = observed_until(journeys)[owners] if len(journeys) else stamps
    if len(rows):
        until = np.where(reached, stamps[stops], until)
    last = np.where(reached, stops, offsets[1:][owners] - 1)
    return _Segments(
        owners=owners,
        rows=rows,
        steps=last - rows,
        times=clock(until) - clock(stamps[rows]),
        reached=reached,
    )


def _quantiles(
    journeys: Journeys,
    found: _Segments,
    shares: Sequence[float],
    *,
    names: tuple[str, str],
    level: float,
    hours: OpeningHours | None,
) -> SegmentTimes:
    counts = journeys.counts[found.owners]
    real = np.flatnonzero(counts > 0)
    owners, reached = found.owners[real], found.reached[real]
    units = units_of(journeys, None)
    clustered = Dependence(
        of=units.of[owners],
        repeats=units.repeats,
        within=units.within[owners],
        apart=units.unit == "journey" and len(np.unique(owners)) == len(owners),
    )
    curve = product_limit(found.times[real], reached, clustered)
    rests = [1 - share for share in shares]
    values = [first_at_most(curve.times, curve.share, rest) for rest in rests]
    bounds = [time_bounds(curve, level, rest=rest) for rest in rests]
    low, high = np.array(bounds, dtype=np.float64).reshape(-1, 2).T
    opened = ~reached & ~journeys.finished[owners]
    numbers = {
        "segments": counts[real].sum(),
        "reached": counts[real][reached].sum(),
        "open": counts[real][opened].sum(),
        "journeys": journeys.counts[np.unique(owners)].sum(),
    }
    columns: dict[str, Any] = {
        name: np.full(len(shares), number) for name, number in numbers.items()
    }
    return SegmentTimes(
        quantile=np.array(shares, dtype=np.float64),
        duration=np.array(values, dtype=np.float64) / _SECOND,
        low=low / _SECOND,
        high=high / _SECOND,
        **columns,
        source=names[0],
        target=names[1],
        opening=hours,
        level=level,
        **units.facts(chosen=owners),
    )
