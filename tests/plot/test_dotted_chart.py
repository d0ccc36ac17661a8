"""The dotted chart (B40)."""

from __future__ import annotations

from typing import Any

import pytest

import touchpoints as tp
from tests.plot import drawn

CUSTOMER = tp.load_taxonomy("customer")
DAYS = {"ana": [1, 3, 5], "leo": [2], "eva": [1, 9]}


def visits(days: dict[str, list[int]], *, what: str = "visit") -> tp.Journeys:
    """Return a journey for each person, with a visit on each day of January."""
    rows = [
        {"who": who, "t": f"2026-01-{day:02d}", "w": what if day != 9 else "buy"}
        for who in days
        for day in days[who]
    ]
    return tp.from_records(rows, journey="who", time="t", touchpoint="w")


@pytest.fixture(scope="module")
def shop() -> tp.Journeys:
    """Journeys of a shop."""
    return tp.datasets.shop(400, seed=1)


def dots(figure: Any) -> list[tuple[float, float]]:
    """Return the places of the dots, sorted by row and time."""
    traces = [one for one in figure.data if one.name != "legend" and one.mode == "markers"]
    found = [
        (y, x)
        for one in traces
        if len(one.x) and one.hovertext
        for x, y in zip(one.x, one.y, strict=True)
    ]
    return sorted(found)


def test_dots_lie_at_their_times() -> None:
    """Rows are sorted by their start, then their end; distances are times."""
    figure = tp.plot.dotted_chart(visits(DAYS))
    found = dots(figure)
    # Rows: ana (1, 3, 5), eva (1, 9), leo (2).
    day = (found[4][1] - found[3][1]) / 8
    assert [0, 2, 4, 0, 8, 1] == pytest.approx([(x - found[0][1]) / day for _, x in found], abs=0.1)
    rows = [y for y, _ in found]
    assert rows[0] == rows[2] < rows[3] == rows[4] < rows[5]
    assert "visit 3 January 2026 ana" in drawn.hovers(figure)
    assert "All 3 journeys are drawn." in drawn.texts(figure, kind="note")[0]


def test_relative_times() -> None:
    """With ``relative=True`` journeys begin at 0, the shortest first, in a unit that suits."""
    figure = tp.plot.dotted_chart(visits(DAYS), relative=True)
    found = dots(figure)
    # Rows: leo (0), ana (0, 2, 4), eva (0, 8).
    day = (found[5][1] - found[4][1]) / 8
    assert [0, 0, 2, 4, 0, 8] == pytest.approx([(x - found[0][1]) / day for _, x in found], abs=0.1)
    assert "Time since the first interaction (days)" in drawn.texts(figure, kind="axis")
    assert "buy 8 days eva" in drawn.hovers(figure)


def test_touchpoints_have_a_colour_and_a_symbol() -> None:
    """The kinds differ in colour and in symbol; from the eighth on they share one, counted."""
    rows = [
        {"who": 1, "t": f"2026-01-{1 + n // 24:02d}T{n % 24:02d}:00", "w": f"t{n:03}"}
        for n in range(300)
    ]
    journeys = tp.from_records(rows, journey="who", time="t", touchpoint="w")
    figure = tp.plot.dotted_chart(journeys)
    traces = [one for one in figure.data if one.name != "legend"]
    assert 8 == len({one.marker.color[0] for one in traces})
    assert 8 == len({one.marker.symbol[0] for one in traces})
    assert "without a colour of their own: 293." in drawn.texts(figure, kind="note")[0]


def test_a_sample_is_said_and_dots_are_bounded(shop: tp.Journeys) -> None:
    """Of more journeys a seeded sample is drawn; of too many interactions, only so many."""
    figure = tp.plot.dotted_chart(shop, max_journeys=50)
    assert "50 of 400 journeys are drawn, chosen at random." in drawn.texts(figure, kind="note")[0]
    rows = [
        {"who": who, "t": f"2026-01-01T{n // 3600:02d}:{n // 60 % 60:02d}:{n % 60:02d}", "w": "a"}
        for who in "ab"
        for n in range(6001)
    ]
    long = tp.from_records(rows, journey="who", time="t", touchpoint="w")
    figure = tp.plot.dotted_chart(long)
    assert 6000 == len(dots(figure))
    assert "at most 6,000 interactions are: 2." in drawn.texts(figure, kind="note")[0]


@pytest.mark.parametrize("relative", [False, True])
@pytest.mark.parametrize("lang", ["en", "es"])
@pytest.mark.parametrize("width", [358, 960])
@pytest.mark.parametrize("dark", [False, True])
def test_no_text_overlaps(
    shop: tp.Journeys, relative: bool, lang: str, width: int, dark: bool
) -> None:
    """Texts neither overlap nor leave the picture, and all colours are of the palette."""
    how: dict[str, Any] = {"taxonomy": CUSTOMER, "lang": lang, "dark": dark, "width": width}
    for journeys in (shop, shop[:5]):
        figure = tp.plot.dotted_chart(journeys, relative=relative, **how)
        assert [] == drawn.overlapping(figure)
        assert [] == drawn.outside(figure)
        assert set() == drawn.strange_colors(figure, dark=dark)


@pytest.mark.parametrize("name", drawn.HOSTILE)
def test_hostile_names_are_shown_as_they_are(name: str) -> None:
    """Markup in a name is text, in the legend and where a dot is pointed at."""
    figure = tp.plot.dotted_chart(visits({name: [1, 2]}, what=name), width=358)
    assert [] == drawn.outside(figure) + drawn.overlapping(figure)
    assert not any("<script" in str(one.text) for one in figure.layout.annotations)
    assert not any("<script" in str(one.hovertext) for one in figure.data)


def test_one_dot_none_and_no_times(shop: tp.Journeys) -> None:
    """One interaction is a dot; no journeys are a sentence; without times the error helps."""
    assert 1 == len(dots(tp.plot.dotted_chart(visits({"ana": [1]}))))
    assert ["There is nothing to draw."] == drawn.texts(tp.plot.dotted_chart(shop[:0]))
    with pytest.raises(tp.errors.InvalidInputError, match=r"dotted_chart needs times.*") as caught:
        tp.plot.dotted_chart(tp.from_paths({"path": ["a > b"]}, path="path"))
    assert "time=" in str(caught.value)
    with pytest.raises(tp.errors.WrongKindError, match="Journeys"):
        tp.plot.dotted_chart(tp.paths.presence(shop))  # type: ignore[arg-type]
