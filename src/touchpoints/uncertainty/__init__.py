"""How sure a number is: intervals for shares, and redrawn journeys for any statistic."""

from touchpoints.uncertainty.clusters import Clusters, clusters_of
from touchpoints.uncertainty.journey_shares import JourneyShares, Share
from touchpoints.uncertainty.resampling import Bootstrap, bootstrap
from touchpoints.uncertainty.shares import Interval, wilson

__all__ = [
    "Bootstrap",
    "Clusters",
    "Interval",
    "JourneyShares",
    "Share",
    "bootstrap",
    "clusters_of",
    "wilson",
]
