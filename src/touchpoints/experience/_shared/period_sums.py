"""Measures by period: sums over the journeys that began in it."""

from __future__ import annotations

import datetime as dt

import attrs
import numpy as np

from touchpoints._core.frozen import Array
from touchpoints.errors import InvalidInputError
from touchpoints.experience._shared.measures import Measured, Starts
from touchpoints.journeys.model import Journeys
from touchpoints.journeys.outcomes import watched_until
from touchpoints.journeys.periods import Calendar, Clock, clock_of

_MOST = 100_000


@attrs.frozen(eq=False, kw_only=True)
class Periods:
    """Sums of a measure over consecutive periods, from the first journey to the last.

    Attributes
    ----------
    number : int64 (t,)
        Consecutive numbers of the periods.
    start : datetime64[us] (t,)
        When they start; of a calendar period in local time, the time zone of the log.
    hits, trials : float64 (t,)
        The sums over journeys that began in each.
    journeys : int64 (t,)
        The number of those journeys.
    whole : bool (t,)
        Whether the log was watched until the end of the period.
    """

    number: Array
    start: Array
    hits: Array
    trials: Array
    journeys: Array
    whole: Array

    @property
    def values(self) -> Array:
        """The ratio of each period; nan without trials."""
        with np.errstate(divide="ignore", invalid="ignore"):
            return np.asarray(self.hits / self.trials)


def periods_of(
    journeys: Journeys,
    found: Measured,
    starts: Starts,
    *,
    every: Calendar | dt.timedelta,
    origin: int | None = None,
) -> tuple[Periods, Clock]:
    """Return the sums of a measure by period, and the clock of the periods.

    Parameters
    ----------
    every
        A calendar ``"hour"``, ``"day"``, ``"week"`` (from Monday), ``"month"`` or
        ``"quarter"``, or a duration.
    origin
        Where periods of a duration start; at the first time of the log by default.

    Raises
    ------
    InvalidInputError
        When no journey has an interaction, or there would be more than 100,000 periods.
    """
    rows = np.flatnonzero(starts.known)
    if origin is None and len(rows):
        origin = int(starts.first[rows].min())
    clock = clock_of(journeys, every, name="every", origin=origin)
    if not len(rows):
        raise InvalidInputError("there is no journey with an interaction")
    numbers = clock.number(clock.shown(starts.first[rows]))
    first, last = int(numbers.min()), int(numbers.max())
    if last - first >= _MOST:
        raise InvalidInputError(
            f"there must be at most {_MOST:,} periods, got {last - first + 1:,}",
            mend="choose longer periods, or drop interactions whose time is wrong",
        )
    size, counts = last - first + 1, journeys.counts[rows]

    def added(amounts: Array) -> Array:
        return np.bincount(numbers - first, amounts * counts, size)

    until = clock.shown(watched_until(journeys).view(np.int64)[rows]).max()
    every_one = np.arange(first, last + 1)
    periods = Periods(
        number=every_one,
        start=clock.start(every_one).view("datetime64[us]"),
        hits=added(found.hits[rows]),
        trials=added(found.trials[rows]),
        journeys=added(np.ones(len(rows))).astype(np.int64),
        whole=clock.start(every_one + 1) <= until,
    )
    return periods, clock
