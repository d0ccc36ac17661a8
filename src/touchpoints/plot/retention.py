"""The picture of retention: a triangle of cohorts, or a curve for each."""

from __future__ import annotations

import itertools
from typing import Any, Literal

import attrs
import numpy as np

from touchpoints._core.checks import check_option, public
from touchpoints._core.frozen import Array
from touchpoints.paths import Retention
from touchpoints.plot._shared.blocks import outline_of
from touchpoints.plot._shared.canvas import Canvas, Marker, hover
from touchpoints.plot._shared.groups import Part, parts_of
from touchpoints.plot._shared.look import Look, look_of, require_record
from touchpoints.plot._shared.palette import DARK
from touchpoints.plot._shared.plot_area import (
    Area,
    draw_band,
    draw_curve,
    nice_ticks,
    room_for,
    x_axis,
    y_axis,
)
from touchpoints.plot._shared.symbol_legends import SYMBOLS, Entry, noted, symbol_legend
from touchpoints.plot._shared.text_widths import LINE_HEIGHT, text_width, wrapped
from touchpoints.plot._shared.time_axes import instant_texts
from touchpoints.taxonomy import Taxonomy

Kind = Literal["triangle", "curves"]
_PAD = 8.0
_MOST_COHORTS, _MOST_CURVES, _MOST_POINTS = 60, 8, 60
_WIDEST, _NARROWEST = 82.0, 7.0
_SIZE = 11.0
_CLASSES = 3


@attrs.frozen(eq=False, kw_only=True)
class _Cohorts:
    """The cohorts of a group that are drawn: their rows, names, and how many there are."""

    rows: list[Array]
    names: list[str]
    every: int


@attrs.frozen(kw_only=True)
class _Cell:
    """A cell of the triangle: where it is, its shade, and whether it is still open."""

    box: tuple[float, float, float, float]
    fill: str
    framed: bool
    says: str


@public
def retention(
    retention: Retention,
    *,
    kind: Kind = "triangle",
    taxonomy: Taxonomy | None = None,
    lang: str = "en",
    dark: bool = False,
    width: int = 960,
) -> Any:
    """Draw retention: the share of each cohort that comes back, by periods since its first.

    Parameters
    ----------
    retention
        What `tp.paths.retention` returned.
    kind
        ``"triangle"``: a row for each cohort and a cell for each period. ``"curves"``: a curve for
        each cohort, with the band of its interval.
    taxonomy, lang, dark, width
        Shared arguments: see `touchpoints.plot`.

    Returns
    -------
    plotly.graph_objects.Figure
        Cells say the share and, where there is room, half the width of its interval; three shades
        from little to much. A cell is framed where not all people of the cohort were observed to
        the end of the period, and missing where none were. Of more than 60 cohorts (eight curves)
        the latest (largest) are drawn, and the figure says so. Groups follow each other.

    Raises
    ------
    InvalidInputError
        When ``kind`` is another text.
    MissingPackageError
        When plotly is not installed.
    WrongKindError
        When ``retention`` is not a Retention.

    See Also
    --------
    touchpoints.paths.retention : Estimate the shares.

    Examples
    --------
    >>> import touchpoints as tp
    >>> found = tp.paths.retention(tp.datasets.shop(300, seed=1), period="month")
    >>> figure = tp.plot.retention(found, lang="es")
    >>> [one.text for one in figure.layout.annotations if one.name == "cohort"][0]
    'enero de 2026 (74)'
    """
    require_record(retention, Retention, made_by="tp.paths.retention")
    check_option("kind", kind, Kind)
    look = look_of(dark=dark, lang=lang, taxonomy=taxonomy, width=width)
    canvas = Canvas(look)
    parts, said = parts_of(retention, look, size=retention.size)
    y = noted(canvas, said, top=_PAD, kind="legend")
    draw = _triangle if kind == "triangle" else _curves
    for part in parts:
        if part.label:
            lines = wrapped(part.label, look.width - 2 * _PAD, 12, bold=True, most=3)
            y = canvas.text(_PAD, y, lines, bold=True, kind="group").bottom + 4
        y = draw(canvas, retention, part, top=y) + 14
    if not parts:
        y = noted(canvas, look.say("plot.no_data"), top=y)
    return canvas.figure(y + _PAD)


