"""An explanation names the step that decided, the fields it read, and the overruled steps."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

import touchpoints as tp
from touchpoints.classify import (
    abstain_below,
    by_column,
    combine,
    explain,
    first_match,
    keywords,
    learned,
    rules,
)
from touchpoints.classify.contract.protocol import seen_by
from touchpoints.errors import ClassifierError, WrongKindError

RULES = rules(
    {
        "name": "shop",
        "rule": [
            {"name": "orders", "when": {"event": ["order", "buy"]}, "type": "purchase"},
            {"name": "chat", "when": {"page": {"contains": "chat"}}, "type": "live_chat"},
            {
                "name": "visits",
                "when": {"any": [{"page": {"starts": "/"}}, {"event": "view"}]},
                "type": "website_visit",
            },
            {"when": {"price": {"min": 5}, "not": {"page": "/x"}}, "need": "save_money"},
        ],
    }
)
WORDS = keywords({"need": {"save_money": ["cheap", "good price"], "learn": ["how"]}}, reads="text")


@tp.classifier(reads=("event", "page"))
def lazy(event: Any) -> str | None:
    """Read the page only when the event decides nothing."""
    if event["event"] == "order":
        return "purchase"
    return "website_visit" if event["page"] else None


def test_the_rule_that_decides_is_named() -> None:
    """With the fields that it read, their values and the reason."""
    found = explain(RULES, {"event": "BUY", "page": "/chat/1", "price": 3})

    [winner] = found.winners
    assert "rule 1 'orders'" == winner.name
    assert ("event",) == winner.fields
    assert "event='BUY' is one of 'order', 'buy'" == winner.reason
    assert {"event": "BUY", "page": "/chat/1", "price": 3} == dict(found.event)


def test_the_losers_are_named() -> None:
    """Every other rule that matches, with its answer, and why the rest do not match."""
    found = explain(RULES, {"event": "BUY", "page": "/chat/1", "price": 3})

    assert [("rule 2 'chat'", "live_chat"), ("rule 3 'visits'", "website_visit")] == [
        (step.name, step.answer) for step in found.losers
    ]
    assert ["page='/chat/1' contains 'chat'", "page='/chat/1' starts with '/'"] == [
        step.reason for step in found.losers
    ]
    assert ["price=3 is not at least 5"] == [step.reason for step in found.silent]


@pytest.mark.parametrize(
    ("event", "reason"),
    [
        ({"page": "/x", "price": 9}, "page='/x' is '/x'"),
        ({"price": None, "page": "/y"}, "price is missing"),
        (
            {"price": "dear", "page": "/y"},
            "price='dear' is not at least 5 (it is not read as a number)",
        ),
    ],
)
def test_why_a_rule_does_not_hold(event: dict[str, Any], reason: str) -> None:
    """The comparison that fails, in words; a missing value is called missing."""
    assert reason == explain(RULES, event).steps[3].reason


def test_of_a_function_the_fields_it_looked_at_are_named() -> None:
    """Of a plain function only the fields that it read are known."""
    found = explain(lazy, {"event": "order", "page": "/x"})
    assert ("lazy", "purchase", ("event",)) == (found.classifier, found.answer, found.fields)
    assert ("event", "page") == explain(lazy, {"event": "view", "page": ""}).fields
    assert "did not look at page" in repr(found)


def test_in_a_chain_the_classifier_and_its_rule_are_named() -> None:
    """Every matching rule inside an overruled classifier is a loser."""
    found = explain(first_match(lazy, RULES), {"event": "order", "page": "/chat", "price": None})

    assert ["lazy"] == [step.name for step in found.winners]
    assert ["rule 1 'orders'", "rule 2 'chat'", "rule 3 'visits'"] == [
        step.name for step in found.losers
    ]
    assert ["decided", "overruled"] == [step.outcome for step in found.steps]


def test_in_a_combination_what_was_added_and_what_was_not_is_named() -> None:
    """A step decided the type, another added a facet; the reason names the facets left out."""
    other = keywords({"need": {"learn": ["price"]}, "context": {"urgency": ["now"]}})
    event = {"event": "order", "page": "", "text": "a good price now"}
    found = explain(combine(lazy, WORDS, other), event)

    assert ["decided", "added", "added"] == [step.outcome for step in found.steps]
    assert "not taken: need=learn" == found.steps[2].reason
    nothing_new = explain(combine(lazy, WORDS, keywords({"need": {"learn": ["price"]}})), event)
    assert "overruled" == nothing_new.steps[2].outcome


def test_of_keywords_the_phrases_are_named() -> None:
    """The phrases of the winning term, of an overruled term, and a negated phrase."""
    found = explain(WORDS, {"text": "how to get a good price, never cheap"})

    assert ["need save_money"] == [step.name for step in found.winners]
    assert "'good price', 2 words" == found.winners[0].reason
    assert [("need learn", "'how', 1 word")] == [(step.name, step.reason) for step in found.losers]

    denied = explain(WORDS, {"text": "not cheap"})
    assert ["'cheap' is negated"] == [step.reason for step in denied.silent]
    assert denied.answer is None


def test_other_kinds_explain_themselves_too() -> None:
    """A column, an estimator and a threshold give the reason for their answer or their silence."""

    class Sure:
        classes_ = ("live_chat", "purchase")

        def predict_proba(self, texts: list[str]) -> list[list[float]]:
            return [[0.3, 0.7] for _ in texts]

    guess = learned(Sure(), reads="text", threshold=0.6)
    found = explain(guess, {"text": "x"})
    assert ["type purchase"] == [step.name for step in found.winners]
    assert [("type live_chat", "below 0.6")] == [(one.name, one.reason) for one in found.losers]

    unsure = explain(abstain_below(guess, 0.9), {"text": "x"})
    assert (None, "below 0.9") == (unsure.answer, unsure.steps[0].reason)

    stated = by_column("why", facet="need", terms={"price": "save_money"}, unknown="abstain")
    assert ["why='colour' is not a term of need"] == [
        step.reason for step in explain(stated, {"why": "colour"}).silent
    ]


def test_it_reads_as_a_short_text() -> None:
    """The answer, the fields, and a line for each rule; of many silent rules only the first."""
    many = rules(
        {"rule": [{"when": {"x": f"v{number}"}, "type": f"t{number}"} for number in range(100)]}
    )
    lines = repr(explain(many, {"x": "v50" + " " * 500})).splitlines()
    assert "rules: t50" == lines[0]
    assert lines[-1].strip() == "silent     87 more"
    assert all(len(line) < 200 for line in lines)


@given(
    st.fixed_dictionaries(
        {}, optional={"event": st.text(), "page": st.text(), "price": st.floats()}
    )
)
def test_explaining_agrees_with_answering(event: dict[str, Any]) -> None:
    """For any event the explained answer is the answer given, and the winners gave it."""
    for one in (RULES, lazy, first_match(RULES, lazy), combine(lazy, RULES)):
        found = explain(one, event)
        assert one(seen_by(one, event)) == found.answer
        if found.steps:
            assert (found.answer is None) == (not found.winners)
        assert repr(found)


def test_a_failing_classifier_or_another_object_is_an_error() -> None:
    """The errors are the same as when an event is classified."""
    with pytest.raises(WrongKindError, match="is not a classifier"):
        explain(lambda event: None, {})

    @tp.classifier(reads=("x",))
    def fragile(event: Any) -> str:
        raise ValueError("no")

    with pytest.raises(ClassifierError, match="fragile raised ValueError"):
        explain(fragile, {"x": 1})
