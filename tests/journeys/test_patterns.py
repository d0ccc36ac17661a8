"""Path patterns and anchors."""

from __future__ import annotations

import datetime as dt
import itertools
import re

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import touchpoints as tp
from tests.logs import log
from touchpoints.errors import InvalidInputError, WrongKindError
from touchpoints.journeys.places import anchors
from touchpoints.journeys.places.pattern.language import matches


def found(journeys: tp.Journeys, text: str) -> list[tuple[int, int, int]]:
    """Return journey, first and last position within it, of each match."""
    got = matches(journeys, tp.pattern(text))
    base = journeys.offsets[:-1][got.journeys]
    return list(
        zip(
            got.journeys.tolist(),
            (got.starts - base).tolist(),
            (got.stops - base).tolist(),
            strict=True,
        )
    )


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a", [(0, 0, 0), (1, 0, 0), (1, 1, 1)]),
        ("a b", [(0, 0, 1), (1, 1, 2)]),
        ("a .* b", [(0, 0, 3), (1, 0, 3)]),
        ("^ a", [(0, 0, 0), (1, 0, 0)]),
        ("b $", [(0, 3, 3)]),
        ("[a|c] b", [(0, 0, 1), (0, 2, 3), (1, 1, 2)]),
        ("[^a|b]+", [(0, 2, 2), (1, 4, 4), (2, 0, 0), (3, 0, 0)]),
        ("a{2}", [(1, 0, 1)]),
        ("b{1,2} p?", [(0, 1, 1), (0, 3, 3), (1, 2, 4)]),
        ("(a | b)+ $", [(0, 3, 3)]),
        ("^ p $", [(2, 0, 0)]),
        ("x? p", [(1, 4, 4), (2, 0, 0)]),
        ("a .*? b", [(0, 0, 1), (1, 0, 2)]),
        ("a+? b", [(0, 0, 1), (1, 0, 2)]),
        ("b{1,2}?", [(0, 1, 1), (0, 3, 3), (1, 2, 2), (1, 3, 3)]),
        ("b p??", [(0, 1, 1), (0, 3, 3), (1, 2, 2), (1, 3, 3)]),
        ("b p?? $", [(0, 3, 3), (1, 3, 4)]),
    ],
)
def test_each_sign_of_the_language_means_what_the_page_says(
    text: str, expected: list[tuple[int, int, int]]
) -> None:
    """Sequences, sets, repeats, groups, alternatives, start and end."""
    journeys = tp.concat([log(one="abcb", two="aabbp", three="p"), log(four="x")])

    assert found(journeys, text) == expected


def test_facets_and_types_stand_for_the_touchpoints_that_have_them() -> None:
    """A pattern can name needs and channels as well as touchpoints."""
    rows = [
        {"id": 1, "at": f"2026-01-0{day}", "what": what}
        for day, what in enumerate(["review_read", "live_chat", "live_chat", "purchase"], 1)
    ]
    journeys = tp.from_records(
        rows, journey="id", time="at", touchpoint="what", taxonomy=tp.load_taxonomy("customer")
    )
    need = journeys[0].touchpoints[1].need

    assert found(journeys, f"[need={need}]+ purchase") == [(0, 1, 3)]
    assert found(journeys, f"[^need={need}] live_chat") == [(0, 0, 1)]


def test_names_with_spaces_and_signs_are_written_in_quotes() -> None:
    """Real activity names hold spaces, parentheses and brackets."""
    rows = [
        {"id": 1, "at": f"2026-01-0{day}", "what": what}
        for day, what in enumerate(["Blood test", "MRI (head)", "a[b]", "social.paid"], 1)
    ]
    journeys = tp.from_records(rows, journey="id", time="at", touchpoint="what")

    assert found(journeys, "\"Blood test\" 'MRI (head)'") == [(0, 0, 1)]
    assert found(journeys, "'a[b]' social.paid") == [(0, 2, 3)]
    assert found(journeys, "['Blood test'|'a[b]']") == [(0, 0, 0), (0, 2, 2)]


