"""Rows of a log grouped by id and in time order, on all cores.

A row is one integer: the high bits of its id's hash, as many bits of its time as remain, and its
place. Rows are first parted by the highest bits of the hash. A part fits in the cache of a core and
is sorted there, and the bits that are equal throughout a part leave room for more of the time.
"""

from __future__ import annotations

import itertools
from functools import partial

import attrs
import numpy as np

from touchpoints._core.arrays.segments import falls_within, offsets_of, rows_of
from touchpoints._core.arrays.sorting.ordering import (
    Keys,
    counted_collisions,
    part_collisions,
    row_bits,
    whole,
)
from touchpoints._core.arrays.threads import in_threads
from touchpoints._core.frozen import Array

_WORD = 64
_ONES = 2**_WORD - 1
_CHUNK = 1 << 17
"""Rows that are parted at once, so that what is read and written stays in the cache."""
_PART_BITS, _PART_ROWS = 8, 14
"""Most bits that part rows, and bits of the number of rows that are not worth parting."""
_SPARE = 8
"""Bits of a hash beyond those of a row number: of 2**8 ids, one or so shares them with another."""
_MOST_EXACT = 40
"""Most bits of exact ids that are sorted as they are; wider ones are hashed."""
_FEW, _CACHED = 1 << 11, 1 << 17
"""Rows of a part for which sorting by digits pays: not too few, and no more than a cache holds."""
_DIGITS = 16
"""Bits of a digit."""
_ODD = np.uint64(0x9E3779B97F4A7C15)
"""Times an odd number, the lowest bits of numbers are told apart by the highest of the product."""


@attrs.frozen(eq=False)
class Ordered:
    """Rows grouped by key, each group in time order, and the time of each row in that order."""

    rows: Array
    offsets: Array
    times: Array
    collisions: int = 0


@attrs.frozen(eq=False, kw_only=True)
class _Layout:
    """Where the bits of a sort key come from.

    Attributes
    ----------
    parts : int
        The number of highest bits of the id that part the rows; they are not in the sort key.
    id_bits : int
        The number of further bits of the id, highest in the sort key.
    raised : int
        The shift to the left that brings the bits of an exact id to the top of a word; -1 where
        ids are hashes, whose highest bits are as good as any.
    lowest : int
        The lowest time.
    time_shift : int
        The shift to the right that lets times fit below the id; to the left where negative.
    row_bits : int
        The number of lowest bits, which hold the row's place in its chunk until it is sorted.
    """

    parts: int
    id_bits: int
    raised: int
    lowest: int
    time_shift: int
    row_bits: int

    @property
    def id_mask(self) -> np.uint64:
        """The bits of a sort key that come from the id."""
        return np.uint64(_ONES ^ (_ONES >> self.id_bits))


@attrs.frozen(eq=False)
class _Pieces:
    """A chunk of rows, parted: part j has ``keys[edges[j]:edges[j + 1]]``, in the order of rows."""

    keys: Array
    edges: list[int]


@attrs.frozen(eq=False)
class _Part:
    """The sorted rows of a part: where each group begins, and its least row.

    ``parted`` are rows of the ids that shared their bits of a sort key, as of `part_collisions`.
    """

    rows: Array
    starts: Array
    first: Array
    parted: list[Array]


def order_log(keys: Keys, times: Array, check: Keys | None = None) -> Ordered:
    """Group rows by key and sort each group by time, ties in the order of the rows.

    Groups are in the order in which they first appear among the rows.

    Parameters
    ----------
    keys : uint64 (m,)
        A hash or an exact number of each row's id. Hashes that are made where they are read are
        never held together, those of ``check`` only while rows are sorted.
    times : int64 (m,)
        Times in any unit.
    check : uint64 (m,), optional
        A second, independent hash, or any number that differs whenever ids differ. Without it the
        keys must be exact.

    Notes
    -----
    One sort, whatever the order of the rows. Rows that the bits in a sort key do not tell apart are
    mended afterwards: ids by ``check``, times by sorting the groups that are out of order. Rows
    that share the high bits of a hash, those above the bits of a row number, but not ``check``,
    are counted as collisions.
    """
    count = len(keys)
    if not count:
        nothing = np.empty(0, dtype=np.int64)
        return Ordered(nothing, np.zeros(1, dtype=np.int64), nothing)
    exact, most = check is None, 0
    if check is None:
        keys = whole(keys)
        most = int(keys.max()).bit_length()
        if most > _MOST_EXACT:
            keys, check, most = keys * _ODD, keys, 0
    layout = _layout(times, most)
    parts = _sorted_parts(keys, times, check, layout)
    parted = [] if exact else [rows for part in parts for rows in part.parted]
    return _by_appearance(parts, times, counted_collisions(parted, keys))


