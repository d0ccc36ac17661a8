"""The permutation test of shares in plain Python: all ways to deal clusters to groups."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from itertools import permutations


def statistic(cells: Sequence[tuple[int, int]], labels: Sequence[int]) -> Fraction | None:
    """Return the weighted squares of the shares of groups about their mean, exactly.

    ``cells`` are the trials and hits of each cluster; None where all or none are hits.
    """
    pooled = Fraction(sum(hits for _, hits in cells), sum(size for size, _ in cells))
    if pooled in {0, 1}:
        return None
    groups = []
    for label in sorted(set(labels)):
        own = [cell for cell, one in zip(cells, labels, strict=True) if one == label]
        size = sum(one for one, _ in own)
        share = Fraction(sum(hits for _, hits in own), size)
        rest = sum((hits - share * one) ** 2 for one, hits in own)
        between = rest * Fraction(len(own), max(len(own) - 1, 1)) / size**2
        groups.append((share, max(between, pooled * (1 - pooled) / size)))
    weight = sum(1 / variance for _, variance in groups)
    centre = sum(share / variance for share, variance in groups) / weight
    return sum(((share - centre) ** 2 / variance for share, variance in groups), Fraction(0))


def p_of_all_deals(cells: Sequence[tuple[int, int]], labels: Sequence[int]) -> float | None:
    """Return the share of all ways to deal whose statistic is at least that of ``labels``."""
    seen = statistic(cells, labels)
    if seen is None:
        return None
    found = [statistic(cells, deal) for deal in permutations(labels)]
    return sum(one is not None and one >= seen for one in found) / len(found)
