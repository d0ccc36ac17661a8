"""Chains counted in a table of all possible transitions, where it is not too large."""

from __future__ import annotations

import attrs
import numpy as np

from touchpoints._core.arrays.chains import Chain, counted, windows_of
from touchpoints._core.arrays.counting import DENSE
from touchpoints._core.frozen import Array

_BLOCK = 1 << 16
_SEGMENTS = 1 << 15
_CELLS = 1 << 18


def chain_of(
    codes: Array,
    offsets: Array,
    k: int,
    *,
    order: int,
    ends: Array,
    weights: Array,
    kinds: int,
) -> tuple[Chain, Array]:
    """Return the chain of segments whose states are windows, and the codes of the states.

    Parameters
    ----------
    codes : int32 (m,) in ``range(k)``
    order
        At least 1: see `windows_of`.
    ends : integers (n,) in ``range(kinds)``
        The end of each segment.
    weights : float64 (n,)
        The weight of each segment, above 0.

    Returns
    -------
    Chain
        Its transitions, and those that each segment passes.
    members : int64 (S, order)
        The codes of each state, first to last; -1 before the first where it has fewer.

    Notes
    -----
    O(order × m) where the possible windows times the codes are at most 2**24 and not many more than
    the rows; else by `counted`, which can sort.
    """
    table = _Table(k=k, order=order, kinds=kinds)
    if table.cells > min(DENSE, max(_CELLS, 2 * len(codes))):
        windows = windows_of(codes, offsets, k, order=order)
        return counted(windows, ends, weights, kinds=kinds), windows.members
    keys, begun = np.empty(len(codes), dtype=np.int32), np.empty(len(ends), dtype=np.int32)
    for low in range(0, len(ends), _SEGMENTS):
        part, stop = offsets[low : low + _SEGMENTS + 1], low + _SEGMENTS
        rows = slice(int(part[0]), int(part[-1]))
        table.read(
            codes[rows], part - part[0], ends[low:stop], keys=keys[rows], begun=begun[low:stop]
        )
    alike = len(weights) == 0 or bool((weights == weights[0]).all())
    spread = None if alike else np.repeat(weights, np.diff(offsets))
    opened = _totals(begun, weights, table.size + kinds, alike=alike)
    inner = _totals(keys, weights if spread is None else spread, table.cells, alike=alike)
    return table.chain(opened, inner, begun, keys, offsets)


def _totals(keys: Array, weights: Array, size: int, *, alike: bool) -> Array:
    """Return the weight of each key, float64 (size,); ``alike`` says that all weights are."""
    if not alike:
        return np.bincount(keys, weights, size)
    answer, block = np.zeros(size), max(_BLOCK, 4 * size)
    for low in range(0, len(keys), block):  # which stay in the cache
        answer += np.bincount(keys[low : low + block], minlength=size)
    return answer * weights[0] if len(weights) else answer


@attrs.frozen(eq=False, kw_only=True)
class _Table:
    """Windows as numbers whose digits are codes plus 1, and a row of what can follow each.

    What follows is a code, or the number of codes plus an end.
    """

    k: int
    order: int
    kinds: int

    @property
    def base(self) -> int:
        return self.k + 1

    @property
    def size(self) -> int:
        """The number of possible windows, and more: numbers with a 0 after another digit."""
        return int(self.base**self.order)

    @property
    def width(self) -> int:
        return self.k + self.kinds

    @property
    def cells(self) -> int:
        return self.size * self.width

    def read(self, codes: Array, offsets: Array, ends: Array, *, keys: Array, begun: Array) -> None:
        """Write the cell of each row, and with which window each segment begins.

        Segments without rows begin with the number of possible windows plus their end.
        """
        filled = np.flatnonzero(offsets[1:] > offsets[:-1])
        starts, lasts = offsets[:-1][filled], offsets[1:][filled] - 1
        numbers = self.windows(codes, starts)
        np.multiply(numbers, np.int32(self.width), out=keys)
        ending = keys[lasts] + (self.k + ends[filled]).astype(np.int32)
        keys[:-1] += codes[1:]
        keys[lasts] = ending
        begun[:] = self.size + ends
        begun[filled] = numbers[np.minimum(starts + (self.order - 1), lasts)]

    def windows(self, codes: Array, starts: Array) -> Array:
        """Return the number of the window that ends at each row, int32 (m,)."""
        digits = codes.astype(np.int32, copy=False) + np.int32(1)
        numbers = digits
        for _ in range(self.order - 1):
            before = np.empty_like(numbers)
            before[1:] = numbers[:-1]
            before[starts] = 0
            before *= np.int32(self.base)
            before += digits
            numbers = before
        return numbers

    def chain(
        self, opened: Array, inner: Array, begun: Array, keys: Array, offsets: Array
    ) -> tuple[Chain, Array]:
        """Return the chain of the transitions that occur, and the codes of its states."""
        cells = inner.reshape(self.size, self.width)
        self._leave_out(cells)
        states = self._states(cells)
        place = np.zeros(self.size, dtype=np.int64)
        place[states] = np.arange(len(states))
        found, begins = np.flatnonzero(inner), np.flatnonzero(opened)
        numbers, after = np.divmod(found, self.width)
        following = numbers % (self.size // self.base) * self.base + after + 1
        ending = after >= self.k
        targets = np.where(ending, len(states) + 1 - self.k + after, 0)
        targets[~ending] = place[following[~ending]]
        opens = np.where(begins < self.size, 0, len(states) + 1 + begins - self.size)
        opens[begins < self.size] = place[begins[begins < self.size]]
        total, number = len(found) + len(begins), np.int32
        passed, first = np.full(len(inner), total, number), np.zeros(len(opened), number)
        passed[found] = np.arange(len(found))
        first[begins] = np.arange(len(found), total)
        chain = Chain(
            size=len(states),
            ends=self.kinds,
            sources=np.append(place[numbers], np.full(len(begins), len(states))),
            targets=np.append(targets, opens),
            totals=np.append(inner[found], opened[begins]),
            first=first[begun],
            passed=passed[keys],
            offsets=offsets,
        )
        return chain, self._members(states)

    def _leave_out(self, cells: Array) -> None:
        """Clear the steps from less than a window, and from windows to themselves."""
        cells[: self.size // self.base, : self.k] = 0.0
        if self.order > 1:
            codes = np.arange(self.k)
            alike = (codes + 1) * sum(self.base**power for power in range(self.order))
            cells[alike, codes] = 0.0

    def _states(self, cells: Array) -> Array:
        """Return the numbers of the windows that occur; of single codes all of them."""
        if self.order == 1:
            return np.arange(1, self.size)
        return np.flatnonzero(cells.any(axis=1))

    def _members(self, states: Array) -> Array:
        powers = self.base ** np.arange(self.order)[::-1]
        return np.asarray(states[:, None] // powers % self.base - 1)
