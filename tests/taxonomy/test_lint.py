"""The linter: each code has a taxonomy that triggers it, and a taxonomy that does not."""

from __future__ import annotations

import string
from importlib.resources import files
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from touchpoints._core.documents import tables_of
from touchpoints._core.text import fold_spaced
from touchpoints.errors import InvalidInputError, NotFoundError, WrongKindError
from touchpoints.taxonomy import (
    Taxonomy,
    TouchpointType,
    load_taxonomy,
    parse_taxonomy,
)
from touchpoints.taxonomy._lint_texts import SEVERITIES, code_of, spoken, texts_in
from touchpoints.taxonomy._lint_words import _content, business_words, near_pairs
from touchpoints.taxonomy.lint import Findings, lint, lint_file

CLEAN = """
name = "clean"
languages = ["en", "es"]

[facets.channel]
labels = { en = "Channel", es = "Canal" }
[facets.channel.terms]
chat.labels = { en = "Chat", es = "Chat" }
shop.labels = { en = "Shop", es = "Tienda" }
link.labels = { en = "Link", es = "Enlace" }
link.attributes = { use = "arrival" }

[facets.need.terms]
solve_problem.labels = { en = "Solve a problem", es = "Resolver un problema" }
learn.labels = { en = "Get information", es = "Informarse" }

[facets.stage]
labels = { en = "Stage", es = "Etapa" }
terms.use.labels = { en = "Use", es = "Uso" }

[types.live_chat]
labels = { en = "Asking by chat", es = "Pregunta por chat" }
definition = { en = "Someone writes with an employee.", es = "Alguien escribe a un empleado." }
channel = "chat"
need = "solve_problem"
stage = "use"

[types.shop_visit]
labels = { en = "Looking round the shop", es = "Vuelta por la tienda" }
definition = { en = "A person walks past the shelves.", es = "Una persona recorre los estantes." }
channel = "shop"
needs = ["learn"]
stage = "use"
"""

WAITING = """
[facets.context.terms.waiting]
labels = { en = "Waiting", es = "Espera" }
"""


def changed(*pairs: tuple[str, str]) -> Taxonomy:
    """Return the taxonomy of CLEAN with some parts replaced."""
    text = CLEAN
    for old, new in pairs:
        assert old in text
        text = text.replace(old, new)
    return parse_taxonomy(text)


def found(taxonomy: Taxonomy) -> list[tuple[str, str]]:
    """Return the code and the dotted key of every finding."""
    return [(row["code"], row["where"]) for row in lint(taxonomy).to_dicts()]


def labelled(label: str, *, lang: str = "en") -> Taxonomy:
    """Return a taxonomy with one type that has this label and no other findings of interest."""
    kind = TouchpointType("x", {lang: label}, definition={lang: "It."}, contexts=())
    return Taxonomy("x", languages=(lang,), types=[kind])


def codes(label: str, *, lang: str = "en") -> set[str]:
    """Return the codes that a label triggers."""
    return set(lint(labelled(label, lang=lang), ignore=["TP001", "TP008"]).code)


def test_a_clean_taxonomy_has_no_findings() -> None:
    """A clean taxonomy gives an empty table."""
    nothing = lint(changed())
    assert 0 == len(nothing)
    assert "Findings: 0 findings" == repr(nothing)


# ----------------------------------------------------------------------------------- code by code


def test_tp001_is_a_type_without_need_and_context() -> None:
    """A type needs a need or a context; either is enough (A7)."""
    neither = changed(('needs = ["learn"]', ""))
    context = changed(
        ('needs = ["learn"]', 'context = "waiting"'),
        ("[facets.need.terms]", f"{WAITING}\n[facets.need.terms]"),
    )
    unserved = ("TP006", "facets.need.terms.learn")
    assert [("TP001", "types.shop_visit"), unserved] == found(neither)
    assert [unserved] == found(context)


