"""Texts in one buffer of bytes, split at a separator; equal pieces get the same number."""

from __future__ import annotations

from collections.abc import Iterator

import attrs
import numpy as np

from touchpoints._core.arrays.segments import offsets_of
from touchpoints._core.arrays.sequences import combine_hash
from touchpoints._core.frozen import Array

SPARE = 8
"""How many bytes of any value must follow the last text, so that words can be read whole."""

_WORD = np.dtype("<u8")
_BYTES = 8
_BLOCK = 1 << 20
_MASKS = np.array([(1 << 8 * size) - 1 for size in range(_BYTES + 1)], dtype=np.uint64)
_FEWEST = 1 << 10
_FACTOR = np.uint64(0x9E3779B97F4A7C15)


@attrs.frozen(eq=False, kw_only=True)
class Pieces:
    """The pieces of texts, as numbers of distinct pieces in the order of their first occurrence.

    Attributes
    ----------
    codes : int32 (p,)
        The distinct piece of each piece, in ``range(d)``.
    offsets : int64 (n+1,)
        Text j has the pieces ``codes[offsets[j]:offsets[j + 1]]``; at least one.
    starts, sizes : int64 (d,)
        Where each distinct piece first occurs in the buffer, and how many bytes it has.
    """

    codes: Array
    offsets: Array
    starts: Array
    sizes: Array


def split_texts(data: Array, offsets: Array, separator: bytes) -> Pieces:
    """Split texts at a separator, from left to right, as ``bytes.split`` does.

    Parameters
    ----------
    data : uint8
        The texts one after another, followed by `SPARE` bytes of any value.
    offsets : int64 (n+1,)
        Text j has the bytes ``data[offsets[j]:offsets[j + 1]]``.
    separator
        At least one byte.

    Notes
    -----
    O(b) in the number of bytes, a block of texts at a time. Pieces are found by a hash and compared
    byte by byte with the first one of their number, so that no collision goes unnoticed.
    """
    known = _Known(data)
    codes, counts = [np.empty(0, np.int32)], [np.empty(0, np.int64)]
    for low, high in _blocks(offsets):
        starts, ends, pieces = _cut(data, offsets[low : high + 1], separator)
        codes.append(known.numbers(starts, ends - starts))
        counts.append(pieces)
    order = np.argsort(known.firsts, kind="stable")
    joined = np.concatenate(codes)
    if bool((order[1:] < order[:-1]).any()):
        table = np.empty(len(order), dtype=np.int32)
        table[order] = np.arange(len(order), dtype=np.int32)
        joined = table[joined]
    return Pieces(
        codes=joined,
        offsets=offsets_of(np.concatenate(counts)),
        starts=known.starts[order],
        sizes=known.sizes[order],
    )


def _blocks(offsets: Array) -> Iterator[tuple[int, int]]:
    """Yield ranges of texts of about a block of bytes."""
    marks = np.arange(offsets[0], offsets[-1], _BLOCK)
    cuts = np.unique(np.append(np.searchsorted(offsets[:-1], marks), [0, len(offsets) - 1]))
    yield from zip(cuts[:-1].tolist(), cuts[1:].tolist(), strict=True)


def _cut(data: Array, offsets: Array, separator: bytes) -> tuple[Array, Array, Array]:
    """Return where each piece starts and ends, and how many pieces each text has."""
    plain = _cut_plainly(data, offsets, separator)
    if plain is not None:
        return plain
    found, bounds = _separators(data, offsets, separator)
    counts = np.diff(bounds) + 1
    edges = offsets_of(counts)
    starts, ends = np.empty(int(edges[-1]), np.int64), np.empty(int(edges[-1]), np.int64)
    inner = np.ones(len(starts), dtype=bool)
    inner[edges[:-1]] = False
    starts[inner] = found + len(separator)
    starts[edges[:-1]] = offsets[:-1]
    inner[edges[:-1]] = True
    inner[edges[1:] - 1] = False
    ends[inner] = found
    ends[edges[1:] - 1] = offsets[1:]
    return starts, ends, counts


