"""Permutation tests of groups that differ in how many journeys a person has."""

from __future__ import annotations

import attrs
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import binomtest

import touchpoints as tp
from tests import strategies
from tests.compare import naive_compare as naive
from tests.compare.test_compare import rows, two
from tests.naive_paths import built
from touchpoints import compare


def people_of(sizes_a: list[int], sizes_b: list[int]) -> compare.Pair:
    """Return a pair in which each person has a row of journeys with x and one of journeys with y.

    The counts say how many: first all with x, then all with y.
    """
    persons = len(sizes_a) + len(sizes_b)
    in_a = np.arange(persons) < len(sizes_a)
    counts = np.array([*sizes_a, *sizes_b, *(0 for _ in range(persons))])
    log = built(["x"] * persons + ["y"] * persons, counts=counts, persons=[*range(persons)] * 2)
    return compare.Pair(journeys=log, in_a=np.tile(in_a, 2))


def dealt(pair: compare.Pair, hits: np.ndarray) -> compare.Pair:
    """Return the pair with other hits of each person."""
    sizes = pair.journeys.counts.reshape(2, -1).sum(axis=0)
    counts = np.concatenate([hits, sizes - hits])
    return attrs.evolve(pair, journeys=attrs.evolve(pair.journeys, counts=counts))


def least_p_of_level(rejected: int, worlds: int, level: float = 0.05) -> float:
    """Return the exact binomial p of so many rejections or more where the level holds."""
    return float(binomtest(rejected, worlds, level, alternative="greater").pvalue)


@pytest.mark.parametrize(
    ("sizes_a", "sizes_b"),
    [([1] * 10, [10] * 40), ([10] * 30, [1] * 120)],
    ids=["10x1 v 40x10", "30x10 v 120x1"],
)
@pytest.mark.parametrize("ab", [(20, 80), (0.4, 1.6)])
def test_groups_that_differ_in_journeys_a_person_keep_the_level(
    sizes_a: list[int], sizes_b: list[int], ab: tuple[float, float]
) -> None:
    """Where nothing differs but the journeys a person has, about 5 % of p are at most 0.05."""
    rng = np.random.default_rng(5)
    pair = people_of(sizes_a, sizes_b)
    sizes = np.array([*sizes_a, *sizes_b])
    rejected = 0
    for world in range(300):
        hits = rng.binomial(sizes, rng.beta(*ab, len(sizes)))
        found = compare.presence(dealt(pair, hits), seed=world, resamples=99, places=["x"])
        rejected += int(found.p[0] <= 0.05)

    assert least_p_of_level(rejected, 300) > 1e-3


def test_a_difference_is_found_where_one_group_has_many_journeys_a_person() -> None:
    """One journey of 40 persons at 20 %, ten of 10 persons at 38 %: found in two of five worlds."""
    rng = np.random.default_rng(5)
    pair = people_of([1] * 40, [10] * 10)
    share, sizes = np.repeat([0.2, 0.38], [40, 10]), np.repeat([1, 10], [40, 10])
    found = 0
    for world in range(200):
        hits = rng.binomial(sizes, rng.beta(100 * share, 100 * (1 - share)))
        table = compare.presence(dealt(pair, hits), seed=world, resamples=99, places=["x"])
        found += int(table.p[0] <= 0.05)

    assert found > 80


PEOPLE = st.lists(st.tuples(st.integers(0, 3), st.integers(1, 3)), min_size=2, max_size=4)


@strategies.examples(20)
@given(a=PEOPLE, b=PEOPLE)
def test_p_comes_near_that_of_all_deals_of_persons(
    a: list[tuple[int, int]], b: list[tuple[int, int]]
) -> None:
    """Persons are dealt whole, and the difference is divided by its standard error each time."""
    a, b = ([(min(hits, size), size) for hits, size in side] for side in (a, b))
    pair = people_of([size for _, size in a], [size for _, size in b])
    pair = dealt(pair, np.array([hits for hits, _ in [*a, *b]]))

    found = compare.presence(pair, seed=2, resamples=4000, places=["x"])

    assert found.p[0] == pytest.approx(naive.exact_p_of_persons(a, b), abs=0.04)


def test_persons_and_rows_of_one_journey_give_the_same_statistic() -> None:
    """Rows of a count without persons are as many persons with one journey each."""
    merged = two(["x", "y"], ["x", "y"], counts=[9, 3, 4, 8])
    spread = two(
        ["x"] * 9 + ["y"] * 3,
        ["x"] * 4 + ["y"] * 8,
        persons=[f"p{row}" for row in range(24)],
    )
    one, other = (rows(compare.presence(x, seed=1, resamples=4000))["x"] for x in (merged, spread))

    assert one["p"] == pytest.approx(other["p"], abs=0.03)
    everybody = naive.exact_p_of_persons([(1, 1)] * 4 + [(0, 1)] * 2, [(1, 1)] * 1 + [(0, 1)] * 5)
    small = two(["x"] * 4 + ["y"] * 2, ["x"] + ["y"] * 5)
    found = compare.presence(small, seed=1, resamples=4000, min_count=0)
    assert found.p[0] == pytest.approx(everybody, abs=0.03)


@pytest.mark.parametrize("scale", [1e-12, 1.0, 1e12])
def test_the_unit_of_a_measure_does_not_change_p(scale: float) -> None:
    """Millionths of millionths are compared as ones are."""
    pair = two(["ab", "abab", "b", "aab"] * 4, ["b", "c", "bc", "cb"] * 4)

    def steps(journeys: tp.Journeys) -> float:
        lengths = np.diff(journeys.offsets)
        return scale * float((lengths * journeys.counts).sum() / journeys.counts.sum())

    found = compare.measured(pair, steps, seed=1, resamples=200)

    assert found.p[0] < 0.2
    plain = compare.measured(pair, lambda one: steps(one) / scale, seed=1, resamples=200)
    assert found.p[0] == plain.p[0]
