"""Records of several groups: which are drawn, and in which colours."""

from __future__ import annotations

from typing import Any

import attrs
import numpy as np

from touchpoints._core.frozen import Array
from touchpoints._core.text import group_text
from touchpoints.plot._shared.canvas import Canvas, Marker
from touchpoints.plot._shared.look import Look, shown
from touchpoints.plot._shared.text_widths import text_width

MOST_GROUPS = 8
_PAD = 8.0


@attrs.frozen(kw_only=True, eq=False)
class Part:
    """The rows of a record that belong to one group.

    Attributes
    ----------
    label : str
        What the group is called; empty where the record has no groups.
    color : str
        The colour of the group; empty where the record has no groups.
    rows : int64 (r,)
        The rows of the group, in order.
    """

    label: str
    color: str
    rows: Array


def parts_of(record: Any, look: Look, *, size: Array) -> tuple[list[Part], str]:
    """Return the groups of a record that are drawn, and what is said of those that are not.

    Parameters
    ----------
    size
        How large each row is: of more than eight groups, those with the largest row are drawn.
    """
    if record.group is None:
        rows = np.arange(len(record))
        return ([Part(label="", color="", rows=rows)] if len(rows) else []), ""
    rows_of = rows_by_group(record)
    names = list(rows_of)
    largest = sorted(names, key=lambda name: -np.nan_to_num(size[rows_of[name]]).max(initial=0))
    drawn = [name for name in names if name in largest[:MOST_GROUPS]]
    parts = [
        Part(label=shown(group_text(name)), color=look.palette.category(place), rows=rows_of[name])
        for place, name in enumerate(drawn)
    ]
    if len(names) <= len(drawn):
        return parts, ""
    return parts, look.say(
        "plot.groups_shown", shown=len(drawn), all=look.numerals.whole(len(names))
    )


def rows_by_group(record: Any) -> dict[Any, Array]:
    """Return the rows of each group of a record, int64, in the order of the record."""
    found: dict[Any, list[int]] = {}
    for row, name in enumerate(record.group.tolist()):
        found.setdefault(name, []).append(row)
    return {name: np.array(rows, dtype=np.int64) for name, rows in found.items()}


def group_legend(canvas: Canvas, parts: list[Part], note: str, *, top: float) -> float:
    """Draw the legend of groups; return the y below it, ``top`` where there are no groups."""
    look = canvas.look
    named = [part for part in parts if part.label]
    if not named:
        return top
    marks, x, y = [], _PAD, top
    for part in named:
        wide = 18 + text_width(part.label, 11) + 16
        if x > _PAD and x + wide > look.width - _PAD:
            x, y = _PAD, y + 18
        marks.append(Marker(x=x + 5, y=y + 7, size=10, color=part.color, symbol="square"))
        canvas.text(x + 16, y, part.label, size=11, kind="legend")
        x += wide
    canvas.markers(marks, name="legend")
    y += 20
    if note:
        y = canvas.text(_PAD, y, note, size=11, color=look.palette.ink2, kind="legend").bottom + 4
    return y + 4
