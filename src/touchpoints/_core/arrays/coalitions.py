"""Games on subsets of n players, as arrays with an entry for each subset, numbered by its bits."""

from __future__ import annotations

from collections.abc import Callable
from math import comb

import attrs
import numpy as np

from touchpoints._core.frozen import Array


def over_subsets(values: Array) -> Array:
    """Return the sum of the values of all subsets of each set, (2**n,); values are overwritten.

    The zeta transform, O(n 2**n).
    """
    for bit in range(len(values).bit_length() - 1):
        pairs = values.reshape(-1, 2, 1 << bit)
        pairs[:, 1] += pairs[:, 0]
    return values


def over_supersets(values: Array) -> Array:
    """Return the sum of the values of all supersets of each set; values are overwritten."""
    for bit in range(len(values).bit_length() - 1):
        pairs = values.reshape(-1, 2, 1 << bit)
        pairs[:, 0] += pairs[:, 1]
    return values


def sizes_of(players: int) -> Array:
    """Return the number of members of each subset, int8 (2**n,)."""
    sizes = np.zeros(1 << players, dtype=np.int8)
    for bit in range(players):
        sizes[1 << bit : 2 << bit] = sizes[: 1 << bit] + 1
    return sizes


@attrs.frozen(eq=False, kw_only=True)
class Weights:
    """How the value of each subset counts towards what its players get.

    The value of S counts ``outside[|S|]`` for everybody and ``inside[|S|]`` more for its members;
    for pairs ``one`` more for each of the two in S, and ``both`` more where both are.
    """

    outside: Array
    inside: Array

    @classmethod
    def shapley(cls, players: int) -> Weights:
        """Return those of the Shapley value: ``|S|! (n - |S| - 1)! / n!`` of each marginal."""
        alone = np.array([1 / (players * comb(players - 1, s)) for s in range(players)])
        joined = np.append(0.0, alone)
        left = np.append(alone, 0.0)
        return cls(outside=-left, inside=joined + left)


def shapley_values(game: Array, players: int) -> Array:
    """Return the Shapley value of each player, float64 (n,), of the values of all subsets.

    Notes
    -----
    O(n 2**n). With w the weight of a marginal, player i gets the sum over all S of
    ``-w(|S|) v(S)``, and over those with i of ``(w(|S| - 1) + w(|S|)) v(S)``.
    """
    if not players:
        return np.zeros(0)
    weights, sizes = Weights.shapley(players), sizes_of(players)
    base = float((weights.outside[sizes] * game).sum())
    held = weights.inside[sizes] * game
    members = [held.reshape(-1, 2, 1 << bit)[:, 1].sum() for bit in range(players)]
    return np.asarray(base + np.array(members))


def interactions(game: Array, players: int) -> Array:
    """Return the Shapley interaction index of each pair, float64 (n, n); nan on the diagonal.

    The mean of ``v(S + i + j) - v(S + i) - v(S + j) + v(S)`` over the sizes of S and the sets of
    each size. M. Grabisch and M. Roubens (1999), An axiomatic approach to the concept of
    interaction among players in cooperative games, International Journal of Game Theory 28(4),
    547-565, doi:10.1007/s001820050125.
    """
    n, sizes = players, sizes_of(players)
    alone = np.array([1 / ((n - 1) * comb(n - 2, s)) for s in range(n - 1)])
    none, one, two = (np.zeros(n + 1) for _ in range(3))
    none[: n - 1], one[1:n], two[2:] = alone, alone, alone
    base = float((none[sizes] * game).sum())
    either = over_supersets((-(one + none))[sizes] * game)
    both = over_supersets((two + 2 * one + none)[sizes] * game)
    bits = 1 << np.arange(n)
    single = either[bits]
    answer = base + single[:, None] + single[None, :] + both[bits[:, None] | bits[None, :]]
    np.fill_diagonal(answer, np.nan)
    return np.asarray(answer)


