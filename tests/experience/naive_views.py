"""The views of business and customers in plain Python, by their definitions."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np


def naive_rolling(
    events: Sequence[tuple[int, int, int, float, float]],
    groups: Sequence[int],
    repeats: Sequence[int],
    windows: int,
) -> list[list[tuple[float, ...]]]:
    """Return the sums x, y, x², x y, y² of each window and group: every event looked at anew."""
    found = []
    for window in range(windows):
        held = [[0.0, 0.0] for _ in groups]
        for first, last, cell, x, y in events:
            if first <= window < last:
                held[cell][0] += x
                held[cell][1] += y
        rows = []
        for group in range(max(groups) + 1):
            cells = [(repeats[at], *held[at]) for at in range(len(groups)) if groups[at] == group]
            rows.append(
                (
                    sum(n * x for n, x, _ in cells),
                    sum(n * y for n, _, y in cells),
                    sum(n * x * x for n, x, _ in cells),
                    sum(n * x * y for n, x, y in cells),
                    sum(n * y * y for n, _, y in cells),
                )
            )
        found.append(rows)
    return found


def naive_ridge_slope(
    features: np.ndarray, hits: np.ndarray, misses: np.ndarray, fit: np.ndarray, ridge: float
) -> list[float]:
    """Return the slope of the penalised log-likelihood, observation by observation."""
    slope = [-ridge * one for one in fit[:-1]] + [-1e-6 * fit[-1]]
    for row, yes, no in zip(features.tolist(), hits.tolist(), misses.tolist(), strict=True):
        odds = sum(b * x for b, x in zip(fit, [*row, 1.0], strict=True))
        chance = 1 / (1 + math.exp(-odds))
        for at, x in enumerate([*row, 1.0]):
            slope[at] += x * (yes * (1 - chance) - no * chance)
    return slope


def naive_auc(predicted: np.ndarray, hits: np.ndarray, misses: np.ndarray) -> float:
    """Return the AUC within folds, pair by pair."""
    won = pairs = 0.0
    for fold in range(hits.shape[1]):
        for i in range(len(predicted)):
            for j in range(len(predicted)):
                one, other = predicted[i, fold], predicted[j, fold]
                weight = hits[i, fold] * misses[j, fold]
                pairs += weight
                won += weight * (1.0 if one > other else 0.5 if one == other else 0.0)
    return won / pairs if pairs else math.nan
