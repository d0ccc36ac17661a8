"""Slow reference implementations of Student's intervals of differences."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import combinations

from scipy.stats import t

from tests import naive

Persons = Sequence[Sequence[float]]  # the values of each person


def interval(
    a: Sequence[float],
    b: Sequence[float],
    *,
    difference: float,
    sizes: tuple[Sequence[int], Sequence[int]],
    level: float,
) -> tuple[float, float, float]:
    """Return the interval and the p of a difference from the numbers of resamples.

    ``sizes`` are the numbers of observations of each person of a and of b, none in both.
    """
    variances, freedom = [], []
    for drawn, persons in zip((a, b), sizes, strict=True):
        mean = sum(drawn) / len(drawn)
        spread = sum((one - mean) ** 2 for one in drawn) / len(drawn)
        variances.append(spread * len(persons) / (len(persons) - 1))
        freedom.append(naive.known_differences(persons))
    error = sum(variances) ** 0.5
    spent = sum(v**2 / f for v, f in zip(variances, freedom, strict=True))
    welch = sum(variances) ** 2 / spent
    reach = float(t.ppf((1 + level) / 2, welch)) * error
    differences = sorted(one - two for one, two in zip(a, b, strict=True))
    ends = [quantile(differences, share) for share in ((1 - level) / 2, (1 + level) / 2)]
    beyond = min(sum(one <= 0 for one in differences), sum(one >= 0 for one in differences))
    shares = min(1.0, 2 * (1 + beyond) / (1 + len(differences)))
    p = max(shares, 2 * float(t.sf(abs(difference) / error, welch)))
    return min(ends[0], difference - reach), max(ends[1], difference + reach), p


def quantile(ordered: Sequence[float], share: float) -> float:
    """Return a quantile between two values, linearly."""
    position = share * (len(ordered) - 1)
    below = int(position)
    above = min(below + 1, len(ordered) - 1)
    return ordered[below] + (position - below) * (ordered[above] - ordered[below])


def exact_p(a: Persons, b: Persons, measure: Callable[[Sequence[float]], float]) -> float:
    """Return the exact permutation p of a measure of values over its standard error."""
    everybody = [*a, *b]
    pooled = [value for person in everybody for value in person]
    total = len(pooled)
    strays = []
    for row, person in enumerate(everybody):
        rest = [one for at, other in enumerate(everybody) if at != row for one in other]
        strays.append((measure(pooled) - measure(rest)) * (total - len(person)))
    least = sum(one**2 for one in strays) / total

    def number(rows: Sequence[int]) -> tuple[float, float]:
        values = [value for row in rows for value in everybody[row]]
        mean = sum(strays[row] for row in rows) / len(values)
        spread = sum((strays[row] - mean * len(everybody[row])) ** 2 for row in rows)
        spread *= len(rows) / max(len(rows) - 1, 1)
        return measure(values), max(spread / len(values) ** 2, least / len(values))

    def statistic(first: Sequence[int]) -> float:
        (one, noise), (two, other) = (
            number(rows)
            for rows in (first, [row for row in range(len(everybody)) if row not in first])
        )
        return abs(one - two) / (noise + other) ** 0.5

    seen = statistic(range(len(a)))
    deals = list(combinations(range(len(everybody)), len(a)))
    return sum(statistic(deal) >= seen * (1 - 1e-9) for deal in deals) / len(deals)
