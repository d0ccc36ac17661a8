"""Clustering of weighted items by their distances: hierarchical, k-medoids, quality indices."""

from __future__ import annotations

from collections.abc import Callable

import attrs
import numpy as np

from touchpoints._core.frozen import Array

_SLACK = 1e-12
_POWERS = {"ward": 2.0, "ward.D2": 2.0, "ward.D": 1.0}


def merges(matrix: Array, weights: Array, linkage: str) -> tuple[Array, Array]:
    """Return the merges of agglomerative hierarchical clustering of d items.

    Returns
    -------
    pairs : int64 (d-1, 2)
        A member of each of the two clusters merged, lowest merge first.
    heights : float64 (d-1,)
        The distance at which the two clusters are merged.

    Notes
    -----
    An item of weight w counts as w items at distance 0, merged before all others. The
    nearest-neighbour chain finds the same merges as a search for the two nearest clusters each
    time, in O(d²), because with these linkages a merge never creates a distance below that merge
    (Murtagh 1983, The Computer Journal 26(4), 354-359, doi:10.1093/comjnl/26.4.354).
    """
    size = len(matrix)
    sizes = weights.astype(np.float64)
    far = _starting(matrix, sizes, linkage)
    pairs = np.zeros((max(size - 1, 0), 2), dtype=np.int64)
    heights = np.zeros(max(size - 1, 0))
    chain: list[int] = []
    alive = np.ones(size, dtype=bool)
    for merge in range(size - 1):
        if not chain:
            chain.append(int(np.argmax(alive)))
        while True:
            row = far[chain[-1]]
            nearest = int(np.argmin(row))
            if len(chain) > 1 and row[chain[-2]] <= row[nearest]:
                break
            chain.append(nearest)
        gone, kept = chain.pop(), chain.pop()
        pairs[merge], heights[merge] = (kept, gone), far[kept, gone]
        _join(far, sizes, (kept, gone), linkage)
        alive[gone] = False
    order = np.argsort(heights, kind="stable")
    return pairs[order], heights[order] ** (1 / _POWERS.get(linkage, 1.0))


def _starting(matrix: Array, sizes: Array, linkage: str) -> Array:
    far = matrix.astype(np.float64)
    if linkage in _POWERS:
        far = (
            far ** _POWERS[linkage]
            * 2
            * np.multiply.outer(sizes, sizes)
            / np.add.outer(sizes, sizes)
        )
    np.fill_diagonal(far, np.inf)
    return far


def _join(far: Array, sizes: Array, pair: tuple[int, int], linkage: str) -> None:
    """Merge the second cluster into the first (the formula of Lance and Williams 1967)."""
    kept, gone = pair
    one, other = far[kept].copy(), far[gone].copy()
    if linkage == "single":
        joined = np.minimum(one, other)
    elif linkage == "complete":
        joined = np.maximum(one, other)
    elif linkage == "average":
        joined = (sizes[kept] * one + sizes[gone] * other) / (sizes[kept] + sizes[gone])
    else:
        joined = (sizes[kept] + sizes) * one + (sizes[gone] + sizes) * other
        joined = (joined - sizes * one[gone]) / (sizes[kept] + sizes[gone] + sizes)
    joined[[kept, gone]] = np.inf
    far[kept] = far[:, kept] = joined
    far[gone] = far[:, gone] = np.inf
    sizes[kept] += sizes[gone]


def cut(pairs: Array, clusters: int) -> Array:
    """Return the cluster of each item, int64 (d,), with the tree cut into ``clusters`` clusters."""
    size = len(pairs) + 1
    label = np.arange(size)
    for kept, gone in pairs[: size - clusters].tolist():
        label[label == label[gone]] = label[kept]
    answer: Array = np.unique(label, return_inverse=True)[1]
    return answer


def by_size(labels: Array, weights: Array) -> Array:
    """Renumber clusters by weight, heaviest first, ties by their first item, int64 (d,)."""
    totals = np.bincount(labels, weights)
    first = np.unique(labels, return_index=True)[1]
    rank = np.empty(len(totals), dtype=np.int64)
    rank[np.lexsort((first, -totals))] = np.arange(len(totals))
    return rank[labels]


def medoids_of(matrix: Array, weights: Array, labels: Array) -> Array:
    """Return the medoid of each cluster: the item with the smallest summed distance, int64 (c,)."""
    answer = np.zeros(int(labels.max()) + 1, dtype=np.int64)
    for cluster in range(len(answer)):
        inside = np.flatnonzero(labels == cluster)
        totals = matrix[np.ix_(inside, inside)] @ weights[inside]
        answer[cluster] = inside[np.argmin(totals)]
    return answer


