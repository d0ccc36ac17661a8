"""Credit by a rule that gives the interactions of each journey their weights."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import TypeAlias

import numpy as np

from touchpoints._core.arrays import segments
from touchpoints._core.frozen import Array, owned
from touchpoints.attribution._shared.asked import Asked
from touchpoints.attribution._shared.credit import Credit, credited
from touchpoints.attribution._shared.evidence import Evidence
from touchpoints.attribution._shared.splitting import split_by_weights
from touchpoints.journeys.groups import by_group
from touchpoints.journeys.model import Journeys

Rule: TypeAlias = Callable[[Evidence], Array]
"""A function that returns weights of interactions, which sum to 1 over each journey."""


def by_rule(
    journeys: Journeys,
    rule: Rule,
    *,
    model: str,
    asked: Asked,
    sure: bool = True,
    whole: bool = False,
) -> Credit:
    """Return the credit of each group by a rule that gives interactions their weights.

    Parameters
    ----------
    sure
        Whether the weights of a journey follow from it alone, so that there are intervals.
    whole
        Whether the rule is asked about journeys without the outcome too, as it is where weights do
        not follow from a journey alone.
    """
    weigh = rule if whole or not sure else partial(_of_converted, rule=rule)
    return by_group(
        journeys, asked.by, partial(_analysed, rule=weigh, model=model, asked=asked, sure=sure)
    )


def _of_converted(evidence: Evidence, *, rule: Rule) -> Array:
    """Return the weights by a rule in journeys that reached the outcome, 0 elsewhere."""
    part, rows = evidence.converted()
    weights = np.zeros(len(evidence.codes))
    weights[rows] = rule(part)
    return weights


def _analysed(journeys: Journeys, *, rule: Rule, model: str, asked: Asked, sure: bool) -> Credit:
    evidence = asked.evidence(journeys)
    weights, worth, value = rule(evidence), evidence.value, None
    if worth is not None:
        value = split_by_weights(evidence, weights, worth, known=sure and evidence.single_values())
    placed = None if asked.by is not None else _placed(evidence, weights, len(journeys.codes))
    found: Credit = credited(
        evidence,
        split_by_weights(evidence, weights, evidence.conversions, known=sure),
        value=value,
        level=asked.level,
        model=model,
        weights=placed,
    )
    return found


def _placed(evidence: Evidence, weights: Array, size: int) -> Array:
    """Return weights where the interactions stood in the journeys given, 0 elsewhere."""
    rows = segments.rows_of(evidence.offsets, np.flatnonzero(evidence.reached))
    placed = np.zeros(size)
    placed[rows if evidence.positions is None else evidence.positions[rows]] = weights[rows]
    return owned(placed)
