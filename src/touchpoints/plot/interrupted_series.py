"""The picture of an interrupted time series: the trends before and after a change."""

from __future__ import annotations

from typing import Any

import numpy as np

from touchpoints._core.checks import public
from touchpoints.experience import InterruptedSeries
from touchpoints.plot._shared.canvas import Canvas, Dash, Marker, hover
from touchpoints.plot._shared.look import Look, look_of, require_record
from touchpoints.plot._shared.measure_words import (
    change_text,
    difference_range,
    difference_text,
    is_share,
    measure_name,
    value_text,
)
from touchpoints.plot._shared.plot_area import SIZE, Area, nice_ticks, room_for, x_axis, y_axis
from touchpoints.plot._shared.symbol_legends import noted
from touchpoints.plot._shared.text_widths import text_width, wrapped
from touchpoints.taxonomy import Taxonomy

_PAD = 8.0
_TERMS = {
    "level before": "level_before",
    "slope before": "slope_before",
    "level change": "level_change",
    "slope change": "slope_change",
}
_SMALLEST_P = 0.001


@public
def interrupted_series(
    series: InterruptedSeries,
    *,
    taxonomy: Taxonomy | None = None,
    lang: str = "en",
    dark: bool = False,
    width: int = 960,
) -> Any:
    """Draw the trends of a measure before and after a change, and their four terms.

    Parameters
    ----------
    series
        What `tp.experience.interrupted_series` returned.
    taxonomy, lang, dark, width
        Shared arguments: see `touchpoints.plot`.

    Returns
    -------
    plotly.graph_objects.Figure
        The trend before the change, continued as a dashed line after it, and the trend after it.
        At the change, upright lines are the intervals of the level before and of the change of
        level. Below stand the four terms with their intervals and p. The values of single periods
        are not in the record, so that no points are drawn.

    Raises
    ------
    MissingPackageError
        When plotly is not installed.
    WrongKindError
        When ``series`` is not an InterruptedSeries.

    See Also
    --------
    touchpoints.experience.interrupted_series : Estimate the terms.
    control_chart : The values of single periods.

    Examples
    --------
    >>> import touchpoints as tp
    >>> shop = tp.until(tp.datasets.shop(400, seed=1), "purchase", outcome="sale")
    >>> change = tp.experience.Change("training", "search_query", date="2026-02-16")
    >>> found = tp.experience.interrupted_series(shop, change, measure="outcome")
    >>> figure = tp.plot.interrupted_series(found)
    >>> [one.text for one in figure.layout.annotations if one.name == "term"][0]
    'Level before the change'
    """
    require_record(series, InterruptedSeries, made_by="tp.experience.interrupted_series")
    look = look_of(dark=dark, lang=lang, taxonomy=taxonomy, width=width)
    canvas = Canvas(look)
    if tuple(series.term.tolist()) != tuple(_TERMS):
        y = noted(canvas, look.say("plot.no_data"), top=_PAD)
        return canvas.figure(y + _PAD)
    y = noted(canvas, change_text(series.lever, series.date, look), top=_PAD)
    y = noted(canvas, measure_name(series.measure, look), top=y, kind="axis")
    y = _trends(canvas, series, top=y + 4)
    y = _terms(canvas, series, top=y + 12)
    return canvas.figure(_notes(canvas, series, top=y + 4) + _PAD)


def _lines(series: InterruptedSeries) -> list[tuple[list[tuple[float, float]], bool]]:
    """Return the corners of the three lines, and whether each is dashed."""
    level, slope, jump, bend = series.estimate.tolist()
    first, last = -float(series.periods_before), float(series.periods_after)
    before = [(first, level + slope * first), (0.0, level)]
    expected = [(0.0, level), (last, level + slope * last)]
    after = [(0.0, level + jump), (last, level + jump + (slope + bend) * last)]
    return [(before, False), (expected, True), (after, False)]


