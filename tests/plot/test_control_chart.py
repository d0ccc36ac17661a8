"""The picture of a control chart (B40)."""

from __future__ import annotations

from typing import Any

import attrs
import numpy as np
import pytest

import touchpoints as tp
from tests.plot import drawn


def chart_of(values: list[float], signals: list[str], **changes: Any) -> tp.experience.ControlChart:
    """Return a chart of weeks from 5 January 2026, with limits from 0.2 to 0.4."""
    size = len(values)
    fields: dict[str, Any] = {
        "period": np.datetime64("2026-01-05") + 7 * np.arange(size),
        "value": values,
        "n": np.full(size, 100.0),
        "centre": np.full(size, 0.3),
        "low": np.full(size, 0.2),
        "high": np.full(size, 0.4),
        "signal": signals,
        "whole": np.ones(size, bool),
        "baseline": np.ones(size, bool),
        "kind": "p",
        "measure": "outcome",
        "dispersion": 1.0,
        "false_alarm": 0.0027,
        "run_length": 150.0,
        "left_out": 0,
    }
    return tp.experience.ControlChart(**(fields | changes))


@pytest.fixture(scope="module")
def shop() -> tp.Journeys:
    """Journeys of a shop that end with their purchase."""
    return tp.until(tp.datasets.shop(600, seed=1), "purchase", outcome="sale")


def marks(figure: Any, name: str) -> Any:
    """Return the trace of marks of a name."""
    return next(one for one in figure.data if one.name == name and one.mode == "markers")


def test_points_lie_where_the_values_are() -> None:
    """A value halfway between two others lies halfway between their points."""
    figure = tp.plot.control_chart(chart_of([0.25, 0.3, 0.35], ["", "", ""]))
    y = marks(figure, "values").y
    assert y[1] == pytest.approx((y[0] + y[2]) / 2, abs=0.11)
    assert y[0] > y[2]
    assert {"mean 30%"} == set(drawn.texts(figure, kind="centre"))
    assert "5 January 2026" in drawn.hovers(figure)[0]
    assert "25% (n = 100)" in drawn.hovers(figure)[0]
    assert "limits 20% to 40%" in drawn.hovers(figure)[0]


def test_signals_are_larger_diamonds_with_a_name() -> None:
    """Points beyond the limits differ in shape, size and colour, and are named once in a row."""
    signals = ["", "above", "above", "below, run", "x"]
    figure = tp.plot.control_chart(chart_of([0.3, 0.45, 0.44, 0.15, 0.3], signals))
    found = marks(figure, "signals").marker
    assert {"diamond"} == set(found.symbol)
    assert {"#A23D08"} == set(found.color)
    assert min(found.size) > max(marks(figure, "values").marker.size)
    named = drawn.texts(figure, kind="signal")
    assert ["above the limits", "below the limits, run on one side", "x"] == named
    plain = tp.plot.control_chart(chart_of([0.3, 0.3], ["", ""]))
    assert ["limits: three standard deviations"] == drawn.texts(plain, kind="legend")


def test_the_baseline_is_marked() -> None:
    """A dashed line stands after the periods of the baseline, and the note counts them."""
    every = tp.plot.control_chart(chart_of([0.3] * 4, [""] * 4))
    assert "all 4 periods that were over" in drawn.texts(every, kind="note")[0]
    first = chart_of([0.3] * 4, [""] * 4, baseline=[True, True, False, False])
    figure = tp.plot.control_chart(first)
    (line,) = [one for one in figure.layout.shapes if one.line.dash not in (None, "solid")]
    points = marks(figure, "values").x
    assert line.x0 == pytest.approx((points[1] + points[2]) / 2, abs=0.2)
    assert "the 2 periods of the baseline" in drawn.texts(figure, kind="note")[0]
    assert "0.27% of periods" in drawn.texts(figure, kind="note")[0]


