"""The lines of a map as curves: level pieces, uprights, and round corners between them."""

from __future__ import annotations

import attrs

from touchpoints.plot._shared.canvas import Canvas, Dash
from touchpoints.plot._shared.journey_map.flows import Flow
from touchpoints.plot._shared.journey_map.labels import Labels
from touchpoints.plot._shared.journey_map.sizes import head_half, head_length
from touchpoints.plot._shared.journey_map.telling import flow_hover

_CORNER = 8.0
_CURVE = 0.35
_LEVEL = 1.2
"""Levels that differ by less are one."""
_STEP = 14.0
"""Where levels differ by less, the line bends instead of turning."""

Point = tuple[float, float]


@attrs.define(eq=False)
class Pen:
    """Draws the path of a line, and remembers its straight pieces."""

    at: Point
    radius: float
    commands: list[str] = attrs.field(factory=list)
    pieces: list[tuple[Point, Point]] = attrs.field(factory=list)

    def __attrs_post_init__(self) -> None:
        self.commands.append(f"M {_text(self.at)}")

    def straight(self, end: Point) -> None:
        """Go straight to a point."""
        self.commands.append(f"L {_text(end)}")
        self.pieces.append((self.at, end))
        self.at = end

    def curve(self, first: Point, second: Point, end: Point) -> None:
        """Go to a point in a curve."""
        self.commands.append(f"C {_text(first)} {_text(second)} {_text(end)}")
        self.at = end

    def turn(self, x: float, y: float, *, enters: int, leaves: int, bend: float) -> None:
        """Go level to ``x``, there up or down to ``y``, and on, level.

        Parameters
        ----------
        enters, leaves
            The direction before and after, 1 to the right, -1 to the left.
        bend
            How far before and after ``x`` a small step is bent.
        """
        level = self.at[1]
        step = y - level
        if enters == leaves and abs(step) < _LEVEL:
            return
        if enters == leaves and abs(step) < _STEP:
            self.straight((x - enters * bend, level))
            self.curve((x, level), (x, y), (x + enters * bend, y))
            return
        down = 1 if step > 0 else -1
        r = min(self.radius, abs(step) / 2)
        near = r * _CURVE
        self.straight((x - enters * r, level))
        self.curve((x - enters * near, level), (x, level + down * near), (x, level + down * r))
        self.straight((x, y - down * r))
        self.curve((x, y - down * near), (x + leaves * near, y), (x + leaves * r, y))


def pen(start: Point, width: float) -> Pen:
    """Return a pen at the start of a line."""
    return Pen(start, _CORNER + width / 2)


def _text(point: Point) -> str:
    return f"{point[0]:.1f},{point[1]:.1f}"


@attrs.frozen(kw_only=True, eq=False)
class Head:
    """The head of a line: its tip, and the direction in which it points."""

    tip: Point
    direction: Point


@attrs.frozen(kw_only=True, eq=False)
class Drawn:
    """A line in pixels: its path, its straight pieces, and its heads."""

    flow: Flow
    width: float
    path: str
    pieces: tuple[tuple[Point, Point], ...]
    heads: tuple[Head, ...]


def draw_lines(canvas: Canvas, labels: Labels, lines: list[Drawn]) -> None:
    """Draw lines, the strongest above, and what is said when they are pointed at."""
    palette = canvas.look.palette
    for line in sorted(lines, key=lambda one: one.flow, reverse=True):
        color = palette.back if line.flow.returns else palette.edge
        dash: Dash = "dash" if line.flow.unplanned else "solid"
        canvas.path(
            line.path, color=color, width=round(line.width, 1), dash=dash, opacity=0.8, name="flow"
        )
        for head in line.heads:
            draw_head(canvas, head, line.width, color)
    points = [(*_middle(line.pieces), flow_hover(labels, line.flow.rows)) for line in lines]
    canvas.hover_points(points, name="flows")


def draw_head(canvas: Canvas, head: Head, width: float, color: str) -> None:
    """Draw the head of a line."""
    (x, y), (dx, dy) = head.tip, head.direction
    long, half = head_length(width), head_half(width)
    base = (x - dx * long, y - dy * long)
    corners = (
        (base[0] - dy * half, base[1] - dx * half),
        (base[0] + dy * half, base[1] + dx * half),
    )
    path = f"M {_text((x, y))} L {_text(corners[0])} L {_text(corners[1])} Z"
    canvas.path(path, color=color, width=0, fill=color, name="head")


def _middle(pieces: tuple[tuple[Point, Point], ...]) -> Point:
    """Return the middle of the longest straight piece of a line."""
    first, last = max(
        pieces, key=lambda one: abs(one[0][0] - one[1][0]) + abs(one[0][1] - one[1][1])
    )
    return (first[0] + last[0]) / 2, (first[1] + last[1]) / 2
