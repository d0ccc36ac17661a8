"""B8, B20: scores attach to the touchpoint that they follow, never to a later one."""

from __future__ import annotations

import datetime as dt
from typing import Any

import attrs
import numpy as np
import pytest

import touchpoints as tp
from touchpoints.errors import InvalidInputError, NotFoundError

E = tp.experience
NAN = float("nan")


def log() -> tp.Journeys:
    """Return two journeys of ana, and one of leo, a day between interactions."""
    rows = [
        {"id": 1, "who": "ana", "at": "2026-01-01", "do": "search"},
        {"id": 1, "who": "ana", "at": "2026-01-02", "do": "call"},
        {"id": 1, "who": "ana", "at": "2026-01-03", "do": "buy"},
        {"id": 2, "who": "leo", "at": "2026-01-02", "do": "call"},
        {"id": 3, "who": "ana", "at": "2026-01-09", "do": "call"},
    ]
    return tp.from_records(rows, journey="id", person="who", time="at", touchpoint="do")


def attached(rows: list[dict[str, Any]], **how: Any) -> tp.Journeys:
    """Return the log with these scores of satisfaction attached."""
    given = {"metric": "csat", "score": "score", "journey": "id", "time": "at"} | how
    return E.attach_scores(log(), rows, **given)


def scores(journeys: tp.Journeys) -> list[float]:
    """Return the scores of the interactions."""
    return journeys.per_interaction["csat"].tolist()


def test_a_score_is_about_the_latest_interaction_before_it() -> None:
    """At the same time counts as before; the next interaction never does."""
    rows = [
        {"id": 1, "at": "2026-01-02", "score": 5},
        {"id": 1, "at": "2026-01-02T23:00", "score": 4},
        {"id": 2, "at": "2026-01-01", "score": 1},
    ]
    found = attached(rows)

    np.testing.assert_array_equal(scores(found), [NAN, 4, NAN, NAN, NAN])
    report = found.meta.report
    assert (report.answers, report.answers_attached) == (3, 1)
    assert (report.answers_replaced, report.answers_too_early) == (1, 1)


def test_scores_of_persons_and_named_touchpoints() -> None:
    """The latest call of the person, whatever came after it."""
    rows = [{"who": "ana", "at": "2026-01-05", "score": 2, "about": "call"}]
    found = attached(rows, journey=None, person="who", touchpoint="about")

    np.testing.assert_array_equal(scores(found), [NAN, 2, NAN, NAN, NAN])


def test_a_window_keeps_old_interactions_out() -> None:
    """A score of a month later says nothing about the call."""
    rows = [{"id": 2, "at": "2026-02-02", "score": 2}]
    found = attached(rows, within=dt.timedelta(days=7))

    assert np.isnan(scores(found)).all()
    assert found.meta.report.answers_too_late == 1


def test_contradictions_and_repeats() -> None:
    """Of two different scores of one time none holds; the same twice is one."""
    rows = [
        {"id": 1, "at": "2026-01-04", "score": 5},
        {"id": 1, "at": "2026-01-04", "score": 1},
        {"id": 2, "at": "2026-01-04", "score": 3},
        {"id": 2, "at": "2026-01-04", "score": 3},
    ]
    found = attached(rows)

    np.testing.assert_array_equal(scores(found), [NAN, NAN, NAN, 3, NAN])
    report = found.meta.report
    assert (report.answers_contradicting, report.answers_repeated) == (2, 1)


def test_scores_outside_the_scale_are_kept_and_counted_by_the_analysis() -> None:
    """They are not clipped to the scale, and not lost."""
    found = attached([{"id": 2, "at": "2026-01-04", "score": 11}, {"id": 1, "at": "2026-01-04"}])

    assert scores(found)[3] == 11
    assert E.assessments(found, metric="csat").outside == 1
    assert found.meta.report.answers_blank == 1
    assert "1 of 2 answers has nothing to say" in found.meta.report.sentences()[0]


def test_later_surveys_add_to_earlier_ones() -> None:
    """Scores of another call stay, unless new ones are about the same interaction."""
    first = attached(
        [{"id": 1, "at": "2026-01-04", "score": 5}, {"id": 2, "at": "2026-01-04", "score": 4}]
    )
    both = E.attach_scores(
        first,
        [{"id": 2, "at": "2026-01-05", "score": 1}],
        metric="csat",
        score="score",
        journey="id",
        time="at",
    )

    np.testing.assert_array_equal(scores(both), [NAN, NAN, 5, 1, NAN])


def test_bad_input() -> None:
    """Nobody's scores, texts, columns that are not there, several journeys in a row."""
    row = {"id": 2, "at": "2026-01-04", "score": 3}
    with pytest.raises(InvalidInputError, match="no answer is of a journey of the log"):
        attached([row | {"id": 77}])
    with pytest.raises(InvalidInputError, match="score"):
        attached([row | {"score": "good"}])
    for several in ([3], [3, 4]):
        with pytest.raises(InvalidInputError, match=r"'score' must hold numbers .rows 0, 1: \[3"):
            attached([row | {"score": several}, row | {"score": several}])
    with pytest.raises(NotFoundError, match="mark"):
        attached([row], score="mark")
    with pytest.raises(NotFoundError, match="csat"):
        attached([row], metric="csta")
    with pytest.raises(InvalidInputError, match="of journeys or of persons"):
        attached([row], person="id")
    with pytest.raises(InvalidInputError, match="counted several times"):
        E.attach_scores(
            attrs.evolve(log(), counts=np.array([1, 2, 1])),
            [row],
            metric="csat",
            score="score",
            journey="id",
            time="at",
        )


def test_a_score_of_a_touchpoint_that_the_journey_lacks_fits_no_interaction() -> None:
    """It comes after the first interaction, and is about none: the report says so."""
    journeys = tp.from_records(
        [{"id": 1, "at": "2026-01-01", "do": "a"}, {"id": 2, "at": "2026-01-01", "do": "b"}],
        journey="id",
        time="at",
        touchpoint="do",
    )
    survey = [{"id": 1, "at": "2026-01-09", "nps": 9, "about": "b"}]
    found = tp.experience.attach_scores(
        journeys, survey, metric="nps", score="nps", journey="id", time="at", touchpoint="about"
    )
    assert np.isnan(found.per_interaction["nps"]).all()
    assert found.meta.report.sentences() == (
        "1 of 1 answer was given before any interaction that fits",
    )