def test_open_periods_are_hollow_and_gaps_are_gaps() -> None:
    """A period that was not over is hollow; one without a value has no point and no line."""
    whole = [True, True, True, False]
    figure = tp.plot.control_chart(
        chart_of([0.3, float("nan"), 0.3, 0.2], [""] * 4, whole=whole, left_out=3)
    )
    assert ["#33475C", "#33475C", "#FFFFFF"] == list(marks(figure, "values").marker.color)
    assert "period not over" in drawn.texts(figure, kind="legend")
    assert [1, 2] == [len(one.x) for one in figure.data if one.mode == "lines"]
    assert "left out: 3." in drawn.texts(figure, kind="note")[0]


def test_one_row_none_and_many() -> None:
    """One period, no period, no known limits, and 300 periods with signals are drawn."""
    figure = tp.plot.control_chart(chart_of([0.3], [""]))
    assert 1 == len(marks(figure, "values").x)
    empty = tp.plot.control_chart(chart_of([], []))
    assert ["There is nothing to draw."] == drawn.texts(empty)
    unknown = [float("nan")] * 3
    figure = tp.plot.control_chart(
        chart_of(unknown, [""] * 3, low=unknown, high=unknown, centre=unknown)
    )
    assert not [one for one in figure.data if one.mode == "lines"]
    signals = ["above" if n % 3 else "" for n in range(300)]
    for width in (358, 960):
        many = tp.plot.control_chart(chart_of([0.45] * 300, signals), width=width)
        assert [] == drawn.overlapping(many) + drawn.outside(many)


@pytest.mark.parametrize("width", [280, 358, 960])
def test_a_label_at_zero_keeps_clear_of_the_dates(width: int) -> None:
    """The lowest value and the first date meet in the corner, and do not touch."""
    zeros = np.zeros(20)
    days = np.datetime64("2026-01-01") + np.arange(20)
    chart = chart_of([0.0] * 20, [""] * 20, low=zeros, centre=zeros, high=zeros + 0.1, period=days)
    for lang in ("en", "es"):
        figure = tp.plot.control_chart(chart, width=width, lang=lang)
        assert [] == drawn.overlapping(figure) + drawn.outside(figure)


@pytest.mark.parametrize("measure", ["outcome", "count", "reach"])
@pytest.mark.parametrize("lang", ["en", "es"])
@pytest.mark.parametrize("width", [358, 960])
@pytest.mark.parametrize("dark", [False, True])
def test_no_text_overlaps(
    shop: tp.Journeys, measure: str, lang: str, width: int, dark: bool
) -> None:
    """Texts neither overlap nor leave the picture, and all colours are of the palette."""
    of = None if measure == "outcome" else "review_read"
    found = tp.experience.control_chart(
        shop,
        measure=measure,  # type: ignore[arg-type]
        touchpoint=of,
        baseline="2026-02-20",
    )
    signal = found.signal.copy()
    signal[2:5] = ["above", "run", "below"]
    figure = tp.plot.control_chart(
        attrs.evolve(found, signal=signal), lang=lang, dark=dark, width=width
    )
    assert [] == drawn.overlapping(figure)
    assert [] == drawn.outside(figure)
    assert set() == drawn.strange_colors(figure, dark=dark)


@pytest.mark.parametrize("name", drawn.HOSTILE)
def test_hostile_names_of_measures_and_signals(name: str) -> None:
    """A record made by hand may hold any text: it is shown as it is."""
    figure = tp.plot.control_chart(chart_of([0.3, 0.5], ["", name], measure=name), width=358)
    assert [] == drawn.outside(figure) + drawn.overlapping(figure)
    assert not any("<script" in str(one.text) for one in figure.layout.annotations)
    assert not any("<script" in str(one.hovertext) for one in figure.data)


def test_another_record_is_refused(shop: tp.Journeys) -> None:
    """A record of another kind is named, and the function that returns the right one."""
    with pytest.raises(tp.errors.WrongKindError, match=r"ControlChart can be.*Presence") as caught:
        tp.plot.control_chart(tp.paths.presence(shop))
    assert "tp.experience.control_chart" in str(caught.value)
