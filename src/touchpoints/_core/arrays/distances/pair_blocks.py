"""All pairs of sequences, cut into blocks of sequences of about one length."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import attrs
import numpy as np

from touchpoints._core.frozen import Array

_SHORT = 15


def spans(lengths: Array, start: int, *, width: Callable[[int], int]) -> Iterator[slice]:
    """Yield spans of sequences that are in order of their lengths, from ``start`` on.

    ``width`` tells how many at most go together, from the length of the longest. The longest of
    a span is at most a quarter longer than the shortest, or no longer than 15.
    """
    while start < len(lengths):
        alike = max(_SHORT, int(lengths[start]) * 5 // 4)
        stop = int(np.searchsorted(lengths, alike, side="right"))
        stop = min(stop, start + width(int(lengths[stop - 1])))
        yield slice(start, stop)
        start = stop


@attrs.frozen(eq=False)
class Square:
    """Distances from each to each, filled in block by block.

    ``order[i]`` is the row and column of the sequence that is the i-th by length.
    """

    matrix: Array
    order: Array

    @classmethod
    def of(cls, lengths: Array) -> Square:
        """Start with every sequence at 0 from every other."""
        return cls(np.zeros((len(lengths),) * 2), np.argsort(lengths, kind="stable"))

    def put(self, rows: slice, columns: slice, distances: Array) -> None:
        """Write the distances of some sequences from others, both ways."""
        mine, others = self.order[rows], self.order[columns]
        self.matrix[np.ix_(mine, others)] = distances
        self.matrix[np.ix_(others, mine)] = distances.T
