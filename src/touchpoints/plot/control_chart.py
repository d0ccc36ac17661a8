"""The picture of a control chart: a measure by period, between its limits."""

from __future__ import annotations

from typing import Any

import numpy as np

from touchpoints._core.checks import public
from touchpoints._core.frozen import Array
from touchpoints.experience import ControlChart
from touchpoints.plot._shared.canvas import Box, Canvas, Marker, hover
from touchpoints.plot._shared.look import Look, look_of, require_record
from touchpoints.plot._shared.measure_words import measure_name, value_text
from touchpoints.plot._shared.plot_area import (
    SIZE,
    Area,
    as_steps,
    draw_band,
    draw_curve,
    nice_ticks,
    room_for,
    x_axis,
    y_axis,
)
from touchpoints.plot._shared.symbol_legends import Entry, noted, symbol_legend
from touchpoints.plot._shared.text_widths import LINE_HEIGHT, text_width
from touchpoints.plot._shared.time_axes import instant_text, instant_ticks
from touchpoints.taxonomy import Taxonomy

_PAD = 8.0
_SIGNALS = ("above", "below", "run")


@public
def control_chart(
    chart: ControlChart,
    *,
    taxonomy: Taxonomy | None = None,
    lang: str = "en",
    dark: bool = False,
    width: int = 960,
) -> Any:
    """Draw a control chart: the value of each period, the centre, and the limits of each.

    Parameters
    ----------
    chart
        What `tp.experience.control_chart` returned.
    taxonomy, lang, dark, width
        Shared arguments: see `touchpoints.plot`.

    Returns
    -------
    plotly.graph_objects.Figure
        Points joined by a line, on a band with a step for the limits of each period. A period with
        a signal is a larger diamond in colour, with its name where there is room; one that was not
        over when the log ended is hollow. Where only the first periods are the baseline, a dashed
        line stands at its end.

    Raises
    ------
    MissingPackageError
        When plotly is not installed.
    WrongKindError
        When ``chart`` is not a ControlChart.

    See Also
    --------
    touchpoints.experience.control_chart : Compute values and limits.
    interrupted_series, before_after : What was different after a change.

    Examples
    --------
    >>> import touchpoints as tp
    >>> shop = tp.until(tp.datasets.shop(400, seed=1), "purchase", outcome="sale")
    >>> chart = tp.experience.control_chart(shop, measure="outcome")
    >>> figure = tp.plot.control_chart(chart)
    >>> figure.layout.annotations[0].text
    'Share of journeys that reach the outcome'
    """
    require_record(chart, ControlChart, made_by="tp.experience.control_chart")
    look = look_of(dark=dark, lang=lang, taxonomy=taxonomy, width=width)
    canvas = Canvas(look)
    if not len(chart):
        y = noted(canvas, look.say("plot.no_data"), top=_PAD)
        return canvas.figure(y + _PAD)
    y = noted(canvas, measure_name(chart.measure, look), top=_PAD, kind="axis")
    y = symbol_legend(canvas, _entries(chart, look), top=y)
    area = _area(chart, look, top=y)
    _axes(canvas, chart, area)
    starts = _starts(chart)
    xs, lows = as_steps(starts[:-1], chart.low, end=float(starts[-1]))
    draw_band(canvas, area, xs, lows, as_steps(starts[:-1], chart.high, end=0)[1])
    _centre(canvas, chart, area, starts)
    _values(canvas, chart, area, starts)
    ticks = instant_ticks(*area.xs, look, most=4 if look.narrow else 9)
    y = x_axis(canvas, area, ticks) + 8
    return canvas.figure(_notes(canvas, chart, top=y) + _PAD)


def _starts(chart: ControlChart) -> Array:
    """Return the start of each period in microseconds, and the end of the last one."""
    starts = chart.period.astype("datetime64[us]").astype(np.int64).astype(np.float64)
    widths = np.diff(starts)
    return np.append(starts, starts[-1] + (float(widths[-1]) if len(widths) else 86_400e6))


def _area(chart: ControlChart, look: Look, *, top: float) -> Area:
    ends = np.concatenate([chart.low, chart.high, chart.value, chart.centre])
    known = ends[np.isfinite(ends)]
    low, high = (float(known.min()), float(known.max())) if len(known) else (0.0, 1.0)
    margin = 0.12 * (high - low) if high > low else abs(high) * 0.1 or 0.1
    bottom = max(low - margin, 0.0) if low >= 0 else low - margin
    ys = bottom, high + margin
    labels = [value_text(one, chart.measure, look) for one in nice_ticks(*ys)]
    starts = _starts(chart)
    return Area(
        left=_PAD + room_for(labels),
        top=top + 24,
        right=look.width - (16 if look.narrow else 110),
        bottom=top + (240 if look.narrow else 320),
        xs=(float(starts[0]), float(starts[-1])),
        ys=ys,
    )


def _axes(canvas: Canvas, chart: ControlChart, area: Area) -> None:
    look = canvas.look
    ticks = [(one, value_text(one, chart.measure, look)) for one in nice_ticks(*area.ys)]
    y_axis(canvas, area, ticks)


def _entries(chart: ControlChart, look: Look) -> list[Entry]:
    """Return the legend: only what occurs."""
    palette = look.palette
    entries = [Entry(look.say("control_chart.limits"), palette.around)]
    if (chart.signal != "").any():
        entries.append(Entry(look.say("control_chart.signal"), palette.pain, "diamond"))
    if not chart.whole.all():
        said = look.say("control_chart.open")
        entries.append(Entry(said, palette.background, "circle", palette.curve))
    return entries


