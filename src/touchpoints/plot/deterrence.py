"""The picture of deterrence: what follows negative and positive touchpoints."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from touchpoints._core.checks import public
from touchpoints.experience import Deterrence
from touchpoints.plot._shared.dot_rows import Dot, Row, panel_of
from touchpoints.plot._shared.grouped_rows import rows_of_labels
from touchpoints.plot._shared.groups import Part, parts_of
from touchpoints.plot._shared.look import Look, look_of, require_record, shown
from touchpoints.plot._shared.metric_words import metric_name
from touchpoints.plot._shared.quantities import points
from touchpoints.plot._shared.row_drawing import rows_figure
from touchpoints.plot._shared.series_legend import Mark
from touchpoints.taxonomy import Taxonomy

_SIDES = ("negative", "positive")
_MEASURES = ("exit", "conversion", "return", "recommendation", "mention")


@public
def deterrence(
    deterrence: Deterrence,
    *,
    taxonomy: Taxonomy | None = None,
    lang: str = "en",
    dark: bool = False,
    width: int = 960,
) -> Any:
    """Draw what follows negative, and positive, interactions of each touchpoint.

    Parameters
    ----------
    deterrence
        What `tp.experience.deterrence` returned.
    taxonomy, lang, dark, width
        Shared arguments: see `touchpoints.plot`.

    Returns
    -------
    plotly.graph_objects.Figure
        A row for each touchpoint and a scale for each measure: the difference to comparable
        interactions in percentage points, with its interval, a triangle for negative interactions
        and a square for positive ones. Hollow marks: the interval contains 0. A difference that is
        not known is a dash, with the reason when pointed at. Groups have lines of their own.

    Raises
    ------
    MissingPackageError
        When plotly is not installed.
    WrongKindError
        When ``deterrence`` is not a Deterrence.

    See Also
    --------
    touchpoints.experience.deterrence : Compute the differences.
    moments_of_truth : Touchpoints at which the outcome differs most.

    Examples
    --------
    >>> import attrs
    >>> import numpy as np
    >>> import touchpoints as tp
    >>> shop = tp.datasets.shop(200, seed=1)
    >>> scores = np.random.default_rng(1).integers(1, 6, len(shop.codes)).astype(float)
    >>> shop = attrs.evolve(shop, per_interaction={**shop.per_interaction, "csat": scores})
    >>> figure = tp.plot.deterrence(tp.experience.deterrence(shop, metric="csat"))
    >>> [one.text for one in figure.layout.annotations if one.name == "axis"]
    ['the journey ends, percentage points, 95% interval']
    """
    require_record(deterrence, Deterrence, made_by="tp.experience.deterrence")
    look = look_of(dark=dark, lang=lang, taxonomy=taxonomy, width=width)
    found = deterrence
    parts, note = parts_of(found, look, size=found.exposed)
    met = set(found.measure.tolist())
    measures = [one for one in _MEASURES if one in met]
    by_label, more = rows_of_labels(
        found.touchpoint,
        parts,
        look,
        size=found.exposed,
        which=look.say("deterrence.most"),
        lanes=2,
    )
    rows = [
        Row(
            label=look.name(label),
            below=_number(look, found, [row for _, row in pairs]),
            dots=tuple(
                _dot(look, found, row, parts[nth], nth, measures=measures) for nth, row in pairs
            ),
        )
        for label, pairs in by_label.items()
    ]
    level = look.numerals.share(found.level)
    panels = []
    for nth, name in enumerate(measures):
        title = look.say("deterrence.points", what=look.say(f"deterrence.{name}"))
        if len(measures) == 1:
            title = look.say("dot_rows.interval", what=title, level=level)
        dots = [dot for row in rows for dot in row.dots if dot.panel == nth]
        panels.append(
            panel_of(dots, title=title, quantity=points(look), reference=0.0, within=(-1.0, 1.0))
        )
    said = [more, note, *_said(look, found)]
    if len(measures) > 1:
        said.append(look.say("dot_rows.intervals", level=level))
    legend = _legend(look, parts) if rows else ()
    return rows_figure(look, rows, panels, legend=legend, said=said if rows else ())


def _number(look: Look, found: Deterrence, rows: list[int]) -> str:
    """Return how many interactions of each side there are, those of the measure with most."""
    most: dict[tuple[Any, str], int] = {}
    for row in rows:
        key = (None if found.group is None else found.group[row], str(found.side[row]))
        most[key] = max(most.get(key, 0), int(found.exposed[row]))
    totals = [
        sum(number for (_, side), number in most.items() if side == asked) for asked in _SIDES
    ]
    whole = look.numerals.whole
    return look.say("deterrence.n", bad=whole(totals[0]), good=whole(totals[1]))


def _mark(look: Look, side: str, part: Part | None = None) -> Mark:
    """Return how a side looks: its shape, and the colour of the group where there are groups."""
    color = look.palette.valence[0 if side == "negative" else 4]
    symbol = "triangle-down" if side == "negative" else "square"
    if part is not None and part.color:
        color = part.color
    return Mark(color=color, symbol=symbol, size=10 if side == "negative" else 9)


def _dot(
    look: Look, found: Deterrence, row: int, part: Part, place: int, *, measures: list[str]
) -> Dot:
    value, low, high = (float(one[row]) for one in (found.difference, found.low, found.high))
    side = str(found.side[row])
    mark = _mark(look, side, part)
    clear = low > 0 or high < 0
    said = points(look).said(value, low, high)
    share = look.numerals.share
    limit = float(found.e_value_limit[row])
    lines = [
        part.label,
        look.say(f"deterrence.{side}"),
        f"{look.say(f'deterrence.{found.measure[row]}')}: {said}",
        look.say(
            "deterrence.shares",
            share=share(float(found.share[row])),
            other=share(float(found.other_share[row])),
        ),
        ""
        if math.isnan(limit)
        else look.say("deterrence.e_value", value=look.numerals.number(limit)),
        shown(str(found.reason[row])),
    ]
    return Dot(
        value=value,
        low=low,
        high=high,
        mark=Mark(color=mark.color, symbol=mark.symbol, size=mark.size, hollow=not clear),
        text=said,
        hover=tuple(lines),
        panel=measures.index(str(found.measure[row])),
        lane=2 * place + _SIDES.index(side),
        strong=clear,
    )


def _legend(look: Look, parts: list[Part]) -> list[Mark]:
    grouped = any(part.label for part in parts)
    marks = []
    for side in _SIDES:
        one = _mark(look, side)
        color = look.palette.ink2 if grouped else one.color
        marks.append(Mark(label=look.say(f"deterrence.{side}"), color=color, symbol=one.symbol))
    marks += [
        Mark(label=part.label, color=part.color, symbol="circle") for part in parts if part.label
    ]
    label = look.say("deterrence.hollow")
    return [*marks, Mark(label=label, color=look.palette.ink2, hollow=True)]


def _said(look: Look, found: Deterrence) -> list[str]:
    metric = metric_name(look, found.metric)
    lines = [look.say("deterrence.metric", metric=metric)]
    kind = "assigned" if found.assigned else "association"
    lines.append(look.say(f"deterrence.{kind}"))
    if bool(np.isnan(found.difference).any()):
        lines.append(look.say("deterrence.unknown"))
    left_out = int(found.left_out.max(initial=0))
    if left_out:
        lines.append(look.say("deterrence.left_out"))
    return lines
