"""Touchpoints: typed by a taxonomy or untyped, with keys, equality and labels."""

from __future__ import annotations

import pickle

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests import strategies
from touchpoints._core.frozen import FrozenMap
from touchpoints.errors import InvalidInputError, NotFoundError, WrongKindError
from touchpoints.taxonomy import (
    FACETS,
    MISSING,
    MISSING_KEY,
    Facet,
    Taxonomy,
    Term,
    Touchpoint,
    TouchpointType,
    escape_text,
    format_key,
    parse_key,
    unescape_text,
    untyped,
)

CHANNEL = Facet(
    "channel",
    terms=[
        Term("social.paid", {"en": "Paid social", "es": "Redes sociales (pago)"}),
        Term("social.organic", {"en": "Organic social"}),
        Term("email"),
    ],
)
CONTEXT = Facet("context", terms=[Term("curiosity", {"es": "Curiosidad"}), Term("urgency")])
NEED = Facet("need", terms=[Term("save_money"), Term("discover")])
STAGE = Facet("stage", {"en": "Stage"}, [Term("awareness"), Term("purchase")], ordered=True)
AD = TouchpointType(
    "flash_sale_ad_response",
    {"en": "Response to a flash-sale ad", "es": "Respuesta al anuncio de una venta flash"},
    defaults={
        "channel": "social.paid",
        "context": "curiosity",
        "need": "save_money",
        "directness": "indirect",
        "stage": "awareness",
    },
)
BARE = TouchpointType("purchase")


@pytest.fixture(scope="module")
def taxonomy() -> Taxonomy:
    """A taxonomy with one type with defaults and one type without."""
    return Taxonomy("small", facets=[STAGE, NEED, CONTEXT, CHANNEL], types=[AD, BARE])


# ---------------------------------------------------------------------------------- typed, by facet


def test_defaults_of_the_type_are_resolved(taxonomy: Taxonomy) -> None:
    """A touchpoint has the defaults of its type, and unknown where the type has none (A15)."""
    touchpoint = taxonomy.touchpoint("flash_sale_ad_response")

    assert "social.paid" == touchpoint.channel
    assert "curiosity" == touchpoint.context
    assert "save_money" == touchpoint.need
    assert "indirect" == touchpoint.directness
    assert "unknown" == touchpoint.clinicality
    assert FrozenMap({"stage": "awareness"}) == touchpoint.facets


def test_any_facet_can_be_read(taxonomy: Taxonomy) -> None:
    """`facet` returns the term of the five and of other facets, and unknown for any other name."""
    touchpoint = taxonomy.touchpoint("flash_sale_ad_response")

    terms = [touchpoint.facet(name) for name in ("need", "stage", "clinicality", "weather")]
    assert ["save_money", "awareness", "unknown", "unknown"] == terms


def test_known_facets_are_listed_in_order(taxonomy: Taxonomy) -> None:
    """`known` leaves unknown facets out and puts the five first."""
    touchpoint = taxonomy.touchpoint("purchase", stage="purchase", need="discover")
    assert [("need", "discover"), ("stage", "purchase")] == list(touchpoint.known().items())
    assert {} == taxonomy.touchpoint("purchase").known()


def test_the_key_is_the_type_when_all_is_default(taxonomy: Taxonomy) -> None:
    """A default that is given explicitly changes nothing: same key, equal, same hash."""
    implicit = taxonomy.touchpoint("flash_sale_ad_response")
    explicit = taxonomy.touchpoint("flash_sale_ad_response", need="save_money", stage="awareness")

    assert "flash_sale_ad_response" == implicit.key == explicit.key
    assert implicit == explicit
    assert hash(implicit) == hash(explicit)


def test_the_key_lists_the_facets_that_differ(taxonomy: Taxonomy) -> None:
    """The facets that differ are in the order of the taxonomy, not of the arguments."""
    touchpoint = taxonomy.touchpoint(
        "flash_sale_ad_response", stage="purchase", need="discover", channel="social.organic"
    )
    key = "flash_sale_ad_response[channel=social.organic,need=discover,stage=purchase]"
    assert key == touchpoint.key


def test_unknown_can_replace_a_default(taxonomy: Taxonomy) -> None:
    """A default that is replaced by unknown is part of the key."""
    touchpoint = taxonomy.touchpoint("flash_sale_ad_response", stage="unknown", need="unknown")

    assert "flash_sale_ad_response[need=unknown,stage=unknown]" == touchpoint.key
    assert "unknown" == touchpoint.need
    assert {} == touchpoint.facets


