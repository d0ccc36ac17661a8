"""Names that are codes, or like the names of other types: what a draft makes of them."""

from __future__ import annotations

from math import log

import pytest

import touchpoints as tp
from touchpoints.classify.drafting.codes import Abbreviations, areas_of, is_code
from touchpoints.classify.drafting.guessing import Guesser
from touchpoints.classify.drafting.likeness import Likeness, parts_of
from touchpoints.taxonomy import Taxonomy, TouchpointType

CUSTOMER = Guesser(tp.load_taxonomy("customer"))
PATIENT = Guesser(tp.load_taxonomy("patient"))


def test_codes_are_joined_words() -> None:
    """By marks, without spaces; a single word is none."""
    assert is_code("ADM_ANULA_CITA")
    assert is_code("keys-handed.over")
    assert not is_code("Anula cita")
    assert not is_code("cita")
    assert not is_code("_cita_")


def test_areas_are_the_short_first_words_of_three_codes() -> None:
    """Two codes may begin alike by chance; longer first words are things, not systems."""
    names = ["ADM_ALTA", "adm-baja", "Adm.Cita", "URG_ALTA", "URG_BOX", "order_a", "order_b"]
    assert {"adm"} == areas_of([*names, "order_c", "ADM alta", "__", ""])


def test_a_word_that_is_cut_short_is_read_in_full() -> None:
    """Where all words that begin so mean the same; after a consonant, by three letters or more."""
    known = Abbreviations(["reprogramar", "reprogramado", "cancel", "cancer", "telefonica"])
    assert "telefonica" == known.full("telef")
    assert "" == known.full("canc")  # cancel or cancer
    assert "" == known.full("telefoni")  # ends in a vowel
    assert "" == known.full("telefonic")  # too long to be cut short
    assert "" == known.full("tel")
    assert "" == known.full("")


def test_an_area_is_no_unknown_word() -> None:
    """What a code says after its area decides as if it stood alone."""
    log = {"name": [f"ZQX_{one}" for one in ("LEAD", "SWAP", "ROUTER_SHIPPED")]}
    found = {row["value"]: row for row in tp.classify.draft(log, name="name").to_dicts()}
    assert ("order_tracking", "medium") == tuple(
        found["ZQX_ROUTER_SHIPPED"][key] for key in ("type", "confidence")
    )
    assert "low" == CUSTOMER.name("ZQX_ROUTER_SHIPPED").confidence


@pytest.mark.parametrize(
    ("name", "confidence"),
    [
        ("Paquete no llega", "none"),  # denied
        ("Failed to Deliver SMS", "low"),  # the delivery of a parcel, or of a message
        ("APP_DATA_USAGE_VIEW", "low"),  # using data, or looking at one's usage
    ],
)
def test_what_is_denied_or_says_two_things_does_not_decide(name: str, confidence: str) -> None:
    """A phrase of another type that fits as well, or a no, makes a guess uncertain."""
    assert confidence == CUSTOMER.name(name).confidence


def test_codes_of_hospitals_are_read_by_their_short_words() -> None:
    """Reprog is a change of date, as the whole word is."""
    assert "pt_rescheduling" == PATIENT.name("ADM_REPROG_CITA").type
    assert "pt_preop" == PATIENT.name("QX_PREOP_ANESTESIA").type


SMALL = Taxonomy(
    "small",
    types=[
        TouchpointType("tea", {"en": "Tea time"}, {"en": ["Making tea"]}),
        TouchpointType("rain", {"en": "Rain"}),
        TouchpointType("sun", {"en": "Sunrise"}),
    ],
)


def naive_rank(taxonomy: Taxonomy, words: list[str], type_id: str) -> int:
    """The definition: the sum of the logarithms of the shares of the parts, 0.1 added to each."""
    names = {
        one.id: [*one.labels.values(), *(name for some in one.aliases.values() for name in some)]
        for one in taxonomy.types.values()
    }
    parts = {
        key: [part for name in some for part in parts_of(name.casefold().split())]
        for key, some in names.items()
    }
    known = {part for some in parts.values() for part in some}

    def score(key: str) -> float:
        total = len(parts[key]) + 0.1 * len(known)
        return sum(log((parts[key].count(one) + 0.1) / total) for one in parts_of(words) & known)

    return sum(score(key) > score(type_id) + 1e-6 for key in parts)


@pytest.mark.parametrize("words", [["tea"], ["rain"], ["sunrise", "tea"], ["xyz"], [], ["making"]])
@pytest.mark.parametrize("type_id", ["tea", "rain", "sun"])
def test_the_rank_of_a_type_is_as_defined(words: list[str], type_id: str) -> None:
    """How many types are more probable, by naive Bayes over parts of words."""
    assert naive_rank(SMALL, words, type_id) == Likeness(SMALL).rank(words, type_id)


def test_what_is_more_like_other_types_does_not_decide() -> None:
    """The words fit a look at goods, but no product has a name like a lesson that is opened."""
    guess = CUSTOMER.name("Lesson Opened")
    assert ("product_view", "low") == (guess.type, guess.confidence)
    assert "more like other types" in guess.reason
