"""The picture of needs by stage: what is planned, and what was observed."""

from __future__ import annotations

from typing import Any

import attrs
import numpy as np

from touchpoints._core.checks import public
from touchpoints._core.frozen import Array
from touchpoints._core.text import group_text
from touchpoints.experience import NeedCoverage
from touchpoints.plot._shared.canvas import Canvas, Marker, hover
from touchpoints.plot._shared.groups import parts_of, rows_by_group
from touchpoints.plot._shared.look import Look, look_of, require_record, shown
from touchpoints.plot._shared.quantities import shares
from touchpoints.plot._shared.series_legend import PAD, SMALL, notes
from touchpoints.plot._shared.text_widths import LINE_HEIGHT, text_width, wrapped
from touchpoints.taxonomy import Taxonomy

_MOST_SECTIONS = 8
_MOST_NEEDS = 40
_CELL = 34.0
_CARD = 21.0
_LEAST_CELL = 62.0


@attrs.frozen(kw_only=True, eq=False)
class _Section:
    """The rows of one matrix, and what stands above it."""

    title: str
    rows: Array


@public
def need_coverage(
    need_coverage: NeedCoverage,
    *,
    taxonomy: Taxonomy | None = None,
    lang: str = "en",
    dark: bool = False,
    width: int = 960,
) -> Any:
    """Draw needs by stage: where people come with them, and where something is planned.

    Parameters
    ----------
    need_coverage
        What `tp.experience.need_coverage` returned.
    taxonomy, lang, dark, width
        Shared arguments: see `touchpoints.plot`.

    Returns
    -------
    plotly.graph_objects.Figure
        A matrix, needs down and stages across, one for each group and area. The darker a cell, the
        larger its share of the demand, whose number is in it; a triangle marks demand for which
        nothing is planned, a ring what is planned and was not observed. On a telephone, each need
        is a card with a line for each stage. The weighted coverage stands below.

    Raises
    ------
    MissingPackageError
        When plotly is not installed.
    WrongKindError
        When ``need_coverage`` is not a NeedCoverage.

    See Also
    --------
    touchpoints.experience.need_coverage : Compare the plan with what was observed.

    Examples
    --------
    >>> import touchpoints as tp
    >>> found = tp.experience.need_coverage(tp.datasets.shop(100, seed=1))
    >>> figure = tp.plot.need_coverage(found, taxonomy=tp.load_taxonomy("customer"), lang="es")
    >>> figure.layout.annotations[0].text
    'Descubrimiento'
    """
    require_record(need_coverage, NeedCoverage, made_by="tp.experience.need_coverage")
    look = look_of(dark=dark, lang=lang, taxonomy=taxonomy, width=width)
    canvas, y = Canvas(look), PAD
    sections, said = _sections(need_coverage, look)
    marks: list[Marker] = []
    for section in sections:
        y, more = _matrix(canvas, need_coverage, section, marks, top=y)
        said += [more] if more and more not in said else []
    canvas.markers(marks, name="marks")
    if not sections:
        y = canvas.text(PAD, y, look.say("plot.no_data"), color=look.palette.ink2).bottom
        return canvas.figure(y + PAD)
    y = _legend(canvas, need_coverage, top=y)
    return canvas.figure(notes(canvas, [*_said(look, need_coverage), *said], top=y) + PAD)


def _sections(found: NeedCoverage, look: Look) -> tuple[list[_Section], list[str]]:
    """Return a section for each group and area, and what is said of those that are not drawn."""
    parts, note = parts_of(found, look, size=found.interactions)
    sections = []
    for part in parts:
        areas = [None] if found.area is None else list(dict.fromkeys(found.area[part.rows]))
        for area in areas:
            rows = part.rows
            if area is not None and found.area is not None:
                rows = rows[found.area[rows] == area]
            names = [part.label, "" if area is None else look.name(area)]
            title = " · ".join(one for one in names if one)
            sections.append(_Section(title=title, rows=rows))
    said = [note] if note else []
    if len(sections) > _MOST_SECTIONS:
        most = sorted(sections, key=lambda one: -int(found.interactions[one.rows].sum()))
        kept = most[:_MOST_SECTIONS]
        which = look.say("need_coverage.most")
        number = look.numerals.whole(len(sections))
        said.append(look.say("dot_rows.shown", shown=_MOST_SECTIONS, all=number, which=which))
        sections = [one for one in sections if any(one is other for other in kept)]
    return sections, said


