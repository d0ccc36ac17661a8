"""The picture of shares of needs: as inferred, and corrected by answers."""

from __future__ import annotations

from typing import Any

from touchpoints._core.checks import public
from touchpoints.experience import NeedShares
from touchpoints.plot._shared.dot_rows import Dot, Row, panel_of
from touchpoints.plot._shared.grouped_rows import marks_of, rows_of_labels
from touchpoints.plot._shared.groups import parts_of
from touchpoints.plot._shared.look import Look, look_of, require_record
from touchpoints.plot._shared.quantities import shares
from touchpoints.plot._shared.row_drawing import rows_figure
from touchpoints.plot._shared.series_legend import Mark
from touchpoints.taxonomy import Taxonomy


@public
def need_shares(
    need_shares: NeedShares,
    *,
    taxonomy: Taxonomy | None = None,
    lang: str = "en",
    dark: bool = False,
    width: int = 960,
) -> Any:
    """Draw the shares of needs (or contexts): as inferred, and corrected by what people answered.

    Parameters
    ----------
    need_shares
        What `tp.experience.need_shares` returned.
    taxonomy, lang, dark, width
        Shared arguments: see `touchpoints.plot`.

    Returns
    -------
    plotly.graph_objects.Figure
        A row for each need: a hollow dot for the share that is inferred, a filled one with its
        interval for the corrected share, and a dotted line between them. The number is grey where
        the inferred share lies inside the interval: the correction changes nothing that is certain.
        Groups have a colour, a shape and a line each.

    Raises
    ------
    MissingPackageError
        When plotly is not installed.
    WrongKindError
        When ``need_shares`` is not a NeedShares.

    See Also
    --------
    touchpoints.experience.need_shares : Estimate the shares.
    need_gaps : Needs that many people have and few find satisfied.

    Examples
    --------
    >>> import touchpoints as tp
    >>> found = tp.experience.need_shares(tp.datasets.shop(100, seed=1))
    >>> figure = tp.plot.need_shares(found, taxonomy=tp.load_taxonomy("customer"))
    >>> figure.layout.annotations[0].text
    'as inferred'
    """
    require_record(need_shares, NeedShares, made_by="tp.experience.need_shares")
    look = look_of(dark=dark, lang=lang, taxonomy=taxonomy, width=width)
    found = need_shares
    parts, note = parts_of(found, look, size=found.inferred)
    marks = marks_of(parts, look)
    size = found.share if found.answers else found.naive
    by_term, more = rows_of_labels(
        found.term, parts, look, size=size, which=look.say("need_shares.most")
    )
    rows = [
        Row(
            label=look.term(found.facet, term),
            dots=tuple(
                dot for nth, row in pairs for dot in _dots(look, found, row, marks[nth], nth)
            ),
            joined=True,
        )
        for term, pairs in by_term.items()
    ]
    rows.sort(key=_largest)
    what = look.say(f"need_shares.of_{found.of}")
    level = look.numerals.share(found.level)
    panel = panel_of(
        [dot for row in rows for dot in row.dots],
        title=look.say("dot_rows.interval", what=what, level=level) if found.answers else what,
        quantity=shares(look),
        reference=0.0,
        within=(0.0, 1.0),
    )
    legend = [*_legend(look), *marks] if rows else ()
    said = [more, note, *_said(look, found)] if rows else ()
    return rows_figure(look, rows, [panel], legend=legend, said=said)


def _largest(row: Row) -> float:
    """Return by what rows are sorted: the largest share comes first."""
    return -max((one.value for one in row.dots if one.value == one.value), default=0.0)


def _legend(look: Look) -> list[Mark]:
    return [
        Mark(label=look.say("need_shares.naive"), color=look.palette.ink2, hollow=True),
        Mark(label=look.say("need_shares.corrected"), color=look.palette.accent),
    ]


def _dots(look: Look, found: NeedShares, row: int, mark: Mark, lane: int) -> list[Dot]:
    naive, quantity = float(found.naive[row]), shares(look)
    numbers = tuple(float(one[row]) for one in (found.share, found.low, found.high))
    value, low, high = numbers
    recorded = Mark(color=look.palette.ink2, symbol=mark.symbol, hollow=True, size=10)
    inferred = look.say("need_shares.naive")
    group = mark.label
    said = quantity.said(*numbers)
    dots = [
        Dot(
            value=naive,
            mark=recorded,
            lane=lane,
            hover=(group, f"{inferred}: {quantity.value(naive)}"),
            text="" if value == value else quantity.value(naive),
        )
    ]
    if value == value:
        answered = look.say("need_shares.answers", n=look.numerals.whole(found.answered[row]))
        corrected = f"{look.say('need_shares.corrected')}: {said}"
        dots.append(
            Dot(
                value=value,
                low=low,
                high=high,
                mark=mark,
                lane=lane,
                text=said,
                strong=not low <= naive <= high,
                hover=(corrected, answered),
            )
        )
    return dots


def _said(look: Look, found: NeedShares) -> list[str]:
    """Return how many answers there are, or that nothing is corrected without any."""
    whole = look.numerals.whole
    if not found.answers:
        return [look.say("need_shares.no_answers")]
    lines = [look.say("need_shares.n", n=whole(found.answers), all=whole(found.items))]
    lines.append(look.say("need_shares.grey"))
    if found.left_out:
        lines.append(look.say("need_shares.left_out", n=whole(found.left_out)))
    return lines
