"""Typed attributes of events, traces and objects, as columns that grow while a log is read."""

from __future__ import annotations

from array import array
from collections.abc import Callable, Mapping, Sequence
from itertools import repeat
from typing import Any

import numpy as np

from touchpoints._core.datetimes import NAT
from touchpoints._core.frozen import Array, Coded, FrozenMap, code_values, owned, without_blanks
from touchpoints._core.messages import quoted
from touchpoints.sources._event_logs.times import Parsed, parsed_times
from touchpoints.sources._shared.skipped import Skipped

TEXT, TIME, INTEGER, NUMBER, FLAG = "text", "time", "integer", "number", "flag"
Put = Callable[[int, str], None]

_CHUNK = 1 << 16
_EXACT = 2**53
_FLAGS = {"true": True, "1": True, "false": False, "0": False}
_TWICE = "an attribute that one element holds twice, of which the last was kept"
_WRONG = {
    INTEGER: "an attribute of integers holds no integer of 64 bits",
    NUMBER: "an attribute of numbers holds no number",
    FLAG: "an attribute of booleans holds neither true nor false",
    TIME: "an attribute of dates holds no date and time",
}
_MEND = 'pass on_error="skip" to take such values as missing and count them in meta.report.noted'


class Problems:
    """What is wrong with single values: raised, or taken as missing and counted."""

    def __init__(self, skipped: Skipped, where: Callable[[], str]) -> None:
        self._skipped = skipped
        self.where = where

    def wrong(self, kind: str, text: str, *, where: str = "") -> None:
        """Raise for a value that is none of its type, or count it as missing."""
        where = where or self.where()
        self._skipped.refuse_value(_WRONG[kind], where=f"{where}: {quoted(text)}", mend=_MEND)

    def wrong_record(self, reason: str, text: str, *, where: str) -> None:
        """Raise for a value without which its record cannot be read, or count the record."""
        self._skipped.refuse(reason, where=f"{where}: {quoted(text)}")

    def twice(self) -> None:
        """Count an attribute that an element holds twice."""
        self._skipped.note(_TWICE)


class Texts:
    """A column of texts; equal texts are stored once. Booleans are texts until they are read."""

    def __init__(self, problems: Problems, kind: str = TEXT) -> None:
        self.kind = kind
        self.codes = array("i")
        self.known: dict[str, int] = {}
        self._problems = problems

    def putting(self) -> Put:
        """Return the function that sets the text of a row, faster than a method."""
        codes, known, problems = self.codes, self.known, self._problems
        append, place = codes.append, known.setdefault

        def put(row: int, text: str) -> None:
            if row == len(codes):
                append(place(text, len(known)))
            elif row > len(codes):
                codes.extend(repeat(-1, row - len(codes)))
                append(place(text, len(known)))
            else:
                problems.twice()
                codes[row] = place(text, len(known))

        def put_flag(row: int, text: str) -> None:
            if text.strip().casefold() in _FLAGS:
                put(row, text)
            else:
                problems.wrong(FLAG, text)

        return put if self.kind == TEXT else put_flag

    def finish(self, rows: int) -> Coded | Array:
        """Return the column: text as codes, booleans as an array."""
        if self.kind == TEXT:
            return self.texts(rows)
        codes = self._padded(rows)
        flags = [_FLAGS[text.strip().casefold()] for text in self.known]
        if not (codes < 0).any():
            return owned(np.array(flags, dtype=bool)[codes])
        return owned(np.array([*flags, np.nan], dtype=np.float64)[codes])

    def texts(self, rows: int) -> Coded:
        """Return the column as it is written."""
        return without_blanks(self._padded(rows), list(self.known))

    def _padded(self, rows: int) -> Array:
        if len(self.codes) == rows:
            return np.frombuffer(self.codes, dtype=np.int32)
        codes = np.full(rows, -1, dtype=np.int32)
        codes[: len(self.codes)] = np.frombuffer(self.codes, dtype=np.int32)
        return codes


