"""Taxonomies: read from TOML with all problems at once, extended, searched, stored."""

from __future__ import annotations

import json
import pickle
import subprocess
import sys
from pathlib import Path

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.house_rules import PACKAGE
from touchpoints.errors import (
    InvalidInputError,
    NotFoundError,
    ProblemsError,
    WrongKindError,
)
from touchpoints.taxonomy import (
    FACETS,
    Facet,
    Taxonomy,
    Term,
    TouchpointType,
    available_taxonomies,
    load_taxonomy,
    parse_taxonomy,
    read_taxonomy,
    taxonomy_from_dict,
)

MINE = """
name = "mine"
version = "2"
languages = ["en", "es"]

[defaults]
clinicality = "not_applicable"

[facets.stage]
labels = { en = "Stage", es = "Etapa" }
ordered = true
terms.before.labels = { en = "Before", es = "Antes" }
terms.after.labels = { en = "After", es = "Después" }

[facets.channel.terms]
chat.labels = { en = "Chat", es = "Chat" }

[facets.channel.terms."social.paid"]
labels = { en = "Paid social", es = "Redes sociales (pago)" }
aliases = { en = ["social ads"] }
attributes = { ga4 = "Paid Social" }

[facets.need.terms]
learn.labels = { en = "Learn", es = "Informarse" }
solve_problem.labels = { en = "Solve a problem", es = "Resolver un problema" }

[types.live_chat]
labels = { en = "Live chat", es = "Chat en vivo" }
aliases = { es = ["chat en directo"] }
definition = { en = "Writing with a person of the company.", es = "Escribir con una persona." }
channel = "chat"
need = "solve_problem"
needs = ["learn"]
stage = "before"
directness = "direct"
directness_basis = "source"
attributes = { moment = "zmot" }
"""


@pytest.fixture(scope="module")
def mine() -> Taxonomy:
    """The taxonomy of MINE."""
    return parse_taxonomy(MINE)


def problems(text: str) -> list[str]:
    """Return the problems of a TOML text, without the name of the text."""
    return problems_in(text, folder=None)


def problems_in(text: str, *, folder: Path | None) -> list[str]:
    """Return the problems of a TOML text that stands in a folder."""
    with pytest.raises(ProblemsError) as caught:
        parse_taxonomy(text, folder=folder)
    assert all(problem.startswith("<text>: ") for problem in caught.value.problems)
    return [problem.removeprefix("<text>: ") for problem in caught.value.problems]


def changed(old: str, new: str) -> str:
    """Return MINE with one thing replaced."""
    assert old in MINE
    return MINE.replace(old, new)


# ------------------------------------------------------------------------------------------ reading


def test_a_file_is_read_whole(mine: Taxonomy) -> None:
    """Everything a file says is in the taxonomy."""
    chat = mine.types["live_chat"]
    social = mine.facets["channel"].terms["social.paid"]

    assert ("mine", "2", ("en", "es")) == (mine.name, mine.version, mine.languages)
    assert {"en": "Live chat", "es": "Chat en vivo"} == chat.labels
    assert {"es": ("chat en directo",)} == chat.aliases
    assert "Writing with a person of the company." == chat.definition["en"]
    assert ("solve_problem", "learn") == chat.needs
    assert ("source", {"moment": "zmot"}) == (chat.directness_basis, chat.attributes)
    assert ("social", {"ga4": "Paid Social"}) == (social.broader, social.attributes)
    assert mine.facets["stage"].ordered
    assert ["before", "after"] == list(mine.facets["stage"].terms)


def test_defaults_hold_for_the_types_of_the_file(mine: Taxonomy) -> None:
    """A default of the file is one of each of its types that says nothing else."""
    other = changed('stage = "before"', 'stage = "before"\nclinicality = "clinical"')
    assert "not_applicable" == mine.types["live_chat"].defaults["clinicality"]
    assert "clinical" == parse_taxonomy(other).types["live_chat"].defaults["clinicality"]


def test_the_five_facets_are_always_there() -> None:
    """The five come first, directness and clinicality with their terms (B23, B38)."""
    empty = parse_taxonomy('name = "empty"')

    assert FACETS == tuple(empty.facets)
    assert ["direct", "indirect"] == list(empty.facets["directness"].terms)
    clinical = ["clinical", "non_clinical", "not_applicable"]
    assert clinical == list(empty.facets["clinicality"].terms)
    assert "Indirecto" == empty.label("directness", "indirect", lang="es")
    assert "No clínico" == empty.label("clinicality", "non_clinical", lang="es")
    assert all("unknown" in facet for facet in empty.facets.values())
    assert "Desconocido" == empty.label("need", "unknown", lang="es")


