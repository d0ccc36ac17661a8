"""Words that indicate types, needs and contexts: in two languages, negated or not."""

from __future__ import annotations

import pickle
import time
from pathlib import Path
from typing import Any

import pytest
from hypothesis import assume, given, reject
from hypothesis import strategies as st

import touchpoints as tp
from touchpoints.classify import Verdict, keywords
from touchpoints.classify.contract.answers import verdict_of
from touchpoints.errors import InvalidInputError, ProblemsError

DOCUMENT = {
    "type": {"live_chat": {"en": ["chat"], "es": ["chatear"]}, "purchase": {"es": ["comprar"]}},
    "need": {
        "save_money": {"en": ["discount", "cheap*"], "es": ["descuento", "más barat*", "gratis"]},
        "solve_problem": {"en": ["does not work", "broken"], "es": ["no funciona", "roto"]},
        "learn": ["how", "cómo"],
    },
    "context": {"urgency": ["urgent*", "right now", "ahora mismo"], "curiosity": ["🤔"]},
}
WORDS = keywords(DOCUMENT)


def needs(text: str | None) -> str | None:
    """Return the need that a text indicates."""
    answer = WORDS({"text": text})
    return verdict_of(answer).facets.get("need")


@pytest.mark.parametrize(
    ("text", "need"),
    [
        ("Is there a DISCOUNT?", "save_money"),
        ("¿Hay algún Descuento?", "save_money"),
        ("algo mas baráto", "save_money"),
        ("the cheapest one", "save_money"),
        ("cheap-flights_2026", "save_money"),
        ("discounted", None),
        ("a-discount_code", "save_money"),
        ("it does not work", "solve_problem"),
        ("no funciona", "solve_problem"),
        ("más", None),
        ("", None),
        (None, None),
    ],
)
def test_words_are_found(text: str | None, need: str | None) -> None:
    """Without case and accents, whole words only; a star stands for any ending."""
    assert need == needs(text)


@pytest.mark.parametrize(
    "text",
    [
        "not cheap",
        "I do not want a discount",
        "never any discount",
        "without discount",
        "don't want the discount",
        "don\u2019t need a discount",
        "no quiero descuento",
        "sin ningún descuento",
        "nunca hay descuento",
        "NO es más barato",
        "¡no! ¡no quiero descuento!",
    ],
)
def test_a_negated_word_does_not_count(text: str) -> None:
    """Not, never, without, n't, no, sin, nunca: up to three words before."""
    assert needs(text) is None


@pytest.mark.parametrize(
    "text",
    [
        "No, I want a discount",
        "no. Un descuento",
        "Nothing to add: a discount, please",
        "I am not sure which of them has a discount",
        "not broken but cheap, cheap",
        "it is not late and there is cheap coffee",
        "sin embargo, algo barato: descuento",
    ],
)
def test_a_negation_ends(text: str) -> None:
    """With its clause, or after three words."""
    assert "save_money" == needs(text)


def test_a_negation_inside_a_phrase_belongs_to_it() -> None:
    """It is found as written ("no funciona"), and negates nothing after it."""
    assert "solve_problem" == needs("no funciona, ¿descuento no?")
    assert Verdict("live_chat", facets={"need": "solve_problem"}) == WORDS(
        {"text": "no funciona chat"}
    )


def test_each_facet_is_decided_separately() -> None:
    """Type, need and context from one text."""
    assert Verdict("live_chat", facets={"need": "save_money", "context": "urgency"}) == WORDS(
        {"text": "URGENTE: chat sobre un descuento"}
    )
    assert "purchase" == WORDS({"text": "quiero comprar"})
    assert tp.Facets(context="curiosity") == WORDS({"text": "hmm 🤔"})


def test_more_words_weigh_more() -> None:
    """A longer phrase outweighs a shorter one; the same phrase twice counts once."""
    assert "solve_problem" == needs("cheap cheap cheap, it does not work")
    assert "save_money" == needs("a discount, cheaper, but broken")


def test_only_the_longest_phrase_at_a_word_counts() -> None:
    """A "gift card" does not count as a card."""
    found = keywords({"need": {"acquire": ["card"], "valued": ["gift card", "gift card balance"]}})
    assert tp.Facets(need="valued") == found({"text": "my gift card balance"})
    assert tp.Facets(need="acquire") == found({"text": "a gift, a card"})


def test_ties_abstain_or_take_the_first_in_the_file() -> None:
    """Two terms with equal numbers of words: no answer for this facet, or the first term."""
    text = {"text": "how, a discount: chat"}
    assert "live_chat" == WORDS(text)
    assert Verdict("live_chat", facets={"need": "save_money"}) == keywords(DOCUMENT, ties="first")(
        text
    )


