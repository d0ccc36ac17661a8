"""Removal effects of a chain with their covariance, and the shares of credit they give."""

from __future__ import annotations

import attrs
import numpy as np

from touchpoints._core.arrays.chains.influence import Pulls, covariance, pulls, reach_of
from touchpoints._core.arrays.chains.removal import Removed
from touchpoints._core.frozen import Array
from touchpoints.attribution._shared.chains import Chained
from touchpoints.attribution._shared.evidence import Evidence, dependence

_NOTHING = 1e-12


@attrs.frozen(eq=False, kw_only=True)
class Effects:
    """Removal effects, and the shares of credit they give.

    Attributes
    ----------
    earned : float
        The expected reward of a journey: the probability of the outcome, or the mean value.
    without : float64 (g,)
        The same where whoever comes to what is removed is lost.
    effect : float64 (g,)
        ``1 - without / earned``.
    empty : float
        The share of the reward that journeys without interactions earn.
    share : float64 (g+1,)
        The effects divided by their sum, times what other journeys earn; then ``empty``.
    signed : bool
        Whether effects can be below 0, so that an effect of 0 can vary.
    """

    earned: float
    without: Array
    effect: Array
    empty: float
    share: Array
    signed: bool

    @classmethod
    def of(cls, removed: Removed, found: Chained, rewards: Array) -> Effects:
        """Return the effects of what was earned with and without each group of states."""
        whole, without = float(removed.earned[0]), removed.earned[1:]
        totals = found.chain.totals
        effect = 1 - without / whole if whole > 0 else np.zeros(len(without))
        effect = np.where(np.abs(effect) < _NOTHING, 0.0, effect)
        given = float(totals @ rewards)
        empty = float(totals @ (rewards * found.empty)) / given if given > 0 else 0.0
        total = float(effect.sum())
        part = effect / total if total > 0 else np.zeros(len(effect))
        return cls(
            earned=whole,
            without=without,
            effect=effect,
            empty=empty,
            share=np.append(part * (1 - empty), empty),
            signed=removed.reconnected,
        )

    def jacobians(self) -> tuple[Array, Array]:
        """Return how effects, (g, g+2), and shares, (g+1, g+2), move with what they are made of.

        That is what is earned with all, without each, and the share of empty journeys.
        """
        g = len(self.effect)
        effects = np.zeros((g, g + 2))
        effects[:, 0] = self.without / self.earned**2
        effects[np.arange(g), np.arange(g) + 1] = -1 / self.earned
        if not self.signed:
            effects[self.effect == 0] = 0.0
        shares = np.zeros((g + 1, g + 2))
        total = float(self.effect.sum())
        if total > 0:
            part = self.effect / total
            shares[:g] = (effects - np.outer(part, effects.sum(axis=0))) / total * (1 - self.empty)
            shares[:g, -1] = -part
        shares[g, -1] = 1.0
        return effects, shares

    def covariances(self, evidence: Evidence, found: Chained, pull: Pulls) -> tuple[Array, Array]:
        """Return the covariance of the effects, (g, g), and of the shares, (g+1, g+1)."""
        spread = covariance(found.chain, pull, dependence(evidence.units))
        effects, shares = self.jacobians()
        return effects @ spread @ effects.T, shares @ spread @ shares.T


@attrs.frozen(kw_only=True)
class Effect:
    """The effect of one removal, the probability without it, and the variance of the effect."""

    effect: float
    without: float
    variance: float

    @classmethod
    def of(cls, evidence: Evidence, found: Chained, removed: Removed) -> Effect:
        """Return the effect of removing one group of transitions."""
        effects = Effects.of(removed, found, found.reached)
        pull = pulls_of(found, removed, found.reached, empty=effects.empty)
        spread = effects.covariances(evidence, found, pull)[0]
        return cls(
            effect=float(effects.effect[0]),
            without=float(effects.without[0]),
            variance=max(float(spread[0, 0]), 0.0),
        )


def pulls_of(
    found: Chained,
    removed: Removed,
    rewards: Array,
    *,
    empty: float,
    excess: Array | None = None,
) -> Pulls:
    """Return the pulls on what is earned with all, without each, and on the share of the empty."""
    given = float(found.chain.totals @ rewards)
    apart = ((found.empty - empty * found.reached) / given)[:, None]
    moved = pulls(found.chain, removed, rewards)
    moved = np.concatenate([moved, apart * rewards[:, None]], axis=1)
    if excess is None:
        return Pulls(moved=moved)
    reach = reach_of(found.chain, removed) * found.reached[:, None]
    worth = np.concatenate([reach, apart * found.reached[:, None]], axis=1)
    return Pulls(moved=moved, worth=worth, excess=excess)
