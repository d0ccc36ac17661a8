"""Kaplan-Meier estimates of the time to a place or an outcome, with censoring."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import Any, ClassVar, TypeVar

import attrs
import numpy as np

from touchpoints._core import checks
from touchpoints._core.arrays.segments import lengths_of
from touchpoints._core.arrays.statistics.survival import (
    Dependence,
    Survival,
    first_at_most,
    median_bounds,
    product_limit,
    survival_bounds,
)
from touchpoints._core.checks import public
from touchpoints._core.frozen import Array, owned
from touchpoints._core.opening_hours import Clock, OpeningHours
from touchpoints._core.tables import Estimated, column, unknown_ends
from touchpoints._core.time_units import TimeUnit, WithUnit, in_unit, said_of_times
from touchpoints.errors import InvalidInputError, warn
from touchpoints.graphs.outcome import named_outcome
from touchpoints.journeys.cutting import require_times
from touchpoints.journeys.groups import by_group
from touchpoints.journeys.model import Journeys, derive
from touchpoints.journeys.places.anchors import Place, first_spans, next_spans
from touchpoints.paths._shared.clocks import journey_clock, observed_until
from touchpoints.uncertainty import units_of

_SECOND = 1e6
_MISSING = np.iinfo(np.int64).min


@attrs.frozen(kw_only=True, repr=False)
class TimeTo(WithUnit, Estimated):
    """Kaplan-Meier survival curve; one row per time of an event or of censoring.

    ``as_dict()`` returns ``{time: survival}``; with groups, the keys begin with the group.

    Attributes
    ----------
    time : float64
        Time since the start.
    at_risk : int64
        Journeys still under observation and without the event just before that time.
    events, censored : int64
        Journeys with the event at that time, and journeys last observed at that time without it.
    survival, low, high : float64
        The survival function: the share of journeys that take longer, in [0, 1], and its interval.
    left_out : int64
        Journeys without a known start, whose event has no known time, or that are finished and
        whose outcome is unknown.
    time_unit, opening : str, OpeningHours or None
        The unit of all durations, and the opening hours that they count, if not all time counts.
    """

    main = "survival"
    labels = ("time",)
    durations: ClassVar[tuple[str, ...]] = ("time",)

    time: Array = column(np.float64)
    at_risk: Array = column(np.int64)
    events: Array = column(np.int64)
    censored: Array = column(np.int64)
    survival: Array = column(np.float64)
    low: Array = column(np.float64)
    high: Array = column(np.float64)
    left_out: Array = column(np.int64)
    time_unit: str = attrs.field(default="seconds", repr=False)
    opening: OpeningHours | None = attrs.field(default=None, repr=False)


@attrs.frozen(kw_only=True, repr=False)
class MedianTimeTo(Estimated):
    """Median time to a place or an outcome; one row (one per group).

    ``as_dict()`` returns ``{"median": median}``; with groups, ``{group: median}``.

    Attributes
    ----------
    journeys, events, left_out : int64
        Journeys with a known start; those of them with the event; journeys left out.
    median, low, high : float64
        Median time, and its interval; nan where that was not observed.
    survival : float64
        The share still without the event at the last time observed.
    time_unit, opening : str, OpeningHours or None
        The unit of all durations, and the opening hours that they count, if not all time counts.
    """

    main = "median"
    durations: ClassVar[tuple[str, ...]] = ("median", "low", "high")

    journeys: Array = column(np.int64)
    events: Array = column(np.int64)
    left_out: Array = column(np.int64)
    median: Array = column(np.float64)
    low: Array = column(np.float64)
    high: Array = column(np.float64)
    survival: Array = column(np.float64)
    time_unit: str = attrs.field(default="seconds", repr=False)
    opening: OpeningHours | None = attrs.field(default=None, repr=False)

    def _remarks(self) -> list[str]:
        """Return the lines under the table: units, few persons, and medians without an end."""
        open_ends = (self.journeys > 0) & np.isnan(self.low + self.high)
        return [
            *said_of_times(self.time_unit, self.opening),
            *super()._remarks(),
            *unknown_ends(open_ends, "the time observed"),
        ]


T = TypeVar("T", TimeTo, MedianTimeTo)


@public
def time_to(
    journeys: Journeys,
    *,
    place: Place | None = None,
    outcome: str | None = None,
    start: Place | None = None,
    by: str | Sequence[str] | None = None,
    level: float = 0.95,
    hours: OpeningHours | None = None,
    unit: TimeUnit = "seconds",
) -> TimeTo:
    """Compute the Kaplan-Meier estimate of the time to a place or an outcome.

    Parameters
    ----------
    journeys
        Journeys with times. Counts are honoured.
    place
        The event: the first time a touchpoint, a pattern or an `Anchor` is reached after the start.
        A match of a pattern must begin after the start, and is reached at its last interaction.
    outcome
        The event, instead of a place: a marked outcome; may be omitted when there is only one. The
        touchpoint that defines it may still be in the journey: only its time is used.
    start
        Where the clock starts: the first occurrence of a place, for a pattern the last interaction
        of its match; by default the first interaction of the journey.
    by, level, hours, unit
        Shared arguments: see `touchpoints.paths`.

    Returns
    -------
    TimeTo
        One row per time, in increasing order.

    Raises
    ------
    NotFoundError
        When the touchpoint, the outcome, the column or the facet does not exist.
    InvalidInputError
        When the journeys have no times; when both ``place`` and ``outcome`` are given; when neither
        is given and there is not exactly one outcome; when there is no such unit.

    Warns
    -----
    TouchpointsWarning
        When all journeys (of a group) are left out, since the table then has no row that says so.

    See Also
    --------
    median_time_to : The median of this curve, with its confidence interval.
    gaps : Times between two places for the journeys that reach the second one.
    survival_by_step : The same estimate over steps instead of time.

    Notes
    -----
    A journey without the event was observed until ``observed_until`` (by default the last time of
    the log, of an end or of an outcome) and is censored then, whether it is finished or open.
    Censoring is not an exit, and the curve need not fall to 0. Left out and counted are journeys
    that lack the start, empty journeys, journeys that began before the log (unless ``start`` is
    given), journeys whose event came before the start and, with ``outcome=``, finished journeys
    whose outcome is unknown (nan), such as those of a part of `concat` that lacks it. A journey
    that begins with its outcome is empty after `until` and is left out too; with ``place=`` and
    without cutting its time is 0. An outcome marked with ``within=`` is not searched for after that
    time, and is unknown where the window is not over; use ``place=`` instead.

    The intervals use Greenwood's variance on the log(-log) scale. Where persons are known, it is
    multiplied by their design effect, estimated by leaving out one person at a time, with t instead
    of z where there are few; one person counts as one trial: see the page on uncertainty. The
    estimate assumes that censoring is non-informative: how long a journey was observed is
    independent of its time to the event. With ``hours`` events and censoring are both by the time
    that was open since the start. O(n log n) in journeys.

    References
    ----------
    E. L. Kaplan and P. Meier (1958), Nonparametric estimation from incomplete observations,
    Journal of the American Statistical Association 53(282), 457-481,
    doi:10.1080/01621459.1958.10501452. M. Greenwood (1926), The natural duration of cancer,
    Reports on Public Health and Medical Subjects 33, HMSO. R. L. Williams (1995), Product-limit
    survival functions with correlated survival times, Lifetime Data Analysis 1(2), 171-186,
    doi:10.1007/BF00985768.

    Examples
    --------
    >>> import touchpoints as tp
    >>> rows = [
    ...     {"who": "ana", "t": "2026-01-01", "w": "visit"},
    ...     {"who": "ana", "t": "2026-01-03", "w": "buy"},
    ...     {"who": "leo", "t": "2026-01-02", "w": "visit"},
    ... ]
    >>> journeys = tp.from_records(rows, journey="who", time="t", touchpoint="w")
    >>> found = tp.paths.time_to(journeys, place="buy")
    >>> found.censored.tolist(), found.survival.tolist()
    ([1, 0], [1.0, 0.0])
    """
    checks.level(level)
    event = Event(place=place, outcome=outcome, start=start, hours=hours)
    return in_unit(_for_groups(journeys, partial(_curve, level=level), event, by=by), unit)


@public
def median_time_to(
    journeys: Journeys,
    *,
    place: Place | None = None,
    outcome: str | None = None,
    start: Place | None = None,
    by: str | Sequence[str] | None = None,
    level: float = 0.95,
    hours: OpeningHours | None = None,
    unit: TimeUnit = "seconds",
) -> MedianTimeTo:
    """Estimate the median time to a place or an outcome (Kaplan-Meier).

    Parameters
    ----------
    journeys, place, outcome, start, by, level, hours, unit
        As for `time_to`.

    Returns
    -------
    MedianTimeTo
        One row (one per group). The median is the first time at which the survival function is at
        most 0.5; nan if that was not observed, and likewise for the ends of its interval.

    Raises
    ------
    NotFoundError
        When the touchpoint, the outcome, the column or the facet does not exist.
    InvalidInputError
        As for `time_to`.

    See Also
    --------
    time_to : The whole survival curve.
    throughput_times : Durations of complete journeys, without censoring.

    Notes
    -----
    The interval (Brookmeyer-Crowley) contains the times at which the interval of the survival
    function contains 0.5: it begins at 0 where so few were observed that this is so from the start.
    Both ends are nan for a single person. Survival that equals 0.5 up to rounding (a relative 1e-9)
    counts as 0.5.

    References
    ----------
    R. Brookmeyer and J. Crowley (1982), A confidence interval for the median survival time,
    Biometrics 38(1), 29-41, doi:10.2307/2530286.

    Examples
    --------
    >>> import touchpoints as tp
    >>> rows = [
    ...     {"who": who, "t": f"2026-01-0{day}", "w": what}
    ...     for who, last in (("ana", 2), ("leo", 3), ("eva", 6))
    ...     for day, what in ((1, "visit"), (last, "buy"))
    ... ]
    >>> journeys = tp.from_records(rows, journey="who", time="t", touchpoint="w")
    >>> tp.paths.median_time_to(journeys, place="buy").median / 86_400
    array([2.])
    """
    checks.level(level)
    event = Event(place=place, outcome=outcome, start=start, hours=hours)
    return in_unit(_for_groups(journeys, partial(_median, level=level), event, by=by), unit)


@attrs.frozen(eq=False, kw_only=True)
class EventTimes:
    """Time to event or censoring of the journeys ``chosen``, in microseconds, and which it was."""

    chosen: Array
    times: Array
    reached: Array
    left_out: int


@attrs.frozen(eq=False, kw_only=True)
class Event:
    """What the time to is asked: a place or an outcome, from where, and by which clock."""

    place: Place | None
    outcome: str | None
    start: Place | None
    hours: OpeningHours | None = None


_EventTimesOf = Callable[[Journeys], EventTimes]


def _for_groups(
    journeys: Journeys,
    estimate: Callable[[Journeys, _EventTimesOf], T],
    event: Event,
    *,
    by: str | Sequence[str] | None,
) -> T:
    durations, observed = _prepared(journeys, event)
    found: Any = by_group(observed, by, lambda group: estimate(group, durations))
    measured: T = attrs.evolve(found, opening=event.hours)
    return measured


def event_times(journeys: Journeys, event: Event) -> EventTimes:
    """Return the time to event or censoring of each journey, as in `time_to`; for comparisons."""
    durations, observed = _prepared(journeys, event)
    return durations(observed)


def _prepared(journeys: Journeys, event: Event) -> tuple[_EventTimesOf, Journeys]:
    require_times(journeys, "time_to")
    if event.place is not None and event.outcome is not None:
        raise InvalidInputError(
            "time_to takes a place or an outcome, not both",
            where=f"place={event.place!r} and outcome={event.outcome!r}",
            mend="omit one of them",
        )
    name = named_outcome(journeys, event.outcome) if event.place is None else None
    until = owned(observed_until(journeys).view("datetime64[us]"))
    observed = derive(journeys, observed_until=until)
    clock = journey_clock(observed, event.hours)
    named = attrs.evolve(event, outcome=name)
    return partial(_event_times, event=named, clock=clock), observed


def _event_times(journeys: Journeys, event: Event, clock: Clock) -> EventTimes:
    outcome, start = event.outcome, event.start
    stamps = np.append(require_times(journeys, "time_to").view(np.int64), _MISSING)
    if start is None:
        known = (lengths_of(journeys.offsets) > 0) & journeys.began
        rows = np.where(known, journeys.offsets[:-1], -1)
    else:
        rows = first_spans(journeys, start)[1]
    begun = stamps[rows]
    if outcome is None:
        got = stamps[_first_after(journeys, event.place, rows - (start is None))]
        reached = got != _MISSING
    else:
        reached = journeys.outcomes[outcome] == 1
        times = journeys.outcome_times.get(outcome)
        got = np.full(len(journeys), _MISSING) if times is None else times.view(np.int64)
    until = np.where(reached, got, observed_until(journeys))
    there = (rows >= 0) & (until != _MISSING) & (until >= begun) & (journeys.counts > 0)
    if outcome is not None:
        there &= ~(np.isnan(journeys.outcomes[outcome]) & journeys.finished)
    chosen = np.flatnonzero(there)
    return EventTimes(
        chosen=chosen,
        times=clock(until[chosen]) - clock(begun[chosen]),
        reached=reached[chosen],
        left_out=int(journeys.counts[~there].sum()),
    )


def _first_after(journeys: Journeys, place: Place | None, rows: Array) -> Array:
    """Return the row of each journey at which a place is first reached after ``rows``, or -1."""
    if place is None:
        return np.full(len(journeys), -1, dtype=np.int64)
    return next_spans(journeys, place, rows, before=journeys.offsets[1:])[1]


def _estimate(journeys: Journeys, found: EventTimes) -> tuple[Survival, dict[str, Any]]:
    units = units_of(journeys, None)
    of_units = Dependence(
        of=units.of[found.chosen],
        repeats=units.repeats,
        within=units.within[found.chosen],
        apart=units.unit == "journey",
    )
    return product_limit(found.times, found.reached, of_units), units.facts(chosen=found.chosen)


def _curve(journeys: Journeys, durations: _EventTimesOf, *, level: float) -> TimeTo:
    found = durations(journeys)
    if found.left_out and not len(found.chosen):
        _warn_of_no_start(found.left_out)
    curve, facts = _estimate(journeys, found)
    low, high = survival_bounds(curve, level)
    return TimeTo(
        time=curve.times / _SECOND,
        at_risk=curve.at_risk,
        events=curve.ended,
        censored=curve.censored,
        survival=curve.share,
        low=low,
        high=high,
        left_out=np.full(len(low), found.left_out),
        level=level,
        **facts,
    )


def _warn_of_no_start(left_out: int) -> None:
    warn(
        f"all {left_out:,} journeys are left out and the table is empty: no journey has a known "
        "start before its event. A journey that begins with its outcome is empty after tp.until; "
        "to include it, use time_to(place=…) on journeys that were not cut"
    )


def _median(journeys: Journeys, durations: _EventTimesOf, *, level: float) -> MedianTimeTo:
    found = durations(journeys)
    curve, facts = _estimate(journeys, found)
    early, late = median_bounds(curve, level)
    survival = float(curve.share[-1]) if len(curve.share) else np.nan
    columns: dict[str, Any] = {
        "journeys": [int(journeys.counts[found.chosen].sum())],
        "events": [int(curve.ended.sum())],
        "left_out": [found.left_out],
        "median": [first_at_most(curve.times, curve.share, 0.5) / _SECOND],
        "low": [early / _SECOND],
        "high": [late / _SECOND],
        "survival": [survival],
    }
    return MedianTimeTo(**columns, level=level, **facts)
