"""Optimal alignments of sequences with paths through a directed acyclic graph."""

from __future__ import annotations

from collections.abc import Iterator

import attrs
import numpy as np

from touchpoints._core.arrays.distances import long_alignment
from touchpoints._core.arrays.segments import lengths_of
from touchpoints._core.frozen import Array

_ROOM = 1 << 22
_FAR = 1 << 28
_FEW_STEPS = 150  # edges of all segments of a block: as long as numpy takes for one row


@attrs.frozen(eq=False, kw_only=True)
class Net:
    """A directed acyclic graph whose paths are planned; node 0 is the start and has no codes.

    Attributes
    ----------
    before : tuple of int64 arrays, one for each node
        The predecessors of the node; every predecessor has a smaller number.
    cost : int64 (v,)
        The cost of passing through a node without a row: 1, or 0 where the node is optional.
    again : bool (v,)
        Whether the node can be repeated directly, any number of times.
    final : bool (v,)
        Whether a path can end at the node.
    match : bool (k, v)
        Whether each code matches each node.
    sources, origins : int64 (v, p) and (v, p + 1)
        ``before`` as rectangles, the last entry of each row repeated: ``sources`` in order;
        ``origins`` in reverse order, after the node itself where it can be repeated.
    batches : tuple of int64 arrays
        The nodes other than the start, in groups that can be computed at once: nodes with the same
        maximum depth and the same number of predecessors.
    """

    before: tuple[Array, ...]
    cost: Array
    again: Array
    final: Array
    match: Array
    sources: Array = attrs.field(init=False)
    origins: Array = attrs.field(init=False)
    batches: tuple[Array, ...] = attrs.field(init=False)

    @sources.default
    def _sources(self) -> Array:
        return _rectangle([list(one) for one in self.before])

    @origins.default
    def _origins(self) -> Array:
        itself = [[node] if again else [] for node, again in enumerate(self.again.tolist())]
        return _rectangle([[*itself[node], *one[::-1]] for node, one in enumerate(self.before)])

    @batches.default
    def _batches(self) -> tuple[Array, ...]:
        depths = [0] * len(self.before)
        alike: dict[tuple[int, int], list[int]] = {}
        for node, one in enumerate(self.before[1:], start=1):
            depths[node] = 1 + max(depths[other] for other in one.tolist())
            alike.setdefault((depths[node], len(one)), []).append(node)
        return tuple(np.array(alike[key], dtype=np.int64) for key in sorted(alike))

    def shortest(self) -> int:
        """Return the cost of aligning an empty sequence: of the cheapest path without any row."""
        costs = np.zeros(len(self.cost), dtype=np.int64)
        for node in range(1, len(self.cost)):
            costs[node] = costs[self.before[node]].min() + self.cost[node]
        return int(costs[self.final].min())


def _rectangle(rows: list[list[int]]) -> Array:
    """Return rows as a rectangle, padded with the last entry of each row; with 0 if empty."""
    width = max(map(len, rows))
    filled = [[*row, *(row[-1:] or [0]) * (width - len(row))] for row in rows]
    return np.array(filled, dtype=np.int64).reshape(len(rows), width)


@attrs.frozen(eq=False, kw_only=True)
class Alignments:
    """An optimal alignment of each segment.

    Attributes
    ----------
    costs : int64 (n,)
        The number of rows without a node plus the cost of nodes without a row.
    nodes : int64 (m,)
        The node of each row; -1 where the row has no node.
    skipped : bool (n, v)
        Whether the path passes through the node without a row, at a cost.
    """

    costs: Array
    nodes: Array
    skipped: Array