def test_the_order_of_keys_is_the_taxonomys() -> None:
    """A key lists other facets in the order of the taxonomy, not by name."""
    own = [Facet("zone", terms=[Term("north")]), Facet("area", terms=[Term("web")])]
    taxonomy = Taxonomy("ordered", facets=own, types=[BARE])
    assert (
        "purchase[zone=north,area=web]"
        == taxonomy.touchpoint("purchase", area="web", zone="north").key
    )


def test_a_type_or_a_touchpoint_can_be_given(taxonomy: Taxonomy) -> None:
    """A type works like its id; the facets of a touchpoint are kept unless they are overridden."""
    first = taxonomy.touchpoint(AD, channel="email")

    assert first == taxonomy.touchpoint("flash_sale_ad_response", channel="email")
    assert first == taxonomy.touchpoint(first)
    changed = taxonomy.touchpoint(first, need="discover")
    assert "flash_sale_ad_response[channel=email,need=discover]" == changed.key
    assert "flash_sale_ad_response" == taxonomy.touchpoint(first, channel="social.paid").key


def test_an_untyped_touchpoint_stays_untyped(taxonomy: Taxonomy) -> None:
    """An untyped touchpoint stays untyped; facets are added and checked."""
    raw = untyped("banner [12]", channel="email")

    assert raw == taxonomy.touchpoint(raw)
    assert "banner %5B12%5D[channel=email,need=discover]" == (
        taxonomy.touchpoint(raw, need="discover").key
    )
    assert taxonomy.touchpoint(MISSING) is MISSING
    with pytest.raises(NotFoundError, match="no term of channel 'fax'"):
        taxonomy.touchpoint(untyped("banner", channel="fax"))


def test_a_touchpoint_of_another_taxonomy_is_refused(taxonomy: Taxonomy) -> None:
    """A touchpoint whose type this taxonomy does not have raises an error."""
    other = Taxonomy("other", types=[TouchpointType("purchases")]).touchpoint("purchases")
    with pytest.raises(NotFoundError, match="did you mean 'purchase'"):
        taxonomy.touchpoint(other)


# ------------------------------------------------------------------------------------ what is wrong


def test_an_unknown_type_gets_near_names(taxonomy: Taxonomy) -> None:
    """The error for an unknown type proposes similar ids."""
    with pytest.raises(
        NotFoundError, match="no touchpoint type 'purchas'.*did you mean 'purchase'"
    ):
        taxonomy.touchpoint("purchas")


def test_a_label_is_not_an_id(taxonomy: Taxonomy) -> None:
    """`touchpoint` takes ids only; the error names the function that takes labels."""
    with pytest.raises(NotFoundError, match=r"only ids are accepted here; find\("):
        taxonomy.touchpoint("Response to a flash-sale ad")


def test_an_unknown_facet_gets_near_names(taxonomy: Taxonomy) -> None:
    """A misspelt facet is refused, with similar names."""
    with pytest.raises(NotFoundError, match="no facet 'chanel'.*did you mean 'channel'"):
        taxonomy.touchpoint("purchase", chanel="email")


def test_an_unknown_term_gets_near_names(taxonomy: Taxonomy) -> None:
    """A misspelt term is refused, with similar terms of its facet."""
    with pytest.raises(NotFoundError, match="no term of channel 'emial'.*did you mean 'email'"):
        taxonomy.touchpoint("purchase", channel="emial")


@pytest.mark.parametrize("term", [None, 3, ["save_money", "discover"], float("nan")])
def test_a_facet_takes_one_term(taxonomy: Taxonomy, term: object) -> None:
    """At most one need: a list, a number and None are refused."""
    with pytest.raises(WrongKindError, match=r"need must be the id of one term \(a str\), got"):
        taxonomy.touchpoint("purchase", need=term)
    with pytest.raises(WrongKindError, match=r"need must be the id of one term \(a str\), got"):
        untyped("text", need=term)


@pytest.mark.parametrize("type_", [None, 3, ["purchase"]])
def test_a_type_is_given_as_text(taxonomy: Taxonomy, type_: object) -> None:
    """A value that is not an id, a type or a touchpoint is shown in the error."""
    with pytest.raises(WrongKindError, match=r"must be given by its id \(a str\), got"):
        taxonomy.touchpoint(type_)