def _trends(canvas: Canvas, series: InterruptedSeries, *, top: float) -> float:
    """Draw the lines and the intervals at the change; return the y below the axis."""
    look, palette = canvas.look, canvas.look.palette
    lines = _lines(series)
    level, low, high = series.estimate, series.low, series.high
    bars = [(-1.0, low[0], high[0]), (1.0, level[0] + low[2], level[0] + high[2])]
    ends = [y for line, _ in lines for _, y in line] + [y for bar in bars for y in bar[1:]]
    known = [float(one) for one in ends if np.isfinite(one)] or [0.0, 1.0]
    margin = 0.08 * (max(known) - min(known)) or 0.1
    ys = min(known) - margin, max(known) + margin
    ticks = [(one, value_text(one, series.measure, look)) for one in nice_ticks(*ys)]
    area = Area(
        left=_PAD + room_for(label for _, label in ticks),
        top=top + 8,
        right=look.width - 20,
        bottom=top + (220 if look.narrow else 300),
        xs=(-float(max(series.periods_before, 1)), float(max(series.periods_after, 1))),
        ys=ys,
    )
    y_axis(canvas, area, ticks)
    zero = area.x(0.0)
    canvas.line((zero, area.top), (zero, area.bottom), color=palette.ink2, dash="dot")
    for side, lower, upper in bars:
        if lower < upper:
            x = zero + 5 * side
            ends_of_bar = (x, area.y(lower)), (x, area.y(upper))
            canvas.line(*ends_of_bar, color=palette.accent, width=3)
    for line, dashed in lines:
        corners = [(area.x(x), area.y(y)) for x, y in line]
        if all(np.isfinite(y) for _, y in corners):
            dash: Dash = "dash" if dashed else "solid"
            color = palette.edge if dashed else palette.curve
            canvas.line(*corners, color=color, width=1.5 if dashed else 2.5, dash=dash)
    _marks(canvas, series, area)
    periods = [one for one in nice_ticks(*area.xs, most=7) if one == round(one)]
    names = [(one, look.numerals.number(one, places=0, signed=True)) for one in periods]
    return x_axis(canvas, area, names, title=look.say("interrupted_series.periods"))


def _marks(canvas: Canvas, series: InterruptedSeries, area: Area) -> None:
    """Draw the two levels at the change, which say their terms."""
    look, palette = canvas.look, canvas.look.palette
    level, jump = float(series.estimate[0]), float(series.estimate[2])
    marks = [
        Marker(
            x=area.x(0.0) + 5 * side,
            y=area.y(value),
            size=9,
            color=color,
            outline=palette.accent,
            outline_width=2,
            hover=hover(_name(look, str(series.term[row])), _numbers(series, row, look)),
        )
        for side, value, color, row in (
            (-1, level, palette.background, 0),
            (1, level + jump, palette.accent, 2),
        )
        if np.isfinite(value)
    ]
    canvas.markers(marks, name="levels")


def _name(look: Look, term: str) -> str:
    return look.say(f"interrupted_series.{_TERMS[term]}")


def _numbers(series: InterruptedSeries, row: int, look: Look) -> str:
    """Return a term with its interval and its p as text."""
    estimate, low, high, p = (
        float(one[row]) for one in (series.estimate, series.low, series.high, series.p)
    )
    if row == 0:
        written = f"{value_text(estimate, series.measure, look)} {_range(low, high, series, look)}"
    else:
        text = difference_text(estimate, series.measure, look)
        written = f"{text} {difference_range(low, high, series.measure, look)}"
    if np.isnan(p):
        return written
    small = look.numerals.number(_SMALLEST_P, places=3)
    said = f"p < {small}" if p < _SMALLEST_P else f"p = {look.numerals.number(p, places=3)}"
    return f"{written}, {said}"


def _range(low: float, high: float, series: InterruptedSeries, look: Look) -> str:
    if is_share(series.measure):
        return look.numerals.range(low, high)
    return difference_range(low, high, series.measure, look)


def _terms(canvas: Canvas, series: InterruptedSeries, *, top: float) -> float:
    """Write the four terms, a row each; return the y below."""
    look, y = canvas.look, top
    names = [_name(look, str(term)) for term in series.term]
    numbers_at = _PAD + max(text_width(one, 12) for one in names) + 16
    for row, name in enumerate(names):
        text = _numbers(series, row, look)
        beside = numbers_at + text_width(text, SIZE) <= look.width - _PAD
        box = canvas.text(_PAD, y, name, size=12, kind="term")
        left, at = (numbers_at, y + 1) if beside else (_PAD + 12, box.bottom)
        lines = wrapped(text, look.width - left - _PAD, SIZE)
        ink = look.palette.ink2
        y = max(
            canvas.text(left, at, lines, size=SIZE, color=ink, kind="number").bottom, box.bottom
        )
        y += 5
    return y


def _notes(canvas: Canvas, series: InterruptedSeries, *, top: float) -> float:
    """Say how to read the lines, what else may be in the change, and what was left out."""
    look, numerals = canvas.look, canvas.look.numerals
    level = numerals.share(series.level)
    said = [
        look.say("interrupted_series.lines", level=level),
        look.say("interrupted_series.no_control"),
    ]
    if series.left_out:
        said.append(look.say("interrupted_series.left_out", n=numerals.whole(series.left_out)))
    return noted(canvas, " ".join(said), top=top)
