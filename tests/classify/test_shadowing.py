"""Rules that no event can reach are found, and no reachable rule is reported."""

from __future__ import annotations

import time
import warnings
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests import strategies
from touchpoints.classify import rules
from touchpoints.classify.contract.events import events_of
from touchpoints.classify.rule_files.comparisons import TRUE
from touchpoints.classify.rule_files.conditions import TruthTable
from touchpoints.classify.rule_files.rules import Rules
from touchpoints.classify.rule_files.shadowing import implies, unreachable
from touchpoints.errors import ProblemsError, TouchpointsWarning

WORDS = st.sampled_from(["a", "ab", "abc", "b", "bc", "7", "12", "true", "yes", "a b", "1.250"])
ASKED = st.one_of(
    WORDS,
    st.lists(st.one_of(WORDS, st.sampled_from([7, 12, 1, True, False])), min_size=1, max_size=3),
    st.sampled_from([{"words": "a"}, {"words": "a*"}, {"words": ["a b", "bc"]}]),
    st.builds(lambda text: {"contains": text}, WORDS),
    st.builds(lambda text: {"starts": text}, WORDS),
    st.builds(lambda text: {"ends": text}, WORDS),
    st.builds(lambda text: {"regex": f"{text}.?"}, WORDS),
    st.builds(lambda low: {"min": low}, st.integers(0, 15)),
    st.builds(lambda high: {"max": high}, st.integers(0, 15)),
    st.booleans().map(lambda flag: {"missing": flag}),
    st.builds(lambda text: {"not": text}, WORDS),
    st.builds(lambda text: {"not": {"contains": text}}, WORDS),
)
WHEN = st.recursive(
    st.dictionaries(st.sampled_from(["x", "y"]), ASKED, min_size=1, max_size=2),
    lambda inner: st.one_of(
        st.lists(inner, min_size=1, max_size=2).map(lambda parts: {"any": parts}),
        st.lists(inner, min_size=1, max_size=2).map(lambda parts: {"all": parts}),
        inner.map(lambda part: {"not": part}),
    ),
    max_leaves=4,
)
VALUES = st.one_of(
    st.none(),
    WORDS,
    st.sampled_from([7, 7.0, "7.0", "7,0", 3, 12, 1, "1", True, False, "TRUE", "no", "", " ab "]),
)
EVENTS = st.lists(st.fixed_dictionaries({"x": VALUES, "y": VALUES}), min_size=1, max_size=30)


