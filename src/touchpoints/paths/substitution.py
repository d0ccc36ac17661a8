"""What it costs to replace one touchpoint by another."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

import numpy as np

from touchpoints._core.arrays.counting import pair_counts, row_weights
from touchpoints._core.checks import (
    check_option,
)
from touchpoints._core.frozen import Array
from touchpoints._core.messages import (
    not_found,
)
from touchpoints.errors import InvalidInputError
from touchpoints.journeys.model import Journeys, checked_journeys
from touchpoints.journeys.places.selectors import facet_names
from touchpoints.journeys.tie_breaking import key_ranks, keys_of
from touchpoints.paths._shared.dissimilarity import SubstitutionCosts
from touchpoints.taxonomy import UNKNOWN

Method = Literal["transitions", "facets", "constant"]

TYPE = "type"


def substitution_costs(
    journeys: Journeys,
    *,
    method: Method = "transitions",
    weights: Mapping[str, float] | None = None,
    max_cost: float = 2.0,
) -> SubstitutionCosts:
    """Price the replacement of each touchpoint by each other.

    Parameters
    ----------
    method
        ``"transitions"``: ``max_cost × (2 − p(a → b) − p(b → a)) / 2``, with p the share of the
        transitions out of a touchpoint: touchpoints that follow each other are near.
        ``"facets"``: ``max_cost`` times the weighted share of facets in which two touchpoints
        differ: those of one need and channel are near. ``"constant"``: ``max_cost`` for any two.
    weights
        How much each facet counts, by its name; ``"type"`` for the type itself. By default every
        facet that some touchpoint has, and the type, count 1. Only for ``"facets"``.
    max_cost
        The largest cost, above 0. Twice the cost of putting in or leaving out (``indel`` of
        `distances`) makes a replacement never dearer than both.

    Returns
    -------
    SubstitutionCosts
        A symmetric matrix (k, k) in the order of the keys, 0 on the diagonal.

    Raises
    ------
    NotFoundError
        When a weight is for no facet.
    InvalidInputError
        When no touchpoint has any of the facets, a weight is below 0 or all are 0, or weights are
        given to another method.

    Notes
    -----
    Transitions count as often as their journeys do, repeats of one touchpoint included, as in
    TraMineR's TRATE. Costs from transitions need not obey the triangle inequality
    (`SubstitutionCosts.is_metric` tells). Those from facets do: a facet that is unknown differs
    from any other value and from another unknown one, since nobody knows them to be alike. With
    all weights on a few facets, two touchpoints that agree in those cost nothing, and journeys
    that differ can be at distance 0. O(m + k²).

    References
    ----------
    G. Rohwer and U. Pötter (2005), TDA user's manual, Ruhr-Universität Bochum, 6.7.3: data-based
    substitution costs. A. Gabadinho, G. Ritschard, N. S. Müller and M. Studer (2011), Analyzing
    and visualizing state sequences in R with TraMineR, Journal of Statistical Software 40(4),
    doi:10.18637/jss.v040.i04. J. C. Gower (1971), A general coefficient of similarity, Biometrics
    27(4), 857-871, doi:10.2307/2528823.

    Examples
    --------
    >>> import touchpoints as tp
    >>> shop = tp.datasets.shop(200, seed=1)
    >>> costs = tp.paths.substitution_costs(shop, method="facets")
    >>> costs.is_metric()
    True
    """
    checked_journeys(journeys)
    check_option("method", method, Method)
    if weights is not None and method != "facets":
        raise InvalidInputError(f"{method!r} has no weights", mend="method='facets' has")
    if not 0 < max_cost < np.inf:
        raise InvalidInputError(f"max_cost={max_cost!r} must be a finite cost above 0")
    if method == "transitions":
        costs = max_cost * _by_transitions(journeys)
    elif method == "facets":
        costs = max_cost * _by_facets(journeys, weights)
    else:
        costs = np.full((len(journeys.touchpoints),) * 2, float(max_cost))
    np.fill_diagonal(costs, 0.0)
    order = np.argsort(key_ranks(journeys))
    return SubstitutionCosts(
        touchpoint=keys_of(journeys)[order], matrix=costs[np.ix_(order, order)], method=method
    )


def _by_transitions(journeys: Journeys) -> Array:
    k = len(journeys.touchpoints)
    weights = row_weights(journeys.offsets, journeys.counts)
    pairs = pair_counts(journeys.codes, journeys.offsets, k, weights)
    shares = np.zeros((k, k))
    shares[pairs.sources, pairs.targets] = pairs.totals
    leaving = shares.sum(axis=1, keepdims=True)
    np.divide(shares, leaving, out=shares, where=leaving > 0)
    return 1 - (shares + shares.T) / 2


def _by_facets(journeys: Journeys, weights: Mapping[str, float] | None) -> Array:
    """Return the weighted share of facets in which touchpoints differ, in [0, 1]."""
    known = [TYPE, *facet_names(journeys)]
    for name in weights or ():
        if name not in known:
            raise not_found("facet", name, known)
    values = {name: _values(journeys, name) for name in known if weights is None or name in weights}
    used = {name: column for name, column in values.items() if (column >= 0).any()}
    chosen = {name: 1.0 if weights is None else float(weights[name]) for name in used}
    if not all(0 <= one < np.inf for one in (weights or {}).values()):
        raise InvalidInputError("weights must be finite, and none below 0")
    if not chosen:
        raise InvalidInputError(
            "no touchpoint has a type or any of these facets: nothing tells them apart",
            mend="give them types: tp.from_frame(…, touchpoint=classifier, taxonomy=…) when "
            "reading, tp.retype(journeys, classifier) later; or use method='transitions'",
        )
    total = sum(chosen.values())
    if not total:
        raise InvalidInputError("some weight must be above 0")
    costs = np.zeros((len(journeys.touchpoints),) * 2)
    for name, column in used.items():
        costs += chosen[name] / total * ((column[:, None] != column) | (column < 0))
    return costs


def _values(journeys: Journeys, name: str) -> Array:
    """Return a number for each touchpoint's term of a facet (or its type), -1 where unknown."""
    terms = [one.type if name == TYPE else one.facet(name) for one in journeys.touchpoints]
    numbers: dict[str, int] = {"": -1, UNKNOWN: -1}
    return np.array([numbers.setdefault(term, len(numbers)) for term in terms], dtype=np.int64)
