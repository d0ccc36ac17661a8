"""Confidence intervals of means whose observations are dependent within units."""

from __future__ import annotations

import numpy as np

from touchpoints._core.arrays.statistics.quantile_bounds import UnitValues
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
    known = UnitValues.of(values, groups, len(means), of=of, within=within, repeats=repeats)
    return bounds_of_means(known, means, level=level)


def bounds_of_means(known: UnitValues, means: Array, *, level: float) -> tuple[Array, Array]:
    """Return what `mean_bounds` does, from values that are sorted by unit and group."""
    from scipy.special import stdtrit

    size, cell, alike, own = len(means), known.cells, known.repeats, known.held
    if not len(cell):
        nothing = np.full(size, np.nan)
        return nothing, nothing
    strays = (known.values - means[known.groups]) * known.weights
    strayed = np.add.reduceat(strays, known.starts)
    number = known.sizes.total
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
