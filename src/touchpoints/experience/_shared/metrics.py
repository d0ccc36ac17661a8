"""What scores mean: their scale, which end of it is good, and how they are summed up."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Literal

import attrs
import numpy as np

from touchpoints._core import checks
from touchpoints._core.checks import check_option
from touchpoints._core.frozen import Array, Coded, FrozenMap
from touchpoints._core.messages import first_few, not_found, quoted
from touchpoints._core.text import is_blank
from touchpoints.errors import InvalidInputError, WrongKindError
from touchpoints.journeys.model import Journeys

_OF_TRUTHS = "give the scores that True and False stand for, such as 1 and 0"

Better = Literal["high", "low"]
Summary = Literal["net", "top_box", "mean"]


def _is_finite(_: object, attribute: attrs.Attribute[Any], value: object) -> None:
    checks.finite(attribute.name, value)


@attrs.frozen(kw_only=True)
class Metric:
    """A kind of score that people give: its scale, its direction, and its usual summary.

    Attributes
    ----------
    name : str
        The name of the per-interaction column that holds the scores.
    low, high : float
        The ends of the scale. Scores outside are counted, and never clipped.
    better : str
        Which end is good: ``"high"`` or ``"low"``.
    satisfied, dissatisfied : float
        The worst score of people who are satisfied, and the best score of those who are not. Scores
        between them are neutral.
    summary : str
        How scores are usually summed up: ``"net"`` (the percentage of satisfied people minus that
        of dissatisfied ones), ``"top_box"`` (the share of satisfied ones) or ``"mean"``.

    Examples
    --------
    >>> import touchpoints as tp
    >>> tp.experience.Metric(name="kindness", low=1, high=5, satisfied=4, dissatisfied=2).better
    'high'
    """

    name: str
    low: float = attrs.field(validator=_is_finite)
    high: float = attrs.field(validator=_is_finite)
    satisfied: float = attrs.field(validator=_is_finite)
    dissatisfied: float = attrs.field(validator=_is_finite)
    better: Better = "high"
    summary: Summary = "mean"

    def __attrs_post_init__(self) -> None:
        check_option("better", self.better, Better)
        check_option("summary", self.summary, Summary)
        if not isinstance(self.name, str) or is_blank(self.name):
            raise WrongKindError(f"name must be text that is not blank, got {quoted(self.name)}")
        bounds = (self.low, self.dissatisfied, self.satisfied, self.high)
        if self.better == "low":
            bounds = (self.low, self.satisfied, self.dissatisfied, self.high)
        if list(bounds) != sorted(bounds) or self.satisfied == self.dissatisfied:
            ends = "low <= dissatisfied < satisfied <= high"
            if self.better == "low":
                ends = "low <= satisfied < dissatisfied <= high"
            raise InvalidInputError(
                f"the thresholds of {self.name!r} must lie on its scale in the order of its "
                f"direction, better={self.better!r}: {ends}",
                where=f"low {self.low:g}, high {self.high:g}, satisfied {self.satisfied:g}, "
                f"dissatisfied {self.dissatisfied:g}",
            )

    def outside(self, scores: Array) -> Array:
        """Return which scores lie outside the scale, bool; missing ones do not."""
        return np.asarray((scores < self.low) | (scores > self.high))

    def is_satisfied(self, scores: Array) -> Array:
        """Return which scores are of satisfied people, bool; False where missing."""
        high = self.better == "high"
        return np.asarray(scores >= self.satisfied if high else scores <= self.satisfied)

    def is_dissatisfied(self, scores: Array) -> Array:
        """Return which scores are of dissatisfied people, bool; False where missing."""
        high = self.better == "high"
        return np.asarray(scores <= self.dissatisfied if high else scores >= self.dissatisfied)

    def rescaled(self, scores: Array) -> Array:
        """Return scores from 0, the worst end of the scale, to 1, the best; missing ones stay."""
        shares = (scores - self.low) / (self.high - self.low)
        return np.asarray(shares if self.better == "high" else 1 - shares)


METRICS: Mapping[str, Metric] = FrozenMap(
    {
        one.name: one
        for one in (
            Metric(name="nps", low=0, high=10, satisfied=9, dissatisfied=6, summary="net"),
            Metric(name="csat", low=1, high=5, satisfied=4, dissatisfied=2, summary="top_box"),
            Metric(name="ces1", low=1, high=5, satisfied=2, dissatisfied=4, better="low"),
            Metric(name="ces2", low=1, high=7, satisfied=5, dissatisfied=3),
            Metric(name="empathy", low=1, high=5, satisfied=4, dissatisfied=2),
            Metric(name="trust", low=1, high=5, satisfied=4, dissatisfied=2),
            Metric(name="value", low=1, high=5, satisfied=4, dissatisfied=2),
            Metric(name="sentiment", low=-1, high=1, satisfied=0.05, dissatisfied=-0.05),
            Metric(name="hcahps", low=0, high=10, satisfied=9, dissatisfied=6, summary="top_box"),
            Metric(name="always", low=1, high=4, satisfied=4, dissatisfied=2, summary="top_box"),
        )
    }
)
"""Built-in metrics by name.

