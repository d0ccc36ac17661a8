"""How much each segment moves what is estimated from chains: variances without resampling."""

from __future__ import annotations

import attrs
import numpy as np

from touchpoints._core.arrays.chains import Chain
from touchpoints._core.arrays.chains.removal import Removed
from touchpoints._core.frozen import Array

_BLOCK = 1 << 15


@attrs.frozen(eq=False, kw_only=True)
class Dependence:
    """Which segments belong together.

    Attributes
    ----------
    of : int64 (n,)
        The unit of each segment.
    repeats : float64 (u,)
        How many identical units each stands for.
    within : float64 (n,)
        How many segments of this kind one of these units holds.
    """

    of: Array
    repeats: Array
    within: Array

    @property
    def plain(self) -> bool:
        """Whether each segment is a unit of its own."""
        return len(self.of) == len(self.repeats) and bool((self.of[1:] > self.of[:-1]).all())

    def covariance(self, influence: Array) -> Array:
        """Return the covariance of sums over segments, float64 (c, c), from (c, n) influences.

        The sandwich estimate over units, times C / (C - 1) for C units; nan below two.
        """
        sums = influence * self.within
        if not self.plain:
            sums = _added(sums, self.of, len(self.repeats))
        return self.scaled((sums * self.repeats) @ sums.T)

    def scaled(self, squares: Array) -> Array:
        """Return the covariance for the sum of the squares of all units."""
        units = float(self.repeats.sum())
        return np.asarray(squares * (units / (units - 1) if units > 1 else np.nan))


def _added(values: Array, of: Array, size: int) -> Array:
    """Return the sums of the columns of each unit, float64 (c, u)."""
    sums = np.zeros((len(values), size))
    for number, one in enumerate(values):
        sums[number] = np.bincount(of, one, size)
    return sums


@attrs.frozen(eq=False, kw_only=True)
class Pulls:
    """How much one segment moves what is estimated: sums over its transitions.

    Attributes
    ----------
    moved : float64 (E, c)
        How much a segment over each transition moves each estimate.
    worth : float64 (E, c), optional
        How much one more unit of reward at the last transition moves each estimate.
    excess : float64 (n,), optional
        The reward of one segment beyond the mean of its last transition.
    """

    moved: Array
    worth: Array | None = None
    excess: Array | None = None

    def combined(self, jacobian: Array) -> Pulls:
        """Return the pulls on linear combinations of the estimates, one a row of the matrix."""
        worth = None if self.worth is None else self.worth @ jacobian.T
        return Pulls(moved=self.moved @ jacobian.T, worth=worth, excess=self.excess)


def reach_of(chain: Chain, removed: Removed) -> Array:
    """Return the expected visits of the source of each transition per segment there, (E, c)."""
    forward = np.concatenate([removed.forward, np.ones((1, removed.forward.shape[1]))])
    leaving = chain.leaving()[:, None] if removed.leaving is None else removed.leaving
    return np.asarray(forward[chain.sources] / leaving[chain.sources])


def pulls(chain: Chain, removed: Removed, rewards: Array) -> Array:
    """Return how much one segment over each transition moves each expected reward, float64 (E, c).

    Notes
    -----
    The influence function of ``earned``: over a transition from a to b, with n the expected visits
    and h the expected reward ahead, it is ``n[a] / C[a] (h[b] - h[a])``, C the weight that leaves
    a. A removed transition leads to a reward of 0, or moves nothing where others take its place.
    """
    size, c = chain.size, removed.ahead.shape[1]
    ends = chain.targets > size
    inner = np.where(ends, 0, chain.targets)
    ahead = np.concatenate([removed.ahead, removed.earned[None]])
    after = removed.ahead[inner] if size else np.zeros((len(inner), c))
    after = np.where(ends[:, None], rewards[:, None], after)
    if removed.killed is not None:
        after = np.where(removed.killed, 0.0, after)
    moved = reach_of(chain, removed) * (after - ahead[chain.sources])
    if removed.killed is not None and removed.reconnected:
        moved = np.where(removed.killed, 0.0, moved)
    return np.asarray(moved)


def covariance(chain: Chain, pull: Pulls, units: Dependence) -> Array:
    """Return the covariance of the estimates whose pulls are given, float64 (c, c).

    Notes
    -----
    One pass over all transitions for each estimate, O(t c), a block of segments at a time.
    """
    edges, offsets, columns = chain.edges(), chain.offsets, np.ascontiguousarray(pull.moved.T)
    c, plain = len(columns), units.plain
    sums = np.zeros((c, 0 if plain else len(units.repeats)))
    squares = np.zeros((c, c))
    for low in range(0, len(offsets) - 1, _BLOCK):
        high = min(low + _BLOCK, len(offsets) - 1)
        passed, starts = edges[offsets[low] : offsets[high]], offsets[low:high] - offsets[low]
        moved = np.empty((c, high - low))
        for column, row in zip(columns, moved, strict=True):
            np.add.reduceat(column.take(passed), starts, out=row)
        if pull.worth is not None and pull.excess is not None:
            last = edges[offsets[low + 1 : high + 1] - 1]
            moved += pull.worth[last].T * pull.excess[low:high]
        moved *= units.within[low:high]
        if plain:
            squares += (moved * units.repeats[low:high]) @ moved.T
        else:
            sums += _added(moved, units.of[low:high], sums.shape[1])
    return units.scaled(squares if plain else (sums * units.repeats) @ sums.T)
