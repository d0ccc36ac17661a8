"""Records changed for tests of figures, and what every figure in pixels must keep."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import attrs
import numpy as np
import plotly.graph_objects as go

import touchpoints as tp
from tests.plot import drawn
from touchpoints._core.frozen import text_array

LOOKS = [
    (lang, dark, width) for lang in ("en", "es") for dark in (False, True) for width in (358, 960)
]


def fits(
    draw: Callable[..., Any],
    *given: Any,
    taxonomy: tp.Taxonomy | None = None,
    looks: list[tuple[str, bool, int]] | None = None,
) -> None:
    """Assert that no text overlaps or leaves the picture, in both languages, widths and colours."""
    for lang, dark, width in looks or LOOKS:
        figure = draw(*given, taxonomy=taxonomy, lang=lang, dark=dark, width=width)
        said = (lang, dark, width)
        assert [] == drawn.overlapping(figure), said
        assert [] == drawn.outside(figure), said
        assert set() == drawn.strange_colors(figure, dark=dark), said
        assert not [one for one in drawn.texts(figure) if "{" in one], said


def without_rows(record: Any, **facts: Any) -> Any:
    """Return a record without rows."""
    nothing = {name: getattr(record, name)[:0] for name in record.column_names()}
    return attrs.evolve(record, **nothing, **facts)


def of_rows(record: Any, rows: Any, **facts: Any) -> Any:
    """Return some rows of a record, in any order and number."""
    kept = {name: getattr(record, name)[np.asarray(rows)] for name in record.column_names()}
    return attrs.evolve(record, **kept, **facts)


def many(record: Any, column: str, size: int = 300) -> Any:
    """Return a record of many rows, each with a name of its own."""
    found = of_rows(record, np.arange(size) % len(record))
    names = [f"touchpoint number {nth}" for nth in range(size)]
    return attrs.evolve(found, **{column: text_array(names)})


def hostile(record: Any, column: str) -> Any:
    """Return a record whose rows have names that could break out of a picture."""
    found = of_rows(record, np.arange(len(drawn.HOSTILE)) % len(record))
    return attrs.evolve(found, **{column: text_array(drawn.HOSTILE)})


def stays_text(draw: Callable[..., Any], record: Any) -> None:
    """Assert that hostile names stay text within the picture, on a telephone and on a page."""
    for width in (358, 960):
        figure = draw(record, width=width)
        assert [] == drawn.outside(figure)
        assert [] == drawn.overlapping(figure)
        raw = [str(one.text) for one in figure.layout.annotations]
        raw += [str(one) for trace in figure.data for one in (trace.hovertext or ())]
        assert not any("<script" in one or "<b>bold" in one for one in raw)


def marks(figure: go.Figure, *, name: str = "dots") -> list[tuple[float, float, str, str]]:
    """Return x, y, colour and symbol of every mark of a trace."""
    found = [trace for trace in figure.data if trace.name == name]
    return [
        (x, y, color, symbol)
        for trace in found
        for x, y, color, symbol in zip(
            trace.x, trace.y, trace.marker.color, trace.marker.symbol, strict=True
        )
    ]


def lines(
    figure: go.Figure, color: str, *, width: float | None = None
) -> list[tuple[float, float]]:
    """Return the ends of every level line of a colour, from left to right."""
    return [
        (one.x0, one.x1)
        for one in figure.layout.shapes
        if one.type == "line"
        and one.y0 == one.y1
        and one.line.color == color
        and (width is None or one.line.width == width)
    ]


def as_values(places: list[float], known: tuple[tuple[float, float], ...]) -> list[float]:
    """Return the numbers that places stand for, from two places whose numbers are known."""
    (x0, value0), (x1, value1) = known
    return [value0 + (x - x0) * (value1 - value0) / (x1 - x0) for x in places]


def scale(figure: go.Figure, numbers: dict[str, float]) -> tuple[tuple[float, float], ...]:
    """Return where two ticks are, by their text and the number that it stands for."""
    ticks = {one.text: one.x for one in figure.layout.annotations if one.name == "tick"}
    return tuple((ticks[text], number) for text, number in numbers.items())
