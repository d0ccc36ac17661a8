"""The picture of a funnel: how far journeys get, and where most are lost."""

from __future__ import annotations

from typing import Any

import numpy as np

from touchpoints._core.checks import public
from touchpoints.paths import Funnel
from touchpoints.plot._shared.canvas import Canvas, Marker, hover
from touchpoints.plot._shared.groups import Part, group_legend, parts_of
from touchpoints.plot._shared.look import Look, look_of, require_record
from touchpoints.plot._shared.text_widths import LINE_HEIGHT, text_width, wrapped
from touchpoints.taxonomy import Taxonomy

_PAD = 8.0
_BAR = 22.0
_BAR_OF_GROUP = 16.0


@public
def funnel(
    funnel: Funnel,
    *,
    taxonomy: Taxonomy | None = None,
    lang: str = "en",
    dark: bool = False,
    width: int = 960,
) -> Any:
    """Draw a funnel: a bar for each step, with its interval and what is lost before it.

    Parameters
    ----------
    funnel
        What `tp.paths.funnel` returned.
    taxonomy, lang, dark, width
        Shared arguments: see `touchpoints.plot`.

    Returns
    -------
    plotly.graph_objects.Figure
        The length of a bar is the share of the journeys that reach the first step (in an open
        funnel, of all journeys), the thin line its interval. The largest loss from one step to the
        next is coloured. Of groups, the eight with the most journeys are drawn, in a colour each.

    Raises
    ------
    MissingPackageError
        When plotly is not installed.
    WrongKindError
        When ``funnel`` is not a Funnel.

    See Also
    --------
    touchpoints.paths.funnel : Count the journeys that reach each step.

    Examples
    --------
    >>> import touchpoints as tp
    >>> steps = ["search_query", "review_read", "purchase"]
    >>> found = tp.paths.funnel(tp.datasets.shop(100, seed=1), steps)
    >>> figure = tp.plot.funnel(found, taxonomy=tp.load_taxonomy("customer"), lang="es")
    >>> figure.layout.annotations[0].text
    '<b>Búsqueda en internet</b>'
    """
    require_record(funnel, Funnel, made_by="tp.paths.funnel")
    look = look_of(dark=dark, lang=lang, taxonomy=taxonomy, width=width)
    canvas = Canvas(look)
    parts, note = parts_of(funnel, look, size=funnel.journeys)
    y = group_legend(canvas, parts, note, top=_PAD)
    steps = len(parts[0].rows) if parts else 0
    for step in range(steps):
        y = _step(canvas, funnel, parts, step, top=y)
    if not steps:
        y = canvas.text(_PAD, y, look.say("plot.no_data"), color=look.palette.ink2).bottom
    return canvas.figure(y + _PAD)


def _step(canvas: Canvas, funnel: Funnel, parts: list[Part], step: int, *, top: float) -> float:
    """Draw a step: its name, and a bar for each group; return where the next one begins."""
    look = canvas.look
    name = look.name(funnel.step[parts[0].rows[step]])
    room = look.width - 2 * _PAD
    lines = wrapped(name, room, 12, bold=True, most=3)
    y = canvas.text(_PAD, top, lines, bold=True, kind="step").bottom + 3
    for part in parts:
        y = _bar(canvas, funnel, part, step, top=y)
    return y + 12


def _bar(canvas: Canvas, funnel: Funnel, part: Part, step: int, *, top: float) -> float:
    look, row, palette = canvas.look, int(part.rows[step]), canvas.look.palette
    share, low, high = _shares(funnel, row)
    said = _said(look, funnel, row, first=step == 0)
    column = max(text_width(said, 11), 150 if not look.narrow else 0) + 12
    full = look.width - 2 * _PAD - (0 if look.narrow else column)
    thick = _BAR if funnel.group is None else _BAR_OF_GROUP
    middle = top + thick / 2
    known = 0.0 if np.isnan(share) else share
    right = _PAD + max(full * known, 1.0)
    canvas.rectangle((_PAD, top, right, top + thick), fill=part.color or palette.ordered[3])
    if step and high > low:
        ends = [(_PAD + full * end, middle) for end in (low, high)]
        canvas.line(ends[0], ends[1], color=palette.ink, width=2)
    says = hover(look.name(funnel.step[row]), part.label, said, _lost(look, funnel, row, step))
    canvas.markers([Marker(x=right, y=middle, size=4, color=palette.ink, hover=says)], name="bars")
    beside = top + (thick - 11 * LINE_HEIGHT) / 2
    if look.narrow:
        beside = top + thick + 2
    edge = look.width - _PAD
    box = canvas.text(edge, beside, said, size=11, color=palette.ink2, align="right", kind="share")
    _loss(canvas, funnel, part, step, at=(max(right, _PAD + full * _end(high, share)) + 8, beside))
    return max(top + thick, box.bottom if look.narrow else 0) + 4


def _shares(funnel: Funnel, row: int) -> tuple[float, float, float]:
    """Return the share that a bar shows, and its interval."""
    name = "of_all" if funnel.kind == "open" else "of_first"
    return tuple(float(getattr(funnel, name + end)[row]) for end in ("", "_low", "_high"))  # type: ignore[return-value]


def _end(high: float, share: float) -> float:
    return high if high == high else 0.0 if share != share else share


def _said(look: Look, funnel: Funnel, row: int, *, first: bool) -> str:
    share, low, high = _shares(funnel, row)
    number = look.say("plot.n", n=look.numerals.whole(funnel.journeys[row]))
    if first and funnel.kind != "open":
        return number
    return f"{look.numerals.share(share)} {look.numerals.range(low, high)}"


def _lost(look: Look, funnel: Funnel, row: int, step: int) -> str:
    """Return how many of those at the previous step do not reach this one."""
    kept = float(funnel.of_previous[row])
    if not step or np.isnan(kept) or funnel.kind == "open":
        return ""
    return look.say("funnel.lost", share=look.numerals.share(1 - kept))


def _loss(
    canvas: Canvas, funnel: Funnel, part: Part, step: int, *, at: tuple[float, float]
) -> None:
    """Write what is lost before a step after its bar, where there is room; the most in colour."""
    look, row = canvas.look, int(part.rows[step])
    text = _lost(look, funnel, row, step)
    left = look.width - 2 * _PAD - at[0] - (0 if look.narrow else 170)
    if look.narrow:
        at, left = (_PAD, at[1]), look.width - 2 * _PAD - 130
    if not text or text_width(text, 11) > left:
        return
    kept = funnel.of_previous[part.rows[1:]]
    most = bool(np.nanmin(kept) == funnel.of_previous[row])
    color = look.palette.pain if most else look.palette.ink2
    canvas.text(at[0], at[1], text, size=11, color=color, kind="loss")
