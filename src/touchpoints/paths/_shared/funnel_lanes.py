"""Lanes: the interactions of a journey that have the same value in a column."""

from __future__ import annotations

import attrs
import numpy as np

from touchpoints._core.arrays.segments.bitmaps import bitmap_of, bitmap_of_rows
from touchpoints._core.arrays.segments.choosing import owners_at
from touchpoints._core.arrays.segments.following import Enders, Hits, Starts
from touchpoints._core.frozen import Array, Coded
from touchpoints._core.messages import not_found
from touchpoints.journeys.model import Journeys, checked_journeys

Spans = tuple[Array, Array]
_WORD = 63
_SPARSE = 16


@attrs.frozen(eq=False, kw_only=True)
class Lanes:
    """Rows that matter to a funnel, by journey and value: each value of a journey is a segment.

    Lanes without a start may be left out.

    Attributes
    ----------
    rows : int64 (p,)
        The row of the log at each position; positions are sorted by journey, value and row.
    positions : int64 (m,)
        The position of each row; -1 where it has none.
    offsets : int64 (l+1,)
        Lane i owns the positions from ``offsets[i]`` up to, not including, ``offsets[i + 1]``.
    owners : int64 (l,)
        The journey of each lane.
    held : int64 (m,)
        The value of each row; -1 where it is missing.
    enders
        What ends the attempts in lanes.
    """

    rows: Array
    positions: Array
    offsets: Array
    owners: Array
    held: Array
    enders: tuple[Enders, ...] = ()

    def hits(self, found: Spans, *, every: bool) -> Hits:
        """Return the occurrences of a step that have one value.

        Without ``every``, those that end after an occurrence that begins later are left out.
        """
        starts, stops = found
        if starts is stops:  # single interactions, already in the order of the log
            flags = np.zeros(len(self.rows), dtype=bool)
            at = self.positions[starts]
            flags[at[at >= 0]] = True
            return Hits(bitmap_of(flags))
        kept = of_one_value(starts, stops, self.held) & (self.positions[starts] >= 0)
        first, last = self.positions[starts[kept]], self.positions[stops[kept]]
        order = np.argsort(first, kind="stable")
        first, last = first[order], last[order]
        if not every and len(last):
            quick = last == np.minimum.accumulate(last[::-1])[::-1]
            first, last = first[quick], last[quick]
        marked = bitmap_of_rows(first, len(self.rows))
        return Hits(marked) if np.array_equal(first, last) else Hits(marked, (first, last))

    def of_rows(self, starts: Starts) -> Starts:
        """Return starts of lanes as starts of journeys, in rows, sorted by journey and row."""
        rows = np.where(starts.rows >= 0, self.rows[starts.rows], -1) if len(self.rows) else -1
        rows = np.broadcast_to(rows, starts.rows.shape)
        owners = self.owners[starts.owners]
        order = np.argsort(rows[0], kind="stable")
        return Starts(owners[order], starts.depth[order], rows[:, order], starts.going[order])


def held_values(journeys: Journeys, column: str) -> Array:
    """Return a number for the value of a per-interaction column in each row, -1 where missing."""
    kept = checked_journeys(journeys).per_interaction
    if column not in kept:
        raise not_found("per-interaction column", column, tuple(kept), where="given as holding=")
    values = kept[column]
    if isinstance(values, Coded):
        return values.codes.astype(np.int64)
    numbers = np.full(len(values), -1, dtype=np.int64)
    known = np.ones(len(values), dtype=bool)
    if values.dtype.kind in "fmM":
        known = ~np.isnan(values)
    numbers[known] = np.unique(values[known], return_inverse=True)[1]
    return numbers


def of_one_value(starts: Array, stops: Array, held: Array) -> Array:
    """Return which spans of rows have one known value throughout, bool (h,)."""
    if starts is stops:
        return np.asarray(held[starts] >= 0)
    changes = np.cumsum(np.diff(held, prepend=held[:1]) != 0)
    alike: Array = (held[starts] >= 0) & (changes[starts] == changes[stops])
    return alike


def lanes_of(journeys: Journeys, found: list[Spans], *, held: Array, ending: Array | None) -> Lanes:
    """Return the lanes of the occurrences of steps, and of the rows that end attempts.

    Parameters
    ----------
    found
        The first and last rows of the occurrences of each step.
    held : int64 (m,)
        The value of each row; -1 where it is missing.
    ending : bool (m,), optional
        The rows that end an attempt: those of its value, or those of all where it is missing.
    """
    used = np.zeros(len(held), dtype=bool) if ending is None else ending.copy()
    for starts, stops in found:
        used[starts] = used[stops] = True
    rows = np.flatnonzero(used & (held >= 0))
    owners = owners_at(journeys.offsets, rows)
    values = int(held.max(initial=0)) + 1
    keys = owners * values + held[rows]
    size = len(journeys) * values
    if size <= _SPARSE * len(held):
        kept = _with_start(keys, rows, found[0][0], size)
        rows, owners, keys = rows[kept], owners[kept], keys[kept]
    order = _stable_order(keys)
    rows, keys, owners = rows[order], keys[order], owners[order]
    firsts = np.flatnonzero(np.diff(keys, prepend=-1))
    positions = np.full(len(held), -1, dtype=np.int64)
    positions[rows] = np.arange(len(rows))
    enders: tuple[Enders, ...] = ()
    if ending is not None:
        general = ending & (held < 0)
        ends = journeys.offsets[1:][owners]
        enders = (Enders(bitmap_of(ending[rows])), Enders(bitmap_of(general), rows, ends))
    return Lanes(
        rows=rows,
        positions=positions,
        offsets=np.append(firsts, len(rows)),
        owners=owners[firsts],
        held=held,
        enders=enders,
    )


def _with_start(keys: Array, rows: Array, starts: Array, size: int) -> Array:
    """Return which rows are in a lane that has a start: no attempt begins in others, bool (r,)."""
    marked = np.zeros(int(rows[-1]) + 1 if len(rows) else 0, dtype=bool)
    marked[starts[starts < len(marked)]] = True
    started = np.zeros(size, dtype=bool)
    started[keys[marked[rows]]] = True
    return started[keys]


def _stable_order(keys: Array) -> Array:
    """Return the order that sorts keys from 0, int64; equal keys keep their order."""
    bits = len(keys).bit_length()
    if int(keys.max(initial=0)).bit_length() + bits > _WORD:
        return np.argsort(keys, kind="stable")
    packed = (keys << bits) | np.arange(len(keys))  # sorting values is faster than an argsort
    packed.sort()
    order: Array = packed & ((1 << bits) - 1)
    return order
