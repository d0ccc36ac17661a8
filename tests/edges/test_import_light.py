"""Importing the package loads little and touches nothing."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.house_rules import PACKAGE

# Runs in a separate interpreter. The three libraries the package is built on come first, so that
# what they do at import (networkx looks for backends among the entry points) is not counted.
WATCH = """
import importlib, json, os, sys
import attrs, networkx, numpy

name = sys.argv[1]
known = set(sys.modules)
before = dict(os.environ)
seen = []

def watch(event, details):
    if event == "open":
        seen.append(f"open {details[0]}")
    elif event.split(".")[0] in {"socket", "subprocess", "urllib", "http", "ctypes", "shutil"}:
        seen.append(event)
    elif event in {"os.system", "os.putenv", "os.unsetenv", "os.mkdir", "os.remove", "os.rename"}:
        seen.append(event)

sys.addaudithook(watch)
importlib.import_module(name)
exec(sys.argv[2])
print(json.dumps({
    "modules": sorted(module for module in sys.modules if module.partition(".")[0] == name),
    "touched": seen[:],
    "loaded": sorted({module.partition(".")[0] for module in set(sys.modules) - known}),
    "stdlib": sorted(sys.stdlib_module_names),
    "environment": dict(os.environ) == before,
}))
"""
ALLOWED = {"attr", "attrs", "networkx", "numpy"}


def watched_import(name: str, folder: Path, *, then: str = "") -> dict[str, list[str]]:
    """Import a package in a fresh interpreter; return what it loaded and what it touched."""
    answer = subprocess.run(
        [sys.executable, "-B", "-c", WATCH, name, then],
        env={**os.environ, "PYTHONPATH": str(folder)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert 0 == answer.returncode, answer.stderr
    seen = json.loads(answer.stdout)
    foreign = set(seen["loaded"]) - set(seen["stdlib"]) - ALLOWED - {name}
    # Python itself opens the modules it imports.
    touched = [event for event in seen["touched"] if not event.endswith((".py", ".pyc", ".so"))]
    if not seen["environment"]:
        touched.append("the environment")
    return {"loaded": sorted(foreign), "touched": touched, "modules": seen["modules"]}


def test_import_loads_nothing_heavy_and_touches_nothing() -> None:
    """`import touchpoints` loads attrs, networkx and numpy, and opens, asks and changes nothing.

    scipy, narwhals, pandas, polars and every other package wait until something needs them; no file
    but the modules themselves is opened, no entry point listed, no connection made.
    """
    seen = watched_import("touchpoints", PACKAGE.parent)
    few = ["touchpoints", "touchpoints._core", "touchpoints._core.lazy"]
    assert {"loaded": [], "touched": [], "modules": few} == seen


READ_A_LOG = """
log = {"id": [1, 1, 2], "day": ["2026-01-01", "2026-01-02", "2026-01-02"], "do": list("aba")}
touchpoints = sys.modules["touchpoints"]
touchpoints.from_columns(log, journey="id", time="day", touchpoint="do")
"""


def test_reading_a_log_loads_what_it_needs() -> None:
    """No taxonomy, no rules, no graphs, no analysis, and fewer than 50 modules."""
    modules = watched_import("touchpoints", PACKAGE.parent, then=READ_A_LOG)["modules"]
    unneeded = re.compile(r"touchpoints\.(taxonomy\.model|classify\.(rule_files|web)|graphs|paths)")

    assert "touchpoints.journeys.model" in modules
    assert [] == list(filter(unneeded.match, modules))
    assert 50 > len(modules), modules


@pytest.mark.parametrize(
    ("source", "where", "what"),
    [
        ("import scipy", "loaded", "scipy"),
        ("import narwhals", "loaded", "narwhals"),
        ("from importlib.metadata import entry_points; entry_points()", "touched", "entry_points"),
        ("open(__file__[:-3] + '.toml').close()", "touched", ".toml"),
        ("import socket; socket.socket().close()", "touched", "socket"),
        ("import os; os.environ['TOUCHED'] = '1'", "touched", "environment"),
    ],
)
def test_the_watch_sees_a_heavy_import(tmp_path: Path, source: str, where: str, what: str) -> None:
    """A module that loads or touches something at import is caught."""
    (tmp_path / "heavy.py").write_text(source, encoding="utf-8")
    (tmp_path / "heavy.toml").touch()
    assert any(what in item for item in watched_import("heavy", tmp_path)[where])
