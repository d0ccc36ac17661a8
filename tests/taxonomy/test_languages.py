"""Further languages: labels in a file of their own, read when asked for, and names that clash."""

from __future__ import annotations

import ast
from functools import cache
from pathlib import Path

import pytest

import touchpoints as tp
from touchpoints._core.languages import built_in_languages
from touchpoints.errors import InvalidInputError, NotFoundError, ProblemsError, WrongKindError
from touchpoints.taxonomy import Taxonomy, load_taxonomy, parse_taxonomy, read_taxonomy

BOTH = pytest.mark.parametrize("name", ["customer", "patient"])
SRC = Path(tp.__file__).parent

FRENCH = """
name = "customer"
extends = "customer"
languages = ["fr"]

[facets.need.terms]
save_money.labels.fr = "Économiser"

[types]
purchase.labels.fr = "Achat"
purchase.aliases.fr = ["commande"]
live_chat.labels.fr = "Chat en direct"
"""


@cache
def portuguese(name: str) -> Taxonomy:
    """A built-in taxonomy with its Portuguese labels."""
    return load_taxonomy(name, languages=["pt"])


# --------------------------------------------------------------------------- the third language


@BOTH
def test_every_label_is_there_in_portuguese(name: str) -> None:
    """Each facet, term and type has a label in all three languages."""
    found = portuguese(name)
    assert ("en", "es", "pt") == found.languages
    for facet in found.facets.values():
        assert {"en", "es", "pt"} == set(facet.labels), facet.id
        for term in facet.terms.values():
            assert {"en", "es", "pt"} == set(term.labels), term.id
    for one in found.types.values():
        assert {"en", "es", "pt"} == set(one.labels), one.id


@BOTH
def test_a_language_changes_nothing_else(name: str) -> None:
    """Keys, defaults, English and Spanish stay; without the language it is not read."""
    plain, found = load_taxonomy(name), portuguese(name)
    assert ("en", "es") == plain.languages
    assert (plain.name, plain.version) == (found.name, found.version)
    assert list(plain.types) == list(found.types)
    assert plain.crosswalks == found.crosswalks
    for key, one in plain.types.items():
        same = found.types[key]
        assert (one.defaults, one.attributes) == (same.defaults, same.attributes)
        assert one.aliases == {lang: same.aliases[lang] for lang in one.aliases}
        assert found.touchpoint(key).key == plain.touchpoint(key).key
    assert found is load_taxonomy(name, languages=["pt"])
    assert plain is load_taxonomy(name, languages=["es", "en"])


@BOTH
def test_labels_in_portuguese_are_found_and_shown(name: str) -> None:
    """By `find`, in labels of touchpoints and in graphs; definitions are the only gap."""
    found = portuguese(name)
    for one in found.types.values():
        assert one is found.find(one.labels["pt"], lang="pt")
    chat = found.touchpoint("live_chat", channel="app")
    assert "Chat ao vivo [Aplicativo móvel]" == chat.label(taxonomy=found, lang="pt")
    assert "Economizar dinheiro" == found.label("need", "save_money", lang="pt")
    assert "Desconhecido" == found.label("need", "unknown", lang="pt")
    need = found.facets["need"]
    assert "save_money" == need.find("a necessidade de economizar dinheiro", lang="pt").id
    assert "product_return" == found.find("as devoluções", lang="pt").id
    tp.testing.check_taxonomy(found, ignore=["TP008"])
    gaps = {row["what"] for row in tp.lint(found, ignore=["TP007"]).to_dicts()}
    assert gaps
    assert all(one.split(":")[0].endswith("no definition in pt") for one in gaps)


def test_a_graph_has_labels_in_portuguese() -> None:
    """The labels of nodes and of the start and end come from files too."""
    log = {"who": ["ana", "ana"], "when": ["2026-03-02", "2026-03-03"], "what": ["busca", "Compra"]}
    journeys = tp.from_columns(
        log, journey="who", time="when", touchpoint="what", taxonomy=portuguese("customer")
    )
    graph = tp.transition_graph(journeys, lang="pt")
    labels = [
        graph.nodes[node]["label"] for node in ("(start)", "site_search", "purchase", "(end)")
    ]
    assert ["início", "Busca dentro do site", "Compra", "fim"] == labels


# ---------------------------------------------------------------------------- one's own language


def test_a_team_adds_a_language_with_a_file(tmp_path: Path) -> None:
    """A file like the built-in one; what it does not translate is shown in English."""
    path = tmp_path / "customer.fr.toml"
    path.write_text(FRENCH, encoding="utf-8")
    found = read_taxonomy(path)
    assert ("en", "es", "fr") == found.languages
    assert "Achat" == found.label("type", "purchase", lang="fr")
    assert "purchase" == found.find("commande", lang="fr").id
    assert "Reading reviews" == found.label("type", "review_read", lang="fr")


