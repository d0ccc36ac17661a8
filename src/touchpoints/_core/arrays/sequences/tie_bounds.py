"""Bounds of transition counts over all orders of tied rows.

The rows of a segment are in blocks; the blocks are in order, but the order of the rows of a block
is not known. Within a block only the numbers of rows that are the source, the target and others
matter, and between blocks only the last row of one and the first row of the next: dynamic
programming over the blocks of a region gives the exact minimum and maximum count of an edge.

A block without the source cannot end with it, and a block without the target cannot begin with it,
so that the orders before and after such a block are independent of each other. The blocks of a
region therefore fall into short chains, which differ from edge to edge, and the bounds of the
chains add up.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable

import attrs
import numpy as np

from touchpoints._core.arrays.counting import run_starts
from touchpoints._core.arrays.segments import lengths_of, offsets_of, owners_of, rows_of
from touchpoints._core.arrays.sequences import Distinct, distinct_sequences
from touchpoints._core.frozen import Array

_AT_ONCE = 1 << 18
_NEVER = np.int64(2) ** 40
NOTHING = -1


@attrs.frozen(eq=False, kw_only=True)
class Regions:
    """Runs of consecutive mixed blocks: region r has the blocks ``blocks[r]:blocks[r + 1]``.

    Attributes
    ----------
    codes : int64 (rows,)
        Sorted within each block.
    rows : int64 (b + 1,)
        Block b has ``codes[rows[b]:rows[b + 1]]``.
    blocks : int64 (r + 1,)
    left, right : int64 (r,)
        The certain code before and after each region; -1 for none.
    """

    codes: Array
    rows: Array
    blocks: Array
    left: Array
    right: Array

    def __len__(self) -> int:
        return len(self.left)

    def take(self, chosen: Array) -> Regions:
        """Return the chosen regions, in the order chosen."""
        blocks = rows_of(self.blocks, chosen)
        return Regions(
            codes=self.codes[rows_of(self.rows, blocks)],
            rows=offsets_of(lengths_of(self.rows)[blocks]),
            blocks=offsets_of(lengths_of(self.blocks)[chosen]),
            left=self.left[chosen],
            right=self.right[chosen],
        )


@attrs.frozen(eq=False)
class EdgeBounds:
    """The minimum and maximum count of each edge ``keys[e] = source * size + target``."""

    keys: Array
    least: Array
    most: Array


@attrs.frozen(eq=False)
class _Blocks:
    """The blocks of all regions, with the certain codes around them as blocks of one row.

    Attributes
    ----------
    keys, totals : int64 (e,)
        ``block * size + code`` of each code of each block, sorted, and its number of rows.
    entries : int64 (b + 1,)
        Block b has ``keys[entries[b]:entries[b + 1]]``.
    rows : int64 (b,)
        The number of rows of each block.
    joined : bool (b,)
        Whether the next block belongs to the same region.
    regions : int64 (b,)
    size : int
    """

    keys: Array
    totals: Array
    entries: Array
    rows: Array
    joined: Array
    regions: Array
    size: int


@attrs.frozen(eq=False)
class Portions:
    """The distinct regions as blocks, the count of each, and the portions to process.

    Portion p has the blocks ``bounds[p]:bounds[p + 1]``.
    """

    blocks: _Blocks
    amounts: Array
    bounds: Array

    def __len__(self) -> int:
        return len(self.bounds) - 1


@attrs.frozen(eq=False)
class _Chains:
    """Runs of consecutive blocks of an edge, sorted by edge and block.

    Attributes
    ----------
    edges, first, last : int64 (c,)
        ``source * size + target``, and the first and last block.
    costs : int64 (2, 2, 2, c)
        The minimum count, and the negative of the maximum count, of the orders that begin with
        another code or with the target, and that end with another code or with the source.
    """

    edges: Array
    first: Array
    last: Array
    costs: Array

    def take(self, chosen: Array) -> _Chains:
        """Return the chosen chains."""
        return _Chains(
            self.edges[chosen],
            self.first[chosen],
            self.last[chosen],
            self.costs.take(chosen, axis=-1),
        )


def portions_of(regions: Regions, weights: Array, size: int) -> Portions:
    """Return the blocks of the distinct regions, in portions.

    Parameters
    ----------
    weights : int64 (r,)
        The count of each region.
    size
        Codes, including those in ``left`` and ``right``, are in ``range(size)``.
    """
    found = _alike(regions, size)
    blocks = _blocks(regions.take(found.first), size)
    return Portions(blocks, found.totals(weights), _bounds(blocks))


def _bounds(blocks: _Blocks) -> Array:
    """Return the bounds of portions of blocks whose chains fit in memory, int64.

    Portions end with a region, but for regions that are too large to be processed at once.
    """
    wide = lengths_of(blocks.entries)
    cost = np.cumsum(wide * (wide + 2 * np.append(wide[1:], 0)))
    total = int(cost[-1]) if len(cost) else 0
    ends = np.searchsorted(cost, np.arange(_AT_ONCE, total, _AT_ONCE)) + 1
    last = np.flatnonzero(~blocks.joined) + 1
    whole = last[np.searchsorted(last, ends)]
    near = cost[whole - 1] - cost[ends - 1] < _AT_ONCE
    return np.unique(np.concatenate([[0], np.where(near, whole, ends), [len(wide)]]))


def edge_bounds(portions: Portions, advance: Callable[[], None]) -> EdgeBounds:
    """Return the minimum and maximum count of each edge in all regions together.

    Parameters
    ----------
    advance
        Called after each portion.

    Notes
    -----
    The orders of different chains are independent, so their bounds add up, and both bounds are
    attained. Equal regions are processed once. The cost of a block is the number of pairs of codes
    of the block and of the blocks beside it.
    """
    empty, blocks = np.empty(0, dtype=np.int64), portions.blocks
    parts: list[tuple[Array, Array, Array]] = [(empty, empty, empty)]
    open_ = _Chains(empty, empty, empty, np.empty((2, 2, 2, 0), dtype=np.int64))
    for start, stop in itertools.pairwise(portions.bounds.tolist()):
        chains = _reduced(_merged(open_, _links(blocks, start, stop)), blocks.joined)
        unfinished = (chains.last == stop - 1) & blocks.joined[chains.last]
        times = np.where(unfinished, 0, portions.amounts[blocks.regions[chains.last]])
        least, most = chains.costs.min(axis=(1, 2)) * [[1], [-1]]
        parts.append(_summed(chains.edges, least * times, most * times))
        open_ = chains.take(np.flatnonzero(unfinished))
        advance()
    keys, least, most = (np.concatenate(column) for column in zip(*parts, strict=True))
    return EdgeBounds(*_summed(keys, least, most))


def _summed(keys: Array, least: Array, most: Array) -> tuple[Array, Array, Array]:
    """Return the distinct keys, sorted, and the sum of both bounds of each."""
    order = np.argsort(keys)
    starts = run_starts(keys[order])
    if not len(starts):
        return keys, least, most
    return (
        keys[order][starts],
        np.add.reduceat(least[order], starts),
        np.add.reduceat(most[order], starts),
    )


def _alike(regions: Regions, size: int) -> Distinct:
    """Return the distinct regions."""
    marked = (regions.codes + 1) * 2
    starts = regions.rows[:-1]
    marked[starts] += 1
    spans = lengths_of(regions.rows[regions.blocks])
    bounds = offsets_of(spans + 2)
    whole = np.empty(bounds[-1], dtype=np.int64)
    inner = np.ones(len(whole), dtype=bool)
    inner[bounds[:-1]] = inner[bounds[1:] - 1] = False
    whole[inner] = marked
    whole[bounds[:-1]], whole[bounds[1:] - 1] = (regions.left + 1) * 2, (regions.right + 1) * 2
    return distinct_sequences(whole.astype(np.int32), bounds, 2 * size + 2)


def _blocks(regions: Regions, size: int) -> _Blocks:
    """Return the blocks of regions; a region without a certain code has an empty block there."""
    numbers = lengths_of(regions.blocks) + 2
    bounds = offsets_of(numbers)
    certain = np.stack([regions.left, regions.right])
    sides = np.stack([bounds[:-1], bounds[1:] - 1])
    inner = np.ones(bounds[-1], dtype=bool)
    inner[sides] = False
    rows = np.empty(len(inner), dtype=np.int64)
    rows[inner], rows[sides] = lengths_of(regions.rows), certain != NOTHING
    beside = (sides * size + certain)[certain != NOTHING]
    inside = np.repeat(np.flatnonzero(inner), lengths_of(regions.rows)) * size + regions.codes
    keys = np.sort(np.concatenate([inside, beside]))
    starts = run_starts(keys)
    joined = np.ones(len(inner), dtype=bool)
    joined[sides[1]] = False
    return _Blocks(
        keys=keys[starts],
        totals=np.diff(np.append(starts, len(keys))),
        entries=np.searchsorted(keys[starts], np.arange(len(inner) + 1) * size),
        rows=rows,
        joined=joined,
        regions=owners_of(bounds),
        size=size,
    )


def _links(blocks: _Blocks, start: int, stop: int) -> _Chains:
    """Return the chains of one block each: the edges that can lie within it or cross its borders.

    An edge lies within a block that has both its source and its target, and crosses the border of
    two blocks if one has its source and the next its target.
    """
    here = np.arange(start, stop)
    after = here[blocks.joined[start:stop]]
    before = here[np.append(False, blocks.joined)[start:stop]]
    sides = (
        (here[blocks.rows[start:stop] > 1],) * 3,
        (after, after, after + 1),
        (before, before - 1, before),
    )
    found = np.concatenate([_crossed(blocks, *one) for one in sides])
    found.sort()
    found = found[run_starts(found)]
    edges, block = found // len(blocks.rows), found % len(blocks.rows)
    sources, targets = edges // blocks.size, edges % blocks.size
    span = slice(int(blocks.entries[start]), int(blocks.entries[stop]))
    keys, totals = blocks.keys[span], blocks.totals[span]
    many, wanted = (_tally(keys, totals, block * blocks.size + code) for code in (sources, targets))
    same = sources == targets
    within = _Block(many, wanted, blocks.rows[block] - many - np.where(same, 0, wanted), same)
    return _Chains(edges, block, block, within.costs())


def _crossed(blocks: _Blocks, of: Array, left: Array, right: Array) -> Array:
    """Return ``edge * blocks + of`` for every code of a left block with every one of its right."""
    wide, deep = lengths_of(blocks.entries)[left], lengths_of(blocks.entries)[right]
    number = wide * deep
    pair = np.repeat(np.arange(len(left)), number)
    nth = np.arange(len(pair)) - np.repeat(offsets_of(number)[:-1], number)
    deep = deep[pair]
    source = blocks.keys[blocks.entries[left][pair] + nth // deep] % blocks.size
    target = blocks.keys[blocks.entries[right][pair] + nth % deep] % blocks.size
    found: Array = (source * blocks.size + target) * len(blocks.rows) + of[pair]
    return found


def _tally(known: Array, totals: Array, wanted: Array) -> Array:
    positions = np.minimum(np.searchsorted(known, wanted), len(known) - 1)
    return np.where(known[positions] == wanted, totals[positions], 0)


def _merged(open_: _Chains, fresh: _Chains) -> _Chains:
    """Return the chains of both, sorted by edge and block."""
    if not len(open_.edges):
        return fresh
    edges, first, last = (
        np.concatenate(both)
        for both in (
            (open_.edges, fresh.edges),
            (open_.first, fresh.first),
            (open_.last, fresh.last),
        )
    )
    costs = np.concatenate([open_.costs, fresh.costs], axis=-1)
    return _Chains(edges, first, last, costs).take(np.lexsort((first, edges)))


def _reduced(chains: _Chains, joined: Array) -> _Chains:
    """Return the chains with those of consecutive blocks joined, two by two until none is left."""
    while True:
        follows = (chains.edges[1:] == chains.edges[:-1]) & joined[chains.last[:-1]]
        follows &= chains.last[:-1] + 1 == chains.first[1:]
        if not follows.any():
            return chains
        starts = np.flatnonzero(np.append(True, ~follows))
        run = np.diff(np.append(starts, len(chains.edges)))
        nth = np.arange(len(chains.edges)) - np.repeat(starts, run)
        even = nth % 2 == 0
        pairs = np.flatnonzero(even[:-1] & follows)
        ahead = chains.take(pairs + 1)
        joint = _joined(chains.costs.take(pairs, axis=-1), ahead.costs)
        kept = np.flatnonzero(even)
        chains = chains.take(kept)
        where = np.searchsorted(kept, pairs)
        chains.last[where], chains.costs[..., where] = ahead.last, joint


def _joined(one: Array, other: Array) -> Array:
    """Return the costs of two chains in a row, with an edge more where both sides match."""
    answer = np.full_like(one, _NEVER)
    for end in (0, 1):
        for begin in (0, 1):
            costs = one[:, :, end, None] + other[:, begin, None]
            if end and begin:
                costs[0] += 1
                costs[1] -= 1
            np.minimum(answer, costs, out=answer)
    return answer


@attrs.frozen(eq=False)
class _Block:
    """The numbers of sources, targets and other rows of blocks; ``same`` if source is target."""

    sources: Array
    targets: Array
    others: Array
    same: Array

    def costs(self) -> Array:
        """Return the costs of the orders of each block, as in `_Chains`, int64 (2, 2, 2, e)."""
        answer = np.empty((2, 2, 2, len(self.sources)), dtype=np.int64)
        for begin, end in itertools.product((0, 1), repeat=2):
            possible, least, most = self._inside(to_target=begin == 1, by_source=end == 1)
            answer[0, begin, end] = np.where(possible, least, _NEVER)
            answer[1, begin, end] = np.where(possible, -most, _NEVER)
        return answer

    def _inside(self, *, to_target: bool, by_source: bool) -> tuple[Array, Array, Array]:
        """Return whether an order that begins and ends so exists, and the bounds of the count."""
        pairs = self._of_two(to_target=to_target, by_source=by_source)
        loops = self._of_one(begins=to_target, ends=by_source)
        possible, least, most = (
            np.where(self.same, one, two) for one, two in zip(loops, pairs, strict=True)
        )
        return possible, least, most

    def _of_two(self, *, to_target: bool, by_source: bool) -> tuple[Array, Array, Array]:
        """Return the bounds for two codes: all targets before all sources, or both in turn."""
        a, b, others = self.sources, self.targets, self.others
        most = np.minimum(a - by_source, b - to_target)
        if to_target and by_source:
            return (a > 0) & (b > 0), np.zeros_like(a), most
        if to_target:
            possible = (b > 0) & ((others > 0) | (b > 1) | (a == 0))
            return possible, np.where((a == 0) | (others > 0), 0, 1), most
        if by_source:
            possible = (a > 0) & ((others > 0) | (a > 1) | (b == 0))
            return possible, np.where((b == 0) | (others > 0), 0, 1), most
        possible = (others > 0) | ((a > 0) & (b > 0))
        return possible, np.where(others > 0, 0, 1), most

    def _of_one(self, *, begins: bool, ends: bool) -> tuple[Array, Array, Array]:
        """Return the bounds for a single code: all in one run, or separated by other rows."""
        a, others = self.sources, self.others
        outside = (not begins) + (not ends)
        runs = np.minimum(a, np.maximum(others + 1 - outside, 0))
        if begins and ends:
            possible = (a > 1) | ((a == 1) & (others == 0))
            return possible, a - runs, np.where(others > 0, a - 2, a - 1)
        possible = (others >= outside) & (a > 0)
        if not begins and not ends:
            possible |= a == 0
        return possible, a - runs, np.maximum(a - 1, 0)
