"""How much each segment moves what is estimated from chains: variances without resampling."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import attrs
import numpy as np

from touchpoints._core.arrays.chains import Chain
from touchpoints._core.arrays.chains.removal import Removed
from touchpoints._core.arrays.segments import rows_of
from touchpoints._core.frozen import Array

_BLOCK = 1 << 13


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

    @property
    def alike(self) -> bool:
        """Whether each unit is one segment and stands for itself alone."""
        return bool((self.within == 1).all() and (self.repeats == 1).all())

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
        return corrected(squares, float(self.repeats.sum()))


def corrected(squares: Array, units: float) -> Array:
    """Return sums of squares over C units times C / (C - 1); nan below two."""
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
    after -= ahead[chain.sources]
    moved = reach_of(chain, removed)
    moved *= after
    if removed.killed is not None and removed.reconnected:
        moved = np.where(removed.killed, 0.0, moved)
    return np.asarray(moved)


def covariance(chain: Chain, pull: Pulls, units: Dependence) -> Array:
    """Return the covariance of the estimates whose pulls are given, float64 (c, c).

    Notes
    -----
    A product of a sparse matrix, the transitions of segments, with ``moved``: O(t c), a block of
    segments at a time, of a size that stays in the cache.
    """
    plain = units.plain
    alike = plain and units.alike
    rows = None if plain else np.argsort(units.of, kind="stable")
    factors = None if alike else units.within * np.sqrt(units.repeats[units.of])
    squares, open_unit = np.zeros((pull.moved.shape[1],) * 2), _Open()
    for chosen, moved in _influences(chain, pull, rows):
        each = moved if factors is None else moved * factors[chosen, None]
        done = each if plain else open_unit.closed(each, units.of[chosen])
        squares += done.T @ done  # of one array, which is half the work and takes one thread
    last = open_unit.sums
    return units.scaled(squares + last.T @ last if len(last) else squares)


def _influences(chain: Chain, pull: Pulls, rows: Array | None) -> Iterator[tuple[Any, Array]]:
    """Yield blocks of segments, in the order of ``rows``, and how much each moves the estimates."""
    from scipy.sparse import csr_array

    edges, offsets = chain.passed, chain.offsets
    leads, table = _with_first(chain, pull.moved)
    last = None if pull.excess is None else chain.last()
    for low in range(0, len(offsets) - 1, _BLOCK):
        if rows is None:
            bounds = offsets[low : low + _BLOCK + 1] - offsets[low]
            chosen: Any = slice(low, low + len(bounds) - 1)
            passed = edges[offsets[low] :][: bounds[-1]].copy()
        else:
            chosen = rows[low : low + _BLOCK]
            bounds = np.append(0, np.cumsum(offsets[chosen + 1] - offsets[chosen]))
            passed = edges[rows_of(offsets, chosen)]
        filled, lead = bounds[1:] > bounds[:-1], leads[chosen]
        whole = bool(filled.all())
        passed[bounds[:-1] if whole else bounds[:-1][filled]] = lead if whole else lead[filled]
        ones = np.ones(int(bounds[-1]))
        part = csr_array((ones, passed, bounds), shape=(len(bounds) - 1, len(table)))
        each = part @ table
        if not whole:
            each[~filled] = table[lead[~filled]]
        if pull.worth is not None and pull.excess is not None and last is not None:
            each += pull.worth[last[chosen]] * pull.excess[chosen, None]
        yield chosen, each


def _with_first(chain: Chain, moved: Array) -> tuple[Array, Array]:
    """Return what the first row of each segment passes, and how much all that moves the estimates.

    It passes the transition from the start as well. Where it completes another one, both together
    have a row of the table of their own.
    """
    total, size = len(moved), chain.size
    own = _first_rows(chain)
    there = np.zeros(total + 1, dtype=bool)
    there[own] = True
    both = np.flatnonzero(there[:total])
    number = np.zeros(total + 1, dtype=np.int32)
    number[both] = np.arange(total + 1, total + 1 + len(both), dtype=np.int32)
    leads = np.where(own == total, chain.first, number[own])
    begins = np.flatnonzero((chain.sources == size) & (chain.targets < size))
    opening = np.zeros(size + 1, dtype=np.int64)
    opening[chain.targets[begins]] = begins
    joint = moved[both] + moved[opening[chain.sources[both]]]
    return leads, np.concatenate([moved, np.zeros((1, moved.shape[1])), joint])


def _first_rows(chain: Chain) -> Array:
    """Return the transition that the first row of each segment completes, int32 (n,); E if none."""
    starts, filled = chain.offsets[:-1], chain.offsets[1:] > chain.offsets[:-1]
    if filled.all():
        return chain.passed[starts]
    own = np.full(len(starts), len(chain.totals), dtype=np.int32)
    own[filled] = chain.passed[starts[filled]]
    return own


class _Open:
    """The sum of the last unit of a block, which can go on in the next one."""

    def __init__(self) -> None:
        self.unit, self.sums = -1, np.zeros((0, 0))

    def closed(self, each: Array, units: Array) -> Array:
        """Return the sums of the units that are over, float64 (u, c)."""
        starts = np.flatnonzero(np.diff(units, prepend=-1))
        sums = np.add.reduceat(each, starts, axis=0)
        if int(units[0]) == self.unit:
            sums[:1] += self.sums
        elif len(self.sums):
            sums = np.concatenate([self.sums, sums])
        self.unit, self.sums = int(units[-1]), sums[-1:]
        return sums[:-1]