def align(codes: Array, offsets: Array, net: Net, *, began: Array, finished: Array) -> Alignments:
    """Return an optimal alignment of each segment with a path of a net.

    Parameters
    ----------
    codes : integers (m,) in ``range(k)``
    began, finished : bool (n,)
        A segment that did not begin may start after any node, and a segment that did not finish
        may stop after any node, at no cost.

    Notes
    -----
    Dynamic programming over rows and nodes, all segments of a block at a time: O(m) times the
    edges of the net. Ties are resolved from the end of a segment: a row with a node is preferred
    to a row without a node, and that to a node without a row.
    """
    lengths = lengths_of(offsets)
    found = Alignments(
        costs=np.zeros(len(lengths), dtype=np.int64),
        nodes=np.full(len(codes), -1, dtype=np.int64),
        skipped=np.zeros((len(lengths), len(net.cost)), dtype=bool),
    )
    edges = sum(map(len, net.before))
    for chosen in _blocks(lengths, len(net.cost)):
        if len(chosen) * edges <= _FEW_STEPS:
            for one in chosen.tolist():
                _align_alone(
                    one,
                    codes[offsets[one] : offsets[one + 1]],
                    found,
                    net=net,
                    start=int(offsets[one]),
                    ends=(bool(began[one]), bool(finished[one])),
                )
            continue
        block = _Block.of(codes, offsets, chosen, net=net, began=began[chosen])
        ends = block.ends(finished[chosen])
        found.costs[chosen] = block.table[block.lengths, np.arange(len(chosen)), ends]
        block.trace(ends, found)
    return found


def _align_alone(
    one: int, codes: Array, found: Alignments, *, net: Net, start: int, ends: tuple[bool, bool]
) -> None:
    """Write the alignment of one segment, whose first row is ``start``."""
    began, finished = ends
    table = np.full((len(codes) + 1, len(net.cost)), _FAR, dtype=np.int32)
    table[0, : 1 if began else None] = 0
    long_alignment.fill(
        table, codes, net.match, long_alignment.steps_of(net.before, net.again, net.cost)
    )
    last = np.where(net.final | (not finished), table[-1], _FAR)[::-1]
    end = len(last) - 1 - int(last.argmin())
    nodes, passed = long_alignment.trace(table, codes, net, end=end, began=began)
    found.costs[one] = table[-1, end]
    found.nodes[start : start + len(codes)] = nodes
    found.skipped[one, passed] = True


def _blocks(lengths: Array, size: int) -> Iterator[Array]:
    """Yield blocks of segments of similar length whose tables of rows by nodes fit in memory."""
    order = np.argsort(lengths, kind="stable")
    start = 0
    while start < len(order):
        stop = len(order)
        for _ in range(2):  # what fits for the longest of all, then for the longest of these
            fitting = _ROOM // ((int(lengths[order[stop - 1]]) + 1) * size)
            stop = min(stop, start + max(fitting, 1))
        yield order[start:stop]
        start = stop


