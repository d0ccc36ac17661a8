"""The picture of importance and performance: four quadrants."""

from __future__ import annotations

from itertools import product
from typing import Any

import numpy as np

from touchpoints._core.checks import public
from touchpoints._core.frozen import Array
from touchpoints.experience import ImportancePerformance
from touchpoints.plot._shared.canvas import Box, Canvas, Marker, hover
from touchpoints.plot._shared.cross_axes import (
    Axes,
    axes_of,
    draw_across,
    draw_vertical,
    free_place,
)
from touchpoints.plot._shared.look import Look, look_of, require_record
from touchpoints.plot._shared.quantities import Quantity, numbers
from touchpoints.plot._shared.series_legend import PAD, SMALL, notes
from touchpoints.plot._shared.text_widths import LINE_HEIGHT, wrapped
from touchpoints.taxonomy import Taxonomy

_FIRST = "concentrate here"
_CORNERS = {
    "possible overkill": ("left", "top", "overkill"),
    "keep up the good work": ("right", "top", "keep"),
    "low priority": ("left", "bottom", "low"),
    _FIRST: ("right", "bottom", "first"),
}
_DOT = 10.0
_MOST_NAMED = 12


@public
def importance_performance(
    importance_performance: ImportancePerformance,
    *,
    taxonomy: Taxonomy | None = None,
    lang: str = "en",
    dark: bool = False,
    width: int = 960,
) -> Any:
    """Draw what matters against how well it is done, in four quadrants.

    Parameters
    ----------
    importance_performance
        What `tp.experience.importance_performance` returned.
    taxonomy, lang, dark, width
        Shared arguments: see `touchpoints.plot`.

    Returns
    -------
    plotly.graph_objects.Figure
        A dot for each touchpoint or driver, with both intervals as a cross; dashed lines where high
        begins. The quadrant to improve first is tinted. Dots are filled where both intervals lie in
        one quadrant, hollow where they could be in another. Labels are put beside dots in order of
        importance, as long as there is room; those without room are named below.

    Raises
    ------
    MissingPackageError
        When plotly is not installed.
    WrongKindError
        When ``importance_performance`` is not an ImportancePerformance.

    See Also
    --------
    touchpoints.experience.importance_performance : Divide touchpoints into the quadrants.

    Examples
    --------
    >>> import touchpoints as tp
    >>> found = tp.experience.importance_performance({"a": 0.5, "b": 0.1}, {"a": 2.0, "b": 4.0})
    >>> figure = tp.plot.importance_performance(found, lang="es")
    >>> [one.text for one in figure.layout.annotations if one.name == "label"]
    ['a', 'b']
    """
    require_record(
        importance_performance,
        ImportancePerformance,
        made_by="tp.experience.importance_performance",
    )
    look = look_of(dark=dark, lang=lang, taxonomy=taxonomy, width=width)
    found, canvas = importance_performance, Canvas(look)
    if not len(found):
        end = canvas.text(PAD, PAD, look.say("plot.no_data"), color=look.palette.ink2).bottom
        return canvas.figure(end + PAD)
    high = 400.0 if look.narrow else min(0.56 * look.width, 620.0)
    x_range, y_range = _range(found, "importance"), _range(found, "performance")
    x_quantity, y_quantity = numbers(look, x_range), numbers(look, y_range)
    axes = axes_of(canvas, x=x_range, y=y_range, y_quantity=y_quantity, top=32, high=high)
    _tint(canvas, axes, found)
    draw_vertical(canvas, axes, y_quantity, title=look.say("importance_performance.performance"))
    below = draw_across(
        canvas, axes, x_quantity, title=look.say("importance_performance.importance")
    )
    dots, crosses = _crosses(canvas, axes, found)
    taken = [*_dividers(canvas, axes, found), *dots]
    _corners(canvas, axes, found)
    _dots(canvas, axes, found, (x_quantity, y_quantity))
    unnamed = _labels(canvas, axes, found, ([*taken, *crosses], taken))
    end = notes(canvas, _said(look, found, unnamed), top=below, most=_MOST_NAMED)
    return canvas.figure(end + PAD)


