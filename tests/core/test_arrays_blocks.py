"""Permutations of blocks: complete, independent of the order of the log, whole blocks only."""

from __future__ import annotations

import itertools
from collections.abc import Iterator

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from touchpoints._core.arrays.statistics.blocks import Blocks, ordered_blocks
from touchpoints._core.frozen import Array
from touchpoints.compare._shared.testing import blocks

# The content of each row, by block and part.
BLOCKS = st.lists(
    st.lists(st.lists(st.integers(0, 3), min_size=1, max_size=3), min_size=1, max_size=3),
    max_size=4,
)


def arrays_of(drawn: list[list[list[int]]]) -> list[Array]:
    """Return the content, the part and the block of each row."""
    part = itertools.count()
    rows = [
        (one, number, block)
        for block, parts in enumerate(drawn)
        for content in parts
        for number in [next(part)]
        for one in content
    ]
    return list(np.array(rows, dtype=np.int64).reshape(-1, 3).T)


def read(rows: Array, offsets: Array) -> list[list[int]]:
    """Return the rows of each block."""
    return [rows[a:b].tolist() for a, b in itertools.pairwise(offsets.tolist())]


@given(drawn=BLOCKS)
def test_blocks_and_the_parts_in_them_are_complete_and_in_order(drawn) -> None:
    """Each row occurs once; the rows of a block are together, and the rows of a part in order."""
    content, parts, of = arrays_of(drawn)

    found = ordered_blocks(content, parts, of)

    there = read(found.rows, found.offsets)
    assert sorted(itertools.chain(*there)) == list(range(len(content)))
    assert len(there) == len(drawn)
    for rows in there:
        assert {of[row] for row in rows} == {of[rows[0]]}
        in_parts = [list(group) for _, group in itertools.groupby(rows, key=parts.__getitem__)]
        assert len(in_parts) == len(drawn[of[rows[0]]])
        assert all(part == sorted(part) for part in in_parts)


@given(drawn=BLOCKS, data=st.data())
def test_blocks_do_not_depend_on_the_order_of_the_log(drawn, data) -> None:
    """Shuffled blocks and parts give the same content at the same positions."""
    mixed = [data.draw(st.permutations(parts)) for parts in data.draw(st.permutations(drawn))]

    contents = []
    for one in (drawn, mixed):
        content, parts, of = arrays_of(one)
        found = ordered_blocks(content, parts, of)
        contents.append(read(content[found.rows], found.offsets))

    assert contents[0] == contents[1]


def test_permutations_move_whole_blocks_and_every_order_occurs() -> None:
    """Three blocks have six orders, and each of them is drawn."""
    found = Blocks(np.array([4, 0, 1, 3, 2]), np.array([0, 2, 3, 5]))
    orders = itertools.permutations([[4, 0], [1], [3, 2]])

    drawn = itertools.islice(found.permutations(np.random.default_rng(1)), 100)

    expected = {tuple(itertools.chain(*order)) for order in orders}
    assert {tuple(rows.tolist()) for rows in drawn} == expected


@given(left=st.integers(0, 9), size=st.integers(1, 4))
def test_draws_are_taken_in_blocks(left: int, size: int) -> None:
    """Exactly the requested number of draws, in order, at most ``size`` at a time."""

    def draws() -> Iterator[Array]:
        for number in itertools.count():
            assert number < left, "one draw too many"
            yield np.array([number, -number])

    found = list(blocks(draws(), left, size))

    assert [len(block) for block in found[:-1]] == [size] * (len(found) - 1)
    assert all(1 <= len(block) <= size for block in found)
    rows = [row.tolist() for block in found for row in block]
    assert rows == [[number, -number] for number in range(left)]
