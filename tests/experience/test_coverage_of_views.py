"""Intervals of the two views cover the truth as often as they say, in simulated worlds."""

from __future__ import annotations

import pytest
from coverage_cells import views
from coverage_cells.worlds import Cell
from scipy.stats import binom

WORLDS = 150


@pytest.mark.parametrize("sizes", views.SIZES)
@pytest.mark.parametrize("persons", [15, 30])
def test_lifts_and_ratios_cover(sizes: str, persons: int) -> None:
    """So few as found would be found once in a thousand times if 95 % were true."""
    found = views.covering(Cell(sizes, "B(1, 1)", persons), worlds=WORLDS, seed=1)

    for name, (covered, known) in found.items():
        assert binom.cdf(covered, known, 0.95) > 1e-3, name


def test_the_simulation_would_notice() -> None:
    """Taking journeys to be of different persons fails the same test."""
    found = views.covering(Cell("tail", "B(1, 1)", 30), worlds=WORLDS, seed=1, alone=True)

    for name in ("difference", "ratio"):
        assert binom.cdf(*found[name], 0.95) < 1e-3, name


def test_needs_win_where_they_drive_the_outcome_and_hardly_where_channels_do() -> None:
    """In nearly all worlds of 60 persons, and in at most 5 % of the others but for chance."""
    won = views.wins(60, worlds=40, seed=1, by_need=True)
    false = views.wins(60, worlds=40, seed=1, by_need=False)

    assert won >= 36
    assert binom.sf(false - 1, 40, 0.05) > 1e-3
