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


@attrs.frozen(eq=False)
class Enders:
    """The rows that end an attempt when they come after one of its steps and before the next.

    Attributes
    ----------
    marked
        The rows.
    places : int64 (m,), optional
        The row of the bitmap at which each row of the steps stands, where they are not the same.
    ends : int64 (m,), optional
        For each row of the steps, the row of the bitmap at which its segment is over; given with
        ``places``.
    """

    marked: Bitmap
    places: Array | None = None
    ends: Array | None = None

    def place(self, rows: Array) -> Array:
        """Return where rows of the steps stand in the bitmap, int64 (r,)."""
        return rows if self.places is None else self.places[rows]

    def after(self, rows: Array) -> Array:
        """Return the first marked row after each of some rows of the steps, int64 (r,)."""
        return self.marked.at_or_after(self.place(rows) + 1)

    def before_end(self, rows: Array, ends: Array) -> Array:
        """Return whether a marked row comes after each row and in its segment, bool (r,)."""
        there: Array = self.after(rows) < (ends if self.ends is None else self.ends[rows])
        return there


@attrs.frozen(eq=False, kw_only=True)
class Rules:
    """The conditions for reaching the steps after the first.

    Attributes
    ----------
    strict
        Whether each step must follow the previous step directly.
    hybrid
        Whether the steps after the first may be reached in any order.
    alike
        For each step the first step that means the same, for hybrid steps: equal steps use
        different occurrences.
    limit, stamps
        The maximum time from the last row of the first step to the last row of every other step,
        in the unit of the stamps, int64 (m,); None for no limit.
    enders
        The rows that end an attempt between two steps.
    optional
        The positions of steps that can be left out; only of steps in order.
    held
        A value for each row, int64 (m,), which all steps share; -1 is shared with no row. Only of
        strict steps: others are followed in segments of one value.
    """

    strict: bool = False
    hybrid: bool = False
    alike: tuple[int, ...] = ()
    limit: int | None = None
    stamps: Array | None = None
    enders: tuple[Enders, ...] = ()
    optional: frozenset[int] = frozenset()
    held: Array | None = None

    @property
    def earliest(self) -> bool:
        """Whether the first start of a segment reaches at least as many steps as later starts."""
        simple = not self.strict and not self.hybrid and self.limit is None
        return simple and not self.enders and not self.optional

    def previous(self, step: int) -> int:
        """Return the position of the last step before this one that cannot be left out."""
        return max(at for at in range(step) if at not in self.optional)


@attrs.frozen(eq=False)
class Followed:
    """The steps reached from the best start of each segment: the earliest of the deepest.

    Attributes
    ----------
    depth : int32 (n,)
        The number of steps each segment reaches, without optional ones; 0 without a start.
    rows : int64 (s, n)
        The last row of each step; -1 where the step is not reached.
    rules
        The conditions for reaching the steps.
    latest : int64 (n,), optional
        The last row of the latest first step from which a segment could still get further if it
        were longer; -1 without one. Only where the time is limited.
    """

    depth: Array
    rows: Array
    rules: Rules
    latest: Array | None = None

    def reached(self, step: int) -> Array:
        """Return which segments reach a step, bool (n,)."""
        if step in self.rules.optional:
            return np.asarray(self.rows[step] >= 0)
        needed = step - sum(at < step for at in self.rules.optional)
        return np.asarray(self.depth > needed)


@attrs.frozen(eq=False)
class Starts:
    """The steps reached from every start.

    Attributes
    ----------
    owners : int64 (h,)
        The segment of each start, sorted.
    depth : int32 (h,)
        The number of steps it reaches, without optional ones; at least 1.
    rows : int64 (s, h)
        The last row of each step; -1 where the step is not reached.
    going : bool (h,)
        Whether more rows at the end of the segment could bring it further.
    """

    owners: Array
    depth: Array
    rows: Array
    going: Array

    def take(self, chosen: Array) -> Starts:
        """Return some of the starts."""
        return Starts(
            self.owners[chosen], self.depth[chosen], self.rows[:, chosen], self.going[chosen]
        )


def followed(hits: Sequence[Hits], offsets: Array, rules: Rules) -> Followed:
    """Return the steps that each segment reaches from its best start.

    Notes
    -----
    O(n) for n segments where the first start is always a best start, otherwise O(h log h) in the
    h occurrences of the first step. Segments are processed in blocks, on all cores.
    """
    found = _nothing(len(offsets) - 1, len(hits), rules)

    def follow(part: slice) -> None:
        rows = found.rows[:, part]
        ends = offsets[part.start : part.stop + 1]
        if rules.earliest:
            found.depth[part] = _from_first(rows, hits, ends, rules)
            return
        latest = None if found.latest is None else found.latest[part]
        starts = _from_all(hits, ends, rules)
        found.depth[part] = _write_best(rows, starts, rules, latest=latest)

    in_threads([partial(follow, part) for part in spans(len(offsets) - 1, size=_BLOCK)])
    return found


