"""Columns that grow row by row while a source streams, so that its records need not be kept."""

from __future__ import annotations

import datetime as dt
from array import array
from collections.abc import Iterable, Mapping
from itertools import repeat
from typing import Any

import numpy as np

from touchpoints._core.columns import kept_values
from touchpoints._core.datetimes import NAT
from touchpoints._core.frozen import Array, Coded, is_missing, owned, without_blanks

_AWARE = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)
_NAIVE = dt.datetime(1970, 1, 1)
_DAY, _SECOND = 86_400_000_000, 1_000_000


def microseconds_of(moment: dt.datetime) -> int:
    """Return the microseconds since 1970 of a datetime: UTC if it is aware, as written if not."""
    past = moment - (_NAIVE if moment.tzinfo is None else _AWARE)
    return past.days * _DAY + past.seconds * _SECOND + past.microseconds


class Values:
    """A column of texts, numbers or times of any kind; equal values are stored once."""

    __slots__ = ("_codes", "_known")

    def __init__(self) -> None:
        self._codes = array("i")
        self._known: dict[Any, int] = {}

    def put(self, row: int, value: Any) -> None:
        """Set the value of a row after all rows set so far; the rows between are missing."""
        codes, known = self._codes, self._known
        if row > len(codes):
            codes.extend(repeat(-1, row - len(codes)))
        # 1, 1.0 and True are equal keys of a dict.
        key = value if type(value) is str else (type(value), value)
        codes.append(known.setdefault(key, len(known)))

    def finish(self, rows: int) -> Coded | Array:
        """Return the column, missing in the rows after the last that was set."""
        codes = np.full(rows, -1, dtype=np.int32)
        codes[: len(self._codes)] = np.frombuffer(self._codes, dtype=np.int32)
        if all(type(one) is str for one in self._known):
            return without_blanks(codes, list(self._known))
        table: list[Any] = [one if type(one) is str else one[1] for one in self._known]
        table = [None if is_missing(one) else one for one in table]
        kept = kept_values([*table, None] if (codes < 0).any() else table)
        return kept.take(codes) if isinstance(kept, Coded) else kept[codes]


class Stamps:
    """A column of instants: datetimes, aware or naive, or microseconds since 1970 in UTC."""

    __slots__ = ("_stamps", "aware", "naive")

    def __init__(self) -> None:
        self._stamps = array("q")
        self.aware = self.naive = 0

    def put(self, row: int, moment: dt.datetime | int) -> None:
        """Set the instant of a row after all rows set so far; the rows between are missing."""
        stamps = self._stamps
        if row > len(stamps):
            stamps.extend(repeat(NAT, row - len(stamps)))
        if isinstance(moment, int):
            self.aware += 1
            stamps.append(moment)
            return
        if moment.tzinfo is None:
            self.naive += 1
        else:
            self.aware += 1
        stamps.append(microseconds_of(moment))

    def finish(self, rows: int) -> Array:
        """Return the column as ``datetime64[us]``, NaT where it was not set."""
        stamps = np.full(rows, NAT)
        stamps[: len(self._stamps)] = np.frombuffer(self._stamps, dtype=np.int64)
        return owned(stamps.view("datetime64[us]"))


class Numbers:
    """A column of numbers, nan where it was not set."""

    __slots__ = ("_numbers",)

    def __init__(self) -> None:
        self._numbers = array("d")

    def put(self, row: int, number: float) -> None:
        """Set the number of a row after all rows set so far; the rows between are missing."""
        numbers = self._numbers
        if row > len(numbers):
            numbers.extend(repeat(np.nan, row - len(numbers)))
        numbers.append(number)

    def finish(self, rows: int) -> Array:
        """Return the column, nan in the rows after the last that was set."""
        found = np.full(rows, np.nan)
        found[: len(self._numbers)] = np.frombuffer(self._numbers, dtype=np.float64)
        return owned(found)


class Growing:
    """The columns of a source: those of times and numbers are named, others come as they are met.

    ``rows`` is the number of rows so far; `put` sets values of the row that `add_row` opened.
    """

    def __init__(self, *, times: Iterable[str] = (), numbers: Iterable[str] = ()) -> None:
        self.rows = 0
        self._columns: dict[str, Values | Stamps | Numbers] = {
            **{name: Stamps() for name in times},
            **{name: Numbers() for name in numbers},
        }

    def add_row(self, values: Mapping[str, Any]) -> None:
        """Add a row; None and absent values are missing."""
        row, columns = self.rows, self._columns
        for name, value in values.items():
            if value is not None:
                column = columns.get(name)
                if column is None:
                    column = columns[name] = Values()
                column.put(row, value)
        self.rows = row + 1

    def zones(self, *names: str) -> tuple[int, int]:
        """Return the numbers of aware and of naive times in columns of times."""
        found = [one for name in names if isinstance(one := self._columns[name], Stamps)]
        return sum(one.aware for one in found), sum(one.naive for one in found)

    def finish(self) -> dict[str, Any]:
        """Return the columns by name."""
        return {name: one.finish(self.rows) for name, one in self._columns.items()}
