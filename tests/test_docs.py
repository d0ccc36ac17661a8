"""The documentation says what the code does, and its examples are really run."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from sybil import Sybil
from sybil.parsers.markdown import PythonCodeBlockParser

import touchpoints
from tests.house_rules import ROOT

DOCS = ROOT / "docs"

# At least so many examples a page: a fence with a misspelt language is skipped in silence.
EXAMPLES = {
    "README.md": 1,
    "docs/index.md": 1,
    "docs/tutorial.md": 8,
    "docs/es/tutorial.md": 7,
    "docs/gallery.md": 1,
    "docs/privacy.md": 2,
    "docs/sources/databases.md": 3,
    "docs/sources/files.md": 7,
    "docs/questions/drivers.md": 3,
    "docs/questions/promise.md": 3,
    "docs/questions/scorecard.md": 2,
    "docs/questions/scores.md": 4,
    "docs/questions/service.md": 3,
    "docs/ten-minutes.md": 15,
    "docs/why.md": 2,
    "docs/data-model.md": 5,
    "docs/graph-schema.md": 5,
    "docs/dataframes.md": 6,
    "docs/scale.md": 5,
    "docs/sources/index.md": 3,
    "docs/sources/web.md": 8,
    "docs/sources/service.md": 9,
    "docs/sources/fhir.md": 4,
    "docs/sources/logs.md": 6,
    "docs/improve.md": 6,
    "docs/languages.md": 4,
    "docs/taxonomy.md": 3,
    "docs/classifiers.md": 2,
    "docs/rules.md": 9,
    "docs/plugins.md": 2,
    "docs/patterns.md": 3,
    "docs/arrival-channels.md": 2,
    "docs/banking77.md": 1,
    "docs/clinical.md": 1,
    "docs/uncertainty.md": 1,
    "docs/questions/by-group.md": 3,
    "docs/questions/compare.md": 2,
    "docs/questions/customer-and-business-view.md": 3,
    "docs/questions/decisions.md": 4,
    "docs/questions/deterrence.md": 3,
    "docs/questions/direct-indirect.md": 4,
    "docs/questions/follow-up.md": 4,
    "docs/questions/frequencies.md": 5,
    "docs/questions/funnels.md": 1,
    "docs/questions/granularity.md": 3,
    "docs/questions/markov-order.md": 4,
    "docs/questions/needs.md": 4,
    "docs/questions/order-of-ties.md": 1,
    "docs/questions/plan.md": 4,
    "docs/questions/predict.md": 6,
    "docs/questions/resources.md": 6,
    "docs/questions/retention.md": 1,
    "docs/questions/routes.md": 4,
    "docs/questions/sequences.md": 1,
    "docs/questions/sources-disagree.md": 2,
    "docs/questions/stages.md": 2,
    "docs/questions/steps.md": 1,
    "docs/questions/time.md": 5,
    "docs/questions/what-channels-lose.md": 2,
}
FENCE = re.compile(r"^```([^\n]*)\n", re.MULTILINE)
LANGUAGES = {"python", "bash", "text", "toml", "mermaid", "json", "csv", ""}


def pages() -> list[Path]:
    """Return README.md and every page."""
    return [ROOT / "README.md", *sorted(DOCS.rglob("*.md"))]


def name_of(page: Path) -> str:
    """Return the path of a page below the project."""
    return page.relative_to(ROOT).as_posix()


@pytest.mark.parametrize("page", EXAMPLES)
def test_a_page_has_its_examples(page: str) -> None:
    """No page lost the examples that are run."""
    found = list(examples(ROOT / page))
    assert EXAMPLES[page] <= len(found)


@pytest.mark.parametrize("page", pages(), ids=name_of)
def test_a_fence_names_a_language_that_is_known(page: Path) -> None:
    """A fence says `python` and is run, or another known language; `py` or `Python` is a slip."""
    opened = FENCE.findall(page.read_text(encoding="utf-8"))[::2]
    assert set() == {language for language in opened if language not in LANGUAGES}


def examples(page: Path) -> list[object]:
    """Return the Python examples of a page."""
    return list(Sybil([PythonCodeBlockParser()]).parse(page).examples())


def test_the_examples_of_the_readme_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What README.md shows works as shown; pages below docs/ are collected by pytest itself."""
    monkeypatch.chdir(tmp_path)  # what it writes
    for example in Sybil([PythonCodeBlockParser()]).parse(ROOT / "README.md").examples():
        example.evaluate()


def test_every_export_is_in_the_reference() -> None:
    """The reference page shows every function and class of the public face."""
    shown = set(re.findall(r"^::: touchpoints\.(\w+)", reference(), re.MULTILINE))
    listed = {name for name in getattr(touchpoints, "__all__", ()) if not is_subpackage(name)}
    assert set() == listed - shown


def is_subpackage(name: str) -> bool:
    """Tell whether an export is a module, which the reference shows by its members."""
    home = ROOT / "src" / "touchpoints" / name
    return home.is_dir() or home.with_suffix(".py").exists()


def reference() -> str:
    """Return the text of the reference page."""
    return (DOCS / "reference.md").read_text(encoding="utf-8")


def test_every_page_is_in_the_menu() -> None:
    """A page that mkdocs.yml does not list is found by nobody."""
    menu = (ROOT / "mkdocs.yml").read_text(encoding="utf-8")
    assert [] == [
        page for page in DOCS.rglob("*.md") if f": {page.relative_to(DOCS).as_posix()}" not in menu
    ]


def test_the_table_of_columns_names_every_column() -> None:
    """docs/data-model.md lists each column of Journeys, and each is a column."""
    text = (DOCS / "data-model.md").read_text(encoding="utf-8")
    fields = {field.name for field in touchpoints.Journeys.__attrs_attrs__}
    named = set(re.findall(r"`(\w+)(?:\[name\]|\.\w+)?`", text))
    assert set() == fields - named


def test_the_words_are_sorted_out() -> None:
    """The glossary has one row a word, and none twice."""
    words = re.findall(
        r"^\| \*\*([^*]+)\*\*", (DOCS / "glossary.md").read_text(encoding="utf-8"), re.MULTILINE
    )
    assert sorted(set(words)) == sorted(words)
    assert {"touchpoint", "journey", "outcome", "lens"} <= set(words)
