"""How sure a number is: intervals for shares, and redrawn journeys for any statistic."""

from touchpoints.uncertainty.clusters import Clusters, clusters_of
from touchpoints.uncertainty.journey_shares import JourneyShares, Share
from touchpoints.uncertainty.resampling import Bootstrap, bootstrap
from touchpoints.uncertainty.shares import Interval, checked_level, wilson

__all__ = [
    "Bootstrap",
    "Clusters",
    "Interval",
    "JourneyShares",
    "Share",
    "bootstrap",
    "checked_level",
    "clusters_of",
    "wilson",
]
