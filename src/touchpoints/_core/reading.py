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
    keys_of_values,
    list_of,
    numbers_of,
)
from touchpoints._core.frozen import Array, Coded, code_values
from touchpoints._core.instants import (
    Instants,
    checked_format,
    from_datetime64,
    from_numbers,
    from_objects,
    localise,
)
from touchpoints.errors import InvalidInputError, WrongKindError

if TYPE_CHECKING:
    from touchpoints._core.frames import Frame

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

    def __init__(self, columns: Mapping[str, Any]) -> None:
        self.names = list(columns)
        self._columns = columns
        self.rows = 0

    def samples(self) -> dict[str, list[Any]]:
        stride = max(1, self.rows // SAMPLE)
        some = {name: list(islice(one, 0, None, stride)) for name, one in self._columns.items()}
        return {
            name: seen for name, seen in some.items() if any(isinstance(one, str) for one in seen)
        }

    def load(self, asked: Iterable[tuple[str, Any]]) -> None:
        columns_asked(asked, self.names)
        for name, values in self._columns.items():
            sized = hasattr(values, "__len__") and hasattr(values, "__getitem__")
            text_or_map = isinstance(values, (str, bytes, Mapping))
            dimensions = getattr(values, "ndim", 1)
            if not sized or text_or_map or dimensions != 1:
                got = type(values).__name__ if dimensions == 1 else f"{dimensions} dimensions"
                raise WrongKindError(
                    f"column {name!r} must be a list or a one-dimensional array, got {got}"
                )
        sizes = {name: len(values) for name, values in self._columns.items()}
        if len(set(sizes.values())) > 1:
            raise InvalidInputError(f"the columns differ in length: {sizes}")
        self.rows = next(iter(sizes.values()), 0)

    def values(self, name: str) -> list[Any]:
        return list_of(self._columns[name])

    def text(self, name: str) -> Coded:
        return code_values(self.values(name))

    def keys(self, name: str) -> IdColumn:
        return keys_of_values(self._columns[name])

    def kept(self, name: str) -> Coded | Array:
        return kept_values(self._columns[name])

    def numbers(self, name: str) -> Array:
        return numbers_of(self._columns[name], name)

    def instants(self, name: str, time_format: str | None, tz: str | None) -> Instants:
        values, time_format = self._columns[name], checked_format(time_format)
        kind = values.dtype.kind if isinstance(values, np.ndarray) else ""
        if kind == "M":
            found = from_datetime64(values, None)
        elif kind and kind in "iuf":
            found = from_numbers(values, name, time_format)
        else:
            found = from_objects(list_of(values), name, time_format)
        return found if tz is None else localise(found, tz)
