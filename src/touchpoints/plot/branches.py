"""The picture of the branches of touchpoints: what follows directly, and how often (B40)."""

from __future__ import annotations

import math
from typing import Any

import attrs

from touchpoints._core.checks import public
from touchpoints.graphs.flows import OPEN
from touchpoints.graphs.names import is_terminal
from touchpoints.paths import Branches
from touchpoints.plot._shared.canvas import Canvas, Marker, hover
from touchpoints.plot._shared.groups import Part, parts_of
from touchpoints.plot._shared.look import Look, look_of, require_record
from touchpoints.plot._shared.ribbons import ribbon
from touchpoints.plot._shared.scales import Scale, round_step
from touchpoints.plot._shared.step_tables import group_heading
from touchpoints.plot._shared.text_widths import LINE_HEIGHT, wrapped
from touchpoints.taxonomy import Taxonomy

_PAD, _SIZE, _BAR, _GAP, _LINES = 8.0, 11.0, 4.0, 6.0, 4
_FULL, _LEAST_ROW = 180.0, 22.0
_MOST_PLACES, _MOST_BRANCHES = 8, 12


@attrs.frozen(kw_only=True)
class _Branch:
    """What follows a touchpoint: its name, how often, and the share with its interval."""

    name: str
    count: int
    share: float
    low: float
    high: float
    grey: bool


@attrs.frozen(kw_only=True)
class _Place:
    """A touchpoint and its branches; ``open`` visits have none that is known."""

    name: str
    known: int
    open: int
    branches: list[_Branch]


@attrs.frozen(kw_only=True)
class _Columns:
    """Where the columns are: the touchpoint, its branches, their intervals, their numbers."""

    place: tuple[float, float]
    branch: tuple[float, float]
    scale: Scale
    below: bool


@public
def branches(
    branches: Branches,
    *,
    taxonomy: Taxonomy | None = None,
    lang: str = "en",
    dark: bool = False,
    width: int = 960,
) -> Any:
    """Draw the branches of touchpoints: what follows each one directly, and how often.

    Parameters
    ----------
    branches
        What `tp.paths.branches` returned.
    taxonomy, lang, dark, width
        Shared arguments: see `touchpoints.plot`.

    Returns
    -------
    plotly.graph_objects.Figure
        Each touchpoint at the left, and a ribbon to each one that follows it, as high as its share
        of the visits whose branch is known. The dot and the line beside or below it are the share
        and its interval. Of more than eight touchpoints the most visited are drawn, and of more
        than twelve branches the most frequent; the others share a row without an interval. Visits
        after which the log ends are counted in a sentence. Groups are drawn one below the other.

    Raises
    ------
    MissingPackageError
        When plotly is not installed.
    WrongKindError
        When ``branches`` is not a Branches.

    See Also
    --------
    touchpoints.paths.branches : Count what follows each touchpoint.
    touchpoints.plot.transition_graph : All transitions in one picture.

    Examples
    --------
    >>> import touchpoints as tp
    >>> found = tp.paths.branches(tp.datasets.shop(100, seed=1), at="review_read")
    >>> figure = tp.plot.branches(found, taxonomy=tp.load_taxonomy("customer"))
    >>> figure.layout.annotations[0].text
    'Reading reviews'
    """
    require_record(branches, Branches, made_by="tp.paths.branches")
    look = look_of(dark=dark, lang=lang, taxonomy=taxonomy, width=width)
    canvas, y = Canvas(look), _PAD
    parts, note = parts_of(branches, look, size=branches.count)
    columns = _columns(look, branches, parts)
    for part in parts:
        y = group_heading(canvas, part, "", left=_PAD, top=y)
        places = _places(look, branches, part)
        for place in places[:_MOST_PLACES]:
            y = _draw(canvas, place, columns, top=y) + 16
        if len(places) > _MOST_PLACES:
            every = look.numerals.whole(len(places))
            y = _write(canvas, look.say("branches.places", shown=_MOST_PLACES, all=every), top=y)
    if parts:
        level = look.numerals.share(branches.level)
        y = _write(canvas, look.say("branches.how", level=level), top=y)
    y = _write(canvas, note if parts else look.say("plot.no_data"), top=y)
    return canvas.figure(y + _PAD)


