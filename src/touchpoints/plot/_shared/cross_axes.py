"""Two axes on a canvas, for points and curves whose labels must not overlap."""

from __future__ import annotations

import attrs

from touchpoints.plot._shared.canvas import Box, Canvas
from touchpoints.plot._shared.quantities import Quantity
from touchpoints.plot._shared.series_legend import PAD, SMALL
from touchpoints.plot._shared.text_widths import LINE_HEIGHT, text_width, wrapped

_TICK = 10.0


@attrs.frozen(kw_only=True)
class Axes:
    """Where numbers are on a canvas, between four edges in pixels.

    Attributes
    ----------
    left, top, right, bottom : float
        The edges of the area.
    x_low, x_high, y_low, y_high : float
        The numbers at its edges.
    """

    left: float
    top: float
    right: float
    bottom: float
    x_low: float
    x_high: float
    y_low: float
    y_high: float

    def x(self, value: float) -> float:
        """Return where a number is across; what lies beyond is at the edge."""
        share = (value - self.x_low) / (self.x_high - self.x_low)
        return self.left + min(max(share, 0.0), 1.0) * (self.right - self.left)

    def y(self, value: float) -> float:
        """Return where a number is from the top; what lies beyond is at the edge."""
        share = (value - self.y_low) / (self.y_high - self.y_low)
        return self.bottom - min(max(share, 0.0), 1.0) * (self.bottom - self.top)


def axes_of(
    canvas: Canvas,
    *,
    x: tuple[float, float],
    y: tuple[float, float],
    y_quantity: Quantity,
    top: float,
    high: float,
    right: float = PAD + 4,
) -> Axes:
    """Return axes with room at the left for the numbers of the vertical one."""
    ticks = y_quantity.ticks(*y, high)
    room = max((text_width(text, _TICK) for _, text in ticks), default=0.0) + 8
    return Axes(
        left=PAD + room,
        top=top,
        right=canvas.look.width - right,
        bottom=top + high,
        x_low=x[0],
        x_high=x[1],
        y_low=y[0],
        y_high=y[1],
    )


def draw_vertical(canvas: Canvas, axes: Axes, quantity: Quantity, *, title: str) -> None:
    """Draw the frame, the lines and numbers of the vertical axis, and its title above it."""
    palette = canvas.look.palette
    lines = wrapped(title, axes.right - PAD, SMALL, most=2)
    above = axes.top - len(lines) * SMALL * LINE_HEIGHT - 6
    canvas.text(PAD, above, lines, size=SMALL, color=palette.ink2, kind="axis")
    for value, text in quantity.ticks(axes.y_low, axes.y_high, axes.bottom - axes.top):
        y = axes.y(value)
        canvas.line((axes.left, y), (axes.right, y), color=palette.grid)
        high = y - _TICK * LINE_HEIGHT / 2
        canvas.text(
            axes.left - 6,
            high,
            text,
            size=_TICK,
            color=palette.ink2,
            align="right",
            kind="tick_y",
        )
    canvas.line((axes.left, axes.bottom), (axes.right, axes.bottom), color=palette.line)


def draw_across(canvas: Canvas, axes: Axes, quantity: Quantity, *, title: str) -> float:
    """Draw the lines, numbers and title of the axis across; return the y below them."""
    palette, y = canvas.look.palette, axes.bottom + 3
    free = PAD
    for value, text in quantity.ticks(axes.x_low, axes.x_high, axes.right - axes.left):
        half, x = text_width(text, _TICK) / 2, axes.x(value)
        canvas.line((x, axes.top), (x, axes.bottom), color=palette.grid)
        middle = min(x, canvas.look.width - half - 2)
        if middle - half >= free:
            free = middle + half + 4
            canvas.text(
                middle, y, text, size=_TICK, color=palette.ink2, align="center", kind="tick"
            )
    y += _TICK * LINE_HEIGHT + 2
    lines = wrapped(title, axes.right - axes.left, SMALL, most=3)
    box = canvas.text(axes.left, y, lines, size=SMALL, color=palette.ink2, kind="axis")
    return box.bottom + 6


def free_place(
    canvas: Canvas,
    lines: list[str],
    *,
    at: tuple[float, float],
    taken: list[Box],
    within: Axes,
    away: float = 8.0,
    size: float = SMALL,
    bold: bool = False,
) -> tuple[float, float] | None:
    """Return the left top corner of the first of 6 places beside a dot where text hits nothing.

    Parameters
    ----------
    at
        The middle of the dot.
    taken
        What text must not come near, beside what is already written.
    """
    wide = max(text_width(line, size, bold=bold) for line in lines)
    high = len(lines) * size * LINE_HEIGHT
    x, y = at
    right, left = x + away, x - away - wide
    tries = (
        (right, y - high / 2),
        (left, y - high / 2),
        (right, y - high - 3),
        (right, y + 3),
        (left, y - high - 3),
        (left, y + 3),
    )
    for corner in tries:
        box = Box(corner[0], corner[1], corner[0] + wide, corner[1] + high, "", "")
        inside = box.left >= within.left + 2 and box.right <= within.right - 2
        inside = inside and box.top >= within.top + 2 and box.bottom <= within.bottom - 2
        if inside and not any(box.overlaps(one, room=2) for one in (*taken, *canvas.boxes)):
            return corner
    return None
