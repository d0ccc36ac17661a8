"""Taxonomies: read from TOML with all problems at once, extended, searched and stored."""

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

from tests import strategies
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
    """Return the problems of a TOML text, with paths relative to a folder."""
    with pytest.raises(ProblemsError) as caught:
        parse_taxonomy(text, folder=folder)
    assert all(problem.startswith("<text>: ") for problem in caught.value.problems)
    return [problem.removeprefix("<text>: ") for problem in caught.value.problems]


def changed(old: str, new: str) -> str:
    """Return MINE with one part replaced."""
    assert old in MINE
    return MINE.replace(old, new)


# ------------------------------------------------------------------------------------------ reading


def test_a_file_is_read_whole(mine: Taxonomy) -> None:
    """Every entry of a file is in the taxonomy."""
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
    """A default of the file applies to each of its types that does not override it."""
    other = changed('stage = "before"', 'stage = "before"\nclinicality = "clinical"')
    assert "not_applicable" == mine.types["live_chat"].defaults["clinicality"]
    assert "clinical" == parse_taxonomy(other).types["live_chat"].defaults["clinicality"]


def test_the_five_facets_are_always_there() -> None:
    """The five facets come first, directness and clinicality with their terms (B23, B38)."""
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
    """A file may give `direct` another label, and add a language."""
    french = parse_taxonomy(
        'name = "fr"\nlanguages = ["fr"]\nfacets.directness.terms.direct.labels.fr = "En direct"'
    )
    assert "En direct" == french.label("directness", "direct", lang="fr")
    assert "Indirect" == french.label("directness", "indirect", lang="fr")


def test_a_file_with_a_byte_order_mark_is_read(tmp_path: Path) -> None:
    """A byte-order mark at the beginning of a file is ignored."""
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
RESERVED = "touchpoints, graphs or Python use it"
CHANNELS = " (did you mean 'channel' or 'channels'?)"
NOT_KNOWN = "it stands for an unknown term in every facet"
ID_RULE = "use ASCII letters, digits, '_' and '-', dots between parts"


