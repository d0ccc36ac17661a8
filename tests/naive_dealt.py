"""The permutation test of shares in plain Python: all ways to deal clusters to groups."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from itertools import permutations

from scipy.stats import chi2


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
    """Return the share of all ways to deal whose statistic is at least that of ``labels``.

    Never less than `least_p`.
    """
    seen = statistic(cells, labels)
    if seen is None:
        return None
    found = [statistic(cells, deal) for deal in permutations(labels)]
    groups = [
        [cell for cell, one in zip(cells, labels, strict=True) if one == label]
        for label in sorted(set(labels))
    ]
    share = sum(one is not None and one >= seen for one in found) / len(found)
    return max(share, least_p(groups))


def least_p(groups: Sequence[Sequence[tuple[int, int]]]) -> float:
    """Return the least p of a share, of (trials, hits) of each cluster by group.

    A part of the tail of chi-square, with one likeness of trials of a cluster in all groups.
    """
    every = [cell for group in groups for cell in group]
    total, squares = sum(m for m, _ in every), sum(m * m for m, _ in every)
    pooled = sum(y for _, y in every) / total
    noise = pooled * (1 - pooled)
    if noise <= 0:
        return 0.0
    strayed = sum((y - pooled * m) ** 2 for m, y in every)
    above = squares - total  # 0 where each cluster has one trial: nothing tells of likeness
    likeness = min(max((strayed / noise - total) / above, 0.0), 1.0) if above else 0.0
    shares, variances, alike = [], [], []
    for group in groups:
        size = sum(m for m, _ in group)
        alike.append(sum(m * m for m, _ in group) / size)
        shares.append(sum(y for _, y in group) / size)
        variances.append(noise * (1 + likeness * (alike[-1] - 1)) / size)
    weight = sum(1 / variance for variance in variances)
    centre = sum(share / one for share, one in zip(shares, variances, strict=True)) / weight
    strays = zip(shares, variances, strict=True)
    statistic = sum((share - centre) ** 2 / one for share, one in strays)
    return (1 - min(alike) / max(alike)) * float(chi2.sf(statistic, len(groups) - 1))