def test_built_in_terms_can_be_relabelled() -> None:
    """A file may call direct something else, and add its own language."""
    french = parse_taxonomy(
        'name = "fr"\nlanguages = ["fr"]\nfacets.directness.terms.direct.labels.fr = "En direct"'
    )
    assert "En direct" == french.label("directness", "direct", lang="fr")
    assert "Indirect" == french.label("directness", "indirect", lang="fr")


def test_a_file_with_a_byte_order_mark_is_read(tmp_path: Path) -> None:
    """Editors that begin a file with a byte-order mark do no harm."""
    path = tmp_path / "mine.toml"
    path.write_text(MINE, encoding="utf-8-sig")
    assert parse_taxonomy(MINE) == read_taxonomy(path)


# ----------------------------------------------------------------------------------------- problems


TEN_MISTAKES = """
name = "mine"
version = 2
langauges = ["en", "es"]
languages = ["en", "es"]

[facets.weight]
labels = { en = "Weight", es = "Peso" }

[facets.stage]
labels.en = "Stage"

[facets.channel.terms]
"social.paid".labels = { en = "Paid social", es = "Redes (pago)" }
chat.labels = { en = "Chat", es = "Chat" }
chat.broader = "socal"

[facets.need.terms]
unknown.labels = { en = "Not known", es = "No se sabe" }
solve_problem.labels = { en = "Solve a problem", es = "Resolver un problema" }

[types.chat]
labels = { en = "Chatting", es = "Chatear" }
chanel = "chat"

[types.live_chat]
labels = { en = "Live chat", es = "Chatear" }
need = "solve_probelm"

[types."(end)"]
labels = { en = "End", es = "Fin" }
"""


CHAT = "facets.channel.terms.chat"
USED_OTHERWISE = "touchpoints, graphs or Python use it otherwise"
CHANNELS = " (did you mean 'channel' or 'channels'?)"
NOT_KNOWN = "it is what is not known, in every facet"
PLAIN = "plain letters, digits, '_' and '-', dots between parts"