def _cut_plainly(
    data: Array, offsets: Array, separator: bytes
) -> tuple[Array, Array, Array] | None:
    """Return the same where each byte ends at most one piece, in one pass over the bytes.

    None where a text is empty or starts with a separator, or where separators overlap.
    """
    begin, size, width = int(offsets[0]), int(offsets[-1] - offsets[0]), len(separator)
    bounds = offsets - begin
    if not bool((bounds[1:] > bounds[:-1]).all()) or size < width:
        return None
    part, ends = data[begin : begin + size], np.zeros(size + 1, dtype=bool)
    hits = ends[: size - width + 1]
    np.equal(part[: len(hits)], separator[0], out=hits)
    for place in range(1, width):
        hits &= part[place : place + len(hits)] == separator[place]
    for back in range(1, width):  # of two texts; before the first byte there is no separator
        ends[bounds[1:] - back] = False
        if separator[back:] == separator[:-back] and bool((ends[back:] & ends[:-back]).any()):
            return None
    if bool(ends[bounds[:-1]].any()):
        return None
    ends[bounds[1:]] = True
    found, last = np.flatnonzero(ends), np.zeros(size + 1, dtype=bool)
    last[bounds[1:]] = True
    stops = np.flatnonzero(last[found]) + 1
    starts = np.empty(len(found), dtype=np.int64)
    starts[1:] = found[:-1] + (begin + width)
    starts[0] = begin
    starts[stops[:-1]] = offsets[1:-1]
    found += begin
    return starts, found, np.diff(stops, prepend=0)


def _separators(data: Array, offsets: Array, separator: bytes) -> tuple[Array, Array]:
    """Return where separators start, int64, sorted, and how many are before each text."""
    begin, end, width = int(offsets[0]), int(offsets[-1]), len(separator)
    part = data[begin:end]
    often = np.bincount(part[: 1 << 12], minlength=256)
    rare = min(range(width), key=lambda place: int(often[separator[place]]))
    found = np.flatnonzero(part == separator[rare]) + (begin - rare)
    found = found[(found >= begin) & (found + width <= end)]
    for place in range(width):
        if place != rare:
            found = found[data[found + place] == separator[place]]
    before = np.searchsorted(found, offsets)
    while len(crossing := _crossing(found, before, offsets, width)):
        found = np.delete(found, crossing)
        before = np.searchsorted(found, offsets)
    close = np.flatnonzero(np.diff(found) < width)
    if len(close):
        found = found[_apart(found, close, width)]
        before = np.searchsorted(found, offsets)
    return found, before


def _crossing(found: Array, before: Array, offsets: Array, width: int) -> Array:
    """Return the places of what begins in one text and ends in another; the last one in each."""
    last = before[1:-1] - 1
    ends = np.flatnonzero(last >= 0)
    return np.asarray(last[ends[found[last[ends]] + width > offsets[1:-1][ends]]])


def _apart(found: Array, close: Array, width: int) -> Array:
    """Return what does not overlap the kept one before it, from left to right, bool.

    ``close`` are the places of those that overlap the next one.
    """
    kept, last = np.ones(len(found), dtype=bool), 0
    for place in close.tolist():
        if kept[place]:
            last = int(found[place])
        kept[place + 1] = found[place + 1] - last >= width
    return kept


def _hashed(heads: Array, tails: Array, sizes: Array) -> Array:
    """Return a 64-bit hash of the first and last 8 bytes and the sizes of pieces."""
    hashes = heads * _FACTOR
    hashes += tails
    hashes += sizes.view(np.uint64)
    hashes *= _FACTOR
    hashes ^= hashes >> np.uint64(32)
    hashes *= _FACTOR
    hashes ^= hashes >> np.uint64(32)
    return np.asarray(hashes)


def _longer(sizes: Array, size: int, most: int) -> Array:
    """Return which pieces are longer than a size, int64; ``most`` is the size of the longest."""
    return np.flatnonzero(sizes > size) if most > size else np.empty(0, dtype=np.int64)


