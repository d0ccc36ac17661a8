"""The picture of the emotion curve: how people feel along the journey."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import numpy as np

from touchpoints._core.checks import public
from touchpoints.experience import EmotionCurve
from touchpoints.plot._shared.canvas import Canvas, Marker, hover
from touchpoints.plot._shared.cross_axes import Axes, axes_of, draw_vertical
from touchpoints.plot._shared.grouped_rows import marks_of
from touchpoints.plot._shared.groups import Part, parts_of
from touchpoints.plot._shared.look import Look, look_of, require_record
from touchpoints.plot._shared.metric_words import metric_name
from touchpoints.plot._shared.quantities import Quantity
from touchpoints.plot._shared.series_legend import PAD, SMALL, Mark, notes, series_legend
from touchpoints.plot._shared.text_widths import LINE_HEIGHT, text_width, wrapped
from touchpoints.taxonomy import Taxonomy

_HIGH = 260.0
_MOST_PLACES = 60


@public
def emotion_curve(
    emotion_curve: EmotionCurve,
    *,
    taxonomy: Taxonomy | None = None,
    lang: str = "en",
    dark: bool = False,
    width: int = 960,
) -> Any:
    """Draw the mean score along the journey, by position or by stage.

    Parameters
    ----------
    emotion_curve
        What `tp.experience.emotion_curve` returned.
    taxonomy, lang, dark, width
        Shared arguments: see `touchpoints.plot`.

    Returns
    -------
    plotly.graph_objects.Figure
        The valence from -1, the worst end of the scale, to 1, the best, with a line at 0, the band
        of its intervals and the number of answers below. Places without answers are a gap. Dots
        are coloured by valence; groups have a colour, a shape and upright lines in place of a band.

    Raises
    ------
    MissingPackageError
        When plotly is not installed.
    WrongKindError
        When ``emotion_curve`` is not an EmotionCurve.

    See Also
    --------
    touchpoints.experience.emotion_curve : Follow the mean score.
    assessments : Scores by touchpoint.

    Examples
    --------
    >>> import touchpoints as tp
    >>> rows = [{"id": 1, "at": f"2026-01-0{d}", "do": "a", "csat": s} for d, s in ((1, 5), (2, 1))]
    >>> journeys = tp.from_records(
    ...     rows, journey="id", time="at", touchpoint="do", per_interaction=["csat"]
    ... )
    >>> figure = tp.plot.emotion_curve(tp.experience.emotion_curve(journeys, metric="csat"))
    >>> [one.text for one in figure.layout.annotations if one.name == "place"]
    ['1', '2']
    """
    require_record(emotion_curve, EmotionCurve, made_by="tp.experience.emotion_curve")
    look = look_of(dark=dark, lang=lang, taxonomy=taxonomy, width=width)
    found, canvas = emotion_curve, Canvas(look)
    parts, note = parts_of(found, look, size=found.answers)
    places = list(dict.fromkeys(map(str, found.place.tolist())))
    drawn = places[:_MOST_PLACES]
    if not parts:
        end = canvas.text(PAD, PAD, look.say("plot.no_data"), color=look.palette.ink2).bottom
        return canvas.figure(end + PAD)
    marks = marks_of(parts, look)
    y = series_legend(canvas, marks, top=PAD)
    quantity = Quantity(numerals=look.numerals, places=2, signed=True)
    axes = axes_of(
        canvas,
        x=(-0.5, len(drawn) - 0.5),
        y=(-1.08, 1.08),
        y_quantity=quantity,
        top=y + 34,
        high=_HIGH,
    )
    title = look.say(
        "dot_rows.interval",
        what=look.say("emotion_curve.valence", metric=metric_name(look, found.metric)),
        level=look.numerals.share(found.level),
    )
    draw_vertical(canvas, axes, quantity, title=title)
    zero = axes.y(0.0)
    canvas.line((axes.left, zero), (axes.right, zero), color=look.palette.edge, width=1.2)
    apart = min(9.0, (axes.right - axes.left) / len(drawn) / (len(parts) + 1))
    for nth, (part, mark) in enumerate(zip(parts, marks, strict=True)):
        aside = (nth - (len(parts) - 1) / 2) * apart
        _curve(canvas, axes, found, part, mark, places=drawn, aside=aside)
    below, unnamed = _places(canvas, axes, found, drawn)
    said = _said(look, found, shown=len(drawn), places=len(places))
    if unnamed:
        said.append(look.say("emotion_curve.names", n=look.numerals.whole(unnamed)))
    return canvas.figure(notes(canvas, [*said, note], top=below + 4) + PAD)


def _curve(
    canvas: Canvas,
    axes: Axes,
    found: EmotionCurve,
    part: Part,
    mark: Mark,
    *,
    places: list[str],
    aside: float,
) -> None:
    """Draw one curve: its band or upright lines, the line between neighbours, and its dots.

    Curves of groups are a little aside of each other, so that no dot hides another.
    """
    rows = {str(found.place[row]): row for row in part.rows.tolist()}
    spots = []
    for nth, place in enumerate(places):
        row = rows.get(place)
        if row is not None and np.isfinite(found.valence[row]):
            x, y = axes.x(float(nth)) + aside, axes.y(float(found.valence[row]))
            spots.append((nth, row, x, y))
    color = part.color or canvas.look.palette.curve
    for run in _runs([one[0] for one in spots]):
        _run(canvas, axes, found, [spots[one] for one in run], color=color, alone=not part.label)
    canvas.markers(
        [_dot(canvas.look, found, row, part, mark, at=(x, y)) for _, row, x, y in spots],
        name=f"dots {part.label}".strip(),
    )


def _runs(places: list[int]) -> list[list[int]]:
    """Return which of the places with a number follow each other without a gap."""
    runs: list[list[int]] = [[0]] if places else []
    for nth, (one, other) in enumerate(pairwise(places), 1):
        if other == one + 1:
            runs[-1].append(nth)
        else:
            runs.append([nth])
    return runs


def _run(
    canvas: Canvas,
    axes: Axes,
    found: EmotionCurve,
    spots: list[tuple[int, int, float, float]],
    *,
    color: str,
    alone: bool,
) -> None:
    """Draw a stretch of the curve, with a band where there is one curve alone."""
    rows = [one[1] for one in spots]
    known = np.isfinite(found.valence_low[rows]) & np.isfinite(found.valence_high[rows])
    ends = [
        (axes.y(float(found.valence_low[row])), axes.y(float(found.valence_high[row])))
        if found.valence_low[row] == found.valence_low[row]
        else (y, y)
        for _, row, _, y in spots
    ]
    xs = [one[2] for one in spots]
    if alone and known.all() and len(spots) > 1:
        canvas.band(xs, [one[0] for one in ends], [one[1] for one in ends], name="band")
    else:
        for x, (low, high) in zip(xs, ends, strict=True):
            if low != high:
                canvas.line((x, low), (x, high), color=color, width=1.6)
    if len(spots) > 1:
        canvas.curve(xs, [one[3] for one in spots], color=color, name="curve")


def _dot(
    look: Look,
    found: EmotionCurve,
    row: int,
    part: Part,
    mark: Mark,
    *,
    at: tuple[float, float],
) -> Marker:
    quantity = Quantity(numerals=look.numerals, places=2, signed=True)
    ends = (found.valence, found.valence_low, found.valence_high)
    said = quantity.said(*(float(one[row]) for one in ends))
    mean = look.say("emotion_curve.mean", mean=look.numerals.number(float(found.mean[row])))
    n = look.say("plot.n", n=look.numerals.whole(found.answers[row]))
    color = part.color or look.palette.valence_of(float(found.valence[row]))
    return Marker(
        x=at[0],
        y=at[1],
        size=9,
        color=color,
        symbol=mark.symbol,
        outline=look.palette.outline,
        hover=hover(_place(look, found.place[row]), part.label, said, mean, n),
    )


def _place(look: Look, place: object) -> str:
    text = str(place)
    return text if text.isdigit() else look.term("stage", text)


def _places(
    canvas: Canvas, axes: Axes, found: EmotionCurve, places: list[str]
) -> tuple[float, int]:
    """Write the names of places and their numbers of answers, as far as there is room.

    Returns the y below, and the number of names without room.
    """
    look = canvas.look
    each = (axes.right - axes.left) / max(len(places), 1)
    y, deepest, free, unnamed = axes.bottom + 4, axes.bottom + 4, 0.0, 0
    for nth, place in enumerate(places):
        total = int(found.answers[found.place == place].sum())
        number = look.say("plot.n", n=look.numerals.whole(total))
        fits = text_width(number, 10) <= each - 4
        lines = wrapped(_place(look, place), max(each - 6, 18), SMALL, most=5)
        half = max(text_width(line, SMALL) for line in lines) / 2
        x = axes.x(float(nth))
        x = min(x, look.width - half - 1)
        if x - half < free:
            unnamed += not place.isdigit()
            continue
        free = x + half + 4
        how: Any = {"align": "center", "color": look.palette.ink2}
        box = canvas.text(x, y, lines, size=SMALL, kind="place", **how)
        deepest = max(deepest, box.bottom)
        if fits:
            box = canvas.text(x, box.bottom, number, size=10, kind="n", **how)
            deepest = max(deepest, box.bottom)
    if places and places[0].isdigit():
        title = wrapped(look.say("emotion_curve.position"), axes.right - axes.left, SMALL, most=2)
        how = {"size": SMALL, "color": look.palette.ink2, "kind": "axis"}
        deepest = canvas.text(axes.left, deepest + 2, title, **how).bottom
    return deepest + LINE_HEIGHT, unnamed


def _said(look: Look, found: EmotionCurve, *, shown: int, places: int) -> list[str]:
    whole, said = look.numerals.whole, []
    if shown < places:
        which = look.say("emotion_curve.first")
        said.append(look.say("dot_rows.shown", shown=whole(shown), all=whole(places), which=which))
    if bool((found.valence != found.valence).any()):
        said.append(look.say("emotion_curve.gap"))
    if found.beyond:
        said.append(look.say("emotion_curve.beyond", n=whole(found.beyond)))
    if found.outside:
        said.append(look.say("assessments.outside", n=whole(found.outside)))
    return said
