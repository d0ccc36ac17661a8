"""The pictures of journeys as sequences, and of their distribution (B40)."""

from __future__ import annotations

import re
from typing import Any

import attrs
import pytest

import touchpoints as tp
from tests.plot import drawn

CUSTOMER = tp.load_taxonomy("customer")
_BOX = re.compile(r"M([\d.]+),([\d.]+)H([\d.]+)V([\d.]+)")
FIRST, SECOND, THIRD = "#4554B9", "#874020", "#2F8485"


def paths(counts: dict[str, int]) -> tp.Journeys:
    """Return journeys of paths, as often as given."""
    table = {"path": list(counts), "n": list(counts.values())}
    return tp.from_paths(table, path="path", count="n")


def areas(figure: Any) -> dict[str, list[tuple[float, ...]]]:
    """Return the rectangles of blocks by colour, each (left, top, right, bottom)."""
    found: dict[str, list[tuple[float, ...]]] = {}
    for shape in figure.layout.shapes:
        if shape.type == "path" and "H" in shape.path:
            boxes = [tuple(map(float, one)) for one in _BOX.findall(shape.path)]
            found[shape.fillcolor] = [(left, top, right, low) for left, top, right, low in boxes]
    return found


@pytest.fixture(scope="module")
def shop() -> tp.Journeys:
    """Journeys of a shop, on two devices."""
    return tp.datasets.shop(400, seed=1)


def test_a_row_for_each_journey() -> None:
    """Counts are honoured; equal blocks above each other are one, as high as they are many."""
    figure = tp.plot.sequences(paths({"a > b": 3, "a": 2, "b > a": 1}))
    found = areas(figure)
    # a occurs 6 times, b 4 times: a has the first colour. Rows: a b (3), a (2), b a (1).
    heights = [round(box[3] - box[1]) for box in found[FIRST]]
    assert [110, 22] == heights
    assert [66, 22] == sorted((round(box[3] - box[1]) for box in found[SECOND]), reverse=True)
    assert ["All 6 journeys are drawn."] == drawn.texts(figure, kind="note")
    assert "a position 1 5 journeys in succession" in [
        re.sub(" +", " ", one) for one in drawn.hovers(figure)
    ]


def test_a_sample_of_many_journeys_is_seeded_and_said() -> None:
    """Of more journeys than can be drawn, a random sample is, the same for the same seed."""
    journeys = paths({"a > b": 500, "b": 500})
    figure = tp.plot.sequences(journeys)
    assert ["300 of 1,000 journeys are drawn, chosen at random."] == drawn.texts(
        figure, kind="note"
    )
    assert figure.to_json() == tp.plot.sequences(journeys).to_json()
    assert figure.to_json() != tp.plot.sequences(journeys, seed=2).to_json()
    few = tp.plot.sequences(journeys, max_journeys=7)
    assert "7 of 1,000" in drawn.texts(few, kind="note")[0]


def test_long_journeys_are_cut_and_said() -> None:
    """Only the first touchpoints are drawn, and the figure counts the journeys cut."""
    figure = tp.plot.sequences(paths({"a > b > c > d": 2, "a > b": 1}), steps=3)
    assert "with more than 3 touchpoints, cut there: 2." in drawn.texts(figure, kind="note")[0]
    assert ["1", "2", "3"] == [one for one in drawn.texts(figure, kind="axis") if one.isdigit()]


def test_journeys_the_log_cuts_off() -> None:
    """A journey that is not finished ends with a pale block, which the legend explains."""
    journeys = attrs.evolve(paths({"a": 1, "b": 1}), finished=[True, False])
    figure = tp.plot.sequences(journeys)
    assert "open" in drawn.texts(figure, kind="legend")
    assert "#EAEEF3" in areas(figure)


def test_other_touchpoints_share_a_colour() -> None:
    """The seven most frequent touchpoints have a colour each; 293 others share one, counted."""
    figure = tp.plot.sequences(paths({f"t{n:03}": 300 - n for n in range(300)}))
    legend = drawn.texts(figure, kind="legend")
    assert 8 == len(legend)
    assert "other" == legend[-1]
    assert "Touchpoints without a colour of their own:" in drawn.texts(figure, kind="note")[0]
    assert [] == drawn.overlapping(figure) + drawn.outside(figure)


