"""The legend of marks, and the notes below a figure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import attrs

from touchpoints.plot._shared.canvas import Canvas, Marker
from touchpoints.plot._shared.text_widths import text_width, wrapped

PAD = 8.0
SMALL = 11.0
SYMBOLS = (
    *("circle", "diamond", "square", "triangle-up"),
    *("triangle-down", "pentagon", "hexagram", "star-diamond"),
)
"""Shapes of series, so that colour is never alone."""
_LINE = 18.0
_MOST_LINES = 4


@attrs.frozen(kw_only=True)
class Mark:
    """How a series looks: its colour, its shape, and whether it is hollow.

    Attributes
    ----------
    label : str
        What it stands for.
    color : str
        The colour of the mark and of its interval.
    symbol : str
        One of `SYMBOLS`.
    hollow : bool
        Whether only its outline is coloured.
    size : float
        How large it is, in pixels; with 0 there is only its interval.
    """

    label: str = ""
    color: str
    symbol: str = "circle"
    hollow: bool = False
    size: float = 9.0

    def at(self, canvas: Canvas, x: float, y: float, *, hover: str = "") -> Marker:
        """Return the mark at a place of a canvas."""
        inside = canvas.look.palette.background if self.hollow else self.color
        edge = self.color if self.hollow else canvas.look.palette.background
        return Marker(
            x=x,
            y=y,
            size=self.size,
            color=inside,
            symbol=self.symbol,
            outline=edge,
            outline_width=1.6 if self.hollow else 0.6,
            hover=hover,
        )


def series_legend(canvas: Canvas, marks: Iterable[Mark], *, top: float) -> float:
    """Draw what marks stand for, side by side; return the y below, ``top`` without any."""
    named = [one for one in marks if one.label]
    if not named:
        return top
    x, y, drawn, room = PAD, top, [], canvas.look.width - 2 * PAD
    deepest = top
    for one in named:
        lines = wrapped(one.label, room - 18, SMALL, most=2)
        wide = 18 + max(text_width(line, SMALL) for line in lines) + 16
        if x > PAD and (x + wide - 16 > canvas.look.width - PAD or len(lines) > 1):
            x, y = PAD, deepest + 4
        drawn.append(attrs.evolve(one, size=9).at(canvas, x + 5, y + 7))
        deepest = max(deepest, canvas.text(x + 16, y, lines, size=SMALL, kind="legend").bottom)
        x = x + wide
    canvas.markers(drawn, name="legend")
    return deepest + 8


def notes(canvas: Canvas, lines: Sequence[str], *, top: float, most: int = _MOST_LINES) -> float:
    """Write sentences below a figure, each wrapped; return the y below them.

    Parameters
    ----------
    most
        The largest number of lines of a sentence.
    """
    y = top
    for line in lines:
        if not line:
            continue
        rows = wrapped(line, canvas.look.width - 2 * PAD, SMALL, most=most)
        color = canvas.look.palette.ink2
        y = canvas.text(PAD, y, rows, size=SMALL, color=color, kind="note").bottom + 3
    return y
