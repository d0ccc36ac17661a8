"""Instants: parsing times into whole microseconds, without guessing formats or units."""

from __future__ import annotations

import datetime as dt
import math
import re
from collections.abc import Sequence
from typing import Any

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
    from_nanoseconds,
    with_bad,
)
from touchpoints._core.frozen import Array, as_float, is_missing
from touchpoints._core.messages import agreeing, counted, first_few, quoted
from touchpoints._core.text import is_blank
from touchpoints._core.zones import tidy_zone
from touchpoints.errors import InvalidInputError, WrongKindError, warn

_UNITS = ", ".join(map(repr, (*EPOCH_UNITS, "excel")))
_CHUNK = 1 << 18
# Days of a spreadsheet: 1 is the first of 1900, which they take for a leap year.
_EXCEL_1970, _LEAP_1900, _EXCEL_LAST = 25_569, 60, 2_958_466
_NUMBERS = (int, float, np.integer, np.floating)
_TEXTS = {str, np.str_}
_PLAIN = re.compile(
    r"(?!0000)\d{4}-\d\d-\d\d(?:[T ]\d\d(?::\d\d(?::\d\d(?:\.\d+)?)?)?(?P<zulu>Z| UTC)?)?", re.ASCII
)
_UTC_NAME = re.compile(r"(?<![A-Za-z])(?:UTC|GMT)(?![A-Za-z])", re.IGNORECASE)
_BELOW_MICROSECOND = re.compile(r"[.,]\d{6}(\d{1,3})")


def from_numbers(
    values: Array,
    name: str,
    time_format: str | None,
    *,
    missing: Array | None = None,
    bad_times: BadTimes = "raise",
) -> Instants:
    """Read time since 1970 as numbers in the unit that ``time_format`` names."""
    gone = np.zeros(len(values), bool) if missing is None else missing
    if values.dtype.kind == "f":
        gone = gone | np.isnan(values)
    if bool(gone.all()):
        return Instants(np.full(len(values), NAT))
    if time_format is not None and "%" in time_format:
        return _from_digits(values, gone, name, time_format, bad_times)
    if time_format not in EPOCH_UNITS and time_format != "excel":
        raise InvalidInputError(
            f"column {name!r} holds numbers, and their unit of time is not known",
            where=first_few(values[~gone][:3].tolist()),
            mend=f"pass time_format= as one of {_UNITS}, or a strptime format such as '%Y%m%d' for "
            "dates written as one number",
        )
    wrong = np.flatnonzero(_outside(np.where(gone, 0, values), time_format) & ~gone)
    shown = [values[row].item() for row in wrong[:6]]
    error = InvalidInputError(
        f"{counted(len(wrong), 'number')} in column {name!r} "
        f"{agreeing(len(wrong), 'are')} outside the years 1 to 9999 when read as {time_format!r}",
        where=f"rows {first_few(wrong[:6].tolist())}: {first_few(shown)}",
        mend=f"pass their unit as time_format=: one of {_UNITS}; or {MEND_BAD}",
    )
    gone = gone.copy()
    gone[wrong] = True
    known = np.where(gone, np.zeros((), values.dtype), values)
    found = _counted_since(known, time_format)
    found.stamps[gone] = NAT
    found = with_bad(found, wrong, [repr(one) for one in shown], error, bad_times)
    if time_format in EPOCH_UNITS:
        _warn_of_1970(found.stamps, gone, name, time_format)
    return found


def _counted_since(values: Array, time_format: str) -> Instants:
    """Return the instants that numbers count to; those of a spreadsheet are local, to the ms."""
    if time_format == "excel":
        days = np.where(values < _LEAP_1900, values + 1, values) - _EXCEL_1970
        return Instants(np.rint(days * 86_400_000).astype(np.int64) * 1000)
    if time_format == "epoch_ns":
        return from_nanoseconds(values.astype(np.int64), "UTC")
    scale = EPOCH_UNITS[time_format]
    if values.dtype.kind == "f":
        return Instants(np.floor(values * scale + 0.5).astype(np.int64), "UTC")
    return Instants(values.astype(np.int64) * scale, "UTC")


def _from_digits(
    values: Array, gone: Array, name: str, time_format: str, bad_times: BadTimes
) -> Instants:
    """Read numbers that are written like 20260131, by their digits."""
    distinct, places = np.unique(np.where(gone, 0, values), return_inverse=True)
    texts = [str(int(one)) if one == np.floor(one) else str(one) for one in distinct.tolist()]
    column = np.array(texts, dtype=object)[places]
    column[gone] = None
    return from_text(column.tolist(), name, time_format, bad_times=bad_times)


def _warn_of_1970(stamps: Array, gone: Array, name: str, time_format: str) -> None:
    """Warn of times within days of 1970, where numbers fall that count a larger unit, and zeros."""
    near = int(np.count_nonzero((np.abs(stamps) < NEAR_1970) & ~gone))
    if not near:
        return
    known = len(stamps) - int(np.count_nonzero(gone))
    few = f"{near:,} of the {known:,} times" if near < known else "all times"
    which = "they may be zeros, or count" if near < known else "they may count"
    warn(
        f"{few} in column {name!r} fall within days of 1 January 1970: {which} another unit than "
        f"time_format={time_format!r} says"
    )


