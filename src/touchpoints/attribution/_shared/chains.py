"""Journeys as absorbing Markov chains that end in the outcome or without it."""

from __future__ import annotations

import attrs
import numpy as np

from touchpoints._core.arrays.chains import Chain
from touchpoints._core.arrays.chains.tables import chain_of
from touchpoints._core.frozen import Array
from touchpoints.attribution._shared.evidence import Evidence

REACHED, LOST = 0, 1


@attrs.frozen(eq=False, kw_only=True)
class Chained:
    """A chain with what its states stand for and what its ends are worth.

    Attributes
    ----------
    chain : Chain
        One of its ends is the outcome.
    members : int64 (S, order)
        The touchpoints of each state; -1 for none.
    reached : float64 (E,)
        1.0 for transitions into the outcome.
    empty : bool (E,)
        The transition from the start into the outcome, of journeys without interactions.
    """

    chain: Chain
    members: Array
    reached: Array
    empty: Array

    @classmethod
    def into(cls, chain: Chain, members: Array, *, end: int) -> Chained:
        """Return a chain of which one end is the outcome."""
        there = chain.targets == chain.size + 1 + end
        return cls(
            chain=chain,
            members=members,
            reached=there.astype(np.float64),
            empty=there & (chain.sources == chain.start),
        )

    def rewarded(self, evidence: Evidence) -> tuple[Array, Array]:
        """Return the mean value of each transition into the outcome, (E,), and the rest, (n,).

        The rest is the value of one journey of a row beyond that mean.
        """
        worth = np.zeros(len(evidence.counts)) if evidence.value is None else evidence.value
        last = self.chain.last()
        mean = np.bincount(last, worth, len(self.reached)) / self.chain.totals
        return mean, worth / evidence.counts - mean[last]


def chained(evidence: Evidence, *, order: int) -> Chained:
    """Return the chain of some order of the journeys of a log."""
    chain, members = chain_of(
        evidence.codes,
        evidence.offsets,
        evidence.k,
        order=order,
        ends=np.where(evidence.reached, REACHED, LOST),
        weights=evidence.counts,
        kinds=2,
    )
    return Chained.into(chain, members, end=REACHED)


def killed_by(found: Chained, masks: list[Array]) -> Array:
    """Return the transitions in which steps are completed, bool (E,)."""
    chain, members = found.chain, found.members
    order, steps = members.shape[1], len(masks)
    known = [np.append(mask, False) for mask in masks]  # -1, no touchpoint, is no step
    inner = chain.targets < chain.size
    target = members[np.where(inner, chain.targets, 0)]
    begins = chain.sources == chain.start
    source = members[np.where(begins, 0, chain.sources), 0]
    gram = np.column_stack([np.where(begins, -1, source), target])
    ends = order + 1 - steps
    answer = np.zeros(len(inner), dtype=bool)
    for first in range(ends + 1):
        whole = np.ones(len(inner), dtype=bool)
        for step, mask in enumerate(known):
            whole &= mask[gram[:, first + step]]
        answer |= whole & (begins | (first == ends))
    return answer & inner
