"""The picture of credit: what each touchpoint gets, by one model or by several."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np

from touchpoints._core.checks import public
from touchpoints._core.frozen import Array
from touchpoints.attribution import Credit, SideBySide
from touchpoints.errors import WrongKindError
from touchpoints.plot._shared.dot_rows import MOST_ROWS, Dot, Row, panel_of, shown_rows
from touchpoints.plot._shared.groups import parts_of
from touchpoints.plot._shared.look import Look, look_of, shown
from touchpoints.plot._shared.model_words import model_name
from touchpoints.plot._shared.quantities import shares
from touchpoints.plot._shared.row_drawing import rows_figure
from touchpoints.plot._shared.series_legend import SYMBOLS, Mark
from touchpoints.taxonomy import Taxonomy

_NONE = "(none)"
_MOST_MODELS = 8
_MOST_DOTS = 160
_RULES = ("first", "last", "linear", "time", "position", "ushaped", "custom", "even")


@public
def credit(
    credit: Credit | SideBySide,
    *,
    rules: Sequence[str] | None = None,
    taxonomy: Taxonomy | None = None,
    lang: str = "en",
    dark: bool = False,
    width: int = 960,
) -> Any:
    """Draw credit: a row for each touchpoint, a dot with its interval for each model or group.

    Parameters
    ----------
    credit
        What `tp.attribution.compare` returned, or a single model such as `tp.attribution.markov`.
    rules
        The names of the models that follow a rule, such as ``["first", "linear"]``. By default
        those whose name begins with that of a rule: first, last, linear, time, position, custom.
    taxonomy, lang, dark, width
        Shared arguments: see `touchpoints.plot`.

    Returns
    -------
    plotly.graph_objects.Figure
        The place of a dot is the share of credit, the line its interval. Models that follow a rule
        are hollow and grey, the others filled and coloured; each has a shape of its own. Of many
        touchpoints, those with the most credit are drawn, and the figure says how many.

    Raises
    ------
    MissingPackageError
        When plotly is not installed.
    WrongKindError
        When ``credit`` is neither a Credit nor a SideBySide.

    See Also
    --------
    touchpoints.attribution.compare : Models side by side.
    sensitivity : How much the choice of a model decides.

    Examples
    --------
    >>> import touchpoints as tp
    >>> shop = tp.until(tp.datasets.shop(200, seed=1), "purchase", outcome="purchase")
    >>> found = tp.attribution.linear(shop)
    >>> figure = tp.plot.credit(found, taxonomy=tp.load_taxonomy("customer"))
    >>> figure.layout.annotations[0].text
    'Searching the web'
    """
    if not isinstance(credit, (Credit, SideBySide)):
        raise WrongKindError(
            f"a Credit or a SideBySide can be drawn here, got a {type(credit).__name__}",
            mend="pass what tp.attribution.compare or tp.attribution.markov returned",
        )
    look = look_of(dark=dark, lang=lang, taxonomy=taxonomy, width=width)
    if isinstance(credit, Credit):
        return _of_one_model(look, credit)
    return _of_models(look, credit, rules)


def _of_one_model(look: Look, credit: Credit) -> Any:
    """Draw a single model; of groups, a dot for each."""
    parts, note = parts_of(credit, look, size=credit.journeys)
    marks = [
        Mark(label=part.label, color=part.color or look.palette.accent, symbol=SYMBOLS[nth])
        for nth, part in enumerate(parts)
    ]
    rows: dict[str, list[Dot]] = {}
    sizes: dict[str, float] = {}
    for lane, (part, mark) in enumerate(zip(parts, marks, strict=True)):
        total = _outcomes(credit, part.rows)
        for row in part.rows.tolist():
            key = str(credit.touchpoint[row])
            ends = (credit.low[row] / total, credit.high[row] / total) if total else (np.nan,) * 2
            dot = _dot(look, (float(credit.share[row]), *map(float, ends)), mark, lane=lane)
            rows.setdefault(key, []).append(dot)
            sizes[key] = sizes.get(key, 0.0) + float(credit.credit[row])
    facts = look.say(
        "credit.facts",
        model=model_name(look, credit.model),
        outcome=shown(credit.outcome),
        n=look.numerals.whole(credit.outcomes),
    )
    level = look.numerals.share(credit.level)
    return _figure(look, rows, sizes, marks, said=[note, facts], level=level)


def _outcomes(credit: Credit, rows: Array) -> float:
    """Return the number of outcomes of a group: what a credit is of its share."""
    row = int(rows[np.argmax(np.nan_to_num(np.abs(credit.share[rows])))])
    share = float(credit.share[row])
    return float(credit.credit[row]) / share if share and share == share else 0.0


def _of_models(look: Look, credit: SideBySide, rules: Sequence[str] | None) -> Any:
    """Draw several models side by side, a line for each."""
    names = list(dict.fromkeys(map(str, credit.model.tolist())))
    drawn = names[:_MOST_MODELS]
    note = ""
    if len(drawn) < len(names):
        number = look.numerals.whole(len(names))
        note = look.say("credit.models_shown", shown=len(drawn), all=number)
    marks = _marks(look, drawn, rules)
    rows: dict[str, list[Dot]] = {}
    sizes: dict[str, float] = {}
    columns = (credit.touchpoint, credit.model, credit.share, credit.low, credit.high)
    for key, name, *numbers in zip(*(one.tolist() for one in columns), strict=True):
        if name in marks:
            dot = _dot(look, tuple(numbers), marks[name], lane=drawn.index(name))
            rows.setdefault(str(key), []).append(dot)
            sizes[str(key)] = sizes.get(str(key), 0.0) + numbers[0]
    kinds = look.say("credit.kinds") if any(one.hollow for one in marks.values()) else ""
    return _figure(look, rows, sizes, list(marks.values()), said=[note, kinds], level="")


def _marks(look: Look, names: Sequence[str], rules: Sequence[str] | None) -> dict[str, Mark]:
    """Return how models look: hollow and grey by a rule, else filled; each with its own shape."""
    found, colors = {}, 0
    for nth, name in enumerate(names):
        ruled = name in rules if rules is not None else _follows_a_rule(name)
        color = look.palette.ink2 if ruled else look.palette.category(colors)
        colors += not ruled
        label = model_name(look, name)
        found[name] = Mark(label=label, color=color, symbol=SYMBOLS[nth], hollow=ruled)
    return found


def _follows_a_rule(name: str) -> bool:
    plain = "".join(one for one in name.lower() if one.isalpha())
    return plain.startswith(_RULES)


def _dot(look: Look, numbers: tuple[float, ...], mark: Mark, *, lane: int) -> Dot:
    said = shares(look).said(*numbers)
    value, low, high = numbers
    return Dot(value=value, low=low, high=high, mark=mark, text=said, hover=(said,), lane=lane)


def _figure(
    look: Look,
    rows: dict[str, list[Dot]],
    sizes: dict[str, float],
    marks: list[Mark],
    *,
    said: list[str],
    level: str,
) -> Any:
    """Draw rows, those with the most credit first, and the row of no touchpoint last."""
    keys = sorted(rows, key=lambda key: (key == _NONE, -round(sizes[key], 9)))
    most = max(8, min(MOST_ROWS, _MOST_DOTS // max(len(marks), 1)))
    found = np.array([sizes[key] for key in keys])
    chosen, more = shown_rows(found, look, which=look.say("credit.most"), most=most)
    drawn = [
        Row(
            label=look.say("credit.none") if keys[row] == _NONE else look.name(keys[row]),
            dots=tuple(rows[keys[row]]),
        )
        for row in chosen
    ]
    title = look.say("credit.share")
    if level:
        title = look.say("dot_rows.interval", what=title, level=level)
    panel = panel_of(
        [dot for row in drawn for dot in row.dots],
        title=title,
        quantity=shares(look),
        reference=0.0,
        within=(-math.inf, 1.0),
    )
    return rows_figure(look, drawn, [panel], legend=marks, said=[more, *said])
