"""Rows of a log in their place: journey by journey, in time order."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import attrs
import numpy as np

from touchpoints._arrays import ordering, segments
from touchpoints._frozen import Array, Coded
from touchpoints._instants import NAT
from touchpoints.columns import Log


@attrs.frozen(eq=False, kw_only=True)
class Placed:
    """Rows of a log in order, and what was counted on the way.

    Attributes
    ----------
    rows : int64 (m,)
        Positions in the log, journey by journey, in time order.
    offsets : int64 (n+1,)
        Journey j owns ``rows[offsets[j]:offsets[j+1]]``.
    first : int64 (n,)
        A row of each journey that names it, also when all its rows are dropped later.
    stamps : int64 (m,)
        The time of each row, at the precision of the input.
    codes : integers (m,), optional
        Which distinct text or event each row is; -1 without a name.
    ends : int64 (m,), optional
        When each interaction ended.
    tally
        Counts for the report.
    """

    rows: Array
    offsets: Array
    first: Array
    stamps: Array
    tally: Mapping[str, Any]
    codes: Array | None = None
    ends: Array | None = None

    def keep(self, kept: Array) -> Placed:
        """Return this with only the rows where ``kept`` is true; journeys may become empty."""
        return attrs.evolve(
            self,
            rows=self.rows[kept],
            offsets=segments.offsets_after(kept, self.offsets),
            stamps=self.stamps[kept],
            codes=None if self.codes is None else self.codes[kept],
            ends=None if self.ends is None else self.ends[kept],
        )

    def counted(self, **tally: Any) -> Placed:
        """Return this with more counts for the report."""
        return attrs.evolve(self, tally={**self.tally, **tally})

    def tied(self) -> Array:
        """Tell of each row whether it has the time of the row before it in its journey."""
        return segments.repeats_within(self.stamps, self.offsets)


def stamps_to_order(log: Log) -> Array:
    """Return the times at the full precision of the input, int64."""
    if log.time.fine is None:
        return log.time.stamps
    return np.where(log.time.stamps == NAT, NAT, log.time.stamps * 1000 + log.time.fine)


def place(log: Log, usable: Array | None, tally: Mapping[str, Any]) -> Placed:
    """Group the usable rows (all, when None) by journey, each in time order."""
    rows = None if usable is None else np.flatnonzero(usable)
    keys = log.journey
    check = None if keys.check is None else _at(keys.check, rows)
    stamps = _at(stamps_to_order(log), rows)
    grouped = ordering.order_log(_at(keys.primary, rows), stamps, check)
    ordered = grouped.rows if rows is None else rows[grouped.rows]
    placed = Placed(
        rows=ordered,
        offsets=grouped.offsets,
        first=ordered[grouped.offsets[:-1]],
        stamps=grouped.times,
        tally={**tally, "collisions": grouped.collisions},
    )
    return placed if log.tiebreak is None else _break_ties(placed, log.tiebreak)


def _at(column: Array, rows: Array | None) -> Array:
    return column if rows is None else column[rows]


def runs_of(tied: Array) -> tuple[Array, Array]:
    """Return the places of rows in runs of ties, and the run of each."""
    behind = np.flatnonzero(tied)
    places = np.union1d(behind, behind - 1)
    starts = ~tied[places]
    return places, np.cumsum(starts)


def _break_ties(placed: Placed, tiebreak: Array) -> Placed:
    places, runs = runs_of(placed.tied())
    order = np.lexsort((tiebreak[placed.rows[places]], runs))
    rows = placed.rows.copy()
    rows[places] = placed.rows[places[order]]
    return attrs.evolve(placed, rows=rows)


def comparable(column: Coded | Array) -> Array:
    """Return integers that are equal where the values are; nan equals nan."""
    if isinstance(column, Coded):
        return column.codes
    if column.dtype.kind == "f":
        return (column.astype(np.float64) + 0.0).view(np.int64)
    return column.astype(np.int64)


def repeated(log: Log, placed: Placed, tied: Array) -> Array:
    """Tell which rows repeat an earlier row of their journey in all that was read, bool (m,)."""
    repeats = np.zeros(len(placed.rows), dtype=bool)
    places, runs = runs_of(tied)
    if not len(places):
        return repeats
    rows = placed.rows[places]
    kept = (*log.fields.values(), *log.per_journey.values())
    columns = [runs, *(comparable(one)[rows] for one in kept)]
    columns += [one[places] for one in (placed.codes, placed.ends) if one is not None]
    order = np.lexsort(columns[::-1])
    same = np.ones(len(order) - 1, dtype=bool)
    for one in columns:
        same &= one[order][1:] == one[order][:-1]
    repeats[places[order[1:][same]]] = True
    return repeats
