"""A layered layout of directed graphs: nodes in rows from top to bottom, edges between the rows.

The steps are those of K. Sugiyama, S. Tagawa and M. Toda (1981), Methods for visual understanding
of hierarchical system structures, IEEE Transactions on Systems, Man, and Cybernetics 11(2),
109-125, doi:10.1109/TSMC.1981.4308636: cycles are broken, nodes get a layer, an edge over several
layers gets a lane in each layer between, layers are ordered by barycentres. Cycles are broken as by
P. Eades, X. Lin and W. F. Smyth (1993), A fast and effective heuristic for the feedback arc set
problem, Information Processing Letters 47(6), 319-323, doi:10.1016/0020-0190(93)90079-O.

A lane is a part of a row that no node and no other lane takes, so that no edge crosses a node.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Sequence
from itertools import pairwise

import attrs

from touchpoints.plot._shared.layer_order import ordered
from touchpoints.plot._shared.layer_places import spread

Point = tuple[float, float]

BESIDE = 14.0
"""The free space at the right of a node."""
_BETWEEN_LANES = 4.0
_FILLS = (1.0, 0.85, 0.7, 0.55, 0.4, 0.25, 0.0)
_DROPPED_AT_ONCE = 0.04
_GAP, _MOST_GAP, _SLOPE = 40.0, 96.0, 0.13
_PORTS = 0.8
_APART = 1.5


@attrs.frozen(kw_only=True)
class Node:
    """The rectangle that a node takes; lines meet it at a circle in it.

    Attributes
    ----------
    width, height : float
        The size of the rectangle.
    anchor : float
        How far the middle of the circle is from the left edge; it is halfway down.
    radius : float
        The radius of the circle.
    """

    width: float
    height: float
    anchor: float
    radius: float


@attrs.frozen(kw_only=True)
class Link:
    """A line between two different nodes, by their positions; ``width`` is how thick it is."""

    source: int
    target: int
    weight: float
    width: float


@attrs.frozen(kw_only=True)
class Route:
    """Where a line runs, from its upper to its lower end.

    Attributes
    ----------
    points : tuple of (float, float)
        The ends of its vertical pieces, two for each row that it meets; between two rows it bends.
    upward : bool
        True where the line leads from the lower end to the upper one.
    """

    points: tuple[Point, ...]
    upward: bool


@attrs.frozen(kw_only=True)
class Layout:
    """Where nodes and lines are.

    Attributes
    ----------
    layer : tuple of int
        The row of each node.
    places : tuple of (float, float)
        The left upper corner of each node.
    routes : dict of int to Route
        The route of each link that found a place, by its position.
    bottom : float
        Where the last row ends.
    """

    layer: tuple[int, ...]
    places: tuple[Point, ...]
    routes: dict[int, Route]
    bottom: float


@attrs.frozen(kw_only=True)
class _Rows:
    """The layer of each node, and the chain of items of each link, upper end first.

    Items are nodes by their positions, and after them the lanes, whose widths are in ``lanes``.
    """

    layer: list[int]
    chains: dict[int, list[int]]
    rows: list[list[int]]
    lanes: list[float]


def layered(
    nodes: Sequence[Node], links: Sequence[Link], *, left: float, right: float, top: float
) -> Layout:
    """Lay a graph out between two edges, from ``top`` downwards.

    Parameters
    ----------
    nodes
        No node is wider than the space between ``left`` and ``right``, less `BESIDE`.
    links
        Without loops. Where the lanes of all do not fit, the lightest ones have no route; those
        that are the only one of a node are dropped last.

    Notes
    -----
    The cost is O(s (i log i + c log c)) for s = 12 sweeps, i items (nodes and lanes) and c pieces
    of lines, for each attempt to fit.
    """
    if not nodes:
        return Layout(layer=(), places=(), routes={}, bottom=top)
    order = _acyclic(len(nodes), links)
    kept = list(range(len(links)))
    while True:
        for fill in _FILLS:
            rows = _rows(nodes, links, kept, order, capacity=fill * (right - left))
            if not kept or all(_wide(nodes, rows, row) <= right - left for row in rows.rows):
                return _placed(nodes, links, rows, left=left, right=right, top=top)
        kept = _without_lightest(links, kept)


def _without_lightest(links: Sequence[Link], kept: list[int]) -> list[int]:
    """Return the links without some of the lightest ones, those first that nodes can spare."""
    degree: defaultdict[int, int] = defaultdict(int)
    for one in kept:
        degree[links[one].source] += 1
        degree[links[one].target] += 1
    left, dropped = max(1, int(len(kept) * _DROPPED_AT_ONCE)), set()
    for one in sorted(kept, key=lambda one: (links[one].weight, -one)):
        link = links[one]
        if left and degree[link.source] > 1 and degree[link.target] > 1:
            degree[link.source] -= 1
            degree[link.target] -= 1
            dropped.add(one)
            left -= 1
    if not dropped:
        dropped = {min(kept, key=lambda one: (links[one].weight, -one))}
    return [one for one in kept if one not in dropped]


def _acyclic(n: int, links: Sequence[Link]) -> list[int]:
    """Return the place of each node in an order against which little weight leads backwards."""
    out: list[dict[int, float]] = [defaultdict(float) for _ in range(n)]
    into: list[dict[int, float]] = [defaultdict(float) for _ in range(n)]
    for link in links:
        out[link.source][link.target] += link.weight
        into[link.target][link.source] += link.weight
    left, head, tail = dict.fromkeys(range(n)), [], []

    def take(node: int) -> None:
        del left[node]
        for other in out[node]:
            into[other].pop(node, None)
        for other in into[node]:
            out[other].pop(node, None)

    while left:
        while sinks := [node for node in left if not out[node]]:
            tail.append(sinks[-1])
            take(sinks[-1])
        while sources := [node for node in left if not into[node]]:
            head.append(sources[0])
            take(sources[0])
        if left:
            best = max(left, key=lambda one: sum(out[one].values()) - sum(into[one].values()))
            head.append(best)
            take(best)
    places = [0] * n
    for place, node in enumerate([*head, *reversed(tail)]):
        places[node] = place
    return places


def _ends(link: Link, order: Sequence[int]) -> tuple[int, int]:
    """Return the upper and the lower end of a link."""
    one, other = link.source, link.target
    return (one, other) if order[one] < order[other] else (other, one)


def _rows(
    nodes: Sequence[Node],
    links: Sequence[Link],
    kept: Sequence[int],
    order: Sequence[int],
    *,
    capacity: float,
) -> _Rows:
    """Give each node a layer, and each link a lane in every layer between its ends."""
    ends = {one: _ends(links[one], order) for one in kept}
    layer = _layers(nodes, [(*ends[one], links[one].weight) for one in kept], order, capacity)
    rows: list[list[int]] = [[] for _ in range(max(layer) + 1)]
    for node in sorted(range(len(nodes)), key=order.__getitem__):
        rows[layer[node]].append(node)
    chains: dict[int, list[int]] = {}
    lanes: list[float] = []
    for one, (upper, lower) in ends.items():
        chains[one] = [upper]
        for row in range(layer[upper] + 1, layer[lower]):
            item = len(nodes) + len(lanes)
            lanes.append(links[one].width + _BETWEEN_LANES)
            rows[row].append(item)
            chains[one].append(item)
        chains[one].append(lower)
    return _Rows(layer=layer, chains=chains, rows=rows, lanes=lanes)


def _layers(
    nodes: Sequence[Node],
    ends: Sequence[tuple[int, int, float]],
    order: Sequence[int],
    capacity: float,
) -> list[int]:
    """Return layers in which no link is level, with nodes of at most ``capacity`` in each.

    Every node goes to the highest layer below all that lead to it; then those that more weight
    leaves than reaches go down as far as they can.
    """
    above, below = defaultdict(list), defaultdict(list)
    pull = [0.0] * len(nodes)
    for upper, lower, weight in ends:
        above[lower].append(upper)
        below[upper].append(lower)
        pull[upper] += weight
        pull[lower] -= weight
    layer = [0] * len(nodes)
    used: defaultdict[int, float] = defaultdict(float)
    down = sorted(range(len(nodes)), key=order.__getitem__)
    for node in down:
        row = max((layer[one] + 1 for one in above[node]), default=0)
        while used[row] and used[row] + nodes[node].width + BESIDE > capacity:
            row += 1
        layer[node] = row
        used[row] += nodes[node].width + BESIDE
    for node in reversed(down):
        if pull[node] > 0 and below[node]:
            lowest = min(layer[one] for one in below[node]) - 1
            for row in range(lowest, layer[node], -1):
                if not used[row] or used[row] + nodes[node].width + BESIDE <= capacity:
                    used[layer[node]] -= nodes[node].width + BESIDE
                    used[row] += nodes[node].width + BESIDE
                    layer[node] = row
                    break
    known = {row: place for place, row in enumerate(sorted(set(layer)))}
    return [known[row] for row in layer]


def _item_width(nodes: Sequence[Node], rows: _Rows, item: int) -> float:
    return nodes[item].width + BESIDE if item < len(nodes) else rows.lanes[item - len(nodes)]


def _wide(nodes: Sequence[Node], rows: _Rows, row: Sequence[int]) -> float:
    return sum(_item_width(nodes, rows, item) for item in row)


def _placed(
    nodes: Sequence[Node],
    links: Sequence[Link],
    rows: _Rows,
    *,
    left: float,
    right: float,
    top: float,
) -> Layout:
    """Order the layers, put their items side by side, and lead the lines through their lanes."""
    pieces = [pair for chain in rows.chains.values() for pair in pairwise(chain)]
    in_order = ordered(rows.rows, pieces)
    number = len(nodes)
    widths = {item: _item_width(nodes, rows, item) for row in in_order for item in row}
    anchors = {
        item: nodes[item].anchor if item < number else wide / 2 for item, wide in widths.items()
    }
    lefts = spread(
        in_order, pieces, widths=widths, anchors=anchors, nodes=number, ends=(left, right)
    )
    middles = {item: lefts[item] + anchors[item] for item in lefts}
    bands = _bands(nodes, in_order, pieces, middles, rows.layer, top=top)
    ports = _ports(nodes, links, rows, middles)
    routes = {
        one: Route(
            points=_points(nodes, rows, chain, bands, middles, ports[one]),
            upward=chain[0] != links[one].source,
        )
        for one, chain in rows.chains.items()
    }
    places = []
    for place, node in enumerate(nodes):
        band = bands[rows.layer[place]]
        places.append((lefts[place], (band[0] + band[1] - node.height) / 2))
    return Layout(layer=tuple(rows.layer), places=tuple(places), routes=routes, bottom=bands[-1][1])


def _bands(
    nodes: Sequence[Node],
    rows: Sequence[Sequence[int]],
    pieces: Sequence[tuple[int, int]],
    middles: dict[int, float],
    layer: Sequence[int],
    *,
    top: float,
) -> list[Point]:
    """Return the upper and the lower end of each row; where lines are flat, rows are far apart."""
    row_of = {item: place for place, row in enumerate(rows) for item in row}
    flat = [0.0] * len(rows)
    for upper, lower in pieces:
        place = row_of[upper]
        flat[place] = max(flat[place], abs(middles[upper] - middles[lower]))
    high = [0.0] * len(rows)
    for node, place in zip(nodes, layer, strict=True):
        high[place] = max(high[place], node.height)
    bands: list[Point] = []
    for place, tall in enumerate(high):
        bands.append((top, top + tall))
        top += tall + min(_GAP + _SLOPE * flat[place], _MOST_GAP)
    return bands


def _ports(
    nodes: Sequence[Node], links: Sequence[Link], rows: _Rows, middles: dict[int, float]
) -> dict[int, tuple[float, float]]:
    """Return how far from the middles of its two nodes each line begins and ends, sideways."""
    sides: defaultdict[tuple[int, int], list[tuple[float, int]]] = defaultdict(list)
    for one, chain in rows.chains.items():
        sides[chain[0], 1].append((middles[chain[1]], one))
        sides[chain[-1], 0].append((middles[chain[-2]], one))
    found: defaultdict[int, dict[int, float]] = defaultdict(dict)
    for (node, side), ends in sides.items():
        wide = [links[one].width + _APART for _, one in sorted(ends)]
        total = sum(wide)
        squeeze = min(1.0, 2 * _PORTS * nodes[node].radius / total)
        x = -total / 2
        for (_, one), width in zip(sorted(ends), wide, strict=True):
            found[one][side] = (x + width / 2) * squeeze
            x += width
    return {one: (ends[1], ends[0]) for one, ends in found.items()}


def _points(
    nodes: Sequence[Node],
    rows: _Rows,
    chain: Sequence[int],
    bands: Sequence[Point],
    middles: dict[int, float],
    ports: tuple[float, float],
) -> tuple[Point, ...]:
    upper, lower = chain[0], chain[-1]
    first, last = rows.layer[upper], rows.layer[lower]
    start, end = middles[upper] + ports[0], middles[lower] + ports[1]
    points = [
        (start, _edge_of(nodes[upper], bands[first], ports[0], side=1)),
        (start, bands[first][1]),
    ]
    for row, lane in zip(range(first + 1, last), chain[1:-1], strict=True):
        points += [(middles[lane], bands[row][0]), (middles[lane], bands[row][1])]
    points += [(end, bands[last][0]), (end, _edge_of(nodes[lower], bands[last], ports[1], side=-1))]
    return tuple(points)


def _edge_of(node: Node, band: Point, port: float, *, side: int) -> float:
    """Return the y at which a line meets the circle of a node, at its lower or its upper half."""
    return (band[0] + band[1]) / 2 + side * math.sqrt(max(node.radius**2 - port**2, 0.0))
