"""How long an import takes in a fresh process, and how much of that is networkx and numpy."""

from __future__ import annotations

import subprocess
import sys

import pytest


@pytest.mark.benchmark(group="import", min_rounds=3)
@pytest.mark.parametrize("statement", ["import networkx, numpy", "import touchpoints"])
def test_import(benchmark, statement):
    """A fresh interpreter imports it."""
    done = benchmark(subprocess.run, [sys.executable, "-c", statement], check=True)
    assert done.returncode == 0
