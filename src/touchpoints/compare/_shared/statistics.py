"""Measures of a group whose journeys are drawn again and again: sums, medians, any function."""

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
    """Numbers of a group that is given by how often each row of the journeys is in it.

    They are made of sums over those rows, so that what is left of a group when another is taken
    out of it needs no sums of its own.
    """

    @property
    def labels(self) -> list[Hashable]:
        """What each number is about."""
        ...

    def block(self) -> int:
        """Return how many groups to measure at once."""
        ...

    def sums(self, weights: Array) -> Array:
        """Return what the numbers of each group are made of, linear in weights, (b, any)."""
        ...

    def of(self, sums: Array) -> Array:
        """Return the number of each label in each group, float64 (b, labels)."""
        ...

    def apart(self, in_a: Array) -> Statistic:
        """Return the numbers of those in a, and then of the others, float64 (b, 2 * labels)."""
        ...

    def sizes(self, weights: Array) -> Array:
        """Return how many observations the number of each label rests on, float64 (labels,)."""
        ...


@attrs.frozen(eq=False, kw_only=True)
class Shares:
    """Ratios of sums over journeys.

    Attributes
    ----------
    labels
        What each number is about.
    hits : sparse (n, labels)
        What each real journey adds to the numerator.
    trials : sparse (n, groups)
        What it adds to the denominators.
    group : int64 (labels,)
        The denominator of each label.
    """

    labels: list[Hashable]
    hits: Any
    trials: Any
    group: Array

    def block(self) -> int:
        """Return how many groups to measure at once."""
        widest = max(*self.hits.shape, *self.trials.shape, 1)
        return max(1, _ROOM // int(widest))

    def sums(self, weights: Array) -> Array:
        """Return the hits of each label and the trials of each group of labels.

        Whole numbers: in float32 they are exact below 2**24.
        """
        added: Array = self._table.T @ np.ascontiguousarray(weights.T).astype(np.float32)
        if added.max(initial=0) >= _EXACT:
            added = self._table.T.astype(np.float64) @ weights.T.astype(np.float64)
        return added.T.astype(np.float64)

    @cached_property
    def _table(self) -> Any:
        """Hits and trials side by side, in half the room."""
        from scipy import sparse

        return sparse.hstack([self.hits, self.trials], format="csr", dtype=np.float32)

    def of(self, sums: Array) -> Array:
        """Return the share of each label in each group, nan without trials."""
        hits, tried = np.split(sums, [len(self.labels)], axis=1)
        with np.errstate(divide="ignore", invalid="ignore"):
            answer: Array = hits / tried[:, self.group]
        return answer

    def apart(self, in_a: Array) -> Shares:
        """Return the shares of those in a, and then of the others."""
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

    def only(self, kept: Array) -> Shares:
        """Return the shares of some labels, given by their places."""
        labels = [self.labels[place] for place in kept.tolist()]
        return attrs.evolve(self, labels=labels, hits=self.hits[:, kept], group=self.group[kept])


@attrs.frozen(eq=False, kw_only=True)
class Medians:
    """Medians of values, several of a journey and label perhaps; sorted by label, then value.

    Attributes
    ----------
    labels
        What each median is about.
    values : float64 (v,)
    owners : int64 (v,)
        The row of the journeys each value is from.
    starts : int64 (labels + 1,)
        Label l owns ``values[starts[l]:starts[l + 1]]``.
    """

    labels: list[Hashable]
    values: Array
    owners: Array
    starts: Array

    def block(self) -> int:
        """Return how many groups to measure at once."""
        return max(1, _ROOM // max(len(self.values), 1))

    def sums(self, weights: Array) -> Array:
        """Return how many values there are up to each, integers (b, v + 1)."""
        most = int(weights.max(initial=1)) * len(self.values)
        width = np.int32 if most <= np.iinfo(np.int32).max else np.int64
        running = np.zeros((len(weights), len(self.values) + 1), dtype=width)
        for one, row in zip(weights, running, strict=True):
            np.cumsum(one[self.owners].astype(width, copy=False), out=row[1:])
        return running

    def of(self, sums: Array) -> Array:
        """Return the median of each label in each group, nan where it has no value."""
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
        """Return the medians of those in a, and then of the others."""
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
        """Return how many values each label has."""
        running = np.append(0.0, np.cumsum(weights[self.owners]))
        return np.diff(running[self.starts])

    def only(self, kept: Array) -> Medians:
        """Return the medians of some labels, given by their places."""
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
    """Any measure of journeys; a label it does not answer with counts as ``absent``."""

    labels: list[Hashable]
    journeys: Journeys
    measure: Measure
    absent: float
    sides: tuple[Array, ...] = ()

    def block(self) -> int:
        """Return how many groups to measure at once."""
        return 1

    def sums(self, weights: Array) -> Array:
        """Return the weights: nothing is known of what the measure adds up."""
        return weights

    def of(self, sums: Array) -> Array:
        """Return what the measure says of each group."""
        whole = (np.True_,)
        return np.stack(
            [
                np.concatenate([self._of_one(one * side) for side in self.sides or whole])
                for one in sums
            ]
        )

    def apart(self, in_a: Array) -> Measured:
        """Return what the measure says of those in a, and then of the others."""
        return attrs.evolve(self, sides=(in_a, ~in_a))

    def _of_one(self, counts: Array) -> Array:
        labels, numbers = labelled(self.measure(recounted(self.journeys, counts)))
        known = dict(zip(labels, numbers.tolist(), strict=True))
        return np.array([known.get(label, self.absent) for label in self.labels], dtype=np.float64)

    def sizes(self, weights: Array) -> Array:
        """Return how many journeys there are."""
        return np.full(len(self.labels), float(weights.sum()))


def _beside(parts: list[Any]) -> Any:
    """Return sparse tables side by side, without the zeros they keep."""
    from scipy import sparse

    found = sparse.hstack(parts, format="csr")
    found.eliminate_zeros()
    return found