def test_all_mistakes_are_reported_at_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """All mistakes of a file are reported, in its order, with the file and the key (A22)."""
    (tmp_path / "mine.toml").write_text(TEN_MISTAKES, encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    with pytest.raises(ProblemsError) as caught:
        read_taxonomy("mine.toml")

    expected = [
        'mine.toml: version: expected text, found the number 2 (write "2")',
        "mine.toml: langauges: unknown key (did you mean 'languages'?)",
        f"mine.toml: facets.weight: 'weight' is reserved: {RESERVED}",
        "mine.toml: facets.stage.labels: no label in es",
        f"mine.toml: {CHAT}.broader: no channel 'socal' (did you mean 'social.paid'?)",
        f"mine.toml: facets.need.terms.unknown: 'unknown' is reserved: {NOT_KNOWN}",
        "mine.toml: types.chat: a channel has this id, and a channel is not a touchpoint",
        f"mine.toml: types.chat.chanel: unknown key{CHANNELS}",
        "mine.toml: types.live_chat.labels.es: 'Chatear' already names 'chat'",
        "mine.toml: types.live_chat.need: no need 'solve_probelm' (did you mean 'solve_problem'?)",
        f"mine.toml: types.\"(end)\": '(end)' is not an id: {ID_RULE}",
    ]
    assert expected == list(caught.value.problems)
    assert "mine.toml has 11 problems" == caught.value.what
    assert all(f"\n- {problem}" in str(caught.value) for problem in expected)


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ('name = "mine"', "", "name: missing"),
        ('name = "mine"', 'name = " "', "name: the text is empty"),
        ('name = "mine"', 'name = "my words"', "name: 'my words' is not an id"),
        ('["en", "es"]', '"en"', "languages: expected a list of texts, found the text 'en'"),
        ('["en", "es"]', '["en", "es", "en"]', "languages: 'en' is listed twice"),
        ("ordered = true", 'ordered = "yes"', "facets.stage.ordered: expected true or false"),
        ('"social.paid"]', '"social paid"]', "'social paid' is not an id"),
        ('"social.paid"]', '"50%"]', "'50%' is not an id"),
        ('"social.paid"]', '"social..paid"]', "'social..paid' is not an id"),
        ('"social.paid"]', "Chat]", "the id differs from 'chat' only in case"),
        ('["social ads"]', '"social ads"', "aliases.en: expected a list of texts, found the text"),
        ('["social ads"]', '["Chat"]', "aliases.en: 'Chat' already names 'chat'"),
        (
            '["social ads"]',
            "[1.5]",
            'aliases.en: expected text, found the number 1.5 (write "1.5")',
        ),
        ("en = [", "de = [", "aliases.de: unknown key"),
        ('ga4 = "Paid Social"', "ga4 = true", "attributes.ga4: expected text, found true"),
        ('ga4 = "Paid Social"', "ga4 = {}", "attributes.ga4: expected text, found a table"),
        ('"learn"]', '"lern"]', "types.live_chat.needs: no need 'lern' (did you mean 'learn'?)"),
        (
            'need = "solve_problem"',
            'need = ["learn"]',
            "types.live_chat.need: expected one term, found a list (list typical terms in needs)",
        ),
        ('channel = "chat"', "channel = 3", "types.live_chat.channel: expected text"),
        ('channel = "chat"', 'channel = "social"', "types.live_chat.channel: no channel 'social'"),
        ('channel = "chat"', 'context = "x"', "types.live_chat.context: no context 'x'"),
        ('"source"', '"sorce"', "'sorce' is not 'source' or 'inferred' (did you mean 'source'?)"),
        (
            'directness = "direct"',
            "",
            "directness_basis: the type has no directness that this is the basis of",
        ),
        ('directness = "direct"', 'directness = "both"', "directness: no directness 'both'"),
        ('"not_applicable"', '"na"', "defaults.clinicality: no clinicality 'na'"),
        ("clinicality =", "clinical =", "defaults.clinical: unknown key (did you"),
        ("[types.live_chat]", "[types.social]", "types.social: a channel has this id"),
        ("[types.live_chat]", "[types.unknown]", "types.unknown: 'unknown' is reserved"),
        ("[types.live_chat]", '[types."a[b]"]', "'a[b]' is not an id"),
        ("[types.live_chat]", "[types]\nx = 1\n[types.live_chat]", "types.x: expected a table"),
        ('es = "Chat en vivo"', "es = 1", "types.live_chat.labels.es: expected text"),
        (
            'en = "Live chat", es = "Chat en vivo"',
            "",
            "types.live_chat.labels: no label in en and es",
        ),
    ],
)
def test_each_mistake_is_reported_with_its_key(old: str, new: str, expected: str) -> None:
    """One mistake is one problem, with its dotted key and a message that shows the mend."""
    found = problems(changed(old, new))
    assert [True] == [expected in problem for problem in found], found


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ('languages = ["en", "EN"]', "languages: 'EN' is not a language code such as 'en' or 'es'"),
        ("languages = []", "languages: the list is empty"),
        ('facets."my stage".labels.en = "x"', "'my stage' is not a facet name: use lower-case"),
        ('facets.Stage.labels.en = "x"', "facets.Stage: 'Stage' is not a facet name: use lower-"),
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
    """Reserved names and values of another kind are refused."""
    [found] = problems(f'name = "x"\n{line}')
    assert expected in found


def test_terms_of_directness_are_closed() -> None:
    """Directness and clinicality have fixed terms: a further term is refused."""
    text = 'name = "x"\n[facets.directness.terms]\nboth.labels.en = "Both"'
    assert [
        "facets.directness.terms.both: directness cannot have further terms, only direct, indirect"
    ] == problems(text)


def test_broader_terms_must_not_be_circular() -> None:
    """A circle of broader terms is reported once, with its members."""
    text = """
    name = "x"
    [facets.need.terms]
    a = { labels.en = "A", broader = "b" }
    b = { labels.en = "B", broader = "c" }
    c = { labels.en = "C", broader = "a" }
    d = { labels.en = "D", broader = "a" }
    """
    expected = ["facets.need.terms.a.broader: circular reference: a > b > c > a"]
    assert expected == problems(text)


