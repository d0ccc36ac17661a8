"""Columns of text that are read block by block: texts, numbers, truth values and times."""

from __future__ import annotations

import re
from array import array
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Literal, NamedTuple, Protocol, TypeAlias

import numpy as np

from touchpoints._core.columns import kept_values
from touchpoints._core.datetimes import Instants
from touchpoints._core.frozen import Array, Coded, owned, without_blanks
from touchpoints._core.instants import from_objects
from touchpoints._core.text import is_blank
from touchpoints.errors import InvalidInputError
from touchpoints.sources._shared.text_files.decimals import Decimal, number_of, writes_number
from touchpoints.sources._shared.text_files.quick_times import quick_iso, quick_times

Type = Literal["text", "number", "integer", "unsigned", "boolean", "time"]
"""What the values of a column are."""

Column: TypeAlias = Coded | Array | Instants | list[Any]
Wrong: TypeAlias = Mapping[int, str]
"""Why values cannot be read, by their places."""

_NAN = float("nan")
_EXACT = 2.0**53
_TRUTH = {"true": 1, "false": 0, "1": 1, "0": 0, "yes": 1, "no": 0}


_MAY_BE_IDS = re.compile(r"^[ \t]*(?:-?0\d|\+)|\d{16}", re.MULTILINE)


class NotNumbersError(Exception):
    """A column that was taken for numbers holds other text: the file is read again with it."""

    def __init__(self, name: str) -> None:
        super().__init__(name)
        self.name = name


class Wanted(NamedTuple):
    """What a column is read as.

    ``told`` is true where its first values told it, so that later ones can take it back.
    """

    name: str
    kind: Type
    told: bool = False
    time_format: str | None = None


class Reading(Protocol):
    """A column that is read block by block: what a block holds is read first, and kept then."""

    def read(self, cells: Sequence[str]) -> tuple[Any, Wrong]:
        """Return the values of a block, and why some of them cannot be read."""

    def keep(self, values: Any) -> None:
        """Add the values of a block."""

    def finish(self) -> Column:
        """Return the column."""


class _Numbering(dict[str, int]):
    def __missing__(self, text: str) -> int:
        self[text] = number = len(self)
        return number


class _Texts:
    def __init__(self) -> None:
        self._codes = array("i")
        self._known = _Numbering()

    def read(self, cells: Sequence[str]) -> tuple[Any, Wrong]:
        return cells, {}

    def keep(self, values: Any) -> None:
        self._codes.extend(map(self._known.__getitem__, values))

    def finish(self) -> Column:
        codes = np.frombuffer(self._codes, dtype=np.int32) if self._codes else np.zeros(0, np.int32)
        return without_blanks(codes, list(self._known))


class _Numbers:
    def __init__(self, wanted: Wanted, decimal: Decimal) -> None:
        self._name, self._told, self._decimal = wanted.name, wanted.told, decimal
        self._parts: list[Array] = []
        self._whole = True

    def read(self, cells: Sequence[str]) -> tuple[Any, Wrong]:
        joined = "\n".join(cells)
        plain = self._decimal == "." and "_" not in joined and "," not in joined
        plain &= not (self._told and _MAY_BE_IDS.search(joined))
        self._whole &= self._decimal not in joined and "e" not in joined and "E" not in joined
        if plain:
            try:
                found = [float(cell) if cell else _NAN for cell in cells]
            except ValueError:
                found = []
            if found:
                return found, {}
        return self._one_by_one(cells)

    def _one_by_one(self, cells: Sequence[str]) -> tuple[Any, Wrong]:
        known: dict[str, float | None] = {}
        for cell in set(cells):
            known[cell] = _NAN if is_blank(cell) else number_of(cell, self._decimal)
            unlike = known[cell] is None or not (
                is_blank(cell) or writes_number(cell.strip(), self._decimal)
            )
            if self._told and unlike:
                raise NotNumbersError(self._name)
        wrong = {at: "a cell is not a number" for at, one in enumerate(cells) if known[one] is None}
        return [known[one] for one in cells], wrong

    def keep(self, values: Any) -> None:
        self._parts.append(np.array(values, dtype=np.float64))

    def finish(self) -> Column:
        numbers = np.concatenate([np.zeros(0), *self._parts])
        self._parts.clear()
        if self._told and self._whole and len(numbers) and bool((np.abs(numbers) < _EXACT).all()):
            return owned(numbers.astype(np.int64))  # nan is not below, so none is missing
        return owned(numbers)


class _Counts:
    """Integers, exactly, and truth values; a column in which one is missing is a list."""

    def __init__(self, kind: Type) -> None:
        self._kind = kind
        self._dtype: Any = {"integer": np.int64, "unsigned": np.uint64}.get(kind, np.bool_)
        self._parts: list[Any] = []

    def read(self, cells: Sequence[str]) -> tuple[Any, Wrong]:
        table = {cell: self._one(cell) for cell in set(cells)}
        what = "a cell is neither true nor false" if self._kind == "boolean" else ""
        what = what or "a cell is not a 64-bit integer"
        gone = {cell for cell in table if is_blank(cell)}
        unread = {cell for cell, one in table.items() if one is None} - gone
        wrong = {at: what for at, one in enumerate(cells) if one in unread} if unread else {}
        values = [table[one] for one in cells]
        return (values if gone or unread else np.array(values, dtype=self._dtype)), wrong

    def _one(self, cell: str) -> int | None:
        if self._kind == "boolean":
            return _TRUTH.get(cell.strip().casefold())
        try:
            number = int(cell.replace("_", "?"))
        except ValueError:
            return None
        bounds = np.iinfo(self._dtype)
        return number if bounds.min <= number <= bounds.max else None

    def keep(self, values: Any) -> None:
        self._parts.append(values)

    def finish(self) -> Column:
        parts, self._parts = self._parts, []
        if all(isinstance(one, np.ndarray) for one in parts):
            return owned(np.concatenate([np.zeros(0, dtype=self._dtype), *parts]))
        plain = [
            one for part in parts for one in (part if isinstance(part, list) else part.tolist())
        ]
        if self._kind == "boolean":
            return [None if one is None else bool(one) for one in plain]
        return plain


