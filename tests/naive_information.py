"""Conditional mutual information and how it varies by chance, by definition."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence

Row = tuple[int, int, int, int]
"""Part, kind, answer and unit of one row."""


def pointwise(rows: Sequence[Row]) -> list[float]:
    """Return log2 p(answer | kind, part) / p(answer | part) of each row."""
    part, kind = Counter(one[0] for one in rows), Counter(one[:2] for one in rows)
    pooled, cell = Counter((one[0], one[2]) for one in rows), Counter(one[:3] for one in rows)
    return [
        math.log2((cell[c, t, y] / kind[c, t]) / (pooled[c, y] / part[c])) for c, t, y, _ in rows
    ]


def information(rows: Sequence[Row]) -> dict[int, float]:
    """Return what each part contributes to I(answer; kind | part), in bits."""
    found = dict.fromkeys((one[0] for one in rows), 0.0)
    for one, bits in zip(rows, pointwise(rows), strict=True):
        found[one[0]] += bits / len(rows)
    return found


def entropy(rows: Sequence[Row]) -> dict[int, float]:
    """Return what each part contributes to H(answer | part), in bits."""
    part, pooled = Counter(one[0] for one in rows), Counter((one[0], one[2]) for one in rows)
    found = dict.fromkeys(part, 0.0)
    for c, _, y, _ in rows:
        found[c] -= math.log2(pooled[c, y] / part[c]) / len(rows)
    return found


def deviation(rows: Sequence[Row], signs: Sequence[float]) -> dict[int, float]:
    """Return Pearson's chi-squared of each part in bits, with the scores of units signed."""
    found = {}
    for part in {one[0] for one in rows}:
        own = [one for one in rows if one[0] == part]
        kinds, answers = Counter(one[1] for one in own), Counter(one[2] for one in own)
        squares = 0.0
        for kind, times in kinds.items():
            for answer, often in answers.items():
                score = sum(
                    signs[u] * ((t == kind) - times / len(own)) * ((y == answer) - often / len(own))
                    for _, t, y, u in own
                )
                squares += score**2 / (times * often / len(own))
        found[part] = squares / (2 * len(rows) * math.log(2))
    return found


def variance(rows: Sequence[Row], part: int | None = None) -> float:
    """Return the variance of the information of one part, or of all, by unit."""
    units = {one[3] for one in rows}
    values = [
        bits if part in (None, one[0]) else 0.0
        for one, bits in zip(rows, pointwise(rows), strict=True)
    ]
    mean = sum(values) / len(values)
    sums = dict.fromkeys(units, 0.0)
    for one, value in zip(rows, values, strict=True):
        sums[one[3]] += value - mean
    return sum(x * x for x in sums.values()) * len(units) / (len(units) - 1) / len(rows) ** 2
