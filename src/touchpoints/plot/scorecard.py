"""The picture of a scorecard: the measures of every touchpoint, each on its own scale."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

from touchpoints._core.checks import public
from touchpoints._core.messages import not_found
from touchpoints.experience import Scorecard
from touchpoints.plot._shared.dot_rows import Dot, Panel, Row, panel_of, shown_rows
from touchpoints.plot._shared.look import Look, look_of, require_record, shown
from touchpoints.plot._shared.metric_words import metric_name
from touchpoints.plot._shared.numerals import UNKNOWN
from touchpoints.plot._shared.quantities import Quantity, numbers, points, shares
from touchpoints.plot._shared.row_drawing import rows_figure
from touchpoints.plot._shared.series_legend import Mark
from touchpoints.taxonomy import Taxonomy

_USUAL = ("reach", "exit", "conversion", "effect", "score", "importance", "alignment")
_SHARES = ("reach", "exit", "conversion", "satisfied", "dissatisfied", "importance", "observed")
_NAMED = (
    *_USUAL,
    *("interactions", "journeys", "answers", "lift", "satisfied", "dissatisfied", "observed"),
)
_REASONS = ("conversion", "effect", "score", "importance", "alignment", "observed", "lift")


@public
def scorecard(
    scorecard: Scorecard,
    *,
    measures: Sequence[str] | None = None,
    taxonomy: Taxonomy | None = None,
    lang: str = "en",
    dark: bool = False,
    width: int = 960,
) -> Any:
    """Draw a scorecard: a row for each touchpoint, a scale for each measure.

    Parameters
    ----------
    scorecard
        What `tp.experience.scorecard` returned.
    measures
        The measures to draw, of ``scorecard.measures()``; by default reach, exit, conversion,
        effect, score, importance, alignment and the further ones.
    taxonomy, lang, dark, width
        Shared arguments: see `touchpoints.plot`.

    Returns
    -------
    plotly.graph_objects.Figure
        Each measure is a dot with its interval on a scale of its own, the number beside it; what
        is not known is a dash. Measures that are known of no touchpoint are named below, with the
        reason. Where scales have no room beside each other, each touchpoint is a card.

    Raises
    ------
    MissingPackageError
        When plotly is not installed.
    WrongKindError
        When ``scorecard`` is not a Scorecard.
    NotFoundError
        When the card does not have a measure.

    See Also
    --------
    touchpoints.experience.scorecard : Compute the measures.

    Examples
    --------
    >>> import touchpoints as tp
    >>> shop = tp.until(tp.datasets.shop(200, seed=1), "purchase", outcome="purchase")
    >>> figure = tp.plot.scorecard(tp.experience.scorecard(shop))
    >>> [one.text for one in figure.layout.annotations if one.name == "note"][0]
    'Not known: score, importance, promise kept (they were not given to the scorecard).'
    """
    require_record(scorecard, Scorecard, made_by="tp.experience.scorecard")
    look = look_of(dark=dark, lang=lang, taxonomy=taxonomy, width=width)
    names = (*_USUAL, *scorecard.more) if measures is None else tuple(measures)
    for name in names:
        if name not in scorecard.measures():
            raise not_found("measure", name, scorecard.measures())
    found = {name: scorecard.measure(name) for name in names}
    known = [
        name for name in names if any(math.isfinite(one.value) for one in found[name].values())
    ]
    chosen, more = shown_rows(scorecard.journeys, look, which=look.say("scorecard.most"))
    keys = [scorecard.touchpoint[row] for row in chosen]
    columns = [_column(look, scorecard, name, keys, panel=nth) for nth, name in enumerate(known)]
    rows = [
        Row(label=look.name(key), dots=tuple(column[1][nth] for column in columns))
        for nth, key in enumerate(keys)
    ]
    dashes = any(dot.text == UNKNOWN for row in rows for dot in row.dots)
    level = look.numerals.share(scorecard.level)
    said = [
        more,
        *_unknown(look, scorecard, [name for name in names if name not in known]),
        look.say("scorecard.dash") if dashes else "",
        look.say("dot_rows.intervals", level=level),
    ]
    return rows_figure(look, rows, [one[0] for one in columns], said=said if rows else ())


def _column(
    look: Look, card: Scorecard, name: str, keys: list[Any], *, panel: int
) -> tuple[Panel, list[Dot]]:
    """Return the scale of a measure, and a dot for each touchpoint."""
    found = card.measure(name)
    quantity = _quantity(look, name, [one.value for one in found.values()])
    mark = Mark(color=look.palette.accent)
    dots = []
    for key in keys:
        one = found.get(str(key))
        value, low, high = (math.nan,) * 3 if one is None else one
        text = quantity.value(value)
        says = (f"{_title(look, name)}: {quantity.said(value, low, high)}",)
        dots.append(
            Dot(value=value, low=low, high=high, mark=mark, text=text, hover=says, panel=panel)
        )
    signed = any(one.value < 0 or one.low < 0 for one in dots)
    within = (0.0, 1.0) if quantity.share and not signed else (-math.inf, math.inf)
    return panel_of(
        dots,
        title=_title(look, name),
        quantity=quantity,
        reference=0.0 if signed or quantity.share else None,
        within=within,
    ), dots


def _quantity(look: Look, name: str, values: list[float]) -> Quantity:
    if name == "lift":
        return points(look)
    return shares(look) if name in _SHARES or name == "effect" else numbers(look, values)


def _title(look: Look, name: str) -> str:
    return look.say(f"scorecard.{name}") if name in _NAMED else metric_name(look, name)


def _unknown(look: Look, card: Scorecard, names: list[str]) -> list[str]:
    """Return sentences that name the measures that nobody knows, and why."""
    reasons: dict[str, list[str]] = {}
    for name in names:
        reason = shown(card.why.get(name, ""))
        if name in card.why and name in _REASONS:
            after = name == "effect" and card.outcome is not None
            reason = look.say("scorecard.why_nobody" if after else f"scorecard.why_{name}")
        reasons.setdefault(reason or look.say("scorecard.why_nothing"), []).append(
            _title(look, name)
        )
    return [
        look.say("scorecard.not_known", names=", ".join(titles), reason=reason)
        for reason, titles in reasons.items()
    ]
