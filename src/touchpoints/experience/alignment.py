"""The brand promise: how far touchpoints keep it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial

import attrs
import numpy as np

from touchpoints._core import checks
from touchpoints._core.arrays.segments import owners_of
from touchpoints._core.checks import public
from touchpoints._core.frozen import Array, text_array
from touchpoints._core.messages import counted, not_found, quoted
from touchpoints._core.tables import Estimated, column, fact, not_of_groups
from touchpoints.errors import InvalidInputError, WrongKindError
from touchpoints.experience._shared.fingerprints import marks_of, score_marks
from touchpoints.experience._shared.lenses import TOUCHPOINT, Lens, Seen, seen_through
from touchpoints.experience._shared.metrics import Metric, Scores, scores_of
from touchpoints.journeys.groups import by_group
from touchpoints.journeys.model import Journeys, checked_journeys
from touchpoints.uncertainty.jackknife import jackknifed
from touchpoints.uncertainty.units import units_of

Promise = Mapping[str, float]

_ROUNDING = 1e-9


@attrs.frozen(kw_only=True, repr=False)
class Alignment(Estimated):
    """How far touchpoints keep the promise of the brand, the farthest from it first.

    ``as_dict()`` returns ``{touchpoint: alignment}``; with groups, the keys begin with the group.

    Attributes
    ----------
    touchpoint : object
        The key of the touchpoint, or the label of the lens.
    interactions : int64
        The number of its interactions.
    alignment, low, high : float64
        The weighted mean of its scores on the values of the promise, from 0 to 1, and the interval;
        over the values that have scores. nan without any.
    worst : object
        The value on which it does worst; empty without scores.
    worst_score : float64
        The mean score on this value, from 0 to 1.
    missing : float64
        The weight of the values without any score, in [0, 1].
    journey_alignment : float
        The mean of the alignment over touchpoints, weighted by their interactions.
    worst_touchpoint : str
        The touchpoint with the lowest alignment; empty if none has scores.
    outside : int
        The number of scores outside their scale, which are left out.
    """

    main = "alignment"
    labels = ("touchpoint",)

    touchpoint: Array = column(object)
    interactions: Array = column(np.int64)
    alignment: Array = column(np.float64)
    low: Array = column(np.float64)
    high: Array = column(np.float64)
    worst: Array = column(object)
    worst_score: Array = column(np.float64)
    missing: Array = column(np.float64)
    journey_alignment: float = fact(of_groups=not_of_groups)
    worst_touchpoint: str = fact(of_groups=not_of_groups)
    outside: int = fact(of_groups=sum)

    def _remarks(self) -> list[str]:
        found = super()._remarks()
        if self.outside:
            found.append(f"{counted(self.outside, 'score')} outside the scale left out")
        return found


@public
def alignment(
    journeys: Journeys,
    promise: Promise,
    *,
    metrics: Mapping[str, str | Metric] | None = None,
    lens: Lens = TOUCHPOINT,
    by: str | Sequence[str] | None = None,
    level: float = 0.95,
) -> Alignment:
    """Measure how far touchpoints keep the promise of the brand.

    Parameters
    ----------
    promise
        The weight of each value that the brand promises, for example ``{"fast": 0.4, "caring":
        0.6}``; weights are at least 0 and sum to 1. A value of weight 0 is not promised.
    metrics
        The metric of each value; by default the value is the name of a built-in one. Scores are in
        the per-interaction column of the metric's name.
    lens
        What to tell apart, as in `touchpoints.experience`; touchpoints by default.
    by, level
        Shared arguments: see `touchpoints.experience`.

    Returns
    -------
    Alignment
        One row per touchpoint, the lowest alignment first, those without scores last; ties by key.

    Raises
    ------
    NotFoundError
        When a metric, its column or the lens does not exist, or ``metrics`` names a value that is
        not promised.
    InvalidInputError
        When the weights do not sum to 1, or are negative, or no value is promised.

    See Also
    --------
    cohesion : Whether touchpoints fit together.

    Notes
    -----
    ``A = sum of w s``, w the weights and s the mean scores, rescaled from 0, the worst end of the
    scale, to 1, the best. Values without a score at a touchpoint are left out of it and their
    weights of the sum: ``missing`` says how much that is. The lowest value is shown beside the
    mean, since a promise that is broken on one value is not kept by being kept on the others. The
    interval is Student's, with the variance of leaving out a thirtieth of the persons at a time.
    O(m) for each value.

    Examples
    --------
    >>> import touchpoints as tp
    >>> log = {
    ...     "id": [1, 2],
    ...     "at": ["2026-01-05"] * 2,
    ...     "do": ["call"] * 2,
    ...     "trust": [5, 4],
    ...     "empathy": [1, 2],
    ... }
    >>> journeys = tp.from_columns(
    ...     log, journey="id", time="at", touchpoint="do", per_interaction=["trust", "empathy"]
    ... )
    >>> found = tp.experience.alignment(journeys, {"trust": 0.5, "empathy": 0.5})
    >>> found.as_dict(), found.worst.tolist()
    ({'call': 0.5}, ['empathy'])
    """
    checked_journeys(journeys)
    weights = _weights(promise)
    level = checks.level(level)
    names = _metrics(metrics, weights)
    return by_group(
        journeys, by, partial(_aligned, weights=weights, metrics=names, lens=lens, level=level)
    )


def _weights(promise: Promise) -> dict[str, float]:
    if not isinstance(promise, Mapping) or not promise:
        raise WrongKindError(
            f"promise must be a mapping of values to weights, got {quoted(promise)}",
            mend='for example {"fast": 0.4, "caring": 0.6}',
        )
    found = {
        str(name): checks.finite(f"the weight of {quoted(name)}", weight, least=0.0)
        for name, weight in promise.items()
    }
    total = sum(found.values())
    if abs(total - 1) > _ROUNDING:
        raise InvalidInputError(
            f"the weights of the promise must sum to 1, got {total:g}",
            mend="divide each weight by their sum",
        )
    return {name: weight for name, weight in found.items() if weight}


def _metrics(
    metrics: Mapping[str, str | Metric] | None, weights: Mapping[str, float]
) -> dict[str, str | Metric]:
    """Return the metric of each value that is promised."""
    if metrics is None:
        return {value: value for value in weights}
    if not isinstance(metrics, Mapping):
        raise WrongKindError(
            f"metrics must be a mapping of values to metrics, got {quoted(metrics)}",
            mend='for example {"fast": "ces2"}',
        )
    for value in metrics:
        if value not in weights:
            raise not_found("value", value, weights, where="given in metrics=, of the promise")
    return {value: metrics.get(value, value) for value in weights}


def _aligned(
    journeys: Journeys,
    *,
    weights: Mapping[str, float],
    metrics: Mapping[str, str | Metric],
    lens: Lens,
    level: float,
) -> Alignment:
    seen = seen_through(journeys, lens)
    owners = owners_of(journeys.offsets).astype(np.int64)
    counts = journeys.counts.astype(np.float64)
    scores = {value: scores_of(journeys, metric) for value, metric in metrics.items()}
    shares = np.array([weights[value] for value in scores])

    def means(weighing: Array) -> Array:
        return np.array([_means(one, seen, weighing[owners]) for one in scores.values()])

    marks = marks_of(journeys, [score_marks(one) for one in scores.values()])
    found = jackknifed(journeys, lambda some: _weighted(means(some), shares), also=marks)
    low, high = found.bounds(level)
    each = means(counts)
    known: Array = ~np.isnan(each)
    worst = np.where(known, each, np.inf).argmin(axis=0) if seen.k else np.empty(0, np.int64)
    some: Array = np.asarray(known.any(axis=0))
    values = list(scores)
    rows = np.bincount(seen.codes, counts[owners], seen.k)
    value = found.value
    order = sorted(range(seen.k), key=lambda row: (not some[row], value[row], seen.labels[row]))
    total = rows[some].sum()
    return Alignment(
        touchpoint=text_array([seen.labels[row] for row in order]),
        interactions=rows[order],
        alignment=value[order],
        low=np.maximum(low, 0.0)[order],
        high=np.minimum(high, 1.0)[order],
        worst=text_array([values[worst[row]] if some[row] else "" for row in order]),
        worst_score=np.where(known, each, np.inf).min(axis=0, initial=np.inf)[order]
        * np.where(some, 1.0, np.nan)[order],
        missing=(shares @ ~known)[order],
        journey_alignment=float(rows[some] @ value[some] / total) if total else np.nan,
        worst_touchpoint=seen.labels[order[0]] if some.any() else "",
        outside=int(sum((counts[owners] * one.outside).sum() for one in scores.values())),
        level=level,
        **units_of(journeys, None).facts(),
    )


def _means(scores: Scores, seen: Seen, weights: Array) -> Array:
    """Return the mean score of each label, from 0 to 1; nan without scores."""
    rows = np.flatnonzero(scores.known)
    labels, weight = seen.codes[rows], weights[rows]
    good = scores.metric.rescaled(scores.values[rows])
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.asarray(
            np.bincount(labels, weight * good, seen.k) / np.bincount(labels, weight, seen.k)
        )


def _weighted(means: Array, weights: Array) -> Array:
    """Return the weighted mean over the values that have scores."""
    known = ~np.isnan(means)
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.asarray((weights @ np.where(known, means, 0.0)) / (weights @ known))
