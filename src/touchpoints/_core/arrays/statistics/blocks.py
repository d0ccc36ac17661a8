"""Permutations of whole blocks of rows, so that the rows of a block stay together."""

from __future__ import annotations

from collections.abc import Iterator

import attrs
import numpy as np

from touchpoints._core.arrays.counting import run_starts
from touchpoints._core.arrays.segments import rows_of
from touchpoints._core.arrays.sequences import sequence_hash
from touchpoints._core.frozen import Array


@attrs.frozen(eq=False)
class Blocks:
    """Rows in blocks: block b holds ``rows[offsets[b]:offsets[b + 1]]``."""

    rows: Array
    offsets: Array

    def permutations(self, rng: np.random.Generator) -> Iterator[Array]:
        """Yield the rows, int64 (h,), with the blocks in random order; never ends."""
        while True:
            order = rng.permutation(len(self.offsets) - 1)
            yield self.rows[rows_of(self.offsets, order)]

    def permuted(self, values: Array, rng: np.random.Generator) -> Iterator[Array]:
        """Yield without end the values of the rows, in the order of ``rows``, permuted by block.

        Where each block has one value, the blocks exchange their values. Otherwise the blocks are
        put in random order and laid end to end: one of another length then meets the values of
        several, so that the permutation is exact only where all blocks are equally long.
        """
        first, lengths = values[self.rows[self.offsets[:-1]]], np.diff(self.offsets)
        if np.array_equal(np.repeat(first, lengths), values[self.rows]):
            while True:
                yield np.repeat(first[rng.permutation(len(first))], lengths)
        for rows in self.permutations(rng):
            yield values[rows]


def ordered_blocks(content: Array, parts: Array, blocks: Array) -> Blocks:
    """Group rows into blocks sorted by content, so that permutations do not depend on log order.

    Parameters
    ----------
    content : int64 (h,)
        The content of each row, an integer from 0.
    parts : int64 (h,)
        The part of each row, a journey for example. Rows of a part keep their order; the parts
        of a block have no order.
    blocks : int64 (h,)
        The block of each row.

    Notes
    -----
    Parts, and then blocks, are sorted by a hash of their content, so that permutations with the
    same seed do not depend on the order of the log. O(h log h).
    """
    rows = np.lexsort((parts, blocks))
    size = int(content.max(initial=-1)) + 1
    keys = np.stack([blocks[rows], parts[rows]], axis=1)
    fresh = np.ones(len(rows), dtype=bool)
    fresh[1:] = (keys[1:] != keys[:-1]).any(axis=1)
    offsets = np.append(np.flatnonzero(fresh), len(rows))
    hashes = sequence_hash(content[rows], offsets, size)
    order = np.lexsort((hashes, keys[offsets[:-1], 0]))
    rows = rows[rows_of(offsets, order)]
    offsets = np.append(run_starts(blocks[rows]), len(rows))
    order = np.argsort(sequence_hash(content[rows], offsets, size), kind="stable")
    lengths = np.diff(offsets)[order]
    return Blocks(rows[rows_of(offsets, order)], np.append(0, np.cumsum(lengths)))
