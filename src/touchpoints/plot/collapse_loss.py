"""The picture of what is lost by grouping touchpoints."""

from __future__ import annotations

import math
from typing import Any

from touchpoints._core.checks import public
from touchpoints.experience import CollapseLoss
from touchpoints.plot._shared.dot_rows import Dot, Row, panel_of
from touchpoints.plot._shared.grouped_rows import marks_of, rows_of_labels
from touchpoints.plot._shared.groups import parts_of
from touchpoints.plot._shared.look import Look, look_of, require_record
from touchpoints.plot._shared.metric_words import asked, lens_name
from touchpoints.plot._shared.quantities import Quantity, numbers
from touchpoints.plot._shared.row_drawing import rows_figure
from touchpoints.plot._shared.series_legend import Mark
from touchpoints.taxonomy import Taxonomy

_ALL = "(all)"


@public
def collapse_loss(
    collapse_loss: CollapseLoss,
    *,
    taxonomy: Taxonomy | None = None,
    lang: str = "en",
    dark: bool = False,
    width: int = 960,
) -> Any:
    """Draw what is lost by grouping: a bar with its interval for each channel (or coarse label).

    Parameters
    ----------
    collapse_loss
        What `tp.experience.collapse_loss` returned.
    taxonomy, lang, dark, width
        Shared arguments: see `touchpoints.plot`.

    Returns
    -------
    plotly.graph_objects.Figure
        The length of a bar is the loss in bits per interaction, of all first and then of each
        channel, whose losses sum to it. Bars are coloured where the interval lies above 0, grey
        where it does not. Groups have a line each, named when pointed at.

    Raises
    ------
    MissingPackageError
        When plotly is not installed.
    WrongKindError
        When ``collapse_loss`` is not a CollapseLoss.

    See Also
    --------
    touchpoints.experience.collapse_loss : Measure the loss.
    granularity : How finely touchpoints should be defined.

    Examples
    --------
    >>> import touchpoints as tp
    >>> shop = tp.until(tp.datasets.shop(100, seed=1), "purchase", outcome="purchase")
    >>> found = tp.experience.collapse_loss(shop, seed=1, permutations=9)
    >>> tp.plot.collapse_loss(found, lang="es").layout.annotations[0].text
    '<b>en total</b>'
    """
    require_record(collapse_loss, CollapseLoss, made_by="tp.experience.collapse_loss")
    look = look_of(dark=dark, lang=lang, taxonomy=taxonomy, width=width)
    found = collapse_loss
    parts, note = parts_of(found, look, size=found.interactions)
    marks = marks_of(parts, look)
    by_label, more = rows_of_labels(
        found.coarse, parts, look, size=found.loss, which=look.say("collapse_loss.most")
    )
    quantity = numbers(look, [*found.loss.tolist(), *found.high.tolist()])
    rows = [
        Row(
            label=look.say("collapse_loss.all") if label == _ALL else look.name(label),
            below=_below(look, found, [row for _, row in pairs]),
            bold=label == _ALL,
            dots=tuple(_dot(look, found, row, marks[nth], nth, quantity) for nth, row in pairs),
        )
        for label, pairs in by_label.items()
    ]
    title = look.say(
        "dot_rows.interval",
        what=look.say("collapse_loss.bits"),
        level=look.numerals.share(found.level),
    )
    panel = panel_of(
        [dot for row in rows for dot in row.dots], title=title, quantity=quantity, reference=0.0
    )
    what = look.say(
        "collapse_loss.what",
        of=asked(look, found.of),
        fine=lens_name(look, found.fine_lens),
        coarse=lens_name(look, found.coarse_lens),
    )
    said = [what, more, note, look.say("collapse_loss.grey")]
    if bool((found.loss != found.loss).any() or (found.p != found.p).any()):
        said.append(look.say("collapse_loss.unknown"))
    return rows_figure(look, rows, [panel], legend=marks, said=said if rows else ())


def _below(look: Look, found: CollapseLoss, rows: list[int]) -> str:
    total = sum(int(found.interactions[row]) for row in rows)
    labels = max(int(found.fine[row]) for row in rows)
    whole = look.numerals.whole
    return look.say("collapse_loss.size", n=whole(total), fine=whole(labels))


def _dot(
    look: Look, found: CollapseLoss, row: int, mark: Mark, lane: int, quantity: Quantity
) -> Dot:
    value, low, high = (float(one[row]) for one in (found.loss, found.low, found.high))
    clear = low > 0
    color = mark.color if clear else look.palette.edge
    said = quantity.said(value, low, high)
    p, share = float(found.p[row]), float(found.share[row])
    hover = [said]
    if not math.isnan(p):
        hover.append(look.say("collapse_loss.p", p=look.numerals.compact(p)))
    if not math.isnan(share):
        hover.append(look.say("collapse_loss.share", share=look.numerals.share(share)))
    return Dot(
        value=value,
        low=low,
        high=high,
        mark=Mark(label=mark.label, color=color),
        lane=lane,
        text=said,
        hover=tuple(hover),
        bar=True,
        strong=clear,
    )