def test_all_mistakes_are_reported_at_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Of a file with many mistakes all are reported, in its order, with file and place (A22)."""
    (tmp_path / "mine.toml").write_text(TEN_MISTAKES, encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    with pytest.raises(ProblemsError) as caught:
        read_taxonomy("mine.toml")

    expected = [
        'mine.toml: version: expected text, found the number 2 (write "2")',
        "mine.toml: langauges: nothing is called so here (did you mean 'languages'?)",
        f"mine.toml: facets.weight: 'weight' is reserved: {USED_OTHERWISE}",
        "mine.toml: facets.stage.labels: no label in es",
        f"mine.toml: {CHAT}.broader: no channel 'socal' (did you mean 'social.paid'?)",
        f"mine.toml: facets.need.terms.unknown: 'unknown' is reserved: {NOT_KNOWN}",
        "mine.toml: types.chat: a channel has this id, and a channel is not a touchpoint",
        f"mine.toml: types.chat.chanel: nothing is called so here{CHANNELS}",
        "mine.toml: types.live_chat.labels.es: 'Chatear' already names 'chat'",
        "mine.toml: types.live_chat.need: no need 'solve_probelm' (did you mean 'solve_problem'?)",
        f"mine.toml: types.\"(end)\": '(end)' is no id: {PLAIN}",
    ]
    assert expected == list(caught.value.problems)
    assert "mine.toml has 11 problems" == caught.value.what
    assert all(f"\n- {problem}" in str(caught.value) for problem in expected)


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ('name = "mine"', "", "name: there is none"),
        ('name = "mine"', 'name = " "', "name: the text is empty"),
        ('name = "mine"', 'name = "my words"', "name: 'my words' is no id"),
        ('["en", "es"]', '"en"', "languages: expected a list of texts, found the text 'en'"),
        ('["en", "es"]', '["en", "es", "en"]', "languages: 'en' is there twice"),
        ("ordered = true", 'ordered = "yes"', "facets.stage.ordered: expected true or false"),
        ('"social.paid"]', '"social paid"]', "'social paid' is no id"),
        ('"social.paid"]', '"50%"]', "'50%' is no id"),
        ('"social.paid"]', '"social..paid"]', "'social..paid' is no id"),
        ('"social.paid"]', "Chat]", "the id differs from 'chat' in nothing but case"),
        ('["social ads"]', '"social ads"', "aliases.en: expected a list of texts, found the text"),
        ('["social ads"]', '["Chat"]', "aliases.en: 'Chat' already names 'chat'"),
        (
            '["social ads"]',
            "[1.5]",
            'aliases.en: expected text, found the number 1.5 (write "1.5")',
        ),
        ("en = [", "de = [", "aliases.de: nothing is called so here"),
        ('ga4 = "Paid Social"', "ga4 = true", "attributes.ga4: expected text, found true"),
        ('ga4 = "Paid Social"', "ga4 = {}", "attributes.ga4: expected text, found a table"),
        ('"learn"]', '"lern"]', "types.live_chat.needs: no need 'lern' (did you mean 'learn'?)"),
        (
            'need = "solve_problem"',
            'need = ["learn"]',
            "types.live_chat.need: expected one term, found a list (typical ones go in needs)",
        ),
        ('channel = "chat"', "channel = 3", "types.live_chat.channel: expected text"),
        ('channel = "chat"', 'channel = "social"', "types.live_chat.channel: no channel 'social'"),
        ('channel = "chat"', 'context = "x"', "types.live_chat.context: no context 'x'"),
        ('"source"', '"sorce"', "'sorce' is not 'source' or 'inferred' (did you mean 'source'?)"),
        ('directness = "direct"', "", "directness_basis: a basis of what is not given"),
        ('directness = "direct"', 'directness = "both"', "directness: no directness 'both'"),
        ('"not_applicable"', '"na"', "defaults.clinicality: no clinicality 'na'"),
        ("clinicality =", "clinical =", "defaults.clinical: nothing is called so here (did you"),
        ("[types.live_chat]", "[types.social]", "types.social: a channel has this id"),
        ("[types.live_chat]", "[types.unknown]", "types.unknown: 'unknown' is reserved"),
        ("[types.live_chat]", '[types."a[b]"]', "'a[b]' is no id"),
        ("[types.live_chat]", "[types]\nx = 1\n[types.live_chat]", "types.x: expected a table"),
        ('es = "Chat en vivo"', "es = 1", "types.live_chat.labels.es: expected text"),
        (
            'en = "Live chat", es = "Chat en vivo"',
            "",
            "types.live_chat.labels: no label in en and es",
        ),
    ],
)
def test_each_mistake_is_named_with_its_place(old: str, new: str, expected: str) -> None:
    """One mistake is one problem, with its place, in words that tell the mend."""
    found = problems(changed(old, new))
    assert [True] == [expected in problem for problem in found], found


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ('languages = ["en", "EN"]', "languages: 'EN' is no language code such as 'en' or 'es'"),
        ("languages = []", "languages: there is none"),
        ('facets."my stage".labels.en = "x"', "'my stage' is no facet name: small letters"),
        ('facets.Stage.labels.en = "x"', "facets.Stage: 'Stage' is no facet name: small letters"),
        ('facets.needs.labels.en = "x"', "facets.needs: 'needs' is reserved"),
        ('facets.id.labels.en = "x"', "facets.id: 'id' is reserved"),
        ('facets.class.labels.en = "x"', "facets.class: 'class' is reserved"),
        ("facets = 3", "facets: expected a table, found the number 3"),
        ("types.a = []", "types.a: expected a table, found the list []"),
        ("version = 2026-01-01", "version: expected text, found"),
        ("version = true", "version: expected text, found true"),
    ],
)
def test_names_and_kinds_are_checked(line: str, expected: str) -> None:
    """Names that mean something else and values of another kind are refused."""
    [found] = problems(f'name = "x"\n{line}')
    assert expected in found


def test_terms_of_directness_are_closed() -> None:
    """Directness and clinicality are questions with fixed answers: no third one is taken."""
    text = 'name = "x"\n[facets.directness.terms]\nboth.labels.en = "Both"'
    assert [
        "facets.directness.terms.both: directness takes no further terms, it has direct, indirect"
    ] == problems(text)


def test_broader_terms_must_not_go_round() -> None:
    """A circle of broader terms is reported once, with its members."""
    text = """
    name = "x"
    [facets.need.terms]
    a = { labels.en = "A", broader = "b" }
    b = { labels.en = "B", broader = "c" }
    c = { labels.en = "C", broader = "a" }
    d = { labels.en = "D", broader = "a" }
    """
    expected = ["facets.need.terms.a.broader: goes round in a circle: a > b > c > a"]
    assert expected == problems(text)


def test_a_name_may_mean_two_things_in_two_languages() -> None:
    """Equal labels are a mistake within one language only, whatever their case and accents."""
    text = """
    name = "x"
    languages = ["en", "es"]
    types.mail.labels = {{ en = "Mail", es = "Correo" }}
    types.post.labels = {{ en = "Post", es = "{}" }}
    """
    assert ["types.post.labels.es: 'CORRÉO' already names 'mail'"] == problems(
        text.format("CORRÉO")
    )
    assert 2 == len(parse_taxonomy(text.format("Mailing")).types)


def test_a_syntax_error_has_line_and_column() -> None:
    """What is no TOML is reported with the place where reading stopped."""
    assert ["this is not TOML: line 2, column 8: Invalid value"] == problems(
        'name = "x"\ntypes =\n'
    )


def test_endless_nesting_is_a_problem() -> None:
    """A hostile text does not end in a traceback of the parser."""
    assert ["this is nested too deeply"] == problems("x = " + "[" * 100_000)


def test_bytes_that_are_no_text_have_a_line(tmp_path: Path) -> None:
    """A file in another encoding than UTF-8 is refused with the first line at fault."""
    path = tmp_path / "latin.toml"
    path.write_bytes('name = "x"\n# caf\xe9\n'.encode("latin-1"))
    with pytest.raises(ProblemsError, match=r"latin\.toml: line 2 is not UTF-8 text"):
        read_taxonomy(path)


def test_a_missing_file_is_a_missing_file(tmp_path: Path) -> None:
    """The error for a file that is not there is the one everybody catches."""
    with pytest.raises(FileNotFoundError):
        read_taxonomy(tmp_path / "none.toml")


# ---------------------------------------------------------------------------------------- extending


EXTENSION = """
name = "bakery"
extends = "mine.toml"
languages = ["fr"]