def test_a_name_may_mean_two_things_in_two_languages() -> None:
    """Equal labels, up to case and accents, are a mistake only within one language."""
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
    """Invalid TOML is reported with the line and column at which parsing stopped."""
    assert ["this is not TOML: line 2, column 8: Invalid value"] == problems(
        'name = "x"\ntypes =\n'
    )


def test_endless_nesting_is_a_problem() -> None:
    """A hostile text does not cause a traceback of the parser."""
    assert ["this is nested too deeply"] == problems("x = " + "[" * 100_000)


def test_bytes_that_are_not_utf8_have_a_line(tmp_path: Path) -> None:
    """A file in another encoding than UTF-8 is refused with the number of the first wrong line."""
    path = tmp_path / "latin.toml"
    path.write_bytes('name = "x"\n# caf\xe9\n'.encode("latin-1"))
    with pytest.raises(ProblemsError, match=r"latin\.toml: line 2 is not UTF-8 text"):
        read_taxonomy(path)


def test_a_missing_file_is_a_missing_file(tmp_path: Path) -> None:
    """A missing file raises the built-in FileNotFoundError."""
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


def test_labels_are_required_in_the_languages_of_the_file(folder: Path) -> None:
    """A new entry needs labels in the languages that its own file declares, else in the base's."""
    text = EXTENSION.replace('languages = ["fr"]', 'languages = ["en", "fr"]')
    with pytest.raises(ProblemsError) as caught:
        parse_taxonomy(text, folder=folder)
    assert {
        "<text>: facets.channel.terms.counter.labels: no label in en",
        "<text>: facets.weather.labels: no label in en",
        "<text>: facets.weather.terms.rain.labels: no label in en",
        "<text>: types.bread_tasting.labels: no label in en",
    } == set(caught.value.problems)


def test_an_alias_of_the_base_moves_to_a_new_entry(folder: Path) -> None:
    """An alias of the base becomes the name of a new entry; a label must be overridden first."""
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
    """Paths in `extends` are relative to the file that contains them."""
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
def test_a_new_term_can_be_put_anywhere(folder: Path, lines: str, expected: list[str]) -> None:
    """`after` and `before` set the position of a term: a scale can be extended in its middle."""
    text = f'name = "x"\nextends = "mine.toml"\nlanguages = ["en"]\n[facets.stage.terms]\n{lines}'
    stage = parse_taxonomy(text, folder=folder).facets["stage"]
    assert expected == list(stage.terms)
    assert stage.ordered


@pytest.mark.parametrize(
    ("position", "expected"),
    [
        ('after = "befor"', "x.after: no other stage 'befor' (did you mean 'before'?)"),
        ('before = "x"', "x.before: no other stage 'x'"),
        ('after = "before", before = "after"', "x: give either after or before, not both"),
        ("after = 2", 'x.after: expected text, found the number 2 (write "2")'),
    ],
)
def test_an_impossible_position_is_a_problem(folder: Path, position: str, expected: str) -> None:
    """A term cannot come after itself or after a term that does not exist."""
    text = (
        'name = "x"\nextends = "mine.toml"\nlanguages = ["en"]\n'
        f'facets.stage.terms.x = {{ labels.en = "X", {position} }}'
    )
    [found] = problems_in(text, folder=folder)
    assert f"facets.stage.terms.{expected}" in found


def test_a_circular_extension_is_reported_with_the_chain(folder: Path) -> None:
    """Files that extend each other are listed in their order."""
    (folder / "a.toml").write_text('name = "a"\nextends = "b.toml"\n', encoding="utf-8")
    (folder / "b.toml").write_text('name = "b"\nextends = "a.toml"\n', encoding="utf-8")

    with pytest.raises(ProblemsError) as caught:
        read_taxonomy(folder / "a.toml")
    [problem] = caught.value.problems
    assert problem.endswith("b.toml: extends: circular reference: a.toml > b.toml > a.toml")


