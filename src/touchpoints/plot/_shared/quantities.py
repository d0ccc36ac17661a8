"""How the numbers of one scale are written, and where its ticks are."""

from __future__ import annotations

import math
from collections.abc import Iterable

import attrs
import numpy as np

from touchpoints.plot._shared.look import Look
from touchpoints.plot._shared.numerals import UNKNOWN, Numerals
from touchpoints.plot._shared.scales import round_step
from touchpoints.plot._shared.text_widths import text_width

_TICK = 10.0
_SPANS = (("days", 86400.0), ("hours", 3600.0), ("minutes", 60.0))


@attrs.frozen(kw_only=True)
class Quantity:
    """How the numbers of one scale are written.

    Attributes
    ----------
    numerals : Numerals
        How the language writes numbers.
    share : bool
        Whether numbers are shares, which are written in percent.
    factor : float
        What other numbers are multiplied by: 100 for differences in percentage points.
    places : int
        The number of decimal places of other numbers.
    signed : bool
        Whether positive numbers get a plus sign.
    absolute : bool
        Whether the sign is left out: for a scale that goes to both sides of its middle.
    """

    numerals: Numerals
    share: bool = False
    factor: float = 1.0
    places: int = 2
    signed: bool = False
    absolute: bool = False

    def value(self, number: float) -> str:
        """Return a number as it is written, a dash where it is not known."""
        number = abs(number) if self.absolute else number
        if self.share:
            return self.numerals.share(number)
        return self.numerals.number(number * self.factor, places=self.places, signed=self.signed)

    def range(self, low: float, high: float) -> str:
        """Return an interval; nothing where neither end is known."""
        if low != low and high != high:
            return ""
        if self.share:
            return self.numerals.range(low, high)
        ends = (low * self.factor, high * self.factor)
        return self.numerals.range(*ends, places=self.places, shares=False)

    def said(self, number: float, low: float, high: float) -> str:
        """Return a number and its interval; a dash where the number is not known."""
        if number != number:
            return UNKNOWN
        return f"{self.value(number)} {self.range(low, high)}".strip()

    def ticks(self, low: float, high: float, width: float) -> list[tuple[float, str]]:
        """Return ticks at round numbers, as many as have room, each with its text.

        Parameters
        ----------
        low, high
            The ends of the scale.
        width
            How many pixels it is long.
        """
        factor = 100.0 if self.share else self.factor
        bottom, top = low * factor, high * factor
        if not top > bottom:
            return []
        for most in (6, 5, 4, 3, 2):
            step = round_step(top - bottom, most=most)
            first, last = math.ceil(bottom / step - 1e-9), math.floor(top / step + 1e-9)
            found = [nth * step for nth in range(first, last + 1)]
            said = [self._tick(one, step) for one in found]
            room = width * step / (top - bottom)
            if room >= max((text_width(one, _TICK) for one in said), default=0.0) + 8:
                break
        else:
            found, said = found[:1], said[:1]
        return [(one / factor, text) for one, text in zip(found, said, strict=True)]

    def _tick(self, number: float, step: float) -> str:
        places = max(0, -math.floor(math.log10(step) + 1e-9))
        number = abs(number) if self.absolute else number
        if self.share:
            return self.numerals.share(number / 100, places=places)
        return self.numerals.number(number, places=places, signed=self.signed)


def shares(look: Look) -> Quantity:
    """Return how shares are written, in percent."""
    return Quantity(numerals=look.numerals, share=True)


def points(look: Look) -> Quantity:
    """Return how differences of shares are written, in percentage points."""
    return Quantity(numerals=look.numerals, factor=100.0, places=1, signed=True)


def numbers(
    look: Look, values: Iterable[float], *, signed: bool = False, factor: float = 1.0
) -> Quantity:
    """Return how numbers are written: with three digits of the one that is largest."""
    found = np.abs(np.array([one for one in values if math.isfinite(one)]) * factor)
    largest = float(found.max(initial=0.0))
    digits = 0 if largest == 0 else math.floor(math.log10(largest))
    places = min(max(2 - digits, 0), 6)
    return Quantity(numerals=look.numerals, factor=factor, places=places, signed=signed)


def times(look: Look, seconds: Iterable[float]) -> tuple[Quantity, str]:
    """Return how times are written, and the word for their unit: the largest that many exceed."""
    found = [abs(one) for one in seconds if math.isfinite(one) and one]
    middle = float(np.median(found)) if found else 0.0
    name, size = next((one for one in _SPANS if middle >= 2 * one[1]), ("seconds", 1.0))
    quantity = numbers(look, found, factor=1 / size)
    return attrs.evolve(quantity, places=min(quantity.places, 1)), look.say(f"dot_rows.{name}")
