"""Complexity and turbulence of a text by their definitions."""

from __future__ import annotations

from collections import Counter
from itertools import combinations, groupby, pairwise
from math import log2, sqrt
from statistics import mean, pvariance


def entropy(path: str) -> float:
    """Return the entropy of the letters, in bits."""
    return sum(-n / len(path) * log2(n / len(path)) for n in Counter(path).values())


def complexity(path: str, alphabet: int) -> float:
    """Return the complexity index."""
    changes = sum(one != other for one, other in pairwise(path))
    if not changes:
        return 0.0
    return sqrt(changes / (len(path) - 1) * entropy(path) / log2(alphabet))


def distinct_subsequences(path: str) -> int:
    """Return the number of distinct subsequences, the empty one included, by enumeration."""
    return len({one for size in range(len(path) + 1) for one in combinations(path, size)})


def turbulence(path: str) -> float:
    """Return the turbulence."""
    runs = [(letter, len(list(run))) for letter, run in groupby(path)]
    states, lengths = "".join(one for one, _ in runs), [length for _, length in runs]
    if not runs:
        return 0.0
    largest = (len(runs) - 1) * (1 - mean(lengths)) ** 2
    ratio = (largest + 1) / (pvariance(lengths) + 1)
    return log2(distinct_subsequences(states) * ratio)
