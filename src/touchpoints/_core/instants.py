"""Instants: parsing times into whole microseconds, without guessing formats or units."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Sequence
from typing import Any

import attrs
import numpy as np

from touchpoints._core.frozen import Array, as_float, is_missing
from touchpoints._core.messages import agreeing, counted, first_few, not_found, quoted
from touchpoints.errors import InvalidInputError, NotFoundError, WrongKindError

EPOCH_UNITS = {"epoch_s": 1_000_000, "epoch_ms": 1_000, "epoch_us": 1, "epoch_ns": 0}
NAT = np.iinfo(np.int64).min
_CHUNK = 1 << 18
_EPOCH = dt.datetime(1970, 1, 1)
_MICROSECOND = dt.timedelta(microseconds=1)
_FIRST = (dt.datetime.min - _EPOCH) // _MICROSECOND
_LAST = (dt.datetime.max - _EPOCH) // _MICROSECOND
_SLOT = 15 * 60 * 1_000_000
_TEXTS = {str, np.str_}
_PLAIN = re.compile(
    r"\d{4}-\d\d-\d\d(?:[T ]\d\d(?::\d\d(?::\d\d(?:\.\d+)?)?)?(?P<zulu>Z?))?", re.ASCII
)
_OFFSET = re.compile(r"(?:UTC)?[+-]\d\d(?::?\d\d){1,2}(?:\.\d+)?", re.ASCII)
_BELOW_MICROSECOND = re.compile(r"[.,]\d{6}(\d{1,3})")


@attrs.frozen(eq=False)
class Instants:
    """A column of instants.

    Attributes
    ----------
    stamps : int64 (m,)
        Microseconds since 1970, rounded down; UTC when ``zone`` is set. ``NAT`` where missing.
    zone : str or None
        The time zone of the input; None when its times were naive.
    fine : int64 (m,), optional
        Nanoseconds within the microsecond; None when all are zero. They decide the order of
        interactions and are not stored.
    ambiguous : int
        Number of naive times that a clock change makes ambiguous or nonexistent.
    """

    stamps: Array
    zone: str | None = None
    fine: Array | None = None
    ambiguous: int = 0

    @property
    def missing(self) -> Array:
        """Whether each row has no time, bool (m,)."""
        missing: Array = self.stamps == NAT
        return missing


def from_datetime64(values: Array, zone: str | None) -> Instants:
    """Read a ``datetime64`` column of any unit; aware input is in UTC, with its zone's name."""
    unit, multiple = np.datetime_data(values.dtype)
    if unit == "generic":
        return Instants(np.full(len(values), NAT), zone)
    if unit == "ns" and multiple == 1:
        return from_nanoseconds(values.view(np.int64), zone)
    return Instants(values.astype("datetime64[us]").view(np.int64), zone)


def from_nanoseconds(stamps: Array, zone: str | None) -> Instants:
    """Read nanoseconds since 1970; the nanoseconds within the microsecond go into ``fine``."""
    missing = stamps == NAT
    whole = stamps // 1000
    fine = stamps - whole * 1000
    fine[missing] = 0
    whole[missing] = NAT
    return Instants(whole, zone, fine if bool(fine.any()) else None)


def from_numbers(
    values: Array, name: str, time_format: str | None, *, missing: Array | None = None
) -> Instants:
    """Read time since 1970 as numbers in the unit that ``time_format`` names."""
    if time_format not in EPOCH_UNITS:
        raise InvalidInputError(
            f"column {name!r} holds numbers, and their unit of time is not known",
            mend=f"pass time_format= as one of {', '.join(map(repr, EPOCH_UNITS))}",
        )
    gone = np.zeros(len(values), bool) if missing is None else missing
    if values.dtype.kind == "f":
        gone = gone | np.isnan(values)
    known = np.where(gone, np.zeros((), values.dtype), values)
    _check_years(known, name, time_format)
    if time_format == "epoch_ns":
        stamps = known.astype(np.int64)
        stamps[gone] = NAT
        return from_nanoseconds(stamps, "UTC")
    scale = EPOCH_UNITS[time_format]
    if values.dtype.kind == "f":
        stamps = np.floor(known * scale + 0.5).astype(np.int64)
    else:
        stamps = known.astype(np.int64) * scale
    stamps[gone] = NAT
    return Instants(stamps, "UTC")


