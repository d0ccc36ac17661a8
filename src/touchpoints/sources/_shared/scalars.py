"""Single values of records, as a reader wants them: texts, numbers, times."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Mapping
from typing import Any

from touchpoints._core.datetimes import FIRST, LAST
from touchpoints._core.frozen import is_missing
from touchpoints.sources._shared.skipped import Skipped
from touchpoints.sources.merging.identifying import text_of

_SECOND = 1_000_000


class BadValueError(ValueError):
    """A value that cannot be read; the text is the reason, without the value."""


def text_in(record: Mapping[str, Any], name: str) -> str | None:
    """Return a field as text; None where it is missing, or is a record or a list."""
    value = record.get(name)
    if value is None or isinstance(value, (Mapping, list, tuple)):
        return None
    return value if isinstance(value, str) and value else text_of(value)


def number_of(value: Any, name: str, skipped: Skipped) -> float | None:
    """Return a number, also one that is written as text; others are missing, and noted."""
    if value is None or (isinstance(value, str) and not value):
        return None
    try:
        return float(value)
    except (TypeError, ValueError, OverflowError):
        skipped.note(f"{name} is no number: missing")
        return None


def seconds_of(value: Any, name: str) -> int | None:
    """Return seconds as microseconds; None where they are missing."""
    if value is None or value == "":
        return None
    try:
        seconds = float(value)
    except (TypeError, ValueError, OverflowError) as error:
        raise BadValueError(f"{name} is no number of seconds") from error
    if math.isnan(seconds):
        return None
    if not FIRST <= seconds * _SECOND <= LAST:
        raise BadValueError(f"{name} is outside the years 1 to 9999")
    whole = int(value) if isinstance(value, (int, str)) and seconds.is_integer() else None
    return whole * _SECOND if whole is not None else round(seconds * _SECOND)


def moment_of(value: Any, name: str) -> dt.datetime | None:
    """Return a time of ISO 8601 or a ``datetime``, in UTC where it says no zone."""
    if isinstance(value, str):
        text = value.strip()
        if not text:
            return None
        try:
            value = dt.datetime.fromisoformat(text.removesuffix(" UTC"))
        except ValueError as error:
            raise BadValueError(f"{name} is no time of ISO 8601") from error
    if is_missing(value):
        return None
    if not isinstance(value, dt.datetime):
        raise BadValueError(f"{name} is no time of ISO 8601")
    return value.replace(tzinfo=dt.UTC) if value.tzinfo is None else value
