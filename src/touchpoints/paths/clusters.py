"""Clusters of similar journeys: hierarchical clustering and k-medoids."""

from __future__ import annotations

from typing import Literal

import attrs
import numpy as np

from touchpoints._core import checks
from touchpoints._core.arrays.distances import clustering
from touchpoints._core.checks import (
    check_option,
    public,
    require_kind,
)
from touchpoints._core.frozen import Array, Coded, owned, read_only, same_array
from touchpoints._core.progress import Progress, reporting
from touchpoints._core.tables import (
    Labelled,
    column,
)
from touchpoints.errors import (
    InvalidInputError,
)
from touchpoints.paths._shared.dissimilarity import Distances

Linkage = Literal["average", "complete", "single", "ward", "ward.D2", "ward.D"]


@attrs.frozen(kw_only=True, repr=False)
class Clustering(Labelled):
    """The cluster of each variant; one row per variant, in the order of the distances.

    ``as_dict()`` returns ``{variant: cluster}``.

    Attributes
    ----------
    variant : object
        A tuple of the keys of touchpoints, in order of time.
    journeys : int64
        The number of journeys with this variant.
    cluster : int64
        The number of its cluster, from 1, which is the cluster with the most journeys.
    medoid : bool
        Whether the variant is the medoid of its cluster: the variant with the smallest summed
        distance to the journeys of the cluster.
    to_medoid : float64
        The distance to the medoid.
    silhouette : float64
        The silhouette coefficient, in [-1, 1]: how much nearer the variant is to its own cluster
        than to the next nearest; 0 for a journey alone in its cluster, nan with one cluster.
    clusters : int
        The number of clusters.
    method : str
        The linkage, or ``"k_medoids"``.
    silhouette_width : float
        The mean silhouette over journeys: high is good, below 0.25 there is hardly any structure.
    point_biserial : float
        The point biserial correlation, over pairs of journeys, of their distance with being in
        different clusters, in [-1, 1]: high is good.
    hubert_c : float
        Hubert's C index: where the summed distance within clusters lies between the smallest and
        the largest sum over the same number of pairs, in [0, 1]: low is good.
    of : int64 (n,)
        The row of each journey; -1 for journeys of count 0.
    """

    main = "cluster"
    labels = ("variant",)

    variant: Array = column(object)
    journeys: Array = column(np.int64)
    cluster: Array = column(np.int64)
    medoid: Array = column(np.bool_)
    to_medoid: Array = column(np.float64)
    silhouette: Array = column(np.float64)
    clusters: int
    method: str
    silhouette_width: float
    point_biserial: float
    hubert_c: float
    of: Array = attrs.field(converter=read_only, eq=attrs.cmp_using(eq=same_array), repr=False)

    def of_journeys(self) -> Coded:
        """Return the cluster label of each journey, to be used as a column of ``per_journey``.

        The labels are text with leading zeros, so that they sort in the order of the clusters;
        missing for journeys of count 0.
        """
        width = len(str(self.clusters))
        labels = tuple(f"{number:0{width}d}" for number in range(1, self.clusters + 1))
        codes = np.append(self.cluster - 1, -1)[self.of]
        return Coded(owned(codes.astype(np.int32)), labels)


@public
def hierarchical(distances: Distances, k: int, *, linkage: Linkage = "average") -> Clustering:
    """Cluster journeys by agglomerative hierarchical clustering, cut at ``k`` clusters.

    Parameters
    ----------
    distances
        The result of `distances`.
    k
        The number of clusters, from 1 to the number of distinct journeys.
    linkage
        The distance between two clusters: ``"average"`` is the mean distance of their journeys,
        ``"complete"`` the largest, ``"single"`` the smallest, and ``"ward"`` the increase of the
        summed squared distances when they are merged: ``"ward.D2"`` of R, another name for it here.
        ``"ward.D"`` of R takes the distances as they are for squared ones, for results made so.

    Returns
    -------
    Clustering
        A table with one row per variant, and the quality of the whole clustering.

    Raises
    ------
    InvalidInputError
        When ``k`` is not an integer in that range, which is empty without journeys.

    See Also
    --------
    distances : Compute the distances between journeys.
    k_medoids : Cluster journeys around medoids; counts and quality have the same meaning.
    discriminating : Find the subsequences that distinguish groups, such as clusters.

    Notes
    -----
    Counts are weighted exactly: the clusters are those of all journeys, each variant repeated as
    often as it occurs, because copies are merged first, at distance 0. (R's ``hclust(members=)``
    does not rescale the first distances of Ward's method, so its result differs from that of the
    copies.) Ward's method is made for Euclidean distances; with others it is a generalisation that
    works well in practice (Batagelj 1988). Equal distances are merged in the order of the rows.
    The cost is O(d²) time and memory in d distinct journeys, and O(d² log d) for the quality.

    References
    ----------
    F. Murtagh and P. Contreras (2012), Algorithms for hierarchical clustering: an overview, WIREs
    Data Mining and Knowledge Discovery 2(1), 86-97, doi:10.1002/widm.53. M. Studer (2013),
    WeightedCluster library manual, LIVES Working Papers 24, doi:10.12682/lives.2296-1658.2013.24.
    V. Batagelj (1988), Generalized Ward and related clustering problems, in: Classification and
    Related Methods of Data Analysis, North-Holland, 67-74.

    Examples
    --------
    >>> import touchpoints as tp
    >>> journeys = tp.from_paths(
    ...     {"path": ["ad > buy", "ad > see > buy", "call > chat", "call > call > chat"]},
    ...     path="path",
    ... )
    >>> found = tp.paths.hierarchical(tp.paths.distances(journeys), 2)
    >>> found.cluster.tolist()
    [1, 1, 2, 2]
    >>> found.of_journeys().to_list()
    ['1', '1', '2', '2']
    """
    check_option("linkage", linkage, Linkage)
    _check(distances, k)
    weights = distances.journeys.astype(np.float64)
    pairs, _ = clustering.merges(distances.matrix, weights, linkage)
    return _clustering(distances, clustering.cut(pairs, k), method=linkage)


