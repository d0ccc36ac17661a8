"""Rows of a log in their place: journey by journey, in time order."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import attrs
import numpy as np

from touchpoints._core.arrays import segments
from touchpoints._core.arrays.sorting import ordering
from touchpoints._core.columns import Log, comparable, comparable_keys
from touchpoints._core.datetimes import NAT
from touchpoints._core.frozen import Array

_MOST_MICROSECONDS = (2**63 - 1) // 1000 - 1


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
    of_two : bool (m,), optional
        Which interactions were made of two rows of the log, a start and a complete.
    tally
        Counts for the report.
    columns
        The columns of the journeys, found while all their rows were there.
    """

    rows: Array
    offsets: Array
    first: Array
    stamps: Array
    tally: Mapping[str, Any]
    codes: Array | None = None
    ends: Array | None = None
    of_two: Array | None = None
    columns: Mapping[str, Any] = attrs.field(factory=dict)

    def keep(self, kept: Array) -> Placed:
        """Return this with only the rows where ``kept`` is true; journeys may become empty."""
        return attrs.evolve(
            self,
            rows=self.rows[kept],
            offsets=segments.offsets_after(kept, self.offsets),
            stamps=self.stamps[kept],
            codes=None if self.codes is None else self.codes[kept],
            ends=None if self.ends is None else self.ends[kept],
            of_two=None if self.of_two is None else self.of_two[kept],
        )

    def counted(self, **tally: Any) -> Placed:
        """Return this with more counts for the report."""
        return attrs.evolve(self, tally={**self.tally, **tally})

    def weights(self) -> Array:
        """Return how many rows of the log each interaction was made of, int64 (m,)."""
        if self.of_two is None:
            return np.ones(len(self.rows), dtype=np.int64)
        return self.of_two.astype(np.int64) + 1

    def tied(self) -> Array:
        """Tell of each row whether it has the time of the row before it in its journey."""
        return segments.repeats_within(self.stamps, self.offsets)


def stamps_to_order(log: Log) -> Array:
    """Return the times at the full precision of the input, int64."""
    stamps, fine = log.time.stamps, log.time.fine
    if fine is None:
        return stamps
    missing = stamps == NAT
    if bool((missing | (np.abs(stamps) <= _MOST_MICROSECONDS)).all()):
        return np.where(missing, NAT, stamps * 1000 + fine)
    # Nanoseconds of years that 64 bits cannot count: the place of each time serves as well.
    order = np.lexsort((fine, stamps))
    later = (stamps[order][1:] != stamps[order][:-1]) | (fine[order][1:] != fine[order][:-1])
    places = np.empty(len(stamps), dtype=np.int64)
    places[order] = np.append(0, np.cumsum(later))
    return places


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


def _all_read(log: Log) -> Iterator[Array]:
    """Yield every column read besides journey, time and touchpoint, as comparable integers."""
    columns = (*log.fields.values(), *log.per_journey.values(), log.count, log.tiebreak)
    for column in (*columns, log.lifecycle):
        if column is not None:
            yield comparable(column)
    for keys in (log.person, log.instance):
        if keys is not None:
            yield from comparable_keys(keys)


def repeated(log: Log, placed: Placed, tied: Array) -> Array:
    """Tell which rows repeat an earlier row of their journey in all that was read, bool (m,)."""
    repeats = np.zeros(len(placed.rows), dtype=bool)
    places, runs = runs_of(tied)
    if not len(places):
        return repeats
    rows = placed.rows[places]
    columns = [runs, *(one[rows] for one in _all_read(log))]
    columns += [one[places] for one in (placed.codes, placed.ends) if one is not None]
    order = np.lexsort(columns[::-1])
    same = np.ones(len(order) - 1, dtype=bool)
    for one in columns:
        same &= one[order][1:] == one[order][:-1]
    repeats[places[order[1:][same]]] = True
    return repeats
