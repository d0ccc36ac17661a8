"""How rows with dots are drawn: as a table, or as cards on a telephone."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import pairwise
from typing import Any

import attrs

from touchpoints.plot._shared.canvas import Canvas, Marker, hover
from touchpoints.plot._shared.dot_rows import Dot, Panel, Row
from touchpoints.plot._shared.look import Look
from touchpoints.plot._shared.series_legend import PAD, SMALL, Mark, notes, series_legend
from touchpoints.plot._shared.text_widths import LINE_HEIGHT, text_width, wrapped

LANE = 15.0
"""The distance between dots of one row that stand below each other, in pixels."""
_LABEL = 12.0
_TICK = 10.0
_AIR = 6.0
_GAP = 18.0
_LEAST_PLOT = 40.0
_FEW = 4
_MOST_LINES = 3
_MOST_BELOW = 8


@attrs.frozen(kw_only=True)
class _Place:
    """Where a scale is drawn: from ``left`` to ``right``, its numbers up to ``edge``."""

    panel: Panel
    left: float
    right: float
    edge: float

    def x(self, value: float) -> float:
        """Return where a number is; what lies beyond the scale is at its end."""
        panel = self.panel
        share = (value - panel.low) / (panel.high - panel.low)
        return self.left + min(max(share, 0.0), 1.0) * (self.right - self.left)


def rows_figure(
    look: Look,
    rows: Sequence[Row],
    panels: Sequence[Panel],
    *,
    legend: Iterable[Mark] = (),
    said: Sequence[str] = (),
) -> Any:
    """Return the figure of rows on scales.

    Parameters
    ----------
    legend
        What marks stand for.
    said
        Sentences below the rows.
    """
    canvas = Canvas(look)
    y = series_legend(canvas, legend, top=PAD)
    if rows:
        y = draw_rows(canvas, rows, panels, top=y)
    else:
        y = canvas.text(PAD, y, look.say("plot.no_data"), color=look.palette.ink2).bottom + 4
    return canvas.figure(notes(canvas, said, top=y) + PAD)


def draw_rows(canvas: Canvas, rows: Sequence[Row], panels: Sequence[Panel], *, top: float) -> float:
    """Draw rows on scales; return the y below them.

    Labels are left of the scales. On a telephone, and where scales have no room beside each other,
    each label is above them, and several scales are below each other.
    """
    wide = None if canvas.look.narrow else _beside(canvas.look, rows, panels)
    if wide is not None:
        return _table(canvas, rows, wide, top=top)
    return _cards(canvas, rows, panels, top=top)


def _beside(look: Look, rows: Sequence[Row], panels: Sequence[Panel]) -> list[_Place] | None:
    """Return where scales are beside each other, or None where they have no room."""
    most = look.width * (0.3 if len(panels) == 1 else 0.22 if len(panels) <= _FEW else 0.17)
    gap = _GAP if len(panels) <= _FEW else _GAP / 2
    label = min(max(_label_width(rows), 70.0), most)
    columns = [_numbers_width(rows, nth) for nth in range(len(panels))]
    start = PAD + label + 16
    room = look.width - PAD - start - gap * (len(panels) - 1) - sum(columns)
    each = room / len(panels)
    if each < _LEAST_PLOT:
        return None
    places, x = [], start
    for panel, column in zip(panels, columns, strict=True):
        right = x + each + column
        places.append(_Place(panel=panel, left=x + 6, right=x + each - 6, edge=right))
        x = right + gap
    return places


def _label_width(rows: Sequence[Row]) -> float:
    return max(
        max(text_width(one.label, _LABEL, bold=one.bold), text_width(one.below, SMALL))
        for one in rows
    )


def _numbers_width(rows: Sequence[Row], panel: int) -> float:
    """Return how wide the numbers of a scale are, with the room before them."""
    texts = [text_width(dot.text, SMALL) for row in rows for dot in row.dots if dot.panel == panel]
    widest = max(texts, default=0.0)
    return widest + 8 if widest else 0.0


def _lanes(row: Row) -> int:
    lanes = [one.lane for one in row.dots] + [one.lane for one in row.segments]
    return max(lanes, default=0) + 1


def _table(canvas: Canvas, rows: Sequence[Row], places: list[_Place], *, top: float) -> float:
    width = places[0].left - 22 - PAD
    texts = [_wrapped_label(row, width) for row in rows]
    highs = [
        max(_text_height(*lines), _lanes(row) * LANE) + 2 * _AIR
        for row, lines in zip(rows, texts, strict=True)
    ]
    body = top if len(places) == 1 else _titles(canvas, places, top=top)
    bottom = body + sum(highs)
    _grid(canvas, rows, highs, places, top=body)
    y, drawn = body, []
    for row, lines, high in zip(rows, texts, highs, strict=True):
        _label(canvas, row, lines, top=y + (high - _text_height(*lines)) / 2)
        drawn += _dots(canvas, row, places, top=y + (high - _lanes(row) * LANE) / 2)
        y += high
    canvas.markers(drawn, name="dots")
    return _axes(canvas, places, top=bottom, titled=len(places) == 1) + 6


def _wrapped_label(row: Row, width: float) -> tuple[list[str], list[str]]:
    lines = wrapped(row.label, width, _LABEL, bold=row.bold, most=_MOST_LINES)
    below = wrapped(row.below, width, SMALL, most=_MOST_BELOW) if row.below else []
    return lines, below


def _text_height(lines: list[str], below: list[str]) -> float:
    return (len(lines) * _LABEL + len(below) * SMALL) * LINE_HEIGHT


def _label(canvas: Canvas, row: Row, lines: tuple[list[str], list[str]], *, top: float) -> float:
    palette = canvas.look.palette
    color = palette.pain if row.tinted else palette.ink
    y = canvas.text(PAD, top, lines[0], color=color, bold=row.bold, kind="row").bottom
    if lines[1]:
        y = canvas.text(PAD, y, lines[1], size=SMALL, color=palette.ink2, kind="below").bottom
    return y


def _titles(canvas: Canvas, places: list[_Place], *, top: float) -> float:
    """Write the titles of scales above them; return the y below."""
    lines = [wrapped(one.panel.title, one.edge - one.left + 6, SMALL, most=5) for one in places]
    high = max(len(one) for one in lines) * SMALL * LINE_HEIGHT
    for place, rows in zip(places, lines, strict=True):
        y = top + high - len(rows) * SMALL * LINE_HEIGHT
        canvas.text(
            place.left - 6, y, rows, size=SMALL, color=canvas.look.palette.ink2, kind="axis"
        )
    return top + high + 5


def _grid(
    canvas: Canvas,
    rows: Sequence[Row],
    highs: list[float],
    places: list[_Place],
    *,
    top: float,
) -> None:
    """Draw the bands of every other row, the lines of ticks, and those of references."""
    palette, y = canvas.look.palette, top
    for nth in range(len(rows)):
        if nth % 2 == 0:
            edge = canvas.look.width - 2
            canvas.rectangle((2, y, edge, y + highs[nth]), fill=palette.band)
        y += highs[nth]
    for place in places:
        _lines(canvas, place, top=top, bottom=y)


def _lines(canvas: Canvas, place: _Place, *, top: float, bottom: float) -> None:
    """Draw the lines of ticks, and that of the reference, across rows."""
    palette = canvas.look.palette
    for value, _ in _ticks(place):
        x = place.x(value)
        canvas.line((x, top), (x, bottom), color=palette.grid)
    if place.panel.reference is not None:
        x = place.x(place.panel.reference)
        canvas.line((x, top), (x, bottom), color=palette.edge, width=1.2)


def _ticks(place: _Place) -> list[tuple[float, str]]:
    panel = place.panel
    return panel.quantity.ticks(panel.low, panel.high, place.right - place.left)


def _axes(canvas: Canvas, places: list[_Place], *, top: float, titled: bool) -> float:
    """Write the ticks of scales, and the title of a single one below them; return the y below."""
    look, y = canvas.look, top + 3
    for place in places:
        free = place.left - 40
        for value, text in _ticks(place):
            half = text_width(text, _TICK) / 2
            x = min(max(place.x(value), half + 2), look.width - half - 2)
            if x - half >= free:
                canvas.text(
                    x, y, text, size=_TICK, color=look.palette.ink2, align="center", kind="tick"
                )
                free = x + half + 4
    y += _TICK * LINE_HEIGHT + 2
    if titled:
        place = places[0]
        lines = wrapped(place.panel.title, place.edge - place.left, SMALL, most=3)
        y = canvas.text(
            place.left, y, lines, size=SMALL, color=look.palette.ink2, kind="axis"
        ).bottom
    return y + 2


def _dots(canvas: Canvas, row: Row, places: Sequence[_Place], *, top: float) -> list[Marker]:
    """Draw the intervals and numbers of a row; return its dots."""
    drawn = []
    _segments(canvas, row, places, top=top)
    for lane in range(_lanes(row) if row.joined else 0):
        _join(canvas, [one for one in row.dots if one.lane == lane], places, top=top)
    for dot in row.dots:
        place, y = places[dot.panel], top + (dot.lane + 0.5) * LANE
        if dot.bar and dot.value == dot.value:
            _bar(canvas, dot, place, y=y)
        low, high = (dot.value if end != end else end for end in (dot.low, dot.high))
        if dot.value == dot.value and low < high:
            ends = [(place.x(end), y) for end in (low, high)]
            canvas.line(ends[0], ends[1], color=_line_color(canvas, dot), width=dot.thick)
        if dot.value == dot.value and dot.mark.size:
            says = hover(row.label, dot.mark.label, *dot.hover)
            mark = Mark(color=canvas.look.palette.ink, size=4) if dot.bar else dot.mark
            drawn.append(mark.at(canvas, place.x(dot.value), y, hover=says))
        if dot.text:
            color = canvas.look.palette.ink if dot.strong else canvas.look.palette.ink2
            high = y - SMALL * LINE_HEIGHT / 2
            canvas.text(
                place.edge, high, dot.text, size=SMALL, color=color, align="right", kind="number"
            )
    return drawn


def _segments(canvas: Canvas, row: Row, places: Sequence[_Place], *, top: float) -> None:
    """Draw the parts of bars, and what they say when pointed at."""
    points = []
    for one in row.segments:
        place, y = places[one.panel], top + (one.lane + 0.5) * LANE
        left, right = sorted((place.x(one.start), place.x(one.end)))
        if right - left >= 0.5:
            box = (left, y - LANE * 0.4, right, y + LANE * 0.4)
            canvas.rectangle(box, fill=one.color)
            points.append(((left + right) / 2, y, hover(row.label, *one.hover)))
    canvas.hover_points(points, name="segments")


def _line_color(canvas: Canvas, dot: Dot) -> str:
    """Return the colour of an interval: on a bar of its own colour, that of text."""
    return canvas.look.palette.ink if dot.bar else dot.mark.color


def _bar(canvas: Canvas, dot: Dot, place: _Place, *, y: float) -> None:
    start = place.panel.low if place.panel.reference is None else place.panel.reference
    left, right = sorted((place.x(start), place.x(dot.value)))
    if right - left >= 0.5:
        box = (left, y - LANE * 0.33, right, y + LANE * 0.33)
        canvas.rectangle(box, fill=dot.mark.color)


def _join(canvas: Canvas, dots: Sequence[Dot], places: Sequence[_Place], *, top: float) -> None:
    """Draw a dotted line from dot to dot, from left to right; not through the numbers between."""
    known = [one for one in dots if one.value == one.value]
    how: Any = {"color": canvas.look.palette.edge, "dash": "dot"}
    if len({one.panel for one in known}) > 1:
        known.sort(key=lambda one: one.panel)
        for one, other in pairwise(known):
            y, here, there = top + (one.lane + 0.5) * LANE, places[one.panel], places[other.panel]
            canvas.line((here.x(one.value), y), (here.right + 4, y), **how)
            canvas.line((there.left - 8, y), (there.x(other.value), y), **how)
        return
    spots = sorted((places[one.panel].x(one.value), top + (one.lane + 0.5) * LANE) for one in known)
    if len(spots) > 1:
        canvas.line(spots[0], spots[-1], **how)


def _cards(canvas: Canvas, rows: Sequence[Row], panels: Sequence[Panel], *, top: float) -> float:
    """Draw each row as a card: its label, and its scales below each other."""
    look, edge = canvas.look, canvas.look.width - PAD
    several = len(panels) > 1
    title = min(max(text_width(one.title, SMALL) for one in panels), 0.36 * look.width)
    start = PAD + (title + 10 if several else 0)
    column = max(_numbers_width(rows, nth) for nth in range(len(panels)))
    column = min(column, 0.5 * (edge - start))
    places = [
        _Place(panel=one, left=start + 6, right=edge - column - 6, edge=edge) for one in panels
    ]
    texts = [_wrapped_label(attrs.evolve(row, bold=True), edge - PAD) for row in rows]
    heads = [_text_height(*lines) for lines in texts]
    highs = [
        head + sum(_line_heights(row, panels, title)) + 2 * _AIR
        for row, head in zip(rows, heads, strict=True)
    ]
    _grid(canvas, rows, highs, [], top=top)
    y, drawn = top, []
    for row, lines, high in zip(rows, texts, highs, strict=True):
        below = _label(canvas, attrs.evolve(row, bold=True), lines, top=y + _AIR)
        drawn += _card(canvas, row, places, top=below, title=title if several else 0)
        y += high
    canvas.markers(drawn, name="dots")
    if not several:
        return _axes(canvas, places, top=y, titled=True) + 6
    return notes(canvas, [_scales(look, panels)], top=y + 6) + 4


def _line_heights(row: Row, panels: Sequence[Panel], title: float) -> list[float]:
    """Return how high each scale of a card is."""
    if len(panels) == 1:
        return [_lanes(row) * LANE + 2]
    return [
        max(
            (max((one.lane for one in row.dots if one.panel == nth), default=0) + 1) * LANE,
            len(wrapped(panel.title, title, SMALL, most=5)) * SMALL * LINE_HEIGHT,
        )
        + 2
        for nth, panel in enumerate(panels)
    ]


def _card(
    canvas: Canvas, row: Row, places: list[_Place], *, top: float, title: float
) -> list[Marker]:
    """Draw the scales of a card; return its dots."""
    panels, drawn, y = [one.panel for one in places], [], top + 1
    heights = _line_heights(row, panels, title)
    if not title:
        _lines(canvas, places[0], top=y, bottom=y + heights[0] - 2)
    for nth, (place, high) in enumerate(zip(places, heights, strict=True)):
        of_it = attrs.evolve(
            row,
            dots=tuple(one for one in row.dots if one.panel == nth),
            segments=tuple(one for one in row.segments if one.panel == nth),
        )
        inner = y + (high - 2 - _lanes(of_it) * LANE) / 2
        if title:
            lines = wrapped(place.panel.title, title, SMALL, most=5)
            canvas.text(PAD, y, lines, size=SMALL, color=canvas.look.palette.ink2, kind="axis")
            middle = inner + _lanes(of_it) * LANE / 2
            ends = ((place.left, middle), (place.right, middle))
            canvas.line(*ends, color=canvas.look.palette.line)
            _tick_of_reference(canvas, place, top=inner, high=_lanes(of_it) * LANE)
        drawn += _dots(canvas, of_it, places, top=inner)
        y += high
    return drawn


def _tick_of_reference(canvas: Canvas, place: _Place, *, top: float, high: float) -> None:
    if place.panel.reference is not None:
        x = place.x(place.panel.reference)
        canvas.line((x, top + 1), (x, top + high - 1), color=canvas.look.palette.edge)


def _scales(look: Look, panels: Sequence[Panel]) -> str:
    """Return the ends of scales in a sentence."""
    ends = [
        f"{one.title} {one.quantity.value(one.low)} – {one.quantity.value(one.high)}"
        for one in panels
    ]
    return look.say("dot_rows.scales", scales="; ".join(ends))
