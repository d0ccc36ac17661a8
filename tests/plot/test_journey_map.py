"""The picture of a journey map (B40)."""

from __future__ import annotations

import math
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

import touchpoints as tp
from tests.plot import drawn
from tests.plot.map_geometry import collisions
from tests.plot.maps import NAN, map_of, random_map
from touchpoints.experience import JourneyMap
from touchpoints.plot._shared.palette import DARK, LIGHT

WIDTHS = (358, 960, 1216)


@pytest.mark.parametrize("count", [6, 15, 25, 40])
@pytest.mark.parametrize("lang", ["en", "es"])
@pytest.mark.parametrize("width", [358, 390, 1216, 1280])
def test_nothing_touches_what_it_should_not(count: int, lang: str, width: int) -> None:
    """No label, line or touchpoint lies on another one, at any size and in both languages."""
    taxonomy = "customer" if count % 2 else "patient"
    figure = tp.plot.journey_map(
        random_map(count, count, taxonomy=taxonomy), lang=lang, width=width
    )
    assert {} == collisions(figure)
    assert set() == drawn.strange_colors(figure)


@given(
    seed=st.integers(0, 2**32 - 1),
    count=st.integers(1, 60),
    taxonomy=st.sampled_from(["customer", "patient"]),
    lang=st.sampled_from(["en", "es"]),
    width=st.sampled_from([*WIDTHS, 280, 700, 900, 2000]),
    lanes=st.sampled_from(["channel", "directness"]),
    scored=st.booleans(),
    staged=st.booleans(),
)
def test_nothing_touches_what_it_should_not_in_any_map(
    seed: int,
    count: int,
    taxonomy: str,
    lang: str,
    width: int,
    lanes: str,
    scored: bool,
    staged: bool,
) -> None:
    """No label, line or touchpoint lies on another one, whatever the map."""
    found = random_map(seed, count, taxonomy=taxonomy, scored=scored, staged=staged)
    figure = tp.plot.journey_map(found, lanes=lanes, lang=lang, width=width)
    assert {} == collisions(figure)


@given(
    seed=st.integers(0, 2**32 - 1),
    count=st.integers(1, 40),
    width=st.sampled_from([*WIDTHS, 280]),
    names=st.lists(st.sampled_from(drawn.HOSTILE), min_size=1, max_size=8),
)
def test_hostile_names_keep_their_place(
    seed: int, count: int, width: int, names: list[str]
) -> None:
    """Markup and very long words in names are text, and do not reach over others."""
    figure = tp.plot.journey_map(random_map(seed, count, names=names), width=width)
    assert {} == collisions(figure)
    assert not any("<script" in str(one.text) for one in figure.layout.annotations)


def scene() -> JourneyMap:
    """Return a small map with one of everything."""
    touchpoints = [
        {"touchpoint": "search", "stage": "one", "area": "web", "directness": "indirect"}
        | {"reach": 0.8, "journeys": 80, "position": 0.1}
        | {"answers": 50, "valence": 0.7, "valence_low": 0.6, "valence_high": 0.8},
        {"touchpoint": "chat", "stage": "one", "area": "desk", "reach": 0.2, "position": 0.4}
        | {"answers": 40, "valence": -0.3, "valence_low": -0.5, "valence_high": -0.1, "pain": True},
        {"touchpoint": "few", "stage": "two", "area": "desk", "answers": 9, "valence": 0.9}
        | {"clinicality": "clinical", "planned": False},
        {"touchpoint": "unseen", "stage": "two", "area": "desk", "observed": False}
        | {"planned": True, "reach": 0.0, "position": NAN},
        {"touchpoint": "buy", "stage": "two", "area": "web", "reach": 0.2, "moment": True},
        {"touchpoint": "slow", "stage": "two", "area": "web", "advice": ("Shorten the wait",)},
    ]
    flows = [
        {"source": "search", "target": "chat", "steps": 40, "share": 0.3, "either": 0.35},
        {"source": "chat", "target": "search", "steps": 20, "share": 0.1, "either": 0.35},
        {"source": "chat", "target": "buy", "steps": 30, "share": 0.25, "planned": False},
        {"source": "buy", "target": "chat", "steps": 15, "share": 0.12},
        {"source": "buy", "target": "buy", "steps": 7},
        {"source": "buy", "target": "few", "steps": 20, "journeys": 1},
    ]
    stages = [
        {"stage": "one", "share": 0.9, "answers": 90, "valence": 0.2}
        | {"valence_low": 0.1, "valence_high": 0.3},
        {"stage": "two", "share": 0.4, "answers": 5, "valence": 0.9},
    ]
    terms = [
        {"stage": "one", "term": "learn", "share": 0.6},
        {"stage": "one", "term": "save", "share": 0.4},
        {"stage": "one", "facet": "context", "term": "at_home", "share": 0.3},
    ]
    labels = {
        "touchpoint": {"search": {"en": "Search", "es": "Búsqueda"}},
        "stage": {"one": {"en": "First", "es": "Primera"}},
        "channel": {"web": {"en": "Website"}},
        "need": {"learn": {"en": "Learn", "es": "Aprender"}},
    }
    return map_of(touchpoints, flows, stages=stages, terms=terms, labels=labels, metric="csat")


