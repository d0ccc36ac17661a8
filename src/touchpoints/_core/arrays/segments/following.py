"""Funnels: how many consecutive steps each segment reaches, and where."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

import attrs
import numpy as np

from touchpoints._core.arrays.segments.bitmaps import Bitmap
from touchpoints._core.arrays.segments.choosing import owners_at
from touchpoints._core.arrays.threads import in_threads, spans
from touchpoints._core.frozen import Array

_BLOCK = 1 << 16


@attrs.frozen(eq=False)
class Hits:
    """The occurrences of a step: the first row and the last row of each.

    ``longer`` has the first and the last rows, int64 (h,) each, sorted, where an occurrence can
    have more than one row.
    """

    first: Bitmap
    longer: tuple[Array, Array] | None = None

    def last(self, rows: Array) -> Array:
        """Return the last row of the occurrences that start at these rows, int64 (r,)."""
        if self.longer is None:
            return rows
        starts, stops = self.longer
        return stops[np.searchsorted(starts, rows)]


@attrs.frozen(eq=False, kw_only=True)
class Rules:
    """The conditions for reaching the steps after the first.

    Attributes
    ----------
    strict
        Whether each step must follow the previous step directly.
    hybrid
        Whether the steps after the first may be reached in any order.
    limit, stamps
        The maximum time from the last row of the first step to the last row of every other step,
        in the unit of the stamps, int64 (m,); None for no limit.
    """

    strict: bool = False
    hybrid: bool = False
    limit: int | None = None
    stamps: Array | None = None

    @property
    def earliest(self) -> bool:
        """Whether the first start of a segment reaches at least as many steps as later starts."""
        return not self.strict and not self.hybrid and self.limit is None


@attrs.frozen(eq=False)
class Followed:
    """The steps reached from the best start of each segment: the earliest of the deepest.

    Attributes
    ----------
    depth : int32 (n,)
        The number of steps each segment reaches; 0 without a start.
    rows : int64 (s, n)
        The last row of each step; -1 where the step is not reached.
    """

    depth: Array
    rows: Array


def followed(hits: Sequence[Hits], offsets: Array, rules: Rules) -> Followed:
    """Return the steps that each segment reaches from its best start.

    Notes
    -----
    O(n) for n segments where the first start is always a best start, otherwise O(h log h) in the
    h occurrences of the first step. Segments are processed in blocks, on all cores.
    """
    count = len(offsets) - 1
    found = Followed(np.empty(count, np.int32), np.empty((len(hits), count), np.int64))

    def follow(part: slice) -> None:
        rows = found.rows[:, part]
        rows.fill(-1)
        found.depth[part] = _followed(rows, hits, offsets[part.start : part.stop + 1], rules)

    in_threads([partial(follow, part) for part in spans(count, size=_BLOCK)])
    return found


def _followed(rows: Array, hits: Sequence[Hits], offsets: Array, rules: Rules) -> Array:
    """Write the rows of the best start of each of these segments; return its depth, int32 (n,)."""
    ends = offsets[1:]
    if rules.earliest:
        starts = hits[0].first.at_or_after(offsets[:-1])
        there = np.flatnonzero(starts < ends)
        rows[0][there] = hits[0].last(starts[there])
        return _reached(rows, hits, ends, rules)
    starts = hits[0].first.marked(int(offsets[0]), int(offsets[-1]))
    owners = owners_at(offsets, starts)
    every = np.full((len(hits), len(starts)), -1)
    every[0] = hits[0].last(starts)
    depth = _reached(every, hits, ends[owners], rules)
    best = _best_start(owners, depth)
    rows[:, owners[best]] = every[:, best]
    depths = np.zeros(len(ends), dtype=np.int32)
    depths[owners[best]] = depth[best]
    return depths


def _reached(rows: Array, hits: Sequence[Hits], ends: Array, rules: Rules) -> Array:
    """Write the rows of the steps after each start; return the number reached, int32 (h,)."""
    if rules.hybrid:
        _fill_any_order(rows, hits, ends)
    else:
        _fill_chain(rows, hits, ends, strict=rules.strict)
    if rules.limit is not None and rules.stamps is not None:
        _cut_off(rows, rules.stamps[rows[0]] + rules.limit, rules.stamps)
    depth = np.zeros(len(ends), dtype=np.int32)
    so_far = np.ones(len(ends), dtype=bool)
    for row in rows:
        so_far &= row >= 0
        depth += so_far
    return depth


def _fill_chain(rows: Array, hits: Sequence[Hits], ends: Array, *, strict: bool) -> None:
    """Write the last row of each step after each start, until a step is not reached."""
    going = np.flatnonzero(rows[0] >= 0)
    for before, row, one in zip(rows, rows[1:], hits[1:], strict=False):
        wanted = before[going] + 1
        starts = one.first.at_or_after(wanted)
        found = starts < ends[going]
        if strict:
            found &= starts == wanted
        going = going[found]
        row[going] = one.last(starts[found])


def _fill_any_order(rows: Array, hits: Sequence[Hits], ends: Array) -> None:
    """Write the last row of the first occurrence of each step after each start, in any order.

    Equal steps use different occurrences, so that no occurrence is counted twice.
    """
    real = np.flatnonzero(rows[0] >= 0)
    for step, one in enumerate(hits[1:], 1):
        after = rows[0][real]
        for earlier, other in enumerate(hits[1:step], 1):
            if np.array_equal(other.first.words, one.first.words):
                taken = rows[earlier][real]
                after = np.where(taken >= 0, taken, after)
        starts = one.first.at_or_after(after + 1)
        found = starts < ends[real]
        rows[step][real[found]] = one.last(starts[found])


def _cut_off(rows: Array, latest: Array, stamps: Array) -> None:
    """Set the rows of steps that are reached too late to -1."""
    for row in rows:
        some = np.flatnonzero(row >= 0)
        row[some[stamps[row[some]] > latest[some]]] = -1


def _best_start(owners: Array, depth: Array) -> Array:
    """Return, for each segment with a start, the earliest of its deepest starts, int64."""
    firsts = _firsts(owners)
    furthest = np.zeros(0, dtype=np.int64)
    if len(firsts):
        sizes = np.diff(firsts, append=len(owners))
        furthest = np.repeat(np.maximum.reduceat(depth, firsts), sizes)
    best = np.flatnonzero(depth == furthest)
    return best[_firsts(owners[best])]


def _firsts(owners: Array) -> Array:
    """Return the first position of each owner, int64; owners are sorted."""
    return np.flatnonzero(np.r_[True, owners[1:] != owners[:-1]]) if len(owners) else owners


def step_gaps(found: Followed, stamps: Array, step: int) -> tuple[Array, Array]:
    """Return the segments that reach a step, from 1, and the time since its previous step."""
    there = np.flatnonzero(found.depth > step)
    gaps = stamps[found.rows[step][there]]
    gaps -= stamps[found.rows[step - 1][there]]
    return there, gaps
