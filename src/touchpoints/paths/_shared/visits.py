"""Visits: who starts in which period, and comes back how many periods later."""

from __future__ import annotations

from typing import Any

import attrs
import numpy as np

from touchpoints._core.arrays.counting import run_starts
from touchpoints._core.arrays.segments import lengths_of
from touchpoints._core.frozen import Array
from touchpoints.journeys.cutting import require_times
from touchpoints.journeys.model import Journeys
from touchpoints.journeys.outcomes import watched_until
from touchpoints.journeys.periods import Clock
from touchpoints.journeys.places.anchors import Place, rows_at
from touchpoints.uncertainty import units_of

_MISSING = np.iinfo(np.int64).min
_NEVER = np.iinfo(np.int64).max


@attrs.frozen(eq=False, kw_only=True)
class Visits:
    """Periods with visits: person ``who[i]`` came ``since[i]`` periods after the start.

    Sorted and distinct. Row p stands for ``alike[p]`` identical people, who start in period
    ``first[p]`` and were observed through ``spans[p]`` whole periods from there.
    """

    who: Array
    since: Array
    alike: Array
    first: Array
    spans: Array
    left_out: int
    unit: str

    @property
    def when(self) -> Array:
        """The period of each visit."""
        found: Array = self.first[self.who] + self.since
        return found

    @property
    def until(self) -> Array:
        """The first period that is not observed to its end, for each person."""
        found: Array = self.first + self.spans
        return found

    def facts(self) -> dict[str, Any]:
        """Return what a table with intervals says of the people: each is one trial."""
        people = int(self.alike.sum())
        if self.unit != "person":
            return {"unit": self.unit}
        return {"unit": self.unit, "persons": people, "effective": float(people)}


def visits_of(
    journeys: Journeys,
    clock: Clock,
    *,
    start: Place | None = None,
    back: Place | None = None,
    width: int | None = None,
) -> Visits:
    """Return the visits of people, from the period of their start on.

    Parameters
    ----------
    start
        The first occurrence of this place starts a person; any interaction by default.
    back
        The place that is a visit, other than the start itself; any interaction by default.
    width
        Microseconds of a period that is counted from the start of each person; by default periods
        are those of the clock.
    """
    units = units_of(journeys, None)
    size = len(units.repeats)
    stamps = require_times(journeys, "retention").view(np.int64)
    lengths = lengths_of(journeys.offsets)
    late = np.zeros(size, dtype=bool)
    real = (lengths > 0) & (journeys.counts > 0)
    late[units.of[real & ~journeys.began]] = True
    whose = np.repeat(units.of, lengths)
    came = np.repeat(real, lengths) & ~late[whose]
    if start is None:  # times never fall within a journey
        begin, row = _firsts(whose, stamps, journeys.offsets[:-1][real & ~late[units.of]], size)
    else:
        begin, row = _firsts(whose, stamps, np.flatnonzero(came & rows_at(journeys, start)), size)
        came &= stamps >= begin[whose]
    if back is not None:
        came &= rows_at(journeys, back)
        came[row[row < _NEVER]] = False
    people = np.flatnonzero(begin < _NEVER)
    dense = np.zeros(size, dtype=np.int64)
    dense[people] = np.arange(len(people))
    seen = np.full(size, _MISSING)
    np.maximum.at(seen, units.of, watched_until(journeys).view(np.int64))
    who, begin, seen = dense[whose[came]], begin[people], seen[people]
    first = clock.number(clock.shown(begin))
    who, since, spans = _periods(clock, who, stamps[came], (begin, seen, first), width=width)
    return Visits(
        who=who,
        since=since,
        alike=units.repeats[people],
        first=first,
        spans=spans,
        left_out=int(units.repeats[late].sum()),
        unit=units.unit,
    )


def _periods(
    clock: Clock,
    who: Array,
    stamps: Array,
    people: tuple[Array, Array, Array],
    *,
    width: int | None,
) -> tuple[Array, Array, Array]:
    """Return distinct visits, and the whole periods for which each person was observed.

    ``people`` are the time of the start of each person, the time until which it was observed and
    the period of the start.
    """
    begin, seen, first = people
    if width is not None:
        who, since = _distinct(who, (stamps - begin[who]) // width)
        return who, since, np.maximum((seen - begin) // width, 0)
    since = clock.number(clock.shown(stamps)) - first[who]
    # Clocks set back by less than an hour can show an earlier hour later.
    who, since = _distinct(who, np.maximum(since, 0))
    spans = np.zeros(len(begin), dtype=np.int64)
    spans[who] = since  # sorted: the last visit of each person stays
    return who, since, np.maximum(spans, clock.number(clock.shown(seen)) - first)


def _firsts(whose: Array, stamps: Array, rows: Array, size: int) -> tuple[Array, Array]:
    """Return the time and the row of the first of these rows of each person."""
    begin, row = np.full(size, _NEVER), np.full(size, _NEVER)
    np.minimum.at(begin, whose[rows], stamps[rows])
    first = rows[stamps[rows] == begin[whose[rows]]]
    np.minimum.at(row, whose[first], first)
    return begin, row


def _distinct(who: Array, since: Array) -> tuple[Array, Array]:
    """Return each pair once, sorted."""
    span = int(since.max(initial=0)) + 1
    keys = np.sort(who * span + since)
    keys = keys[run_starts(keys)]
    return keys // span, keys % span
