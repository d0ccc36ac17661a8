"""The picture of durations (B40)."""

from __future__ import annotations

import math
from typing import Any

import attrs
import numpy as np
import pytest

import touchpoints as tp
from tests.plot import drawn

CUSTOMER = tp.load_taxonomy("customer")


def gaps_of(seconds: dict[str, list[int]]) -> tp.Journeys:
    """Return journeys with a gap of so many seconds from a to each touchpoint."""
    rows = [
        one
        for target, several in seconds.items()
        for n, gap in enumerate(several)
        for one in (
            {"who": f"{target}{n}", "t": np.datetime64("2026-01-01T00:00:00"), "w": "a"},
            {
                "who": f"{target}{n}",
                "t": np.datetime64("2026-01-01T00:00:00") + np.timedelta64(gap, "s"),
                "w": target,
            },
        )
    ]
    return tp.from_records(rows, journey="who", time="t", touchpoint="w")


@pytest.fixture(scope="module")
def shop() -> tp.Journeys:
    """Journeys of a shop, on two devices."""
    return tp.datasets.shop(400, seed=1)


def lines(figure: Any, width: float) -> list[tuple[float, float]]:
    """Return the ends of the level lines of a width."""
    return [
        (one.x0, one.x1)
        for one in figure.layout.shapes
        if one.type == "line" and one.line.width == width and one.y0 == one.y1
    ]


def test_a_row_shows_range_half_and_median() -> None:
    """On an axis of logarithms, ratios are distances: 1, 10 and 100 minutes are even."""
    found = tp.paths.gaps(gaps_of({"b": [60, 600, 600, 600, 6000]}))
    assert [60.0, 600.0, 600.0, 600.0, 6000.0] == [
        float(getattr(found, end)[0]) for end in ("min", "q1", "median", "q3", "max")
    ]
    figure = tp.plot.durations(found)
    (point,) = [one for one in figure.data if one.name == "medians"]
    shortest, longest = lines(figure, 1)[0]
    assert point.x[0] == pytest.approx((shortest + longest) / 2, abs=0.2)
    ticks = {one.text: one.x for one in figure.layout.annotations if one.name == "axis"}
    assert shortest == pytest.approx(ticks["1 minute"], abs=0.2)
    assert ["a → b"] == drawn.texts(figure, kind="label")
    assert ["10 minutes (n = 5)"] == drawn.texts(figure, kind="median")
    assert "shortest and longest: 1 minute – 1.7 hours" in drawn.hovers(figure)[0]


def test_intervals_and_quantiles_are_drawn_and_said() -> None:
    """A dark line is the interval of the median, strokes are further quantiles."""
    journeys = gaps_of({"b": [60 * n for n in range(1, 60)]})
    found = tp.paths.gaps(journeys, level=0.9, quantiles=[0.1])
    figure = tp.plot.durations(found)
    (interval,) = lines(figure, 4)
    assert found.median_low is not None
    assert found.median_high is not None
    wide = math.log(found.median_high[0] / found.median_low[0])
    shortest, longest = lines(figure, 1)[0]
    whole = math.log(found.max[0] / found.min[0])
    share = (interval[1] - interval[0]) / (longest - shortest)
    assert wide / whole == pytest.approx(share, abs=0.005)
    note = drawn.texts(figure, kind="note")[0]
    assert "Dark line: 90% interval of the median." in note
    assert "Strokes: the quantiles 10%." in note
    assert "90% interval" in drawn.hovers(figure)[0]
    plain = tp.plot.durations(tp.paths.gaps(journeys))
    assert [] == lines(plain, 4)
    assert "interval" not in drawn.texts(plain, kind="note")[0]


def test_the_most_frequent_rows_are_drawn() -> None:
    """Of 300 edges the first ``top`` are drawn, and the figure says of how many."""
    found = tp.paths.gaps(gaps_of({f"b{n}": [60] * (3 if n == 7 else 1) for n in range(300)}))
    figure = tp.plot.durations(found, top=4)
    assert "a → b7" == drawn.texts(figure, kind="label")[0]
    assert 4 == len(drawn.texts(figure, kind="label"))
    assert "4 of 300 rows are drawn" in drawn.texts(figure, kind="note")[0]
    for width in (358, 960):
        whole = tp.plot.durations(found, top=300, width=width)
        assert [] == drawn.overlapping(whole) + drawn.outside(whole)
    with pytest.raises(tp.errors.InvalidInputError, match="top must be an integer"):
        tp.plot.durations(found, top=0)