def _outside(values: Array, time_format: str) -> Array:
    """Return which numbers are outside the years 1 to 9999, bool (m,)."""
    if time_format == "excel":
        return ~((values >= 0) & (values < _EXCEL_LAST))
    scale = EPOCH_UNITS[time_format]
    low, high = (FIRST // scale, LAST // scale) if scale else (NAT + 1, 2**63 - 1)
    return ~((values >= low) & (values <= high))


def from_objects(
    values: Sequence[Any],
    name: str,
    time_format: str | None,
    *,
    bad_times: BadTimes = "raise",
    may_be_open: bool = False,
) -> Instants:
    """Read a column of Python values: text, datetimes, dates, numbers or missing values.

    Where ``may_be_open``, the text ``infinity`` of databases is the end of what has not ended.
    """
    if may_be_open:
        values = [None if _is_endless(one) else one for one in values]
    kinds = set(map(type, values)) - {type(None)}
    if kinds and not kinds <= _TEXTS:
        values = [None if is_missing(one) else one for one in values]
        kinds = set(map(type, values)) - {type(None)}
    if not kinds:
        return Instants(np.full(len(values), NAT))
    if kinds <= _TEXTS:
        return from_text(values, name, time_format, bad_times=bad_times)
    numeric = np.timedelta64 not in kinds  # a kind of integer, for numpy
    if numeric and all(issubclass(kind, (int, np.integer)) for kind in kinds):
        return _from_whole_numbers(values, name, time_format, bad_times)
    if numeric and all(issubclass(kind, _NUMBERS) for kind in kinds):
        counts = np.array([np.nan if one is None else as_float(one) for one in values])
        return from_numbers(counts, name, time_format, bad_times=bad_times)
    found = _from_moments(values, name, time_format, bad_times)
    held = all(issubclass(kind, (dt.date, np.datetime64)) for kind in kinds)
    return attrs.evolve(found, held=held)


def _is_endless(value: Any) -> bool:
    if isinstance(value, str):
        return value.strip().casefold() in {"infinity", "+infinity"}
    return isinstance(value, (float, np.floating)) and value == math.inf


def _from_whole_numbers(
    values: Sequence[Any], name: str, time_format: str | None, bad_times: BadTimes
) -> Instants:
    """Read integers exactly: a float cannot represent nanoseconds of this century."""
    missing = np.array([one is None for one in values])
    filled = [0 if one is None else int(one) for one in values]
    try:
        counts = np.array(filled, dtype=np.int64)
    except OverflowError:
        counts = np.array(list(map(as_float, filled)))
    return from_numbers(counts, name, time_format, missing=missing, bad_times=bad_times)


def from_text(
    values: Sequence[Any], name: str, time_format: str | None, *, bad_times: BadTimes = "raise"
) -> Instants:
    """Parse ISO 8601 text, or text in the given ``strptime`` format.

    Raises
    ------
    InvalidInputError
        When text does not parse (the first rows are shown), or when some times have an offset
        from UTC and others do not.
    """
    if time_format in EPOCH_UNITS or time_format == "excel":
        return _from_number_texts(values, name, time_format, bad_times)
    parts = [
        _text_chunk(values[start : start + _CHUNK], start, name, time_format, bad_times)
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
    bad = [part.bad for part in parts if part.bad is not None]
    fine = None
    if any(part.fine is not None for part in parts):
        fine = np.concatenate(
            [np.zeros(len(one.stamps), np.int64) if one.fine is None else one.fine for one in parts]
        )
    said = tuple(one for part in parts for one in part.said)[:5]
    return Instants(stamps, zone, fine, bad=np.concatenate(bad) if bad else None, said=said)


def _from_number_texts(
    values: Sequence[Any], name: str, time_format: str, bad_times: BadTimes
) -> Instants:
    values = [None if is_missing(one) else one for one in values]
    numbers = [None if one is None else _number(one) for one in values]
    wrong = [row for row, one in enumerate(values) if one is not None and numbers[row] is None]
    said = [f"row {row}: {quoted(values[row])}" for row in wrong[:5]]
    error = InvalidInputError(
        f"{counted(len(wrong), 'time')} in column {name!r} "
        f"{agreeing(len(wrong), 'are')} not numeric, as time_format={time_format!r} requires",
        where="; ".join(said),
        mend=f"leave time_format= out for ISO 8601, or pass a strptime format; {MEND_BAD}",
    )
    if wrong and bad_times == "raise":
        raise error
    found = from_objects(numbers, name, time_format, bad_times=bad_times)
    rows = np.array(wrong if found.bad is None else [*wrong, *found.bad.tolist()], dtype=np.int64)
    return with_bad(found, rows, [*said, *found.said], error, bad_times)


def _number(text: str) -> int | float | None:
    """Parse text as an int, or else as a float; return None where it is neither."""
    for kind in (int, float):
        try:
            return kind(text)
        except ValueError:
            continue
    return None


def _text_chunk(
    values: Sequence[Any], start: int, name: str, time_format: str | None, bad_times: BadTimes
) -> Instants:
    fast = _iso_chunk(values) if time_format is None else None
    return fast or _from_moments(values, name, time_format, bad_times, start=start)


def _from_moments(
    values: Sequence[Any],
    name: str,
    time_format: str | None,
    bad_times: BadTimes,
    *,
    start: int = 0,
) -> Instants:
    """Read values one by one; ``start`` is the row of the first value."""
    moments: list[dt.datetime | None] = []
    wrong: dict[int, Any] = {}
    for row, one in enumerate(values, start):
        moment = None
        if not (one is None or (isinstance(one, str) and is_blank(one))):
            try:
                moment = _moment(one, time_format)
            except (ValueError, OverflowError):  # OverflowError: a year that datetime cannot hold
                wrong[row] = one
        moments.append(moment)
    said = [f"row {row}: {quoted(one)}" for row, one in wrong.items()]
    if wrong and bad_times == "raise":
        raise _no_times(wrong, said, name, time_format)
    stamps = np.fromiter(map(_stamp, moments), np.int64, count=len(moments))
    fine = np.fromiter(map(_nanoseconds, values), np.int64, count=len(moments))
    fine[stamps == NAT] = 0
    return Instants(
        stamps,
        _common_zone(moments, name, start),
        fine if fine.any() else None,
        bad=np.array(list(wrong), dtype=np.int64) if wrong else None,
        said=tuple(said[:5]),
    )


def _no_times(
    wrong: dict[int, Any], said: Sequence[str], name: str, time_format: str | None
) -> InvalidInputError:
    """Build the error for values that are no time, with what is most likely meant."""
    mend = (
        "write them as ISO 8601 (2026-01-31 or 2026-01-31T09:30:00+01:00), or pass "
        "time_format= with a strptime format such as '%d/%m/%Y %H:%M'"
    )
    texts = [one for one in wrong.values() if isinstance(one, str)]
    if time_format is None and texts and all(map(_is_finite, texts[:100])):
        mend = (
            f"they are numbers: pass time_format= one of {_UNITS}, or a strptime format such as "
            "'%Y%m%d' for dates written as one number"
        )
    elif time_format is not None and "%Z" in time_format:
        mend = "%Z reads UTC and GMT only: write offsets (%z), or take the names off and pass tz="
    return InvalidInputError(
        f"{counted(len(wrong), 'time')} in column {name!r} {agreeing(len(wrong), 'do')} not parse",
        where="; ".join(said[:5]),
        mend=f"{mend}; {MEND_BAD}",
    )


def _is_finite(text: str) -> bool:
    number = _number(text)
    return number is not None and math.isfinite(as_float(number))


def _moment(one: Any, time_format: str | None) -> dt.datetime:
    """Return a value as a datetime; raise ValueError when it is not a time."""
    if isinstance(one, dt.datetime):
        return one
    if isinstance(one, dt.date):
        return dt.datetime(one.year, one.month, one.day)
    if isinstance(one, np.datetime64):
        return EPOCH + int(one.astype("datetime64[us]").astype(int)) * MICROSECOND
    if not isinstance(one, str):
        raise ValueError(one)  # noqa: TRY004 - collected with the texts that do not parse
    if time_format is not None:
        return _formatted(one, time_format)
    if len(one) < len("2026-01-31") or one[4] != "-":
        raise ValueError(one)
    return dt.datetime.fromisoformat(f"{one[:-4]}+00:00" if one.endswith(" UTC") else one)


def _formatted(text: str, time_format: str) -> dt.datetime:
    """Read a text by its format; a zone that ``%Z`` reads and Python drops must be UTC."""
    moment = dt.datetime.strptime(text, time_format)
    if moment.tzinfo is None and "%Z" in time_format:
        if _UTC_NAME.search(text) is None:
            raise ValueError(text)
        return moment.replace(tzinfo=dt.UTC)
    return moment


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


def _stamp(moment: dt.datetime | None) -> int:
    if moment is None:
        return NAT
    if moment.tzinfo is not None:
        offset = moment.utcoffset() or dt.timedelta(0)
        return (moment.replace(tzinfo=None) - EPOCH - offset) // MICROSECOND
    return (moment - EPOCH) // MICROSECOND


def _iso_chunk(values: Sequence[Any]) -> Instants | None:
    """Parse a chunk of plain ISO text with numpy; return None when the chunk is not plain."""
    plain = [_PLAIN.fullmatch(one) for one in values if one]
    zulu = {bool(found and found["zulu"]) for found in plain}
    if not all(plain) or len(zulu) > 1:
        return None  # an offset, for example, which numpy would silently convert to UTC
    zone = "UTC" if True in zulu else None
    texts = [one.removesuffix("Z").removesuffix(" UTC") if one else "NaT" for one in values]
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
    mend = f"pass one of {_UNITS}, or a strptime format such as '%d/%m/%Y %H:%M'"
    if not isinstance(time_format, str):
        shown = quoted(time_format)
        raise WrongKindError(f"time_format must be text, got {shown}", mend=mend)
    if time_format in EPOCH_UNITS or time_format == "excel":
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
