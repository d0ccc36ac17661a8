"""Measures that can be followed over time: what each journey adds to a share or to a mean."""

from __future__ import annotations

from typing import Any, Literal

import attrs
import numpy as np

from touchpoints._core.arrays.segments import lengths_of, owners_of
from touchpoints._core.checks import check_option
from touchpoints._core.frozen import Array
from touchpoints._core.messages import counted, first_few, not_found
from touchpoints.errors import InvalidInputError
from touchpoints.experience._shared.metrics import Metric, scores_of
from touchpoints.graphs.outcome import chosen_outcome
from touchpoints.journeys.cutting import require_times
from touchpoints.journeys.model import Journeys, checked_journeys
from touchpoints.journeys.places.selectors import Selector, meant

MeasureName = Literal[
    "outcome", "reach", "exit", "score", "satisfied", "dissatisfied", "count", "value"
]
"""What is followed:

- ``"outcome"``: the share of journeys that reach the outcome;
- ``"reach"``: the share of journeys with one of the touchpoints;
- ``"exit"``: the share of visits to the touchpoints with which the journey ends;
- ``"score"``: the mean score of a metric, ``"satisfied"`` and ``"dissatisfied"``: the share of such
  scores, at the touchpoints if there are any;
- ``"count"``: interactions with the touchpoints per journey;
- ``"value"``: the mean value of a journey.
"""

OF_TOUCHPOINTS = ("reach", "exit", "count")
OF_SCORES = ("score", "satisfied", "dissatisfied")
SHARES = ("outcome", "reach", "exit", "satisfied", "dissatisfied")


@attrs.frozen(kw_only=True)
class Asked:
    """What to measure, by name.

    Attributes
    ----------
    measure : str
        One of `MeasureName`.
    touchpoints : Selector, optional
        The touchpoints that it is about.
    metric, outcome, value
        The metric of scores, the outcome and the value.
    """

    measure: MeasureName
    touchpoints: Any = None
    metric: str | Metric | None = None
    outcome: str | None = None
    value: str | None = None

    def __attrs_post_init__(self) -> None:
        check_option("measure", self.measure, MeasureName)
        if self.measure in OF_SCORES and self.metric is None:
            raise InvalidInputError(
                f"measure={self.measure!r} needs to know whose scores are meant",
                mend='for example metric="csat"',
            )
        used = {
            "metric": self.measure in OF_SCORES,
            "outcome": self.measure in ("outcome", "exit"),
            "value": self.measure == "value",
        }
        spare = [one for one, read in used.items() if getattr(self, one) is not None and not read]
        if spare:
            raise InvalidInputError(
                f"measure={self.measure!r} does not read {first_few([f'{one}=' for one in spare])}",
                mend="leave it out, or choose another measure",
            )

    @property
    def of_touchpoints(self) -> bool:
        """Whether it depends on which touchpoints are meant."""
        return self.measure in (*OF_TOUCHPOINTS, *OF_SCORES)

    def at(self, touchpoints: Selector | None) -> Asked:
        """Return the same of other touchpoints."""
        return attrs.evolve(self, touchpoints=touchpoints)


@attrs.frozen(eq=False, kw_only=True)
class Measured:
    """What one real journey of each row adds to a ratio of sums.

    Attributes
    ----------
    hits, trials : float64 (n,)
        The numerator and the denominator. With ``share``, hits are at most the trials.
    share : bool
        Whether the ratio is a share; otherwise it is a mean.
    unknown : int
        The number of journeys (of visits for ``"exit"``) left out, because it is not known what
        they add.
    outside : int
        The number of scores outside the scale, which are left out.
    """

    hits: Array
    trials: Array
    share: bool
    unknown: int = 0
    outside: int = 0

    def remarks(self, measure: str) -> list[str]:
        """Return what was left out, a line each."""
        said = []
        if self.unknown:
            what = "visit" if measure == "exit" else "journey"
            said.append(f"{counted(self.unknown, what)} left out: {_UNKNOWN[measure]}")
        if self.outside:
            said.append(f"{counted(self.outside, 'score')} outside the scale left out, not clipped")
        return said


_UNKNOWN = {
    "outcome": "the outcome is not known",
    "exit": "the log ends before it is known what follows",
    "value": "the value is not known",
}


def measured(journeys: Journeys, asked: Asked) -> Measured:
    """Return what each journey adds to a measure.

    Raises
    ------
    NotFoundError
        When there is no such touchpoint, metric, column of scores, outcome or value.
    InvalidInputError
        When the measure needs touchpoints and has none, or there are several outcomes or values
        and none is named.
    """
    checked_journeys(journeys)
    if asked.measure == "outcome":
        return _of_outcome(journeys, asked.outcome)
    if asked.measure == "value":
        return _of_value(journeys, asked.value)
    rows = _rows_meant(journeys, asked)
    if asked.measure in OF_SCORES:
        return _of_scores(journeys, asked, rows)
    visits = _added(journeys, rows.astype(np.float64))
    ones = np.ones(len(journeys))
    if asked.measure == "count":
        return Measured(hits=visits, trials=ones, share=False)
    if asked.measure == "reach":
        return Measured(hits=(visits > 0).astype(np.float64), trials=ones, share=True)
    return _of_exits(journeys, asked.outcome, rows, visits)