def _sorted_parts(keys: Keys, times: Array, check: Keys | None, layout: _Layout) -> list[_Part]:
    """Return the parts of the rows, each sorted."""
    count = len(times)
    chunks = in_threads(
        [
            partial(_pieces, keys, times, slice(low, min(low + _CHUNK, count)), layout)
            for low in range(0, count, _CHUNK)
        ],
        rows=count,
    )
    second = None if check is None else whole(check)
    return in_threads(
        [
            partial(_sorted_part, chunks, part, layout=layout, total=count, check=second)
            for part in range(1 << layout.parts)
        ],
        rows=count,
    )


def _layout(times: Array, most: int) -> _Layout:
    """Share out the bits of a sort key; ``most`` is the bits of exact ids, 0 for hashes."""
    rows = row_bits(len(times))
    bits = most or rows + _SPARE
    parts = min(bits, max(0, min(_PART_BITS, rows - _PART_ROWS)))
    lowest, highest = int(times.min()), int(times.max())
    return _Layout(
        parts=parts,
        id_bits=bits - parts,
        raised=_WORD - bits if most else -1,
        lowest=lowest,
        time_shift=(highest - lowest).bit_length() - (_WORD - bits + parts),
        row_bits=row_bits(min(len(times), _CHUNK)),
    )


def _pieces(keys: Keys, times: Array, span: slice, layout: _Layout) -> _Pieces:
    """Make the sort keys of some rows and part them."""
    ids = keys[span]
    if layout.raised >= 0:
        ids = ids * _ODD
        ids <<= np.uint64(layout.raised)
    packed = ids << np.uint64(layout.parts)
    packed &= layout.id_mask
    late = times[span].view(np.uint64) - np.uint64(layout.lowest & _ONES)
    if layout.time_shift >= 0:
        late >>= np.uint64(layout.time_shift)
    else:
        late <<= np.uint64(-layout.time_shift)
    packed |= late
    packed &= ~_ones(layout.row_bits)
    packed |= np.arange(len(packed), dtype=np.uint64)
    if not layout.parts:
        return _Pieces(packed, [0, len(packed)])
    part = (ids >> np.uint64(_WORD - layout.parts)).astype(np.uint8)
    order = part.argsort(kind="stable")
    edges = offsets_of(np.bincount(part, minlength=1 << layout.parts)).tolist()
    return _Pieces(packed.take(order), edges)


def _ones(bits: int) -> np.uint64:
    return np.uint64((1 << bits) - 1)


def _sorted_part(
    chunks: list[_Pieces], part: int, *, layout: _Layout, total: int, check: Array | None
) -> _Part:
    """Sort the rows of a part, and separate ids that share their bits of a sort key."""
    found = [one.keys[one.edges[part] : one.edges[part + 1]] for one in chunks]
    packed = np.concatenate(found)
    rows = np.repeat(np.arange(len(found)) * _CHUNK, list(map(len, found)))
    count = len(packed)
    if not count:
        return _Part(rows, rows, rows, [])
    rows += (packed & _ones(layout.row_bits)).view(np.int64)
    low = max(layout.row_bits, row_bits(count))
    packed &= ~_ones(low)
    packed |= np.arange(count, dtype=np.uint64)
    packed = _in_order(packed, low, ~(layout.id_mask | _ones(low)))
    rows = rows.take((packed & _ones(low)).view(np.int64))
    packed &= layout.id_mask
    fresh = np.empty(count, dtype=bool)
    fresh[0] = True
    np.not_equal(packed[1:], packed[:-1], out=fresh[1:])
    parted = [] if check is None else part_collisions(rows, fresh, check)
    starts = np.flatnonzero(fresh)
    first = np.minimum.reduceat(rows, starts)
    return _Part(rows.astype(np.uint32 if total <= 2**32 else np.int64), starts, first, parted)


