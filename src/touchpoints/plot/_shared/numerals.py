"""How numbers, shares, intervals and dates are written in a language."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Mapping
from typing import Any

import attrs

from touchpoints._core.languages import FALLBACK, language

MINUS = "−"
UNKNOWN = "–"
"""What stands for a number that is not known."""


@attrs.frozen
class Numerals:
    r"""Write numbers in the way of a language.

    Examples
    --------
    >>> numerals_of("es").share(0.4561), numerals_of("es").whole(24552)
    ('46\u202f%', '24\u202f552')
    >>> numerals_of("en").range(0.1, 0.25), numerals_of("en").number(-0.5, signed=True)
    ('[10, 25%]', '−0.50')
    """

    rules: Mapping[str, Any]

    def number(self, value: float, *, places: int = 2, signed: bool = False) -> str:
        """Return a number with a fixed number of places."""
        if not math.isfinite(value):
            return UNKNOWN
        rounded = round(value, places)
        whole, _, part = f"{abs(rounded):.{places}f}".partition(".")
        sign = MINUS if rounded < 0 else "+" if signed and rounded > 0 else ""
        return sign + self._grouped(whole) + (self.rules["decimal"] + part if part else "")

    def whole(self, value: float) -> str:
        """Return a number rounded to a whole one."""
        return self.number(value, places=0)

    def compact(self, value: float) -> str:
        """Return a number with three significant digits, more before the decimal mark."""
        if not math.isfinite(value):
            return UNKNOWN
        size = abs(value)
        places = 0 if size >= 100 or size == 0 else 2 - math.floor(math.log10(size))
        text = self.number(value, places=min(max(places, 0), 6))
        mark = self.rules["decimal"]
        return text.rstrip("0").rstrip(mark) if mark in text else text

    def share(self, value: float, *, places: int | None = None) -> str:
        """Return a share in percent: whole, with one decimal below 10 %."""
        if not math.isfinite(value):
            return UNKNOWN
        return str(self.rules["share"]).format(self._percent(value, places))

    def range(
        self, low: float, high: float, *, places: int | None = None, shares: bool = True
    ) -> str:
        """Return an interval of shares, or of other numbers, in brackets."""
        write = self._percent if shares else self.number
        if shares and places is None:
            places = 1 if max(abs(low), abs(high)) < 0.1 else 0
        ends = [
            UNKNOWN
            if not math.isfinite(end)
            else write(end, places=2 if places is None else places)
            for end in (low, high)
        ]
        last = str(self.rules["share"]).format(ends[1]) if shares else ends[1]
        return str(self.rules["interval"]).format(ends[0], last)

    def date(self, day: dt.date) -> str:
        """Return a date with the name of the month."""
        months = self.rules["months"]
        parts = {"day": day.day, "month": months[day.month - 1], "year": day.year}
        return str(self.rules["date"]).format(**parts)

    def _percent(self, value: float, places: int | None = None) -> str:
        if places is None:
            places = 1 if 0 < abs(value) < 0.0995 else 0
        return self.number(100 * value, places=places)

    def _grouped(self, digits: str) -> str:
        if len(digits) < self.rules["grouped_from"]:
            return digits
        return f"{int(digits):,}".replace(",", self.rules["thousands"])


def numerals_of(lang: str) -> Numerals:
    """Return how a language writes numbers; a language without a file writes as English does."""
    return Numerals(language(lang).numbers or language(FALLBACK).numbers)
