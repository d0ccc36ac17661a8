"""Gaps, idle times, processing times and throughput times."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

import attrs
import numpy as np

from touchpoints._core.arrays.segments import lengths_of, owners_of
from touchpoints._core.arrays.segments.lasting import UNKNOWN, lasting, stamps_of
from touchpoints._core.arrays.statistics.quantiles import neighbours
from touchpoints._core.checks import public
from touchpoints._core.frozen import Array, text_array
from touchpoints._core.opening_hours import Clock, OpeningHours
from touchpoints._core.time_units import TimeUnit
from touchpoints.errors import InvalidInputError
from touchpoints.journeys.cutting import require_times
from touchpoints.journeys.model import Journeys
from touchpoints.journeys.places.anchors import Place
from touchpoints.journeys.places.between import place_name, segments_between, two_places
from touchpoints.journeys.tie_breaking import key_ranks, keys_of
from touchpoints.paths._shared.durations import Collected, Durations, Shown, durations_of

_EDGES = "the time from each touchpoint to the next"


@public
def gaps(
    journeys: Journeys,
    *,
    start: Place | None = None,
    end: Place | None = None,
    quantiles: Sequence[float] = (),
    by: str | Sequence[str] | None = None,
    level: float | None = None,
    hours: OpeningHours | None = None,
    unit: TimeUnit = "seconds",
) -> Durations:
    """Measure the time from each touchpoint to the next, or from one place to another.

    Parameters
    ----------
    journeys
        Journeys with times. Counts are honoured.
    start, end
        Two places, both or neither: touchpoints by key or type, facets, patterns or anchors. By
        default every edge is measured.
    quantiles
        Quantiles besides the quartiles, as shares in [0, 1].
    level
        A confidence level such as 0.95 for intervals of each mean, median and further quantile;
        none by default. It costs three sorts.
    by, hours, unit
        Shared arguments: see `touchpoints.paths`.

    Returns
    -------
    Durations
        One row per edge, the most frequent first, ties by key. Or one row (one per group) for the
        two places, whose ``source`` and ``target`` are the places as they were given;
        ``unreached`` and ``open`` count the starts without an end after them.

    Raises
    ------
    NotFoundError
        When the touchpoint, the column or the facet does not exist.
    InvalidInputError
        When the journeys have no times; when only one of the places is given; when a quantile or
        ``level`` is not a share; when there is no such unit.

    See Also
    --------
    idle_times : The same without the time spent at the first touchpoint.
    processing_times : The time spent at each touchpoint.
    throughput_times : The duration of whole journeys.
    time_to : The time to a place with censoring, for journeys that may still reach it.

    Notes
    -----
    A gap runs from the start of one interaction to the start of the next, so it contains the time
    spent at the first; `idle_times` does not. Terminals have no gaps. With ``hours`` it is the time
    that was open in between, 0 from one evening to the next morning. All figures are exact to the
    microsecond; quantiles follow definition 7 of Hyndman and Fan (the default of R and numpy).

    Between two places a journey has one gap or none: from its first start to the first end after
    it. An `Anchor` starts at each place it names: with ``occurrence="all"`` every occurrence has a
    gap to the next end, and several starts may share that end. A match of several touchpoints is
    left and reached at its last interaction; to be an end it must begin after the start. If start
    and end are the same place, the gap runs from its first to its second occurrence. Ends that the
    log does not contain give no gaps, which biases gaps downwards while journeys are open:
    `time_to` includes those journeys, censored.

    The interval of a mean is a t interval over persons, or over journeys where persons are not
    known (linearised ratio estimator over units: Cochran 1977, Sampling Techniques, 6.3; each unit
    is left out in turn, with the degrees of freedom of effective units). Times are skewed: prefer
    the median. Its interval, and that of any quantile, lies between two of the
    values (Woodruff 1952), with the effective number of values of the page on uncertainty; an end
    beyond the values known is nan, and so are both with fewer than two units. O(m) and a sort of
    the gaps near a quantile; a sort of all, O(m log m), for intervals, journeys with counts, few
    gaps and hundreds of touchpoints.

    References
    ----------
    R. J. Hyndman and Y. Fan (1996), Sample quantiles in statistical packages, The American
    Statistician 50(4), 361-365, doi:10.1080/00031305.1996.10473566. R. S. Woodruff (1952),
    Confidence intervals for medians and other position measures, Journal of the American
    Statistical Association 47(260), 635-646.

    Examples
    --------
    >>> import touchpoints as tp
    >>> days = ["2026-01-01", "2026-01-02", "2026-01-05"]
    >>> rows = [{"who": "ana", "t": day, "w": "visit"} for day in days]
    >>> journeys = tp.from_records(rows, journey="who", time="t", touchpoint="w")
    >>> found = tp.paths.gaps(journeys)
    >>> {edge: mean / 86_400 for edge, mean in found.as_dict().items()}
    {('visit', 'visit'): 2.0}
    >>> last = tp.Anchor(pattern="visit", occurrence="last")
    >>> tp.paths.gaps(journeys, start="visit", end=last).mean / 86_400
    array([4.])
    """
    require_times(journeys, "gaps")
    places = two_places(start, end, what="gaps", without=_EDGES)
    collect = _gaps if places is None else partial(_between, places=places, idle=False)
    shown = Shown(hours=hours, unit=unit)
    return durations_of(journeys, collect, quantiles=quantiles, by=by, level=level, shown=shown)


@public
def idle_times(
    journeys: Journeys,
    *,
    start: Place | None = None,
    end: Place | None = None,
    quantiles: Sequence[float] = (),
    by: str | Sequence[str] | None = None,
    level: float | None = None,
    hours: OpeningHours | None = None,
    unit: TimeUnit = "seconds",
) -> Durations:
    """Measure idle times: from the end of a touchpoint or place to the start of the next.

    Parameters
    ----------
    journeys
        Journeys with times and ends. Counts are honoured.
    start, end, quantiles, by, level, hours, unit
        As for `gaps`.

    Returns
    -------
    Durations
        One row per edge, the most frequent first, or one row for the two places. ``without_end``
        counts the transitions whose source has no known end; no other column includes them.

    Raises
    ------
    NotFoundError, InvalidInputError
        As for `gaps`, and when the journeys have no ends.

    See Also
    --------
    gaps : The time from start to start.
    processing_times : The time spent at each touchpoint.

    Notes
    -----
    The idle time is negative where an interaction starts before the previous one ends. Between two
    places it runs from the end of the interaction at which the gap of `gaps` starts.

    Examples
    --------
    >>> import touchpoints as tp
    >>> rows = [
    ...     {"who": "ana", "t": "2026-01-01 09:00", "e": "2026-01-01 09:10", "w": "visit"},
    ...     {"who": "ana", "t": "2026-01-01 09:30", "e": "2026-01-01 09:31", "w": "call"},
    ... ]
    >>> journeys = tp.from_records(rows, journey="who", time="t", end="e", touchpoint="w")
    >>> tp.paths.idle_times(journeys).as_dict()
    {('visit', 'call'): 1200.0}
    """
    _require_ends(journeys, "idle_times")
    places = two_places(start, end, what="idle_times", without=_EDGES)
    collect = _idle if places is None else partial(_between, places=places, idle=True)
    shown = Shown(hours=hours, unit=unit)
    return durations_of(journeys, collect, quantiles=quantiles, by=by, level=level, shown=shown)


@public
def processing_times(
    journeys: Journeys,
    *,
    quantiles: Sequence[float] = (),
    by: str | Sequence[str] | None = None,
    level: float | None = None,
    hours: OpeningHours | None = None,
    unit: TimeUnit = "seconds",
) -> Durations:
    """Measure processing times: from the start to the end of interactions, by touchpoint.

    Parameters
    ----------
    journeys
        Journeys with times and ends. Counts are honoured.
    quantiles, by, level, hours, unit
        As for `gaps`.

    Returns
    -------
    Durations
        One row per touchpoint that occurs, the most frequent first (by interactions whose end is
        known). ``without_end`` counts the other interactions.

    Raises
    ------
    NotFoundError, InvalidInputError
        As for `gaps`, and when the journeys have no ends.

    See Also
    --------
    idle_times : The time between touchpoints.
    journey_times : The total processing time of each journey.

    Notes
    -----
    An end before its start is set aside when a log is read; ``ends_before_starts`` is their number.

    Examples
    --------
    >>> import touchpoints as tp
    >>> rows = [
    ...     {"who": "ana", "t": "2026-01-01 09:00", "e": "2026-01-01 09:10", "w": "visit"},
    ...     {"who": "leo", "t": "2026-01-01 09:30", "e": "2026-01-01 09:50", "w": "visit"},
    ... ]
    >>> journeys = tp.from_records(rows, journey="who", time="t", end="e", touchpoint="w")
    >>> tp.paths.processing_times(journeys).as_dict()
    {'visit': 900.0}
    """
    _require_ends(journeys, "processing_times")
    shown = Shown(hours=hours, unit=unit)
    return durations_of(journeys, _processing, quantiles=quantiles, by=by, level=level, shown=shown)


@public
def throughput_times(
    journeys: Journeys,
    *,
    quantiles: Sequence[float] = (),
    by: str | Sequence[str] | None = None,
    level: float | None = None,
    hours: OpeningHours | None = None,
    unit: TimeUnit = "seconds",
) -> Durations:
    """Measure throughput times: the duration of journeys from first start to last end.

    Parameters
    ----------
    journeys
        Journeys with times; ends are used where they are known. Counts are honoured.
    quantiles, by, level, hours, unit
        As for `gaps`.

    Returns
    -------
    Durations
        One row (one per group). `journey_times` has one row per journey.

    Raises
    ------
    NotFoundError, InvalidInputError
        As for `gaps`.

    See Also
    --------
    journey_times : The duration of each journey.
    time_to : The time to an outcome with open journeys included, censored.

    Notes
    -----
    A journey with a single time and no ends takes 0 seconds. Empty journeys are left out, and so
    are journeys that began before the log or are still open; ``empty`` and ``cut`` count them.
    Leaving out open journeys biases durations downwards; `time_to` avoids that.

    Examples
    --------
    >>> import touchpoints as tp
    >>> shop = tp.datasets.shop(50, seed=1)
    >>> tp.paths.throughput_times(shop).count.tolist()
    [50]
    """
    require_times(journeys, "throughput_times")
    shown = Shown(hours=hours, unit=unit)
    return durations_of(journeys, _throughput, quantiles=quantiles, by=by, level=level, shown=shown)


def _require_ends(journeys: Journeys, what: str) -> None:
    require_times(journeys, what)
    if journeys.ends is None:
        raise InvalidInputError(
            f"{what} needs the ends of interactions, but these journeys have no ends",
            mend="read the log with tp.from_frame(…, end=…), or with lifecycle=… if start and "
            "complete are separate rows; tp.paths.gaps needs only times",
        )


def _stamps(journeys: Journeys, clock: Clock) -> tuple[Array, Array]:
    stamps, ends = stamps_of(require_times(journeys, "a duration"), journeys.ends)
    return clock(stamps), clock(ends)


def _gaps(journeys: Journeys, clock: Clock) -> Collected:
    stamps = clock(require_times(journeys, "a gap").view(np.int64))
    edges = neighbours(journeys.codes, journeys.offsets, len(journeys.touchpoints))
    keys, ranks = keys_of(journeys), key_ranks(journeys)
    values = np.diff(stamps)
    values[edges.across] = 0  # not used, and large values would make the sort slower
    return Collected(
        labels={"source": keys[edges.sources], "target": keys[edges.targets]},
        groups=edges.of,
        values=values,
        owners=lambda: owners_of(journeys.offsets)[:-1],
        size=len(edges.sources),
        extra={},
        ties=(ranks[edges.sources], ranks[edges.targets]),
    )


def _idle(journeys: Journeys, clock: Clock) -> Collected:
    stamps, ends = _stamps(journeys, clock)
    found = _gaps(journeys, clock)
    missing = ends[:-1] == UNKNOWN
    weights = journeys.counts[found.owners()].astype(np.float64) * missing
    lost = np.bincount(found.groups, weights, found.size + 1)[: found.size]
    return attrs.evolve(
        found,
        groups=np.where(missing, found.size, found.groups),
        values=np.where(missing, 0, stamps[1:] - ends[:-1]),
        extra={"without_end": lost.astype(np.int64)},
    )


def _between(
    journeys: Journeys, clock: Clock, *, places: tuple[Place, Place], idle: bool
) -> Collected:
    """Collect the times from each start (its end if ``idle``) to the end place."""
    begins, ends = _stamps(journeys, clock)
    found = segments_between(journeys, places[0], end=places[1])
    left = (ends if idle else begins)[found.starts]
    there, unknown = found.stops >= 0, left == UNKNOWN
    known = there & ~unknown
    counts, finished = journeys.counts[found.owners], journeys.finished[found.owners]
    extra = {"unreached": ~there & finished, "open": ~there & ~finished}
    if idle:
        extra["without_end"] = there & unknown
    return Collected(
        labels={
            name: text_array([place_name(place)])
            for name, place in zip(("source", "target"), places, strict=True)
        },
        groups=np.where(known, 0, 1),
        values=np.where(known, begins[found.stops] - left, 0),
        owners=lambda: found.owners,
        size=1,
        extra={name: np.array([counts[rows].sum()]) for name, rows in extra.items()},
        every=True,
    )


def _processing(journeys: Journeys, clock: Clock) -> Collected:
    stamps, ends = _stamps(journeys, clock)
    size = len(journeys.touchpoints)
    owners = owners_of(journeys.offsets)
    missing = ends == UNKNOWN
    codes = journeys.codes.astype(np.int64)
    weights = journeys.counts[owners].astype(np.float64) * missing
    return Collected(
        labels={"touchpoint": keys_of(journeys)},
        groups=np.where(missing, size, codes),
        values=np.where(missing, 0, ends - stamps),
        owners=lambda: owners,
        size=size,
        extra={"without_end": np.bincount(codes, weights, size).astype(np.int64)},
        ties=(key_ranks(journeys),),
    )


def _throughput(journeys: Journeys, clock: Clock) -> Collected:
    filled = lengths_of(journeys.offsets) > 0
    whole = journeys.began & journeys.finished
    counts = journeys.counts
    return Collected(
        labels={},
        groups=np.where(filled & whole, 0, 1),
        values=lasting(*_stamps(journeys, clock), journeys.offsets),
        owners=lambda: np.arange(len(journeys)),
        size=1,
        extra={
            "empty": np.array([counts[~filled].sum()]),
            "cut": np.array([counts[filled & ~whole].sum()]),
        },
        every=True,
    )
