"""What people say is found: the phrases of the source documents, and everyday phrases."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

import pytest

from touchpoints._core.text import fold_spaced
from touchpoints.errors import InvalidInputError, NotFoundError
from touchpoints.taxonomy import Facet, Taxonomy, Term, TouchpointType, load_taxonomy

REQUIREMENTS = Path(__file__).parents[3] / "shared" / "requirements.md"
EVERYDAY = Path(__file__).with_name("everyday_phrases.txt")
BOTH = pytest.mark.parametrize("name", ["customer", "patient"])

# The touchpoints that the source documents name: the phrase in the document, in English, the type.
NAMED = [
    ("la lectura de reseñas", "reading reviews", "review_read"),
    ("el chat en vivo", "the live chat", "live_chat"),
    ("una suscripción de prueba", "a trial subscription", "trial_subscription"),
    ("un recordatorio por correo electrónico", "an email reminder", "email_reminder"),
    ("una compra", "a purchase", "purchase"),
    ("la búsqueda", "the search", "site_search"),
    (
        "la respuesta de un cliente al anuncio de una venta flash en Twitter",
        "a customer's response to a flash-sale ad on Twitter",
        "flash_sale_ad_response",
    ),
    ("la visita a una página web", "a visit to a web page", "website_visit"),
    (
        "una conversación con el servicio de atención al cliente",
        "a conversation with customer service",
        "customer_service",
    ),
    ("exposición a un anuncio", "exposure to an ad", "ad_exposure"),
    ("La experiencia en una tienda física", "the physical store experience", "store_visit"),
    (
        "La navegación y usabilidad de un sitio web",
        "the navigation and usability of a website",
        "website_navigation",
    ),
    (
        "La calidad del servicio de atención al cliente",
        "the quality of customer service",
        "customer_service",
    ),
    (
        "Las campañas de correo electrónico y su contenido relevante",
        "email campaigns and their relevant content",
        "email_campaign",
    ),
    (
        "Las interacciones a través de redes sociales",
        "interactions through social networks",
        "social_interaction",
    ),
    (
        "El embalaje y la presentación del producto",
        "the packaging and presentation of the product",
        "packaging_unboxing",
    ),
    ("una transacción de venta", "a sales transaction", "purchase"),
    ("la publicidad", "advertising", "ad_exposure"),
    ("el embalaje", "the packaging", "packaging_unboxing"),
    ("la atención al cliente", "customer service", "customer_service"),
    (
        "encuestas de satisfacción del cliente",
        "customer satisfaction surveys",
        "survey_response",
    ),
    ("bonos de incentivo y de regalo", "incentive and gift vouchers", "incentive_voucher"),
    ("seguimiento post-interacción", "the post-interaction follow-up", "service_followup"),
    ("recomendaciones boca a boca", "word-of-mouth recommendations", "wom_given"),
    ("la experiencia post-venta", "the post-sale experience", "product_use"),
    ("ver un anuncio", "seeing an ad", "ad_exposure"),
    ("leer reseñas", "reading reviews online", "review_read"),
]

# Words of the documents that are terms of a facet.
TERMS = [
    ("context", "la curiosidad", "the curiosity", "curiosity"),
    ("context", "el contexto era la curiosidad", "the context was curiosity", "curiosity"),
    ("need", "ahorrar dinero", "save money", "save_money"),
    ("need", "la necesidad de ahorrar dinero", "the need to save money", "save_money"),
    ("need", "la necesidad era ahorrar dinero", "the need is to save money", "save_money"),
    ("directness", "directa", "direct", "direct"),
    ("directness", "directos", "direct touchpoints", "direct"),
    ("directness", "indirectas", "indirect touchpoint", "indirect"),
    ("directness", "los puntos de contacto indirectos", "indirect", "indirect"),
    ("clinicality", "no clínicos", "non-clinical touchpoints", "non_clinical"),
    ("clinicality", "clínicas", "clinical", "clinical"),
    ("channel", "las redes sociales", "the social networks", "social"),
    ("channel", "los anuncios en pantalla", "display ads", "display"),
    ("evidence", "las herramientas analíticas", "analytics tools", "analytics"),
    ("evidence", "las encuestas", "surveys", "survey"),
    ("evidence", "el monitoreo de las redes sociales", "social listening", "social_monitoring"),
    ("lever", "la personalización", "personalization", "personalisation"),
    ("stage", "la etapa de consideración", "the consideration stage", "consideration"),
]


@cache
def taxonomy(name: str) -> Taxonomy:
    """A built-in taxonomy."""
    return load_taxonomy(name)


def everyday() -> list[tuple[str, str, str, str]]:
    """(taxonomy, language, phrase, type) of every phrase of the list."""
    rows = []
    for line in EVERYDAY.read_text(encoding="utf-8").splitlines():
        if line and not line.startswith("#"):
            head, _, phrases = line.partition(": ")
            name, lang, type_id = head.split()
            rows += [(name, lang, phrase, type_id) for phrase in phrases.split("; ")]
    return rows


# ------------------------------------------------------------------------- the source documents


@pytest.mark.parametrize(("spanish", "english", "expected"), NAMED)
def test_a_phrase_of_the_documents_names_its_type(
    spanish: str, english: str, expected: str
) -> None:
    """Every touchpoint of the documents is found as it stands there, and in English."""
    assert expected == taxonomy("customer").find(spanish, lang="es").id
    assert expected == taxonomy("customer").find(english, lang="en").id
    assert expected == taxonomy("customer").find(spanish).id


@pytest.mark.parametrize(("facet", "spanish", "english", "expected"), TERMS)
def test_a_word_of_the_documents_names_its_term(
    facet: str, spanish: str, english: str, expected: str
) -> None:
    """Contexts, needs and kinds are found with an article, in the plural, and with their facet."""
    found = taxonomy("customer").facets[facet]
    assert expected == found.find(spanish, lang="es").id == found.find(english, lang="en").id


def test_the_quotations_of_the_requirements_are_found() -> None:
    """Quotations that name one touchpoint are found verbatim, as the table writes them."""
    if not REQUIREMENTS.exists():
        pytest.skip("the documents are not next to this checkout")
    text = REQUIREMENTS.read_text(encoding="utf-8")
    known = {fold_spaced(spanish) for spanish, _, _ in NAMED}
    quoted = [one.strip(" .…") for one in re.findall('"([^"“”]+)"', text)]
    lists = [part.strip(" .…") for one in quoted for part in re.split(r",| y (?=el )", one)]
    found = [one for one in (*quoted, *lists) if fold_spaced(one) in known]
    assert {"la lectura de reseñas", "el chat en vivo", "exposición a un anuncio"} <= set(found)
    for phrase in found:
        assert taxonomy("customer").find(phrase, lang="es").id in dict.fromkeys(
            expected
            for spanish, _, expected in NAMED
            if fold_spaced(spanish) == fold_spaced(phrase)
        )


# ------------------------------------------------------------------------------- everyday phrases


@pytest.mark.parametrize(("name", "lang", "phrase", "expected"), everyday())
def test_an_everyday_phrase_names_its_type(
    name: str, lang: str, phrase: str, expected: str
) -> None:
    """What people say of shops, software, banks, travel and care names one type."""
    assert expected == taxonomy(name).find(phrase, lang=lang).id


def test_the_list_covers_both_languages_and_most_types() -> None:
    """At least 300 phrases, in both languages, for nine types out of ten."""
    rows = everyday()
    assert 300 <= len(rows) == len({row[:3] for row in rows})
    assert {"en", "es"} == {lang for _, lang, _, _ in rows}
    named = {type_id for *_, type_id in rows}
    assert 0.9 * len(taxonomy("patient").types) <= len(named)


# ---------------------------------------------------------------------------------- what people say


@pytest.mark.parametrize(
    ("name", "lang", "sentence", "expected"),
    [
        ("patient", "es", "Me sacaron sangre", "pt_test"),
        ("patient", "en", "They took some blood.", "pt_test"),
        ("customer", "en", "I looked it up on Google!", "search_query"),
    ],
)
def test_a_sentence_of_the_words_of_a_name_is_found(
    name: str, lang: str, sentence: str, expected: str
) -> None:
    """In other forms and another order, with words that do not say what happened."""
    assert expected == taxonomy(name).find(sentence, lang=lang).id
    assert expected == taxonomy(name).find(sentence).id
    assert taxonomy(name).lookup(sentence) is None


def test_a_sentence_that_says_more_is_not_guessed_at() -> None:
    """One word is too little, another word may change everything, and two types are none."""
    mine = Taxonomy(
        "mine",
        types=[
            TouchpointType("call", {"en": "Calling the doctor"}),
            TouchpointType("visit", {"en": "Visiting the doctor"}, {"en": ["Meeting a friend"]}),
            TouchpointType("chat", {"en": "Friends met"}),
        ],
    )
    assert "call" == mine.find("I called my doctor").id
    for sentence in ("I called", "I called my doctor in vain", "we met friends", "the the", ""):
        with pytest.raises(NotFoundError):
            mine.find(sentence)


# -------------------------------------------------------------------------------- how it is folded


@BOTH
def test_no_two_types_differ_in_an_article_or_a_plural_only(name: str) -> None:
    """Every name of a built-in type is found in every form that people may give it."""
    for one in taxonomy(name).types.values():
        for lang, label in one.labels.items():
            for phrase in (label, *one.aliases[lang]):
                assert one.id == taxonomy(name).find(phrase, lang=lang).id
                assert one.id == taxonomy(name).find(phrase).id
                assert one.id == taxonomy(name).find(f"«{phrase}»", lang=lang).id


def test_a_name_as_it_stands_has_precedence() -> None:
    """A plural that is a name of its own is not folded to the name of another type."""
    mine = Taxonomy(
        "mine",
        types=[TouchpointType("one", {"en": "A visit"}), TouchpointType("many", {"en": "Visits"})],
    )
    assert ["one", "many"] == [mine.find("a visit").id, mine.find("visits").id]
    with pytest.raises(InvalidInputError, match="'the visit' is ambiguous: .* 'one' or 'many'"):
        mine.find("the visit")


def test_words_are_folded_by_the_rules_of_their_language() -> None:
    """An article of one language is a word in another; ids are for code and not folded."""
    mine = Taxonomy("mine", languages=("en", "es"), types=[TouchpointType("call", {"en": "Call"})])
    assert "call" == mine.find("the calls", lang="en").id == mine.find("the calls").id
    for phrase, lang in (("las call", "en"), ("the calls", "es"), ("calls", "es")):
        with pytest.raises(NotFoundError):
            mine.find(phrase, lang=lang)
    assert mine.lookup("…") is None
    assert mine.lookup("") is None


def test_the_name_of_a_facet_may_stand_around_a_term() -> None:
    """Before the term, with or without a joining word, or after it; never in its place."""
    mood = Facet("mood", {"en": "Mood"}, [Term("calm", {"en": "Calm"})])
    for phrase in ("the mood of calm", "mood: calm", "a calm mood"):
        assert "calm" == mood.find(phrase).id
    for phrase in ("mood", "mood of", "the moods", "calm mood calm"):
        with pytest.raises(NotFoundError):
            mood.find(phrase)


CHANNEL_WORDS = {
    *("search", "referral", "delivery", "entrega", "packaging", "embalaje", "survey", "encuesta"),
    *("advertisement", "advertising", "anuncio", "faq", "preguntas frecuentes", "questionnaire"),
    *("cuestionario", "telehealth", "telemedicine", "telemedicina", "patient portal", "consulta"),
    *("portal del paciente", "home care", "atención domiciliaria", "hospitalización a domicilio"),
    *("admission", "admisión", "la publicidad", "physical store", "tienda física"),
    *("la tienda física",),
}


@BOTH
def test_a_bare_channel_names_no_type(name: str) -> None:
    """A medium is not a touchpoint; only words that also say what happens are names of types."""
    channel = taxonomy(name).facets["channel"]
    both = {
        alias
        for one in taxonomy(name).types.values()
        for lang, aliases in one.aliases.items()
        for alias in aliases
        if channel._phrases.ids(alias, lang=lang)
    }
    assert set() == both - CHANNEL_WORDS
    for phrase in ("redes sociales", "los anuncios en pantalla", "Instagram", "email", "teléfono"):
        assert taxonomy(name).lookup(phrase) is None