def _cohorts(found: Retention, part: Part, look: Look, *, most: int, latest: bool) -> _Cohorts:
    """Return the cohorts of a group that are drawn, the earliest first."""
    cohorts, of = np.unique(found.cohort[part.rows], return_inverse=True)
    order = np.argsort(of, kind="stable")
    rows = np.split(part.rows[order], np.flatnonzero(np.diff(of[order])) + 1)
    largest = np.argsort([-found.size[one[0]] for one in rows], kind="stable")
    chosen = np.sort(np.arange(len(cohorts)) if latest else largest[:most])[-most:].tolist()
    texts = instant_texts(cohorts[chosen], look)
    sizes = [look.numerals.whole(found.size[rows[one][0]]) for one in chosen]
    names = [f"{text} ({size})" for text, size in zip(texts, sizes, strict=True)]
    return _Cohorts(rows=[rows[one] for one in chosen], names=names, every=len(cohorts))


def _longest(found: Retention, cohorts: _Cohorts) -> int:
    """Return the last number of periods for which a share is known."""
    rows = np.concatenate(cohorts.rows)
    return int(found.since[rows[np.isfinite(found.share[rows])]].max(initial=0))


def _size_of_text(found: Retention, cohorts: _Cohorts, look: Look, *, cell: float) -> float:
    """Return the size at which all shares fit into their cells; 0 where they do not."""
    rows = np.concatenate(cohorts.rows)
    rows = rows[(found.since[rows] > 0) & np.isfinite(found.share[rows])]
    texts = {look.numerals.share(one) for one in found.share[rows].tolist()}
    fitting = [
        size
        for size in (_SIZE, 10.0)
        if max((text_width(one, size) for one in texts), default=0) <= cell - 2
    ]
    return fitting[0] if fitting else 0.0


def _triangle(canvas: Canvas, found: Retention, part: Part, *, top: float) -> float:
    """Draw the cells of a group; return the y below."""
    look = canvas.look
    cohorts = _cohorts(found, part, look, most=_MOST_COHORTS, latest=True)
    widest = max(text_width(one, _SIZE) for one in cohorts.names)
    left = _PAD + (min(widest, 108) if look.narrow else max(widest, 100)) + 10
    longest = _longest(found, cohorts) + 1
    room = look.width - _PAD - left
    periods = min(longest, int(room / _NARROWEST))
    cell = min(_WIDEST, room / periods)
    kept = [rows[found.since[rows] < periods] for rows in cohorts.rows]
    cohorts = attrs.evolve(cohorts, rows=kept)
    bounds = _bounds(found, cohorts)
    size = _size_of_text(found, cohorts, look, cell=cell)
    y = _triangle_head(canvas, bounds, cell=cell, left=left, periods=periods, top=top)
    cells: list[_Cell] = []
    for rows, name in zip(cohorts.rows, cohorts.names, strict=True):
        lines = wrapped(name, left - _PAD - 8, _SIZE, most=3)
        text = len(lines) * _SIZE * LINE_HEIGHT
        high = max(text + 4, 34.0 if _says_half(look, cell) else 22.0)
        canvas.text(_PAD, y + (high - text) / 2, lines, size=_SIZE, kind="cohort")
        for row in rows.tolist():
            at = left + cell * int(found.since[row])
            box = (at, y, at + cell, y + high)
            cells += _cell(canvas, found, row, box=box, bounds=bounds, name=name, size=size)
        y += high
    _draw_cells(canvas, cells)
    notes = [_half_note(look, found, cell), _open_note(look, found, cohorts)]
    if periods < longest:
        notes.append(look.say("retention.periods", shown=periods, all=look.numerals.whole(longest)))
    return _notes(canvas, found, part, cohorts, [*notes], latest=True, top=y + 6)


def _bounds(found: Retention, cohorts: _Cohorts) -> list[float]:
    """Return the shares at which a shade begins: thirds of the largest after the first period."""
    rows = np.concatenate(cohorts.rows)
    later = found.share[rows][found.since[rows] > 0]
    most = float(np.nanmax(later)) if np.isfinite(later).any() else 1.0
    return [most * at / _CLASSES for at in range(_CLASSES + 1)] if most > 0 else [0.0, 1.0]


def _shades(look: Look) -> list[str]:
    """Return three colours on which text is read well."""
    palette = look.palette
    if palette is DARK:
        return [palette.chip, *palette.ordered[:2]]
    return list(palette.ordered[:_CLASSES])


