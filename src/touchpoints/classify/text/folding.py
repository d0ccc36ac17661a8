"""Conversion of fields to text, numbers and times, from any notation."""

from __future__ import annotations

import datetime as dt
import re
import unicodedata
from functools import cache
from typing import Any

import attrs

from touchpoints._core.frozen import is_missing

_NUMBER = re.compile(r"\s*[+-]?(?:\d+|(\d+\.\d*|\.\d+))([eE][+-]?\d+)?\s*", re.ASCII)
_MAX_DIGITS = 60
_SPACES = " '\N{NO-BREAK SPACE}\N{NARROW NO-BREAK SPACE}\N{RIGHT SINGLE QUOTATION MARK}"
_MINUS = "+\\-\N{MINUS SIGN}"
_YEAR = re.compile(r"%[YyGcxDF]")
_MAX_FORMAT = 100
_SAMPLE = dt.datetime(2026, 11, 25, 13, 45, 30)


@attrs.frozen
class Notation:
    """How a log writes numbers and dates as text.

    Attributes
    ----------
    decimal : str
        The decimal separator, ``","`` or ``"."``: numbers may then have thousands separators and a
        currency or a percent sign. Empty: only numbers as programs write them.
    dates : tuple of str
        The formats of dates, in the notation of Python's ``strptime``, tried in this order.
        Empty: only ISO 8601.
    """

    decimal: str = ""
    dates: tuple[str, ...] = ()

    def number(self, value: Any) -> float | None:
        """Return a field as a number, None when it is none in this notation."""
        if not self.decimal or not isinstance(value, str):
            return number_in(value)
        found = (
            _written_number(self.decimal).fullmatch(value) if len(value) <= _MAX_DIGITS else None
        )
        if found is None or not all(map(_is_unit, (found["before"], found["after"]))):
            return None
        whole = "".join(filter(str.isdigit, found["whole"]))
        minus = "-" if (found["sign"] or found["inner"] or "+") != "+" else ""
        decimals = found["decimals"]
        return float(f"{minus}{whole}.{decimals or 0}") if decimals else int(f"{minus}{whole}")

    def instant(self, value: Any) -> dt.datetime | None:
        """Return a field as a naive datetime, None when it is no time in this notation."""
        if not self.dates or not isinstance(value, str):
            return instant_in(value)
        text = value.strip()[:_MAX_DIGITS]
        for one in self.dates:
            try:
                return instant_in(dt.datetime.strptime(text, one))
            except ValueError:
                continue
        return None


@cache
def _written_number(decimal: str) -> re.Pattern[str]:
    """Return the expression for a number with optional thousands separators, sign and unit."""
    groups = f"[{_SPACES}{'.' if decimal == ',' else ','}]"
    return re.compile(
        rf"\s*(?P<sign>[{_MINUS}]?)\s*(?P<before>[^\d\s{_MINUS}]{{0,4}})\s*(?P<inner>[{_MINUS}]?)"
        rf"(?P<whole>[0-9]{{1,3}}(?P<by>{groups})[0-9]{{3}}(?:(?P=by)[0-9]{{3}})*|[0-9]+)"
        rf"(?:{re.escape(decimal)}(?P<decimals>[0-9]*))?\s*(?P<after>[^\d\s{_MINUS}]{{0,4}})\s*"
    )


def _is_unit(text: str) -> bool:
    """Return whether text beside a number is a currency, a percent sign or nothing."""
    return text in ("", "%") or text.isalpha() or unicodedata.category(text[0]) == "Sc"


def format_problem(text: str) -> str:
    """Return why a text is no format of dates, or an empty string when it is one."""
    partial = 'not a format of dates: it needs day, month and year, as "%d/%m/%Y" has'
    if not _YEAR.search(text[:_MAX_FORMAT]):  # which strptime warns of from Python 3.13 on
        return partial
    try:
        again = dt.datetime.strptime(_SAMPLE.strftime(text[:_MAX_FORMAT]), text)
    except ValueError as error:
        return f"not a format of dates: {error}"
    return partial if again.date() != _SAMPLE.date() else ""


def written(value: Any) -> str | None:
    """Return a field as text, integral floats without decimal point; None when it is missing."""
    if is_missing(value):
        return None
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return value.isoformat() if hasattr(value, "isoformat") else str(value)


def number_in(value: Any) -> float | None:
    """Return a field as a number, parsing numeric text; None for anything else and for nan.

    Integers stay integers, so that ids of more than sixteen digits remain distinct.
    """
    if isinstance(value, str):
        found = _NUMBER.fullmatch(value) if len(value) <= _MAX_DIGITS else None
        if found is None:
            return None
        return float(value) if found.group(1) or found.group(2) else int(value)
    if isinstance(value, bool) or is_missing(value):
        return None
    if hasattr(value, "__index__"):
        return int(value)
    return float(value) if hasattr(value, "__float__") else None


def instant_in(value: Any) -> dt.datetime | None:
    """Return a field as a naive datetime, in UTC if it has a time zone; None if not a time."""
    if isinstance(value, str):
        try:
            value = dt.datetime.fromisoformat(value[:_MAX_DIGITS])
        except ValueError:
            return None
    if isinstance(value, dt.date) and not isinstance(value, dt.datetime):
        value = dt.datetime(value.year, value.month, value.day)
    if not isinstance(value, dt.datetime) or is_missing(value):
        return None
    return value if value.tzinfo is None else value.astimezone(dt.UTC).replace(tzinfo=None)
