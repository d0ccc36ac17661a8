"""Legends of colours and symbols, whose labels are wrapped."""

from __future__ import annotations

import attrs

from touchpoints.plot._shared.canvas import Canvas, Marker
from touchpoints.plot._shared.groups import Part
from touchpoints.plot._shared.text_widths import LINE_HEIGHT, text_width, wrapped

SYMBOLS = (
    "circle",
    "square",
    "diamond",
    "triangle-up",
    "triangle-down",
    "cross",
    "x",
    "star",
)
"""Eight symbols of points, so that groups are told apart without colours."""
_PAD = 8.0
_SIZE = 11.0
_WIDEST = 300.0


@attrs.frozen
class Entry:
    """An entry of a legend: its label, and how its mark looks."""

    label: str
    color: str
    symbol: str = "square"
    outline: str = ""


def symbol_legend(canvas: Canvas, entries: list[Entry], *, top: float, title: str = "") -> float:
    """Draw entries side by side in as many rows as they need; return the y below them.

    Labels are wrapped to two lines. Without entries nothing is drawn.
    """
    look, right = canvas.look, canvas.look.width - _PAD
    marks: list[Marker] = []
    x, y, below = _PAD, top, top
    if not entries:
        return top
    if title:
        box = canvas.text(x, y, title, size=_SIZE, color=look.palette.ink2, kind="legend")
        x, below = box.right + 12, box.bottom
    for entry in entries:
        lines = wrapped(entry.label, min(_WIDEST, right - _PAD - 16), _SIZE, most=2)
        wide = 16 + max(text_width(one, _SIZE) for one in lines)
        if x > _PAD and x + wide > right:
            x, y = _PAD, below + 3
        marks.append(_mark(entry, x, y))
        box = canvas.text(x + 16, y, lines, size=_SIZE, kind="legend")
        x, below = x + wide + 16, max(below, box.bottom)
    canvas.markers(marks, name="legend")
    return below + 8


def _mark(entry: Entry, x: float, y: float) -> Marker:
    middle = y + _SIZE * LINE_HEIGHT / 2
    return Marker(
        x=x + 5,
        y=middle,
        size=10,
        color=entry.color,
        symbol=entry.symbol,
        outline=entry.outline,
    )


def entries_of(parts: list[Part], labels: list[str] | None = None) -> list[Entry]:
    """Return the legend of groups, each with its colour and symbol; empty without groups."""
    said = [part.label for part in parts] if labels is None else labels
    return [
        Entry(label, part.color, SYMBOLS[place % len(SYMBOLS)])
        for place, (part, label) in enumerate(zip(parts, said, strict=True))
        if part.label
    ]


def noted(canvas: Canvas, text: str, *, top: float, kind: str = "note") -> float:
    """Write a sentence below or above a figure, wrapped; return the y below it."""
    if not text:
        return top
    look = canvas.look
    lines = wrapped(text, look.width - 2 * _PAD, _SIZE)
    box = canvas.text(_PAD, top, lines, size=_SIZE, color=look.palette.ink2, kind=kind)
    return box.bottom + 4
