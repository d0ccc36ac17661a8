"""Absorbing Markov chains counted from segments, in which a state is the last few codes."""

from __future__ import annotations

from typing import Any

import attrs
import numpy as np

from touchpoints._core.arrays.counting import DENSE, run_starts
from touchpoints._core.arrays.counting.states import dense_numbers
from touchpoints._core.arrays.segments import lengths_of
from touchpoints._core.arrays.sorting.ordering import sort_positions
from touchpoints._core.frozen import Array

_FEW = 1 << 16
_HALF_WORD = 2**31
_LARGE = 2**62


@attrs.frozen(eq=False, kw_only=True)
class Windows:
    """The states of segments, one after another.

    Attributes
    ----------
    states : int64 (s,)
        The state of each row that has one, in ``range(len(members))``.
    offsets : int64 (n+1,)
        Segment j has the states ``states[offsets[j]:offsets[j + 1]]``.
    members : int64 (S, order)
        The codes of each state, first to last; -1 before the first where it has fewer.
    """

    states: Array
    offsets: Array
    members: Array


@attrs.frozen(eq=False, kw_only=True)
class Chain:
    """Transitions of segments: into a first state, between states, and into an end.

    Nodes are the states ``range(size)``, then the start, then the ends.

    Attributes
    ----------
    size : int
        The number of states S.
    ends : int
        The number of ends.
    sources, targets : int64 (E,)
        The nodes of each distinct transition, sorted by source, then target.
    totals : float64 (E,)
        The weight of the segments over each transition.
    first : int32 (n,)
        The transition from the start of each segment, an index into ``sources``.
    passed : int32 (t,)
        The transitions after the first one, of one segment after another; E where a row of a
        segment completes none.
    offsets : int64 (n+1,)
        Segment j goes on with ``passed[offsets[j]:offsets[j + 1]]``, of which the last is one into
        an end; with nothing where its first transition is.
    """

    size: int
    ends: int
    sources: Array
    targets: Array
    totals: Array
    first: Array
    passed: Array
    offsets: Array

    @property
    def start(self) -> int:
        """The node where segments start."""
        return self.size

    def leaving(self) -> Array:
        """Return the weight that leaves each state and the start, float64 (S+1,)."""
        return np.bincount(self.sources, self.totals, self.size + 1)

    def last(self) -> Array:
        """Return the transition into an end of each segment, int32 (n,)."""
        last = self.first.copy()
        filled = np.flatnonzero(self.offsets[1:] > self.offsets[:-1])
        last[filled] = self.passed[self.offsets[1:][filled] - 1]
        return last

    def probabilities(self) -> Array:
        """Return the probability of each transition from its source, float64 (E,)."""
        return np.asarray(self.totals / self.leaving()[self.sources])


def windows_of(codes: Array, offsets: Array, k: int, *, order: int) -> Windows:
    """Return the states of segments: windows of ``order`` codes, or a shorter segment as a whole.

    Parameters
    ----------
    codes : int32 (m,) in ``range(k)``
    order
        At least 1. A window equal to the one before it is left out where ``order`` is above 1.

    Notes
    -----
    O(order × m); with more than 2**24 possible windows, numbering them needs a sort.
    """
    if order == 1:
        return Windows(states=codes, offsets=offsets, members=np.arange(k)[:, None])
    digits = _digits(codes, offsets, order)
    numbers, possible = _numbered(digits, k + 1)
    whole = digits[-1] > 0
    alike = numbers[1:] == numbers[:-1]
    alike &= whole[1:]  # and then the one before is whole, and of the same segment
    lengths = lengths_of(offsets)
    whole[1:] &= ~alike
    whole[offsets[1:][(lengths > 0) & (lengths < order)] - 1] = True
    rows = np.flatnonzero(whole)
    states, size = dense_numbers(numbers[rows], possible)
    shown = np.empty(size, dtype=np.int64)
    shown[states] = rows
    members = np.column_stack([one[shown] for one in reversed(digits)]).astype(np.int64) - 1
    bounds = np.append(0, np.cumsum(whole))[offsets]
    return Windows(states=states, offsets=bounds, members=members)


def _digits(codes: Array, offsets: Array, order: int) -> list[Array]:
    """Return the code of each row, of the one before it and so on, plus 1; 0 for none."""
    starts = offsets[:-1][offsets[1:] > offsets[:-1]]
    digits = [codes.astype(np.int32) + np.int32(1)]
    for _ in range(order - 1):
        before = np.empty_like(digits[-1])
        before[1:] = digits[-1][:-1]
        before[starts] = 0
        digits.append(before)
    return digits


