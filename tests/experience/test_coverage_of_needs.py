"""Intervals of needs cover the truth as often as they say, in simulated worlds."""

from __future__ import annotations

import pytest
from coverage_cells import needs
from coverage_cells.worlds import Cell
from scipy.stats import binom

WORLDS = 150


@pytest.mark.parametrize("sizes", needs.SIZES)
@pytest.mark.parametrize("persons", [15, 30])
def test_shares_and_means_cover(sizes: str, persons: int) -> None:
    """So few as found would be found once in a thousand times if 95 % were true."""
    found = needs.covering(Cell(sizes, "B(1, 1)", persons), worlds=WORLDS, seed=1)

    for name, (covered, _) in found.items():
        assert binom.cdf(covered, WORLDS, 0.95) > 1e-3, name


def test_the_simulation_would_notice() -> None:
    """Taking journeys to be of different persons fails the same test, where persons differ."""
    cell = Cell("1..10", "B(1, 1)", 30)
    found = needs.covering(cell, worlds=WORLDS, seed=1, alone=True)

    for name in ("satisfaction", "gap", "met"):
        assert binom.cdf(found[name][0], WORLDS, 0.95) < 1e-3, name


@pytest.mark.parametrize("sizes", needs.SIZES)
def test_medians_and_kappas_cover(sizes: str) -> None:
    """The median time until a need is met; the agreement of two sources."""
    cell = Cell(sizes, "B(1, 1)", 30)
    found = needs.waiting(cell, worlds=WORLDS, seed=1)
    found |= needs.agreeing(cell, worlds=WORLDS, seed=1)

    for name, (covered, _) in found.items():
        assert binom.cdf(covered, WORLDS, 0.95) > 1e-3, name