[facets.channel.terms]
counter.labels.fr = "Comptoir"
chat.labels.fr = "Discussion"

[facets.weather]
labels.fr = "Temps"
terms.rain.labels.fr = "Pluie"

[types.live_chat]
labels = { en = "Chat with a baker", fr = "Discuter" }
aliases.es = ["charla"]
stage = "after"
channel = "unknown"
need = "learn"

[types.bread_tasting]
labels.fr = "Goûter du pain"
channel = "counter"
weather = "rain"
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder with mine.toml."""
    (tmp_path / "mine.toml").write_text(MINE, encoding="utf-8")
    return tmp_path


def test_an_extension_adds_and_overrides(folder: Path) -> None:
    """Types, terms, facets, languages are added; labels and defaults of the base are overridden."""
    bakery = parse_taxonomy(EXTENSION, folder=folder)
    chat = bakery.types["live_chat"]

    assert ("en", "es", "fr") == bakery.languages
    assert ["live_chat", "bread_tasting"] == list(bakery.types)
    assert ["chat", "social.paid", "counter"] == list(bakery.facets["channel"].terms)
    assert [*FACETS, "stage", "weather"] == list(bakery.facets)
    assert {"en": "Chat with a baker", "es": "Chat en vivo", "fr": "Discuter"} == chat.labels
    assert {"es": ("chat en directo", "charla")} == chat.aliases
    assert ("after", "learn", None) == tuple(
        chat.defaults.get(name) for name in ("stage", "need", "channel")
    )
    assert "source" == chat.directness_basis


def test_an_extension_does_not_change_its_base(folder: Path) -> None:
    """The base read before and after an extension is the same."""
    before = read_taxonomy(folder / "mine.toml")
    parse_taxonomy(EXTENSION, folder=folder)
    assert before == read_taxonomy(folder / "mine.toml") == parse_taxonomy(MINE)


def test_labels_are_asked_for_in_the_languages_of_the_file(folder: Path) -> None:
    """Something new needs labels in the languages its own file declares, else in the base's."""
    text = EXTENSION.replace('languages = ["fr"]', 'languages = ["en", "fr"]')
    with pytest.raises(ProblemsError) as caught:
        parse_taxonomy(text, folder=folder)
    assert {
        "<text>: facets.channel.terms.counter.labels: no label in en",
        "<text>: facets.weather.labels: no label in en",
        "<text>: facets.weather.terms.rain.labels: no label in en",
        "<text>: types.bread_tasting.labels: no label in en",
    } == set(caught.value.problems)


def test_a_name_given_to_something_new_leaves_the_old(folder: Path) -> None:
    """An alias of the base moves to what the extension calls so; a label has to be overridden."""
    text = """
    name = "x"
    extends = "mine.toml"
    languages = ["es"]
    types.charla.labels.es = "{}"
    """
    moved = parse_taxonomy(text.format("Chat en directo"), folder=folder)

    assert "charla" == moved.find("chat en directo").id
    assert {"es": ()} == moved.types["live_chat"].aliases
    with pytest.raises(ProblemsError, match="'Chat en vivo' already names 'live_chat'"):
        parse_taxonomy(text.format("Chat en vivo"), folder=folder)


def test_a_built_in_taxonomy_can_be_extended() -> None:
    """`extends` takes the name of a built-in taxonomy."""
    text = 'name = "x"\nextends = "customer"\nlanguages = ["en"]\ntypes.refund.labels.en = "Refund"'
    extended = parse_taxonomy(text)
    assert [*load_taxonomy("customer").types, "refund"] == list(extended.types)


def test_extending_goes_over_several_files(folder: Path) -> None:
    """Paths in `extends` are relative to the file that says so."""
    (folder / "sub").mkdir()
    middle = 'name = "middle"\nextends = "../mine.toml"\n'
    (folder / "sub" / "middle.toml").write_text(middle, encoding="utf-8")
    (folder / "top.toml").write_text(
        'name = "top"\nextends = "sub/middle.toml"\n', encoding="utf-8"
    )

    top = read_taxonomy(folder / "top.toml")
    assert "top" == top.name
    assert top.types == parse_taxonomy(MINE).types