def test_stacked_shares() -> None:
    """Blocks are as high as the shares of the table, and the rest has ended."""
    found = tp.paths.step_matrix(paths({"a > b": 2, "a": 1, "b": 1}), steps=2)
    figure = tp.plot.sequence_distribution(found)
    boxes = areas(figure)
    height = {key: [box[3] - box[1] for box in several] for key, several in boxes.items()}
    # Step 1: a 3/4, b 1/4; step 2: b 2/4, end 2/4.
    scale = 340
    assert [0.75] == pytest.approx([one / scale for one in height[FIRST]], abs=0.005)
    assert [0.25, 0.5] == pytest.approx([one / scale for one in height[SECOND]], abs=0.005)
    assert [0.5] == pytest.approx([one / scale for one in height["#D5DBE1"]], abs=0.005)
    assert any("a step 1 75% [" in one for one in drawn.hovers(figure))
    assert "its 95% interval" in drawn.texts(figure, kind="note")[0]


@pytest.mark.parametrize("lang", ["en", "es"])
@pytest.mark.parametrize("width", [358, 960])
@pytest.mark.parametrize("by", [None, "device"])
@pytest.mark.parametrize("dark", [False, True])
def test_no_text_overlaps(
    shop: tp.Journeys, lang: str, width: int, by: str | None, dark: bool
) -> None:
    """Texts neither overlap nor leave the picture, and all colours are of the palette."""
    how: dict[str, Any] = {"taxonomy": CUSTOMER, "lang": lang, "dark": dark, "width": width}
    found = tp.paths.step_matrix(shop, steps=6, by=by)
    both = tp.plot.sequence_distribution(found, **how), tp.plot.sequences(shop, **how)
    for figure in both:
        assert [] == drawn.overlapping(figure)
        assert [] == drawn.outside(figure)
        assert set() == drawn.strange_colors(figure, dark=dark)


@pytest.mark.parametrize("name", drawn.HOSTILE)
@pytest.mark.parametrize("width", [358, 960])
def test_hostile_names_are_shown_as_they_are(name: str, width: int) -> None:
    """Markup in a name is text; long names stay within the picture."""
    rows = [
        {"who": who, "at": f"2026-01-0{day}", "what": name, "group": name}
        for who in "ab"
        for day in (1, 2)
    ]
    journeys = tp.from_records(
        rows, journey="who", time="at", touchpoint="what", per_journey=["group"]
    )
    found = tp.paths.step_matrix(journeys, by="group")
    for figure in (
        tp.plot.sequences(journeys, width=width),
        tp.plot.sequence_distribution(found, width=width),
    ):
        assert [] == drawn.outside(figure) + drawn.overlapping(figure)
        assert not any("<script" in str(one.text) for one in figure.layout.annotations)
        assert not any("<script" in str(one.hovertext) for one in figure.data)


def test_one_journey_and_none(shop: tp.Journeys) -> None:
    """One journey is a row, empty journeys have no block, no journeys are a sentence."""
    one = tp.plot.sequences(paths({"a > b": 1}))
    assert 2 == sum(map(len, areas(one).values()))
    empty = attrs.evolve(paths({"a": 1}), codes=[], offsets=[0, 0])
    assert {} == areas(tp.plot.sequences(empty))
    assert ["There is nothing to draw."] == drawn.texts(tp.plot.sequences(shop[:0]))
    found = tp.paths.step_matrix(shop, steps=2)
    nothing = {name: getattr(found, name)[:0] for name in found.column_names()}
    figure = tp.plot.sequence_distribution(attrs.evolve(found, **nothing))
    assert ["There is nothing to draw."] == drawn.texts(figure)


def test_bad_arguments_are_refused(shop: tp.Journeys) -> None:
    """Another kind of object, and numbers that are none, are named."""
    with pytest.raises(tp.errors.WrongKindError, match="Journeys"):
        tp.plot.sequences(tp.paths.presence(shop))  # type: ignore[arg-type]
    with pytest.raises(tp.errors.InvalidInputError, match="max_journeys must be an integer"):
        tp.plot.sequences(shop, max_journeys=0)
    with pytest.raises(tp.errors.InvalidInputError, match="steps must be an integer"):
        tp.plot.sequences(shop, steps=0)
    with pytest.raises(tp.errors.WrongKindError, match=r"StepMatrix can be.*Presence"):
        tp.plot.sequence_distribution(tp.paths.presence(shop))
