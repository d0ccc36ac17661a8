"""Ribbons between two nodes, and the heads of arrows."""

from __future__ import annotations

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


def head_size(width: float) -> tuple[float, float]:
    """Return the length and half the height of the head of an arrow of a width."""
    return 5 + 0.7 * width, 2.2 + 0.62 * width


def head(tip: Point, width: float, *, up: bool) -> str:
    """Return the head of an arrow that points down, or up."""
    (x, y), (long, half) = tip, head_size(width)
    back = y + long if up else y - long
    return f"M {x:.1f},{y:.1f} L {x - half:.1f},{back:.1f} L {x + half:.1f},{back:.1f} Z"
