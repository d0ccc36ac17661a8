"""The picture of durations: quantiles of gaps and stays, on an axis of logarithms."""

from __future__ import annotations

from typing import Any

import attrs
import numpy as np

from touchpoints._core import checks
from touchpoints._core.checks import public
from touchpoints._core.frozen import Array
from touchpoints._core.time_units import in_unit
from touchpoints.paths import Durations
from touchpoints.plot._shared.canvas import Canvas, Marker, hover
from touchpoints.plot._shared.groups import Part, parts_of
from touchpoints.plot._shared.look import Look, look_of, require_record
from touchpoints.plot._shared.plot_area import SIZE, Area, x_axis
from touchpoints.plot._shared.symbol_legends import SYMBOLS, entries_of, noted, symbol_legend
from touchpoints.plot._shared.text_widths import LINE_HEIGHT, text_width, wrapped
from touchpoints.plot._shared.time_axes import duration_text, log_duration_ticks
from touchpoints.taxonomy import Taxonomy

_PAD = 8.0
_LABELS = 260.0
_HIGH, _HIGH_OF_GROUP = 26.0, 18.0
_DECADES = 1e7
_COUNTS = ("without_end", "unreached", "open", "empty", "cut")


@attrs.frozen(kw_only=True, eq=False)
class _Row:
    """What durations are of, and the row of each group that is drawn, -1 where it has none."""

    label: str
    rows: list[int]


@public
def durations(
    durations: Durations,
    *,
    top: int = 15,
    taxonomy: Taxonomy | None = None,
    lang: str = "en",
    dark: bool = False,
    width: int = 960,
) -> Any:
    """Draw durations: the median of each row with its interval, the middle half, and the range.

    Parameters
    ----------
    durations
        What `tp.paths.gaps`, `idle_times`, `processing_times` or `throughput_times` returned.
    top
        How many edges or touchpoints to draw: the most frequent.
    taxonomy, lang, dark, width
        Shared arguments: see `touchpoints.plot`.

    Returns
    -------
    plotly.graph_objects.Figure
        A row for each edge or touchpoint, on an axis of logarithms with named durations: a thin
        line from the shortest to the longest, a bar for the middle half, a point at the median and
        a dark line for its interval, small strokes at further quantiles. What is 0 or negative, or
        beyond seven decades, stands at the left edge, and the figure says so. Of groups, the eight
        with the most durations are drawn, each with a colour and a symbol.

    Raises
    ------
    InvalidInputError
        When ``top`` is not an integer of at least 1.
    MissingPackageError
        When plotly is not installed.
    WrongKindError
        When ``durations`` is not a Durations.

    See Also
    --------
    touchpoints.paths.gaps, touchpoints.paths.processing_times : Measure the durations.
    time_to : The time to a place, with journeys that did not reach it.

    Examples
    --------
    >>> import touchpoints as tp
    >>> found = tp.paths.gaps(tp.datasets.shop(200, seed=1), level=0.95)
    >>> figure = tp.plot.durations(found, top=1)
    >>> [one.text for one in figure.layout.annotations if one.name == "label"]
    ['search_query → review_read']
    """
    require_record(durations, Durations, made_by="tp.paths.gaps")
    durations = in_unit(durations, "seconds")
    most = checks.whole("top", top)
    look = look_of(dark=dark, lang=lang, taxonomy=taxonomy, width=width)
    canvas = Canvas(look)
    parts, said = parts_of(durations, look, size=durations.count)
    every = _rows(durations, parts, look)
    rows = every[:most]
    y = symbol_legend(canvas, entries_of(parts), top=_PAD)
    y = noted(canvas, said, top=y, kind="legend")
    values = _values(durations, rows)
    if not len(values):
        y = noted(canvas, look.say("plot.no_data"), top=y)
        return canvas.figure(y + _PAD)
    area = _area(look, values, top=y)
    ticks = log_duration_ticks(*area.xs, look)
    bottom, _ = _draw_rows(Canvas(look), durations, parts, rows, area)  # only to know where it ends
    for value, _ in ticks:
        ends = (area.x(value), area.top), (area.x(value), bottom)
        canvas.line(*ends, color=look.palette.grid)
    bottom, marks = _draw_rows(canvas, durations, parts, rows, area)
    for part, several in zip(parts, marks, strict=True):
        canvas.markers(several, name=part.label or "medians")
    y = x_axis(canvas, attrs.evolve(area, bottom=bottom), ticks) + 8
    clipped = bool((values < area.xs[0]).any())
    y = _notes(canvas, durations, rows, clipped=clipped, every=len(every), top=y)
    return canvas.figure(y + _PAD)


