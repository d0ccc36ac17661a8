"""Attribution by removal effects of a Markov chain."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import Any, Literal

import numpy as np

from touchpoints._core import checks
from touchpoints._core.arrays.chains.removal import without_each
from touchpoints._core.checks import public
from touchpoints._core.frozen import Array
from touchpoints.attribution._shared.asked import Asked
from touchpoints.attribution._shared.chains import Chained, chained
from touchpoints.attribution._shared.credit import Credit, Split, credited
from touchpoints.attribution._shared.effects import Effects, pulls_of
from touchpoints.attribution._shared.estimates import Precision
from touchpoints.attribution._shared.evidence import Evidence
from touchpoints.attribution._shared.orders import chosen_order
from touchpoints.attribution._shared.recounting import by_chain
from touchpoints.attribution._shared.windows import Lookback
from touchpoints.errors import InvalidInputError
from touchpoints.journeys.groups import by_group
from touchpoints.journeys.model import Journeys
from touchpoints.uncertainty.recounting import recountable

_WIDE = 512
_LONGEST = 1000


@recountable(by_chain)
@public
def markov(
    journeys: Journeys,
    *,
    order: int | Literal["auto"] = 1,
    max_order: int = 4,
    seed: int | None = None,
    outcome: str | None = None,
    value: str | None = None,
    lookback: Lookback | None = None,
    by: str | Sequence[str] | None = None,
    level: float = 0.95,
) -> Credit:
    """Credit touchpoints by their removal effects in a Markov chain.

    The removal effect of a touchpoint is the share of outcomes that would be lost if every journey
    that comes to it ended there without the outcome. Credit is in proportion to the effects.

    Parameters
    ----------
    order
        How many touchpoints back the next step depends on, at least 1. A state of the chain is the
        last ``order`` touchpoints, or the whole journey where it is shorter. ``"auto"`` takes the
        smallest order whose log-loss on persons held out of training is within one standard error
        of the best.
    max_order, seed
        For ``"auto"``: the largest order tried, and the seed of the assignment of persons to folds.
    outcome, value, lookback, by, level
        Shared arguments: see `touchpoints.attribution`.

    Returns
    -------
    Credit
        One row per touchpoint that occurs, with its raw ``effect`` and the probability of the
        outcome ``without`` it. ``probability`` is the share of journeys that reached the outcome.
        Intervals are nan for more than 512 touchpoints.

    Raises
    ------
    NotFoundError
        When the outcome, the value or the column does not exist.
    InvalidInputError
        When no journey reached the outcome, when journeys still contain the touchpoint that defines
        it, when values are negative or missing, when a look-back is given without times, or when
        there are more than 6,000 touchpoints at order 1.

    See Also
    --------
    removal : The effect of removing groups, sequences or transitions.
    removal_effects : The same effects for any graph.
    touchpoints.paths.markov_order : Which order journeys have.

    Notes
    -----
    Exact, without simulation. With the fundamental matrix N of the chain and h the probability of
    the outcome from each state, the effect of i at order 1 is ``N[s, i] h_i / (N[i, i] h_s)`` for
    the start s. Whatever the order, the probability of the outcome is the share observed; from the
    order of the longest journey on, the effect of a touchpoint is the share of converted journeys
    that contain it. Repeats of a touchpoint change no effect. Standard errors are those of the
    influence function, clustered by person. O(m) to count, O(k³) to solve at order 1.

    References
    ----------
    E. Anderl, I. Becker, F. von Wangenheim and J. H. Schumann (2016), Mapping the customer journey:
    lessons learned from graph-based online attribution modeling, International Journal of Research
    in Marketing 33(3), 457-474, doi:10.1016/j.ijresmar.2016.03.001. J. G. Kemeny and J. L. Snell
    (1960), Finite Markov Chains, Van Nostrand, 3.2-3.3.

    Examples
    --------
    >>> import touchpoints as tp
    >>> table = {"path": ["C1 > C2 > C3", "C1", "C2 > C3"], "sales": [1, 0, 0], "lost": [0, 1, 1]}
    >>> journeys = tp.from_paths(table, path="path", converted="sales", lost="lost")
    >>> found = tp.attribution.markov(journeys)
    >>> found.touchpoint.tolist(), found.effect.round(2).tolist(), found.share.round(2).tolist()
    (['C2', 'C3', 'C1'], [1.0, 1.0, 0.5], [0.4, 0.4, 0.2])
    """
    if isinstance(order, str) and order == "auto":
        seed = _needed(seed)
        max_order = checks.whole("max_order", max_order, most=_LONGEST)
    else:
        order = checks.whole("order", order, most=_LONGEST, mend="order='auto' chooses one")
    asked = Asked(outcome=outcome, value=value, lookback=lookback, by=by, level=level)
    return by_group(
        journeys, by, partial(_credit, order=order, most=max_order, seed=seed, asked=asked)
    )


def _needed(seed: int | None) -> int:
    if seed is None:
        raise InvalidInputError("order='auto' needs a seed", mend="seed=1, or any other integer")
    return checks.seed(seed)


def _credit(
    journeys: Journeys, *, order: int | str, most: int, seed: int | None, asked: Asked
) -> Credit:
    evidence = asked.evidence(journeys)
    if isinstance(order, str):
        order = chosen_order(evidence, max_order=most, seed=_needed(seed))
    found = chained(evidence, order=order)
    effects, spread, split = _split(evidence, found, found.reached)
    value = None
    if evidence.value is not None and evidence.value.any():
        rewards, excess = found.rewarded(evidence)
        value = _split(evidence, found, rewards, excess=excess)[2]
    precision = Precision.of(evidence.units, evidence.reached, asked.level)
    low, high = precision.effect_bounds(effects.effect, np.maximum(spread, 0.0))
    columns: dict[str, Any] = {"effect": effects.effect, "effect_low": low, "effect_high": high}
    columns["without"] = effects.without
    answer: Credit = credited(
        evidence,
        split,
        value=value,
        level=asked.level,
        model=f"Markov chain of order {order}",
        probability=effects.earned,
        more=columns,
    )
    return answer


def _split(
    evidence: Evidence, found: Chained, rewards: Array, *, excess: Array | None = None
) -> tuple[Effects, Array, Split]:
    """Return the effects on a reward, their variances, and how they split it."""
    k = evidence.k
    plain = k > _WIDE or (excess is not None and not evidence.single_values())
    alone = plain and found.chain.size > 0  # LAPACK takes no matrix without rows
    removed = without_each(found.chain, found.members, rewards, codes=k, earned_only=alone)
    effects = Effects.of(removed, found, rewards)
    if plain:
        return effects, np.full(k, np.nan), Split(share=effects.share, covariance=None)
    pull = pulls_of(found, removed, rewards, empty=effects.empty, excess=excess)
    of_effects, of_shares = effects.covariances(evidence, found, pull)
    return effects, of_effects.diagonal(), Split(share=effects.share, covariance=of_shares)
