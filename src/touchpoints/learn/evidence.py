"""What of a journey features may know: nothing of its outcome, and nothing after it."""

from __future__ import annotations

from typing import Literal, TypeAlias

import numpy as np

from touchpoints._core.arrays import segments
from touchpoints._core.frozen import Array
from touchpoints._core.messages import counted, not_found
from touchpoints.errors import InvalidInputError, NotFoundError, WrongKindError
from touchpoints.graphs.outcome import named_outcome, refuse_leak
from touchpoints.journeys.cutting import before_first, cut
from touchpoints.journeys.model import Journeys
from touchpoints.journeys.places.anchors import Place

Until: TypeAlias = "Place | Literal[True] | None"


def known_before(
    journeys: Journeys, *, until: Until, outcome: str | None, first: int | None, fitted: bool
) -> Journeys:
    """Return what of the journeys may be read, or raise where that knows the outcome.

    With ``fitted``, columns were made from other journeys: these need not have got as far as a
    touchpoint, and need not have an outcome.
    """
    if outcome is not None and outcome not in journeys.outcomes and not fitted:
        raise not_found("outcome", outcome, list(journeys.outcomes))
    journeys = _cut(journeys, until, outcome, fitted=fitted)
    if first is not None:
        starts, stops = journeys.offsets[:-1], journeys.offsets[1:]
        journeys = cut(journeys, starts, np.minimum(stops, starts + first))
    for name in journeys.outcomes if outcome is None else (outcome,):
        refuse_leak(journeys, name)
        _refuse_later(journeys, name)
    return journeys


def _cut(journeys: Journeys, until: Until, outcome: str | None, *, fitted: bool) -> Journeys:
    """Return what comes before a place, or before the outcome."""
    if until is None or (until is True and fitted and not journeys.outcomes):
        return journeys
    if until is True:
        return _before_the_outcome(journeys, named_outcome(journeys, outcome))
    try:
        return before_first(journeys, until)
    except NotFoundError:
        if fitted:
            return journeys
        raise


def _late(journeys: Journeys, outcome: str, *, at_once: bool) -> Array:
    """Return which interactions come after the outcome of their journey, bool (m,)."""
    if journeys.times is None or outcome not in journeys.outcome_times:
        return np.zeros(len(journeys.codes), dtype=bool)
    reached = journeys.outcome_times[outcome]
    limits = np.repeat(reached, segments.lengths_of(journeys.offsets))
    late = journeys.times >= limits if at_once else journeys.times > limits
    return np.asarray(late)  # False where there is no time of an outcome


def _before_the_outcome(journeys: Journeys, outcome: str) -> Journeys:
    if journeys.times is None or outcome not in journeys.outcome_times:
        raise InvalidInputError(
            f"until=True needs the times of interactions and of the outcome {outcome!r}",
            mend="name the touchpoint instead, or cut the journeys with tp.until",
        )
    late = segments.first_row_where(_late(journeys, outcome, at_once=True), journeys.offsets)
    stops = np.where(late < 0, journeys.offsets[1:], late)
    return cut(journeys, journeys.offsets[:-1], stops)


def _refuse_later(journeys: Journeys, outcome: str) -> None:
    late = _late(journeys, outcome, at_once=False)
    if late.any():
        rows = int(np.count_nonzero(late))
        inside = int(np.count_nonzero(segments.any_by_segment(late, journeys.offsets)))
        raise InvalidInputError(
            f"interactions after the outcome {outcome!r} cannot be features of it",
            where=f"{counted(rows, 'interaction')} of {counted(inside, 'journey')}",
            mend="until=True leaves out what comes at the time of the outcome or later",
        )


def check_until(until: object) -> None:
    """Raise for what cannot mean a place: False and numbers."""
    if until is not True and isinstance(until, (bool, int, float)):
        raise WrongKindError(
            f"until must be a touchpoint, another place, True or None, got {until!r}",
            mend='for example until="purchase"',
        )
