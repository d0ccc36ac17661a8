"""The picture of scores: satisfied, neutral and dissatisfied answers of each touchpoint."""

from __future__ import annotations

import math
from typing import Any

import attrs

from touchpoints._core.checks import public
from touchpoints.experience import Assessments
from touchpoints.plot._shared.dot_rows import Dot, Panel, Row, Segment, panel_of
from touchpoints.plot._shared.grouped_rows import marks_of, rows_of_labels
from touchpoints.plot._shared.groups import parts_of
from touchpoints.plot._shared.look import Look, look_of, require_record
from touchpoints.plot._shared.metric_words import metric_name
from touchpoints.plot._shared.quantities import Quantity, numbers, shares
from touchpoints.plot._shared.row_drawing import rows_figure
from touchpoints.plot._shared.series_legend import Mark
from touchpoints.taxonomy import Taxonomy


@public
def assessments(
    assessments: Assessments,
    *,
    taxonomy: Taxonomy | None = None,
    lang: str = "en",
    dark: bool = False,
    width: int = 960,
) -> Any:
    """Draw the scores of touchpoints: who is satisfied and who is not, beside the usual summary.

    Parameters
    ----------
    assessments
        What `tp.experience.assessments` returned.
    taxonomy, lang, dark, width
        Shared arguments: see `touchpoints.plot`.

    Returns
    -------
    plotly.graph_objects.Figure
        A bar from the share of dissatisfied answers, left of the middle, over the neutral ones,
        half on each side, to the satisfied ones at the right; beside it the summary of the metric
        with its interval. Below the name stands the number of answers. Touchpoints without answers
        have a dash. Groups have a line each, in the colour and shape of their dot.

    Raises
    ------
    MissingPackageError
        When plotly is not installed.
    WrongKindError
        When ``assessments`` is not an Assessments.

    See Also
    --------
    touchpoints.experience.assessments : Summarise the scores.
    emotion_curve : Scores along the journey.

    Examples
    --------
    >>> import touchpoints as tp
    >>> log = {"id": [1, 2, 3, 4], "at": ["2026-01-05"] * 4, "what": ["call"] * 4}
    >>> journeys = tp.from_columns(
    ...     log | {"nps": [10, 9, 7, 3]},
    ...     journey="id",
    ...     time="at",
    ...     touchpoint="what",
    ...     per_interaction=["nps"],
    ... )
    >>> figure = tp.plot.assessments(tp.experience.assessments(journeys, metric="nps"))
    >>> [one.text for one in figure.layout.annotations if one.name in ("row", "below")]
    ['call', 'n = 4']
    """
    require_record(assessments, Assessments, made_by="tp.experience.assessments")
    look = look_of(dark=dark, lang=lang, taxonomy=taxonomy, width=width)
    found = assessments
    parts, note = parts_of(found, look, size=found.answers)
    marks = marks_of(parts, look)
    by_label, more = rows_of_labels(
        found.touchpoint, parts, look, size=found.answers, which=look.say("assessments.most")
    )
    quantity = _quantity(look, found)
    rows = [
        Row(
            label=look.name(label),
            below=_number(look, found, [row for _, row in pairs]),
            segments=tuple(one for nth, row in pairs for one in _segments(look, found, row, nth)),
            dots=tuple(_dot(look, found, row, marks[nth], nth, quantity) for nth, row in pairs),
        )
        for label, pairs in by_label.items()
    ]
    signed = found.summary == "net"
    panels = [
        _shares_panel(look, rows),
        panel_of(
            [dot for row in rows for dot in row.dots],
            title=look.say(f"assessments.{found.summary}"),
            quantity=quantity,
            reference=0.0 if signed or found.summary == "top_box" else None,
            within=(0.0, 1.0) if found.summary == "top_box" else (-math.inf, math.inf),
        ),
    ]
    legend = [*_legend(look), *(one for one in marks if one.label)]
    metric = look.say("assessments.metric", metric=metric_name(look, found.metric))
    level = look.say("dot_rows.intervals", level=look.numerals.share(found.level))
    said = [metric, level, more, note]
    if found.outside:
        said.append(look.say("assessments.outside", n=look.numerals.whole(found.outside)))
    return rows_figure(look, rows, panels, legend=legend if rows else (), said=said)


def _quantity(look: Look, found: Assessments) -> Quantity:
    if found.summary == "top_box":
        return shares(look)
    if found.summary == "net":
        return Quantity(numerals=look.numerals, places=0, signed=True)
    return numbers(look, found.score.tolist())


def _number(look: Look, found: Assessments, rows: list[int]) -> str:
    total = sum(int(found.answers[row]) for row in rows)
    return look.say("plot.n", n=look.numerals.whole(total))


def _segments(look: Look, found: Assessments, row: int, lane: int) -> list[Segment]:
    """Return the parts of a bar around the middle of the neutral answers."""
    good, bad = float(found.satisfied[row]), float(found.dissatisfied[row])
    if good != good or bad != bad:
        return []
    neutral = max(1 - good - bad, 0.0)
    cuts = (-neutral / 2 - bad, -neutral / 2, neutral / 2, neutral / 2 + good)
    colors = _colors(look)
    segments = []
    for nth, name in enumerate(("dissatisfied", "neutral", "satisfied")):
        share = (bad, neutral, good)[nth]
        said = look.numerals.share(share)
        if name != "neutral":
            ends = (getattr(found, f"{name}_{end}")[row] for end in ("low", "high"))
            said = shares(look).said(share, *map(float, ends))
        segments.append(
            Segment(
                start=cuts[nth],
                end=cuts[nth + 1],
                color=colors[nth],
                lane=lane,
                hover=(f"{look.say(f'assessments.{name}')}: {said}",),
            )
        )
    return segments


def _colors(look: Look) -> tuple[str, str, str]:
    valence = look.palette.valence
    return valence[1], valence[2], valence[3]


def _dot(
    look: Look, found: Assessments, row: int, mark: Mark, lane: int, quantity: Quantity
) -> Dot:
    value, low, high = (float(one[row]) for one in (found.score, found.low, found.high))
    said = quantity.said(value, low, high)
    n = _number(look, found, [row])
    return Dot(
        value=value, low=low, high=high, mark=mark, text=said, hover=(said, n), panel=1, lane=lane
    )


def _shares_panel(look: Look, rows: list[Row]) -> Panel:
    ends = [end for row in rows for one in row.segments for end in (one.start, one.end)]
    widest = min(max((abs(one) for one in ends), default=0.5) * 1.04, 1.0)
    title = look.say("assessments.shares")
    both = attrs.evolve(shares(look), absolute=True)
    return Panel(title=title, quantity=both, low=-widest, high=widest, reference=0.0)


def _legend(look: Look) -> list[Mark]:
    names = ("dissatisfied", "neutral", "satisfied")
    return [
        Mark(label=look.say(f"assessments.{name}"), color=color, symbol="square")
        for name, color in zip(names, _colors(look), strict=True)
    ]