# ------------------------------------------------------------------------------------------ untyped


def test_an_untyped_touchpoint_has_only_a_key() -> None:
    """Raw text gives an empty type, five unknown facets and the text as the key."""
    touchpoint = untyped("Payment (card)")

    assert "" == touchpoint.type
    assert ["unknown"] * 5 == [touchpoint.facet(name) for name in FACETS]
    assert "Payment (card)" == touchpoint.key


def test_an_untyped_touchpoint_may_know_facets() -> None:
    """The key lists the known facets, the five first, and no unknown facets."""
    touchpoint = untyped("banner", stage="awareness", need="unknown", channel="email")

    assert "banner[channel=email,stage=awareness]" == touchpoint.key
    assert "email" == touchpoint.channel
    assert {"stage": "awareness"} == touchpoint.facets


def test_untyped_facets_can_be_checked(taxonomy: Taxonomy) -> None:
    """`Taxonomy.untyped` refuses facets and terms that the taxonomy does not have."""
    assert untyped("banner", channel="email") == taxonomy.untyped("banner", channel="email")
    with pytest.raises(NotFoundError, match="no facet 'chanel'"):
        taxonomy.untyped("banner", chanel="email")


def test_the_other_facets_cannot_contain_one_of_the_five() -> None:
    """A touchpoint cannot have two values of one facet."""
    with pytest.raises(
        InvalidInputError, match=r"facets must not contain need.*\ngive need=\.\.\."
    ):
        Touchpoint(key="x", facets={"need": "learn"})


# ------------------------------------------------------------------------------------- key and text


@pytest.mark.parametrize(
    ("text", "escaped"),
    [
        ("Payment (card)", "Payment (card)"),
        ("(start)", "%28start%29"),
        ("(a) or (b)", "%28a) or (b%29"),
        ("()", "%28%29"),
        ("(", "("),
        ("50% [new]", "50%25 %5Bnew%5D"),
        ("%28start%29", "%2528start%2529"),
        ("Pago con tarjeta €", "Pago con tarjeta €"),
        ("", ""),
        ("(two\nlines)", "%28two\nlines%29"),
    ],
)
def test_raw_text_is_escaped(text: str, escaped: str) -> None:
    """Brackets, percent signs and the parentheses around a whole text are escaped."""
    assert escaped == escape_text(text)
    assert text == unescape_text(escaped)


def test_any_escaped_letter_is_read_back(taxonomy: Taxonomy) -> None:
    """A raw text that equals the id of a type has an escaped letter, which is unescaped again."""
    raw = Touchpoint(key="%70urchase[need=discover]", need="discover")

    assert "purchase" == unescape_text("%70urchase")
    assert ("purchase", {"need": "discover"}) == parse_key(raw.key)
    assert "purchase [discover]" == raw.label()
    assert "%zz %7a 100%" == unescape_text("%zz %7a 100%")
    changed = taxonomy.touchpoint(raw, stage="awareness")
    assert "%70urchase[need=discover,stage=awareness]" == changed.key
    assert raw == taxonomy.touchpoint(raw)


@given(st.text(), st.dictionaries(st.text(min_size=1), st.text(), max_size=4))
def test_a_key_can_be_read_back(text: str, different: dict[str, str]) -> None:
    """Parsing a key gives the raw text and the facets that it was made of."""
    assert (text, different) == parse_key(format_key(escape_text(text), different))


@given(strategies.visible())
def test_no_raw_text_becomes_a_terminal(text: str) -> None:
    """The whole key of a raw text is never in parentheses, so it is never a terminal."""
    key = untyped(text).key
    assert not (key.startswith("(") and key.endswith(")"))


@given(st.lists(strategies.visible("%[]()258BDx "), min_size=2, max_size=2, unique=True))
def test_two_texts_have_two_keys(texts: list[str]) -> None:
    """Escaping never maps two texts to one key."""
    assert escape_text(texts[0]) != escape_text(texts[1])


def test_the_key_of_a_typed_touchpoint_can_be_read_back(taxonomy: Taxonomy) -> None:
    """The touchpoint can be rebuilt from the key of its node."""
    touchpoint = taxonomy.touchpoint("flash_sale_ad_response", channel="email", stage="unknown")
    type_id, different = parse_key(touchpoint.key)
    assert touchpoint == taxonomy.touchpoint(type_id, **different)


