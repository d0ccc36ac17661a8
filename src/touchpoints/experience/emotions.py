"""Scores along the journey: the emotion curve, and what the peak and the end tell."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import Any, Literal

import attrs
import numpy as np

from touchpoints._core import checks
from touchpoints._core.arrays.segments import lengths_of, owners_of
from touchpoints._core.checks import check_option, public
from touchpoints._core.frozen import Array, text_array
from touchpoints._core.tables import Grouped, column, fact
from touchpoints.errors import InvalidInputError
from touchpoints.experience._shared.judgements import numbers_of_journeys
from touchpoints.experience._shared.lenses import seen_through
from touchpoints.experience._shared.metrics import Metric, Scores, scores_of
from touchpoints.experience._shared.scored import OfScores
from touchpoints.journeys.groups import by_group
from touchpoints.journeys.model import Journeys, checked_journeys
from touchpoints.taxonomy import UNKNOWN
from touchpoints.uncertainty.folds import fold_counts
from touchpoints.uncertainty.ratios import means_of
from touchpoints.uncertainty.units import units_of

Along = Literal["position", "stage"]

_MOST = 1e15


@attrs.frozen(kw_only=True, repr=False)
class EmotionCurve(OfScores):
    """The mean score along the journey; one row per position or stage (and group).

    ``as_dict()`` returns ``{place: valence}``; with groups, the keys begin with the group.

    Attributes
    ----------
    place : object
        The position in the journey, from 1, or the stage.
    interactions, answers : int64
        The number of interactions there, and of those with a score on the scale.
    mean, low, high : float64
        The mean score, and its interval; nan without answers.
    valence, valence_low, valence_high : float64
        The mean score from -1, the worst end of the scale, to 1, the best, and its interval, which
        can reach beyond as that of the mean can.
    beyond : int
        The number of interactions at later positions, or without a stage, that are in no row.
    metric : str
        The name of the metric.
    outside : int
        The number of scores outside the scale, which are left out.
    """

    main = "valence"
    labels = ("place",)

    place: Array = column(object)
    interactions: Array = column(np.int64)
    answers: Array = column(np.int64)
    mean: Array = column(np.float64)
    low: Array = column(np.float64)
    high: Array = column(np.float64)
    valence: Array = column(np.float64)
    valence_low: Array = column(np.float64)
    valence_high: Array = column(np.float64)
    beyond: int = fact(of_groups=sum)


@public
def emotion_curve(
    journeys: Journeys,
    *,
    metric: str | Metric,
    along: Along = "position",
    max_position: int = 20,
    by: str | Sequence[str] | None = None,
    level: float = 0.95,
) -> EmotionCurve:
    """Follow the mean score along the journey.

    Parameters
    ----------
    metric
        The metric whose scores are in the per-interaction column of its name.
    along
        ``"position"``: by the position of the interaction in its journey; ``"stage"``: by its
        stage, in the order of the taxonomy.
    max_position
        The last position that has a row, at least 1; later interactions are counted in ``beyond``.
    by, level
        Shared arguments: see `touchpoints.experience`.

    Returns
    -------
    EmotionCurve
        Places without a score have a row, and nan for a mean: a gap in the curve, not a zero.

    Raises
    ------
    NotFoundError
        When the metric or the column of scores does not exist.
    InvalidInputError
        When no touchpoint has a known stage.

    See Also
    --------
    assessments : Scores by touchpoint.
    peak_end : Whether the peak and the end tell more than the mean.

    Notes
    -----
    Positions count all interactions, those without a score included. In journeys that began before
    the log, positions count from the first interaction in it. People who come far are others than
    those who leave early: the curve mixes how journeys go with who is left. Intervals are Student's
    over persons. O(m log m).

    Examples
    --------
    >>> import touchpoints as tp
    >>> rows = [{"id": 1, "at": f"2026-01-0{d}", "do": "a", "csat": s} for d, s in ((1, 5), (2, 1))]
    >>> journeys = tp.from_records(
    ...     rows, journey="id", time="at", touchpoint="do", per_interaction=["csat"]
    ... )
    >>> tp.experience.emotion_curve(journeys, metric="csat").as_dict()
    {'1': 1.0, '2': -1.0}
    """
    checked_journeys(journeys)
    check_option("along", along, Along)
    level, most = checks.level(level), checks.whole("max_position", max_position)
    places = partial(_positions, most=most) if along == "position" else _stages
    return by_group(journeys, by, partial(_curve, metric=metric, places=places, level=level))


def _positions(journeys: Journeys, *, most: int) -> tuple[list[str], Array]:
    """Return the names of positions and the position of each interaction; -1 for later ones."""
    owners = owners_of(journeys.offsets)
    position = np.arange(len(owners)) - journeys.offsets[owners]
    lengths = lengths_of(journeys.offsets)[journeys.counts > 0]
    size = min(most, int(lengths.max(initial=0)))
    return [str(place + 1) for place in range(size)], np.where(position < most, position, -1)


def _stages(journeys: Journeys) -> tuple[list[str], Array]:
    """Return the stages in the order of the taxonomy, and that of each interaction."""
    seen = seen_through(journeys, "stage", unknown=False)
    taxonomy = journeys.meta.taxonomy
    known = () if taxonomy is None else tuple(taxonomy.facets["stage"].terms)
    order = [one for one in known if one != UNKNOWN]
    names = [*order, *(one for one in seen.labels if one not in order)]
    table = np.array([names.index(one) for one in seen.labels] + [-1], dtype=np.int64)
    return names, table[seen.codes]


def _curve(journeys: Journeys, *, metric: str | Metric, places: Any, level: float) -> EmotionCurve:
    scores, (names, place) = scores_of(journeys, metric), places(journeys)
    owners, units = owners_of(journeys.offsets), units_of(journeys, None)
    weights = journeys.counts[owners].astype(np.float64)
    size, inside = len(names), (place >= 0) & (weights > 0)
    rows = np.flatnonzero(scores.known & inside)
    means, low, high = means_of(
        units,
        owners[rows].astype(np.int64),
        place[rows],
        values=scores.values[rows],
        size=size,
        level=level,
    )
    ends = [2 * scores.metric.rescaled(one) - 1 for one in (low, high)]
    return EmotionCurve(
        place=text_array(names),
        interactions=np.bincount(place[inside], weights[inside], size),
        answers=np.bincount(place[rows], weights[rows], size),
        mean=means,
        low=low,
        high=high,
        valence=2 * scores.metric.rescaled(means) - 1,
        valence_low=np.minimum(*ends),
        valence_high=np.maximum(*ends),
        metric=scores.metric.name,
        outside=int(weights[scores.outside].sum()),
        beyond=int(weights[place < 0].sum()),
        level=level,
        **units.facts(),
    )


@attrs.frozen(kw_only=True, repr=False)
class PeakEnd(Grouped):
    """How well summaries of the scores of a journey predict an overall judgement, one row each.

    ``as_dict()`` returns ``{summary: r2}``; with groups, the keys begin with the group.

    Attributes
    ----------
    summary : object
        ``"mean"``, ``"peak"`` (the score farthest from the middle of the scale), ``"end"`` (the
        last score), ``"peak and end"`` (their mean), ``"worst"`` and ``"best"``.
    average : float64
        The mean of the summary over journeys.
    r2 : float64
        The share of the variance of the overall judgement that it predicts for persons held out;
        nan without a judgement. Below 0 where it predicts worse than the mean judgement.
    journeys : int
        The number of journeys with a score (and a judgement, where there is one).
    unscored : int
        The number of journeys without.
    metric : str
        The name of the metric.
    """

    main = "r2"
    labels = ("summary",)

    summary: Array = column(object)
    average: Array = column(np.float64)
    r2: Array = column(np.float64)
    journeys: int = fact(of_groups=sum)
    unscored: int = fact(of_groups=sum)
    metric: str


@public
def peak_end(
    journeys: Journeys,
    *,
    metric: str | Metric,
    seed: int,
    overall: str | None = None,
    folds: int = 5,
    by: str | Sequence[str] | None = None,
) -> PeakEnd:
    """Compare the peak and the end of the scores of a journey with their mean.

    Parameters
    ----------
    metric
        The metric whose scores are in the per-interaction column of its name.
    seed
        The seed of the assignment of persons to folds.
    overall
        The per-journey column with the overall judgement to predict, such as overall satisfaction,
        or the name of an outcome; by default only the summaries are returned.
    folds
        The number of parts held out in turn, at least 2.
    by
        Shared argument: see `touchpoints.experience`.

    Returns
    -------
    PeakEnd
        One row per summary, always in the same order.

    Raises
    ------
    NotFoundError
        When the metric, its column or the column of the judgement does not exist.
    InvalidInputError
        When the judgement is not a number, or there are fewer persons than folds.

    See Also
    --------
    emotion_curve : Scores along the journey.

    Notes
    -----
    People were found to remember an episode by its most intense moment and its end, and to neglect
    its length: whether it is so here is for held-out journeys to say. Each summary predicts the
    judgement by a straight line fitted to the other folds. The peak is the score farthest from the
    middle of the scale, of two as far the worse one. O(m + n).

    References
    ----------
    B. L. Fredrickson and D. Kahneman (1993), Duration neglect in retrospective evaluations of
    affective episodes, Journal of Personality and Social Psychology 65(1), 45-55,
    doi:10.1037/0022-3514.65.1.45. D. A. Redelmeier and D. Kahneman (1996), Patients' memories of
    painful medical treatments, Pain 66(1), 3-8, doi:10.1016/0304-3959(96)02994-6.

    Examples
    --------
    >>> import touchpoints as tp
    >>> rows = [{"id": 1, "at": f"2026-01-0{d}", "do": "a", "csat": s} for d, s in ((1, 1), (2, 4))]
    >>> journeys = tp.from_records(
    ...     rows, journey="id", time="at", touchpoint="do", per_interaction=["csat"]
    ... )
    >>> found = tp.experience.peak_end(journeys, metric="csat", seed=1)
    >>> dict(zip(found.summary.tolist(), found.average.tolist()))["peak and end"]
    2.5
    """
    checked_journeys(journeys)
    seed, folds = checks.seed(seed), checks.whole("folds", folds, least=2)
    found = partial(_peaks, metric=metric, overall=overall, seed=seed, folds=folds)
    return by_group(journeys, by, found)


def _peaks(
    journeys: Journeys, *, metric: str | Metric, overall: str | None, seed: int, folds: int
) -> PeakEnd:
    scores = scores_of(journeys, metric)
    summaries = _summaries(journeys, scores)
    judged = (
        np.zeros(len(journeys))
        if overall is None
        else numbers_of_journeys(journeys, overall, argument="overall")
    )
    used = ~np.isnan(summaries["mean"]) & ~np.isnan(judged) & (journeys.counts > 0)
    counts = np.where(used, journeys.counts, 0).astype(np.float64)
    r2 = np.full(len(summaries), np.nan)
    if overall is not None and used.any():
        units = units_of(journeys, None)
        if units.total < folds:
            raise InvalidInputError(
                f"there must be at least as many units as folds, got {units.total} of "
                f"{units.unit!r}",
                mend=f"folds={max(units.total, 2)}",
            )
        also = np.clip(np.nan_to_num(judged * 1e3 + summaries["mean"]), -_MOST, _MOST)
        parts = fold_counts(journeys, units, folds=folds, seed=seed, also=also.astype(np.int64))
        parts = np.where(used[:, None], parts, 0.0)
        r2 = np.array([_predicted(one, judged, parts) for one in summaries.values()])
    number = counts.sum()
    averages = [
        float(np.nansum(counts * one) / number) if number else np.nan for one in summaries.values()
    ]
    return PeakEnd(
        summary=text_array(list(summaries)),
        average=np.array(averages),
        r2=r2,
        journeys=int(number),
        unscored=int(journeys.counts.sum() - number),
        metric=scores.metric.name,
    )


def _summaries(journeys: Journeys, scores: Scores) -> dict[str, Array]:
    """Return the summaries of the scores of each journey, nan without any."""
    rows = np.flatnonzero(scores.known)
    owner, values = owners_of(journeys.offsets)[rows].astype(np.int64), scores.values[rows]
    n = len(journeys)
    found = {name: np.full(n, np.nan) for name in ("mean", "peak", "end", "peak and end")}
    found |= {name: np.full(n, np.nan) for name in ("worst", "best")}
    if not len(rows):
        return found
    number = np.bincount(owner, minlength=n)
    with np.errstate(divide="ignore", invalid="ignore"):
        found["mean"] = np.bincount(owner, values, n) / number
    found["end"][owner] = values  # the last one stays
    good = scores.metric.rescaled(values)
    far = np.abs(good - 0.5)
    for name, order in (
        ("peak", np.lexsort((-good, far, owner))),
        ("worst", np.lexsort((-good, owner))),
        ("best", np.lexsort((good, owner))),
    ):
        found[name][owner[order]] = values[order]
    found["peak and end"] = (found["peak"] + found["end"]) / 2
    return found


def _predicted(summary: Array, judged: Array, parts: Array) -> float:
    """Return the share of the variance of judgements that a line predicts in held-out folds."""
    x, y = np.nan_to_num(summary), np.nan_to_num(judged)
    missed = spread = 0.0
    for held in parts.T:
        w = parts.sum(axis=1) - held
        total = w.sum()
        if not total or not held.any():
            continue
        middle, usual = w @ x / total, w @ y / total
        varied = w @ (x - middle) ** 2
        slope = w @ ((x - middle) * (y - usual)) / varied if varied > 1e-12 else 0.0
        missed += float(held @ (y - usual - slope * (x - middle)) ** 2)
        spread += float(held @ (y - usual) ** 2)
    return 1 - missed / spread if spread > 0 else np.nan
