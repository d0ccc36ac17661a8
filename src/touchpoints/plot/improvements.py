"""The picture of what to improve: findings by the lever that they call for."""

from __future__ import annotations

import re
from typing import Any

import numpy as np

from touchpoints._core.checks import public
from touchpoints.experience import Improvements
from touchpoints.plot._shared.canvas import Canvas
from touchpoints.plot._shared.dot_rows import Dot, Panel, Row, panel_of, shown_rows
from touchpoints.plot._shared.look import Look, look_of, require_record, shown
from touchpoints.plot._shared.quantities import Quantity, points
from touchpoints.plot._shared.row_drawing import draw_rows
from touchpoints.plot._shared.series_legend import PAD, Mark, notes
from touchpoints.plot._shared.text_widths import wrapped
from touchpoints.taxonomy import Taxonomy

_LEVERS = (
    "training",
    "website_optimisation",
    "personalisation",
    "feedback",
    "quality_advertising",
    "incentive",
)
_MEASURES = (
    *("reach", "exit", "conversion", "effect", "lift", "score", "satisfied", "dissatisfied"),
    *("importance", "alignment", "observed", "interactions", "journeys", "answers"),
)
_SHARES = (*_MEASURES[:4], "satisfied", "dissatisfied", "importance", "observed")
_COUNTS = ("interactions", "journeys", "answers")
_TOLD = re.compile(r"^(\S+) (\S+)(?: \[(\S+), (\S+)\])? (above|below) (\S+)$")
_MOST = 24


@public
def improvements(
    improvements: Improvements,
    *,
    taxonomy: Taxonomy | None = None,
    lang: str = "en",
    dark: bool = False,
    width: int = 960,
) -> Any:
    """Draw what to improve: the findings under each lever, and how much is at stake.

    Parameters
    ----------
    improvements
        What `tp.experience.improvements` returned, in the language asked for there.
    taxonomy, lang, dark, width
        Shared arguments: see `touchpoints.plot`.

    Returns
    -------
    plotly.graph_objects.Figure
        Under each lever, the one with the largest stake first, a row for each finding: the
        touchpoint, what was found and the evidence, and a bar for the size at stake with its
        interval. Of many findings, those with the largest stakes are drawn, and the figure says how
        many. Rules that were not asked for lack of a measure are counted below.

    Raises
    ------
    MissingPackageError
        When plotly is not installed.
    WrongKindError
        When ``improvements`` is not an Improvements.

    See Also
    --------
    touchpoints.experience.improvements : Turn findings into levers.

    Examples
    --------
    >>> import touchpoints as tp
    >>> shop = tp.until(tp.datasets.shop(400, seed=1), "purchase", outcome="purchase")
    >>> own = {"rule": [{"id": "leaving", "lever": "training", "above": {"exit": 0.3}}]}
    >>> found = tp.experience.improvements(tp.experience.scorecard(shop), rules=own)
    >>> tp.plot.improvements(found, lang="es").layout.annotations[0].text
    '<b>Formación</b>'
    """
    require_record(improvements, Improvements, made_by="tp.experience.improvements")
    look = look_of(dark=dark, lang=lang, taxonomy=taxonomy, width=width)
    found, canvas, y = improvements, Canvas(look), PAD
    chosen, more = shown_rows(found.stake, look, which=look.say("improvements.most"), most=_MOST)
    quantity = Quantity(numerals=look.numerals, places=0)
    dots = [_dot(look, found, row, quantity) for row in chosen]
    panel = panel_of(dots, title=look.say("improvements.stake"), quantity=quantity, reference=0.0)
    levers = list(dict.fromkeys(str(found.lever[row]) for row in chosen))
    for lever in levers:
        pairs = [
            (row, dot)
            for row, dot in zip(chosen, dots, strict=True)
            if str(found.lever[row]) == lever
        ]
        y = _section(canvas, found, lever, pairs, panel, top=y)
    if not chosen:
        y = canvas.text(PAD, y, look.say("improvements.none"), color=look.palette.ink2).bottom + 4
    return canvas.figure(notes(canvas, [more, *_said(look, found)], top=y) + PAD)


def _section(
    canvas: Canvas,
    found: Improvements,
    lever: str,
    pairs: list[tuple[int, Dot]],
    panel: Panel,
    *,
    top: float,
) -> float:
    """Draw a lever and its findings; return the y below."""
    look = canvas.look
    title = look.say(f"improvements.{lever}") if lever in _LEVERS else look.name(lever)
    lines = wrapped(title, look.width - 2 * PAD, 13, bold=True, most=3)
    y = canvas.text(PAD, top, lines, size=13, bold=True, kind="lever").bottom + 5
    rows = [
        Row(label=look.name(found.touchpoint[row]), below=_told(look, found, row), dots=(dot,))
        for row, dot in pairs
    ]
    return draw_rows(canvas, rows, [panel], top=y) + 10


def _told(look: Look, found: Improvements, row: int) -> str:
    """Return what was found, and the evidence."""
    return f"{shown(str(found.finding[row]))}: {evidence_text(look, str(found.evidence[row]))}"


def _dot(look: Look, found: Improvements, row: int, quantity: Quantity) -> Dot:
    value, low, high = (float(one[row]) for one in (found.stake, found.low, found.high))
    said = quantity.said(value, low, high)
    if low == high:
        low = high = float("nan")
        said = quantity.value(value)
    finding = shown(str(found.finding[row]))
    lines = (finding, evidence_text(look, str(found.evidence[row])), said)
    mark = Mark(color=look.palette.opportunity)
    return Dot(value=value, low=low, high=high, mark=mark, text=said, hover=lines, bar=True)


def evidence_text(look: Look, evidence: str) -> str:
    """Return the evidence in the language, with its way of writing numbers."""
    return "; ".join(_condition(look, one) for one in evidence.split("; "))


def _condition(look: Look, text: str) -> str:
    """Return one condition, such as "exit 0.41 [0.38, 0.44] above 0.3"; other text as it is."""
    found = _TOLD.match(text)
    if found is None:
        return shown(text)
    name = found[1]
    numbers = [float("nan") if one is None else _number(one) for one in found.group(2, 3, 4, 6)]
    if any(one is None for one in numbers):
        return shown(text)
    value, low, high, bound = (float(one) for one in numbers if one is not None)
    places = 0 if name in _COUNTS else 2
    quantity = Quantity(numerals=look.numerals, share=name in _SHARES, places=places)
    if name == "lift":
        quantity = points(look)
    title = look.say(f"scorecard.{name}") if name in _MEASURES else look.name(name)
    return look.say(
        f"improvements.{found[5]}",
        name=title,
        value=quantity.said(value, low, high),
        bound=quantity.value(bound),
    )


def _number(text: str) -> float | None:
    try:
        return float(text)
    except ValueError:
        return None


def _said(look: Look, found: Improvements) -> list[str]:
    lines = [look.say("improvements.about")] if len(found) else []
    if found.unasked:
        lines.append(look.say("improvements.unasked", n=look.numerals.whole(len(found.unasked))))
    if bool(np.isfinite(found.low).any()):
        lines.append(look.say("improvements.interval"))
    return lines