@pytest.mark.parametrize(
    ("text", "place", "message"),
    [
        ("(a+)+", 4, "unbounded repeat inside another"),
        ("a b)", 3, "closing parenthesis has no opening"),
        ("(a", 0, "never closed"),
        ("* a", 0, "nothing here to repeat"),
        ("a {3,1}", 2, "minimum number of repeats exceeds the maximum"),
        ("a **", 3, "repeats a repeat"),
        ("a |", 3, "a touchpoint is missing here"),
        ("a ]", 2, "closing bracket has no opening"),
        ("", 0, "empty"),
        ("a []", 2, "brackets are empty"),
        ("^* a", 1, "cannot be repeated"),
        ("(a+?)*?", 5, "unbounded repeat inside another"),
        ("a ? ?", 4, "repeats a repeat"),
        ("a*??", 3, "repeats a repeat"),
        ("a{٢}", 1, "number of repeats is written"),
        ("a{,}", 1, "number of repeats is written"),
        ("a{2", 1, "brace is never closed"),
        ("a}", 1, "closing brace has no opening"),
        ("a{1001}", 1, "at most 1000 repeats"),
        ("a{12345678901}", 1, "at most 1000 repeats"),
        ('a "b', 2, "quote is never closed"),
        ("a's b", 1, "a name with an apostrophe goes in double quotes"),
        ('"a""b"', 3, r'written \\"'),
        ("a [b", 2, "bracket is never closed"),
        ('a [b|"c]', 5, "quote is never closed"),
        ("[a b]", 3, "a name with spaces goes in quotes"),
        ("['a' b]", 5, "a name with spaces goes in quotes"),
        ("[a, b]", 2, r"write \| between touchpoints"),
        ("[a|]", 3, "a name or a term is missing here"),
        ("[|a]", 1, "a name or a term is missing here"),
        ("[[a]]", 1, "brackets inside brackets must directly follow a name"),
        ("[a[b[c]]]", 0, "brackets inside brackets are not allowed"),
        ("[need=]", 1, "a facet is written"),
        ("[=b]", 1, "a facet is written"),
        ("[need=a=b]", 7, "a facet is written"),
        ("[need=a|]", 8, "a name or a term is missing here"),
        ("[need=a, need=b]", 9, "given twice"),
        ("a[b]", 1, "directly after a name must hold facets"),
        ("a[^need=b]", 1, "directly after a name must hold facets"),
        ("a\n (b", 3, "never closed"),
    ],
)
def test_what_does_not_parse_is_shown_with_a_caret(text: str, place: int, message: str) -> None:
    """The message draws the pattern and a caret under the place."""
    with pytest.raises(InvalidInputError, match=message) as caught:
        tp.pattern(text)

    assert str(caught.value).splitlines()[-1] == f"  {' ' * place}^"


def test_a_line_break_moves_no_caret() -> None:
    """The pattern is shown on one line."""
    with pytest.raises(InvalidInputError) as caught:
        tp.pattern("a\n\t(b")

    assert str(caught.value).splitlines()[1:] == ["  a  (b", "     ^"]


def test_quotes_hold_quotes_and_signs() -> None:
    """A quote within quotes follows a backslash; elsewhere a backslash is literal."""
    names = ['the "new" page', "Ana's", "C:\\temp", "a, b", "a|b]"]
    rows = [{"id": 1, "at": f"2026-01-0{day}", "what": what} for day, what in enumerate(names, 1)]
    journeys = tp.from_records(rows, journey="id", time="at", touchpoint="what")

    assert found(journeys, r'"the \"new\" page" "Ana\'s"') == [(0, 0, 1)]
    assert found(journeys, r"""'the "new" page' 'Ana\'s' "C:\temp" """) == [(0, 0, 2)]
    assert found(journeys, r"""["the \"new\" page"|'a, b'|"a|b]"]""") == [
        (0, 0, 0),
        (0, 3, 3),
        (0, 4, 4),
    ]


def test_a_key_copied_into_a_pattern_is_that_touchpoint() -> None:
    """Brackets after a name belong to it; the exact key, else the name with those facets."""
    customer = tp.load_taxonomy("customer")
    made = {
        "b": customer.touchpoint("search_query", need="compare"),
        "c": customer.touchpoint("search_query", need="compare", channel="app"),
        "d": customer.touchpoint("search_query"),
        "e": customer.touchpoint("purchase"),
    }
    journeys = tp.relabel(log(one="bedbdc"), made)
    key = made["c"].key

    assert (made["b"].key, key) == (
        "search_query[need=compare]",
        "search_query[channel=app,need=compare]",
    )
    assert found(journeys, "search_query[need=compare]") == [(0, 0, 0), (0, 3, 3)]
    assert found(journeys, "search_query[need=compare] purchase") == [(0, 0, 1)]
    assert found(journeys, f"search_query {key}") == [(0, 4, 5)]
    assert found(journeys, f"[{key}|purchase]") == [(0, 1, 1), (0, 5, 5)]
    assert found(journeys, "search_query[need=compare, channel=app]") == [(0, 5, 5)]
    assert found(journeys, "search_query[channel=app]") == [(0, 5, 5)]
    assert found(journeys, "search_query[need=acquire|compare]") == [
        (0, 0, 0),
        (0, 3, 3),
        (0, 5, 5),
    ]
    assert found(journeys, f"search_query [need='compare'] {key}") == []
    assert found(journeys, "search_query [need=compare]") == [(0, 2, 3), (0, 4, 5)]
    with pytest.raises(InvalidInputError, match="no facet 'ned'"):
        found(journeys, "search_query[ned=compare]")


def test_a_copied_key_of_raw_text_is_quoted_or_escaped() -> None:
    """Names with spaces go in quotes, whole or before the brackets; escapes are read."""
    customer = tp.load_taxonomy("customer")
    made = {"b": customer.untyped("Blood [test]", channel="app")}
    journeys = tp.relabel(log(one="ab"), made)

    assert made["b"].key == "Blood %5Btest%5D[channel=app]"
    assert found(journeys, f'a "{made["b"].key}"') == [(0, 0, 1)]
    assert found(journeys, 'a "Blood %5Btest%5D"[channel=app]') == [(0, 0, 1)]


