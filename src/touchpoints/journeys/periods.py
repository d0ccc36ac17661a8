"""Periods of time: days, weeks and months of a log's time zone, or durations; and instants."""

from __future__ import annotations

import datetime as dt
from typing import Any, Literal, get_args

import attrs
import numpy as np

from touchpoints._core import checks
from touchpoints._core.checks import check_option
from touchpoints._core.clocks import Offsets, in_utc, offsets_between
from touchpoints._core.frozen import Array, text_array
from touchpoints._core.messages import quoted
from touchpoints._core.text import fold
from touchpoints.errors import InvalidInputError, WrongKindError
from touchpoints.journeys.converters import INSTANT
from touchpoints.journeys.cutting import require_times
from touchpoints.journeys.model import Journeys
from touchpoints.journeys.outcomes import watched_until

Calendar = Literal["hour", "day", "week", "month", "quarter"]
Weekday = Literal["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"]
Instant = dt.datetime | np.datetime64 | str

_MISSING = np.iinfo(np.int64).min
_HOUR = 3_600_000_000
_DAY = 24 * _HOUR
WIDTHS = {"hour": _HOUR, "day": _DAY, "week": 7 * _DAY}
"""The microseconds of the calendar periods that have one length, where no clock is set."""
_WEEKDAYS = get_args(Weekday)
_MONTHS = {"month": 1, "quarter": 3}
# 1 January 1970 was a Thursday, the third day after a Monday.
_MONDAY = 3
_SPANISH = ("lunes", "martes", "miercoles", "jueves", "viernes", "sabado", "domingo")


@attrs.frozen
class Clock:
    """Period numbers: of a calendar, or of ``width`` microseconds from ``origin`` on.

    With ``offsets`` the calendar is that of a time zone: `shown` turns times to local time first.
    ``shift`` is the number of days by which 1 January 1970 follows the first day of its week.
    """

    calendar: str
    width: int = 0
    origin: int = 0
    offsets: Offsets | None = None
    shift: int = _MONDAY

    def shown(self, stamps: Array) -> Array:
        """Return the times in microseconds that the clock shows at these of the log."""
        return stamps if self.offsets is None else self.offsets.local(stamps)

    def number(self, stamps: Array) -> Array:
        """Return the period number of each time in microseconds."""
        if self.calendar in _MONTHS:
            months = stamps.view("datetime64[us]").astype("datetime64[M]").astype(np.int64)
            return months // _MONTHS[self.calendar]
        if self.calendar == "week":
            return (stamps // _DAY + self.shift) // 7
        if self.calendar:
            return stamps // WIDTHS[self.calendar]
        return (stamps - self.origin) // self.width

    def start(self, numbers: Array) -> Array:
        """Return the start of each period, in microseconds."""
        if self.calendar in _MONTHS:
            months = (numbers * _MONTHS[self.calendar]).astype("datetime64[M]")
            starts: Array = months.astype("datetime64[us]").view(np.int64)
            return starts
        if self.calendar == "week":
            return (numbers * 7 - self.shift) * _DAY
        if self.calendar:
            return numbers * WIDTHS[self.calendar]
        return numbers * self.width + self.origin


def clock_of(
    journeys: Journeys,
    period: Calendar | dt.timedelta,
    *,
    name: str,
    origin: int | None = None,
    week_starts: Weekday = "monday",
) -> Clock:
    """Return the clock of periods of journeys with times.

    Parameters
    ----------
    period
        A calendar ``"hour"``, ``"day"``, ``"week"``, ``"month"`` or ``"quarter"`` of the time zone
        of the log (as written where it has none), or a duration.
    name
        What the argument is called.
    origin
        Where periods of a duration start, in microseconds; the first time of the log by default.
    week_starts
        The first day of the week; only of calendar weeks.
    """
    shift = (_MONDAY - _weekday(week_starts)) % 7
    if shift != _MONDAY and period != "week":
        raise InvalidInputError(
            f"week_starts needs {name}='week', got {name}={quoted(period)}",
            mend="leave out week_starts=",
        )
    stamps = require_times(journeys, name).view(np.int64)
    if isinstance(period, dt.timedelta):
        first = (int(stamps.min()) if len(stamps) else 0) if origin is None else origin
        return Clock("", checks.microseconds(period, name), first)
    calendar, zone = check_option(name, period, Calendar), journeys.meta.timezone
    if zone is None:
        return Clock(calendar, shift=shift)
    until = watched_until(journeys).view(np.int64)
    return Clock(calendar, offsets=offsets_between(zone, _reach(stamps, until)), shift=shift)


def _weekday(name: Weekday) -> int:
    """Return the number of a day of the week, from 0 for Monday."""
    plain = fold(name) if isinstance(name, str) else ""
    if plain in _SPANISH:
        meant = _WEEKDAYS[_SPANISH.index(plain)]
        raise InvalidInputError(
            f"week_starts={quoted(name)} is not an option; did you mean {meant!r}?",
            mend=f"one of {', '.join(map(repr, _WEEKDAYS))}",
        )
    return _WEEKDAYS.index(check_option("week_starts", name, Weekday))


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