def every_start(hits: Sequence[Hits], offsets: Array, rules: Rules) -> Starts:
    """Return the steps that are reached from every start.

    Notes
    -----
    O(h log h) in the h occurrences of the first step, in blocks, on all cores.
    """

    def follow(part: slice) -> Starts:
        found = _from_all(hits, offsets[part.start : part.stop + 1], rules)
        return attrs.evolve(found, owners=found.owners + part.start)

    parts = spans(len(offsets) - 1, size=_BLOCK)
    found = in_threads([partial(follow, part) for part in parts])
    one_row = ("owners", "depth", "going")
    columns = [np.concatenate([getattr(one, name) for one in found]) for name in one_row]
    rows = np.concatenate([one.rows for one in found], axis=1)
    return Starts(columns[0], columns[1], rows, columns[2])


def best_starts(starts: Starts, size: int, rules: Rules) -> Followed:
    """Return the best of these starts for each of ``size`` segments."""
    found = _nothing(size, len(starts.rows), rules)
    found.depth[:] = _write_best(found.rows, starts, rules, latest=found.latest)
    return found


def _nothing(size: int, steps: int, rules: Rules) -> Followed:
    """Return what to write the steps of segments into: none is reached so far."""
    return Followed(
        np.zeros(size, np.int32),
        np.full((steps, size), -1),
        rules,
        latest=None if rules.limit is None else np.full(size, -1),
    )


def _from_first(rows: Array, hits: Sequence[Hits], offsets: Array, rules: Rules) -> Array:
    """Write the rows of the first start of each of these segments; return its depth, int32 (n,)."""
    ends = offsets[1:]
    starts = hits[0].first.at_or_after(offsets[:-1])
    there = np.flatnonzero(starts < ends)
    rows[0][there] = hits[0].last(starts[there])
    return _reached(rows, hits, ends, rules)


def _from_all(hits: Sequence[Hits], offsets: Array, rules: Rules) -> Starts:
    """Return the steps that are reached from every start of these segments."""
    ends = offsets[1:]
    starts = hits[0].first.marked(int(offsets[0]), int(offsets[-1]))
    owners = owners_at(offsets, starts)
    rows = np.full((len(hits), len(starts)), -1)
    rows[0] = hits[0].last(starts)
    depth = _reached(rows, hits, ends[owners], rules)
    return Starts(owners, depth, rows, _may_go_on(rows, depth, ends[owners], rules))


def _write_best(rows: Array, starts: Starts, rules: Rules, *, latest: Array | None) -> Array:
    """Write the rows of the best start of each segment; return its depth, int32 (n,)."""
    owners, depth = starts.owners, starts.depth
    if latest is not None:
        going = np.flatnonzero(starts.going)
        np.maximum.at(latest, owners[going], starts.rows[0][going])
    best = _best_start(owners, ranks_of(starts, rules))
    rows[:, owners[best]] = starts.rows[:, best]
    depths = np.zeros(rows.shape[1], dtype=np.int32)
    depths[owners[best]] = depth[best]
    return depths


def ranks_of(starts: Starts | Followed, rules: Rules) -> Array:
    """Return how far starts get: by the steps they need, then by the optional steps they take."""
    if not rules.optional:
        return starts.depth
    taken = [starts.rows[step] >= 0 for step in sorted(rules.optional)]
    ranks: Array = starts.depth * len(starts.rows) + np.sum(taken, axis=0)
    return ranks


def _reached(rows: Array, hits: Sequence[Hits], ends: Array, rules: Rules) -> Array:
    """Write the rows of the steps after each start; return the number reached, int32 (h,)."""
    if rules.hybrid:
        _fill_any_order(rows, hits, ends, rules)
    else:
        _fill_chain(rows, hits, ends, rules)
    if rules.held is not None:
        _cut_unlike(rows, rules.held)
    if rules.limit is not None and rules.stamps is not None:
        _cut_off(rows, rules.stamps[rows[0]] + rules.limit, rules.stamps)
    for enders in rules.enders:
        _cut_at(rows, enders, rules)
    depth = np.zeros(len(ends), dtype=np.int32)
    so_far = np.ones(len(ends), dtype=bool)
    for step, row in enumerate(rows):
        if step in rules.optional:
            row[~so_far] = -1
            continue
        so_far &= row >= 0
        depth += so_far
    return depth


