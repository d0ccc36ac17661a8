"""Where the items of layers are, side by side: near what they are joined to, and lanes straight."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence

_SWEEPS = 60
_STRAIGHT = (1.0, 2.0, 24.0)
"""How much a piece pulls between two nodes, a node and a lane, two lanes: E. R. Gansner et al.
(1993), A technique for drawing directed graphs, IEEE Transactions on Software Engineering 19(3),
214-230, doi:10.1109/32.221135."""


def spread(
    layers: Sequence[Sequence[int]],
    pieces: Sequence[tuple[int, int]],
    *,
    widths: Mapping[int, float],
    anchors: Mapping[int, float],
    nodes: int,
    ends: tuple[float, float],
) -> dict[int, float]:
    """Return the left edge of each item; items of a layer keep their order and do not overlap.

    Parameters
    ----------
    layers, pieces
        The items of each layer, in order, and the pairs of them that lines join.
    widths, anchors
        How wide each item is, and how far from its left edge its lines are.
    nodes
        The number of items that are nodes; the others are lanes.
    ends
        The space for a layer; no layer is wider.
    """
    joined: defaultdict[int, list[tuple[int, float]]] = defaultdict(list)
    for upper, lower in pieces:
        pull = _STRAIGHT[(upper >= nodes) + (lower >= nodes)]
        joined[upper].append((lower, pull))
        joined[lower].append((upper, pull))
    lefts: dict[int, float] = {}
    for row in layers:
        x = (ends[0] + ends[1] - sum(widths[item] for item in row)) / 2
        for item in row:
            lefts[item] = x
            x += widths[item]
    for sweep in range(_SWEEPS):
        for row in layers if sweep % 2 == 0 else reversed(layers):
            wanted, pulls = [], []
            for item in row:
                total = sum(pull for _, pull in joined[item])
                mean = sum((lefts[one] + anchors[one]) * pull for one, pull in joined[item])
                wanted.append(mean / total - anchors[item] if total else lefts[item])
                pulls.append(total or 0.01)
            found = apart(wanted, pulls, [widths[item] for item in row], ends=ends)
            lefts.update(zip(row, found, strict=True))
    return lefts


def apart(
    wanted: Sequence[float],
    pulls: Sequence[float],
    widths: Sequence[float],
    *,
    ends: tuple[float, float],
) -> list[float]:
    """Return places that do not overlap and differ least from those wanted, by weighted squares.

    This is isotonic regression within bounds, by pooling adjacent violators: R. E. Barlow et al.
    (1972), Statistical inference under order restrictions, Wiley.

    Examples
    --------
    >>> apart([0, 0, 9], [1, 1, 1], [4, 4, 4], ends=(-10, 20))
    [-2.0, 2.0, 9.0]
    """
    before, x = [], 0.0
    for width in widths:
        before.append(x)
        x += width
    blocks: list[tuple[float, float, int]] = []
    for place, pull, shift in zip(wanted, pulls, before, strict=True):
        mean, weight, number = place - shift, pull, 1
        while blocks and blocks[-1][0] >= mean:
            other, heavy, many = blocks.pop()
            mean = (mean * weight + other * heavy) / (weight + heavy)
            weight, number = weight + heavy, number + many
        blocks.append((mean, weight, number))
    low, high = ends[0], ends[1] - x
    level = [min(max(mean, low), high) for mean, _, number in blocks for _ in range(number)]
    return [one + shift for one, shift in zip(level, before, strict=True)]
