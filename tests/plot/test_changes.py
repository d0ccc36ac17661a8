"""The pictures of what was different after a change (B40)."""

from __future__ import annotations

from typing import Any

import attrs
import numpy as np
import pytest

import touchpoints as tp
from tests.plot import drawn

CUSTOMER = tp.load_taxonomy("customer")
CHANGE = tp.experience.Change("training", "live_chat", date="2026-02-01")


def compared(**changes: Any) -> tp.experience.BeforeAfter:
    """Return a comparison of a change with a control, by hand."""
    fields: dict[str, Any] = {
        "series": ["changed", "control", "changed - control"],
        "before": [0.2, 0.3, np.nan],
        "after": [0.4, 0.3, np.nan],
        "trials_before": [100.0, 100, 200],
        "trials_after": [100.0, 100, 200],
        "units_before": [100, 100, 200],
        "units_after": [100, 100, 200],
        "difference": [0.2, 0.0, 0.2],
        "low": [0.1, -0.1, 0.05],
        "high": [0.3, 0.1, 0.35],
        "measure": "exit",
        "lever": "training",
        "date": "2026-02-01T00:00:00",
        "spanning": 0,
        "left_out": 0,
        "level": 0.9,
        "unit": "journey",
    }
    return tp.experience.BeforeAfter(**(fields | changes))


def series(**changes: Any) -> tp.experience.InterruptedSeries:
    """Return an interrupted series of ten periods on each side, by hand."""
    fields: dict[str, Any] = {
        "term": ["level before", "slope before", "level change", "slope change"],
        "estimate": [0.5, 0.01, -0.2, 0.0],
        "low": [0.4, -0.01, -0.3, -0.02],
        "high": [0.6, 0.03, -0.1, 0.02],
        "p": [0.0001, 0.3, 0.002, np.nan],
        "periods_before": 10,
        "periods_after": 10,
        "autocorrelation": 0.1,
        "measure": "outcome",
        "lever": "training",
        "date": "2026-02-01T00:00:00",
        "journeys": 1000,
        "left_out": 7,
        "level": 0.95,
    }
    return tp.experience.InterruptedSeries(**(fields | changes))


@pytest.fixture(scope="module")
def shop() -> tp.Journeys:
    """Journeys of a shop that end with their purchase."""
    return tp.until(tp.datasets.shop(600, seed=1), "purchase", outcome="sale")


def test_values_before_and_after() -> None:
    """Points lie where the values are: as far apart as they differ; no line where equal or nan."""
    figure = tp.plot.before_after(compared(), taxonomy=CUSTOMER)
    first, second = [one for one in figure.data if one.name == "values"]
    scale = (first.x[1] - first.x[0]) / 0.2
    assert (second.x[0] - first.x[0]) == pytest.approx(0.1 * scale, abs=0.2)
    assert second.x[0] == second.x[1]
    assert ["Train staff, 1 February 2026"] == drawn.texts(figure, kind="note")[:1]
    values = drawn.texts(figure, kind="value")
    assert ["20.0% → 40.0%", "30.0% → 30.0%"] == values[:2]
    assert "+20.0 pp [10.0, 30.0]" == values[2]
    assert "20.0% (n = 100)" in drawn.hovers(figure)[0]


def test_differences_that_are_clear_are_filled() -> None:
    """A difference is filled where its interval does not contain 0; the level is said."""
    figure = tp.plot.before_after(compared())
    points = [one.marker.color[0] for one in figure.data if one.name == "differences"]
    assert ["#4554BA", "#FFFFFF", "#4554BA"] == points
    assert "After minus before, 90% interval" in drawn.texts(figure, kind="axis")


def test_what_else_may_be_in_a_difference_is_said() -> None:
    """Without a control the figure says so, and what was left out or is expected anyway."""
    one = {name: getattr(compared(), name)[:1] for name in compared().column_names()}
    found = attrs.evolve(compared(), **one, spanning=3, left_out=4, regression=-0.02)
    (_, note) = drawn.texts(tp.plot.before_after(found), kind="note")
    assert "There is no control group" in note
    assert "counted before it: 3." in note
    assert "in no group): 4." in note
    assert "−2.0 pp would be expected" in note
    assert "no control group" not in " ".join(drawn.texts(tp.plot.before_after(compared())))