def _may_go_on(rows: Array, depth: Array, ends: Array, rules: Rules) -> Array:
    """Return the starts that more rows could bring further; strict ones are at their end."""
    size = len(depth)
    if rules.strict:
        return np.asarray(rows[depth - 1, np.arange(size)] == ends - 1)
    going = np.ones(size, dtype=bool)
    if not rules.enders:
        return going
    last = rows[0].copy()
    if not rules.hybrid:
        needed = [row for step, row in enumerate(rows) if step not in rules.optional]
        for nth, row in enumerate(needed):
            np.copyto(last, row, where=depth > nth)
    for enders in rules.enders:
        going &= ~enders.before_end(last, ends)
    return going


def _fill_chain(rows: Array, hits: Sequence[Hits], ends: Array, rules: Rules) -> None:
    """Write the last row of each step after each start, until a step is not reached."""
    going = np.flatnonzero(rows[0] >= 0)
    wanted = rows[0][going] + 1
    waiting: list[int] = []
    for step in range(1, len(hits)):
        if step in rules.optional:
            waiting.append(step)
            continue
        starts = hits[step].first.at_or_after(wanted)
        found = starts < ends[going]
        if rules.strict:
            found &= starts == wanted
        if waiting:
            _fill_between(rows, hits, waiting, going, (wanted, np.minimum(starts, ends[going])))
            waiting = []
        going = going[found]
        lasts = hits[step].last(starts[found])
        rows[step][going] = lasts
        wanted = lasts + 1
    if waiting:
        _fill_between(rows, hits, waiting, going, (wanted, ends[going]))


def _fill_between(
    rows: Array,
    hits: Sequence[Hits],
    steps: Sequence[int],
    going: Array,
    bounds: tuple[Array, Array],
) -> None:
    """Write the last row of optional steps that lie, in order, between two rows of each start."""
    wanted, stops = bounds[0].copy(), bounds[1]
    for step in steps:
        starts = hits[step].first.at_or_after(wanted)
        there = np.flatnonzero(starts < stops)
        lasts = hits[step].last(starts[there])
        there, lasts = there[lasts < stops[there]], lasts[lasts < stops[there]]
        rows[step][going[there]] = lasts
        wanted[there] = lasts + 1


def _fill_any_order(rows: Array, hits: Sequence[Hits], ends: Array, rules: Rules) -> None:
    """Write the last row of the first occurrence of each step after each start, in any order.

    Equal steps use different occurrences, so that no occurrence is counted twice.
    """
    real = np.flatnonzero(rows[0] >= 0)
    for step, one in enumerate(hits[1:], 1):
        after = rows[0][real]
        for earlier in range(1, step):
            if rules.alike and rules.alike[earlier] == rules.alike[step]:
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


def _cut_unlike(rows: Array, held: Array) -> None:
    """Set the rows of steps with another value than the first, or without one, to -1."""
    value = held[rows[0]]
    for row in rows[1:]:
        row[(held[row] != value) | (value < 0)] = -1


def _cut_at(rows: Array, enders: Enders, rules: Rules) -> None:
    """Set the rows of steps that come after the end of an attempt to -1."""
    stops = enders.after(rows[0])
    for step, row in enumerate(rows[1:], 1):
        some = np.flatnonzero(row >= 0)
        late = enders.place(row[some]) > stops[some]
        row[some[late]] = -1
        if not rules.hybrid and step not in rules.optional:
            on = some[~late]
            stops[on] = enders.after(row[on])


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
    """Return the segments that reach a step, from 1, and the time since the step reached before it.

    In a hybrid funnel that is the last of the earlier steps that was reached before it in time;
    optional steps are not among those before.
    """
    there = np.flatnonzero(found.reached(step))
    rows = found.rows[step][there]
    before = found.rows[found.rules.previous(step)][there]
    if found.rules.hybrid:
        before = _reached_before(found, there, step)
    gaps = stamps[rows]
    gaps -= stamps[before]
    return there, gaps


def _reached_before(found: Followed, there: Array, place: int) -> Array:
    """Return the row of the step that these segments reached just before this one."""
    rows = found.rows[place][there]
    before: Array = found.rows[0][there]
    for other in range(1, len(found.rows)):
        row = found.rows[other][there]
        earlier = (row < rows) | ((row == rows) & (other < place))
        earlier &= found.depth[there] > other
        before = np.where(earlier, np.maximum(before, row), before)
    return before