def _write(canvas: Canvas, note: str, *, top: float) -> float:
    if not note:
        return top
    look = canvas.look
    lines = wrapped(note, look.width - 2 * _PAD, _SIZE)
    box = canvas.text(_PAD, top, lines, size=_SIZE, color=look.palette.ink2, kind="note")
    return box.bottom + 3


def _places(look: Look, found: Branches, part: Part) -> list[_Place]:
    """Return the touchpoints of a group in the order of the record."""
    rows_of: dict[str, list[int]] = {}
    for row in part.rows.tolist():
        rows_of.setdefault(str(found.touchpoint[row]), []).append(row)
    return [_place(look, found, key, rows) for key, rows in rows_of.items()]


def _place(look: Look, found: Branches, key: str, rows: list[int]) -> _Place:
    known = [row for row in rows if found.next[row] != OPEN]
    among = known if len(known) <= _MOST_BRANCHES + 1 else known[:_MOST_BRANCHES]
    drawn = [
        _Branch(
            name=look.name(found.next[row]),
            count=int(found.count[row]),
            share=float(found.probability[row]),
            low=float(found.low[row]),
            high=float(found.high[row]),
            grey=is_terminal(found.next[row]),
        )
        for row in among
    ]
    rest, nan = known[len(among) :], float("nan")
    if rest:
        others = look.say("branches.other", n=look.numerals.whole(len(rest)))
        count, share = int(found.count[rest].sum()), float(found.probability[rest].sum())
        drawn.append(_Branch(name=others, count=count, share=share, low=nan, high=nan, grey=True))
    return _Place(
        name=look.name(key),
        known=int(found.count[known].sum()) if known else 0,
        open=sum(int(found.count[row]) for row in rows if found.next[row] == OPEN),
        branches=drawn,
    )


def _columns(look: Look, found: Branches, parts: list[Part]) -> _Columns:
    """Return where the columns are; on a telephone, intervals are below the names."""
    ends = [
        float(column[row])
        for part in parts
        for row in part.rows
        for column in (found.high, found.probability)
    ]
    largest = max((end for end in ends if not math.isnan(end)), default=1.0) or 1.0
    step = round_step(largest, most=5)
    high, right = min(step * math.ceil(largest / step - 1e-9), 1.0), look.width - _PAD
    if look.narrow:
        left = 100.0 + 52.0
        scale = Scale(low=0, high=high, left=left + 12, right=right - 8)
        return _Columns(place=(_PAD, 100.0), branch=(left, right), scale=scale, below=True)
    branch = (310.0, 310.0 + 0.3 * (right - 310))
    scale = Scale(low=0, high=high, left=branch[1] + 18, right=right - 110)
    return _Columns(place=(_PAD, 170.0), branch=branch, scale=scale, below=False)


def _draw(canvas: Canvas, place: _Place, columns: _Columns, *, top: float) -> float:
    """Draw a touchpoint, its branches and their intervals; return where it ends."""
    palette = canvas.look.palette
    room = columns.branch[1] - columns.branch[0] - 20
    texts = [wrapped(one.name, room, _SIZE, most=_LINES) for one in place.branches]
    tall = [
        max(
            _FULL * (0.0 if math.isnan(one.share) else one.share),
            len(lines) * _SIZE * LINE_HEIGHT + (34 if columns.below else 6),
            _LEAST_ROW,
        )
        for one, lines in zip(place.branches, texts, strict=True)
    ]
    bottom = top + max(sum(tall) + _GAP * (len(tall) - 1), _LEAST_ROW)
    edge = _left(canvas, place, columns, top=top, bottom=bottom)
    shares = [0.0 if math.isnan(one.share) else one.share for one in place.branches]
    start, y, marks = edge - _FULL * sum(shares) / 2, top, []
    for one, lines, high, share in zip(place.branches, texts, tall, shares, strict=True):
        middle, thick = y + high / 2, _FULL * share
        color = palette.edge if one.grey else palette.ordered[3]
        ends = (start, start + thick), (middle - thick / 2, middle + thick / 2)
        path = ribbon((columns.place[1], *ends[0]), (columns.branch[0], *ends[1]))
        canvas.path(path, color=color, width=0, fill=color, opacity=0.42)
        canvas.rectangle((columns.branch[0], y, columns.branch[1], y + high), fill=palette.chip)
        canvas.rectangle(
            (columns.branch[0], ends[1][0], columns.branch[0] + _BAR, ends[1][1]), fill=color
        )
        marks.append(_branch(canvas, place, one, lines, columns, top=y, high=high))
        start, y = start + thick, y + high + _GAP
    canvas.markers(marks, name="shares")
    return _open(canvas, place, top=bottom)


