"""Medians of resampled groups, from the few values near the median of all."""

from __future__ import annotations

from typing import Any

import attrs
import numpy as np

from touchpoints._core.frozen import Array
from touchpoints.compare._shared.statistics import Medians
from touchpoints.uncertainty import Units

_ROOM = 1 << 22
_EXACT = 1 << 24
_REACH = 5.0  # standard errors of a rank; others are computed from all values
_LEAST = 8.0


@attrs.frozen(eq=False)
class NearMedians:
    """Medians of groups given by weights, when few are far from those of the whole.

    The values of each label below and above a window around its median are only counted: the
    window holds the ranks that the median of a resample has but once in a million. Where the median
    is not in it, all values are searched.

    Attributes
    ----------
    whole
        The medians, with all values.
    outside : sparse (n, 2 labels)
        How many values of each row are below the window of each label, and then above it.
    near
        The values in the windows.
    """

    whole: Medians
    outside: Any
    near: Medians

    @classmethod
    def around(cls, whole: Medians, counts: Array, units: Units) -> NearMedians:
        """Choose the windows for resamples of units of rows with these counts."""
        from scipy import sparse

        wide = len(whole.labels)
        label = np.repeat(np.arange(wide), np.diff(whole.starts))
        weights = counts[whole.owners].astype(np.float64)
        running = np.append(0.0, np.cumsum(weights))
        middle = (running[whole.starts[:-1]] + running[whole.starts[1:]]) / 2
        reach = (_LEAST + _REACH * _rank_errors(label, whole.owners, units, weights, wide))[label]
        below = running[1:] < middle[label] - reach
        above = running[:-1] > middle[label] + reach
        columns = np.where(below, label, label + wide)
        some = np.flatnonzero(below | above)
        cells = whole.owners[some], columns[some]
        shape = (len(counts), 2 * wide)
        outside = sparse.coo_array((np.ones(len(some)), cells), shape=shape).tocsr()
        inside = ~(below | above)
        starts = np.append(0, np.cumsum(np.bincount(label[inside], minlength=wide)))
        near = Medians(
            labels=whole.labels,
            values=whole.values[inside],
            owners=whole.owners[inside],
            starts=starts,
        )
        return cls(whole, outside.astype(np.float32), near)

    def block(self) -> int:
        """Return the number of groups to evaluate at once."""
        widest = int(max(self.outside.shape))
        return max(1, _ROOM // max(widest, len(self.near.values)))

    def sums(self, weights: Array) -> Array:
        """Return the weights of the rows, integers (b, n), of which `of` is a function."""
        return weights

    def of(self, weights: Array) -> Array:
        """Return the median of each label in each group, float64 (b, labels)."""
        return np.stack(
            [
                self._of_one(one, beside)
                for one, beside in zip(weights, self._beside(weights), strict=True)
            ]
        )

    def _beside(self, weights: Array) -> Array:
        """Return the weight below and above the windows, exact in float32 below 2**24."""
        added: Array = self.outside.T @ np.ascontiguousarray(weights.T).astype(np.float32)
        if added.max(initial=0) >= _EXACT:
            added = self.outside.T.astype(np.float64) @ weights.T.astype(np.float64)
        return added.T.astype(np.int64)

    def _of_one(self, weights: Array, beside: Array) -> Array:
        below, above = np.split(beside, 2)
        running = self.near.sums(weights[None, :])[0].astype(np.int64, copy=False)
        first, last = running[self.near.starts[:-1]], running[self.near.starts[1:]]
        total = below + (last - first) + above
        ranks = (total - 1) // 2 - below, total // 2 - below
        here = (ranks[0] >= 0) & (ranks[1] < last - first) & (total > 0)
        answer = np.full(len(total), np.nan)
        answer[here] = self._near(running, *(first[here] + rank[here] for rank in ranks))
        for label in np.flatnonzero(~here & (total > 0)).tolist():
            alone = self.whole.only(np.array([label]))
            answer[label] = alone.of(alone.sums(weights[None, :]))[0, 0]
        return answer

    def _near(self, running: Array, low: Array, high: Array) -> Array:
        """Return the mean of the values at two ranks, which are neighbours or equal."""
        places = np.searchsorted(running, low, side="right") - 1
        after = places.copy()
        apart = np.flatnonzero(running[places + 1] <= high)
        after[apart] = np.searchsorted(running, high[apart], side="right") - 1
        found: Array = (self.near.values[places] + self.near.values[after]) / 2
        return found


def _rank_errors(label: Array, owners: Array, units: Units, weights: Array, wide: int) -> Array:
    """Return the standard error of the rank of each label's median over resamples of units."""
    keys = np.sort(label * len(units.repeats) + units.of[owners])
    starts = np.flatnonzero(np.diff(keys, prepend=-1))
    sizes = np.diff(np.append(starts, len(keys))).astype(np.float64)
    squares = np.bincount(keys[starts] // len(units.repeats), sizes**2, wide)
    every = np.bincount(label, weights, wide)
    alike = every / np.maximum(np.bincount(label, minlength=wide), 1)
    found: Array = np.sqrt(squares * alike * np.maximum(alike, 1)) / 2
    return found
