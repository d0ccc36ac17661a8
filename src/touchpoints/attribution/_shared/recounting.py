"""Models of attribution for many counts of the same journeys at once, as the bootstrap asks."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import attrs
import numpy as np

from touchpoints._core.arrays import segments
from touchpoints._core.arrays.chains.removal import without_each
from touchpoints._core.frozen import Array
from touchpoints.attribution._shared.asked import Asked
from touchpoints.attribution._shared.chains import Chained, chained
from touchpoints.attribution._shared.credit import NONE
from touchpoints.attribution._shared.effects import Effects
from touchpoints.attribution._shared.evidence import Evidence, known_journeys
from touchpoints.attribution._shared.marginals import Marginals
from touchpoints.attribution._shared.splitting import evenly_distinct
from touchpoints.attribution._shared.windows import Lookback
from touchpoints.journeys.model import Journeys
from touchpoints.uncertainty.recounting import Recount

Model = Callable[..., Any]

_LEVEL = 0.95  # of intervals, which are not asked for


def by_weights(
    model: Model,
    journeys: Journeys,
    *,
    outcome: str | None = None,
    value: str | None = None,
    lookback: Lookback | None = None,
    by: str | Sequence[str] | None = None,
    **rest: Any,
) -> Recount | None:
    """Recount a model whose weights follow from each journey alone."""
    if by is not None:
        return None
    asked = Asked(outcome=outcome, value=value, lookback=lookback, by=None, level=_LEVEL)
    evidence = asked.evidence(journeys)
    found = model(journeys, outcome=outcome, value=value, lookback=lookback, **rest)
    weights = found.weights
    if evidence.positions is not None:
        weights = weights[evidence.positions]
    return _by_weights(journeys, evidence, weights)


def by_subsets(
    _model: Model,
    journeys: Journeys,
    *,
    game: str = "rate",
    worth: object = None,
    outcome: str | None = None,
    value: str | None = None,
    lookback: Lookback | None = None,
    by: str | Sequence[str] | None = None,
    **_rest: Any,
) -> Recount | None:
    """Recount Shapley values of the game of subsets, which are an even split of each journey."""
    if by is not None or game != "subsets" or worth is not None:
        return None
    asked = Asked(outcome=outcome, value=value, lookback=lookback, by=None, level=_LEVEL)
    evidence = asked.evidence(journeys)
    return _by_weights(journeys, evidence, evenly_distinct(evidence))


def _by_weights(journeys: Journeys, evidence: Evidence, weights: Array) -> Recount:
    """Recount the sums of weights (m,) of the interactions in journeys with the outcome."""
    rows = segments.rows_of(evidence.offsets, np.flatnonzero(evidence.reached))
    held = _gathered(evidence.codes[rows], _owners(evidence)[rows], weights[rows], evidence)

    def credits_of(counts: Array, _totals: Array) -> Array:
        return np.asarray(held @ np.where(evidence.reached[:, None], counts, 0.0))

    return _recount(journeys, evidence, credits_of)


def by_chain(
    _model: Model,
    journeys: Journeys,
    *,
    order: int | str = 1,
    outcome: str | None = None,
    value: str | None = None,
    lookback: Lookback | None = None,
    by: str | Sequence[str] | None = None,
    **_rest: Any,
) -> Recount | None:
    """Recount removal effects of a chain of a given order."""
    if by is not None or isinstance(order, (str, bool)) or not order >= 1:
        return None
    asked = Asked(outcome=outcome, value=value, lookback=lookback, by=None, level=_LEVEL)
    evidence = asked.evidence(journeys)
    found = chained(evidence, order=order)
    chain, edges = found.chain, len(found.chain.totals)
    on = chain.passed < edges
    passed = np.concatenate([chain.first, chain.passed[on]])
    owners = np.append(np.arange(len(chain.first)), segments.owners_of(chain.offsets)[on])
    passes = _gathered(passed, owners, np.ones(len(passed)), evidence, size=edges)

    def credits_of(counts: Array, totals: Array) -> Array:
        every = np.asarray(passes @ counts).T
        shares = [_shares(found, np.ascontiguousarray(one), codes=evidence.k) for one in every]
        return np.stack(shares, axis=1)[:-1] * totals

    return _recount(journeys, evidence, credits_of)


def _shares(found: Chained, totals: Array, *, codes: int) -> Array:
    """Return the shares of credit where the transitions have other totals."""
    some = totals > 0
    whole, members = found.chain, found.members
    nodes = np.arange(whole.size + 1 + whole.ends)
    if members.shape[1] > 1:  # a chain of single codes has all of them as its states
        there = np.ones(len(nodes), dtype=bool)
        there[: whole.size] = False
        there[whole.sources[some]] = True
        nodes, members = np.cumsum(there) - 1, members[there[: whole.size]]
    chain = attrs.evolve(
        whole,
        size=len(members),
        sources=nodes[whole.sources[some]],
        targets=nodes[whole.targets[some]],
        totals=totals[some],
    )
    part = Chained(
        chain=chain,
        members=members,
        reached=found.reached[some],
        empty=found.empty[some],
    )
    alone = members.shape[1] > 1
    removed = without_each(chain, members, part.reached, codes=codes, earned_only=alone)
    return Effects.of(removed, part, part.reached).share


def by_marginals(
    _model: Model,
    journeys: Journeys,
    *,
    outcome: str | None = None,
    value: str | None = None,
    lookback: Lookback | None = None,
    by: str | Sequence[str] | None = None,
) -> Recount | None:
    """Recount what paths lose without one of their interactions."""
    if by is not None:
        return None
    asked = Asked(outcome=outcome, value=value, lookback=lookback, by=None, level=_LEVEL)
    evidence = asked.evidence(journeys)
    part, marginals = evidence.converted, Marginals.of(evidence)
    lengths = segments.lengths_of(part.offsets)

    def credits_of(counts: Array, _totals: Array) -> Array:
        answer = np.empty((evidence.k, counts.shape[1]))
        for number, one in enumerate(np.ascontiguousarray(counts.T)):
            held = np.repeat(one[part.chosen], lengths)
            weights = marginals.weights(np.where(evidence.reached, one, 0.0), one)[part.rows]
            answer[:, number] = np.bincount(part.codes, weights * held, evidence.k)
        return answer

    return _recount(journeys, evidence, credits_of)


def _recount(
    journeys: Journeys, evidence: Evidence, credits_of: Callable[[Array, Array], Array]
) -> Recount:
    """Recount credit of touchpoints, (k, b), from counts, (n, b), and the outcomes, (b,)."""
    chosen = np.flatnonzero(known_journeys(journeys, evidence.outcome))
    codes, reached = evidence.codes, evidence.reached
    visits = _gathered(codes, _owners(evidence), np.ones(len(codes)), evidence)
    empty = reached & (segments.lengths_of(evidence.offsets) == 0)

    def numbers(counts: Array) -> Array:
        answer = np.full((len(counts), evidence.k + 1), np.nan)
        defined = counts[:, chosen[reached]].any(axis=1)
        if defined.any():
            answer[defined] = defined_numbers(counts[defined])
        return answer

    def defined_numbers(counts: Array) -> Array:
        here = np.ascontiguousarray(counts[:, chosen].T, dtype=np.float64)
        totals = here[reached].sum(axis=0)
        none = here[empty].sum(axis=0)
        share = np.vstack([credits_of(here, totals), none]) / totals
        there = np.vstack([visits @ here, none]) > 0
        return np.asarray(np.where(there, share * totals, np.nan).T)

    keys = [one.key for one in evidence.journeys.touchpoints]
    return Recount(labels=[*keys, NONE], numbers=numbers)


def _owners(evidence: Evidence) -> Array:
    return segments.owners_of(evidence.offsets)


def _gathered(
    kinds: Array, owners: Array, weights: Array, evidence: Evidence, *, size: int | None = None
) -> Any:
    """Return a sparse matrix that adds up weights by kind, in the order in which they are given."""
    from scipy.sparse import csr_array

    size = evidence.k if size is None else size
    order = np.argsort(kinds, kind="stable")
    bounds = segments.offsets_of(np.bincount(kinds, minlength=size))
    shape = (size, len(evidence.counts))
    return csr_array((weights[order], owners[order], bounds), shape=shape)