@pytest.mark.parametrize(
    ("label", "lang"),
    [
        ("redes sociales", "es"),
        ("Las redes sociales", "es"),
        ("display", "en"),
        ("display", "es"),
        ("Los anuncios en pantalla", "es"),
        ("Social Media", "en"),
        ("The social media channels", "en"),
        ("Email marketing", "en"),
        ("Por teléfono", "es"),
        ("Facebook", "en"),
        ("Email touchpoint", "en"),
        ("Tráfico directo", "es"),
        ("Canal: correo electrónico", "es"),
        ("Urgencias", "es"),
        ("Blog", "en"),
        ("TikTok ads", "en"),
        ("Google Ads", "en"),
        ("WhatsApp Business", "en"),
        ("Pop-up", "en"),
        ("IVR", "en"),
        ("Chatbot", "en"),
        ("Adverts", "en"),
        ("Mail", "en"),
        ("In store", "en"),
        ("Landing page", "en"),
        ("The official Instagram account", "en"),
        ("Facebook page", "en"),
        ("LinkedIn advertising", "en"),
        ("Bing Ads", "en"),
        ("Telegram", "en"),
        ("Kiosk", "en"),
        ("The app", "en"),
        ("Billboard", "en"),
        ("Posters", "en"),
        ("Trustpilot", "en"),
        ("YouTube", "en"),
        ("Anuncios de TikTok", "es"),
        ("Ventana emergente", "es"),
        ("Página de aterrizaje", "es"),
        ("Perfil de Instagram", "es"),
        ("En tienda", "es"),
        ("Centralita", "es"),
        ("Valla publicitaria", "es"),
        ("Buzoneo", "es"),
    ],
)
def test_tp002_is_a_bare_channel(label: str, lang: str) -> None:
    """A medium is not a touchpoint, in both languages, aliases included (A8)."""
    assert {"TP002"} == codes(label, lang=lang)


@pytest.mark.parametrize(
    ("label", "lang"),
    [
        ("Interacción en redes sociales", "es"),
        ("Seeing a display ad", "en"),
        ("Answering an email", "en"),
        ("Visita a la tienda física", "es"),
        ("Búsqueda", "es"),
        ("Search", "en"),
        ("Chat en vivo", "es"),
        ("The", "en"),
        ("Reading the blog", "en"),
        ("Product page", "en"),
        ("Chat message", "en"),
        ("Company visit", "en"),
        ("Business account", "en"),
        ("Closing a pop-up", "en"),
        ("Asking the chatbot", "en"),
        ("Anuncio visto", "es"),
        ("Cuenta de empresa", "es"),
        ("Compra en tienda", "es"),
    ],
)
def test_tp002_is_not_what_happens_on_a_channel(label: str, lang: str) -> None:
    """A label that says what happens on a channel is not reported."""
    assert set() == codes(label, lang=lang)


def test_tp002_knows_the_channels_of_the_taxonomy() -> None:
    """A channel of this taxonomy only is reported too; the id is used where a label is missing."""
    own = changed(("Looking round the shop", "The shop"), ("live_chat", "by_chat"))
    assert [("TP002", "types.shop_visit.labels.en")] == found(own)
    nameless = Taxonomy("x", types=[TouchpointType("social_media", needs=())])
    assert "TP002" in lint(nameless).code
    assert "types.social_media" in lint(nameless).where


@pytest.mark.parametrize(
    ("label", "lang"),
    [
        ("Lead captured", "en"),
        ("Enviar campaña", "es"),
        ("Email campaign", "en"),
        ("Send newsletter", "en"),
        ("Newsletter sent", "en"),
        ("Call customer", "en"),
        ("Notificar al cliente", "es"),
        ("Envío de oferta", "es"),
        ("Captación", "es"),
        ("Cross-selling", "en"),
        ("Conversión", "es"),
        ("Our welcome gift", "en"),
        ("Nuestra bienvenida", "es"),
        ("Contactar con el paciente", "es"),
        ("Remarketing", "en"),
        ("NPS", "en"),
        ("Click", "en"),
        ("Clicks", "en"),
        ("Impression", "en"),
        ("Session", "en"),
        ("Page view", "en"),
        ("Page views", "en"),
        ("Bounce", "en"),
        ("Deal won", "en"),
        ("Cross-sell", "en"),
        ("Up-sell", "en"),
        ("Re-targeting", "en"),
        ("Opportunity lost", "en"),
        ("Open rate", "en"),
        ("Customer notified", "en"),
        ("Customers targeted with ads", "en"),
        ("Patient called by the clinic", "en"),
        ("Capturing leads", "en"),
        ("Managing leads", "en"),
        ("Spring campaign", "en"),
        ("Marketing campaign", "en"),
        ("Our lead form", "en"),
        ("Impresiones", "es"),
        ("Sesiones", "es"),
        ("Venta cruzada", "es"),
        ("Oportunidad ganada", "es"),
        ("Tasa de apertura", "es"),
        ("Llamada al cliente", "es"),
        ("Nuestra señal", "es"),
    ],
)
def test_tp003_is_written_from_the_companys_side(label: str, lang: str) -> None:
    """Company jargon, what a company does to people, and 'we' are reported (A16)."""
    assert {"TP003"} == codes(label, lang=lang)


