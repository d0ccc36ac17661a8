"""The pictures of survival over time and over steps (B40)."""

from __future__ import annotations

import datetime as dt
from typing import Any

import attrs
import numpy as np
import pytest

import touchpoints as tp
from tests.plot import drawn

DAY = 86_400.0


def bought(days: dict[str, int], *, seen: int = 10, group: str = "") -> list[dict[str, Any]]:
    """Return rows of people who visit on day 1, and buy so many days later (0: never)."""
    rows = []
    for who, after in days.items():
        row = {"who": who + group, "w": "visit", "t": "2026-01-01", "group": group or "all"}
        rows.append(row)
        if after:
            rows.append(row | {"w": "buy", "t": f"2026-01-{1 + after:02d}"})
    return [*rows, rows[0] | {"who": "z" + group, "w": "visit", "t": f"2026-01-{1 + seen:02d}"}]


def journeys_of(rows: list[dict[str, Any]]) -> tp.Journeys:
    """Return the journeys of such rows."""
    return tp.from_records(rows, journey="who", time="t", touchpoint="w", per_journey=["group"])


@pytest.fixture(scope="module")
def shop() -> tp.Journeys:
    """Journeys of a shop, on two devices."""
    return tp.datasets.shop(400, seed=1)


def curves(figure: Any) -> list[Any]:
    """Return the curves of a figure."""
    return [one for one in figure.data if one.mode == "lines"]


def test_the_curve_falls_as_the_table_says() -> None:
    """Of four people two buy after 2 and 4 days, one never, one was seen for no time at all."""
    found = tp.paths.time_to(journeys_of(bought({"a": 2, "b": 4, "c": 0})), place="buy")
    # z begins on the last day, so that it is censored at 0: 3 at risk, 2/3, 1/3.
    assert [1.0, 2 / 3, 1 / 3, 1 / 3] == pytest.approx(found.survival.tolist())
    figure = tp.plot.time_to(found)
    (curve,) = curves(figure)
    high, low = max(curve.y), min(curve.y)
    assert [1.0, 0.5, 0.0] == pytest.approx(
        [(one - low) / (high - low) for one in sorted(set(curve.y))[::-1]], abs=0.01
    )
    span = max(curve.x) - min(curve.x)
    corners = sorted({round((x - min(curve.x)) / span, 2) for x in curve.x})
    assert [0.0, 0.2, 0.4, 1.0] == corners


def test_numbers_at_risk_stand_below_the_ticks() -> None:
    """At a tick stands how many were observed without the event just before it."""
    found = tp.paths.time_to(journeys_of(bought({"a": 2, "b": 4, "c": 0})), place="buy")
    figure = tp.plot.time_to(found)
    ticks = [one for one in drawn.texts(figure, kind="axis") if one.isdigit()]
    assert [str(day) for day in range(11)] == ticks
    # Before day 0 all four; then 3 until the event of day 2, 2 until day 4, 1 until the end.
    expected = ["4", "3", "3", "2", "2", "1", "1", "1", "1", "1", "1"]
    assert expected == drawn.texts(figure, kind="at risk")
    assert "Time since the start (days)" in drawn.texts(figure, kind="axis")


def test_the_median_is_marked_and_said() -> None:
    """The median is the first time at which half or fewer are left, in words of the language."""
    rows = bought({"a": 2, "b": 4, "c": 0}, group="one") + bought({"a": 0, "b": 9}, group="two")
    found = tp.paths.time_to(journeys_of(rows), place="buy", by="group")
    assert ["one: median 4 days", "two: median 9 days"] == drawn.texts(
        tp.plot.time_to(found), kind="legend"
    )
    assert ["one: mediana 4 días", "two: mediana 9 días"] == drawn.texts(
        tp.plot.time_to(found, lang="es"), kind="legend"
    )
    late = tp.paths.time_to(journeys_of(bought({"a": 0, "b": 0, "c": 9})), place="buy")
    assert "Median not reached." in drawn.texts(tp.plot.time_to(late), kind="note")[0]


def test_only_the_beginning_is_drawn() -> None:
    """With ``until`` the axis ends earlier: the curve keeps its value up to there, as is said."""
    found = tp.paths.time_to(journeys_of(bought({"a": 2, "b": 4, "c": 0})), place="buy")
    figure = tp.plot.time_to(found, until=dt.timedelta(days=3))
    numbers = [one for one in drawn.texts(figure, kind="axis") if one.replace(".", "").isdigit()]
    assert ["0", "0.5", "1", "1.5", "2", "2.5", "3"] == numbers
    (curve,) = curves(figure)
    low = max(one for one in curve.y)
    # 2/3 from day 2 to day 3; the events of day 4 and the median are not on the axis.
    assert 2 == len(set(curve.y))
    assert max(curve.x) == pytest.approx(960 - 24)
    assert curve.y[-1] == low
    assert "Median 4 days." in drawn.texts(figure, kind="note")[0]
    assert "Drawn up to 3 days." in drawn.texts(figure, kind="note")[0]
    assert not [one for one in figure.layout.shapes if one.line.dash not in (None, "solid")]
    with pytest.raises(tp.errors.InvalidInputError, match="until"):
        tp.plot.time_to(found, until=dt.timedelta(0))


