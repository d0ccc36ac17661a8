"""Grouping rows by key, and numbering by first appearance.

numpy sorts 64-bit integers in place with vector instructions, but its ``argsort`` and ``lexsort``
do not use them. Therefore a key is packed with the row number into one integer, the integers are
sorted, and the row numbers are read back.
"""

from __future__ import annotations

from typing import Protocol, TypeAlias

import attrs
import numpy as np

from touchpoints._core.arrays.segments import occurring, offsets_of, rows_of
from touchpoints._core.arrays.threads import in_threads, spans, taken
from touchpoints._core.frozen import Array

_WORD = 64
_APPEARANCE_CHUNK = 1 << 16


class Hashes(Protocol):
    """Hashes of ids that are made where they are read: a slice of them, those of rows, or all."""

    def __len__(self) -> int: ...

    def __getitem__(self, span: slice, /) -> Array: ...

    def take(self, rows: Array, /) -> Array:
        """Return the hashes of rows, uint64."""

    def whole(self) -> Array:
        """Return all hashes, uint64 (m,)."""


Keys: TypeAlias = "Array | Hashes"


def whole(keys: Keys) -> Array:
    """Return all keys as an array."""
    return keys if isinstance(keys, np.ndarray) else keys.whole()


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


def _grouped(keys: Array, check: Array | None) -> Grouping:
    """Group rows by key, groups sorted by key."""
    count = len(keys)
    if count == 0:
        return Grouping(np.empty(0, np.int64), np.zeros(1, np.int64))
    packed, rows = _sorted_by_key(keys, row_bits(count), exact=check is None)
    fresh = np.empty(count, dtype=bool)
    fresh[0] = True
    np.not_equal(packed[1:], packed[:-1], out=fresh[1:])
    del packed
    parted = [] if check is None else part_collisions(rows, fresh, check)
    collisions = counted_collisions(parted, keys)
    return Grouping(rows, np.append(np.flatnonzero(fresh), count), collisions)


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


def part_collisions(rows: Array, fresh: Array, check: Array) -> list[Array]:
    """Split groups whose rows differ in ``check``; modifies ``rows`` and ``fresh`` in place.

    Return a row of each id of each group that was split.
    """
    ordered = check.take(rows)
    broken = np.flatnonzero((ordered[1:] != ordered[:-1]) & ~fresh[1:])
    if not len(broken):
        return []
    starts = np.flatnonzero(fresh)
    ends = np.append(starts[1:], len(rows))
    groups = np.unique(np.searchsorted(starts, broken + 1, side="right") - 1)
    answer = []
    for group in groups.tolist():
        span = slice(int(starts[group]), int(ends[group]))
        order = np.argsort(ordered[span], kind="stable")
        rows[span] = rows[span][order]
        parted = ordered[span][order]
        fresh[span][1:] = parted[1:] != parted[:-1]
        answer.append(rows[span][fresh[span]])
    return answer


def counted_collisions(parted: list[Array], keys: Keys) -> int:
    """Return how many ids of split groups share the bits of their key above a row number's."""
    if not parted:
        return 0
    groups = np.repeat(np.arange(len(parted), dtype=np.uint64), list(map(len, parted)))
    high = keys.take(np.concatenate(parted)) >> np.uint64(row_bits(len(keys)))
    return len(groups) - int(np.unique(np.stack([groups, high]), axis=1).shape[1])


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
    return taken(table, codes), order


def sort_in_threads(keys: Array) -> None:
    """Sort integers in place: partitioned at their quantiles, the parts sorted on all cores."""
    parts = spans(len(keys))
    if len(parts) > 1:
        keys.partition([part.start for part in parts[1:]])
    in_threads([keys[part].sort for part in parts])