def _check_years(values: Array, name: str, time_format: str) -> None:
    """Raise for times outside the years 1 to 9999, which suggest that the unit is wrong."""
    scale = EPOCH_UNITS[time_format]
    low, high = (_FIRST // scale, _LAST // scale) if scale else (NAT + 1, 2**63 - 1)
    wrong = np.flatnonzero(~((values >= low) & (values <= high)))
    if len(wrong):
        shown = [values[row].item() for row in wrong[:6]]
        raise InvalidInputError(
            f"{counted(len(wrong), 'number')} in column {name!r} "
            f"{agreeing(len(wrong), 'are')} outside the years 1 to 9999 when read as "
            f"{time_format!r}",
            where=f"rows {first_few(wrong[:6].tolist())}: {first_few(shown)}",
            mend=f"pass their unit as time_format=: one of {', '.join(map(repr, EPOCH_UNITS))}",
        )


def from_objects(values: Sequence[Any], name: str, time_format: str | None) -> Instants:
    """Read a column of Python values: text, datetimes, dates, numbers or missing values."""
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
        counts = np.array([np.nan if one is None else as_float(one) for one in values])
        return from_numbers(counts, name, time_format)
    return _from_moments(values, name, time_format)


def _from_whole_numbers(values: Sequence[Any], name: str, time_format: str | None) -> Instants:
    """Read integers exactly: a float cannot represent nanoseconds of this century."""
    missing = np.array([one is None for one in values])
    filled = [0 if one is None else int(one) for one in values]
    try:
        counts = np.array(filled, dtype=np.int64)
    except OverflowError:
        counts = np.array(list(map(as_float, filled)))
    return from_numbers(counts, name, time_format, missing=missing)


def from_text(values: Sequence[Any], name: str, time_format: str | None) -> Instants:
    """Parse ISO 8601 text, or text in the given ``strptime`` format.

    Raises
    ------
    InvalidInputError
        When text does not parse (the first rows are shown), or when some times have an offset
        from UTC and others do not.
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
    numbers = [_number(one) if one else None for one in values]
    wrong = [row for row, one in enumerate(values) if one and numbers[row] is None]
    if wrong:
        raise InvalidInputError(
            f"{counted(len(wrong), 'time')} in column {name!r} "
            f"{agreeing(len(wrong), 'are')} not numeric, as time_format={time_format!r} requires",
            where="; ".join(f"row {row}: {values[row]!r}" for row in wrong[:5]),
            mend="leave time_format= out for ISO 8601, or pass a strptime format",
        )
    return from_objects(numbers, name, time_format)


def _number(text: str) -> int | float | None:
    """Parse text as an int, or else as a float; return None where it is neither."""
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
    """Read values one by one; ``start`` is the row of the first value."""
    moments: list[dt.datetime | None] = []
    wrong: list[str] = []
    for row, one in enumerate(values, start):
        moment = None
        if one is not None and one != "":
            try:
                moment = _moment(one, time_format)
            except (ValueError, OverflowError):  # OverflowError: a year that datetime cannot hold
                wrong.append(f"row {row}: {quoted(one)}")
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
    """Return a value as a datetime; raise ValueError when it is not a time."""
    if isinstance(one, dt.datetime):
        return one
    if isinstance(one, dt.date):
        return dt.datetime(one.year, one.month, one.day)
    if isinstance(one, np.datetime64):
        return _EPOCH + int(one.astype("datetime64[us]").astype(int)) * _MICROSECOND
    if not isinstance(one, str):
        raise ValueError(one)  # noqa: TRY004 - collected with the texts that do not parse
    if time_format is not None:
        return dt.datetime.strptime(one, time_format)
    if len(one) < len("2026-01-31") or one[4] != "-":
        raise ValueError(one)
    return dt.datetime.fromisoformat(one)


def _nanoseconds(one: Any) -> int:
    """Return the nanoseconds within the microsecond, of text or of a ``pandas.Timestamp``."""
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
            where=f"without a zone: rows {first_few(naive)}; with a zone: rows {first_few(zoned)}",
            mend="give all of them a zone, or none",
        )
    zones = {str(zone) for _, zone in known}
    return tidy_zone(zones.pop()) if len(zones) == 1 else "UTC"


def tidy_zone(zone: str) -> str:
    """Return the name of a zone; UTC for its other names and for zones without a name."""
    other = zone in {"UTC+00:00", "tzutc()", "Etc/UTC", "Z"} or not is_zone(zone)
    return "UTC" if other else zone


def is_zone(name: str) -> bool:
    """Return whether this names a zone, or an offset from UTC such as UTC+02:00."""
    if _OFFSET.fullmatch(name):
        return True
    try:
        zone_of(name)
    except NotFoundError:
        return False
    return True


def _stamp(moment: dt.datetime | None) -> int:
    if moment is None:
        return NAT
    if moment.tzinfo is not None:
        offset = moment.utcoffset() or dt.timedelta(0)
        return (moment.replace(tzinfo=None) - _EPOCH - offset) // _MICROSECOND
    return (moment - _EPOCH) // _MICROSECOND


def _iso_chunk(values: Sequence[Any]) -> Instants | None:
    """Parse a chunk of plain ISO text with numpy; return None when the chunk is not plain."""
    plain = [_PLAIN.fullmatch(one) for one in values if one]
    zulu = {bool(found and found["zulu"]) for found in plain}
    if not all(plain) or len(zulu) > 1:
        return None  # an offset, for example, which numpy would silently convert to UTC
    zone = "UTC" if True in zulu else None
    texts = [one.removesuffix("Z") if one else "NaT" for one in values]
    try:
        stamps = np.array(texts, dtype="datetime64[us]").view(np.int64)
        if max(map(len, texts), default=0) <= len("2026-01-31T09:30:00.000000"):
            return Instants(stamps, zone)
        exact = from_nanoseconds(np.array(texts, dtype="datetime64[ns]").view(np.int64), zone)
    except ValueError:
        return None
    # Nanoseconds overflow after the year 2262, and numpy does not raise.
    return exact if np.array_equal(exact.stamps, stamps) else None


def checked_format(time_format: object) -> str | None:
    """Return ``time_format`` as given, or raise when it is neither a unit nor a format."""
    if time_format is None:
        return None
    units = ", ".join(map(repr, EPOCH_UNITS))
    mend = f"pass one of {units}, or a strptime format such as '%d/%m/%Y %H:%M'"
    if not isinstance(time_format, str):
        shown = quoted(time_format)
        raise WrongKindError(f"time_format must be text, got {shown}", mend=mend)
    if time_format in EPOCH_UNITS:
        return time_format
    try:
        dt.datetime.strptime("", time_format)
    except re.error as error:
        what = f"time_format {quoted(time_format)} has a directive twice"
        raise InvalidInputError(what, mend=mend) from error
    except ValueError as error:
        if "directive" in str(error) or "stray" in str(error):
            what = f"time_format {quoted(time_format)} is not a strptime format: {error}"
            raise InvalidInputError(what, mend=mend) from error
    return time_format


def zone_of(tz: object) -> dt.tzinfo:
    """Return the time zone of a name such as Europe/Madrid, or raise with similar names."""
    from zoneinfo import ZoneInfo, available_timezones

    mend = "pass the name of a zone, for example 'Europe/Madrid' or 'UTC'"
    if not isinstance(tz, str):
        raise WrongKindError(f"tz must be the name of a time zone, got {quoted(tz)}", mend=mend)
    try:
        return ZoneInfo(tz)
    except (LookupError, ValueError, OSError) as error:  # OSError: a folder of zones, as Europe is
        zones = sorted(available_timezones())
        within = [one for one in zones if one.startswith(f"{tz}/")]
        if within:
            raise NotFoundError(
                f"no time zone {quoted(tz)}: it is a region of several",
                mend=f"pass one of them: {first_few(within)}",
            ) from error
        raise not_found("time zone", tz, zones) from error


def localise(instants: Instants, tz: str) -> Instants:
    """Interpret naive instants as local times of a zone, and convert them to UTC.

    A local time that a clock change repeats is taken as the first of its two occurrences; a local
    time that a clock change skips is read with the offset before the change. Both kinds are
    counted in ``ambiguous``. Aware instants only get the name of the zone.
    """
    zone = zone_of(tz)
    if instants.zone is not None:
        return attrs.evolve(instants, zone=tz)
    known = np.flatnonzero(~instants.missing)
    local = instants.stamps[known]
    slots, inverse = np.unique(local // _SLOT, return_inverse=True)
    edges = [
        (_offsets(slot * _SLOT, zone), _offsets((slot + 1) * _SLOT - 1, zone))
        for slot in slots.tolist()
    ]
    table = np.array([first for first, _ in edges], dtype=np.int64).reshape(-1, 2)
    shifts = table[inverse]
    changing = np.array([first != last for first, last in edges], dtype=bool)
    for row in np.flatnonzero(changing[inverse]).tolist():  # the clocks change within the slot
        shifts[row] = _offsets(int(local[row]), zone)
    stamps = instants.stamps.copy()
    stamps[known] -= shifts[:, 0]
    ambiguous = int(np.count_nonzero(shifts[:, 0] != shifts[:, 1]))
    return Instants(stamps, tz, instants.fine, ambiguous)


def _offsets(stamp: int, zone: dt.tzinfo) -> tuple[int, int]:
    """Return the UTC offsets of a local time, in microseconds: of fold 0 and of fold 1."""
    within = min(max(stamp, _FIRST), _LAST)
    local = (_EPOCH + within * _MICROSECOND).replace(tzinfo=zone)
    first, last = (local.replace(fold=fold).utcoffset() or dt.timedelta(0) for fold in (0, 1))
    return first // _MICROSECOND, last // _MICROSECOND
