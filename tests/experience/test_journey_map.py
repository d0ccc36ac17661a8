"""The journey map as a value: what it counts, against a plan, and as JSON (A2, B2, B17–B19)."""

from __future__ import annotations

import json
import math
from typing import Any

import attrs
import numpy as np
import pytest

import touchpoints as tp

E = tp.experience
CUSTOMER = tp.load_taxonomy("customer")
PLAN = """
name = "buying"
taxonomy = "customer"
[touchpoints.search_query]
[touchpoints.review_read]
[touchpoints.purchase]
[touchpoints.delivery_received]
"""


def journeys_of(paths: dict[str, list[Any]], **more: Any) -> tp.Journeys:
    """Return typed journeys, one for each person, with a score for each interaction."""
    rows = [
        {"who": who, "at": f"2026-01-{day:02}", "what": what, "csat": score}
        for who, steps in paths.items()
        for day, (what, score) in enumerate(steps, 1)
    ]
    return tp.from_records(
        rows,
        journey="who",
        time="at",
        touchpoint="what",
        taxonomy=CUSTOMER,
        per_interaction=["csat"],
        **more,
    )


FOUR = {
    "ana": [("search_query", 4.0), ("review_read", 1.0), ("purchase", 5.0)],
    "ben": [("search_query", 2.0), ("review_read", 1.0)],
    "cy": [("search_query", 3.0), ("search_query", 3.0), ("review_read", 2.0)],
    "dora": [("review_read", 1.0), ("search_query", 3.0)],
}


def test_touchpoints_by_hand() -> None:
    """Reach, place and valence of four journeys of one person each, worked by hand."""
    found = E.journey_map(journeys_of(FOUR)).touchpoints
    rows = {row["touchpoint"]: row for row in found.to_dicts()}

    assert ["review_read", "search_query", "purchase"] == list(rows)  # ties by key
    assert [4, 4, 1] == found.journeys.tolist()
    assert [1.0, 1.0, 0.25] == found.reach.tolist()
    low, high = tp.wilson(1, 4)
    assert (low, high) == pytest.approx(
        (rows["purchase"]["reach_low"], rows["purchase"]["reach_high"])
    )
    # Search: 0; 0; 0 and 1/2; 1. Reviews: 1/2; 1; 1; 0.
    assert rows["search_query"]["position"] == pytest.approx((0 + 0 + 0 + 0.5 + 1) / 5)
    assert rows["review_read"]["position"] == pytest.approx((0.5 + 1 + 1 + 0) / 4)
    # Scores from 1 to 5 become -1 to 1: a mean of 3 is 0, one of 5/4 is -7/8.
    assert rows["search_query"]["valence"] == pytest.approx(0.0)
    assert rows["review_read"]["valence"] == pytest.approx((5 / 4 - 3) / 2)
    assert [4, 5, 1] == found.answers.tolist()
    assert ("indirect", "search.organic", "search") == tuple(
        rows["search_query"][name] for name in ("directness", "channel", "area")
    )
    # Student's interval of 1, 1, 2, 1 on the scale: mean 1.25, s = 0.5, t(3) = 3.1824.
    half = 3.182446305 * 0.5 / math.sqrt(4) / 2
    assert rows["review_read"]["valence_high"] == pytest.approx(-0.875 + half)
    assert -1.0 == rows["review_read"]["valence_low"]
    assert [True, False, False] == found.pain.tolist()


def test_flows_by_hand() -> None:
    """Steps, journeys with the step, and journeys with the step in either direction."""
    found = E.journey_map(journeys_of(FOUR)).flows
    rows = {(row["source"], row["target"]): row for row in found.to_dicts()}

    assert [
        ("search_query", "review_read"),
        ("review_read", "purchase"),
        ("review_read", "search_query"),
        ("search_query", "search_query"),
    ] == list(rows)
    assert [3, 1, 1, 1] == found.steps.tolist()
    assert [0.75, 0.25, 0.25, 0.25] == found.share.tolist()
    assert [1.0, 0.25, 1.0, 0.25] == found.either.tolist()
    assert [None] * 4 == found.planned.tolist()