def test_trends_and_terms() -> None:
    """Lines end where level and slope put them; terms have their interval and p."""
    figure = tp.plot.interrupted_series(series())
    lines = [one for one in figure.layout.shapes if one.line.width in (1.5, 2.5)]
    before, expected, after = lines
    assert "4px,3px" == expected.line.dash
    # 10 periods before: 0.5 - 10 * 0.01 = 0.4; at the change 0.5, after it 0.3, at the end 0.4.
    tenth = before.y0 - before.y1
    assert after.y0 - before.y1 == pytest.approx(2 * tenth, abs=0.01)
    assert after.y1 == pytest.approx(before.y0, abs=0.01)
    assert expected.y1 == pytest.approx(before.y1 - tenth, abs=0.01)
    numbers = drawn.texts(figure, kind="number")
    assert numbers == [
        "50% [40, 60%], p < 0.001",
        "+1.0 pp [−1.0, 3.0], p = 0.300",
        "−20.0 pp [−30.0, −10.0], p = 0.002",
        "0.0 pp [−2.0, 2.0]",
    ]
    assert "95% intervals" in drawn.texts(figure, kind="note")[1]
    assert "or has no trials): 7." in drawn.texts(figure, kind="note")[1]


@pytest.mark.parametrize("lang", ["en", "es"])
@pytest.mark.parametrize("width", [358, 960])
@pytest.mark.parametrize("dark", [False, True])
@pytest.mark.parametrize("measure", ["exit", "count"])
def test_no_text_overlaps(
    shop: tp.Journeys, lang: str, width: int, dark: bool, measure: str
) -> None:
    """Texts neither overlap nor leave the picture, and all colours are of the palette."""
    how: dict[str, Any] = {"lang": lang, "dark": dark, "width": width, "taxonomy": CUSTOMER}
    asked: dict[str, Any] = {"measure": measure, "outcome": "sale" if measure == "exit" else None}
    both = tp.experience.before_after(shop, CHANGE, **asked, control=("device", "phone"))
    broken = tp.experience.interrupted_series(shop, CHANGE, **asked)
    for figure in (tp.plot.before_after(both, **how), tp.plot.interrupted_series(broken, **how)):
        assert [] == drawn.overlapping(figure)
        assert [] == drawn.outside(figure)
        assert set() == drawn.strange_colors(figure, dark=dark)


@pytest.mark.parametrize("name", drawn.HOSTILE)
@pytest.mark.parametrize("width", [358, 960])
def test_hostile_names(name: str, width: int) -> None:
    """Records made by hand may hold any text: it is shown as it is, within the picture."""
    both = compared(lever=name, date=name, measure=name, series=[name, "control", "x"])
    broken = series(lever=name, date=name, measure=name)
    for figure in (
        tp.plot.before_after(both, width=width),
        tp.plot.interrupted_series(broken, width=width),
    ):
        assert [] == drawn.outside(figure) + drawn.overlapping(figure)
        assert not any("<script" in str(one.text) for one in figure.layout.annotations)
        assert not any("<script" in str(one.hovertext) for one in figure.data)


def test_what_is_not_known_is_a_gap() -> None:
    """Values and intervals that are nan are not drawn; an empty record is a sentence."""
    unknown = [np.nan] * 3
    found = compared(before=unknown, after=unknown, difference=unknown, low=unknown, high=unknown)
    figure = tp.plot.before_after(found)
    assert [] == [one for one in figure.data if one.name in ("values", "differences")]
    broken = series(estimate=[np.nan] * 4, low=[np.nan] * 4, high=[np.nan] * 4)
    assert [] == [one for one in tp.plot.interrupted_series(broken).data if one.name == "levels"]
    nothing = {name: getattr(found, name)[:0] for name in found.column_names()}
    empty = tp.plot.before_after(attrs.evolve(found, **nothing))
    assert ["There is nothing to draw."] == drawn.texts(empty)
    nothing = {name: getattr(broken, name)[:0] for name in broken.column_names()}
    empty = tp.plot.interrupted_series(attrs.evolve(broken, **nothing))
    assert ["There is nothing to draw."] == drawn.texts(empty)


def test_other_records_are_refused(shop: tp.Journeys) -> None:
    """A record of another kind is named, and the function that returns the right one."""
    presence = tp.paths.presence(shop)
    with pytest.raises(tp.errors.WrongKindError, match=r"BeforeAfter can be.*Presence"):
        tp.plot.before_after(presence)
    with pytest.raises(tp.errors.WrongKindError, match=r"InterruptedSeries can be.*Presence"):
        tp.plot.interrupted_series(presence)
