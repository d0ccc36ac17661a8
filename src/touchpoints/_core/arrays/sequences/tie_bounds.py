"""Bounds of transition counts over all orders of tied rows.

The rows of a segment are in blocks; the blocks are in order, but the order of the rows of a block
is not known. Within a block only the numbers of rows that are the source, the target and others
matter, and between blocks only the last row of one and the first row of the next: dynamic
programming over the blocks of a region gives the exact minimum and maximum count of an edge.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

import attrs
import numpy as np

from touchpoints._core.arrays.counting import run_starts
from touchpoints._core.arrays.segments import lengths_of, offsets_of, rows_of
from touchpoints._core.arrays.sequences import Distinct, distinct_sequences
from touchpoints._core.frozen import Array

_AT_ONCE = 1 << 19
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
class Portions:
    """The distinct regions, the count of each, and the portions in which they are processed."""

    regions: Regions
    amounts: Array
    chosen: list[Array]
    size: int


def portions_of(regions: Regions, weights: Array, size: int) -> Portions:
    """Return the distinct regions, in portions.

    Parameters
    ----------
    weights : int64 (r,)
        The count of each region.
    size
        Codes, including those in ``left`` and ``right``, are in ``range(size)``.
    """
    found = _alike(regions, size)
    distinct = regions.take(found.first)
    return Portions(distinct, found.totals(weights), list(_portions(distinct)), size)


def edge_bounds(portions: Portions, step: Callable[[], None]) -> EdgeBounds:
    """Return the minimum and maximum count of each edge in all regions together.

    Parameters
    ----------
    step
        Called after each portion.

    Notes
    -----
    The orders of different regions are independent, so the bounds of regions add up, and both
    bounds are attained. Equal regions are processed once; the cost of a region is its number of
    distinct edges times its number of blocks.
    """
    empty, size = np.empty(0, dtype=np.int64), portions.size
    parts: list[tuple[Array, Array, Array]] = [(empty, empty, empty)]
    for chosen in portions.chosen:
        part = portions.regions.take(chosen)
        owners, sources, targets = _candidates(part, size)
        least, most = _bounds(part, owners, sources, targets, size)
        times = portions.amounts[chosen][owners]
        parts.append(_summed(sources * size + targets, least * times, most * times))
        step()
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


def _portions(regions: Regions) -> Iterator[Array]:
    """Yield portions of the regions whose edges fit in memory, int64."""
    longest = lengths_of(regions.rows[regions.blocks]) + 2
    cost = np.append(0, np.cumsum(longest**2))
    start = 0
    while start < len(regions):
        reach = int(np.searchsorted(cost, cost[start] + _AT_ONCE, side="right")) - 1
        stop = max(reach, start + 1)
        yield np.arange(start, stop)
        start = stop


def _entries(regions: Regions) -> tuple[Array, Array]:
    """Return the distinct codes of each block, and the offsets of the blocks, int64 (b + 1,)."""
    fresh = np.ones(len(regions.codes), dtype=bool)
    np.not_equal(regions.codes[1:], regions.codes[:-1], out=fresh[1:])
    fresh[regions.rows[:-1]] = True
    running = np.append(0, np.cumsum(fresh))
    return regions.codes[fresh], running[regions.rows]


def _candidates(regions: Regions, size: int) -> tuple[Array, Array, Array]:
    """Return region, source and target of every edge that occurs in some order, int64 each."""
    codes, bounds = _entries(regions)
    of = np.repeat(np.arange(len(regions)), lengths_of(regions.blocks))
    every = np.arange(len(of))
    inner = every[:-1][of[:-1] == of[1:]]
    pairs = [
        _crossed(codes, bounds, every, every, of),
        _crossed(codes, bounds, inner, inner + 1, of),
        _beside(codes, bounds, regions.blocks[:-1], regions.left, before=True),
        _beside(codes, bounds, regions.blocks[1:] - 1, regions.right, before=False),
    ]
    owners, sources, targets = (np.concatenate(column) for column in zip(*pairs, strict=True))
    keys = np.unique((owners * size + sources) * size + targets)
    return keys // size**2, keys // size % size, keys % size


def _crossed(
    codes: Array, bounds: Array, left: Array, right: Array, of: Array
) -> tuple[Array, Array, Array]:
    """Return (region, source, target) of every code of a left block with every of its right."""
    wide, deep = lengths_of(bounds)[left], lengths_of(bounds)[right]
    number = wide * deep
    pair = np.repeat(np.arange(len(left)), number)
    nth = np.arange(len(pair)) - np.repeat(offsets_of(number)[:-1], number)
    sources = codes[bounds[:-1][left][pair] + nth // np.maximum(deep[pair], 1)]
    targets = codes[bounds[:-1][right][pair] + nth % np.maximum(deep[pair], 1)]
    return of[left][pair], sources, targets


def _beside(
    codes: Array, bounds: Array, blocks: Array, code: Array, *, before: bool
) -> tuple[Array, Array, Array]:
    """Return (region, source, target) of the certain code with every code of the next block."""
    known = np.flatnonzero(code != NOTHING)
    inside = codes[rows_of(bounds, blocks[known])]
    owners = np.repeat(known, lengths_of(bounds)[blocks[known]])
    beside = code[owners]
    return (owners, beside, inside) if before else (owners, inside, beside)


def _bounds(
    regions: Regions, owners: Array, sources: Array, targets: Array, size: int
) -> tuple[Array, Array]:
    """Return the minimum and maximum count of each edge in its region, int64 each."""
    of = np.repeat(np.arange(len(regions.rows) - 1), lengths_of(regions.rows))
    tallies = of * size + regions.codes
    starts = run_starts(tallies)
    known, totals = tallies[starts], np.diff(np.append(starts, len(tallies)))
    same = sources == targets
    from_source = regions.left[owners] == sources
    low = np.where([from_source, ~from_source], 0, _NEVER)
    high = np.where([from_source, ~from_source], 0, -_NEVER)
    depth = lengths_of(regions.blocks)[owners]
    for nth in range(int(depth.max(initial=0))):
        here = np.flatnonzero(depth > nth)
        block = regions.blocks[:-1][owners[here]] + nth
        many, wanted = (
            _tally(known, totals, block * size + one[here]) for one in (sources, targets)
        )
        others = lengths_of(regions.rows)[block] - many - np.where(same[here], 0, wanted)
        within = _Block(sources=many, targets=wanted, others=others, same=same[here])
        low[:, here], high[:, here] = within.beyond(low[:, here], high[:, here])
    ends = regions.right[owners] == targets
    return np.minimum(low[0] + ends, low[1]), np.maximum(high[0] + ends, high[1])


def _tally(known: Array, totals: Array, wanted: Array) -> Array:
    positions = np.minimum(np.searchsorted(known, wanted), len(known) - 1)
    return np.where(known[positions] == wanted, totals[positions], 0)


@attrs.frozen(eq=False, kw_only=True)
class _Block:
    """The numbers of sources, targets and other rows of blocks; ``same`` if source is target."""

    sources: Array
    targets: Array
    others: Array
    same: Array

    def beyond(self, low: Array, high: Array) -> tuple[Array, Array]:
        """Return the bounds after the block, given the bounds before it, int64 (2, e) each.

        Row 0 is for orders that end with the source, row 1 for all other orders.
        """
        after_low, after_high = np.full_like(low, _NEVER), np.full_like(high, -_NEVER)
        for to_target in (True, False):
            for by_source in (True, False):
                possible, least, most = self._inside(to_target=to_target, by_source=by_source)
                least = np.where(possible, least, _NEVER)
                most = np.where(possible, most, -_NEVER)
                end = 0 if by_source else 1
                before = np.minimum(low[0] + to_target, low[1])
                after_low[end] = np.minimum(after_low[end], before + least)
                before = np.maximum(high[0] + to_target, high[1])
                after_high[end] = np.maximum(after_high[end], before + most)
        return np.minimum(after_low, _NEVER), np.maximum(after_high, -_NEVER)

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
