"""Substitution costs between touchpoints, for optimal matching."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

import numpy as np

from touchpoints._core.arrays.counting import bigram_counts, row_weights
from touchpoints._core.checks import (
    check_option,
    positive,
    public,
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


@public
def substitution_costs(
    journeys: Journeys,
    *,
    method: Method = "transitions",
    weights: Mapping[str, float] | None = None,
    max_cost: float = 2.0,
) -> SubstitutionCosts:
    """Compute the substitution costs between touchpoints, for optimal matching.

    Parameters
    ----------
    method
        ``"transitions"``: ``max_cost × (2 − p(a → b) − p(b → a)) / 2``, with p the share of the
        transitions out of a touchpoint, so that touchpoints that follow each other are similar.
        ``"facets"``: ``max_cost`` times the weighted share of facets in which two touchpoints
        differ, so that touchpoints with the same need and channel are similar. ``"constant"``:
        ``max_cost`` for any two different touchpoints.
    weights
        The weight of each facet by name; ``"type"`` for the type itself. By default the type and
        every facet that some touchpoint has get weight 1. Only for ``"facets"``.
    max_cost
        The largest cost, above 0. With at most twice the cost of an insertion or deletion
        (``indel`` of `distances`), a substitution never costs more than a deletion and an
        insertion.

    Returns
    -------
    SubstitutionCosts
        A symmetric matrix (k, k), sorted by key, with 0 on the diagonal.

    Raises
    ------
    NotFoundError
        When ``weights`` names a facet that does not exist.
    InvalidInputError
        When no touchpoint has any of the facets, when a weight is below 0 or all are 0, when
        ``weights`` is given with another method, or when ``max_cost`` is not finite and above 0.

    See Also
    --------
    distances : Pairwise distances between variants, which use these costs.
    transitions : The transition probabilities that ``method="transitions"`` uses.

    Notes
    -----
    Transitions are weighted by the counts of their journeys and include repeats of a touchpoint, as
    in TraMineR's TRATE. Costs from transitions may violate the triangle inequality (check with
    `SubstitutionCosts.is_metric`). Costs from facets satisfy it: an unknown facet differs from
    every other value and from another unknown one, since the two cannot be assumed equal. If only a
    few facets have weight, the cost between touchpoints that agree in those facets is 0, and
    different journeys can be at distance 0. O(m + k²).

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
        raise InvalidInputError(
            f"method={method!r} takes no weights", mend="use method='facets', or omit weights"
        )
    max_cost = positive("max_cost", max_cost)
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
    pairs = bigram_counts(journeys.codes, journeys.offsets, k, weights)
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
        raise InvalidInputError(
            f"weights must be finite and at least 0, got {dict(weights or {})!r}"
        )
    if not chosen:
        raise InvalidInputError(
            "no touchpoint has a type or any of these facets, so that they cannot be distinguished",
            mend="classify them: tp.from_frame(…, touchpoint=classifier, taxonomy=…) when reading, "
            "or tp.retype(journeys, classifier) later; or use method='transitions'",
        )
    total = sum(chosen.values())
    if not total:
        raise InvalidInputError("at least one weight must be above 0")
    costs = np.zeros((len(journeys.touchpoints),) * 2)
    for name, column in used.items():
        costs += chosen[name] / total * ((column[:, None] != column) | (column < 0))
    return costs


def _values(journeys: Journeys, name: str) -> Array:
    """Return a number for each touchpoint's term of a facet (or for its type), -1 if unknown."""
    terms = [one.type if name == TYPE else one.facet(name) for one in journeys.touchpoints]
    numbers: dict[str, int] = {"": -1, UNKNOWN: -1}
    return np.array([numbers.setdefault(term, len(numbers)) for term in terms], dtype=np.int64)
