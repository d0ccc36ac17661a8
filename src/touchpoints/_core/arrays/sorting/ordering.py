"""Grouping rows of a log into journeys: by id, in time order, journeys by first appearance.

numpy sorts 64-bit integers in place with vector instructions, but its ``argsort`` and ``lexsort``
do not use them. Therefore a key is packed with the row number into one integer, the integers are
sorted, and the row numbers are read back.
"""

from __future__ import annotations

import attrs
import numpy as np

from touchpoints._core.arrays.segments import falls_within, occurring, offsets_of, rows_of
from touchpoints._core.arrays.threads import in_threads, spans
from touchpoints._core.frozen import Array

_WORD = 64
_APPEARANCE_CHUNK = 1 << 16


@attrs.frozen(eq=False)
class Grouping:
    """Rows grouped by key: group g has ``rows[offsets[g]:offsets[g + 1]]``, sorted."""

    rows: Array
    offsets: Array
    collisions: int = 0


def row_bits(count: int) -> int:
    """Return the number of bits that a row number below ``count`` needs."""
    return max(1, int(count - 1).bit_length()) if count else 1


def group_rows(keys: Array, check: Array | None = None) -> Grouping:
    """Group rows by a 64-bit key, groups in the order in which they first appear.

    Parameters
    ----------
    keys : uint64 (m,)
        A hash or an exact number of each row's id. Only the high bits, those not needed for the
        row number, are used for sorting.
    check : uint64 (m,), optional
        A second, independent hash, or any number that differs whenever ids differ. Rows that
        share the sorted bits but not ``check`` are separated, and counted as collisions. Without
        ``check`` the keys must be exact and below ``2 ** (64 - row_bits(m))``.

    Notes
    -----
    O(m log m); peak memory is three arrays of m 64-bit integers.
    """
    grouped = _grouped(keys, check)
    starts = grouped.offsets[:-1]
    return _in_order(grouped, grouped.rows[starts])


def _grouped(keys: Array, check: Array | None, rows: Array | None = None) -> Grouping:
    """Group rows by key, groups sorted by key.

    ``rows`` is the row of each key, where the keys have been reordered.
    """
    count = len(keys)
    if count == 0:
        return Grouping(np.empty(0, np.int64), np.zeros(1, np.int64))
    packed, positions = _sorted_by_key(keys, row_bits(count), exact=check is None)
    fresh = np.empty(count, dtype=bool)
    fresh[0] = True
    np.not_equal(packed[1:], packed[:-1], out=fresh[1:])
    del packed
    ordered = positions if rows is None else rows[positions]
    collisions = 0 if check is None else _part_collisions(ordered, fresh, check)
    return Grouping(ordered, np.append(np.flatnonzero(fresh), count), collisions)


def _sorted_by_key(keys: Array, bits: int, *, exact: bool) -> tuple[Array, Array]:
    """Return the sorted keys without their row bits, and the rows in that order."""
    width = np.uint64(bits)
    mask = np.uint64((1 << bits) - 1)
    packed = keys.astype(np.uint64, copy=True)
    if exact:
        packed <<= width
    else:
        packed &= ~mask
    packed |= np.arange(len(keys), dtype=np.uint64)
    packed.sort()
    rows = (packed & mask).view(np.int64)
    packed >>= width
    return packed, rows


def _part_collisions(rows: Array, fresh: Array, check: Array) -> int:
    """Split groups whose rows differ in ``check``; modifies ``rows`` and ``fresh`` in place.

    Return the number of groups added.
    """
    ordered = check[rows]
    broken = np.flatnonzero((ordered[1:] != ordered[:-1]) & ~fresh[1:])
    if not len(broken):
        return 0
    starts = np.flatnonzero(fresh)
    ends = np.append(starts[1:], len(rows))
    groups = np.unique(np.searchsorted(starts, broken + 1, side="right") - 1)
    added = 0
    for group in groups.tolist():
        span = slice(int(starts[group]), int(ends[group]))
        order = np.argsort(ordered[span], kind="stable")
        rows[span] = rows[span][order]
        parted = ordered[span][order]
        fresh[span][1:] = parted[1:] != parted[:-1]
        added += int(fresh[span][1:].sum())
    return added


def _in_order(grouped: Grouping, first: Array) -> Grouping:
    """Sort groups by ``first``."""
    if bool((first[1:] > first[:-1]).all()):
        return grouped
    order = sort_positions(first)
    offsets = offsets_of(np.diff(grouped.offsets)[order])
    return Grouping(grouped.rows[rows_of(grouped.offsets, order)], offsets, grouped.collisions)


