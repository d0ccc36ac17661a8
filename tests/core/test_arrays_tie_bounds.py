"""Bounds over all orders of ties, compared with dynamic programming over every order of a block."""

from __future__ import annotations

import itertools
from collections import Counter

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests import strategies
from tests.naive import flat, offsets_of
from touchpoints._core.arrays.sequences import tie_bounds
from touchpoints._core.arrays.sequences.tie_bounds import (
    NOTHING,
    Regions,
    edge_bounds,
    portions_of,
)

K = 3
blocks = st.lists(st.integers(0, K - 1), min_size=2, max_size=4).filter(lambda one: len({*one}) > 1)
regions = st.lists(
    st.tuples(
        st.integers(NOTHING, K), st.lists(blocks, min_size=1, max_size=7), st.integers(0, K + 1)
    ),
    max_size=5,
)
SIZE = K + 2


def bounds_of_region(left, inside, right, edge) -> tuple[int, int]:
    """Return the lowest and highest count of an edge, by the last code of every order."""
    known = {left: (0, 0)}
    for block in [*inside, [right]]:
        reached: dict[int, tuple[int, int]] = {}
        for order in set(itertools.permutations(block)):
            for last, (low, high) in known.items():
                steps = sum(pair == edge for pair in itertools.pairwise((last, *order)))
                least, most = reached.get(order[-1], (low + steps, high + steps))
                reached[order[-1]] = min(least, low + steps), max(most, high + steps)
        known = reached
    return known[right]


def tried(found, weights) -> dict[tuple[int, int], tuple[int, int]]:
    """Return the bounds of every edge that occurs in some order."""
    lowest, highest = Counter(), Counter()
    for (left, inside, right), weight in zip(found, weights, strict=True):
        for edge in itertools.product(range(SIZE), repeat=2):
            low, high = bounds_of_region(left, inside, right, edge)
            lowest[edge] += weight * low
            highest[edge] += weight * high
    return {edge: (lowest[edge], most) for edge, most in sorted(highest.items()) if most}


def computed(found, weights, heard) -> dict[tuple[int, int], tuple[int, int]]:
    """Return the bounds of the kernel, and note each portion that is done."""
    inside = [sorted(block) for _, some, _ in found for block in some]
    made = Regions(
        codes=np.array(flat(inside), dtype=np.int64),
        rows=np.array(offsets_of(inside), dtype=np.int64),
        blocks=np.array(offsets_of([some for _, some, _ in found]), dtype=np.int64),
        left=np.array([left for left, _, _ in found], dtype=np.int64),
        right=np.array([right for _, _, right in found], dtype=np.int64),
    )
    portions = portions_of(made, np.array(weights, dtype=np.int64), SIZE)
    bounds = edge_bounds(portions, lambda: heard.append(len(portions)))
    columns = (bounds.keys.tolist(), bounds.least.tolist(), bounds.most.tolist())
    return {divmod(key, SIZE): (low, high) for key, low, high in zip(*columns, strict=True) if high}


@given(regions, st.data())
@strategies.examples(200)
def test_bounds_agree_with_every_order_of_every_block(found, data) -> None:
    """Whatever the portions: chains of blocks go on from one portion to the next."""
    weights = data.draw(st.lists(st.integers(0, 3), min_size=len(found), max_size=len(found)))
    expected = tried(found, weights)
    for size in (1, 40, 1 << 18):
        heard: list[int] = []
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(tie_bounds, "_AT_ONCE", size)
            assert expected == computed(found, weights, heard)
        assert all(len(heard) == portions for portions in heard)


def test_a_region_longer_than_a_portion_is_cut_and_joined(monkeypatch) -> None:
    """An a, 200 blocks of one a and one b, and a b: 201 of each, in runs of one or two.

    As a ba ba … b, every run is of one: 201 times a > b. As a ab ba ab … ba b, runs of a are of
    two, but for the last: 101 times. Between any two runs of a there is one b > a.
    """
    monkeypatch.setattr(tie_bounds, "_AT_ONCE", 10)
    heard: list[int] = []

    found = computed([(0, [[0, 1]] * 200, 1)], [1], heard)

    assert len(heard) > 50
    assert found[0, 1] == (101, 201)
    assert found[1, 0] == (100, 200)
