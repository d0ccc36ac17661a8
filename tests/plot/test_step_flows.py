"""The picture of flows from step to step (B40)."""

from __future__ import annotations

import attrs
import numpy as np
import pytest

import touchpoints as tp
from tests.plot import drawn

CUSTOMER = tp.load_taxonomy("customer")
PATHS = {"path": ["a > b", "a > c", "b"], "n": [50, 30, 20]}


@pytest.fixture(scope="module")
def shop() -> tp.Journeys:
    """Journeys of a shop, on two devices."""
    return tp.datasets.shop(400, seed=1)


def _journeys() -> tp.Journeys:
    return tp.from_paths(PATHS, path="path", count="n")


def test_nodes_and_flows_are_as_high_as_their_shares() -> None:
    """Bars have the height of the journeys that come and go, and so have the ends of ribbons."""
    figure = tp.plot.step_flows(tp.paths.step_flows(_journeys(), steps=3))

    assert ["step 1", "step 2", "step 3"] == drawn.texts(figure, kind="step")
    assert ["a 80%", "b 20%", "b 50%", "c 30%", "end 20%", "end 80%"] == drawn.texts(
        figure, kind="node"
    )
    bars = [one for one in figure.layout.shapes if one.type == "rect" and one.x1 - one.x0 == 4]
    heights = [(one.y1 - one.y0) / 300 for one in bars]
    expected = [0.8, 0.8, 0.2, 0.2, 0.5, 0.5, 0.3, 0.3, 0.2, 0.8]
    assert expected == pytest.approx(heights)
    ribbons = [one.path for one in figure.layout.shapes if one.type == "path"]
    assert 5 == len(ribbons)
    assert any("5 of 5 flows are drawn" in one for one in drawn.texts(figure, kind="note"))
    assert any("they carry 100% of all steps" in one for one in drawn.texts(figure, kind="note"))


def test_a_flow_says_its_interval_when_it_is_pointed_at() -> None:
    """The text of a flow has its share of journeys and of those at the source, with intervals."""
    found = tp.paths.step_flows(_journeys(), steps=2)
    figure = tp.plot.step_flows(found)
    said = next(one for one in drawn.hovers(figure) if one.startswith("a → b"))
    assert "50% [" in said
    assert "62% [" in said
    assert "n = 50" in said


def test_small_flows_are_not_drawn_and_this_is_said() -> None:
    """Flows of less than the smallest share are left out; the sentence counts them."""
    paths = {"path": ["a > b", "a > c"], "n": [199, 1]}
    found = tp.paths.step_flows(tp.from_paths(paths, path="path", count="n"), steps=2)
    figure = tp.plot.step_flows(found)
    assert ["a 100%", "b 100%"] == drawn.texts(figure, kind="node")
    assert any("1 of 2 flows" in one for one in drawn.texts(figure, kind="note"))
    every = tp.plot.step_flows(found, min_share=0)
    assert any("2 of 2 flows" in one for one in drawn.texts(every, kind="note"))


@pytest.mark.parametrize("lang", ["en", "es"])
@pytest.mark.parametrize("width", [358, 960])
@pytest.mark.parametrize("by", [None, "device"])
@pytest.mark.parametrize("dark", [False, True])
def test_no_text_overlaps(
    shop: tp.Journeys, lang: str, width: int, by: str | None, dark: bool
) -> None:
    """Texts neither overlap nor leave the picture, and all colours are of the palette."""
    found = tp.paths.step_flows(shop, by=by)
    figure = tp.plot.step_flows(found, taxonomy=CUSTOMER, lang=lang, dark=dark, width=width)
    assert [] == drawn.overlapping(figure)
    assert [] == drawn.outside(figure)
    assert set() == drawn.strange_colors(figure, dark=dark)


@pytest.mark.parametrize("options", [{"side": "end"}, {"at": "purchase"}])
def test_steps_before_a_place(shop: tp.Journeys, options: dict[str, str]) -> None:
    """Steps are counted backwards from the end, and in both directions around a touchpoint."""
    found = tp.paths.step_flows(shop, steps=2, **options)  # type: ignore[arg-type]
    figure = tp.plot.step_flows(found)
    steps = drawn.texts(figure, kind="step")
    assert steps == (
        ["step −2", "step −1"]
        if "side" in options
        else [f"step {n}" for n in ("−2", "−1", 0, 1, 2)]
    )
    assert [] == drawn.overlapping(figure)


