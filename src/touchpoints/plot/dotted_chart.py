"""The dotted chart: a row for each journey, a dot for each interaction, in time."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

import attrs
import numpy as np

from touchpoints._core.checks import public
from touchpoints._core.frozen import Array
from touchpoints.journeys.cutting import require_times
from touchpoints.journeys.model import Journeys
from touchpoints.journeys.periods import clock_of
from touchpoints.plot._shared.canvas import Canvas, Marker, hover
from touchpoints.plot._shared.look import Look, look_of, shown
from touchpoints.plot._shared.plot_area import Area, x_axis
from touchpoints.plot._shared.sampled_journeys import Sampled, sampled
from touchpoints.plot._shared.symbol_legends import noted, symbol_legend
from touchpoints.plot._shared.time_axes import (
    duration_text,
    duration_ticks,
    instant_text,
    instant_ticks,
)
from touchpoints.plot._shared.touchpoint_kinds import Kinds, touchpoint_kinds
from touchpoints.taxonomy import Taxonomy

_PAD = 8.0
_HIGHEST, _HIGHEST_ROW = 560.0, 18.0
_MOST_DOTS = 6000
_ROW_WITH_LINE = 8.0


@attrs.frozen(kw_only=True, eq=False)
class _Dots:
    """The dots of a chart: their row, time and touchpoint; and what each row is."""

    row: Array
    time: Array
    code: Array
    ids: list[str]
    journeys: int
    left_out: int
    cut: int


@public
def dotted_chart(
    journeys: Journeys,
    *,
    relative: bool = False,
    max_journeys: int = 300,
    seed: int = 1,
    taxonomy: Taxonomy | None = None,
    lang: str = "en",
    dark: bool = False,
    width: int = 960,
) -> Any:
    """Draw a dotted chart: time across, a row for each journey, a dot for each interaction.

    Parameters
    ----------
    journeys
        Journeys with times. Counts are honoured: a row of count 3 is drawn three times.
    relative
        True for the time since the first interaction of each journey, with the longest journeys
        at the bottom; by default dates, with the latest journeys at the bottom.
    max_journeys
        How many journeys to draw at most; of more, so many are drawn at random.
    seed
        The seed of numpy's default generator, for the sample.
    taxonomy, lang, dark, width
        Shared arguments: see `touchpoints.plot`.

    Returns
    -------
    plotly.graph_objects.Figure
        The seven most frequent touchpoints have a colour and a symbol each, the others share one.
        Dates are those of the time zone of the log. At most 6,000 interactions are drawn: where
        there are more, fewer journeys are, and of a longer one its first; the figure says so.

    Raises
    ------
    InvalidInputError
        When the journeys have no times, ``max_journeys`` is not an integer of at least 1, or
        ``seed`` is none.
    MissingPackageError
        When plotly is not installed.
    WrongKindError
        When ``journeys`` is not a `Journeys`.

    See Also
    --------
    sequences : The same journeys by position, without times.
    timeline : One journey in time, with labels.

    Notes
    -----
    M. Song & W. M. P. van der Aalst (2007), Supporting process mining by showing events at a
    glance, Proceedings of the 17th Annual Workshop on Information Technologies and Systems.
    O(m) in the interactions, and a sort of the journeys drawn.

    Examples
    --------
    >>> import touchpoints as tp
    >>> figure = tp.plot.dotted_chart(tp.datasets.shop(500, seed=1), max_journeys=50)
    >>> [one.text for one in figure.layout.annotations if one.name == "note"]
    ['50 of 500 journeys are drawn, chosen at random. Each row is a journey.']
    """
    require_times(journeys, "dotted_chart")
    chosen = sampled(journeys, most=max_journeys, seed=seed)
    look = look_of(dark=dark, lang=lang, taxonomy=taxonomy, width=width)
    canvas = Canvas(look)
    dots = _dots(chosen, relative=relative)
    if not len(dots.time):
        y = noted(canvas, look.say("plot.no_data"), top=_PAD)
        return canvas.figure(y + _PAD)
    keys = [one.key for one in chosen.journeys.touchpoints]
    counted = np.bincount(dots.code, minlength=len(keys)).tolist()
    weights = {key: float(n) for key, n in zip(keys, counted, strict=True) if n}
    kinds = touchpoint_kinds(weights, look)
    y = symbol_legend(canvas, list(kinds.entries), top=_PAD)
    y = _draw(canvas, dots, kinds, keys, relative=relative, top=y + 2)
    return canvas.figure(_notes(canvas, chosen, dots, kinds, top=y + 8) + _PAD)


def _dots(chosen: Sampled, *, relative: bool) -> _Dots:
    """Return the dots of the journeys that are drawn, sorted by start or by length."""
    journeys, rows = chosen.journeys, chosen.rows
    clock = clock_of(journeys, "day", name="dotted_chart")
    stamps = clock.shown(require_times(journeys, "dotted_chart").view(np.int64))
    stamps = stamps.astype(np.float64)
    lengths = np.diff(journeys.offsets)[rows]
    filled, lengths = rows[lengths > 0], lengths[lengths > 0]
    first = journeys.offsets[filled]
    start, end = stamps[first], stamps[first + lengths - 1]
    order = np.lexsort((start, end - start)) if relative else np.lexsort((end, start))
    filled, lengths = filled[order], lengths[order]
    fitting = max(int((np.cumsum(lengths) <= _MOST_DOTS).sum()), min(len(filled), 1))
    filled, drawn = filled[:fitting], np.minimum(lengths[:fitting], _MOST_DOTS)
    row = np.repeat(np.arange(len(filled)), drawn)
    within = np.arange(int(drawn.sum())) - np.repeat(np.cumsum(drawn) - drawn, drawn)
    at = journeys.offsets[filled][row] + within
    times = stamps[at] - (stamps[journeys.offsets[filled]][row] if relative else 0.0)
    return _Dots(
        row=row,
        time=times / 1e6 if relative else times,
        code=journeys.codes[at],
        ids=[shown(str(one)) for one in journeys.ids[filled].tolist()],
        journeys=len(filled),
        left_out=len(rows) - len(order),
        cut=len(order) - len(filled) + int((drawn < lengths[:fitting]).sum()),
    )


def _draw(
    canvas: Canvas, dots: _Dots, kinds: Kinds, keys: list[str], *, relative: bool, top: float
) -> float:
    """Draw the dots and the axis; return the y below."""
    look = canvas.look
    row = min(_HIGHEST_ROW, _HIGHEST / dots.journeys)
    low, high = float(dots.time.min()), float(dots.time.max())
    area = Area(
        left=_PAD + 6,
        top=top,
        right=look.width - _PAD - 12,
        bottom=top + row * dots.journeys + 8,
        xs=(low, high if high > low else low + 1),
        ys=(float(dots.journeys) - 0.5, -0.5),
    )
    below, written = _axis(canvas, area, relative=relative)
    if row >= _ROW_WITH_LINE:
        for at in range(dots.journeys):
            ends = (area.left - 6, area.y(at)), (area.right + 6, area.y(at))
            canvas.line(*ends, color=look.palette.grid)
    size = 9.0 if row >= 9 else 6.0 if row >= 3 else 5.0
    of_kind = np.array([kinds.of.get(key, 0) for key in keys], dtype=np.int64)[dots.code]
    for place, entry in enumerate(kinds.entries):
        marks = [
            Marker(
                x=area.x(float(dots.time[at])),
                y=area.y(float(dots.row[at])),
                size=size,
                color=entry.color,
                symbol=entry.symbol,
                hover=hover(
                    look.name(keys[dots.code[at]]),
                    written(float(dots.time[at])),
                    dots.ids[dots.row[at]],
                ),
            )
            for at in np.flatnonzero(of_kind == place).tolist()
        ]
        canvas.markers(marks, name=entry.label)
    return below


def _axis(canvas: Canvas, area: Area, *, relative: bool) -> tuple[float, Callable[[float], str]]:
    """Draw the axis; return the y below it, and the function that writes a time."""
    look = canvas.look
    if relative:
        ticks, unit = duration_ticks(area.xs[1], look, most=6 if look.narrow else 11)
        title = look.say("dotted_chart.since", unit=unit)
        return x_axis(canvas, area, ticks, title=title, grid=True), partial(
            duration_text, look=look
        )
    ticks = instant_ticks(*area.xs, look, most=4 if look.narrow else 9)
    return x_axis(canvas, area, ticks, grid=True), partial(_instant, look=look)


def _instant(stamp: float, look: Look) -> str:
    return instant_text(np.datetime64(int(stamp), "us").item(), look)


def _notes(canvas: Canvas, chosen: Sampled, dots: _Dots, kinds: Kinds, *, top: float) -> float:
    """Say how many journeys are drawn, in which order, and what is not drawn."""
    look, numerals = canvas.look, canvas.look.numerals
    said = [chosen.note(look), look.say("dotted_chart.rows")]
    if dots.left_out:
        said.append(look.say("dotted_chart.empty", n=numerals.whole(dots.left_out)))
    if dots.cut:
        most = numerals.whole(_MOST_DOTS)
        said.append(look.say("dotted_chart.cut", n=numerals.whole(dots.cut), most=most))
    if kinds.others:
        said.append(look.say("sequences.others", n=numerals.whole(kinds.others)))
    return noted(canvas, " ".join(said), top=top)