def _centre(canvas: Canvas, chart: ControlChart, area: Area, starts: Array) -> None:
    """Draw the centre, its value at the right, and the end of the baseline."""
    look, palette = canvas.look, canvas.look.palette
    centre = float(chart.centre[-1])
    if np.isfinite(centre):
        y = area.y(centre)
        canvas.line((area.left, y), (area.right, y), color=palette.edge)
        if not look.narrow:
            text = value_text(centre, chart.measure, look)
            said = [look.say("control_chart.centre"), text]
            at = y - SIZE * LINE_HEIGHT
            canvas.text(area.right + 8, at, said, size=SIZE, color=palette.ink2, kind="centre")
    if end := _end_of_baseline(chart):
        x = area.x(float(starts[end]))
        canvas.line((x, area.top), (x, area.bottom), color=palette.ink2, dash="dash")


def _end_of_baseline(chart: ControlChart) -> int:
    """Return the first period after the baseline; 0 where no whole period is after it."""
    last = int(np.flatnonzero(chart.baseline)[-1]) + 1 if chart.baseline.any() else 0
    return last if (chart.whole[last:]).any() else 0


def _values(canvas: Canvas, chart: ControlChart, area: Area, starts: Array) -> None:
    """Draw the line and the points of the values, and the names of signals."""
    look, palette = canvas.look, canvas.look.palette
    middles = (starts[:-1] + starts[1:]) / 2
    draw_curve(canvas, area, middles, chart.value, color=palette.curve, name="values")
    dense = (area.right - area.left) / len(chart) < 7
    filled = {True: palette.curve, False: palette.background}
    plain: list[Marker] = []
    signals: list[Marker] = []
    for row in np.flatnonzero(np.isfinite(chart.value)).tolist():
        signal = str(chart.signal[row])
        mark = Marker(
            x=area.x(float(middles[row])),
            y=area.y(float(chart.value[row])),
            size=12 if signal else 4 if dense else 7,
            color=palette.pain if signal else filled[bool(chart.whole[row])],
            symbol="diamond" if signal else "circle",
            outline=palette.background if signal else palette.curve,
            hover=_says(look, chart, row),
        )
        (signals if signal else plain).append(mark)
    canvas.markers(plain, name="values")
    canvas.markers(signals, name="signals")
    _names(canvas, chart, [*plain, *signals], area)


def _signal_name(signal: str, look: Look) -> str:
    names = [one.strip() for one in signal.split(",") if one.strip()]
    known = [look.say(f"control_chart.{one}") if one in _SIGNALS else one for one in names]
    return ", ".join(known)


def _says(look: Look, chart: ControlChart, row: int) -> str:
    value, low, high = (
        value_text(float(one[row]), chart.measure, look)
        for one in (chart.value, chart.low, chart.high)
    )
    period = instant_text(chart.period[row].astype("datetime64[us]").item(), look)
    number = look.say("plot.n", n=look.numerals.compact(float(chart.n[row])))
    limits = look.say("control_chart.between", low=low, high=high)
    return hover(period, f"{value} ({number})", limits, _signal_name(str(chart.signal[row]), look))


def _names(canvas: Canvas, chart: ControlChart, marks: list[Marker], area: Area) -> None:
    """Write the name of a signal at its point, once for signals in succession, where it fits."""
    look = canvas.look
    taken = [Box(one.x - 6, one.y - 6, one.x + 6, one.y + 6, "mark", "") for one in marks]
    signals = iter([one for one in marks if one.symbol == "diamond"])
    before = ""
    for row in np.flatnonzero(np.isfinite(chart.value)).tolist():
        signal = str(chart.signal[row])
        if signal:
            mark = next(signals)
            if signal != before:
                name, low = _signal_name(signal, look), chart.value[row] < chart.centre[row]
                _name(canvas, name, mark, [*taken, *canvas.boxes], area=area, low=bool(low))
        before = signal


def _name(
    canvas: Canvas, name: str, mark: Marker, taken: list[Box], *, area: Area, low: bool
) -> None:
    """Write a name at the first free place: away from the centre, towards it, or beside."""
    wide, high = text_width(name, SIZE), SIZE * LINE_HEIGHT
    above = [(mark.x - wide / 2, mark.y - gap - high) for gap in (10, 22)]
    below = [(mark.x - wide / 2, mark.y + gap) for gap in (10, 22)]
    beside = [(mark.x + 10, mark.y - high / 2), (mark.x - 10 - wide, mark.y - high / 2)]
    outwards = [*below, *above] if low else [*above, *below]
    for x, y in (*outwards, *beside):
        left = min(max(x, area.left + 2), area.right - wide) if x == above[0][0] else x
        box = Box(left, y, left + wide, y + high, "signal", name)
        inside = area.left <= left and box.right <= area.right and area.top - 24 <= y
        if inside and box.bottom <= area.bottom and not any(box.overlaps(one) for one in taken):
            canvas.text(left, y, name, size=SIZE, color=canvas.look.palette.pain, kind="signal")
            return


def _notes(canvas: Canvas, chart: ControlChart, *, top: float) -> float:
    """Say where the limits come from, how often they are crossed by chance, what is left out."""
    look, numerals = canvas.look, canvas.look.numerals
    number = numerals.whole(int(chart.baseline.sum()))
    after = _end_of_baseline(chart) > 0
    said = [look.say(f"control_chart.{'before_line' if after else 'all_periods'}", n=number)]
    if np.isfinite(chart.false_alarm):
        places = 2 if chart.false_alarm < 0.01 else 1
        share = numerals.share(chart.false_alarm, places=places)
        said.append(look.say("control_chart.false_alarm", share=share))
    if chart.left_out:
        said.append(look.say("control_chart.left_out", n=numerals.whole(chart.left_out)))
    return noted(canvas, " ".join(said), top=top)
