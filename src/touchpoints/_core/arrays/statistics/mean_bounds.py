"""The interval of a mean whose observations are not independent."""

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
    """Return Student's interval of the mean of each group, float64 (g,) both.

    Parameters
    ----------
    values : float64 (m,)
    groups : int64 (m,) in ``range(g)``
    means : float64 (g,)
    of, within : int64 (m,)
        The cluster of each row, and how often the row is in one such cluster.
    repeats : int64 (c,)
        How many clusters are alike.

    Notes
    -----
    The mean is a ratio of sums over clusters, and its variance linearised (W. G. Cochran 1977,
    Sampling Techniques, 3rd ed., 6.3); as many degrees of freedom as clusters, less one. nan
    below two clusters. O(m log m).
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
    clusters = np.bincount(cell, alike, size)
    squares = np.bincount(cell, alike * strayed**2, size)
    with np.errstate(divide="ignore", invalid="ignore"):
        error = np.sqrt(squares * clusters / (clusters - 1)) / number
        reach = error * stdtrit(np.maximum(clusters - 1, 1), (1 + level) / 2)
    reach = np.where(clusters < 2, np.nan, reach)
    return means - reach, means + reach
