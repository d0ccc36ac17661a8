"""What information is by chance: blocks that exchange their answers, and scores that flip."""

from __future__ import annotations

import itertools
from functools import cached_property
from typing import Any

import attrs
import numpy as np

from touchpoints._core.arrays.counting import run_starts
from touchpoints._core.arrays.segments import offsets_of, owners_of
from touchpoints._core.arrays.statistics.cluster_variance import runs
from touchpoints._core.arrays.statistics.information import Joint
from touchpoints._core.frozen import Array

_DENSE = 1 << 22
_ROOM = 1 << 23
_GRADES = 64


@attrs.frozen(eq=False)
class Blocks:
    """The rows of each unit in each part, and which blocks exchange their answers.

    Attributes
    ----------
    rows : int64 (h,)
        The rows, block after block.
    offsets : int64 (b+1,)
        Block j has ``rows[offsets[j]:offsets[j + 1]]``.
    edges : int64
        Blocks ``edges[s]`` to ``edges[s + 1]`` exchange their answers with each other.
    """

    rows: Array
    offsets: Array
    edges: Array

    @classmethod
    def of(cls, joint: Joint) -> Blocks:
        """Return the blocks, by part and then by length: 1, 2, 3 to 4, 5 to 8 rows and so on."""
        units = int(joint.units.max(initial=0)) + 1
        keys = joint.rows * units + joint.units
        order = np.argsort(keys, kind="stable")
        starts = run_starts(keys[order])
        lengths = np.diff(starts, append=len(order))
        grade = np.ceil(np.log2(lengths)).astype(np.int64)
        stratum = joint.rows[order[starts]] * _GRADES + grade
        by = np.argsort(stratum, kind="stable")
        offsets = offsets_of(lengths[by])
        moved = np.repeat(starts[by] - offsets[:-1], lengths[by])
        edges = np.append(run_starts(stratum[by]), len(by))
        return cls(order[moved + np.arange(len(order))], offsets, edges)

    def movable(self) -> Array:
        """Return whether each row is in a block that can exchange, bool (h,), block after block."""
        sizes = np.diff(self.edges)
        return np.repeat(np.repeat(sizes > 1, sizes), np.diff(self.offsets))