class _Known:
    """Distinct pieces of a buffer by their bytes: a hash table with linear probing.

    ``starts`` and ``sizes`` say where in the buffer each distinct piece first occurs, and
    ``firsts`` which of all pieces that is.
    """

    def __init__(self, data: Array) -> None:
        self.starts, self.sizes = np.empty(0, np.int64), np.empty(0, np.int64)
        self.firsts, self._asked = np.empty(0, np.int64), 0
        self._words: Array = np.ndarray(max(len(data) - SPARE + 1, 0), _WORD, data, strides=(1,))
        self._hashes = self._heads = self._tails = np.empty(0, np.uint64)
        self._slots = np.full(_FEWEST, -1, dtype=np.int32)

    def numbers(self, starts: Array, sizes: Array) -> Array:
        """Return the number of each piece, int32; new pieces get the next numbers."""
        self._grow(2 * (len(self.starts) + len(starts)))
        heads, tails, hashes = self._read(starts, sizes)
        slots = self._home(hashes)
        codes = self._slots.take(slots)
        if len(self.starts):
            same = self._same(codes, starts, sizes, heads, tails)
            if same.all():
                self._asked += len(starts)
                return codes
            codes[~same] = -1
        left = np.flatnonzero(codes < 0)
        slots = slots[left]
        while len(left):
            empty = np.flatnonzero(self._slots[slots] < 0)
            chosen, first = np.unique(slots[empty], return_index=True)
            order = np.argsort(first)  # numbers in the order of occurrence, but for collisions
            fresh, chosen, count = left[empty[first[order]]], chosen[order], len(self.starts)
            self.firsts = np.append(self.firsts, self._asked + fresh)
            self._add(starts[fresh], sizes[fresh], heads[fresh], tails[fresh], hashes[fresh])
            self._slots[chosen] = np.arange(count, len(self.starts), dtype=np.int32)
            seen = self._slots[slots]
            same = self._same(seen, starts[left], sizes[left], heads[left], tails[left])
            codes[left[same]] = seen[same]
            left, slots = left[~same], (slots[~same] + 1) & (len(self._slots) - 1)
        self._asked += len(starts)
        return codes

    def _read(self, starts: Array, sizes: Array) -> tuple[Array, Array, Array]:
        """Return the first and last 8 bytes of pieces, and a hash of all of them."""
        heads, least, most = self._words[starts], int(sizes.min()), int(sizes.max())
        if least >= _BYTES:
            tails = self._words[starts + (sizes - _BYTES)]
        else:
            masks = _MASKS[np.minimum(sizes, _BYTES)]
            heads &= masks
            tails = self._words[starts + np.maximum(sizes - _BYTES, 0)]
            tails &= masks
        hashes = _hashed(heads, tails, sizes)
        rows, step = _longer(sizes, 2 * _BYTES, most), _BYTES
        while len(rows):
            hashes[rows] = combine_hash(hashes[rows], self._words[starts[rows] + step])
            step += _BYTES
            rows = rows[sizes[rows] > step + _BYTES]
        return heads, tails, hashes

    def _same(self, codes: Array, starts: Array, sizes: Array, heads: Array, tails: Array) -> Array:
        """Return whether pieces have the same bytes as the known pieces with these numbers."""
        places = codes.astype(np.int64)  # as which numpy would read them three times
        same = self._heads.take(places, mode="wrap") == heads
        same &= self._tails.take(places, mode="wrap") == tails
        same &= self.sizes.take(places, mode="wrap") == sizes
        if int(codes.min()) < 0:
            same &= codes >= 0
        rows, step = _longer(sizes, 2 * _BYTES, int(self.sizes.max())), _BYTES
        rows = rows[same[rows]]
        while len(rows):
            here = self._words[starts[rows] + step]
            agree = here == self._words[self.starts[codes[rows]] + step]
            same[rows[~agree]] = False
            step += _BYTES
            rows = rows[agree & (sizes[rows] > step + _BYTES)]
        return np.asarray(same)

    def _add(self, starts: Array, sizes: Array, heads: Array, tails: Array, hashes: Array) -> None:
        self.starts = np.append(self.starts, starts)
        self.sizes = np.append(self.sizes, sizes)
        self._heads, self._tails = np.append(self._heads, heads), np.append(self._tails, tails)
        self._hashes = np.append(self._hashes, hashes)

    def _home(self, hashes: Array) -> Array:
        return (hashes & np.uint64(len(self._slots) - 1)).astype(np.int64)

    def _grow(self, least: int) -> None:
        """Make room for at least this many slots, and put the known pieces where they belong."""
        if len(self._slots) >= least:
            return
        self._slots = np.full(1 << int(least - 1).bit_length(), -1, dtype=np.int32)
        codes = np.arange(len(self.starts), dtype=np.int32)
        slots = self._home(self._hashes)
        while len(codes):
            empty = np.flatnonzero(self._slots[slots] < 0)
            chosen, first = np.unique(slots[empty], return_index=True)
            self._slots[chosen] = codes[empty[first]]
            left = self._slots[slots] != codes
            codes, slots = codes[left], (slots[left] + 1) & (len(self._slots) - 1)
