"""Regular expressions of rule files: the same answers as Python's, never its worst times."""

from __future__ import annotations

import pickle
import re
import time

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from touchpoints._core.text import fold
from touchpoints.classify._regex_parser import parse
from touchpoints.classify.regex import Automaton, Pattern
from touchpoints.errors import InvalidInputError

ATOMS = st.sampled_from(
    [
        *("a", "b", "c", "A", "1", " ", "é", r"\.", r"\x61", "()", ".", "^", "$", r"\b"),
        *(r"\w", r"\d", r"\s", r"\W", r"\D", r"\S"),
        *("[ab]", "[^a]", "[a-c1]", r"[^\w]", r"[\d ]", "[à-ü]"),
    ]
)
REPEATS = st.sampled_from(["*", "+", "?", "{2}", "{1,2}", "{0,1}", "{2,}", "*?"])
PATTERNS = st.recursive(
    ATOMS,
    lambda inner: st.one_of(
        st.tuples(inner, inner).map("".join),
        st.tuples(inner, inner).map(lambda pair: f"(?:{pair[0]}|{pair[1]})"),
        st.tuples(inner, REPEATS).map(lambda pair: f"({pair[0]}){pair[1]}"),
    ),
    max_leaves=8,
)
TEXTS = st.text(alphabet="abc1 _.\né", min_size=1, max_size=8)

# Each takes Python's matcher longer than anyone waits, on some text of forty characters or more.
CATASTROPHIC = [
    "(a+)+$",
    "(a|a)*b",
    "(a|aa)+$",
    "(.*)*x",
    "([a-z]+)*!",
    "(x+x+)+y",
    "(a?){30}a{30}b",
    "(.*a){12}b",
    r"(\w+\s?)*:",
    ".*.*.*=x",
]


@settings(max_examples=400)
@given(PATTERNS, st.lists(TEXTS, min_size=1, max_size=6))
def test_it_finds_what_python_finds(pattern: str, texts: list[str]) -> None:
    """On all that both understand, `re` and the two ways of matching here agree."""
    try:
        known = re.compile(pattern.replace("$", r"\Z"))
    except re.error:
        assume(False)
    tree = parse(pattern, folded=False)
    automaton = Automaton(tree, folded=False)
    chosen = Pattern(pattern, folded=False)
    for text in texts:
        expected = known.search(text) is not None
        assert expected == automaton.found_in(text)
        assert expected == chosen.found_in(text)


@settings(max_examples=200)
@given(PATTERNS, TEXTS)
def test_folding_is_the_same_both_ways(pattern: str, text: str) -> None:
    """Without case and accents, too, the automaton and Python's matcher agree."""
    try:
        chosen = Pattern(pattern, folded=True)
    except InvalidInputError:
        assume(False)
    automaton = Automaton(parse(pattern, folded=True), folded=True)
    assert automaton.found_in(fold(text)) == chosen.found_in(fold(text))


@pytest.mark.parametrize("pattern", CATASTROPHIC)
def test_nothing_blows_up(pattern: str) -> None:
    """Expressions that take years elsewhere read a megabyte in a blink: each character once."""
    found = Pattern(pattern, folded=True)
    started = time.perf_counter()
    found.found_in("a" * 1_000_000 + "?")
    found.found_in("ab" * 500_000)
    assert time.perf_counter() - started < 10


@pytest.mark.parametrize(
    ("pattern", "texts", "others"),
    [
        ("rel[aá]mpago", ["relampago", "RELÁMPAGO"], ["relampag"]),
        ("RELÁMPAGO", ["relámpago"], []),
        ("stra(ß|ss)e", ["STRASSE", "Straße"], []),
        (r"\bsale\b", ["flash sale!"], ["wholesale"]),
        (r"^\N{LATIN SMALL LETTER E WITH ACUTE}t\u00e9$", ["été", "ETE"], ["un été"]),
        ("[^à-ü]", ["!"], ["é"]),
        ("صيف", ["عروض الصيف"], ["الشتاء"]),
        ("🎉+", ["sale 🎉🎉"], ["sale"]),
        ("a{,2}$", ["", "aa"], []),
        ("x{y", ["x{y"], ["xy"]),
        ("[]x]", ["]"], ["y"]),
        (r"[\]\-a]", ["-", "]"], ["b"]),
    ],
)
def test_a_folded_pattern_meets_folded_text(
    pattern: str, texts: list[str], others: list[str]
) -> None:
    """Accents and case count neither in the pattern nor in the text; any script is welcome."""
    found = Pattern(pattern, folded=True)
    assert texts == [text for text in texts + others if found.found_in(fold(text))]


@pytest.mark.parametrize(
    ("pattern", "what", "character"),
    [
        ("a(b", "a group is not closed", 2),
        ("a)b", "a ')' has no '('", 2),
        ("[ab", "a set of characters is not closed", 1),
        ("*a", "nothing before '*' to repeat", 1),
        ("a**", "a repeat is repeated", 3),
        ("a++", "gives nothing back", 3),
        ("^*", "a place between characters cannot be repeated", 1),
        ("a{3,2}", "the repeat ends at 2 before it begins at 3", 2),
        (r"(a)\1", "a back reference", 4),
        ("(?=a)", "looks ahead", 1),
        ("(?<!a)b", "looks behind", 1),
        ("(?>a)", "is atomic", 1),
        ("(?i)a", "opens in a way that is not supported", 1),
        ("[z-a]", "runs backwards", 2),
        (r"\q", r"\\q means nothing", 1),
        ("a\\", "ends in a backslash", 2),
        (r"\x6", "too few or wrong digits", 1),
        (r"\N{NO SUCH THING}", "no character called", 1),
        ("(" * 60 + ")" * 60, "nested more than", 41),
    ],
)
def test_a_mistake_has_a_caret(pattern: str, what: str, character: int) -> None:
    """What is wrong or not supported is said with its place, and shown below the pattern."""
    with pytest.raises(InvalidInputError, match=re.escape(what).replace(r"\\\\", r"\\")) as caught:
        Pattern(pattern, folded=True)
    assert f"character {character}" == caught.value.where
    shown, caret = caught.value.mend.splitlines()
    assert pattern[character - 1] == shown[caret.index("^")]


@pytest.mark.parametrize("pattern", ["a{9999}{9999}", "(a{50}){50}", "x" * 3_000])
def test_a_pattern_has_a_size(pattern: str) -> None:
    """One that would need millions of places is refused, not built."""
    with pytest.raises(InvalidInputError, match="are the most"):
        Pattern(pattern.replace("{9999}{9999}", "{9999}"), folded=False)


def test_many_different_texts_do_not_fill_the_memory() -> None:
    """What an automaton keeps of the texts it met stays bounded."""
    automaton = Automaton(parse("(a|b)*a(a|b){12}c", folded=False), folded=False)
    text = "".join("ab"[(number * number) % 7 % 2] for number in range(20_000))
    for start in range(0, 20_000, 1_000):
        automaton.found_in(text[start:] + chr(0x4E00 + start))
    assert len(automaton._known) <= 50_001


def test_a_pattern_can_be_pickled() -> None:
    """Rules travel to other processes."""
    found = pickle.loads(pickle.dumps(Pattern("a+b", folded=True)))
    assert found == Pattern("a+b", folded=True)
    assert found.found_in("xaab")
