"""What all benchmarks run on. TOUCHPOINTS_BENCH_SIZE says how many events (default a million)."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest

# The scripts of this folder run as they are (`python benchmarks/data.py`), so they import each
# other by bare name.
sys.path.insert(0, str(Path(__file__).parent))

import operations


@pytest.fixture(scope="session")
def inputs():
    """Return the log in both orders, and its journeys."""
    return operations.Inputs.make(int(os.environ.get("TOUCHPOINTS_BENCH_SIZE", "1_000_000")))
