"""The built-in taxonomies: complete in both languages, and every phrase of the sources is found."""

from __future__ import annotations

import re
from functools import cache
from importlib.resources import files

import attrs
import pytest

from touchpoints._core.text import fold_spaced
from touchpoints.taxonomy import (
    FACETS,
    Facet,
    Taxonomy,
    Term,
    TouchpointType,
    load_taxonomy,
    parse_taxonomy,
    untyped,
)
from touchpoints.taxonomy.coverage import taxonomy_coverage
from touchpoints.taxonomy.lint import lint

BOTH = pytest.mark.parametrize("name", ["customer", "patient"])
OTHER_FACETS = [
    *("stage", "owner", "media", "nature", "moment"),
    *("initiator", "visibility", "evidence", "deviation", "lever"),
]
USUAL = {*FACETS, *OTHER_FACETS} - {"evidence", "deviation", "lever"}
SIX = {
    "search_query": ("searching the web", "búsqueda en internet"),
    "review_read": ("reading reviews", "lectura de reseñas"),
    "live_chat": ("live chat", "chat en vivo"),
    "trial_subscription": ("trial subscription", "suscripción de prueba"),
    "email_reminder": ("email reminder", "recordatorio por correo electrónico"),
    "purchase": ("purchase", "compra"),
}


@cache
def taxonomy(name: str) -> Taxonomy:
    """A built-in taxonomy."""
    return load_taxonomy(name)


@pytest.fixture
def customer() -> Taxonomy:
    """The built-in taxonomy `customer`."""
    return taxonomy("customer")


@pytest.fixture
def patient() -> Taxonomy:
    """The built-in taxonomy `patient`, which extends `customer`."""
    return taxonomy("patient")


# ------------------------------------------------------------------------- phrases of the sources


@pytest.mark.parametrize("type_id", SIX)
def test_the_six_of_the_example_map_are_found(customer: Taxonomy, type_id: str) -> None:
    """The six touchpoints of the example map come first, with labels in both languages (A2)."""
    english, spanish = SIX[type_id]
    assert type_id == customer.find(english, lang="en").id == customer.find(spanish, lang="es").id
    assert list(SIX) == list(customer.types)[:6]


@pytest.mark.parametrize(
    ("spanish", "english", "expected"),
    [
        # B5
        ("visita a una página web", "web page visit", "website_visit"),
        ("conversación con el servicio al cliente", "service conversation", "customer_service"),
        ("exposición a un anuncio", "exposure to an ad", "ad_exposure"),
        # B16
        ("tienda física", "physical store", "store_visit"),
        (
            "navegación y usabilidad del sitio web",
            "website navigation and usability",
            "website_navigation",
        ),
        ("calidad del servicio al cliente", "customer service quality", "customer_service"),
        (
            "correos electrónicos y contenido relevante",
            "emails and relevant content",
            "email_campaign",
        ),
        (
            "interacciones en redes sociales",
            "interactions on social media",
            "social_interaction",
        ),
        (
            "embalaje y presentación del producto",
            "packaging and product presentation",
            "packaging_unboxing",
        ),
        # B22
        ("bonos de incentivo", "incentive voucher", "incentive_voucher"),
        ("bonos de regalo", "gift voucher", "incentive_voucher"),
        # B24, B25
        ("conversación de servicio", "conversation with customer service", "customer_service"),
        ("transacción de venta", "sales transaction", "purchase"),
        ("ver un anuncio", "seeing an ad", "ad_exposure"),
        ("lectura de reseñas en línea", "reading reviews online", "review_read"),
        # B35
        ("la publicidad", "ad exposure", "ad_exposure"),
        ("experiencia post-venta", "after-sales experience", "product_use"),
        # A12, B9, B42
        (
            "la respuesta de un cliente al anuncio de una venta flash en Twitter",
            "a customer's response to a flash-sale ad on Twitter",
            "flash_sale_ad_response",
        ),
        ("recomendaciones boca a boca", "word-of-mouth recommendations", "wom_given"),
        ("seguimiento post-interacción", "post-interaction follow-up", "service_followup"),
        ("encuesta de satisfacción", "satisfaction survey", "survey_response"),
    ],
)
def test_the_phrases_of_the_documents_are_found(
    customer: Taxonomy, spanish: str, english: str, expected: str
) -> None:
    """Every touchpoint of the sources is a type, in both languages (A12, B5, B16, B22–B25)."""
    assert expected == customer.find(spanish, lang="es").id
    assert expected == customer.find(english, lang="en").id