@pytest.mark.parametrize(
    ("label", "lang"),
    [
        ("Reading an email the shop sent", "en"),
        ("Customer service conversation", "en"),
        ("Llamada a atención al cliente", "es"),
        ("Calling customer service", "en"),
        ("Lectura de un correo enviado por la tienda", "es"),
        ("Sending a message", "en"),
        ("Recepción de un bono", "es"),
        ("Answering a call", "en"),
        ("Asking for a quote", "en"),
        ("Leading a group", "en"),
        ("Patient calls to change an appointment", "en"),
        ("Customer calls support", "en"),
        ("The customer contacts the branch by email", "en"),
        ("Visitors call the museum", "en"),
        ("Patient called the surgery", "en"),
        ("Call from a customer", "en"),
        ("Buying a dog lead", "en"),
        ("Signing up as a campaign volunteer", "en"),
        ("Watching the lead singer", "en"),
        ("Asking for a conversion table", "en"),
        ("Visiting Our Lady", "en"),
        ("Clicking a banner", "en"),
        ("Session with a coach", "en"),
        ("Opening the page", "en"),
        ("Nuestra Señora", "es"),
        ("Visita a Nuestra Señora del Pilar", "es"),
        ("Llamada del cliente", "es"),
        ("Llamada de un paciente", "es"),
        ("El cliente envía una encuesta", "es"),
        ("Tocar la campana", "es"),
        ("Leer el prospecto", "es"),
        ("Recordatorio de cita", "es"),
    ],
)
def test_tp003_is_not_what_the_person_does(label: str, lang: str) -> None:
    """The same words from the person's side are not reported."""
    assert set() == codes(label, lang=lang)


def test_tp004_is_nearly_the_same_twice() -> None:
    """Near labels and near definitions of types and terms are found, in any order of words."""
    label = changed(("Looking round the shop", "Chat: ask"))
    definition = changed(("A person walks past the shelves.", "Someone writes, with employees."))
    term = changed(
        ('"Get information"', '"Problem solving"'),
    )
    assert [("TP004", "types.shop_visit.labels.en")] == found(label)
    assert [("TP004", "types.shop_visit.definition.en")] == found(definition)
    assert [("TP004", "facets.need.terms.learn.labels.en")] == found(term)
    [row] = lint(label).to_dicts()
    assert "'Chat: ask' is nearly the same as 'Asking by chat' (live_chat)" == row["what"]


def test_tp004_is_not_a_difference_in_an_important_word() -> None:
    """Giving and receiving a recommendation share many words and are not near."""
    given_ = changed(
        ("Asking by chat", "Word-of-mouth recommendation received"),
        ("Looking round the shop", "Word-of-mouth recommendation given"),
    )
    assert [] == found(given_)


def test_tp005_is_a_channel_without_touchpoint() -> None:
    """A channel without a type is reported, unless people only arrive by it (A22)."""
    unused = changed(('channel = "shop"', 'channel = "chat"'))
    arrival = changed(('link.attributes = { use = "arrival" }', ""))
    several = changed(
        ('channel = "shop"', 'channel = "chat"\nchannels = ["shop"]'),
    )
    assert ("TP005", "facets.channel.terms.shop") in found(unused)
    assert ("TP005", "facets.channel.terms.link") in found(arrival)
    assert [] == found(several)


def test_tp006_is_a_need_nothing_serves() -> None:
    """A need that no type has among its needs is reported (A10)."""
    unserved = changed(('needs = ["learn"]', 'needs = ["solve_problem"]'))
    assert [("TP006", "facets.need.terms.learn")] == found(unserved)


def test_tp007_is_an_area_or_stage_without_touchpoint() -> None:
    """Empty cells of stage × area are listed by stage; an empty stage has its own message (B17)."""
    more = (
        "terms.use.labels",
        'terms.buy.labels = { en = "Buy", es = "Compra" }\nterms.use.labels',
    )
    stage = changed(more)
    area = changed(
        more,
        (
            'channel = "shop"\nneeds = ["learn"]\nstage = "use"',
            'channel = "shop"\nneeds = ["learn"]\nstage = "buy"',
        ),
    )

    [row] = lint(stage).to_dicts()
    assert ("TP007", "facets.stage.terms.buy") == (row["code"], row["where"])
    assert "there is no touchpoint at this stage" == row["what"]
    expected = [
        "at this stage there is no touchpoint in: chat",
        "at this stage there is no touchpoint in: shop",
    ]
    assert expected == list(lint(area).what)
    assert [] == found(Taxonomy("x"))


