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
from tests import naive_words
from touchpoints._core.text import fold_spaced
from touchpoints.classify import Verdict, keywords
from touchpoints.classify._data import read_data
from touchpoints.classify.contract.answers import verdict_of
from touchpoints.classify.text.phrases import PhraseTree
from touchpoints.classify.text.spelling import Spelling, is_slip
from touchpoints.classify.text.words import particles
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


# ------------------------------------------------------------------------ what seems to be denied


@pytest.mark.parametrize(
    "text",
    [
        "¿No tenéis descuentos?",
        "Don't you have a discount?",
        "Why is there no discount?",
        "¿Por qué no hay nada más barato?",
        "You have no discount, right?",
        "No hay descuento, ¿verdad?",
        "Sin descuento no compro",
        "Sin descuento, no compro",
        "No compro sin descuento",
        "I am not leaving without a discount",
        "I will leave if there is no discount",
        "no compro hasta que haya descuento",
        "I won't buy unless there is a discount",
        "I can't find the discount",
        "couldn\u2019t get a discount",
        "No encuentro el descuento",
        "I have not received my discount",
        "not only cheap",
        "No sólo es más barato",
        "not late but cheap",
        "a discount, no?",
        "a discount, no, two of them",
        "Any discount? No answer from you so far",
    ],
)
def test_a_negation_can_leave_the_wish(text: str) -> None:
    """Questions, conditions, failures, "not only" and what follows "but" keep the need."""
    assert "save_money" == needs(text)


@pytest.mark.parametrize(
    "text",
    [
        "Could you not offer me any discount?",
        "¿Por qué me mandáis algo si no quiero descuento?",
        "What if I don't need a discount?",
        "I don't mind paying without a discount",
        "No me importa comprar sin descuento",
        "prefiero comprar sin descuento",
        "No hace falta descuento",
        "no estoy interesado en un descuento",
        "ni descuento ni nada barato",
        "no quiero regalos ni descuento",
        "descuento no, gracias",
        "no, thanks, no discount",
        "Please stop sending me discount codes",
        "I don't see the point of a discount",
        "Basta de descuentos",
        "A discount? No thanks",
        "¿Descuento? No, gracias",
        "¿Un descuento? No",
        "No quiero que me hagáis ningún descuento",
    ],
)
def test_a_refusal_denies_even_in_a_question(text: str) -> None:
    """Who does not want, does not mind or asks not to be sent something, has no such need."""
    assert needs(text) is None


def test_a_type_is_denied_by_every_negation() -> None:
    """A need outlives a failure; an interaction that failed did not take place."""
    assert WORDS({"text": "no puedo comprar"}) is None
    assert WORDS({"text": "¿No se puede chatear?"}) is None
    assert tp.Facets(need="save_money") == WORDS({"text": "no puedo comprar sin descuento"})


@pytest.mark.parametrize(
    ("text", "need"),
    [
        ("it doesn't work", "solve_problem"),
        ("it doesn\u2019t work", "solve_problem"),
        ("it doesnt work", "solve_problem"),
        ("it dosen't work", "solve_problem"),
        ("it does not really even work", "solve_problem"),
        ("it does not really even ever work", None),
        ("does it not work", "solve_problem"),
        ("it does. not work", None),
        ("La web no me funciona", "solve_problem"),
        ("no se nos funciona", "solve_problem"),
    ],
)
def test_a_phrase_is_found_however_it_is_put(text: str, need: str | None) -> None:
    """Contractions, with or without their apostrophe, and up to two words without weight."""
    assert need == needs(text)


def test_a_contraction_is_one_word() -> None:
    """What does not work weighs two words, as many as another phrase of two."""
    two = keywords({"need": {"learn": ["does not work"], "compare": ["much better"]}})
    assert two({"text": "it doesn't work, much better"}) is None


# ------------------------------------------------------------------------------------------- slips

LONG = keywords(
    {"need": {"save_money": ["discount", "warranty", "reembols*", "contact", "broken"]}}
)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("dicsount", True),
        ("discout", True),
        ("disccount", True),
        ("discounts", True),
        ("warrenty", True),
        ("reemblosar", True),
        ("reembosos", True),
        ("brokne", True),
        ("boken", False),
        ("brosen", False),
        ("viscount", False),
        ("discoun", False),
        ("contract", False),
        ("contrast", False),
        ("disscoutn", False),
    ],
)
def test_one_letter_may_be_wrong_in_a_long_word(text: str, *, found: bool) -> None:
    """Exchanged from six letters on, missing or too many from seven, another from eight."""
    assert found == (LONG({"text": text}) is not None)


def test_slips_can_be_left_out() -> None:
    """Without typos only the words as written count."""
    strict = keywords({"need": {"save_money": ["discount"]}}, typos=False)
    assert strict({"text": "dicsount"}) is None
    assert strict({"text": "discount"}) is not None


