"""The picture of the time to a place or an outcome: Kaplan-Meier curves."""

from __future__ import annotations

import datetime as dt
from functools import partial
from typing import Any

import numpy as np

from touchpoints._core import checks
from touchpoints._core.checks import public
from touchpoints._core.frozen import Array
from touchpoints._core.time_units import in_unit
from touchpoints.paths import TimeTo
from touchpoints.plot._shared.canvas import Canvas
from touchpoints.plot._shared.look import Look, look_of, require_record
from touchpoints.plot._shared.survival_curves import Subject, draw_survival
from touchpoints.plot._shared.time_axes import duration_text, duration_ticks
from touchpoints.taxonomy import Taxonomy


@public
def time_to(
    time_to: TimeTo,
    *,
    until: dt.timedelta | None = None,
    taxonomy: Taxonomy | None = None,
    lang: str = "en",
    dark: bool = False,
    width: int = 960,
) -> Any:
    """Draw Kaplan-Meier curves of the time to a place or an outcome, with bands.

    Parameters
    ----------
    time_to
        What `tp.paths.time_to` returned.
    until
        The longest time that is drawn; by default the longest one of the record.
    taxonomy, lang, dark, width
        Shared arguments: see `touchpoints.plot`.

    Returns
    -------
    plotly.graph_objects.Figure
        A curve that falls with each event, in the band of its interval; dashed lines at the
        median, the first time at which half or fewer are left. Below the axis, whose unit suits
        the longest time, is how many were still observed without the event. Of groups, the eight
        with the most journeys are drawn, each with a colour and a symbol of its own.

    Raises
    ------
    InvalidInputError
        When ``until`` is not positive.
    MissingPackageError
        When plotly is not installed.
    WrongKindError
        When ``time_to`` is not a TimeTo.

    See Also
    --------
    touchpoints.paths.time_to : Compute the curve.
    survival_by_step : The same over steps.

    Notes
    -----
    The curve is drawn at each half pixel, so that a record of a million times stays small.

    Examples
    --------
    >>> import touchpoints as tp
    >>> shop = tp.datasets.shop(200, seed=1)
    >>> figure = tp.plot.time_to(tp.paths.time_to(shop, place="purchase"))
    >>> [one.text for one in figure.layout.annotations if one.name == "axis"][0]
    'Share without the event yet'
    """
    require_record(time_to, TimeTo, made_by="tp.paths.time_to")
    time_to = in_unit(time_to, "seconds")
    most = np.inf if until is None else checks.microseconds(until, "until") / 1e6
    look = look_of(dark=dark, lang=lang, taxonomy=taxonomy, width=width)
    canvas = Canvas(look)
    y = draw_survival(canvas, time_to, partial(_subject, time_to, look, most))
    return canvas.figure(y + 8)


def _subject(found: TimeTo, look: Look, most: float, rows: Array) -> Subject:
    longest = min(float(found.time[rows].max(initial=0.0)), most)
    ticks, unit = duration_ticks(longest, look, most=6 if look.narrow else 11)
    return Subject(
        places=found.time,
        ticks=ticks,
        title=look.say("survival.time", unit=unit),
        share=look.say("survival.without_event"),
        written=partial(duration_text, look=look),
        end=longest,
    )
