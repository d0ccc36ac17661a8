"""The public face: every name is there, loaded when first asked for, and typed."""

from __future__ import annotations

import ast
import importlib
import inspect
import os
import pkgutil
import subprocess
import sys
from pathlib import Path
from types import ModuleType

import pytest

import touchpoints as tp
from tests.house_rules import PACKAGE

FACES = [tp, tp.classify, tp.graphs, tp.sources, tp.taxonomy]


def typed_names(face: ModuleType) -> list[tuple[str, str]]:
    """Return the names that type checkers see, and where from: what the stub imports."""
    tree = ast.parse(Path(face.__file__ or "").with_suffix(".pyi").read_text(encoding="utf-8"))
    assert all(isinstance(node, ast.ImportFrom) for node in tree.body)
    return [(node.module, one.asname) for node in tree.body for one in node.names]


@pytest.mark.parametrize(
    ("face", "name"), [(face, name) for face in FACES for name in face.__all__]
)
def test_every_name_of_the_public_face_is_there(face: ModuleType, name: str) -> None:
    """A name that is listed can be had, and `dir` shows it."""
    assert getattr(face, name) is getattr(face, name)
    assert name in dir(face)


@pytest.mark.parametrize("face", FACES)
def test_type_checkers_and_python_see_the_same_names(face: ModuleType) -> None:
    """What is imported lazily is what is declared, from the same place."""
    assert sorted(face.__all__) == sorted(name for _, name in typed_names(face))
    for home, name in typed_names(face):
        assert getattr(face, name) is getattr(importlib.import_module(home), name)


@pytest.mark.parametrize("face", FACES)
def test_an_unknown_name_is_an_attribute_error(face: ModuleType) -> None:
    """`hasattr` and tab completion rely on it."""
    assert not hasattr(face, "no_such_name")
    with pytest.raises(AttributeError, match=f"module '{face.__name__}' has no attribute 'no_"):
        face.no_such_name  # noqa: B018


@pytest.mark.parametrize("face", FACES)
def test_a_function_is_never_taken_for_the_module_it_lives_in(face: ModuleType) -> None:
    """No function of a lazy face shares its name with a module beside it, which would hide it."""
    modules = {found.name for found in pkgutil.iter_modules(face.__path__)}
    functions = {name for name in face.__all__ if not inspect.ismodule(getattr(face, name))}

    assert not functions & modules
    assert sys.modules[face.__name__] is face


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
