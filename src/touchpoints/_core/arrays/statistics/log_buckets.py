"""Positive integers counted in buckets whose width grows with them, and quantiles of the counts."""

from __future__ import annotations

import attrs
import numpy as np

from touchpoints._core.frozen import Array

NOTHING = -1
"""The bucket of what has no value."""


def buckets_of(values: Array, resolution: float) -> Array:
    """Return the bucket of each value, int64 (v,): 0 for 0, and b for r**(b - 1) up to r**b.

    ``r`` is ``1 + resolution``.
    """
    logs = np.log(np.maximum(values, 1)) / np.log1p(resolution)
    return np.where(values > 0, np.floor(logs).astype(np.int64) + 1, 0)


@attrs.frozen(eq=False, kw_only=True)
class Buckets:
    """Counts of values by group and bucket, in the order of groups and then of buckets.

    Attributes
    ----------
    group, count : int64 (b,)
        The group of each bucket, and how many values are in it.
    total : float64 (b,)
        Their sum.
    least, most : int64 (b,)
        The smallest and the largest of them.
    """

    group: Array
    count: Array
    total: Array
    least: Array
    most: Array

    def means(self, size: int) -> Array:
        """Return the mean of each group, float64 (size,); nan without values."""
        numbers = np.bincount(self.group, self.count, size)
        with np.errstate(invalid="ignore"):
            return np.asarray(np.bincount(self.group, self.total, size) / numbers)

    def ends(self, size: int) -> tuple[Array, Array]:
        """Return the smallest and the largest value of each group, float64; nan without values."""
        low, high = np.full((2, size), np.nan)
        np.fmin.at(low, self.group, self.least.astype(np.float64))
        np.fmax.at(high, self.group, self.most.astype(np.float64))
        return low, high

    def quantile(self, share: float, size: int) -> Array:
        """Return a quantile of each group, float64 (size,); nan without values.

        Notes
        -----
        Definition 7 of Hyndman and Fan, between two values that are each known to lie between the
        ends of their bucket: those at the ends of a bucket exactly, others as if spread evenly.
        """
        numbers = np.bincount(self.group, self.count, size).astype(np.int64)
        place = np.maximum(numbers - 1, 0) * share
        below = np.floor(place).astype(np.int64)
        above = np.minimum(below + 1, np.maximum(numbers - 1, 0))
        first, second = self._at(below, numbers), self._at(above, numbers)
        part = place - below
        return np.where(first == second, first, first + part * (second - first))

    def _at(self, ranks: Array, numbers: Array) -> Array:
        """Return the value of each group at a rank from 0, nan where there is none."""
        found = np.full(len(ranks), np.nan)
        known = np.flatnonzero(numbers > 0)
        if not len(known):
            return found
        ends = np.cumsum(self.count)
        begin = np.cumsum(numbers) - numbers
        bucket = np.searchsorted(ends, begin[known] + ranks[known], side="right")
        inside = begin[known] + ranks[known] - (ends[bucket] - self.count[bucket])
        wide = self.most[bucket] - self.least[bucket]
        parts = inside / np.maximum(self.count[bucket] - 1, 1)
        found[known] = self.least[bucket] + wide * parts
        return found


def merged(columns: tuple[Array, ...], parts: Buckets) -> tuple[tuple[Array, ...], Buckets]:
    """Add up buckets with equal values in some columns, int64 (b,), and return both in order.

    The columns are the keys, the most important first; ``parts.group`` is not read, and is the
    position in the keys afterwards.
    """
    order = np.lexsort(columns[::-1])
    fresh = np.ones(len(order), dtype=bool)
    if len(order):
        same = [one[order][1:] == one[order][:-1] for one in columns]
        fresh[1:] = ~np.logical_and.reduce(same)
    starts = np.flatnonzero(fresh)
    if not len(starts):
        return columns, parts
    found = Buckets(
        group=np.arange(len(starts)),
        count=np.add.reduceat(parts.count[order], starts),
        total=np.add.reduceat(parts.total[order], starts),
        least=np.minimum.reduceat(parts.least[order], starts),
        most=np.maximum.reduceat(parts.most[order], starts),
    )
    return tuple(one[order][starts] for one in columns), found
