"""Input tables: dataframes of any library, and mappings of names to columns."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from itertools import islice
from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np

from touchpoints._core.columns import (
    SAMPLE,
    IdColumn,
    columns_asked,
    kept_values,
    keys_of_codes,
    keys_of_values,
    list_of,
    numbers_of,
)
from touchpoints._core.datetimes import Instants, from_datetime64
from touchpoints._core.frozen import Array, Coded, code_values, without_blanks
from touchpoints._core.instants import from_numbers, from_objects
from touchpoints._core.zones import HowTimes, zoned
from touchpoints.errors import InvalidInputError, WrongKindError

if TYPE_CHECKING:
    from touchpoints._core.frames import Frame
    from touchpoints._core.packed import PackedTexts

Table: TypeAlias = "_Plain | Frame"


def table_of(source: Any) -> Table:
    """Wrap a dataframe of any library, or a mapping of columns, as a table for reading."""
    if isinstance(source, Mapping):
        return _Plain(source)
    from touchpoints._core.frames import Frame

    return Frame(source)


class _Plain:
    """Lists or arrays of equal length, by column name."""

    lazy = False
    given: Any = None

    def __init__(self, columns: Mapping[str, Any]) -> None:
        self.names = list(columns)
        self._columns = {name: _plain_array(values) for name, values in columns.items()}
        self.rows = 0

    def samples(self) -> dict[str, list[Any]]:
        stride = max(1, self.rows // SAMPLE)
        some = {
            name: list(one.take(slice(None, None, stride)).to_list())
            if isinstance(one, Coded)
            else list(islice(one, 0, None, stride))
            for name, one in self._columns.items()
            if not isinstance(one, Instants)
        }
        return {
            name: seen for name, seen in some.items() if any(isinstance(one, str) for one in seen)
        }

    def load(self, asked: Iterable[tuple[str, Any]]) -> None:
        columns_asked(asked, self.names)
        for name, values in self._columns.items():
            if isinstance(values, (Coded, Instants)):
                continue
            sized = hasattr(values, "__len__") and hasattr(values, "__getitem__")
            text_or_map = isinstance(values, (str, bytes, Mapping))
            dimensions = getattr(values, "ndim", 1)
            if not sized or text_or_map or dimensions != 1:
                got = type(values).__name__ if dimensions == 1 else f"{dimensions} dimensions"
                raise WrongKindError(
                    f"column {name!r} must be a list or a one-dimensional array, got {got}"
                )
        sizes = {
            name: len(values.stamps if isinstance(values, Instants) else values)
            for name, values in self._columns.items()
        }
        if len(set(sizes.values())) > 1:
            raise InvalidInputError(f"the columns differ in length: {sizes}")
        self.rows = next(iter(sizes.values()), 0)

    def values(self, name: str) -> list[Any]:
        column = self._columns[name]
        return column.to_list() if isinstance(column, Coded) else list_of(column)

    def packed(self, _name: str) -> PackedTexts | None:
        return None

    def text(self, name: str) -> Coded:
        column = self._columns[name]
        if isinstance(column, Coded):
            return without_blanks(column.codes, column.categories)
        return code_values(self.values(name), column=name)

    def keys(self, name: str) -> IdColumn:
        column = self._columns[name]
        if isinstance(column, Coded):
            return keys_of_codes(self.text(name))
        return keys_of_values(column, name)

    def kept(self, name: str) -> Coded | Array:
        column = self._columns[name]
        if isinstance(column, Instants):
            return column.stamps.view("datetime64[us]")
        return self.text(name) if isinstance(column, Coded) else kept_values(column, name)

    def numbers(self, name: str) -> Array:
        column = self._columns[name]
        return numbers_of(self.values(name) if isinstance(column, Coded) else column, name)

    def instants(self, name: str, how: HowTimes) -> Instants:
        values = self._columns[name]
        if isinstance(values, Instants):
            return zoned(values, name, how)
        if isinstance(values, Coded):
            values = values.to_list()
        kind = values.dtype.kind if isinstance(values, np.ndarray) else ""
        if kind == "M":
            found = from_datetime64(
                values, None, name=name, bad_times=how.bad_times, may_be_open=how.may_be_open
            )
        elif kind and kind in "iuf":
            found = from_numbers(values, name, how.time_format, bad_times=how.bad_times)
        else:
            plain = list_of(values)
            found = from_objects(
                plain,
                name,
                how.time_format,
                bad_times=how.bad_times,
                may_be_open=how.may_be_open,
            )
        return zoned(found, name, how)


def _plain_array(values: Any) -> Any:
    """Return an array in the byte order of the machine, with what a mask hides as missing."""
    if not isinstance(values, np.ndarray):
        return values
    if values.dtype.kind == "T":  # numpy's texts of any length, which have no byte order
        return values.astype(object)
    native = values.astype(values.dtype.newbyteorder("="), copy=False)
    mask = np.ma.getmaskarray(values) if isinstance(values, np.ma.MaskedArray) else None
    if mask is None or values.ndim != 1:
        return native
    plain = np.asarray(np.ma.getdata(native))
    if not mask.any():
        return plain
    if plain.dtype.kind in "fmM":
        nothing: Any = np.nan if plain.dtype.kind == "f" else "NaT"
        return np.where(mask, np.array(nothing, dtype=plain.dtype), plain)
    return [None if gone else one for one, gone in zip(plain.tolist(), mask, strict=True)]
