"""Shares of trials that are hits, for many kinds of hits that do not exclude each other."""

from __future__ import annotations

import numpy as np

from touchpoints._core import checks
from touchpoints._core.arrays.statistics.cluster_variance import summed_runs
from touchpoints._core.arrays.statistics.clustered_shares import (
    ChosenSums,
    ClusterSizes,
    effective_trials,
    fewest_behind,
    left_out,
)
from touchpoints._core.frozen import Array
from touchpoints.uncertainty.cell_shares import CellShares, with_interval
from touchpoints.uncertainty.units import Units

Numbers = tuple[Array, Array, Array]
"""The row of journeys, the cell or group, and how many one journey of the row has; (h,) each."""


def hit_shares(
    units: Units, hits: Numbers, trials: Numbers, *, groups: Array, level: float
) -> CellShares:
    """Return the share of the trials of its group that are hits of each cell, with its interval.

    Parameters
    ----------
    hits
        Of each cell; a trial may be a hit of several cells, or of none.
    trials
        Of each group.
    groups : int64 (c,)
        The group of each cell.

    Notes
    -----
    Wilson interval of effective trials, as `ratios.share_of` for a single share. O(h log h).
    """
    checks.level(level)
    size, count = len(groups), int(max(trials[1].max(initial=-1), groups.max(initial=-1))) + 1
    keys, made = summed_runs(units.of[trials[0]] * count + trials[1], _weights(units, trials))
    who, group = keys // max(count, 1), keys % max(count, 1)
    alike = units.repeats[who].astype(np.float64)
    powers = [np.bincount(group, alike * made**power, count) for power in (1, 2, 3, 4)]
    some = np.bincount(group, alike * (made > 0), count)
    sizes = ClusterSizes.added([some, *powers])
    weight = left_out(made, sizes.total[group])
    rest = np.bincount(group, alike * weight * made**2, count)
    cells, did = summed_runs(units.of[hits[0]] * size + hits[1], _weights(units, hits))
    which, cell = cells // max(size, 1), cells % max(size, 1)
    place = np.searchsorted(keys, which * count + groups[cell])
    times = alike[place] * did
    totals = np.bincount(cell, times, size)
    with np.errstate(divide="ignore", invalid="ignore"):
        share = totals / sizes.total[groups]
    moved = times * (did - 2 * share[cell] * made[place]) * weight[place]
    sums = ChosenSums(
        hits=totals,
        squares=np.bincount(cell, times * did, size),
        products=np.bincount(cell, times * made[place], size),
        strayed=np.bincount(cell, moved, size) + np.nan_to_num(share) ** 2 * rest[groups],
    )
    trials_of = np.nan_to_num(effective_trials(sizes, sums, level=level, groups=groups))
    behind = fewest_behind(sizes.take(groups), sums)
    return with_interval(totals, share, trials_of, level=level, behind=behind)


def _weights(units: Units, numbers: Numbers) -> Array:
    return units.within[numbers[0]] * numbers[2].astype(np.float64)