def test_any_script_is_read() -> None:
    """Right-to-left text with marks of direction, and emoji with their variants."""
    found = keywords({"need": {"save_money": ["خصم كبير", "💸"], "learn": ["ما هو"]}})
    assert tp.Facets(need="save_money") == found({"text": "\u202bخصم كبير\u202c اليوم!"})
    assert tp.Facets(need="save_money") == found({"text": "oferta💸\ufe0f💸"})
    assert tp.Facets(need="learn") == found({"text": "ما هو؟"})


def test_the_negations_can_be_chosen() -> None:
    """Other languages, no negations, another reach."""
    phrases = {"need": {"save_money": ["rabatt", "discount"]}}
    german = keywords(phrases, negations=["kein"])
    assert german({"text": "kein Rabatt"}) is None
    assert german({"text": "no discount"}) is not None
    assert keywords(phrases, negations=())({"text": "don't discount"}) is not None
    assert keywords(phrases, reach=1)({"text": "no big discount"}) is not None


def test_several_fields_are_read_as_one_text() -> None:
    """A phrase does not run from one field into the next; missing fields are ignored."""
    found = keywords({"need": {"save_money": ["good price"]}}, reads=("title", "body"))
    assert ("title", "body") == found.reads
    assert found({"title": "good", "body": "price"}) is None
    assert found({"title": None, "body": "a good price"}) is not None


def test_a_file_holds_the_same(tmp_path: Path) -> None:
    """TOML with a table for each facet."""
    path = tmp_path / "words.toml"
    path.write_text(
        '[need]\nsave_money = ["cheap"]\n[need.learn]\nes = ["cómo"]\n', encoding="utf-8"
    )
    found = keywords(path, taxonomy=tp.load_taxonomy("customer"))
    assert tp.Facets(need="learn") == found({"text": "¿COMO?"})
    assert "words" == found.name


def test_all_problems_come_at_once() -> None:
    """Unknown facets, types and terms, phrases without words, one phrase for two terms."""
    with pytest.raises(ProblemsError) as caught:
        keywords(
            {
                "needs": {"learn": ["a"]},
                "type": {"live_chatt": ["b"]},
                "need": {"lern": ["c"], "learn": ["!!!", "same"], "compare": ["SAME"], "x": 3},
            },
            taxonomy=tp.load_taxonomy("customer"),
        )
    text = str(caught.value)
    for problem in (
        "needs: no such facet (did you mean 'need'?)",
        "type.live_chatt: no such touchpoint type (did you mean 'live_chat'?)",
        "need.lern: no such term of need (did you mean 'learn'?)",
        "need.learn: '!!!' has no words",
        "need: 'same' is listed for 'learn', 'compare', so it could never decide between them",
        "need.x: expected a list of texts",
    ):
        assert problem in text, problem


@pytest.mark.parametrize("wrong", [{}, {"need": {}}, {"need": {"learn": []}}])
def test_no_phrases_are_a_problem(wrong: Any) -> None:
    """A classifier that can never answer is a mistake."""
    with pytest.raises(ProblemsError, match="there are no phrases"):
        keywords(wrong)


def test_options_are_checked() -> None:
    """The error lists the choices; a negative reach is refused."""
    with pytest.raises(InvalidInputError, match="'abstain', 'first'"):
        keywords(DOCUMENT, ties="last")
    with pytest.raises(InvalidInputError, match="reach must be an integer of at least 0, got -1"):
        keywords(DOCUMENT, reach=-1)


def test_a_megabyte_takes_a_moment() -> None:
    """Linear in the text, also with thousands of phrases that begin alike."""
    phrases = [" ".join(["buy"] * (number % 7 + 1) + [f"w{number}"]) for number in range(3_000)]
    found = keywords({"need": {"learn": phrases, "acquire": ["no such words"]}})
    started = time.process_time()
    found({"text": "buy " * 250_000})
    found({"text": "x" * 1_000_000})
    assert time.process_time() - started < 20


@given(st.text())
def test_any_text_can_be_read(text: str) -> None:
    """Any text can be read, and every answer is a need of the document."""
    assert needs(text) in {None, *DOCUMENT["need"]}


@given(st.text(min_size=1, max_size=20))
def test_any_phrase_of_words_is_found_in_itself(phrase: str) -> None:
    """Every phrase with words is found in itself; a phrase without words is a problem."""
    try:
        found = keywords({"need": {"learn": [phrase]}}, negations=())
    except ProblemsError:
        reject()
    assume("*" not in phrase)
    assert found({"text": phrase}) is not None


def test_keywords_can_be_pickled() -> None:
    """They travel to other processes."""
    again = pickle.loads(pickle.dumps(WORDS))
    assert again == WORDS
    assert "purchase" == again({"text": "comprar"})