def _triangle_head(
    canvas: Canvas, bounds: list[float], *, cell: float, left: float, periods: int, top: float
) -> float:
    """Draw the legend of shades and the names of the columns; return the y below."""
    look, numerals = canvas.look, canvas.look.numerals
    shades = _shades(look)
    texts = [
        f"{numerals.share(low)} – {numerals.share(high)}"
        for low, high in itertools.pairwise(bounds)
    ]
    entries = [
        Entry(text, color, outline=look.palette.line)
        for text, color in zip(texts, shades, strict=False)
    ]
    y = symbol_legend(canvas, entries, top=top, title=look.say("retention.classes"))
    ink, room = look.palette.ink2, look.width - _PAD - left
    said = wrapped(look.say("retention.since"), room, _SIZE)
    y = canvas.text(left, y, said, size=_SIZE, color=ink, kind="head").bottom + 2
    lines = wrapped(look.say("retention.cohort"), left - _PAD - 8, _SIZE)
    head = canvas.text(_PAD, y, lines, size=_SIZE, color=ink, kind="head")
    free = head.right + 4
    for at in range(periods):
        text, middle = look.numerals.whole(at), left + cell * (at + 0.5)
        wide = text_width(text, _SIZE)
        if middle - wide / 2 < free:
            continue
        box = canvas.text(middle, y, text, size=_SIZE, color=ink, align="center", kind="head")
        free = box.right + 6
    return head.bottom + 4


def _says_half(look: Look, cell: float) -> bool:
    return cell >= text_width(f"±{look.numerals.number(10.5, places=1)}", 10) + 6


def _cell(
    canvas: Canvas,
    found: Retention,
    row: int,
    *,
    box: tuple[float, float, float, float],
    bounds: list[float],
    name: str,
    size: float,
) -> list[_Cell]:
    """Write the share of a cell and half its interval; return how it is drawn, if at all."""
    look, palette, numerals = canvas.look, canvas.look.palette, canvas.look.numerals
    share, low, high = (float(getattr(found, end)[row]) for end in ("share", "low", "high"))
    if np.isnan(share):
        return []
    first = int(found.since[row]) == 0
    place = min(int(np.searchsorted(bounds[1:], share - 1e-12)), len(bounds) - 2)
    gap = 0.5 if box[2] - box[0] < 20 else 1.0
    inner = (box[0] + gap, box[1] + gap, box[2] - gap, box[3] - gap)
    middle = (box[0] + box[2]) / 2
    text = numerals.share(share)
    half = f"±{numerals.number(50 * (high - low), places=1)}"
    told = look.say(
        "retention.cell",
        n=numerals.whole(found.since[row]),
        returned=numerals.whole(found.returned[row]),
        watched=numerals.whole(found.watched[row]),
    )
    cell = _Cell(
        box=inner,
        fill=palette.band if first else _shades(look)[place],
        framed=bool(found.watched[row] < found.size[row]),
        says=hover(name, told, f"{text} {numerals.range(low, high)}"),
    )
    if not size or text_width(text, size) > box[2] - box[0] - 2:
        return [cell]
    two = _says_half(look, box[2] - box[0]) and not first and np.isfinite(low + high)
    high = size * LINE_HEIGHT
    y = (box[1] + box[3]) / 2 - (high if two else high / 2)
    canvas.text(middle, y, text, size=size, align="center", kind="share")
    if two:
        below = y + high
        canvas.text(middle, below, half, size=10, align="center", kind="half")
    return [cell]


def _draw_cells(canvas: Canvas, cells: list[_Cell]) -> None:
    """Draw cells, one path for each shade, and what they say when pointed at."""
    of_look: dict[tuple[str, bool], list[_Cell]] = {}
    for cell in cells:
        of_look.setdefault((cell.fill, cell.framed), []).append(cell)
    for (fill, framed), several in sorted(of_look.items(), key=lambda one: one[0][1]):
        path = " ".join(outline_of(one.box) for one in several)
        color = canvas.look.palette.outline if framed else fill
        canvas.path(path, color=color, width=1 if framed else 0, fill=fill)
    said = [
        ((one.box[0] + one.box[2]) / 2, (one.box[1] + one.box[3]) / 2, one.says) for one in cells
    ]
    canvas.hover_points(said, name="cells")


