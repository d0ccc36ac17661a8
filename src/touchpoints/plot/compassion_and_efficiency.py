"""The picture of compassion beside efficiency, never as one number."""

from __future__ import annotations

from typing import Any

import numpy as np

from touchpoints._core.checks import public
from touchpoints.experience import CompassionAndEfficiency
from touchpoints.plot._shared.dot_rows import Dot, Panel, Row, panel_of
from touchpoints.plot._shared.grouped_rows import marks_of, rows_of_labels
from touchpoints.plot._shared.groups import parts_of
from touchpoints.plot._shared.look import Look, look_of, require_record
from touchpoints.plot._shared.metric_words import metric_name
from touchpoints.plot._shared.quantities import Quantity, numbers, times
from touchpoints.plot._shared.row_drawing import rows_figure
from touchpoints.plot._shared.series_legend import Mark
from touchpoints.taxonomy import Taxonomy

_MEASURES = {
    "compassion": ("answers", "low", "high"),
    "wait": ("waits", "wait_low", "wait_high"),
    "duration": ("durations", "duration_low", "duration_high"),
}


@public
def compassion_and_efficiency(
    compassion_and_efficiency: CompassionAndEfficiency,
    *,
    taxonomy: Taxonomy | None = None,
    lang: str = "en",
    dark: bool = False,
    width: int = 960,
) -> Any:
    """Draw how kind touchpoints are beside how quick they are, on scales of their own.

    Parameters
    ----------
    compassion_and_efficiency
        What `tp.experience.compassion_and_efficiency` returned.
    taxonomy, lang, dark, width
        Shared arguments: see `touchpoints.plot`.

    Returns
    -------
    plotly.graph_objects.Figure
        Each touchpoint has a dot with its interval on each scale: the mean score, the median wait
        and, where any is known, the median duration. A dotted line joins them: the two are never
        merged into one number. What is not known is a dash. Groups have a colour, a shape and a
        line each.

    Raises
    ------
    MissingPackageError
        When plotly is not installed.
    WrongKindError
        When ``compassion_and_efficiency`` is not a CompassionAndEfficiency.

    See Also
    --------
    touchpoints.experience.compassion_and_efficiency : Compute both.

    Examples
    --------
    >>> import touchpoints as tp
    >>> rows = [
    ...     {"id": 1, "at": "2026-01-05 09:00", "what": "check-in", "empathy": 2.0},
    ...     {"id": 1, "at": "2026-01-05 09:40", "what": "visit", "empathy": 5.0},
    ... ]
    >>> journeys = tp.from_records(
    ...     rows, journey="id", time="at", touchpoint="what", per_interaction=["empathy"]
    ... )
    >>> figure = tp.plot.compassion_and_efficiency(
    ...     tp.experience.compassion_and_efficiency(journeys)
    ... )
    >>> [one.text for one in figure.layout.annotations if one.name == "number"]
    ['2.00', '–', '5.00', '40.0']
    """
    require_record(
        compassion_and_efficiency,
        CompassionAndEfficiency,
        made_by="tp.experience.compassion_and_efficiency",
    )
    look = look_of(dark=dark, lang=lang, taxonomy=taxonomy, width=width)
    found = compassion_and_efficiency
    parts, note = parts_of(found, look, size=found.interactions)
    marks = marks_of(parts, look)
    by_label, more = rows_of_labels(
        found.touchpoint, parts, look, size=found.interactions, which=look.say("compassion.most")
    )
    names = [
        one for one in _MEASURES if one != "duration" or bool(np.isfinite(found.duration).any())
    ]
    scales = {name: _scale(look, found, name) for name in names}
    rows = [
        Row(
            label=look.name(label),
            joined=True,
            dots=tuple(
                _dot(
                    look, found, name, row, marks[nth], place=(panel, nth), quantity=scales[name][0]
                )
                for nth, row in pairs
                for panel, name in enumerate(names)
            ),
        )
        for label, pairs in by_label.items()
    ]
    panels = [_panel(rows, nth, *scales[name]) for nth, name in enumerate(names)]
    said = [
        more,
        note,
        look.say("compassion.apart"),
        look.say("dot_rows.intervals", level=look.numerals.share(found.level)),
    ]
    return rows_figure(look, rows, panels, legend=marks, said=said if rows else ())


def _scale(look: Look, found: CompassionAndEfficiency, name: str) -> tuple[Quantity, str]:
    """Return how the numbers of a measure are written, and its title."""
    values = getattr(found, name).tolist()
    title = look.say(f"compassion.{name}", metric=metric_name(look, found.metric))
    if name == "compassion":
        return numbers(look, values), title
    quantity, unit = times(look, values)
    return quantity, look.say("dot_rows.same_scale", what=title, unit=unit)


def _dot(
    look: Look,
    found: CompassionAndEfficiency,
    name: str,
    row: int,
    mark: Mark,
    *,
    place: tuple[int, int],
    quantity: Quantity,
) -> Dot:
    number, *ends = _MEASURES[name]
    value, low, high = (float(getattr(found, one)[row]) for one in (name, *ends))
    said = quantity.said(value, low, high)
    n = look.say("plot.n", n=look.numerals.whole(getattr(found, number)[row]))
    return Dot(
        value=value,
        low=low,
        high=high,
        mark=mark,
        text=said,
        hover=(said, n),
        panel=place[0],
        lane=place[1],
    )


def _panel(rows: list[Row], nth: int, quantity: Quantity, title: str) -> Panel:
    dots = [dot for row in rows for dot in row.dots if dot.panel == nth]
    reference = 0.0 if nth else None
    return panel_of(dots, title=title, quantity=quantity, reference=reference)
