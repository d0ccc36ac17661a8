"""The picture of deviations from a plan, by kind and touchpoint (B40)."""

from __future__ import annotations

import math
from typing import Any

import attrs

from touchpoints._core.checks import public
from touchpoints.paths import Conformance
from touchpoints.plot._shared.canvas import Canvas, Marker, hover
from touchpoints.plot._shared.groups import Part, group_legend, parts_of
from touchpoints.plot._shared.look import Look, look_of, require_record
from touchpoints.plot._shared.scales import Scale, round_step
from touchpoints.plot._shared.text_widths import LINE_HEIGHT, wrapped
from touchpoints.taxonomy import Taxonomy

_PAD, _SIZE, _LINES = 8.0, 11.0, 4
_BAR, _BAR_OF_GROUP, _GAP = 16.0, 13.0, 3.0
_MOST_ROWS = 40
_KINDS = ("missing", "out_of_order", "ad_hoc", "failed")
_SYMBOLS = {
    "missing": "circle-open",
    "out_of_order": "diamond",
    "ad_hoc": "x",
    "failed": "triangle-down",
}


@attrs.frozen(kw_only=True, eq=False)
class _Deviation:
    """A touchpoint with a kind of deviation, and its row in each group; None where it has none."""

    kind: str
    name: str
    rows: list[int | None]


@public
def conformance(
    conformance: Conformance,
    *,
    taxonomy: Taxonomy | None = None,
    lang: str = "en",
    dark: bool = False,
    width: int = 960,
) -> Any:
    r"""Draw the deviations of journeys from a plan: a bar for each kind and touchpoint.

    Parameters
    ----------
    conformance
        What `tp.paths.conformance` returned.
    taxonomy, lang, dark, width
        Shared arguments: see `touchpoints.plot`.

    Returns
    -------
    plotly.graph_objects.Figure
        For each kind of deviation (missing, out of order, not planned, failed) a bar for each
        touchpoint, as long as the share of journeys with it, with its interval; the most frequent
        first. Shares of missing touchpoints are of whole journeys. Of more than 40 rows the most
        frequent are drawn, and the figure says so, as it names the touchpoints of the plan that no
        journey has. Groups have a bar each, in their colours.

    Raises
    ------
    MissingPackageError
        When plotly is not installed.
    WrongKindError
        When ``conformance`` is not a Conformance.

    See Also
    --------
    touchpoints.paths.conformance : Count the deviations from a plan.
    touchpoints.plot.transition_graph : Draws planned and observed transitions together.

    Examples
    --------
    >>> import touchpoints as tp
    >>> from touchpoints.graphs.plan import parse_plan
    >>> plan = parse_plan("name='visit'\n[touchpoints.book]\n[touchpoints.come]")
    >>> journeys = tp.from_paths({"path": ["book > come", "come", "book"]}, path="path")
    >>> figure = tp.plot.conformance(tp.paths.conformance(journeys, plan))
    >>> [one.text for one in figure.layout.annotations if one.name == "kind"]
    ['<b>Missing</b>']
    """
    require_record(conformance, Conformance, made_by="tp.paths.conformance")
    look = look_of(dark=dark, lang=lang, taxonomy=taxonomy, width=width)
    canvas = Canvas(look)
    parts, note = parts_of(conformance, look, size=conformance.journeys)
    y = group_legend(canvas, parts, note, top=_PAD)
    found, every = _deviations(look, conformance, parts)
    scale = _scale(look, conformance, found)
    for kind in _KINDS:
        among = [one for one in found if one.kind == kind]
        if among:
            y = _section(canvas, conformance, parts, among, scale, top=y) + 8
    for said in _notes(look, conformance, shown=len(found), every=every):
        lines = wrapped(said, look.width - 2 * _PAD, _SIZE)
        box = canvas.text(_PAD, y, lines, size=_SIZE, color=look.palette.ink2, kind="note")
        y = box.bottom + 3
    return canvas.figure(y + _PAD)


def _deviations(look: Look, found: Conformance, parts: list[Part]) -> tuple[list[_Deviation], int]:
    """Return the deviations that are drawn, by kind the most frequent first, and how many exist."""
    rows: dict[tuple[str, str], list[int | None]] = {}
    for place, part in enumerate(parts):
        for row in part.rows.tolist():
            key = str(found.deviation[row]), str(found.touchpoint[row])
            rows.setdefault(key, [None] * len(parts))[place] = row

    def largest(key: tuple[str, str]) -> float:
        shares = [float(found.share[row]) for row in rows[key] if row is not None]
        return max((share for share in shares if not math.isnan(share)), default=0.0)

    frequent = sorted(rows, key=lambda key: -largest(key))[:_MOST_ROWS]
    return [
        _Deviation(kind=kind, name=look.name(touchpoint), rows=rows[kind, touchpoint])
        for kind, touchpoint in frequent
    ], len(rows)


