"""Coloured blocks of touchpoints by position, with their names where these fit."""

from __future__ import annotations

from collections.abc import Iterable

import attrs

from touchpoints.plot._shared.canvas import Canvas
from touchpoints.plot._shared.look import Look
from touchpoints.plot._shared.symbol_legends import Entry
from touchpoints.plot._shared.text_widths import LINE_HEIGHT, text_width, wrapped
from touchpoints.plot._shared.touchpoint_kinds import Kinds

TERMINALS = ("(start)", "(end)", "(open)")
_SIZE = 10.5
_MOST_SAID = 3000
_MOST_LINES = 3


@attrs.frozen(kw_only=True)
class Block:
    """A rectangle of one colour: its name, and what it says when pointed at."""

    box: tuple[float, float, float, float]
    color: str
    name: str
    says: str


def terminal_color(key: str, look: Look) -> str:
    """Return the colour of a terminal."""
    palette = look.palette
    return {"(start)": palette.grid, "(end)": palette.line}.get(key, palette.chip)


def block_entries(kinds: Kinds, terminals: Iterable[str], look: Look) -> list[Entry]:
    """Return the legend of blocks: touchpoints, and the terminals that occur."""
    entries = [attrs.evolve(one, symbol="square") for one in kinds.entries]
    found = [one for one in TERMINALS if one in set(terminals)]
    ends = [
        Entry(look.name(one), terminal_color(one, look), "square", look.palette.edge)
        for one in found
    ]
    return [*entries, *ends]


def draw_blocks(canvas: Canvas, blocks: list[Block]) -> None:
    """Draw blocks, one path for each colour; the largest say something when pointed at."""
    of_color: dict[str, list[Block]] = {}
    for block in blocks:
        of_color.setdefault(block.color, []).append(block)
    for color, several in of_color.items():
        path = " ".join(outline_of(one.box) for one in several)
        canvas.path(path, color=color, width=0, fill=color)
    largest = sorted(blocks, key=lambda one: _height(one.box), reverse=True)[:_MOST_SAID]
    said = [
        ((one.box[0] + one.box[2]) / 2, (one.box[1] + one.box[3]) / 2, one.says) for one in largest
    ]
    canvas.hover_points(said, name="blocks")
    for block in largest:
        _write(canvas, block)


def _height(box: tuple[float, float, float, float]) -> float:
    return box[3] - box[1]


def outline_of(box: tuple[float, float, float, float]) -> str:
    """Return the SVG path of a rectangle: many in one path are drawn faster than many shapes."""
    left, top, right, bottom = box
    return f"M{left:.1f},{top:.2f}H{right:.1f}V{bottom:.2f}H{left:.1f}Z"


def _write(canvas: Canvas, block: Block) -> None:
    """Write the name of a block on a chip in it, where it fits."""
    left, top, right, bottom = block.box
    room = right - left - 12
    lines = wrapped(block.name, max(room, 1), _SIZE)
    wide = max(text_width(one, _SIZE) for one in lines) + 8
    high = len(lines) * _SIZE * LINE_HEIGHT + 2
    broken = any(one.endswith("-") for one in lines) or len(lines) > _MOST_LINES
    if broken or wide > right - left - 4 or high > bottom - top - 2:
        return
    x, y = (left + right) / 2, (top + bottom) / 2
    chip = (x - wide / 2, y - high / 2, x + wide / 2, y + high / 2)
    canvas.rectangle(chip, fill=canvas.look.palette.background, radius=3)
    canvas.text(x, y - high / 2 + 1, lines, size=_SIZE, align="center", kind="block")
