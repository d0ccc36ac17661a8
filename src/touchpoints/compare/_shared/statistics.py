"""Statistics of resampled groups: shares, medians, any function."""

from __future__ import annotations

from collections.abc import Callable, Hashable
from functools import cached_property
from typing import Any, Protocol

import attrs
import numpy as np

from touchpoints._core.frozen import Array
from touchpoints.journeys.combining import recounted
from touchpoints.journeys.model import Journeys
from touchpoints.uncertainty.resampling import labelled

_ROOM = 1 << 22
_EXACT = 1 << 24

Measure = Callable[[Journeys], Any]


class Statistic(Protocol):
    """Numbers of a group given by weights: how often each row of the journeys is in the group.

    They are computed from sums over rows, so the sums of the complement of a group are a
    subtraction.
    """

    @property
    def labels(self) -> list[Hashable]:
        """The label of each number."""
        ...

    def block(self) -> int:
        """Return the number of groups to evaluate at once."""
        ...

    def sums(self, weights: Array) -> Array:
        """Return the sums that give the numbers of each group, linear in the weights, (b, any)."""
        ...

    def of(self, sums: Array) -> Array:
        """Return the number of each label in each group, float64 (b, labels)."""
        ...

    def apart(self, in_a: Array) -> Statistic:
        """Return the statistic of group a and then of group b, with 2 * labels numbers."""
        ...

    def sizes(self, weights: Array) -> Array:
        """Return the number of observations of each label, float64 (labels,)."""
        ...

    def observed(self, rows: int, /) -> tuple[Any, Array]:
        """Return the observations of each row, sparse (n, groups), and the group of each label."""
        ...