def test_rare_touchpoints_share_a_node() -> None:
    """Of 300 touchpoints, ten have a node of their own; the others share one that counts them."""
    paths = [f"{n} > {(n * 7) % 300}" for n in range(300)] + [f"{n} > 1" for n in range(20)] * 10
    found = tp.paths.step_flows(tp.from_paths({"path": paths}, path="path"), steps=2)
    figure = tp.plot.step_flows(found, min_share=0)
    nodes = drawn.texts(figure, kind="node")
    assert 22 == len(nodes)
    assert any(one.startswith("other touchpoints (290)") for one in nodes)
    assert [] == drawn.overlapping(figure)


def test_lines_never_cross_labels(shop: tp.Journeys) -> None:
    """Ribbons run between the columns, where no label is."""
    figure = tp.plot.step_flows(tp.paths.step_flows(shop, steps=5), taxonomy=CUSTOMER, lang="es")
    boxes = [box for box in drawn.boxes(figure) if box.kind == "node"]
    for shape in figure.layout.shapes:
        if shape.type == "path":
            numbers = [float(one.split(",")[0]) for one in shape.path.split() if "," in one]
            left, right = min(numbers), max(numbers)
            assert not any(box.left < right and left < box.right for box in boxes)


def test_many_steps_are_cut_and_counted() -> None:
    """Of more than 30 steps the first are drawn; the figure says how many there are."""
    found = tp.paths.step_flows(
        tp.from_paths({"path": [" > ".join("ab" * 30)]}, path="path"), steps=50
    )
    figure = tp.plot.step_flows(found)
    assert any("30 of 51 steps are drawn." in one for one in drawn.texts(figure, kind="note"))
    assert [] == drawn.overlapping(figure)


@pytest.mark.parametrize("name", drawn.HOSTILE)
@pytest.mark.parametrize("width", [358, 960])
def test_hostile_names_are_shown_as_they_are(name: str, width: int) -> None:
    """Markup in a name is text; long names are wrapped and stay within the picture."""
    rows = [
        {"who": 1, "at": "2026-01-01", "what": name},
        {"who": 1, "at": "2026-01-02", "what": "b"},
    ]
    journeys = tp.from_records(rows, journey="who", time="at", touchpoint="what")
    figure = tp.plot.step_flows(tp.paths.step_flows(journeys, steps=3), width=width)
    assert [] == drawn.outside(figure)
    assert [] == drawn.overlapping(figure)
    assert not any(
        "<script" in one for one in str(figure.to_dict()).split("'") if "&lt;" not in one
    )


def test_one_row_and_none_and_nan(shop: tp.Journeys) -> None:
    """One flow is drawn, an empty table is a sentence, and a share that is not known is a dash."""
    one = tp.paths.step_flows(tp.from_paths({"path": ["a"]}, path="path"), steps=1)
    assert ["a 100%"] == drawn.texts(tp.plot.step_flows(one), kind="node")
    found = tp.paths.step_flows(shop)
    nothing = {name: getattr(found, name)[:0] for name in found.column_names()}
    figure = tp.plot.step_flows(attrs.evolve(found, **nothing))
    assert ["There is nothing to draw."] == drawn.texts(figure)
    nan = np.full(len(found), np.nan)
    figure = tp.plot.step_flows(attrs.evolve(found, share=nan, low=nan, high=nan))
    assert any("– [–, –%]" in one for one in drawn.hovers(figure))


def test_wrong_input_is_refused(shop: tp.Journeys) -> None:
    """A record of another kind, and a share above 1, are named."""
    with pytest.raises(tp.errors.WrongKindError, match=r"StepFlows can be drawn.*StepMatrix"):
        tp.plot.step_flows(tp.paths.step_matrix(shop))
    with pytest.raises(tp.errors.InvalidInputError, match="min_share"):
        tp.plot.step_flows(tp.paths.step_flows(shop), min_share=2)
