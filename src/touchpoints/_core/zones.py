"""Naive local times of a zone, turned to UTC."""

from __future__ import annotations

import datetime as dt
import re
from typing import Literal

import attrs
import numpy as np

from touchpoints._core.datetimes import (
    EPOCH,
    EPOCH_UNITS,
    FIRST,
    LAST,
    MEND_BAD,
    MICROSECOND,
    NAT,
    NEAR_1970,
    BadTimes,
    Instants,
    with_bad,
)
from touchpoints._core.frozen import Array
from touchpoints._core.messages import agreeing, counted, first_few, not_found, quoted
from touchpoints.errors import InvalidInputError, NotFoundError, WrongKindError, warn

_SLOT = 15 * 60 * 1_000_000
# As datetime.timezone, pyarrow and pandas write the zone of a fixed offset.
_FIXED = re.compile(r"(?:UTC|GMT)?([+-])(\d\d):?(\d\d)(?::?(\d\d)(?:\.(\d{1,6})\d*)?)?", re.ASCII)
_MINUTES = re.compile(r"pytz\.FixedOffset\((-?\d{1,4})\)", re.ASCII)
# Names that mean another zone on each machine, or none, and zones that count leap seconds.
_NO_PLACE = re.compile(r"localtime|posixrules|Factory|(?:posix|right)/.*", re.DOTALL)

Ambiguous = Literal["earlier", "later", "raise"]
"""Which of its two instants a local time is that a change of clocks repeats."""


@attrs.frozen(kw_only=True)
class HowTimes:
    """How the caller's times are written; what each means stands at `from_frame`.

    Without ``tell_bad`` no warning tells of times that cannot be read: the caller counts them.
    """

    time_format: str | None = None
    tz: str | None = None
    ambiguous: Ambiguous | None = None
    bad_times: BadTimes = "raise"
    may_be_open: bool = False
    tell_bad: bool = True


def zoned(found: Instants, column: str, how: HowTimes) -> Instants:
    """Return instants as read, with a warning of bad ones, naive ones in the zone given."""
    if how.tz is not None:
        found = localise(found, how.tz, column=column, ambiguous=how.ambiguous)
    found = _within_years(found, column, how.bad_times)
    if found.bad is not None and how.tell_bad:
        warn(
            f"{counted(len(found.bad), 'time')} in column {column!r} cannot be read and "
            f"{'is' if len(found.bad) == 1 else 'are'} taken as missing, the first: "
            f"{found.said[0]}"
        )
    if how.time_format not in EPOCH_UNITS:  # of numbers in a unit, `from_numbers` tells more
        _warn_of_1970(found.stamps, column)
    return found


def _warn_of_1970(stamps: Array, column: str) -> None:
    """Warn where all times known are within days of 1970, as numbers of a larger unit are."""
    if not len(stamps) or int(stamps.max()) >= NEAR_1970:
        return
    known = stamps[stamps != NAT]
    if len(known) and int(known.min()) > -NEAR_1970:
        warn(
            f"all times in column {column!r} fall within days of 1 January 1970: they may have "
            "been made of numbers that count another unit"
        )


def _within_years(found: Instants, column: str, bad_times: BadTimes) -> Instants:
    """Refuse times that a zone or an offset from UTC takes out of the years 1 to 9999."""
    if not len(found.stamps) or (found.stamps.min() >= FIRST and found.stamps.max() <= LAST):
        return found
    wrong = np.flatnonzero(((found.stamps < FIRST) & (found.stamps != NAT)) | (found.stamps > LAST))
    if not len(wrong):
        return found
    said = [
        f"row {row}: {np.datetime64(int(found.stamps[row]), 'us')}" for row in wrong[:5].tolist()
    ]
    error = InvalidInputError(
        f"{counted(len(wrong), 'time')} in column {column!r} {agreeing(len(wrong), 'are')} outside "
        "the years 1 to 9999 in UTC",
        where="; ".join(said),
        mend=MEND_BAD,
    )
    stamps = found.stamps.copy()
    stamps[wrong] = NAT
    rows = wrong if found.bad is None else np.union1d(found.bad, wrong)
    moved = attrs.evolve(found, stamps=stamps)
    return with_bad(moved, rows, [*found.said, *said], error, bad_times)


def tidy_zone(zone: str) -> str:
    """Return the name of a zone; UTC for its other names and for zones without a name."""
    other = zone in {"UTC+00:00", "tzutc()", "Etc/UTC", "Z"} or not is_zone(zone)
    return "UTC" if other else zone


def is_zone(name: str) -> bool:
    """Return whether this names a zone, or an offset from UTC such as UTC+02:00."""
    try:
        zone_of(name)
    except NotFoundError:
        return False
    return True


