"""Differences before and after a change cover the truth as often as they say."""

from __future__ import annotations

import pytest
from coverage_cells import follow_up
from coverage_cells.worlds import Cell
from scipy.stats import binom

WORLDS = 150


@pytest.mark.parametrize("sizes", follow_up.SIZES)
@pytest.mark.parametrize("once", [False, True])
def test_differences_cover(sizes: str, once: bool) -> None:
    """So few as found would be found once in a thousand times if 95 % were true."""
    cell = Cell(sizes, "B(1, 1)", 30)
    found = follow_up.covering(cell, worlds=WORLDS, seed=1, once=once)

    for name, (covered, made) in found.items():
        assert made > 0.9 * WORLDS, name
        assert binom.cdf(covered, made, 0.95) > 1e-3, name


def test_the_simulation_would_notice() -> None:
    """Taking journeys to be of different persons fails the same test, where persons differ."""
    cell = Cell("tail", "B(1, 1)", 30)
    found = follow_up.covering(cell, worlds=WORLDS, seed=1, once=True, alone=True)

    covered, made = found["share, control"]
    assert binom.cdf(covered, made, 0.95) < 1e-3
