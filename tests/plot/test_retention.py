"""The picture of retention (B40)."""

from __future__ import annotations

import attrs
import pytest

import touchpoints as tp
from tests.plot import drawn

DAYS = {
    "ana": ["01-05", "01-13"],
    "leo": ["01-06"],
    "eva": ["01-14", "01-26"],
    "pau": ["01-05", "01-22"],
}


def visits(days: dict[str, list[str]]) -> tp.Journeys:
    """Return a journey for each person, with a visit on each day."""
    rows = [{"who": who, "t": f"2026-{day}", "w": "visit"} for who in days for day in days[who]]
    return tp.from_records(rows, journey="who", time="t", touchpoint="w")


@pytest.fixture(scope="module")
def shop() -> tp.Journeys:
    """Journeys of a shop, on two devices."""
    return tp.datasets.shop(400, seed=1)


def test_a_cell_for_each_period_that_is_known() -> None:
    """Cells say the shares of the table; a period that nobody was observed in has no cell."""
    found = tp.paths.retention(visits(DAYS), period="week")
    # Cohort of 5 January: ana, leo, pau; one of three in week 1 and in week 2; week 3 is not over.
    assert [1.0, 1 / 3, 1 / 3] == pytest.approx(found.share[:3].tolist())
    figure = tp.plot.retention(found)
    assert ["5 January 2026 (3)", "12 January 2026 (1)"] == drawn.texts(figure, kind="cohort")
    assert ["100%", "33%", "33%", "100%", "0%"] == drawn.texts(figure, kind="share")
    assert 5 == sum(one.path.count("M") for one in figure.layout.shapes)
    assert any("1 periods later: 1 of 3" in one for one in drawn.hovers(figure))


def test_open_cells_are_framed() -> None:
    """A cell of a cohort that is not observed to the end of the period has a frame, and a note."""
    found = tp.paths.retention(visits(DAYS), period="week")
    watched = found.watched.copy()
    watched[1] = 2
    opened = attrs.evolve(found, watched=watched)
    cells = tp.plot.retention(opened).layout.shapes
    framed = {one.line.width: one.path.count("M") for one in cells if one.line.width}
    assert {1: 1} == framed
    assert 5 == sum(one.path.count("M") for one in cells)
    assert "Framed:" in drawn.texts(tp.plot.retention(opened), kind="note")[0]
    assert "Framed:" not in drawn.texts(tp.plot.retention(found), kind="note")[0]


def test_curves_have_a_point_for_each_share() -> None:
    """A curve goes through the shares of its cohort; the level of its band is said."""
    found = tp.paths.retention(visits(DAYS), period="week", level=0.9)
    figure = tp.plot.retention(found, kind="curves")
    lines = {len(one.x): one.y for one in figure.data if one.mode == "lines"}
    top, third, _ = lines[3]
    bottom = lines[2][1]  # the share of the other cohort in week 1 is 0
    assert 1 / 3 == pytest.approx((third - bottom) / (top - bottom), abs=1e-3)
    assert "Bands: 90% intervals." in drawn.texts(figure, kind="note")
    with pytest.raises(tp.errors.InvalidInputError, match="kind='heat' is not an option"):
        tp.plot.retention(found, kind="heat")  # type: ignore[arg-type]


@pytest.mark.parametrize("kind", ["triangle", "curves"])
def test_many_cohorts_are_cut_and_said(kind: str) -> None:
    """Of many cohorts those that are drawn are counted, and texts do not overlap."""
    days = {str(n): [f"{1 + n // 28:02d}-{1 + n % 28:02d}"] for n in range(100)}
    found = tp.paths.retention(visits(days), period="day")
    for width in (358, 960):
        figure = tp.plot.retention(found, kind=kind, width=width)  # type: ignore[arg-type]
        said = " ".join(drawn.texts(figure, kind="note"))
        shown = 60 if kind == "triangle" else 8
        assert f"{shown} of the 100 cohorts are drawn" in said
        assert [] == drawn.overlapping(figure) + drawn.outside(figure)


@pytest.mark.parametrize("kind", ["triangle", "curves"])
@pytest.mark.parametrize("period", ["week", "month"])
@pytest.mark.parametrize("lang", ["en", "es"])
@pytest.mark.parametrize("width", [358, 960])
@pytest.mark.parametrize("by", [None, "device"])
@pytest.mark.parametrize("dark", [False, True])
def test_no_text_overlaps(
    shop: tp.Journeys, kind: str, period: str, lang: str, width: int, by: str | None, dark: bool
) -> None:
    """Texts neither overlap nor leave the picture, and all colours are of the palette."""
    found = tp.paths.retention(shop, period=period, by=by)  # type: ignore[arg-type]
    figure = tp.plot.retention(found, kind=kind, lang=lang, dark=dark, width=width)  # type: ignore[arg-type]
    assert [] == drawn.overlapping(figure)
    assert [] == drawn.outside(figure)
    assert set() == drawn.strange_colors(figure, dark=dark)


@pytest.mark.parametrize("name", drawn.HOSTILE)
@pytest.mark.parametrize("kind", ["triangle", "curves"])
def test_hostile_names_of_groups(name: str, kind: str) -> None:
    """Markup in the name of a group is text, and stays within the picture."""
    rows = [{"who": "a", "at": f"2026-01-0{day}", "what": "b", "group": name} for day in (1, 2, 3)]
    journeys = tp.from_records(
        rows, journey="who", time="at", touchpoint="what", per_journey=["group"]
    )
    found = tp.paths.retention(journeys, period="day", by="group")
    figure = tp.plot.retention(found, kind=kind, width=358)  # type: ignore[arg-type]
    assert [] == drawn.outside(figure) + drawn.overlapping(figure)
    assert not any("<script" in str(one.text) for one in figure.layout.annotations)


@pytest.mark.parametrize("kind", ["triangle", "curves"])
def test_one_row_and_none(kind: str) -> None:
    """One row is drawn; a table without rows is a sentence."""
    found = tp.paths.retention(visits({"ana": ["01-05"]}), period="week")
    assert [True] == (found.share != found.share).tolist()
    assert tp.plot.retention(found, kind=kind).layout.height > 0  # type: ignore[arg-type]
    nothing = {name: getattr(found, name)[:0] for name in found.column_names()}
    figure = tp.plot.retention(attrs.evolve(found, **nothing), kind=kind)  # type: ignore[arg-type]
    assert ["There is nothing to draw."] == drawn.texts(figure)


def test_another_record_is_refused(shop: tp.Journeys) -> None:
    """A record of another kind is named, and the function that returns the right one."""
    with pytest.raises(tp.errors.WrongKindError, match=r"Retention can be.*Presence") as caught:
        tp.plot.retention(tp.paths.presence(shop))
    assert "tp.paths.retention" in str(caught.value)