def test_an_unknown_name_is_shown_with_a_caret_and_near_names() -> None:
    """Names are looked up when the pattern meets journeys."""
    with pytest.raises(InvalidInputError, match="no touchpoint 'serch'") as caught:
        found(log(one="ab"), "a serch")

    assert "    a serch".strip() in str(caught.value)
    for no_text in (3, ["a"], tp.pattern("a")):
        with pytest.raises(WrongKindError, match="takes a pattern as text, not"):
            tp.pattern(no_text)


def naive(path: str, text: str) -> list[tuple[int, int]]:
    """Match with `re` on the letters themselves; the language writes them with spaces."""
    letters = text.replace(" ", "").replace("[a|b]", "[ab]").replace("$", r"\Z")
    expression = re.compile(letters, re.DOTALL)
    return [(one.start(), one.end() - 1) for one in expression.finditer(path) if one.group()]


@given(
    paths=st.lists(st.text("abc", max_size=7), min_size=1, max_size=8),
    text=st.sampled_from(
        [
            "a",
            "a b",
            "a .* b",
            "^ a",
            "c $",
            "[a|b] c",
            "[^a]+",
            "(a b)+",
            "a{2,}",
            ". . .",
            "a | b c",
        ]
    ),
)
def test_patterns_match_as_regular_expressions_over_letters(paths: list[str], text: str) -> None:
    """One character a touchpoint changes nothing of what `re` finds."""
    named = {f"j{place}": f"{path}abc" for place, path in enumerate(paths)}
    journeys = log(**named)

    expected = [
        (place, *span) for place, path in enumerate(named.values()) for span in naive(path, text)
    ]

    assert found(journeys, text) == expected


def test_many_touchpoints_skip_the_surrogates() -> None:
    """More touchpoints than characters before the surrogates are matched correctly."""
    count = 60_000
    journeys = tp.from_columns(
        {
            "id": np.zeros(count, int),
            "at": 1_700_000_000 + np.arange(count),
            "what": np.arange(count),
        },
        journey="id",
        time="at",
        touchpoint="what",
        time_format="epoch_s",
    )

    assert found(journeys, "55038 55039 55040") == [(0, 55038, 55040)]
    assert found(journeys, "59999 $") == [(0, 59999, 59999)]


def test_anchors_choose_a_match_and_move_from_it() -> None:
    """First, last or all; start or end; interactions or time; outside the journey, no place."""
    journeys = log(one="abcb", two="ac", three="bb")

    def first(**how: object) -> list[int]:
        base = journeys.offsets[:-1]
        rows = anchors.first_places(journeys, tp.Anchor(**how))
        return np.where(rows < 0, -1, rows - base).tolist()

    assert first(pattern="b") == [1, -1, 0]
    assert first(pattern="b", occurrence="last") == [3, -1, 1]
    assert first(pattern="b", occurrence="last", offset=-2) == [1, -1, -1]
    assert first(pattern="a .", at="end") == [1, 1, -1]
    assert first(pattern="a", offset=dt.timedelta(hours=25)) == [2, -1, -1]
    assert first(pattern="b", offset=-dt.timedelta(hours=25)) == [0, -1, 0]


@given(
    path=st.text("ab", min_size=1, max_size=9),
    hours=st.integers(-60, 60),
)
def test_a_duration_finds_the_first_interaction_at_or_after_it(path: str, hours: int) -> None:
    """The binary search agrees with looking at each interaction in turn."""
    journeys = log(one=path + "a")
    anchor = tp.Anchor(pattern="a", offset=dt.timedelta(hours=hours))
    start = (path + "a").index("a")
    later = (place for place in range(len(path) + 1) if 24 * place >= 24 * start + hours)

    assert anchors.first_places(journeys, anchor).tolist() == [next(later, -1)]


def test_an_anchor_checks_its_options() -> None:
    """A misspelt option and an offset that is neither steps nor time are refused."""
    with pytest.raises(InvalidInputError, match="did you mean 'first'"):
        tp.Anchor(pattern="a", occurrence="frist")
    with pytest.raises(
        WrongKindError,
        match=r"offset must be an integer \(of interactions\) or a datetime.timedelta",
    ):
        tp.Anchor(pattern="a", offset=1.5)
    untimed = tp.distinct(log(one="ab"))
    with pytest.raises(InvalidInputError, match="needs times"):
        anchors.places(untimed, tp.Anchor(pattern="a", offset=dt.timedelta(1)))


def test_every_distinct_journey_is_searched_once_and_all_get_its_matches() -> None:
    """Repeated journeys have the same matches, each at its own rows."""
    paths = ["".join(letters) for letters in itertools.product("ab", repeat=3)] * 3
    journeys = log(**{f"j{place}": path for place, path in enumerate(paths)})

    each = {place: [] for place in range(len(paths))}
    for journey, start, stop in found(journeys, "a b"):
        each[journey].append((start, stop))

    assert [each[place] for place in range(8)] == [each[place] for place in range(16, 24)]