def _numbered(digits: list[Array], base: int) -> tuple[Array, int]:
    """Return a number of each row that sorts as its digits do, the last first; and their range."""
    possible = base ** len(digits)
    if possible >= _LARGE:
        numbers, seen = np.zeros(len(digits[0]), dtype=np.int64), 1
        for digit in reversed(digits):
            numbers, seen = dense_numbers(numbers * base + digit, seen * base)
        return numbers, seen
    numbers = digits[-1].astype(np.int32 if possible < _HALF_WORD else np.int64)
    for digit in reversed(digits[:-1]):
        numbers *= base
        numbers += digit
    return numbers, possible


def counted(windows: Windows, ends: Array, weights: Array, *, kinds: int) -> Chain:
    """Count the transitions of segments.

    Parameters
    ----------
    windows
        States as `windows_of` returns them: each follows from the one before it and its last code.
    ends : integers (n,) in ``range(kinds)``
        The end of each segment.
    weights : float64 (n,)
        The weight of each segment, above 0.

    Notes
    -----
    O(s + n) while the states times the codes are at most 2**24, else a sort.
    """
    size, offsets = len(windows.members), windows.offsets
    steps = offsets + np.arange(len(offsets))
    keys, width = _keyed(windows, ends, steps, kinds)
    passed, shown, totals = _summed(keys, steps, weights, size * width + size + kinds)
    if len(shown) > _FEW:
        owners = np.repeat(np.arange(len(ends)), np.diff(steps))[shown]
    else:
        owners = np.searchsorted(steps, shown, side="right") - 1
    targets = size + 1 + ends[owners].astype(np.int64)
    inner = shown < steps[1:][owners] - 1
    targets[inner] = windows.states[(shown - owners)[inner]]
    found = keys[shown]
    return Chain(
        size=size,
        ends=kinds,
        sources=np.minimum(found // width, size).astype(np.int64),
        targets=targets,
        totals=totals,
        first=passed[steps[:-1]],
        passed=np.delete(passed, steps[:-1]),
        offsets=offsets,
    )


def _keyed(windows: Windows, ends: Array, steps: Array, kinds: int) -> tuple[Array, int]:
    """Return a number of each transition that sorts as its source and its target do.

    From a state on it is ``state * width`` plus the last code of the next state, or the number of
    codes plus the end; from the start ``size * width`` plus the state, or the size plus the end.
    """
    size, offsets, states = len(windows.members), windows.offsets, windows.states
    last = windows.members[:, -1]
    codes = int(last.max(initial=-1)) + 1
    width = codes + kinds
    dtype: Any = np.int32 if size * width + size + kinds < _HALF_WORD else np.int64
    closing = steps[1:] - 1
    inner = np.ones(int(steps[-1]), dtype=bool)
    inner[closing] = False
    before = np.empty(len(inner), dtype=dtype)
    before[inner] = states
    if windows.members.shape[1] == 1:
        keys = before.copy()
        keys[closing] = codes + ends
    else:
        before[closing] = size + ends
        keys = np.append(last, codes + np.arange(kinds)).astype(dtype)[before]
    before *= width
    np.add(keys[1:], before[:-1], out=keys[1:])
    filled = offsets[1:] > offsets[:-1]
    begins = np.where(filled, 0, size + ends).astype(dtype)
    begins[filled] = states[offsets[:-1][filled]]
    begins += size * width
    keys[steps[:-1]] = begins
    return keys, width


def _summed(
    keys: Array, offsets: Array, weights: Array, possible: int
) -> tuple[Array, Array, Array]:
    """Return the number of each key, a place where each distinct key is, and its weight."""
    alike = len(weights) == 0 or bool((weights == weights[0]).all())
    each = None if alike else np.repeat(weights, lengths_of(offsets))
    if possible <= DENSE:
        cells = np.bincount(keys, each, possible).astype(np.float64)
        found = np.flatnonzero(cells)
        totals = cells[found]
        table = np.zeros(possible, dtype=np.int32)
        table[found] = np.arange(len(found), dtype=np.int32)
        numbers = table[keys]
    else:
        order = sort_positions(keys)
        starts = run_starts(keys[order])
        ones = np.ones(len(keys)) if each is None else each[order]
        totals = np.add.reduceat(ones, starts) if len(starts) else np.zeros(0)
        numbers = np.empty(len(keys), dtype=np.int32)
        runs = np.diff(np.append(starts, len(keys)))
        numbers[order] = np.repeat(np.arange(len(starts), dtype=np.int32), runs)
    shown = np.empty(len(totals), dtype=np.int64)
    shown[numbers] = np.arange(len(keys))
    return numbers, shown, totals * weights[0] if alike and len(weights) else totals