@pytest.mark.parametrize(
    ("extends", "expected"),
    [
        ('"custmer"', "extends: no taxonomy 'custmer' (did you mean 'customer'?)"),
        ('"none.toml"', "extends: there is no file"),
        ("3", "extends: expected text, found the number 3"),
    ],
)
def test_an_unreadable_base_is_one_problem(folder: Path, extends: str, expected: str) -> None:
    """Without the base, references to it are not checked; other mistakes of the file are."""
    text = (
        f'name = "x"\nextends = {extends}\ntypes.a = {{ labels.en = "A", stage = "later" }}\nb = 1'
    )
    text = text.replace("\nb = 1", "").replace("types", "b = 1\ntypes")
    with pytest.raises(ProblemsError) as caught:
        parse_taxonomy(text, folder=folder)

    first, second = caught.value.problems
    assert expected in first
    assert second.startswith("<text>: b: unknown key")


def test_a_text_without_folder_extends_names_only() -> None:
    """A relative path needs a file or a folder."""
    [problem] = problems('name = "x"\nextends = "mine.toml"')
    what = "'mine.toml' is a relative path, and this document does not come from a file"
    mend = "parse_taxonomy(text, folder=...) says what it is relative to"
    assert f"extends: {what} ({mend})" == problem


def test_the_problems_of_the_base_are_reported_too(folder: Path) -> None:
    """A faulty base is reported under its own name, together with the file that extends it."""
    (folder / "mine.toml").write_text(changed('"learn"]', '"lern"]'), encoding="utf-8")
    with pytest.raises(ProblemsError) as caught:
        parse_taxonomy('name = "x"\nextends = "mine.toml"\nnmae = "y"', folder=folder)

    first, second = caught.value.problems
    assert "mine.toml: types.live_chat.needs: no need 'lern' (did you mean 'learn'?)" in first
    assert "<text>: nmae: unknown key (did you mean 'name'?)" == second


# ----------------------------------------------------------------------------------- made in Python


def test_a_taxonomy_made_in_python_is_checked_too() -> None:
    """The constructor reports every dangling reference with its dotted key."""
    types = [
        TouchpointType("a", defaults={"channel": "fax", "weather": "rain"}, contexts=["hurry"]),
        TouchpointType("unknown", directness_basis="guessed"),
    ]
    with pytest.raises(ProblemsError) as caught:
        Taxonomy("made", facets=[Facet("type")], types=types)
    assert (
        f"facets.type: 'type' is reserved: {RESERVED}",
        "types.a.channel: no channel 'fax'",
        "types.a: no facet 'weather'",
        "types.a.contexts: no context 'hurry'",
        f"types.unknown: 'unknown' is reserved: {NOT_KNOWN}",
        "types.unknown.directness_basis: 'guessed' is not 'source' or 'inferred'",
    ) == caught.value.problems


def test_items_must_be_kept_under_their_own_id() -> None:
    """A mapping whose keys are not the ids, and two items with one id, are refused."""
    with pytest.raises(ProblemsError, match=r"types\.a: the key 'a' differs from the id 'b'"):
        Taxonomy("made", types={"a": TouchpointType("b")})
    with pytest.raises(InvalidInputError, match="the id 'b' occurs twice"):
        Taxonomy("made", types=[TouchpointType("b"), TouchpointType("b")])


def test_the_default_need_is_a_typical_one() -> None:
    """The default need and context are typical, also where they are not listed as typical."""
    one = TouchpointType("a", defaults={"need": "learn", "context": "unknown"}, needs=["compare"])
    assert ("learn", "compare") == one.needs
    assert () == one.contexts
    assert {"need": "learn"} == one.defaults


