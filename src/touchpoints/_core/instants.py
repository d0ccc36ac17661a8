"""Instants: from what people write to whole microseconds, without guessing."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Sequence
from typing import Any

import attrs
import numpy as np

from touchpoints._core.frozen import Array, is_blank, is_missing
from touchpoints._core.messages import agreeing, counted, first_few
from touchpoints.errors import InvalidInputError, warn

EPOCH_UNITS = {"epoch_s": 1_000_000, "epoch_ms": 1_000, "epoch_us": 1, "epoch_ns": 0}
NAT = np.iinfo(np.int64).min
_CHUNK = 1 << 18
EPOCH = dt.datetime(1970, 1, 1)
MICROSECOND = dt.timedelta(microseconds=1)
FIRST = (dt.datetime.min - EPOCH) // MICROSECOND
LAST = (dt.datetime.max - EPOCH) // MICROSECOND
_NEAR_1970 = 60 * 24 * 60 * 60 * 1_000_000  # seconds of this century, read as milliseconds
_TEXTS = {str, np.str_}
_PLAIN = re.compile(
    r"\d{4}-\d\d-\d\d(?:[T ]\d\d(?::\d\d(?::\d\d(?:\.\d+)?)?)?(?P<zulu>Z?))?", re.ASCII
)
_BELOW_MICROSECOND = re.compile(r"[.,]\d{6}(\d{1,3})")


@attrs.frozen(eq=False)
class Instants:
    """A column of instants.

    Attributes
    ----------
    stamps : int64 (m,)
        Microseconds since 1970, rounded down; UTC when ``zone`` is set. ``NAT`` where missing.
    zone : str or None
        The zone the input named; None when its times were naive.
    fine : int64 (m,), optional
        Nanoseconds within the microsecond, where any are not zero: they decide the order of
        interactions, and are not kept.
    ambiguous : int
        Naive times that a change of clocks makes ambiguous or impossible.
    """

    stamps: Array
    zone: str | None = None
    fine: Array | None = None
    ambiguous: int = 0

    @property
    def missing(self) -> Array:
        """Which rows have no time, bool (m,)."""
        missing: Array = self.stamps == NAT
        return missing


def from_datetime64(values: Array, zone: str | None) -> Instants:
    """Read a ``datetime64`` column of any unit; aware input comes in UTC with its zone's name."""
    values = values.astype(values.dtype.newbyteorder("="), copy=False)
    unit, step = np.datetime_data(values.dtype)
    if unit == "generic":
        return Instants(np.full(len(values), NAT), zone)
    if unit == "ns" and step == 1:
        return from_nanoseconds(values.view(np.int64), zone)
    return Instants(values.astype("datetime64[us]").view(np.int64), zone)


def from_nanoseconds(stamps: Array, zone: str | None) -> Instants:
    """Read nanoseconds since 1970; what lies below the microsecond goes into ``fine``."""
    missing = stamps == NAT
    whole = stamps // 1000
    fine = stamps - whole * 1000
    fine[missing] = 0
    whole[missing] = NAT
    return Instants(whole, zone, fine if bool(fine.any()) else None)


def from_numbers(
    values: Array, name: str, time_format: str | None, *, missing: Array | None = None
) -> Instants:
    """Read counts of time since 1970 in the unit that ``time_format`` names."""
    if time_format not in EPOCH_UNITS:
        raise InvalidInputError(
            f"column {name!r} holds numbers, and a number does not say what it counts",
            mend=f"pass time_format= one of {', '.join(map(repr, EPOCH_UNITS))}",
        )
    gone = np.zeros(len(values), bool) if missing is None else missing
    if values.dtype.kind == "f":
        gone = gone | np.isnan(values)
    known = np.where(gone, np.zeros((), values.dtype), values)
    _check_years(known, name, time_format)
    if time_format == "epoch_ns":
        stamps = known.astype(np.int64)
        stamps[gone] = NAT
        found = from_nanoseconds(stamps, "UTC")
        _warn_of_1970(found.stamps, gone, name, time_format)
        return found
    scale = EPOCH_UNITS[time_format]
    if values.dtype.kind == "f":
        stamps = np.floor(known * scale + 0.5).astype(np.int64)
    else:
        stamps = known.astype(np.int64) * scale
    stamps[gone] = NAT
    _warn_of_1970(stamps, gone, name, time_format)
    return Instants(stamps, "UTC")


def _warn_of_1970(stamps: Array, gone: Array, name: str, time_format: str) -> None:
    """Warn of times within days of 1970, where numbers fall that count a larger unit, and zeros."""
    near = int(np.count_nonzero((np.abs(stamps) < _NEAR_1970) & ~gone))
    if not near:
        return
    known = len(stamps) - int(np.count_nonzero(gone))
    few = f"{near:,} of the {known:,} times" if near < known else "all times"
    which = "they may be zeros, or count" if near < known else "they may count"
    warn(
        f"{few} in column {name!r} fall within days of 1 January 1970: {which} another unit than "
        f"time_format={time_format!r} says"
    )


