"""The gallery: every figure has an example and a caption, and pages show examples that exist."""

from __future__ import annotations

import importlib.util
import json
import re
import sys
from pathlib import Path
from types import ModuleType

import pytest

import touchpoints as tp
from tests.house_rules import ROOT

DOCS = ROOT / "docs"
README = (ROOT / "README.md").read_text(encoding="utf-8")
# Not a picture of one record: what writes pages and files.
NO_FIGURE = {"report", "to_svg"}
MARK = re.compile(r"^<!-- figure: (\w+) -->$", re.MULTILINE)


@pytest.fixture(scope="module")
def gallery() -> ModuleType:
    """The hook that makes the figures of the pages."""
    found = importlib.util.spec_from_file_location("docs_figures", DOCS / "figures.py")
    assert found is not None
    assert found.loader is not None
    module = importlib.util.module_from_spec(found)
    sys.modules[found.name] = module
    found.loader.exec_module(module)
    return module


def test_every_figure_has_an_example(gallery: ModuleType) -> None:
    """There is an example of each function that draws, and of nothing else."""
    assert sorted(set(tp.plot.__all__) - NO_FIGURE) == gallery.names()


@pytest.mark.parametrize("name", sorted(set(tp.plot.__all__) - NO_FIGURE))
def test_an_example_draws(gallery: ModuleType, name: str) -> None:
    """An example draws in both languages, light and dark, wide and narrow, and has a caption."""
    for lang, dark, width in (("en", False, 760), ("es", True, 340)):
        figure = gallery.example(name).figure(lang=lang, dark=dark, width=width)
        assert width == figure.layout.width
        json.loads(figure.to_json())
    assert gallery.caption(name).endswith(".")
    assert 30 < len(gallery.caption(name)) < 600


def test_a_page_of_a_question_shows_its_figure(gallery: ModuleType) -> None:
    """Pages name examples that exist; most pages of questions have one."""
    pages = sorted((DOCS / "questions").glob("*.md"))
    shown = {page.stem: MARK.findall(page.read_text(encoding="utf-8")) for page in pages}
    named = {name for found in shown.values() for name in found}
    assert set() == named - set(gallery.names())
    without = {stem for stem, found in shown.items() if not found}
    # Handovers and predictions are drawn with the tools that the pages name.
    own = {"resources", "predict"}
    assert without <= {"markov-order", "sources-disagree", "by-group", "order-of-ties", *own}


def test_a_figure_is_embedded_as_data(gallery: ModuleType) -> None:
    """What is embedded ends no script, and the mark of a page is replaced by it."""

    class Page:
        url = "questions/funnels/"

    found = gallery.on_page_markdown("# Title\n\n<!-- figure: funnel -->\n\ntext", Page())
    assert found.startswith('# Title\n\n<div class="tp-figure" role="img"')
    assert '<script src="../../assets/plotly.min.js">' in found
    data = re.search(r'application/json">(.*?)</script>', found)[1]  # type: ignore[index]
    assert {"wide", "narrow"} == set(json.loads(data))
    assert "plain" == gallery.on_page_markdown("plain", Page())


def test_the_pictures_of_the_readme_are_what_its_script_writes(tmp_path: Path) -> None:
    """The journey maps in `docs/images` come from the script beside them, and are small."""
    path = DOCS / "images" / "journey_map.py"
    found = importlib.util.spec_from_file_location("docs_journey_map", path)
    assert found is not None
    assert found.loader is not None
    script = importlib.util.module_from_spec(found)
    found.loader.exec_module(script)
    for written in script.write(tmp_path):
        kept = (DOCS / "images" / written.name).read_text(encoding="utf-8")
        assert kept == written.read_text(encoding="utf-8")
        assert len(kept) < 100_000
        assert f"docs/images/{written.name}" in README or written.name.endswith("_es.svg")