def best_medoids(
    matrix: Array,
    weights: Array,
    count: int,
    *,
    starts: int,
    rng: np.random.Generator,
    advance: Callable[[], None],
) -> Array:
    """Return k-medoids, int64 (count,), whose summed distance no single swap can lower.

    FasterPAM (Schubert and Rousseeuw 2021) from random starts; the best result is returned.
    """
    best, least = np.zeros(0, dtype=np.int64), np.inf
    for _ in range(starts):
        medoids = np.sort(rng.choice(len(matrix), count, replace=False))
        _swap(matrix, weights, medoids)
        cost = float(weights @ matrix[medoids].min(axis=0))
        if cost < least - _SLACK * abs(least if np.isfinite(least) else 0.0):
            best, least = np.sort(medoids), cost
        advance()
    return best


@attrs.frozen(eq=False)
class _Nearest:
    """The nearest medoid of each item, its distance, and the distance of the second nearest."""

    medoid: Array
    first: Array
    second: Array


def _nearest(matrix: Array, medoids: Array) -> _Nearest:
    far = matrix[medoids]
    items = np.arange(len(matrix))
    medoid = np.argmin(far, axis=0)
    first = far[medoid, items]
    far[medoid, items] = np.inf
    # Without a second medoid, losing the first costs more than any distance.
    second = far.min(axis=0) if len(medoids) > 1 else np.full(len(matrix), 2 * matrix.max() + 1)
    return _Nearest(medoid, first, second)


def _swap(matrix: Array, weights: Array, medoids: Array) -> None:
    """Swap a medoid for another item while that lowers the summed distance, in place."""
    count, size = len(medoids), len(matrix)
    near = _nearest(matrix, medoids)
    total = float(weights @ near.first)
    idle, candidate = 0, 0
    while idle < size:
        far = matrix[candidate]
        saved = weights @ np.minimum(far - near.first, 0.0)
        # Losing medoid i moves its items to the second nearest, or to the candidate if nearer.
        left = np.minimum(np.maximum(far, near.first), near.second) - near.first
        change = np.bincount(near.medoid, weights * left, count) + saved
        best = int(np.argmin(change))
        idle += 1
        if change[best] < -_SLACK * total and candidate not in medoids:
            medoids[best] = candidate
            near = _nearest(matrix, medoids)
            total = float(weights @ near.first)
            idle = 0
        candidate = (candidate + 1) % size


def silhouettes(matrix: Array, weights: Array, labels: Array) -> Array:
    """Return the silhouette of each item, float64 (d,), in [-1, 1]; nan with one cluster.

    Rousseeuw 1987. An item of weight w counts as w items at distance 0. An item that is the only
    member of its cluster has 0.
    """
    count = int(labels.max(initial=-1)) + 1
    if count < 2:
        return np.full(len(labels), np.nan)
    member = np.zeros((len(labels), count))
    member[np.arange(len(labels)), labels] = weights
    sums, totals = matrix @ member, member.sum(axis=0)
    items = np.arange(len(labels))
    mine = totals[labels]
    inside = sums[items, labels] / np.maximum(mine - 1, 1)
    outside = sums / totals
    outside[items, labels] = np.inf
    other = outside.min(axis=1)
    larger = np.maximum(inside, other)
    answer = np.zeros(len(labels))
    np.divide(other - inside, larger, out=answer, where=(larger > 0) & (mine > 1))
    return answer


def pair_quality(matrix: Array, weights: Array, labels: Array) -> tuple[float, float]:
    """Return the point-biserial correlation and Hubert's C index of a clustering.

    Both are computed over pairs of items; an item of weight w counts as w items at distance 0.
    nan where all pairs are within clusters, or all pairs are between clusters.
    """
    left, right = np.triu_indices(len(labels), 1)
    far = np.append(matrix[left, right], 0.0)
    amount = np.append(weights[left] * weights[right], weights @ (weights - 1) / 2)
    same = np.append(labels[left] == labels[right], np.True_)
    total, within = amount.sum(), amount[same].sum()
    if not 0 < within < total:
        return np.nan, np.nan
    mean, share = amount @ far / total, 1 - within / total
    spread = np.sqrt(amount @ (far - mean) ** 2 / total * share * (1 - share))
    joint = amount @ ((far - mean) * (~same - share)) / total
    low, high = (_sum_of_first(*one, within) for one in _sorted_both_ways(far, amount))
    inside = amount[same] @ far[same]
    return (
        float(joint / spread) if spread > 0 else np.nan,
        float(np.clip((inside - low) / (high - low), 0, 1)) if high > low else np.nan,
    )


def _sorted_both_ways(far: Array, amount: Array) -> list[tuple[Array, Array]]:
    order = np.argsort(far)
    return [(far[order], amount[order]), (far[order[::-1]], amount[order[::-1]])]


def _sum_of_first(far: Array, amount: Array, much: float) -> float:
    """Return the sum of the first distances whose amounts add up to ``much``."""
    before = np.cumsum(amount) - amount
    return float(far @ np.clip(much - before, 0, amount))
