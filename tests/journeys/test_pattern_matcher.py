"""The two engines of path patterns: `re`, and two passes in linear time."""

from __future__ import annotations

import re
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

import touchpoints as tp
from tests import naive_patterns
from tests.journeys.test_patterns import found
from tests.logs import log
from touchpoints.errors import InvalidInputError
from touchpoints.journeys.places.pattern import matcher as engine
from touchpoints.journeys.places.pattern.parser import Node, parse

LETTERS = "abc"
WORDS = st.lists(st.text(LETTERS, max_size=6), min_size=1, max_size=5)
ATOMS = st.sampled_from(["a", "b", "c", ".", "[^a]", "[a|b]", "^", "$"])
BOUNDED = ["?", "{2}", "{0,2}", "{1,3}", "{0}", "{0,3}", "{1,2}"]
QUANTIFIERS = st.sampled_from(["*", "+", "{2,}", *BOUNDED])


def quantified(inner):
    """Append a quantifier, greedy or lazy, to a drawn part."""
    return st.builds("({}){}{}".format, inner, QUANTIFIERS, st.sampled_from(["", "?"]))


TEXTS = st.recursive(
    ATOMS,
    lambda inner: st.one_of(
        st.lists(inner, min_size=2, max_size=3).map(" ".join),
        st.lists(inner, min_size=2, max_size=3).map(lambda parts: f"({' | '.join(parts)})"),
        quantified(inner),
    ),
    max_leaves=6,
)


def parsed(text: str) -> Node:
    """Return the tree of a text; skip the example if the pattern is refused (nested repeats)."""
    try:
        return parse(text)
    except InvalidInputError:
        assume(False)
        raise


def atoms_of(tree: Node) -> engine.Atoms:
    """Return which of the letters each atom takes."""
    number: dict[int, int] = {}
    masks = []
    todo = [tree]
    while todo:
        node = todo.pop()
        todo += node.parts
        if node.kind == "one":
            number[node.at] = len(masks)
            taken = [node.anything or letter in node.selectors for letter in LETTERS]
            masks.append([one ^ node.negated for one in taken])
    return engine.Atoms(number, np.array(masks, dtype=bool).reshape(len(masks), len(LETTERS)))


def with_engine(find_in, tree: Node, words: list[str]) -> list[list[tuple[int, int]]]:
    """Return the matches of one engine in each word."""
    codes = np.array([LETTERS.index(one) for one in "".join(words)], dtype=np.int32)
    find = find_in(tree, atoms_of(tree), codes)
    bounds = np.cumsum([0, *map(len, words)]).tolist()
    return [find(low, high) for low, high in pairwise(bounds)]


@given(text=TEXTS, words=WORDS, most=st.sampled_from([1_000_000, 1]))
def test_both_engines_match_as_trying_everything_does(text: str, words: list[str], most) -> None:
    """Leftmost, in order of preference, greedy or lazy; also where states are always forgotten."""
    tree = parsed(text)
    expected = [naive_patterns.matches(tree, word) for word in words]

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(engine, "_MOST_CELLS", most)
        assert expected == with_engine(engine.in_linear_time, tree, words)
    assert expected == with_engine(engine.in_re, tree, words)


@given(text=TEXTS, words=WORDS)
def test_patterns_over_journeys_are_regular_expressions_over_letters(
    text: str, words: list[str]
) -> None:
    """Whichever engine it is, journeys that cannot match are left out rightly."""
    parsed(text)
    letters = text.replace(" ", "").replace("[a|b]", "[ab]").replace("$", r"\Z")
    expression = re.compile(letters.replace("(", "(?:"))
    words = [*filter(None, words), LETTERS]

    expected = [
        (place, one.start(), one.end() - 1)
        for place, word in enumerate(words)
        for one in expression.finditer(word)
        if one.group()
    ]

    assert expected == found(log(**{f"j{place}": word for place, word in enumerate(words)}), text)


@pytest.mark.parametrize(
    ("path", "text", "expected"),
    [
        ("a" * 40, "(a | a a)* b", 0),
        ("a" * 30, "(a?){30} a{30} b", 0),
        ("a" * 30 + "c", "(a?){30} a{30} c", 1),
        ("a" * 40, "(. a?)* d", 0),
        ("a" * 100, "(a{1,90}){1,50} b", 0),
        ("abc" * 333, "a .* b .* c .* d", 0),
        ("a" * 5000, "(.* a){3} b", 0),
        ("a" * 5000, ".* .* .* b", 0),
        ("a" * 20_000, "a (.* b)?", 20_000),
        ("ab" * 5000, "b .{14} a .* d?", 1),
        ("a" * 999 + "b", "(a*){5} b", 1),
    ],
)
def test_no_pattern_takes_for_ever(path: str, text: str, expected: int) -> None:
    """Patterns on which trying again and again would not end in a lifetime."""
    journeys = tp.from_paths({"path": [" > ".join(path), "b > c > d"]}, path="path")

    assert expected == sum(journey == 0 for journey, _, _ in found(journeys, text))


@pytest.mark.parametrize(
    ("text", "longest"),
    [
        ("a b c", engine._LONGEST),
        ("a .* b", range(100, 1000)),
        ("a .* b .* c", range(10, 100)),
        ("(a b)* c", range(100, 1000)),
        ("(a | a b)* c", [-1]),
        ("(a?)* c", [-1]),
        ("(a?){30} a{30} b", [-1]),
        ("(a*){20} b", [-1]),
    ],
)
def test_re_is_asked_where_it_is_sure_to_be_quick(text: str, longest) -> None:
    """The more repeats can share a journey, the shorter it must be; never where they are nested."""
    actual = engine.longest_for_re(parse(text))

    assert actual in (longest if not isinstance(longest, int) else [longest])


def test_long_and_short_journeys_are_found_together_in_their_order() -> None:
    """Which engine looked at a journey does not show."""
    long, short = "x" + "a" * 600 + "b", "xab"
    journeys = log(one=short, two=long, three="ba", four=short)

    assert found(journeys, "x .* b") == [(0, 0, 2), (1, 0, 601), (3, 0, 2)]


def test_a_pattern_without_touchpoints_matches_nothing() -> None:
    """A start and an end alone are not an interaction."""
    assert found(log(one="ab"), "^ | $") == []


def test_what_is_too_large_is_refused_with_a_caret() -> None:
    """The size counts with bounded repeats written out; deep nesting is refused too."""
    with pytest.raises(InvalidInputError, match="19,999 parts; patterns have 10,000") as caught:
        tp.pattern("(a{1,100}){1,100} b")
    assert str(caught.value).splitlines()[-1].index("^") == 2 + len("(a{1,100})")
    with pytest.raises(InvalidInputError, match="nest 50 deep"):
        tp.pattern("(" * 1000 + "a" + ")" * 1000)
    assert found(log(one="ab" * 3), "((((a b)))){3}") == [(0, 0, 5)]
