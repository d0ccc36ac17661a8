"""Attribution by Shapley values: average contributions to sets of touchpoints."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import Any, Literal

import attrs
import numpy as np

from touchpoints._core import checks
from touchpoints._core.arrays.coalitions import (
    Rates,
    bernstein,
    sampled,
    shapley_values,
    sizes_of,
)
from touchpoints._core.arrays.counting.states import dense_numbers
from touchpoints._core.checks import check_option, public
from touchpoints._core.frozen import Array
from touchpoints.attribution._shared.asked import Asked
from touchpoints.attribution._shared.coalitions import (
    Worth,
    marginals_of,
    rate_marginals,
    table_of,
    worth_of,
)
from touchpoints.attribution._shared.credit import Credit, Split, credited
from touchpoints.attribution._shared.estimates import Precision
from touchpoints.attribution._shared.evidence import Evidence, dependence
from touchpoints.attribution._shared.recounting import by_subsets
from touchpoints.attribution._shared.sets import EXACT, bits_of, members_of, players_of
from touchpoints.attribution._shared.splitting import evenly_distinct, split_by_weights
from touchpoints.attribution._shared.windows import Lookback
from touchpoints.errors import InvalidInputError
from touchpoints.journeys.groups import by_group
from touchpoints.journeys.model import Journeys
from touchpoints.journeys.tie_breaking import key_ranks
from touchpoints.uncertainty.recounting import recountable

Game = Literal["rate", "subsets", "exact_sets"]
_CALLED = 16


@recountable(by_subsets)
@public
def shapley(
    journeys: Journeys,
    *,
    game: Game = "rate",
    prior: float = 0.0,
    worth: Worth | None = None,
    baseline: float = 0.0,
    pairs: int = 1000,
    seed: int | None = None,
    outcome: str | None = None,
    value: str | None = None,
    lookback: Lookback | None = None,
    by: str | Sequence[str] | None = None,
    level: float = 0.95,
) -> Credit:
    """Credit touchpoints by Shapley values: what each adds on average, whoever came before it.

    Parameters
    ----------
    game
        What a set of touchpoints is worth. ``"rate"``: the share of journeys with the outcome among
        those that contain no other touchpoint. ``"subsets"``: the number of outcomes of journeys
        that contain no other touchpoint; this gives exactly the same credit as
        ``linear(distinct=True)``, the even split between the distinct touchpoints of each journey.
        ``"exact_sets"``: the number of outcomes of journeys that contain these touchpoints and no
        other; provided for comparison with other tools, since it says nothing of journeys with
        fewer touchpoints.
    prior
        For ``"rate"``: this many imagined journeys with the overall rate are added to each set, so
        that sets with few journeys do not decide. At least 0.
    worth
        What sets are worth instead, as a function of a frozenset of keys or a mapping from them;
        for example the prediction of a model. ``game``, ``prior`` and ``baseline`` are then not
        used.
    baseline
        For ``"rate"``: the rate without any touchpoint, subtracted from the worth of each set.
    pairs, seed
        The number of pairs of random orders, and their seed, for more touchpoints than can be
        solved exactly: 24, or 16 with a function. Each order comes with its reverse.
    outcome, value, lookback, by, level
        Shared arguments: see `touchpoints.attribution`.

    Returns
    -------
    Credit
        One row per touchpoint that occurs, with its Shapley value in ``effect``, which can be
        negative. Credit is in proportion to it; nan where the values do not sum to more than 0.
        ``supported`` says how many of the sets hold any journey.

    Raises
    ------
    NotFoundError
        When the outcome, the value or the column does not exist.
    InvalidInputError
        As `linear`; also when ``prior`` is below 0, when a set has no worth, and when there are too
        many touchpoints for an exact solution and no ``seed`` is given.

    See Also
    --------
    linear : With ``distinct=True`` the closed form of the game of subsets.
    synergies : How much two touchpoints add together beyond what they add apart.
    markov : Removal effects, which know the order of touchpoints.

    Notes
    -----
    Exact for up to 24 touchpoints, O(p 2**p) after one pass over the journeys; intervals come from
    the influence function, clustered by person. Beyond 24 values are means over random orders:
    ``bound`` is an empirical Bernstein bound for all of them, and intervals are nan. A normal
    interval would be wrong, because the contributions to rare sets have heavy tails. Journeys
    without interactions take no part.

    References
    ----------
    L. S. Shapley (1953), A value for n-person games, Contributions to the Theory of Games II,
    307-317. A. Maurer and M. Pontil (2009), Empirical Bernstein bounds and sample variance
    penalization, COLT 2009.

    Examples
    --------
    >>> import touchpoints as tp
    >>> table = {"path": ["ad", "mail", "ad > mail"], "sales": [1, 2, 6], "lost": [9, 8, 4]}
    >>> journeys = tp.from_paths(table, path="path", converted="sales", lost="lost")
    >>> tp.attribution.shapley(journeys).effect.round(2).tolist()
    [0.2, 0.1]
    >>> tp.attribution.shapley(journeys, game="subsets").as_dict()
    {'mail': 5.0, 'ad': 4.0}
    """
    check_option("game", game, Game)
    checks.whole("pairs", pairs, least=2)
    asked = Asked(outcome=outcome, value=value, lookback=lookback, by=by, level=level)
    solver = _Solver(
        game=game,
        prior=checks.finite("prior", prior, least=0),
        worth=worth,
        baseline=0.0 if worth is not None else checks.finite("baseline", baseline),
        pairs=pairs,
        seed=None if seed is None else checks.seed(seed),
        level=asked.level,
    )
    return by_group(journeys, by, partial(_credit, solver=solver, asked=asked))


def _credit(journeys: Journeys, *, solver: _Solver, asked: Asked) -> Credit:
    evidence = asked.evidence(journeys)
    of_outcomes = solver.solved(evidence, evidence.conversions)
    value = None
    if evidence.value is not None and solver.worth is None and evidence.value.any():
        known = evidence.single_values()
        value = solver.solved(evidence, evidence.value, known=known).split
    spread = np.full(evidence.k, np.nan)
    if of_outcomes.covariance is not None:
        spread = np.maximum(of_outcomes.covariance.diagonal(), 0.0)
    precision = Precision.of(evidence.units, evidence.reached, asked.level)
    total = float(of_outcomes.facts.get("probability", 1.0))
    low, high = precision.symmetric(of_outcomes.effect, spread, total=total)
    columns: dict[str, Any] = {"effect": of_outcomes.effect, "effect_low": low, "effect_high": high}
    found: Credit = credited(
        evidence,
        of_outcomes.split,
        value=value,
        level=asked.level,
        model=solver.name(),
        **of_outcomes.facts,
        more=columns,
    )
    return found


@attrs.frozen(eq=False, kw_only=True)
class _Solution:
    """Shapley values with their covariance, and the credit they give."""

    effect: Array
    covariance: Array | None
    split: Split
    facts: dict[str, Any]


@attrs.frozen(eq=False, kw_only=True)
class _Solver:
    """A game, and how it is solved."""

    game: Game
    prior: float
    worth: Worth | None
    baseline: float
    pairs: int
    seed: int | None
    level: float

    def name(self) -> str:
        """Return the name of the model with its settings."""
        if self.worth is not None:
            return "Shapley, given worth of sets"
        prior = f", prior {self.prior:g}" if self.game == "rate" and self.prior else ""
        return f"Shapley, game {self.game}{prior}"

    def solved(self, evidence: Evidence, amounts: Array, *, known: bool = True) -> _Solution:
        """Split amounts of journeys, and say what each touchpoint adds."""
        if self.worth is not None:
            return self._given(evidence, self.worth, amounts)
        if self.game == "subsets":
            part = evidence.converted
            held = amounts[part.chosen]
            split = split_by_weights(evidence, evenly_distinct(part), held, known=known)
            return _Solution(
                effect=split.share[:-1] * amounts.sum(), covariance=None, split=split, facts={}
            )
        players = players_of(evidence)
        if len(players) <= EXACT:
            return self._exact(evidence, amounts, players, known=known)
        if self.game == "exact_sets":
            raise self._too_many(len(players), EXACT, random=False)
        members, offsets = members_of(evidence)
        filled = np.diff(offsets) > 0
        number = np.zeros(evidence.k, dtype=np.int64)
        number[players] = np.arange(len(players))
        marginals = rate_marginals(
            number[members],
            np.append(offsets[:-1][filled], offsets[-1]),
            amounts[filled],
            trials=evidence.counts[filled],
            prior=self.prior,
        )
        most = float((amounts / evidence.counts)[filled].max())
        return self._random(evidence, marginals, players, amounts, span=2 * most)

    def _exact(
        self, evidence: Evidence, amounts: Array, players: Array, *, known: bool
    ) -> _Solution:
        sets, p = bits_of(evidence, players), len(players)
        filled = sets != 0
        if self.game == "exact_sets":
            game = np.bincount(sets, amounts, 1 << p)
            game[0] = 0.0
            return _solution(evidence, shapley_values(game, p), players, amounts)
        of, counts = sets[filled], evidence.counts[filled]
        rates = Rates.of(of, amounts[filled], counts, players=p, prior=self.prior)
        shift = np.full(p, self.baseline / p if p else 0.0)
        effect = shapley_values(rates.game, p) - shift
        facts = {"probability": rates.mean, "supported": _supported(rates)}
        covariance = None
        if known:
            each = amounts / evidence.counts
            covariance = _covariance(evidence, rates, sets, each)
        return _solution(evidence, effect, players, amounts, covariance=covariance, facts=facts)

    def _given(self, evidence: Evidence, worth: Worth, amounts: Array) -> _Solution:
        players, find = players_of(evidence), worth_of(worth)
        keys = [evidence.journeys.touchpoints[code].key for code in players.tolist()]
        if len(players) <= _CALLED:
            effect = shapley_values(table_of(find, keys), len(players))
            return _solution(evidence, effect, players, amounts)
        return self._random(evidence, marginals_of(find, keys), players, amounts, span=None)

    def _random(
        self,
        evidence: Evidence,
        marginals: Callable[[Array], Array],
        players: Array,
        amounts: Array,
        *,
        span: float | None,
    ) -> _Solution:
        p = len(players)
        if self.seed is None:
            raise self._too_many(p, EXACT if self.worth is None else _CALLED, random=True)
        names = key_ranks(evidence.journeys)[players]
        back = np.argsort(names)  # the draws follow the keys, whatever the order of the log
        rng = np.random.default_rng(self.seed)
        mean, variance = sampled(
            lambda order: marginals(back[order])[back], players=p, pairs=self.pairs, rng=rng
        )
        effect, spread = np.empty(p), np.empty(p)
        effect[back], spread[back] = mean, variance
        effect -= self.baseline / p
        facts: dict[str, Any] = {}
        if span is not None:
            bound = bernstein(spread, self.pairs, span=span, level=self.level)
            facts["bound"] = float(bound.max())
        return _solution(evidence, effect, players, amounts, facts=facts)

    def _too_many(self, players: int, most: int, *, random: bool) -> InvalidInputError:
        seed = "seed=1 takes random orders; " if random else ""
        return InvalidInputError(
            f"{players:,} touchpoints are too many for exact Shapley values, which take {most}",
            mend=f"{seed}tp.collapse(journeys, by=…) groups touchpoints; game='subsets' is exact "
            "for any number",
        )


def _supported(rates: Rates) -> float:
    """Return the share of sets with trials, the mean over the sizes of sets."""
    sizes = sizes_of(rates.players)
    there = np.bincount(sizes, rates.trials > 0, rates.players + 1)
    return float((there / np.bincount(sizes))[1:].mean()) if rates.players else 0.0


def _covariance(evidence: Evidence, rates: Rates, sets: Array, each: Array) -> Array:
    """Return the covariance of all values and of the share of empty sets, (p+1, p+1).

    Each set of touchpoints with few journeys tells little of its rate, and nothing varies where
    none, or all, of them reached the outcome. Sets are therefore taken to vary as if so many more
    journeys of the overall rate had been seen with them that one of these reached it.

    Parameters
    ----------
    sets, each : (n,)
        The set of each journey, as bits, and what it earned.
    """
    units = dependence(evidence.units)
    if bool(((each != 0) & (each != 1)).any()):
        return units.covariance(_influence(rates, sets, each, counts=evidence.counts))
    of, size = dense_numbers(sets, 1 << rates.players)
    kinds = np.empty(size, dtype=np.int64)
    kinds[of] = sets
    seen = np.bincount(2 * of + (each == 1), evidence.counts, 2 * size)
    moved = _influence(rates, np.repeat(kinds, 2), np.tile([0.0, 1.0], size), counts=seen)
    trials, hits = seen[::2] + seen[1::2], seen[1::2]
    likely = trials * rates.mean * (hits + 1) / (trials * rates.mean + 1)
    likely = np.where(kinds == 0, hits, likely)
    taken = np.stack([trials - likely, likely], axis=1).ravel()
    if units.plain:
        return units.scaled((moved * taken) @ moved.T)
    unseen = units.scaled((moved * (taken - seen)) @ moved.T)
    return units.covariance(moved[:, 2 * of + (each == 1)]) + unseen


def _influence(rates: Rates, sets: Array, each: Array, *, counts: Array) -> Array:
    """Return how much one trial moves each value, and the share of empty sets, (p+1, n)."""
    empty, total = sets == 0, float(counts @ each)
    none = float(counts @ np.where(empty, each, 0.0)) / total
    values = np.where(empty, 0.0, rates.influence(sets, each))
    return np.concatenate([values, [each * (empty - none) / total]])


def _solution(
    evidence: Evidence,
    effect: Array,
    players: Array,
    amounts: Array,
    *,
    covariance: Array | None = None,
    facts: dict[str, Any] | None = None,
) -> _Solution:
    """Return values of players as those of touchpoints, and the credit in proportion to them.

    Parameters
    ----------
    amounts : float64 (n,)
        What each row earned: journeys without interactions keep theirs.
    covariance : float64 (p+1, p+1), optional
        Of the values, and of the share that journeys without interactions earned.
    """
    k, total = evidence.k, float(effect.sum())
    empty = evidence.offsets[1:] == evidence.offsets[:-1]
    none = float(amounts[empty].sum() / amounts.sum())
    effects, spread = np.zeros(k), None
    effects[players] = effect
    part = effects / total if total > 1e-12 else np.full(k, np.nan)
    of_share = None
    if covariance is not None:
        rows = np.append(players, k)
        spread = np.zeros((k + 1, k + 1))
        spread[np.ix_(rows, rows)] = covariance
        jacobian = np.zeros((k + 1, k + 1))
        jacobian[:k, :k] = (np.eye(k) - part[:, None]) / total * (1 - none)
        jacobian[:k, k], jacobian[k, k] = -part, 1.0
        of_share = jacobian @ spread @ jacobian.T
        spread = spread[:k, :k]
    share = np.append(part * (1 - none), none)
    split = Split(share=share, covariance=of_share, signed=True)
    return _Solution(effect=effects, covariance=spread, split=split, facts=facts or {})
