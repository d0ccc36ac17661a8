"""The order of the chain of attribution, chosen on persons held out."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import touchpoints as tp
from tests.attribution.logs import ROWS, journeys_of, one_by_one
from tests.attribution.naive_attribution import Row

A = tp.attribution


def paths_of(n: int, rng: np.random.Generator, *, least: int) -> list[tuple[str, ...]]:
    """Return paths that end at any step from the least on with the same chance."""
    lengths = rng.geometric(0.4, n) + least - 1
    return [tuple(rng.choice(list("abc"), length).tolist()) for length in lengths.tolist()]


def with_memory(n: int, seed: int) -> tp.Journeys:
    """Return journeys in which the outcome depends on the touchpoint before the last."""
    rng = np.random.default_rng(seed)
    paths = paths_of(n, rng, least=2)
    return one_by_one([(path, rng.random() < (0.9 if path[-2] == "a" else 0.1)) for path in paths])


def without_memory(n: int, seed: int) -> tp.Journeys:
    """Return journeys in which it depends on the last touchpoint alone."""
    rng = np.random.default_rng(seed)
    paths = paths_of(n, rng, least=1)
    return one_by_one([(path, rng.random() < (0.7 if path[-1] == "a" else 0.3)) for path in paths])


@pytest.mark.parametrize("seed", range(3))
def test_the_smallest_order_that_predicts_is_chosen(seed: int) -> None:
    """Two where the outcome remembers two touchpoints, one where it remembers one."""
    assert "order 2" in A.markov(with_memory(2000, seed), order="auto", seed=1).model
    assert "order 1" in A.markov(without_memory(2000, seed), order="auto", seed=1).model


def test_the_choice_is_the_model_of_that_order() -> None:
    """Nothing else changes: all columns are those of ``order=2``."""
    log = with_memory(2000, 5)
    chosen, given_ = A.markov(log, order="auto", seed=1), A.markov(log, order=2)
    assert chosen.to_dicts() == given_.to_dicts()
    assert chosen.model == given_.model
    assert "order 1" in A.markov(log, order="auto", seed=1, max_order=1).model


@given(rows=ROWS, seed=st.integers(0, 99))
def test_the_choice_depends_on_the_seed_alone(rows: list[Row], seed: int) -> None:
    """Not on the order of rows; few journeys have order 1."""
    log = journeys_of(rows)
    mixed = tp.concat(
        [log[row : row + 1] for row in np.random.default_rng(seed).permutation(len(log)).tolist()]
    )
    one = A.markov(log, order="auto", seed=seed, max_order=3)
    assert A.markov(mixed, order="auto", seed=seed, max_order=3).model == one.model
    if log.counts[log.counts > 0].sum() < 5:
        assert "order 1" in one.model