@pytest.mark.parametrize(
    ("facet", "phrase", "expected"),
    [
        ("directness", "directos", "direct"),
        ("directness", "puntos de contacto indirectos", "indirect"),
        ("directness", "indirect touchpoints", "indirect"),
        ("clinicality", "clínicos", "clinical"),
        ("clinicality", "no clínicos", "non_clinical"),
        ("clinicality", "non-clinical touchpoints", "non_clinical"),
        ("context", "curiosidad", "curiosity"),
        ("need", "ahorrar dinero", "save_money"),
        ("channel", "redes sociales", "social"),
        ("channel", "anuncios en pantalla", "display"),
        ("evidence", "herramientas analíticas", "analytics"),
        ("evidence", "encuestas de satisfacción", "survey"),
        ("evidence", "monitoreo de redes sociales", "social_monitoring"),
        ("lever", "capacitación del personal", "training"),
        ("lever", "optimización del sitio web", "website_optimisation"),
        ("lever", "personalización", "personalisation"),
        ("lever", "retroalimentación", "feedback"),
        ("lever", "publicidad de calidad", "quality_advertising"),
    ],
)
def test_the_words_of_the_documents_are_terms(
    customer: Taxonomy, facet: str, phrase: str, expected: str
) -> None:
    """Kinds, sources of evidence and strategies are terms (A8, A15, B20, B23, B28, B38)."""
    assert expected == customer.facets[facet].find(phrase).id


@pytest.mark.parametrize(
    ("spanish", "english", "expected", "clinicality"),
    [
        ("consulta médica", "medical consultation", "pt_consultation", "clinical"),
        ("prueba de laboratorio o imagen", "blood test", "pt_test", "clinical"),
        ("cirugía", "surgery", "pt_procedure", "clinical"),
        ("triaje", "triage and assessment", "pt_triage", "clinical"),
        ("resultados de las pruebas", "discuss results", "pt_results", "clinical"),
        ("pedir cita", "appointment booking", "pt_booking", "non_clinical"),
        ("registro", "registration", "pt_registration", "non_clinical"),
        ("sala de espera", "waiting room", "pt_waiting", "non_clinical"),
        ("factura", "insurance claim", "pt_billing", "non_clinical"),
        ("trámites de salida", "check-out", "pt_check_out", "non_clinical"),
        ("mensaje del portal", "patient portal message", "pt_portal", "non_clinical"),
    ],
)
def test_patients_have_clinical_and_other_touchpoints(
    patient: Taxonomy, spanish: str, english: str, expected: str, clinicality: str
) -> None:
    """Types with a direct medical service are clinical; booking and billing are not (B38)."""
    found = patient.find(spanish, lang="es")
    assert expected == found.id == patient.find(english, lang="en").id
    assert clinicality == patient.touchpoint(found).clinicality


def test_the_flash_sale_keeps_its_context_and_need(customer: Taxonomy) -> None:
    """The golden touchpoint: out of curiosity, to save money, by paid social (A15)."""
    answer = customer.touchpoint("flash_sale_ad_response")

    assert ("curiosity", "save_money") == (answer.context, answer.need)
    assert ("social.paid", "indirect") == (answer.channel, answer.directness)
    assert "curiosidad" == customer.label("context", "curiosity", lang="es").casefold()
    assert "ahorrar dinero" == customer.label("need", "save_money", lang="es").casefold()


def test_directness_that_the_documents_state_is_marked(patient: Taxonomy) -> None:
    """The documented examples have their directness, and only they claim a source (B24, B25)."""
    stated = {
        one.id: one.defaults["directness"]
        for one in patient.types.values()
        if one.directness_basis == "source"
    }
    assert {
        "review_read": "indirect",
        "ad_exposure": "indirect",
        "live_chat": "direct",
        "purchase": "direct",
        "customer_service": "direct",
    } == stated