def test_stages_and_terms_by_hand() -> None:
    """The stages that occur are in the order of the taxonomy, with their needs."""
    found = E.journey_map(journeys_of(FOUR))
    assert ["consideration", "purchase"] == found.stages.stage.tolist()
    assert [4, 1] == found.stages.journeys.tolist()
    assert [9, 1] == found.stages.answers.tolist()
    needs = {
        (row["stage"], row["term"]): row["share"]
        for row in found.terms.to_dicts()
        if row["facet"] == "need"
    }
    assert {
        ("consideration", "learn"): 5 / 9,
        ("consideration", "reassurance"): 4 / 9,
        ("purchase", "acquire"): 1.0,
    } == pytest.approx(needs)
    assert "Consideración" == found.label("stage", "consideration", lang="es")
    assert "nobody" == found.label("stage", "nobody", lang="es")


def test_the_numbers_are_those_of_the_analyses() -> None:
    """Reach and flows are those of presence and transitions, where both say them."""
    shop = tp.datasets.shop(500, seed=3)
    found = E.journey_map(shop)
    presence = {row["touchpoint"]: row for row in tp.paths.presence(shop).to_dicts()}
    for row in found.touchpoints.to_dicts():
        there = presence[row["touchpoint"]]
        assert (there["share"], there["low"], there["high"]) == pytest.approx(
            (row["reach"], row["reach_low"], row["reach_high"])
        )
    transitions = {
        (row["source"], row["target"]): (row["count"], row["journeys"])
        for row in tp.paths.transitions(shop).to_dicts()
        if "(" not in row["source"] + row["target"]
    }
    assert transitions == {
        (row["source"], row["target"]): (row["steps"], row["journeys"])
        for row in found.flows.to_dicts()
    }


def test_planned_and_seen() -> None:
    """What is planned but not seen is on the map, and what is not planned is marked (B18)."""
    plan = tp.parse_plan(PLAN)
    rows = FOUR | {"eve": [("search_query", 3.0), ("live_chat", 3.0)]}
    found = E.journey_map(journeys_of(rows), plan=plan)
    planned = dict(zip(found.touchpoints.touchpoint, found.touchpoints.planned, strict=True))
    assert {
        "search_query": True,
        "review_read": True,
        "purchase": True,
        "live_chat": False,
        "delivery_received": True,
    } == planned
    last = found.touchpoints.to_dicts()[-1]
    assert ("delivery_received", False, 0, 0.0) == (
        last["touchpoint"],
        last["observed"],
        last["journeys"],
        last["reach"],
    )
    assert math.isnan(last["position"])
    steps = {(row["source"], row["target"]): row["planned"] for row in found.flows.to_dicts()}
    assert steps["search_query", "review_read"] is True
    assert steps["search_query", "live_chat"] is False
    assert "buying" == found.plan
    assert "1 planned but not seen" in repr(found)


def test_marks_come_from_the_analyses() -> None:
    """Moments of truth and advice are those of the records given."""
    shop = tp.until(tp.datasets.shop(300, seed=1), "purchase", outcome="sale")
    scores = (np.arange(len(shop.codes)) % 5 + 1).astype(np.float64)
    scored = attrs.evolve(shop, per_interaction={**shop.per_interaction, "csat": scores})
    moments = E.moments_of_truth(scored, metric="csat", min_difference=0.0)
    marked = attrs.evolve(moments, moment=moments.touchpoint == "review_read")
    own = {"rule": [{"id": "leaving", "lever": "training", "above": {"exit": 0.0}}]}
    found = E.journey_map(
        scored, moments=marked, improvements=E.improvements(E.scorecard(scored), rules=own)
    )
    rows = {row["touchpoint"]: row for row in found.touchpoints.to_dicts()}
    assert ["review_read"] == [name for name, row in rows.items() if row["moment"]]
    assert any(row["advice"] == ("leaving",) for row in rows.values())
    assert "csat" == found.metric


def test_a_low_score_may_be_the_good_one() -> None:
    """Of a metric whose low scores are good, valence and interval are turned round."""
    effort = E.Metric(name="csat", low=1, high=5, satisfied=2, dissatisfied=4, better="low")
    usual = E.journey_map(journeys_of(FOUR)).touchpoints
    turned = E.journey_map(journeys_of(FOUR), metric=effort).touchpoints
    assert turned.valence == pytest.approx(-usual.valence, nan_ok=True)
    assert turned.valence_low == pytest.approx(-usual.valence_high, nan_ok=True)