``nps`` is the Net Promoter Score (F. F. Reichheld 2003); ``csat`` satisfaction, two of five boxes
on top; ``ces1`` the Customer Effort Score of 2010, where low is good, and ``ces2`` that of 2013,
where high is good. ``hcahps`` rates a hospital from 0 to 10, and ``always`` says how often it
happened, from 1, never, to 4, always. ``sentiment`` is that of a text, from -1 to 1.
"""


def metric_of(metric: str | Metric) -> Metric:
    """Return a metric, by name if it is built in.

    Raises
    ------
    NotFoundError
        When there is no built-in metric of this name.
    """
    if isinstance(metric, Metric):
        return metric
    if not isinstance(metric, str):
        raise WrongKindError(
            f"metric must be a name or a Metric, got {quoted(metric)}", mend='for example "nps"'
        )
    if metric not in METRICS:
        raise not_found("metric", metric, METRICS, where="among those built in")
    return METRICS[metric]


@attrs.frozen(eq=False)
class Scores:
    """The scores of a metric that interactions have.

    Attributes
    ----------
    metric : Metric
        What they mean.
    values : float64 (m,)
        The score of each interaction; nan without one, and where it is outside the scale.
    outside : bool (m,)
        Which interactions have a score outside the scale.
    """

    metric: Metric
    values: Array
    outside: Array

    @property
    def known(self) -> Array:
        """Which interactions have a score on the scale, bool (m,)."""
        return ~np.isnan(self.values)


def check_no_truths(values: Sequence[Any], name: str) -> None:
    """Raise when values that should be scores hold True or False."""
    wrong = [row for row, one in enumerate(values) if isinstance(one, (bool, np.bool_))]
    if wrong:
        raise InvalidInputError(
            f"column {name!r} must hold numbers, the scores of a metric, not True and False",
            where=f"rows {first_few(wrong)}",
            mend=_OF_TRUTHS,
        )


def scores_of(journeys: Journeys, metric: str | Metric) -> Scores:
    """Return the scores in the per-interaction column of the metric's name.

    Raises
    ------
    NotFoundError
        When there is no such metric or no such column.
    InvalidInputError
        When the column does not hold numbers.
    """
    found = metric_of(metric)
    if found.name not in journeys.per_interaction:
        raise not_found(
            "per-interaction column",
            found.name,
            journeys.per_interaction,
            where="keep it when reading the log, or attach scores: tp.experience.attach_scores",
        )
    column = journeys.per_interaction[found.name]
    if isinstance(column, Coded) or column.dtype.kind not in "iuf":
        truths = not isinstance(column, Coded) and column.dtype.kind == "b"
        raise InvalidInputError(
            f"the per-interaction column {found.name!r} must hold numbers, the scores of a metric"
            + (", not True and False" if truths else ""),
            mend=_OF_TRUTHS if truths else "convert it when reading the log",
        )
    values = column.astype(np.float64)
    outside = found.outside(values)
    return Scores(found, np.where(outside, np.nan, values), outside)
