"""Columns of odd kinds, each with what becomes of it as ids, or a part of the error.

``ODD`` holds columns of two rows by what holds them. Where the second entry is text, the column is
refused with it in the message, in whatever role; else it is the list of ids, and what is kept.
"""

from __future__ import annotations

import datetime as dt
import enum
import uuid
from collections.abc import Callable
from decimal import Decimal
from fractions import Fraction
from typing import Any

import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa

Odd = dict[str, tuple[Callable[[], Any], str | tuple[list[Any], list[Any]]]]

NAN = float("nan")
DAYS = [dt.date(2026, 1, 1), dt.date(2026, 1, 2)]
MIDNIGHTS = [dt.datetime(2026, 1, 1), dt.datetime(2026, 1, 2)]
AMOUNTS = [Decimal("1.5"), Decimal(2)]
UUIDS = [uuid.UUID(int=1), uuid.UUID(int=2)]
WRITTEN = [str(one) for one in UUIDS]
NOT_ONE = "column 'id' holds values of type {}, and a cell must hold a single value (rows"
BYTES = "column 'id' holds bytes, which are text only in some encoding (rows 0, 1: b'a', b'b')"
PLAIN = "column 'id' must be a list or a one-dimensional array, got {}"


class Kind(enum.Enum):
    """An enumeration of somebody's own."""

    A = 1
    B = 2


class Unhashable:
    """An object that cannot be told from others by a hash."""

    __hash__ = None


def _both(values: list[Any], kept: list[Any] | None = None) -> tuple[list[Any], list[Any]]:
    """Return what is expected of ids, and of values that are kept."""
    return values, values if kept is None else kept


