"""Distances between sequences by their definitions, one pair at a time."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cache
from itertools import pairwise, zip_longest


def edits(left: str, right: str, cost: Callable[[str, str], float], indel: float) -> float:
    """Return the smallest cost of turning one text into another, by trying every first edit."""

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


def fewest_edits(left: Sequence[int], right: Sequence[int], dearest: int) -> int:
    """Return the smallest number of edits, a substitution counted ``dearest`` times."""
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
    """Return the largest possible distance of two texts with these lengths."""
    both = (len(left), len(right))
    return sum(both) if method == "lcs" else max(both)


def transition_costs(paths: Sequence[str]) -> dict[tuple[str, str], float]:
    """Return {(a, b): 2 − p(a → b) − p(b → a)} for different letters."""
    transitions = [edge for path in paths for edge in pairwise(path)]
    letters = sorted(set("".join(paths)))

    def share(source: str, target: str) -> float:
        leaving = sum(edge[0] == source for edge in transitions)
        return transitions.count((source, target)) / leaving if leaving else 0.0

    return {
        (one, other): 2 - share(one, other) - share(other, one)
        for one in letters
        for other in letters
        if one != other
    }
