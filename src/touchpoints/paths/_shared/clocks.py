"""The clock by which the durations of journeys are measured."""

from __future__ import annotations

import numpy as np

from touchpoints._core.arrays.segments import lengths_of
from touchpoints._core.frozen import Array
from touchpoints._core.opening_hours import Clock, OpeningHours, clock_of
from touchpoints.journeys.cutting import require_times
from touchpoints.journeys.model import Journeys
from touchpoints.journeys.outcomes import watched_until


def journey_clock(journeys: Journeys, hours: OpeningHours | None) -> Clock:
    """Return the clock of all journeys of a log, for any of their groups.

    It reads times, ends, times of outcomes, and until when journeys were observed.
    """
    if hours is None:
        return clock_of(None, zone=None)
    times = require_times(journeys, "a duration")
    until = watched_until(journeys) if len(journeys) else np.empty(0, dtype=times.dtype)
    stamps = (times, journeys.ends, until, *journeys.outcome_times.values())
    return clock_of(hours, *stamps, zone=journeys.meta.timezone)


def observed_until(journeys: Journeys) -> Array:
    """Return until when each journey was observed; at least until its last interaction, int64."""
    stamps = require_times(journeys, "the time observed").view(np.int64)
    until = watched_until(journeys).view(np.int64).copy()
    filled = np.flatnonzero(lengths_of(journeys.offsets))
    until[filled] = np.maximum(until[filled], stamps[journeys.offsets[1:][filled] - 1])
    return until