def test_tp008_is_a_missing_translation() -> None:
    """All labels, and definitions of types and of terms defined in another language (A22)."""
    extended = parse_taxonomy(
        'name = "x"\nextends = "customer"\nlanguages = ["en"]\n'
        'types.refund = { labels.en = "Getting a refund", need = "save_money" }'
    )
    rows = lint(extended, ignore=["TP007"]).to_dicts()
    assert [
        ("TP008", "types.refund", "no label in es", 'add labels = { es = "…" }'),
        (
            "TP008",
            "types.refund",
            "no definition in en, es",
            'add definition = { en = "…", es = "…" }, one sentence each',
        ),
    ] == [(row["code"], row["where"], row["what"], row["mend"]) for row in rows]
    half = changed(("chat.labels =", 'chat.definition = { en = "Text." }\nchat.labels ='))
    assert [("TP008", "facets.channel.terms.chat")] == found(half)


def test_many_missing_translations_are_one_finding_of_a_vocabulary() -> None:
    """A language that a team has just begun is a row for types and one for each facet."""
    begun = parse_taxonomy(
        'name = "x"\nextends = "customer"\nlanguages = ["en", "es", "eu"]\n'
        'types.live_chat.labels.eu = "Txat zuzena"'
    )
    rows = [row for row in lint(begun).to_dicts() if row["code"] == "TP008"]
    of_types = [row for row in rows if row["where"] == "types"]

    assert len(rows) < 140
    [said] = [row["what"] for row in of_types if "label" in row["what"]]
    assert said.startswith("69 of 70 have no label in eu: 'search_query', 'review_read', ")
    assert said.endswith("and 64 more")
    assert of_types[0]["mend"].endswith('add labels = { eu = "…" } to each')


def test_tp009_is_a_problem_of_reading(tmp_path: Path) -> None:
    """Problems of reading, such as dangling references, are findings of `lint_file` (A22)."""
    path = tmp_path / "mine.toml"
    wrong = CLEAN.replace('need = "solve_problem"', 'need = "solve_probelm"').replace(
        'channel = "shop"', 'chanel = "shop"'
    )
    path.write_text(wrong, encoding="utf-8")
    rows = lint_file(path).to_dicts()

    assert ["TP009", "TP009"] == [row["code"] for row in rows]
    assert [f"{path}: types.live_chat.need", f"{path}: types.shop_visit.chanel"] == [
        row["where"] for row in rows
    ]
    assert "no need 'solve_probelm' (did you mean 'solve_problem'?)" == rows[0]["what"]
    path.write_text("x = ", encoding="utf-8")
    assert str(path) == lint_file(path).where[0]
    path.write_text(CLEAN, encoding="utf-8")
    assert 0 == len(lint_file(path))


# ------------------------------------------------------------------------------------ the findings


@pytest.mark.parametrize("case", texts_in("en"))
def test_every_finding_has_a_mend_in_both_languages(case: str) -> None:
    """Every code has a severity, and a message and mend in both languages with the same fields."""
    assert code_of(case) in SEVERITIES
    assert ("en", "es") == spoken()
    english, spanish = texts_in("en")[case], texts_in("es")[case]
    assert english != spanish
    for text in (english, spanish):
        assert text.what
        assert text.mend
    assert fields(english.what) == fields(spanish.what)
    assert fields(english.mend) == fields(spanish.mend)


def fields(text: str) -> set[str]:
    """Return the names of the fields of a message."""
    return {name for _, name, _, _ in string.Formatter().parse(text) if name}


def test_messages_come_in_spanish() -> None:
    """`lang` is the language of the messages, independent of that of the labels (A8)."""
    [row] = lint(changed(("Looking round the shop", "Display")), lang="es").to_dicts()
    assert "«Display» es un canal (display), no un punto de contacto" == row["what"]
    assert row["mend"].startswith("diga qué hace allí la persona")
    assert "warning" == row["severity"]


