"""Subsequences of journeys and their tests, by enumeration and by definition."""

from __future__ import annotations

from itertools import combinations


def held(path: str, longest: int) -> set[str]:
    """Return every subsequence of a text, gaps allowed, of at most ``longest`` letters."""
    return {"".join(one) for size in range(1, longest + 1) for one in combinations(path, size)}


def effective(people: list[tuple[int, int]]) -> float:
    """Return the effective number of journeys for (hits, journeys) of each person.

    It compares the variance of a ratio of totals over units with that of independent journeys.
    """
    hits, size, count = sum(h for h, _ in people), sum(n for _, n in people), len(people)
    share = hits / size
    variance = count / (count - 1) * sum((h - share * n) ** 2 for h, n in people) / size**2
    return min(share * (1 - share) / variance * size / (size - 1), size)


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
