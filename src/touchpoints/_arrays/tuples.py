"""The distinct tuples of several columns."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from touchpoints._frozen import Array, Coded, owned

_FLAGS = 2**24


def distinct_tuples(columns: Sequence[Coded | Array]) -> tuple[Array, list[list[Any]]]:
    """Give each distinct tuple of some columns a number.

    Parameters
    ----------
    columns
        Coded text, or arrays; a missing value (code -1, nan, NaT) is a value like any other.

    Returns
    -------
    codes : int32 (m,)
        The tuple of each row.
    values
        For each column, its Python value in each tuple; None where missing.

    Notes
    -----
    O(m) for each column of text while the tuples possible stay below 2**24; else a sort.
    """
    codes, size = _factorise(columns[0])
    values = [_values_of(columns[0])]
    for column in columns[1:]:
        more, width = _factorise(column)
        codes, kept = _renumber(codes.astype(np.int64) * width + more, size * width)
        values = [[known[place] for place in (kept // width).tolist()] for known in values]
        table = _values_of(column)
        values.append([table[place] for place in (kept % width).tolist()])
        size = len(kept)
    codes, kept = _renumber(codes, size)
    return owned(codes.astype(np.int32)), [
        [known[place] for place in kept.tolist()] for known in values
    ]


def _factorise(column: Coded | Array) -> tuple[Array, int]:
    """Return a code for each row and how many there can be; the last one is for missing text."""
    if isinstance(column, Coded):
        size = len(column.categories)
        return (
            np.where(column.codes < 0, size, column.codes) if size else column.codes + 1
        ), size + 1
    if column.dtype.kind == "b":
        return column.view(np.int8), 2
    distinct, inverse = np.unique(column, return_inverse=True)
    return inverse, max(len(distinct), 1)


def _values_of(column: Coded | Array) -> list[Any]:
    """Return the value of each code that `_factorise` gives."""
    if isinstance(column, Coded):
        return [*column.categories, None]
    if column.dtype.kind == "b":
        return [False, True]
    return [_plain(value) for value in np.unique(column).tolist()]


def _plain(value: Any) -> Any:
    return None if value is None or value != value else value


def _renumber(codes: Array, size: int) -> tuple[Array, Array]:
    """Return the codes without holes, and the codes that occur, rising."""
    if size > _FLAGS:
        kept, inverse = np.unique(codes, return_inverse=True)
        return inverse, kept
    flags = np.zeros(size, dtype=bool)
    flags[codes] = True
    kept = np.flatnonzero(flags)
    if len(kept) == size:
        return codes, kept
    table = np.zeros(size, dtype=np.int32)
    table[kept] = np.arange(len(kept), dtype=np.int32)
    return table[codes], kept
