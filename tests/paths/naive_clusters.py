"""Clusters and their quality by their definitions, for single journeys."""

from __future__ import annotations

from itertools import combinations
from statistics import mean


def cost_of_medoids(matrix: list[list[float]], weights: list[int], count: int) -> float:
    """Return the smallest summed distance to ``count`` medoids, by trying every choice."""
    return min(
        sum(
            weight * min(matrix[position][one] for one in chosen)
            for position, weight in enumerate(weights)
        )
        for chosen in combinations(range(len(matrix)), count)
    )


def silhouettes(matrix: list[list[float]], labels: list[int]) -> list[float]:
    """Return the silhouette of each item."""
    found = []
    for position, label in enumerate(labels):
        means = {}
        for other in set(labels):
            members = [i for i, one in enumerate(labels) if one == other and i != position]
            if members:
                means[other] = mean(matrix[position][i] for i in members)
        if label not in means:
            found.append(0.0)
            continue
        inside = means.pop(label)
        outside = min(means.values())
        most = max(inside, outside)
        found.append((outside - inside) / most if most else 0.0)
    return found


def pairs(matrix: list[list[float]], labels: list[int]) -> tuple[list[float], list[bool]]:
    """Return the distance of each pair of items, and whether both are in one cluster."""
    both = list(combinations(range(len(labels)), 2))
    return [matrix[i][j] for i, j in both], [labels[i] == labels[j] for i, j in both]


def hubert_c(matrix: list[list[float]], labels: list[int]) -> float:
    """Return where the sum within clusters lies between the smallest and the largest possible."""
    far, same = pairs(matrix, labels)
    ordered, many = sorted(far), sum(same)
    inside = sum(one for one, within in zip(far, same, strict=True) if within)
    low, high = sum(ordered[:many]), sum(ordered[len(ordered) - many :])
    return (inside - low) / (high - low)