def _rows(found: Durations, parts: list[Part], look: Look) -> list[_Row]:
    """Return what durations are of, the most frequent first."""
    rows: dict[tuple[str, ...], list[int]] = {}
    for place, part in enumerate(parts):
        for row in part.rows.tolist():
            columns = (found.source, found.target, found.touchpoint)
            key = tuple(str(one[row]) for one in columns if one is not None)
            rows.setdefault(key, [-1] * len(parts))[place] = row
    known = [(key, row) for key, row in rows.items() if _count(found, row)]
    known.sort(key=lambda one: -_count(found, one[1]))
    whole = look.say("durations.whole")
    return [
        _Row(label=" → ".join(look.name(one) for one in key) or whole, rows=row)
        for key, row in known
    ]


def _count(found: Durations, rows: list[int]) -> int:
    return sum(int(found.count[row]) for row in rows if row >= 0)


def _values(found: Durations, rows: list[_Row]) -> Array:
    """Return all durations that are drawn, in seconds."""
    at = [one for row in rows for one in row.rows if one >= 0]
    columns = [found.min, found.q1, found.median, found.q3, found.max]
    values = np.concatenate([one[at] for one in columns]) if at else np.empty(0)
    known: Array = values[np.isfinite(values)]
    return known


def _area(look: Look, values: Array, *, top: float) -> Area:
    """Return the area of the rows; its axis begins at the shortest duration above 0."""
    positive = values[values > 0]
    high = float(positive.max()) if len(positive) else 1.0
    low = max(float(positive.min()) if len(positive) else 0.1, high / _DECADES)
    return Area(
        left=_PAD + (10 if look.narrow else _LABELS + 12),
        top=top,
        right=look.width - (24 if look.narrow else 190),
        bottom=top,
        xs=(low / 1.3, high * 1.3),
        log_x=True,
    )


def _draw_rows(
    canvas: Canvas, found: Durations, parts: list[Part], rows: list[_Row], area: Area
) -> tuple[float, list[list[Marker]]]:
    """Draw all rows from the top of the area on; return the y below, and the marks of groups."""
    y = area.top
    marks: list[list[Marker]] = [[] for _ in parts]
    for row in rows:
        y = _draw_row(canvas, found, parts, row, area, top=y, marks=marks)
    return y, marks


def _draw_row(
    canvas: Canvas,
    found: Durations,
    parts: list[Part],
    row: _Row,
    area: Area,
    *,
    top: float,
    marks: list[list[Marker]],
) -> float:
    """Draw what is of one edge or touchpoint: its name, and a line for each group."""
    look = canvas.look
    room = look.width - 2 * _PAD if look.narrow else _LABELS
    lines = wrapped(row.label, room, 12, most=3)
    box = canvas.text(_PAD, top + 4, lines, size=12)
    y = box.bottom + 2 if look.narrow else top
    high = _HIGH if not parts[0].label else _HIGH_OF_GROUP
    if look.narrow:
        high += SIZE * LINE_HEIGHT
    for place, (part, at) in enumerate(zip(parts, row.rows, strict=True)):
        if at >= 0 and np.isfinite(found.median[at]):
            mark = _line(canvas, found, part, at, area=area, place=place, top=y, name=row.label)
            marks[place].append(mark)
            y += high
    return max(y, box.bottom) + 6