LISTS: Odd = {
    "nested lists": (lambda: [[1], [2]], NOT_ONE.format("list")),
    "a list among numbers": (lambda: [1, [2]], NOT_ONE.format("list") + " 1: [2])"),
    "mappings": (lambda: [{"a": 1}, {"a": 2}], NOT_ONE.format("dict")),
    "sets": (lambda: [{1}, {2}], NOT_ONE.format("set")),
    "arrays": (lambda: [np.array([1]), np.array([2])], NOT_ONE.format("ndarray")),
    "objects without a hash": (lambda: [Unhashable(), Unhashable()], NOT_ONE.format("Unhashable")),
    "bytes": (lambda: [b"a", b"b"], BYTES),
    "arrays of bytes": (lambda: [bytearray(b"a"), bytearray(b"b")], BYTES),
    "views of bytes": (lambda: [memoryview(b"a"), memoryview(b"b")], BYTES),
    "bytes of numpy": (lambda: np.array([b"a", b"b"]), BYTES),
    "void of numpy": (lambda: np.array([b"a", b"b"], dtype="V1"), BYTES),
    "a set": (lambda: {1, 2}, PLAIN.format("set")),
    "a generator": (lambda: iter([1, 2]), PLAIN.format("list_iterator")),
    "two dimensions": (lambda: np.array([[1, 2], [3, 4]]), PLAIN.format("2 dimensions")),
    "no dimension": (lambda: np.array(5), PLAIN.format("0 dimensions")),
    "a structured array": (
        lambda: np.array([(1, "a"), (2, "b")], dtype=[("x", int), ("y", "U1")]),
        _both(["(1, 'a')", "(2, 'b')"]),
    ),
    "complex numbers": (lambda: np.array([1 + 2j, 2]), _both(["(1+2j)", "(2+0j)"])),
    "decimals": (lambda: AMOUNTS, _both(["1.5", "2"])),
    "equal decimals": (lambda: [Decimal(1), Decimal("1.00")], (["1"], ["1", "1"])),
    "decimals that are no number": (
        lambda: [Decimal("NaN"), Decimal("sNaN"), Decimal(1)][1:],
        (["1"], [None, "1"]),
    ),
    "UUIDs": (lambda: UUIDS, _both(WRITTEN)),
    "flags": (lambda: [True, False], _both(["True", "False"], [True, False])),
    "flags and numbers": (lambda: [True, 1], (["True", "1"], [1, 1])),
    "numbers and text": (lambda: [1, "1"], (["1"], ["1", "1"])),
    "tuples": (lambda: [(1, 2), (1, 3)], _both(["(1, 2)", "(1, 3)"])),
    "fractions": (lambda: [Fraction(1, 2), Fraction(1, 3)], _both(["1/2", "1/3"])),
    "members of an enumeration": (lambda: [Kind.A, Kind.B], _both(["Kind.A", "Kind.B"])),
    "dates": (lambda: DAYS, _both([str(one) for one in DAYS], MIDNIGHTS)),
    "durations": (
        lambda: [dt.timedelta(1), dt.timedelta(2)],
        _both(["1 day, 0:00:00", "2 days, 0:00:00"], [86400.0, 172800.0]),
    ),
    "durations of numpy in a list": (
        lambda: list(np.array([1, 2], "m8[s]")),
        _both(["1 seconds", "2 seconds"], [1.0, 2.0]),
    ),
    "instants of numpy in a list": (
        lambda: list(np.array(["2026-01-01", "2026-01-02"], "M8[ns]")),
        _both(["2026-01-01T00:00:00.000000000", "2026-01-02T00:00:00.000000000"], MIDNIGHTS),
    ),
    "long floats": (lambda: np.array([1, 2], np.longdouble), _both([1, 2], [1.0, 2.0])),
    "text of numpy of any length": (
        lambda: np.array(["a", "b"], np.dtypes.StringDType()),
        _both(["a", "b"]),
    ),
    "missing times": (lambda: [pd.NaT, "a"], (["a"], [None, "a"])),
    "NA": (lambda: [pd.NA, "a"], (["a"], [None, "a"])),
}
PANDAS: Odd = {
    "unused categories": (
        lambda: pd.Categorical(["a", "b"], categories=["c", "a", "b"]),
        _both(["a", "b"]),
    ),
    "a missing category": (lambda: pd.Categorical(["a", None]), (["a"], ["a", None])),
    "categories of floats": (lambda: pd.Categorical([1.5, 2.5]), _both(["1.5", "2.5"], [1.5, 2.5])),
    "categories of flags": (
        lambda: pd.Categorical([True, False]),
        _both(["True", "False"], [True, False]),
    ),
    "categories of days": (
        lambda: pd.Categorical(pd.to_datetime(["2026-01-01", "2026-01-02"])),
        _both([str(one) for one in MIDNIGHTS], MIDNIGHTS),
    ),
    "categories of two kinds": (lambda: pd.Categorical([1, "1"]), (["1"], ["1", "1"])),
    "categories of bytes": (lambda: pd.Categorical([b"a", b"b"]), BYTES),
    "categories of intervals": (
        lambda: pd.Categorical.from_codes(
            [0, 1], categories=pd.IntervalIndex.from_breaks([0, 1, 2])
        ),
        _both(["(0, 1]", "(1, 2]"]),
    ),
    "lists": (lambda: pd.Series([[1], [2]]), NOT_ONE.format("list")),
    "mappings": (lambda: pd.Series([{"a": 1}, {"a": 2}]), NOT_ONE.format("dict")),
    "bytes": (lambda: pd.Series([b"a", b"b"]), BYTES),
    "durations of numpy": (
        lambda: pd.Series(list(np.array([1, 2], "m8[s]")), dtype=object),
        _both(["1 seconds", "2 seconds"], [1.0, 2.0]),
    ),
    "complex numbers": (lambda: np.array([1j, 2]), _both(["1j", "(2+0j)"])),
    "sparse numbers": (lambda: pd.arrays.SparseArray([1, 2]), _both(["1", "2"])),
    "flags and NA": (lambda: pd.array([True, None], "boolean"), (["True"], [1.0, NAN])),
    "lists of arrow": (
        lambda: pd.array([[1], [2]], pd.ArrowDtype(pa.list_(pa.int64()))),
        NOT_ONE.format("list"),
    ),
}
POLARS: Odd = {
    "an enumeration": (
        lambda: pl.Series(["a", "b"], dtype=pl.Enum(["b", "c", "a"])),
        _both(["a", "b"]),
    ),
    "an enumeration with null": (
        lambda: pl.Series(["a", None], dtype=pl.Enum(["b", "a"])),
        (["a"], ["a", None]),
    ),
    "a struct": (lambda: pl.Series([{"a": 1}, {"a": 2}]), NOT_ONE.format("dict")),
    "lists": (lambda: pl.Series([[1], [2]]), NOT_ONE.format("list")),
    "arrays": (lambda: pl.Series([[1], [2]], dtype=pl.Array(pl.Int64, 1)), NOT_ONE.format("list")),
    "bytes": (lambda: pl.Series([b"a", b"b"]), BYTES),
    "UUIDs as objects": (lambda: pl.Series(UUIDS, dtype=pl.Object), _both(WRITTEN)),
    "sets as objects": (lambda: pl.Series([{1}, {2}], dtype=pl.Object), NOT_ONE.format("set")),
    "durations of numpy as objects": (
        lambda: pl.Series(list(np.array([1, 2], "m8[s]")), dtype=pl.Object),
        _both(["1 seconds", "2 seconds"], [1.0, 2.0]),
    ),
    "decimals": (lambda: pl.Series(AMOUNTS), _both(["1.5", "2.0"], [1.5, 2.0])),
    "integers of 128 bits": (lambda: pl.Series([1, 2], dtype=pl.Int128), _both([1, 2])),
    "times of day": (
        lambda: pl.Series([dt.time(1), dt.time(2)]),
        _both(["01:00:00", "02:00:00"]),
    ),
}
ARROW: Odd = {
    "a dictionary with null in it": (
        lambda: pa.DictionaryArray.from_arrays(pa.array([0, 1], pa.int8()), pa.array(["a", None])),
        (["a"], ["a", None]),
    ),
    "a dictionary with a value twice": (
        lambda: pa.DictionaryArray.from_arrays(pa.array([0, 1], pa.int8()), pa.array(["a", "a"])),
        (["a"], ["a", "a"]),
    ),
    "a dictionary of days": (
        lambda: pa.DictionaryArray.from_arrays(pa.array([0, 1], pa.int8()), pa.array(DAYS)),
        _both([str(one) for one in DAYS], MIDNIGHTS),
    ),
    "a dictionary of bytes": (lambda: pa.array([b"a", b"b"]).dictionary_encode(), BYTES),
    "a dictionary of lists": (
        lambda: pa.DictionaryArray.from_arrays(pa.array([0, 1], pa.int8()), pa.array([[1], [2]])),
        NOT_ONE.format("list"),
    ),
    "decimals": (lambda: pa.array(AMOUNTS), _both(["1.5", "2.0"], [1.5, 2.0])),
    "durations": (
        lambda: pa.array([1, 2], pa.duration("s")),
        _both(["0:00:01", "0:00:02"], [1.0, 2.0]),
    ),
    "structs": (lambda: pa.array([{"a": 1}, {"a": 2}]), NOT_ONE.format("dict")),
    "lists": (lambda: pa.array([[1], [2]]), NOT_ONE.format("list")),
    "maps": (
        lambda: pa.array([[("a", 1)], [("b", 2)]], pa.map_(pa.string(), pa.int64())),
        NOT_ONE.format("list"),
    ),
    "a union": (
        lambda: pa.UnionArray.from_sparse(
            pa.array([0, 1], pa.int8()), [pa.array([1, 2]), pa.array(["a", "b"])]
        ),
        _both(["1", "b"]),
    ),
    "bytes of one size": (lambda: pa.array([b"a", b"b"], pa.binary(1)), BYTES),
    "views of text": (lambda: pa.array(["a", "b"], pa.string_view()), _both(["a", "b"])),
}
ODD = {"lists": LISTS, "pandas": PANDAS, "polars": POLARS, "arrow": ARROW}
"""By what holds the column; in tables of lists it is an array of numpy or any sequence."""
