"""Intervals of shares of needs cover the truth as often as they say, in simulated worlds."""

from __future__ import annotations

import numpy as np
import pytest
from coverage_cells import need_shares
from coverage_cells.need_shares import Cell, covering
from scipy.stats import binom, norm

from touchpoints._core.arrays.statistics.powered_shares import powered_shares

ONCE = 1e-3


@pytest.mark.parametrize("answers", ["15 persons", "30 persons", "200 persons", "200 of all"])
@pytest.mark.parametrize("sizes", ["ones", "fives", "tail"])
@pytest.mark.parametrize("guesses", ["good", "30 % wrong", "finds half"])
def test_intervals_cover_the_truth(answers: str, sizes: str, guesses: str) -> None:
    """So few as found would be found once in a thousand times if 95 % were true."""
    need = "0.3" if sizes == "ones" else "0.3, tastes"
    found = covering(Cell(sizes, need, guesses, answers), worlds=200, seed=3)

    assert binom.cdf(found.covered, found.worlds, 0.95) > ONCE
    assert found.width <= found.survey_width * 1.01


@pytest.mark.parametrize("guesses", ["good", "30 % wrong", "right"])
def test_intervals_of_rare_needs_cover_the_truth(guesses: str) -> None:
    """One interaction of twenty, of 200 asked."""
    found = covering(Cell("fives", "0.05, tastes", guesses, "200 of all"), worlds=200, seed=3)

    assert binom.cdf(found.covered, found.worlds, 0.95) > ONCE


def test_naive_shares_do_not_cover_it() -> None:
    """A classifier wrong on 30 % is as wrong about 5,000 interactions as about 50."""
    found = covering(Cell("fives", "0.3", "30 % wrong", "200 of all"), worlds=100, seed=3)

    assert 0 == found.naive


def test_selective_answers_miss_it_and_weights_bring_them_back() -> None:
    """Where answering depends on a column that tells a part of the need."""
    plain, weighted = (
        covering(Cell("fives", "0.3", "30 % wrong", answers), worlds=200, seed=3)
        for answers in ("200, selective", "200, weighted")
    )

    assert binom.cdf(plain.covered, plain.worlds, 0.95) < ONCE
    assert binom.cdf(weighted.covered, weighted.worlds, 0.95) > ONCE


def test_good_guesses_are_worth_many_answers() -> None:
    """Right guesses, 200 answers: a third of the width; useless ones: no loss."""
    right, useless = (
        covering(Cell("ones", "0.3", guesses, "200 of all"), worlds=50, seed=3)
        for guesses in ("right", "no use")
    )

    assert right.width < right.survey_width / 3
    assert useless.width == pytest.approx(useless.survey_width, rel=0.02)


def test_worlds_are_what_they_say() -> None:
    """Needs, guesses and sizes of persons as named; weights sum to the answers."""
    rng = np.random.default_rng(1)
    asked, silent = need_shares.world(Cell("fives", "0.3", "right", "500 of all"), rng)

    assert 5000 == asked.items.sum() + silent.items
    assert 500 == pytest.approx(asked.answers.sum())
    assert 0.3 == pytest.approx(asked.named.sum() / 500, abs=0.08)
    assert asked.named.tolist() == asked.guessed.tolist()
    assert 0.3 == pytest.approx((asked.guesses.sum() + silent.guesses.sum()) / 5000, abs=0.05)
    weighted = need_shares.world(Cell("ones", "0.05", "good", "200, weighted"), rng)[0]
    assert 200 == pytest.approx(weighted.answers.sum())


@pytest.mark.parametrize("answers", ["200 of all", "200 persons"])
def test_random_answers_are_seldom_called_selective(answers: str) -> None:
    """Beyond two standard errors so often would be found once in a thousand times."""
    rng = np.random.default_rng(1)
    cell = Cell("fives", "0.3, tastes", "good", answers)
    found = [
        powered_shares(*need_shares.world(cell, rng), level=0.95).selected[0] for _ in range(200)
    ]
    beyond = int((np.abs(found) > norm.isf(0.025)).sum())

    assert binom.sf(beyond - 1, 200, 0.05) > ONCE