def _half_note(look: Look, found: Retention, cell: float) -> str:
    level = look.numerals.share(found.level)
    return look.say("retention.half", level=level) if _says_half(look, cell) else ""


def _open_note(look: Look, found: Retention, cohorts: _Cohorts) -> str:
    rows = np.concatenate(cohorts.rows)
    framed = (found.watched[rows] < found.size[rows]) & (found.watched[rows] > 0)
    return look.say("retention.open") if framed.any() else ""


def _notes(
    canvas: Canvas,
    found: Retention,
    part: Part,
    cohorts: _Cohorts,
    notes: list[str],
    *,
    latest: bool,
    top: float,
) -> float:
    """Write the sentences under the cells or curves of a group."""
    look, numerals = canvas.look, canvas.look.numerals
    said = list(notes)
    if len(cohorts.rows) < cohorts.every:
        key = "retention.cohorts" if latest else "retention.largest"
        shown, every = numerals.whole(len(cohorts.rows)), numerals.whole(cohorts.every)
        said.append(look.say(key, shown=shown, all=every))
    if left_out := int(found.left_out[part.rows].max(initial=0)):
        said.append(look.say("retention.left_out", n=numerals.whole(left_out)))
    return noted(canvas, " ".join(one for one in said if one), top=top)


def _curves(canvas: Canvas, found: Retention, part: Part, *, top: float) -> float:
    """Draw the curves of the largest cohorts of a group; return the y below."""
    look, numerals = canvas.look, canvas.look.numerals
    cohorts = _cohorts(found, part, look, most=_MOST_CURVES, latest=False)
    colors = [look.palette.category(at) for at in range(len(cohorts.rows))]
    names = zip(cohorts.names, colors, SYMBOLS, strict=False)
    y = symbol_legend(canvas, [Entry(*one) for one in names], top=top)
    y = noted(canvas, look.say("retention.share"), top=y, kind="axis") + 4
    ticks = [(one, numerals.share(one)) for one in nice_ticks(0, 1)]
    longest = _longest(found, cohorts)
    area = Area(
        left=_PAD + room_for(label for _, label in ticks),
        top=y + 8,
        right=look.width - 16,
        bottom=y + (248 if look.narrow else 308),
        xs=(0, max(longest, 1)),
    )
    y_axis(canvas, area, ticks)
    several = len(cohorts.rows) > 1
    for rows, color in zip(cohorts.rows, colors, strict=True):
        since = found.since[rows].astype(np.float64)
        band = color if several else ""
        draw_band(canvas, area, since, found.low[rows], found.high[rows], color=band)
    styles = zip(colors, SYMBOLS, cohorts.names, strict=False)
    for rows, (color, symbol, name) in zip(cohorts.rows, styles, strict=True):
        since = found.since[rows].astype(np.float64)
        draw_curve(canvas, area, since, found.share[rows], color=color, name=name)
        canvas.markers(_points(found, rows, look, area, (color, symbol, name)), name=name)
    whole = [(one, numerals.whole(one)) for one in nice_ticks(0, longest) if one == round(one)]
    y = x_axis(canvas, area, whole, title=look.say("retention.since")) + 6
    level = look.say("retention.curve", level=numerals.share(found.level))
    return _notes(canvas, found, part, cohorts, [level], latest=False, top=y)


def _points(
    found: Retention, rows: Array, look: Look, area: Area, how: tuple[str, str, str]
) -> list[Marker]:
    """Return the marks of a curve, at most 60: hollow where the period is still open."""
    color, symbol, name = how
    known = rows[np.isfinite(found.share[rows])]
    evenly = np.linspace(0, max(len(known) - 1, 0), min(len(known), _MOST_POINTS))
    marks = []
    for row in known[evenly.astype(np.int64)].tolist():
        share = float(found.share[row])
        interval = look.numerals.range(float(found.low[row]), float(found.high[row]))
        told = look.say(
            "retention.cell",
            n=look.numerals.whole(found.since[row]),
            returned=look.numerals.whole(found.returned[row]),
            watched=look.numerals.whole(found.watched[row]),
        )
        framed = found.watched[row] < found.size[row]
        marks.append(
            Marker(
                x=area.x(float(found.since[row])),
                y=area.y(share),
                size=7,
                color=look.palette.background if framed else color,
                symbol=symbol,
                outline=color,
                hover=hover(name, told, f"{look.numerals.share(share)} {interval}"),
            )
        )
    return marks
