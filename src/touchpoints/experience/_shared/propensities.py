"""The odds of being on one side, from a logistic regression without interactions."""

from __future__ import annotations

import itertools

import numpy as np

from touchpoints._core.frozen import Array

_STEPS = 50
_CLOSE = 1e-9
_RIDGE = 1e-6
_EXTREME = 0.99


def odds_of(rows: Array, levels: Array, totals: Array) -> tuple[Array, Array]:
    """Return the odds of being exposed of each cell, and which cells can be used.

    Parameters
    ----------
    rows : int64 (cells,)
        The row of the table of each cell, ascending; each has a regression of its own.
    levels : int64 (cells, c)
        The value of each column.
    totals : float64 (2, cells)
        How many others, and how many exposed.

    Notes
    -----
    A cell cannot be used where one of its values is on one side only, or where more than 99 % are
    expected to be exposed. Newton's method; O(cells · d²) a step for d distinct values.
    """
    odds, usable = np.zeros(len(rows)), np.zeros(len(rows), dtype=bool)
    bounds = np.append(np.flatnonzero(np.diff(rows, prepend=-1)), len(rows))
    for begin, end in itertools.pairwise(bounds.tolist()):
        some = begin + _overlapping(levels[begin:end], totals[:, begin:end])
        if not len(some):
            continue
        chance = _fitted(_dummies(levels[some]), totals[:, some])
        kept = chance <= _EXTREME
        usable[some] = kept
        odds[some] = np.where(kept, chance / np.maximum(1 - chance, 1 - _EXTREME), 0.0)
    return odds, usable


def _overlapping(levels: Array, totals: Array) -> Array:
    """Return the cells all of whose values are on both sides among the cells returned."""
    kept = np.arange(levels.shape[0])
    while len(kept):
        good = np.full(len(kept), bool((totals[:, kept].sum(axis=1) > 0).all()))
        for column in levels[kept].T:
            _, codes = np.unique(column, return_inverse=True)
            sides = [np.bincount(codes, one) for one in totals[:, kept]]
            good &= ((sides[0] > 0) & (sides[1] > 0))[codes]
        if good.all():
            break
        kept = kept[good]
    return kept


def _dummies(levels: Array) -> Array:
    """Return an intercept and a column for each value but the first of each column."""
    columns = [np.ones(len(levels))]
    for one in levels.T:
        columns.extend((one == value).astype(np.float64) for value in np.unique(one)[1:])
    return np.stack(columns, axis=1)


def _solved(curve: Array, slope: Array) -> Array:
    """Return the step, the shortest where counts are so large that the curve has no inverse."""
    try:
        return np.linalg.solve(curve, slope)
    except np.linalg.LinAlgError:
        return np.asarray(np.linalg.lstsq(curve, slope, rcond=None)[0])


def _fitted(design: Array, totals: Array) -> Array:
    """Return the fitted probability of being exposed of each cell."""
    every = totals.sum(axis=0)
    beta = np.zeros(design.shape[1])
    ridge = np.full(design.shape[1], _RIDGE)
    chance = np.full(len(every), 0.5)
    for _ in range(_STEPS):
        slope = design.T @ (totals[1] - every * chance) - ridge * beta
        curve = (design.T * (every * chance * (1 - chance))) @ design + np.diag(ridge)
        step = _solved(curve, slope)
        beta = beta + np.clip(step, -5, 5)
        chance = 1 / (1 + np.exp(-np.clip(design @ beta, -30, 30)))
        if np.abs(step).max() < _CLOSE:
            break
    return chance
