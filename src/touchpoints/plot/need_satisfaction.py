"""The picture of the satisfaction of needs."""

from __future__ import annotations

from typing import Any

from touchpoints._core.checks import public
from touchpoints.experience import NeedSatisfaction
from touchpoints.plot._shared.dot_rows import Dot, Row, panel_of
from touchpoints.plot._shared.grouped_rows import marks_of, rows_of_labels
from touchpoints.plot._shared.groups import parts_of
from touchpoints.plot._shared.look import Look, look_of, require_record
from touchpoints.plot._shared.quantities import shares
from touchpoints.plot._shared.row_drawing import rows_figure
from touchpoints.plot._shared.series_legend import Mark
from touchpoints.taxonomy import Taxonomy


@public
def need_satisfaction(
    need_satisfaction: NeedSatisfaction,
    *,
    taxonomy: Taxonomy | None = None,
    lang: str = "en",
    dark: bool = False,
    width: int = 960,
) -> Any:
    """Draw how often needs were satisfied: a dot with its interval for each need.

    Parameters
    ----------
    need_satisfaction
        What `tp.experience.need_satisfaction` returned.
    taxonomy, lang, dark, width
        Shared arguments: see `touchpoints.plot`.

    Returns
    -------
    plotly.graph_objects.Figure
        The place of a dot is the share of occurrences of the need that were satisfied, below the
        name stands of how many. A need that could not be judged is a dash. Groups have a colour, a
        shape and a line each.

    Raises
    ------
    MissingPackageError
        When plotly is not installed.
    WrongKindError
        When ``need_satisfaction`` is not a NeedSatisfaction.

    See Also
    --------
    touchpoints.experience.need_satisfaction : Estimate the shares.
    need_gaps : The needs with the most unsatisfied occurrences.

    Examples
    --------
    >>> import touchpoints as tp
    >>> shop = tp.datasets.shop(100, seed=1)
    >>> found = tp.experience.need_satisfaction(shop, success={"compare": "purchase"})
    >>> figure = tp.plot.need_satisfaction(found, taxonomy=tp.load_taxonomy("customer"))
    >>> "Compare alternatives" in {one.text for one in figure.layout.annotations}
    True
    """
    require_record(need_satisfaction, NeedSatisfaction, made_by="tp.experience.need_satisfaction")
    look = look_of(dark=dark, lang=lang, taxonomy=taxonomy, width=width)
    found = need_satisfaction
    parts, note = parts_of(found, look, size=found.occurrences)
    marks = marks_of(parts, look)
    by_need, more = rows_of_labels(
        found.need, parts, look, size=found.occurrences, which=look.say("need_satisfaction.most")
    )
    rows = [
        Row(
            label=look.term("need", need),
            below=_number(look, found, [row for _, row in pairs]),
            dots=tuple(_dot(look, found, row, marks[nth], nth) for nth, row in pairs),
        )
        for need, pairs in by_need.items()
    ]
    title = look.say(
        "dot_rows.interval",
        what=look.say("need_satisfaction.share"),
        level=look.numerals.share(found.level),
    )
    panel = panel_of(
        [dot for row in rows for dot in row.dots],
        title=title,
        quantity=shares(look),
        reference=0.0,
        within=(0.0, 1.0),
    )
    late = int(found.censored.sum())
    said = [more, note]
    if late:
        said.append(look.say("need_satisfaction.censored", n=look.numerals.whole(late)))
    if bool((found.share != found.share).any()):
        said.append(look.say("need_satisfaction.not_judged"))
    return rows_figure(look, rows, [panel], legend=marks, said=said)


def _dot(look: Look, found: NeedSatisfaction, row: int, mark: Mark, lane: int) -> Dot:
    value, low, high = (float(one[row]) for one in (found.share, found.low, found.high))
    said = shares(look).said(value, low, high)
    n = _number(look, found, [row])
    return Dot(value=value, low=low, high=high, mark=mark, lane=lane, text=said, hover=(said, n))


def _number(look: Look, found: NeedSatisfaction, rows: list[int]) -> str:
    known = sum(int(found.satisfied[row] + found.unsatisfied[row]) for row in rows)
    return look.say("plot.n", n=look.numerals.whole(known))
