"""Answers of surveys: metrics, scales, wide tables, and where they meet scores (A4, B20)."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import polars as pl
import pytest

import touchpoints as tp
from tests.sources import story
from touchpoints.sources._shared.service.scales import SCALES

FIXTURE = Path(__file__).parent / "data" / "surveys.csv"
AT = "2026-03-06T18:00:00Z"


def answer(score: object, who: str | None = "ana", **more: Any) -> dict[str, Any]:
    """Return the row of an answer."""
    return {"respondent": who, "submitted_at": AT, "score": score, **more}


def test_the_story_is_read() -> None:
    """A4: two metrics in one table, each with its scale; times in the order of instants."""
    journeys = tp.sources.surveys(FIXTURE)
    kept = journeys.per_interaction

    assert story.told(journeys) == story.expected([[one] for one in story.SURVEYS])
    assert np.array_equal(kept["nps"], [9, np.nan], equal_nan=True)
    assert np.array_equal(kept["csat"], [np.nan, 2], equal_nan=True)
    assert kept["metric"].to_list() == ["nps", "csat"]
    assert kept["score"].tolist() == [9, 2]
    assert list(zip(kept["scale_low"].tolist(), kept["scale_high"].tolist(), strict=True)) == [
        (0, 10),
        (1, 5),
    ]
    assert kept["touchpoint_ref"].to_list() == ["purchase", "customer_service"]
    assert kept["text"].to_list() == ["Easy to find the size", "Nobody answers"]


def test_the_usual_scales_are_those_of_the_metrics() -> None:
    """What this reader takes as a scale is what `experience` takes."""
    metrics = tp.experience.METRICS

    assert {name: (metrics[name].low, metrics[name].high) for name in metrics} == SCALES


def test_responses_are_summed_up_by_metric() -> None:
    """B20: the columns are those that assessments read."""
    rows = [answer(score, who=str(score)) for score in (10, 9, 8, 6)]
    found = tp.experience.assessments(tp.sources.surveys(rows, metric="nps"), metric="nps")

    # Two promoters and one detractor of four.
    assert found.as_dict()["survey_response"] == 25
    assert found.outside == 0


def test_scores_meet_the_touchpoints_they_are_about() -> None:
    """B20: the scores read here attach to the journeys of another source."""
    web = tp.from_records(
        [
            {"who": one.person, "at": f"{one.at}Z", "what": one.what}
            for session in story.WEB
            for one in session
        ],
        journey="who",
        person="who",
        time="at",
        touchpoint="what",
    )
    answers = tp.sources.surveys(FIXTURE)
    table = {
        "who": answers.persons,
        "at": answers.times,
        "nps": answers.per_interaction["nps"],
        "about": answers.per_interaction["touchpoint_ref"],
    }
    scored = tp.experience.attach_scores(
        web, table, metric="nps", score="nps", person="who", time="at", tz="UTC",
        touchpoint="about", unmatched="drop",
    )  # fmt: skip

    rated = scored.per_interaction["nps"]
    at = int(np.flatnonzero(~np.isnan(rated))[0])
    assert rated[at] == 9
    assert [*scored[0].keys, *scored[1].keys][at] == "purchase"
    assert np.isnan(rated).sum() == len(rated) - 1


@pytest.mark.parametrize(
    ("metric", "scale", "column"),
    [
        ("ces", None, "ces2"),
        ("CES", (1, 7), "ces2"),
        ("ces", (1, 5), "ces1"),
        (" Csat ", {"csat": (0, 10)}, "csat"),
        ("kindness", [1, 3], "kindness"),
    ],
)
def test_the_scale_goes_with_the_score(metric: str, scale: Any, column: str) -> None:
    """Effort has two versions of opposite directions, which the scale tells apart."""
    for rows, asked in (([answer(3)], metric), ([answer(3, metric=metric)], None)):
        kept = tp.sources.surveys(rows, metric=asked, scale=scale).per_interaction

        assert kept[column].tolist() == [3]
        assert kept["metric"].to_list() == [column]


def test_a_wide_table_has_a_column_for_each_question() -> None:
    """One response is one interaction, with all its scores."""
    table = pl.DataFrame(
        {
            "who": ["ana", "leo", "eva"],
            "when": [AT, AT, AT],
            "q1": [9, None, None],
            "q2": [5, 2, None],
        }
    )
    journeys = tp.sources.surveys(
        table, columns={"nps": "q1", "csat": "q2"}, respondent="who", submitted_at="when"
    )
    kept = journeys.per_interaction

    assert journeys.ids.tolist() == ["ana", "leo"]
    assert np.array_equal(kept["nps"], [9, np.nan], equal_nan=True)
    assert kept["csat"].tolist() == [5, 2]
    assert "score" not in kept
    assert journeys.meta.report.left_out_reasons == {
        "a response without a score and without a text": 1
    }


@pytest.mark.parametrize(
    ("said", "score"),
    [("9", 9), (" 9 ", 9), ("9/10", 9), (9.0, 9), (np.int64(9), 9), ("9.5", 9.5), ("0", 0)],
)
def test_scores_in_text_are_read(said: object, score: float) -> None:
    """Numbers, and numbers of the top of the scale."""
    journeys = tp.sources.surveys([answer(said)], metric="nps")

    assert journeys.per_interaction["nps"].tolist() == [score]


@pytest.mark.parametrize(
    ("said", "says"),
    [
        (11, "outside its scale, 0 to 10"),
        (-1, "outside its scale, 0 to 10"),
        ("9/5", "of another scale"),
        ("9/", "of another scale"),
        ("nine", "score must be a number"),
        ("9 - very likely", "score must be a number"),
        ("9,5", "score must be a number"),
        (True, "score must be a number"),
        (float("inf"), "score must be a number"),
        ([9], "score must be a number"),
    ],
)
def test_scores_off_the_scale_are_refused_or_counted(said: object, says: str) -> None:
    """No score is clipped, and none is guessed."""
    rows = [answer(said), answer(7, who="leo")]

    with pytest.raises(tp.errors.InvalidInputError, match=says):
        tp.sources.surveys(rows, metric="nps")
    with pytest.warns(tp.errors.TouchpointsWarning, match="1 response cannot be read"):
        journeys = tp.sources.surveys(rows, metric="nps", on_error="skip")
    assert journeys.ids.tolist() == ["leo"]
    assert journeys.meta.report.skipped == 1


def test_a_row_without_a_known_metric_is_refused_or_counted() -> None:
    """A scale of its own mends it."""
    rows = [answer(2, metric="kindness"), answer(2, metric=None), answer(2, metric="nps")]

    with pytest.raises(tp.errors.InvalidInputError, match="has no usual scale") as error:
        tp.sources.surveys(rows)
    assert "scale=" in error.value.mend
    with pytest.raises(tp.errors.InvalidInputError, match="a score has no metric"):
        tp.sources.surveys(rows[1:])
    with pytest.warns(tp.errors.TouchpointsWarning, match="2 responses cannot be read"):
        assert len(tp.sources.surveys(rows, on_error="skip")) == 1
    kept = tp.sources.surveys(rows[:1], scale={"kindness": (0, 3)}).per_interaction
    assert kept["scale_high"].tolist() == [3]


@pytest.mark.parametrize(
    ("more", "error", "says"),
    [
        ({"metric": "npx"}, tp.errors.NotFoundError, "did you mean 'nps'"),
        ({"metric": "zzzzzz"}, tp.errors.NotFoundError, "no metric"),
        ({"metric": "nps", "score": "scores"}, tp.errors.NotFoundError, "did you mean 'score'"),
        ({"metric": "nps", "respondent": "who"}, tp.errors.NotFoundError, "no column 'who'"),
        ({"columns": {"nps": "q1"}}, tp.errors.NotFoundError, "no column 'q1'"),
        ({"metric": "nps", "submitted_at": "at"}, tp.errors.InvalidInputError, "has no at"),
        ({"metric": "ces", "scale": (0, 10)}, tp.errors.InvalidInputError, "neither version"),
        ({"metric": "nps", "scale": (5, 1)}, tp.errors.InvalidInputError, "rise from low"),
        ({"metric": "nps", "scale": (1,)}, tp.errors.WrongKindError, "must be .low, high."),
        ({"metric": "nps", "scale": {"nps": "ab"}}, tp.errors.WrongKindError, "must be .low, h"),
        ({"metric": "text", "scale": (0, 1)}, tp.errors.InvalidInputError, "cannot be called"),
        ({"metric": "nps", "columns": {"a": "b"}}, tp.errors.InvalidInputError, "leave one"),
    ],
)
def test_what_is_asked_wrongly_is_refused(
    more: dict[str, Any], error: type[Exception], says: str
) -> None:
    """Each message names what is wrong and what would be right."""
    with pytest.raises(error, match=says):
        tp.sources.surveys([answer(3, text="fine")], **more)


def test_repeated_responses_are_counted() -> None:
    """By id and metric: two questions of one response are two answers."""
    rows = [
        answer(9, metric="nps", response_id=1),
        answer(4, metric="csat", response_id=1.0),
        answer(8, metric="nps", response_id="1"),
    ]
    journeys = tp.sources.surveys(rows)

    assert journeys.per_interaction["score"].tolist() == [9, 4]
    assert journeys.meta.report.left_out_reasons == {"a response that an earlier row has": 1}


def test_answers_of_nobody_known_are_journeys_of_their_own() -> None:
    """Without a respondent there is no journey of a person."""
    rows = pd.DataFrame([answer(9, who=None), answer(3, who=None), answer(3, who="ana")])
    single = tp.sources.surveys(rows, metric="nps", journey="response")

    assert single.ids.tolist() == ["row 0", "row 1", "row 2"]
    assert single.persons.tolist() == [None, None, "ana"]
    assert tp.sources.surveys(rows, metric="nps").meta.report.without_journey == 2


def test_nested_answers_are_named_by_their_path() -> None:
    """Exports of survey tools hold the answers of a response in an object."""
    page = {"responses": [{"id": "r1", "values": {"who": "ana", "at": AT, "q": {"nps": 9}}}]}
    asked = {"respondent": "values.who", "submitted_at": "values.at", "score": "values.q.nps"}
    journeys = tp.sources.surveys(page, metric="nps", **asked)

    assert journeys.ids.tolist() == ["ana"]
    assert journeys.per_interaction["nps"].tolist() == [9]


def test_a_table_without_the_time_says_how_to_name_it() -> None:
    """The column may be called anything."""
    with pytest.raises(tp.errors.InvalidInputError, match="has no submitted_at") as error:
        tp.sources.surveys([{"respondent": "ana", "when": AT, "score": 3}], metric="nps")
    assert "submitted_at=" in error.value.mend


def test_a_text_alone_is_an_answer() -> None:
    """It is kept, without a score."""
    journeys = tp.sources.surveys([answer(None, comment="¡Genial! 👟")], metric="nps")

    assert np.isnan(journeys.per_interaction["nps"]).all()
    assert journeys.per_interaction["text"].to_list() == ["¡Genial! 👟"]


def test_an_empty_table_has_no_journeys(tmp_path: Path) -> None:
    """A week without answers is no error."""
    (tmp_path / "empty.csv").write_text("respondent,submitted_at,metric,score\n")

    assert len(tp.sources.surveys(tmp_path / "empty.csv")) == 0
    assert len(tp.sources.surveys([], metric="nps")) == 0
