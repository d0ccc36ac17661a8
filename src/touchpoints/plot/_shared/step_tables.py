"""What the figures of steps share: how many are drawn in a row, and what they are called."""

from __future__ import annotations

from touchpoints.plot._shared.canvas import Canvas
from touchpoints.plot._shared.groups import Part
from touchpoints.plot._shared.look import Look

MOST_STEPS = 30
"""The largest number of steps that a figure draws."""


def nearest(steps: list[int]) -> list[int]:
    """Return the steps that are drawn, in order: of many, those nearest to where they begin."""
    return sorted(sorted(set(steps), key=lambda step: (abs(step), step))[:MOST_STEPS])


def rows_of_columns(columns: list[int], most: int, *, again: int) -> list[list[int]]:
    """Return columns in rows of at most ``most``; a row begins with the ``again`` last ones."""
    if len(columns) <= most:
        return [columns] if columns else []
    first, stride = 0, most - again
    rows = []
    while first + again < len(columns):
        rows.append(columns[first : first + most])
        first += stride
    return rows


def group_heading(canvas: Canvas, part: Part, said: str, *, left: float, top: float) -> float:
    """Write the name of a group above its picture; return where the picture begins."""
    if not part.label:
        return top
    box = canvas.text(left, top, part.label, size=13, bold=True, kind="group")
    palette = canvas.look.palette
    aside = canvas.text(box.right + 8, top + 2, said, size=11, color=palette.ink2, kind="size")
    return max(box.bottom, aside.bottom) + 6


def steps_note(look: Look, shown: int, every: int) -> list[str]:
    """Return what is said of steps that are not drawn, if there are any."""
    if shown == every:
        return []
    numbers = {"shown": look.numerals.whole(shown), "all": look.numerals.whole(every)}
    return [look.say("steps.shown", **numbers)]
