"""Classifiers that break the contract raise an error with their name and the event."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

import touchpoints as tp
from touchpoints.classify import Verdict
from touchpoints.classify.contract.protocol import ask, ask_all
from touchpoints.errors import ClassifierError, InvalidInputError, WrongKindError


def log(*words: str | None) -> list[dict[str, Any]]:
    """Return a journey with these words in the column x."""
    return [{"id": 1, "t": f"2026-01-{day:02}", "x": one} for day, one in enumerate(words, start=1)]


def read(classifier: Any, *words: str | None, **more: Any) -> tp.Journeys:
    """Read the log of these words with a classifier."""
    given = {"taxonomy": tp.load_taxonomy("customer"), "unmatched": "keep", **more}
    return tp.from_records(log(*words), journey="id", time="t", touchpoint=classifier, **given)


def of(function: Any, *reads: str) -> Any:
    """Return a function as a classifier."""
    return tp.classifier(reads=reads or ("x",))(function)


class Batching:
    """A classifier that answers all events in one call."""

    reads = ("x",)

    def __init__(self, answer: Any) -> None:
        self._answer = answer
        self.calls = 0

    def __call__(self, event: Mapping[str, Any], /) -> Any:
        """Return one answer."""
        return self.batch([event])[0]

    def batch(self, events: list[Mapping[str, Any]]) -> Any:
        """Return the answers."""
        self.calls += 1
        return self._answer(events)


def test_a_classifier_that_raises_is_named_with_the_event() -> None:
    """The message has the classifier, the event and the error; the cause is kept."""

    def fragile(event: Any) -> str:
        return {"a": "live_chat"}[event["x"]]

    with pytest.raises(ClassifierError, match="the classifier fragile raised KeyError") as caught:
        read(of(fragile), "a", "b")
    assert "event {'x': 'b'}" == caught.value.where
    assert isinstance(caught.value.__cause__, KeyError)


@pytest.mark.parametrize("answer", [3, ["live_chat"], {"need": "learn"}, b"live_chat", "", object])
def test_a_wrong_kind_of_answer_is_named_with_the_event(answer: Any) -> None:
    """Only a type id, a Touchpoint, Facets, a Verdict and None are answers."""

    def odd(event: Any) -> Any:
        return answer

    with pytest.raises(ClassifierError, match="the classifier odd answered with") as caught:
        read(of(odd), "a")
    assert "event {'x': 'a'}" == caught.value.where


@pytest.mark.parametrize(
    "look", [lambda event: event["y"], lambda event: event.get("y"), lambda event: event["X"]]
)
def test_a_field_that_was_not_declared_cannot_be_read(look: Any) -> None:
    """As each distinct event is classified once, an undeclared field would give wrong answers."""
    with pytest.raises(ClassifierError, match="which it did not declare") as caught:
        read(of(look), "a")
    assert "reads=('x', " in caught.value.mend


def test_in_tests_for_a_declared_field_without_error() -> None:
    """`in` is true of a declared field and false of any other."""
    assert (
        ask(of(lambda event: "t" if "y" not in event and "x" in event else None), {"x": 1}) == "t"
    )


def test_a_field_an_event_lacks_is_missing() -> None:
    """The value is None, as in a record without the field."""
    assert "gone" == ask(of(lambda event: "gone" if event["x"] is None else "there"), {"y": 1})


def test_a_classifier_with_batch_gets_all_events_in_one_call() -> None:
    """A classifier with a batch is called once, with each distinct event once."""
    seen: list[list[Any]] = []

    def answer(events: Any) -> list[str]:
        seen.append([event["x"] for event in events])
        return ["live_chat" if event["x"] == "a" else "purchase" for event in events]

    journeys = read(Batching(answer), "a", "b", "a", "b", "a")
    assert [["a", "b"]] == seen
    assert ("live_chat", "purchase", "live_chat", "purchase", "live_chat") == journeys[0].keys
    assert 2 == journeys.meta.report.distinct_events


@pytest.mark.parametrize(
    ("answer", "message"),
    [
        (lambda events: ["live_chat"], "gave 1 answer to 2 events"),
        (lambda events: [3 for _ in events], "answered with 3"),
        (lambda events: [event["y"] for event in events], "did not declare"),
        (lambda events: None, "raised TypeError"),
        (lambda events: 1 / 0, "raised ZeroDivisionError"),
    ],
)
def test_a_batch_that_goes_wrong_is_an_error(answer: Any, message: str) -> None:
    """Too few answers, wrong answers, an exception: the error has the name of the classifier."""
    with pytest.raises(ClassifierError, match=message):
        read(Batching(answer), "a", "b")


def test_an_event_at_fault_in_a_batch_is_found() -> None:
    """The events are classified one by one to name the event that fails."""

    def answer(events: Any) -> list[str]:
        return [{"a": "live_chat"}[event["x"]] for event in events]

    with pytest.raises(ClassifierError, match="raised KeyError") as caught:
        read(Batching(answer), "a", "b")
    assert "event {'x': 'b'}" == caught.value.where


def test_a_megabyte_of_any_script_can_be_typed() -> None:
    """Long, right-to-left and empty texts pass through a combination of classifiers."""
    words = tp.classify.keywords(
        {"type": {"live_chat": ["chat"]}, "need": {"learn": ["كيف"]}}, reads="x"
    )
    hard = tp.classify.rules({"rule": [{"when": {"x": {"regex": "(x+)+$"}}, "type": "purchase"}]})
    texts = ("ñandú, not " * 90_000, "كيف chat 🎉", None, "xxxx")
    journeys = read(tp.classify.combine(hard, words), *texts)
    assert ("live_chat[need=learn]", "(missing)", "purchase") == journeys[0].keys[1:]


def test_long_values_are_cut_in_messages() -> None:
    """A megabyte of text in an event does not end up in the error."""

    def fragile(event: Any) -> str:
        raise RuntimeError("no")

    with pytest.raises(ClassifierError) as caught:
        ask(of(fragile), {"x": "y" * 1_000_000})
    assert len(str(caught.value)) < 1_000
    assert "1,000,000 characters" in caught.value.where


@pytest.mark.parametrize(
    ("answer", "key", "origins"),
    [
        ("live_chat", "live_chat", (1, 1)),
        (Verdict("live_chat", facets={"need": "solve_problem"}), "live_chat", (2, 1)),
        (
            Verdict("live_chat", facets={"need": "learn"}, observed=("need",)),
            "live_chat[need=learn]",
            (3, 1),
        ),
        (
            Verdict("live_chat", facets={"need": "unknown", "context": "urgency"}),
            "live_chat[context=urgency,need=unknown]",
            (0, 2),
        ),
        (tp.Facets(need="learn"), "a[need=learn]", (2, 0)),
        (tp.Facets(need="learn", provenance="data"), "a[need=learn]", (3, 0)),
        (tp.Facets(need="unknown"), "a", (0, 0)),
        (
            Verdict(facets={"need": "learn", "context": "urgency"}, observed=("context",)),
            None,
            (2, 3),
        ),
        (None, "a", (0, 0)),
    ],
)
def test_where_need_and_context_come_from(
    answer: Any, key: str | None, origins: tuple[int, int]
) -> None:
    """0 unknown, 1 the default, 2 a rule, 3 the data, also where the term is the default (A7)."""
    journeys = read(of(lambda event: answer), "a")
    if key is not None:
        assert (key,) == journeys[0].keys
    columns = journeys.per_interaction
    assert origins == (columns["need_from"][0], columns["context_from"][0])


def test_the_graph_shows_what_was_observed() -> None:
    """Two of four chats state their need, so half of the needs of the node were observed."""
    answers = {
        "default": "live_chat",
        "again": "live_chat",
        "rule": Verdict("live_chat", facets={"need": "solve_problem"}),
        "data": Verdict("live_chat", facets={"need": "solve_problem"}, observed=("need",)),
    }
    journeys = read(of(lambda event: answers[event["x"]]), *answers)
    node = tp.transition_graph(journeys).nodes["live_chat"]
    assert (4, 0.5, 0.0) == (node["visits"], node["need_observed"], node["context_observed"])


def test_columns_of_an_answer_are_kept_beside_its_type() -> None:
    """A name that is not a facet becomes a per-interaction column."""
    journeys = read(
        of(lambda event: Verdict("live_chat", facets={"arrival_channel": "email", "score": "7"})),
        "a",
    )
    assert ("live_chat",) == journeys[0].keys
    assert ["email"] == journeys.per_interaction["arrival_channel"].to_list()
    assert ["7"] == journeys.per_interaction["score"].to_list()


def test_answers_can_be_used_without_a_taxonomy() -> None:
    """Types are then raw texts, and the facets are the five default facets."""
    journeys = read(of(lambda event: Verdict("chat", facets={"need": "learn"})), "a", taxonomy=None)
    assert ("chat[need=learn]",) == journeys[0].keys
    assert [2] == journeys.per_interaction["need_from"].tolist()


@pytest.mark.parametrize(
    ("make", "error"),
    [
        (lambda: Verdict("t", facets={"need": 3}), WrongKindError),
        (lambda: Verdict("t", facets={"type": "u"}), InvalidInputError),
        (lambda: Verdict(3), WrongKindError),
        (lambda: Verdict("t", observed=("need",)), InvalidInputError),
        (lambda: Verdict("t", confidence=1.5), InvalidInputError),
        (lambda: tp.Facets(type="t"), InvalidInputError),
        (lambda: tp.Facets(need=None), WrongKindError),
        (lambda: tp.Facets(need="learn", provenance="guess"), InvalidInputError),
    ],
)
def test_an_invalid_answer_is_refused(make: Any, error: type[Exception]) -> None:
    """A term must be text, a type is not a facet, a confidence must be a share."""
    with pytest.raises(error):
        make()


@pytest.mark.parametrize("wrong", [lambda event: "t", "rules.toml", None, tp.classify.rules])
def test_an_object_that_is_not_a_classifier_is_refused(wrong: Any) -> None:
    """A bare function and a path are refused; the error names the decorator to use."""
    with pytest.raises(WrongKindError, match="is not a classifier"):
        tp.classify.first_match(wrong)


def test_no_events_get_no_answers() -> None:
    """The batch is not called when there are no events."""
    batching = Batching(lambda events: 1 / 0)
    assert [] == ask_all(batching, [])
    assert 0 == batching.calls