class Exchange:
    """Permutations of answers between units within a part, whole blocks at a time.

    A block is what a unit has in a part. Blocks exchange their answers with blocks of the part of
    about their length; where lengths differ, the answers are stretched to the new length, in their
    order. Given lengths and parts, the permutation is exact where each block has one answer, or
    where the blocks that exchange are equally long.
    """

    def __init__(self, joint: Joint) -> None:
        blocks = Blocks.of(joint)
        self._width, self._parts, self._size = joint.width, joint.parts, joint.size
        self._offsets, self._edges = blocks.offsets, blocks.edges
        self._lengths = np.diff(blocks.offsets)
        self._answers = joint.answers[blocks.rows].astype(np.int32)
        self._kinds = joint.kinds[blocks.rows] * joint.width
        self._pooled = joint.rows[blocks.rows] * joint.width
        self.movable = np.bincount(joint.rows[blocks.rows], blocks.movable(), joint.size)
        """The number of rows of each part in blocks that can exchange, float64."""
        numbers = np.arange(len(joint.kinds) + 1)
        self._logs = numbers * np.log2(np.maximum(numbers, 1))
        of_kinds = np.bincount(joint.parts, self._logs[joint.of_kinds], joint.size)
        self._margins = self._logs[joint.of_parts] - of_kinds

    @cached_property
    def _firsts(self) -> Array | None:
        """The answer of each block, or None where blocks have several."""
        firsts = self._answers[self._offsets[:-1]]
        return firsts if np.array_equal(firsts[self._owners], self._answers) else None

    @cached_property
    def _owners(self) -> Array:
        """The block of each row."""
        return owners_of(self._offsets)

    @cached_property
    def _middle(self) -> Array:
        """Where in its block the middle of each row is, from 0 to 1."""
        within = np.arange(len(self._owners)) - self._offsets[self._owners] + 0.5
        return np.asarray(within / self._lengths[self._owners])

    def exchanged(self, rng: np.random.Generator) -> Array:
        """Return the answers of rows, block after block, after an exchange."""
        if self._firsts is not None:
            return np.asarray(self._shuffled(self._firsts, rng).take(self._owners))
        found = self._answers.copy()
        for low, high in itertools.pairwise(self._edges.tolist()):
            if high - low > 1:
                rows = slice(int(self._offsets[low]), int(self._offsets[high]))
                found[rows] = self._stretched(rng.permutation(high - low), low, rows)
        return found

    def _stretched(self, donors: Array, low: int, rows: slice) -> Array:
        """Return the answers of rows when their blocks, from ``low`` on, get those of donors."""
        lengths = self._lengths[low : low + len(donors)]
        own, length = self._answers[rows], int(lengths[0])
        if (lengths == length).all():
            return own.reshape(-1, length).take(donors, axis=0).ravel()
        owners = self._owners[rows] - low
        at = (lengths[donors].take(owners) * self._middle[rows]).astype(np.int64)
        at += (self._offsets[low : low + len(donors)] - rows.start)[donors].take(owners)
        return np.asarray(own.take(at))

    def _shuffled(self, of_blocks: Array, rng: np.random.Generator) -> Array:
        """Return a value of each block, shuffled among the blocks that exchange."""
        shuffled = of_blocks.copy()
        for low, high in itertools.pairwise(self._edges.tolist()):
            if high - low > 1:
                shuffled[low:high] = rng.permutation(of_blocks[low:high])
        return shuffled

    def information(self, rng: np.random.Generator) -> Array:
        """Return what each part contributes to the information after an exchange, in bits."""
        answers = self.exchanged(rng)
        cells, count = self._kinds + answers, len(self._parts) * self._width
        if count <= _DENSE:
            table = np.bincount(cells, minlength=count).reshape(-1, self._width)
            together = np.add.reduceat(table, run_starts(self._parts), axis=0)
            both = np.bincount(self._parts, self._logs[table].sum(axis=1), self._size)
            pooled = self._logs[together].sum(axis=1)
        else:
            both = self._summed(cells, self._parts)
            pooled = self._summed(self._pooled + answers, np.arange(self._size))
        return np.asarray((both - pooled + self._margins) / max(len(answers), 1))

    def _summed(self, cells: Array, parts: Array) -> Array:
        """Return the sum over cells of n log2 n, by part."""
        met, times = runs(cells)
        return np.bincount(parts[met // self._width], self._logs[times], self._size)


class Flips:
    """The deviation of parts from independence when the scores of units have random signs.

    The score of a unit in a cell is what it adds to the observed minus the expected count. If kinds
    and answers are independent given the part, the scores of independent units are centred at 0,
    whatever the dependence within a unit, also between parts. The deviation is Pearson's
    chi-squared over ``2 h ln 2``, in bits: the information up to the third order.

    References
    ----------
    P. Hall and C. C. Heyde (1980), Martingale Limit Theory, Academic Press. R. Davidson and
    E. Flachaire (2008), The wild bootstrap, tamed at last, Journal of Econometrics 146, 162-169.
    """

    def __init__(self, joint: Joint) -> None:
        from scipy.sparse import csr_array

        ones, width = np.ones(len(joint.kinds), dtype=np.float32), joint.width
        self._units = int(joint.units.max(initial=-1)) + 1
        cells, at = np.unique(joint.cells, return_inverse=True)
        pooled, times = runs(joint.pooled.copy())
        kinds, answers = np.divmod(cells, width)
        parts = joint.parts[kinds]
        pool = np.searchsorted(pooled, parts * width + answers)
        self._counts: Any = csr_array((ones, (at, joint.units)), shape=(len(cells), self._units))
        self._pools: Any = csr_array((np.ones(len(pool)), (pool, np.arange(len(pool)))))
        self._kinds, self._of_kinds = run_starts(kinds), joint.of_kinds
        self._parts, self._of_parts = run_starts(joint.parts), joint.of_parts
        self._cells, self._pooled = run_starts(parts), run_starts(pooled // width)
        self._of_pools = times
        self._expected = joint.of_kinds[kinds] * times[pool] / joint.of_parts[parts]
        self._bits = 2 * len(joint.kinds) * np.log(2)

    def deviation(self, signs: Array) -> Array:
        """Return the deviation of each part with these signs of units (u, b), float64 (parts, b).

        Notes
        -----
        The squares of the signed scores over expected counts are those of the signed counts, less
        those of their margins, so that only the cells that are met are visited.
        """
        counts = (self._counts @ signs).astype(np.float64)
        kinds = np.add.reduceat(counts, self._kinds, axis=0)
        parts = np.add.reduceat(kinds, self._parts, axis=0)
        margins = np.add.reduceat(
            (self._pools @ counts) ** 2 / self._of_pools[:, None], self._pooled, axis=0
        )
        margins += np.add.reduceat(kinds**2 / self._of_kinds[:, None], self._parts, axis=0)
        squares = np.add.reduceat(counts**2 / self._expected[:, None], self._cells, axis=0)
        squares += parts**2 / self._of_parts[:, None] - margins
        return np.asarray(np.maximum(squares, 0.0) / self._bits)

    def observed(self) -> Array:
        """Return the deviation of each part as it is, float64 (parts,)."""
        return self.deviation(np.ones((self._units, 1)))[:, 0]

    def drawn(self, draws: int, rng: np.random.Generator) -> Array:
        """Return the deviation of each part with random signs, float64 (draws, parts)."""
        step = max(_ROOM // max(self._units, len(self._expected), 1), 1)
        found = []
        for low in range(0, draws, step):
            many = min(step, draws - low)
            signs = rng.integers(0, 2, (self._units, many), dtype=np.int8) * np.float32(2)
            found.append(self.deviation(signs - np.float32(1)).T)
        return np.concatenate(found)