# ------------------------------------------------------------------------------------ completeness


@BOTH
def test_every_type_is_complete(name: str) -> None:
    """Each type has labels and one-sentence definitions in both languages, and every facet (A7)."""
    for one in taxonomy(name).types.values():
        assert {"en", "es"} == set(one.labels) == set(one.definition) == set(one.aliases)
        assert USUAL == set(one.defaults), one.id
        assert one.directness_basis in {"source", "inferred"}
        for text in one.definition.values():
            assert re.fullmatch(r"[A-ZÁÉÍÓÚ][^.]+\.", text), text


@BOTH
def test_every_term_is_complete(name: str) -> None:
    """Each facet has labels, and each term labels and a definition, in both languages."""
    facets = taxonomy(name).facets
    assert [*FACETS, *OTHER_FACETS] == list(facets)
    for facet in facets.values():
        assert {"en", "es"} == set(facet.labels)
        for term in facet.terms.values():
            assert {"en", "es"} == set(term.labels) == set(term.definition), term.id


@BOTH
def test_no_name_is_ambiguous(name: str) -> None:
    """Every name of a type or term is unambiguous without a language."""
    groups = [taxonomy(name).types, *(facet.terms for facet in taxonomy(name).facets.values())]
    for group in groups:
        owners: dict[str, set[str]] = {}
        for one in group.values():
            aliases = [alias for names in one.aliases.values() for alias in names]
            for phrase in (one.id, *one.labels.values(), *aliases):
                owners.setdefault(fold_spaced(phrase), set()).add(one.id)
        assert {} == {phrase: ids for phrase, ids in owners.items() if len(ids) > 1}


@BOTH
def test_a_channel_is_not_a_touchpoint(name: str) -> None:
    """No built-in type has the id of a channel (A9)."""
    assert set() == set(taxonomy(name).types) & set(taxonomy(name).facets["channel"].terms)


@BOTH
def test_the_linter_finds_only_what_is_meant(name: str) -> None:
    """The only findings are the documented gaps of areas at stages (A22, B17)."""
    found = lint(taxonomy(name))
    stages = taxonomy(name).facets["stage"].terms
    assert ["TP007"] * len(stages) == list(found.code)


@BOTH
def test_every_stage_from_stimulus_to_after_sale_is_covered(name: str) -> None:
    """There is a touchpoint at each stage, from advertising to after the sale (B35)."""
    table = taxonomy_coverage(taxonomy(name), rows="stage", columns="area")
    assert all(table.matrix().sum(axis=1) > 0)
    assert all(table.matrix().sum(axis=0) > 0)
    moments = {one.defaults["moment"] for one in taxonomy(name).types.values()}
    assert set(taxonomy(name).facets["moment"].terms) == moments


def test_the_customer_vocabularies_are_there(customer: Taxonomy) -> None:
    """Stages are a scale; no type of a customer is clinical or not; six levers (A22, B28)."""
    stages = ["awareness", "consideration", "purchase", "retention", "advocacy"]
    assert stages == list(customer.facets["stage"].terms)
    assert ["stage"] == [facet.id for facet in customer.facets.values() if facet.ordered]
    assert 70 == len(customer.types)
    assert {"not_applicable"} == {one.defaults["clinicality"] for one in customer.types.values()}
    assert {"frontstage"} == {one.defaults["visibility"] for one in customer.types.values()}
    assert 6 == len(customer.facets["lever"].terms)


def test_attributes_link_to_other_standards(patient: Taxonomy) -> None:
    """Terms have their names in other standards and their groups as attributes."""
    facets = patient.facets
    assert "Paid Social" == facets["channel"].terms["social.paid"].attributes["ga4"]
    assert "EMER" == facets["channel"].terms["emergency_dept"].attributes["fhir"]
    assert {"mm": "buy", "value": "functional"} == facets["need"].terms["save_money"].attributes
    assert {"belk": "social", "tcq": "social"} == facets["context"].terms[
        "peer_influence"
    ].attributes
    assert "post_care" == facets["stage"].terms["pt_discharge"].attributes["phase"]
    ga4 = [
        term.attributes["ga4"]
        for term in facets["channel"].terms.values()
        if "ga4" in term.attributes
    ]
    assert 19 == len(ga4) == len(set(ga4))


