"""TOML that no one would write, in every reader: an error of this library, and soon."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import touchpoints as tp
from touchpoints import classify
from touchpoints._core import documents
from touchpoints.errors import ProblemsError
from touchpoints.taxonomy import parse_taxonomy

READERS = [
    tp.read_taxonomy,
    tp.read_plan,
    classify.rules,
    classify.keywords,
    classify.load_source_categories,
]
HOSTILE = {
    "a key of many parts": ("a." * 20_000 + "a = 1", "line 1: a key has more than 100 parts"),
    "a table of many parts": ("\n[" + "a . " * 200 + "a]", "line 2: a key has more than 100 parts"),
    "a quoted key of many parts": (
        "x = {" + '"a\\".".\'b.\'.' * 60 + "a = 1}",
        "line 1: a key has more than 100 parts",
    ),
    "a long number": ("a = " + "9" * 5_000, "a value cannot be read"),
    "deep lists": ("a = " + "[" * 100_000, "nested too deeply"),
    "deep tables": ("a = " + "{a = " * 10_000, "nested too deeply"),
    "much of nothing": (
        "#" + "a" * documents.MOST_CHARACTERS,
        "characters, more than the 16,777,216 allowed",
    ),
}


@pytest.mark.parametrize("reader", READERS)
@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_toml_is_soon_refused(
    reader: Callable[..., Any], name: str, tmp_path: Path
) -> None:
    """The error names the file, and the line if known; it is never the parser's own error."""
    text, problem = HOSTILE[name]
    path = tmp_path / "hostile.toml"
    path.write_text(text, encoding="utf-8")
    began = time.perf_counter()
    with pytest.raises(ProblemsError, match=f"hostile.toml: .*{problem}"):
        reader(path)
    assert 5 > time.perf_counter() - began


@pytest.mark.parametrize(
    "text",
    ["x." * 99 + "x = 1", "[" + "x." * 99 + "x]", f"x = '{'x.' * 500}x'", f"#{'x.' * 500}x\nx = 1"],
)
def test_long_keys_and_dotted_texts_are_read(text: str) -> None:
    """A key of a hundred parts is read; a text or a comment may hold any number of dots."""
    with pytest.raises(ProblemsError) as caught:
        parse_taxonomy('name = "a"\n' + text)
    assert ["<text>: x: unknown key"] == [
        problem.partition(" (")[0] for problem in caught.value.problems
    ]


@pytest.mark.parametrize(
    "piece", ["a", "a.", "a . ", '"', "'", "\\", '"\\a', "a.=", " ", "-.", "]"]
)
def test_looking_for_long_keys_takes_time_in_proportion(piece: str) -> None:
    """A megabyte of any repeated piece is searched in less than two seconds."""
    began = time.perf_counter()
    list(documents._LONG_KEY.finditer("#" + piece * (1_000_000 // len(piece))))
    assert 2 > time.perf_counter() - began
