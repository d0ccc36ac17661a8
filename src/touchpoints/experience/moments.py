"""Moments of truth: touchpoints at which a good or a bad experience goes with the outcome."""

from __future__ import annotations

from typing import Any

import attrs
import numpy as np

from touchpoints._core import checks
from touchpoints._core.arrays.segments import owners_of
from touchpoints._core.checks import public
from touchpoints._core.frozen import Array, text_array
from touchpoints._core.tables import column
from touchpoints.attribution import markov
from touchpoints.experience._shared.metrics import Metric, Scores, scores_of
from touchpoints.experience._shared.scored import OfScores
from touchpoints.graphs.outcome import chosen_outcome
from touchpoints.journeys.model import Journeys, checked_journeys
from touchpoints.journeys.tie_breaking import keys_of
from touchpoints.paths import presence
from touchpoints.uncertainty.cell_shares import CellShares, choice_shares, facts_of
from touchpoints.uncertainty.units import units_of

_SIDES = 2


@attrs.frozen(kw_only=True, repr=False)
class MomentsOfTruth(OfScores):
    """How much the outcome differs after a bad and a good experience; one row per touchpoint.

    ``as_dict()`` returns ``{touchpoint: weight}``.

    Attributes
    ----------
    touchpoint : object
        The key of the touchpoint.
    positive, negative : int64
        The journeys whose last score of it is satisfied, and dissatisfied.
    after_positive, after_negative : float64
        The share of each that reaches the outcome.
    difference, low, high : float64
        ``after_positive`` minus ``after_negative``, and its interval: an association.
    reach : float64
        The share of journeys that contain the touchpoint.
    weight : float64
        The size of the difference times the reach: how much of all journeys it could concern.
    effect : float64
        Its removal effect in a Markov chain.
    moment : bool
        Whether it is a moment of truth: the whole interval of the difference is farther from 0 than
        ``min_difference``, and its effect is among the ``top`` largest.
    min_difference, top
        As given.
    outcome, metric : str
        The names of the outcome and of the metric.
    outside : int
        The number of scores outside the scale, which are left out.
    """

    main = "weight"
    labels = ("touchpoint",)

    touchpoint: Array = column(object)
    positive: Array = column(np.int64)
    negative: Array = column(np.int64)
    after_positive: Array = column(np.float64)
    after_negative: Array = column(np.float64)
    difference: Array = column(np.float64)
    low: Array = column(np.float64)
    high: Array = column(np.float64)
    reach: Array = column(np.float64)
    weight: Array = column(np.float64)
    effect: Array = column(np.float64)
    moment: Array = column(np.bool_)
    min_difference: float = attrs.field(repr=False)
    top: int = attrs.field(repr=False)
    outcome: str


