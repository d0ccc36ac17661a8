"""The scripts of docs/examples, run in this process, and what the pages show of their output."""

from __future__ import annotations

import contextlib
import importlib.util
import io
import re
import sys
from pathlib import Path
from types import ModuleType
from unittest import mock

from tests.house_rules import ROOT

EXAMPLES = ROOT / "docs" / "examples"
NUMBER = re.compile(r"-?\d[\d,]*(?:\.\d+)?")


def load(name: str) -> ModuleType:
    """Import a script."""
    spec = importlib.util.spec_from_file_location(f"example_{name}", EXAMPLES / f"{name}.py")
    assert spec is not None
    assert spec.loader is not None
    script = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(script)
    return script


def printed(script: ModuleType, *arguments: Path | str) -> str:
    """Return what a script prints."""
    output = io.StringIO()
    command = [str(script.__file__), *map(str, arguments)]
    with mock.patch.object(sys, "argv", command), contextlib.redirect_stdout(output):
        script.main()
    return output.getvalue()


def shown(page: str, name: str) -> str:
    """Return the output that a page of docs/ shows under a name."""
    text = (ROOT / "docs" / page).read_text(encoding="utf-8")
    found = re.search(rf"<!-- output: {name} -->\n```text\n(.*?)```", text, re.DOTALL)
    assert found is not None
    return found.group(1)


def numbers(line: str) -> list[float]:
    """Return the numbers in a line."""
    return [float(one.replace(",", "")) for one in NUMBER.findall(line)]
