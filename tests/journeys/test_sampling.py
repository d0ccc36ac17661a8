"""Journeys drawn at random."""

from __future__ import annotations

import attrs
import numpy as np
import pytest
from scipy import stats

import touchpoints as tp
from tests.logs import log
from touchpoints.errors import InvalidInputError
from touchpoints.journeys.sampling import _drawn, _drawn_left


def test_sampling_draws_real_journeys_without_replacement() -> None:
    """Counts are drawn, never more than there are; all of them is the whole log."""
    journeys = attrs.evolve(log(one="ab", two="b", three="c"), counts=[1000, 10, 0])

    drawn = tp.sample(journeys, 505, seed=4)

    assert int(drawn.counts.sum()) == 505
    assert 480 < drawn.counts[0] <= 505
    assert tp.sample(journeys, 1010, seed=1).counts.tolist() == [1000, 10]
    assert tp.sample(journeys, 505, seed=4) == drawn
    with pytest.raises(InvalidInputError, match="cannot draw 2,000 of 1,010"):
        tp.sample(journeys, 2000, seed=1)


def test_a_sample_of_more_journeys_than_numpy_draws_at_once() -> None:
    """Counts of 10**9 and more: the draws add up, never exceed a count, and keep shares."""
    many = tp.from_paths(
        {"path": ["a", "b", "c", "d"], "n": [10**9, 3 * 10**9, 0, 7]}, path="path", count="n"
    )

    drawn = tp.sample(many, 10**9, seed=2)

    assert drawn.counts.sum() == 10**9
    assert abs(drawn.counts[0] - 250_000_000) < 6 * 12_000  # sd sqrt(n p (1 - p) (1 - n / N))
    assert tp.sample(many, 10**9, seed=2) == drawn
    assert tp.sample(many, 4 * 10**9 + 7, seed=1).counts.tolist() == [10**9, 3 * 10**9, 7]
    assert len(tp.sample(many, 0, seed=1)) == 0


@pytest.mark.parametrize(("left", "right", "n"), [(30, 50, 20), (3, 500, 400), (40, 2, 41)])
def test_halves_are_drawn_from_the_hypergeometric_distribution(
    left: int, right: int, n: int
) -> None:
    """Each frequency of 20,000 draws is within five standard errors of its probability."""
    rng = np.random.default_rng(5)
    chances = stats.hypergeom(left + right, left, n).pmf(np.arange(n + 1))

    found = np.bincount([_drawn_left(left, right, n=n, rng=rng) for _ in range(20_000)])

    met = np.append(found, np.zeros(n + 1 - len(found))) / 20_000
    assert np.all(np.abs(met - chances) <= 5 * np.sqrt(chances * (1 - chances) / 20_000) + 1e-12)


def test_a_half_of_rare_journeys_is_drawn_as_often_as_it_is_there() -> None:
    """Ten of 10**15 never leave out a half by more than chance allows."""
    rng = np.random.default_rng(1)

    drawn = [_drawn(np.array([10**15, 10**15]), 10, rng)[0] for _ in range(4_000)]

    assert abs(np.mean(drawn) - 5) < 5 * np.sqrt(2.5 / 4_000)


def test_a_sample_too_large_or_no_number_is_refused() -> None:
    """No error of numpy's: how many there are, and what can be drawn."""
    huge = tp.from_paths({"path": ["a", "b"], "n": [2 * 10**12] * 2}, path="path", count="n")

    with pytest.raises(InvalidInputError, match="too many to draw exactly"):
        tp.sample(huge, 2 * 10**12, seed=1)
    with pytest.raises(InvalidInputError, match="cannot draw 2 of 1 journey$"):
        tp.sample(log(one="a"), 2, seed=1)
    with pytest.raises(InvalidInputError, match="n must be an integer of at least 0, got 2.5"):
        tp.sample(huge, 2.5, seed=1)
