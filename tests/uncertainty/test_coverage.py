"""Intervals of shares cover the truth as often as they say, in simulated worlds."""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path
from types import ModuleType

import numpy as np
import pytest
from scipy.stats import binom

from tests import naive
from touchpoints._core.arrays.statistics.intervals import wilson_bounds, z_of

PLACE = Path(__file__).parents[2] / "benchmarks" / "coverage.py"


def loaded() -> ModuleType:
    """Return the script that simulates worlds."""
    spec = importlib.util.spec_from_file_location("coverage_of_intervals", PLACE)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


coverage = loaded()


@pytest.mark.parametrize("sizes", coverage.SIZES)
@pytest.mark.parametrize("law", ["B(1, 1)", "B(.4, 1.6)", "B(20, 80)"])
@pytest.mark.parametrize("persons", [8, 15, 30])
def test_intervals_of_few_persons_cover_the_truth(sizes: str, law: str, persons: int) -> None:
    """So few as found would be found once in a thousand times if 95 % were true."""
    found = coverage.covering(coverage.Cell(sizes, law, persons), worlds=300, seed=1)

    assert binom.cdf(found.covered, found.worlds, 0.95) > 1e-3


def test_the_simulation_would_notice() -> None:
    """Taking journeys to be alone fails the same test, where persons differ."""
    found = coverage.covering(coverage.Cell("1..10", "B(1, 1)", 30), worlds=300, seed=1)

    assert binom.cdf(found.plain, found.worlds, 0.95) < 1e-3


def test_worlds_are_measured_as_the_definition_says() -> None:
    """Many worlds at once, and one by one."""
    rng = np.random.default_rng(0)
    cell = coverage.Cell("informative", "B(.4, 1.6)", 8)
    chances, sizes = coverage.drawn(cell, 20, rng)
    hits = rng.binomial(sizes, chances)

    low, high = coverage.intervals(hits, sizes, 0.95)

    for place in range(20):
        y, m = hits[place].tolist(), sizes[place].tolist()
        trials = naive.effective_trials(y, m)
        share = sum(y) / sum(m)
        ends = wilson_bounds(np.float64(share * trials), np.float64(trials), z_of(0.95))
        assert [low[place], high[place]] == pytest.approx([float(one) for one in ends])