def _scale(look: Look, found: Conformance, drawn: list[_Deviation]) -> Scale:
    """Return where shares are: beside the names, or below them on a telephone."""
    rows = [row for one in drawn for row in one.rows if row is not None]
    ends = [float(column[row]) for row in rows for column in (found.share, found.high)]
    largest = max((end for end in ends if not math.isnan(end)), default=1.0) or 1.0
    step = round_step(largest, most=5)
    high = min(step * math.ceil(largest / step - 1e-9), 1.0)
    left = _PAD if look.narrow else _PAD + 250
    return Scale(low=0, high=high, left=left, right=look.width - _PAD - 112)


def _section(
    canvas: Canvas,
    found: Conformance,
    parts: list[Part],
    among: list[_Deviation],
    scale: Scale,
    *,
    top: float,
) -> float:
    """Draw a kind of deviation: its name, what its shares are of, and a row a touchpoint."""
    look, palette, kind = canvas.look, canvas.look.palette, among[0].kind
    title = look.say(f"conformance.{kind}")
    box = canvas.text(_PAD + 18, top, title, size=13, bold=True, kind="kind")
    canvas.markers(
        [Marker(x=_PAD + 6, y=top + 9, size=10, color=palette.ink, symbol=_SYMBOLS[kind])],
        name="kinds",
    )
    lines = wrapped(look.say(f"conformance.{kind}_is"), look.width - 2 * _PAD, _SIZE)
    y = canvas.text(_PAD, box.bottom + 1, lines, size=_SIZE, color=palette.ink2, kind="meaning")
    top, marks = y.bottom + 6, []
    for one in among:
        lines = wrapped(one.name, _name_room(look, scale), 12, most=_LINES)
        text = len(lines) * 12 * LINE_HEIGHT
        thick = _BAR if parts[0].label == "" else _BAR_OF_GROUP
        bars = sum(row is not None for row in one.rows) * (thick + _GAP) - _GAP
        high = text + bars + 2 if look.narrow else max(text, bars)
        name_y = top if look.narrow else top + (high - text) / 2
        canvas.text(_PAD, name_y, lines, kind="touchpoint")
        bar_y = top + text + 2 if look.narrow else top + (high - bars) / 2
        for part, row in zip(parts, one.rows, strict=True):
            if row is not None:
                marks.append(
                    _bar(canvas, found, part, row, scale, name=one.name, top=bar_y, thick=thick)
                )
                bar_y += thick + _GAP
        top += high + 8
    canvas.markers(marks, name="bars")
    return top


def _name_room(look: Look, scale: Scale) -> float:
    return look.width - 2 * _PAD if look.narrow else scale.left - _PAD - 12


def _bar(
    canvas: Canvas,
    found: Conformance,
    part: Part,
    row: int,
    scale: Scale,
    *,
    name: str,
    top: float,
    thick: float,
) -> Marker:
    """Draw the share of a deviation, its interval and its number; return what says more."""
    look, palette, numerals = canvas.look, canvas.look.palette, canvas.look.numerals
    share, low, high = (float(one[row]) for one in (found.share, found.low, found.high))
    middle, known = top + thick / 2, not math.isnan(share)
    right = max(scale.x(share), scale.left + 1) if known else scale.left
    if known:
        fill = part.color or palette.ordered[3]
        canvas.rectangle((scale.left, top, right, top + thick), fill=fill)
    if not math.isnan(low + high):
        ends = [(scale.x(end), middle) for end in (low, high)]
        canvas.line(ends[0], ends[1], color=palette.ink, width=2)
    said = (
        f"{numerals.share(share)} {numerals.range(low, high)}" if known else numerals.share(share)
    )
    y = middle - _SIZE * LINE_HEIGHT / 2
    canvas.text(
        look.width - _PAD, y, said, size=_SIZE, color=palette.ink2, align="right", kind="share"
    )
    says = hover(
        name,
        part.label,
        look.say(f"conformance.{found.deviation[row]}"),
        said,
        look.say("conformance.journeys", n=numerals.whole(found.journeys[row])),
        look.say("conformance.times", n=numerals.whole(found.times[row])),
    )
    return Marker(x=right, y=middle, size=4, color=palette.ink, hover=says)


def _notes(look: Look, found: Conformance, *, shown: int, every: int) -> list[str]:
    """Return the level of the intervals, what is not drawn, and what no journey has."""
    whole = look.numerals.whole
    notes = [look.say("conformance.how", level=look.numerals.share(found.level))] if every else []
    if not every:
        notes.append(look.say("conformance.none" if len(found) == 0 else "plot.no_data"))
    if shown < every:
        notes.append(look.say("conformance.shown", shown=whole(shown), all=whole(every)))
    if found.unseen:
        names = [look.name(one) for one in found.unseen[:_MOST_ROWS]]
        more = len(found.unseen) - len(names)
        rest = [look.say("conformance.more", n=whole(more))] if more else []
        notes.append(look.say("conformance.unseen", names=", ".join([*names, *rest])))
    return notes
