"""Flat tables of a format: a dataframe, columns, records or a file, with columns that may lack."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np

from touchpoints._core.datetimes import NAT, Instants
from touchpoints._core.frozen import Array, Coded, owned, without_blanks
from touchpoints._core.messages import not_found, wrong_kind
from touchpoints._core.reading import table_of
from touchpoints._core.zones import HowTimes
from touchpoints.errors import InvalidInputError
from touchpoints.sources._columns import columns_of_records
from touchpoints.sources._shared.files import is_path
from touchpoints.sources._shared.frames import frame_of_file
from touchpoints.sources._shared.records import TAKES, are_records
from touchpoints.sources._shared.skipped import SKIP, Skipped


class Flat:
    """The columns of a flat table that a reader knows; a column the table lacks is missing.

    Parameters
    ----------
    source
        A dataframe, a mapping of columns, records, or the path of a file.
    required
        Columns without which the table is none of its format.
    optional
        Further columns that are read if they are there.
    """

    def __init__(
        self, source: Any, *, required: Sequence[str], optional: Iterable[str] = ()
    ) -> None:
        table = table_of(_columns_of(source, required))
        self.names: list[str] = table.names
        for name in required:
            if name not in table.names:
                raise not_found("column", name, table.names, where="required by the format")
        present = [name for name in dict.fromkeys((*required, *optional)) if name in table.names]
        table.load(("format", name) for name in present)
        self._table, self._present = table, frozenset(present)
        self.rows = table.rows

    def has(self, name: str) -> bool:
        """Tell whether the table has a column."""
        return name in self._present

    def text(self, name: str) -> Coded:
        """Return a column as coded text; all missing if the table lacks it."""
        if name not in self._present:
            return Coded(owned(np.full(self.rows, -1, dtype=np.int32)), ())
        return self._table.text(name)

    def numbers(self, name: str) -> Array:
        """Return a column of numbers, nan where missing."""
        if name not in self._present:
            return np.full(self.rows, np.nan)
        return np.asarray(self._table.numbers(name), dtype=np.float64)

    def kept(self, name: str) -> Coded | Array:
        """Return a column as it is stored: numbers and instants as arrays, text as codes."""
        return self._table.kept(name) if name in self._present else self.text(name)

    def values(self, name: str) -> list[Any]:
        """Return a column as Python values; None where the table lacks it."""
        return self._table.values(name) if name in self._present else [None] * self.rows

    def times(
        self, *names: str, skipped: Skipped, time_format: str | None = None
    ) -> tuple[Array, Array]:
        """Return for each row the time of the first column that has one, and which rows to keep.

        Times are microseconds in UTC, `NAT` where missing. Rows with a time that cannot be read in
        one of the columns are raised, or counted as skipped and not to be kept.
        """
        how = HowTimes(
            tz="UTC",
            time_format=time_format,
            bad_times="raise" if skipped.on_error == "raise" else "drop",
            tell_bad=False,
        )
        stamps, kept = np.full(self.rows, NAT), np.ones(self.rows, dtype=bool)
        for name in names:
            found = self._instants(name, how)
            stamps = np.where(stamps == NAT, found.stamps, stamps)
            bad = np.array([] if found.bad is None else found.bad, dtype=np.int64)
            for place, row in enumerate(bad[kept[bad]].tolist()):
                where = found.said[0] if not place else f"row {row}"
                skipped.refuse(f"column {name!r}: a time cannot be read", where=where)
            kept[bad] = False
        return owned(stamps), owned(kept)

    def _instants(self, name: str, how: HowTimes) -> Instants:
        if name not in self._present:
            return Instants(np.full(self.rows, NAT))
        try:
            return self._table.instants(name, how)
        except InvalidInputError as error:
            if "bad_times=" not in error.mend:  # not an option of readers of a format
                raise
            raise InvalidInputError(error.what, where=error.where, mend=SKIP) from error


def _columns_of(source: Any, required: Sequence[str]) -> Any:
    """Return a source as what `table_of` reads; raise for what is not a table."""
    if is_path(source):
        return frame_of_file(source)
    if are_records(source):
        return columns_of_records(source, required)
    if not isinstance(source, Mapping) and not hasattr(source, "columns"):
        raise wrong_kind(source, takes=TAKES, mend="for example the path 'export.csv'")
    return source


def first_known(*columns: Coded) -> Coded:
    """Return for each row the value of the first column that has one."""
    categories = dict.fromkeys(text for one in columns for text in one.categories)
    place = {text: code for code, text in enumerate(categories)}
    codes = np.full(len(columns[0]), -1, dtype=np.int32)
    for one in columns:
        table = np.array([*(place[text] for text in one.categories), -1], dtype=np.int32)
        codes = np.where(codes < 0, table[one.codes], codes)
    return without_blanks(codes, list(categories))


def mapped(column: Coded, names: Mapping[str, str]) -> Coded:
    """Return a column with some of its texts replaced; other texts stay."""
    texts = [names.get(one, one) for one in column.categories]
    distinct = {text: code for code, text in enumerate(dict.fromkeys(texts))}
    table = np.array([*(distinct[text] for text in texts), -1], dtype=np.int32)
    return Coded(owned(table[column.codes]), tuple(distinct))


def constant(text: str, rows: int) -> Coded:
    """Return a column with one text in all rows."""
    return Coded(owned(np.zeros(rows, dtype=np.int32)), (text,))


def rows_of(columns: Mapping[str, Any], kept: Array) -> dict[str, Any]:
    """Return the rows of columns at these positions, or where a mask is true."""
    if kept.dtype == bool and kept.all():
        return dict(columns)
    return {
        name: one.take(kept) if isinstance(one, Coded) else one[kept]
        for name, one in columns.items()
    }


def stacked(parts: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """Return the rows of several tables one after the other; missing where a part lacks a column.

    A column holds texts (`Coded`) in all parts, or arrays of one type.
    """
    names = dict.fromkeys(name for part in parts for name in part)
    sizes = [len(next(iter(part.values()), ())) for part in parts]
    return {name: _stacked([part.get(name) for part in parts], sizes) for name in names}


def _stacked(columns: Sequence[Any], sizes: Sequence[int]) -> Coded | Array:
    known = next(one for one in columns if one is not None)
    if isinstance(known, Coded):
        nothing = Coded((), ())
        filled = [
            Coded(np.full(size, -1, dtype=np.int32), ()) if one is None else one
            for one, size in zip(columns, sizes, strict=True)
        ]
        categories = dict.fromkeys(text for one in filled for text in one.categories)
        place = {text: code for code, text in enumerate(categories)}
        tables = [
            np.array([*(place[text] for text in one.categories), -1], dtype=np.int32)[one.codes]
            for one in filled
        ]
        return Coded(owned(np.concatenate([nothing.codes, *tables])), tuple(categories))
    empty = np.array("NaT", dtype=known.dtype) if known.dtype.kind in "mM" else np.nan
    return np.concatenate(
        [
            np.full(size, empty) if one is None else one
            for one, size in zip(columns, sizes, strict=True)
        ]
    )


def repeats_of(ids: Coded) -> Array:
    """Return which rows have an id that an earlier row has, bool (m,); no id repeats nothing."""
    repeats = ids.codes >= 0
    repeats[np.unique(ids.codes, return_index=True)[1]] = False
    return repeats
