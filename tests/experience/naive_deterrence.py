"""Standardised differences in plain Python, with a loop for each sum."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from fractions import Fraction
from typing import NamedTuple


class Trial(NamedTuple):
    """One trial: which side, what came before, whether it is a hit, and how often it counts."""

    exposed: bool
    stratum: object
    hit: bool
    count: int = 1


def standardised(trials: Sequence[Trial]) -> tuple[Fraction, Fraction, int] | None:
    """Return the share, the other share, and how many exposed have nobody to compare with."""
    number: dict[tuple[bool, object], int] = defaultdict(int)
    hits: dict[tuple[bool, object], int] = defaultdict(int)
    for one in trials:
        number[one.exposed, one.stratum] += one.count
        hits[one.exposed, one.stratum] += one.count * one.hit
    strata = {one.stratum for one in trials}
    both = [one for one in strata if number[True, one] and number[False, one]]
    left = sum(number[True, one] for one in strata if one not in both)
    total = sum(number[True, one] for one in both)
    if not total:
        return None
    share = Fraction(sum(hits[True, one] for one in both), total)
    other = sum(
        (
            Fraction(number[True, s], total) * Fraction(hits[False, s], number[False, s])
            for s in both
        ),
        Fraction(0),
    )
    return share, other, left


def variance(trials: Sequence[tuple[object, Trial]], *, exposed: bool) -> float:
    """Return the variance of the share of a side, of (unit, trial), all with count 1."""
    found = standardised([one for _, one in trials])
    assert found is not None
    share = float(found[0] if exposed else found[1])
    used = [
        (unit, one)
        for unit, one in trials
        if any(o.stratum == one.stratum and o.exposed != one.exposed for _, o in trials)
    ]
    total = sum(one.exposed for _, one in used)
    sums: dict[object, float] = defaultdict(float)
    for unit, one in used:
        if one.exposed != exposed:
            continue
        cell = [(u, o) for u, o in used if o.exposed == exposed and o.stratum == one.stratum]
        alike = sum(o.exposed and o.stratum == one.stratum for _, o in used)
        weight = 1 / total if exposed else alike / total / len(cell)
        rest = [o.hit for u, o in cell if u != unit]
        sums[unit] += weight * (one.hit - (sum(rest) + share) / (len(rest) + 1))
    return sum(one**2 for one in sums.values())
