"""All pairs of sequences, in blocks of sequences of similar length."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import attrs
import numpy as np

from touchpoints._core.frozen import Array

_SHORT = 15


def spans(lengths: Array, start: int, *, width: Callable[[int], int]) -> Iterator[slice]:
    """Yield spans of sequences that are sorted by length, from ``start`` on.

    ``width`` returns the maximum number of sequences in a span, given the length of the longest.
    The longest of a span is at most a quarter longer than the shortest, or has length 15 or less.
    """
    while start < len(lengths):
        alike = max(_SHORT, int(lengths[start]) * 5 // 4)
        stop = int(np.searchsorted(lengths, alike, side="right"))
        stop = min(stop, start + width(int(lengths[stop - 1])))
        yield slice(start, stop)
        start = stop


@attrs.frozen(eq=False)
class Square:
    """A square matrix of distances, float64 (n, n), filled in block by block.

    ``order[i]`` is the row and column of the i-th sequence by length.
    """

    matrix: Array
    order: Array

    @classmethod
    def of(cls, lengths: Array) -> Square:
        """Return a matrix of zeros for sequences of these lengths."""
        return cls(np.zeros((len(lengths),) * 2), np.argsort(lengths, kind="stable"))

    def put(self, rows: slice, columns: slice, distances: Array) -> None:
        """Write the distances between some sequences and others, and their transpose."""
        mine, others = self.order[rows], self.order[columns]
        self.matrix[np.ix_(mine, others)] = distances
        self.matrix[np.ix_(others, mine)] = distances.T