def _left(canvas: Canvas, place: _Place, columns: _Columns, *, top: float, bottom: float) -> float:
    """Draw the touchpoint at the left; return where its middle is."""
    look, (left, right) = canvas.look, columns.place
    lines = wrapped(place.name, right - left - 16, 12, most=6)
    number = look.say("plot.n", n=look.numerals.whole(place.known))
    text = len(lines) * 12 * LINE_HEIGHT + _SIZE * LINE_HEIGHT
    high = max(text + 8, _FULL * bool(place.branches))
    high = min(high, max(bottom - top, text + 8))
    middle = max((top + bottom) / 2, top + high / 2)
    canvas.rectangle((left, middle - high / 2, right, middle + high / 2), fill=look.palette.chip)
    half = min(_FULL / 2, high / 2)
    bar = (right - _BAR, middle - half, right, middle + half)
    canvas.rectangle(bar, fill=look.palette.outline)
    box = canvas.text(left + 8, middle - text / 2, lines, kind="touchpoint")
    canvas.text(left + 8, box.bottom, number, size=_SIZE, color=look.palette.ink2, kind="visits")
    return middle


def _branch(
    canvas: Canvas,
    place: _Place,
    one: _Branch,
    lines: list[str],
    columns: _Columns,
    *,
    top: float,
    high: float,
) -> Marker:
    """Write the name and the share of a branch, and draw its interval; return its dot."""
    look, palette, numerals = canvas.look, canvas.look.palette, canvas.look.numerals
    scale, text = columns.scale, len(lines) * _SIZE * LINE_HEIGHT
    known = not math.isnan(one.low + one.high)
    said = (
        f"{numerals.share(one.share)} {numerals.range(one.low, one.high)}"
        if known
        else (numerals.share(one.share))
    )
    ink = palette.ink2 if one.grey else palette.ink
    middle = top + high / 2
    y = middle - text / 2
    at, align, x = middle - _SIZE * LINE_HEIGHT / 2, "right", look.width - _PAD
    if columns.below:
        y = middle - (text + 28) / 2
        at, align, x = y + text, "left", columns.branch[0] + 12
        middle = at + _SIZE * LINE_HEIGHT + 7
    canvas.text(columns.branch[0] + 12, y, lines, size=_SIZE, color=ink, kind="branch")
    canvas.text(x, at, said, size=_SIZE, color=palette.ink2, align=align, kind="share")  # type: ignore[arg-type]
    canvas.line((scale.left, middle), (scale.right, middle), color=palette.line, width=1)
    if known:
        ends = [(scale.x(end), middle) for end in (one.low, one.high)]
        canvas.line(ends[0], ends[1], color=palette.ink, width=2)
    number = look.say("plot.n", n=numerals.whole(one.count))
    return Marker(
        x=scale.x(0.0 if math.isnan(one.share) else one.share),
        y=middle,
        size=0 if math.isnan(one.share) else 8,
        color=palette.edge if one.grey else palette.ordered[3],
        outline=palette.ink,
        hover=hover(f"{place.name} → {one.name}", said, number),
    )


def _open(canvas: Canvas, place: _Place, *, top: float) -> float:
    """Say how many visits have no known branch; return where it ends."""
    look = canvas.look
    if not place.open:
        return top
    return _write(canvas, look.say("branches.open", n=look.numerals.whole(place.open)), top=top + 4)
