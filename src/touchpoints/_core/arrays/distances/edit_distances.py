"""Optimal matching and Hamming distances between all sequences."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import attrs
import numpy as np

from touchpoints._core.arrays.distances.square import Square, spans
from touchpoints._core.frozen import Array

_TABLE = 1 << 20
_BUFFERS = 1 << 20
_NARROWEST, _WIDEST = 32, 512
_MOST = 64
_SURE = 1e-6
_SLACK = 2
_FINEST = 360
_NARROW = 2**14


@attrs.frozen(eq=False)
class Padded:
    """Sequences of codes as a rectangle padded with -1: sequence i is ``codes[i, :lengths[i]]``."""

    codes: Array
    lengths: Array

    def __len__(self) -> int:
        return len(self.lengths)

    def rows(self, chosen: Array | slice) -> Padded:
        """Return some of the sequences."""
        return Padded(self.codes[chosen], self.lengths[chosen])


def padded(codes: Array, offsets: Array) -> Padded:
    """Return segments as a rectangle padded with -1, int32 (n, longest)."""
    lengths = np.diff(offsets)
    table = np.full((len(lengths), int(lengths.max(initial=0))), -1, dtype=np.int32)
    table[np.arange(table.shape[1]) < lengths[:, None]] = codes
    return Padded(table, lengths)


def positions_that_differ(sequences: Padded) -> Array:
    """Return the Hamming distance between all sequences, float64 (n, n).

    That is the number of positions at which they differ. A position that only one of the two
    sequences has counts as different.
    """
    square = Square.of(sequences.lengths)
    lengths = sequences.lengths[square.order]
    columns = np.ascontiguousarray(sequences.codes[square.order].T)
    longer = np.searchsorted(lengths, np.arange(len(columns)), side="right").tolist()
    for block in spans(lengths, 0, width=lambda _: _MOST):
        same = np.zeros((block.stop - block.start, block.stop), dtype=np.int32)
        for column, first in zip(columns[: lengths[block.stop - 1]], longer, strict=False):
            same[:, first:] += column[block, None] == column[first : block.stop]
        apart = np.maximum.outer(lengths[block], lengths[: block.stop]) - same
        square.put(block, slice(0, block.stop), apart)
    return square.matrix


def cheapest_edits(
    sequences: Padded, costs: Array, *, indel: float, advance: Callable[[], None]
) -> Array:
    """Return the optimal matching (edit) distance between all sequences, float64 (n, n).

    Parameters
    ----------
    costs : float64 (k, k)
        The cost of substituting one code for another; symmetric.
    indel
        The cost of an insertion or a deletion; above 0.
    advance
        Called after each of the `chunk_count` parts of the work.

    Notes
    -----
    With the costs of insertions and deletions subtracted, ``E[i, j] = D[i, j] − (i + j) × indel``,
    both are free: ``E[i, j] = min(E[i-1, j], E[i, j-1], E[i-1, j-1] + cost − 2 × indel)``. A
    position without a gain from any match has no effect, and is used to pad the shorter sequences.
    The cells of an antidiagonal do not depend on each other, so they are computed at once, for a
    block of sequences against another block, small enough to stay in the cache of a core. If all
    costs are multiples of a fraction, they are integers in that unit, and their sums are exact.
    Cells so far from the diagonal that an alignment through them costs more than one already found
    are left out (E. Ukkonen (1985), Algorithms for approximate string matching, Information and
    Control 64, 100-118, doi:10.1016/S0019-9958(85)80046-2). O(n² × longest²).
    """
    scale, dtype = _grid(costs, indel, int(sequences.lengths.max(initial=0)))
    gains = np.zeros((len(costs) + 1,) * 2, dtype=dtype)  # the last entry is for the padding, -1
    exact = costs * scale - 2 * indel * scale
    gains[:-1, :-1] = np.rint(exact) if dtype != np.float64 else exact
    square = Square.of(sequences.lengths)
    ordered = sequences.rows(square.order)
    lengths = ordered.lengths
    for chunk in _chunks(lengths, gains):
        columns = _Columns.of(ordered.rows(chunk), gains)
        band = int(lengths[-1])
        for block in spans(lengths, chunk.start + 1, width=columns.fitting):
            found, band = columns.cheapest(ordered.rows(block), indel, scale, band)
            square.put(block, chunk, np.maximum(found, 0.0))
        advance()
    np.fill_diagonal(square.matrix, 0.0)
    return square.matrix


def chunk_count(sequences: Padded, costs: Array, *, indel: float) -> int:
    """Return the number of parts in which `cheapest_edits` does its work."""
    _, dtype = _grid(costs, indel, int(sequences.lengths.max(initial=0)))
    gains = np.zeros((len(costs) + 1,) * 2, dtype=dtype)
    return len(list(_chunks(np.sort(sequences.lengths), gains)))


def _chunks(lengths: Array, gains: Array) -> Iterator[slice]:
    """Yield spans of sequences, sorted by length, whose table fits in the cache."""

    def width(longest: int) -> int:
        fitting = _TABLE // (max(longest, 1) * len(gains) * gains.itemsize)
        return min(max(fitting, _NARROWEST), _WIDEST)

    return spans(lengths, 0, width=width)


def _grid(costs: Array, indel: float, longest: int) -> tuple[int, type[np.generic]]:
    """Return the scale that makes all costs integers, and the dtype that holds their sums."""
    amounts = np.append(np.unique(costs), [indel, 2 * indel])
    largest = 2 * (longest + 1) * float(amounts.max())
    for scale in range(1, _FINEST + 1):
        if largest * scale >= 2**30:
            break
        scaled = amounts * scale
        if np.allclose(scaled, np.rint(scaled), rtol=0, atol=1e-9):
            return scale, np.int16 if largest * scale < _NARROW else np.int32
    return 1, np.float64


@attrs.frozen(eq=False)
class _Columns:
    """A block of sequences that others are compared with.

    Row ``code × longest + position`` of ``table`` is the gain of each sequence from a match of its
    code at that position with the code.
    """

    longest: int
    table: Array
    lengths: Array

    @classmethod
    def of(cls, sequences: Padded, gains: Array) -> _Columns:
        """Return a block of sequences with its table of gains."""
        longest = int(sequences.lengths.max())
        codes = np.ascontiguousarray(sequences.codes[:, :longest].T)
        return cls(longest, gains[:, codes].reshape(-1, len(sequences)), sequences.lengths)

    def fitting(self, rows: int) -> int:
        """Return the number of sequences of length ``rows`` to compare at once."""
        needed = 4 * (rows + 1) * self.table.shape[1] * self.table.itemsize
        return max(1, min(int(_BUFFERS // needed), _MOST))

    def cheapest(self, sequences: Padded, indel: float, scale: int, band: int) -> tuple[Array, int]:
        """Return D of each sequence with each of these, and the band to try for other sequences.

        An alignment that leaves the band, to more than ``band`` cells from the diagonal, needs at
        least ``2 × (band + 1)`` insertions and deletions, minus the difference of the lengths.
        Where all distances found cost less, no better alignment was missed; otherwise all cells
        are computed.
        """
        rows = int(sequences.lengths.max())
        whole = max(rows, self.longest)
        total = np.add.outer(sequences.lengths, self.lengths) * indel
        apart = np.abs(np.subtract.outer(sequences.lengths, self.lengths))
        for width in (max(band, abs(rows - self.longest)), whole):
            found = self._ends(sequences, rows, width) / scale + total
            needed = float((found / indel + apart).max()) / 2
            if needed < width + 1 - _SURE:
                break
        return found, int(needed) + _SLACK

    def _ends(self, sequences: Padded, rows: int, band: int) -> Array:
        """Return E of each complete sequence with each of these, (n, columns)."""
        answer = np.zeros((len(sequences), self.table.shape[1]), dtype=self.table.dtype)
        if not rows or not self.longest:
            return answer
        codes = sequences.codes[:, :rows].T.astype(np.intp) % (len(self.table) // self.longest)
        starts = codes * self.longest - np.arange(1, rows + 1)[:, None]
        buffers = np.zeros((4, rows + 1, *answer.shape), dtype=self.table.dtype)
        return self._sweep(starts, buffers, band)

    def _sweep(self, starts: Array, buffers: Array, band: int) -> Array:
        """Compute all antidiagonals in turn and return the last.

        Row ``starts[i - 1] + t - 1`` of the table is for the match, on antidiagonal t, of position
        i with position ``t - i`` of these sequences. For a cell outside the band an earlier value
        or 0 is read: neither is less than the value of the cell.
        """
        rows = len(starts)
        oldest, older, now, gained = buffers
        for diagonal in range(2, rows + self.longest + 1):
            low = max(1, diagonal - self.longest, (diagonal - band + 1) // 2)
            high = min(rows, diagonal - 1, (diagonal + band) // 2)
            inside, before = slice(low, high + 1), slice(low - 1, high)
            room, here = gained[: high - low + 1], now[inside]
            np.take(self.table, starts[before] + (diagonal - 1), axis=0, out=room, mode="clip")
            np.add(room, oldest[before], out=room)
            np.minimum(older[before], older[inside], out=here)
            np.minimum(here, room, out=here)
            oldest, older, now = older, now, oldest
        answer: Array = older[rows]
        return answer
