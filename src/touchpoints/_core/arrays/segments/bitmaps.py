"""Bitmaps of rows: the next marked row after each of many rows, without searching."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

import attrs
import numpy as np

from touchpoints._core.arrays.segments.choosing import write_flags
from touchpoints._core.arrays.threads import WORTH, in_threads, spans
from touchpoints._core.frozen import Array

_WORD = 64
_SHIFT = 6
_BLOCK = 1 << 19


@attrs.frozen(eq=False)
class Bitmap:
    """A bitmap of marked rows, with one bit for each row.

    Attributes
    ----------
    words : uint64 (w,)
        Bit b of word i is row ``64 * i + b``; the last word is empty.
    beyond : int64 (w,)
        The first marked row after the rows of each word; ``rows`` where no marked row follows.
    rows : int
        The number of rows, marked or not.
    """

    words: Array
    beyond: Array
    rows: int

    def at_or_after(self, rows: Array) -> Array:
        """Return the first marked row at or after each of some rows, int64 (r,).

        ``rows`` are in ``range(self.rows + 1)``. Where no marked row follows, the number of rows
        is returned.
        """
        word = rows >> _SHIFT
        rest = self.words.take(word)
        rest >>= (rows & (_WORD - 1)).view(np.uint64)
        answer: Array = _lowest(rest) + rows
        dry = np.flatnonzero(rest == 0)
        answer[dry] = self.beyond.take(word.take(dry))
        return answer

    def marked(self, low: int, high: int) -> Array:
        """Return the marked rows from ``low`` up to, not including, ``high``, int64, sorted."""
        first, last = low >> _SHIFT, (high + _WORD - 1) >> _SHIFT
        bits = np.unpackbits(self.words[first:last].view(np.uint8), bitorder="little")
        found = np.flatnonzero(bits[low - (first << _SHIFT) : high - (first << _SHIFT)])
        found += low
        return found


def _lowest(words: Array) -> Array:
    """Return the position of the lowest set bit of each word, uint8; 64 for an empty word."""
    below = words - np.uint64(1)
    below &= ~words
    found: Array = np.bitwise_count(below)
    return found


def bitmap_of(flags: Array) -> Bitmap:
    """Return the bitmap of flags, bool (m,)."""
    octets = _octets(len(flags))
    octets[: -(-len(flags) // 8)] = np.packbits(flags, bitorder="little")
    return _made(octets, len(flags))


def bitmap_of_rows(rows: Array, size: int) -> Bitmap:
    """Return the bitmap of ``size`` rows with the given rows marked."""
    flags = np.zeros(size, dtype=bool)
    flags[rows] = True
    return bitmap_of(flags)


def bitmaps_where(codes: Array, masks: Sequence[Array]) -> list[Bitmap]:
    """Return a bitmap for each mask, bool (k,), of the rows whose code is in the mask.

    Each block of codes is read once for all masks; blocks are read on all cores.
    """
    found = [_octets(len(codes)) for _ in masks]
    wanted = [np.flatnonzero(mask).tolist() for mask in masks]

    def fill(words: slice) -> None:
        room = np.empty(_BLOCK, dtype=bool)
        stop = min(words.stop * _WORD, len(codes))
        for start in range(words.start * _WORD, stop, _BLOCK):
            part = codes[start : min(start + _BLOCK, stop)]
            flags = room[: len(part)]
            for octets, mask, some in zip(found, masks, wanted, strict=True):
                write_flags(part, mask, some, flags)
                bits = np.packbits(flags, bitorder="little")
                octets[start // 8 : start // 8 + len(bits)] = bits

    parts = spans(-(-len(codes) // _WORD), least=WORTH // _WORD)
    in_threads([partial(fill, words) for words in parts])
    return in_threads([partial(_made, one, len(codes)) for one in found], rows=len(codes))


def _octets(rows: int) -> Array:
    return np.zeros((rows // _WORD + 2) * (_WORD // 8), dtype=np.uint8)


def _made(octets: Array, rows: int) -> Bitmap:
    words = octets.view("<u8").astype(np.uint64, copy=False)
    first = _lowest(words) + np.arange(0, len(words) * _WORD, _WORD)
    first[words == 0] = rows
    beyond = np.append(np.minimum.accumulate(first[:0:-1])[::-1], rows)
    return Bitmap(words, beyond, rows)
