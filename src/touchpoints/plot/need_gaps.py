"""The picture of gaps: needs that many people have and few find satisfied."""

from __future__ import annotations

from typing import Any

import numpy as np

from touchpoints._core.checks import public
from touchpoints._core.frozen import text_array
from touchpoints.experience import NeedGaps
from touchpoints.plot._shared.dot_rows import Dot, Row, panel_of
from touchpoints.plot._shared.grouped_rows import marks_of, rows_of_labels
from touchpoints.plot._shared.groups import parts_of
from touchpoints.plot._shared.look import Look, look_of, require_record, shown
from touchpoints.plot._shared.quantities import shares
from touchpoints.plot._shared.row_drawing import rows_figure
from touchpoints.plot._shared.series_legend import Mark
from touchpoints.taxonomy import Taxonomy

_MEASURES = ("demand", "shortfall", "gap")
_APART = "\x1f"


@public
def need_gaps(
    need_gaps: NeedGaps,
    *,
    taxonomy: Taxonomy | None = None,
    lang: str = "en",
    dark: bool = False,
    width: int = 960,
) -> Any:
    """Draw the gaps of needs: demand, shortfall, and the gap that the two make.

    Parameters
    ----------
    need_gaps
        What `tp.experience.need_gaps` returned.
    taxonomy, lang, dark, width
        Shared arguments: see `touchpoints.plot`.

    Returns
    -------
    plotly.graph_objects.Figure
        A row for each need, the largest gap first, and three scales beside each other: demand and
        shortfall as dots, the gap as a bar, each with its interval. Groups have a colour and a line
        each. Of many needs, those with the largest gaps are drawn, and the figure says how many.

    Raises
    ------
    MissingPackageError
        When plotly is not installed.
    WrongKindError
        When ``need_gaps`` is not a NeedGaps.

    See Also
    --------
    touchpoints.experience.need_gaps : Compute the gaps.
    need_satisfaction : How often each need was satisfied.

    Examples
    --------
    >>> import touchpoints as tp
    >>> shop = tp.datasets.shop(100, seed=1)
    >>> found = tp.experience.need_gaps(shop, success={"compare": "purchase"})
    >>> figure = tp.plot.need_gaps(found, taxonomy=tp.load_taxonomy("customer"))
    >>> [one.text for one in figure.layout.annotations if one.name == "axis"]
    ['demand', 'not satisfied', 'gap: demand × not satisfied']
    """
    require_record(need_gaps, NeedGaps, made_by="tp.experience.need_gaps")
    look = look_of(dark=dark, lang=lang, taxonomy=taxonomy, width=width)
    found = need_gaps
    parts, note = parts_of(found, look, size=found.known)
    marks = marks_of(parts, look)
    labels = found.need
    if found.attribute is not None:
        pairs = zip(found.attribute.tolist(), labels.tolist(), strict=True)
        labels = text_array([f"{one}{_APART}{need}" for one, need in pairs])
    by_need, more = rows_of_labels(
        labels, parts, look, size=found.gap, which=look.say("need_gaps.most")
    )
    rows = [
        Row(
            label=_label(look, label),
            dots=tuple(
                dot for nth, row in pairs_ for dot in _dots(look, found, row, marks[nth], nth)
            ),
        )
        for label, pairs_ in by_need.items()
    ]
    panels = [
        panel_of(
            [dot for row in rows for dot in row.dots if dot.panel == nth],
            title=look.say(f"need_gaps.{name}"),
            quantity=shares(look),
            reference=0.0,
            within=(0.0, 1.0),
        )
        for nth, name in enumerate(_MEASURES)
    ]
    said = [more, note, look.say("dot_rows.intervals", level=look.numerals.share(found.level))]
    if bool(np.isnan(found.gap).any()):
        said.append(look.say("need_gaps.not_judged"))
    if found.left_out:
        said.append(look.say("need_gaps.left_out", n=look.numerals.whole(found.left_out)))
    return rows_figure(look, rows, panels, legend=marks, said=said if rows else ())


def _label(look: Look, label: str) -> str:
    attribute, _, need = label.rpartition(_APART)
    named = look.term("need", need)
    return f"{named} · {shown(attribute)}" if attribute else named


def _dots(look: Look, found: NeedGaps, row: int, mark: Mark, lane: int) -> list[Dot]:
    dots = []
    for nth, name in enumerate(_MEASURES):
        prefix = "" if name == "gap" else f"{name}_"
        columns = (name, f"{prefix}low", f"{prefix}high")
        value, low, high = (float(getattr(found, one)[row]) for one in columns)
        said = shares(look).said(value, low, high)
        n = look.say("plot.n", n=look.numerals.whole(found.known[row]))
        dots.append(
            Dot(
                value=value,
                low=low,
                high=high,
                mark=mark,
                text=said,
                hover=(f"{look.say(f'need_gaps.{name}')}: {said}", n),
                panel=nth,
                lane=lane,
                bar=name == "gap",
                strong=name == "gap",
            )
        )
    return dots
