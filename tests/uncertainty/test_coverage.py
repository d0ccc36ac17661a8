"""Intervals of shares cover the truth as often as they say, in simulated worlds."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.stats import binom

from benchmarks.coverage_cells import shares, worlds
from tests import naive
from touchpoints._core.arrays.statistics.intervals import wilson_bounds, z_of


@pytest.mark.parametrize("sizes", worlds.SIZES)
@pytest.mark.parametrize("law", ["B(1, 1)", "B(.4, 1.6)", "B(20, 80)"])
@pytest.mark.parametrize("persons", [8, 15, 30])
def test_intervals_of_few_persons_cover_the_truth(sizes: str, law: str, persons: int) -> None:
    """So few as found would be found once in a thousand times if 95 % were true."""
    found = shares.covering(worlds.Cell(sizes, law, persons), worlds=300, seed=1)

    assert binom.cdf(found.covered, found.worlds, 0.95) > 1e-3


def test_the_simulation_would_notice() -> None:
    """Taking journeys to be alone fails the same test, where persons differ."""
    found = shares.covering(worlds.Cell("1..10", "B(1, 1)", 30), worlds=300, seed=1)

    assert binom.cdf(found.plain, found.worlds, 0.95) < 1e-3


def test_worlds_are_measured_as_the_definition_says() -> None:
    """Many worlds at once, and one by one."""
    rng = np.random.default_rng(0)
    cell = worlds.Cell("informative", "B(.4, 1.6)", 8)
    chances, sizes = worlds.drawn(cell, 20, rng)
    hits = rng.binomial(sizes, chances)

    low, high = shares.intervals(hits, sizes, 0.95)

    for place in range(20):
        y, m = hits[place].tolist(), sizes[place].tolist()
        trials = naive.effective_trials(y, m)
        share = sum(y) / sum(m)
        ends = wilson_bounds(np.float64(share * trials), np.float64(trials), z_of(0.95))
        assert [low[place], high[place]] == pytest.approx([float(one) for one in ends])
