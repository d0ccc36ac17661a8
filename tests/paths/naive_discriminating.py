"""Subsequences of journeys and their tests, by enumeration and by definition."""

from __future__ import annotations

from itertools import combinations

from scipy.stats import f

from tests import naive
from tests.naive_dealt import least_p


def held(path: str, longest: int) -> set[str]:
    """Return every subsequence of a text, gaps allowed, of at most ``longest`` letters."""
    return {"".join(one) for size in range(1, longest + 1) for one in combinations(path, size)}


def effective(people: list[tuple[int, int]]) -> float:
    """Return the effective number of journeys for (hits, journeys) of each person."""
    hits, sizes = [h for h, _ in people], [n for _, n in people]
    return sum(sizes) / naive.design_effect(hits, sizes)


def p_of_f(statistic: float, groups: list[list[tuple[int, int]]]) -> float:
    """Return the tail of F at a chi-square statistic of (hits, journeys) of each person."""
    variances = [1 / effective(people) for people in groups]
    freedom = [naive.degrees_of_freedom([n for _, n in people]) for people in groups]
    spent = sum(v**2 / one for v, one in zip(variances, freedom, strict=True))
    within = sum(variances) ** 2 / spent if spent else 1e9
    tail = float(f.sf(statistic / (len(groups) - 1), len(groups) - 1, within))
    return max(tail, least_p([[(n, h) for h, n in people] for people in groups]))


def residuals(shares: list[float], sizes: list[float]) -> list[float]:
    """Return the Pearson residual of each group against one share for all groups."""
    one = sum(p * n for p, n in zip(shares, sizes, strict=True)) / sum(sizes)
    return [(p * n - one * n) / (one * n) ** 0.5 for p, n in zip(shares, sizes, strict=True)]


def chi2(hits: list[int], sizes: list[int]) -> float:
    """Return the chi-square statistic of a table of hits and misses by group."""
    share = sum(hits) / sum(sizes)
    return sum(
        (seen - size * part) ** 2 / (size * part)
        for hit, size in zip(hits, sizes, strict=True)
        for seen, part in ((hit, share), (size - hit, 1 - share))
    )
