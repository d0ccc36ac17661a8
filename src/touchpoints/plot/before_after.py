"""The picture of a measure before and after a change, and of the difference."""

from __future__ import annotations

from typing import Any

import numpy as np

from touchpoints._core.checks import public
from touchpoints.experience import BeforeAfter
from touchpoints.plot._shared.canvas import Canvas, Marker, hover
from touchpoints.plot._shared.look import Look, look_of, require_record
from touchpoints.plot._shared.measure_words import (
    change_text,
    difference_range,
    difference_text,
    difference_tick,
    is_share,
    measure_name,
    value_text,
)
from touchpoints.plot._shared.plot_area import SIZE, Area, nice_ticks, x_axis
from touchpoints.plot._shared.symbol_legends import Entry, noted, symbol_legend
from touchpoints.plot._shared.text_widths import LINE_HEIGHT, text_width, wrapped
from touchpoints.taxonomy import Taxonomy

_PAD = 8.0
_SERIES = {"changed": "changed", "control": "control", "changed - control": "both"}


@public
def before_after(
    found: BeforeAfter,
    *,
    taxonomy: Taxonomy | None = None,
    lang: str = "en",
    dark: bool = False,
    width: int = 960,
) -> Any:
    """Draw a measure before and after a change, and the differences with their intervals.

    Parameters
    ----------
    found
        What `tp.experience.before_after` returned.
    taxonomy, lang, dark, width
        Shared arguments: see `touchpoints.plot`.

    Returns
    -------
    plotly.graph_objects.Figure
        Above, a line for each series from a hollow point (before) to a filled one (after). Below,
        the differences with their intervals; a point is hollow where the interval contains 0.

    Raises
    ------
    MissingPackageError
        When plotly is not installed.
    WrongKindError
        When ``found`` is not a BeforeAfter.

    See Also
    --------
    touchpoints.experience.before_after : Compute the differences.
    interrupted_series : The level and the slope before and after a change.

    Examples
    --------
    >>> import touchpoints as tp
    >>> shop = tp.until(tp.datasets.shop(400, seed=1), "purchase", outcome="sale")
    >>> change = tp.experience.Change("training", "live_chat", date="2026-02-01")
    >>> found = tp.experience.before_after(shop, change, measure="exit", outcome="sale")
    >>> figure = tp.plot.before_after(found)
    >>> [one.text for one in figure.layout.annotations if one.name == "series"]
    ['where it was changed', 'where it was changed']
    """
    require_record(found, BeforeAfter, made_by="tp.experience.before_after")
    look = look_of(dark=dark, lang=lang, taxonomy=taxonomy, width=width)
    canvas = Canvas(look)
    if not len(found):
        y = noted(canvas, look.say("plot.no_data"), top=_PAD)
        return canvas.figure(y + _PAD)
    y = noted(canvas, change_text(found.lever, found.date, look), top=_PAD)
    y = _values(canvas, found, top=y + 4)
    y = _differences(canvas, found, top=y + 18)
    return canvas.figure(_notes(canvas, found, top=y + 8) + _PAD)


def _name(look: Look, series: str) -> str:
    known = _SERIES.get(series)
    return look.say(f"before_after.{known}") if known else series


def _area(look: Look, ends: list[float], *, top: float, rows: int, zero: bool) -> Area:
    known = [one for one in ends if np.isfinite(one)] + ([0.0] if zero else [])
    low, high = (min(known), max(known)) if known else (0.0, 1.0)
    margin = 0.06 * (high - low) or 0.1
    return Area(
        left=_PAD + 10,
        top=top,
        right=look.width - _PAD - 20,
        bottom=top + rows * 44,
        xs=(low - margin, high + margin),
    )


