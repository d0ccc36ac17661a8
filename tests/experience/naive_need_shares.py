"""Prediction-powered shares of one term, person by person, in plain Python."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Sequence
from typing import Any, NamedTuple

from scipy import stats
from scipy.optimize import minimize_scalar

from tests import naive


class Item(NamedTuple):
    """An interaction or journey: whose, the terms inferred, those answered, and its stratum."""

    person: Any
    guesses: frozenset[str]
    answers: frozenset[str] | None
    stratum: Any = None


class Share(NamedTuple):
    """What is known of one term."""

    naive: float
    survey: float
    share: float
    low: float
    high: float
    tuning: float
    se: float
    selected: float


def weights_of(items: Sequence[Item]) -> list[float]:
    """Return how many items each item with an answer stands for; they sum to the answers."""
    every: dict[Any, int] = defaultdict(int)
    some: dict[Any, int] = defaultdict(int)
    for item in items:
        every[item.stratum] += 1
        some[item.stratum] += item.answers is not None
    raw = [0.0 if one.answers is None else every[one.stratum] / some[one.stratum] for one in items]
    answers = sum(one.answers is not None for one in items)
    return [one * answers / sum(raw) for one in raw]


def wilson(share: float, trials: float, level: float) -> tuple[float, float]:
    """Return Wilson's interval."""
    z = stats.norm.ppf((1 + level) / 2)
    middle = (share + z * z / 2 / trials) / (1 + z * z / trials)
    half = (
        z / (1 + z * z / trials) * math.sqrt(share * (1 - share) / trials + (z / trials / 2) ** 2)
    )
    return middle - half, middle + half


def share_of(items: Sequence[Item], term: str, *, level: float = 0.95) -> Share:
    """Return the share of a term by the definition."""
    weights, size, answers = weights_of(items), len(items), 0.0
    sums: dict[Any, list[float]] = defaultdict(lambda: [0.0] * 5)
    for item, weight in zip(items, weights, strict=True):
        one = sums[item.person]
        one[0] += 1
        one[1] += term in item.guesses
        one[2] += weight
        one[3] += weight * (item.answers is not None and term in item.answers)
        one[4] += weight * (term in item.guesses)
        answers += weight
    people = list(sums.values())
    everywhere = sum(one[1] for one in people) / size
    survey = sum(one[3] for one in people) / answers
    there = sum(one[4] for one in people) / answers
    alone = [(one[3] - survey * one[2]) / answers for one in people]
    moved = [
        (one[1] - everywhere * one[0]) / size - (one[4] - there * one[2]) / answers
        for one in people
    ]
    tuning = _least(alone, moved)
    share = min(max(survey + tuning * (everywhere - there), 0.0), 1.0)
    trials = naive.effective_trials([one[3] for one in people], [one[2] for one in people], level)
    before, after = _variances(people, alone, moved, tuning, answers)
    floor = stats.norm.ppf((1 + level) / 2) ** 2 / 2 / trials**2
    trials /= min((after + floor) / (before + floor), 1.0)
    low, high = wilson(share, trials, level)
    error = math.sqrt(after) if 0 < survey < 1 else math.nan
    selected = _selected(people, everywhere, there, answers)
    return Share(everywhere, survey, share, max(low, 0.0), min(high, 1.0), tuning, error, selected)


def _selected(people: list[list[float]], everywhere: float, there: float, answers: float) -> float:
    """Return how far guesses of the answers are from those of all, in standard errors."""
    asked = [one for one in people if one[2]]
    effect = naive.design_effect([one[4] for one in asked], [one[2] for one in asked])
    if min(everywhere, 1 - everywhere) * answers / effect < 5:
        return math.nan
    return (there - everywhere) / math.sqrt(everywhere * (1 - everywhere) * effect / answers)


def selection_p(shares: Sequence[Share]) -> float:
    """Return the p-value of the term that differs most, times the number of terms."""
    known = [abs(one.selected) for one in shares if one.selected == one.selected]
    return min(2 * float(stats.norm.sf(max(known))) * len(known), 1.0) if known else math.nan


def _least(alone: list[float], moved: list[float]) -> float:
    """Return the tuning from 0 to 1 with the least variance, searched for."""
    if sum(one * one for one in moved) < 1e-18:
        return 0.0
    scale = sum(one * one for one in moved)

    def spread(tuning: float) -> float:
        return sum((a + tuning * b) ** 2 for a, b in zip(alone, moved, strict=True)) / scale

    found = minimize_scalar(spread, bounds=(0, 1), method="bounded", options={"xatol": 1e-10}).x
    return float(min((0.0, 1.0, found), key=spread))


def _variances(
    people: list[list[float]],
    alone: list[float],
    moved: list[float],
    tuning: float,
    answers: float,
) -> tuple[float, float]:
    """Return the variances of the survey and of the share, each person left out in turn."""
    squares = sum(one * one for one in moved)
    before = after = 0.0
    for one, a, b in zip(people, alone, moved, strict=True):
        rest = 1 - one[2] / answers
        lever = b * b / squares if squares else 0.0
        before += (a / rest) ** 2 if rest > 0 else 0.0
        if one[2] == 0:  # nothing of a person without an answer is in the survey
            after += (tuning * b) ** 2
        elif rest * (1 - lever) > 0:
            after += ((a + tuning * b) / rest / (1 - lever)) ** 2
    return before, after
