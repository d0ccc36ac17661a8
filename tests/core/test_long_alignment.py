"""Few long sequences are aligned step by step, many at once by arrays: the answers are the same."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from touchpoints._core.arrays.distances import alignment, long_alignment
from touchpoints._core.arrays.distances.alignment import Net, align

CODES = 3


@st.composite
def nets(draw: st.DrawFn) -> Net:
    """Draw a net of up to six nodes, some optional, some repeated."""
    size = draw(st.integers(2, 6))
    before = [np.array([], np.int64)]
    for node in range(1, size):
        some = draw(st.sets(st.integers(0, node - 1), min_size=1, max_size=3))
        before.append(np.array(sorted(some), np.int64))
    flags = st.lists(st.booleans(), min_size=size, max_size=size)
    match = np.zeros((CODES, size), dtype=bool)
    for node in range(1, size):
        match[draw(st.integers(0, CODES - 1)), node] = True
    final = np.array(draw(flags))
    final[-1] = True
    return Net(
        before=tuple(before),
        cost=np.where(draw(flags), 1, 0) * (np.arange(size) > 0),
        again=np.array(draw(flags)) & (np.arange(size) > 0),
        final=final,
        match=match,
    )


@settings(max_examples=150)
@given(
    nets(),
    st.lists(st.lists(st.integers(0, CODES - 1), max_size=12), min_size=1, max_size=5),
    st.data(),
    st.sampled_from([2, 1 << 14]),
)
def test_alone_and_at_once_sequences_are_aligned_alike(
    net: Net, rows: list[list[int]], data: st.DataObject, chunk: int
) -> None:
    """Costs, nodes and skipped nodes, ties included, whatever a chunk holds."""
    flags = st.lists(st.booleans(), min_size=len(rows), max_size=len(rows))
    began, finished = np.array(data.draw(flags)), np.array(data.draw(flags))
    codes = np.array([one for row in rows for one in row], dtype=np.int64)
    offsets = np.cumsum([0, *map(len, rows)])
    answers = []
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(long_alignment, "_CHUNK", chunk)
        for few in (0, 1 << 30):
            patch.setattr(alignment, "_FEW_STEPS", few)
            answers.append(align(codes, offsets, net, began=began, finished=finished))
    at_once, alone = answers

    assert at_once.costs.tolist() == alone.costs.tolist()
    assert at_once.nodes.tolist() == alone.nodes.tolist()
    assert at_once.skipped.tolist() == alone.skipped.tolist()


def test_a_long_sequence_is_aligned_across_chunks() -> None:
    """One a, 40,000 times b, which is repeated, and c: everything fits but three strangers."""
    net = Net(
        before=tuple(np.array(one, np.int64) for one in ([], [0], [1], [2])),
        cost=np.array([0, 1, 1, 1]),
        again=np.array([False, False, True, False]),
        final=np.array([False, False, False, True]),
        match=np.array([[0, 1, 0, 0], [0, 0, 1, 0], [0, 0, 0, 1], [0, 0, 0, 0]], bool),
    )
    codes = np.array([0, *[1] * 20_000, 3, 3, *[1] * 20_000, 3, 2])
    whole = np.array([True])

    found = align(codes, np.array([0, len(codes)]), net, began=whole, finished=whole)

    assert [3] == found.costs.tolist()
    assert [-1] * 3 == found.nodes[codes == 3].tolist()
    assert {1: 1, 2: 40_000, 3: 1, -1: 3} == dict(
        zip(*(one.tolist() for one in np.unique(found.nodes, return_counts=True)), strict=True)
    )
    assert not found.skipped.any()
