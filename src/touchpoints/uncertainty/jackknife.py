"""The delete-a-group jackknife: the variance of any statistic of weighted journeys."""

from __future__ import annotations

from collections.abc import Callable

import attrs
import numpy as np

from touchpoints._core.frozen import Array
from touchpoints.journeys.model import Journeys
from touchpoints.uncertainty.folds import fold_counts
from touchpoints.uncertainty.units import units_of

PARTS = 30


@attrs.frozen(eq=False, kw_only=True)
class Jackknifed:
    """Statistics with their jackknife variances.

    Attributes
    ----------
    value, variance : float64 (p,)
        nan for the variance of what is not defined without some of the groups.
    parts : int
        The number of groups of units.
    """

    value: Array
    variance: Array
    parts: int

    def reach(self, level: float) -> Array:
        """Return half the width of Student's t interval, float64 (p,); nan with one group."""
        from scipy.special import stdtrit

        if self.parts < 2:
            return np.full(len(self.value), np.nan)
        quantile = float(stdtrit(self.parts - 1, (1 + level) / 2))
        return np.asarray(quantile * np.sqrt(self.variance))

    def bounds(self, level: float) -> tuple[Array, Array]:
        """Return Student's t interval: low and high, float64 (p,) each."""
        reach = self.reach(level)
        return self.value - reach, self.value + reach


def jackknifed(
    journeys: Journeys, statistic: Callable[[Array], Array], *, also: Array | None = None
) -> Jackknifed:
    """Return statistics and their variances, leaving out a thirtieth of the units at a time.

    Parameters
    ----------
    statistic
        A function of how many real journeys each row stands for, float64 (n,), to numbers (p,).
    also : integers (n,), optional
        What else of each row makes a difference, beside its path: then the groups do not depend on
        the order of the log.

    Notes
    -----
    J. N. K. Rao and J. Shao (1999), Modified balanced repeated replication for complex survey data,
    Biometrika 86(2), 403-415; P. S. Kott (2001), The delete-a-group jackknife, Journal of Official
    Statistics 17(4), 521-526.
    """
    units, counts = units_of(journeys, None), journeys.counts.astype(np.float64)
    value = statistic(counts)
    size = min(PARTS, units.total)
    if size < 2:
        return Jackknifed(value=value, variance=np.full(len(value), np.nan), parts=size)
    held = fold_counts(journeys, units, folds=size, seed=0, also=also)
    moved = np.array([statistic(counts - one) for one in held.T])
    variance = ((moved - moved.mean(axis=0)) ** 2).sum(axis=0) * (size - 1) / size
    return Jackknifed(value=value, variance=variance, parts=size)
