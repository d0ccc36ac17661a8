"""The public face: every name is there, loaded when first asked for, and typed."""

from __future__ import annotations

import ast
import os
import subprocess
import sys
from pathlib import Path

import pytest

import touchpoints as tp
from tests.house_rules import PACKAGE


def typed_names() -> set[str]:
    """Return the names that type checkers see: those imported under TYPE_CHECKING."""
    tree = ast.parse((Path(PACKAGE) / "__init__.py").read_text(encoding="utf-8"))
    block = next(node for node in tree.body if isinstance(node, ast.If))
    return {alias.name for node in block.body for alias in getattr(node, "names", ())}


@pytest.mark.parametrize("name", tp.__all__)
def test_every_name_of_the_public_face_is_there(name: str) -> None:
    """A name that is listed can be had, and `dir` shows it."""
    assert getattr(tp, name) is getattr(tp, name)
    assert name in dir(tp)


def test_type_checkers_and_python_see_the_same_names() -> None:
    """What is imported lazily is what is declared."""
    assert set(tp.__all__) == typed_names()


def test_an_unknown_name_is_an_attribute_error() -> None:
    """`hasattr` and tab completion rely on it."""
    assert not hasattr(tp, "no_such_name")


def test_a_function_is_never_taken_for_the_module_it_lives_in() -> None:
    """No function of the public face shares its name with a module, which would hide it."""
    modules = {path.stem for path in Path(PACKAGE).glob("*.py")}

    assert not {name for name in tp.__all__ if name in modules} - {"datasets", "errors", "testing"}
    assert sys.modules["touchpoints"] is tp


def test_the_daily_calls_need_no_heavy_package() -> None:
    """Reading columns, cutting and drawing a graph load neither scipy nor a dataframe library."""
    code = (
        "import sys, touchpoints as tp\n"
        "rows = [{'id': 1, 't': '2026-01-01', 'w': 'a'}, {'id': 1, 't': '2026-01-02', 'w': 'b'}]\n"
        "log = tp.from_records(rows, journey='id', time='t', touchpoint='w')\n"
        "tp.transition_graph(tp.until(log, 'b', outcome='won'))\n"
        "print(*sorted({'scipy', 'narwhals', 'pandas', 'polars', 'sklearn'} & set(sys.modules)))\n"
    )
    environment = {**os.environ, "PYTHONPATH": str(PACKAGE.parent)}
    answer = subprocess.run(
        [sys.executable, "-c", code], env=environment, capture_output=True, text=True, check=True
    )

    assert answer.stdout.split() == []


@pytest.mark.parametrize(
    "name",
    [
        "errors.InvalidInputError",
        "graphs.Problem",
        "uncertainty.Interval",
        "taxonomy.parse_taxonomy",
        "classify.rules",
        "compare.pair",
        "datasets.shop",
        "paths.gaps",
    ],
)
def test_a_module_of_the_public_face_needs_no_import_of_its_own(name: str) -> None:
    """`import touchpoints as tp` is enough for what the documentation calls tp.errors and so on."""
    code = f"import touchpoints as tp; print(tp.{name}.__module__)"
    environment = {**os.environ, "PYTHONPATH": str(PACKAGE.parent)}
    answer = subprocess.run(
        [sys.executable, "-c", code], env=environment, capture_output=True, text=True, check=True
    )

    assert answer.stdout.startswith(f"touchpoints.{name.partition('.')[0]}")
