"""Whether people come back after each journey, and whether that is known."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from touchpoints._core.arrays.segments import lengths_of
from touchpoints._core.frozen import Array
from touchpoints.errors import InvalidInputError
from touchpoints.experience._shared.tickets import NAT
from touchpoints.journeys.cutting import require_times
from touchpoints.journeys.model import Journeys
from touchpoints.journeys.outcomes import watched_until
from touchpoints.journeys.places.anchors import Place, has_place
from touchpoints.uncertainty.ratios import Ratio, difference
from touchpoints.uncertainty.units import missing_persons, units_of


def check_persons(journeys: Journeys, *, mend: str = "read the log with person=") -> None:
    """Raise unless the journeys say whose they are."""
    if journeys.persons is None:
        raise InvalidInputError(
            "to know who comes back, journeys must have persons: these have none", mend=mend
        )


def returns(journeys: Journeys, back: Place | None, limit: int) -> tuple[Array, Array]:
    """Return whether the person came back soon after each journey, and whether that is known."""
    times = np.append(require_times(journeys, "who comes back").view(np.int64), NAT)
    filled = lengths_of(journeys.offsets) > 0
    starts = times[np.where(filled, journeys.offsets[:-1], -1)]
    ends = times[np.where(filled, journeys.offsets[1:] - 1, -1)]
    persons = units_of(journeys, "person").of
    counted = filled & ~missing_persons(journeys) & (journeys.counts > 0)
    targets = counted if back is None else counted & has_place(journeys, back)
    rows = np.flatnonzero(targets)
    order = rows[np.lexsort((starts[rows], persons[rows]))]
    base = np.unique(np.concatenate([starts[order], ends]))
    width = len(base) + 1
    keys = persons[order] * width + np.searchsorted(base, starts[order])
    asked = persons * width + np.searchsorted(base, ends)
    place = np.searchsorted(keys, asked, side="right")
    found = np.append(keys, -1)[place]
    same = (found >= 0) & (found // width == persons)
    later = base[np.where(same, found % width, 0)]
    until = watched_until(journeys).view(np.int64)
    watched = counted & (until - np.where(counted, ends, 0) >= limit)
    return counted & same & (later - ends <= limit), watched


def compared_shares(shares: Sequence[Ratio], firsts: Sequence[int]) -> dict[str, Any]:
    """Return shares who came back, and by how much less than another row's, as columns.

    Parameters
    ----------
    firsts
        The row that each row is compared with; itself for no comparison.
    """
    same = (0.0, 0.0, 0.0)
    less = [
        same if first == row else difference(shares[first], shares[row])
        for row, first in enumerate(firsts)
    ]
    names = ("returned", "share", "low", "high", "less", "less_low", "less_high")
    numbers = [
        (one.hits, one.value, one.low, one.high, *apart)
        for one, apart in zip(shares, less, strict=True)
    ]
    return dict(zip(names, np.array(numbers, dtype=np.float64).T, strict=True))


def rows_in(ids: Array, part: Journeys) -> Array:
    """Return the rows that the journeys of a part have among all ids, int64 (n,)."""
    places = {one: place for place, one in enumerate(ids.tolist())}
    return np.array([places[one] for one in part.ids.tolist()], dtype=np.int64)
