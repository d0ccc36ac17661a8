"""Regular expressions of rule files: the same results as Python's, in linear time."""

from __future__ import annotations

import os
import pickle
import re
import subprocess
import sys
import time

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from tests import strategies
from touchpoints._core.text import fold
from touchpoints.classify.rule_files.regex import MAX_BYTES, MAX_CHARACTERS, Pattern, compiled
from touchpoints.errors import InvalidInputError

ATOMS = st.sampled_from(
    [
        *("a", "b", "c", "A", "1", " ", "é", r"\.", r"\x61", "()", ".", "^", "$", r"\b"),
        *(r"\w", r"\d", r"\s", r"\W", r"\D", r"\S"),
        *("[ab]", "[^a]", "[a-c1]", r"[^\w]", r"[\d ]", "[à-ü]"),
        *("д", "[в-я]", r"\B", r"[^\W\d]", r"[\s\S]", "(?s:.)", "(?i:B)", "(?:ß|ss)", "_"),
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
TEXTS = st.text(alphabet="abc1 _.\néдß٣\u0301\ud800", min_size=1, max_size=8)

# Each takes Python's matcher years on some text of forty characters or more.
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


@strategies.examples(400)
@given(PATTERNS, st.lists(TEXTS, min_size=1, max_size=6))
def test_it_finds_what_python_finds(pattern: str, texts: list[str]) -> None:
    """`re` and RE2 agree on every expression that both support, in any script."""
    try:
        known = re.compile(pattern.replace("$", r"\Z"))
    except re.error:
        assume(False)
    chosen = Pattern(pattern, folded=False)
    for text in texts:
        assert (known.search(text) is not None) == chosen.found_in(text)


@strategies.examples(200)
@given(PATTERNS, TEXTS)
def test_folding_is_what_python_finds_without_case_and_accents(pattern: str, text: str) -> None:
    """A folded pattern matches as the pattern without accents does, ignoring case."""
    plain = pattern.replace("é", "e").replace("[à-ü]", "[a-u]").replace("ß", "ss")
    try:
        known = re.compile(plain.replace("$", r"\Z"), re.IGNORECASE)
    except re.error:
        assume(False)
    folded = fold(text)
    assert (known.search(folded) is not None) == Pattern(pattern, folded=True).found_in(folded)


@pytest.mark.parametrize("pattern", ["isik", "isik.*", "[i]s[i]k", "isik(a|b)*"])
def test_one_word_is_found_alike_however_it_is_written(pattern: str) -> None:
    """A dotless i is a different letter from i, whatever follows it in the expression."""
    assert not Pattern(pattern, folded=True).found_in(fold("\N{LATIN SMALL LETTER DOTLESS I}şik"))
    assert Pattern(pattern, folded=True).found_in(fold("İşik"))


@pytest.mark.parametrize(
    ("pattern", "texts", "others"),
    [
        ("(?i)x", ["x", "X"], ["y"]),
        ("(?s)a.+b", ["a\n\nb"], ["ab"]),
        ("a.+b", ["a--b"], ["a\n\nb"]),
        ("(?m)^b$", ["a\nb\nc"], ["abc", "a b"]),
        ("(?m)^д\\b$", ["в\nд\nж"], ["вдж", "в д"]),
        ("(?i:a)b(?u:c)(?#said)", ["Abc", "abc"], ["aBc"]),
        ("^.{1000}$", ["é" * 1_000], ["é" * 999, "é" * 1_001]),
        ("(?P<a>x)(?P<b>y)", ["xy"], ["x"]),
        (r"\bлимит\b", ["ни лимит!", "лимит"], ["лимиты", "_лимит"]),
        (r"\Bими\B", ["лимит"], ["ими", "ни ими"]),
        (r"\d", ["٣"], ["a"]),
        (r"a\z", ["ba"], ["a\n"]),
        (r"\101[\x42\103]", ["AB", "AC"], ["aB"]),
        ("a{,}b", ["b", "aab"], ["a"]),
        ("x[[a]y", ["x[y", "xay"], ["xy"]),
        ("a.b", ["a\ud800b"], ["a\nb"]),
    ],
)
def test_pythons_syntax_is_understood(pattern: str, texts: list[str], others: list[str]) -> None:
    """Flags, named groups, comments, numeric escapes, classes and boundaries, in any script."""
    found = Pattern(pattern, folded=False)
    assert texts == [text for text in texts + others if found.found_in(text)]


@pytest.mark.parametrize("pattern", CATASTROPHIC)
def test_nothing_blows_up(pattern: str) -> None:
    """Expressions on which a backtracking matcher takes years read a megabyte in seconds."""
    found = Pattern(pattern, folded=True)
    started = time.process_time()
    found.found_in("a" * 1_000_000 + "?")
    found.found_in("ab" * 500_000)
    assert time.process_time() - started < 10


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
    """Accents and case are ignored in the pattern and in the text, in any script."""
    found = Pattern(pattern, folded=True)
    assert texts == [text for text in texts + others if found.found_in(fold(text))]


@pytest.mark.parametrize(
    ("pattern", "what", "character"),
    [
        ("a(b", "missing ), unterminated subpattern", 2),
        ("a)b", "unbalanced parenthesis", 2),
        ("[ab", "unterminated character set", 1),
        ("*a", "nothing to repeat", 1),
        ("a**", "multiple repeat", 3),
        ("a{2}{3}", "multiple repeat", 5),
        ("a++", "a possessive repeat is not supported", 3),
        ("^*", "nothing to repeat", 2),
        ("a{3,2}", "min repeat greater than max repeat", 3),
        (r"(a)\1", "a back reference is not supported", 4),
        ("(?=a)", "lookahead is not supported, as it can take very long", 1),
        ("(?<!a)b", "lookbehind is not supported, as it can take very long", 1),
        ("(?>a)", "an atomic group is not supported", 1),
        ("(?x)a", "only the flags i, m and s are supported", 1),
        ("(?=a)", "write two conditions, joined by all and not", 1),
        ("(?P<a>x)(?P=a)", "write out the repeated part", 9),
        ("(a)?(?(1)b|c)", "a conditional group is not supported", 5),
        ("(?P<a>x)(?P<a>y)", "redefinition of group name 'a'", 13),
        (r"\d{1,5000}", "a repeat must be at most 1,000 (write '*' or '+'", 3),
        ("[z-a]", "bad character range z-a", 2),
        (r"\q", r"bad escape \q", 1),
        ("a\\", "bad escape (end of pattern)", 2),
        (r"\x6", r"incomplete escape \x6", 1),
        (r"\N{NO SUCH THING}", "undefined character name", 1),
        ("(" * 60 + ")" * 60, "nested more than", 41),
    ],
)
def test_a_mistake_has_a_caret(pattern: str, what: str, character: int) -> None:
    """The error gives the position of the mistake and a caret below the pattern."""
    with pytest.raises(InvalidInputError, match=re.escape(what)) as caught:
        Pattern(pattern, folded=True)
    assert f"character {character}" == caught.value.where
    shown, caret = caught.value.mend.splitlines()
    assert pattern[character - 1] == shown[caret.index("^")]


@pytest.mark.parametrize(
    ("pattern", "message"),
    [
        ("a{9999}", "a repeat must be at most 1,000"),
        ("(a{50}){50}", "at most 1,000 repeats, nested repeats multiplied, and 16 MiB"),
        ("x" * 3_000, "at most 2,000 characters, got 3,000"),
    ],
)
def test_a_pattern_has_a_size(pattern: str, message: str) -> None:
    """A pattern that would need millions of states is refused."""
    with pytest.raises(InvalidInputError, match=message):
        Pattern(pattern, folded=False)


HOSTILE = [
    ("a?a?a?a?a?a?a?(?:aa){480}b", "a" * 60_000),
    ("a[ab]{900}c+", "ab" * 30_000),
    ("(?:a[ab]{30}){30}c", "ab" * 30_000),
    (r"\b(\w+\s?)*:", "слово " * 10_000),
    (".{1000}x", "é" * 60_000),
    ("(a|b)*a(a|b){12}c", "".join("ab"[one * one % 7 % 2] for one in range(20_000))),
]


@pytest.mark.parametrize(("pattern", "text"), HOSTILE)
def test_the_work_is_bounded(pattern: str, text: str) -> None:
    """RE2 executes each instruction at most once per character, in bounded memory."""
    programs = compiled(pattern, folded=True)
    assert all(one.programsize < 15 * MAX_CHARACTERS for one in programs)
    assert {MAX_BYTES} == {one.options.max_mem for one in programs}
    found = Pattern(pattern, folded=True)
    started = time.process_time()
    assert not found.found_in(text)
    assert time.process_time() - started < 5


def test_a_pattern_of_large_sets_is_refused() -> None:
    """A pattern that needs more than the allowed memory is an error."""
    with pytest.raises(InvalidInputError, match="too large with its repeats .* and 16 MiB"):
        Pattern(r"\w" * 1_000, folded=True)


def test_a_long_pattern_is_not_quoted() -> None:
    """A pattern of two megabytes is refused before it is parsed, with one short line."""
    with pytest.raises(InvalidInputError, match="2,000 characters, got 2,000,000") as caught:
        Pattern("(a|b)" * 400_000, folded=True)
    assert len(str(caught.value)) < 100


def test_re2_prints_nothing(capfd: pytest.CaptureFixture[str]) -> None:
    """A pattern that RE2 refuses raises an error; RE2 writes nothing to the standard error."""
    with pytest.raises(InvalidInputError):
        Pattern("(a{50}){50}", folded=True)
    assert ("", "") == capfd.readouterr()


def test_re2_is_imported_for_a_rule_with_a_regex_only() -> None:
    """Rules without regular expressions do not import it."""
    lines = [
        "import sys, touchpoints as tp",
        "rules = lambda when: tp.classify.rules({'rule': [{'when': {'x': when}, 'type': 't'}]})",
        "rules('a')",
        "before = 're2' in sys.modules",
        "rules({'regex': 'a'})",
        "print(before, 're2' in sys.modules)",
    ]
    found = subprocess.run(
        [sys.executable, "-c", "\n".join(lines)],
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
        capture_output=True,
        text=True,
        check=True,
    )
    assert "False True\n" == found.stdout


def test_a_pattern_can_be_pickled() -> None:
    """Rules can be sent to other processes."""
    found = pickle.loads(pickle.dumps(Pattern("a+b", folded=True)))
    assert found == Pattern("a+b", folded=True)
    assert found.found_in("xaab")