def _check_years(values: Array, name: str, time_format: str) -> None:
    """Refuse counts outside the years 1 to 9999: the unit is probably another."""
    scale = EPOCH_UNITS[time_format]
    low, high = (FIRST // scale, LAST // scale) if scale else (NAT + 1, 2**63 - 1)
    wrong = np.flatnonzero(~((values >= low) & (values <= high)))
    if len(wrong):
        shown = [values[row].item() for row in wrong[:6]]
        raise InvalidInputError(
            f"{len(wrong):,} of the numbers in column {name!r} are no time as {time_format!r}: "
            "they lie outside the years 1 to 9999",
            where=f"rows {first_few(wrong[:6].tolist())}: {first_few(shown)}",
            mend=f"pass the unit they count in: one of {', '.join(map(repr, EPOCH_UNITS))}",
        )


def from_objects(values: Sequence[Any], name: str, time_format: str | None) -> Instants:
    """Read a column of Python values: text, datetimes, dates, numbers, or nothing."""
    kinds = set(map(type, values)) - {type(None)}
    if kinds and not kinds <= _TEXTS:
        values = [None if is_missing(one) else one for one in values]
        kinds = set(map(type, values)) - {type(None)}
    if not kinds:
        return Instants(np.full(len(values), NAT))
    if kinds <= _TEXTS:
        return from_text(values, name, time_format)
    if all(issubclass(kind, (int, np.integer)) for kind in kinds):
        return _from_whole_numbers(values, name, time_format)
    if all(issubclass(kind, (int, float, np.integer, np.floating)) for kind in kinds):
        counts = np.array([np.nan if one is None else one for one in values], dtype=np.float64)
        return from_numbers(counts, name, time_format)
    return _from_moments(values, name, time_format)


def _from_whole_numbers(values: Sequence[Any], name: str, time_format: str | None) -> Instants:
    """Read whole numbers exactly: a float cannot hold the nanoseconds of this century."""
    missing = np.array([one is None for one in values])
    filled = [0 if one is None else int(one) for one in values]
    try:
        counts = np.array(filled, dtype=np.int64)
    except OverflowError:
        counts = np.array(filled, dtype=np.float64)
    return from_numbers(counts, name, time_format, missing=missing)


def from_text(values: Sequence[Any], name: str, time_format: str | None) -> Instants:
    """Read ISO 8601 text, or text of the ``strptime`` format given.

    Raises
    ------
    InvalidInputError
        When a text does not parse (the first rows are shown), or some name an offset from UTC
        and others do not.
    """
    if time_format in EPOCH_UNITS:
        return _from_number_texts(values, name, time_format)
    parts = [
        _text_chunk(values[start : start + _CHUNK], start, name, time_format)
        for start in range(0, len(values), _CHUNK)
    ]
    zones = {part.zone for part in parts if not bool(part.missing.all())}
    if None in zones and len(zones) > 1:
        raise InvalidInputError(
            f"column {name!r} mixes times with and without a time zone",
            mend="give all of them a zone, or none",
        )
    zone = None if not zones else zones.pop() if len(zones) == 1 else "UTC"
    stamps = np.concatenate([part.stamps for part in parts])
    if all(part.fine is None for part in parts):
        return Instants(stamps, zone)
    fine = [
        np.zeros(len(part.stamps), np.int64) if part.fine is None else part.fine for part in parts
    ]
    return Instants(stamps, zone, np.concatenate(fine))


def _from_number_texts(values: Sequence[Any], name: str, time_format: str | None) -> Instants:
    values = [None if is_missing(one) else one for one in values]
    numbers = [None if one is None else _number(one) for one in values]
    wrong = [row for row, one in enumerate(values) if one is not None and numbers[row] is None]
    if wrong:
        raise InvalidInputError(
            f"{counted(len(wrong), 'time')} in column {name!r} "
            f"{agreeing(len(wrong), 'are')} no number, as {time_format!r} says",
            where="; ".join(f"row {row}: {values[row]!r}" for row in wrong[:5]),
            mend="leave time_format= out for ISO 8601, or pass a strptime format",
        )
    return from_objects(numbers, name, time_format)


def _number(text: str) -> int | float | None:
    """Return the number a text writes, whole ones exactly; None where it writes none."""
    for kind in (int, float):
        try:
            return kind(text)
        except ValueError:
            continue
    return None


def _text_chunk(values: Sequence[Any], start: int, name: str, time_format: str | None) -> Instants:
    fast = _iso_chunk(values) if time_format is None else None
    return fast or _from_moments(values, name, time_format, start=start)


def _from_moments(
    values: Sequence[Any], name: str, time_format: str | None, *, start: int = 0
) -> Instants:
    """Read values one by one; ``start`` is the row of the first."""
    moments: list[dt.datetime | None] = []
    wrong: list[str] = []
    for row, one in enumerate(values, start):
        moment = None
        if not (one is None or (isinstance(one, str) and is_blank(one))):
            try:
                moment = _moment(one, time_format)
            except ValueError:
                wrong.append(f"row {row}: {one!r}")
        moments.append(moment)
    if wrong:
        raise InvalidInputError(
            f"{counted(len(wrong), 'time')} in column {name!r} "
            f"{agreeing(len(wrong), 'do')} not parse",
            where="; ".join(wrong[:5]),
            mend="write them as ISO 8601 (2026-01-31 or 2026-01-31T09:30:00+01:00), or pass "
            "time_format= with a strptime format such as '%d/%m/%Y %H:%M'",
        )
    stamps = np.fromiter(map(_stamp, moments), np.int64, count=len(moments))
    fine = np.fromiter(map(_nanoseconds, values), np.int64, count=len(moments))
    return Instants(stamps, _common_zone(moments, name, start), fine if fine.any() else None)


def _moment(one: Any, time_format: str | None) -> dt.datetime:
    """Return a value as a datetime, or raise a ValueError when it is no time."""
    if isinstance(one, dt.datetime):
        return one
    if isinstance(one, dt.date):
        return dt.datetime(one.year, one.month, one.day)
    if isinstance(one, np.datetime64):
        return EPOCH + int(one.astype("datetime64[us]").astype(int)) * MICROSECOND
    if not isinstance(one, str):
        raise ValueError(one)  # noqa: TRY004 - collected with the texts that do not parse
    if time_format is not None:
        return dt.datetime.strptime(one, time_format)
    if len(one) < len("2026-01-31") or one[4] != "-":
        raise ValueError(one)
    return dt.datetime.fromisoformat(one)


def _nanoseconds(one: Any) -> int:
    """Return the nanoseconds below the microsecond of a text or a pandas.Timestamp."""
    if isinstance(one, str):
        found = _BELOW_MICROSECOND.search(one)
        return int(found[1].ljust(3, "0")) if found else 0
    return int(getattr(one, "nanosecond", 0))


def _common_zone(moments: Sequence[dt.datetime | None], name: str, start: int) -> str | None:
    known = [(row, one.tzinfo) for row, one in enumerate(moments, start) if one is not None]
    naive = [row for row, zone in known if zone is None]
    if len(naive) == len(known):
        return None
    if naive:
        zoned = [row for row, zone in known if zone is not None]
        raise InvalidInputError(
            f"column {name!r} mixes times with and without a time zone",
            where=f"without one: rows {first_few(naive)}; with one: rows {first_few(zoned)}",
            mend="give all of them a zone, or none",
        )
    zones = {str(zone) for _, zone in known}
    return _tidy_zone(zones.pop()) if len(zones) == 1 else "UTC"


def _tidy_zone(zone: str) -> str:
    return "UTC" if zone in {"UTC", "UTC+00:00", "tzutc()", "Etc/UTC", "Z"} else zone


def _stamp(moment: dt.datetime | None) -> int:
    if moment is None:
        return NAT
    if moment.tzinfo is not None:
        offset = moment.utcoffset() or dt.timedelta(0)
        return (moment.replace(tzinfo=None) - EPOCH - offset) // MICROSECOND
    return (moment - EPOCH) // MICROSECOND


def _iso_chunk(values: Sequence[Any]) -> Instants | None:
    """Parse a chunk of ISO text of one shape at once; None when the chunk is not that plain."""
    plain = [_PLAIN.fullmatch(one) for one in values if one]
    zulu = {bool(found and found["zulu"]) for found in plain}
    if not all(plain) or len(zulu) > 1:
        return None  # an offset, say, which numpy would turn to UTC without a word
    zone = "UTC" if True in zulu else None
    texts = [one.removesuffix("Z") if one else "NaT" for one in values]
    try:
        stamps = np.array(texts, dtype="datetime64[us]").view(np.int64)
        if max(map(len, texts), default=0) <= len("2026-01-31T09:30:00.000000"):
            return Instants(stamps, zone)
        exact = from_nanoseconds(np.array(texts, dtype="datetime64[ns]").view(np.int64), zone)
    except ValueError:
        return None
    # The years that nanoseconds can count end in 2262; numpy does not say so.
    return exact if np.array_equal(exact.stamps, stamps) else None
