"""How long until something happens, where some journeys were not watched to the end."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any, TypeVar

import attrs
import numpy as np

from touchpoints._core import checks
from touchpoints._core.arrays.segments import lengths_of
from touchpoints._core.arrays.statistics.survival import (
    Clustered,
    Survival,
    first_at_most,
    product_limit,
    survival_bounds,
)
from touchpoints._core.frozen import Array, owned
from touchpoints._core.tables import (
    Estimated,
    Table,
    column,
)
from touchpoints.errors import (
    InvalidInputError,
    warn,
)
from touchpoints.graphs.outcome import named_outcome
from touchpoints.journeys.cutting import require_times
from touchpoints.journeys.groups import by_group
from touchpoints.journeys.model import Journeys, derive
from touchpoints.journeys.outcomes import watched_until
from touchpoints.journeys.places.anchors import Place, first_spans, next_spans
from touchpoints.uncertainty import units_of

T = TypeVar("T", bound=Table)

_SECOND = 1e6
_MISSING = np.iinfo(np.int64).min


@attrs.frozen(kw_only=True, repr=False)
class TimeTo(Estimated):
    """How many are still waiting; one row a time at which a journey got there or was last seen.

    Attributes
    ----------
    time : float64
        Seconds since the start.
    at_risk : int64
        Journeys still waiting and watched just before.
    events, censored : int64
        Journeys that got there at that time, and ones last watched at it, still waiting.
    survival, low, high : float64
        The share that takes longer, in [0, 1], and its interval.
    left_out : int64
        Journeys without a known start, that got there at an unknown time, or that are finished and
        whose outcome is unknown.
    """

    value = "survival"
    labels = ("time",)

    time: Array = column(np.float64)
    at_risk: Array = column(np.int64)
    events: Array = column(np.int64)
    censored: Array = column(np.int64)
    survival: Array = column(np.float64)
    low: Array = column(np.float64)
    high: Array = column(np.float64)
    left_out: Array = column(np.int64)


@attrs.frozen(kw_only=True, repr=False)
class MedianTimeTo(Estimated):
    """How long it takes until half got there; one row (one a group).

    Attributes
    ----------
    journeys, events, left_out : int64
        Journeys with a known start; those of them that got there; journeys without.
    median, low, high : float64
        Seconds until half got there, and the interval; nan where that was not watched.
    survival : float64
        The share still waiting when the last journey was last watched.
    """

    value = "median"

    journeys: Array = column(np.int64)
    events: Array = column(np.int64)
    left_out: Array = column(np.int64)
    median: Array = column(np.float64)
    low: Array = column(np.float64)
    high: Array = column(np.float64)
    survival: Array = column(np.float64)


def time_to(
    journeys: Journeys,
    *,
    place: Place | None = None,
    outcome: str | None = None,
    start: Place | None = None,
    by: str | None = None,
    level: float = 0.95,
) -> TimeTo:
    """Estimate which share of journeys takes longer than each time to get somewhere.

    Parameters
    ----------
    journeys
        With times. Counts are honoured.
    place
        Where they get: a touchpoint, a pattern or an `Anchor`; where it is first reached behind the
        start. A match begins behind it and is reached at its last interaction.
    outcome
        Instead of a place, an outcome that was marked; may be left out when there is only one. The
        touchpoint that defines it may still be inside: when it came is all that is asked.
    start
        Where the clock starts: the first occurrence of a place, for a pattern the last interaction
        of its match; by default a journey's first interaction.
    by, level
        Shared arguments: see `touchpoints.paths`.

    Returns
    -------
    TimeTo
        One row a time, rising.

    Raises
    ------
    NotFoundError
        When there is no such touchpoint, outcome, column or facet.
    InvalidInputError
        Without times; when both a place and an outcome are given, or neither and there is not
        exactly one outcome.

    Warns
    -----
    TouchpointsWarning
        When all journeys (of a group) are left out: no row is there to say so.

    Notes
    -----
    A journey that did not get there was watched until ``observed_until`` (by default the last
    time of the log or of an outcome) and is censored then, whether it is finished or open: it is
    no exit, and the share waiting need not fall to 0. Journeys that lack the start, empty ones,
    and ones that began before the log (unless ``start`` is given) are left out and counted, and
    so are those that got there before the start. One that begins with its outcome is empty behind
    `until`, and left out too; ``place=``, without cutting, has it at time 0. With ``outcome=``,
    finished journeys whose outcome is unknown (nan), such as those of a part of `concat` that lacks
    it, are left out and counted. An outcome that was marked with ``within=`` is not looked for
    later, and is unknown where the window is not over; give the place instead.

    Kaplan and Meier's estimate; Greenwood's variance on the scale of log(-log), over persons
    where there are any (nan when all journeys are of one person). It takes for granted that how
    long a journey was watched tells nothing about how fast it is. O(n log n) in journeys.

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
    measure = partial(_curve, level=level)
    return _asked(journeys, measure, place=place, outcome=outcome, start=start, by=by)


