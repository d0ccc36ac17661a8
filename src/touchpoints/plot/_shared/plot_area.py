"""A rectangle of a canvas with a scale along each side: axes, curves and bands in pixels."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence

import attrs
import numpy as np

from touchpoints._core.frozen import Array
from touchpoints.plot._shared.canvas import Canvas
from touchpoints.plot._shared.scales import round_step
from touchpoints.plot._shared.text_widths import LINE_HEIGHT, text_width, wrapped

Tick = tuple[float, str]
SIZE = 11.0
_GAP = 6.0
_PAD = 8.0


@attrs.frozen(kw_only=True)
class Area:
    """Where data are drawn, in pixels, and which values its sides stand for."""

    left: float
    top: float
    right: float
    bottom: float
    xs: tuple[float, float]
    ys: tuple[float, float] = (0.0, 1.0)
    log_x: bool = False

    def x(self, value: float) -> float:
        """Return the pixel of a value along the horizontal axis."""
        low, high = self.xs
        if self.log_x:
            value, low, high = (math.log(max(one, 1e-300)) for one in (value, low, high))
        part = (value - low) / (high - low) if high != low else 0.5
        return self.left + part * (self.right - self.left)

    def y(self, value: float) -> float:
        """Return the pixel of a value along the vertical axis."""
        low, high = self.ys
        part = (value - low) / (high - low) if high != low else 0.5
        return self.bottom - part * (self.bottom - self.top)


def nice_ticks(low: float, high: float, *, most: int = 6) -> list[float]:
    """Return round values between two ends, at most ``most`` (and at least one).

    Examples
    --------
    >>> nice_ticks(0, 1, most=6)
    [0.0, 0.2, 0.4, 0.6, 0.8, 1.0]
    """
    span = high - low
    if not math.isfinite(span) or span <= 0:
        return [low]
    step = round_step(span, most=max(most - 1, 1))
    first = math.ceil(low / step - 1e-9)
    last = math.floor(high / step + 1e-9)
    return [round(at * step, 12) for at in range(first, last + 1)] or [low]


def room_for(labels: Iterable[str]) -> float:
    """Return the room that the labels of the vertical axis need, with the gap to the axis."""
    return max((text_width(one, SIZE) for one in labels), default=0.0) + _GAP


def y_axis(canvas: Canvas, area: Area, ticks: Sequence[Tick]) -> None:
    """Draw the lines of a grid, and labels at the left of the area."""
    palette = canvas.look.palette
    for value, label in ticks:
        at = area.y(value)
        canvas.line((area.left, at), (area.right, at), color=palette.grid)
        canvas.text(
            area.left - _GAP,
            at - SIZE * LINE_HEIGHT / 2,
            label,
            size=SIZE,
            color=palette.ink2,
            align="right",
            kind="axis",
        )


def x_axis(
    canvas: Canvas, area: Area, ticks: Sequence[Tick], *, title: str = "", grid: bool = False
) -> float:
    """Draw the axis below the area; labels that would touch are left out; return the y below."""
    palette, width = canvas.look.palette, canvas.look.width
    canvas.line((area.left, area.bottom), (area.right, area.bottom), color=palette.line)
    below, free = area.bottom + 9, 0.0
    for value, label in ticks:
        at = area.x(value)
        if grid:
            canvas.line((at, area.top), (at, area.bottom), color=palette.grid)
        canvas.line((at, area.bottom), (at, area.bottom + 4), color=palette.line)
        lines = label.split("\n")
        wide = max(text_width(one, SIZE) for one in lines)
        left = min(max(at - wide / 2, 0), width - wide)
        if left < free:
            continue
        middle = left + wide / 2
        box = canvas.text(
            middle,
            area.bottom + 9,
            lines,
            size=SIZE,
            color=palette.ink2,
            align="center",
            kind="axis",
        )
        free, below = box.right + 10, max(below, box.bottom)
    return axis_title(canvas, title, top=below + 2, area=area) if title else below


def axis_title(canvas: Canvas, title: str, *, top: float, area: Area) -> float:
    """Write what an axis shows below it, in the middle where it fits; return the y below."""
    look = canvas.look
    lines = wrapped(title, look.width - 2 * _PAD, SIZE)
    wide = max(text_width(one, SIZE) for one in lines)
    middle = (area.left + area.right) / 2
    middle = min(max(middle, wide / 2 + 2), look.width - wide / 2 - 2)
    box = canvas.text(
        middle, top, lines, size=SIZE, color=look.palette.ink2, align="center", kind="axis"
    )
    return box.bottom


def as_steps(xs: Array, ys: Array, *, end: float) -> tuple[Array, Array]:
    """Return the corners of a curve that keeps each value until the next, and up to ``end``."""
    right = np.append(xs[1:], max(end, float(xs[-1]))) if len(xs) else xs
    return np.column_stack([xs, right]).ravel(), np.repeat(ys, 2)


def draw_curve(canvas: Canvas, area: Area, xs: Array, ys: Array, *, color: str, name: str) -> None:
    """Draw a curve through values; where one is not known, it is interrupted."""
    for run in _known_runs(ys):
        canvas.curve(
            [round(area.x(float(one)), 1) for one in xs[run]],
            [round(area.y(float(one)), 1) for one in ys[run]],
            color=color,
            name=name,
        )


def draw_band(
    canvas: Canvas, area: Area, xs: Array, lows: Array, highs: Array, *, color: str = ""
) -> None:
    """Fill the area between two curves, in a faint colour; not where one of them is not known."""
    fill = color or canvas.look.palette.around
    for run in _known_runs(lows + highs):
        there = [area.x(float(one)) for one in xs[run]]
        upper = [area.y(float(one)) for one in highs[run]]
        lower = [area.y(float(one)) for one in lows[run]]
        corners = [*zip(there, upper, strict=True), *zip(there[::-1], lower[::-1], strict=True)]
        path = "M " + " L ".join(f"{x:.1f},{y:.1f}" for x, y in corners) + " Z"
        canvas.path(path, color=fill, width=0, fill=fill, opacity=0.18 if color else 1.0)


def _known_runs(values: Array) -> list[slice]:
    """Return the longest stretches of values that are known."""
    known = np.concatenate([[False], np.isfinite(values), [False]])
    changes = np.flatnonzero(known[1:] != known[:-1])
    return [slice(int(a), int(b)) for a, b in zip(changes[::2], changes[1::2], strict=True)]
