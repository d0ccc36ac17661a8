"""Which journeys belong together by how alike they are."""

from __future__ import annotations

from typing import Literal

import attrs
import numpy as np

from touchpoints._core import checks
from touchpoints._core.arrays.distances import clustering
from touchpoints._core.checks import (
    check_option,
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

Linkage = Literal["average", "complete", "single", "ward"]


@attrs.frozen(kw_only=True, repr=False)
class Clustering(Labelled):
    """Which cluster each distinct journey is in; one row each, as in the distances.

    Attributes
    ----------
    variant : object
        A tuple of the keys of touchpoints, in order of time.
    journeys : int64
        How many journeys went this way.
    cluster : int64
        Its cluster, from 1: the one with the most journeys first.
    medoid : bool
        Whether it is the most central of its cluster: the one with the least summed distance to
        the journeys there.
    to_medoid : float64
        How far it is from that one.
    silhouette : float64
        How much nearer it is to its own cluster than to the next, in [-1, 1]; 0 for a journey alone
        in its cluster, nan with one cluster.
    clusters : int
        How many there are.
    method : str
        How they were found.
    silhouette_width : float
        The mean silhouette over journeys: high is good, below 0.25 there is hardly a structure.
    point_biserial : float
        The correlation over pairs of journeys of distance and being in different clusters, in
        [-1, 1]: high is good.
    hubert_c : float
        Where the summed distance within clusters lies between the smallest and the largest that
        as many pairs can have, in [0, 1]: low is good.
    of : int64 (n,)
        The row of each journey that was measured; -1 for journeys of count 0.
    """

    value = "cluster"
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
        """Return the cluster of each journey measured, fit for a column of ``per_journey``.

        Text with leading zeros, so that the clusters keep their order as text; missing for
        journeys of count 0.
        """
        width = len(str(self.clusters))
        labels = tuple(f"{one:0{width}d}" for one in range(1, self.clusters + 1))
        codes = np.append(self.cluster - 1, -1)[self.of]
        return Coded(owned(codes.astype(np.int32)), labels)


def hierarchical(distances: Distances, k: int, *, linkage: Linkage = "average") -> Clustering:
    """Merge the nearest clusters of journeys until ``k`` are left.

    Parameters
    ----------
    distances
        Of `distances`.
    k
        How many clusters, from 1 to the number of distinct journeys.
    linkage
        How far two clusters are: ``"average"`` the mean distance of their journeys,
        ``"complete"`` the largest, ``"single"`` the smallest, ``"ward"`` by how much merging them
        raises the summed squared distances.

    Returns
    -------
    Clustering
        A table with one row a distinct journey, and the quality of the whole.

    Raises
    ------
    InvalidInputError
        When ``k`` is no such number, or there are no journeys.

    Notes
    -----
    Counts are honoured exactly: the clusters are those of all journeys, each variant as often as
    it occurs, for copies are merged first, at distance 0. (R's ``hclust(members=)`` does not
    rescale the first distances of Ward's method, so its answer differs from that of the copies.)
    Ward's method is made for Euclidean distances; with others it is a generalisation that works
    well in practice (Batagelj 1988). Equal distances are settled by the order of the rows.
    O(d²) time and memory, and O(d² log d) for the quality.

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


def k_medoids(
    distances: Distances, k: int, *, seed: int, starts: int = 10, progress: Progress = False
) -> Clustering:
    """Choose ``k`` journeys that the others are nearest to, and give each to its nearest.

    Parameters
    ----------
    distances
        Of `distances`.
    k
        How many clusters, from 1 to the number of distinct journeys.
    seed
        The same seed gives the same answer.
    starts
        From how many random choices to begin; the best end stays.
    progress
        Shared arguments: see `touchpoints.paths`.

    Returns
    -------
    Clustering
        A table with one row a distinct journey, and the quality of the whole.

    Raises
    ------
    InvalidInputError
        When ``k`` is no such number, there are no journeys, or ``starts`` is below 1.

    Notes
    -----
    The summed distance of all journeys to their medoids is at a minimum that no swap of one
    medoid improves; a better one may exist. Each variant weighs as many journeys as it has.
    Clusters are round: a medoid takes what is nearest. O(d²) for each round of swaps.

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
    with reporting(progress, starts, what="k-medoids") as step:
        medoids = clustering.best_medoids(matrix, weights, k, starts=starts, rng=rng, step=step)
    labels = np.argmin(matrix[medoids], axis=0)
    labels[medoids] = np.arange(k)  # where two medoids are at distance 0 each keeps itself
    return _clustering(distances, labels, method="k_medoids")


def _check(distances: Distances, k: int) -> None:
    mend = "tp.paths.distances(journeys) gives them"
    require_kind(distances, Distances, takes="Distances", mend=mend)
    if checks.whole("k", k) > len(distances):
        raise InvalidInputError(
            f"k={k:,} clusters need as many distinct journeys; there are {len(distances):,}"
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
