"""The dynamic programming of alignments for few long sequences, where arrays have no advantage."""

from __future__ import annotations

from typing import Any

import numpy as np

from touchpoints._core.frozen import Array

_CHUNK = 1 << 14
_Step = tuple[int, list[int], bool, int]


def steps_of(before: tuple[Array, ...], again: Array, cost: Array) -> list[_Step]:
    """Return each node but the start, its predecessors, whether it is repeated, and its cost."""
    kinds = zip(again.tolist(), cost.tolist(), strict=True)
    every = zip(before, kinds, strict=True)
    return [(node, one.tolist(), *kind) for node, (one, kind) in enumerate(every)][1:]


def fill(table: Array, codes: Array, match: Array, steps: list[_Step]) -> None:
    """Fill the table of one sequence, (m + 1, v), whose first row holds the costs of beginning.

    ``table[i, v]`` becomes the minimum cost of the first i rows with a path that ends at node v.
    """
    fitting = match.tolist()
    here: list[int] = table[0].tolist()
    for node, before, _, cost in steps:
        here[node] = min(here[node], min(map(here.__getitem__, before)) + cost)
    table[0] = here
    for start in range(0, len(codes), _CHUNK):
        rows = []
        for code in codes[start : start + _CHUNK].tolist():
            here = _next(here, fitting[code], steps)
            rows.append(here)
        table[start + 1 : start + 1 + len(rows)] = rows


def _next(here: list[int], fits: list[bool], steps: list[_Step]) -> list[int]:
    """Return the costs after one more row: with a node or without, then nodes without a row."""
    after = [one + 1 for one in here]
    for node, before, again, cost in steps:
        least = after[node]
        for one in before:
            least = min(least, after[one] + cost)
            if fits[node]:
                least = min(least, here[one])
        if again and fits[node]:
            least = min(least, here[node])
        after[node] = least
    return after


def trace(
    table: Array, codes: Array, net: Any, *, end: int, began: bool
) -> tuple[Array, list[int]]:
    """Return the node of each row, -1 where it has none, and the nodes passed without a row.

    Ties are resolved as in ``align``.
    """
    match, cost = net.match.tolist(), net.cost.tolist()
    origins, sources = net.origins.tolist(), net.sources.tolist()
    nodes, passed = np.full(len(codes), -1, dtype=np.int64), set()
    node, row, low = end, len(codes), len(codes) + 1
    rows: list[list[int]] = []
    names: list[int] = []
    while row or (began and node):
        if row - 1 < low and low:
            low = max(row - _CHUNK, 0)
            rows = table[low : row + 1].tolist()
            names = codes[low:row].tolist()
        here = rows[row - low]
        if row:
            earlier, now = rows[row - 1 - low], here[node]
            if node and match[names[row - 1 - low]][node]:
                came = next((one for one in origins[node] if earlier[one] == now), None)
                if came is not None:
                    nodes[row - 1] = node
                    row, node = row - 1, came
                    continue
            if earlier[node] + 1 == now:
                row -= 1
                continue
        if cost[node]:
            passed.add(node)
        left = here[node] - cost[node]
        node = next((one for one in sources[node] if here[one] == left), sources[node][0])
    return nodes, sorted(passed)
