"""Credit by a rule that gives the interactions of each journey their weights."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import TypeAlias

import numpy as np

from touchpoints._core.frozen import Array, owned
from touchpoints.attribution._shared.asked import Asked
from touchpoints.attribution._shared.credit import Credit, credited
from touchpoints.attribution._shared.evidence import Evidence, Interactions
from touchpoints.attribution._shared.splitting import split_by_weights
from touchpoints.journeys.groups import by_group
from touchpoints.journeys.model import Journeys

Rule: TypeAlias = Callable[[Interactions], Array]
"""A function that returns weights of interactions, which sum to 1 over each journey."""

Weighing: TypeAlias = Callable[[Evidence], Array]


def by_rule(journeys: Journeys, rule: Rule, *, model: str, asked: Asked) -> Credit:
    """Return the credit of each group by a rule that is asked about what led to the outcome.

    The weights of a journey follow from it alone, so that there are intervals.
    """
    return _credit(journeys, partial(_of_converted, rule=rule), model, asked, sure=True)


def by_all(
    journeys: Journeys, weigh: Weighing, *, model: str, asked: Asked, sure: bool = True
) -> Credit:
    """Return the credit of each group by weights that are asked for all journeys.

    Parameters
    ----------
    sure
        Whether the weights of a journey follow from it alone, so that there are intervals.
    """
    return _credit(journeys, partial(_of_all, weigh=weigh), model, asked, sure=sure)


def _credit(journeys: Journeys, weigh: Weighing, model: str, asked: Asked, *, sure: bool) -> Credit:
    analysis = partial(_analysed, weigh=weigh, model=model, asked=asked, sure=sure)
    return by_group(journeys, asked.by, analysis)


def _of_converted(evidence: Evidence, *, rule: Rule) -> Array:
    return rule(evidence.converted)


def _of_all(evidence: Evidence, *, weigh: Weighing) -> Array:
    return np.asarray(weigh(evidence)[evidence.converted.rows])


def _analysed(
    journeys: Journeys, *, weigh: Weighing, model: str, asked: Asked, sure: bool
) -> Credit:
    evidence = asked.evidence(journeys)
    weights, chosen, value = weigh(evidence), evidence.converted.chosen, None
    if evidence.value is not None:
        worth, known = evidence.value[chosen], sure and evidence.single_values()
        value = split_by_weights(evidence, weights, worth, known=known)
    placed = None if asked.by is not None else _placed(evidence, weights, len(journeys.codes))
    found: Credit = credited(
        evidence,
        split_by_weights(evidence, weights, evidence.counts[chosen], known=sure),
        value=value,
        level=asked.level,
        model=model,
        weights=placed,
    )
    return found


def _placed(evidence: Evidence, weights: Array, size: int) -> Array:
    """Return weights where the interactions stood in the journeys given, 0 elsewhere."""
    rows = evidence.converted.rows
    placed = np.zeros(size)
    placed[rows if evidence.positions is None else evidence.positions[rows]] = weights
    return owned(placed)
