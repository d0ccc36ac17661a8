"""Slow reference implementations of the comparisons, standard library only."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from itertools import combinations, pairwise
from statistics import NormalDist, median

from tests import naive
from tests.naive_dealt import least_p

Person = tuple[float, int]  # an amount, such as hits, of so many observations


def false_discovery(p: Sequence[float]) -> list[float]:
    """Return q by the definition: the minimum of p(j) * m / j over all p(j) at least as large."""
    ordered = sorted(p)
    m = len(p)
    return [min(ordered[j] * m / (j + 1) for j in range(m) if ordered[j] >= one) for one in p]


def transitions(path: str) -> list[tuple[str, str]]:
    """Return the transitions of a journey, terminals included."""
    return list(pairwise(["(start)", *path, "(end)"]))


def probabilities(paths: Sequence[str]) -> dict[tuple[str, str], float]:
    """Return the probability of each edge."""
    taken = Counter(edge for path in paths for edge in transitions(path))
    leaving = Counter(edge[0] for path in paths for edge in transitions(path))
    return {edge: count / leaving[edge[0]] for edge, count in taken.items()}


def studentised(a: Sequence[Person], b: Sequence[Person], variance: float) -> float:
    """Return the difference of two ratios of sums over its standard error; 0 for no difference."""

    def ratio(side: Sequence[Person]) -> tuple[float, float]:
        size = sum(m for _, m in side)
        found = sum(y for y, _ in side) / size
        spread = sum((y - found * m) ** 2 for y, m in side)
        spread *= len(side) / max(len(side) - 1, 1)
        return found, max(spread / size**2, variance / size)

    (ratio_a, noise_a), (ratio_b, noise_b) = ratio(a), ratio(b)
    if abs(ratio_a - ratio_b) < 1e-12:
        return 0.0
    return (ratio_a - ratio_b) / (noise_a + noise_b) ** 0.5


def p_of_all_deals(a: Sequence[Person], b: Sequence[Person], variance: float) -> float:
    """Return the exact permutation p, over all ways to deal out the persons."""
    everybody = [*a, *b]
    seen = abs(studentised(a, b, variance))
    hits = total = 0
    for chosen in combinations(range(len(everybody)), len(a)):
        left = [everybody[row] for row in chosen]
        right = [one for row, one in enumerate(everybody) if row not in chosen]
        total += 1
        hits += abs(studentised(left, right, variance)) >= seen * (1 - 1e-9)
    return hits / total


def exact_p_of_persons(a: Sequence[Person], b: Sequence[Person]) -> float:
    """Return the exact permutation p of a share, at least the least one: (hits, trials)."""
    pooled = sum(y for y, _ in [*a, *b]) / sum(m for _, m in [*a, *b])
    least = least_p([[(m, y) for y, m in side] for side in (a, b)])
    return max(p_of_all_deals(a, b, pooled * (1 - pooled)), least)


def exact_p_of_values(a: Sequence[Sequence[float]], b: Sequence[Sequence[float]]) -> float:
    """Return the exact permutation p of Cliff's delta: persons have some values each.

    The score of a value is how many values it exceeds minus how many exceed it.
    """
    every = [value for person in [*a, *b] for value in person]

    def score(value: float) -> int:
        return sum((value > other) - (value < other) for other in every)

    left, right = (
        [(sum(score(value) for value in person), len(person)) for person in side] for side in (a, b)
    )
    return p_of_all_deals(left, right, sum(score(value) ** 2 for value in every) / len(every))


def exact_p(a: Sequence[str], b: Sequence[str], key: str) -> float:
    """Return the exact permutation p of the presence of a touchpoint, over all permutations."""
    left, right = ([(int(key in one), 1) for one in side] for side in (a, b))
    return exact_p_of_persons(left, right)


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
    """Return Cliff's delta: P(value of a > value of b) − P(value of a < value of b)."""
    signs = [(one > two) - (one < two) for one in a for two in b]
    return sum(signs) / len(signs)


def gaps(times: Sequence[Sequence[float]], paths: Sequence[str], edge: str) -> list[float]:
    """Return the gaps of an edge, written as two letters: ``ab``."""
    return [
        moments[position + 1] - moments[position]
        for moments, path in zip(times, paths, strict=True)
        for position in range(len(path) - 1)
        if path[position : position + 2] == edge
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