def _line(
    canvas: Canvas,
    found: Durations,
    part: Part,
    row: int,
    *,
    area: Area,
    place: int,
    top: float,
    name: str,
) -> Marker:
    """Draw the range, the middle half, the interval, and further quantiles; return the median."""
    look, palette = canvas.look, canvas.look.palette
    at = {
        end: area.x(max(float(getattr(found, end)[row]), area.xs[0]))
        for end in ("min", "q1", "median", "q3", "max")
    }
    y = top + 12
    color = part.color or palette.accent
    canvas.line((at["min"], y), (at["max"], y), color=palette.edge)
    canvas.rectangle((at["q1"], y - 5, max(at["q3"], at["q1"] + 1), y + 5), fill=palette.ordered[1])
    for value in found.quantiles[row] if found.quantiles is not None else ():
        if np.isfinite(value):
            x = area.x(max(float(value), area.xs[0]))
            canvas.line((x, y - 6), (x, y + 6), color=palette.ink2, width=1.5)
    low, high = _interval(found, row)
    if low < high:
        ends = [(area.x(max(one, area.xs[0])), y) for one in (low, high)]
        canvas.line(*ends, color=palette.ink, width=4)
    text = look.say(
        "durations.median",
        time=duration_text(float(found.median[row]), look),
        n=look.numerals.whole(found.count[row]),
    )
    mark = Marker(
        x=at["median"],
        y=y,
        size=8,
        color=color,
        symbol=SYMBOLS[place % len(SYMBOLS)],
        outline=palette.background,
        hover=_says(look, found, row, name=name, group=part.label),
    )
    ink = palette.ink2
    if look.narrow:
        left = min(max(at["median"] - text_width(text, SIZE) / 2, _PAD), look.width - _PAD)
        left = min(left, look.width - _PAD - text_width(text, SIZE))
        canvas.text(left, y + 7, text, size=SIZE, color=ink, kind="median")
    else:
        edge, beside = look.width - _PAD, y - SIZE * LINE_HEIGHT / 2
        canvas.text(edge, beside, text, size=SIZE, color=ink, align="right", kind="median")
    return mark


def _interval(found: Durations, row: int) -> tuple[float, float]:
    """Return the interval of a median, nan where the record has none."""
    if found.median_low is None or found.median_high is None:
        return np.nan, np.nan
    return float(found.median_low[row]), float(found.median_high[row])


def _says(look: Look, found: Durations, row: int, *, name: str, group: str) -> str:
    texts = {
        end: duration_text(float(getattr(found, end)[row]), look)
        for end in ("min", "q1", "median", "q3", "max")
    }
    low, high = _interval(found, row)
    median = look.say(
        "durations.median", time=texts["median"], n=look.numerals.whole(found.count[row])
    )
    interval = ""
    if found.level is not None:
        level = look.say("plot.interval", level=look.numerals.share(found.level))
        interval = f"{level}: {duration_text(low, look)} – {duration_text(high, look)}"
    half = look.say("durations.half", low=texts["q1"], high=texts["q3"])
    whole = look.say("durations.range", low=texts["min"], high=texts["max"])
    return hover(name, group, median, interval, half, whole)


def _notes(
    canvas: Canvas,
    found: Durations,
    rows: list[_Row],
    *,
    clipped: bool,
    every: int,
    top: float,
) -> float:
    """Say how to read a row, how many rows are drawn, and what has no duration."""
    look, numerals = canvas.look, canvas.look.numerals
    said = [look.say("durations.read")]
    if found.level is not None:
        said.append(look.say("durations.interval", level=numerals.share(found.level)))
    if found.shares:
        shares = ", ".join(numerals.share(one) for one in found.shares)
        said.append(look.say("durations.quantiles", shares=shares))
    if len(rows) < every:
        shown, all_rows = numerals.whole(len(rows)), numerals.whole(every)
        said.append(look.say("durations.shown", shown=shown, all=all_rows))
    if clipped:
        said.append(look.say("durations.clipped"))
    at = [one for row in rows for one in row.rows if one >= 0]
    for name in _COUNTS:
        column = getattr(found, name)
        if column is not None and (number := int(column[at].sum())):
            said.append(look.say(f"durations.{name}", n=numerals.whole(number)))
    return noted(canvas, " ".join(said), top=top)
