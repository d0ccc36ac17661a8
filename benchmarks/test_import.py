"""How long an import takes in a fresh process, and how much of that is networkx and numpy."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

import touchpoints as tp

# The package that the other benchmarks import, also where it is not installed.
ENVIRONMENT = os.environ | {"PYTHONPATH": str(Path(tp.__file__).parents[1])}

FIRST_LOG = """
import touchpoints as tp
log = {"id": [1, 1, 2], "day": ["2026-01-01", "2026-01-02", "2026-01-02"], "do": list("aba")}
tp.from_columns(log, journey="id", time="day", touchpoint="do")
"""


@pytest.mark.benchmark(group="import", min_rounds=3)
@pytest.mark.parametrize("statement", ["import networkx, numpy", "import touchpoints", FIRST_LOG])
def test_import(benchmark, statement):
    """A fresh interpreter imports it, or reads its first log."""
    command = [sys.executable, "-c", statement]
    done = benchmark(subprocess.run, command, check=True, env=ENVIRONMENT)
    assert done.returncode == 0