@attrs.frozen(eq=False, kw_only=True)
class Shares:
    """Shares: ratios of sums over journeys.

    Attributes
    ----------
    labels
        The label of each share.
    hits : sparse (n, labels)
        The contribution of each journey to the numerators.
    trials : sparse (n, groups)
        The contribution of each journey to the denominators.
    group : int64 (labels,)
        The position of the denominator of each label.
    """

    labels: list[Hashable]
    hits: Any
    trials: Any
    group: Array

    def block(self) -> int:
        """Return the number of groups to evaluate at once."""
        widest = max(*self.hits.shape, *self.trials.shape, 1)
        return max(1, _ROOM // int(widest))

    def sums(self, weights: Array) -> Array:
        """Return the hits of each label and the trials of each group of labels.

        They are integers, exact in float32 below 2**24.
        """
        added: Array = self._table.T @ np.ascontiguousarray(weights.T).astype(np.float32)
        if added.max(initial=0) >= _EXACT:
            added = self._table.T.astype(np.float64) @ weights.T.astype(np.float64)
        return added.T.astype(np.float64)

    @cached_property
    def _table(self) -> Any:
        """Hits and trials side by side, in float32 to halve the memory."""
        from scipy import sparse

        return sparse.hstack([self.hits, self.trials], format="csr", dtype=np.float32)

    def of(self, sums: Array) -> Array:
        """Return the share of each label in each group, nan without trials."""
        hits, tried = np.split(sums, [len(self.labels)], axis=1)
        with np.errstate(divide="ignore", invalid="ignore"):
            answer: Array = hits / tried[:, self.group]
        return answer

    def apart(self, in_a: Array) -> Shares:
        """Return the shares of group a and then of group b."""
        from scipy import sparse

        sides = [sparse.diags_array(one.astype(np.float64)) for one in (in_a, ~in_a)]
        return Shares(
            labels=[*self.labels, *self.labels],
            hits=_beside([one @ self.hits for one in sides]),
            trials=_beside([one @ self.trials for one in sides]),
            group=np.concatenate([self.group, self.group + self.trials.shape[1]]),
        )

    def sizes(self, weights: Array) -> Array:
        """Return the trials of each label."""
        tried: Array = (self.trials.T @ weights.astype(np.float64))[self.group]
        return tried

    def observed(self, _rows: int, /) -> tuple[Any, Array]:
        """Return the trials."""
        return self.trials, self.group

    def only(self, kept: Array) -> Shares:
        """Return the shares of some labels, given by position."""
        labels = [self.labels[position] for position in kept.tolist()]
        return attrs.evolve(self, labels=labels, hits=self.hits[:, kept], group=self.group[kept])


@attrs.frozen(eq=False, kw_only=True)
class Medians:
    """Medians of values, sorted by label, then value; a journey may have several values per label.

    Attributes
    ----------
    labels
        The label of each median.
    values : float64 (v,)
        The values of all labels.
    owners : int64 (v,)
        The row of the journey of each value.
    starts : int64 (labels + 1,)
        Label l owns ``values[starts[l]:starts[l + 1]]``.
    """

    labels: list[Hashable]
    values: Array
    owners: Array
    starts: Array

    def block(self) -> int:
        """Return the number of groups to evaluate at once."""
        return max(1, _ROOM // max(len(self.values), 1))

    def sums(self, weights: Array) -> Array:
        """Return the cumulative weight of the values, integers (b, v + 1)."""
        most = int(weights.max(initial=1)) * len(self.values)
        width = np.int32 if most <= np.iinfo(np.int32).max else np.int64
        running = np.empty((len(weights), len(self.values) + 1), dtype=width)
        running[:, 0] = 0
        for one, row in zip(weights.astype(width, copy=False), running, strict=True):
            np.cumsum(one.take(self.owners), out=row[1:])
        return running

    def of(self, sums: Array) -> Array:
        """Return the median of each label in each group, nan without values."""
        return np.stack([self._of_one(one) for one in sums])

    def _of_one(self, running: Array) -> Array:
        below = running[self.starts[:-1]]
        total = running[self.starts[1:]] - below
        some = total > 0
        answer = np.full(len(total), np.nan)
        ranks = ((total[some] - 1) // 2, total[some] // 2)
        found = [np.searchsorted(running, below[some] + rank, side="right") - 1 for rank in ranks]
        answer[some] = (self.values[found[0]] + self.values[found[1]]) / 2
        return answer

    def apart(self, in_a: Array) -> Medians:
        """Return the medians of group a and then of group b."""
        size = len(self.labels)
        cells = np.repeat(np.arange(size), np.diff(self.starts))
        cells = np.where(in_a[self.owners], cells, cells + size)
        order = np.argsort(cells, kind="stable")
        return Medians(
            labels=[*self.labels, *self.labels],
            values=self.values[order],
            owners=self.owners[order],
            starts=np.searchsorted(cells[order], np.arange(2 * size + 1)),
        )

    def sizes(self, weights: Array) -> Array:
        """Return the number of values of each label."""
        running = np.append(0.0, np.cumsum(weights[self.owners]))
        return np.diff(running[self.starts])

    def observed(self, rows: int, /) -> tuple[Any, Array]:
        """Return how many values each row has."""
        return self.scored(np.ones(len(self.values)), rows=rows), np.arange(len(self.labels))

    def scored(self, scores: Array, *, rows: int) -> Any:
        """Return the sum of the scores of the values of each row and label, sparse (rows, any)."""
        from scipy import sparse

        wide = len(self.labels)
        cells = np.repeat(np.arange(wide), np.diff(self.starts))
        return sparse.coo_array((scores, (self.owners, cells)), shape=(rows, wide)).tocsr()

    def only(self, kept: Array) -> Medians:
        """Return the medians of some labels, given by position."""
        lengths = np.diff(self.starts)
        chosen = np.zeros(len(lengths), dtype=bool)
        chosen[kept] = True
        rows = np.repeat(chosen, lengths)
        starts = np.append(0, np.cumsum(lengths[chosen]))
        labels = [label for label, keep in zip(self.labels, chosen.tolist(), strict=True) if keep]
        return Medians(
            labels=labels, values=self.values[rows], owners=self.owners[rows], starts=starts
        )


@attrs.frozen(eq=False, kw_only=True)
class Measured:
    """A measure of journeys; a label that it does not return gets the number ``absent``."""

    labels: list[Hashable]
    journeys: Journeys
    measure: Measure
    absent: float
    sides: tuple[Array, ...] = ()

    def block(self) -> int:
        """Return the number of groups to evaluate at once."""
        return 1

    def sums(self, weights: Array) -> Array:
        """Return the weights: a measure need not be a function of sums."""
        return weights

    def of(self, sums: Array) -> Array:
        """Return the measure of each group."""
        whole = (np.True_,)
        return np.stack(
            [
                np.concatenate([self._of_one(one * side) for side in self.sides or whole])
                for one in sums
            ]
        )

    def apart(self, in_a: Array) -> Measured:
        """Return the measure of group a and then of group b."""
        return attrs.evolve(self, sides=(in_a, ~in_a))

    def _of_one(self, counts: Array) -> Array:
        labels, numbers = labelled(self.measure(recounted(self.journeys, counts)))
        known = dict(zip(labels, numbers.tolist(), strict=True))
        return np.array([known.get(label, self.absent) for label in self.labels], dtype=np.float64)

    def sizes(self, weights: Array) -> Array:
        """Return the number of journeys, the same for each label."""
        return np.full(len(self.labels), float(weights.sum()))

    def observed(self, _rows: int, /) -> tuple[Any, Array]:
        """Return one journey a row."""
        from scipy import sparse

        ones = sparse.csr_array(np.ones((len(self.journeys), 1)))
        return ones, np.zeros(len(self.labels), dtype=np.int64)


def _beside(parts: list[Any]) -> Any:
    """Return sparse tables side by side, without explicit zeros."""
    from scipy import sparse

    found = sparse.hstack(parts, format="csr")
    found.eliminate_zeros()
    return found