def test_an_extension_gets_the_labels_of_its_languages() -> None:
    """A taxonomy that lists a built-in language inherits the labels of its base in it."""
    bakery = parse_taxonomy(
        """
        name = "padaria"
        extends = "patient"
        languages = ["pt"]
        types.bread_tasting.labels.pt = "Provar o pão"
        """
    )
    assert ("en", "es", "pt") == bakery.languages
    assert "Compra" == bakery.label("type", "purchase", lang="pt")
    assert "Triagem" == bakery.label("type", "pt_triage", lang="pt")
    assert "bread_tasting" == bakery.find("provar pão", lang="pt").id


def test_an_unknown_language_says_how_to_add_it() -> None:
    """The error names the file to write; a text is not a list of codes."""
    with pytest.raises(NotFoundError, match="no language of customer 'fr'") as caught:
        load_taxonomy("customer", languages=["fr"])
    assert 'a file with extends = "customer", languages = ["fr"]' in caught.value.mend
    with pytest.raises(NotFoundError, match="did you mean 'pt'"):
        load_taxonomy("patient", languages=["pt", "ptt"])
    with pytest.raises(WrongKindError, match="languages must be a sequence of texts"):
        load_taxonomy("customer", languages="pt")


def test_files_of_languages_are_no_taxonomies() -> None:
    """Labels are not listed among the taxonomies, and cannot be loaded as one."""
    assert ["customer", "patient"] == [
        one for one in tp.available_taxonomies() if one.startswith(("customer", "patient"))
    ]
    with pytest.raises(NotFoundError):
        load_taxonomy("customer.pt")


# --------------------------------------------------------------------------------------- clashes


def test_a_name_of_two_entries_in_two_languages_is_a_finding() -> None:
    """`find` needs the language then, and the linter says so where the second name stands."""
    mine = parse_taxonomy(
        """
        name = "mine"
        languages = ["en", "de"]
        types.present.labels = { en = "Gift", de = "Geschenk" }
        types.poison.labels = { en = "Poison", de = "Gift" }
        """
    )
    found = [row for row in tp.lint(mine).to_dicts() if row["code"] == "TP010"]
    assert [("types.poison.labels.de", "warning")] == [
        (row["where"], row["severity"]) for row in found
    ]
    assert "'Gift' (de) is already a name of 'present' (en)" in found[0]["what"]
    assert ["present", "poison"] == [mine.find("Gift", lang=lang).id for lang in ("en", "de")]
    with pytest.raises(InvalidInputError, match="'Gift' is ambiguous: .* 'present' or 'poison'"):
        mine.find("Gift")


def test_two_forms_of_one_name_are_a_finding() -> None:
    """Names that differ in an article or a plural only, of two entries, in one language."""
    mine = parse_taxonomy(
        """
        name = "mine"
        types.one.labels.en = "The visit"
        types.many.labels.en = "Visits"
        """
    )
    [found] = [row for row in tp.lint(mine).to_dicts() if row["code"] == "TP010"]
    assert "types.many.labels.en" == found["where"]
    assert "'Visits' differs from 'The visit', a name of 'one'" in found["what"]


# ------------------------------------------------------------------- nothing in code knows them


def test_no_module_of_the_taxonomy_lists_languages() -> None:
    """Codes of languages other than the fallback, English, are nowhere in the code."""
    codes = {*built_in_languages()} - {"en"}
    for room in ("_core", "taxonomy", "graphs", "journeys"):
        for path in (SRC / room).rglob("*.py"):
            tree = ast.parse(path.read_text(encoding="utf-8"))
            texts = {one.value for one in ast.walk(tree) if isinstance(one, ast.Constant)}
            assert set() == codes & {text for text in texts if isinstance(text, str)}, path.name


@pytest.mark.parametrize(
    ("lines", "message"),
    [
        ('types.purchse.labels.fr = "Achat"', "types.purchse: not in the taxonomy 'customer'"),
        (
            'types.purchse.labels.fr = "Achat"',
            "did you mean 'purchase'? a new entry has a label in",
        ),
        ('facets.need.terms.save_mony.labels.fr = "Économiser"', "did you mean 'save_money'?"),
    ],
)
def test_a_misspelt_id_in_a_translation_is_no_new_entry(lines: str, message: str) -> None:
    """An entry with labels in further languages only translates one of the base."""
    text = f'name = "mine"\nextends = "customer"\nlanguages = ["fr"]\n{lines}'
    with pytest.raises(ProblemsError) as caught:
        tp.taxonomy.parse_taxonomy(text)
    assert message in "\n".join(caught.value.problems)


def test_a_new_entry_near_to_another_is_one_by_what_it_has() -> None:
    """A default term, or a label in the main language of the base, says that it is new."""
    head = 'name = "mine"\nextends = "customer"\nlanguages = ["fr"]\n'
    own = tp.taxonomy.parse_taxonomy(
        f'{head}types.purchases.labels.fr = "Achats"\ntypes.purchases.need = "acquire"\n'
    )
    both = tp.taxonomy.parse_taxonomy(f'{head}types.purchases.labels = {{ fr = "x", en = "y" }}')
    assert "purchases" in own.types
    assert "purchases" in both.types
