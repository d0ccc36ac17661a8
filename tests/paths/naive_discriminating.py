"""Subsequences that journeys hold, by writing all of them down."""

from __future__ import annotations

from itertools import combinations


def held(path: str, longest: int) -> set[str]:
    """Return every subsequence of a text, gaps allowed, of at most so many letters."""
    return {"".join(one) for size in range(1, longest + 1) for one in combinations(path, size)}


def effective(people: list[tuple[int, int]]) -> float:
    """Return how many independent journeys tell as much as (hits, journeys) of each person.

    The variance of a ratio of totals over units, against that of as many single journeys.
    """
    hits, size, count = sum(h for h, _ in people), sum(n for _, n in people), len(people)
    share = hits / size
    variance = count / (count - 1) * sum((h - share * n) ** 2 for h, n in people) / size**2
    return min(share * (1 - share) / variance * size / (size - 1), size)


def residuals(shares: list[float], sizes: list[float]) -> list[float]:
    """Return how far each group is above what one share for all makes expected, in its roots."""
    one = sum(p * n for p, n in zip(shares, sizes, strict=True)) / sum(sizes)
    return [(p * n - one * n) / (one * n) ** 0.5 for p, n in zip(shares, sizes, strict=True)]


def chi2(hits: list[int], sizes: list[int]) -> float:
    """Return the chi-square of a table of those that hold something and those that do not."""
    share = sum(hits) / sum(sizes)
    return sum(
        (seen - size * part) ** 2 / (size * part)
        for hit, size in zip(hits, sizes, strict=True)
        for seen, part in ((hit, share), (size - hit, 1 - share))
    )
