"""Terms in boxes below the name of a stage: which of them have room, and where."""

from __future__ import annotations

from collections.abc import Sequence

import attrs

from touchpoints.plot._shared.canvas import Canvas
from touchpoints.plot._shared.text_widths import text_width, wrapped

_SIZE = 11.0
_HEIGHT = 19.0
_PITCH = 22.0
_PADDING = 7.0
_GAP = 5.0
_MOST_LINES = 2
_SECOND_LINE = 15.0


@attrs.frozen(kw_only=True)
class Chip:
    """A term in a box: where it begins, in which row, how wide it is, and its lines."""

    left: float
    row: int
    width: float
    lines: tuple[str, ...]


def chips_of(texts: Sequence[str], *, left: float, right: float, rows: int) -> list[Chip]:
    """Return the terms that have room in so many rows; the others are told on hover alone."""
    found: list[Chip] = []
    x, row, room = left, 0, right - left
    for text in texts:
        lines: tuple[str, ...] = (text,)
        width = text_width(text, _SIZE) + 2 * _PADDING
        if width > room:
            lines = tuple(wrapped(text, room - 2 * _PADDING, _SIZE))
            width = max(text_width(line, _SIZE) for line in lines) + 2 * _PADDING
        if len(lines) > _MOST_LINES or width > room:
            continue
        if x > left and (x + width > right or len(lines) > 1):
            x, row = left, row + 1
        if row + len(lines) > rows:
            break
        found.append(Chip(left=x, row=row, width=width, lines=lines))
        if len(lines) > 1:
            x, row = left, row + len(lines)
        else:
            x += width + _GAP
    return found


def height_of_chips(chips: Sequence[Chip]) -> float:
    """Return how high the rows of chips are."""
    return max((chip.row + len(chip.lines) for chip in chips), default=0) * _PITCH


def draw_chips(canvas: Canvas, chips: Sequence[Chip], *, top: float, framed: bool = False) -> None:
    """Draw terms in boxes, filled or framed."""
    palette = canvas.look.palette
    for chip in chips:
        y = top + chip.row * _PITCH
        bottom = y + _HEIGHT + _SECOND_LINE * (len(chip.lines) - 1)
        fill, line = (palette.background, palette.line) if framed else (palette.chip, "")
        canvas.rectangle(
            (chip.left, y, chip.left + chip.width, bottom), fill=fill, line=line, radius=8
        )
        canvas.text(chip.left + _PADDING, y + 2.5, chip.lines, size=_SIZE, kind="chip")
