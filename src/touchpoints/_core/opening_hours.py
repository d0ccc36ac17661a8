"""Opening hours: how much of the time between two instants a service was open."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable, Iterable, Mapping
from itertools import pairwise
from typing import Any

import attrs
import numpy as np

from touchpoints._core.clocks import Offsets, offsets_between
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
_THURSDAY = 3  # the first of January 1970

Clock = Callable[[Array], Array]
"""Tells what a clock shows at instants in microseconds, in microseconds."""

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
        Hours are those that clocks show, and the time that passes is real. O(n) for n pairs,
        whatever lies between them; and once O(d) for the days since 1970.
        """
        missing = (starts == _NAT) | (ends == _NAT)
        clock = self.clock(starts, ends, zone=zone)
        opened = clock.read(ends) - clock.read(starts)
        return np.where(missing, _NAT, np.maximum(opened, 0))

    def clock(self, *stamps: Array, zone: str | None) -> OpenClock:
        """Return the clock that runs only while it is open.

        Parameters
        ----------
        stamps
            The instants that will be read from it; missing ones are of no account.
        zone
            As for `between`.
        """
        zone = self.tz if zone is not None and self.tz is not None else zone
        edges = np.array([0, *(edge for one in stamps for edge in _edges(one))], dtype=np.int64)
        first, last = int(edges.min()) // _DAY - 2, int(edges.max()) // _DAY + 2
        days = np.arange(first, last + 1)
        kinds = (days + _THURSDAY) % len(DAYS)
        holidays = np.array(self.holidays, dtype="datetime64[D]")
        every_day = [True] * len(DAYS)
        working = np.is_busday(days.astype("datetime64[D]"), weekmask=every_day, holidays=holidays)
        kinds[~working] = len(DAYS)
        opens, lasts = self._spans()
        whole = lasts.sum(axis=1)[kinds]
        before = np.cumsum(whole) - whole
        shown = OpenClock(first=first, kinds=kinds, before=before, opens=opens, lasts=lasts)
        return shown if zone is None else shown.in_zone(offsets_between(zone, edges))

    def _spans(self) -> tuple[Array, Array]:
        """Return when it opens and for how long, in microseconds, by day; holidays are last."""
        most = max(map(len, self.week.values()))
        opens = np.zeros((len(DAYS) + 1, most), dtype=np.int64)
        lasts = np.zeros_like(opens)
        for day, spans in self.week.items():
            for slot, (start, end) in enumerate(spans):
                opens[_NAMES[day], slot] = start * _MINUTE
                lasts[_NAMES[day], slot] = (end - start) * _MINUTE
        return opens, lasts


def _edges(stamps: Array) -> list[int]:
    known = stamps[stamps != _NAT]
    return [int(known.min()), int(known.max())] if len(known) else []


@attrs.frozen(eq=False, kw_only=True)
class OpenClock:
    """A clock that stands still while a service is closed, and never runs backwards.

    Durations in opening hours are differences of its readings.

    Attributes
    ----------
    first
        The first day, in days since 1970.
    kinds : int64 (d,)
        The day of the week of each day, 7 for holidays.
    before : int64 (d,)
        For how many microseconds it was open before each day.
    opens, lasts : int64 (8, s)
        When it opens on each kind of day, and for how long.
    offsets
        What clocks show; None where instants are as written.
    jumps : int64 (c + 1,)
        By how much clocks that change mistake the time it was open, before each change.
    """

    first: int
    kinds: Array
    before: Array
    opens: Array
    lasts: Array
    offsets: Offsets | None = None
    jumps: Array = attrs.field(factory=lambda: np.zeros(1, dtype=np.int64))

    def in_zone(self, offsets: Offsets) -> OpenClock:
        """Return the clock of a zone, of instants in UTC.

        Opening hours are those that clocks show, and what passes is real: an hour that is shown
        twice is two hours long, and one that is skipped has no length.
        """
        before = self._shown(offsets.changes + offsets.shifts[:-1])
        after = self._shown(offsets.changes + offsets.shifts[1:])
        return attrs.evolve(self, offsets=offsets, jumps=np.append(0, np.cumsum(before - after)))

    def read(self, stamps: Array) -> Array:
        """Return what it shows at instants, int64 microseconds (n,); missing ones stay. O(n)."""
        missing = stamps == _NAT
        known = np.where(missing, 0, stamps)
        if self.offsets is None:
            return np.where(missing, _NAT, self._shown(known))
        passed = np.searchsorted(self.offsets.changes, known, side="right")
        shown = self._shown(self.offsets.local(known)) + self.jumps[passed]
        return np.where(missing, _NAT, shown)

    def _shown(self, local: Array) -> Array:
        """Return how long it was open before a time of a clock that never changes."""
        days = local // _DAY
        within = local - days * _DAY
        kind = self.kinds[days - self.first]
        total: Array = self.before[days - self.first]
        for start, length in zip(self.opens.T, self.lasts.T, strict=True):
            total += np.clip(within - start[kind], 0, length[kind])
        return total


def clock_of(hours: OpeningHours | None, *stamps: Array | None, zone: str | None) -> Clock:
    """Return a function from instants to microseconds on the clock by which to measure.

    Parameters
    ----------
    hours
        None for a clock that never stands still.
    stamps
        All instants that may be read, as microseconds or ``datetime64[us]``.
    """
    if hours is None:
        return lambda one: one
    known = [one.view(np.int64) for one in stamps if one is not None]
    return hours.clock(*known, zone=zone).read