def _matrix(
    canvas: Canvas,
    found: NeedCoverage,
    section: _Section,
    marks: list[Marker],
    *,
    top: float,
) -> tuple[float, str]:
    """Draw a matrix; return the y below it, and what is said of needs that are not drawn."""
    look, y = canvas.look, top
    if section.title:
        lines = wrapped(section.title, look.width - 2 * PAD, 12, bold=True, most=3)
        y = canvas.text(PAD, y, lines, bold=True, kind="section").bottom + 4
    needs = list(dict.fromkeys(found.need[section.rows].tolist()))
    stages = list(dict.fromkeys(found.stage[section.rows].tolist()))
    sizes = [
        int(found.interactions[section.rows][found.need[section.rows] == one].sum())
        for one in needs
    ]
    more = ""
    if len(needs) > _MOST_NEEDS:
        kept = {needs[row] for row in np.argsort(sizes, kind="stable")[::-1][:_MOST_NEEDS]}
        which, number = look.say("need_coverage.most"), look.numerals.whole(len(needs))
        more = look.say("dot_rows.shown", shown=_MOST_NEEDS, all=number, which=which)
        needs = [one for one in needs if one in kept]
    cells = {(found.need[row], found.stage[row]): row for row in section.rows.tolist()}
    label = min(max(text_width(look.term("need", one), 12) for one in needs), 0.3 * look.width)
    each = (look.width - 2 * PAD - label - 12) / max(len(stages), 1)
    if look.narrow or each < _LEAST_CELL:
        return _cards(canvas, found, (needs, stages), cells, marks, top=y), more
    y = _heads(canvas, stages, left=PAD + label + 12, each=each, top=y)
    for need in needs:
        lines = wrapped(look.term("need", need), label, 12, most=3)
        high = max(len(lines) * 12 * LINE_HEIGHT + 6, _CELL)
        middle = y + high / 2
        canvas.text(PAD, middle - len(lines) * 12 * LINE_HEIGHT / 2, lines, kind="row")
        for nth, stage in enumerate(stages):
            left = PAD + label + 12 + nth * each
            row = cells.get((need, stage))
            if row is not None:
                box = (left + 1, y + 1, left + each - 1, y + high - 1)
                _cell(canvas, found, row, box, marks)
        y += high
    return y + 10, more


def _heads(canvas: Canvas, stages: list[Any], *, left: float, each: float, top: float) -> float:
    look = canvas.look
    lines = [wrapped(look.term("stage", one), each - 6, SMALL, most=4) for one in stages]
    high = max((len(one) for one in lines), default=0) * SMALL * LINE_HEIGHT
    for nth, rows in enumerate(lines):
        y = top + high - len(rows) * SMALL * LINE_HEIGHT
        middle = left + (nth + 0.5) * each
        how: Any = {"size": SMALL, "color": look.palette.ink2, "align": "center", "kind": "stage"}
        canvas.text(middle, y, rows, **how)
    return top + high + 4


def _cell(
    canvas: Canvas,
    found: NeedCoverage,
    row: int,
    box: tuple[float, float, float, float],
    marks: list[Marker],
) -> None:
    """Draw a cell: a tint by its share, its share as a number, and the mark of a gap."""
    look, palette = canvas.look, canvas.look.palette
    left, top, right, bottom = box
    canvas.rectangle(box, fill=palette.band)
    share = float(found.share[row])
    largest = float(np.nanmax(found.share)) if np.isfinite(found.share).any() else 0.0
    if share > 0 and largest > 0:
        strength = 0.12 + 0.4 * share / largest
        path = f"M {left:.1f},{top:.1f} H {right:.1f} V {bottom:.1f} H {left:.1f} Z"
        canvas.path(path, color=palette.accent, width=0, fill=palette.accent, opacity=strength)
    text = _number(look, found, row)
    middle = (top + bottom) / 2
    how: Any = {"size": SMALL, "align": "center", "kind": "cell"}
    color = palette.ink if share > 0 else palette.ink2
    canvas.text((left + right) / 2, middle - SMALL * LINE_HEIGHT / 2, text, color=color, **how)
    marks.append(_mark(look, found, row, (right - 10, top + 9)))


def _number(look: Look, found: NeedCoverage, row: int) -> str:
    if not found.interactions[row]:
        return "·"
    share = float(found.share[row])
    return look.numerals.share(share, places=1 if share < 0.0095 else None)


