"""Times in formats of numbers, such as ``%d/%m/%Y %H:%M``, many at once."""

from __future__ import annotations

import re
from collections.abc import Sequence

import numpy as np

from touchpoints._core.datetimes import NAT, Instants
from touchpoints._core.frozen import Array

_DIRECTIVE = re.compile(r"%(.)|([^%]+)", re.DOTALL)
_PATTERNS = {"d": r"(\d{1,2})", "m": r"(\d{1,2})", "Y": r"(\d{4})", "y": r"(\d\d)"}
_PATTERNS |= {"H": r"(\d{1,2})", "M": r"(\d{1,2})", "S": r"(\d{1,2})", "f": r"(\d{6})"}
_LIMITS = {"H": 24, "M": 60, "S": 60, "f": 1_000_000}
_UNITS = {"H": 3_600_000_000, "M": 60_000_000, "S": 1_000_000, "f": 1}
_DATES = ({"d", "m", "Y"}, {"d", "m", "y"})


_ISO = re.compile(r"(?:\d{4}-\d\d-\d\d(?:[T ]\d\d:\d\d(?::\d\d(?:\.\d{1,6})?)?)?\n)*+", re.ASCII)


def quick_iso(texts: Sequence[str]) -> Instants | None:
    """Return the times of texts of ISO 8601 that all have no zone; None where one is another.

    Empty texts are missing.
    """
    known = [text for text in texts if text]
    joined = "\n".join([*known, ""])
    if joined.count("\n") != len(known) or _ISO.fullmatch(joined) is None:
        return None
    try:
        stamps = np.array([text or "NaT" for text in texts], dtype="datetime64[us]")
    except ValueError:  # 31 February
        return None
    return Instants(stamps.view(np.int64))


def quick_times(texts: Sequence[str], time_format: str) -> Instants | None:
    """Return the times of texts that all fit a format of numbers; None where one does not.

    Empty texts are missing. The same as ``strptime`` for each, but many times faster.
    """
    letters = [one[1] for one in _DIRECTIVE.finditer(time_format) if one[1]]
    if set(letters) - set(_LIMITS) not in _DATES or len(set(letters)) < len(letters):
        return None
    pattern = "".join(
        _PATTERNS[one[1]] if one[1] else re.escape(one[2])
        for one in _DIRECTIVE.finditer(time_format)
    )
    known = [text for text in texts if text]
    joined = "\n".join(known)
    if not joined.isascii() or joined.count("\n") >= max(len(known), 1):
        return None
    rows = re.findall(f"^{pattern}$", joined, re.MULTILINE)
    if len(rows) != len(known) or not rows:
        return None
    table = np.array(rows).astype(np.int64)
    parts = dict(zip(letters, table.T, strict=True))
    if "y" in parts:
        parts["Y"] = np.where(parts["y"] < 69, 2000, 1900) + parts["y"]
    stamps = _stamps(parts)
    if stamps is None:
        return None
    found = np.full(len(texts), NAT)
    found[np.fromiter(map(bool, texts), dtype=bool, count=len(texts))] = stamps
    return Instants(found)


def _stamps(parts: dict[str, Array]) -> Array | None:
    """Return the microseconds since 1970 of dates and times of day; None if one is not a time."""
    year, month, day = parts["Y"], parts["m"], parts["d"]
    if not bool(((month >= 1) & (month <= 12) & (year >= 1)).all()):
        return None
    months = (year - 1970) * 12 + month - 1
    first = months.astype("datetime64[M]").astype("datetime64[D]").view(np.int64)
    following = (months + 1).astype("datetime64[M]").astype("datetime64[D]").view(np.int64)
    if not bool(((day >= 1) & (day <= following - first)).all()):
        return None
    stamps = (first + day - 1) * 86_400_000_000
    for letter, unit in _UNITS.items():
        if letter in parts:
            if not bool((parts[letter] < _LIMITS[letter]).all()):
                return None
            stamps = stamps + parts[letter] * unit
    return np.asarray(stamps, dtype=np.int64)
