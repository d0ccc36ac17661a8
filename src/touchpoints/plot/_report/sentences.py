"""Sentences of a report, with their numbers and intervals, as text and as HTML."""

from __future__ import annotations

import html
import math
import re
from collections.abc import Callable
from typing import Any

import attrs

from touchpoints.plot._shared.look import Look, words
from touchpoints.plot._shared.time_axes import duration_text

LEAST = 30
"""No sentence is computed from fewer journeys."""
_FIELD = re.compile(r"\{(\w+)\}")


@attrs.frozen
class Said:
    """Something that is said, as plain text and as HTML."""

    text: str
    html: str


def plain(text: str) -> Said:
    """Return text as it is."""
    return Said(text, html.escape(text))


def named(look: Look, label: str) -> Said:
    """Return the label of a touchpoint or term, set apart from the words around it."""
    quoted = look.say("plot.quoted", name=label)
    return Said(quoted, f"<b>{html.escape(quoted)}</b>")


def share(look: Look, value: float, low: float = float("nan"), high: float = float("nan")) -> Said:
    """Return a share, with its interval where it has one."""
    return _measured(look.numerals.share(value), _interval(look, low, high, shares=True))


def number(look: Look, value: float, low: float = float("nan"), high: float = float("nan")) -> Said:
    """Return a signed number with two places, with its interval where it has one."""
    text = look.numerals.number(value, signed=True)
    return _measured(text, _interval(look, low, high, shares=False))


def lasting(look: Look, seconds: float, low: float, high: float) -> Said:
    """Return a time, with its interval where both of its ends are known."""
    time = duration_text(seconds, look)
    if not (math.isfinite(low) and math.isfinite(high)):
        return plain(time)
    ends = {"low": duration_text(low, look), "high": duration_text(high, look)}
    return plain(look.say("report.from_to", time=time, **ends))


def count(look: Look, value: float) -> Said:
    """Return a whole number."""
    return plain(look.numerals.whole(value))


def counted(look: Look, key: str, value: int) -> Said:
    """Return a number with its noun, in the singular for one."""
    one = f"report.{key}_one" if value == 1 else f"report.{key}"
    return plain(look.say(one, n=look.numerals.whole(value)))


def _interval(look: Look, low: float, high: float, *, shares: bool) -> str:
    return "" if low != low or high != high else look.numerals.range(low, high, shares=shares)


def _measured(value: str, interval: str) -> Said:
    strong = f"<b>{html.escape(value)}</b>"
    if not interval:
        return Said(value, strong)
    held = f'{strong} <span class="ci">{html.escape(interval)}</span>'
    return Said(f"{value} {interval}", held)


def sentence(look: Look, key: str, **parts: Said) -> Said:
    """Return the words of a key with what is said put in."""
    said = words(key, look.lang)
    text = _FIELD.sub(lambda found: parts[found[1]].text, said)
    page = "".join(
        html.escape(part) if at % 2 == 0 else parts[part].html
        for at, part in enumerate(_FIELD.split(said))
    )
    return Said(text, page)


def joined(first: Said, *others: Said | None) -> Said:
    """Return sentences one after the other."""
    said = [first, *(one for one in others if one is not None)]
    return Said(" ".join(one.text for one in said), " ".join(one.html for one in said))


@attrs.frozen(kw_only=True, eq=False)
class Section:
    """One part of a report.

    Attributes
    ----------
    key : str
        Its name, from which the words of its heading and of its caption follow.
    finding : Said
        What was found, in one or two sentences.
    draw : callable, optional
        A function from a look to a figure; without one, the table stands in its place.
    table : Table
        The record that the figure shows.
    """

    key: str
    finding: Said
    draw: Callable[[Look], Any] | None
    table: Any
    _drawn: dict[int, Any] = attrs.field(factory=dict, init=False)

    def figure(self, look: Look) -> Any:
        """Return the figure of a width, drawn once; None where there is none."""
        if self.draw is not None and look.width not in self._drawn:
            self._drawn[look.width] = self.draw(look)
        return self._drawn.get(look.width)
