"""Intervals of shares of credit and of effects, from the covariance of units."""

from __future__ import annotations

import attrs
import numpy as np

from touchpoints._core.arrays.statistics.clustered_shares import ClusterSizes
from touchpoints._core.arrays.statistics.intervals import wilson_bounds, z_of
from touchpoints._core.frozen import Array
from touchpoints.uncertainty.units import Units

_NOTHING = 1e-12
_ROUNDING = 1e-14


@attrs.frozen(eq=False, kw_only=True)
class Precision:
    """What an interval rests on: its level, degrees of freedom, and the units behind it.

    Attributes
    ----------
    level : float
        The confidence level.
    freedom : float
        The effective number of units less one, at least 1.
    units : float
        The number of units that reached the outcome.
    """

    level: float
    freedom: float
    units: float

    @classmethod
    def of(cls, units: Units, reached: Array, level: float) -> Precision:
        """Return what intervals of journeys with these units rest on."""
        sizes = np.bincount(units.of, units.within, len(units.repeats))
        found = ClusterSizes.of(sizes, units.repeats)
        hit = np.bincount(units.of, reached, len(units.repeats)) > 0
        return cls(
            level=level,
            freedom=float(found.known()[0]),
            units=float(units.repeats[hit].sum()),
        )

    def stretched(self) -> float:
        """Return the quantile of t for this level."""
        from scipy.special import stdtrit

        return float(stdtrit(self.freedom, (1 + self.level) / 2))

    def bounds(self, share: Array, variance: Array) -> tuple[Array, Array]:
        """Return the interval of numbers between 0 and 1 with a known variance.

        Wilson's, with the number of trials that would give this variance, and t in the place of z;
        where all or none do, with the number of units that reached the outcome.
        """
        z = z_of(self.level)
        share = np.clip(share, 0.0, 1.0)
        share = np.where(share > 1 - 1e-12, 1.0, np.where(share < 1e-12, 0.0, share))
        with np.errstate(divide="ignore", invalid="ignore"):
            trials = share * (1 - share) / variance * (z / self.stretched()) ** 2
        alike = (share == 0) | (share == 1)
        trials = np.where(alike, self.units, np.where(variance > 0, trials, np.inf))
        trials = np.where(np.isnan(variance) | np.isnan(share), np.nan, trials)
        sure = np.isinf(trials)
        some = np.where(sure, 1.0, trials)
        low, high = wilson_bounds(np.asarray(share * some), np.asarray(some), z)
        return np.where(sure, share, low), np.where(sure, share, high)

    def of_any_size(self, number: Array, variance: Array) -> tuple[Array, Array]:
        """Return the interval of shares that can lie outside [0, 1].

        As `symmetric`; where all or none is found and nothing varies, as `bounds`, since journeys
        not seen may be otherwise.
        """
        low, high = self.symmetric(number, variance)
        alike = (variance <= _NOTHING) & (
            (np.abs(number) < _NOTHING) | (np.abs(number - 1) < _NOTHING)
        )
        least, most = self.bounds(number, np.where(alike, 0.0, variance))
        return np.where(alike, least, low), np.where(alike, most, high)

    def symmetric(self, number: Array, variance: Array) -> tuple[Array, Array]:
        """Return the interval of numbers of any size, by the distribution of t."""
        half = self.stretched() * np.sqrt(np.where(variance < _ROUNDING, 0.0, variance))
        return np.asarray(number - half), np.asarray(number + half)