@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        ('x = { labels.en = "X", after = "before" }', ["before", "x", "after"]),
        ('x = { labels.en = "X", before = "before" }', ["x", "before", "after"]),
        (
            'x = { labels.en = "X", before = "after" }\ny = { labels.en = "Y", after = "x" }',
            ["before", "x", "y", "after"],
        ),
        ('before = { after = "after" }', ["after", "before"]),
        ('x = { labels.en = "X" }', ["before", "after", "x"]),
    ],
)
def test_a_new_term_finds_its_place(folder: Path, lines: str, expected: list[str]) -> None:
    """`after` and `before` put a term among the others: a scale can be extended in its middle."""
    text = f'name = "x"\nextends = "mine.toml"\nlanguages = ["en"]\n[facets.stage.terms]\n{lines}'
    stage = parse_taxonomy(text, folder=folder).facets["stage"]
    assert expected == list(stage.terms)
    assert stage.ordered


@pytest.mark.parametrize(
    ("place", "expected"),
    [
        ('after = "befor"', "x.after: no other stage 'befor' (did you mean 'before'?)"),
        ('before = "x"', "x.before: no other stage 'x'"),
        ('after = "before", before = "after"', "x: one place is enough: say either after or"),
        ("after = 2", 'x.after: expected text, found the number 2 (write "2")'),
    ],
)
def test_a_place_that_is_none_is_a_problem(folder: Path, place: str, expected: str) -> None:
    """A term cannot come after itself or after what is not there."""
    text = (
        'name = "x"\nextends = "mine.toml"\nlanguages = ["en"]\n'
        f'facets.stage.terms.x = {{ labels.en = "X", {place} }}'
    )
    [found] = problems_in(text, folder=folder)
    assert f"facets.stage.terms.{expected}" in found


def test_a_circle_of_extensions_is_reported_with_the_chain(folder: Path) -> None:
    """Files that extend one another are named in their order."""
    (folder / "a.toml").write_text('name = "a"\nextends = "b.toml"\n', encoding="utf-8")
    (folder / "b.toml").write_text('name = "b"\nextends = "a.toml"\n', encoding="utf-8")

    with pytest.raises(ProblemsError) as caught:
        read_taxonomy(folder / "a.toml")
    [problem] = caught.value.problems
    assert problem.endswith("b.toml: extends: goes round in a circle: a.toml > b.toml > a.toml")


@pytest.mark.parametrize(
    ("extends", "expected"),
    [
        ('"custmer"', "extends: no taxonomy 'custmer' (did you mean 'customer'?)"),
        ('"none.toml"', "extends: there is no file"),
        ("3", "extends: expected text, found the number 3"),
    ],
)
def test_what_cannot_be_extended_is_one_problem(folder: Path, extends: str, expected: str) -> None:
    """Without the base its references are not checked; the file's other mistakes still are."""
    text = (
        f'name = "x"\nextends = {extends}\ntypes.a = {{ labels.en = "A", stage = "later" }}\nb = 1'
    )
    text = text.replace("\nb = 1", "").replace("types", "b = 1\ntypes")
    with pytest.raises(ProblemsError) as caught:
        parse_taxonomy(text, folder=folder)

    first, second = caught.value.problems
    assert expected in first
    assert second.startswith("<text>: b: nothing is called so here")


def test_a_text_without_folder_extends_names_only() -> None:
    """A path in a text that is no file has nothing to be relative to."""
    [problem] = problems('name = "x"\nextends = "mine.toml"')
    assert "extends: 'mine.toml' is relative to a file, and this is none" == problem


def test_the_problems_of_the_base_are_reported_too(folder: Path) -> None:
    """A faulty base is reported under its own name, together with what extends it."""
    (folder / "mine.toml").write_text(changed('"learn"]', '"lern"]'), encoding="utf-8")
    with pytest.raises(ProblemsError) as caught:
        parse_taxonomy('name = "x"\nextends = "mine.toml"\nnmae = "y"', folder=folder)

    first, second = caught.value.problems
    assert "mine.toml: types.live_chat.needs: no need 'lern' (did you mean 'learn'?)" in first
    assert "<text>: nmae: nothing is called so here (did you mean 'name'?)" == second


# ----------------------------------------------------------------------------------- made in Python


def test_a_taxonomy_made_in_python_is_checked_too() -> None:
    """The constructor reports every dangling reference with its place."""
    types = [
        TouchpointType("a", defaults={"channel": "fax", "weather": "rain"}, contexts=["hurry"]),
        TouchpointType("unknown", directness_basis="guessed"),
    ]
    with pytest.raises(ProblemsError) as caught:
        Taxonomy("made", facets=[Facet("type")], types=types)
    assert (
        "facets.type: 'type' is reserved: touchpoints, graphs or Python use it otherwise",
        "types.a.channel: no channel 'fax'",
        "types.a: no facet 'weather'",
        "types.a.contexts: no context 'hurry'",
        "types.unknown: 'unknown' is reserved: it is what is not known, in every facet",
        "types.unknown.directness_basis: 'guessed' is not 'source' or 'inferred'",
    ) == caught.value.problems


