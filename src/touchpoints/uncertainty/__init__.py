"""Uncertainty: Wilson intervals for shares, and the bootstrap for any statistic of journeys."""

from touchpoints.uncertainty.journey_shares import JourneyShares, Share
from touchpoints.uncertainty.resampling import Bootstrap, bootstrap
from touchpoints.uncertainty.shares import Interval, wilson
from touchpoints.uncertainty.units import Units, units_of

__all__ = [
    "Bootstrap",
    "Interval",
    "JourneyShares",
    "Share",
    "Units",
    "bootstrap",
    "units_of",
    "wilson",
]
