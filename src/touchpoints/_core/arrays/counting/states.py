"""States of a higher-order Markov chain: the last few codes of a sequence."""

from __future__ import annotations

import attrs
import numpy as np

from touchpoints._core.arrays.counting import DENSE, run_starts
from touchpoints._core.arrays.sorting.ordering import sort_positions
from touchpoints._core.frozen import Array


@attrs.frozen(eq=False)
class States:
    """The state of each row, and the codes of each state.

    Attributes
    ----------
    codes : int64 (m,)
        The state of each row, in ``range(len(members))``.
    members : list of tuple of int
        The codes of each state, in the order of the rows.
    """

    codes: Array
    members: list[tuple[int, ...]]


def last_codes(codes: Array, offsets: Array, k: int, *, order: int) -> States:
    """Return the state of each row: its code and those of up to ``order - 1`` rows before it.

    A state never contains rows of another segment, so the first states of a segment are shorter.

    Notes
    -----
    O(order × m); with more than 2**24 possible states, numbering them needs a sort.
    """
    first = np.zeros(len(codes), dtype=bool)
    starts = offsets[:-1][offsets[1:] > offsets[:-1]]
    first[starts] = True
    current, size = dense_numbers(codes.astype(np.int64), k)
    for _ in range(order - 1):
        keys = np.empty(len(codes), dtype=np.int64)
        keys[1:] = current[:-1]
        keys += 1
        keys[first] = 0
        keys *= k
        keys += codes
        current, size = dense_numbers(keys, (size + 1) * k)
    rows = np.empty(size, dtype=np.int64)
    rows[current] = np.arange(len(codes))
    begins = np.maximum(starts[np.searchsorted(starts, rows, side="right") - 1], rows - order + 1)
    spans = zip(begins.tolist(), rows.tolist(), strict=True)
    return States(current, [tuple(codes[low : high + 1].tolist()) for low, high in spans])


def dense_numbers(keys: Array, size: int) -> tuple[Array, int]:
    """Renumber keys 0, 1 … in sorted order, int64 (m,); return also the number of distinct keys.

    Parameters
    ----------
    keys : int64 (m,) in ``range(size)``
    """
    if size <= DENSE:
        there = np.zeros(size, dtype=bool)
        there[keys] = True
        numbers = np.cumsum(there) - 1
        return numbers[keys], int(np.count_nonzero(there))
    order = sort_positions(keys)
    starts = run_starts(keys[order])
    numbers = np.empty(len(keys), dtype=np.int64)
    numbers[order] = np.repeat(np.arange(len(starts)), np.diff(np.append(starts, len(keys))))
    return numbers, len(starts)
