"""Measures, periods and charts in plain Python, journey by journey."""

from __future__ import annotations

import math
from collections.abc import Iterable
from typing import Any

import touchpoints as tp

WEEK = 7 * 86_400_000_000
MONDAY = 4 * 86_400_000_000  # 1970-01-05


def added(journeys: tp.Journeys, measure: str, keys: set[str]) -> list[tuple[float, float]]:
    """Return the hits and the trials of one real journey of each row."""
    scores = journeys.per_interaction["csat"].tolist()
    found = []
    for row, one in enumerate(journeys):
        first = int(journeys.offsets[row])
        met = [key in keys for key in one.keys]
        own = [score for score, here in zip(scores[first:], met, strict=False) if here]
        given = [score for score in own if 1 <= score <= 5]
        cut_off = bool(met and met[-1] and not journeys.finished[row])
        sale, money = one.outcomes["sale"], one.values["money"]
        found.append(
            {
                "outcome": (0.0, 0.0) if math.isnan(sale) else (sale, 1.0),
                "reach": (float(any(met)), 1.0),
                "count": (float(sum(met)), 1.0),
                "exit": (
                    float(bool(met and met[-1]) and not cut_off),
                    float(sum(met) - cut_off),
                ),
                "score": (float(sum(given)), float(len(given))),
                "satisfied": (float(sum(score >= 4 for score in given)), float(len(given))),
                "dissatisfied": (float(sum(score <= 2 for score in given)), float(len(given))),
                "value": (0.0, 0.0) if math.isnan(money) else (money / max(one.count, 1), 1.0),
            }[measure]
        )
    return found


def weeks(journeys: tp.Journeys, parts: list[tuple[float, float]]) -> dict[int, list[float]]:
    """Return the hits and the trials of each week from Monday in which a journey began."""
    found: dict[int, list[float]] = {}
    for one, (hits, trials) in zip(journeys, parts, strict=True):
        if len(one) and one.count:
            began = int(one.times[0].astype("datetime64[us]").astype("int64"))
            sums = found.setdefault((began - MONDAY) // WEEK, [0.0, 0.0])
            sums[0] += hits * one.count
            sums[1] += trials * one.count
    return found


def ratio(parts: Iterable[Any]) -> float:
    """Return the ratio of sums; nan without trials."""
    sums = [sum(one) for one in zip(*parts, strict=True)] or [0.0, 0.0]
    return sums[0] / sums[1] if sums[1] else math.nan