class Numbers:
    """A column of integers or of floats."""

    def __init__(self, problems: Problems, kind: str) -> None:
        self.kind = kind
        self._problems = problems
        self._numbers: array[Any] = array("q" if kind == INTEGER else "d")
        self._gone = array("q")

    def putting(self) -> Put:
        """Return the function that sets the number of a row."""
        numbers, gone, problems, kind = self._numbers, self._gone, self._problems, self.kind
        read: Callable[[str], Any] = int if kind == INTEGER else float
        append = numbers.append

        def put(row: int, text: str) -> None:
            try:
                # Python reads underscores and digits of all scripts, XML schemas do not.
                number = read(text if text.isascii() and "_" not in text else "")
                if row != len(numbers):
                    if row < len(numbers):
                        problems.twice()
                        numbers[row] = number
                        return
                    gone.extend(range(len(numbers), row))
                    numbers.extend(repeat(0, row - len(numbers)))
                append(number)
            except (ValueError, OverflowError):
                problems.wrong(kind, text)

        return put

    def finish(self, rows: int) -> Array:
        """Return integers where none is missing, else floats with nan."""
        kind = np.int64 if self.kind == INTEGER else np.float64
        found = owned(np.frombuffer(self._numbers, dtype=kind))
        if len(found) == rows and not self._gone:
            return found
        numbers = np.full(rows, np.nan)
        numbers[: len(found)] = found
        numbers[np.frombuffer(self._gone, dtype=np.int64)] = np.nan
        return owned(numbers)


class Times:
    """A column of times, parsed some thousands at a time."""

    kind = TIME

    def __init__(self, problems: Problems, called: str, *, reason: str = "") -> None:
        self._problems = problems
        self._called = called
        self._reason = reason
        self._texts: list[str] = []
        self._parts: list[Parsed] = []
        self._done = 0
        self.bad: list[int] = []

    def putting(self) -> Put:
        """Return the function that sets the time of a row."""
        problems, texts = self._problems, self._texts
        append = texts.append

        def put(row: int, text: str) -> None:
            place = row - self._done
            if place == len(texts):
                append(text)
            elif place < len(texts) and place >= 0:
                problems.twice()
                texts[place] = text
            else:
                self._fill(row)
                append(text)
            if len(texts) == _CHUNK:
                self._parse()

        return put

    def _fill(self, row: int) -> None:
        while self._done + len(self._texts) < row:
            room = min(row - self._done - len(self._texts), _CHUNK - len(self._texts))
            self._texts.extend(repeat("", room))
            if len(self._texts) == _CHUNK:
                self._parse()

    def _parse(self) -> None:
        found = parsed_times(self._texts)
        for position in found.bad:
            row = self._done + position
            self.bad.append(row)
            where = f"{self._called}, number {row + 1:,} of the file"
            if self._reason:
                self._problems.wrong_record(self._reason, self._texts[position], where=where)
            else:
                self._problems.wrong(TIME, self._texts[position], where=where)
        self._parts.append(found)
        self._done += len(self._texts)
        self._texts.clear()

    def finish(self, rows: int) -> Parsed:
        """Return the column."""
        self._fill(rows)
        if self._texts:
            self._parse()
        parts, self._parts = self._parts, []
        fine = None
        if any(part.fine is not None for part in parts):
            fine = np.concatenate(
                [np.zeros(len(p.stamps), np.int16) if p.fine is None else p.fine for p in parts]
            )
        return Parsed(
            np.concatenate([np.full(0, NAT), *(part.stamps for part in parts)]),
            np.concatenate([np.zeros(0, bool), *(part.naive for part in parts)]),
            fine,
            self.bad,
        )


Column = Texts | Numbers | Times


