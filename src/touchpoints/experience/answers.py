"""Answers to "why did you come?": the need or context of the interaction they are about."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Any

from touchpoints._core.checks import microseconds, public
from touchpoints._core.datetimes import BadTimes
from touchpoints._core.zones import Ambiguous
from touchpoints.experience._shared.answer_terms import Unmatched
from touchpoints.experience._shared.attaching import Roles, attach, table_of_answers
from touchpoints.journeys.model import Journeys, checked_journeys
from touchpoints.sources._columns import checked_times


@public
def attach_answers(
    journeys: Journeys,
    answers: Any,
    *,
    time: str,
    journey: str | Sequence[str] | None = None,
    person: str | None = None,
    need: str | None = None,
    context: str | None = None,
    touchpoint: str | None = None,
    within: dt.timedelta | None = None,
    unmatched: Unmatched = "raise",
    tz: str | None = None,
    ambiguous: Ambiguous | None = None,
    time_format: str | None = None,
    bad_times: BadTimes = "raise",
) -> Journeys:
    """Attach answers to "why did you come?" to the interactions they are about.

    An answer is about the latest interaction at or before it, of its journey or of its person, and
    never about a later one.

    Parameters
    ----------
    answers
        A dataframe, a mapping of columns by name, or a sequence of records: one row per answer, in
        any order.
    time
        The column with the time of the answer.
    journey, person
        The column with the id of the journey (or several, as in `touchpoints.from_frame`), or of
        the person: then the answer is about the latest interaction in any journey of the person.
        One of the two must be given.
    need, context
        The columns with the need and the context that people name, at least one of them: the id,
        the label or an alias of a term, in any language of the taxonomy. Where the log has no
        taxonomy, any text is a term. ``"unknown"`` counts as blank.
    touchpoint
        The column with the touchpoint that the answer names: a key, a raw text, or the id, label or
        alias of a type. The answer is then about the latest interaction with it; where the column
        is blank, with any touchpoint.
    within
        The longest time between the interaction and the answer, inclusive; by default there is no
        limit.
    unmatched
        How to treat answers that name a term or touchpoint that is not known: ``"raise"``, or
        ``"drop"`` to leave them out and count them.
    tz, ambiguous, time_format, bad_times
        How times of answers are written, as in `touchpoints.from_frame`. They must have a time zone
        exactly if those of the log have one.

    Returns
    -------
    Journeys
        The touchpoint of an interaction with an answer has the need and the context of the answer,
        and ``need_from`` and ``context_from`` are 3, data, there. What was inferred before is kept:
        ``need_inferred`` and ``context_inferred`` hold it, and are missing where there is no
        answer. ``meta.report`` counts what became of every answer.

    Raises
    ------
    NotFoundError
        When a column does not exist, or with ``unmatched="raise"`` a term or touchpoint is not
        known; the message proposes similar names.
    InvalidInputError
        When the journeys have no times or are collapsed, no answer is of a journey or person of the
        log, the times of one side have a time zone and those of the other have none, or an answer
        is about a row that stands for several journeys.

    See Also
    --------
    need_shares : Shares of needs from inferred needs and a few answers.
    touchpoints.retype : Classify the interactions again, before answers are attached.

    Notes
    -----
    Each answer is counted once, for the first of these that applies: it is blank; it is of no
    journey (or person) of the log; it has no time; its term or touchpoint is not known; it comes
    before every interaction it could be about; it comes too late. Of several answers about one
    interaction the last in time holds, as a correction does: the others are *repeated* if they say
    the same and *replaced* if not. If answers of that same time differ, there is no telling which
    is meant: they are *contradicting*, and none holds. This is decided for the need and for the
    context separately. Answers attached by another call replace earlier ones, and what was inferred
    stays what it was before the first.

    Interactions of a journey at the same time: the last of them. Those of several journeys of a
    person: the last one of the journey whose id comes last in order. O(m log m + a log m) for m
    interactions and a answers; O(m) more for each touchpoint that answers name.

    Examples
    --------
    >>> import touchpoints as tp
    >>> log = {"id": [1, 1, 2], "at": ["2026-01-01", "2026-01-03", "2026-01-02"], "do": list("aba")}
    >>> journeys = tp.from_columns(log, journey="id", time="at", touchpoint="do")
    >>> said = [{"id": 1, "at": "2026-01-02", "why": "learn"}, {"id": 2, "at": "2026-01-01"}]
    >>> found = tp.experience.attach_answers(journeys, said, journey="id", time="at", need="why")
    >>> found[0].keys
    ('a[need=learn]', 'b')
    >>> found
    <Journeys: 2 journeys, 3 interactions, 3 touchpoints, 2026-01-01 to 2026-01-03, 1 of 2 answers \
attached and 1 remark (meta.report)>
    >>> found.meta.report.sentences()
    ('1 of 2 answers has nothing to say: no need, no context, no score',)
    """
    checked_journeys(journeys)
    roles = Roles.of(
        journey=journey,
        person=person,
        time=time,
        need=need,
        context=context,
        touchpoint=touchpoint,
    )
    how = checked_times(time_format=time_format, tz=tz, bad_times=bad_times, ambiguous=ambiguous)
    limit = None if within is None else microseconds(within, "within")
    table = table_of_answers(answers, [name for _, name in roles.asked()])
    return attach(journeys, table, roles, within=limit, unmatched=unmatched, how=how)
