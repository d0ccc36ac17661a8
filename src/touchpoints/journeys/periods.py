"""Periods of time: days, weeks and months of a log's time zone, or durations; and instants."""

from __future__ import annotations

import datetime as dt
from typing import Any, Literal

import attrs
import numpy as np

from touchpoints._core import checks
from touchpoints._core.checks import check_option
from touchpoints._core.clocks import Offsets, in_utc, offsets_between
from touchpoints._core.frozen import Array, text_array
from touchpoints.errors import InvalidInputError, WrongKindError
from touchpoints.journeys.converters import INSTANT
from touchpoints.journeys.cutting import require_times
from touchpoints.journeys.model import Journeys
from touchpoints.journeys.outcomes import watched_until

Calendar = Literal["day", "week", "month"]
Instant = dt.datetime | np.datetime64 | str

_MISSING = np.iinfo(np.int64).min
_DAY = 86_400_000_000
# 1 January 1970 was a Thursday; weeks begin on Mondays.
_MONDAY = 3


@attrs.frozen
class Clock:
    """Period numbers: of a calendar, or of ``width`` microseconds from ``origin`` on.

    With ``offsets`` the calendar is that of a time zone: `shown` turns times to local time first.
    """

    calendar: str
    width: int = 0
    origin: int = 0
    offsets: Offsets | None = None

    def shown(self, stamps: Array) -> Array:
        """Return the times in microseconds that the clock shows at these of the log."""
        return stamps if self.offsets is None else self.offsets.local(stamps)

    def number(self, stamps: Array) -> Array:
        """Return the period number of each time in microseconds."""
        if self.calendar == "month":
            return stamps.view("datetime64[us]").astype("datetime64[M]").astype(np.int64)
        if self.calendar == "week":
            return (stamps // _DAY + _MONDAY) // 7
        if self.calendar == "day":
            return stamps // _DAY
        return (stamps - self.origin) // self.width

    def start(self, numbers: Array) -> Array:
        """Return the start of each period, in microseconds."""
        if self.calendar == "month":
            months = numbers.astype("datetime64[M]").astype("datetime64[us]")
            starts: Array = months.view(np.int64)
            return starts
        if self.calendar == "week":
            return (numbers * 7 - _MONDAY) * _DAY
        if self.calendar == "day":
            return numbers * _DAY
        return numbers * self.width + self.origin


def clock_of(
    journeys: Journeys, period: Calendar | dt.timedelta, *, name: str, origin: int | None = None
) -> Clock:
    """Return the clock of periods of journeys with times.

    Parameters
    ----------
    period
        A calendar ``"day"``, ``"week"`` (from Monday) or ``"month"`` of the time zone of the log
        (as written where it has none), or a duration.
    name
        What the argument is called.
    origin
        Where periods of a duration start, in microseconds; the first time of the log by default.
    """
    stamps = require_times(journeys, name).view(np.int64)
    if isinstance(period, dt.timedelta):
        first = (int(stamps.min()) if len(stamps) else 0) if origin is None else origin
        return Clock("", checks.microseconds(period, name), first)
    calendar, zone = check_option(name, period, Calendar), journeys.meta.timezone
    if zone is None:
        return Clock(calendar)
    until = watched_until(journeys).view(np.int64)
    return Clock(calendar, offsets=offsets_between(zone, _reach(stamps, until)))


def instants_as_text(instants: Array) -> Array:
    """Return instants as text: the day, and the time where it is not midnight."""
    texts = np.datetime_as_string(instants, "us").tolist()
    return text_array(
        [one.removesuffix("T00:00:00.000000").removesuffix(".000000") for one in texts]
    )


def instant_of(instant: Any, name: str, *, zone: str | None) -> int:
    """Return an instant in microseconds since 1970, in UTC if the log has a time zone.

    An instant without a zone is a time of that zone.
    """
    if isinstance(instant, str):
        try:
            instant = dt.datetime.fromisoformat(instant)
        except ValueError as error:
            raise InvalidInputError(f"{name}= must hold ISO 8601 times, got {instant!r}") from error
    if isinstance(instant, dt.datetime) and instant.tzinfo is not None:
        instant, zone = instant.astimezone(dt.UTC).replace(tzinfo=None), None
    if not isinstance(instant, (dt.date, np.datetime64)):
        raise WrongKindError(
            f"{name}= must hold datetimes, ISO 8601 texts or None, got {instant!r}"
        )
    stamp = np.array([instant], dtype=INSTANT)
    if np.isnat(stamp).any():
        raise InvalidInputError(f"{name}= must hold instants, got {instant!r}")
    shown = int(stamp.view(np.int64)[0])
    return shown if zone is None else in_utc(shown, zone)


def _reach(*columns: Array) -> Array:
    """Return the first and last known time of columns in microseconds."""
    known = [one[one != _MISSING] for one in columns]
    ends = [end for one in known if len(one) for end in (one.min(), one.max())]
    return np.array(ends, dtype=np.int64)