def _range(found: ImportancePerformance, name: str) -> tuple[float, float]:
    """Return the ends of an axis: of all numbers, their intervals and the crosshair."""
    columns = (name, f"{name}_low", f"{name}_high")
    cross = found.important_from if name == "importance" else found.performs_from
    values = np.concatenate([*(getattr(found, one) for one in columns), [cross]])
    values = values[np.isfinite(values)]
    low, high = float(values.min()), float(values.max())
    room = 0.08 * (high - low) or max(abs(high), 1.0) * 0.5
    return low - room, high + room


def _tint(canvas: Canvas, axes: Axes, found: ImportancePerformance) -> None:
    """Tint the quadrant of what to improve first, and draw the frame."""
    palette = canvas.look.palette
    left, top = axes.x(found.important_from), axes.y(found.performs_from)
    path = f"M {left:.1f},{top:.1f} H {axes.right:.1f} V {axes.bottom:.1f} H {left:.1f} Z"
    canvas.path(path, color=palette.pain, width=0, fill=palette.pain, opacity=0.1)
    for start, end in (
        ((axes.left, axes.top), (axes.right, axes.top)),
        ((axes.right, axes.top), (axes.right, axes.bottom)),
        ((axes.left, axes.top), (axes.left, axes.bottom)),
    ):
        canvas.line(start, end, color=palette.line)


def _dividers(canvas: Canvas, axes: Axes, found: ImportancePerformance) -> list[Box]:
    """Draw where high begins; return the rectangles of both lines."""
    x, y = axes.x(found.important_from), axes.y(found.performs_from)
    color = canvas.look.palette.ink2
    canvas.line((x, axes.top), (x, axes.bottom), color=color, dash="dash")
    canvas.line((axes.left, y), (axes.right, y), color=color, dash="dash")
    return [
        Box(x, axes.top, x, axes.bottom, "divider", ""),
        Box(axes.left, y, axes.right, y, "divider", ""),
    ]


def _corners(canvas: Canvas, axes: Axes, found: ImportancePerformance) -> None:
    """Write the names of the quadrants into the corners."""
    palette, middle = canvas.look.palette, axes.x(found.important_from)
    for align, edge, key in _CORNERS.values():
        text = canvas.look.say(f"importance_performance.{key}")
        strong = key == "first"
        room = middle - axes.left if align == "left" else axes.right - middle
        room = min(max(room - 12, 70.0), (axes.right - axes.left) / 2 - 12)
        lines = wrapped(text, room, SMALL, bold=strong, most=3)
        high = len(lines) * SMALL * LINE_HEIGHT
        x = axes.left + 6 if align == "left" else axes.right - 6
        y = axes.top + 5 if edge == "top" else axes.bottom - 5 - high
        color = palette.pain if strong else palette.ink2
        how: Any = {"size": SMALL, "bold": strong, "align": align, "kind": "quadrant"}
        canvas.text(x, y, lines, color=color, **how)


def _places(found: ImportancePerformance, axes: Axes) -> list[tuple[float, float]]:
    pairs = zip(found.importance.tolist(), found.performance.tolist(), strict=True)
    return [(axes.x(x), axes.y(y)) for x, y in pairs]