def trace(figure: Any, name: str) -> Any:
    """Return a trace of a figure."""
    return next(one for one in figure.data if one.name == name)


def places(figure: Any) -> dict[str, tuple[float, float]]:
    """Return the middles of the touchpoints of `scene`, by key."""
    names = [one.split()[0] for one in drawn.hovers(figure)]
    found = {}
    for one in figure.data:
        if one.name in ("touchpoints", "unseen"):
            for x, y, says in zip(one.x, one.y, one.hovertext, strict=True):
                found[drawn.plain(says).split()[0].lower()] = (x, y)
    assert names
    return found


@pytest.mark.parametrize("width", [358, 1216])
def test_the_area_of_a_touchpoint_is_its_reach(width: int) -> None:
    """A circle has the area of its share; a diamond the area that a circle would have."""
    marks = trace(tp.plot.journey_map(scene(), width=width), "touchpoints").marker
    search, chat, *_ = marks.size
    largest = 40 if width == 1216 else 28
    assert largest * 0.964 == pytest.approx(search, abs=0.06)
    assert largest * (0.2 / 0.8) ** 0.5 == pytest.approx(chat, abs=0.06)
    assert ("diamond", "circle") == marks.symbol[:2]
    # The area of plotly's diamond, whose half diagonal is 0.65 of its size.
    assert 2 * (0.65 * search) ** 2 == pytest.approx(math.pi * (largest / 2) ** 2, rel=0.01)


@pytest.mark.parametrize("dark", [False, True])
def test_colour_sign_and_outline_say_valence_and_kind(dark: bool) -> None:
    """Five classes of valence; the background with fewer than ten answers; thick if clinical."""
    palette = DARK if dark else LIGHT
    figure = tp.plot.journey_map(scene(), dark=dark)
    marks = trace(figure, "touchpoints").marker
    names = [drawn.plain(one).split()[0] for one in trace(figure, "touchpoints").hovertext]
    color = dict(zip(names, marks.color, strict=True))
    assert palette.valence[4] == color["Search"]
    assert palette.valence[1] == color["chat"]
    assert palette.background == color["few"]
    outline = dict(zip(names, marks.line.width, strict=True))
    assert (2.6, 1.1) == (outline["few"], outline["chat"])
    assert ["+", "−"] == drawn.texts(figure, kind="sign")


def test_what_is_planned_but_not_seen_is_a_dashed_circle() -> None:
    """It has no marker that is seen, and its label is in italics."""
    figure = tp.plot.journey_map(scene())
    assert 0 == trace(figure, "unseen").marker.opacity
    circles = [one for one in figure.layout.shapes if one.name == "circle"]
    assert {"4px,3px"} == {one.line.dash for one in circles}
    italic = [one.text for one in figure.layout.annotations if one.text.startswith("<i>")]
    assert ["<i>unseen</i>"] == italic
    assert "planned, not seen" in drawn.texts(figure, kind="legend")


