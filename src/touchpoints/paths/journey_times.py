"""Throughput and processing time of each journey."""

from __future__ import annotations

from collections.abc import Sequence

import attrs
import numpy as np

from touchpoints._core.arrays.segments import lengths_of, sum_by_segment
from touchpoints._core.arrays.segments.lasting import UNKNOWN, lasting, stamps_of
from touchpoints._core.checks import public
from touchpoints._core.frozen import Array, text_array
from touchpoints._core.tables import Grouped, column
from touchpoints.journeys.cutting import require_times
from touchpoints.journeys.groups import by_group
from touchpoints.journeys.model import Journeys

_SECOND = 1e6


@attrs.frozen(kw_only=True, repr=False)
class JourneyTimes(Grouped):
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
        Seconds from the start of the first interaction to the latest end of any interaction, or to
        the last start where that is later or no ends are known; 0 where start and end coincide,
        nan for an empty journey.
    processing : float64
        Total seconds spent in interactions whose end is known; nan for a log without ends.
    without_end : int64
        Number of interactions whose end is not known.
    whole : bool
        Whether the journey began and finished within the log.
    """

    main = "throughput"
    labels = ("journey",)

    journey: Array = column(object)
    count: Array = column(np.int64)
    interactions: Array = column(np.int64)
    throughput: Array = column(np.float64)
    processing: Array = column(np.float64)
    without_end: Array = column(np.int64)
    whole: Array = column(np.bool_)


@public
def journey_times(journeys: Journeys, *, by: str | Sequence[str] | None = None) -> JourneyTimes:
    """Measure the throughput and processing time of each journey.

    Parameters
    ----------
    journeys
        Journeys with times; ends are used where they are known.
    by
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
        When the journeys have no times.

    See Also
    --------
    throughput_times : Summary statistics of the throughput times of complete journeys.
    processing_times : Summary statistics of the time spent at each touchpoint.

    Examples
    --------
    >>> import touchpoints as tp
    >>> rows = [{"who": "ana", "t": f"2026-01-0{day}", "w": "visit"} for day in (1, 3)]
    >>> journeys = tp.from_records(rows, journey="who", time="t", touchpoint="w")
    >>> tp.paths.journey_times(journeys).throughput / 3600
    array([48.])
    """
    require_times(journeys, "journey_times")
    return by_group(journeys, by, _journey_times)


def _journey_times(journeys: Journeys) -> JourneyTimes:
    times = require_times(journeys, "journey_times")
    filled = lengths_of(journeys.offsets) > 0
    stamps, ends = stamps_of(times, journeys.ends)
    taken = lasting(stamps, ends, journeys.offsets)
    spent = np.where(ends == UNKNOWN, 0, ends - stamps)
    processing = sum_by_segment(spent, journeys.offsets) / _SECOND
    missing = sum_by_segment((ends == UNKNOWN).view(np.int8), journeys.offsets, dtype=np.int64)
    return JourneyTimes(
        journey=text_array(journeys.ids.tolist()),
        count=journeys.counts,
        interactions=lengths_of(journeys.offsets),
        throughput=np.where(filled, taken / _SECOND, np.nan),
        processing=np.full(len(taken), np.nan) if journeys.ends is None else processing,
        without_end=missing,
        whole=journeys.began & journeys.finished,
    )