def _mark(look: Look, found: NeedCoverage, row: int, at: tuple[float, float]) -> Marker:
    """Return the mark of a cell; invisible, and only to be pointed at, where nothing is missing."""
    planned = None if found.planned is None else int(found.planned[row])
    whole, quantity = look.numerals.whole, shares(look)
    says = hover(
        f"{look.term('need', found.need[row])} · {look.term('stage', found.stage[row])}",
        look.say("need_coverage.observed", n=whole(found.interactions[row])),
        quantity.said(*(float(one[row]) for one in (found.share, found.low, found.high))),
        "" if planned is None else look.say("need_coverage.planned", n=whole(planned)),
    )
    kind, size = _kind(found, row), 9.0
    color, symbol, outline = look.palette.band, "square", ""
    if kind == "unplanned":
        color, symbol = look.palette.pain, "triangle-down"
    elif kind == "unseen":
        color, symbol, outline = look.palette.background, "circle", look.palette.edge
    else:
        size = 0.0
    return Marker(
        x=at[0],
        y=at[1],
        size=size,
        color=color,
        symbol=symbol,
        outline=outline,
        outline_width=1.6,
        hover=says,
    )


def _kind(found: NeedCoverage, row: int) -> str:
    """Return whether a cell has demand without a plan, or a plan without demand."""
    if found.planned is None:
        return ""
    planned, observed = bool(found.planned[row]), bool(found.interactions[row])
    if observed != planned:
        return "unplanned" if observed else "unseen"
    return ""


def _filled(found: NeedCoverage, row: int) -> bool:
    """Return whether something is planned in a cell, or was observed."""
    return bool(found.interactions[row]) or (found.planned is not None and bool(found.planned[row]))


def _cards(
    canvas: Canvas,
    found: NeedCoverage,
    names: tuple[list[Any], list[Any]],
    cells: dict[tuple[Any, Any], int],
    marks: list[Marker],
    *,
    top: float,
) -> float:
    """Draw each need as a card with a line for each stage with a plan or a visit."""
    look, y = canvas.look, top
    needs, stages = names
    filled = {need for (need, _), row in cells.items() if _filled(found, row)}
    needs = [need for need in needs if need in filled]
    room = (look.width - 2 * PAD) * 0.55
    for need in needs:
        lines = wrapped(look.term("need", need), look.width - 2 * PAD, 12, bold=True, most=3)
        y = canvas.text(PAD, y, lines, bold=True, kind="row").bottom + 3
        for stage in stages:
            row = cells.get((need, stage))
            if row is None or not _filled(found, row):
                continue
            said = wrapped(look.term("stage", stage), room, SMALL, most=3)
            high = max(len(said) * SMALL * LINE_HEIGHT + 4, _CARD)
            middle = y + (high - len(said) * SMALL * LINE_HEIGHT) / 2
            how: Any = {"size": SMALL, "color": look.palette.ink2, "kind": "stage"}
            canvas.text(PAD + 4, middle, said, **how)
            box = (PAD + room + 12, y + 1, look.width - PAD, y + high - 1)
            _cell(canvas, found, row, box, marks)
            y += high
        y += 8
    return y + 4


def _legend(canvas: Canvas, found: NeedCoverage, *, top: float) -> float:
    """Say what marks and tints stand for."""
    look, palette = canvas.look, canvas.look.palette
    if found.planned is None:
        return top
    kinds = {_kind(found, row) for row in range(len(found))} - {""}
    y = top
    drawn = []
    for kind, color, symbol, outline in (
        ("unplanned", palette.pain, "triangle-down", ""),
        ("unseen", palette.background, "circle", palette.edge),
    ):
        if kind in kinds:
            lines = wrapped(look.say(f"need_coverage.{kind}"), look.width - 2 * PAD - 18, SMALL)
            drawn.append(
                Marker(
                    x=PAD + 5,
                    y=y + 7,
                    size=9,
                    color=color,
                    symbol=symbol,
                    outline=outline,
                    outline_width=1.6,
                )
            )
            y = canvas.text(PAD + 16, y, lines, size=SMALL, kind="legend").bottom + 4
    canvas.markers(drawn, name="legend")
    return y + 2


def _said(look: Look, found: NeedCoverage) -> list[str]:
    """Return what the numbers are, the weighted coverage of each group, and what is left out."""
    lines = [look.say("need_coverage.share_narrow" if look.narrow else "need_coverage.share")]
    firsts = {None: 0}
    if found.group is not None:
        firsts = {name: int(rows[0]) for name, rows in rows_by_group(found).items()}
    level = look.numerals.share(found.level)
    for name, row in list(firsts.items())[:_MOST_SECTIONS]:
        columns = (found.covered, found.covered_low, found.covered_high)
        numbers = [float(one[row]) for one in columns]
        if numbers[0] == numbers[0]:
            said = look.say("need_coverage.covered", share=shares(look).said(*numbers), level=level)
            lines.append(said if name is None else f"{shown(group_text(name))}: {said}")
    if found.left_out:
        lines.append(look.say("need_coverage.left_out", n=look.numerals.whole(found.left_out)))
    return lines
