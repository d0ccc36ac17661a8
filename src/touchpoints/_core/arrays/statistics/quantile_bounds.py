"""Confidence intervals of quantiles whose observations are dependent within units."""

from __future__ import annotations

import attrs
import numpy as np

from touchpoints._core.arrays.statistics.cluster_variance import ordered_runs
from touchpoints._core.arrays.statistics.clustered_shares import (
    ChosenSums,
    ClusterSizes,
    design_effects,
    left_out,
    t_inflation,
    widened,
)
from touchpoints._core.arrays.statistics.intervals import z_of
from touchpoints._core.arrays.statistics.quantiles import Spreads
from touchpoints._core.frozen import Array


@attrs.frozen(eq=False, kw_only=True)
class UnitValues:
    """Values by group and unit.

    Attributes
    ----------
    values : float64 (m,)
        Sorted by unit, then by group.
    groups : int64 (m,)
        The group of each value.
    weights : float64 (m,)
        The number of times that a value occurs in one unit of its row.
    starts : int64 (c,)
        The first row of each cell: what one unit has in one group.
    cells : int64 (c,)
        The group of each cell.
    repeats : float64 (c,)
        The number of identical units.
    held : float64 (c,)
        The number of values of the cell.
    sizes : ClusterSizes
        How many values units have in each group, shape (g,).
    """

    values: Array
    groups: Array
    weights: Array
    starts: Array
    cells: Array
    repeats: Array
    held: Array
    sizes: ClusterSizes

    @classmethod
    def of(
        cls, values: Array, groups: Array, size: int, *, of: Array, within: Array, repeats: Array
    ) -> UnitValues:
        """Sort values by unit and group.

        Parameters
        ----------
        values : (m,)
        groups : int64 (m,) in ``range(size)``
        of, within : int64 (m,)
            The unit of each row, and the number of times the row occurs in one of these units.
        repeats : int64 (u,)
            The number of identical units.
        """
        order, distinct, starts = ordered_runs(of * max(size, 1) + groups)
        weights = within[order].astype(np.float64)
        held = np.add.reduceat(weights, starts) if len(starts) else np.empty(0)
        cells, alike = distinct % max(size, 1), repeats[distinct // max(size, 1)].astype(np.float64)
        powers = [alike * (held > 0), *(alike * held**power for power in (1, 2, 3, 4))]
        return cls(
            values=values[order].astype(np.float64),
            groups=groups[order],
            weights=weights,
            starts=starts,
            cells=cells,
            repeats=alike,
            held=held,
            sizes=ClusterSizes.added([np.bincount(cells, one, size) for one in powers]),
        )

    def effects(self, chosen: Array) -> Array:
        """Return the design effect of the share of values in a mask, (m,), in each group, (g,)."""
        size = len(self.sizes.total)
        marked = np.where(chosen, self.weights, 0.0)
        did = np.add.reduceat(marked, self.starts) if len(self.starts) else np.empty(0)
        hits, total = np.bincount(self.cells, self.repeats * did, size), self.sizes.total
        with np.errstate(divide="ignore", invalid="ignore"):
            strayed = (did - (hits / total)[self.cells] * self.held) ** 2
        columns = {
            "squares": did**2,
            "products": did * self.held,
            "strayed": left_out(self.held, total[self.cells]) * strayed,
        }
        sums = {
            name: np.bincount(self.cells, self.repeats * one, size) for name, one in columns.items()
        }
        return design_effects(self.sizes, ChosenSums(hits=hits, **sums))


def quantile_bounds(
    spread: Spreads, known: UnitValues, share: float, *, level: float
) -> tuple[Array, Array]:
    """Return the interval of a quantile of each group: low and high, float64 (g,) each.

    Parameters
    ----------
    spread, known
        The same values, by group, and by group and unit.
    share
        Which quantile: a share in [0, 1].

    Notes
    -----
    R. S. Woodruff (1952), Confidence intervals for medians and other position measures, Journal of
    the American Statistical Association 47(260), 635-646: the values whose ranks are as far from
    the quantile's as the share of values below it may stray, with the effective number of values
    that `design_effects` and `widened` give to shares. The lower end takes the design effect of
    the values up to the quantile, the upper end that of those below it: where values are equal,
    persons may differ more in one than in the other. nan at an end beyond the values known, and
    at both for fewer than two units. Plain order statistics where every unit has one value.
    O(m) after the sort.
    """
    total, sizes = spread.totals(), known.sizes
    at = spread.quantile(share)[known.groups]
    excess, inflation = sizes.excess(), t_inflation(sizes.freedom(), level)
    answer = []
    with np.errstate(divide="ignore", invalid="ignore"):
        for chosen, side in ((known.values <= at, -1), (known.values < at, 1)):
            effects = widened(known.effects(chosen), excess, inflation)
            reach = z_of(level) * np.sqrt(share * (1 - share) * effects / total)
            rank = (share + side * reach) * total
            rank = np.ceil(rank) - 1 if side < 0 else np.floor(rank)
            there = np.flatnonzero((rank >= 0) & (rank < total) & (sizes.units >= 2))
            ends = np.full(len(total), np.nan)
            ends[there] = spread.at(there, rank[there].astype(np.int64))
            answer.append(ends)
    return answer[0], answer[1]
