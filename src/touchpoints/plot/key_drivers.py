"""The picture of key drivers: how much of a judgement each score explains."""

from __future__ import annotations

from typing import Any

from touchpoints._core.checks import public
from touchpoints.experience import KeyDrivers
from touchpoints.plot._shared.dot_rows import Dot, Panel, Row, panel_of
from touchpoints.plot._shared.grouped_rows import marks_of, rows_of_labels
from touchpoints.plot._shared.groups import parts_of
from touchpoints.plot._shared.look import Look, look_of, require_record
from touchpoints.plot._shared.quantities import Quantity, shares
from touchpoints.plot._shared.row_drawing import rows_figure
from touchpoints.plot._shared.series_legend import Mark
from touchpoints.taxonomy import Taxonomy


@public
def key_drivers(
    key_drivers: KeyDrivers,
    *,
    taxonomy: Taxonomy | None = None,
    lang: str = "en",
    dark: bool = False,
    width: int = 960,
) -> Any:
    """Draw how much of an overall judgement each driver explains, and in which direction.

    Parameters
    ----------
    key_drivers
        What `tp.experience.key_drivers` returned.
    taxonomy, lang, dark, width
        Shared arguments: see `touchpoints.plot`.

    Returns
    -------
    plotly.graph_objects.Figure
        A row for each driver, the most important first: a bar with its interval for its share of
        the variance of the judgement, and a dot for its correlation with it, which has a sign.
        Below the name stands the number of journeys with a score. Groups have a line each.

    Raises
    ------
    MissingPackageError
        When plotly is not installed.
    WrongKindError
        When ``key_drivers`` is not a KeyDrivers.

    See Also
    --------
    touchpoints.experience.key_drivers : Compute the importances.
    importance_performance : What to work on first.

    Examples
    --------
    >>> import attrs
    >>> import numpy as np
    >>> import touchpoints as tp
    >>> shop, rng = tp.datasets.shop(100, seed=1), np.random.default_rng(1)
    >>> scores = {"price": rng.normal(size=100), "staff": rng.normal(size=100)}
    >>> scores["overall"] = 2 * scores["staff"] + scores["price"]
    >>> shop = attrs.evolve(shop, per_journey={**shop.per_journey, **scores})
    >>> found = tp.experience.key_drivers(shop, overall="overall", drivers=["price", "staff"])
    >>> figure = tp.plot.key_drivers(found)
    >>> [one.text for one in figure.layout.annotations if one.name == "row"]
    ['staff', 'price']
    """
    require_record(key_drivers, KeyDrivers, made_by="tp.experience.key_drivers")
    look = look_of(dark=dark, lang=lang, taxonomy=taxonomy, width=width)
    found = key_drivers
    parts, note = parts_of(found, look, size=found.scored)
    marks = marks_of(parts, look)
    by_label, more = rows_of_labels(
        found.driver, parts, look, size=found.importance, which=look.say("key_drivers.most")
    )
    signed = Quantity(numerals=look.numerals, signed=True)
    rows = [
        Row(
            label=look.name(label),
            below=_number(look, found, [row for _, row in pairs]),
            dots=tuple(
                dot
                for nth, row in pairs
                for dot in (
                    _importance(look, found, row, marks[nth], nth),
                    _correlation(found, row, marks[nth], nth, signed),
                )
            ),
        )
        for label, pairs in by_label.items()
    ]
    panels = _panels(look, rows, signed)
    said = [more, note, *_said(look, found)]
    return rows_figure(look, rows, panels, legend=marks, said=said if rows else ())


def _panels(look: Look, rows: list[Row], signed: Quantity) -> list[Panel]:
    """Return the scales of importances and of correlations."""
    importance = panel_of(
        [dot for row in rows for dot in row.dots if not dot.panel],
        title=look.say("key_drivers.importance"),
        quantity=shares(look),
        reference=0.0,
        within=(0.0, 1.0),
    )
    title = look.say("key_drivers.correlation")
    both = Panel(title=title, quantity=signed, low=-1.05, high=1.05, reference=0.0)
    return [importance, both]


def _number(look: Look, found: KeyDrivers, rows: list[int]) -> str:
    total = sum(int(found.scored[row]) for row in rows)
    return look.say("plot.n", n=look.numerals.whole(total))


def _importance(look: Look, found: KeyDrivers, row: int, mark: Mark, lane: int) -> Dot:
    value, low, high = (float(one[row]) for one in (found.importance, found.low, found.high))
    said = shares(look).said(value, low, high)
    of_all = look.say("key_drivers.of_explained", share=look.numerals.share(found.share[row]))
    return Dot(
        value=value,
        low=low,
        high=high,
        mark=mark,
        text=said,
        hover=(said, of_all),
        lane=lane,
        bar=True,
    )


def _correlation(found: KeyDrivers, row: int, mark: Mark, lane: int, quantity: Quantity) -> Dot:
    value = float(found.correlation[row])
    said = quantity.value(value)
    return Dot(value=value, mark=mark, text=said, hover=(said,), panel=1, lane=lane)


def _said(look: Look, found: KeyDrivers) -> list[str]:
    """Return how much all drivers explain, of how many journeys, and what is left out."""
    whole, lines = look.numerals.whole, []
    if found.r2 is not None:
        lines.append(look.say("key_drivers.r2", share=look.numerals.share(found.r2)))
    lines.append(look.say("key_drivers.journeys", n=whole(found.journeys)))
    if found.left_out:
        lines.append(look.say("key_drivers.left_out", n=whole(found.left_out)))
    if not found.exact:
        lines.append(look.say("key_drivers.sampled", bound=look.numerals.compact(found.bound)))
    lines.append(look.say("dot_rows.intervals", level=look.numerals.share(found.level)))
    return lines