def test_items_must_be_kept_under_their_own_id() -> None:
    """A mapping whose keys are not the ids, or two items of one id, are refused."""
    with pytest.raises(ProblemsError, match=r"types\.a: what is kept as 'a' calls itself 'b'"):
        Taxonomy("made", types={"a": TouchpointType("b")})
    with pytest.raises(InvalidInputError, match="two are called 'b'"):
        Taxonomy("made", types=[TouchpointType("b"), TouchpointType("b")])


def test_the_default_need_is_a_typical_one() -> None:
    """The default need and context are among the typical ones without being said twice."""
    one = TouchpointType("a", defaults={"need": "learn", "context": "unknown"}, needs=["compare"])
    assert ("learn", "compare") == one.needs
    assert () == one.contexts
    assert {"need": "learn"} == one.defaults


def test_typical_terms_come_with_the_default_first() -> None:
    """Of needs, contexts and channels there can be several typical ones, else there is one."""
    one = TouchpointType(
        "a",
        defaults={"channel": "chat", "stage": "before"},
        needs=["learn", "compare"],
        channels=["phone", "chat"],
    )
    asked = ["channel", "need", "context", "stage", "owner"]
    expected = [("chat", "phone"), ("learn", "compare"), (), ("before",), ()]
    assert expected == [one.typical(facet) for facet in asked]


def test_typical_channels_are_read_and_checked() -> None:
    """A type can list the channels it happens on; each must be there."""
    both = changed('channel = "chat"', 'channel = "chat"\nchannels = ["social.paid"]')
    assert ("chat", "social.paid") == parse_taxonomy(both).types["live_chat"].channels
    assert ["types.live_chat.channels: no channel 'fax'"] == problems(
        both.replace('["social.paid"]\nneed', '["fax"]\nneed')
    )


# ---------------------------------------------------------------------------------------- hierarchy


@pytest.fixture(scope="module")
def channel() -> Facet:
    """Channels three levels deep, one with a broader term of another name."""
    ids = ["social.paid", "social.paid.video", "chat", "forum"]
    terms = [Term(one) for one in ids] + [Term("community", broader="forum")]
    return Taxonomy("deep", facets=[Facet("channel", terms=terms)]).facets["channel"]


@pytest.mark.parametrize(
    ("term", "ancestor", "expected"),
    [
        ("social.paid.video", "social.paid.video", True),
        ("social.paid.video", "social.paid", True),
        ("social.paid.video", "social", True),
        ("social.paid", "social.paid.video", False),
        ("community", "forum", True),
        ("forum", "community", False),
        ("chat", "social", False),
        ("unknown", "social", False),
        ("unknown", "unknown", True),
    ],
)
def test_a_term_is_within_its_broader_ones(
    channel: Facet, term: str, ancestor: str, *, expected: bool
) -> None:
    """Matching follows broader terms at any depth, dots included, and nothing else."""
    assert expected is channel.is_within(term, ancestor)


def test_the_broader_terms_come_nearest_first(channel: Facet) -> None:
    """What stands before a dot is broader, also where it is no term itself."""
    assert ("social.paid", "social") == channel.broader("social.paid.video")
    assert () == channel.broader("chat")
    assert "social" == channel.label("social")
    assert "social" not in channel


def test_an_unknown_place_in_the_hierarchy_is_an_error(channel: Facet) -> None:
    """Asking for what is no term and no broader one is a mistake, not False."""
    with pytest.raises(NotFoundError, match="no term of channel 'socal'.*did you mean 'social"):
        channel.is_within("chat", "socal")
    with pytest.raises(NotFoundError, match="no term of channel 'chatt'"):
        channel.is_within("chatt", "social")


# ------------------------------------------------------------------------------------------- search


@pytest.mark.parametrize(
    ("phrase", "lang"),
    [
        ("live_chat", None),
        ("LIVE_CHAT", "es"),
        ("Live chat", None),
        ("  live \t chat ", "en"),
        ("chat EN vivo", "es"),
        ("Chat en Dirécto", None),
    ],
)
def test_types_are_found_by_id_label_and_alias(
    mine: Taxonomy, phrase: str, lang: str | None
) -> None:
    """Case, accents and spacing do not count (B16)."""
    assert "live_chat" == mine.find(phrase, lang=lang).id