def test_typical_terms_come_with_the_default_first() -> None:
    """Needs, contexts and channels can have several typical terms, other facets one."""
    one = TouchpointType(
        "a",
        defaults={"channel": "chat", "stage": "before"},
        needs=["learn", "compare"],
        channels=["phone", "chat"],
    )
    facets = ["channel", "need", "context", "stage", "owner"]
    expected = [("chat", "phone"), ("learn", "compare"), (), ("before",), ()]
    assert expected == [one.typical(facet) for facet in facets]


def test_typical_channels_are_read_and_checked() -> None:
    """A type can list its typical channels; each must exist."""
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
    """Broader terms are followed to any depth, through dots and through `broader`."""
    assert expected is channel.is_within(term, ancestor)


def test_the_broader_terms_come_nearest_first(channel: Facet) -> None:
    """The part of an id before a dot is broader, even where the facet has no such term."""
    assert ("social.paid", "social") == channel.broader("social.paid.video")
    assert () == channel.broader("chat")
    assert "social" == channel.label("social")
    assert "social" not in channel


def test_an_unknown_term_of_the_hierarchy_is_an_error(channel: Facet) -> None:
    """An id that is neither a term nor broader than a term raises, it does not give False."""
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
    """Case, accents and spacing are ignored (B16)."""
    assert "live_chat" == mine.find(phrase, lang=lang).id


def test_the_language_narrows_the_search(mine: Taxonomy) -> None:
    """A Spanish label is not found in English; similar names of the language are proposed."""
    with pytest.raises(NotFoundError, match="no touchpoint type 'chat en vivo'"):
        mine.find("chat en vivo", lang="en")
    with pytest.raises(NotFoundError, match="did you mean .*'Chat en vivo'"):
        mine.find("chat en vibo", lang="es")
    with pytest.raises(NotFoundError, match="no language 'de'"):
        mine.find("chat", lang="de")


def test_an_ambiguous_phrase_lists_what_it_may_mean() -> None:
    """A name of two types, each in a different language, needs the language."""
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
        with pytest.raises(InvalidInputError, match="'mail' is ambiguous.*'letter' or 'message'"):
            search("mail")


def test_lookup_returns_none_for_an_unknown_name(mine: Taxonomy) -> None:
    """`lookup` is `find` with None in place of an error."""
    found = mine.lookup("chat en directo")
    assert found is mine.types["live_chat"]
    assert mine.lookup("call") is None
    with pytest.raises(WrongKindError, match="name of a touchpoint type must be a str, got None"):
        mine.lookup(None)


def test_terms_are_found_by_id_label_and_alias(mine: Taxonomy) -> None:
    """`Facet.find` works like `Taxonomy.find`."""
    assert "social.paid" == mine.facets["channel"].find("Social  Ads").id
    assert mine.facets["channel"].terms["social.paid"] == mine.facets["channel"].lookup(
        "Social Ads"
    )
    assert mine.facets["channel"].lookup("fax") is None
    with pytest.raises(NotFoundError, match="no term of channel 'fax'"):
        mine.facets["channel"].find("fax")


# ------------------------------------------------------------------------------------------- labels


def test_labels_fall_back() -> None:
    """The label in the language, else in English, else the first label, else the id."""
    terms = [
        Term("a", {"es": "A es", "en": "A en"}),
        Term("b", {"es": "B es", "fr": "B fr"}),
        Term("c"),
    ]
    labels = Taxonomy("x", facets=[Facet("need", terms=terms)])

    assert ["A es", "B es", "c"] == [labels.label("need", one, lang="es") for one in "abc"]
    assert ["A en", "B es", "c"] == [labels.label("need", one, lang="de") for one in "abc"]
    assert ["A en", "B es", "c"] == [labels.label("need", one) for one in "abc"]


def test_labels_of_unknown_names_are_an_error(mine: Taxonomy) -> None:
    """The label of an unknown facet, term or type raises, with similar names."""
    assert "Live chat" == mine.label("type", "live_chat")
    with pytest.raises(NotFoundError, match="no touchpoint type 'live_chart'"):
        mine.label("type", "live_chart")
    with pytest.raises(NotFoundError, match="no facet 'stag'.*did you mean 'stage'"):
        mine.label("stag", "before")
    with pytest.raises(NotFoundError, match="no term of stage 'befor'.*did you mean 'before'"):
        mine.label("stage", "befor")


