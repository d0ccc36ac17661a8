"""What follows each interaction: the end, the outcome, a return, a recommendation, a mention."""

from __future__ import annotations

import attrs
import numpy as np

from touchpoints._core.arrays.segments import lengths_of, owners_of
from touchpoints._core.frozen import Array
from touchpoints.graphs.outcome import chosen_outcome
from touchpoints.journeys.model import Journeys
from touchpoints.journeys.places.anchors import Place, occurrences

MEASURES = ("exit", "conversion", "return", "recommendation", "mention")


@attrs.frozen(eq=False, kw_only=True)
class Consequences:
    """What is known to follow interactions.

    Attributes
    ----------
    owners : int64 (m,)
        The row of the journey of each interaction.
    measures : dict
        Of each measure that can be told: which interactions it is true of, and of which that is
        known, bool (m,) each. A measure is in the order of ``MEASURES``.
    """

    owners: Array
    measures: dict[str, tuple[Array, Array]]


def consequences(
    journeys: Journeys,
    *,
    outcome: str | None,
    back: tuple[Array, Array] | None,
    places: dict[str, Place | None],
) -> Consequences:
    """Return what follows each interaction.

    Parameters
    ----------
    back : bool (n,) twice, optional
        Whether the person came back after each journey, and whether that is known.
    places
        The places of further measures, which are true where one comes later in the journey.

    Raises
    ------
    NotFoundError, InvalidInputError
        As `chosen_outcome` and `occurrences`.
    """
    owners = owners_of(journeys.offsets).astype(np.int64)
    name = chosen_outcome(journeys, outcome) if journeys.outcomes or outcome else None
    reached = np.zeros(len(journeys)) if name is None else journeys.outcomes[name]
    lasts = np.zeros(len(owners), dtype=bool)
    lasts[journeys.offsets[1:][lengths_of(journeys.offsets) > 0] - 1] = True
    sure = ~lasts | ((journeys.finished & ~np.isnan(reached)) | (reached == 1))[owners]
    found = {"exit": (lasts & (reached != 1)[owners], sure)}
    if name is not None:
        before = ~np.isnan(reached)[owners] & _before(journeys, name, owners)
        found["conversion"] = ((reached == 1)[owners], before)
    if back is not None:
        found["return"] = (back[0][owners], back[1][owners])
    for measure, place in places.items():
        if place is not None:
            later = _later(journeys, place, owners)
            found[measure] = (later, later | journeys.finished[owners])
    return Consequences(owners=owners, measures=found)


def _before(journeys: Journeys, name: str, owners: Array) -> Array:
    """Return which interactions are not after the time of the outcome, bool (m,)."""
    if journeys.times is None or name not in journeys.outcome_times:
        return np.ones(len(owners), dtype=bool)
    when = journeys.outcome_times[name][owners]
    return np.asarray(np.isnat(when) | (journeys.times <= when))


def _later(journeys: Journeys, place: Place, owners: Array) -> Array:
    """Return whether a place begins later in the journey of each interaction, bool (m,)."""
    found = occurrences(journeys, place)
    last = np.full(len(journeys), -1, dtype=np.int64)
    np.maximum.at(last, found.journeys, found.starts)
    return np.asarray(last[owners] > np.arange(len(owners)))
