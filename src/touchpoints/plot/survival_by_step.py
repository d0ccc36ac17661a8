"""The picture of survival by step: how many journeys continue after each step."""

from __future__ import annotations

from functools import partial
from typing import Any

import numpy as np

from touchpoints._core.checks import public
from touchpoints._core.frozen import Array
from touchpoints.paths import StepSurvival
from touchpoints.plot._shared.canvas import Canvas
from touchpoints.plot._shared.look import Look, look_of, require_record
from touchpoints.plot._shared.plot_area import nice_ticks
from touchpoints.plot._shared.survival_curves import Subject, draw_survival
from touchpoints.taxonomy import Taxonomy


@public
def survival_by_step(
    survival: StepSurvival,
    *,
    taxonomy: Taxonomy | None = None,
    lang: str = "en",
    dark: bool = False,
    width: int = 960,
) -> Any:
    """Draw the share of journeys that continue after each step, with its band.

    Parameters
    ----------
    survival
        What `tp.paths.survival_by_step` returned.
    taxonomy, lang, dark, width
        Shared arguments: see `touchpoints.plot`.

    Returns
    -------
    plotly.graph_objects.Figure
        As the figure of `time_to`, over steps in place of time: a curve that falls at each step,
        and below it the number of journeys of which it is known whether they continue.

    Raises
    ------
    MissingPackageError
        When plotly is not installed.
    WrongKindError
        When ``survival`` is not a StepSurvival.

    See Also
    --------
    touchpoints.paths.survival_by_step : Compute the shares.
    time_to : The same over time.

    Examples
    --------
    >>> import touchpoints as tp
    >>> journeys = tp.from_paths({"path": ["ad > visit > buy", "visit > buy", "ad"]}, path="path")
    >>> figure = tp.plot.survival_by_step(tp.paths.survival_by_step(journeys))
    >>> [one.text for one in figure.layout.annotations if one.name == "at risk"]
    ['3', '3', '2', '1']
    """
    require_record(survival, StepSurvival, made_by="tp.paths.survival_by_step")
    look = look_of(dark=dark, lang=lang, taxonomy=taxonomy, width=width)
    canvas = Canvas(look)
    y = draw_survival(canvas, survival, partial(_subject, survival, look))
    return canvas.figure(y + 8)


def _subject(found: StepSurvival, look: Look, rows: Array) -> Subject:
    longest = int(found.step[rows].max(initial=0))
    values = nice_ticks(0, max(longest, 1), most=6 if look.narrow else 12)
    return Subject(
        places=found.step.astype(np.float64),
        ticks=[(one, look.numerals.whole(one)) for one in values if one == round(one)],
        title=look.say("survival.steps"),
        share=look.say("survival.continue"),
        written=partial(_step, look=look),
        end=float(longest),
    )


def _step(value: float, look: Look) -> str:
    return look.say("survival.step", n=look.numerals.whole(value))