def sort_positions(values: Array) -> Array:
    """Return the stable sort order of non-negative integers, like ``argsort(kind="stable")``.

    One packed sort when value and position fit in 63 bits together, else numpy's ``argsort``.
    """
    count = len(values)
    if count < 2:
        return np.arange(count, dtype=np.int64)
    bits = row_bits(count)
    low = int(values.min())
    if (int(values.max()) - low).bit_length() + bits < _WORD:
        packed = (values - low).astype(np.int64)
        packed <<= bits
        packed |= np.arange(count, dtype=np.int64)
        packed.sort()
        packed &= (1 << bits) - 1
        return packed
    return np.argsort(values, kind="stable")


def coarse_time_order(times: Array) -> Array:
    """Return the rows in approximate time order, int64 (m,).

    Times are compared only by the high bits, those not needed for the row number. Rows whose high
    bits are equal keep their order; with a million rows these bits resolve a year to a few
    microseconds.
    """
    bits = row_bits(len(times))
    low = int(times.min())
    surplus = max(0, (int(times.max()) - low).bit_length() + bits - (_WORD - 1))
    packed = times.astype(np.int64) - low
    packed >>= surplus
    packed <<= bits
    packed |= np.arange(len(times), dtype=np.int64)
    packed.sort()
    packed &= (1 << bits) - 1
    return packed


@attrs.frozen(eq=False)
class Ordered:
    """Rows grouped by key, each group in time order, and the time of each row in that order."""

    rows: Array
    offsets: Array
    times: Array
    collisions: int = 0


def order_log(
    keys: Array, times: Array, check: Array | None = None, *, interleaved: bool = False
) -> Ordered:
    """Group rows by key and sort each group by time, ties in the order of the rows.

    Groups are in the order in which they first appear among the rows.

    Parameters
    ----------
    keys, check
        As for `group_rows`.
    times : int64 (m,)
        Times in any unit.
    interleaved
        Whether the rows of a group are known to be out of time order, as those of several logs one
        after the other are: they are then sorted by approximate time first.

    Notes
    -----
    Input that is in time order within groups (a log sorted by time, or by journey and time) costs
    one sort. Other input costs a second sort by approximate time, and a third sort of those groups
    that are still out of order.
    """
    if len(times) and (interleaved or _mostly_falling(times)):
        by_time = coarse_time_order(times)
        grouped = _grouped(keys[by_time], check, by_time)
        if len(grouped.rows):
            lowest = np.minimum.reduceat(grouped.rows, grouped.offsets[:-1])
            grouped = _in_order(grouped, lowest)
    else:
        grouped = group_rows(keys, check)
    ordered = times[grouped.rows]
    _mend(grouped.rows, ordered, grouped.offsets)
    return Ordered(grouped.rows, grouped.offsets, ordered, grouped.collisions)


def _mostly_falling(times: Array) -> bool:
    """Return whether so many rows precede the previous row in time that sorting by time pays."""
    return len(times) > 1 and int(np.count_nonzero(times[1:] < times[:-1])) > len(times) // 5


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


def by_appearance(codes: Array, k: int) -> tuple[Array, Array]:
    """Renumber codes in the order of their first appearance.

    Returns
    -------
    codes : int32 (m,)
        The new codes.
    order : int64 (used,)
        The old code of each new code; codes that do not occur are left out.
    """
    missing = int(occurring(codes, k).sum())
    first: list[Array] = []
    seen = np.zeros(k, dtype=bool)
    for start in range(0, len(codes), _APPEARANCE_CHUNK):
        if not missing:
            break
        part = codes[start : start + _APPEARANCE_CHUNK]
        distinct, positions = np.unique(part[~seen[part]], return_index=True)
        first.append(distinct[np.argsort(positions)])
        seen[distinct] = True
        missing -= len(distinct)
    order = np.concatenate([np.empty(0, np.int64), *first]).astype(np.int64)
    table = np.zeros(k + 1, dtype=np.int32)
    table[order] = np.arange(len(order), dtype=np.int32)
    if bool((order == np.arange(len(order))).all()):
        return codes.astype(np.int32, copy=False), order
    return table[codes], order


def sort_in_threads(keys: Array) -> None:
    """Sort integers in place: partitioned at their quantiles, the parts sorted on all cores."""
    parts = spans(len(keys))
    if len(parts) > 1:
        keys.partition([part.start for part in parts[1:]])
    in_threads([keys[part].sort for part in parts])