def zone_of(tz: object) -> dt.tzinfo:
    """Return the time zone of a name such as Europe/Madrid, or of an offset such as UTC+02:00.

    Raises
    ------
    NotFoundError
        When there is no such zone, with similar names.
    """
    from zoneinfo import ZoneInfo, available_timezones

    mend = "pass the name of a zone, for example 'Europe/Madrid' or 'UTC'"
    if not isinstance(tz, str):
        raise WrongKindError(f"tz must be the name of a time zone, got {quoted(tz)}", mend=mend)
    if (offset := _offset_of(tz)) is not None:
        return dt.timezone(offset)
    try:
        return ZoneInfo("" if _NO_PLACE.fullmatch(tz) else tz)
    except (LookupError, ValueError, OSError) as error:  # OSError: a folder of zones, as Europe is
        zones = sorted(available_timezones())
        within = [one for one in zones if one.startswith(f"{tz}/")]
        if within:
            raise NotFoundError(
                f"no time zone {quoted(tz)}: it is a region of several",
                mend=f"pass one of them: {first_few(within)}",
            ) from error
        raise not_found("time zone", tz, zones) from error


def _offset_of(name: str) -> dt.timedelta | None:
    """Return the fixed offset from UTC that a name writes, or None."""
    if minutes := _MINUTES.fullmatch(name):
        offset = dt.timedelta(minutes=int(minutes[1]))
    elif fixed := _FIXED.fullmatch(name):
        hours, minute, second = (int(one or 0) for one in fixed.groups()[1:4])
        micro = int((fixed[5] or "").ljust(6, "0"))
        offset = dt.timedelta(hours=hours, minutes=minute, seconds=second, microseconds=micro)
        offset = -offset if fixed[1] == "-" else offset
    else:
        return None
    return offset if abs(offset) < dt.timedelta(days=1) else None


def localise(
    instants: Instants, tz: str, *, column: str = "", ambiguous: Ambiguous | None = None
) -> Instants:
    """Interpret naive instants as local times of a zone, and convert them to UTC.

    A local time that a clock change repeats is taken as the earlier of its two occurrences, with a
    warning, unless ``ambiguous`` is given; a local time that a clock change skips is read with the
    offset before the change. Both kinds are counted. Aware instants only get the name of the zone.
    """
    zone = zone_of(tz)
    if instants.zone is not None:
        return attrs.evolve(instants, zone=tz)
    known = np.flatnonzero(~instants.missing)
    local = instants.stamps[known]
    slots, inverse = np.unique(local // _SLOT, return_inverse=True)
    edges = [
        (local_offsets(slot * _SLOT, zone), local_offsets((slot + 1) * _SLOT - 1, zone))
        for slot in slots.tolist()
    ]
    table = np.array([first for first, _ in edges], dtype=np.int64).reshape(-1, 2)
    shifts = table[inverse]
    changing = np.array([first != last for first, last in edges], dtype=bool)
    for row in np.flatnonzero(changing[inverse]).tolist():  # the clocks change within the slot
        shifts[row] = local_offsets(int(local[row]), zone)
    unsure = shifts[:, 0] != shifts[:, 1]
    if unsure.any():
        _say_ambiguous(known[unsure], f"column {column!r}", tz, ambiguous)
    later = (ambiguous == "later") & (shifts[:, 0] > shifts[:, 1])  # repeated, not skipped
    stamps = instants.stamps.copy()
    stamps[known] -= np.where(later, shifts[:, 1], shifts[:, 0])
    return attrs.evolve(instants, stamps=stamps, zone=tz, ambiguous=int(np.count_nonzero(unsure)))


def _say_ambiguous(rows: Array, column: str, tz: str, ambiguous: Ambiguous | None) -> None:
    """Raise or warn that local times are repeated or skipped where the clocks change."""
    what = (
        f"{counted(len(rows), 'time')} of {column} {'is' if len(rows) == 1 else 'are'} repeated or "
        f"skipped where the clocks of {tz} change"
    )
    where = f"rows {first_few(rows[:6].tolist())}"
    if ambiguous == "raise":
        mend = 'pass ambiguous="earlier" or "later", or times with an offset from UTC'
        raise InvalidInputError(what, where=where, mend=mend)
    if ambiguous is None:
        warn(
            f"{what} ({where}): repeated ones are read as the earlier of the two, so the order of "
            'these rows may not be theirs. ambiguous="earlier" or "later" says which they are.'
        )


def local_offsets(stamp: int, zone: dt.tzinfo) -> tuple[int, int]:
    """Return the UTC offsets of a local time, in microseconds: of fold 0 and of fold 1.

    Both are in microseconds since 1970; a time outside the years 1 to 9999 has the offset of the
    nearest one.
    """
    within = min(max(stamp, FIRST), LAST)
    local = (EPOCH + within * MICROSECOND).replace(tzinfo=zone)
    first, last = (local.replace(fold=fold).utcoffset() or dt.timedelta(0) for fold in (0, 1))
    return first // MICROSECOND, last // MICROSECOND
