"""The measures that are followed over time, in words, and how their values are written."""

from __future__ import annotations

import datetime as dt

from touchpoints.plot._shared.look import Look, shown
from touchpoints.plot._shared.time_axes import instant_text

_SHARES = frozenset(("outcome", "reach", "exit", "satisfied", "dissatisfied"))
_OTHERS = frozenset(("score", "count", "value"))


def measure_name(measure: str, look: Look) -> str:
    """Return a measure in words; its own name where it has none."""
    known = measure in _SHARES or measure in _OTHERS
    return look.say(f"followed.{measure}") if known else measure


def is_share(measure: str) -> bool:
    """Return whether the values of a measure are shares."""
    return measure in _SHARES


def value_text(value: float, measure: str, look: Look) -> str:
    """Return a value of a measure as text."""
    return look.numerals.share(value) if is_share(measure) else look.numerals.compact(value)


def difference_text(value: float, measure: str, look: Look) -> str:
    """Return a difference of a measure with its sign; of shares in percentage points."""
    if value != value:
        return look.numerals.share(value)
    if not is_share(measure):
        return look.numerals.number(value, places=places_of(value), signed=True)
    return look.say("followed.points", n=look.numerals.number(100 * value, places=1, signed=True))


def difference_tick(value: float, measure: str, look: Look) -> str:
    """Return a difference on an axis: with no more decimals than it has."""
    amount = round(100 * value, 6) if is_share(measure) else value
    sign = "+" if amount > 0 else ""
    written = sign + look.numerals.compact(amount)
    return look.say("followed.points", n=written) if is_share(measure) else written


def difference_range(low: float, high: float, measure: str, look: Look) -> str:
    """Return the interval of a difference; of shares in percentage points."""
    if not is_share(measure):
        largest = max((abs(one) for one in (low, high) if one == one), default=1.0)
        return look.numerals.range(low, high, shares=False, places=places_of(largest))
    return look.numerals.range(100 * low, 100 * high, shares=False, places=1)


def places_of(value: float) -> int:
    """Return how many decimals a value of this size needs."""
    size = abs(value)
    return 0 if size >= 100 else 1 if size >= 10 else 2 if size >= 0.1 or size == 0 else 3


def change_text(lever: str, date: str, look: Look) -> str:
    """Return what was changed, and when, in a sentence."""
    try:
        day = instant_text(dt.datetime.fromisoformat(date), look)
    except ValueError:
        day = shown(date)
    return look.say("followed.change", lever=look.term("lever", lever), date=day)