def median_time_to(
    journeys: Journeys,
    *,
    place: Place | None = None,
    outcome: str | None = None,
    start: Place | None = None,
    by: str | None = None,
    level: float = 0.95,
) -> MedianTimeTo:
    """Estimate how long it takes until half of the journeys got somewhere.

    Parameters
    ----------
    journeys, place, outcome, start, by, level
        As for `time_to`.

    Returns
    -------
    MedianTimeTo
        One row (one a group). The median is the first time at which half or fewer are waiting;
        nan when that was never watched, and so for the ends of its interval.

    Raises
    ------
    NotFoundError
        When there is no such touchpoint, outcome, column or facet.
    InvalidInputError
        As for `time_to`.

    Notes
    -----
    The interval holds the times at which the interval of the share waiting holds a half. A share
    that equals a half but for rounding (within a relative 1e-9) counts as a half.

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
    measure = partial(_median, level=level)
    return _asked(journeys, measure, place=place, outcome=outcome, start=start, by=by)


@attrs.frozen(eq=False, kw_only=True)
class Waits:
    """How long the journeys ``chosen`` waited, in microseconds, and whether they got there."""

    chosen: Array
    times: Array
    reached: Array
    left_out: int


_Waiting = Callable[[Journeys], Waits]


def _asked(
    journeys: Journeys,
    measure: Callable[[Journeys, _Waiting], T],
    *,
    place: Place | None,
    outcome: str | None,
    start: Place | None,
    by: str | None,
) -> T:
    waits, watched = _prepared(journeys, place=place, outcome=outcome, start=start)
    return by_group(watched, by, lambda group: measure(group, waits))


def waits_of(
    journeys: Journeys, *, place: Place | None, outcome: str | None, start: Place | None
) -> Waits:
    """Return how long each journey waited, as `time_to` measures it; for comparisons."""
    waits, watched = _prepared(journeys, place=place, outcome=outcome, start=start)
    return waits(watched)


def _prepared(
    journeys: Journeys, *, place: Place | None, outcome: str | None, start: Place | None
) -> tuple[_Waiting, Journeys]:
    require_times(journeys, "time_to")
    if place is not None and outcome is not None:
        raise InvalidInputError("time_to takes a place or an outcome, not both")
    name = named_outcome(journeys, outcome) if place is None else None
    waits = partial(_waits, place=place, outcome=name, start=start)
    return waits, derive(journeys, observed_until=owned(_watched(journeys).view("datetime64[us]")))


def _watched(journeys: Journeys) -> Array:
    """Return how long each journey was watched; at least until its last interaction."""
    stamps = require_times(journeys, "time_to").view(np.int64)
    until = watched_until(journeys).view(np.int64).copy()
    filled = np.flatnonzero(lengths_of(journeys.offsets))
    until[filled] = np.maximum(until[filled], stamps[journeys.offsets[1:][filled] - 1])
    return until


def _waits(
    journeys: Journeys, *, place: Place | None, outcome: str | None, start: Place | None
) -> Waits:
    stamps = np.append(require_times(journeys, "time_to").view(np.int64), _MISSING)
    if start is None:
        known = (lengths_of(journeys.offsets) > 0) & journeys.began
        rows = np.where(known, journeys.offsets[:-1], -1)
    else:
        rows = first_spans(journeys, start)[1]
    begun = stamps[rows]
    if outcome is None:
        got = stamps[_first_behind(journeys, place, rows - (start is None))]
        reached = got != _MISSING
    else:
        reached = journeys.outcomes[outcome] == 1
        times = journeys.outcome_times.get(outcome)
        got = np.full(len(journeys), _MISSING) if times is None else times.view(np.int64)
    until = np.where(reached, got, _watched(journeys))
    there = (rows >= 0) & (until != _MISSING) & (until >= begun) & (journeys.counts > 0)
    if outcome is not None:
        there &= ~(np.isnan(journeys.outcomes[outcome]) & journeys.finished)
    chosen = np.flatnonzero(there)
    return Waits(
        chosen=chosen,
        times=until[chosen] - begun[chosen],
        reached=reached[chosen],
        left_out=int(journeys.counts[~there].sum()),
    )


def _first_behind(journeys: Journeys, place: Place | None, rows: Array) -> Array:
    """Return each journey's row where a place is first reached behind a row of its own, or -1."""
    if place is None:
        return np.full(len(journeys), -1, dtype=np.int64)
    return next_spans(journeys, place, rows, before=journeys.offsets[1:])[1]


def _estimate(journeys: Journeys, found: Waits) -> tuple[Survival, str]:
    units = units_of(journeys, None)
    clustered = Clustered(
        of=units.of[found.chosen],
        repeats=units.repeats,
        within=units.within[found.chosen],
        apart=units.unit == "journey",
    )
    return product_limit(found.times, found.reached, clustered), units.unit


def _curve(journeys: Journeys, waits: _Waiting, *, level: float) -> TimeTo:
    found = waits(journeys)
    if found.left_out and not len(found.chosen):
        _warn_of_no_start(found.left_out)
    curve, unit = _estimate(journeys, found)
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
        unit=unit,
    )


def _warn_of_no_start(left_out: int) -> None:
    warn(
        f"all {left_out:,} journeys are left out: none has a known start at which it had not got "
        "there yet, so that there are no times to show. One that begins with its outcome is empty "
        "behind tp.until: ask for the place in journeys that are not cut, time_to(place=…)"
    )


def _median(journeys: Journeys, waits: _Waiting, *, level: float) -> MedianTimeTo:
    found = waits(journeys)
    curve, unit = _estimate(journeys, found)
    low, high = survival_bounds(curve, level)
    median, early, late = (
        first_at_most(curve.times, share, 0.5) / _SECOND for share in (curve.share, low, high)
    )
    survival = float(curve.share[-1]) if len(curve.share) else np.nan
    columns: dict[str, Any] = {
        "journeys": [int(journeys.counts[found.chosen].sum())],
        "events": [int(curve.ended.sum())],
        "left_out": [found.left_out],
        "median": [median],
        "low": [early],
        "high": [late],
        "survival": [survival],
    }
    return MedianTimeTo(**columns, level=level, unit=unit)
