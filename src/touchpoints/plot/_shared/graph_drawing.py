"""Graphs on a canvas: circles with labels beside them, and lines between rows."""

from __future__ import annotations

from collections.abc import Sequence

import attrs

from touchpoints.plot._shared.canvas import Canvas, Dash, Marker
from touchpoints.plot._shared.layering import Link, Node, Route, layered
from touchpoints.plot._shared.ribbons import LOOP, head, head_size, lane_path, loop_path
from touchpoints.plot._shared.text_widths import LINE_HEIGHT, text_width, wrapped

PAD = 8.0
SHAPES = 2
"""The shapes of a line: itself and its head. Those of all lines come first, in order."""
_LABEL, _SUB, _LINES, _ASIDE = 12.0, 11.0, 4, 6.0
_CURVE = 0.5523
_SAME_AREA = {"diamond": 0.964}
"""How large a mark is that has the area of a circle; plotly's diamond is 1.3 sizes high."""


@attrs.frozen(kw_only=True)
class Spot:
    """A node as it is drawn: its label, what stands below it, and its circle.

    A node that is ``dashed`` is hollow, with a dashed circle and a label in italics.
    """

    label: str
    below: str = ""
    radius: float
    fill: str
    outline: str
    symbol: str = "circle"
    dashed: bool = False
    hover: str = ""


@attrs.frozen(kw_only=True)
class Line:
    """A line as it is drawn, between spots by their positions; both may be the same."""

    source: int
    target: int
    weight: float
    width: float
    color: str
    back: str
    dash: Dash = "solid"
    hover: str = ""


@attrs.frozen(kw_only=True)
class Drawing:
    """What was drawn: which lines, in order, where they say something, and where it all ends."""

    lines: list[int]
    points: dict[int, tuple[float, float, str]]
    upward: bool
    bottom: float


def draw_graph(
    canvas: Canvas, spots: Sequence[Spot], lines: Sequence[Line], *, top: float, wide: float
) -> Drawing:
    """Draw a graph in rows from ``top`` downwards; this comes before all other shapes.

    Parameters
    ----------
    wide
        The width of labels, in pixels; longer ones are wrapped.

    Returns
    -------
    Drawing
        Lines for whose lanes there is no space are not drawn: those with the least weight.
    """
    texts = [wrapped(spot.label, wide, _LABEL, most=_LINES) for spot in spots]
    loops = {line.source for line in lines if line.source == line.target}
    thick = [0.0] * len(spots)
    for line in lines:
        for end in (line.source, line.target):
            thick[end] = max(thick[end], line.width)
    nodes = [
        _node(spot, text, loop=place in loops, thick=thick[place])
        for place, (spot, text) in enumerate(zip(spots, texts, strict=True))
    ]
    between = [place for place, line in enumerate(lines) if line.source != line.target]
    links = [
        Link(source=one.source, target=one.target, weight=one.weight, width=one.width)
        for one in (lines[place] for place in between)
    ]
    found = layered(nodes, links, left=PAD, right=canvas.look.width - PAD, top=top)
    centers = [
        (x + node.anchor, y + node.height / 2)
        for (x, y), node in zip(found.places, nodes, strict=True)
    ]
    routes = {between[place]: route for place, route in found.routes.items()}
    drawn = [p for p, line in enumerate(lines) if p in routes or line.source == line.target]
    points = {}
    for place in drawn:
        line = lines[place]
        at = (
            _draw_line(canvas, line, routes[place])
            if place in routes
            else _draw_loop(canvas, line, centers[line.source], spots[line.source].radius)
        )
        points[place] = (*at, line.hover)
    for spot, text, node, center in zip(spots, texts, nodes, centers, strict=True):
        _draw_spot(canvas, spot, text, node, center)
    canvas.markers(_markers(canvas, spots, centers), name="nodes")
    upward = any(route.upward for route in routes.values())
    return Drawing(lines=drawn, points=points, upward=upward, bottom=found.bottom)