class _Times:
    def __init__(self, wanted: Wanted) -> None:
        self._name = wanted.name
        self._format = None if wanted.time_format in (None, "iso") else wanted.time_format
        self._parts: list[Instants] = []
        self._aware = self._naive = 0

    def read(self, cells: Sequence[str]) -> tuple[Any, Wrong]:
        quick = None
        if all(type(one) is str for one in cells):
            form = self._format
            quick = quick_iso(cells) if form is None else quick_times(cells, form)
        if quick is not None:
            return quick, {}
        found = from_objects(cells, self._name, self._format, bad_times="drop")
        rows = [] if found.bad is None else found.bad.tolist()
        return found, dict.fromkeys(rows, "a time cannot be read")

    def keep(self, values: Any) -> None:
        if not bool(values.missing.all()):
            self._aware += values.zone is not None
            self._naive += values.zone is None
        if self._aware and self._naive:
            raise InvalidInputError(
                f"column {self._name!r} mixes times with and without a time zone",
                mend="give all of them a zone, or none",
            )
        self._parts.append(values)

    def finish(self) -> Column:
        parts, self._parts = self._parts, []
        zones = {one.zone for one in parts if not bool(one.missing.all())}
        fine = None
        if any(one.fine is not None for one in parts):
            fine = np.concatenate(
                [np.zeros_like(one.stamps) if one.fine is None else one.fine for one in parts]
            )
        stamps = np.concatenate([np.zeros(0, dtype=np.int64), *(one.stamps for one in parts)])
        return Instants(stamps, "UTC" if len(zones) > 1 else next(iter(zones), None), fine)


class _Values:
    """Values of any kind: equal ones are stored once, plain floats as numbers."""

    def __init__(self) -> None:
        self._codes = array("i")
        self._known: dict[Any, int] = {}
        self._floats: list[Array] = []

    def read(self, cells: Sequence[Any]) -> tuple[Any, Wrong]:
        return cells, {}

    def keep(self, values: Any) -> None:
        if not self._known and set(map(type, values)) <= {float, type(None)}:
            self._floats.append(np.array(values, dtype=np.float64))
            return
        for part in self._floats:  # all were floats so far
            self._code([None if one != one else one for one in part.tolist()])
        self._floats.clear()
        self._code(values)

    def _code(self, values: Sequence[Any]) -> None:
        known, codes = self._known, self._codes
        for one in values:
            key = one if type(one) is str else (type(one), one)  # 1 and 1.0 are equal keys
            codes.append(-1 if one is None else known.setdefault(key, len(known)))

    def finish(self) -> Column:
        numbers = np.concatenate([np.zeros(0), *self._floats])
        if not np.isnan(numbers).all():
            return owned(numbers)
        self._code([None] * len(numbers))
        codes = np.array(self._codes, dtype=np.int32)
        table = [one if type(one) is str else one[1] for one in self._known]
        if all(type(one) is str for one in table):
            return without_blanks(codes, table)
        kept = kept_values([*table, None] if bool((codes < 0).any()) else table)
        return kept.take(codes) if isinstance(kept, Coded) else kept[codes]


def reading_of_values(name: str, *, time_format: str | None, is_time: bool) -> Reading:
    """Return the column that reads values of Python: times, or what they are."""
    return _Times(Wanted(name, "time", time_format=time_format)) if is_time else _Values()


def add_rows(
    columns: Sequence[Reading],
    cells: Sequence[Sequence[Any]],
    refuse: Callable[[int, int, str], None],
) -> None:
    """Add rows, given column by column; those of which a cell cannot be read are refused.

    ``refuse`` is called with the place of the row, of the column, and why.
    """
    read = [column.read(some) for column, some in zip(columns, cells, strict=True)]
    wrong: dict[int, tuple[int, str]] = {}
    for place, (_, bad) in enumerate(read):
        for at, why in bad.items():
            wrong.setdefault(at, (place, why))
    if not wrong:
        for column, (values, _) in zip(columns, read, strict=True):
            column.keep(values)
        return
    for at, (place, why) in sorted(wrong.items()):
        refuse(at, place, why)
    rest = [[one for at, one in enumerate(some) if at not in wrong] for some in cells]
    if rest and rest[0]:
        add_rows(columns, rest, refuse)


def reading_of(wanted: Wanted, decimal: Decimal) -> Reading:
    """Return the column that reads what is wanted."""
    if wanted.kind == "text":
        return _Texts()
    if wanted.kind == "number":
        return _Numbers(wanted, decimal)
    return _Times(wanted) if wanted.kind == "time" else _Counts(wanted.kind)
