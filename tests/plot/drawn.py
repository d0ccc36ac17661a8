"""What a figure shows, read back from plotly's own objects."""

from __future__ import annotations

import html
import re
from typing import Any

from touchpoints.plot._shared.canvas import Box
from touchpoints.plot._shared.palette import DARK, LIGHT, flat
from touchpoints.plot._shared.text_widths import LINE_HEIGHT, text_width

HOSTILE = (
    "<script>alert(1)</script>",
    "a 'quote' and \"another\"",
    "]]> & <b>bold</b>",
    "two\nlines\tand a tab",
    "emoji 🛒👩‍⚕️",
    "שלום עולם",
    "x" * 500,
    "a word " * 70,
)
"""Names that could break out of a page, or out of their place in a picture."""
_COLOR = re.compile(r"#[0-9A-Fa-f]{6}")


def texts(figure: Any, *, kind: str | None = None) -> list[str]:
    """Return the texts of a figure without markup, of one kind where it is given."""
    notes = figure.layout.annotations
    return [plain(one.text) for one in notes if kind is None or one.name == kind]


def plain(text: str) -> str:
    """Return text as a reader sees it."""
    return html.unescape(re.sub(r"<[^>]+>", "", text.replace("<br>", " ")))


def hovers(figure: Any) -> list[str]:
    """Return what is said when something is pointed at, without markup."""
    found = []
    for trace in figure.data:
        said = trace.hovertext if trace.hovertext is not None else ()
        found += [said] if isinstance(said, str) else list(said)
    return [plain(one) for one in found if one]


def colors(figure: Any) -> set[str]:
    """Return every colour of a figure, upper case."""
    return {one.upper() for one in _COLOR.findall(figure.to_json())}


def strange_colors(figure: Any, *, dark: bool = False) -> set[str]:
    """Return the colours of a figure that its palette does not have."""
    return colors(figure) - {one.upper() for one in flat(DARK if dark else LIGHT)}


def boxes(figure: Any) -> list[Box]:
    """Return the rectangle of every text of a figure drawn in pixels."""
    found = []
    for note in figure.to_dict()["layout"].get("annotations", ()):  # plotly's objects are slow
        rows = [plain(row) for row in note["text"].split("<br>")]
        bold = note["text"].startswith(("<b>", "<i><b>"))
        size = note["font"]["size"]
        width = max(text_width(row, size, bold=bold) for row in rows)
        left = note["x"] - {"left": 0, "center": 0.5, "right": 1}[note["xanchor"]] * width
        high = len(rows) * size * LINE_HEIGHT
        top = note["y"] - {"top": 0, "middle": 0.5, "bottom": 1}[note["yanchor"]] * high
        kind = note.get("name", "")
        found.append(Box(left, top, left + width, top + high, kind, " ".join(rows)))
    return found


def overlapping(figure: Any) -> list[tuple[str, str]]:
    """Return the pairs of texts that overlap by more than half a pixel."""
    found = boxes(figure)
    return [
        (one.text, other.text)
        for place, one in enumerate(found)
        for other in found[:place]
        if one.overlaps(other, room=-0.5)
    ]


def outside(figure: Any) -> list[str]:
    """Return the texts that reach beyond the edges of a figure drawn in pixels."""
    width, height = figure.layout.width, figure.layout.height
    return [
        one.text
        for one in boxes(figure)
        if one.left < -0.5 or one.top < -0.5 or one.right > width + 0.5 or one.bottom > height + 0.5
    ]
