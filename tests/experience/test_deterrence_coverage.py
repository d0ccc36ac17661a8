"""Intervals of deterrence cover what is planted, and discoveries are false as often as stated."""

from __future__ import annotations

import pytest
from coverage_cells.deterrence import Cell, covering, discoveries
from scipy.stats import binom

ONCE = 1e-3


@pytest.mark.parametrize("weights", ["standardised", "inverse_probability"])
@pytest.mark.parametrize("sizes", ["ones", "fives", "tail"])
@pytest.mark.parametrize("persons", [15, 30, 200])
def test_intervals_cover_what_is_planted(persons: int, sizes: str, weights: str) -> None:
    """So few as found would be found once in a thousand times if 95 % were true."""
    found = covering(Cell(persons, sizes, 0.2, weights), worlds=100, seed=3)

    assert binom.cdf(found.covered, found.known, 0.95) > ONCE


def test_crude_differences_miss_it() -> None:
    """Those who come from an ad are dissatisfied more often, and leave more often anyway."""
    found = covering(Cell(200, "fives"), worlds=100, seed=3)

    assert found.crude < found.worlds / 2


@pytest.mark.parametrize("persons", [30, 200])
def test_p_values_of_nothing_are_uniform_at_most(persons: int) -> None:
    """At most 5 % below 0.05 where nothing is planted."""
    found = covering(Cell(persons, "fives", 0.0), worlds=200, seed=5)

    assert binom.sf(found.rejected - 1, found.known, 0.05) > ONCE


def test_planted_deterrents_are_found_and_no_others() -> None:
    """B12: five of twenty touchpoints deter; of those called at q <= 0.05 few do not."""
    found = discoveries(worlds=40, seed=3, persons=200, planted=5)

    assert found.found > 0.95
    assert found.false < 0.05 + 0.06


def test_none_planted_gives_none_at_the_stated_rate() -> None:
    """In at most 5 % of worlds is anything called."""
    found = discoveries(worlds=60, seed=3, persons=200, planted=0)

    assert binom.sf(round(found.false * 60) - 1, 60, 0.05) > ONCE
