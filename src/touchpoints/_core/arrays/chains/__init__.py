"""Absorbing Markov chains counted from segments, in which a state is the last few codes."""

from __future__ import annotations

import attrs
import numpy as np

from touchpoints._core.arrays.counting import DENSE, run_starts
from touchpoints._core.arrays.counting.states import dense_numbers
from touchpoints._core.arrays.segments import lengths_of
from touchpoints._core.arrays.sorting.ordering import sort_positions
from touchpoints._core.frozen import Array


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
    weights : float64 (n,)
        The weight of each segment.
    keys : int64 (t,)
        The transitions of the segments one after another, as ``source * (S + 1 + ends) + target``.
    offsets : int64 (n+1,)
        Segment j has the transitions ``keys[offsets[j]:offsets[j + 1]]``; at least one.
    """

    size: int
    ends: int
    sources: Array
    targets: Array
    totals: Array
    weights: Array
    keys: Array
    offsets: Array

    @property
    def start(self) -> int:
        """The node where segments start."""
        return self.size

    def leaving(self) -> Array:
        """Return the weight that leaves each state and the start, float64 (S+1,)."""
        return np.bincount(self.sources, self.totals, self.size + 1)

    def probabilities(self) -> Array:
        """Return the probability of each transition from its source, float64 (E,)."""
        return np.asarray(self.totals / self.leaving()[self.sources])

    def edges(self) -> Array:
        """Return the number of each transition of the segments, an index into ``sources``."""
        width = self.size + 1 + self.ends
        known = self.sources * width + self.targets
        if width * (self.size + 1) <= DENSE:
            numbers = np.zeros(width * (self.size + 1), dtype=np.int32)
            numbers[known] = np.arange(len(known), dtype=np.int32)
            return numbers[self.keys]
        return np.searchsorted(known, self.keys)


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
    lengths = lengths_of(offsets)
    place = np.arange(len(codes)) - np.repeat(offsets[:-1], lengths)
    base, numbers, seen = k + 1, np.zeros(len(codes), dtype=np.int64), 1
    for back in reversed(range(order)):
        digits = np.zeros(len(codes), dtype=np.int64)
        there = place >= back
        digits[there] = codes[np.flatnonzero(there) - back] + 1
        numbers, seen = dense_numbers(numbers * base + digits, seen * base)
    whole = np.repeat(lengths, lengths)
    kept = (place >= order - 1) | ((whole < order) & (place == whole - 1))
    kept[1:] &= (numbers[1:] != numbers[:-1]) | (place[1:] == 0) | (place[1:] < order)
    rows = np.flatnonzero(kept)
    states, size = dense_numbers(numbers[rows], seen)
    shown = np.empty(size, dtype=np.int64)
    shown[states] = rows
    steps = np.arange(order - 1, -1, -1)
    inside = place[shown][:, None] >= steps
    members = np.where(inside, codes[np.maximum(shown[:, None] - steps, 0)], -1)
    bounds = np.searchsorted(rows, offsets)
    return Windows(states=states, offsets=bounds, members=members)


def counted(windows: Windows, ends: Array, weights: Array, *, kinds: int) -> Chain:
    """Count the transitions of segments.

    Parameters
    ----------
    ends : integers (n,) in ``range(kinds)``
        The end of each segment.
    weights : float64 (n,)
        The weight of each segment, above 0.

    Notes
    -----
    O(s + n) while the possible transitions are at most 2**24, else a sort.
    """
    size, offsets = len(windows.members), windows.offsets
    width = size + 1 + kinds
    steps = offsets + np.arange(len(offsets))
    last = steps[1:] - 1
    targets = np.empty(int(steps[-1]), dtype=np.int64)
    inner = np.ones(len(targets), dtype=bool)
    inner[last] = False
    targets[inner] = windows.states
    targets[last] = ends
    targets[last] += size + 1
    keys = np.empty(len(targets), dtype=np.int64)
    keys[1:] = targets[:-1]
    keys[steps[:-1]] = size
    keys *= width
    keys += targets
    found, totals = _summed(keys, steps, weights, width * (size + 1))
    return Chain(
        size=size,
        ends=kinds,
        sources=found // width,
        targets=found % width,
        totals=totals,
        weights=weights,
        keys=keys,
        offsets=steps,
    )


def _summed(keys: Array, offsets: Array, weights: Array, size: int) -> tuple[Array, Array]:
    """Return the distinct keys, sorted, and the weight of each."""
    alike = len(weights) == 0 or bool((weights == weights[0]).all())
    each = None if alike else np.repeat(weights, lengths_of(offsets))
    if size <= DENSE:
        cells = np.bincount(keys, each, size).astype(np.float64)
        found = np.flatnonzero(cells)
        totals = cells[found]
    else:
        order = sort_positions(keys)
        starts = run_starts(keys[order])
        found = keys[order][starts]
        ones = np.ones(len(keys)) if each is None else each[order]
        totals = np.add.reduceat(ones, starts) if len(starts) else np.zeros(0)
    return found, totals * weights[0] if alike and len(weights) else totals
