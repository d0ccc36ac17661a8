"""Cheapest alignments of sequences with paths through a graph without cycles."""

from __future__ import annotations

from collections.abc import Iterator

import attrs
import numpy as np

from touchpoints._core.arrays.segments import lengths_of
from touchpoints._core.frozen import Array

_ROOM = 1 << 22
_FAR = 1 << 28


@attrs.frozen(eq=False, kw_only=True)
class Net:
    """A graph whose paths are what was planned; node 0 is the start and matches nothing.

    Attributes
    ----------
    before : tuple of int64 arrays, one a node
        The nodes a path can come from; every one has a smaller number.
    cost : int64 (v,)
        What it costs to go through a node that did not happen: 1, or 0 where it may be left out.
    again : bool (v,)
        Whether a node can happen again directly behind itself, any number of times.
    final : bool (v,)
        Whether a path can end there.
    match : bool (k, v)
        Which codes are which nodes.
    sources, origins : int64 (v, p) and (v, p + 1)
        ``before`` as rectangles, the last of each row repeated: as they are; and backwards, behind
        the node itself where it can happen again.
    batches : tuple of int64 arrays
        The nodes but the start, those together that can be worked out at once: as many steps
        from the start at most, and as many to come from.
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
        return tuple(np.array(alike[place], dtype=np.int64) for place in sorted(alike))

    def shortest(self) -> int:
        """Return the cost of the cheapest path of which nothing happened."""
        costs = np.zeros(len(self.cost), dtype=np.int64)
        for node in range(1, len(self.cost)):
            costs[node] = costs[self.before[node]].min() + self.cost[node]
        return int(costs[self.final].min())


def _rectangle(rows: list[list[int]]) -> Array:
    """Return rows side by side, the last entry of each repeated; of an empty row, 0."""
    width = max(map(len, rows))
    filled = [[*row, *(row[-1:] or [0]) * (width - len(row))] for row in rows]
    return np.array(filled, dtype=np.int64).reshape(len(rows), width)


@attrs.frozen(eq=False, kw_only=True)
class Alignments:
    """A cheapest alignment of each segment.

    Attributes
    ----------
    costs : int64 (n,)
        Rows that fit nowhere and nodes that did not happen.
    nodes : int64 (m,)
        The node each row is; -1 where it fits nowhere.
    skipped : bool (n, v)
        Which nodes a path had to go through that did not happen, at a cost.
    """

    costs: Array
    nodes: Array
    skipped: Array


def align(codes: Array, offsets: Array, net: Net, *, began: Array, finished: Array) -> Alignments:
    """Align segments with the paths of a net.

    Parameters
    ----------
    codes : integers (m,) in ``range(k)``
    began, finished : bool (n,)
        A segment that did not begin may start behind any node, one that did not finish may stop
        there, at no cost.

    Notes
    -----
    Dynamic programming over rows and nodes, all segments of a block at a time: O(m) times the
    edges of the net. Of equally cheap ways, counted from the end, a row that is a node is
    preferred to one that fits nowhere, and that to a node that did not happen.
    """
    lengths = lengths_of(offsets)
    found = Alignments(
        costs=np.zeros(len(lengths), dtype=np.int64),
        nodes=np.full(len(codes), -1, dtype=np.int64),
        skipped=np.zeros((len(lengths), len(net.cost)), dtype=bool),
    )
    for chosen in _blocks(lengths, len(net.cost)):
        block = _Block.of(codes, offsets, chosen, net=net, began=began[chosen])
        ends = block.ends(finished[chosen])
        found.costs[chosen] = block.table[block.lengths, np.arange(len(chosen)), ends]
        block.trace(ends, found)
    return found


def _blocks(lengths: Array, size: int) -> Iterator[Array]:
    """Yield segments of about one length, few enough for a table of rows by nodes."""
    order = np.argsort(lengths, kind="stable")
    start = 0
    while start < len(order):
        stop = len(order)
        for _ in range(2):  # what fits by the longest of all, then by the longest of those
            fitting = _ROOM // ((int(lengths[order[stop - 1]]) + 1) * size)
            stop = min(stop, start + max(fitting, 1))
        yield order[start:stop]
        start = stop


@attrs.frozen(eq=False, kw_only=True)
class _Block:
    """Some segments, side by side.

    ``table[i, j, v]`` is the least cost of the first i rows of segment j, where the path has come
    to node v; ``fits[i, j, v]`` tells whether row i of segment j is node v.
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
        places = np.arange(longest)[:, None]
        inside = places < lengths
        rows = np.where(inside, starts + places, 0)
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
        """Let paths go through nodes that did not happen."""
        here = self.table[row]
        for nodes in self.net.batches:
            nearest = self._reached(here, nodes) + self.net.cost[nodes]
            here[:, nodes] = np.minimum(here[:, nodes], nearest)

    def take(self, row: int) -> None:
        """Take one row: it is a node, or fits nowhere."""
        here, after = self.table[row], self.table[row + 1]
        after[:] = here + 1
        for nodes in self.net.batches:
            reached = self._reached(here, nodes)
            itself = np.where(self.net.again[nodes], here[:, nodes], _FAR)
            reached = np.where(self.fits[row][:, nodes], np.minimum(reached, itself), _FAR)
            after[:, nodes] = np.minimum(after[:, nodes], reached)

    def _reached(self, here: Array, nodes: Array) -> Array:
        """Return the least cost of what each node can be come to from, (n, nodes)."""
        width = len(self.net.before[nodes[0]])
        nearest: Array = here[:, self.net.sources[nodes, :width]].min(axis=2)
        return nearest

    def ends(self, finished: Array) -> Array:
        """Return the node each segment's path ends in: the last of the cheapest."""
        last = self.table[self.lengths, np.arange(len(self.lengths))]
        allowed = self.net.final[None, :] | ~finished[:, None]
        costs = np.where(allowed, last, _FAR)[:, ::-1]
        ends: Array = costs.shape[1] - 1 - costs.argmin(axis=1)
        return ends

    def trace(self, ends: Array, found: Alignments) -> None:
        """Walk all paths back at once, writing down what each row is and what did not happen."""
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
        """Tell which paths are back where they may begin."""
        free = (node == 0) | ~self.began[under]
        answer: Array = (row == 0) & free
        return answer

    def _origin(self, under: Array, node: Array, row: Array) -> tuple[Array, Array]:
        """Tell where the last row is the node, and which node the path came from."""
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
        """Go back through nodes that did not happen."""
        left, at = node[who], row[who]
        found.skipped[self.chosen[who], left] |= self.net.cost[left] > 0
        cost = self.table[at, who, left] - self.net.cost[left]
        before = self.net.sources[left]
        same = self.table[at[:, None], who[:, None], before] == cost[:, None]
        node[who] = before[np.arange(len(who)), same.argmax(axis=1)]