# --------------------------------------------------------------------------------- storage, showing


def test_a_taxonomy_is_stored_and_read_back(mine: Taxonomy, folder: Path) -> None:
    """A dict of plain values, also after JSON, gives an equal taxonomy."""
    deep = Taxonomy(
        "deep",
        facets=[Facet("need", terms=[Term("a.b", broader=""), Term("c", broader="a.b")])],
    )
    bakery = parse_taxonomy(EXTENSION, folder=folder)
    for one in (mine, bakery, deep, load_taxonomy("customer"), Taxonomy("empty")):
        assert one == taxonomy_from_dict(json.loads(json.dumps(one.to_dict())))


def test_a_damaged_dict_is_reported(mine: Taxonomy) -> None:
    """The problems of a damaged dict are reported like those of a file."""
    stored = mine.to_dict()
    stored["types"]["live_chat"]["channel"] = "fax"
    with pytest.raises(ProblemsError, match=r"<dict>: types\.live_chat\.channel: no channel 'fax'"):
        taxonomy_from_dict(stored)
    with pytest.raises(WrongKindError, match="a taxonomy as a dict, not list"):
        taxonomy_from_dict([])


names = st.from_regex(r"[a-z][a-z0-9_]{0,8}", fullmatch=True).filter(lambda name: name != "unknown")
texts = strategies.visible(st.characters(codec="utf-8"))


@st.composite
def taxonomies(draw: st.DrawFn) -> Taxonomy:
    """Draw taxonomies with unambiguous ids and labels."""
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
    """Any taxonomy that is read back is equal."""
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
    """Cached properties are computed again after unpickling."""
    mine.touchpoint("live_chat")
    again = pickle.loads(pickle.dumps(mine))

    assert "live_chat" == again.find("chat en vivo").id
    assert mine.touchpoint("live_chat") == again.touchpoint("live_chat")


def test_the_order_of_terms_matters(mine: Taxonomy) -> None:
    """Taxonomies that list their stages in another order are not equal."""
    stage = mine.facets["stage"]
    turned = attrs.evolve(stage, terms=dict(reversed([*stage.terms.items()])))
    other = attrs.evolve(mine, facets={**mine.facets, "stage": turned})

    assert stage != turned
    assert mine != other
    assert mine == attrs.evolve(mine)


def test_the_repr_is_a_sentence(mine: Taxonomy) -> None:
    """The reprs of a taxonomy and of its parts are short and readable."""
    expected = "Taxonomy 'mine' (version 2): 1 touchpoint type, 6 facets, in en and es"
    assert expected == repr(mine)
    assert "Facet('stage', 2 terms)" == repr(mine.facets["stage"])
    assert "Term('chat', 'Chat')" == repr(mine.facets["channel"].terms["chat"])
    assert "TouchpointType('live_chat', 'Live chat')" == repr(mine.types["live_chat"])


def test_the_html_lists_the_types() -> None:
    """A notebook shows the types in a table; markup in labels is escaped."""
    many = [TouchpointType(f"type_{number}", {"en": f"<b>{number}"}) for number in range(60)]
    shown = Taxonomy("x", types=many)._repr_html_()

    assert "<td>type_0</td><td>&lt;b&gt;0</td>" in shown
    assert "10 more types" in shown
    assert "type_59" not in shown


# ------------------------------------------------------------------------------------------ by name


def test_an_unknown_name_gets_near_ones() -> None:
    """The error for an unknown taxonomy proposes a similar name, or the function for files."""
    assert "customer" in available_taxonomies()
    with pytest.raises(NotFoundError, match="did you mean 'customer'"):
        load_taxonomy("custmer")
    with pytest.raises(NotFoundError, match="read a file with read_taxonomy"):
        load_taxonomy("mine.toml")


def test_importing_taxonomies_is_light() -> None:
    """The TOML parser and the search for plug-ins are imported only when they are needed."""
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