@attrs.frozen(eq=False, kw_only=True)
class _Block:
    """A block of segments and its table of dynamic programming.

    ``table[i, j, v]`` is the minimum cost of the first i rows of segment j with a path that ends
    at node v; ``fits[i, j, v]`` is whether row i of segment j matches node v.
    """

    net: Net
    chosen: Array
    starts: Array
    lengths: Array
    began: Array
    fits: Array
    table: Array

    @classmethod
    def of(cls, codes: Array, offsets: Array, chosen: Array, *, net: Net, began: Array) -> _Block:
        """Fill the table row by row."""
        starts, lengths = offsets[:-1][chosen], lengths_of(offsets)[chosen]
        longest, size = int(lengths.max(initial=0)), len(net.cost)
        positions = np.arange(longest)[:, None]
        inside = positions < lengths
        rows = np.where(inside, starts + positions, 0)
        match = net.match[codes[rows]] if longest else np.zeros((0, len(chosen), size), dtype=bool)
        block = cls(
            net=net,
            chosen=chosen,
            starts=starts,
            lengths=lengths,
            began=began,
            fits=match & inside[:, :, None],
            table=np.full((longest + 1, len(chosen), size), _FAR, dtype=np.int32),
        )
        block.table[0, :, 0] = 0
        block.table[0, ~began] = 0
        block.go_on(0)
        for row in range(longest):
            block.take(row)
            block.go_on(row + 1)
        return block

    def go_on(self, row: int) -> None:
        """Extend paths through nodes without a row."""
        here = self.table[row]
        for nodes in self.net.batches:
            nearest = self._reached(here, nodes) + self.net.cost[nodes]
            here[:, nodes] = np.minimum(here[:, nodes], nearest)

    def take(self, row: int) -> None:
        """Add a row: with a node, or without."""
        here, after = self.table[row], self.table[row + 1]
        after[:] = here + 1
        for nodes in self.net.batches:
            reached = self._reached(here, nodes)
            itself = np.where(self.net.again[nodes], here[:, nodes], _FAR)
            reached = np.where(self.fits[row][:, nodes], np.minimum(reached, itself), _FAR)
            after[:, nodes] = np.minimum(after[:, nodes], reached)

    def _reached(self, here: Array, nodes: Array) -> Array:
        """Return the minimum cost over the predecessors of each node, (n, nodes)."""
        width = len(self.net.before[nodes[0]])
        nearest: Array = here[:, self.net.sources[nodes, :width]].min(axis=2)
        return nearest

    def ends(self, finished: Array) -> Array:
        """Return the last node of each segment's path, int64 (n,): the highest of the cheapest."""
        last = self.table[self.lengths, np.arange(len(self.lengths))]
        allowed = self.net.final[None, :] | ~finished[:, None]
        costs = np.where(allowed, last, _FAR)[:, ::-1]
        ends: Array = costs.shape[1] - 1 - costs.argmin(axis=1)
        return ends

    def trace(self, ends: Array, found: Alignments) -> None:
        """Trace all paths back at once, and write the node of each row and the skipped nodes."""
        node, row = ends.copy(), self.lengths.copy()
        under = np.flatnonzero(~self._home(np.arange(len(ends)), node, row))
        while len(under):
            fits, came = self._origin(under, node[under], row[under])
            taken = under[fits]
            found.nodes[self.starts[taken] + row[taken] - 1] = node[taken]
            row[taken] -= 1
            node[taken] = came[fits]
            lost = np.zeros(len(under), dtype=bool)
            rest = under[~fits]
            some = (row[rest] > 0) & (
                self.table[row[rest] - 1, rest, node[rest]] + 1
                == self.table[row[rest], rest, node[rest]]
            )
            lost[np.flatnonzero(~fits)[some]] = True
            row[under[lost]] -= 1
            self._skip(under[~fits & ~lost], node, row, found)
            under = under[~self._home(under, node[under], row[under])]

    def _home(self, under: Array, node: Array, row: Array) -> Array:
        """Return whether each path has been traced back to its beginning, bool."""
        free = (node == 0) | ~self.began[under]
        answer: Array = (row == 0) & free
        return answer

    def _origin(self, under: Array, node: Array, row: Array) -> tuple[Array, Array]:
        """Return whether the last row has the current node, and the previous node of the path."""
        fits, came = np.zeros(len(under), dtype=bool), node.copy()
        mine = np.flatnonzero((node > 0) & (row > 0))
        mine = mine[self.fits[row[mine] - 1, under[mine], node[mine]]]
        who, at, origins = under[mine], row[mine] - 1, self.net.origins[node[mine]]
        cost = self.table[at + 1, who, node[mine]]
        same = self.table[at[:, None], who[:, None], origins] == cost[:, None]
        fits[mine] = same.any(axis=1)
        came[mine] = origins[np.arange(len(mine)), same.argmax(axis=1)]
        return fits, came

    def _skip(self, who: Array, node: Array, row: Array, found: Alignments) -> None:
        """Trace paths back through a node without a row."""
        left, at = node[who], row[who]
        found.skipped[self.chosen[who], left] |= self.net.cost[left] > 0
        cost = self.table[at, who, left] - self.net.cost[left]
        before = self.net.sources[left]
        same = self.table[at[:, None], who[:, None], before] == cost[:, None]
        node[who] = before[np.arange(len(who)), same.argmax(axis=1)]
