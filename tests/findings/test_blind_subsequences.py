"""Subsequences are chosen blind to the groups, and small tables and persons get exact tests."""

from __future__ import annotations

import attrs
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import binomtest, fisher_exact

import touchpoints as tp
from tests.naive_paths import built
from touchpoints._core.arrays.statistics import contingency

WORLDS = 300


def of_groups(paths: list[str], groups: list[str], **columns: object) -> tp.Journeys:
    """Return journeys of letters, each with a group."""
    return attrs.evolve(built(paths, **columns), per_journey={"device": groups})


def holds(rejected: int, worlds: int) -> bool:
    """Return whether so many of the worlds can be 5 % of them or fewer, at one in a thousand."""
    return bool(binomtest(rejected, worlds, 0.05, alternative="greater").pvalue > 1e-3)


@pytest.mark.parametrize("sizes", [(20, 300), (50, 500)])
def test_a_small_group_makes_no_false_discoveries(sizes: tuple[int, int]) -> None:
    """Groups of 20 and 300 that do not differ: in about 5 % of worlds any q is at most 0.05."""
    rng = np.random.default_rng(4)
    groups = ["web"] * sizes[0] + ["app"] * sizes[1]
    letters, chance = list("abcdefghij"), 0.7 ** np.arange(10)
    found = 0
    for _ in range(WORLDS):
        drawn = rng.choice(letters, p=chance / chance.sum(), size=(len(groups), 4))
        journeys = of_groups(["".join(row) for row in drawn.tolist()], groups)
        table = tp.paths.discriminating(journeys, by="device", max_length=2)
        found += bool((table.q <= 0.05).any())

    assert holds(found, WORLDS)


def test_what_is_tested_does_not_depend_on_the_groups() -> None:
    """A subsequence of one in twenty of all journeys is tested, however the groups are made."""
    paths = ["ab"] * 2 + ["c"] * 38
    for groups in (["x", "x"] + ["y"] * 38, ["x", "y"] * 20):
        few = tp.paths.discriminating(of_groups(paths, groups), by="device", min_support=0.06)
        more = tp.paths.discriminating(of_groups(paths, groups), by="device", min_support=0.05)

        assert {("c",)} == set(few.subsequence.tolist())
        assert {("a",), ("b",), ("a", "b"), ("c",)} == set(more.subsequence.tolist())


@given(st.integers(1, 40), st.integers(1, 300), st.data())
def test_small_tables_have_fishers_p(first: int, second: int, data: st.DataObject) -> None:
    """With two groups the exact p is that of scipy."""
    hits = [data.draw(st.integers(0, size)) for size in (first, second)]
    table = [hits, [first - hits[0], second - hits[1]]]

    found = contingency.exact_p(
        np.array(hits, float)[:, None], np.array([first, second], float), draws=1, seed=0
    )

    if 0 < sum(hits) < first + second:
        assert found[0] == pytest.approx(fisher_exact(table).pvalue, rel=1e-6)
    else:
        assert np.isnan(found[0])


def test_expected_numbers_below_five_are_tested_exactly() -> None:
    """Three of four journeys against one of twenty: chi-square says 0.0006, Fisher 0.0076."""
    journeys = of_groups(["ab"] * 3 + ["b"] + ["ab"] + ["b"] * 19, ["web"] * 4 + ["app"] * 20)

    found = tp.paths.discriminating(journeys, by="device", max_length=1)

    exact = fisher_exact([[3, 1], [1, 19]]).pvalue
    assert dict(zip(found.subsequence, found.p, strict=True))[("a",)] == pytest.approx(exact)
    assert exact == pytest.approx(81 / 10_626)  # (C(4,3) C(20,1) + C(4,4)) / C(24,4)


def test_three_small_groups_are_tested_by_drawing_tables() -> None:
    """All three hits in one of three groups of three: 3 of the 84 tables are as extreme."""
    hits, sizes = np.array([[3.0], [0.0], [0.0]]), np.array([3.0, 3.0, 3.0])

    found = contingency.exact_p(hits, sizes, draws=20_000, seed=1)

    assert found[0] == pytest.approx(3 / 84, abs=0.005)


@pytest.mark.parametrize(
    "sizes",
    [np.array([5] * 10), np.array([1] * 8 + [2] * 4 + [15] * 3)],
    ids=["10 persons", "skewed sizes"],
)
def test_few_persons_keep_the_level(sizes: np.ndarray) -> None:
    """Where persons are known and nothing differs, about 5 % of p are at most 0.05."""
    rng = np.random.default_rng(6)
    persons = np.repeat(np.arange(len(sizes)), sizes)
    rejected = 0
    for _ in range(WORLDS):
        group = rng.permutation(np.arange(len(sizes)) % 2)[persons]
        hit = rng.random(len(persons)) < rng.beta(0.5, 0.5, len(sizes))[persons]
        journeys = of_groups(
            ["ab" if one else "b" for one in hit.tolist()],
            [["web", "app"][one] for one in group.tolist()],
            persons=persons.tolist(),
        )
        found = tp.paths.discriminating(journeys, by="device", max_length=1, permutations=99)
        assert found.test == "permutation"
        p = dict(zip(found.subsequence.tolist(), found.p.tolist(), strict=True))
        rejected += int(p.get(("a",), 1.0) <= 0.05)

    assert holds(rejected, WORLDS)


def test_persons_in_another_order_give_the_same_p() -> None:
    """Shuffled journeys have the same table; rows of a count are repeated journeys."""
    paths, groups = ["ab", "b", "ab", "b", "a", "ab"], ["x", "x", "y", "y", "x", "y"]
    persons = ["p", "p", "q", "r", "s", "q"]
    order = [3, 0, 5, 4, 2, 1]
    plain = of_groups(paths, groups, persons=persons)
    shuffled = of_groups(
        *([some[nth] for nth in order] for some in (paths, groups)),
        persons=[persons[nth] for nth in order],
    )
    merged = of_groups(
        ["ab", "b", "ab", "b", "a"],
        ["x", "x", "y", "y", "x"],
        persons=["p", "p", "q", "r", "s"],
        counts=[1, 1, 2, 1, 1],
    )

    found = [
        tp.paths.discriminating(one, by="device", max_length=2, seed=3, permutations=50)
        for one in (plain, shuffled, merged)
    ]

    assert found[0] == found[1] == found[2]


def test_a_difference_between_many_persons_is_found() -> None:
    """Forty persons, with 20 % of journeys against 70 %: p is small."""
    rng = np.random.default_rng(1)
    persons = np.repeat(np.arange(40), rng.integers(1, 6, 40))
    group = (persons % 2).tolist()
    hit = rng.random(len(persons)) < np.where(persons % 2, 0.7, 0.2)
    journeys = of_groups(
        ["ab" if one else "b" for one in hit.tolist()],
        [["web", "app"][one] for one in group],
        persons=persons.tolist(),
    )

    found = tp.paths.discriminating(journeys, by="device", max_length=1)

    assert dict(zip(found.subsequence.tolist(), found.p.tolist(), strict=True))[("a",)] <= 0.005
