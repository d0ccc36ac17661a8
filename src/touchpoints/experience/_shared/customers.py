"""What customers see of journeys: everything but what goes on backstage."""

from __future__ import annotations

import attrs
import numpy as np

from touchpoints._core.arrays.segments import owners_of
from touchpoints._core.arrays.statistics.cluster_variance import runs
from touchpoints._core.frozen import Array
from touchpoints._core.messages import counted
from touchpoints.experience._shared.lenses import Lens, seen_through
from touchpoints.graphs.outcome import chosen_outcome
from touchpoints.journeys.cutting import select_interactions
from touchpoints.journeys.model import Journeys, checked_journeys
from touchpoints.journeys.places.selectors import facet_names

VISIBILITY, BACKSTAGE = "visibility", "backstage"


@attrs.frozen(eq=False, kw_only=True)
class CustomersView:
    """The journeys as their customers see them; journeys can be empty, and none is left out.

    Attributes
    ----------
    journeys : Journeys
        Without the interactions whose ``visibility`` is ``"backstage"``.
    backstage : int
        The number of interactions left out, each as often as its journey counts.
    """

    journeys: Journeys
    backstage: int


def customers_view(journeys: Journeys) -> CustomersView:
    """Return journeys without what is backstage; as they are where none says what is visible."""
    known = (*checked_journeys(journeys).per_interaction, *facet_names(journeys))
    if VISIBILITY not in known:
        return CustomersView(journeys=journeys, backstage=0)
    seen = seen_through(journeys, VISIBILITY)
    hidden = np.zeros(len(seen.codes), dtype=bool)
    if BACKSTAGE in seen.labels:
        hidden = seen.codes == seen.labels.index(BACKSTAGE)
    left_out = int(journeys.counts[owners_of(journeys.offsets)[hidden]].sum())
    return CustomersView(journeys=select_interactions(journeys, ~hidden), backstage=left_out)


def reached_of(journeys: Journeys, outcome: str | None) -> Array:
    """Return the outcome of each journey, float64 (n,): 1, 0, or nan where it is not known."""
    return journeys.outcomes[chosen_outcome(journeys, outcome)]


def journey_labels(journeys: Journeys, lens: Lens) -> tuple[tuple[str, ...], Array, Array]:
    """Return the labels of a lens, and each (journey, label) that occurs once, int64 (h,) both.

    Interactions without a term, and journeys with a count of 0, have no label.
    """
    seen = seen_through(journeys, lens, unknown=False)
    owners = owners_of(journeys.offsets).astype(np.int64)
    used = (seen.codes >= 0) & (journeys.counts[owners] > 0)
    keys, _ = runs(owners[used] * max(seen.k, 1) + seen.codes[used])
    return seen.labels, keys // max(seen.k, 1), keys % max(seen.k, 1)


def left_backstage(number: int) -> list[str]:
    """Return a line that says how many interactions customers did not see, or nothing."""
    if not number:
        return []
    return [f"{counted(number, 'interaction')} backstage: not in the view of customers"]


def unknown_outcomes(number: int) -> list[str]:
    """Return a line that says how many journeys have no known outcome, or nothing."""
    if not number:
        return []
    return [f"{counted(number, 'journey')} left out: the outcome is not known (yet)"]
