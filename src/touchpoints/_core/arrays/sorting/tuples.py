"""Distinct tuples of the values of several columns."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import attrs
import numpy as np

from touchpoints._core.frozen import Array, Coded, owned

# Up to this number of possible tuples, a lookup table is used instead of a sort.
_FLAGS = 2**25


def distinct_tuples(columns: Sequence[Coded | Array]) -> tuple[Array, list[list[Any]]]:
    """Return the distinct tuples of columns of equal length, and the tuple of each row.

    Parameters
    ----------
    columns
        Coded text, or arrays; a missing value (code -1, nan, NaT) counts as a value.

    Returns
    -------
    codes : int32 (m,)
        The number of the tuple of each row.
    values
        For each column, its Python value in each tuple; None where missing.

    Notes
    -----
    O(m) for each column of text, bools or integers of a small range, while the number of possible
    tuples is at most 2**25; otherwise a sort.
    """
    codings = [_coding(column) for column in columns]
    numbering = _Numbering(codings[0])
    for coding in codings[1:]:
        numbering.add(coding)
    numbering.renumber()
    values = [
        coding.values_at(codes) for coding, codes in zip(codings, numbering.columns, strict=True)
    ]
    return owned(numbering.codes.astype(np.int32, copy=False)), values


@attrs.frozen(eq=False)
class _Coding:
    """A column as codes below ``size``, and a function from codes to Python values."""

    codes: Array
    size: int
    values_at: Callable[[Array], list[Any]]


def _coding(column: Coded | Array) -> _Coding:
    if isinstance(column, Coded):
        return _text_coding(column)
    if column.dtype.kind == "b":
        return _Coding(column.view(np.int8), 2, lambda codes: [bool(one) for one in codes])
    if column.dtype.kind in "iu" and len(column):
        low, high = int(column.min()), int(column.max())
        if high - low < _FLAGS:
            shifted = (column - column.dtype.type(low)).astype(np.int32)
            return _Coding(shifted, high - low + 1, lambda codes: (codes + low).tolist())
    distinct, inverse = np.unique(_in_microseconds(column), return_inverse=True)
    return _Coding(
        inverse,
        max(len(distinct), 1),
        lambda codes: [_plain(one) for one in distinct[codes].tolist()],
    )


def _text_coding(column: Coded) -> _Coding:
    """Return the coding of a text column; missing text gets the last code."""
    size = len(column.categories)
    codes = column.codes
    missing = bool(len(codes)) and int(codes.min()) < 0
    if missing:
        codes = np.where(codes < 0, np.int32(size), codes)
    values = [*column.categories, None]
    return _Coding(codes, size + missing, lambda chosen: [values[one] for one in chosen.tolist()])


def _in_microseconds(column: Array) -> Array:
    """Convert times to microseconds, the unit of ``datetime``; return other columns unchanged."""
    return column.astype("datetime64[us]") if column.dtype.kind == "M" else column


def _plain(value: Any) -> Any:
    return None if value is None or value != value else value


class _Numbering:
    """Numbers of tuples, extended column by column.

    A tuple of a few columns is one number in mixed radix. Before the range of these numbers
    exceeds the size of a lookup table, the numbers that occur are renumbered.

    Attributes
    ----------
    codes : integers (m,)
        The number of the tuple of each row.
    columns : list of integers (t,)
        For each column, its code in each tuple; complete after `renumber`.
    """

    def __init__(self, first: _Coding) -> None:
        self.codes = first.codes
        self.columns: list[Array] = []
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
        """Renumber the tuples that occur from 0 without gaps, and store the codes of each."""
        self.codes, kept = without_holes(self.codes, self._size)
        head, *rest = np.unravel_index(kept, self._widths)
        self.columns = [*([one[head] for one in self.columns] or [head]), *rest]
        self._widths = [max(len(kept), 1)]
        self._size = self._widths[0]


def without_holes(codes: Array, size: int) -> tuple[Array, Array]:
    """Return the codes renumbered without gaps, and the sorted codes that occur."""
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