def test_a_word_between_two_is_left_as_it_is() -> None:
    """A slip of two different words could be either."""
    two = keywords({"need": {"learn": ["marching"], "compare": ["matching"]}})
    assert two({"text": "maching"}) is None
    assert two({"text": "marhcing"}) == tp.Facets(need="learn")


LETTERS = st.text("abc", min_size=1, max_size=9)


@given(LETTERS, LETTERS)
def test_slips_are_edits_of_one_letter(written: str, meant: str) -> None:
    """By the distance of Damerau and Levenshtein, computed by its definition."""
    assert naive_words.is_slip(written, meant) == is_slip(written, meant)


@given(st.lists(st.text("ab", min_size=5, max_size=8), max_size=6), st.text("ab", max_size=9))
def test_a_known_word_is_meant_when_it_is_the_only_one_near(known: list[str], word: str) -> None:
    """The index finds the same words as a comparison with each."""
    near = {one for one in known if naive_words.is_slip(word, one)}
    found = Spelling(known, frozenset()).meant(word)
    if word in known or not near:
        assert word == found
    elif 1 == len(near):
        assert {found} == near
    else:
        assert found in {word, *near}


WORD_LISTS = st.lists(st.sampled_from(["a", "the", "no", "x", "xy", "it"]), max_size=12)
PHRASES = st.lists(
    st.lists(st.sampled_from(["a", "the", "no", "x", "x*", "xy"]), min_size=1, max_size=4),
    min_size=1,
    max_size=5,
)


@given(WORD_LISTS, PHRASES)
def test_phrases_are_found_like_by_trying_all(words: list[str], phrases: list[list[str]]) -> None:
    """The trie finds what comparing every phrase with every place finds."""
    distinct = sorted({tuple(one) for one in phrases})
    tree = PhraseTree(distinct, light=particles().light)
    expected = naive_words.hits(words, distinct, particles().light)
    found = list(tree.hits(" ".join(words)))
    assert len(expected) == len(found)
    for (start, stop), hit in zip(expected, found, strict=True):
        assert stop in naive_words.ends(words, start, distinct[hit.phrase], particles().light)


@pytest.mark.parametrize(
    "text",
    [
        "no " * 200_000,
        "no the " * 100_000 + "?",
        "the " * 300_000,
        "¿no? " * 100_000,
        "sin no " * 100_000,
        "".join(f"discoun{number:x} " for number in range(30_000)),
        "buy the the " * 60_000,
    ],
)
def test_a_long_text_takes_a_moment(text: str) -> None:
    """Linear in the text, whatever it is made of."""
    found = keywords({"need": {"learn": ["discount", "buy a a a b", "the the the x"]}})
    started = time.process_time()
    found({"text": text})
    assert time.process_time() - started < 10


def test_ties_by_the_taxonomy_need_one() -> None:
    """The order of the terms is that of the taxonomy, not of the file."""
    customer = tp.load_taxonomy("customer")
    text = {"text": "how, a discount"}
    backwards = {"need": {"save_money": ["discount"], "learn": ["how"]}}
    assert tp.Facets(need="save_money") == keywords(backwards, ties="first")(text)
    assert tp.Facets(need="learn") == keywords(backwards, ties="taxonomy", taxonomy=customer)(text)
    with pytest.raises(InvalidInputError, match="ties='taxonomy' needs a taxonomy"):
        keywords(backwards, ties="taxonomy")


def test_a_negation_of_several_words_is_none_by_its_last() -> None:
    """The end of "stop sending" denies nothing by itself."""
    assert "save_money" == needs("discount sending")


def test_negations_may_have_several_words() -> None:
    """A contraction among them is read as in the text."""
    found = keywords({"need": {"save_money": ["discount"]}}, negations=["in no case", "don't"])
    assert found({"text": "in no case a discount"}) is None
    assert found({"text": "no discount"}) is not None
    assert found({"text": "I dont like discount"}) is None


def test_the_lists_of_words_are_folded_and_of_one_kind() -> None:
    """No capital, accent or space too many; a word that denies is no word without weight alone."""
    for language in ("en", "es"):
        document = read_data(f"text-{language}")
        texts = [
            one for name, several in document.items() if name != "spellings" for one in several
        ]
        assert [] == [one for one in texts if one != fold_spaced(one)]
        assert set() == {*document["concord"], *document["without"]} - {*document["negations"]}
    assert set(read_data("text-en")) == set(read_data("text-es"))


@pytest.mark.parametrize("phrase", ["*order", "ch*p", "buy * now"])
def test_a_star_before_or_within_a_word_is_refused(phrase: str) -> None:
    """It would be ignored: a star stands for the ending of a word."""
    with pytest.raises(ProblemsError, match="has a star that is not at the end of a word"):
        keywords({"need": {"acquire": ["order*", phrase]}})