def test_badges_and_what_they_mean() -> None:
    """Pain points, moments, opportunities and unplanned touchpoints have a shape each."""
    figure = tp.plot.journey_map(scene())
    badges = trace(figure, "badges")
    said = {
        drawn.plain(text).split()[0]: symbol
        for text, symbol in zip(badges.hovertext, badges.marker.symbol, strict=True)
    }
    wanted = {"chat": "triangle-down", "few": "x", "buy": "star", "slow": "triangle-up"}
    assert wanted == said
    legend = drawn.texts(figure, kind="legend")
    for text in ("pain point", "moment of truth", "opportunity", "not planned"):
        assert text in legend
    assert any("opportunity: Shorten the wait" in one for one in drawn.hovers(figure))


@pytest.mark.parametrize("width", [358, 1216])
def test_lines_are_flows(width: int) -> None:
    """Width is steps, two flows of a stage are one line, and those back have another colour."""
    figure = tp.plot.journey_map(scene(), width=width)
    lines = [one for one in figure.layout.shapes if one.name == "flow"]
    widest = max(one.line.width for one in lines)
    assert [1, 1 / 2, 1 / 4] == pytest.approx(
        sorted((one.line.width / widest for one in lines), reverse=True), abs=0.02
    )
    assert [LIGHT.back] == [one.line.color for one in lines if one.line.width < 0.3 * widest]
    assert ["4px,3px"] == [one.line.dash for one in lines if one.line.dash != "solid"]
    heads = [one for one in figure.layout.shapes if one.name == "head"]
    legend = 3  # forward, back, not in the plan
    assert 4 + legend == len(heads)
    # 105 of 125 steps between different touchpoints; the loop is told on hover alone.
    note = "4 of 5 flows are shown: they carry 84% of the steps between touchpoints."
    assert note in " ".join(drawn.texts(figure, kind="note"))
    assert any("Directly repeated: 7 times" in one for one in drawn.hovers(figure))


def test_numbers_on_lines_are_shares_of_journeys() -> None:
    """Of a line for two flows it is the share that takes either."""
    figure = tp.plot.journey_map(scene())
    assert {"35%", "25%", "12%"} >= set(drawn.texts(figure, kind="flow"))
    assert "35%" in drawn.texts(figure, kind="flow")


def test_stages_are_in_order_with_their_shares_and_needs() -> None:
    """Headers have the label, the share of journeys, and chips."""
    figure = tp.plot.journey_map(scene(), lang="es")
    assert ["Primera", "90\u202f%", "two", "40\u202f%"] == drawn.texts(figure, kind="stage")
    assert {"Aprender 60\u202f%", "save 40\u202f%", "at_home 30\u202f%"} == set(
        drawn.texts(figure, kind="chip")
    )
    assert "Búsqueda" in drawn.texts(figure, kind="touchpoint")
    spots = places(figure)
    assert max(spots[one][0] for one in ("búsqueda", "chat")) < min(
        spots[one][0] for one in ("few", "unseen", "buy", "slow")
    )


def test_lanes_are_channels_or_contact() -> None:
    """What is indirect comes first; touchpoints are in the lane of their channel."""
    figure = tp.plot.journey_map(scene())
    assert ["Website", "desk"] == drawn.texts(figure, kind="lane")[-4:-2]
    spots = places(figure)
    assert max(spots[one][1] for one in ("search", "buy", "slow")) < min(
        spots[one][1] for one in ("chat", "few", "unseen")
    )
    figure = tp.plot.journey_map(scene(), lanes="directness")
    assert ["indirect", "direct"] == drawn.texts(figure, kind="lane")[-4:-2]
    with pytest.raises(tp.errors.InvalidInputError, match="lanes"):
        tp.plot.journey_map(scene(), lanes="stage")  # type: ignore[arg-type]


def test_valence_is_on_a_scale_with_its_interval() -> None:
    """A dot is where its valence is between the lines of -1 and 1, on a line for its interval."""
    figure = tp.plot.journey_map(scene())
    axis = {one.text: one.y + 7 for one in figure.layout.annotations if one.name == "axis"}
    zero, one = axis["0"], axis["0"] - axis["+1"]
    dots = trace(figure, "valence")
    assert [0.7, -0.3] == pytest.approx([(zero - y) / one for y in dots.y], abs=0.01)
    ends = {
        round((zero - y) / one, 2)
        for shape in figure.layout.shapes
        if shape.type == "line" and shape.x0 in [round(x, 6) for x in dots.x]
        for y in (shape.y0, shape.y1)
    }
    assert {0.6, 0.8, -0.5, -0.1} == ends
    assert "+0.20 [0.10, 0.30]" in drawn.texts(figure, kind="axis")
    # The second stage has five answers: no point, no number.
    assert 1 == len(trace(figure, "stages").x)


