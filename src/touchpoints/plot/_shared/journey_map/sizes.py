"""How large touchpoints, lines and texts of a map are."""

from __future__ import annotations

import math
from collections.abc import Sequence

import attrs

from touchpoints.plot._shared.journey_map.content import Node

LEAST_DIAMETER = 10.0
_UNSEEN = 16.0
_DIAMOND = 1.2533
"""The height of a diamond whose area is that of a circle, in diameters of the circle."""


@attrs.frozen
class Scale:
    """The sizes of a map: of its largest touchpoint, its widest line, and its labels."""

    diameter: float
    line: float
    font: float
    with_reach: bool


def scale_of(count: int) -> Scale:
    """Return the sizes of a wide map of so many touchpoints."""
    if count <= 15:
        return Scale(diameter=40, line=10, font=12, with_reach=True)
    if count <= 30:
        return Scale(diameter=32, line=7, font=12, with_reach=True)
    return Scale(diameter=26, line=5, font=11, with_reach=False)


def diameters_of(
    nodes: Sequence[Node], most: float, *, least: float = LEAST_DIAMETER
) -> list[float]:
    """Return the diameters of touchpoints: their area is their share of journeys."""
    largest = max((node.reach for node in nodes), default=0.0) or 1.0
    return [
        max(least, most * math.sqrt(node.reach / largest)) if node.observed else _UNSEEN
        for node in nodes
    ]


def height_of(node: Node, diameter: float) -> float:
    """Return how high a touchpoint is: a diamond is higher than a circle of its area."""
    return diameter * _DIAMOND if node.indirect and node.observed else diameter


def badge_of(diameter: float) -> tuple[float, float]:
    """Return where the badge of a touchpoint is, from its middle."""
    return 0.3 * diameter + 7, -0.3 * diameter - 6


BADGE = 13.0
"""The height of the largest badge."""


def head_length(width: float) -> float:
    """Return how long the head of a line is."""
    return 5 + 0.7 * width


def head_half(width: float) -> float:
    """Return how far the head of a line reaches to each side."""
    return 2.2 + 0.62 * width


def rim_of(node: Node, diameter: float, offset: float) -> float:
    """Return how far from the middle the edge of a touchpoint is, so far above or below it."""
    if height_of(node, diameter) > diameter:
        return max(0.0, diameter * _DIAMOND / 2 - abs(offset))
    return math.sqrt(max(0.0, (diameter / 2) ** 2 - offset * offset))