def _rows_meant(journeys: Journeys, asked: Asked) -> Array:
    """Return which interactions are with the touchpoints, bool (m,)."""
    if asked.touchpoints is not None:
        return meant(journeys, asked.touchpoints)[journeys.codes]
    if asked.measure in OF_TOUCHPOINTS:
        raise InvalidInputError(
            f"measure={asked.measure!r} needs to know which touchpoint is meant",
            mend='for example touchpoint="live_chat"',
        )
    return np.ones(len(journeys.codes), dtype=bool)


def _added(journeys: Journeys, amounts: Array) -> Array:
    """Return the sum of amounts of interactions (m,) in each journey, float64 (n,)."""
    return np.bincount(owners_of(journeys.offsets), amounts, len(journeys))


def _of_outcome(journeys: Journeys, outcome: str | None) -> Measured:
    reached = journeys.outcomes[chosen_outcome(journeys, outcome)]
    known = ~np.isnan(reached)
    return Measured(
        hits=np.where(known, reached, 0.0),
        trials=known.astype(np.float64),
        share=True,
        unknown=int(journeys.counts[~known].sum()),
    )


def _of_value(journeys: Journeys, value: str | None) -> Measured:
    names = list(journeys.values)
    if value is None and len(names) != 1:
        raise InvalidInputError(
            f"measure='value' needs to know which value is meant: {first_few(names) or 'none'}",
            mend="name one: value=…" if names else "read the log with value=",
        )
    name = names[0] if value is None else value
    if name not in journeys.values:
        raise not_found("value", name, names, where="among the values of the journeys")
    total = journeys.values[name]
    known = ~np.isnan(total)
    each = np.where(known, total, 0.0) / np.maximum(journeys.counts, 1)
    return Measured(
        hits=each,
        trials=known.astype(np.float64),
        share=False,
        unknown=int(journeys.counts[~known].sum()),
    )


def _of_scores(journeys: Journeys, asked: Asked, rows: Array) -> Measured:
    scores = scores_of(journeys, asked.metric or "")
    kept = scores.known & rows
    values = np.where(kept, scores.values, 0.0)
    if asked.measure == "satisfied":
        values = scores.metric.is_satisfied(scores.values).astype(np.float64) * kept
    elif asked.measure == "dissatisfied":
        values = scores.metric.is_dissatisfied(scores.values).astype(np.float64) * kept
    counts = journeys.counts[owners_of(journeys.offsets)]
    return Measured(
        hits=_added(journeys, values),
        trials=_added(journeys, kept.astype(np.float64)),
        share=asked.measure != "score",
        outside=int(counts[scores.outside & rows].sum()),
    )


def _of_exits(journeys: Journeys, outcome: str | None, rows: Array, visits: Array) -> Measured:
    """Return exits of visits; a journey that ends with the outcome does not end with an exit."""
    filled = lengths_of(journeys.offsets) > 0
    last = np.zeros(len(journeys), dtype=bool)
    last[filled] = rows[journeys.offsets[1:][filled] - 1]
    reached = np.zeros(len(journeys))
    if outcome is not None:
        reached = journeys.outcomes[chosen_outcome(journeys, outcome)]
    known = journeys.finished & ~np.isnan(reached)
    return Measured(
        hits=(last & known & (reached != 1)).astype(np.float64),
        trials=visits - (last & ~known),
        share=True,
        unknown=int(journeys.counts[last & ~known].sum()),
    )


@attrs.frozen(eq=False, kw_only=True)
class Starts:
    """When journeys began in the log.

    Attributes
    ----------
    known : bool (n,)
        Which have an interaction, and stand for at least one real journey.
    first, last : int64 (n,)
        The time of the first and of the last interaction, in microseconds; 0 where not known.
    empty : int
        The number of real journeys without an interaction.
    """

    known: Array
    first: Array
    last: Array
    empty: int


def starts_of(journeys: Journeys, what: str) -> Starts:
    """Return when journeys began and ended.

    Raises
    ------
    InvalidInputError
        When the journeys have no times.
    """
    stamps = require_times(journeys, what).view(np.int64)
    filled = lengths_of(journeys.offsets) > 0
    first, last = np.zeros(len(journeys), np.int64), np.zeros(len(journeys), np.int64)
    first[filled] = stamps[journeys.offsets[:-1][filled]]
    last[filled] = stamps[journeys.offsets[1:][filled] - 1]
    return Starts(
        known=filled & (journeys.counts > 0),
        first=first,
        last=last,
        empty=int(journeys.counts[~filled].sum()),
    )
