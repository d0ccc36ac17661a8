"""The picture of the branches of touchpoints (B40)."""

from __future__ import annotations

import attrs
import numpy as np
import pytest

import touchpoints as tp
from tests.plot import drawn

CUSTOMER = tp.load_taxonomy("customer")


@pytest.fixture(scope="module")
def shop() -> tp.Journeys:
    """Journeys of a shop, on two devices."""
    return tp.datasets.shop(400, seed=1)


def _found(at: str | None = "a") -> tp.paths.Branches:
    paths = {"path": ["a > b", "a > c", "a"], "n": [50, 30, 20]}
    return tp.paths.branches(tp.from_paths(paths, path="path", count="n"), at=at)


def test_ribbons_are_as_high_as_their_shares() -> None:
    """Ribbons fill the bar of the touchpoint in order; each branch has a bar of its share."""
    figure = tp.plot.branches(_found())
    assert ["a"] == drawn.texts(figure, kind="touchpoint")
    assert ["n = 100"] == drawn.texts(figure, kind="visits")
    assert ["b", "c", "end"] == drawn.texts(figure, kind="branch")
    assert [one.split(" ")[0] for one in drawn.texts(figure, kind="share")] == ["50%", "30%", "20%"]
    assert drawn.texts(figure, kind="share")[0].startswith("50% [40, 60%]")
    bars = [one for one in figure.layout.shapes if one.type == "rect" and one.x1 - one.x0 == 4]
    heights = [one.y1 - one.y0 for one in bars]
    assert [0.5, 0.3, 0.2] == pytest.approx([one / heights[0] for one in heights[1:]])
    ribbons = [one.path for one in figure.layout.shapes if one.type == "path"]
    starts = [[float(p.split(",")[1]) for p in one.split() if "," in p] for one in ribbons]
    assert [ys[0] for ys in starts[1:]] == pytest.approx([ys[-1] for ys in starts[:-1]])
    assert starts[-1][-1] - starts[0][0] == pytest.approx(heights[0], abs=0.2)


def test_dots_and_intervals_are_on_one_scale() -> None:
    """Dots are in proportion to the shares, and lines lead from the lower to the upper end."""
    found = _found()
    figure = tp.plot.branches(found)
    dots = next(trace for trace in figure.data if trace.name == "shares").x
    lines = [one for one in figure.layout.shapes if one.type == "line"]
    zero = lines[0].x0
    per = (dots[0] - zero) / 0.5
    assert [zero + per * one for one in (0.5, 0.3, 0.2)] == pytest.approx(dots, abs=0.2)
    ends = [zero + per * end for pair in zip(found.low, found.high, strict=True) for end in pair]
    assert ends == pytest.approx([x for one in lines[1::2] for x in (one.x0, one.x1)], abs=0.3)


def test_visits_without_a_known_branch_are_counted() -> None:
    """Where the log ends, no branch is drawn; the sentence says how many visits there are."""
    found = tp.paths.branches(tp.datasets.clinic(300, seed=1), at="Treatment")
    figure = tp.plot.branches(found)
    (number,) = found.count[found.next == "(open)"]
    assert f"Visits after which the log ends, so that what follows is not known: {number}." in (
        drawn.texts(figure, kind="note")
    )
    assert "open" not in drawn.texts(figure, kind="branch")


@pytest.mark.parametrize("lang", ["en", "es"])
@pytest.mark.parametrize("width", [358, 960])
@pytest.mark.parametrize("by", [None, "device"])
@pytest.mark.parametrize("dark", [False, True])
def test_no_text_overlaps(
    shop: tp.Journeys, lang: str, width: int, by: str | None, dark: bool
) -> None:
    """Texts neither overlap nor leave the picture, and all colours are of the palette."""
    found = tp.paths.branches(shop, by=by)
    figure = tp.plot.branches(found, taxonomy=CUSTOMER, lang=lang, dark=dark, width=width)
    assert [] == drawn.overlapping(figure)
    assert [] == drawn.outside(figure)
    assert set() == drawn.strange_colors(figure, dark=dark)


@pytest.mark.parametrize("width", [358, 960])
def test_many_places_and_branches_are_cut_and_counted(width: int) -> None:
    """Of 300 touchpoints eight are drawn; the branches after the twelfth share a row."""
    paths = [f"{n % 40} > {n}" for n in range(300)]
    found = tp.paths.branches(tp.from_paths({"path": [*paths, *["x > y"] * 9]}, path="path"))
    figure = tp.plot.branches(found, width=width)
    assert 8 == len(drawn.texts(figure, kind="touchpoint"))
    notes = drawn.texts(figure, kind="note")
    assert "8 of 302 touchpoints are drawn: the most visited ones." in notes
    wide = tp.from_paths({"path": [f"a > {n}" for n in range(30)]}, path="path")
    figure = tp.plot.branches(tp.paths.branches(wide, at="a"), width=width)
    assert "others (18)" == drawn.texts(figure, kind="branch")[-1]
    assert "60%" == drawn.texts(figure, kind="share")[-1]
    assert [] == drawn.overlapping(figure)
    assert [] == drawn.outside(figure)


@pytest.mark.parametrize("name", drawn.HOSTILE)
@pytest.mark.parametrize("width", [358, 960])
def test_hostile_names_are_shown_as_they_are(name: str, width: int) -> None:
    """Markup in a name is text; long names are wrapped and stay within the picture."""
    rows = [
        {"who": 1, "at": f"2026-01-0{day}", "what": what}
        for day, what in enumerate([name, name, "b", name], 1)
    ]
    journeys = tp.from_records(rows, journey="who", time="at", touchpoint="what")
    figure = tp.plot.branches(tp.paths.branches(journeys), width=width)
    assert [] == drawn.outside(figure)
    assert [] == drawn.overlapping(figure)
    assert not any("<script" in str(one.text) for one in figure.layout.annotations)


def test_one_row_none_and_nan() -> None:
    """One branch is drawn, an empty table is a sentence, an unknown share is a gap."""
    one = tp.paths.branches(tp.from_paths({"path": ["a"]}, path="path"))
    assert ["end"] == drawn.texts(tp.plot.branches(one), kind="branch")
    found = _found(None)
    nothing = {name: getattr(found, name)[:0] for name in found.column_names()}
    figure = tp.plot.branches(attrs.evolve(found, **nothing))
    assert ["There is nothing to draw."] == drawn.texts(figure)
    nan = np.full(len(found), np.nan)
    figure = tp.plot.branches(attrs.evolve(found, probability=nan, low=nan, high=nan))
    assert {"–"} == set(drawn.texts(figure, kind="share"))
    dots = [size for t in figure.data if t.name == "shares" for size in t.marker.size]
    assert {0} == set(dots)


def test_another_record_is_refused(shop: tp.Journeys) -> None:
    """A record of another kind is named, and the function that returns the right one."""
    with pytest.raises(
        tp.errors.WrongKindError, match=r"Branches can be drawn.*Presence"
    ) as caught:
        tp.plot.branches(tp.paths.presence(shop))  # type: ignore[arg-type]
    assert "tp.paths.branches" in str(caught.value)