@attrs.frozen(eq=False, kw_only=True)
class Rates:
    """The game whose value of a set is the share of hits among trials within it.

    Attributes
    ----------
    players : int
    game : float64 (2**n,)
        ``(hits + prior mean) / (trials + prior)`` over the subsets of each set; 0 for the empty
        set, and for sets without trials where there is no prior.
    trials : float64 (2**n,)
        The trials within each set.
    """

    players: int
    game: Array
    trials: Array
    prior: float
    mean: float

    @classmethod
    def of(cls, sets: Array, hits: Array, trials: Array, *, players: int, prior: float) -> Rates:
        """Return the game of trials with the given sets of players, as bits."""
        within = over_subsets(np.bincount(sets, trials, 1 << players))
        reached = over_subsets(np.bincount(sets, hits, 1 << players))
        total = float(within[-1])
        mean = float(reached[-1]) / total if total else 0.0
        with np.errstate(divide="ignore", invalid="ignore"):
            game = (reached + prior * mean) / (within + prior)
        game[within + prior <= 0] = 0.0
        game[0] = 0.0
        return cls(players=players, game=game, trials=within, prior=prior, mean=mean)

    def influence(self, sets: Array, hit: Array) -> Array:
        """Return how much one trial moves each Shapley value, float64 (n, s).

        Parameters
        ----------
        sets, hit : (s,)
            The set of each trial, as bits, and whether it was a hit.

        Notes
        -----
        A trial with the set C moves v(S) for all S that contain C by ``(hit - v(S)) / trials(S)``:
        four transforms over supersets give the sums for all players.
        """
        weights, sizes = Weights.shapley(self.players), sizes_of(self.players)
        with np.errstate(divide="ignore"):
            per = np.where(self.trials + self.prior > 0, 1 / (self.trials + self.prior), 0.0)
        per[0] = 0.0
        for_hits, for_all, drawn = [], [], []
        for scale in (weights.outside[sizes], weights.inside[sizes]):
            for_hits.append(over_supersets(scale * per))
            for_all.append(over_supersets(scale * per * self.game))
        bits = 1 << np.arange(self.players)
        answer = np.empty((self.players, len(sets)))
        total = float(self.trials[-1])
        for place, bit in enumerate(bits.tolist()):
            joined = sets | bit
            gained = for_hits[0][sets] + for_hits[1][joined]
            spent = for_all[0][sets] + for_all[1][joined]
            answer[place] = hit * gained - spent
            if self.prior:
                drawn.append(self.prior * (for_hits[0][0] + for_hits[1][bit]))
                answer[place] += drawn[-1] * (hit - self.mean) / total
        return answer


def sampled(
    marginals: Callable[[Array], Array], *, players: int, pairs: int, rng: np.random.Generator
) -> tuple[Array, Array]:
    """Estimate Shapley values from random orders of the players, each with its reverse.

    Parameters
    ----------
    marginals
        Returns what each player adds, float64 (n,), when they come in an order, int64 (n,).
    pairs
        The number of pairs of orders, at least 2.

    Returns
    -------
    mean, variance : float64 (n,)
        Over pairs; the variance is that of one pair.
    """
    sums, squares = np.zeros(players), np.zeros(players)
    for _ in range(pairs):
        order = rng.permutation(players)
        one = (marginals(order) + marginals(order[::-1])) / 2
        sums += one
        squares += one**2
    mean = sums / pairs
    return mean, np.maximum(squares - pairs * mean**2, 0.0) / (pairs - 1)


def bernstein(variance: Array, pairs: int, *, span: float, level: float) -> Array:
    """Return how far each mean can be from the truth, all of them at this level, float64 (n,).

    The empirical Bernstein bound of A. Maurer and M. Pontil (2009), Empirical Bernstein bounds and
    sample variance penalization, COLT 2009, theorem 4, for both sides and all n means at once.

    Parameters
    ----------
    span
        The range in which a single value lies.
    """
    risk = np.log(4 * len(variance) / (1 - level))
    return np.asarray(np.sqrt(2 * variance * risk / pairs) + 7 * span * risk / (3 * (pairs - 1)))
