"""Subsequences that journeys hold, by writing all of them down."""

from __future__ import annotations

from itertools import combinations


def held(path: str, longest: int) -> set[str]:
    """Return every subsequence of a text, gaps allowed, of at most so many letters."""
    return {"".join(one) for size in range(1, longest + 1) for one in combinations(path, size)}


def chi2(hits: list[int], sizes: list[int]) -> float:
    """Return the chi-square of a table of those that hold something and those that do not."""
    share = sum(hits) / sum(sizes)
    return sum(
        (seen - size * part) ** 2 / (size * part)
        for hit, size in zip(hits, sizes, strict=True)
        for seen, part in ((hit, share), (size - hit, 1 - share))
    )
