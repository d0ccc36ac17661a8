"""Axes of durations and of dates: units, round ticks, and how they are written."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Sequence

import numpy as np

from touchpoints._core.frozen import Array
from touchpoints.plot._shared.look import Look
from touchpoints.plot._shared.numerals import UNKNOWN
from touchpoints.plot._shared.plot_area import Tick
from touchpoints.plot._shared.scales import round_step

_UNITS = {
    "second": 1.0,
    "minute": 60.0,
    "hour": 3600.0,
    "day": 86_400.0,
    "week": 604_800.0,
    "year": 31_557_600.0,
}
_STEPS = {
    "second": (1, 2, 5, 10, 15, 30),
    "minute": (0.5, 1, 2, 5, 10, 15, 30),
    "hour": (0.5, 1, 2, 3, 6, 12, 24),
    "day": (0.5, 1, 2, 3, 5, 7, 10, 14, 28),
    "week": (1, 2, 4, 8, 13, 26, 52),
}
_UP_TO = {"second": 120.0, "minute": 7200.0, "hour": 172_800.0, "day": 56 * 86_400.0}
"""Up to which duration an axis has a unit; weeks up to two years."""
_LOG_TICKS = (
    (1, "second"),
    (10, "second"),
    (1, "minute"),
    (10, "minute"),
    (1, "hour"),
    (6, "hour"),
    (1, "day"),
    (1, "week"),
    (4, "week"),
    (1, "year"),
    (10, "year"),
    (100, "year"),
)
_DAY = 86_400_000_000
_EPOCH = dt.datetime(1970, 1, 1)
_INSTANT_STEPS = (
    *(("second", one) for one in (1, 5, 15, 30)),
    *(("minute", one) for one in (1, 5, 15, 30)),
    *(("hour", one) for one in (1, 3, 6, 12)),
    *(("day", one) for one in (1, 2, 7, 14)),
)
_MONTH_STEPS = (1, 2, 3, 6, 12, 24, 60, 120, 240, 600, 1200)


def duration_text(seconds: float, look: Look) -> str:
    """Return a duration in the largest unit of which it has at least one, such as "3.5 days"."""
    if not math.isfinite(seconds):
        return UNKNOWN
    size = abs(seconds)
    fitting = [name for name, length in _UNITS.items() if size >= length * (1 - 1e-9)]
    unit = fitting[-1] if fitting else "second"
    if unit == "week" and size < 8 * _UNITS["week"]:
        unit = "day"
    return in_unit(seconds, unit, look)


def in_unit(seconds: float, unit: str, look: Look) -> str:
    """Return a duration in a unit, with one decimal where it is below 10 and not whole."""
    amount = seconds / _UNITS[unit]
    whole = abs(amount - round(amount)) < 0.005 * max(abs(amount), 1)
    written = look.numerals.number(amount, places=0 if whole or abs(amount) >= 10 else 1)
    one = written.lstrip("−") == "1"
    return look.say(f"time_axes.{unit}" if one else f"time_axes.{unit}s", n=written)


def duration_ticks(longest: float, look: Look, *, most: int) -> tuple[list[Tick], str]:
    """Return round durations from 0 to the longest, and the name of their unit.

    The labels of the ticks are numbers only: the unit belongs into the title of the axis.
    """
    step, unit = _duration_step(longest, most)
    number = math.floor(longest / (step * _UNITS[unit]) + 1e-9)
    ticks = [
        (at * step * _UNITS[unit], look.numerals.compact(at * step)) for at in range(number + 1)
    ]
    return ticks, look.say(f"time_axes.unit_{unit}")


def _duration_step(longest: float, most: int) -> tuple[float, str]:
    """Return the distance of ticks in a unit that suits the longest duration."""
    limits = {**_UP_TO, "week": 2 * _UNITS["year"]}
    unit = next((name for name, limit in limits.items() if longest <= limit), "year")
    wanted = max(longest, 1e-6) / max(most - 1, 1) / _UNITS[unit]
    known = _STEPS.get(unit, ()) if unit != "second" or wanted > 0.5 else ()
    fitting = [float(step) for step in known if step >= wanted * (1 - 1e-9)]
    if fitting:
        return fitting[0], unit
    return round_step(wanted, most=1), unit


def log_duration_ticks(low: float, high: float, look: Look) -> list[Tick]:
    """Return round durations between two, for an axis of logarithms, with their units."""
    found = [(amount * _UNITS[unit], unit) for amount, unit in _LOG_TICKS]
    return [(one, in_unit(one, unit, look)) for one, unit in found if low <= one <= high]


def instant_texts(instants: Array, look: Look) -> list[str]:
    """Return instants as text, alike for all: months, days, or days with the time."""
    whole = instants.astype("datetime64[us]")
    days, months = whole.astype("datetime64[D]"), whole.astype("datetime64[M]")
    if (months == whole).all():
        return [_month(one, look) for one in days.tolist()]
    if (days == whole).all():
        return [look.numerals.date(one) for one in days.tolist()]
    return [instant_text(one, look) for one in whole.tolist()]


def instant_text(instant: dt.datetime | None, look: Look) -> str:
    """Return the day and the time of an instant; without the time at midnight."""
    if instant is None:
        return UNKNOWN
    day = look.numerals.date(instant.date())
    return day if instant.time() == dt.time.min else f"{day}, {_clock(instant)}"


def instant_ticks(low: float, high: float, look: Look, *, most: int) -> list[Tick]:
    """Return ticks between two instants in microseconds: times, days, months or years.

    A label has two lines where the day (of times), the year (of months and days) begins anew.
    """
    ticks = _round_instants(low, high, look, most=most)
    return ticks if len(ticks) > 1 else _round_instants(low, high, look, most=2 * most)


def _round_instants(low: float, high: float, look: Look, *, most: int) -> list[Tick]:
    wanted = max(high - low, 1.0) / max(most - 1, 1)
    for unit, step in _INSTANT_STEPS:
        size = step * _UNITS[unit] * 1e6
        start = -3 * _DAY if step in (7, 14) else 0  # weeks begin on Mondays
        first, last = math.ceil((low - start) / size), math.floor((high - start) / size)
        if last - first < most:
            stamps = [int(start + at * size) for at in range(first, last + 1)]
            return _labelled(stamps, look, clock=unit != "day")
    return _months(low, high, wanted, look)


def _months(low: float, high: float, wanted: float, look: Look) -> list[Tick]:
    month = _UNITS["year"] * 1e6 / 12
    step = next((one for one in _MONTH_STEPS if one * month >= wanted), _MONTH_STEPS[-1])
    ends = np.array([low, high], dtype=np.int64).view("datetime64[us]").astype("datetime64[M]")
    first, last = ends.astype(np.int64).tolist()
    numbers = np.arange(-(-first // step) * step, last + 1, step)
    stamps = numbers.astype("datetime64[M]").astype("datetime64[us]").astype(np.int64).tolist()
    stamps = [one for one in stamps if low <= one <= high]
    if step >= 12:
        return [(float(one), str(_moment(one).year)) for one in stamps]
    months: Sequence[str] = look.numerals.rules["months"]
    names = [(months[_moment(one).month - 1], str(_moment(one).year)) for one in stamps]
    return _two_lines(stamps, names)


def _labelled(stamps: list[int], look: Look, *, clock: bool) -> list[Tick]:
    moments = [_moment(one) for one in stamps]
    if clock:
        return _two_lines(stamps, [(_clock(one), _day(one, look)) for one in moments])
    return _two_lines(stamps, [(_day(one, look), str(one.year)) for one in moments])


def _two_lines(stamps: list[int], names: list[tuple[str, str]]) -> list[Tick]:
    ticks, before = [], ""
    for stamp, (name, above) in zip(stamps, names, strict=True):
        ticks.append((float(stamp), f"{name}\n{above}" if above != before else name))
        before = above
    return ticks


def _moment(stamp: int) -> dt.datetime:
    return _EPOCH + dt.timedelta(microseconds=stamp)


def _clock(moment: dt.datetime) -> str:
    return f"{moment:%H:%M:%S}" if moment.second else f"{moment:%H:%M}"


def _day(moment: dt.datetime, look: Look) -> str:
    months: Sequence[str] = look.numerals.rules["months"]
    return look.say("time_axes.date", day=moment.day, month=months[moment.month - 1])


def _month(day: dt.date, look: Look) -> str:
    months: Sequence[str] = look.numerals.rules["months"]
    return look.say("time_axes.month", month=months[day.month - 1], year=day.year)
