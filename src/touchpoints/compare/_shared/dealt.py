"""Permutation of group labels: which units each of two groups is given in a draw."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import cached_property
from itertools import pairwise
from typing import Any

import attrs
import numpy as np

from touchpoints._core.frozen import Array
from touchpoints.compare._shared.draws import Sides, unit_draws

_SHORT = 64


@attrs.frozen(eq=False)
class Dealt:
    """The units that a permutation moves whole.

    Persons with journeys in one group, and then single journeys of persons with journeys in both.

    Attributes
    ----------
    rows : int64 (units,)
        A row of each unit.
    within : float64 (units,)
        The journeys of that row in one unit.
    of : int64 (n,)
        The unit of each row; the number of units for a row without real journeys.
    inside : int64 (n,)
        The journeys of each row in one unit.
    fixed : int64
        The units that no permutation can move: they hold no information about chance.
    """

    sides: Sides
    urns: Urns
    rows: Array
    within: Array
    of: Array
    inside: Array
    fixed: Array

    @classmethod
    def among(cls, sides: Sides, counts: Array) -> Dealt:
        """Return the units of two groups of rows with these counts."""
        units, urns = sides.units, Urns.of(sides, counts)
        alone = np.sort(np.concatenate([sides.side_a, sides.side_b]))
        split = urns.distinct
        size = len(alone) + len(split)
        positions = np.full(len(units.repeats), size)
        positions[alone] = np.arange(len(alone))
        of = positions[units.of]
        of[split] = np.arange(len(alone), size)
        of[counts == 0] = size
        inside = np.where(of < len(alone), units.within, 1)
        rows = np.zeros(size, dtype=np.int64)
        real = np.flatnonzero(of < size)[::-1]
        rows[of[real]] = real  # the first row of each unit
        fixed = np.flatnonzero(~sides.movable[rows])
        return cls(sides, urns, rows, inside[rows].astype(np.float64), of, inside, fixed)

    @cached_property
    def gather(self) -> Any:
        """The table that adds the rows of units up, sparse (units, n); None: rows are units."""
        from scipy import sparse

        n = len(self.of)
        if len(self.rows) == n and bool((self.inside == 1).all()) and self._in_order:
            return None
        real = np.flatnonzero(self.of < len(self.rows))
        cells = self.inside[real].astype(np.float64), (self.of[real], real)
        return sparse.csr_array(cells, shape=(len(self.rows), n))

    @cached_property
    def _in_order(self) -> bool:
        return bool((self.of == np.arange(len(self.of))).all())

    def added(self, table: Any) -> Any:
        """Return the sums of the rows of each unit, sparse (units, columns)."""
        return table.tocsr() if self.gather is None else (self.gather @ table).tocsr()

    def times(self, weights: Array) -> Array:
        """Return how often each unit is in a group of rows (n,), float64 (1, units)."""
        found: Array = (weights[self.rows] / self.within)[None, :]
        return found

    def spread(self, times: Array) -> Array:
        """Return how many journeys of each row are in a group of units (units,), integers (n,)."""
        if self._in_order and len(self.rows) == len(self.of):
            return times if bool((self.inside == 1).all()) else times * self.inside
        rows: Array = np.append(times, np.zeros(1, dtype=times.dtype))[self.of]
        return rows if bool((self.inside == 1).all()) else rows * self.inside

    def permuted(self, rng: np.random.Generator) -> Iterator[Array]:
        """Yield endless permutations: how often each unit is in group a, bool or int64 (units,).

        Units that are only in one group are permuted whole, and group sizes in units stay the same.
        The journeys of a unit in both groups are permuted within the unit. Units that no
        permutation can move get 0. Of the others the rest is in b.
        """
        sides = self.sides
        repeats = sides.units.repeats
        alone = np.sort(np.concatenate([sides.side_a, sides.side_b]))
        draw = unit_draws(repeats[alone], int(repeats[sides.side_a].sum()), rng)
        shuffle = self.urns.drawing(rng)
        while True:
            first = draw()
            if len(self.urns.distinct):
                first = np.concatenate([first, shuffle()])
            first[self.fixed] = 0
            yield first


@attrs.frozen(eq=False, kw_only=True)
class Urns:
    """The journeys of units in both groups, in the order in which they are drawn.

    Attributes
    ----------
    rows : int64 (j,)
        The row of each journey.
    distinct : int64
        The different rows, in the order of ``rows`` where each occurs once.
    owner : int64 (j,)
        The unit of each journey, from 0.
    within : int64 (j,)
        The position of each journey among those of its unit, from 0.
    lengths, wanted : int64
        The journeys of each unit, and how many of them are in group a.
    """

    rows: Array
    distinct: Array
    owner: Array
    within: Array
    lengths: Array
    wanted: Array

    @classmethod
    def of(cls, sides: Sides, counts: Array) -> Urns:
        """Put the journeys of each unit in both groups into an urn."""
        mask = np.zeros(len(sides.units.repeats), dtype=bool)
        mask[sides.both] = True
        some = np.flatnonzero(mask[sides.units.of])
        rows = np.repeat(some, counts[some])
        persons, owner = np.unique(sides.units.of[rows], return_inverse=True)
        wanted = np.bincount(owner, sides.in_a[rows], len(persons)).astype(np.int64)
        return cls.filled(rows, owner, wanted)

    @classmethod
    def filled(cls, rows: Array, owner: Array, wanted: Array) -> Urns:
        """Put journeys into the urns of their owners, from which ``wanted`` are drawn."""
        lengths = np.bincount(owner, minlength=len(wanted))
        within = _positions_within(owner, lengths)
        if lengths.max(initial=0) <= _SHORT:
            order = np.lexsort((_rank(lengths)[owner], within))
        else:
            order = np.argsort(owner, kind="stable")
        rows, distinct = rows[order], np.unique(rows)
        return cls(
            rows=rows,
            distinct=rows if len(distinct) == len(rows) else distinct,
            owner=owner[order],
            within=within[order],
            lengths=lengths,
            wanted=wanted,
        )

    def drawing(self, rng: np.random.Generator) -> Callable[[], Array]:
        """Return a function that draws each unit's journeys of group a, by distinct row."""
        short = self.lengths.max(initial=0) <= _SHORT
        draw = self._selecting(rng) if short else self._sorting(rng)
        if self.distinct is self.rows:
            return draw
        places, size = np.searchsorted(self.distinct, self.rows), len(self.distinct)
        return lambda: np.bincount(places[draw()], minlength=size)

    def _selecting(self, rng: np.random.Generator) -> Callable[[], Array]:
        """Return a function that draws some journeys of each unit, as a mask.

        Selection sampling (Knuth, The Art of Computer Programming 2, algorithm 3.4.2 S), for all
        units at once: the next journey is taken with probability (still wanted) / (still to come).
        """
        rank = _rank(self.lengths)
        bounds = np.append(0, np.cumsum(np.bincount(self.within))).tolist()
        still, to_come = (np.empty(len(one)) for one in (self.wanted, self.lengths))
        still[rank], to_come[rank] = self.wanted, self.lengths

        def draw() -> Array:
            left, chance = still.copy(), rng.random(len(self.owner))
            taken = np.empty(len(chance), dtype=bool)
            for passed, (low, high) in enumerate(pairwise(bounds)):
                few = high - low
                taken[low:high] = chance[low:high] * (to_come[:few] - passed) < left[:few]
                left[:few] -= taken[low:high]
            return taken

        return draw

    def _sorting(self, rng: np.random.Generator) -> Callable[[], Array]:
        """Return a function that draws some journeys of each unit, by sorting random numbers."""
        first = self.within < self.wanted[self.owner]

        def draw() -> Array:
            taken = np.zeros(len(first), dtype=bool)
            taken[np.argsort(self.owner + rng.random(len(first)))[first]] = True
            return taken

        return draw


def _rank(lengths: Array) -> Array:
    """Return the position of each unit when the longest comes first."""
    found: Array = np.argsort(np.argsort(-lengths, kind="stable"), kind="stable")
    return found


def _positions_within(owner: Array, lengths: Array) -> Array:
    """Return the position of each journey among those of its owner, from 0."""
    order = np.argsort(owner, kind="stable")
    positions = np.empty(len(owner), dtype=np.int64)
    positions[order] = np.arange(len(owner)) - np.repeat(np.cumsum(lengths) - lengths, lengths)
    return positions
