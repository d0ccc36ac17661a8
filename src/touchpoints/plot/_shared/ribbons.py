"""Ribbons between two nodes, lines through rows, and the heads of arrows."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

Point = tuple[float, float]


def ribbon(start: tuple[float, float, float], end: tuple[float, float, float]) -> str:
    """Return the outline of a ribbon from left to right.

    Parameters
    ----------
    start, end
        The x of an end, and the y of its upper and its lower edge.
    """
    (x0, top0, bottom0), (x1, top1, bottom1) = start, end
    middle = (x0 + x1) / 2
    return (
        f"M {x0:.1f},{top0:.1f} "
        f"C {middle:.1f},{top0:.1f} {middle:.1f},{top1:.1f} {x1:.1f},{top1:.1f} "
        f"L {x1:.1f},{bottom1:.1f} "
        f"C {middle:.1f},{bottom1:.1f} {middle:.1f},{bottom0:.1f} {x0:.1f},{bottom0:.1f} Z"
    )


def lane_path(points: Sequence[Point]) -> str:
    """Return a line that is straight in rows and bends between them: see ``layering.Route``."""
    path = [f"M {points[0][0]:.1f},{points[0][1]:.1f}"]
    for place, ((x0, y0), (x1, y1)) in enumerate(pairwise(points)):
        if place % 2 == 0:
            path.append(f"L {x1:.1f},{y1:.1f}")
        else:
            middle = (y0 + y1) / 2
            path.append(f"C {x0:.1f},{middle:.1f} {x1:.1f},{middle:.1f} {x1:.1f},{y1:.1f}")
    return " ".join(path)


def loop_path(center: Point, radius: float, width: float) -> tuple[str, Point]:
    """Return a loop at the left of a circle, and the tip of its arrow, which points to the right.

    The loop leaves the circle above its middle and comes back below it.
    """
    (x, y), high = center, 0.6 * radius
    edge, away = x - 0.8 * radius, x - radius - LOOP
    end = edge - 0.8 * head_size(width)[0]
    path = (
        f"M {edge:.1f},{y - high:.1f} C {away:.1f},{y - high:.1f} "
        f"{away:.1f},{y + high:.1f} {end:.1f},{y + high:.1f}"
    )
    return path, (edge, y + high)


LOOP = 16.0
"""The space that a loop takes beside its circle."""


def head_size(width: float) -> tuple[float, float]:
    """Return the length and half the height of the head of an arrow of a width."""
    return 5 + 0.7 * width, 2.2 + 0.62 * width


def head(tip: Point, width: float, *, toward: Point = (0.0, 1.0)) -> str:
    """Return the head of an arrow that points in a direction, downwards by default."""
    (x, y), (dx, dy), (long, half) = tip, toward, head_size(width)
    back = x - long * dx, y - long * dy
    return (
        f"M {x:.1f},{y:.1f} L {back[0] - half * dy:.1f},{back[1] + half * dx:.1f} "
        f"L {back[0] + half * dy:.1f},{back[1] - half * dx:.1f} Z"
    )
