"""The distinct tuples of several columns."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import attrs
import numpy as np

from touchpoints._core.frozen import Array, Coded, owned

# Up to so many possible tuples are told apart by a table with a place for each, not by sorting.
_FLAGS = 2**25


def distinct_tuples(columns: Sequence[Coded | Array]) -> tuple[Array, list[list[Any]]]:
    """Give each distinct tuple of columns of one length a number.

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
    O(m) for each column of text, flags or whole numbers of a small range while the tuples possible
    stay below 2**25; else a sort.
    """
    codings = [_coding(column) for column in columns]
    numbering = _Numbering(codings[0])
    for coding in codings[1:]:
        numbering.add(coding)
    numbering.renumber()
    values = [
        coding.values_at(places) for coding, places in zip(codings, numbering.places, strict=True)
    ]
    return owned(numbering.codes.astype(np.int32, copy=False)), values


@attrs.frozen(eq=False)
class _Coding:
    """A column as numbers below ``size``, and the Python values that some of them stand for."""

    codes: Array
    size: int
    values_at: Callable[[Array], list[Any]]


def _coding(column: Coded | Array) -> _Coding:
    if isinstance(column, Coded):
        return _text_coding(column)
    if column.dtype.kind == "b":
        return _Coding(column.view(np.int8), 2, lambda places: [bool(one) for one in places])
    if column.dtype.kind in "iu" and len(column):
        low, high = int(column.min()), int(column.max())
        if high - low < _FLAGS:
            codes = (column - column.dtype.type(low)).astype(np.int32)
            return _Coding(codes, high - low + 1, lambda places: (places + low).tolist())
    distinct, inverse = np.unique(_in_microseconds(column), return_inverse=True)
    return _Coding(
        inverse,
        max(len(distinct), 1),
        lambda places: [_plain(one) for one in distinct[places].tolist()],
    )


def _text_coding(column: Coded) -> _Coding:
    """Return the codes of text; those of missing text come last."""
    size = len(column.categories)
    codes = column.codes
    missing = bool(len(codes)) and int(codes.min()) < 0
    if missing:
        codes = np.where(codes < 0, np.int32(size), codes)
    values = [*column.categories, None]
    return _Coding(codes, size + missing, lambda places: [values[one] for one in places.tolist()])


def _in_microseconds(column: Array) -> Array:
    """Return times in a unit that Python's own datetime knows; other columns as they are."""
    return column.astype("datetime64[us]") if column.dtype.kind == "M" else column


def _plain(value: Any) -> Any:
    return None if value is None or value != value else value


class _Numbering:
    """Numbers for tuples that grow column by column.

    A tuple of a few columns is one number in mixed radix. Before these numbers get too many to
    keep a table of them, those that occur are numbered anew.
    """

    def __init__(self, first: _Coding) -> None:
        self.codes = first.codes
        self.places: list[Array] = []
        self._widths = [max(first.size, 1)]
        self._size = self._widths[0]

    def add(self, coding: _Coding) -> None:
        """Append a column to the tuples."""
        width = max(coding.size, 1)
        if self._size * width > _FLAGS:
            self.renumber()
        self._size *= width
        self._widths.append(width)
        self.codes = self.codes.astype(np.int32 if self._size <= _FLAGS else np.int64)
        self.codes *= width
        self.codes += coding.codes

    def renumber(self) -> None:
        """Give the tuples that occur new numbers without holes; keep the codes in each."""
        self.codes, kept = _without_holes(self.codes, self._size)
        head, *rest = np.unravel_index(kept, self._widths)
        self.places = [*([one[head] for one in self.places] or [head]), *rest]
        self._widths = [max(len(kept), 1)]
        self._size = self._widths[0]


def _without_holes(codes: Array, size: int) -> tuple[Array, Array]:
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
