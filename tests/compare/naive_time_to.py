"""Slow reference implementations of the log-rank test and Kaplan–Meier curves.

Standard library only. A group is a list of ``(time, reached)``.
"""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from itertools import combinations

Durations = Sequence[tuple[int, bool]]


def log_rank(a: Durations, b: Durations) -> tuple[int, Fraction, Fraction]:
    """Return the observed and expected events of a, and the hypergeometric variance."""
    expected = variance = Fraction(0)
    for time in {time for time, reached in [*a, *b] if reached}:
        risk_a, risk = (sum(one >= time for one, _ in some) for some in (a, [*a, *b]))
        events = [*a, *b].count((time, True))
        share = Fraction(risk_a, risk)
        expected += events * share
        if risk > 1:
            variance += events * share * (1 - share) * Fraction(risk - events, risk - 1)
    return sum(reached for _, reached in a), expected, variance


def chi_square(a: Durations, b: Durations) -> Fraction | None:
    """Return the log-rank statistic; None if its variance is 0."""
    observed, expected, variance = log_rank(a, b)
    return (observed - expected) ** 2 / variance if variance else None


def curve(durations: Durations, time: Fraction) -> Fraction:
    """Return the Kaplan–Meier survival after a time."""
    share = Fraction(1)
    for one in sorted({one for one, reached in durations if reached and one <= time}):
        share *= 1 - Fraction(
            durations.count((one, True)), sum(other >= one for other, _ in durations)
        )
    return share


def mean(durations: Durations, horizon: int) -> Fraction:
    """Return the restricted mean up to an integer horizon, second by second."""
    return sum((curve(durations, Fraction(second)) for second in range(horizon)), Fraction(0))


def median(durations: Durations) -> int | None:
    """Return the Kaplan–Meier median; None if survival stays above one half."""
    times = sorted({time for time, reached in durations if reached})
    return next(
        (time for time in times if curve(durations, Fraction(time)) <= Fraction(1, 2)), None
    )


def exact_p(a: Durations, b: Durations) -> float:
    """Return the exact permutation p of the log-rank statistic, over all permutations."""
    everything = [*a, *b]
    seen = chi_square(a, b)
    hits = total = 0
    for chosen in combinations(range(len(everything)), len(a)):
        permuted = chi_square(
            [everything[row] for row in chosen],
            [one for row, one in enumerate(everything) if row not in chosen],
        )
        total += permuted is not None
        hits += permuted is not None and permuted >= seen
    return hits / total
