"""Permutation tests of what each person has one value of: persons are not cut up."""

from __future__ import annotations

import attrs
import numpy as np
import pytest
from scipy.stats import binomtest

import touchpoints as tp
from tests.naive_paths import built
from touchpoints._core.arrays.statistics.blocks import ordered_blocks

WORLDS = 300
SIZES = np.array([1] * 12 + [12] * 6)  # journeys a person


def world(rng: np.random.Generator) -> tp.Journeys:
    """Return journeys of persons with habits of their own, and a device that means nothing."""
    persons = np.repeat(np.arange(len(SIZES)), SIZES)
    habit = rng.beta(0.5, 0.5, len(SIZES))
    device = rng.permutation(np.arange(len(SIZES)) % 2)
    paths = ["ab" if rng.random() < habit[who] else "ac" for who in persons]
    devices = [["web", "app"][device[who]] for who in persons]
    return attrs.evolve(built(paths, persons=persons.tolist()), per_journey={"device": devices})


def test_an_attribute_of_persons_keeps_the_level() -> None:
    """A device that each person has one of and that decides nothing has p <= 0.05 in about 5 %."""
    rng = np.random.default_rng(2)
    rejected = 0
    for seed in range(WORLDS):
        found = tp.paths.deciding_attributes(
            world(rng), "a", seed=seed, permutations=99, among=["device"]
        )
        rejected += int(found.p[0] <= 0.05)

    assert binomtest(rejected, WORLDS, 0.05, alternative="greater").pvalue > 1e-3


def test_groups_of_persons_keep_the_level() -> None:
    """Groups that each person is in one of and that do not differ have p <= 0.05 in about 5 %."""
    rng = np.random.default_rng(3)
    rejected = 0
    for seed in range(WORLDS):
        found = tp.paths.discriminating(
            world(rng), by="device", max_length=1, test="permutation", seed=seed, permutations=99
        )
        p = dict(zip(found.subsequence.tolist(), found.p.tolist(), strict=True))
        rejected += int(p[("b",)] <= 0.05)

    assert binomtest(rejected, WORLDS, 0.05, alternative="greater").pvalue > 1e-3


def test_blocks_exchange_their_values() -> None:
    """Blocks of three, two and one row that have one value each keep one value each."""
    blocks = ordered_blocks(np.arange(6), np.arange(6), np.array([0, 0, 0, 1, 1, 2]))
    values = np.array([5, 5, 5, 7, 7, 9])
    moved = blocks.permuted(values, np.random.default_rng(1))
    seen = set()
    for _ in range(200):
        found = np.split(next(moved), blocks.offsets[1:-1])
        assert {1} == {len(set(one.tolist())) for one in found}
        seen.add(tuple(int(one[0]) for one in found))

    assert 6 == len(seen)
    assert {5, 7, 9} == set(seen.pop())


@pytest.mark.parametrize("seed", [1, 2])
def test_blocks_with_several_values_keep_their_order(seed: int) -> None:
    """Where a block has several values, they follow each other as before."""
    of = np.array([0, 0, 1, 1, 2, 2])
    blocks = ordered_blocks(np.arange(6), of, of)
    moved = next(blocks.permuted(np.arange(6), np.random.default_rng(seed)))

    assert {(0, 1), (2, 3), (4, 5)} == {tuple(one) for one in moved.reshape(3, 2).tolist()}
