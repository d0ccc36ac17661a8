"""Times of a log as instants: naive ones in their zone, mixed ones refused or placed."""

from __future__ import annotations

import numpy as np

from touchpoints._core.datetimes import NAT, Instants
from touchpoints._core.frozen import Array, Coded, owned
from touchpoints._core.messages import quoted
from touchpoints._core.zones import localise, zone_of
from touchpoints.errors import InvalidInputError
from touchpoints.sources._event_logs.attributes import texts_of
from touchpoints.sources._event_logs.times import Parsed, parsed_times
from touchpoints.sources._shared.skipped import Skipped

_MOST_MICROSECONDS = (2**63 - 1) // 1000 - 1
_AS_UTC = "a time without an offset from UTC beside others that have one, read as UTC"


def is_timeless(time: Parsed | None) -> bool:
    """Tell whether no event has a time, nor one that cannot be read."""
    return time is None or (not time.bad and bool((time.stamps == NAT).all()))


def placed_times(
    time: Parsed | None, rows: int, *, key: str, tz: str | None
) -> tuple[Array, str | None]:
    """Return the times of events, and the zone that naive ones are in (UTC: they are instants).

    If no event has a time, they are in the order of the log, a microsecond apart.

    Raises
    ------
    InvalidInputError
        When some have an offset from UTC and others do not, without tz=.
    """
    if tz is not None:
        zone_of(tz)
    if time is None or is_timeless(time):
        # Times that only say the order of the rows.
        return owned(np.datetime64("2000-01-01", "us") + np.arange(rows)), "UTC"
    known = time.stamps != NAT
    naive = time.naive & known
    if not naive.any():
        return _array(time.stamps, time.fine), "UTC"
    if not (known & ~naive).any():
        return _array(time.stamps, time.fine), tz
    if tz is None:
        first, other = (int(np.flatnonzero(one)[0]) + 1 for one in (naive, known & ~naive))
        raise InvalidInputError(
            "some times have an offset from UTC and others have none",
            where=f"{key} of event {first:,} has none, of event {other:,} has one",
            mend="pass tz= with the zone of those that have none",
        )
    return _array(_localised(time, naive, tz, key), time.fine), "UTC"


def as_times(
    column: Coded | Array | Parsed | None, *, key: str, reason: str, skipped: Skipped
) -> Parsed | None:
    """Return the times of events, also where they are written as attributes of another type."""
    if column is None or isinstance(column, Parsed):
        return column
    texts = texts_of(column).to_list()
    found = parsed_times([text or "" for text in texts])
    for row in found.bad:
        skipped.refuse(reason, where=f"event {row + 1:,} of the file: {quoted(texts[row])}")
    skipped.note(f"a {key} that is not a date attribute", len(texts) - len(found.bad))
    return found


def placed_column(time: Parsed, *, name: str, zone: str | None, skipped: Skipped) -> Array:
    """Return a further column of times: naive ones in the zone of the log's."""
    naive = time.naive & (time.stamps != NAT)
    if zone is None:
        if not naive.any() or naive.sum() == (time.stamps != NAT).sum():
            return _array(time.stamps, None)
        zone = "UTC"
    if zone == "UTC":
        skipped.note(_AS_UTC, int(naive.sum()))
        return _array(time.stamps, None)
    return _array(_localised(time, naive, zone, name), None)


def _localised(time: Parsed, naive: Array, tz: str, name: str) -> Array:
    stamps = time.stamps.copy()
    stamps[naive] = localise(Instants(stamps[naive]), tz, column=name).stamps
    return stamps


def _array(stamps: Array, fine: Array | None) -> Array:
    """Return instants; with nanoseconds where some are finer and all fit, as they decide order."""
    known = stamps != NAT
    if fine is None or not (np.abs(stamps[known]) <= _MOST_MICROSECONDS).all():
        return owned(stamps.view("datetime64[us]"))
    exact = np.where(known, stamps * 1000 + fine, NAT)
    return owned(exact.view("datetime64[ns]"))
