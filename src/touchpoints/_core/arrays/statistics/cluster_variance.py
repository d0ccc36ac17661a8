"""How much clustered observations tell about a share: as much as how many independent ones."""

from __future__ import annotations

import numpy as np

from touchpoints._core.frozen import Array

_NOTHING = 1e-9


class ClusterSums:
    """Sums over clusters that the variance of the share of each cell in its group needs.

    A cell is one of the things a choice can fall on, a group all choices of one kind: an edge, and
    all edges of its source. ``groups[c]`` is the group of cell c and never falls.
    """

    def __init__(self, groups: Array) -> None:
        size = int(groups[-1]) + 1 if len(groups) else 0
        self.groups = groups
        self.cell_totals = np.zeros(len(groups))
        self.cell_squares = np.zeros(len(groups))
        self.products = np.zeros(len(groups))
        self.totals = np.zeros(size)
        self.squares = np.zeros(size)
        self.clusters = np.zeros(size)

    def add(self, clusters: Array, cells: Array, amounts: Array, repeats: Array) -> None:
        """Add what clusters chose: ``amounts[i]`` times ``cells[i]``, by ``clusters[i]``.

        Rows are sorted by cluster, then by cell, and are distinct in both; a cluster is added
        whole. ``repeats[i]`` clusters are alike.
        """
        if not len(cells):
            return
        amounts = amounts.astype(np.float64)
        group = self.groups[cells]
        fresh = np.ones(len(cells), dtype=bool)
        np.not_equal(clusters[1:], clusters[:-1], out=fresh[1:])
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
        self.clusters += np.bincount(group, repeats * (chosen > 0), size)

    def effective_sizes(self) -> Array:
        """Return how many independent choices tell as much about each cell's share, float64 (c,).

        See `effective_sizes`.
        """
        of = self.groups
        total, squares = self.totals[of], self.squares[of]
        with np.errstate(divide="ignore", invalid="ignore"):
            share = self.cell_totals / total
        spread = self.cell_squares - 2 * share * self.products + share**2 * squares
        return effective_sizes(total, share, spread, squares=squares, units=self.clusters[of])


def effective_sizes(
    totals: Array | float,
    shares: Array,
    spreads: Array,
    *,
    squares: Array | float,
    units: Array | float,
) -> Array:
    """Return how many independent choices tell as much about each share as clustered ones.

    Parameters
    ----------
    totals : float64 (c,) or one for all
        How many choices each share is of.
    shares : float64 (c,)
    spreads : float64 (c,)
        Sum over clusters of the squares of what they chose it above their share of choices.
    squares, units : float64 (c,) or one for all
        Sum of the squared sizes of the clusters, and how many have a choice at all.

    Notes
    -----
    The number of choices divided by the design effect: the variance of the ratio of sums over
    clusters (linearised; Cochran 1977, Sampling Techniques, 6.3 and 9A.2) over that of as many
    independent choices. Never more than the choices there are. Where a share is 0 or 1, or one
    cluster made all choices, nothing shows how alike the choices of a cluster are: they are taken
    to be the same (Kish 1965, Survey Sampling, 5.4), which gives ``sum(m)**2 / sum(m**2)`` over
    clusters of m choices.
    """
    with np.errstate(divide="ignore", invalid="ignore"):
        alike = totals**2 / squares
        sizes = totals**2 * shares * (1 - shares) / spreads * (units - 1) / units
        sizes = np.minimum(sizes * totals / (totals - 1), totals)
    sizes = np.where(spreads > _NOTHING, sizes, totals)
    return np.where((shares == 0) | (shares == 1) | (units < 2), alike, sizes)


def runs(keys: Array) -> tuple[Array, Array]:
    """Return the distinct keys, rising, and how often each occurs; ``keys`` is sorted in place."""
    keys.sort()
    fresh = np.ones(len(keys), dtype=bool)
    np.not_equal(keys[1:], keys[:-1], out=fresh[1:])
    starts = np.flatnonzero(fresh)
    return keys[starts], np.diff(starts, append=len(keys))


def summed_runs(keys: Array, weights: Array) -> tuple[Array, Array]:
    """Return the distinct keys, rising, and the summed weight of each, float64."""
    if bool((weights == 1).all()):  # sorts without an order to keep
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