def ruleset(*conditions: dict[str, Any], decimal: str = ".") -> Rules:
    """Return rules with these conditions; rules that can never match are allowed."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", TouchpointsWarning)
        return rules(
            {
                "decimal": decimal,
                "rule": [
                    {"when": when, "type": f"t{position}"}
                    for position, when in enumerate(conditions)
                ],
            },
            shadowed="warn",
        )


@strategies.examples(200)
@given(WHEN, WHEN, EVENTS, st.lists(st.sampled_from(",."), min_size=2, max_size=2))
def test_what_is_implied_is_so(
    narrow: Any, wide: Any, events: list[dict[str, Any]], decimals: list[str]
) -> None:
    """When one condition implies another, no event satisfies only the first.

    The two may come from files that write numbers differently.
    """
    first, second = (
        ruleset(when, decimal=decimal).rules[0].when
        for when, decimal in zip((narrow, wide), decimals, strict=True)
    )
    table = TruthTable(events_of(events, ("x", "y")), folded=True)
    if implies(first, second):
        held = np.broadcast_to(first.truth(table.truth), len(events)) == TRUE
        also = np.broadcast_to(second.truth(table.truth), len(events)) == TRUE
        assert not (held & ~also).any()


@strategies.examples(200)
@given(st.lists(WHEN, min_size=1, max_size=4), EVENTS, st.sampled_from(",."))
def test_an_unreachable_rule_never_wins(
    whens: list[Any], events: list[dict[str, Any]], decimal: str
) -> None:
    """No event gets its type from a rule that is reported as unreachable."""
    found = ruleset(*whens, decimal=decimal)
    never = {f"t{one.position}" for one in unreachable([rule.when for rule in found.rules])}
    assert not never & set(found.batch(events))


@pytest.mark.parametrize(
    ("earlier", "later"),
    [
        ({"x": "a"}, {"x": "a"}),
        ({"x": "A"}, {"x": "á"}),
        ({"x": ["a", "b"]}, {"x": "b"}),
        ({"x": ["a", "b"]}, {"x": "b", "y": "c"}),
        ({"x": {"contains": "a"}}, {"x": ["cab", "ab"]}),
        ({"x": {"contains": "a"}}, {"x": {"starts": "ba"}}),
        ({"x": {"regex": "^a+$"}}, {"x": ["a", "aa"]}),
        ({"x": {"missing": False}}, {"x": {"regex": "a"}}),
        ({"x": {"not": {"missing": True}}}, {"x": {"min": 3}}),
        ({"x": {"min": 1}}, {"x": {"min": 2, "max": 5}}),
        ({"x": {"min": 1}}, {"x": 4}),
        ({"any": [{"x": "a"}, {"y": "b"}]}, {"y": "b"}),
        ({"x": "a"}, {"all": [{"x": "a"}, {"any": [{"y": "b"}, {"y": "c"}]}]}),
        ({"x": {"not": "b"}}, {"x": "a"}),
        ({"x": {"not": {"contains": "ab"}}}, {"x": {"not": {"contains": "a"}}}),
        ({}, {"x": "a"}),
    ],
)
def test_one_rule_takes_all_of_another(earlier: Any, later: Any) -> None:
    """An equal or narrower condition, a part of a list, a text that contains another: all found."""
    [found] = unreachable([rule.when for rule in ruleset(earlier, later).rules])
    assert (1, (0,)) == (found.position, found.because_of)


def test_several_rules_together_take_all_of_another() -> None:
    """When each value of a list is matched by another rule, all of those rules are named."""
    whens = [
        rule.when for rule in ruleset({"x": "a"}, {"y": "q"}, {"x": "b"}, {"x": ["a", "b"]}).rules
    ]
    [found] = unreachable(whens)
    assert (3, (0, 2)) == (found.position, found.because_of)


@pytest.mark.parametrize(
    ("earlier", "later"),
    [
        ({"x": "a"}, {"y": "a"}),
        ({"x": "a", "y": "b"}, {"x": "a"}),
        ({"x": ["a"]}, {"x": ["a", "b"]}),
        ({"x": {"contains": "abc"}}, {"x": {"contains": "ab"}}),
        ({"x": {"starts": "a"}}, {"x": {"contains": "a"}}),
        ({"x": {"min": 3}}, {"x": {"min": 2}}),
        ({"x": "7"}, {"x": 7}),
        ({"x": {"not": "b"}}, {"y": "a"}),
        ({"x": {"not": {"contains": "a"}}}, {"x": {"not": {"contains": "ab"}}}),
        ({"x": {"not": "a"}}, {"x": {"missing": True}}),
    ],
)
def test_a_rule_that_is_reached_is_left_alone(earlier: Any, later: Any) -> None:
    """With another field, a wider condition or a missing value, the later rule has events left."""
    assert [] == unreachable([rule.when for rule in ruleset(earlier, later).rules])


@pytest.mark.parametrize(
    "when",
    [
        {"all": [{"x": "a"}, {"x": "b"}]},
        {"x": {"equals": "a", "missing": True}},
        {"x": "a", "not": {"x": ["a", "b"]}},
        {"x": {"in": ["a", "b"], "contains": "c"}},
        {"any": [{"x": {"missing": True, "min": 3}}]},
        {"x": {"min": 3, "not": {"missing": False}}},
    ],
)
def test_a_rule_can_contradict_itself(when: Any) -> None:
    """A rule with two conditions that exclude each other is found without any earlier rule."""
    [rule] = ruleset(when).rules
    assert [()] == [one.because_of for one in unreachable([rule.when])]
    with pytest.raises(ProblemsError, match="its conditions exclude each other"):
        rules({"rule": [{"when": when, "type": "t"}]})


def test_it_is_an_error_or_a_warning() -> None:
    """All unreachable rules are named, each with the rules that match its events."""
    document = {
        "rule": [
            {"name": "social", "when": {"source": ["t.co", "x.com"]}, "type": "a"},
            {"name": "tweets", "when": {"source": "T.co", "medium": "cpc"}, "type": "b"},
            {"when": {"source": "x.com"}, "type": "c"},
        ]
    }
    with pytest.raises(ProblemsError) as caught:
        rules(document)
    because = (
        "rule 1 'social' already matches every event that it would match "
        "(move it above rule 1, or drop it)"
    )
    assert (
        f"<rules>: rule 2 'tweets' can never match: {because}",
        f"<rules>: rule 3 can never match: {because}",
    ) == caught.value.problems

    with pytest.warns(TouchpointsWarning, match="rule 2 'tweets' can never match"):
        found = rules(document, shadowed="warn")
    assert "a" == found({"source": "t.co", "medium": "cpc"})


def test_many_rules_are_checked_fast() -> None:
    """A thousand rules, none of them shadowed, as in a long draft, take less than five seconds."""
    started = time.process_time()
    rules({"rule": [{"when": {"event": f"e{number}"}, "type": "t"} for number in range(1_000)]})
    assert time.process_time() - started < 5
