"""Sums over units, a block of units at a time, and runs of equal keys."""

from __future__ import annotations

from itertools import pairwise

import numpy as np

from touchpoints._core.arrays.sorting.nearly_sorted import sort_runs
from touchpoints._core.arrays.statistics.clustered_shares import (
    ChosenSums,
    ClusterSizes,
    effective_trials,
    fewest_behind,
    left_out,
)
from touchpoints._core.frozen import Array

_BLOCK = 1 << 15


class ClusterSums:
    """Sums over units for the interval of the share of each cell in its group.

    A cell is a possible choice, and a group is the set of cells to choose from: an edge, and all
    edges of its source. ``groups[c]`` is the group of cell c; groups are in non-decreasing order.
    ``totals[c]`` is the number of times cell c was chosen by all units together, which must be
    known before units are added.
    """

    def __init__(self, groups: Array, totals: Array) -> None:
        size = int(groups[-1]) + 1 if len(groups) else 0
        self.groups = groups
        self.cell_totals = totals.astype(np.float64)
        self.totals = np.bincount(groups, self.cell_totals, size)
        with np.errstate(divide="ignore", invalid="ignore"):
            self.shares = self.cell_totals / self.totals[groups]
        self.cell_squares, self.products, self.strayed = np.zeros((3, len(groups)))
        self.clusters, self.squares, self.cubes, self.fourths, self.moved = np.zeros((5, size))

    def add(self, units: Array, cells: Array, amounts: Array, repeats: Array) -> None:
        """Add choices of units: unit ``units[i]`` chose cell ``cells[i]`` ``amounts[i]`` times.

        Rows are sorted by unit, then by cell, and no (unit, cell) occurs twice; all rows of a
        unit are added in one call. ``repeats[i]`` is the number of identical units.
        """
        bounds = np.searchsorted(units, units[_BLOCK::_BLOCK])  # a unit begins at each
        edges = np.unique(np.concatenate([[0], bounds, [len(units)]])).tolist()
        for rows in (slice(*pair) for pair in pairwise(edges)):  # whose numbers stay in the cache
            self._add(units[rows], cells[rows], amounts[rows], repeats[rows])

    def _add(self, units: Array, cells: Array, amounts: Array, repeats: Array) -> None:
        amounts = amounts.astype(np.float64)
        group = self.groups[cells]
        fresh = np.ones(len(cells), dtype=bool)
        np.not_equal(units[1:], units[:-1], out=fresh[1:])
        fresh[1:] |= group[1:] != group[:-1]
        starts = np.flatnonzero(fresh)
        chosen = np.add.reduceat(amounts, starts)
        group, apart = group[starts], repeats[starts].astype(np.float64)
        weight = left_out(chosen, self.totals[group])
        of = np.cumsum(fresh) - 1
        k, size = len(self.groups), len(self.totals)
        every, times = chosen[of], repeats * amounts
        self.cell_squares += np.bincount(cells, times * amounts, k)
        self.products += np.bincount(cells, times * every, k)
        beyond = amounts - 2 * self.shares[cells] * every
        self.strayed += np.bincount(cells, times * beyond * weight[of], k)
        self.clusters += np.bincount(group, apart * (chosen > 0), size)
        squared = chosen * chosen
        self.squares += np.bincount(group, apart * squared, size)
        self.moved += np.bincount(group, apart * squared * weight, size)
        self.cubes += np.bincount(group, apart * squared * chosen, size)
        self.fourths += np.bincount(group, apart * squared * squared, size)

    def effective_trials(self, level: float) -> Array:
        """Return the trials for Wilson's interval of each cell's share, float64 (c,).

        nan where its group has none.
        """
        sizes, chosen = self._sums()
        return effective_trials(sizes, chosen, level=level, groups=self.groups)

    def behind(self) -> Array:
        """Return how many units have the hits of each cell, or the misses if fewer."""
        sizes, chosen = self._sums()
        return fewest_behind(sizes.take(self.groups), chosen)

    def _sums(self) -> tuple[ClusterSizes, ChosenSums]:
        sums = [self.clusters, self.totals, self.squares, self.cubes, self.fourths]
        chosen = ChosenSums(
            hits=self.cell_totals,
            squares=self.cell_squares,
            products=self.products,
            strayed=self.strayed + self.shares**2 * self.moved[self.groups],
        )
        return ClusterSizes.added(sums), chosen


def runs(keys: Array) -> tuple[Array, Array]:
    """Return the distinct keys, sorted, and the count of each; sorts ``keys`` in place.

    Fastest for keys that are nearly in order, such as the cells of one journey after another.
    """
    sort_runs(keys)
    fresh = np.ones(len(keys), dtype=bool)
    np.not_equal(keys[1:], keys[:-1], out=fresh[1:])
    starts = np.flatnonzero(fresh)
    return keys[starts], np.diff(starts, append=len(keys))


def ordered_runs(keys: Array) -> tuple[Array, Array, Array]:
    """Return the stable order of keys, the distinct keys, and where each begins in that order."""
    order = np.argsort(keys, kind="stable")
    placed = keys[order]
    fresh = np.ones(len(keys), dtype=bool)
    np.not_equal(placed[1:], placed[:-1], out=fresh[1:])
    starts = np.flatnonzero(fresh)
    return order, placed[starts], starts


def summed_runs(keys: Array, weights: Array) -> tuple[Array, Array]:
    """Return the distinct keys, sorted, and the summed weight of each, float64."""
    if bool((weights == 1).all()):  # the keys can be sorted without their weights
        found, times = runs(keys.copy())
        return found, times.astype(np.float64)
    order = np.argsort(keys)
    keys = keys[order]
    fresh = np.ones(len(keys), dtype=bool)
    np.not_equal(keys[1:], keys[:-1], out=fresh[1:])
    starts = np.flatnonzero(fresh)
    if not len(starts):
        return keys, np.empty(0)
    return keys[starts], np.add.reduceat(weights[order].astype(np.float64), starts)
