"""Conversion of fields to text, numbers and times, from any notation."""

from __future__ import annotations

import datetime as dt
import re
from typing import Any

from touchpoints._core.frozen import is_missing

_NUMBER = re.compile(r"\s*[+-]?(?:\d+|(\d+\.\d*|\.\d+))([eE][+-]?\d+)?\s*", re.ASCII)
_MAX_DIGITS = 60


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