def test_an_empty_table_is_a_sentence(shop: tp.Journeys) -> None:
    """A table without rows is drawn as a sentence."""
    found = tp.paths.time_to(shop, place="purchase")
    nothing = {name: getattr(found, name)[:0] for name in found.column_names()}
    figure = tp.plot.time_to(attrs.evolve(found, **nothing))
    assert ["There is nothing to draw."] == drawn.texts(figure)


def test_a_large_record_stays_small(shop: tp.Journeys) -> None:
    """The curve has at most two corners for each half pixel, and keeps its ends."""
    found = tp.paths.time_to(shop, place="purchase")
    many = 100_000
    columns = {
        "time": np.arange(many, dtype=np.float64),
        "survival": np.linspace(1, 0, many),
        "low": np.linspace(1, 0, many),
        "high": np.linspace(1, 0, many),
    }
    counts = dict.fromkeys(("at_risk", "events", "censored", "left_out"), np.ones(many, np.int64))
    figure = tp.plot.time_to(attrs.evolve(found, **columns, **counts))
    assert len(figure.to_json()) < 300_000
    (curve,) = curves(figure)
    assert 960 - 24 == pytest.approx(max(curve.x))


def test_steps(shop: tp.Journeys) -> None:
    """Survival over steps has a corner at each step, and the same numbers at risk as the table."""
    found = tp.paths.survival_by_step(
        tp.from_paths({"path": ["ad > visit > buy", "visit > buy", "ad"]}, path="path")
    )
    figure = tp.plot.survival_by_step(found)
    assert ["3", "3", "2", "1"] == drawn.texts(figure, kind="at risk")
    assert "Median step 2." in drawn.texts(figure, kind="note")[0]
    (curve,) = curves(figure)
    low = max(curve.y)
    shares = sorted({round((low - one) / (low - min(curve.y)), 2) for one in curve.y})
    assert [0.0, 0.33, 0.67, 1.0] == shares


@pytest.mark.parametrize("over", ["time", "steps"])
@pytest.mark.parametrize("lang", ["en", "es"])
@pytest.mark.parametrize("width", [358, 960])
@pytest.mark.parametrize("by", [None, "device"])
@pytest.mark.parametrize("dark", [False, True])
def test_no_text_overlaps(
    shop: tp.Journeys, over: str, lang: str, width: int, by: str | None, dark: bool
) -> None:
    """Texts neither overlap nor leave the picture, and all colours are of the palette."""
    how: dict[str, Any] = {"lang": lang, "dark": dark, "width": width}
    if over == "time":
        figure = tp.plot.time_to(tp.paths.time_to(shop, place="purchase", by=by), **how)
    else:
        figure = tp.plot.survival_by_step(tp.paths.survival_by_step(shop, by=by), **how)
    assert [] == drawn.overlapping(figure)
    assert [] == drawn.outside(figure)
    assert set() == drawn.strange_colors(figure, dark=dark)


@pytest.mark.parametrize("name", drawn.HOSTILE)
@pytest.mark.parametrize("width", [358, 960])
def test_hostile_names_of_groups(name: str, width: int) -> None:
    """Markup in the name of a group is text, and stays within the picture."""
    rows = [one | {"group": name} for one in bought({"a": 2, "b": 4}, group="g")]
    figure = tp.plot.time_to(
        tp.paths.time_to(journeys_of(rows), place="buy", by="group"), width=width
    )
    assert [] == drawn.outside(figure) + drawn.overlapping(figure)
    assert not any("<script" in str(one.text) for one in figure.layout.annotations)
    assert not any("<script" in str(one.hovertext) for one in figure.data)


def test_other_records_are_refused(shop: tp.Journeys) -> None:
    """A record of another kind is named, and the function that returns the right one."""
    presence = tp.paths.presence(shop)
    with pytest.raises(tp.errors.WrongKindError, match=r"TimeTo can be.*Presence") as caught:
        tp.plot.time_to(presence)
    assert "tp.paths.time_to" in str(caught.value)
    with pytest.raises(tp.errors.WrongKindError, match=r"StepSurvival can be.*Presence"):
        tp.plot.survival_by_step(presence)
