"""Confidence intervals of means whose observations are dependent within units."""

from __future__ import annotations

import numpy as np

from touchpoints._core.arrays.statistics.cluster_variance import runs
from touchpoints._core.frozen import Array

_LIKENESS = 1 / 3


def mean_bounds(
    values: Array,
    groups: Array,
    means: Array,
    *,
    of: Array,
    within: Array,
    repeats: Array,
    level: float,
) -> tuple[Array, Array]:
    """Return Student's t interval of the mean of each group: low and high, float64 (g,) each.

    Parameters
    ----------
    values : float64 (m,)
    groups : int64 (m,) in ``range(g)``
    means : float64 (g,)
    of, within : int64 (m,)
        The unit of each row, and the number of times the row occurs in one of these units.
    repeats : int64 (u,)
        The number of identical units.

    Notes
    -----
    The mean is a ratio of sums over units; its variance is that of leaving out one unit at a time
    (MacKinnon & White 1985), linearised. The degrees of freedom are those of units of equal weight
    that carry the same information, minus one, if a third of the variance is between units: the
    number of units minus one where all have as many rows. nan with fewer than two units.
    O(m log m).
    """
    from scipy.special import stdtrit

    size = len(means)
    keys = of * max(size, 1) + groups
    order = np.argsort(keys, kind="stable")
    distinct, lengths = runs(keys)
    if not len(distinct):
        nothing = np.full(size, np.nan)
        return nothing, nothing
    starts = np.append(0, np.cumsum(lengths)[:-1])
    weights = within[order].astype(np.float64)
    strayed = np.add.reduceat((values - means[groups])[order] * weights, starts)
    cell, alike = distinct % size, repeats[distinct // size]
    own = np.add.reduceat(weights, starts)
    number = np.bincount(cell, alike * own, size)
    units = np.bincount(cell, alike, size)
    heavy = own * (1 + (own - 1) * _LIKENESS)
    with np.errstate(divide="ignore", invalid="ignore"):
        moved = strayed / (1 - own / number[cell])
        squares = np.bincount(cell, alike * moved**2, size)
        error = np.sqrt(squares * (units - 1) / units) / number
        weighed = np.bincount(cell, alike * heavy, size) ** 2
        freedom = weighed / np.bincount(cell, alike * heavy**2, size) - 1
        reach = error * stdtrit(np.fmax(freedom, 1), (1 + level) / 2)
    reach = np.where(units < 2, np.nan, reach)
    return means - reach, means + reach