def test_patients_are_customers_too(customer: Taxonomy, patient: Taxonomy) -> None:
    """`patient` contains `customer`, except for names that mean a touchpoint of care there."""
    for name, one in customer.types.items():
        kept = patient.types[name]
        assert attrs.evolve(one, aliases={}) == attrs.evolve(kept, aliases={})
        for lang, aliases in one.aliases.items():
            assert set(kept.aliases[lang]) <= set(aliases)
            moved = set(aliases) - set(kept.aliases[lang])
            assert all(patient.find(alias, lang=lang).id.startswith("pt_") for alias in moved)
    assert ["pt_"] * 43 == [name[:3] for name in patient.types if name not in customer.types]
    stages = list(patient.facets["stage"].terms)
    assert list(customer.facets["stage"].terms) == stages[:5]
    assert all(stage.startswith("pt_") for stage in stages[5:])
    assert "customer" == patient.facets["initiator"].find("paciente").id


def test_channels_have_areas(patient: Taxonomy) -> None:
    """Channels are within areas, by a dot or by `broader`; arrival channels have no touchpoint."""
    channel = patient.facets["channel"]

    assert channel.is_within("social.paid", "social")
    assert channel.is_within("tv", "advertising")
    assert channel.is_within("patient_portal", "online")
    arrival = {term.id for term in channel.terms.values() if "use" in term.attributes}
    assert {"affiliate", "cross_network", "paid_other", "referral", "direct"} == arrival
    used = {one for type_ in patient.types.values() for one in type_.typical("channel")}
    assert set() == used & arrival


# --------------------------------------------------------------------------------------- extending


def test_a_user_extends_a_built_in_taxonomy() -> None:
    """Labels are replaced; facets, types, terms and languages are added, also within a scale."""
    bakery = parse_taxonomy(
        """
        name = "bakery"
        extends = "customer"
        languages = ["fr"]

        [facets.stage.terms]
        tasting = { labels.fr = "Dégustation", after = "consideration" }
        [facets.channel.terms]
        counter = { labels.fr = "Comptoir", broader = "in_person" }
        store.labels.en = "Bakery"
        [facets.weather]
        labels.fr = "Temps"
        terms.rain.labels.fr = "Pluie"

        [types.bread_tasting]
        labels.fr = "Goûter du pain"
        definition.fr = "Quelqu'un goûte un morceau de pain."
        channel = "counter"
        stage = "tasting"
        need = "try_first"
        weather = "rain"
        """
    )
    expected = ["awareness", "consideration", "tasting", "purchase", "retention", "advocacy"]
    assert expected == list(bakery.facets["stage"].terms)
    assert "Bakery" == bakery.label("channel", "store")
    assert "bread_tasting" == bakery.find("gouter du pain", lang="fr").id
    assert "Live chat" == bakery.label("type", "live_chat", lang="fr")
    assert 71 == len(bakery.types)


def test_built_in_types_can_be_made_in_python(customer: Taxonomy) -> None:
    """A taxonomy made in Python can use the facets of a built-in taxonomy."""
    own = Taxonomy(
        "own",
        languages=("en", "es"),
        facets=[*customer.facets.values(), Facet("team", terms=[Term("north")])],
        types=[TouchpointType("tasting", {"en": "Tasting"}, defaults={"need": "try_first"})],
    )
    assert "tasting[team=north]" == own.touchpoint("tasting", team="north").key
    assert untyped("x") == own.untyped("x")


def test_the_data_ship_with_the_package() -> None:
    """The TOML files are in the package, and each has its name."""
    folder = files("touchpoints.taxonomy") / "data"
    for name in ("customer", "patient"):
        assert f'name = "{name}"' in (folder / f"{name}.toml").read_text(encoding="utf-8")
