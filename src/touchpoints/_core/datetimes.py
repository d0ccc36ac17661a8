"""Columns of instants, and those that numpy's ``datetime64`` hold already."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Literal

import attrs
import numpy as np

from touchpoints._core.frozen import Array
from touchpoints._core.messages import agreeing, counted
from touchpoints.errors import InvalidInputError

BadTimes = Literal["raise", "drop"]
"""What to do with times that cannot be read: refuse them, or leave them out and count them."""

NAT = np.iinfo(np.int64).min
EPOCH = dt.datetime(1970, 1, 1)
MICROSECOND = dt.timedelta(microseconds=1)
FIRST = (dt.datetime.min - EPOCH) // MICROSECOND
LAST = (dt.datetime.max - EPOCH) // MICROSECOND
EPOCH_UNITS = {"epoch_s": 1_000_000, "epoch_ms": 1_000, "epoch_us": 1, "epoch_ns": 0}
NEAR_1970 = 60 * 24 * 60 * 60 * 1_000_000  # seconds of this century, read as milliseconds
MEND_BAD = 'bad_times="drop" leaves such rows out and counts them in meta.report'
_MONTHS = {"Y": 12, "M": 1}
_NANOSECONDS = {"ns": 1, "us": 1_000, "ms": 10**6, "s": 10**9, "m": 60 * 10**9, "h": 3600 * 10**9}
_NANOSECONDS |= {"D": 24 * 3600 * 10**9, "W": 7 * 24 * 3600 * 10**9}
_INFINITY = 2**63 - 1
_ENDLESS = {_INFINITY: "infinity", -_INFINITY: "-infinity"}


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
        Nanoseconds within the microsecond, where any are not zero: they decide the order of
        interactions, and are not kept.
    ambiguous : int
        Naive times that a change of clocks makes ambiguous or impossible.
    bad : int64, optional
        Rows whose time could not be read; it is missing there.
    said : tuple of str
        What the first of them say.
    held : bool
        Whether the column held instants, so that no format was needed.
    """

    stamps: Array
    zone: str | None = None
    fine: Array | None = None
    ambiguous: int = 0
    bad: Array | None = None
    said: tuple[str, ...] = ()
    held: bool = False

    @property
    def missing(self) -> Array:
        """Which rows have no time, bool (m,)."""
        missing: Array = self.stamps == NAT
        return missing


def from_datetime64(
    values: Array,
    zone: str | None,
    *,
    name: str = "",
    bad_times: BadTimes = "raise",
    may_be_open: bool = False,
    lasting: bool = False,
) -> Instants:
    """Read a ``datetime64`` column of any unit; aware input comes in UTC with its zone's name.

    ``lasting`` values never change, so that microseconds are kept as they are, without a copy.

    Instants outside the years 1 to 9999 are bad, among them the infinity of databases; where
    ``may_be_open`` that one is the end of what has not ended.
    """
    values = values.astype(values.dtype.newbyteorder("="), copy=False)
    unit, step = np.datetime_data(values.dtype)
    if unit == "generic":
        return Instants(np.full(len(values), NAT), zone)
    counts = values.view(np.int64)
    outside = _outside_years(counts, unit, step)
    kept = np.where(outside, np.array("NaT", values.dtype), values) if outside.any() else values
    if unit == "ns" and step == 1:
        found = from_nanoseconds(kept.view(np.int64), zone)
    else:
        found = Instants(kept.astype("datetime64[us]", copy=not lasting).view(np.int64), zone)
    wrong = outside & (counts != _INFINITY) if may_be_open else outside
    rows = np.flatnonzero(wrong)
    shown = [
        f"row {row}: {_ENDLESS.get(int(counts[row]), values[row])}" for row in rows[:5].tolist()
    ]
    error = InvalidInputError(
        f"{counted(len(rows), 'time')} in {_column(name)} "
        f"{agreeing(len(rows), 'are')} outside the years 1 to 9999",
        where="; ".join(shown),
        mend=MEND_BAD,
    )
    return with_bad(attrs.evolve(found, held=True), rows, shown, error, bad_times)


def _outside_years(counts: Array, unit: str, step: int) -> Array:
    """Return which counts of a unit are infinite or outside the years 1 to 9999, bool (m,)."""
    if unit in _MONTHS:
        size = _MONTHS[unit] * step
        low, high = -(12 * 1969 // size), 12 * 8030 // size - 1
    else:
        size = _NANOSECONDS.get(unit, 0) * step  # 0: of finer units int64 holds no such year
        low, high = (-(-FIRST * 1000 // size), LAST * 1000 // size) if size else (NAT, _INFINITY)
    low, high = max(low, 2 - _INFINITY), min(high, _INFINITY - 1)
    if not len(counts) or (counts.min() >= low and counts.max() <= high):
        return np.zeros(len(counts), dtype=bool)
    outside: Array = (counts != NAT) & ((counts < low) | (counts > high))
    return outside


def _column(name: str) -> str:
    return f"column {name!r}" if name else "a column to keep"


def with_bad(
    found: Instants, rows: Array, said: Sequence[str], error: InvalidInputError, bad_times: BadTimes
) -> Instants:
    """Return instants with the rows that are bad noted, or raise the error that they are."""
    if not len(rows):
        return found
    if bad_times == "raise":
        raise error
    return attrs.evolve(found, bad=rows, said=tuple(said[:5]))


def from_nanoseconds(stamps: Array, zone: str | None) -> Instants:
    """Read nanoseconds since 1970; what lies below the microsecond goes into ``fine``."""
    missing = stamps == NAT
    whole = stamps // 1000
    fine = stamps - whole * 1000
    fine[missing] = 0
    whole[missing] = NAT
    return Instants(whole, zone, fine if bool(fine.any()) else None)