def test_what_is_not_above_zero_stands_at_the_edge() -> None:
    """0 has no logarithm: it stands at the left edge, and the figure says so."""
    figure = tp.plot.durations(tp.paths.gaps(gaps_of({"b": [0, 60, 600]})))
    assert "stands at the left edge" in drawn.texts(figure, kind="note")[0]
    only = tp.plot.durations(tp.paths.gaps(gaps_of({"b": [0, 0]})))
    assert ["0 seconds (n = 2)"] == drawn.texts(only, kind="median")
    assert (
        "left edge"
        not in drawn.texts(tp.plot.durations(tp.paths.gaps(gaps_of({"b": [60]}))), kind="note")[0]
    )


def test_groups_have_a_line_each(shop: tp.Journeys) -> None:
    """With groups, each has a line of its own with its colour and symbol."""
    found = tp.paths.throughput_times(shop, by="device")
    figure = tp.plot.durations(found)
    assert ["computer", "phone"] == drawn.texts(figure, kind="legend")
    assert ["whole journeys"] == drawn.texts(figure, kind="label")
    assert 2 == len(drawn.texts(figure, kind="median"))
    symbols = {one.marker.symbol[0] for one in figure.data if one.name in ("computer", "phone")}
    assert {"circle", "square"} == symbols


def test_what_has_no_duration_is_counted() -> None:
    """Starts without an end, and interactions without a known end, are said."""
    journeys = gaps_of({"b": [60, 120], "c": [60]})
    figure = tp.plot.durations(tp.paths.gaps(journeys, start="a", end="b"))
    assert "The end was not reached: 1." in drawn.texts(figure, kind="note")[0]


@pytest.mark.parametrize("lang", ["en", "es"])
@pytest.mark.parametrize("width", [358, 960])
@pytest.mark.parametrize("by", [None, "device"])
@pytest.mark.parametrize("dark", [False, True])
def test_no_text_overlaps(
    shop: tp.Journeys, lang: str, width: int, by: str | None, dark: bool
) -> None:
    """Texts neither overlap nor leave the picture, and all colours are of the palette."""
    how: dict[str, Any] = {"taxonomy": CUSTOMER, "lang": lang, "dark": dark, "width": width}
    for found in (
        tp.paths.gaps(shop, level=0.95, quantiles=[0.9], by=by),
        tp.paths.throughput_times(shop, by=by),
    ):
        figure = tp.plot.durations(found, **how)
        assert [] == drawn.overlapping(figure)
        assert [] == drawn.outside(figure)
        assert set() == drawn.strange_colors(figure, dark=dark)


@pytest.mark.parametrize("name", drawn.HOSTILE)
@pytest.mark.parametrize("width", [358, 960])
def test_hostile_names_are_shown_as_they_are(name: str, width: int) -> None:
    """Markup in a name is text; long names are wrapped and stay within the picture."""
    figure = tp.plot.durations(tp.paths.gaps(gaps_of({name: [60, 90]})), width=width)
    assert [] == drawn.outside(figure) + drawn.overlapping(figure)
    assert not any("<script" in str(one.text) for one in figure.layout.annotations)
    assert not any("<script" in str(one.hovertext) for one in figure.data)


def test_nothing_and_other_records(shop: tp.Journeys) -> None:
    """No durations are a sentence; a record of another kind is named."""
    found = tp.paths.gaps(shop)
    nothing = {name: getattr(found, name)[:0] for name in found.column_names()}
    figure = tp.plot.durations(attrs.evolve(found, **nothing))
    assert ["There is nothing to draw."] == drawn.texts(figure)
    with pytest.raises(tp.errors.WrongKindError, match=r"Durations can be.*Presence"):
        tp.plot.durations(tp.paths.presence(shop))