def _node(spot: Spot, lines: Sequence[str], *, loop: bool, thick: float) -> Node:
    """Return the space that a node takes: a loop, the circle, and its label at the right."""
    text = max(text_width(line, _LABEL) for line in lines)
    text = max(text, text_width(spot.below, _SUB))
    high = len(lines) * _LABEL * LINE_HEIGHT + (_SUB * LINE_HEIGHT if spot.below else 0)
    anchor = spot.radius + (LOOP if loop else thick / 2)
    return Node(
        width=anchor + spot.radius + thick / 2 + _ASIDE + text,
        height=max(high, 2 * spot.radius),
        anchor=anchor,
        radius=spot.radius,
    )


def _draw_spot(
    canvas: Canvas, spot: Spot, lines: Sequence[str], node: Node, center: tuple[float, float]
) -> None:
    palette, (x, y) = canvas.look.palette, center
    if spot.dashed:
        canvas.path(_circle(center, spot.radius), color=spot.outline, width=1.6, dash="dash")
    text = max(text_width(line, _LABEL) for line in lines)
    text = max(text, text_width(spot.below, _SUB))
    left = x - node.anchor + node.width - text
    high = len(lines) * _LABEL * LINE_HEIGHT + (_SUB * LINE_HEIGHT if spot.below else 0)
    ink = palette.ink2 if spot.dashed or spot.symbol == "square" else palette.ink
    box = canvas.text(left, y - high / 2, lines, color=ink, italic=spot.dashed, kind="node")
    if spot.below:
        canvas.text(left, box.bottom, spot.below, size=_SUB, color=palette.ink2, kind="visits")


def _markers(
    canvas: Canvas, spots: Sequence[Spot], centers: Sequence[tuple[float, float]]
) -> list[Marker]:
    return [
        Marker(
            x=x,
            y=y,
            size=2 * spot.radius * _SAME_AREA.get(spot.symbol, 1.0) - (4 if spot.dashed else 0),
            color=canvas.look.palette.background if spot.dashed else spot.fill,
            symbol=spot.symbol,
            outline="" if spot.dashed else spot.outline,
            outline_width=1.1,
            hover=spot.hover,
        )
        for spot, (x, y) in zip(spots, centers, strict=True)
    ]


def _draw_line(canvas: Canvas, line: Line, route: Route) -> tuple[float, float]:
    """Draw a line and its head; return where it says something when it is pointed at."""
    points = list(route.points)
    color = line.back if route.upward else line.color
    tip, toward = (points[0], (0.0, -1.0)) if route.upward else (points[-1], (0.0, 1.0))
    short = tip[0], tip[1] - toward[1] * head_size(line.width)[0] * 0.8
    points[0 if route.upward else -1] = short
    canvas.path(lane_path(points), color=color, width=line.width, dash=line.dash)
    canvas.path(head(tip, line.width, toward=toward), color=color, width=0, fill=color)
    middle = len(points) // 2
    (x0, y0), (x1, y1) = points[middle - 1], points[middle]
    return (x0 + x1) / 2, (y0 + y1) / 2


def _draw_loop(
    canvas: Canvas, line: Line, center: tuple[float, float], radius: float
) -> tuple[float, float]:
    (x, y), width = center, min(line.width, 4.0)
    path, tip = loop_path(center, radius, width)
    canvas.path(path, color=line.color, width=width, dash=line.dash)
    arrow = head(tip, width, toward=(1.0, 0.0))
    canvas.path(arrow, color=line.color, width=0, fill=line.color)
    return x - radius - 0.7 * LOOP, y


def _circle(center: tuple[float, float], radius: float) -> str:
    """Return a circle of four curves: plotly's paths have no arcs."""
    (x, y), bow = center, _CURVE * radius
    left, right, above, below = x - radius, x + radius, y - radius, y + radius
    return (
        f"M {left:.1f},{y:.1f} "
        f"C {left:.1f},{y - bow:.1f} {x - bow:.1f},{above:.1f} {x:.1f},{above:.1f} "
        f"C {x + bow:.1f},{above:.1f} {right:.1f},{y - bow:.1f} {right:.1f},{y:.1f} "
        f"C {right:.1f},{y + bow:.1f} {x + bow:.1f},{below:.1f} {x:.1f},{below:.1f} "
        f"C {x - bow:.1f},{below:.1f} {left:.1f},{y + bow:.1f} {left:.1f},{y:.1f} Z"
    )
