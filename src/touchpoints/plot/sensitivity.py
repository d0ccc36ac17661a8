"""The picture of sensitivity: how far shares of credit depend on the settings."""

from __future__ import annotations

import math
import re
from typing import Any

import numpy as np

from touchpoints._core.checks import public
from touchpoints._core.frozen import Array
from touchpoints.attribution import SideBySide
from touchpoints.plot._shared.dot_rows import Dot, Row, panel_of, shown_rows
from touchpoints.plot._shared.look import Look, look_of, require_record
from touchpoints.plot._shared.model_words import model_name
from touchpoints.plot._shared.quantities import shares
from touchpoints.plot._shared.row_drawing import rows_figure
from touchpoints.plot._shared.series_legend import Mark
from touchpoints.taxonomy import Taxonomy

_NONE = "(none)"
_REPEATS = ", repeats once"
_ORDER = ", order "
_DAYS = re.compile(r"\b(\d+) days?, 0:00:00")


@public
def sensitivity(
    sensitivity: SideBySide,
    *,
    taxonomy: Taxonomy | None = None,
    lang: str = "en",
    dark: bool = False,
    width: int = 960,
) -> Any:
    """Draw how far shares of credit change with the model, its order, the window and repeats.

    Parameters
    ----------
    sensitivity
        What `tp.attribution.sensitivity` (or `tp.attribution.compare`) returned.
    taxonomy, lang, dark, width
        Shared arguments: see `touchpoints.plot`.

    Returns
    -------
    plotly.graph_objects.Figure
        A row for each touchpoint: a hollow dot for each setting, a thick line from the smallest to
        the largest share, and a thin one as far as the intervals of any setting reach. Below the
        name stands which settings give least and most. Of many touchpoints, those with the largest
        mean share are drawn, and the figure says how many.

    Raises
    ------
    MissingPackageError
        When plotly is not installed.
    WrongKindError
        When ``sensitivity`` is not a SideBySide.

    See Also
    --------
    touchpoints.attribution.sensitivity : Compute the shares at each setting.
    credit : Models side by side, with the interval of each.

    Examples
    --------
    >>> import touchpoints as tp
    >>> journeys = tp.from_paths({"path": ["ad > ad > shop"], "n": [6]}, path="path", converted="n")
    >>> found = tp.attribution.sensitivity(journeys, models={"linear": tp.attribution.linear})
    >>> figure = tp.plot.sensitivity(found)
    >>> [one.text for one in figure.layout.annotations if one.name == "number"]
    ['50 – 67%', '33 – 50%']
    """
    require_record(sensitivity, SideBySide, made_by="tp.attribution.sensitivity")
    look = look_of(dark=dark, lang=lang, taxonomy=taxonomy, width=width)
    keys = list(dict.fromkeys(map(str, sensitivity.touchpoint.tolist())))
    rows_of = [np.flatnonzero(sensitivity.touchpoint == key) for key in keys]
    means = np.array([sensitivity.share[rows].mean() for rows in rows_of])
    chosen, more = shown_rows(means, look, which=look.say("credit.most"))
    rows = [_row(look, sensitivity, keys[row], rows_of[row]) for row in chosen]
    panel = panel_of(
        [dot for row in rows for dot in row.dots],
        title=look.say("credit.share"),
        quantity=shares(look),
        reference=0.0,
        within=(-math.inf, 1.0),
    )
    settings = look.numerals.whole(len(set(sensitivity.model.tolist())))
    legend = [
        Mark(label=look.say("sensitivity.setting"), color=look.palette.accent, hollow=True),
    ]
    said = [more, look.say("sensitivity.lines", settings=settings)]
    return rows_figure(look, rows, [panel], legend=legend, said=said if rows else ())


def _row(look: Look, found: SideBySide, key: str, rows: Array) -> Row:
    share, palette = found.share[rows], look.palette
    least, most = int(rows[np.argmin(share)]), int(rows[np.argmax(share)])
    ends = (float(share.min()), float(share.max()))
    low, high = (float(one[rows].min()) for one in (found.low, -found.high))
    widest = Mark(color=palette.edge, size=0)
    spread = Mark(color=palette.accent, size=0)
    dots = [
        Dot(value=ends[0], low=low, high=-high, mark=widest, thick=1.2),
        Dot(value=ends[0], low=ends[0], high=ends[1], mark=spread, thick=4, text=_said(look, ends)),
    ]
    one = Mark(color=palette.accent, hollow=True, size=8)
    for row in rows.tolist():
        numbers = (float(found.share[row]), float(found.low[row]), float(found.high[row]))
        says = (_setting(look, found.model[row]), shares(look).said(*numbers))
        dots.append(Dot(value=numbers[0], mark=one, hover=says))
    below = ""
    if ends[1] > ends[0] + 1e-9:
        names = (_setting(look, found.model[row]) for row in (least, most))
        below = look.say("sensitivity.extremes", **dict(zip(("least", "most"), names, strict=True)))
    label = look.say("credit.none") if key == _NONE else look.name(key)
    return Row(label=label, below=below, dots=tuple(dots))


def _said(look: Look, ends: tuple[float, float]) -> str:
    """Return a range of shares, without the brackets that mean an interval."""
    low, high = ends
    if look.numerals.share(low) == look.numerals.share(high):
        return look.numerals.share(low)
    return f"{look.numerals.range(low, high)}".strip("[]").replace(_mark(look), " –", 1)


def _mark(look: Look) -> str:
    """Return what stands between the ends of an interval."""
    return str(look.numerals.rules["interval"]).split("{}")[1].rstrip()


def _setting(look: Look, name: object) -> str:
    """Return a setting in the language of the figure, as far as its words are known."""
    text = str(name).replace(_REPEATS, look.say("sensitivity.repeats"))
    text = text.replace(_ORDER, look.say("sensitivity.order"))
    text = _DAYS.sub(lambda found: look.say("sensitivity.days", n=found[1]), text)
    return model_name(look, text)