def test_valence_is_at_the_right_on_a_telephone() -> None:
    """Touchpoints and stages are on the scale from -1 to 1 in the heads of the columns."""
    figure = tp.plot.journey_map(scene(), width=358)
    axis = {one.text: one for one in figure.layout.annotations if one.name == "axis"}
    zero = axis["0"].x
    one = axis["+1"].x - zero
    assert zero - axis["−1"].x == pytest.approx(one)
    assert [0.7, -0.3] == pytest.approx(
        [(x - zero) / one for x in trace(figure, "valence").x], abs=0.01
    )
    (stage,) = trace(figure, "stages").x
    assert 0.2 == pytest.approx((stage - zero) / one, abs=0.01)
    ends = {
        (round((shape.x0 - zero) / one, 2), round((shape.x1 - zero) / one, 2))
        for shape in figure.layout.shapes
        if shape.type == "line" and shape.y0 == shape.y1
    }
    assert {(0.6, 0.8), (-0.5, -0.1), (0.1, 0.3)} <= ends
    assert "valence of the stage" in drawn.texts(figure, kind="legend")


def test_a_touchpoint_tells_all_it_has() -> None:
    """Hovers have reach and valence with their intervals, the number of answers, and terms."""
    figure = tp.plot.journey_map(scene())
    said = next(one for one in drawn.hovers(figure) if one.startswith("chat 20%"))
    assert "20% of journeys [5, 15%] (10)" in said
    assert "Valence −0.30 [−0.50, −0.10], n = 40" in said
    assert "pain point" in said


@pytest.mark.parametrize("width", [358, 1216])
def test_without_scores_there_is_no_valence(width: int) -> None:
    """The panel is not there, nor its legend; one line says why."""
    figure = tp.plot.journey_map(random_map(1, 12, scored=False), width=width)
    notes = " ".join(drawn.texts(figure, kind="note"))
    assert "There are no scores to show valence by." in notes
    assert not any(one.name in ("valence", "curve", "band", "stages") for one in figure.data)
    assert "neutral" not in drawn.texts(figure, kind="legend")
    assert "Valence" not in drawn.texts(figure)


@pytest.mark.parametrize("width", [358, 1216])
def test_without_stages_there_are_no_headers(width: int) -> None:
    """All touchpoints are in one column without a header."""
    figure = tp.plot.journey_map(random_map(1, 12, staged=False), width=width)
    assert [] == drawn.texts(figure, kind="stage")
    assert 12 == len(drawn.texts(figure, kind="touchpoint"))


def test_touchpoints_without_a_stage_come_last() -> None:
    """They have a stage of their own after all others."""
    rows = [{"touchpoint": "a"}, {"touchpoint": "b", "stage": "one"}]
    figure = tp.plot.journey_map(map_of(rows, stages=[{"stage": "one"}]))
    assert ["one", "50%", "No stage", "no records"] == drawn.texts(figure, kind="stage")


@pytest.mark.parametrize("width", [358, 1216])
def test_of_very_many_touchpoints_those_with_most_reach_are_drawn(width: int) -> None:
    """Of 300 touchpoints 40 are drawn, and the figure says so and what groups them."""
    rows = [{"touchpoint": f"t{place:03}", "reach": place / 1000} for place in range(300)]
    flows = [
        {"source": f"t{place:03}", "target": f"t{(place * 7 + 1) % 300:03}"} for place in range(300)
    ]
    figure = tp.plot.journey_map(map_of(rows, flows), width=width)
    labels = set(drawn.texts(figure, kind="touchpoint"))
    assert {f"t{place}" for place in range(260, 300)} == labels
    notes = " ".join(drawn.texts(figure, kind="note"))
    assert "40 of 300 touchpoints are shown: those with the most reach." in notes
    assert "tp.collapse" in notes
    assert {} == collisions(figure)


