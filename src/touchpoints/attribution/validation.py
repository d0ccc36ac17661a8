"""How well credit tells journeys that reach the outcome from others, on journeys held out."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial

import attrs
import numpy as np

from touchpoints._core import checks
from touchpoints._core.arrays import segments
from touchpoints._core.checks import public
from touchpoints._core.frozen import Array, text_array
from touchpoints._core.progress import Progress, reporting
from touchpoints._core.tables import column
from touchpoints.attribution._shared.credit import Credit
from touchpoints.attribution._shared.estimates import Concluded, Precision
from touchpoints.attribution._shared.evidence import Evidence, dependence, evidence_of
from touchpoints.attribution._shared.models import Model, checked_models, credit_of
from touchpoints.errors import InvalidInputError
from touchpoints.journeys.combining import recounted
from touchpoints.journeys.model import Journeys, checked_journeys
from touchpoints.uncertainty.folds import fold_counts


@attrs.frozen(kw_only=True, repr=False)
class Validation(Concluded):
    """How well the credit of models tells journeys apart; one row per model, the best first.

    Attributes
    ----------
    model : object
        The name of the model.
    auc : float64
        The probability that a held-out journey that reached the outcome scores higher than one that
        did not, ties counting half; 0.5 by chance.
    low, high : float64
        The ends of its interval.
    folds : int
        The number of parts held out in turn.
    outcome : str
        The name of the outcome.
    unit : str
        The unit that is held out as a whole.
    """

    main = "auc"
    labels = ("model",)

    model: Array = column(object)
    auc: Array = column(np.float64)
    low: Array = column(np.float64)
    high: Array = column(np.float64)
    folds: int
    outcome: str


@public
def validate(
    journeys: Journeys,
    models: Mapping[str, Model],
    *,
    seed: int,
    folds: int = 5,
    outcome: str | None = None,
    level: float = 0.95,
    progress: Progress = False,
) -> Validation:
    """Score models of attribution by how well their credit predicts the outcome of other journeys.

    Parameters
    ----------
    models
        Models by name: functions from journeys to `Credit`, such as ``tp.attribution.linear``.
    seed
        The seed of the assignment of persons to folds.
    folds
        The number of parts, at least 2; each is scored by credit from the others.
    outcome, level
        Shared arguments: see `touchpoints.attribution`.
    progress
        True for a tqdm progress bar, or a callable ``f(done, total)``.

    Returns
    -------
    Validation
        One row per model.

    Raises
    ------
    InvalidInputError
        When there is no model, when there are fewer persons than folds, or when a part has no
        journey with the outcome or none without it.

    See Also
    --------
    recovery : How well models recover effects that are known.
    compare : Models side by side.

    Notes
    -----
    The score of a journey is the sum over its interactions of the credit per visit of their
    touchpoints in the training parts, 0 for touchpoints that are new. Areas under the curve are
    averaged over parts by their number of pairs. The interval is that of E. R. DeLong, D. M. DeLong
    and D. L. Clarke-Pearson (1988), with persons as units. Predicting is not explaining: a
    touchpoint that people see because they are about to buy predicts well and causes nothing.

    References
    ----------
    E. R. DeLong, D. M. DeLong and D. L. Clarke-Pearson (1988), Comparing the areas under two or
    more correlated receiver operating characteristic curves: a nonparametric approach, Biometrics
    44(3), 837-845, doi:10.2307/2531595.

    Examples
    --------
    >>> import touchpoints as tp
    >>> shop = tp.until(tp.datasets.shop(800, seed=1), "purchase", outcome="purchase")
    >>> models = {"linear": tp.attribution.linear, "markov": tp.attribution.markov}
    >>> found = tp.attribution.validate(shop, models, seed=1)
    >>> len(found), bool((found.auc > 0.5).all())
    (2, True)
    """
    checked_journeys(journeys)
    models = checked_models(models)
    folds, seed = checks.whole("folds", folds, least=2), checks.seed(seed)
    level = checks.level(level)
    evidence = evidence_of(journeys, outcome=outcome, value=None, lookback=None)
    units = evidence.units
    if units.total < folds:
        raise InvalidInputError(
            f"there must be at least as many units as folds, got {units.total} of {units.unit!r}",
            mend=f"folds={max(units.total, 2)}",
        )
    also = evidence.fingerprint()
    in_fold = fold_counts(evidence.journeys, units, folds=folds, seed=seed, also=also)
    rows = {}
    with reporting(progress, folds * len(models), what="validation") as advance:
        for name, model in models.items():
            rows[name] = _scored(evidence, in_fold, partial(credit_of, name, model), advance)
    auc = np.array([one for one, _ in rows.values()])
    variance = np.array([one for _, one in rows.values()])
    sides = [Precision.of(units, one, level) for one in (evidence.reached, ~evidence.reached)]
    fewer = min(sides, key=lambda one: one.behind)
    low, high = fewer.bounds(auc, variance)
    order = np.argsort(-np.round(auc, 12), kind="stable")
    return Validation(
        model=text_array(list(rows))[order],
        auc=auc[order],
        low=low[order],
        high=high[order],
        folds=folds,
        outcome=evidence.outcome,
        **sides[0].facts(),
        level=level,
        **units.facts(),
    )


def _scored(
    evidence: Evidence, in_fold: Array, model: Model, advance: Callable[[], None]
) -> tuple[float, float]:
    """Return the area under the curve over all parts, and its variance."""
    journeys, counts = evidence.journeys, evidence.counts
    areas, pairs, moved = [], [], np.zeros(len(counts))
    for test in in_fold.T:
        training = recounted(journeys, (counts - test).astype(np.int64))
        scores = _scores(evidence, model(training), training)
        hits, misses = np.where(evidence.reached, test, 0.0), np.where(evidence.reached, 0.0, test)
        if not hits.any() or not misses.any():
            raise InvalidInputError(
                "a part has no journey with the outcome, or none without it",
                mend="fewer folds=, or another seed=",
            )
        above = _mean_above(scores, misses)
        below = 1 - _mean_above(scores, hits)
        area = float(hits @ above / hits.sum())
        share = hits / hits.sum() * (above - area) + misses / misses.sum() * (below - area)
        areas.append(area)
        pairs.append(hits.sum() * misses.sum())
        moved += share / np.where(counts > 0, counts, 1.0) * pairs[-1]
        advance()
    total = float(np.sum(pairs))
    spread = dependence(evidence.units).covariance(moved[None, :] / total)
    return float(np.dot(areas, pairs) / total), float(spread[0, 0])


def _scores(evidence: Evidence, credit: Credit, training: Journeys) -> Array:
    """Return the sum of the credit per visit of the touchpoints of each journey, float64 (n,)."""
    keys = [one.key for one in evidence.journeys.touchpoints]
    weights = np.repeat(training.counts.astype(np.float64), np.diff(training.offsets))
    visits = np.bincount(training.codes, weights, len(keys))
    got = credit.as_dict()
    amounts = np.array([got.get(key, 0.0) for key in keys])
    each = np.where(visits > 0, np.nan_to_num(amounts) / np.maximum(visits, 1), 0.0)
    return segments.sum_by_segment(each[evidence.codes], evidence.offsets)


def _mean_above(scores: Array, weights: Array) -> Array:
    """Return the weighted share of scores below each score, ties counting half, float64 (n,)."""
    steady = np.round(scores, 12)
    distinct, of = np.unique(steady, return_inverse=True)
    mass = np.bincount(of, weights, len(distinct))
    below = np.cumsum(mass) - mass
    return np.asarray(((below + mass / 2) / mass.sum())[of])
