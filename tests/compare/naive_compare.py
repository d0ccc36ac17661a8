"""Slow, obvious twins of the comparisons, standard library only."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from itertools import combinations, pairwise
from statistics import NormalDist, median

from tests import naive


def false_discovery(p: Sequence[float]) -> list[float]:
    """Return q by the definition: the least of p(j) * m / j over all p(j) that are as large."""
    ordered = sorted(p)
    m = len(p)
    return [min(ordered[j] * m / (j + 1) for j in range(m) if ordered[j] >= one) for one in p]


def steps(path: str) -> list[tuple[str, str]]:
    """Return the steps of a journey with its ends."""
    return list(pairwise(["(start)", *path, "(end)"]))


def probabilities(paths: Sequence[str]) -> dict[tuple[str, str], float]:
    """Return the probability of each edge."""
    taken = Counter(step for path in paths for step in steps(path))
    leaving = Counter(step[0] for path in paths for step in steps(path))
    return {edge: count / leaving[edge[0]] for edge, count in taken.items()}


def presence_difference(a: Sequence[str], b: Sequence[str], key: str) -> float:
    """Return the difference of the shares of journeys that have a touchpoint."""
    return sum(key in one for one in a) / len(a) - sum(key in one for one in b) / len(b)


def exact_p(a: Sequence[str], b: Sequence[str], key: str) -> float:
    """Return the exact permutation p of the presence of a touchpoint: over all ways to deal."""
    everything = [*a, *b]
    seen = abs(presence_difference(a, b, key))
    hits = total = 0
    for chosen in combinations(range(len(everything)), len(a)):
        left = [everything[place] for place in chosen]
        right = [one for place, one in enumerate(everything) if place not in chosen]
        total += 1
        hits += abs(presence_difference(left, right, key)) >= seen - 1e-12
    return hits / total


def newcombe(x: int, m: int, y: int, n: int, level: float = 0.95) -> tuple[float, float]:
    """Return Newcombe's interval (method 10) of x/m − y/n."""
    z = NormalDist().inv_cdf((1 + level) / 2)

    def wilson(hits: int, trials: int) -> tuple[float, float]:
        share = hits / trials
        centre = (share + z * z / (2 * trials)) / (1 + z * z / trials)
        inner = share * (1 - share) / trials + z * z / (4 * trials**2)
        half = z / (1 + z * z / trials) * inner**0.5
        return centre - half, centre + half

    (low_a, high_a), (low_b, high_b) = wilson(x, m), wilson(y, n)
    a, b = x / m, y / n
    low = a - b - ((a - low_a) ** 2 + (high_b - b) ** 2) ** 0.5
    return low, a - b + ((high_a - a) ** 2 + (b - low_b) ** 2) ** 0.5


def cliff(a: Sequence[float], b: Sequence[float]) -> float:
    """Return how much oftener a value of a is the larger than the smaller."""
    signs = [(one > two) - (one < two) for one in a for two in b]
    return sum(signs) / len(signs)


def gaps(times: Sequence[Sequence[float]], paths: Sequence[str], edge: str) -> list[float]:
    """Return the gaps of an edge such as ``ab``."""
    return [
        moments[place + 1] - moments[place]
        for moments, path in zip(times, paths, strict=True)
        for place in range(len(path) - 1)
        if path[place : place + 2] == edge
    ]


def median_gap(times: Sequence[Sequence[float]], paths: Sequence[str], edge: str) -> float:
    """Return the median gap of an edge."""
    return float(median(gaps(times, paths, edge)))


def clustered_newcombe(
    a: Sequence[tuple[int, int]], b: Sequence[tuple[int, int]], level: float = 0.95
) -> tuple[float, float]:
    """Return Newcombe's interval of a difference, each group (hits, journeys) of its persons.

    No person is in both groups. t has the degrees of freedom of the difference.
    """
    z = NormalDist().inv_cdf((1 + level) / 2)
    sides = [([y for y, _ in side], [m for _, m in side]) for side in (a, b)]
    effects = [naive.design_effect(*side) for side in sides]
    variances = []
    for (hits, sizes), effect in zip(sides, effects, strict=True):
        near = (sum(hits) + 1 / 2) / (sum(sizes) + 1)
        variances.append(effect * near * (1 - near) / sum(sizes))
    spent = sum(
        v**2 / naive.degrees_of_freedom(sizes)
        for v, (_, sizes) in zip(variances, sides, strict=True)
    )
    freedom = sum(variances) ** 2 / spent if spent else float("inf")
    ends = []
    for (hits, sizes), effect in zip(sides, effects, strict=True):
        trials = sum(sizes) / naive.widened(effect, sizes, freedom, level)
        share = sum(hits) / sum(sizes)
        centre = (share + z * z / (2 * trials)) / (1 + z * z / trials)
        inner = share * (1 - share) / trials + z * z / (4 * trials**2)
        half = z / (1 + z * z / trials) * inner**0.5
        ends.append((share, centre - half, centre + half))
    (one, low_a, high_a), (two, low_b, high_b) = ends
    low = one - two - ((one - low_a) ** 2 + (high_b - two) ** 2) ** 0.5
    return low, one - two + ((high_a - one) ** 2 + (two - low_b) ** 2) ** 0.5
