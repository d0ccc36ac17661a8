"""Distances of sequences by their definitions, one pair at a time."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cache
from itertools import pairwise, zip_longest


def edits(left: str, right: str, cost: Callable[[str, str], float], indel: float) -> float:
    """Return the least cost of turning one text into another, by trying every first step."""

    @cache
    def from_here(i: int, j: int) -> float:
        if i == len(left) or j == len(right):
            return indel * (len(left) - i + len(right) - j)
        return min(
            from_here(i + 1, j) + indel,
            from_here(i, j + 1) + indel,
            from_here(i + 1, j + 1) + cost(left[i], right[j]),
        )

    return from_here(0, 0)


def steps(left: Sequence[int], right: Sequence[int], dearest: int) -> int:
    """Return the least number of edits, a replacement counted ``dearest`` times, row by row."""
    before = list(range(len(right) + 1))
    for i, one in enumerate(left, start=1):
        row = [i]
        for j, other in enumerate(right, start=1):
            replaced = before[j - 1] + dearest * (one != other)
            row.append(min(row[-1] + 1, before[j] + 1, replaced))
        before = row
    return before[-1]


def distance(left: str, right: str, method: str) -> float:
    """Return the LCS, edit or Hamming distance of two texts."""
    if method == "hamming":
        return sum(one != other for one, other in zip_longest(left, right))
    dearest = 2 if method == "lcs" else 1
    return edits(left, right, lambda one, other: dearest * (one != other), 1)


def largest(left: str, right: str, method: str) -> float:
    """Return the largest distance that two texts of such lengths can have."""
    both = (len(left), len(right))
    return sum(both) if method == "lcs" else max(both)


def transition_costs(paths: Sequence[str]) -> dict[tuple[str, str], float]:
    """Return 2 − p(a → b) − p(b → a) for each two letters."""
    steps = [pair for path in paths for pair in pairwise(path)]
    letters = sorted(set("".join(paths)))

    def share(source: str, target: str) -> float:
        leaving = sum(pair[0] == source for pair in steps)
        return steps.count((source, target)) / leaving if leaving else 0.0

    return {
        (one, other): 2 - share(one, other) - share(other, one)
        for one in letters
        for other in letters
        if one != other
    }
