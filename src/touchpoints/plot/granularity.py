"""The picture of granularity: what typings keep, from coarse to fine."""

from __future__ import annotations

from typing import Any

import numpy as np

from touchpoints._core.checks import public
from touchpoints._core.frozen import Array
from touchpoints.experience import Granularity
from touchpoints.plot._shared.canvas import Box, Canvas, hover
from touchpoints.plot._shared.cross_axes import (
    Axes,
    axes_of,
    draw_across,
    draw_vertical,
    free_place,
)
from touchpoints.plot._shared.look import Look, look_of, require_record
from touchpoints.plot._shared.metric_words import asked
from touchpoints.plot._shared.quantities import Quantity, numbers
from touchpoints.plot._shared.series_legend import PAD, SMALL, Mark, notes, series_legend
from touchpoints.plot._shared.text_widths import wrapped
from touchpoints.taxonomy import Taxonomy

_MERGED, _ALL = "(merged)", "(all)"
_HIGH = 320.0


@public
def granularity(
    granularity: Granularity,
    *,
    taxonomy: Taxonomy | None = None,
    lang: str = "en",
    dark: bool = False,
    width: int = 960,
) -> Any:
    """Draw how much typings keep of what is asked, from one group of all to every touchpoint.

    Parameters
    ----------
    granularity
        What `tp.experience.granularity` returned.
    taxonomy, lang, dark, width
        Shared arguments: see `touchpoints.plot`.

    Returns
    -------
    plotly.graph_objects.Figure
        Across stands the number of groups, upward the bits that are kept on people held out. The
        curve, with the band of its intervals, is of touchpoints merged step by step; diamonds with
        a line are other typings, such as the channel. Typings that keep enough are filled, others
        hollow; the star is the chosen one, the coarsest that keeps enough.

    Raises
    ------
    MissingPackageError
        When plotly is not installed.
    WrongKindError
        When ``granularity`` is not a Granularity.

    See Also
    --------
    touchpoints.experience.granularity : Find the coarsest typing that keeps enough.

    Examples
    --------
    >>> import touchpoints as tp
    >>> shop = tp.until(tp.datasets.shop(200, seed=1), "purchase", outcome="purchase")
    >>> found = tp.experience.granularity(shop, seed=1, resamples=0)
    >>> figure = tp.plot.granularity(found, lang="es")
    >>> [one.text for one in figure.layout.annotations if one.name == "axis"][1]
    'número de grupos'
    """
    require_record(granularity, Granularity, made_by="tp.experience.granularity")
    look = look_of(dark=dark, lang=lang, taxonomy=taxonomy, width=width)
    found, canvas = granularity, Canvas(look)
    if not len(found):
        end = canvas.text(PAD, PAD, look.say("plot.no_data"), color=look.palette.ink2).bottom
        return canvas.figure(end + PAD)
    y = series_legend(canvas, _legend(look, found), top=PAD)
    columns = np.concatenate([found.bits, found.low, found.high, [0.0]])
    known = columns[np.isfinite(columns)]
    room = 0.06 * float(known.max() - known.min()) or 0.5
    y_range = (float(known.min()) - room, float(known.max()) + room)
    x_range = (float(found.groups.min()) - 0.6, float(found.groups.max()) + 0.6)
    quantity, groups = numbers(look, y_range), numbers(look, [1000.0])
    axes = axes_of(canvas, x=x_range, y=y_range, y_quantity=quantity, top=y + 34, high=_HIGH)
    title = look.say(
        "dot_rows.interval",
        what=look.say("granularity.bits", of=asked(look, found.of)),
        level=look.numerals.share(found.level),
    )
    draw_vertical(canvas, axes, quantity, title=title)
    below = draw_across(canvas, axes, groups, title=look.say("granularity.groups"))
    zero = axes.y(0.0)
    canvas.line((axes.left, zero), (axes.right, zero), color=look.palette.edge, width=1.2)
    _curve(canvas, axes, found)
    boxes = _points(canvas, axes, found, quantity)
    _labels(canvas, axes, found, boxes)
    return canvas.figure(notes(canvas, _said(look, found), top=below) + PAD)


def _steps(found: Granularity) -> Array:
    """Return the rows of the curve: all in one, and touchpoints merged step by step."""
    rows = np.flatnonzero((found.typing == _MERGED) | (found.typing == _ALL))
    return rows[np.argsort(found.groups[rows], kind="stable")]


def _curve(canvas: Canvas, axes: Axes, found: Granularity) -> None:
    """Draw the curve and its band; where a number is not known there is a gap."""
    run: list[int] = []
    for row in [*_steps(found).tolist(), -1]:
        if row >= 0 and np.isfinite(found.bits[row]):
            run.append(row)
            continue
        if len(run) > 1:
            xs = [axes.x(float(found.groups[one])) for one in run]
            bounded = [one for one in run if np.isfinite(found.low[one] + found.high[one])]
            if len(bounded) == len(run):
                ends = [
                    [axes.y(float(side[one])) for one in run] for side in (found.low, found.high)
                ]
                canvas.band(xs, ends[0], ends[1], name="band")
            ys = [axes.y(float(found.bits[one])) for one in run]
            canvas.curve(xs, ys, color=canvas.look.palette.curve, name="curve")
        run = []