def test_the_language_narrows_the_search(mine: Taxonomy) -> None:
    """A Spanish label is not found as an English one; near names of that language are proposed."""
    with pytest.raises(NotFoundError, match="no touchpoint type 'chat en vivo'"):
        mine.find("chat en vivo", lang="en")
    with pytest.raises(NotFoundError, match="did you mean .*'Chat en vivo'"):
        mine.find("chat en vibo", lang="es")
    with pytest.raises(NotFoundError, match="no language 'de'"):
        mine.find("chat", lang="de")


def test_an_ambiguous_phrase_lists_what_it_may_mean() -> None:
    """A name of two types, each in its language, needs the language."""
    taxonomy = Taxonomy(
        "x",
        languages=("en", "es"),
        types=[
            TouchpointType("letter", {"en": "Mail", "es": "Carta"}),
            TouchpointType("message", {"en": "Message", "es": "Mail"}),
        ],
    )
    assert "letter" == taxonomy.find("mail", lang="en").id
    for search in (taxonomy.find, taxonomy.lookup):
        with pytest.raises(InvalidInputError, match="'letter' and 'message'"):
            search("mail")


def test_lookup_answers_none_for_what_is_not_there(mine: Taxonomy) -> None:
    """`lookup` is `find` for tables of names: None in place of an error."""
    found = mine.lookup("chat en directo")
    assert found is mine.types["live_chat"]
    assert mine.lookup("call") is None
    with pytest.raises(WrongKindError, match="looked up by text, not by None"):
        mine.lookup(None)


def test_terms_are_found_by_id_label_and_alias(mine: Taxonomy) -> None:
    """A facet is searched as a taxonomy is."""
    assert "social.paid" == mine.facets["channel"].find("Social  Ads").id
    with pytest.raises(NotFoundError, match="no term of channel 'fax'"):
        mine.facets["channel"].find("fax")


# ------------------------------------------------------------------------------------------- labels


def test_labels_fall_back() -> None:
    """The language asked for, else English, else the first there is, else the id."""
    terms = [
        Term("a", {"es": "A es", "en": "A en"}),
        Term("b", {"es": "B es", "fr": "B fr"}),
        Term("c"),
    ]
    labels = Taxonomy("x", facets=[Facet("need", terms=terms)])

    assert ["A es", "B es", "c"] == [labels.label("need", one, lang="es") for one in "abc"]
    assert ["A en", "B es", "c"] == [labels.label("need", one, lang="de") for one in "abc"]
    assert ["A en", "B es", "c"] == [labels.label("need", one) for one in "abc"]


def test_labels_of_what_is_not_there_are_an_error(mine: Taxonomy) -> None:
    """An unknown facet, term or type has no label; near names are proposed."""
    assert "Live chat" == mine.label("type", "live_chat")
    with pytest.raises(NotFoundError, match="no touchpoint type 'live_chart'"):
        mine.label("type", "live_chart")
    with pytest.raises(NotFoundError, match="no facet 'stag'.*did you mean 'stage'"):
        mine.label("stag", "before")
    with pytest.raises(NotFoundError, match="no term of stage 'befor'.*did you mean 'before'"):
        mine.label("stage", "befor")


# --------------------------------------------------------------------------------- storage, showing


def test_a_taxonomy_is_stored_and_read_back(mine: Taxonomy, folder: Path) -> None:
    """A dict of plain values, through JSON too, gives an equal taxonomy."""
    deep = Taxonomy(
        "deep",
        facets=[Facet("need", terms=[Term("a.b", broader=""), Term("c", broader="a.b")])],
    )
    bakery = parse_taxonomy(EXTENSION, folder=folder)
    for one in (mine, bakery, deep, load_taxonomy("customer"), Taxonomy("empty")):
        assert one == taxonomy_from_dict(json.loads(json.dumps(one.to_dict())))


def test_a_damaged_dict_is_reported(mine: Taxonomy) -> None:
    """What is no taxonomy any more is reported as a file would be."""
    stored = mine.to_dict()
    stored["types"]["live_chat"]["channel"] = "fax"
    with pytest.raises(ProblemsError, match=r"<dict>: types\.live_chat\.channel: no channel 'fax'"):
        taxonomy_from_dict(stored)
    with pytest.raises(WrongKindError, match="a taxonomy as a dict, not list"):
        taxonomy_from_dict([])


names = st.from_regex(r"[a-z][a-z0-9_]{0,8}", fullmatch=True).filter(lambda name: name != "unknown")
texts = st.text(st.characters(codec="utf-8"), min_size=1).filter(str.strip)


