"""Regression to the mean: how far the worst touchpoint is expected to come back by itself."""

from __future__ import annotations

import attrs
import numpy as np

from touchpoints._core.frozen import Array
from touchpoints.experience._shared.measures import Asked, measured
from touchpoints.journeys.model import Journeys
from touchpoints.uncertainty.ratios import moved_by, of_units
from touchpoints.uncertainty.units import Units

LEAST = 3
_FEW = 1e-12


@attrs.frozen(kw_only=True)
class Regression:
    """The expected regression of one ratio to the mean of several.

    Attributes
    ----------
    expected : float
        By how much it is expected to change by itself; nan with fewer than three touchpoints.
    mean : float
        The mean that the touchpoints are drawn to.
    touchpoints : int
        The number of touchpoints with trials.
    """

    expected: float
    mean: float
    touchpoints: int


def regression_of(journeys: Journeys, asked: Asked, units: Units, *, rows: Array) -> Regression:
    """Return the regression to the mean of the touchpoints asked for, in these rows.

    Notes
    -----
    Each touchpoint's ratio is a true one with an error. The expected true ratio is drawn towards
    the mean by B = v / (v + t), v the variance of its error and t that between true ratios (B.
    Efron & C. Morris 1977, Stein's paradox in statistics, Scientific American 236(5), 119-127), t
    by the method of moments of R. DerSimonian & N. Laird (1986), Meta-analysis in clinical trials,
    Controlled Clinical Trials 7(3), 177-188. Choosing the worst does not change what is expected
    of it given its ratio. O(k m) in k touchpoints.
    """
    met = np.flatnonzero(np.bincount(journeys.codes, minlength=len(journeys.touchpoints)))
    keys = sorted(journeys.touchpoints[code].key for code in met.tolist())
    parts = [_part(journeys, asked.at([key]), units, rows=rows) for key in keys]
    own = _part(journeys, asked, units, rows=rows)
    hits, trials, squares, share = np.array([one for one in parts if one[1] > 0]).reshape(-1, 4).T
    size = len(hits)
    if size < LEAST or not own[1]:
        return Regression(expected=np.nan, mean=np.nan, touchpoints=size)
    ratios, errors = hits / trials, _errors(hits, trials, squares, shares=bool(share[0]))
    between, mean = between_of(ratios, errors)
    scale = _scale(hits, trials, squares, shares=bool(share[0]))
    error = _error(own[0], own[1], scale, overall=hits.sum() / trials.sum(), shares=bool(share[0]))
    drawn = error / (error + between) if error + between > 0 else 0.0
    return Regression(expected=float(drawn * (mean - own[0] / own[1])), mean=mean, touchpoints=size)


def between_of(ratios: Array, errors: Array) -> tuple[float, float]:
    """Return the variance between true ratios, at least 0, and their mean."""
    weights = 1 / errors
    fixed = weights @ ratios / weights.sum()
    spread = float(weights @ (ratios - fixed) ** 2)
    room = float(weights.sum() - (weights**2).sum() / weights.sum())
    between = max((spread - (len(ratios) - 1)) / room, 0.0) if room > 0 else 0.0
    weights = 1 / (errors + between)
    return between, float(weights @ ratios / weights.sum())


def _part(
    journeys: Journeys, asked: Asked, units: Units, *, rows: Array
) -> tuple[float, float, float, float]:
    """Return hits, trials, the variance of the ratio over units, and whether it is a share."""
    found = measured(journeys, asked)
    hits, trials = found.hits * rows, found.trials * rows
    did, made = (units.repeats @ of_units(units, one) for one in (hits, trials))
    moved = moved_by(units, hits, trials)
    return float(did), float(made), float(units.repeats @ moved**2), float(found.share)


def _scale(hits: Array, trials: Array, squares: Array, *, shares: bool) -> float:
    """Return the variance of one trial, over that of a share where the ratios are shares."""
    if not shares:
        return max(float(trials**2 @ squares / trials.sum()), _FEW)
    overall = hits.sum() / trials.sum()
    alone = (hits + overall) / (trials + 1)
    independent = float(trials @ (alone * (1 - alone)))
    return max(float(trials**2 @ squares) / independent, 1.0) if independent > 0 else 1.0


def _errors(hits: Array, trials: Array, squares: Array, *, shares: bool) -> Array:
    scale, overall = _scale(hits, trials, squares, shares=shares), hits.sum() / trials.sum()
    each = [
        _error(did, made, scale, overall=overall, shares=shares)
        for did, made in zip(hits.tolist(), trials.tolist(), strict=True)
    ]
    return np.array(each)


def _error(did: float, made: float, scale: float, *, overall: float, shares: bool) -> float:
    """Return the variance of a ratio: that of one trial, which all touchpoints tell of."""
    if not shares:
        return scale / made
    drawn = (did + overall) / (made + 1)
    return max(scale * drawn * (1 - drawn) / made, _FEW)
