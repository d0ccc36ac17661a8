"""Threads of needs: contacts of one person for one need, until it is met or nothing follows."""

from __future__ import annotations

import attrs
import numpy as np

from touchpoints._core.arrays.segments import lengths_of, owners_of
from touchpoints._core.arrays.sorting.ordering import sort_positions
from touchpoints._core.frozen import Array
from touchpoints.experience._shared.lenses import Seen, seen_through
from touchpoints.experience._shared.needs import Satisfying, real_rows
from touchpoints.journeys.cutting import require_times
from touchpoints.journeys.model import Journeys
from touchpoints.journeys.outcomes import watched_until
from touchpoints.uncertainty import Units, units_of

MET, ABANDONED, OPEN = 0, 1, 2
_NEVER = np.iinfo(np.int64).min


@attrs.frozen(eq=False, kw_only=True)
class Threads:
    """Threads of needs, one entry for each, sorted by unit, need and time.

    Attributes
    ----------
    needs : Seen
        The needs of all interactions.
    units : Units
        The units, persons or else journeys; ``of`` and ``within`` are those of the threads.
    rows : int64 (t,)
        The interaction that opens the thread.
    codes : int64 (t,)
        Its need.
    contacts : int64 (t,)
        The number of interactions of the thread.
    carried : bool (t,)
        Whether they are in several areas.
    opened, last, closed : int64 (t,)
        The times of the first and the last contact, and when the thread was met, found to be
        abandoned, or last watched; in microseconds.
    watched : int64 (t,)
        Until when the unit was watched, in microseconds.
    state : int8 (t,)
        0 met, 1 abandoned, 2 open.
    fresh : bool (t,)
        Whether it is the first thread of the unit and the need.
    judged : bool (k,)
        Whether anything satisfies each need.
    contact_rows : int64 (c,)
        The interactions of all threads.
    """

    needs: Seen
    units: Units
    rows: Array
    codes: Array
    contacts: Array
    carried: Array
    opened: Array
    last: Array
    closed: Array
    watched: Array
    state: Array
    fresh: Array
    judged: Array
    contact_rows: Array


@attrs.frozen(eq=False, kw_only=True)
class _Contacts:
    """Contacts sorted by unit, need and time: the row, and when success next comes, or never."""

    rows: Array
    units: Array
    codes: Array
    stamps: Array
    success: Array


def threads_of(
    journeys: Journeys, how: Satisfying, *, within: int, area: Seen, ranks: Array | None = None
) -> Threads:
    """Return the threads of all needs.

    Parameters
    ----------
    within
        The longest time between two contacts of a thread, and to success, in microseconds.
    area
        What a thread can be carried between.
    ranks : int64 (n,), optional
        The order of journeys with contacts at the same time.
    """
    needs, units = seen_through(journeys, "need", unknown=False), units_of(journeys, None)
    found, judged = _contacts(journeys, how, needs, units, ranks=ranks)
    fresh = np.ones(len(found.rows), dtype=bool)
    fresh[1:] = (found.units[1:] != found.units[:-1]) | (found.codes[1:] != found.codes[:-1])
    met = (found.success != _NEVER) & (found.success - found.stamps <= within)
    starts = np.flatnonzero(_begins(found, fresh, met=met, within=within))
    last = np.append(starts[1:], len(found.rows))[: len(starts)] - 1
    who, ended = found.units[starts], found.stamps[last] + within
    watched = _watched(journeys, units)[who]
    state = np.where(met[last], MET, np.where(watched >= ended, ABANDONED, OPEN))
    return Threads(
        needs=needs,
        units=Units(unit=units.unit, of=who, repeats=units.repeats, within=np.ones_like(starts)),
        rows=found.rows[starts],
        codes=found.codes[starts],
        contacts=_summed(units.within[owners_of(journeys.offsets)[found.rows]], starts),
        carried=_carried(area.codes[found.rows], starts),
        opened=found.stamps[starts],
        last=found.stamps[last],
        closed=np.choose(state, [found.success[last], ended, watched]),
        watched=watched,
        state=state.astype(np.int8),
        fresh=fresh[starts],
        judged=judged,
        contact_rows=found.rows,
    )


def _begins(found: _Contacts, fresh: Array, *, met: Array, within: int) -> Array:
    """Return which contacts open a thread: the first, and those after success or a long time."""
    begins = fresh.copy()
    after = met[:-1] & (found.success[:-1] < found.stamps[1:])
    begins[1:] |= after | (found.stamps[1:] - found.stamps[:-1] > within)
    return begins


def _contacts(
    journeys: Journeys, how: Satisfying, needs: Seen, units: Units, *, ranks: Array | None
) -> tuple[_Contacts, Array]:
    """Return the contacts, sorted, and whether anything satisfies each need, bool (k,)."""
    stamps = require_times(journeys, "need_threads").view(np.int64)
    instants, at = np.unique(stamps, return_inverse=True)
    owners, real = owners_of(journeys.offsets), real_rows(journeys)
    size = max(len(instants), 1)
    keys = units.of[owners] * size + at
    rows = np.flatnonzero((needs.codes >= 0) & real)
    codes = needs.codes[rows]
    k = max(needs.k, 1)
    order = sort_positions((units.of[owners[rows]] * k + codes) * size + at[rows])
    if ranks is not None:
        order = np.lexsort((ranks[owners[rows]], at[rows], codes, units.of[owners[rows]]))
    rows, codes = rows[order], codes[order]
    success, judged = np.full(len(rows), _NEVER), np.zeros(needs.k, dtype=bool)
    groups = np.argsort(codes, kind="stable")
    edges = np.searchsorted(codes[groups], np.arange(needs.k + 1))
    for code, flags in enumerate(how.by_need(journeys, needs)):
        if flags is None:
            continue
        judged[code] = True
        mine = groups[edges[code] : edges[code + 1]]
        hits = np.append(np.sort(keys[flags & real]), -1)
        next_ = hits[np.searchsorted(hits[:-1], keys[rows[mine]])]
        same = (next_ >= 0) & (next_ // size == units.of[owners[rows[mine]]])
        success[mine] = np.where(same, instants[next_ % size] if len(instants) else 0, _NEVER)
    of = units.of[owners[rows]]
    found = _Contacts(rows=rows, units=of, codes=codes, stamps=stamps[rows], success=success)
    return found, judged


def _watched(journeys: Journeys, units: Units) -> Array:
    """Return until when each unit was watched, in microseconds, int64 (g,)."""
    stamps = require_times(journeys, "need_threads").view(np.int64)
    until = watched_until(journeys).view(np.int64).copy()
    filled = np.flatnonzero(lengths_of(journeys.offsets))
    until[filled] = np.maximum(until[filled], stamps[journeys.offsets[1:][filled] - 1])
    found = np.full(len(units.repeats), _NEVER)
    real = journeys.counts > 0
    np.maximum.at(found, units.of[real], until[real])
    return found


def _summed(values: Array, starts: Array) -> Array:
    return np.add.reduceat(values, starts) if len(starts) else np.zeros(0, dtype=np.int64)


def _carried(areas: Array, starts: Array) -> Array:
    """Return whether contacts of each thread are in several known areas."""
    if not len(starts):
        return np.zeros(0, dtype=bool)
    beyond = int(areas.max(initial=0)) + 1
    largest = np.maximum.reduceat(areas, starts)
    smallest = np.minimum.reduceat(np.where(areas < 0, beyond, areas), starts)
    return np.asarray((largest >= 0) & (smallest < largest))
