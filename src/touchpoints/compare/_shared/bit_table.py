"""Sums of whole numbers over the units of random groups, 64 groups at a time."""

from __future__ import annotations

from functools import partial
from typing import Any

import attrs
import numpy as np

from touchpoints._core.arrays.statistics.bit_sums import HALVES, BitSums
from touchpoints._core.arrays.threads import in_threads
from touchpoints._core.frozen import Array

_ROOM = 8  # places for each unit of a column that are still faster than a sparse product
_WIDEST = 1 << 62


@attrs.frozen(eq=False)
class BitTable:
    """Sums of y, m, y², y m, m² and m > 0 over groups that have each unit once or not at all.

    Units with equal whole numbers in a column are counted together: `BitSums` tells how many of
    them each group has, and the sums are sums of these counts.

    Attributes
    ----------
    counted
        The units of each column with equal numbers.
    amounts : sparse (columns, segments)
        What such a unit adds to each column.
    """

    counted: BitSums
    amounts: Any

    @classmethod
    def of(cls, y: Any, m: Any, group: Array, *, alone: bool) -> BitTable | None:
        """Build the table of y, sparse (units, labels), and m, sparse (units, groups).

        Only y and m are columns if they are ``alone``. None where it would not be faster.
        """
        labels, groups = y.shape[1], m.shape[1]
        wide = (labels + groups) * (1 if alone else 3)
        hits = _Classes.of(y.tocoo(), _beside(y, m, group))
        tried = _Classes.of(m.tocoo(), m.tocoo().data)
        if hits is None or tried is None or not len(hits.columns) + len(tried.columns):
            return None
        starts = np.concatenate([hits.starts[:-1], tried.starts + len(hits.rows)])
        counted = BitSums.of(np.append(hits.rows, tried.rows), starts, size=y.shape[0])
        if counted.places.size > _ROOM * (y.nnz + m.nnz) * wide / (labels + groups):
            return None
        parts = [(0, hits, hits.first), (labels, tried, tried.first)]
        if wide > labels + groups:
            rest = labels + groups
            parts += [
                (rest, hits, hits.first**2),
                (rest + labels, hits, hits.first * hits.second),
                (rest + 2 * labels, tried, tried.first**2),
                (rest + 2 * labels + groups, tried, np.sign(tried.first)),
            ]
        return cls(counted, _amounts(parts, len(hits.columns), wide))

    def sums(self, halves: Array) -> Array:
        """Return the sums of each group, bool (b, units), float64 (b, columns)."""
        found = []
        for start in range(0, len(halves), HALVES):
            block = halves[start : start + HALVES]
            if len(block) < HALVES:
                rest = np.zeros((HALVES - len(block), block.shape[1]), dtype=bool)
                block = np.concatenate([block, rest])
            found.append((self.amounts @ self.counted.counts(block).astype(np.float64)).T)
        return np.concatenate(found)[: len(halves)]


@attrs.frozen(eq=False)
class ScoreTable:
    """The sums of `BitTable` where y are any numbers: only m is counted by bits.

    Attributes
    ----------
    scores : tuple of sparse (units, labels)
        y, y², and y (m - 1), which most units lack.
    trials
        The sums of m and m², and of units with m above 0.
    """

    scores: tuple[Any, ...]
    trials: BitTable

    @classmethod
    def of(cls, y: Any, m: Any, group: Array) -> ScoreTable | None:
        """Build the table of y, sparse (units, labels), and m, sparse (units, groups)."""
        none = y[:, :0]
        trials = BitTable.of(none, m, group[:0], alone=False)
        if trials is None:
            return None
        more = products(y, m, group) - y
        more.eliminate_zeros()
        return cls((y.tocsr(), y.power(2).tocsr(), more.tocsr()), trials)

    def sums(self, halves: Array) -> Array:
        """Return the sums of each group, bool (b, units), float64 (b, columns)."""
        times = np.ascontiguousarray(halves.T).astype(np.float64)
        calls = [partial(_product, one, times) for one in self.scores]
        y, squares, more = in_threads(calls, rows=self.scores[0].nnz)
        m, sizes, units = np.split(self.trials.sums(halves), 3, axis=1)
        return np.concatenate([y, m, squares, y + more, sizes, units], axis=1)


def _product(table: Any, times: Array) -> Array:
    found: Array = (table.T @ times).T
    return found


@attrs.frozen(eq=False)
class _Classes:
    """The units of a table by column and by their two numbers in it, ``first`` and ``second``.

    Class c has the units ``rows[starts[c]:starts[c + 1]]``.
    """

    rows: Array
    starts: Array
    columns: Array
    first: Array
    second: Array

    @classmethod
    def of(cls, cells: Any, seconds: Array) -> _Classes | None:
        """Sort the cells of a table, sparse by row and column; None if keys would be too long.

        Numbers are whole and not negative.
        """
        sizes = [int(one.max(initial=0)) + 1 for one in (cells.data, seconds)]
        if max(cells.shape[1], 1) * sizes[0] * sizes[1] >= _WIDEST:
            return None
        keys = cells.col.astype(np.int64) * sizes[0] + cells.data.astype(np.int64)
        keys = keys * sizes[1] + seconds.astype(np.int64)
        order = np.argsort(keys, kind="stable")
        keys = keys[order]
        starts = np.append(np.flatnonzero(np.diff(keys, prepend=-1)), len(keys))
        firsts = order[starts[:-1]]
        return cls(
            rows=cells.row[order].astype(np.int64),
            starts=starts,
            columns=cells.col[firsts],
            first=cells.data[firsts].astype(np.float64),
            second=seconds[firsts].astype(np.float64),
        )


def _amounts(parts: list[tuple[int, _Classes, Array]], hits: int, wide: int) -> Any:
    """Return what a unit of each class adds to each column; classes of hits come first."""
    from scipy import sparse

    rows = np.concatenate([first + one.columns for first, one, _ in parts])
    size = hits + len(parts[1][1].columns)
    spans = {0: np.arange(hits), 1: np.arange(hits, size)}
    columns = np.concatenate([spans[int(one is parts[1][1])] for _, one, _ in parts])
    data = np.concatenate([values for _, _, values in parts])
    return sparse.csr_array((data, (rows, columns)), shape=(wide, size))


def products(y: Any, m: Any, group: Array) -> Any:
    """Return y times the m of its label for each unit, sparse (units, labels)."""
    from scipy import sparse

    cells = y.tocoo()
    amounts = cells.data * _beside(y, m, group)
    return sparse.csr_array((amounts, (cells.row, cells.col)), shape=y.shape)


def _beside(y: Any, m: Any, group: Array) -> Array:
    """Return the m of the label and unit of each cell of y, in the order of ``y.tocoo()``."""
    some, tried, wide = y.tocoo(), m.tocoo(), max(m.shape[1], 1)
    keys = tried.row.astype(np.int64) * wide + tried.col
    order = np.argsort(keys, kind="stable")
    wanted = some.row.astype(np.int64) * wide + group[some.col]
    found: Array = tried.data[order[np.searchsorted(keys, wanted, sorter=order)]]
    return found
