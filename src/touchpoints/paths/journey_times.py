"""Throughput, active and waiting time of each journey."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import ClassVar

import attrs
import numpy as np

from touchpoints._core import checks
from touchpoints._core.arrays.segments import lengths_of, sum_by_segment
from touchpoints._core.arrays.segments.lasting import UNKNOWN, lasting, stamps_of, united
from touchpoints._core.checks import public
from touchpoints._core.frozen import Array, text_array
from touchpoints._core.opening_hours import Clock, OpeningHours
from touchpoints._core.tables import Grouped, column
from touchpoints._core.time_units import TimeUnit, WithUnit, in_unit
from touchpoints.journeys.cutting import require_times
from touchpoints.journeys.groups import by_group
from touchpoints.journeys.model import Journeys
from touchpoints.paths._shared.clocks import journey_clock

_SECOND = 1e6


@attrs.frozen(kw_only=True, repr=False)
class JourneyTimes(WithUnit, Grouped):
    """The duration of each journey; one row per journey (and group), in the order of the log.

    ``as_dict()`` returns ``{journey: throughput}``; with groups, the keys begin with the group.

    Attributes
    ----------
    journey : object
        The id of the journey.
    count : int64
        Number of real journeys the row stands for.
    interactions : int64
        Number of interactions.
    throughput : float64
        Time from the start of the first interaction to the latest end of any interaction, or to
        the last start where that is later or no ends are known; 0 where start and end coincide,
        nan for an empty journey.
    processing : float64
        Total time spent in interactions whose end is known; nan for a log without ends. What
        happens at the same time counts several times.
    active : float64
        Time during which at least one interaction was going on; nan for an empty journey, and
        where the end of an interaction is not known.
    waiting : float64
        Throughput minus active time: nothing was going on; nan where ``active`` is.
    flow_efficiency : float64
        Active time as a share of the throughput, in [0, 1]; nan where that is 0 or not known.
    without_end : int64
        Number of interactions whose end is not known.
    whole : bool
        Whether the journey began and finished within the log.
    time_unit, opening : str, OpeningHours or None
        The unit of all durations, and the opening hours that they count, if not all time counts.
    """

    durations: ClassVar[tuple[str, ...]] = ("throughput", "processing", "active", "waiting")

    main = "throughput"
    labels = ("journey",)

    journey: Array = column(object)
    count: Array = column(np.int64)
    interactions: Array = column(np.int64)
    throughput: Array = column(np.float64)
    processing: Array = column(np.float64)
    active: Array = column(np.float64)
    waiting: Array = column(np.float64)
    flow_efficiency: Array = column(np.float64)
    without_end: Array = column(np.int64)
    whole: Array = column(np.bool_)
    time_unit: str = attrs.field(default="seconds", repr=False)
    opening: OpeningHours | None = attrs.field(default=None, repr=False)


@public
def journey_times(
    journeys: Journeys,
    *,
    by: str | Sequence[str] | None = None,
    hours: OpeningHours | None = None,
    unit: TimeUnit = "seconds",
) -> JourneyTimes:
    """Measure the throughput, processing, active and waiting time of each journey.

    Parameters
    ----------
    journeys
        Journeys with times; ends are used where they are known.
    by, hours, unit
        Shared arguments: see `touchpoints.paths`.

    Returns
    -------
    JourneyTimes
        One row per journey, open journeys included (see the column ``whole``), in the order of the
        log (group by group).

    Raises
    ------
    NotFoundError
        When the column or facet does not exist.
    InvalidInputError
        When the journeys have no times; when there is no such unit.

    See Also
    --------
    throughput_times : Summary statistics of the throughput times of complete journeys.
    processing_times : Summary statistics of the time spent at each touchpoint.
    flow_efficiency : Summary statistics of active and waiting time.

    Notes
    -----
    The active time is the length of the union of all interactions: half an hour in which two of
    them go on is half an hour. Therefore active and waiting time add up to the throughput, and the
    processing time exceeds the active time where interactions overlap. O(m log l) for journeys of
    at most l interactions.

    Examples
    --------
    >>> import touchpoints as tp
    >>> rows = [{"who": "ana", "t": f"2026-01-0{day}", "w": "visit"} for day in (1, 3)]
    >>> journeys = tp.from_records(rows, journey="who", time="t", touchpoint="w")
    >>> tp.paths.journey_times(journeys, unit="hours").throughput
    array([48.])
    """
    require_times(journeys, "journey_times")
    checks.check_option("unit", unit, TimeUnit)
    measured = partial(_journey_times, clock=journey_clock(journeys, hours))
    return in_unit(attrs.evolve(by_group(journeys, by, measured), opening=hours), unit)


def _journey_times(journeys: Journeys, clock: Clock) -> JourneyTimes:
    filled = lengths_of(journeys.offsets) > 0
    stamps, ends = map(clock, stamps_of(require_times(journeys, "times"), journeys.ends))
    taken = np.where(filled, lasting(stamps, ends, journeys.offsets) / _SECOND, np.nan)
    spent = np.where(ends == UNKNOWN, 0, ends - stamps)
    processing = sum_by_segment(spent, journeys.offsets) / _SECOND
    missing = sum_by_segment((ends == UNKNOWN).view(np.int8), journeys.offsets, dtype=np.int64)
    active = united(stamps, ends, journeys.offsets) / _SECOND
    active = np.where(filled & (missing == 0), active, np.nan)
    with np.errstate(invalid="ignore"):
        efficiency = active / taken
    return JourneyTimes(
        journey=text_array(journeys.ids.tolist()),
        count=journeys.counts,
        interactions=lengths_of(journeys.offsets),
        throughput=taken,
        processing=np.full(len(taken), np.nan) if journeys.ends is None else processing,
        active=active,
        waiting=taken - active,
        flow_efficiency=efficiency,
        without_end=missing,
        whole=journeys.began & journeys.finished,
    )
