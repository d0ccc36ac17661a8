"""The timeline of one journey: clinical and other touchpoints in lanes, with their names."""

from __future__ import annotations

from typing import Any

import numpy as np

from touchpoints._core.checks import public
from touchpoints.journeys.model import Journey, Journeys
from touchpoints.plot._shared.canvas import Canvas, Marker, hover
from touchpoints.plot._shared.lanes import Lanes, lanes_of
from touchpoints.plot._shared.look import Look, look_of
from touchpoints.plot._shared.plot_area import SIZE, Area, x_axis
from touchpoints.plot._shared.symbol_legends import SYMBOLS, Entry, noted, symbol_legend
from touchpoints.plot._shared.text_widths import LINE_HEIGHT, text_width, wrapped
from touchpoints.plot._shared.time_axes import duration_text, instant_text, instant_ticks
from touchpoints.taxonomy import Taxonomy

_PAD = 8.0
_WIDEST_LABEL = 150.0
_MOST_LABELS = 200


@public
def timeline(
    journeys: Journeys | Journey,
    *,
    journey: Any = None,
    by: str = "clinicality",
    taxonomy: Taxonomy | None = None,
    lang: str = "en",
    dark: bool = False,
    width: int = 960,
) -> Any:
    """Draw one journey in time: a lane for each term of a facet, a mark for each touchpoint.

    Parameters
    ----------
    journeys
        A journey with times, or several.
    journey
        The id of the journey to draw, where there are several.
    by
        The facet of the lanes: ``"clinicality"``, ``"directness"``, ``"channel"`` or another.
    taxonomy, lang, dark, width
        Shared arguments: see `touchpoints.plot`.

    Returns
    -------
    plotly.graph_objects.Figure
        Marks lie at the start of each interaction, with its name on a stem; where the end is
        known, a bar reaches to it and the name says how long. On a telephone time runs downwards,
        evenly, with the time of each interaction beside it. Of more than eight lanes the rarest
        are one; of more than 200 interactions the first 200 have names, and on a telephone only
        they are drawn: the figure says so. Times are those of the time zone of the log, but of a
        single `Journey`, which does not know it, as they are stored.

    Raises
    ------
    InvalidInputError
        When there are no times.
    MissingPackageError
        When plotly is not installed.
    NotFoundError
        When there is no such journey or facet.
    WrongKindError
        When there are several journeys and ``journey`` is not given, or ``journeys`` is neither a
        `Journeys` nor a `Journey`.

    See Also
    --------
    dotted_chart : Many journeys in time.

    Examples
    --------
    >>> import touchpoints as tp
    >>> shop = tp.datasets.shop(50, seed=1)
    >>> customer = tp.load_taxonomy("customer")
    >>> figure = tp.plot.timeline(shop[7], by="directness", taxonomy=customer)
    >>> sorted({one.text for one in figure.layout.annotations if one.name == "lane"})
    ['<b>Indirect</b>']
    """
    look = look_of(dark=dark, lang=lang, taxonomy=taxonomy, width=width)
    lanes = lanes_of(journeys, journey, by=by, look=look)
    canvas = Canvas(look)
    if not lanes.keys:
        y = noted(canvas, look.say("plot.no_data"), top=_PAD)
        return canvas.figure(y + _PAD)
    draw = _down if look.narrow else _across
    y = draw(canvas, lanes)
    if len(lanes.keys) > _MOST_LABELS:
        numbers = (look.numerals.whole(one) for one in (_MOST_LABELS, len(lanes.keys)))
        shown, every = numbers
        key = "timeline.drawn" if look.narrow else "timeline.named"
        y = noted(canvas, look.say(key, shown=shown, all=every), top=y + 8)
    return canvas.figure(y + _PAD)


def _label(lanes: Lanes, at: int, look: Look, *, width: float) -> list[str]:
    """Return the lines of the name of an interaction, and how long it took where that is known."""
    lines = wrapped(look.name(lanes.keys[at]), width, SIZE, most=3)
    if lanes.lasting[at]:
        took = float(lanes.ends[at] - lanes.starts[at]) / 1e6
        lines = [*lines, *wrapped(duration_text(took, look), width, SIZE, most=1)]
    return lines


def _says(lanes: Lanes, at: int, look: Look) -> str:
    times = (lanes.starts[at], lanes.ends[at]) if lanes.lasting[at] else (lanes.starts[at],)
    when = " – ".join(_when(int(one), look) for one in times)
    return hover(look.name(lanes.keys[at]), lanes.names[lanes.lane[at]], when)


def _when(stamp: int, look: Look) -> str:
    return instant_text(np.datetime64(stamp, "us").item(), look)


def _across(canvas: Canvas, lanes: Lanes) -> float:
    """Draw time from left to right, a lane below the other; return the y below the axis."""
    look = canvas.look
    left = _PAD + max(
        text_width(one, 12, bold=True)
        for name in lanes.names
        for one in wrapped(name, 110, 12, bold=True, most=3)
    )
    low, high = float(lanes.starts.min()), float(lanes.ends.max())
    area = Area(
        left=left + 20,
        top=_PAD,
        right=look.width - _WIDEST_LABEL - 2 * _PAD,
        bottom=0,
        xs=(low, high if high > low else low + 1),
    )
    y = _PAD
    for lane in range(len(lanes.names)):
        y = _lane(canvas, lanes, lane, area, top=y) + 6
    ended = Area(
        left=area.left, top=_PAD, right=look.width - _PAD, bottom=y, xs=_whole_axis(area, look)
    )
    return x_axis(canvas, ended, instant_ticks(low, high, look, most=8))


