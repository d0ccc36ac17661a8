"""Numbers of records of web analytics: those that say little may be wrong, times may not."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from touchpoints._core.datetimes import FIRST, LAST
from touchpoints.sources._shared.fields import Unreadable, number
from touchpoints.sources._shared.skipped import Skipped

_SECOND = 1_000_000


def number_or_noted(record: Mapping[str, Any], *paths: str, skipped: Skipped) -> float | None:
    """Return the first field that is a number; a field that is none is missing, and noted."""
    for path in paths:
        try:
            found = number(record, path)
        except Unreadable:
            skipped.note(f"{path} is not a number: missing")
            continue
        if found is not None:
            return found
    return None


def microseconds_in(record: Mapping[str, Any], path: str) -> int | None:
    """Return seconds, as a number or as text, as microseconds; None where they are missing."""
    seconds = number(record, path)
    if seconds is None:
        return None
    if not FIRST <= seconds * _SECOND <= LAST:
        raise Unreadable(f"{path} is outside the years 1 to 9999", seconds)
    return round(seconds * _SECOND)
