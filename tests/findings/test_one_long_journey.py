"""One journey of millions of events costs what as many short ones cost, and the numbers agree."""

from __future__ import annotations

import itertools
import math
from collections.abc import Sequence

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import touchpoints as tp
from touchpoints._core.arrays.sequences import subsequences
from touchpoints.graphs import journey
from touchpoints.taxonomy import untyped

LONG = 5000


def made(sequences: Sequence[Sequence[int]], *, k: int = 4) -> tp.Journeys:
    """Return journeys of codes, a second apart."""
    lengths = [len(one) for one in sequences]
    return tp.Journeys(
        touchpoints=[untyped(f"t{code}") for code in range(k)],
        codes=[code for one in sequences for code in one],
        offsets=[0, *itertools.accumulate(lengths)],
        times=np.datetime64("2026-01-01", "us") + np.arange(sum(lengths)) * np.timedelta64(1, "s"),
    )


def log2_of_distinct(sequence: Sequence[int]) -> float:
    """Count distinct subsequences in whole numbers of any size, and take the logarithm."""
    count, before = 1, dict[int, int]()
    for code in sequence:
        count, before[code] = 2 * count - before.get(code, 0), count
    over = max(count.bit_length() - 64, 0)
    return math.log2(count >> over) + over


@given(st.lists(st.lists(st.integers(0, 3), max_size=12), max_size=90), st.integers(0, 3))
def test_distinct_subsequences_agree_with_whole_numbers(
    sequences: list[list[int]], some: int
) -> None:
    """Whether segments are counted one by one or together; the one as exact as the other."""
    codes = np.array([code for one in sequences for code in one], dtype=np.int32)
    offsets = np.array([0, *itertools.accumulate(map(len, sequences))], dtype=np.int64)
    expected = [log2_of_distinct(one) for one in sequences]
    with pytest.MonkeyPatch.context() as patch:
        for alone in (some, 64):
            patch.setattr(subsequences, "_ONE_BY_ONE", alone)
            found = subsequences.log2_distinct(codes, offsets, 4)
            assert expected == found.tolist()


@pytest.mark.parametrize("alone", [0, 64])
def test_numbers_beyond_a_float_have_a_logarithm(
    alone: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """5,000 interactions have more than 2**1023 distinct subsequences."""
    monkeypatch.setattr(subsequences, "_ONE_BY_ONE", alone)
    codes = np.random.default_rng(1).integers(0, 4, LONG)
    offsets = np.array([0, LONG, LONG], dtype=np.int64)

    found = subsequences.log2_distinct(codes, offsets, 4)

    assert found[0] > 1023
    assert [log2_of_distinct(codes.tolist()), 0.0] == pytest.approx(found.tolist(), rel=1e-13)


def test_frequent_subsequences_of_long_journeys_agree_with_short_ones() -> None:
    """Rows looked up one by one and rows read through give the same subsequences."""
    rng = np.random.default_rng(2)
    many = [rng.integers(0, 4, size).tolist() for size in (LONG, 300, 300, 3, 2)]
    expected = {}
    for size in (1, 2, 3):
        for wanted in itertools.product(range(4), repeat=size):
            total = sum(contains(one, wanted) for one in many)
            if total >= 2:
                expected[tuple(f"t{code}" for code in wanted)] = total

    found = tp.paths.subsequences(made(many), min_support=0.4, max_length=3, min_length=1)

    assert expected == dict(zip(found.subsequence, found.journeys.tolist(), strict=True))


def contains(sequence: Sequence[int], wanted: Sequence[int]) -> bool:
    """Tell whether codes occur in this order, others between them allowed."""
    rest = iter(sequence)
    return all(code in rest for code in wanted)


def test_the_graph_of_a_journey_is_built_in_blocks(monkeypatch: pytest.MonkeyPatch) -> None:
    """Blocks join without a seam, and progress= is told of each."""
    journeys = made([[0], [1, 2, 3, 1, 0, 2, 1], [2]])
    whole = tp.journey_graph(journeys, 1)
    monkeypatch.setattr(journey, "_BLOCK", 3)
    told: list[tuple[int, int]] = []

    parts = tp.journey_graph(journeys, 1, progress=lambda done, total: told.append((done, total)))

    assert [(1, 3), (2, 3), (3, 3)] == told
    assert [*whole.nodes(data=True)] == [*parts.nodes(data=True)]
    assert [*whole.edges(data=True)] == [*parts.edges(data=True)]
    assert [str(place) for place in range(7)] == [*parts]
    assert [1.0] * 6 == [gap for _, _, gap in parts.edges(data="gap")]
    assert list(range(7)) == [at for _, at in parts.nodes(data="at")]
    assert "2026-01-01T00:00:07" == parts.nodes["6"]["time"]