def _whole_axis(area: Area, look: Look) -> tuple[float, float]:
    """Return the times at the ends of an axis as long as the picture, on the same scale."""
    low, high = area.xs
    per_pixel = (high - low) / (area.right - area.left)
    return low, low + per_pixel * (look.width - _PAD - area.left)


def _lane(canvas: Canvas, lanes: Lanes, lane: int, area: Area, *, top: float) -> float:
    """Draw a lane: its name, marks, bars, and names on stems; return the y below it."""
    look, palette = canvas.look, canvas.look.palette
    members = [at for at, one in enumerate(lanes.lane) if one == lane]
    named = [at for at in members if at < _MOST_LABELS]
    tops, high = _stacked(lanes, named, area, look)
    name = wrapped(lanes.names[lane], 110, 12, bold=True, most=3)
    high = max(high, len(name) * 12 * LINE_HEIGHT - 16)
    base = top + high + 12
    canvas.rectangle((_PAD - 4, top, look.width - _PAD + 4, base + 14), fill=palette.band)
    canvas.text(_PAD, top + 6, name, bold=True, kind="lane")
    canvas.line((area.left, base), (look.width - _PAD, base), color=palette.line)
    color, marks = lanes.colors[lane], []
    for at in members:
        start, end = (area.x(float(one[at])) for one in (lanes.starts, lanes.ends))
        if end > start:
            canvas.rectangle((start, base - 4, end, base + 4), fill=color)
        symbol, says = SYMBOLS[lane % len(SYMBOLS)], _says(lanes, at, look)
        marks.append(
            Marker(
                x=start,
                y=base,
                size=10,
                color=color,
                symbol=symbol,
                outline=palette.band,
                hover=says,
            )
        )
    for at in named:
        x, y = area.x(float(lanes.starts[at])), base - tops[at]
        canvas.line((x, base), (x, y), color=palette.edge)
        canvas.text(x + 4, y, _label(lanes, at, look, width=_WIDEST_LABEL), size=SIZE, kind="name")
    canvas.markers(marks, name=lanes.names[lane])
    return base + 14


def _stacked(
    lanes: Lanes, members: list[int], area: Area, look: Look
) -> tuple[dict[int, float], float]:
    """Return how high above the lane the upper edge of each name is, and the highest.

    Names are right of their stems. From the last to the first, each is put above those that it
    would touch: a stem then crosses no name.
    """
    tops: dict[int, float] = {}
    placed: list[tuple[float, float]] = []
    for at in sorted(members, key=lambda one: (lanes.starts[one], one), reverse=True):
        lines = _label(lanes, at, look, width=_WIDEST_LABEL)
        left = area.x(float(lanes.starts[at]))
        right = left + 4 + max(text_width(one, SIZE) for one in lines)
        under = max((top for x, top in placed if x < right + 6), default=8.0)
        tops[at] = under + len(lines) * SIZE * LINE_HEIGHT + 3
        placed.append((left, tops[at]))
    return tops, max(tops.values(), default=0.0)


def _down(canvas: Canvas, lanes: Lanes) -> float:
    """Draw time downwards, a row for each interaction; return the y below the last."""
    look, palette = canvas.look, canvas.look.palette
    entries = [
        Entry(name, color, SYMBOLS[at % len(SYMBOLS)])
        for at, (name, color) in enumerate(zip(lanes.names, lanes.colors, strict=True))
    ]
    y = symbol_legend(canvas, entries, top=_PAD) + 4
    members = range(min(len(lanes.keys), _MOST_LABELS))
    dates = 92.0
    left = _PAD + dates + 14
    label = left + 16 * len(lanes.names) + 2
    top, marks, rows = y, [], []
    for at in members:
        when = wrapped(_when(int(lanes.starts[at]), look), dates, SIZE, most=3)
        lines = _label(lanes, at, look, width=look.width - label - _PAD)
        rows.append((y, when, lines))
        x, middle = left + 16 * lanes.lane[at], y + SIZE * LINE_HEIGHT / 2
        color, symbol = lanes.colors[lanes.lane[at]], SYMBOLS[lanes.lane[at] % len(SYMBOLS)]
        says = _says(lanes, at, look)
        marks.append(Marker(x=x, y=middle, size=11, color=color, symbol=symbol, hover=says))
        y += max(len(when), len(lines)) * SIZE * LINE_HEIGHT + 7
    for lane in range(len(lanes.names)):
        x = left + 16 * lane
        canvas.line((x, top), (x, y - 7), color=palette.line)
    for row, when, lines in rows:
        canvas.text(_PAD, row, when, size=SIZE, color=palette.ink2, kind="time")
        canvas.text(label, row, lines, size=SIZE, kind="name")
    canvas.markers(marks, name="touchpoints")
    return y
