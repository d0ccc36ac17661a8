"""Opening hours: how much of the time between two instants a service was open."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable, Mapping
from itertools import pairwise
from typing import Any

import attrs
import numpy as np

from touchpoints._core.clocks import offsets_between
from touchpoints._core.frozen import Array, FrozenMap
from touchpoints._core.messages import not_found, quoted
from touchpoints._core.zones import zone_of
from touchpoints.errors import InvalidInputError, WrongKindError

DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_NAMES = {day: number for number, day in enumerate(DAYS)} | {
    name: number
    for number, name in enumerate(
        ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
    )
}
_SPAN = re.compile(r"\s*(\d{1,2}):(\d{2})\s*[-–]\s*(\d{1,2}):(\d{2})\s*")
_MINUTE, _DAY = 60_000_000, 86_400_000_000
_MINUTES = 24 * 60
_NAT = np.iinfo(np.int64).min

Spans = tuple[tuple[int, int], ...]
"""Minutes of a day at which the service opens and closes, in order."""


def _week(week: Any) -> FrozenMap[str, Spans]:
    if not isinstance(week, Mapping) or not week:
        raise WrongKindError(
            f"week must be a mapping of days to hours, got {quoted(week)}",
            mend='for example {"mon-fri": "09:00-17:00", "sat": "10:00-14:00"}',
        )
    hours: dict[str, Spans] = {}
    for names, spans in week.items():
        for day in _days(names):
            if day in hours:
                raise InvalidInputError(
                    f"the hours of {day!r} are given twice", where=f"the second time as {names!r}"
                )
            hours[day] = _spans(spans, day)
    return FrozenMap({day: hours[day] for day in DAYS if day in hours})


def _days(names: Any) -> list[str]:
    """Return the days that a name, such as ``"mon-fri"``, stands for."""
    ends = [part.strip().casefold() for part in str(names).split("-")]
    for one in ends:
        if one not in _NAMES:
            raise not_found("day of the week", one, _NAMES, where=f"in {names!r}")
    first, last = _NAMES[ends[0]], _NAMES[ends[-1]]
    if len(ends) > 2:
        raise InvalidInputError(f"days must be one day or two with a hyphen, got {names!r}")
    return [DAYS[(first + step) % 7] for step in range((last - first) % 7 + 1)]


def _spans(spans: Any, day: str) -> Spans:
    texts = list(spans) if isinstance(spans, (list, tuple)) else [spans]
    found = sorted(_span(one, day) for one in texts)
    for (_, end), (start, _) in pairwise(found):
        if start < end:
            raise InvalidInputError(
                f"opening hours must not overlap, got {quoted(spans)}", where=f"on {day!r}"
            )
    return tuple(found)


def _span(text: Any, day: str) -> tuple[int, int]:
    match = _SPAN.fullmatch(text) if isinstance(text, str) else None
    if match is None:
        raise InvalidInputError(
            f"hours must be written like '09:00-17:00', got {quoted(text)}", where=f"on {day!r}"
        )
    numbers = [int(one) for one in match.groups()]
    start, end = numbers[0] * 60 + numbers[1], numbers[2] * 60 + numbers[3]
    if not start < end <= _MINUTES or numbers[1] > 59 or numbers[3] > 59:
        raise InvalidInputError(
            f"hours must begin before they end, on one day, got {text!r}",
            where=f"on {day!r}",
            mend="hours past midnight are those of two days: '22:00-24:00' and '00:00-02:00'",
        )
    return start, end


def _dates(days: Iterable[Any]) -> tuple[dt.date, ...]:
    if isinstance(days, str) or not isinstance(days, Iterable):
        days = (days,)
    found = set()
    for day in days:
        try:
            found.add(day if type(day) is dt.date else dt.date.fromisoformat(str(day)[:10]))
        except ValueError as error:
            raise InvalidInputError(
                f"holidays must be dates, got {quoted(day)}", mend="for example '2026-12-25'"
            ) from error
    return tuple(sorted(found))


@attrs.frozen(kw_only=True)
class OpeningHours:
    """When a service is open: the hours of each day of the week, and holidays.

    Parameters
    ----------
    week
        The hours by day: ``{"mon-fri": "09:00-17:00", "sat": ["09:00-12:00", "16:00-18:00"]}``.
        Days that are not named are closed. Hours end at 24:00 at the latest.
    holidays
        Days on which it is closed: dates, or texts such as ``"2026-12-25"``.
    tz
        The zone of these hours; by default that of the log, or its times as written.

    Raises
    ------
    NotFoundError
        When there is no such day or zone.
    InvalidInputError
        When hours overlap, end before they begin, or are not written as hours.

    Examples
    --------
    >>> import touchpoints as tp
    >>> hours = tp.OpeningHours(week={"mon-fri": "09:00-17:00"}, holidays=["2026-01-06"])
    >>> hours.week["mon"]
    ((540, 1020),)
    """

    week: FrozenMap[str, Spans] = attrs.field(converter=_week)
    holidays: tuple[dt.date, ...] = attrs.field(default=(), converter=_dates)
    tz: str | None = None

    def __attrs_post_init__(self) -> None:
        if self.tz is not None:
            zone_of(self.tz)

    def between(self, starts: Array, ends: Array, *, zone: str | None) -> Array:
        """Return how long it was open between instants, in microseconds, int64; missing stays.

        Parameters
        ----------
        starts, ends : int64
            Microseconds: in UTC, or as written where ``zone`` is None.
        zone
            The zone of the log.

        Notes
        -----
        Hours are those that clocks show. O(n) for n pairs, whatever lies between them.
        """
        zone = self.tz if zone is not None and self.tz is not None else zone
        missing = (starts == _NAT) | (ends == _NAT)
        opened = self._opened(np.where(missing, 0, ends), zone)
        opened -= self._opened(np.where(missing, 0, starts), zone)
        return np.where(missing, _NAT, np.maximum(opened, 0))

    def _opened(self, stamps: Array, zone: str | None) -> Array:
        """Return how long it was open since the first of January 1970, in microseconds."""
        local = stamps if zone is None else offsets_between(zone, stamps).local(stamps)
        days, within = np.divmod(local, _DAY)
        holidays = np.array(self.holidays, dtype="datetime64[D]")
        dates = days.astype("datetime64[D]")
        total = np.zeros(len(stamps), dtype=np.int64)
        for number, name in enumerate(DAYS):
            spans = self.week.get(name, ())
            if not spans:
                continue
            mask = [day == number for day in range(7)]
            before = np.busday_count("1970-01-01", dates, weekmask=mask, holidays=holidays)
            whole = sum(end - start for start, end in spans) * _MINUTE
            total += before.astype(np.int64) * whole
            today = np.is_busday(dates, weekmask=mask, holidays=holidays)
            for start, end in spans:
                part = np.clip(within - start * _MINUTE, 0, (end - start) * _MINUTE)
                total += np.where(today, part, 0)
        return total