def _values(canvas: Canvas, found: BeforeAfter, *, top: float) -> float:
    """Draw the values before and after; return the y below the axis."""
    look, palette = canvas.look, canvas.look.palette
    rows = np.flatnonzero(np.isfinite(found.before) | np.isfinite(found.after)).tolist()
    entries = [
        Entry(look.say("before_after.before"), palette.background, "circle", palette.accent),
        Entry(look.say("before_after.after"), palette.accent, "circle"),
    ]
    y = symbol_legend(canvas, entries, top=top)
    ends = [*found.before[rows].tolist(), *found.after[rows].tolist()]
    area = _area(look, ends, top=y, rows=len(rows), zero=False)
    for place, row in enumerate(rows):
        at = area.top + 44 * place
        before, after = float(found.before[row]), float(found.after[row])
        texts = [_exact(one, found, look) for one in (before, after)]
        middle = _row_head(canvas, _name(look, str(found.series[row])), " → ".join(texts), top=at)
        numbers = (found.trials_before[row], found.trials_after[row])
        trials = [look.say("plot.n", n=look.numerals.compact(float(one))) for one in numbers]
        if np.isfinite(before) and np.isfinite(after):
            start, end = (area.x(before), middle), (area.x(after), middle)
            canvas.line(start, end, color=palette.edge, width=2)
        marks = [
            Marker(
                x=area.x(value),
                y=middle,
                size=11,
                color=color,
                outline=palette.accent,
                outline_width=2,
                hover=hover(_name(look, str(found.series[row])), f"{text} ({number})"),
            )
            for value, color, text, number in zip(
                (before, after), (palette.background, palette.accent), texts, trials, strict=True
            )
            if np.isfinite(value)
        ]
        canvas.markers(marks, name="values")
    ticks = [(one, value_text(one, found.measure, look)) for one in nice_ticks(*area.xs)]
    return x_axis(canvas, area, ticks, title=measure_name(found.measure, look))


def _exact(value: float, found: BeforeAfter, look: Look) -> str:
    """Return a value as text, of a share with one decimal."""
    if is_share(found.measure):
        return look.numerals.share(value, places=1)
    return value_text(value, found.measure, look)


def _row_head(canvas: Canvas, name: str, text: str, *, top: float) -> float:
    """Write the name of a row and its numbers; return where its points are."""
    look = canvas.look
    room = look.width - 2 * _PAD - text_width(text, SIZE) - 12
    line = wrapped(name, room, 12, most=1)
    canvas.text(_PAD, top, line, size=12, kind="series")
    edge, ink = look.width - _PAD, look.palette.ink2
    canvas.text(edge, top + 1, text, size=SIZE, color=ink, align="right", kind="value")
    return top + 12 * LINE_HEIGHT + 12


def _differences(canvas: Canvas, found: BeforeAfter, *, top: float) -> float:
    """Draw the differences with their intervals; return the y below the axis."""
    look, palette = canvas.look, canvas.look.palette
    ends = [*found.difference.tolist(), *found.low.tolist(), *found.high.tolist()]
    area = _area(look, ends, top=top, rows=len(found), zero=True)
    zero = area.x(0.0)
    canvas.line((zero, area.top), (zero, area.bottom), color=palette.edge)
    for row in range(len(found)):
        difference, low, high = (
            float(one[row]) for one in (found.difference, found.low, found.high)
        )
        text = difference_text(difference, found.measure, look)
        interval = difference_range(low, high, found.measure, look)
        name = _name(look, str(found.series[row]))
        middle = _row_head(canvas, name, f"{text} {interval}", top=area.top + 44 * row)
        if low < high:
            start, end = (area.x(low), middle), (area.x(high), middle)
            canvas.line(start, end, color=palette.accent, width=3)
        if np.isfinite(difference):
            clear = low > 0 or high < 0
            mark = Marker(
                x=area.x(difference),
                y=middle,
                size=10,
                color=palette.accent if clear else palette.background,
                symbol="diamond",
                outline=palette.accent,
                outline_width=2,
                hover=hover(name, text, interval),
            )
            canvas.markers([mark], name="differences")
    ticks = [(one, difference_tick(one, found.measure, look)) for one in nice_ticks(*area.xs)]
    level = look.numerals.share(found.level)
    return x_axis(canvas, area, ticks, title=look.say("before_after.difference", level=level))


def _notes(canvas: Canvas, found: BeforeAfter, *, top: float) -> float:
    """Say what else may be in the difference, and what was left out."""
    look, numerals = canvas.look, canvas.look.numerals
    said = [] if len(found) > 1 else [look.say("before_after.no_control")]
    if found.spanning:
        said.append(look.say("before_after.spanning", n=numerals.whole(found.spanning)))
    if found.left_out:
        said.append(look.say("before_after.left_out", n=numerals.whole(found.left_out)))
    if np.isfinite(found.regression):
        regression = difference_text(found.regression, found.measure, look)
        said.append(look.say("before_after.regression", difference=regression))
    return noted(canvas, " ".join(said), top=top)