def test_codes_can_be_ignored() -> None:
    """Ignored codes are left out; a code that does not exist is refused."""
    many = changed(("Looking round the shop", "Display"), ('need = "solve_problem"', ""))
    assert {"TP001", "TP002", "TP006"} == set(lint(many).code)
    assert ["TP002"] == list(lint(many, ignore=("TP001", "TP006")).code)
    with pytest.raises(NotFoundError, match="no code 'TP01'.*did you mean .*'TP001'"):
        lint(many, ignore=["TP01"])


def test_findings_read_like_a_linters() -> None:
    """The repr shows the first ten findings with their mends."""
    many = Taxonomy("x", types=[TouchpointType(f"odd_{number}") for number in range(9)])
    shown = repr(lint(many))
    assert shown.startswith("Findings: 27 findings\nTP001 types.odd_0: the type has neither")
    assert shown.endswith("\n… 17 more")
    assert isinstance(lint(many), Findings)
    assert ["code", "severity", "where", "what", "mend"] == list(lint(many).to_pandas().columns)


def test_only_a_taxonomy_is_linted() -> None:
    """A path is refused with a hint to `lint_file`; an unknown language is refused."""
    with pytest.raises(WrongKindError, match=r"not str\nlint_file\(path\)"):
        lint("mine.toml")
    with pytest.raises(InvalidInputError, match="lang='fr' is not an option"):
        lint(changed(), lang="fr")


def test_texts_with_braces_do_no_harm() -> None:
    """Labels with braces are quoted unchanged."""
    odd = labelled("{lead} 100 % {0}")
    assert "'{lead} 100 % {0}' is written from the company's side (lead)" in lint(odd).what


def test_a_large_taxonomy_is_linted_quickly() -> None:
    """A thousand types are compared by their rare words, not all with all."""
    base = load_taxonomy("customer")
    types = [
        TouchpointType(
            f"type_{number}",
            {"en": f"Visiting place {number} with friend {number * 7}"},
            definition={
                "en": f"Someone comes to place {number} with a friend called {number * 7}."
            },
            defaults={"channel": "store"},
            needs=["learn"],
        )
        for number in range(1_000)
    ]
    large = Taxonomy("large", languages=("en",), facets=base.facets.values(), types=types)
    assert set() == set(lint(large).code) & {"TP001", "TP002", "TP003", "TP004"}


# ------------------------------------------------------------------------------------------- words


@given(st.lists(st.text(alphabet="abcde ", max_size=24), max_size=12))
def test_near_texts_are_found_as_by_comparing_all(texts: list[str]) -> None:
    """The search by rare words finds exactly the pairs that comparing all with all finds."""
    named = {str(number): text for number, text in enumerate(texts)}
    sets = {name: _content(text) for name, text in named.items()}
    expected = {
        (one, other)
        for one in sets
        for other in sets
        if int(one) < int(other)
        and sets[one]
        and sets[other]
        and 5 * len(sets[one] & sets[other]) >= 4 * len(sets[one] | sets[other])
    }
    assert expected == set(near_pairs(named))


@given(st.text())
def test_any_label_can_be_judged(text: str) -> None:
    """Any label can be linted without an error."""
    assert isinstance(business_words(text), tuple)
    assert isinstance(len(lint(labelled(text or "x"))), int)


def test_word_files_of_all_languages_have_the_same_lists() -> None:
    """A language without a list would be an error on first use, not a gap."""
    folder = files("touchpoints.taxonomy").joinpath("data", "words")
    tables = [tables_of(one.read_text("utf-8"), where=one.name) for one in folder.iterdir()]
    assert 2 <= len(tables)
    assert all(table.keys() == tables[0].keys() for table in tables)
    for table in tables:
        words = [one for several in table.values() for one in several if isinstance(one, str)]
        assert words == [fold_spaced(one) for one in words]


@pytest.mark.parametrize(
    ("name", "codes"),
    [
        ("Company blog", ["TP002"]),
        ("Instagram stories", ["TP002"]),
        ("Calling the call centre", []),
        ("Reading the company blog", []),
    ],
)
def test_channels_with_words_beside_them_and_acts_on_channels(name: str, codes: list[str]) -> None:
    """A word beside a medium leaves it one; a verb of the same word makes it an act."""
    mine = parse_taxonomy(
        f'name = "mine"\ntypes.x = {{ labels.en = "{name}", definition.en = "Some." }}'
    )
    found = lint(mine, ignore=["TP001", "TP007", "TP005", "TP006"])
    assert codes == [one for one in found.code if one in ("TP002", "TP003")]
