"""What the constructor of journeys makes of each column it is given."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from touchpoints._core.columns import kept_values
from touchpoints._core.frozen import (
    Array,
    Coded,
    FrozenMap,
    by_name,
    integers,
    numbers,
    read_only,
    text_array,
    without_blanks,
)
from touchpoints._core.tables import text_array_read_only

Column = Array | Coded
INSTANT = "datetime64[us]"


def offsets(values: Any) -> Array:
    """Return offsets as int64."""
    return integers(values, np.int64, name="offsets")


def counts(values: Any) -> Array:
    """Return counts as int64."""
    return integers(values, np.int64, name="counts")


def flags(values: Any) -> Array:
    """Return flags as bool."""
    return integers(values, np.bool_, name="began or finished")


def instants(values: Any) -> Array | None:
    """Return times as datetime64[us], or None."""
    return None if values is None else numbers(values, INSTANT, name="a column of times")


def labels(values: Any) -> Array | None:
    """Return ids as int64 where they are integers that fit, else as an object array."""
    if values is None:
        return None
    array = values if isinstance(values, np.ndarray) else text_array(values)
    if array.dtype.kind in "iu" and (array.dtype != np.uint64 or not (array >= 2**63).any()):
        return read_only(array if array.dtype == np.int64 else array.astype(np.int64))
    if array.dtype != object:
        return text_array_read_only(array.tolist())
    if len(array) and all(type(one) is int and abs(one) < 2**63 for one in array):
        return read_only(array.astype(np.int64))
    return read_only(array)


def floats(columns: Mapping[str, Any]) -> FrozenMap[str, Array]:
    """Return columns of numbers as float64, by name."""
    pairs = by_name(columns).items()
    return FrozenMap({name: numbers(one, np.float64, name=name) for name, one in pairs})


def instant_columns(columns: Mapping[str, Any]) -> FrozenMap[str, Array]:
    """Return columns of times as datetime64[us], by name."""
    pairs = by_name(columns).items()
    return FrozenMap({name: numbers(one, INSTANT, name=name) for name, one in pairs})


def kept(columns: Mapping[str, Any]) -> FrozenMap[str, Column]:
    """Return the caller's columns as arrays or `Coded`, by name."""
    return FrozenMap({name: kept_column(one) for name, one in by_name(columns).items()})


def kept_column(values: Any) -> Column:
    """Return a caller's column as an array or `Coded`."""
    if not isinstance(values, Coded):
        values = kept_values(values)
        return values if isinstance(values, Coded) else read_only(values)
    return without_blanks(values.codes, values.categories) if values.has_blank else values


def floats_by_name(values: Mapping[str, float]) -> FrozenMap[str, float]:
    """Return numbers by name, frozen."""
    return FrozenMap(values)
