"""Combined classifiers: which one decides, what is added, where they disagree."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

import touchpoints as tp
from touchpoints.classify import Conflict, Verdict, abstain_below, combine, first_match
from touchpoints.classify.contract.answers import type_of, verdict_of
from touchpoints.errors import InvalidInputError


def saying(answer: Any, name: str = "one") -> Any:
    """Return a classifier that always gives the same answer."""

    def classify(event: Any) -> Any:
        return answer

    classify.__name__ = name
    return tp.classifier(reads=("x",))(classify)


ANSWERS = st.one_of(
    st.none(),
    st.sampled_from(["live_chat", "purchase"]),
    st.builds(
        lambda need, provenance: tp.Facets(need=need, provenance=provenance),
        st.sampled_from(["learn", "compare", "unknown"]),
        st.sampled_from(["rule", "data"]),
    ),
    st.builds(
        lambda type_, need, seen: Verdict(type_, facets={"need": need}, observed=("need",) * seen),
        st.sampled_from(["", "live_chat", "purchase"]),
        st.sampled_from(["learn", "compare"]),
        st.booleans(),
    ),
)


@pytest.mark.parametrize(
    ("answers", "expected"),
    [
        ([None, "purchase", "live_chat"], "purchase"),
        ([tp.Facets(need="learn"), "purchase"], "purchase"),
        ([tp.Facets(need="learn"), tp.Facets(need="compare"), None], tp.Facets(need="learn")),
        ([Verdict(facets={"need": "learn"}), Verdict("purchase")], Verdict("purchase")),
        ([None, None], None),
    ],
)
def test_the_first_with_a_type_wins(answers: list[Any], expected: Any) -> None:
    """Facets alone are the answer only when no classifier gives a type."""
    assert expected == first_match(*map(saying, answers))({"x": 1})


def test_an_untyped_touchpoint_names_no_type() -> None:
    """An untyped touchpoint is the answer only when no classifier gives a type."""
    raw = tp.load_taxonomy("customer").untyped("banner")
    assert "purchase" == first_match(saying(raw), saying("purchase"))({"x": 1})
    assert raw == first_match(saying(raw), saying(None))({"x": 1})


def test_later_classifiers_are_asked_only_what_is_open() -> None:
    """Classifiers after the one that gives a type are not called."""
    seen = []

    @tp.classifier(reads=("x",))
    def last(event: Any) -> str:
        seen.append(event["x"])
        return "purchase"

    @tp.classifier(reads=("x",))
    def first(event: Any) -> str | None:
        return "live_chat" if event["x"] == 1 else None

    assert ["live_chat", "purchase"] == first_match(first, last).batch([{"x": 1}, {"x": 2}])
    assert [2] == seen


@pytest.mark.parametrize(
    ("answers", "expected"),
    [
        (["live_chat", tp.Facets(need="learn")], Verdict("live_chat", facets={"need": "learn"})),
        ([tp.Facets(need="learn"), "live_chat"], Verdict("live_chat", facets={"need": "learn"})),
        (
            ["live_chat", tp.Facets(need="learn", provenance="data"), tp.Facets(context="urgency")],
            Verdict(
                "live_chat", facets={"need": "learn", "context": "urgency"}, observed=("need",)
            ),
        ),
        ([None, "live_chat", None], "live_chat"),
        ([None, None], None),
        ([tp.Facets(need="unknown"), tp.Facets(need="learn")], tp.Facets(need="learn")),
        (
            [tp.Facets(need="learn"), tp.Facets(need="learn", provenance="data")],
            tp.Facets(need="learn", provenance="data"),
        ),
        (
            [Verdict("live_chat", confidence=0.7), Verdict("live_chat", confidence=0.9)],
            Verdict("live_chat", confidence=0.7),
        ),
    ],
)
def test_facets_are_filled_in(answers: list[Any], expected: Any) -> None:
    """The type and each facet come from the first classifier that gives them."""
    assert expected == combine(*map(saying, answers))({"x": 1})


def test_disagreement_is_kept() -> None:
    """A conflict holds both terms and the classifiers that gave them; the first term is kept."""
    found = combine(
        saying(tp.Facets(need="learn"), "survey"),
        saying(Verdict("live_chat", facets={"need": "compare"}), "rules"),
        saying("purchase", "names"),
    )({"x": 1})

    assert ("live_chat", {"need": "learn"}) == (found.type, dict(found.facets))
    assert (
        Conflict(facet="type", kept="live_chat", left="purchase", kept_by="rules", left_by="names"),
        Conflict(facet="need", kept="learn", left="compare", kept_by="survey", left_by="rules"),
    ) == found.conflicts
    assert "need: 'learn' (survey) against 'compare' (rules)" == str(found.conflicts[1])


def test_facets_concluded_with_another_type_are_left_out() -> None:
    """A need concluded together with a type that was not chosen is not about this event."""
    chat = saying("live_chat")
    concluded = saying(Verdict("purchase", facets={"need": "acquire"}))
    observed = saying(Verdict("purchase", facets={"need": "acquire"}, observed=("need",)))

    assert {} == dict(combine(chat, concluded)({"x": 1}).facets)
    assert {"need": "acquire"} == dict(combine(chat, observed)({"x": 1}).facets)


def test_a_touchpoint_gives_only_facets_that_differ_from_the_defaults() -> None:
    """Default facets of a touchpoint do not override the facets of a later classifier."""
    customer = tp.load_taxonomy("customer")
    app = saying(customer.touchpoint("live_chat", channel="app"))
    found = combine(app, saying(tp.Facets(need="learn")))({"x": 1})
    assert Verdict("live_chat", facets={"channel": "app", "need": "learn"}) == found


def test_the_report_counts_the_events_in_dispute() -> None:
    """The report counts the distinct events on which combined classifiers disagree (B20)."""

    @tp.classifier(reads=("x",))
    def other(event: Any) -> tp.Facets:
        return tp.Facets(need="learn" if event["x"] == "a" else "compare")

    both = combine(saying(Verdict("live_chat", facets={"need": "learn"})), other)
    rows = [{"id": 1, "t": f"2026-01-0{day}", "x": x} for day, x in enumerate("abba", start=1)]
    customer = tp.load_taxonomy("customer")
    journeys = tp.from_records(rows, journey="id", time="t", touchpoint=both, taxonomy=customer)

    assert 1 == journeys.meta.report.facet_conflicts
    assert ("live_chat[need=learn]",) * 4 == journeys[0].keys
    assert 0 == tp.retype(journeys, saying("live_chat")).meta.report.facet_conflicts
    assert 1 == tp.retype(journeys, both).meta.report.facet_conflicts


@given(st.lists(ANSWERS, min_size=1, max_size=4))
def test_combining_loses_nothing_and_invents_nothing(answers: list[Any]) -> None:
    """The type and all facets of the result are in an answer; a single answer is unchanged."""
    found = verdict_of(combine(*map(saying, answers))({"x": 1}))
    verdicts = [verdict_of(one) for one in answers]
    types = [one.type for one in verdicts if one.type]
    assert (types[0] if types else "") == found.type
    for facet, term in found.facets.items():
        assert term in [one.facets.get(facet) for one in verdicts]
    if len(answers) == 1:
        assert verdicts[0] == found


@given(st.lists(ANSWERS, min_size=2, max_size=4))
def test_combining_is_associative(answers: list[Any]) -> None:
    """Combining first some classifiers and then the rest gives the same type."""
    one = [saying(answer) for answer in answers]
    flat, nested = combine(*one)({"x": 1}), combine(combine(*one[:-1]), one[-1])({"x": 1})
    assert type_of(flat) == type_of(nested)


def test_reads_and_names_are_those_of_all() -> None:
    """All fields that any classifier reads, without repeats; the name lists the classifiers."""

    @tp.classifier(reads=("y", "x"))
    def other(event: Any) -> None:
        return None

    for make in (combine, first_match):
        both = make(saying("purchase", "names"), other)
        assert ("x", "y") == both.reads
        assert f"{make.__name__}(names, other)" == both.name


def test_unsure_answers_are_left_out() -> None:
    """There is no answer below the threshold; an answer without a confidence is kept."""
    for confidence, expected in ((0.4, None), (0.5, "t"), (None, "t")):
        found = abstain_below(saying(Verdict("t", confidence=confidence)), 0.5)({"x": 1})
        assert expected == (found and found.type)
    assert "purchase" == abstain_below(saying("purchase"), 1.0)({"x": 1})


def test_an_unsure_answer_makes_way() -> None:
    """In a chain the next classifier is called where the first abstains."""
    unsure = abstain_below(saying(Verdict("purchase", confidence=0.2)), 0.5)
    assert "live_chat" == first_match(unsure, saying("live_chat"))({"x": 1})


@pytest.mark.parametrize("make", [combine, first_match])
def test_at_least_one_is_needed(make: Any) -> None:
    """A combination of no classifiers is an error."""
    with pytest.raises(InvalidInputError, match="at least one classifier, got none"):
        make()


@pytest.mark.parametrize("threshold", [-0.1, 1.1, float("nan")])
def test_a_threshold_is_a_share(threshold: float) -> None:
    """Percentages are refused."""
    with pytest.raises(InvalidInputError, match=r"must be in \[0, 1\], got"):
        abstain_below(saying("t"), threshold)