def _mark(look: Look, found: Granularity, row: int) -> Mark:
    """Return how a typing looks."""
    enough, typing = bool(found.enough[row]), str(found.typing[row])
    if found.chosen[row]:
        return Mark(color=look.palette.moment, symbol="star", size=16)
    if typing in (_MERGED, _ALL):
        return Mark(color=look.palette.curve, size=7, hollow=not enough)
    return Mark(color=look.palette.accent, symbol="diamond", size=10, hollow=not enough)


def _points(canvas: Canvas, axes: Axes, found: Granularity, quantity: Quantity) -> list[Box]:
    """Draw the points and the lines of other typings; return the rectangles of points."""
    look, drawn, boxes = canvas.look, [], []
    for row in range(len(found)):
        if not np.isfinite(found.bits[row]):
            continue
        x, y = axes.x(float(found.groups[row])), axes.y(float(found.bits[row]))
        mark = _mark(look, found, row)
        ends = (float(found.low[row]), float(found.high[row]))
        other = str(found.typing[row]) not in (_MERGED, _ALL)
        if other and np.isfinite(ends[0] + ends[1]):
            canvas.line((x, axes.y(ends[0])), (x, axes.y(ends[1])), color=look.palette.accent)
        kept = look.say("granularity.kept", share=look.numerals.share(found.kept[row]))
        number = look.say("granularity.n", n=look.numerals.whole(found.groups[row]))
        said = quantity.said(float(found.bits[row]), *ends)
        drawn.append(
            mark.at(canvas, x, y, hover=hover(_name(look, found, row), number, said, kept))
        )
        half = mark.size / 2
        boxes.append(Box(x - half, y - half, x + half, y + half, "dot", ""))
    canvas.markers(drawn, name="dots")
    return boxes


def _name(look: Look, found: Granularity, row: int) -> str:
    typing = str(found.typing[row])
    if typing == _ALL:
        return look.say("granularity.all")
    if typing == _MERGED:
        return look.say("granularity.merged")
    known = ("touchpoint", "channel", "type", "type and need")
    if typing in known:
        return look.say(f"granularity.{typing.replace(' ', '_')}")
    return look.name(typing)


def _labels(canvas: Canvas, axes: Axes, found: Granularity, boxes: list[Box]) -> None:
    """Name the chosen typing and the other ones, where there is room."""
    order = sorted(range(len(found)), key=lambda row: (not found.chosen[row], row))
    for row in order:
        other = str(found.typing[row]) not in (_MERGED, _ALL)
        if not (other or found.chosen[row]) or not np.isfinite(found.bits[row]):
            continue
        text = _name(canvas.look, found, row)
        if found.chosen[row]:
            number = canvas.look.numerals.whole(found.groups[row])
            if found.typing[row] != _ALL:
                text = canvas.look.say("granularity.chosen", name=text, n=number)
        at = (axes.x(float(found.groups[row])), axes.y(float(found.bits[row])))
        bold = bool(found.chosen[row])
        for most in (150, 90):
            lines = wrapped(text, most, SMALL, bold=bold, most=4)
            how: Any = {"taken": boxes, "within": axes, "away": 14, "bold": bold}
            corner = free_place(canvas, lines, at=at, **how)
            if corner is not None:
                canvas.text(*corner, lines, size=SMALL, bold=bold, kind="label")
                break


def _legend(look: Look, found: Granularity) -> list[Mark]:
    palette = look.palette
    marks = [
        Mark(label=look.say("granularity.merged"), color=palette.curve),
        Mark(label=look.say("granularity.lens"), color=palette.accent, symbol="diamond"),
        Mark(label=look.say("granularity.best"), color=palette.moment, symbol="star"),
    ]
    if not found.enough.all():
        label = look.say("granularity.not_enough")
        marks.append(Mark(label=label, color=palette.ink2, hollow=True))
    return marks


def _said(look: Look, found: Granularity) -> list[str]:
    row = int(np.flatnonzero(found.chosen)[0]) if found.chosen.any() else -1
    lines = []
    if row >= 0 and found.typing[row] == _ALL:
        lines.append(look.say("granularity.nothing"))
    if found.epsilon is None:
        lines.append(look.say("granularity.by_interval"))
    else:
        bits = look.numerals.compact(found.epsilon)
        lines.append(look.say("granularity.by_epsilon", bits=bits))
    if found.stability == found.stability:
        number = look.numerals.number(found.stability)
        lines.append(look.say("granularity.stability", number=number))
    return lines
