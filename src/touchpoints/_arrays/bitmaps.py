"""Rows as bits: the next marked row behind each of many, without searching."""

from __future__ import annotations

import attrs
import numpy as np

from touchpoints._frozen import Array

_WORD = 64
_SHIFT = 6


@attrs.frozen(eq=False)
class Bitmap:
    """Marked rows, a bit each.

    Attributes
    ----------
    words : uint64 (w,)
        Bit b of word i is row ``64 * i + b``; the last word is empty.
    filled : int32 (w,)
        The first word at or behind each that is not empty; the last one where none is.
    rows : int
        How many rows there are, marked or not.
    """

    words: Array
    filled: Array
    rows: int

    def __attrs_post_init__(self) -> None:
        if self.rows >= _WORD * np.iinfo(np.int32).max:
            raise OverflowError("more rows than a bitmap has words for")

    def at_or_behind(self, rows: Array) -> Array:
        """Return the first marked row at or behind each of some rows, int64; else how many rows.

        ``rows`` are in ``range(self.rows + 1)``.
        """
        place = rows >> _SHIFT
        rest = self.words.take(place)
        rest >>= (rows & (_WORD - 1)).view(np.uint64)
        answer = _lowest(rest)
        answer += rows
        dry = np.flatnonzero(rest == 0)
        if len(dry):
            place = self.filled.take(place[dry] + 1, mode="clip").astype(np.int64)
            found = _lowest(self.words.take(place))
            found += place << _SHIFT
            answer[dry] = np.minimum(found, self.rows)
        return answer

    def marked(self, low: int, high: int) -> Array:
        """Return the marked rows from ``low`` to before ``high``, int64, rising."""
        first, last = low >> _SHIFT, (high + _WORD - 1) >> _SHIFT
        bits = np.unpackbits(self.words[first:last].view(np.uint8), bitorder="little")
        found = np.flatnonzero(bits[low - (first << _SHIFT) : high - (first << _SHIFT)])
        found += low
        return found


def _lowest(words: Array) -> Array:
    """Return the place of the lowest bit of each word, int64; 64 where there is none."""
    below = words - np.uint64(1)
    below &= ~words
    return np.bitwise_count(below).astype(np.int64)


def bitmap_of(flags: Array) -> Bitmap:
    """Return the flagged rows, bool (m,), as bits."""
    octets = np.zeros((len(flags) // _WORD + 2) * (_WORD // 8), dtype=np.uint8)
    octets[: -(-len(flags) // 8)] = np.packbits(flags, bitorder="little")
    words = octets.view("<u8").astype(np.uint64, copy=False)
    places = np.where(words != 0, np.arange(len(words)), len(words) - 1).astype(np.int32)
    return Bitmap(words, np.minimum.accumulate(places[::-1])[::-1], len(flags))


def bitmap_of_rows(rows: Array, size: int) -> Bitmap:
    """Return some of ``size`` rows as bits."""
    flags = np.zeros(size, dtype=bool)
    flags[rows] = True
    return bitmap_of(flags)
