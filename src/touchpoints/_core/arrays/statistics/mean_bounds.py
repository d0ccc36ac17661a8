"""Confidence intervals of means whose observations are dependent within units."""

from __future__ import annotations

import numpy as np

from touchpoints._core.arrays.statistics.cluster_variance import runs
from touchpoints._core.frozen import Array


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
    The mean is a ratio of sums over units, and its variance is linearised (W. G. Cochran 1977,
    Sampling Techniques, 3rd ed., 6.3); the degrees of freedom are the number of units minus one.
    nan with fewer than two units. O(m log m).
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
    number = np.bincount(cell, alike * np.add.reduceat(weights, starts), size)
    units = np.bincount(cell, alike, size)
    squares = np.bincount(cell, alike * strayed**2, size)
    with np.errstate(divide="ignore", invalid="ignore"):
        error = np.sqrt(squares * units / (units - 1)) / number
        reach = error * stdtrit(np.maximum(units - 1, 1), (1 + level) / 2)
    reach = np.where(units < 2, np.nan, reach)
    return means - reach, means + reach