class Attributes:
    """The attributes of one kind of element: a column for each key and type.

    ``putting[type][key]`` is the function that sets a value; `new` makes it where it lacks.
    ``needed`` gives, for columns of times without which an element cannot be read, the reason.
    """

    def __init__(
        self,
        problems: Problems,
        kinds: Mapping[str, str],
        *,
        called: str,
        needed: Mapping[str, str] = FrozenMap(),
    ) -> None:
        self.putting: dict[str, dict[str, Put]] = {tag: {} for tag in kinds}
        self.columns: dict[str, dict[str, Column]] = {}
        self._kinds = kinds
        self._problems = problems
        self._called = called
        self._needed = needed

    def new(self, tag: str, key: str, *, name: str) -> Put:
        """Return the function that sets values of a key: of the column of its canonical name."""
        kind = self._kinds[tag]
        columns = self.columns.setdefault(name, {})
        if kind not in columns:
            columns[kind] = self._column(kind, name)
        put = self.putting[tag][key] = columns[kind].putting()
        return put

    def _column(self, kind: str, name: str) -> Column:
        if kind == TIME:
            called = f"{name!r} of {self._called}"
            return Times(self._problems, called, reason=self._needed.get(name, ""))
        return (
            Texts(self._problems, kind) if kind in (TEXT, FLAG) else Numbers(self._problems, kind)
        )

    def finish(self, rows: int, skipped: Skipped) -> dict[str, Coded | Array | Parsed]:
        """Return the columns by name; a key of several types as text, or as numbers.

        Can be asked once: nothing is kept.
        """
        for known in self.putting.values():
            known.clear()  # they hold the columns
        found: dict[str, Coded | Array | Parsed] = {}
        for name in list(self.columns):
            parts = list(self.columns.pop(name).values())
            if len(parts) > 1:
                skipped.note("an attribute whose values are of several types, read as one")
            found[name] = parts[0].finish(rows) if len(parts) == 1 else _together(parts, rows)
        return found


def _together(columns: Sequence[Column], rows: int) -> Coded | Array:
    """Return columns of several types as one; each row has at most one value."""
    if all(isinstance(one, Numbers) for one in columns):
        numbers = np.array([np.asarray(one.finish(rows), dtype=np.float64) for one in columns])
        known = ~np.isnan(numbers)
        return owned(np.where(known.any(axis=0), np.where(known, numbers, 0).sum(axis=0), np.nan))
    values: list[Any] = [None] * rows
    for column in columns:
        texts = column.texts(rows) if isinstance(column, Texts) else texts_of(column.finish(rows))
        for row, text in enumerate(texts.to_list()):
            values[row] = text if text is not None else values[row]
    return code_values(values)


def texts_of(column: Coded | Array | Parsed) -> Coded:
    """Return a column of any type as text, missing where it is."""
    if isinstance(column, Coded):
        return column
    stamps = column.stamps if isinstance(column, Parsed) else column
    distinct, codes = np.unique(stamps, return_inverse=True)
    if isinstance(column, Parsed):
        distinct = distinct.view("datetime64[us]")
    if distinct.dtype.kind == "M":
        texts = [None if np.isnat(one) else str(one) for one in distinct]
    elif distinct.dtype.kind == "b":
        texts = [str(one).lower() for one in distinct.tolist()]
    else:
        # A column of integers is one of floats where some are missing.
        known = distinct[~np.isnan(distinct)]
        whole = bool((known == np.floor(known)).all() and (np.abs(known) < _EXACT).all())
        texts = [
            None if one != one else str(int(one) if whole else one) for one in distinct.tolist()
        ]
    return code_values(texts).take(codes)


def picked(column: Coded | Array, rows: Array) -> Coded | Array:
    """Return the values at rows; missing where a row is -1."""
    gone = rows < 0
    if not gone.any():
        return column.take(rows) if isinstance(column, Coded) else owned(column[rows])
    if isinstance(column, Coded):
        codes = np.append(column.codes, np.int32(-1))[rows]
        return Coded(owned(codes), column.categories)
    if column.dtype.kind == "M":
        return owned(np.append(column, np.array("NaT", dtype=column.dtype))[rows])
    return owned(np.append(column.astype(np.float64), np.nan)[rows])