def _crosses(
    canvas: Canvas, axes: Axes, found: ImportancePerformance
) -> tuple[list[Box], list[Box]]:
    """Draw the intervals; return the rectangles of dots, and those of the lines."""
    color, half = canvas.look.palette.edge, _DOT / 2
    boxes, crosses = [], []
    for row, (x, y) in enumerate(_places(found, axes)):
        low, high = found.importance_low[row], found.importance_high[row]
        if np.isfinite(low) and np.isfinite(high):
            canvas.line((axes.x(low), y), (axes.x(high), y), color=color, width=1.6)
            crosses.append(Box(axes.x(low), y, axes.x(high), y, "cross", ""))
        low, high = found.performance_low[row], found.performance_high[row]
        if np.isfinite(low) and np.isfinite(high):
            canvas.line((x, axes.y(low)), (x, axes.y(high)), color=color, width=1.6)
            crosses.append(Box(x, axes.y(high), x, axes.y(low), "cross", ""))
        boxes.append(Box(x - half, y - half, x + half, y + half, "dot", ""))
    return boxes, crosses


def _dots(
    canvas: Canvas,
    axes: Axes,
    found: ImportancePerformance,
    quantities: tuple[Quantity, Quantity],
) -> None:
    look, palette, marks = canvas.look, canvas.look.palette, []
    bounded = bool(np.isfinite(found.importance_low).any())
    for row, (x, y) in enumerate(_places(found, axes)):
        quadrant = str(found.quadrant[row])
        first = quadrant == _FIRST
        color = palette.pain if first else palette.accent
        hollow = bounded and not found.sure[row]
        key = _CORNERS[quadrant][2] if quadrant in _CORNERS else "low"
        says = hover(
            look.name(found.label[row]),
            look.say(f"importance_performance.{key}"),
            *(
                f"{look.say(f'importance_performance.{name}')}: "
                f"{quantity.said(*_numbers(found, name, row))}"
                for name, quantity in zip(("importance", "performance"), quantities, strict=True)
            ),
        )
        marks.append(
            Marker(
                x=x,
                y=y,
                size=_DOT,
                color=palette.background if hollow else color,
                symbol="diamond" if first else "circle",
                outline=color if hollow else palette.outline,
                outline_width=2.0 if hollow else 1.0,
                hover=says,
            )
        )
    canvas.markers(marks, name="dots")


def _numbers(found: ImportancePerformance, name: str, row: int) -> tuple[float, float, float]:
    value, low, high = (float(getattr(found, name + end)[row]) for end in ("", "_low", "_high"))
    return value, low, high


def _labels(
    canvas: Canvas,
    axes: Axes,
    found: ImportancePerformance,
    taken: tuple[list[Box], list[Box]],
) -> list[int]:
    """Write labels where nothing is hit, the most important first; return the rows without one.

    Where no place is free of the lines of intervals, one on a line will do.
    """
    look, spots = canvas.look, _places(found, axes)
    order: Array = np.argsort(-found.importance, kind="stable")
    unnamed = []
    for row in order.tolist():
        for boxes, most in product(taken, (96.0, 140.0, 60.0)):
            lines = wrapped(look.name(found.label[row]), most, SMALL, most=4)
            corner = free_place(canvas, lines, at=spots[row], taken=boxes, within=axes)
            if corner is not None and not lines[-1].endswith("…"):
                canvas.text(*corner, lines, size=SMALL, kind="label")
                break
        else:
            unnamed.append(row)
    return unnamed


def _said(look: Look, found: ImportancePerformance, unnamed: list[int]) -> list[str]:
    """Return the sentences below the figure."""
    lines = []
    if unnamed:
        names = [look.name(found.label[row]) for row in unnamed[:_MOST_NAMED]]
        rest = len(unnamed) - len(names)
        more = look.say("importance_performance.more", n=look.numerals.whole(rest)) if rest else ""
        said = look.say("importance_performance.unnamed", names="; ".join(names))
        lines.append(f"{said} {more}".strip())
    if np.isfinite(found.importance_low).any():
        lines.append(look.say("importance_performance.marks"))
    lines.append(look.say("importance_performance.dividers"))
    left_out = found.only_importance + found.only_performance
    if left_out:
        number = look.numerals.whole(left_out)
        lines.append(look.say("importance_performance.left_out", n=number))
    return lines
