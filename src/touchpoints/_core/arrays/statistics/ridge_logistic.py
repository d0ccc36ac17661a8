"""Logistic regression with a ridge penalty, fitted to counts, and its cross-validation."""

from __future__ import annotations

from itertools import combinations

import numpy as np

from touchpoints._core.frozen import Array

RIDGES = (300.0, 30.0, 3.0, 0.3)
"""The penalties that cross-validation chooses from, strongest first."""

_ROUNDS = 50
_HALVINGS = 20
_CLOSE = 1e-9
_TINY = 1e-6


def ridge_logistic(
    features: Array, hits: Array, misses: Array, *, ridge: float, start: Array | None = None
) -> Array:
    """Return the coefficients of a logistic regression, float64 (f + 1,); the constant is last.

    Parameters
    ----------
    features : float64 (d, f)
        Standardised features of d distinct rows.
    hits, misses : float64 (d,)
        How many observations of each row are 1 and 0.
    ridge
        The penalty: ``ridge / 2`` times the sum of squared coefficients, without the constant, is
        added to the negative log-likelihood.
    start : float64 (f + 1,), optional
        Where to start from.

    Notes
    -----
    Newton's method with halved steps, O(d f²) each (S. le Cessie & J. C. van Houwelingen 1992,
    Ridge estimators in logistic regression, Applied Statistics 41(1), 191-201). The constant has
    a penalty of 1e-6, so that it is finite where all observations are alike.
    """
    wide = np.column_stack([features, np.ones(len(features))])
    penalty = np.full(wide.shape[1], ridge)
    penalty[-1] = _TINY
    trials = hits + misses
    found = np.zeros(wide.shape[1]) if start is None else start.copy()
    value = _objective(wide @ found, hits, trials, found, penalty)
    for _ in range(_ROUNDS):
        chance = chances(wide @ found)
        slope = wide.T @ (hits - trials * chance) - penalty * found
        curvature = wide.T @ (wide * (trials * chance * (1 - chance))[:, None])
        step = np.linalg.solve(curvature + np.diag(penalty), slope)
        for _ in range(_HALVINGS):
            lower = _objective(wide @ (found + step), hits, trials, found + step, penalty)
            if lower <= value:
                break
            step /= 2
        found, value = found + step, min(lower, value)
        if np.abs(step).max() < _CLOSE:
            break
    return found


def chances(log_odds: Array) -> Array:
    """Return the probabilities that belong to log-odds."""
    return np.asarray(0.5 * (1 + np.tanh(log_odds / 2)))


def cross_validated(features: Array, hits: Array, misses: Array) -> Array:
    """Return the probability of each row as predicted without each fold, float64 (d, folds).

    Parameters
    ----------
    features : float64 (d, f)
        Features of d distinct rows; they are standardised over all folds.
    hits, misses : float64 (d, folds)
        How many observations of each row and fold are 1 and 0.

    Notes
    -----
    The penalty is chosen by cross-validation within the other folds alone, as the strongest with
    the least loss. Predictions stay as far from 0 and 1 as half an observation.
    """
    folds = hits.shape[1]
    scaled = _standardised(features, (hits + misses).sum(axis=1))
    losses = np.zeros((folds, len(RIDGES)))
    for pair in combinations(range(folds), 2):
        fits = _path(scaled, *_without(hits, misses, pair))
        for held, other in (pair, pair[::-1]):
            for at, fit in enumerate(fits):  # held out of the training data of the other
                losses[other, at] += _loss(scaled, fit, hits[:, held], misses[:, held])
    predicted = np.empty((len(features), folds))
    for fold in range(folds):
        best = int(np.argmin(losses[fold]))
        kept = _without(hits, misses, (fold,))
        fit = _path(scaled, *kept)[best]
        edge = 0.5 / (kept[0].sum() + kept[1].sum() + 1)
        predicted[:, fold] = np.clip(_chance(scaled, fit), edge, 1 - edge)
    return predicted


def auc_within(predicted: Array, hits: Array, misses: Array) -> float:
    """Return the chance that a 1 is ranked above a 0 of its fold, ties counted half.

    Over all pairs of a 1 and a 0 in one fold; nan without such pairs. All (d, folds).
    """
    won = pairs = 0.0
    for fold in range(hits.shape[1]):
        values, of = np.unique(predicted[:, fold], return_inverse=True)
        ones = np.bincount(of, hits[:, fold], len(values))
        zeros = np.bincount(of, misses[:, fold], len(values))
        below = np.cumsum(zeros) - zeros
        won += float(ones @ (below + zeros / 2))
        pairs += float(ones.sum() * zeros.sum())
    return won / pairs if pairs else float("nan")


def _path(features: Array, hits: Array, misses: Array) -> list[Array]:
    """Return the fit of each penalty, each started from the one before."""
    fits: list[Array] = []
    for ridge in RIDGES:
        start = fits[-1] if fits else None
        fits.append(ridge_logistic(features, hits, misses, ridge=ridge, start=start))
    return fits


def _without(hits: Array, misses: Array, folds: tuple[int, ...]) -> tuple[Array, Array]:
    kept = [fold for fold in range(hits.shape[1]) if fold not in folds]
    return hits[:, kept].sum(axis=1), misses[:, kept].sum(axis=1)


def _standardised(features: Array, weights: Array) -> Array:
    """Return features with mean 0 and variance 1; 0 where all are alike."""
    total = weights.sum()
    centred = features - weights @ features / total
    spread = np.sqrt(weights @ centred**2 / total)
    return np.asarray(centred / np.where(spread > _CLOSE, spread, np.inf))


def _chance(features: Array, fit: Array) -> Array:
    return chances(features @ fit[:-1] + fit[-1])


def _loss(features: Array, fit: Array, hits: Array, misses: Array) -> float:
    odds = features @ fit[:-1] + fit[-1]
    return float(hits @ np.logaddexp(0, -odds) + misses @ np.logaddexp(0, odds))


def _objective(odds: Array, hits: Array, trials: Array, fit: Array, penalty: Array) -> float:
    return float(trials @ np.logaddexp(0, odds) - hits @ odds + (penalty * fit**2).sum() / 2)
