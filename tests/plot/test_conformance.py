"""The picture of deviations from a plan (B40)."""

from __future__ import annotations

import attrs
import numpy as np
import pytest

import touchpoints as tp
from tests.plot import drawn
from touchpoints.graphs.plan import Plan, parse_plan
from touchpoints.plot._shared.palette import LIGHT

PLAN = parse_plan(
    "name='visit'\n[touchpoints.book]\n[touchpoints.come]\n[touchpoints.pay]\n[touchpoints.rate]"
    "\noptional = true"
)
PATHS = {
    "path": ["book > come > pay", "book > call > come > pay", "come > book > pay", "book > come"],
    "n": [40, 30, 20, 10],
}


def _found() -> tp.paths.Conformance:
    return tp.paths.conformance(tp.from_paths(PATHS, path="path", count="n"), PLAN)


@pytest.fixture(scope="module")
def clinic() -> tuple[tp.Journeys, Plan]:
    """Journeys of a clinic and a plan that few follow."""
    text = '[touchpoints."Reminder sent"]\n[touchpoints.Consultation]\n[touchpoints."Blood test"]'
    return tp.datasets.clinic(300, seed=1), parse_plan(f"name='care'\n{text}")


def test_a_bar_for_each_kind_and_touchpoint() -> None:
    """Bars are in proportion to the shares, under the name of the kind of deviation."""
    found = _found()
    figure = tp.plot.conformance(found)
    assert ["Missing", "Out of order", "Not planned"] == drawn.texts(figure, kind="kind")
    assert ["pay", "book", "call"] == drawn.texts(figure, kind="touchpoint")
    shares = [one.split(" ")[0] for one in drawn.texts(figure, kind="share")]
    assert ["10%", "20%", "30%"] == shares
    bars = [one for one in figure.layout.shapes if one.type == "rect"]
    wide = [one.x1 - one.x0 for one in bars]
    assert [1, 2, 3] == pytest.approx([one / wide[0] for one in wide])
    assert {LIGHT.ordered[3]} == {one.fillcolor for one in bars}
    lines = [one for one in figure.layout.shapes if one.type == "line"]
    per = wide[2] / 0.3
    rows = [found.touchpoint.tolist().index(one) for one in ("pay", "book", "call")]
    ends = [bars[0].x0 + per * end for row in rows for end in (found.low[row], found.high[row])]
    assert ends == pytest.approx([x for one in lines for x in (one.x0, one.x1)], abs=0.01)
    notes = drawn.texts(figure, kind="note")
    assert "95% intervals" in notes[0]
    assert "Touchpoints of the plan that no journey has: rate." == notes[1]


def test_a_bar_says_more_when_it_is_pointed_at() -> None:
    """The text of a bar has the kind, the share and the numbers of journeys and of times."""
    said = drawn.hovers(tp.plot.conformance(_found()))
    assert any(
        one.startswith("call Not planned 30% [") and one.endswith("journeys: 30 times: 30")
        for one in said
    )


@pytest.mark.parametrize("lang", ["en", "es"])
@pytest.mark.parametrize("width", [358, 960])
@pytest.mark.parametrize("by", [None, "urgency"])
@pytest.mark.parametrize("dark", [False, True])
def test_no_text_overlaps(
    clinic: tuple[tp.Journeys, Plan], lang: str, width: int, by: str | None, dark: bool
) -> None:
    """Texts neither overlap nor leave the picture, and all colours are of the palette."""
    found = tp.paths.conformance(*clinic, by=by)
    figure = tp.plot.conformance(found, lang=lang, dark=dark, width=width)
    assert [] == drawn.overlapping(figure)
    assert [] == drawn.outside(figure)
    assert set() == drawn.strange_colors(figure, dark=dark)


def test_groups_have_a_bar_each(clinic: tuple[tp.Journeys, Plan]) -> None:
    """The bars of a touchpoint have the colours of the groups, which the legend names."""
    figure = tp.plot.conformance(tp.paths.conformance(*clinic, by="urgency"))
    assert ["routine", "urgent"] == drawn.texts(figure, kind="legend")
    fills = [one.fillcolor for one in figure.layout.shapes if one.type == "rect"]
    assert [LIGHT.categories[0], LIGHT.categories[1]] == fills[:2]


@pytest.mark.parametrize("width", [358, 960])
def test_many_rows_are_cut_and_counted(width: int) -> None:
    """Of 300 unplanned touchpoints the most frequent are drawn, and the figure says so."""
    paths = ["book > come > pay", *(f"book > t{n} > come > pay" for n in range(300))]
    found = tp.paths.conformance(tp.from_paths({"path": paths}, path="path"), PLAN)
    figure = tp.plot.conformance(found, width=width)
    assert 40 == len(drawn.texts(figure, kind="touchpoint"))
    assert any(
        one == "40 of 300 rows are drawn: the most frequent ones."
        for one in drawn.texts(figure, kind="note")
    )
    assert [] == drawn.overlapping(figure)


@pytest.mark.parametrize("name", drawn.HOSTILE)
@pytest.mark.parametrize("width", [358, 960])
def test_hostile_names_are_shown_as_they_are(name: str, width: int) -> None:
    """Markup in a name is text; long names are wrapped and stay within the picture."""
    rows = [
        {"who": 1, "at": f"2026-01-0{day}", "what": what}
        for day, what in enumerate(["book", name, "come", "pay"], 1)
    ]
    journeys = tp.from_records(rows, journey="who", time="at", touchpoint="what")
    figure = tp.plot.conformance(tp.paths.conformance(journeys, PLAN), width=width)
    assert [] == drawn.outside(figure)
    assert [] == drawn.overlapping(figure)
    assert not any("<script" in str(one.text) for one in figure.layout.annotations)


def test_none_one_and_nan() -> None:
    """Without deviations the figure says so; an unknown share has no bar."""
    fits = tp.from_paths({"path": ["book > come > pay > rate"]}, path="path")
    figure = tp.plot.conformance(tp.paths.conformance(fits, PLAN))
    assert ["There is nothing to draw: no journey deviates from the plan."] == drawn.texts(figure)
    one = tp.from_paths({"path": ["book > come"]}, path="path")
    figure = tp.plot.conformance(tp.paths.conformance(one, PLAN))
    assert ["pay"] == drawn.texts(figure, kind="touchpoint")
    found = _found()
    nan = np.full(len(found), np.nan)
    figure = tp.plot.conformance(attrs.evolve(found, share=nan, low=nan, high=nan))
    assert {"–"} == set(drawn.texts(figure, kind="share"))
    assert [] == [shape for shape in figure.layout.shapes if shape.type == "rect"]


def test_another_record_is_refused() -> None:
    """A record of another kind is named, and the function that returns the right one."""
    journeys = tp.from_paths(PATHS, path="path", count="n")
    with pytest.raises(
        tp.errors.WrongKindError, match=r"Conformance can be drawn.*Fitness"
    ) as caught:
        tp.plot.conformance(tp.paths.fitness(journeys, PLAN))  # type: ignore[arg-type]
    assert "tp.paths.conformance" in str(caught.value)
