"""Languages as files: folding of articles, plurals and spellings, and the words of the library."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from touchpoints._core.languages import built_in_languages, language, word_in

LANGUAGES = pytest.mark.parametrize("code", built_in_languages())


@pytest.mark.parametrize(
    ("code", "one", "other"),
    [
        ("en", "The Orders", "order"),
        ("en", "a customer's reviews", "Customer review"),
        ("en", "my subscriptions", "subscription"),
        ("en", "deliveries", "delivery"),
        ("en", "boxes, matches and addresses", "box match and address"),
        ("en", "purchases", "purchase"),
        ("en", "add-to-wishlist", "Add to wish list"),
        ("en", "help center", "the help centre"),
        ("es", "Las interacciones", "interacción"),
        ("es", "los canales", "canal"),
        ("es", "unos clientes", "el cliente"),
        ("es", "las veces", "vez"),
        ("es", "la calidad del servicio", "calidad de servicio"),
        ("es", "¿Dónde está mi pedido?", "donde esta pedido"),
        ("es", "meses", "mes"),
        ("pt", "as reclamações do cliente", "reclamação de cliente"),
        ("pt", "os canais", "canal"),
        ("pt", "as viagens", "viagem"),
        ("pt", "nos hospitais", "em hospital"),
    ],
)
def test_articles_plurals_and_spellings_are_folded(code: str, one: str, other: str) -> None:
    """Two forms of one name fold to the same words."""
    assert language(code).fold(one) == language(code).fold(other)


@pytest.mark.parametrize(
    ("code", "one", "other"),
    [
        ("en", "address", "addres"),
        ("en", "status", "statu"),
        ("en", "sms", "sm"),
        ("en", "order", "border"),
        ("es", "mes", "me"),
        ("es", "compra", "comprar"),
    ],
)
def test_other_words_stay_apart(code: str, one: str, other: str) -> None:
    """Endings that are no plural, and words too short for one, stay as they are."""
    assert language(code).fold(one) != language(code).fold(other)


def test_a_text_of_articles_keeps_them() -> None:
    """A name is never folded to nothing, unless it has no letter."""
    assert ("the",) == language("en").fold("The")
    assert () == language("en").fold("…")


@LANGUAGES
def test_every_language_has_the_same_words(code: str) -> None:
    """A file of a language has every word that the library shows."""
    assert set(language("en").words) == set(language(code).words)


def test_a_region_takes_the_file_of_its_language() -> None:
    """`pt-BR` is folded as `pt`; a language without a file only loses case and accents."""
    assert language("pt") == language("pt-BR")
    assert ("os", "achats") == language("xx").fold("OS Achats")
    assert "start" == word_in("start", "xx")
    assert "inicio" == word_in("start", "es")


@LANGUAGES
@given(text=st.text(max_size=30))
def test_any_text_can_be_folded(code: str, text: str) -> None:
    """Folding gives words without white space, and ignores case and outer white space."""
    folded = language(code).fold(text)
    assert all(word and word == "".join(word.split()) for word in folded)
    assert folded == language(code).fold(f" {text} ")