@pytest.mark.parametrize(
    "journeys",
    [
        tp.select(journeys_of(FOUR), np.zeros(4, dtype=bool)),
        journeys_of({"ana": [("search_query", 1.0)]}),
        tp.from_paths({"path": ["a > b", "b"]}, path="path"),
        tp.collapse(journeys_of(FOUR), by="channel"),
    ],
    ids=["nobody", "one interaction", "untyped", "channels"],
)
def test_edges(journeys: tp.Journeys) -> None:
    """No journey, one interaction, untyped and collapsed journeys have a map that can be kept."""
    found = E.journey_map(journeys)
    assert len(found.touchpoints) == len(tp.paths.presence(journeys))
    assert found == E.parse_journey_map(json.dumps(found.to_dict()))


def test_which_metric_must_be_said() -> None:
    """With scores of two metrics, the map does not choose."""
    two = journeys_of(FOUR)
    two = attrs.evolve(
        two, per_interaction={**two.per_interaction, "nps": two.per_interaction["csat"]}
    )
    with pytest.raises(tp.errors.InvalidInputError, match=r"(?s)several metrics.*metric='nps'"):
        E.journey_map(two)
    assert "csat" == E.journey_map(two, metric="csat").metric


def test_wrong_records_are_refused() -> None:
    """What is not a record of moments or improvements, or a plan, is named."""
    four = journeys_of(FOUR)
    with pytest.raises(tp.errors.WrongKindError, match="moments_of_truth"):
        E.journey_map(four, moments=tp.paths.presence(four))
    with pytest.raises(tp.errors.WrongKindError, match=r"experience\.improvements"):
        E.journey_map(four, improvements=3)
    with pytest.raises(tp.errors.WrongKindError, match=r"[Pp]lan"):
        E.journey_map(four, plan="buying")


def _broken(**more: Any) -> dict[str, Any]:
    return E.journey_map(journeys_of(FOUR)).to_dict() | more


def _cell(table: str, column: str, value: Any) -> dict[str, Any]:
    document = _broken()
    document[table][0][column] = value
    return document


MALFORMED: tuple[tuple[str, Any, str], ...] = (
    ("no JSON", "{", "not JSON"),
    ("a list", "[]", '"format": "journey map"'),
    ("another format", json.dumps({"format": "plan"}), '"format": "journey map"'),
    ("a version to come", _broken(version=9), "version 9 is not known"),
    ("an unknown field", _broken(extra=1), "unknown fields: 'extra'"),
    ("no journeys", _broken(journeys=None), "journeys must be a number of at least 0, got None"),
    ("a level of text", _broken(level="95"), "level must be a number"),
    ("a unit of 3", _broken(unit=3), "unit must be text, got 3"),
    ("labels as text", _broken(labels="x"), "labels must be an object"),
    ("a label as text", _broken(labels={"stage": {"a": "A"}}), "labels.stage.a must be an object"),
    ("no table", _broken(flows=None), "flows must be a list of rows"),
    ("a row as text", _broken(stages=["x"]), r"stages\[0\] must be an object"),
    ("a row without columns", _broken(stages=[{}]), r"stages\[0\]: missing 'stage'"),
    ("a share above 1", _cell("flows", "share", 1.5), r"flows\[0\].share must be a number from 0"),
    (
        "an infinite valence",
        _cell("stages", "valence", 7),
        r"valence must be a number from -1 to 1",
    ),
    (
        "half a journey",
        _cell("stages", "journeys", 0.5),
        "journeys must be an integer of at least 0",
    ),
    ("a flag as a number", _cell("touchpoints", "pain", 1), "pain must be true or false"),
    ("advice as text", _cell("touchpoints", "advice", "x"), "advice must be a list of texts"),
    ("a number as a name", _cell("touchpoints", "need", 3), "need must be text, got 3"),
    ("a flow to nowhere", _cell("flows", "target", "moon"), r"flows\[0\]: no touchpoint 'moon'"),
    ("a term of no stage", _cell("terms", "stage", "moon"), r"terms\[0\]: no stage 'moon'"),
    ("a touchpoint twice", _cell("touchpoints", "touchpoint", "purchase"), "has several rows"),
)


@pytest.mark.parametrize(
    ("document", "said"), [row[1:] for row in MALFORMED], ids=[row[0] for row in MALFORMED]
)
def test_a_malformed_map_is_explained(document: Any, said: str) -> None:
    """A text that is no journey map is refused, with the place and what belongs there."""
    text = document if isinstance(document, str) else json.dumps(document)
    with pytest.raises(tp.errors.ProblemsError, match=said):
        E.parse_journey_map(text)
