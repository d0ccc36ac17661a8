"""Columns that grow row by row while a source streams, so that its records need not be kept."""

from __future__ import annotations

import datetime as dt
from array import array
from collections.abc import Iterable, Mapping
from itertools import repeat
from typing import Any, NamedTuple

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


def _filled(values: array[Any], dtype: Any, rows: int, missing: float) -> Array:
    """Return values as an array of so many rows, without a copy where there are as many."""
    known = np.frombuffer(values, dtype=dtype)
    if len(known) == rows:
        return known
    found = np.full(rows, missing, dtype=dtype)
    found[: len(known)] = known
    return found


class Block(NamedTuple):
    """Values of several rows: ``values[codes[i]]``, missing where the code is -1."""

    codes: Array
    values: list[Any]


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

    def extend(self, row: int, block: Block) -> None:
        """Set the values of many rows, after all rows set so far."""
        codes, known = self._codes, self._known
        if row > len(codes):
            codes.extend(repeat(-1, row - len(codes)))
        keys = [one if type(one) is str else (type(one), one) for one in block.values]
        table = np.array([*(known.setdefault(key, len(known)) for key in keys), -1], dtype=np.int32)
        codes.frombytes(table[block.codes].tobytes())

    def finish(self, rows: int) -> Coded | Array:
        """Return the column, missing in the rows after the last that was set."""
        codes = _filled(self._codes, np.int32, rows, -1)
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

    def extend(self, row: int, block: Array) -> None:
        """Set the instants of many rows, in microseconds of UTC, after all rows set so far."""
        stamps = self._stamps
        if row > len(stamps):
            stamps.extend(repeat(NAT, row - len(stamps)))
        self.aware += int(np.count_nonzero(block != NAT))
        stamps.frombytes(block.astype(np.int64, copy=False).tobytes())

    def finish(self, rows: int) -> Array:
        """Return the column as ``datetime64[us]``, NaT where it was not set."""
        return owned(_filled(self._stamps, np.int64, rows, NAT).view("datetime64[us]"))


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

    def extend(self, row: int, block: Array) -> None:
        """Set the numbers of many rows after all rows set so far."""
        numbers = self._numbers
        if row > len(numbers):
            numbers.extend(repeat(np.nan, row - len(numbers)))
        numbers.frombytes(block.astype(np.float64, copy=False).tobytes())

    def finish(self, rows: int) -> Array:
        """Return the column, nan in the rows after the last that was set."""
        return owned(_filled(self._numbers, np.float64, rows, np.nan))


class Growing:
    """The columns of a source: those of times and numbers are named, others come as they are met.

    ``rows`` is the number of rows so far.
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

    def add_rows(self, rows: int, columns: Mapping[str, Any]) -> None:
        """Add many rows: texts as `Block`, times in microseconds of UTC, numbers as an array."""
        for name, block in columns.items():
            column = self._columns.get(name)
            if column is None:
                column = self._columns[name] = Values()
            column.extend(self.rows, block)
        self.rows += rows

    def zones(self, *names: str) -> tuple[int, int]:
        """Return the numbers of aware and of naive times in columns of times."""
        found = [one for name in names if isinstance(one := self._columns[name], Stamps)]
        return sum(one.aware for one in found), sum(one.naive for one in found)

    def finish(self) -> dict[str, Any]:
        """Return the columns by name; nothing can be added afterwards."""
        columns, self._columns = self._columns, {}
        return {name: columns.pop(name).finish(self.rows) for name in list(columns)}