@public
def k_medoids(
    distances: Distances, k: int, *, seed: int, starts: int = 10, progress: Progress = False
) -> Clustering:
    """Cluster journeys by k-medoids: choose ``k`` medoids, assign every journey to the nearest.

    Parameters
    ----------
    distances
        The result of `distances`.
    k
        The number of clusters, from 1 to the number of distinct journeys.
    seed
        The seed of the random starts; the same seed gives the same result.
    starts
        The number of random starts; the result with the smallest summed distance is returned.
    progress
        Shared arguments: see `touchpoints.paths`.

    Returns
    -------
    Clustering
        A table with one row per variant, and the quality of the whole clustering.

    Raises
    ------
    InvalidInputError
        When ``k`` is not an integer in that range, which is empty without journeys, or ``starts``
        is below 1.

    See Also
    --------
    distances : Compute the distances between journeys.
    hierarchical : Cluster journeys by merging the nearest clusters.
    discriminating : Find the subsequences that distinguish groups, such as clusters.

    Notes
    -----
    The summed distance of all journeys to their medoids is at a local minimum: no swap of one
    medoid improves it, but a better choice may exist. Each variant is weighted by its number of
    journeys. Clusters tend to be round, because every journey goes to the nearest medoid. The cost
    is O(d²) in d distinct journeys for each round of swaps.

    References
    ----------
    L. Kaufman and P. J. Rousseeuw (1990), Finding Groups in Data, Wiley, chapter 2. E. Schubert
    and P. J. Rousseeuw (2021), Fast and eager k-medoids clustering, Information Systems 101,
    101804, doi:10.1016/j.is.2021.101804.

    Examples
    --------
    >>> import touchpoints as tp
    >>> journeys = tp.from_paths(
    ...     {"path": ["ad > buy", "ad > see > buy", "call > chat", "call > call > chat"]},
    ...     path="path",
    ... )
    >>> found = tp.paths.k_medoids(tp.paths.distances(journeys), 2, seed=1)
    >>> found.cluster.tolist()
    [1, 1, 2, 2]
    """
    _check(distances, k)
    starts = checks.whole("starts", starts)
    matrix, weights = distances.matrix, distances.journeys.astype(np.float64)
    rng = np.random.default_rng(checks.seed(seed))
    with reporting(progress, starts, what="k-medoids") as advance:
        medoids = clustering.best_medoids(
            matrix, weights, k, starts=starts, rng=rng, advance=advance
        )
    labels = np.argmin(matrix[medoids], axis=0)
    labels[medoids] = np.arange(k)  # medoids at distance 0 of each other keep their own clusters
    return _clustering(distances, labels, method="k_medoids")


def _check(distances: Distances, k: int) -> None:
    mend = "compute them with tp.paths.distances(journeys)"
    require_kind(distances, Distances, takes="Distances", mend=mend)
    if checks.whole("k", k) > len(distances):
        raise InvalidInputError(
            f"k must be at most the number of distinct journeys, {len(distances):,}, got {k:,}"
        )


def _clustering(distances: Distances, labels: Array, *, method: str) -> Clustering:
    matrix, weights = distances.matrix, distances.journeys.astype(np.float64)
    labels = clustering.by_size(labels, weights)
    medoids = clustering.medoids_of(matrix, weights, labels)
    silhouette = clustering.silhouettes(matrix, weights, labels)
    biserial, hubert = clustering.pair_quality(matrix, weights, labels)
    return Clustering(
        variant=distances.variant,
        journeys=distances.journeys,
        cluster=labels + 1,
        medoid=np.isin(np.arange(len(labels)), medoids),
        to_medoid=matrix[np.arange(len(labels)), medoids[labels]],
        silhouette=silhouette,
        clusters=len(medoids),
        method=method,
        silhouette_width=float(weights @ silhouette / weights.sum()),
        point_biserial=biserial,
        hubert_c=hubert,
        of=distances.of,
    )
