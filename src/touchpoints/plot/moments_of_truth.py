"""The picture of moments of truth: where a bad experience goes with another outcome."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from touchpoints._core.checks import public
from touchpoints.experience import MomentsOfTruth
from touchpoints.plot._shared.dot_rows import Dot, Panel, Row, panel_of, shown_rows
from touchpoints.plot._shared.look import Look, look_of, require_record, shown
from touchpoints.plot._shared.metric_words import metric_name
from touchpoints.plot._shared.quantities import points, shares
from touchpoints.plot._shared.row_drawing import rows_figure
from touchpoints.plot._shared.series_legend import Mark
from touchpoints.taxonomy import Taxonomy

_LEAST, _MOST = 7.0, 18.0


@public
def moments_of_truth(
    moments_of_truth: MomentsOfTruth,
    *,
    taxonomy: Taxonomy | None = None,
    lang: str = "en",
    dark: bool = False,
    width: int = 960,
) -> Any:
    """Draw how much the outcome differs after a good and a bad experience of each touchpoint.

    Parameters
    ----------
    moments_of_truth
        What `tp.experience.moments_of_truth` returned.
    taxonomy, lang, dark, width
        Shared arguments: see `touchpoints.plot`.

    Returns
    -------
    plotly.graph_objects.Figure
        A row for each touchpoint: the share that reaches the outcome after a bad experience
        (triangle) and after a good one (square), their difference with its interval, and the reach,
        which is also the area of the dot of the difference. Moments of truth have a star.

    Raises
    ------
    MissingPackageError
        When plotly is not installed.
    WrongKindError
        When ``moments_of_truth`` is not a MomentsOfTruth.

    See Also
    --------
    touchpoints.experience.moments_of_truth : Find the moments.
    deterrence : The differences adjusted for what came before.

    Examples
    --------
    >>> import attrs
    >>> import numpy as np
    >>> import touchpoints as tp
    >>> log = tp.from_paths({"path": ["call"] * 80}, path="path")
    >>> good = np.arange(80) % 2
    >>> log = attrs.evolve(
    ...     log, per_interaction={"csat": 1.0 + 4 * good}, outcomes={"stays": good.astype(float)}
    ... )
    >>> found = tp.experience.moments_of_truth(log, metric="csat")
    >>> figure = tp.plot.moments_of_truth(found)
    >>> [one.text for one in figure.layout.annotations if one.name == "number"][0]
    '0% → 100%'
    """
    require_record(moments_of_truth, MomentsOfTruth, made_by="tp.experience.moments_of_truth")
    look = look_of(dark=dark, lang=lang, taxonomy=taxonomy, width=width)
    found = moments_of_truth
    chosen, more = shown_rows(found.weight, look, which=look.say("moments_of_truth.most"))
    widest = float(np.nanmax(found.reach)) if len(found) else 1.0
    rows = [
        Row(
            label=look.name(found.touchpoint[row]),
            bold=bool(found.moment[row]),
            below=_numbers(look, found, row),
            dots=(*_shares(look, found, row), *_difference(look, found, row, widest)),
        )
        for row in chosen
    ]
    panels = _panels(look, rows)
    said = [
        more,
        look.say(
            "moments_of_truth.facts",
            metric=metric_name(look, found.metric),
            outcome=shown(found.outcome),
        ),
        look.say("dot_rows.intervals", level=look.numerals.share(found.level)),
    ]
    if bool((found.difference != found.difference).any()):
        said.append(look.say("moments_of_truth.unknown"))
    return rows_figure(
        look,
        rows,
        panels,
        legend=_legend(look, found) if rows else (),
        said=said if rows else (),
    )


def _panels(look: Look, rows: list[Row]) -> list[Panel]:
    """Return the scales of the shares, the difference and the reach."""
    quantities = {"after": shares(look), "difference": points(look), "reach": shares(look)}
    return [
        panel_of(
            [dot for row in rows for dot in row.dots if dot.panel == nth],
            title=look.say(f"moments_of_truth.{name}"),
            quantity=quantity,
            reference=0.0,
            within=(-1.0, 1.0) if name == "difference" else (0.0, 1.0),
        )
        for nth, (name, quantity) in enumerate(quantities.items())
    ]


def _numbers(look: Look, found: MomentsOfTruth, row: int) -> str:
    whole = look.numerals.whole
    bad, good = whole(found.negative[row]), whole(found.positive[row])
    return look.say("moments_of_truth.n", bad=bad, good=good)


def _bad(look: Look) -> Mark:
    return Mark(color=look.palette.valence[0], symbol="triangle-down", size=10)


def _good(look: Look) -> Mark:
    return Mark(color=look.palette.valence[4], symbol="square")


def _shares(look: Look, found: MomentsOfTruth, row: int) -> list[Dot]:
    """Return the two shares, and the line that joins them."""
    bad, good = float(found.after_negative[row]), float(found.after_positive[row])
    share = look.numerals.share
    line = Mark(color=look.palette.edge, size=0)
    return [
        Dot(value=bad, low=min(bad, good), high=max(bad, good), mark=line, thick=1.2),
        Dot(
            value=bad,
            mark=_bad(look),
            hover=(f"{look.say('moments_of_truth.bad')}: {share(bad)}",),
        ),
        Dot(
            value=good,
            mark=_good(look),
            text=f"{share(bad)} → {share(good)}",
            hover=(f"{look.say('moments_of_truth.good')}: {share(good)}",),
        ),
    ]


def _difference(look: Look, found: MomentsOfTruth, row: int, widest: float) -> list[Dot]:
    """Return the difference, as large as its reach, and the reach."""
    moment, reach = bool(found.moment[row]), float(found.reach[row])
    value, low, high = (float(one[row]) for one in (found.difference, found.low, found.high))
    said = points(look).said(value, low, high)
    size = _LEAST + (_MOST - _LEAST) * math.sqrt(reach / widest if widest > 0 else 0.0)
    palette = look.palette
    mark = Mark(
        color=palette.moment if moment else palette.accent,
        symbol="star" if moment else "circle",
        size=size + 3 if moment else size,
    )
    effect = look.numerals.share(float(found.effect[row]))
    reached = look.numerals.share(reach)
    return [
        Dot(
            value=value,
            low=low,
            high=high,
            mark=mark,
            text=said,
            hover=(said, look.say("moments_of_truth.effect", share=effect)),
            panel=1,
            strong=moment,
        ),
        Dot(value=reach, mark=Mark(color=palette.accent, size=7), text=reached, panel=2),
    ]


def _legend(look: Look, found: MomentsOfTruth) -> list[Mark]:
    marks = [
        Mark(
            label=look.say(f"moments_of_truth.{name}"),
            color=mark.color,
            symbol=mark.symbol,
        )
        for name, mark in (("bad", _bad(look)), ("good", _good(look)))
    ]
    if found.moment.any():
        label = look.say("moments_of_truth.moment")
        marks.append(Mark(label=label, color=look.palette.moment, symbol="star"))
    return marks
