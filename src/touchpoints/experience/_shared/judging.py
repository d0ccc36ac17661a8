"""Whether occurrences of needs were satisfied in their journey."""

from __future__ import annotations

import attrs
import numpy as np

from touchpoints._core.arrays.segments import owners_of
from touchpoints._core.frozen import Array
from touchpoints.experience._shared.lenses import Seen, seen_through
from touchpoints.experience._shared.needs import Satisfying, real_rows
from touchpoints.journeys.cutting import require_times
from touchpoints.journeys.model import Journeys
from touchpoints.journeys.outcomes import watched_until
from touchpoints.uncertainty import Units
from touchpoints.uncertainty.cell_shares import CellShares, choice_shares


@attrs.frozen(eq=False, kw_only=True)
class Judged:
    """Occurrences of needs, with one entry for each, in the order of the log.

    Attributes
    ----------
    needs : Seen
        The needs of all interactions.
    rows : int64 (o,)
        The interactions with a known need, of journeys with a count above 0.
    owners, codes : int64 (o,)
        Their journeys and needs.
    satisfied, known, judged : bool (o,)
        Whether the need was satisfied; whether it was watched for long enough; whether anything
        satisfies this need.
    """

    needs: Seen
    rows: Array
    owners: Array
    codes: Array
    satisfied: Array
    known: Array
    judged: Array

    def take(self, chosen: Array) -> Judged:
        """Return the chosen occurrences."""
        names = ("rows", "owners", "codes", "satisfied", "known", "judged")
        return attrs.evolve(self, **{name: getattr(self, name)[chosen] for name in names})


def shares_of_known(
    units: Units,
    found: Judged,
    cells: Array,
    *,
    groups: Array,
    level: float,
    unsatisfied: bool = False,
) -> CellShares:
    """Return the share of each cell that is satisfied, or not, among the known of its group."""
    owners, missed = found.owners[found.known], ~found.satisfied[found.known]
    shares = choice_shares(
        units,
        (owners, cells[found.known] * 2 + missed),
        groups=np.repeat(groups, 2),
        level=level,
    )
    return shares.take(np.arange(len(groups)) * 2 + unsatisfied)


def judged_occurrences(journeys: Journeys, how: Satisfying, *, limit: int | None) -> Judged:
    """Return all occurrences of needs, and whether they were satisfied within the limit."""
    needs = seen_through(journeys, "need", unknown=False)
    rows = np.flatnonzero((needs.codes >= 0) & real_rows(journeys))
    owners = owners_of(journeys.offsets)[rows].astype(np.int64)
    codes = needs.codes[rows]
    satisfied, judged = np.zeros((2, len(rows)), dtype=bool)
    order = np.argsort(codes, kind="stable")
    edges = np.searchsorted(codes[order], np.arange(needs.k + 1))
    for code, flags in enumerate(how.by_need(journeys, needs)):
        if flags is None:
            continue
        mine = order[edges[code] : edges[code + 1]]
        judged[mine] = True
        satisfied[mine] = _followed(journeys, rows[mine], owners[mine], flags, limit=limit)
    return Judged(
        needs=needs,
        rows=rows,
        owners=owners,
        codes=codes,
        satisfied=satisfied,
        known=judged & _watched(journeys, rows, owners, limit=limit),
        judged=judged,
    )


def _followed(
    journeys: Journeys, rows: Array, owners: Array, flags: Array, *, limit: int | None
) -> Array:
    """Return whether a flagged row of the journey is at or after each row, and within the limit."""
    hits = np.append(np.flatnonzero(flags), len(flags))
    found = hits[np.searchsorted(hits, rows)]
    inside = found < journeys.offsets[1:][owners]
    if limit is None:
        return np.asarray(inside)
    stamps = np.append(require_times(journeys, "within").view(np.int64), 0)
    return np.asarray(inside & (stamps[found] - stamps[rows] <= limit))


def _watched(journeys: Journeys, rows: Array, owners: Array, *, limit: int | None) -> Array:
    """Return whether each occurrence was watched to the end of its journey or for the limit."""
    if limit is None:
        return np.asarray(journeys.finished[owners])
    stamps = require_times(journeys, "within").view(np.int64)
    return np.asarray(watched_until(journeys).view(np.int64)[owners] >= stamps[rows] + limit)
