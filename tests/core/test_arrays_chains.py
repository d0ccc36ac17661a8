"""Chains with many states: solved by sweeps and by GMRES as by direct solution."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from touchpoints._core.arrays.chains import Chain, Windows, counted, removal, windows_of
from touchpoints._core.arrays.chains.removal import Removed, without_each
from touchpoints._core.arrays.segments import offsets_of
from touchpoints._core.frozen import Array
from touchpoints.errors import InvalidInputError


def chain_of(lengths: Array, *, k: int, order: int, seed: int) -> tuple[Chain, Windows, Array]:
    """Return a chain of random segments, its states, and 1.0 for its first end."""
    rng = np.random.default_rng(seed)
    offsets = offsets_of(lengths)
    codes = rng.choice(k, offsets[-1], p=rng.dirichlet(np.ones(k))).astype(np.int32)
    windows = windows_of(codes, offsets, k, order=order)
    ends = np.arange(len(lengths)) % 2
    chain = counted(windows, ends, np.ones(len(lengths)), kinds=2)
    return chain, windows, (chain.targets == chain.size + 1).astype(np.float64)


def solved(monkeypatch: pytest.MonkeyPatch, lengths: Array, *, k: int, seed: int) -> list[Removed]:
    """Return the solution by sweeps and by blocks."""
    chain, windows, rewards = chain_of(lengths, k=k, order=3, seed=seed)
    answers = []
    for blocks in (0, 10**9):
        monkeypatch.setattr(removal, "_BLOCKS", blocks)
        answers.append(without_each(chain, windows.members, rewards, codes=k))
    return answers


@given(lengths=st.lists(st.integers(0, 9), min_size=2, max_size=9), seed=st.integers(0, 999))
def test_sweeps_give_what_one_inverse_does(lengths: list[int], seed: int) -> None:
    """All three quantities agree, with each code and without it."""
    with pytest.MonkeyPatch.context() as monkeypatch:
        swept, direct = solved(monkeypatch, np.array(lengths), k=3, seed=seed)
    np.testing.assert_allclose(swept.earned, direct.earned, atol=1e-11)
    np.testing.assert_allclose(swept.ahead, direct.ahead, atol=1e-11)
    np.testing.assert_allclose(swept.forward, direct.forward, atol=1e-11)


@pytest.mark.parametrize("seed", range(3))
def test_journeys_of_thousands_of_steps_settle(monkeypatch: pytest.MonkeyPatch, seed: int) -> None:
    """Sweeps alone would need as many passes as journeys are long."""
    swept, direct = solved(monkeypatch, np.array([20_000, 2, 5, 30_000]), k=5, seed=seed)
    np.testing.assert_allclose(swept.earned, direct.earned, atol=1e-9)
    np.testing.assert_allclose(swept.forward, direct.forward, rtol=1e-9, atol=1e-9)


def test_a_journey_of_a_hundred_thousand_steps_is_solved_in_seconds() -> None:
    """Eight thousand states at order 3, and nearly endless walks between them."""
    chain, windows, rewards = chain_of(np.array([100_000, 3]), k=20, order=3, seed=1)
    found = without_each(chain, windows.members, rewards, codes=20)

    assert chain.size > 5_000
    assert found.earned[0] == pytest.approx(0.5, abs=1e-9)


def test_more_states_than_memory_are_refused() -> None:
    """A hundred thousand touchpoints in pairs would need tens of gigabytes."""
    k = 20_000
    codes = np.arange(2 * k, dtype=np.int32) % k
    windows = windows_of(codes, np.arange(0, 2 * k + 1, 2), k, order=2)
    chain = counted(windows, np.arange(k) % 2, np.ones(k), kinds=2)
    with pytest.raises(InvalidInputError, match="too many for the removal effects"):
        without_each(chain, windows.members, np.ones(len(chain.targets)), codes=k)
