"""Every function and class that a docstring or a page names is there."""

from __future__ import annotations

import ast
import builtins
import importlib
import inspect
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import networkx as nx
import numpy as np
import pytest

import touchpoints as tp
from tests.house_rules import PACKAGE, ROOT, source_modules

# `name` and `Class.method` between single backticks of a docstring refer to something of ours.
REFERENCE = re.compile(r"(?<!`)`([A-Za-z_][\w.]*)(?:\([^`]*\))?`(?!`)")
# tp.x.y and touchpoints.x.y, between backticks of any number.
QUALIFIED = re.compile(r"(?<![\w./@-])(?:tp|touchpoints)((?:\.[A-Za-z_]\w*)+)")
QUOTED = re.compile(r"``[^`]*``|`[^`]*`")
# `name(…)` of a page is a call of ours, if the name is no variable's method.
CALLED = re.compile(r"(?<!`)`([A-Za-z_]\w+)\([^`]*`(?!`)")
FENCED = re.compile(r"^```.*?^```", re.MULTILINE | re.DOTALL)
# What looks like a name of ours and is none: groups of entry points, the table of a plan's file.
OTHERS = {"classifiers", "taxonomies", "NAME"}


def has(holder: Any, path: str) -> bool:
    """Tell whether attributes, or submodules, lead from an object along a dotted path."""
    for name in path.split("."):
        if not hasattr(holder, name) and inspect.ismodule(holder):
            try:
                holder = importlib.import_module(f"{holder.__name__}.{name}")
            except ImportError:
                return False
            continue
        if not hasattr(holder, name):
            return False
        holder = getattr(holder, name)
    return True


@cache
def public_holders() -> tuple[Any, ...]:
    """Return where a public name may be found: the modules of the public face, and builtins."""
    modules = [getattr(tp, name) for name in tp.__all__ if inspect.ismodule(getattr(tp, name))]
    return (tp, *modules, builtins)


@cache
def public_classes() -> tuple[type, ...]:
    """Return every class of the public face, whose methods a page may name alone."""
    found = [getattr(one, name) for one in public_holders() for name in getattr(one, "__all__", ())]
    return tuple(one for one in found if isinstance(one, type))


def documented(tree: ast.Module, module: Any) -> Iterator[tuple[str, str, tuple[Any, ...]]]:
    """Yield the name, the docstring and the classes around each thing of a module."""

    def walk(node: Any, name: str, around: tuple[Any, ...]) -> Iterator[Any]:
        text = ast.get_docstring(node)
        if isinstance(node, ast.ClassDef) and hasattr(around[0], node.name):
            around = (getattr(around[0], node.name), *around)
        if text:
            yield name, text, around
        for child in node.body:
            if isinstance(child, (ast.ClassDef, ast.FunctionDef)):
                yield from walk(child, f"{name}.{child.name}", around)

    yield from walk(tree, module.__name__, (module,))


def lost_in(text: str, holders: tuple[Any, ...]) -> list[str]:
    """Return the names in a docstring that lead nowhere."""
    lost = [f"tp{path}" for path in qualified(text) if not has(tp, path[1:])]
    for name in REFERENCE.findall(text):
        inner = name.removeprefix("tp.").removeprefix("touchpoints.")
        foreign = name.startswith(("networkx.", "numpy."))
        outer = {"networkx": nx, "numpy": np}.get(name.partition(".")[0])
        found = (
            has(outer, name.partition(".")[2])
            if foreign
            else any(has(one, inner) for one in (*holders, *public_holders()))
        )
        if not found:
            lost.append(name)
    return lost


def qualified(text: str) -> list[str]:
    """Return what follows tp or touchpoints in the quoted parts of a text."""
    paths = [path for quote in QUOTED.findall(text) for path in QUALIFIED.findall(quote)]
    return [path for path in paths if path.split(".")[1] not in OTHERS]


@pytest.mark.parametrize("source", source_modules(), ids=lambda one: one.path)
def test_a_docstring_names_what_is_there(source: Any) -> None:
    """A reference leads to an attribute of its class, of its module or of the public face."""
    dotted = Path(source.path).with_suffix("").as_posix().replace("/", ".")
    module = importlib.import_module(f"{PACKAGE.name}.{dotted}".removesuffix(".__init__"))

    lost = [
        f"{name}: {one}"
        for name, text, around in documented(source.tree, module)
        for one in lost_in(text, around)
    ]

    assert lost == []


@pytest.mark.parametrize(
    "page", [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))], ids=lambda one: one.stem
)
def test_a_page_names_what_is_there(page: Path) -> None:
    """What is written as tp.x or as a call of ours between backticks leads to something."""
    text = FENCED.sub("", page.read_text(encoding="utf-8"))
    lost = [f"tp{path}" for path in qualified(text) if not has(tp, path[1:])]
    lost += [
        name
        for name in CALLED.findall(text)
        if not any(has(one, name) for one in (*public_holders(), *public_classes()))
    ]

    assert lost == []


@pytest.mark.parametrize(
    "text",
    [
        "See `no_such_name`.",
        "See `tp.no_such_name`.",
        "See `Journeys.no_such_name`.",
        "``tp.no``",
        "`touchpoints.paths.no_such_name(journeys)` does.",
        "`networkx.no_such_graph`",
    ],
)
def test_a_name_that_is_not_there_is_found(text: str) -> None:
    """Each form of a reference can fail."""
    assert lost_in(text, ())


@pytest.mark.parametrize(
    "text",
    [
        "See `tp.until` and `Journeys.pipe`.",
        "``tp.paths.gaps(log)``",
        "`networkx.DiGraph`",
        "`touchpoints.taxonomy.Taxonomy.find`",
        "`ValueError`",
        "``no_reference``",
    ],
)
def test_a_name_that_is_there_passes(text: str) -> None:
    """Qualified or bare, of a class or of a module."""
    assert lost_in(text, ()) == []