@st.composite
def taxonomies(draw: st.DrawFn) -> Taxonomy:
    """Draw taxonomies whose ids and labels do not clash."""
    needs = draw(st.lists(names.map("need_{}".format), unique=True))
    stages = draw(st.lists(names.map("at.{}".format), unique=True, min_size=1))
    types = [
        TouchpointType(
            f"type_{number}",
            {"en": f"label {number}"},
            definition={"es": draw(texts)},
            defaults={"need": draw(st.sampled_from([*needs, "unknown"]))},
            needs=draw(st.lists(st.sampled_from(needs), unique=True)) if needs else (),
            attributes={draw(texts): draw(texts)},
        )
        for number in range(draw(st.integers(0, 4)))
    ]
    stage = Facet("stage", terms=[Term(one) for one in stages], ordered=draw(st.booleans()))
    need = Facet("need", {"en": draw(texts)}, [Term(one) for one in needs])
    return Taxonomy("drawn", facets=[stage, need], types=types)


@given(taxonomies())
def test_any_taxonomy_survives_storing_and_pickling(taxonomy: Taxonomy) -> None:
    """Whatever the words, the taxonomy read back is equal."""
    assert taxonomy == taxonomy_from_dict(json.loads(json.dumps(taxonomy.to_dict())))
    again = pickle.loads(pickle.dumps(taxonomy))
    assert taxonomy == again
    assert hash(taxonomy) == hash(again)


@given(taxonomies(), st.data())
def test_touchpoints_differ_as_their_keys_do(taxonomy: Taxonomy, data: st.DataObject) -> None:
    """Within a taxonomy, touchpoints are equal exactly when their keys are."""
    facets = {
        name: st.sampled_from([*taxonomy.facets[name].terms, "unknown"])
        for name in ("need", "stage", "directness")
    }
    drawn = st.tuples(
        st.sampled_from([*taxonomy.types, "raw"]), st.fixed_dictionaries({}, optional=facets)
    )
    one, other = (
        taxonomy.touchpoint(kind, **given)
        if kind in taxonomy.types
        else taxonomy.untyped(kind, **given)
        for kind, given in (data.draw(drawn), data.draw(drawn))
    )
    assert (one.key == other.key) is (one == other)


def test_a_pickled_taxonomy_still_works(mine: Taxonomy) -> None:
    """What is worked out once and kept is worked out again after unpickling."""
    mine.touchpoint("live_chat")
    again = pickle.loads(pickle.dumps(mine))

    assert "live_chat" == again.find("chat en vivo").id
    assert mine.touchpoint("live_chat") == again.touchpoint("live_chat")


def test_the_order_of_terms_counts(mine: Taxonomy) -> None:
    """Taxonomies that list their stages in another order are not equal."""
    stage = mine.facets["stage"]
    turned = attrs.evolve(stage, terms=dict(reversed([*stage.terms.items()])))
    other = attrs.evolve(mine, facets={**mine.facets, "stage": turned})

    assert stage != turned
    assert mine != other
    assert mine == attrs.evolve(mine)


def test_the_repr_is_a_sentence(mine: Taxonomy) -> None:
    """A taxonomy says what it is; so do its parts."""
    expected = "Taxonomy 'mine' (version 2): 1 touchpoint type, 6 facets, in en and es"
    assert expected == repr(mine)
    assert "Facet('stage', 2 terms)" == repr(mine.facets["stage"])
    assert "Term('chat', 'Chat')" == repr(mine.facets["channel"].terms["chat"])
    assert "TouchpointType('live_chat', 'Live chat')" == repr(mine.types["live_chat"])


def test_the_html_lists_the_types() -> None:
    """A notebook shows the types in a table; what looks like markup is only text."""
    many = [TouchpointType(f"type_{number}", {"en": f"<b>{number}"}) for number in range(60)]
    shown = Taxonomy("x", types=many)._repr_html_()

    assert "<td>type_0</td><td>&lt;b&gt;0</td>" in shown
    assert "10 more types" in shown
    assert "type_59" not in shown


# ------------------------------------------------------------------------------------------ by name


def test_an_unknown_name_gets_near_ones() -> None:
    """The error for an unknown taxonomy proposes a name, or the function that reads files."""
    assert "customer" in available_taxonomies()
    with pytest.raises(NotFoundError, match="did you mean 'customer'"):
        load_taxonomy("custmer")
    with pytest.raises(NotFoundError, match="read a file with read_taxonomy"):
        load_taxonomy("mine.toml")


def test_importing_taxonomies_is_light() -> None:
    """Neither what reads files nor what finds plug-ins is loaded before it is needed."""
    code = (
        "import sys, types, attrs, numpy; before = set(sys.modules); "
        "package = types.ModuleType('touchpoints'); package.__path__ = sys.argv[1:]; "
        "sys.modules['touchpoints'] = package; "  # without the layers above
        "import touchpoints.taxonomy.loading; print(*sorted(set(sys.modules) - before))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, str(PACKAGE)],
        capture_output=True,
        text=True,
        check=True,
    )
    loaded = done.stdout.split()
    assert "touchpoints.taxonomy.loading" in loaded
    assert set() == {"scipy", "narwhals", "tomllib", "importlib.metadata"} & set(loaded)