@public
def moments_of_truth(
    journeys: Journeys,
    *,
    metric: str | Metric,
    outcome: str | None = None,
    min_difference: float = 0.0,
    top: int = 5,
    level: float = 0.95,
) -> MomentsOfTruth:
    """Find moments of truth: where a bad experience goes with another outcome than a good one.

    Parameters
    ----------
    metric
        The metric whose scores are in the per-interaction column of its name.
    outcome
        Shared argument: see `touchpoints.experience`.
    min_difference
        How far the difference must be from 0, with its whole interval; in [0, 1].
    top
        Among how many of the largest removal effects a moment of truth must be, at least 1.
    level
        Shared argument: see `touchpoints.experience`.

    Returns
    -------
    MomentsOfTruth
        One row per touchpoint with scores, the largest weight first, ties by key.

    Raises
    ------
    NotFoundError
        When the outcome, the metric or its column does not exist.
    InvalidInputError
        When no journey reached the outcome, or journeys contain the touchpoint that defines it.

    See Also
    --------
    deterrence : The same difference adjusted for what came before.
    scorecard : All measures of touchpoints.

    Notes
    -----
    The last score that a journey gives to the touchpoint counts; journeys with a neutral one or
    without one are on neither side, and those whose outcome is not known are left out. The interval
    is recovered from those of the two shares (Zou and Donner 2008), with persons as units. That the
    two conditions must hold together keeps touchpoints out that few people meet, or that others
    could take the place of. O(m log m), and O(k³) for the effects of k touchpoints.

    References
    ----------
    J. Carlzon (1987), Moments of Truth, Ballinger. G. Y. Zou and A. Donner (2008), Construction of
    confidence limits about effect measures, Statistics in Medicine 27(10), 1693-1702,
    doi:10.1002/sim.3095.

    Examples
    --------
    >>> import attrs
    >>> import numpy as np
    >>> import touchpoints as tp
    >>> log = tp.from_paths({"path": ["call"] * 80}, path="path")
    >>> good = np.arange(80) % 2
    >>> log = attrs.evolve(
    ...     log, per_interaction={"csat": 1.0 + 4 * good}, outcomes={"stays": good.astype(float)}
    ... )
    >>> found = tp.experience.moments_of_truth(log, metric="csat")
    >>> found.difference.tolist(), found.moment.tolist()
    ([1.0], [True])
    """
    checked_journeys(journeys)
    level, top = checks.level(level), checks.whole("top", top)
    min_difference = checks.share("min_difference", min_difference, zero=True)
    name, scores = chosen_outcome(journeys, outcome), scores_of(journeys, metric)
    units, k = units_of(journeys, None), len(journeys.touchpoints)
    rows, code, side = _sides(journeys, scores, name)
    cells = (code * _SIDES + side) * 2 + (journeys.outcomes[name][rows] == 1)
    groups = np.repeat(np.arange(k * _SIDES), 2)
    shares = choice_shares(units, (rows, cells), groups=groups, level=level)
    weights = journeys.counts[rows].astype(np.float64)
    number = np.bincount(code * _SIDES + side, weights, k * _SIDES).reshape(-1, _SIDES)
    good, bad = (shares.take(np.arange(k) * _SIDES * 2 + at * 2 + 1) for at in (1, 0))
    columns = _contrast(good, bad)
    columns |= {"positive": number[:, 1], "negative": number[:, 0]}
    keys = keys_of(journeys).tolist()
    reach = presence(journeys, level=level).as_dict()
    credit = markov(journeys, outcome=name, level=level)
    found = np.asarray(credit.effect, dtype=np.float64).tolist()
    effects = dict(zip(credit.touchpoint.tolist(), found, strict=True))
    columns["reach"] = np.array([reach.get(key, 0.0) for key in keys])
    columns["effect"] = np.array([effects.get(key, np.nan) for key in keys])
    columns["weight"] = np.abs(columns["difference"]) * columns["reach"]
    least = sorted((one for one in effects.values() if one == one), reverse=True)[:top]
    far = (columns["low"] > min_difference) | (columns["high"] < -min_difference)
    columns["moment"] = far & (columns["effect"] >= (least[-1] if least else np.inf))
    some = np.flatnonzero(number.sum(axis=1) > 0).tolist()
    order = sorted(
        some, key=lambda row: (-np.nan_to_num(columns["weight"][row], nan=-1), keys[row])
    )
    return MomentsOfTruth(
        touchpoint=text_array([keys[row] for row in order]),
        **{one: values[order] for one, values in columns.items()},
        min_difference=min_difference,
        top=top,
        outcome=name,
        metric=scores.metric.name,
        outside=int((journeys.counts[owners_of(journeys.offsets)] * scores.outside).sum()),
        level=level,
        **facts_of(units, good, bad),
    )


def _sides(journeys: Journeys, scores: Scores, outcome: str) -> tuple[Array, Array, Array]:
    """Return the journey, touchpoint and side of each last score: 0 negative, 1 positive."""
    owners = owners_of(journeys.offsets).astype(np.int64)
    known = ~np.isnan(journeys.outcomes[outcome]) & (journeys.counts > 0)
    rows = np.flatnonzero(scores.known & known[owners])[::-1]
    pairs = owners[rows] * np.int64(len(journeys.touchpoints)) + journeys.codes[rows]
    _, last = np.unique(pairs, return_index=True)
    rows = rows[last]
    good = scores.metric.is_satisfied(scores.values[rows])
    bad = scores.metric.is_dissatisfied(scores.values[rows])
    rows, good = rows[good | bad], good[good | bad]
    return owners[rows], journeys.codes[rows].astype(np.int64), good.astype(np.int64)


def _contrast(good: CellShares, bad: CellShares) -> dict[str, Any]:
    """Return the differences of shares of other journeys, and their intervals."""
    value = good.share - bad.share
    return {
        "after_positive": good.share,
        "after_negative": bad.share,
        "difference": value,
        "low": value - np.hypot(good.share - good.low, bad.high - bad.share),
        "high": value + np.hypot(good.high - good.share, bad.share - bad.low),
    }
