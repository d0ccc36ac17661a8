"""Means and quantiles of whole numbers by group, exact, after one sort."""

from __future__ import annotations

import attrs
import numpy as np

from touchpoints._arrays.counting import DENSE, inner_boundaries
from touchpoints._arrays.states import dense_numbers
from touchpoints._frozen import Array

_MOST_COPIES = 4
_WORD = 63
_LOW = 20


@attrs.frozen(eq=False)
class Spreads:
    """Values by group, rising within each; group g's are ``values[starts[g]:starts[g + 1]]``.

    ``ends`` is the running weight, or None where every value counts once.
    """

    values: Array
    starts: Array
    ends: Array | None

    def totals(self) -> Array:
        """Return how many values each group has, int64 (size,)."""
        places = self.starts if self.ends is None else self.ends[self.starts]
        return np.diff(places).astype(np.int64)

    def means(self) -> Array:
        """Return the mean of each group, float64 (size,), nan where it has no values.

        Sums are exact (in two halves that cannot overflow) unless weights are large.
        """
        totals = self.totals()
        filled = np.flatnonzero(totals)
        means = np.full(len(totals), np.nan)
        at = self.starts[:-1][filled]
        if self.ends is not None and len(filled):
            means[filled] = np.add.reduceat(self.values * np.diff(self.ends), at) / totals[filled]
        elif len(filled):
            high = np.add.reduceat(self.values >> _LOW, at).tolist()
            low = np.add.reduceat(self.values & ((1 << _LOW) - 1), at).tolist()
            exact = zip(high, low, totals[filled].tolist(), strict=True)
            means[filled] = [((one << _LOW) + two) / number for one, two, number in exact]
        return means

    def quantile(self, share: float) -> Array:
        """Return a quantile of each group, float64 (size,), nan where it has no values.

        Between two values it is interpolated: definition 7 of R. J. Hyndman & Y. Fan (1996),
        Sample quantiles in statistical packages, The American Statistician 50(4), 361-365.
        """
        totals = self.totals()
        some = np.flatnonzero(totals)
        place = (totals[some] - 1) * share
        below = np.floor(place).astype(np.int64)
        low, high = (
            self._at(some, np.minimum(rank, totals[some] - 1)) for rank in (below, below + 1)
        )
        answer = np.full(len(totals), np.nan)
        answer[some] = low + (place - below) * (high - low)
        return answer

    def _at(self, groups: Array, ranks: Array) -> Array:
        if self.ends is None:
            places = self.starts[:-1][groups] + ranks
        else:
            wanted = self.ends[self.starts[:-1][groups]] + ranks
            places = np.searchsorted(self.ends, wanted, side="right") - 1
        values: Array = self.values[places]
        return values


def spreads(groups: Array, values: Array, size: int, weights: Array | None = None) -> Spreads:
    """Sort values by group.

    Parameters
    ----------
    groups : int64 (m,) in ``range(size + 1)``
        Rows of the group ``size`` belong to none.
    values : int64 (m,)
    weights : float64 (m,), optional
        Whole repetitions: a row of weight 3 is that value three times.

    Notes
    -----
    Group and value are packed into one integer and sorted in place where 63 bits hold both, which
    numpy does with vector instructions; else, and for large weights, by ``lexsort``.
    """
    if weights is not None:
        whole = weights.astype(np.int64)
        if int(whole.sum()) <= _MOST_COPIES * len(whole):
            return spreads(np.repeat(groups, whole), np.repeat(values, whole), size)
    floor = int(values.min(initial=0))
    bits = (int(values.max(initial=0)) - floor).bit_length()
    bounds = np.arange(size + 1)
    if weights is not None or bits + size.bit_length() > _WORD:
        order = np.lexsort((values, groups))
        starts = np.searchsorted(groups[order], bounds)
        order = order[: starts[-1]]
        ends = None if weights is None else np.append(0.0, np.cumsum(weights[order]))
        return Spreads(values[order], starts, ends)
    packed = groups << bits
    packed |= values - floor
    packed.sort()
    starts = np.searchsorted(packed, bounds << bits)
    packed = packed[: starts[-1]]
    packed &= (1 << bits) - 1
    packed += floor
    return Spreads(packed, starts, None)


@attrs.frozen(eq=False)
class Edges:
    """The edge of each neighbour: ``of[r]`` for rows r and r + 1.

    Edge e leads from ``sources[e]`` to ``targets[e]``; ``len(sources)`` stands for two rows that
    share no segment.
    """

    of: Array
    sources: Array
    targets: Array


def neighbours(codes: Array, offsets: Array, k: int) -> Edges:
    """Give the edges that adjacent rows of a segment make numbers, by source, then target.

    Notes
    -----
    O(m) while ``k * k <= 2**24``, else O(m log m).
    """
    across = inner_boundaries(offsets)
    keys = codes[:-1].astype(np.int64)
    keys *= k
    keys += codes[1:]
    keys[across] = k * k
    if k * k < DENSE:
        there = np.bincount(keys, minlength=k * k + 1) > 0
        there[-1] = True
        distinct = np.flatnonzero(there)[:-1]
        return Edges((np.cumsum(there) - 1)[keys], distinct // max(k, 1), distinct % max(k, 1))
    of, size = dense_numbers(keys, k * k + 1)
    distinct = np.empty(size, dtype=np.int64)
    distinct[of] = keys
    distinct = distinct[distinct < k * k]
    return Edges(of, distinct // k, distinct % k)