@pytest.mark.parametrize(
    "key", ["a[", "a]", "a[b]", "a[b=c", "a[b=c]d", "a[=c]", "a[b=c=d]", "a[]"]
)
def test_a_malformed_key_is_refused(key: str) -> None:
    """Brackets that do not match and facets without a term are refused."""
    with pytest.raises(InvalidInputError, match="is not the key of a touchpoint"):
        parse_key(key)


# ------------------------------------------------------------------------------------------- labels


def test_the_label_names_type_and_what_differs(taxonomy: Taxonomy) -> None:
    """The label of the type is followed by those of the terms that differ, in the language."""
    touchpoint = taxonomy.touchpoint("flash_sale_ad_response", channel="social.organic")

    english = "Response to a flash-sale ad [Organic social]"
    assert english == touchpoint.label(taxonomy=taxonomy)
    spanish = "Respuesta al anuncio de una venta flash [Organic social]"
    assert spanish == touchpoint.label(taxonomy=taxonomy, lang="es")
    assert "flash_sale_ad_response [social.organic]" == touchpoint.label()


def test_the_label_of_a_replaced_default_is_unknown(taxonomy: Taxonomy) -> None:
    """A default that is replaced by unknown shows as the label of unknown."""
    touchpoint = taxonomy.touchpoint("purchase", need="discover")
    gone = taxonomy.touchpoint("flash_sale_ad_response", need="unknown")

    assert "purchase [discover]" == touchpoint.label(taxonomy=taxonomy)
    assert gone.label(taxonomy=taxonomy, lang="es").endswith("[Desconocido]")


def test_the_label_of_raw_text_is_the_text(taxonomy: Taxonomy) -> None:
    """The label of an untyped touchpoint is its raw text, unescaped."""
    assert "(start)" == untyped("(start)").label()
    assert "50% [new]" == untyped("50% [new]").label(taxonomy=taxonomy)
    assert "x [Paid social, rain]" == untyped("x", channel="social.paid", weather="rain").label(
        taxonomy=taxonomy
    )
    assert MISSING_KEY == MISSING.label()


# ---------------------------------------------------------------------- equality, hashing, pickling


def test_equality_is_by_key_and_facets(taxonomy: Taxonomy) -> None:
    """Touchpoints of two taxonomies with the same key and different facets are not equal."""
    other = Taxonomy(
        "other",
        facets=[CHANNEL],
        types=[attrs.evolve(AD, defaults={"channel": "email"}, needs=(), contexts=())],
    )
    here, there = (one.touchpoint("flash_sale_ad_response") for one in (taxonomy, other))

    assert here.key == there.key
    assert here != there
    assert untyped("purchase") != taxonomy.touchpoint("purchase")
    assert here != "flash_sale_ad_response"


def test_touchpoints_survive_pickling(taxonomy: Taxonomy) -> None:
    """An unpickled touchpoint is equal, with an equal hash."""
    for touchpoint in (
        taxonomy.touchpoint("flash_sale_ad_response", channel="email"),
        untyped("(start)", stage="awareness"),
        MISSING,
    ):
        again = pickle.loads(pickle.dumps(touchpoint))
        assert again == touchpoint
        assert hash(again) == hash(touchpoint)


def test_touchpoints_cannot_be_changed(taxonomy: Taxonomy) -> None:
    """The fields of a touchpoint cannot be set."""
    touchpoint = taxonomy.touchpoint("purchase")
    with pytest.raises(attrs.exceptions.FrozenInstanceError):
        touchpoint.need = "discover"


def test_touchpoints_group_in_dicts(taxonomy: Taxonomy) -> None:
    """Touchpoints work as dict keys; equal touchpoints are one key."""
    made = [
        taxonomy.touchpoint("purchase", need=need) for need in ("discover", "discover", "unknown")
    ]
    assert {"purchase[need=discover]", "purchase"} == {one.key for one in dict.fromkeys(made)}
    assert 2 == len(set(made))


def test_the_repr_shows_the_key(taxonomy: Taxonomy) -> None:
    """The repr shows the key only, so that lists of touchpoints are readable."""
    assert "Touchpoint('purchase[need=discover]')" == repr(
        taxonomy.touchpoint("purchase", need="discover")
    )
