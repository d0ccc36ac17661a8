"""The picture of a step matrix (B40)."""

from __future__ import annotations

import attrs
import numpy as np
import pytest

import touchpoints as tp
from tests.plot import drawn
from touchpoints.plot._shared.palette import DARK, LIGHT
from touchpoints.plot._shared.shades import contrast, shades

CUSTOMER = tp.load_taxonomy("customer")


@pytest.fixture(scope="module")
def shop() -> tp.Journeys:
    """Journeys of a shop, on two devices."""
    return tp.datasets.shop(400, seed=1)


def _matrix(**options: int) -> tp.paths.StepMatrix:
    paths = {"path": ["a > b", "a > c", "b"], "n": [50, 30, 20]}
    return tp.paths.step_matrix(tp.from_paths(paths, path="path", count="n"), **options)


def test_a_cell_has_the_share_of_its_touchpoint_and_step() -> None:
    """Rows are touchpoints by frequency, terminals last; cells have shares and shades of them."""
    figure = tp.plot.step_matrix(_matrix(steps=3))
    assert ["step 1", "step 2", "step 3"] == drawn.texts(figure, kind="step")
    assert ["a", "b", "c", "end"] == drawn.texts(figure, kind="touchpoint")
    assert ["80%", "20%", "50%", "30%", "20%", "80%"] == drawn.texts(figure, kind="share")
    cells = [one.fillcolor for one in figure.layout.shapes if one.type == "rect"][:6]
    fills = [fill for fill, _ in shades(LIGHT)]
    assert [fills[place] for place in (5, 4, 5, 4, 4, 5)] == cells


def test_a_cell_says_its_interval_when_it_is_pointed_at() -> None:
    """The text of a cell has its touchpoint, step, share, interval and number of journeys."""
    said = drawn.hovers(tp.plot.step_matrix(_matrix(steps=1)))
    assert "a step 1 80% [71, 87%] n = 80" == said[0]


def test_shares_of_those_that_go_on() -> None:
    """of="going" draws the other shares; terminals have none."""
    figure = tp.plot.step_matrix(_matrix(steps=2), of="going")
    assert ["80%", "20%", "62%", "38%"] == drawn.texts(figure, kind="share")
    assert any("at any touchpoint in that step" in one for one in drawn.texts(figure, kind="note"))


@pytest.mark.parametrize("palette", [LIGHT, DARK])
def test_text_can_be_read_on_every_shade(palette: object) -> None:
    """There is a shade for each class of shares, and text on it has a contrast of 4.5."""
    found = shades(palette)  # type: ignore[arg-type]
    assert 6 == len(found)
    assert all(contrast(fill, ink) >= 4.5 for fill, ink in found)
    assert 4.54 == pytest.approx(
        contrast("#767676", "#FFFFFF"), abs=0.005
    )  # as published by WebAIM


@pytest.mark.parametrize("lang", ["en", "es"])
@pytest.mark.parametrize("width", [358, 960])
@pytest.mark.parametrize("by", [None, "device"])
@pytest.mark.parametrize("dark", [False, True])
def test_no_text_overlaps(
    shop: tp.Journeys, lang: str, width: int, by: str | None, dark: bool
) -> None:
    """Texts neither overlap nor leave the picture, and all colours are of the palette."""
    found = tp.paths.step_matrix(shop, by=by)
    figure = tp.plot.step_matrix(found, taxonomy=CUSTOMER, lang=lang, dark=dark, width=width)
    assert [] == drawn.overlapping(figure)
    assert [] == drawn.outside(figure)
    assert set() == drawn.strange_colors(figure, dark=dark)


@pytest.mark.parametrize("width", [358, 960])
def test_many_touchpoints_and_steps_are_cut_and_counted(width: int) -> None:
    """Of 300 touchpoints and 41 steps the first ones are drawn, and the figure says so."""
    paths = [" > ".join(str((7 * n + step) % 300) for step in range(40)) for n in range(300)]
    found = tp.paths.step_matrix(tp.from_paths({"path": paths}, path="path"), steps=50)
    figure = tp.plot.step_matrix(found, width=width)
    assert [] == drawn.overlapping(figure)
    assert [] == drawn.outside(figure)
    notes = " ".join(drawn.texts(figure, kind="note"))
    assert "40 of 300 touchpoints are shown: the most frequent ones." in notes
    assert "30 of 41 steps are drawn." in notes


def test_journeys_that_are_left_out_are_counted(shop: tp.Journeys) -> None:
    """Journeys without the touchpoint that steps are counted from are named."""
    found = tp.paths.step_matrix(shop, at="purchase", steps=2)
    notes = drawn.texts(tp.plot.step_matrix(found), kind="note")
    assert any(one.endswith(f"numbered: {found.left_out[0]}.") for one in notes)


@pytest.mark.parametrize("name", drawn.HOSTILE)
@pytest.mark.parametrize("width", [358, 960])
def test_hostile_names_are_shown_as_they_are(name: str, width: int) -> None:
    """Markup in a name is text; long names are wrapped and stay within the picture."""
    rows = [
        {"who": 1, "at": "2026-01-01", "what": name},
        {"who": 1, "at": "2026-01-02", "what": "b"},
    ]
    journeys = tp.from_records(rows, journey="who", time="at", touchpoint="what")
    figure = tp.plot.step_matrix(tp.paths.step_matrix(journeys, steps=3), width=width)
    assert [] == drawn.outside(figure)
    assert [] == drawn.overlapping(figure)
    assert not any("<script" in str(one.text) for one in figure.layout.annotations)


def test_one_row_none_and_nan(shop: tp.Journeys) -> None:
    """One cell is drawn, an empty table is a sentence, and a share that is unknown is a gap."""
    one = tp.paths.step_matrix(tp.from_paths({"path": ["a"]}, path="path"), steps=1)
    assert ["100%"] == drawn.texts(tp.plot.step_matrix(one), kind="share")
    found = tp.paths.step_matrix(shop)
    nothing = {name: getattr(found, name)[:0] for name in found.column_names()}
    figure = tp.plot.step_matrix(attrs.evolve(found, **nothing))
    assert ["There is nothing to draw."] == drawn.texts(figure)
    nan = np.full(len(found), np.nan)
    figure = tp.plot.step_matrix(attrs.evolve(found, share=nan, low=nan, high=nan))
    assert [] == drawn.texts(figure, kind="share")


def test_wrong_input_is_refused(shop: tp.Journeys) -> None:
    """A record of another kind and an unknown option are named."""
    with pytest.raises(tp.errors.WrongKindError, match=r"StepMatrix can be drawn.*StepFlows"):
        tp.plot.step_matrix(tp.paths.step_flows(shop))
    with pytest.raises(tp.errors.InvalidInputError, match="of=.ends. is not an option"):
        tp.plot.step_matrix(tp.paths.step_matrix(shop), of="ends")  # type: ignore[arg-type]
