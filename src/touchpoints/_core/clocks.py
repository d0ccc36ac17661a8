"""Local time: what the clocks of a time zone show at instants in UTC, and back."""

from __future__ import annotations

import datetime as dt

import attrs
import numpy as np

from touchpoints._core.datetimes import EPOCH, FIRST, LAST, MICROSECOND, NAT
from touchpoints._core.frozen import Array
from touchpoints._core.zones import local_offsets, zone_of

_DAY = 86_400_000_000
_EDGE = 2 * _DAY  # away from the first and last datetime, so that no zone leaves their range
_FIRST, _LAST = FIRST + _EDGE, LAST - _EDGE


@attrs.frozen(eq=False)
class Offsets:
    """The offsets of a zone from UTC: ``shifts[i]`` microseconds before ``changes[i]``.

    The last one holds from the last change on.
    """

    changes: Array
    shifts: Array

    def local(self, stamps: Array) -> Array:
        """Return what clocks show, as microseconds, at instants in UTC; missing ones stay."""
        if len(self.shifts) == 1:
            shifts = self.shifts[0]
        else:
            shifts = self.shifts[np.searchsorted(self.changes, stamps, side="right")]
        shown: Array = np.where(stamps == NAT, stamps, stamps + shifts)
        return shown


def offsets_between(name: str, stamps: Array) -> Offsets:
    """Return the offsets of a zone over the days of these instants, int64 microseconds.

    A zone changes its offset at most once a day.
    """
    zone = zone_of(name)
    known = stamps[stamps != NAT]
    first, last = (int(known.min()), int(known.max())) if len(known) else (0, 0)
    edges = [day * _DAY for day in range(first // _DAY, last // _DAY + 2)]
    shown = [_offset(edge, zone) for edge in edges]
    changes, shifts = [], [shown[0]]
    for place in np.flatnonzero(np.diff(shown)).tolist():
        changes.append(_change(edges[place], edges[place + 1], zone))
        shifts.append(shown[place + 1])
    return Offsets(np.array(changes, dtype=np.int64), np.array(shifts, dtype=np.int64))


def _offset(stamp: int, zone: dt.tzinfo) -> int:
    instant = EPOCH.replace(tzinfo=dt.UTC) + min(max(stamp, _FIRST), _LAST) * MICROSECOND
    return (instant.astimezone(zone).utcoffset() or dt.timedelta(0)) // MICROSECOND


def _change(low: int, high: int, zone: dt.tzinfo) -> int:
    """Return the first instant with the offset of ``high``; ``low`` has another one."""
    wanted = _offset(high, zone)
    while high - low > 1:
        middle = (low + high) // 2
        if _offset(middle, zone) == wanted:
            high = middle
        else:
            low = middle
    return high


def in_utc(shown: int, name: str) -> int:
    """Return the instant, in microseconds, at which clocks of a zone show this time.

    Of a time that a change of clocks repeats it is the first; one that it skips is taken as if the
    clocks had not changed yet.
    """
    return shown - local_offsets(shown, zone_of(name))[0]
