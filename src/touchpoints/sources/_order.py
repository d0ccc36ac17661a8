"""Order the rows of a log: journey by journey, and by time within a journey."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import attrs
import numpy as np

from touchpoints._core.arrays import segments
from touchpoints._core.arrays.sorting.logs import order_log
from touchpoints._core.arrays.sorting.ordering import Keys
from touchpoints._core.columns import Log, comparable, comparable_keys
from touchpoints._core.datetimes import NAT
from touchpoints._core.frozen import Array

_MOST_MICROSECONDS = (2**63 - 1) // 1000 - 1


@attrs.frozen(eq=False, kw_only=True)
class OrderedRows:
    """The rows of a log in order, with counts for the report.

    Attributes
    ----------
    rows : int64 (m,)
        Positions in the log, journey by journey, in time order.
    offsets : int64 (n+1,)
        Journey j owns ``rows[offsets[j]:offsets[j+1]]``.
    first : int64 (n,)
        A row of each journey, from which its id is read even if all its rows are dropped later.
    stamps : int64 (m,)
        The time of each row, at the precision of the input.
    codes : integers (m,), optional
        The position of each row's distinct text or event; -1 where the name is missing.
    ends : int64 (m,), optional
        The end of each interaction.
    of_two : bool (m,), optional
        Whether each interaction was joined from two rows of the log, a start and a complete.
    started : bool (m,), optional
        Whether each interaction has a start row; the others are a complete row alone.
    tally
        Counts for the report.
    columns
        Columns of the journeys, taken before rows are dropped.
    """

    rows: Array
    offsets: Array
    first: Array
    stamps: Array
    tally: Mapping[str, Any]
    codes: Array | None = None
    ends: Array | None = None
    of_two: Array | None = None
    started: Array | None = None
    columns: Mapping[str, Any] = attrs.field(factory=dict)

    def keep(self, kept: Array) -> OrderedRows:
        """Return only the rows where ``kept`` is true; journeys may become empty."""
        return attrs.evolve(
            self,
            rows=self.rows[kept],
            offsets=segments.offsets_after(kept, self.offsets),
            stamps=self.stamps[kept],
            codes=None if self.codes is None else self.codes[kept],
            ends=None if self.ends is None else self.ends[kept],
            of_two=None if self.of_two is None else self.of_two[kept],
            started=None if self.started is None else self.started[kept],
        )

    def counted(self, **tally: Any) -> OrderedRows:
        """Return the same rows with more counts for the report."""
        return attrs.evolve(self, tally={**self.tally, **tally})

    def weights(self) -> Array:
        """Return the number of rows of the log in each interaction, int64 (m,)."""
        if self.of_two is None:
            return np.ones(len(self.rows), dtype=np.int64)
        return self.of_two.astype(np.int64) + 1

    def rows_in(self, chosen: Array) -> int:
        """Return the number of rows of the log in the chosen interactions."""
        pairs = 0 if self.of_two is None else np.count_nonzero(self.of_two & chosen)
        return int(np.count_nonzero(chosen) + pairs)

    def tied(self) -> Array:
        """Return whether each row has the time of the previous row of its journey, bool (m,)."""
        return segments.repeats_within(self.stamps, self.offsets)


def stamps_to_order(log: Log) -> Array:
    """Return the times at the full precision of the input, int64."""
    stamps, fine = log.time.stamps, log.time.fine
    if fine is None:
        return stamps
    missing = stamps == NAT
    if bool((missing | (np.abs(stamps) <= _MOST_MICROSECONDS)).all()):
        return np.where(missing, NAT, stamps * 1000 + fine)
    # Outside the years that int64 nanoseconds cover, the rank of each time gives the same order.
    order = np.lexsort((fine, stamps))
    later = (stamps[order][1:] != stamps[order][:-1]) | (fine[order][1:] != fine[order][:-1])
    ranks = np.empty(len(stamps), dtype=np.int64)
    ranks[order] = np.append(0, np.cumsum(later))
    return ranks


def order_rows(log: Log, usable: Array | None, tally: Mapping[str, Any]) -> OrderedRows:
    """Group the usable rows (all rows when None) by journey, and sort each journey by time."""
    rows = None if usable is None else np.flatnonzero(usable)
    keys = log.journey
    check = None if keys.check is None else _at(keys.check, rows)
    stamps = stamps_to_order(log)
    if rows is not None:
        stamps = stamps[rows]
    grouped = order_log(_at(keys.primary, rows), stamps, check)
    positions = grouped.rows if rows is None else rows[grouped.rows]
    ordered = OrderedRows(
        rows=positions,
        offsets=grouped.offsets,
        first=positions[grouped.offsets[:-1]],
        stamps=grouped.times,
        tally={**tally, "collisions": grouped.collisions},
    )
    return ordered if not log.tiebreak else _break_ties(ordered, log.tiebreak)


def _at(keys: Keys, rows: Array | None) -> Keys:
    return keys if rows is None else keys.take(rows)


def runs_of(tied: Array) -> tuple[Array, Array]:
    """Return the positions of all rows in runs of ties, and the number of each row's run."""
    later = np.flatnonzero(tied)
    positions = np.union1d(later, later - 1)
    starts = ~tied[positions]
    return positions, np.cumsum(starts)


def _break_ties(ordered: OrderedRows, tiebreak: tuple[Array, ...]) -> OrderedRows:
    positions, runs = runs_of(ordered.tied())
    tied = ordered.rows[positions]
    order = np.lexsort((*(one[tied] for one in reversed(tiebreak)), runs))
    rows = ordered.rows.copy()
    rows[positions] = ordered.rows[positions[order]]
    return attrs.evolve(ordered, rows=rows)


def _other_columns(log: Log) -> Iterator[Array]:
    """Yield every column except journey, time and touchpoint, as comparable integers."""
    columns = (*log.fields.values(), *log.per_journey.values(), log.count, *log.tiebreak)
    for column in (*columns, log.lifecycle):
        if column is not None:
            yield comparable(column)
    for keys in (log.person, log.instance):
        if keys is not None:
            yield from comparable_keys(keys)


def repeated(log: Log, ordered: OrderedRows, tied: Array) -> Array:
    """Return whether each row repeats an earlier row of its journey in all columns, bool (m,)."""
    repeats = np.zeros(len(ordered.rows), dtype=bool)
    positions, runs = runs_of(tied)
    if not len(positions):
        return repeats
    rows = ordered.rows[positions]
    columns = [runs, *(one[rows] for one in _other_columns(log))]
    columns += [one[positions] for one in (ordered.codes, ordered.ends) if one is not None]
    order = np.lexsort(columns[::-1])
    same = np.ones(len(order) - 1, dtype=bool)
    for one in columns:
        same &= one[order][1:] == one[order][:-1]
    repeats[positions[order[1:][same]]] = True
    return repeats
