"""Kaplan-Meier curves with bands, medians, and the numbers at risk below the axis."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import attrs
import numpy as np

from touchpoints._core.frozen import Array
from touchpoints.plot._shared.canvas import Canvas, Marker, hover
from touchpoints.plot._shared.groups import Part, parts_of
from touchpoints.plot._shared.look import Look
from touchpoints.plot._shared.plot_area import (
    SIZE,
    Area,
    Tick,
    as_steps,
    draw_band,
    draw_curve,
    nice_ticks,
    room_for,
    x_axis,
    y_axis,
)
from touchpoints.plot._shared.symbol_legends import SYMBOLS, Entry, noted, symbol_legend
from touchpoints.plot._shared.text_widths import LINE_HEIGHT, text_width

_PAD = 8.0
_MOST_POINTS = 60


@attrs.frozen(kw_only=True, eq=False)
class Subject:
    """What the curves are of.

    Attributes
    ----------
    places : float64 (n,)
        Where along the axis each row of the record is.
    ticks : list of (place, label)
        The ticks of the axis.
    title, share : str
        What the two axes show.
    written : function
        Returns a place as text.
    end : float
        The last place that is drawn.
    """

    places: Array
    ticks: list[Tick]
    title: str
    share: str
    written: Callable[[float], str]
    end: float


def draw_survival(canvas: Canvas, record: Any, subject: Callable[[Array], Subject]) -> float:
    """Draw the curves of a record of `time_to` or `survival_by_step`; return the y below.

    Parameters
    ----------
    subject
        Returns what the curves are of, from the rows that are drawn.
    """
    look = canvas.look
    parts, said = parts_of(record, look, size=record.at_risk)
    if not parts:
        return noted(canvas, look.say("plot.no_data"), top=_PAD)
    of = subject(np.concatenate([part.rows for part in parts]))
    medians = [_median(record, part, of) for part in parts]
    y = symbol_legend(canvas, _entries(look, parts, medians, of), top=_PAD)
    y = noted(canvas, said, top=y, kind="legend")
    y = noted(canvas, of.share, top=y, kind="axis") + 4
    area = _area(look, of, top=y)
    y_axis(canvas, area, [(one, look.numerals.share(one)) for one in nice_ticks(0, 1)])
    for part in parts:
        _band(canvas, record, part, of, area=area)
    for part, median in zip(parts, medians, strict=True):
        _curve(canvas, record, part, of, area=area)
        if median <= of.end:
            _median_lines(canvas, part, median, area=area)
    _points(canvas, record, parts, of, area=area)
    y = x_axis(canvas, area, of.ticks, title=of.title) + 8
    y = _at_risk(canvas, record, parts, of, area=area, top=y)
    return _notes(canvas, record, parts, medians, of, top=y)


def _area(look: Look, of: Subject, *, top: float) -> Area:
    labels = [look.numerals.share(one) for one in nice_ticks(0, 1)]
    return Area(
        left=_PAD + room_for(labels) + 6,
        top=top + 8,
        right=look.width - 24,
        bottom=top + (248 if look.narrow else 320),
        xs=(0.0, of.end if of.end > 0 else 1.0),
    )


def _color(look: Look, part: Part) -> str:
    return part.color or look.palette.curve


def _from_start(record: Any, part: Part, of: Subject) -> tuple[Array, Array, Array, Array]:
    """Return places, survival and interval of a group, with the start at which all are there."""
    rows = part.rows[of.places[part.rows] <= of.end]
    columns = [of.places[rows], record.survival[rows], record.low[rows], record.high[rows]]
    begun = [np.append(at, one) for at, one in zip((0.0, 1, 1, 1), columns, strict=True)]
    if len(rows) < len(part.rows):  # each keeps its value up to the end of the axis
        begun = [np.append(begun[0], of.end), *(np.append(one, one[-1]) for one in begun[1:])]
    return begun[0], begun[1], begun[2], begun[3]


def _thinned(area: Area, places: Array) -> Array:
    """Return the start, and the last row of each half pixel: more cannot be seen."""
    low, high = area.xs
    pixels = np.floor(2 * (places - low) / (high - low) * (area.right - area.left))
    last = np.append(pixels[1:] != pixels[:-1], True)
    last[0] = True
    return np.flatnonzero(last)


def _band(canvas: Canvas, record: Any, part: Part, of: Subject, *, area: Area) -> None:
    places, _, low, high = _from_start(record, part, of)
    kept = _thinned(area, places)
    end = float(places[-1])
    xs, lows = as_steps(places[kept], low[kept], end=end)
    _, highs = as_steps(places[kept], high[kept], end=end)
    draw_band(canvas, area, xs, lows, highs, color=part.color)


def _curve(canvas: Canvas, record: Any, part: Part, of: Subject, *, area: Area) -> None:
    places, survival, _, _ = _from_start(record, part, of)
    kept = _thinned(area, places)
    xs, ys = as_steps(places[kept], survival[kept], end=float(places[-1]))
    name = part.label or "survival"
    draw_curve(canvas, area, xs, ys, color=_color(canvas.look, part), name=name)


def _median(record: Any, part: Part, of: Subject) -> float:
    """Return where a curve first is at a half or below, nan where it never is."""
    below = np.flatnonzero(record.survival[part.rows] <= 0.5 * (1 + 1e-9))
    return float(of.places[part.rows[below[0]]]) if len(below) else np.nan


def _median_lines(canvas: Canvas, part: Part, median: float, *, area: Area) -> None:
    """Draw a line from a half to the curve, and down to the axis."""
    color = _color(canvas.look, part)
    x, y = area.x(median), area.y(0.5)
    canvas.line((area.left, y), (x, y), color=canvas.look.palette.edge, dash="dash")
    canvas.line((x, y), (x, area.bottom), color=color, dash="dash")


def _points(canvas: Canvas, record: Any, parts: list[Part], of: Subject, *, area: Area) -> None:
    """Mark groups by their symbols, and say the numbers where a curve is pointed at."""
    look = canvas.look
    for place, part in enumerate(parts):
        rows = part.rows[of.places[part.rows] <= of.end]
        shown = np.unique(np.linspace(0, max(len(rows) - 1, 0), _MOST_POINTS).astype(np.int64))
        shown = shown[: len(rows)]
        known = [one for one in rows[shown].tolist() if np.isfinite(record.survival[one])]
        said = [
            (area.x(of.places[row]), area.y(record.survival[row]), says)
            for row, says in ((one, _says(look, record, part, one, of)) for one in known)
        ]
        canvas.hover_points(said, name=part.label or "survival")
        if part.label:
            _symbols(canvas, record, part, of, area=area, place=place, among=len(parts))


def _symbols(
    canvas: Canvas, record: Any, part: Part, of: Subject, *, area: Area, place: int, among: int
) -> None:
    """Put the symbol of a group on its curve at five places, aside of those of other groups."""
    places, survival, _, _ = _from_start(record, part, of)
    low, high = area.xs
    marks = []
    for at in range(5):
        x = low + (high - low) * (at + (place + 0.5) / among) / 5
        row = int(np.searchsorted(places, x, side="right")) - 1
        if row >= 0 and x <= places[-1] and np.isfinite(survival[row]):
            y, symbol = area.y(float(survival[row])), SYMBOLS[place % len(SYMBOLS)]
            marks.append(Marker(x=area.x(x), y=y, size=8, color=part.color, symbol=symbol))
    canvas.markers(marks, name=part.label)


def _says(look: Look, record: Any, part: Part, row: int, of: Subject) -> str:
    numerals = look.numerals
    interval = numerals.range(float(record.low[row]), float(record.high[row]))
    share = f"{numerals.share(float(record.survival[row]))} {interval}"
    there = look.say("survival.still", n=numerals.whole(record.at_risk[row]))
    return hover(of.written(float(of.places[row])), part.label, share, there)


def _entries(look: Look, parts: list[Part], medians: list[float], of: Subject) -> list[Entry]:
    entries = []
    for place, (part, median) in enumerate(zip(parts, medians, strict=True)):
        if part.label:
            label = f"{part.label}: {_median_text(look, median, of)}"
            entries.append(Entry(label, part.color, SYMBOLS[place % len(SYMBOLS)]))
    return entries


def _median_text(look: Look, median: float, of: Subject) -> str:
    if np.isnan(median):
        return look.say("survival.no_median")
    return look.say("survival.median", time=of.written(median))


def _at_risk(
    canvas: Canvas, record: Any, parts: list[Part], of: Subject, *, area: Area, top: float
) -> float:
    """Write how many are at risk at each tick, a row for each group; return the y below."""
    look, ink = canvas.look, canvas.look.palette.ink2
    y = noted(canvas, look.say("survival.at_risk"), top=top, kind="axis")
    for place, part in enumerate(parts):
        free = 0.0
        if part.label:
            symbol = SYMBOLS[place % len(SYMBOLS)]
            middle = y + SIZE * LINE_HEIGHT / 2
            mark = Marker(x=_PAD + 5, y=middle, size=9, color=part.color, symbol=symbol)
            canvas.markers([mark], name="at risk")
            free = _PAD + 14
        for value, _ in of.ticks:
            text = look.numerals.whole(_still(record, part, of, value))
            wide = text_width(text, SIZE)
            left = min(max(area.x(value) - wide / 2, 2), look.width - wide - 2)
            if left < free:
                continue
            box = canvas.text(left, y, text, size=SIZE, color=ink, kind="at risk")
            free = box.right + 8
        y += SIZE * LINE_HEIGHT + 2
    return y + 4


def _still(record: Any, part: Part, of: Subject, value: float) -> int:
    """Return how many are at risk just before a place."""
    row = int(np.searchsorted(of.places[part.rows], value))
    return int(record.at_risk[part.rows[row]]) if row < len(part.rows) else 0


def _notes(
    canvas: Canvas,
    record: Any,
    parts: list[Part],
    medians: list[float],
    of: Subject,
    *,
    top: float,
) -> float:
    """Write the median of a single curve, the level of the band, and what is left out."""
    look, numerals = canvas.look, canvas.look.numerals
    said = []
    if not parts[0].label:
        text = _median_text(look, medians[0], of)
        said.append(look.say("survival.sentence", text=text[:1].upper() + text[1:]))
    said.append(look.say("survival.band", level=numerals.share(record.level)))
    rows = np.concatenate([part.rows for part in parts])
    if float(of.places[rows].max(initial=0.0)) > of.end:
        said.append(look.say("survival.until", time=of.written(of.end)))
    out = sum(int(record.left_out[part.rows].max(initial=0)) for part in parts)
    if out:
        said.append(look.say("survival.left_out", n=numerals.whole(out)))
    return noted(canvas, " ".join(said), top=top)
