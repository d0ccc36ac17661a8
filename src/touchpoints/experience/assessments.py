"""How people score touchpoints: net promoter score, satisfaction, effort, empathy and others."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

import attrs
import numpy as np

from touchpoints._core import checks
from touchpoints._core.arrays.segments import owners_of
from touchpoints._core.checks import public
from touchpoints._core.frozen import Array, text_array
from touchpoints._core.tables import column
from touchpoints.experience._shared.lenses import TOUCHPOINT, Lens, seen_through
from touchpoints.experience._shared.metrics import Metric, scores_of
from touchpoints.experience._shared.scored import OfScores
from touchpoints.journeys.groups import by_group
from touchpoints.journeys.model import Journeys, checked_journeys
from touchpoints.uncertainty.cell_shares import choice_shares, facts_of, net_of
from touchpoints.uncertainty.ratios import means_of
from touchpoints.uncertainty.units import units_of

_BOXES = 3
_PERCENT = 100.0


@attrs.frozen(kw_only=True, repr=False)
class Assessments(OfScores):
    """The scores of a metric; one row per touchpoint (and group).

    ``as_dict()`` returns ``{touchpoint: score}``; with groups, the keys begin with the group.

    Attributes
    ----------
    touchpoint : object
        The key of the touchpoint, or the label of the lens.
    interactions : int64
        The number of its interactions.
    answers : int64
        The number of those with a score on the scale.
    score, low, high : float64
        The usual summary of the metric, and its interval: the net score in [-100, 100], the share
        of satisfied answers in [0, 1], or the mean; nan without answers.
    mean, mean_low, mean_high : float64
        The mean score, and its interval; its ends are nan with fewer than two persons.
    satisfied, satisfied_low, satisfied_high : float64
        The share of answers that are satisfied (the top box), and its interval.
    dissatisfied, dissatisfied_low, dissatisfied_high : float64
        The share of answers that are dissatisfied (the bottom box), and its interval.
    summary : str
        What ``score`` is: ``"net"``, ``"top_box"`` or ``"mean"``.
    metric : str
        The name of the metric.
    outside : int
        The number of scores outside the scale, which are left out.
    """

    main = "score"
    labels = ("touchpoint",)

    touchpoint: Array = column(object)
    interactions: Array = column(np.int64)
    answers: Array = column(np.int64)
    score: Array = column(np.float64)
    low: Array = column(np.float64)
    high: Array = column(np.float64)
    mean: Array = column(np.float64)
    mean_low: Array = column(np.float64)
    mean_high: Array = column(np.float64)
    satisfied: Array = column(np.float64)
    satisfied_low: Array = column(np.float64)
    satisfied_high: Array = column(np.float64)
    dissatisfied: Array = column(np.float64)
    dissatisfied_low: Array = column(np.float64)
    dissatisfied_high: Array = column(np.float64)
    summary: str


@public
def assessments(
    journeys: Journeys,
    *,
    metric: str | Metric,
    lens: Lens = TOUCHPOINT,
    by: str | Sequence[str] | None = None,
    level: float = 0.95,
) -> Assessments:
    """Summarise the scores that people give to touchpoints.

    Parameters
    ----------
    metric
        The metric whose scores are in the per-interaction column of its name: one of `METRICS`, for
        example ``"nps"``, or a `Metric` of your own.
    lens
        What to tell apart, as in `touchpoints.experience`; touchpoints by default.
    by, level
        Shared arguments: see `touchpoints.experience`.

    Returns
    -------
    Assessments
        One row per touchpoint, those without answers included, by key.

    Raises
    ------
    NotFoundError
        When the metric, the column of scores or the lens does not exist.
    InvalidInputError
        When the column does not hold numbers.

    See Also
    --------
    attach_scores : Attach scores of a survey to the touchpoints that they are about.
    emotion_curve : Scores along the journey.

    Notes
    -----
    The Net Promoter Score is 100 times the share of satisfied answers minus that of dissatisfied
    ones; its interval is recovered from those of the two shares, which exclude each other (Zou and
    Donner 2008). Shares have Wilson's interval with effective trials, means Student's; persons are
    the units. Those who answer need not be like those who do not: see ``answers`` beside
    ``interactions``. O(m log m).

    References
    ----------
    F. F. Reichheld (2003), The one number you need to grow, Harvard Business Review 81(12), 46-54.
    M. Dixon, K. Freeman and N. Toman (2010), Stop trying to delight your customers, Harvard
    Business Review 88(7/8), 116-122. G. Y. Zou and A. Donner (2008), Construction of confidence
    limits about effect measures, Statistics in Medicine 27(10), 1693-1702, doi:10.1002/sim.3095.

    Examples
    --------
    >>> import touchpoints as tp
    >>> log = {
    ...     "id": [1, 2, 3, 4],
    ...     "at": ["2026-01-05"] * 4,
    ...     "what": ["call"] * 4,
    ...     "nps": [10, 9, 7, 3],
    ... }
    >>> journeys = tp.from_columns(
    ...     log, journey="id", time="at", touchpoint="what", per_interaction=["nps"]
    ... )
    >>> tp.experience.assessments(journeys, metric="nps").as_dict()
    {'call': 25.0}
    """
    checked_journeys(journeys)
    level = checks.level(level)
    return by_group(journeys, by, partial(_assessed, metric=metric, lens=lens, level=level))


def _assessed(journeys: Journeys, *, metric: str | Metric, lens: Lens, level: float) -> Assessments:
    scores, seen = scores_of(journeys, metric), seen_through(journeys, lens)
    owners, units = owners_of(journeys.offsets), units_of(journeys, None)
    weights = journeys.counts[owners].astype(np.float64)
    real = weights > 0
    rows = np.flatnonzero(scores.known & real)
    owner, label, values = owners[rows].astype(np.int64), seen.codes[rows], scores.values[rows]
    boxes = 1 + scores.metric.is_satisfied(values) - scores.metric.is_dissatisfied(values)
    groups = np.repeat(np.arange(seen.k), _BOXES)
    shares = choice_shares(units, (owner, label * _BOXES + boxes), groups=groups, level=level)
    bad, good = (shares.take(np.arange(seen.k) * _BOXES + box) for box in (0, 2))
    means = means_of(units, owner, label, values=values, size=seen.k, level=level)
    usual = {
        "net": tuple(_PERCENT * one for one in net_of(good, bad)),
        "top_box": (good.share, good.low, good.high),
        "mean": means,
    }[scores.metric.summary]
    return Assessments(
        touchpoint=text_array(seen.labels),
        interactions=np.bincount(seen.codes[real], weights[real], seen.k),
        answers=np.bincount(label, weights[rows], seen.k),
        score=usual[0],
        low=usual[1],
        high=usual[2],
        mean=means[0],
        mean_low=means[1],
        mean_high=means[2],
        **good.columns("satisfied"),
        **bad.columns("dissatisfied"),
        metric=scores.metric.name,
        summary=scores.metric.summary,
        outside=int(weights[scores.outside].sum()),
        level=level,
        **facts_of(units, good, bad),
    )
