"""Effective sample sizes of shares whose observations are dependent within units."""

from __future__ import annotations

import numpy as np

from touchpoints._core.frozen import Array

_NOTHING = 1e-9


class ClusterSums:
    """Sums over units for the variance of the share of each cell in its group.

    A cell is a possible choice, and a group is the set of cells to choose from: an edge, and all
    edges of its source. ``groups[c]`` is the group of cell c; groups are in non-decreasing order.
    """

    def __init__(self, groups: Array) -> None:
        size = int(groups[-1]) + 1 if len(groups) else 0
        self.groups = groups
        self.cell_totals = np.zeros(len(groups))
        self.cell_squares = np.zeros(len(groups))
        self.products = np.zeros(len(groups))
        self.totals = np.zeros(size)
        self.squares = np.zeros(size)
        self.units = np.zeros(size)

    def add(self, units: Array, cells: Array, amounts: Array, repeats: Array) -> None:
        """Add choices of units: unit ``units[i]`` chose cell ``cells[i]`` ``amounts[i]`` times.

        Rows are sorted by unit, then by cell, and no (unit, cell) occurs twice; all rows of a
        unit are added in one call. ``repeats[i]`` is the number of identical units.
        """
        if not len(cells):
            return
        amounts = amounts.astype(np.float64)
        group = self.groups[cells]
        fresh = np.ones(len(cells), dtype=bool)
        np.not_equal(units[1:], units[:-1], out=fresh[1:])
        fresh[1:] |= group[1:] != group[:-1]
        starts = np.flatnonzero(fresh)
        chosen = np.add.reduceat(amounts, starts)
        every = chosen[np.cumsum(fresh) - 1]
        k, size = len(self.groups), len(self.totals)
        repeated = repeats * amounts
        self.cell_totals += np.bincount(cells, repeated, k)
        self.cell_squares += np.bincount(cells, repeated * amounts, k)
        self.products += np.bincount(cells, repeated * every, k)
        group, repeats = group[starts], repeats[starts].astype(np.float64)
        self.totals += np.bincount(group, repeats * chosen, size)
        self.squares += np.bincount(group, repeats * chosen * chosen, size)
        self.units += np.bincount(group, repeats * (chosen > 0), size)

    def effective_sizes(self) -> Array:
        """Return the effective sample size of each cell's share, float64 (c,).

        See `effective_sizes`.
        """
        of = self.groups
        total, squares = self.totals[of], self.squares[of]
        with np.errstate(divide="ignore", invalid="ignore"):
            share = self.cell_totals / total
        spread = self.cell_squares - 2 * share * self.products + share**2 * squares
        return effective_sizes(total, share, spread, squares=squares, units=self.units[of])


def effective_sizes(
    totals: Array | float,
    shares: Array,
    spreads: Array,
    *,
    squares: Array | float,
    units: Array | float,
) -> Array:
    """Return the effective sample size of each share, float64 (c,).

    That is the number of independent choices that would estimate the share as precisely as the
    choices of the units, which are dependent within a unit.

    Parameters
    ----------
    totals : float64 (c,) or a scalar
        The number of choices that each share is a share of.
    shares : float64 (c,)
    spreads : float64 (c,)
        Sum over units of the squared difference between the number of times the unit chose the
        cell and the share times the number of the unit's choices.
    squares, units : float64 (c,) or a scalar
        Sum of the squared numbers of choices of the units, and the number of units with at least
        one choice.

    Notes
    -----
    The number of choices divided by the design effect: the variance of the ratio of sums over
    units (linearised; Cochran 1977, Sampling Techniques, 6.3 and 9A.2) divided by the variance for
    the same number of independent choices. Never more than the number of choices. Where a share is
    0 or 1, or one unit made all choices, the data do not show how similar the choices of a unit
    are: they are assumed to be identical (Kish 1965, Survey Sampling, 5.4), which gives
    ``sum(m)**2 / sum(m**2)`` over units of m choices.
    """
    with np.errstate(divide="ignore", invalid="ignore"):
        alike = totals**2 / squares
        sizes = totals**2 * shares * (1 - shares) / spreads * (units - 1) / units
        sizes = np.minimum(sizes * totals / (totals - 1), totals)
    sizes = np.where(spreads > _NOTHING, sizes, totals)
    return np.where((shares == 0) | (shares == 1) | (units < 2), alike, sizes)


def runs(keys: Array) -> tuple[Array, Array]:
    """Return the distinct keys, sorted, and the count of each; sorts ``keys`` in place."""
    keys.sort()
    fresh = np.ones(len(keys), dtype=bool)
    np.not_equal(keys[1:], keys[:-1], out=fresh[1:])
    starts = np.flatnonzero(fresh)
    return keys[starts], np.diff(starts, append=len(keys))


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
