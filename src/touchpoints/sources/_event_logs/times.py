"""Times of event logs (ISO 8601 with or without an offset), parsed many at a time."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Sequence

import attrs
import numpy as np

from touchpoints._core.datetimes import EPOCH, FIRST, LAST, MICROSECOND, NAT
from touchpoints._core.frozen import Array
from touchpoints._core.text import is_blank

_HEAD = len("2026-03-02T10:00:00")
_SEPARATOR = len("2026-03-02")
_SECOND = 1_000_000
_TAIL = re.compile(r"(?:[.,](\d{1,30}))?(Z|z|[+-]\d\d(?::?\d\d)?)?", re.ASCII)


@attrs.frozen(eq=False)
class Parsed:
    """Times as read.

    Attributes
    ----------
    stamps : int64 (m,)
        Microseconds since 1970, in UTC where the text has an offset; ``NAT`` where missing or bad.
    naive : bool (m,)
        Whether a time has no offset.
    fine : int16 (m,), optional
        Nanoseconds within the microsecond, where any are not zero.
    bad
        Positions of texts that are not times.
    """

    stamps: Array
    naive: Array
    fine: Array | None
    bad: list[int]


def parsed_times(texts: Sequence[str]) -> Parsed:
    """Parse texts; blank ones are missing."""
    known: dict[str, tuple[int, int, bool] | None] = {}
    tails = [text[_HEAD:] for text in texts]
    for tail in set(tails):
        known[tail] = _tail(tail)
    plain = all(len(text) >= _HEAD and text[_SEPARATOR] in "T " for text in texts)
    if plain and None not in known.values():
        try:
            seconds = np.array([text[:_HEAD] for text in texts], dtype="datetime64[s]")
        except ValueError:
            return _one_by_one(texts)
        rest = np.array([known[tail] for tail in tails], dtype=np.int64).reshape(-1, 3)
        stamps = seconds.view(np.int64) * _SECOND + rest[:, 0]
        if len(stamps) and stamps.min() >= FIRST and stamps.max() <= LAST:
            return _parsed(stamps, rest[:, 2].astype(bool), rest[:, 1], [])
    return _one_by_one(texts)


def _parsed(stamps: Array, naive: Array, fine: Array, bad: list[int]) -> Parsed:
    kept = fine.astype(np.int16) if fine.any() else None
    return Parsed(stamps, naive & (stamps != NAT), kept, bad)


def _tail(text: str) -> tuple[int, int, bool] | None:
    """Return what follows the seconds: microseconds to add, nanoseconds, whether it is naive."""
    found = _TAIL.fullmatch(text)
    if found is None:
        return None
    digits = (found[1] or "").ljust(9, "0")
    micro, nano, zone = int(digits[:6]), int(digits[6:9]), found[2]
    if zone is None or zone in "Zz":
        return micro, nano, zone is None
    hours, minutes = int(zone[1:3]), int(zone[-2:]) if len(zone) > len("+01") else 0
    if hours >= 24 or minutes >= 60:
        return None
    offset = (hours * 60 + minutes) * 60 * _SECOND
    return micro - (offset if zone[0] == "+" else -offset), nano, False


def _one_by_one(texts: Sequence[str]) -> Parsed:
    stamps = np.full(len(texts), NAT)
    naive = np.zeros(len(texts), dtype=bool)
    fine = np.zeros(len(texts), dtype=np.int64)
    bad = []
    for row, text in enumerate(texts):
        if is_blank(text):
            continue
        found = _moment(text.strip())
        if found is None:
            bad.append(row)
        else:
            stamps[row], fine[row], naive[row] = found
    return _parsed(stamps, naive, fine, bad)


def _moment(text: str) -> tuple[int, int, bool] | None:
    """Return one time as microseconds, nanoseconds and whether it is naive, or None."""
    if len(text) < _SEPARATOR or text[4] != "-":
        return None
    tail = _tail(text[_HEAD:]) if text[_SEPARATOR : _SEPARATOR + 1] in ("T", " ") else None
    try:
        moment = dt.datetime.fromisoformat(text if tail is None else text[:_HEAD])
    except ValueError:
        return None
    if tail is None:
        tail = (0, 0, True)
    offset = moment.utcoffset()
    if offset is not None:
        moment, tail = moment.replace(tzinfo=None) - offset, (0, 0, False)
    stamp = (moment - EPOCH) // MICROSECOND + tail[0]
    return (stamp, tail[1], tail[2]) if FIRST <= stamp <= LAST else None
