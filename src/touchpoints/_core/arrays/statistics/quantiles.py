"""Means and quantiles of whole numbers by group, exact, after one sort."""

from __future__ import annotations

from functools import partial

import attrs
import numpy as np

from touchpoints._core.arrays.counting import inner_boundaries
from touchpoints._core.arrays.counting.states import dense_numbers
from touchpoints._core.arrays.counting.successors import distinct_keys
from touchpoints._core.arrays.sorting.ordering import sort_in_threads
from touchpoints._core.arrays.threads import in_threads, spans
from touchpoints._core.frozen import Array

_MOST_COPIES = 4
_WORD = 63
_LOW = 20
_BLOCK = 1 << 16
_ALL = -1
_TABLE = 1 << 16


@attrs.frozen(eq=False, kw_only=True)
class Spreads:
    """Values by group, rising within each.

    Attributes
    ----------
    keys : int64 (m,)
        Value i is ``(keys[i] & mask) + floor``; group and value packed into one number.
    mask, floor : int
        As above; all bits and 0 where the keys are the values.
    starts : int64 (size + 1,)
        Group g's are those from ``starts[g]`` to before ``starts[g + 1]``.
    ends : float64 (m + 1,) or None
        The running weight, or None where every value counts once.
    """

    keys: Array
    mask: int
    floor: int
    starts: Array
    ends: Array | None

    def totals(self) -> Array:
        """Return how many values each group has, int64 (size,)."""
        places = self.starts if self.ends is None else self.ends[self.starts]
        return np.diff(places).astype(np.int64)

    def means(self) -> Array:
        """Return the mean of each group, float64 (size,), nan where it has no values.

        Sums are exact unless weights are large.
        """
        totals = self.totals()
        filled = np.flatnonzero(totals)
        means = np.full(len(totals), np.nan)
        if self.ends is not None and len(filled):
            products = self._values(slice(None)) * np.diff(self.ends)
            means[filled] = np.add.reduceat(products, self.starts[:-1][filled]) / totals[filled]
        elif len(filled):
            numbers = totals[filled].tolist()
            sums = zip(self._sums(filled, max(numbers)), numbers, strict=True)
            means[filled] = [(one + self.floor * number) / number for one, number in sums]
        return means

    def _sums(self, filled: Array, most: int) -> list[int]:
        """Return the exact sum above the floor of each of these groups, of ``most`` rows each."""
        at, stop = self.starts[:-1][filled], self.starts[-1]
        if self.mask != _ALL and self.mask.bit_length() + most.bit_length() <= _WORD + 1:
            sums = np.add.reduceat(self.keys[:stop].view(np.uint64), at)  # modulo 2**64
            groups = self.keys[at] & ~self.mask
            sums -= groups.view(np.uint64) * np.diff(at, append=stop).astype(np.uint64)
            return [int(one) for one in sums]
        values = self.keys[:stop] & self.mask
        low = np.add.reduceat(values & ((1 << _LOW) - 1), at).tolist()
        values >>= _LOW
        high = np.add.reduceat(values, at).tolist()  # in two halves that cannot overflow
        return [(one << _LOW) + two for one, two in zip(high, low, strict=True)]

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
            return self._values(self.starts[:-1][groups] + ranks)
        wanted = self.ends[self.starts[:-1][groups]] + ranks
        return self._values(np.searchsorted(self.ends, wanted, side="right") - 1)

    def _values(self, places: Array | slice) -> Array:
        values: Array = (self.keys[places] & self.mask) + self.floor
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
    Group and value are packed into one integer and sorted where 63 bits hold both, which numpy
    does with vector instructions and on all cores; else, and for large weights, by ``lexsort``.
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
        return Spreads(keys=values[order], mask=_ALL, floor=0, starts=starts, ends=ends)
    keys = _packed(groups, values, bits, floor)
    sort_in_threads(keys)
    starts = np.searchsorted(keys, bounds << bits)
    return Spreads(keys=keys, mask=(1 << bits) - 1, floor=floor, starts=starts, ends=None)


def _packed(groups: Array, values: Array, bits: int, floor: int) -> Array:
    keys = np.empty(len(values), dtype=np.int64)

    def pack(span: slice) -> None:
        part = keys[span]
        np.left_shift(groups[span], bits, out=part)
        part |= values[span] - floor

    in_threads([partial(pack, span) for span in spans(len(keys), size=_BLOCK)])
    return keys


@attrs.frozen(eq=False)
class Edges:
    """The edge of each neighbour: ``of[r]`` for rows r and r + 1.

    Edge e leads from ``sources[e]`` to ``targets[e]``, whether or not it occurs;
    ``len(sources)`` stands for two rows that share no segment, which are ``across``.
    """

    of: Array
    sources: Array
    targets: Array
    across: Array


def neighbours(codes: Array, offsets: Array, k: int) -> Edges:
    """Give the edges that adjacent rows of a segment make numbers, by source, then target.

    Notes
    -----
    O(m) while ``k * k <= 2**24``, else O(m log m).
    """
    across = inner_boundaries(offsets)
    keys = _pair_numbers(codes, k)
    keys[across] = k * k
    if k * k <= _TABLE:
        every = np.arange(k * k)
        return Edges(keys, every // max(k, 1), every % max(k, 1), across)
    of, size = dense_numbers(np.append(keys, k * k), k * k + 1)
    distinct = distinct_keys(keys, of[:-1], size)[:-1]
    return Edges(of[:-1], distinct // k, distinct % k, across)


def _pair_numbers(codes: Array, k: int) -> Array:
    keys = np.empty(max(len(codes) - 1, 0), dtype=np.int64)

    def fill(span: slice) -> None:
        part = keys[span]
        np.multiply(codes[span], k, out=part, dtype=np.int64)
        part += codes[span.start + 1 : span.stop + 1]

    in_threads([partial(fill, span) for span in spans(len(keys), size=_BLOCK)])
    return keys
