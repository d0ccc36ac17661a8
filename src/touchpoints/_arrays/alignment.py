"""Cheapest alignments of sequences with paths through a graph without cycles."""

from __future__ import annotations

from collections.abc import Iterator

import attrs
import numpy as np

from touchpoints._arrays.segments import lengths_of
from touchpoints._frozen import Array

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
    """

    before: tuple[Array, ...]
    cost: Array
    again: Array
    final: Array
    match: Array

    def shortest(self) -> int:
        """Return the cost of the cheapest path of which nothing happened."""
        costs = np.zeros(len(self.cost), dtype=np.int64)
        for node in range(1, len(self.cost)):
            costs[node] = costs[self.before[node]].min() + self.cost[node]
        return int(costs[self.final].min())


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
        for node in range(1, here.shape[1]):
            nearest = here[:, self.net.before[node]].min(axis=1)
            np.minimum(here[:, node], nearest + self.net.cost[node], out=here[:, node])

    def take(self, row: int) -> None:
        """Take one row: it is a node, or fits nowhere."""
        here, after = self.table[row], self.table[row + 1]
        after[:] = here + 1
        for node in range(1, here.shape[1]):
            reached = here[:, self.net.before[node]].min(axis=1)
            if self.net.again[node]:
                reached = np.minimum(reached, here[:, node])
            better = self.fits[row, :, node] & (reached < after[:, node])
            after[better, node] = reached[better]

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
        fits = np.zeros(len(under), dtype=bool)
        came = node.copy()
        for one in np.unique(node[row > 0]).tolist():
            mine = np.flatnonzero((node == one) & (row > 0))
            who, at = under[mine], row[mine] - 1
            cost = self.table[at + 1, who, one]
            could = self.fits[at, who, one]
            if one == 0 or not could.any():
                continue
            ways = [one] if self.net.again[one] else []
            for source in [*ways, *self.net.before[one].tolist()[::-1]]:
                same = could & ~fits[mine] & (self.table[at, who, source] == cost)
                fits[mine[same]] = True
                came[mine[same]] = source
        return fits, came

    def _skip(self, who: Array, node: Array, row: Array, found: Alignments) -> None:
        """Go back through nodes that did not happen."""
        for one in np.unique(node[who]).tolist():
            mine = who[node[who] == one]
            costly = bool(self.net.cost[one])
            cost = self.table[row[mine], mine, one] - self.net.cost[one]
            found.skipped[self.chosen[mine], one] |= costly
            before = self.net.before[one]
            options = self.table[row[mine][:, None], mine[:, None], before[None, :]]
            node[mine] = before[(options == cost[:, None]).argmax(axis=1)]