def _in_order(packed: Array, low: int, times: np.uint64) -> Array:
    """Sort sort keys whose ``low`` lowest bits rise, and whose ``times`` often do.

    What fits in a cache is sorted by 16 bits after 16, from the lowest: numpy sorts small integers
    by counting, and where times rise, only the ids are left to sort.
    """
    if not _FEW <= len(packed) <= _CACHED:
        packed.sort()
        return packed
    stamps = packed & times
    if bool((stamps[1:] >= stamps[:-1]).all()):
        low += int(times).bit_count()
    for shift in range(low, _WORD, _DIGITS):
        kind = np.uint16 if _WORD - shift > _DIGITS // 2 else np.uint8
        digits = (packed >> np.uint64(shift)).astype(kind)
        packed = packed.take(digits.argsort(kind="stable"))
    return packed


def _by_appearance(parts: list[_Part], times: Array, collisions: int) -> Ordered:
    """Join parts, groups in the order of their least rows; sort groups that are out of order."""
    before = offsets_of(np.array([len(one.rows) for one in parts]))
    starts = np.concatenate(
        [one.starts + low for one, low in zip(parts, before.tolist(), strict=False)]
    )
    first = np.concatenate([one.first for one in parts])
    rows = np.concatenate([one.rows for one in parts])
    parts.clear()
    order = _order_of(first, len(rows))
    offsets = offsets_of(np.diff(starts, append=len(rows))[order])
    starts = starts[order]
    answer = Ordered(
        np.empty(len(rows), np.int64), offsets, np.empty(len(rows), np.int64), collisions
    )
    edges = np.searchsorted(offsets, np.arange(0, len(rows), _CHUNK))
    edges = np.unique(np.append(edges, len(starts))).tolist()
    in_threads(
        [
            partial(_fill, answer, groups=slice(low, high), starts=starts, rows=rows, times=times)
            for low, high in itertools.pairwise(edges)
        ],
        rows=len(rows),
    )
    return answer


def _order_of(first: Array, count: int) -> Array:
    """Return the order of distinct numbers below ``count``: a sort would take longer."""
    groups = np.empty(count, dtype=np.int32 if count < 2**31 else np.int64)
    groups[first] = np.arange(len(first), dtype=groups.dtype)
    occurs = np.zeros(count, dtype=bool)
    occurs[first] = True
    return groups[np.flatnonzero(occurs)]


def _fill(answer: Ordered, *, groups: slice, starts: Array, rows: Array, times: Array) -> None:
    """Write the rows and times of some groups, in their final order."""
    edges = answer.offsets[groups.start : groups.stop + 1]
    span = slice(int(edges[0]), int(edges[-1]))
    sources = np.repeat(starts[groups] - edges[:-1], np.diff(edges))
    sources += np.arange(span.start, span.stop)
    here, stamps = answer.rows[span], answer.times[span]
    here[:] = rows.take(sources)
    np.take(times, here, out=stamps, mode="clip")  # raising would take a copy
    _mend(here, stamps, edges - edges[0])


def _mend(rows: Array, ordered: Array, offsets: Array) -> None:
    """Sort the groups that are out of order, by time and then row; modifies both in place."""
    falls = falls_within(ordered, offsets)
    if not len(falls):
        return
    groups = np.unique(np.searchsorted(offsets, falls, side="right") - 1)
    positions = rows_of(offsets, groups)
    owners = np.repeat(groups, np.diff(offsets)[groups])
    order = np.lexsort((rows[positions], ordered[positions], owners))
    rows[positions] = rows[positions[order]]
    ordered[positions] = ordered[positions[order]]
