"""Numbers on lines, where they touch nothing else."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from touchpoints.plot._shared.canvas import Box, Canvas
from touchpoints.plot._shared.journey_map.content import Content
from touchpoints.plot._shared.journey_map.frame import Frame
from touchpoints.plot._shared.journey_map.grid import Grid
from touchpoints.plot._shared.journey_map.paths import Drawn, Point
from touchpoints.plot._shared.journey_map.sizes import BADGE, badge_of, height_of
from touchpoints.plot._shared.text_widths import LINE_HEIGHT, text_width

_SIZE = 10.0
_PLACES = (0.5, 0.3, 0.7, 0.15, 0.85)
_FROM_NODES = 8.0
_FROM_LABELS = (16.0, 9.0)
Rectangle = tuple[float, float, float, float]


def draw_numbers(
    canvas: Canvas, content: Content, grid: Grid, frame: Frame, lines: Sequence[Drawn]
) -> None:
    """Write on lines what share of journeys takes them, the strongest first.

    The number stands at a level piece of the line, where it keeps away from labels, touchpoints
    and other lines; where there is no such place, there is no number.
    """
    texts = [_grown(box, *_FROM_LABELS) for box in canvas.boxes if box.kind != "sign"]
    nodes = [
        area for place in range(len(content.nodes)) for area in _areas(content, grid, frame, place)
    ]
    strokes = [(line, _stroke(piece, line.width)) for line in lines for piece in line.pieces]
    for line in sorted(lines, key=lambda one: one.flow):
        text = canvas.look.numerals.share(line.flow.share)
        others = [area for other, area in strokes if other is not line]
        for piece, area in _places(line, text_width(text, _SIZE) + 4):
            own = [_stroke(one, line.width) for one in line.pieces if one is not piece]
            taken = (*texts, *nodes, *others, *own)
            if area[0] >= 0 and not any(_meet(area, one) for one in taken):
                style: dict[str, Any] = {
                    "size": _SIZE,
                    "color": canvas.look.palette.ink2,
                    "kind": "flow",
                }
                middle = (area[0] + area[2]) / 2
                box = canvas.text(middle, area[1], text, align="center", **style)
                texts.append(_grown(box, *_FROM_LABELS))
                break


def _places(line: Drawn, width: float) -> Iterator[tuple[tuple[Point, Point], Rectangle]]:
    """Return where the number of a line could be: at its longest level piece first."""
    level = [piece for piece in line.pieces if abs(piece[0][1] - piece[1][1]) < 0.5]
    level.sort(key=lambda piece: -abs(piece[0][0] - piece[1][0]))
    high = _SIZE * LINE_HEIGHT
    for piece in level:
        (first, y), (last, _) = sorted(piece)
        if last - first < width + 4:
            return
        for top in (y - line.width / 2 - high - 1, y + line.width / 2 + 1):
            for part in _PLACES:
                left = first + (last - first - width) * part
                yield piece, (left, top, left + width, top + high)


def _areas(content: Content, grid: Grid, frame: Frame, place: int) -> list[Rectangle]:
    node, size = content.nodes[place], grid.diameters[place]
    x, y, half = frame.x[place], frame.y[place], height_of(node, size) / 2 + _FROM_NODES
    areas = [(x - half, y - half, x + half, y + half)]
    if node.mark:
        right, up = badge_of(size)
        areas.append((x + right - BADGE, y + up - BADGE, x + right + BADGE, y + up + BADGE))
    return areas


def _stroke(piece: tuple[Point, Point], width: float) -> Rectangle:
    (x0, y0), (x1, y1) = piece
    half = width / 2 + 1
    return min(x0, x1) - half, min(y0, y1) - half, max(x0, x1) + half, max(y0, y1) + half


def _grown(box: Box, across: float, down: float) -> Rectangle:
    return box.left - across, box.top - down, box.right + across, box.bottom + down


def _meet(one: Rectangle, other: Rectangle) -> bool:
    return one[0] < other[2] and one[2] > other[0] and one[1] < other[3] and one[3] > other[1]
