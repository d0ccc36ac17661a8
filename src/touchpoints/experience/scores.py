"""Scores of a survey: the touchpoint that each of them is about."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Any

import numpy as np

from touchpoints._core.checks import check_option, microseconds, public
from touchpoints._core.datetimes import BadTimes
from touchpoints._core.frozen import Array, Coded, owned
from touchpoints._core.zones import Ambiguous
from touchpoints.experience._shared.answer_terms import Unmatched
from touchpoints.experience._shared.attaching import (
    Roles,
    check_single,
    ids_named,
    placed,
    reported,
    settled,
    table_of_answers,
)
from touchpoints.experience._shared.metrics import (
    Metric,
    check_no_truths,
    metric_of,
    scores_of,
)
from touchpoints.journeys.cutting import require_times
from touchpoints.journeys.model import Journeys, checked_journeys, derive
from touchpoints.sources._columns import checked_times


@public
def attach_scores(
    journeys: Journeys,
    scores: Any,
    *,
    metric: str | Metric,
    score: str,
    time: str,
    journey: str | Sequence[str] | None = None,
    person: str | None = None,
    touchpoint: str | None = None,
    within: dt.timedelta | None = None,
    unmatched: Unmatched = "raise",
    tz: str | None = None,
    ambiguous: Ambiguous | None = None,
    time_format: str | None = None,
    bad_times: BadTimes = "raise",
) -> Journeys:
    """Attach scores of a survey to the interactions that they are about.

    A score is about the latest interaction at or before it, of its journey or of its person, and
    never about a later one.

    Parameters
    ----------
    scores
        A dataframe, a mapping of columns by name, or a sequence of records: one row per score, in
        any order.
    metric
        What the scores mean: one of `METRICS`, for example ``"nps"``, or a `Metric` of your own.
    score
        The column with the score.
    time, journey, person, touchpoint, within, unmatched, tz, ambiguous, time_format, bad_times
        As in `attach_answers`.

    Returns
    -------
    Journeys
        With the per-interaction column of the metric's name: the score of each interaction, nan
        without one. Scores outside the scale are kept: each analysis leaves them out and counts
        them. ``meta.report`` counts what became of every score, among the answers.

    Raises
    ------
    NotFoundError
        When a column, the metric or (with ``unmatched="raise"``) a touchpoint does not exist.
    InvalidInputError
        When the journeys have no times, no score is of a journey or person of the log, scores are
        no numbers (True and False are none), or a score is about a row that stands for several
        journeys.

    See Also
    --------
    assessments : Summaries of the scores, by touchpoint.
    attach_answers : The same for needs and contexts.

    Notes
    -----
    Of several scores about one interaction the last in time holds; if scores of that same time
    differ, none does. Scores attached before are replaced by new ones about the same interaction.
    The counts are those of `attach_answers`. O(m log m + a log m) for m interactions and a scores.

    Examples
    --------
    >>> import touchpoints as tp
    >>> log = {"id": [1, 1, 2], "at": ["2026-01-01", "2026-01-03", "2026-01-02"], "do": list("aba")}
    >>> journeys = tp.from_columns(log, journey="id", time="at", touchpoint="do")
    >>> survey = [{"id": 1, "at": "2026-01-04", "nps": 9}, {"id": 2, "at": "2026-01-01", "nps": 2}]
    >>> scored = tp.experience.attach_scores(
    ...     journeys, survey, metric="nps", score="nps", journey="id", time="at"
    ... )
    >>> scored.per_interaction["nps"].tolist()
    [nan, 9.0, nan]
    >>> scored.meta.report.sentences()
    ('1 of 2 answers was given before any interaction that fits',)
    """
    checked_journeys(journeys)
    require_times(journeys, "attach_scores")
    kind = metric_of(metric)
    check_option("unmatched", unmatched, Unmatched)
    ids = ids_named(journey, person, what="scores")
    named = {"score": score}
    roles = Roles(journey=ids, person=person, time=time, facets=named, touchpoint=touchpoint)
    how = checked_times(time_format=time_format, tz=tz, bad_times=bad_times, ambiguous=ambiguous)
    limit = None if within is None else microseconds(within, "within")
    table = table_of_answers(scores, [name for _, name in roles.asked()])
    table.load(roles.asked())
    check_no_truths(table.values(score), score)
    numbers, levels = _levels(table.numbers(score))
    nothing = np.zeros(table.rows, dtype=bool)
    found = placed(
        journeys,
        table,
        roles,
        within=limit,
        unmatched=unmatched,
        how=how,
        wrong=nothing,
        blank=numbers.codes < 0,
    )
    rows, codes, _ = settled(found, {"score": numbers})["score"]
    check_single(journeys, found)
    column = _before(journeys, kind)
    column[rows] = levels[codes]
    kept = {**journeys.per_interaction, kind.name: owned(column)}
    return reported(derive(journeys, per_interaction=kept), found.became)


def _levels(values: Array) -> tuple[Coded, Array]:
    """Return scores as codes of their levels, and the levels; missing scores have code -1."""
    numbers = values.astype(np.float64)
    known = ~np.isnan(numbers)
    levels, places = np.unique(numbers[known], return_inverse=True)
    codes = np.full(len(numbers), -1, dtype=np.int32)
    codes[known] = places
    return Coded(owned(codes), tuple(levels.tolist())), levels


def _before(journeys: Journeys, metric: Metric) -> Array:
    """Return a copy of the scores that interactions have so far."""
    if metric.name not in journeys.per_interaction:
        return np.full(len(journeys.codes), np.nan)
    scores_of(journeys, metric)
    return np.array(journeys.per_interaction[metric.name], dtype=np.float64)