@pytest.mark.parametrize("width", [280, 358, 960, 1216])
def test_little_is_drawn_as_well(width: int) -> None:
    """One touchpoint, one journey, no flows, and numbers that are not known."""
    one = {"touchpoint": "a", "reach": NAN, "reach_low": NAN, "reach_high": NAN, "position": NAN}
    alone = map_of([one], journeys=1)
    unknown = [
        one | {"touchpoint": name, "answers": 50, "stage": "one"} for name in ("a", "b", "c")
    ]
    flows = [{"source": "a", "target": "b", "share": NAN, "either": NAN, "journeys": 1, "steps": 1}]
    nowhere = map_of(unknown, flows, stages=[{"stage": "one", "share": NAN}], journeys=1)
    only_planned = map_of([one | {"observed": False, "planned": True}], journeys=0)
    for found in (alone, nowhere, only_planned):
        figure = tp.plot.journey_map(found, width=width)
        assert {} == collisions(figure)
        assert drawn.texts(figure, kind="touchpoint")
    assert ["There is nothing to draw."] == drawn.texts(tp.plot.journey_map(map_of([])))


def test_the_same_map_gives_the_same_figure() -> None:
    """Nothing of the picture is left to chance."""
    first, second = (tp.plot.journey_map(random_map(5, 40)).to_json() for _ in range(2))
    assert first == second


def test_labels_come_from_the_map_then_from_the_taxonomy() -> None:
    """The taxonomy names what the map does not name."""
    found = map_of(
        [{"touchpoint": "search_query"}, {"touchpoint": "purchase"}],
        labels={"touchpoint": {"purchase": {"en": "They buy"}}},
    )
    taxonomy = tp.load_taxonomy("customer")
    figure = tp.plot.journey_map(found, taxonomy=taxonomy)
    assert {"Searching the web", "They buy"} == set(drawn.texts(figure, kind="touchpoint"))


def test_journeys_are_drawn() -> None:
    """The map of journeys is drawn as it is returned, in both languages."""
    found = tp.experience.journey_map(tp.datasets.shop(200, seed=1))
    for lang, label in (("en", "Purchase"), ("es", "Compra")):
        figure = tp.plot.journey_map(found, lang=lang)
        assert label in drawn.texts(figure, kind="touchpoint")
        assert {} == collisions(figure)


def test_another_record_is_refused() -> None:
    """A record of another kind is named, and the function that returns the right one."""
    with pytest.raises(tp.errors.WrongKindError, match=r"tp\.experience\.journey_map"):
        tp.plot.journey_map(tp.paths.presence(tp.datasets.shop(20, seed=1)))


def test_collisions_are_seen() -> None:
    """The measure of these tests finds a text on a touchpoint, a line and another text."""
    figure = tp.plot.journey_map(random_map(3, 25))
    assert {} == collisions(figure)
    label = next(one for one in figure.layout.annotations if one.name == "touchpoint")
    label.y -= 30
    assert "text on touchpoint" in collisions(figure)
    label.y = next(one.y for one in figure.layout.annotations if one.name == "stage")
    label.x = next(one.x for one in figure.layout.annotations if one.name == "stage")
    assert "text on text" in collisions(figure)
    line = next(one for one in figure.layout.shapes if one.name == "flow")
    line.path = f"M 130,10 L 1200,{figure.layout.height - 10}"
    assert "line on text" in collisions(figure)


PLAN = """
name = "buying"
taxonomy = "customer"
[touchpoints.search_query]
[touchpoints.review_read]
[touchpoints.purchase]
[touchpoints.delivery_received]
"""


@pytest.mark.parametrize("width", [358, 1216])
def test_a_plan_is_drawn_with_what_is_seen(width: int) -> None:
    """What is planned but not seen has its stage; what is not planned is marked."""
    journeys = tp.datasets.shop(200, seed=1)
    found = tp.experience.journey_map(journeys, plan=tp.parse_plan(PLAN))
    figure = tp.plot.journey_map(found, width=width)
    assert {} == collisions(figure)
    assert "Retention" in drawn.texts(figure, kind="stage")
    assert ["Receiving the delivery"] == [
        drawn.plain(one.text) for one in figure.layout.annotations if one.text.startswith("<i>")
    ]
    marked = {drawn.plain(one).split("%")[0] for one in trace(figure, "badges").hovertext}
    assert any(one.startswith("Live chat") for one in marked)
    assert not any(one.startswith("Purchase") for one in marked)
