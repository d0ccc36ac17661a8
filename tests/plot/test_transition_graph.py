"""The picture of a graph (B40)."""

from __future__ import annotations

import itertools
import random
from typing import Any

import networkx as nx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import touchpoints as tp
from tests.plot import drawn
from touchpoints.graphs.plan import parse_plan
from touchpoints.plot._shared.edge_slider import levels_of
from touchpoints.plot._shared.graph_drawing import SHAPES
from touchpoints.plot._shared.palette import LIGHT

CUSTOMER = tp.load_taxonomy("customer")


def _wandering(n: int) -> tp.Journeys:
    """Return journeys over n touchpoints of the taxonomy, mostly in their order."""
    rng, types = random.Random(n), list(CUSTOMER.types)[:n]
    paths = []
    for _ in range(600):
        at, path = rng.random() * n / 2, []
        for _ in range(rng.randint(2, 9)):
            at = max(0.0, min(n - 1, at + rng.gauss(n * 0.07, n * 0.09)))
            path.append(types[int(at)])
        paths.append(" > ".join(path))
    return tp.from_paths({"path": paths}, path="path", taxonomy=CUSTOMER)


def _shapes(figure: Any) -> list[Any]:
    """Return the lines of a figure that are visible, without their heads."""
    both = zip(figure.layout.shapes[::SHAPES], figure.layout.shapes[1::SHAPES], strict=False)
    return [
        line
        for line, head in both
        if line.type == "path" and head.line.width == 0 and line.visible is not False
    ]


def test_lines_are_as_wide_as_their_weight() -> None:
    """The widest line has 10 pixels; circles have an area by visits, terminals are squares."""
    paths = {"path": ["a > b", "a > c"], "n": [30, 10]}
    G = tp.transition_graph(tp.from_paths(paths, path="path", count="n"))
    figure = tp.plot.transition_graph(G)
    lines = _shapes(figure)
    assert sorted([10, 7.5, 2.5, 7.5, 2.5]) == pytest.approx(
        sorted(one.line.width for one in lines)
    )
    nodes = next(trace for trace in figure.data if trace.name == "nodes")
    names = drawn.texts(figure, kind="node")
    symbols = dict(zip(names, nodes.marker.symbol, strict=True))
    sizes = dict(zip(names, nodes.marker.size, strict=True))
    said = dict(zip(names, drawn.texts(figure, kind="visits"), strict=True))
    assert {"a": "circle", "b": "circle", "c": "circle"} | dict.fromkeys(
        ("start", "end"), "square"
    ) == symbols
    assert [40, 20 * 3**0.5, 20] == pytest.approx([sizes[one] for one in "abc"], abs=0.06)
    assert {"a": "40", "b": "30", "c": "10", "start": "40", "end": "40"} == said
    assert ["5 of 5 transitions are drawn: they carry 100% of all steps."] == drawn.texts(
        figure, kind="shown"
    )


def test_the_slider_says_what_each_level_shows() -> None:
    """Each place of the slider hides the weaker lines and says what the others carry."""
    G = nx.DiGraph()
    G.add_weighted_edges_from(("a", f"{n}", 2.0**n) for n in range(16))
    G.add_weighted_edges_from((f"{n}", "b", 2.0**n) for n in range(16))
    figure = tp.plot.transition_graph(G)
    (slider,) = figure.layout.sliders
    # Each weight occurs twice; two of each carry 50, 75, 87.5, 93.8 and 100 % of the steps. The
    # lines to the sixteen touchpoints and the heaviest one to b are always drawn.
    assert ["32,768", "16,384", "8,192", "4,096", "1"] == [one.label for one in slider.steps]
    hidden = [sum(value is False for value in one.args[1].values()) for one in slider.steps]
    assert [2 * 15, 2 * 14, 2 * 13, 2 * 12, 0] == hidden
    texts = [
        next(drawn.plain(value) for key, value in one.args[1].items() if "annotations" in key)
        for one in slider.steps
    ]
    assert "17 of 32 transitions are drawn: they carry 75% of all steps." == texts[0]
    assert "32 of 32 transitions are drawn: they carry 100% of all steps." == texts[4]
    note = next(key for key in slider.steps[0].args[1] if "annotations" in key)
    place = int(note.split("[")[1].split("]")[0])
    assert "shown" == figure.layout.annotations[place].name
    for step in slider.steps:
        said = next(value for key, value in step.args[1].items() if "annotations" in key)
        lines = sum(value is True for key, value in step.args[1].items()) // SHAPES
        points = sum(
            len(trace.x)
            for trace, visible in zip(figure.data, step.args[0]["visible"], strict=True)
            if visible and trace.name != "nodes"
        )
        assert said.startswith(f"{lines} of 32")
        assert lines == points


def test_no_touchpoint_that_is_reached_stands_alone() -> None:
    """Whatever the slider shows, the heaviest line into each touchpoint is among it."""
    G = tp.transition_graph(_wandering(25))
    figure = tp.plot.transition_graph(G)
    (slider,) = figure.layout.sliders
    strongest = slider.steps[0].args[0]["visible"]
    shown = [
        text
        for trace, visible in zip(figure.data, strongest, strict=True)
        if visible and trace.name != "nodes"
        for text in trace.hovertext
    ]
    targets = {drawn.plain(one.split("<br>")[0]).split(" → ")[1] for one in shown}
    names = {data["label"] for node, data in G.nodes(data=True) if node != "(start)"}
    assert names <= targets


def test_levels_of_weights() -> None:
    """Levels are where lines carry half, 70, 80, 90 % and all; small graphs begin with all."""
    weights = [50.0, 20, 10, 10, 5, 5]
    levels = levels_of(weights, weights, nodes=6)
    assert [50, 20, 10, 5] == levels.weights
    assert 3 == levels.active
    many = [100.0] * 8 + [1.0] * 200
    assert [100, 1] == levels_of(many, many, nodes=6).weights
    assert 0 == levels_of(many, many, nodes=6).active
    assert [100] == levels_of(many, [100.0] * 8, nodes=6).weights
    assert [50, 10] == levels_of(weights, [10.0, 10], nodes=6).weights
    assert [] == levels_of([], [], nodes=0).weights


@pytest.mark.parametrize("n", [6, 15, 25, 40])
@pytest.mark.parametrize("width", [358, 960])
@pytest.mark.parametrize("lang", ["en", "es"])
def test_labels_never_overlap(n: int, width: int, lang: str) -> None:
    """Texts neither overlap nor leave the picture, with any number of touchpoints."""
    G = tp.transition_graph(_wandering(n))
    dark = lang == "es"
    figure = tp.plot.transition_graph(G, taxonomy=CUSTOMER, lang=lang, width=width, dark=dark)
    assert n + 2 == len(drawn.texts(figure, kind="node"))
    assert [] == drawn.overlapping(figure)
    assert [] == drawn.outside(figure)
    assert set() == drawn.strange_colors(figure, dark=dark)


def test_planned_and_unseen_have_the_styles_of_mermaid() -> None:
    """What was planned and not seen is dashed and in italics, what was not planned says so."""
    plan = parse_plan("name='visit'\n[touchpoints.book]\n[touchpoints.come]\n[touchpoints.pay]")
    paths = ["book > come", "book > call > come"]
    G = tp.paths.plan_against(tp.from_paths({"path": paths}, path="path"), plan)
    figure = tp.plot.transition_graph(G)
    assert ["not planned", "planned, not seen"] == drawn.texts(figure, kind="legend")[-2:]
    below = dict(
        zip(drawn.texts(figure, kind="node"), drawn.texts(figure, kind="visits"), strict=True)
    )
    assert ("planned, not seen", "not planned · 1") == (below["pay"], below["call"])
    nodes = next(trace for trace in figure.data if trace.name == "nodes")
    names = drawn.texts(figure, kind="node")
    assert "diamond" == nodes.marker.symbol[names.index("call")]
    assert LIGHT.background == nodes.marker.color[names.index("pay")]
    dashed = [one for one in _shapes(figure) if one.line.dash == "4px,3px"]
    strange = [one for one in _shapes(figure) if one.line.color == LIGHT.unplanned]
    assert (1, 3) == (len(dashed), len(strange))


def test_options_keep_the_edges_that_mermaid_keeps() -> None:
    """max_edges and min_weight mean what they mean for the text of the same graph."""
    G = tp.transition_graph(tp.datasets.shop(300, seed=1))
    for options in ({"max_edges": 7}, {"min_weight": 40}, {"max_edges": 0}):
        figure = tp.plot.transition_graph(G, **options)  # type: ignore[arg-type]
        text = tp.to_mermaid(G, **options)  # type: ignore[arg-type]
        lines = [one for one in drawn.hovers(figure) if " → " in one]
        assert len(lines) == text.count("-->")
        assert len(drawn.texts(figure, kind="node")) == text.count('["')
    with pytest.raises(tp.errors.InvalidInputError, match="max_edges"):
        tp.plot.transition_graph(G, max_edges=-1)


def test_more_than_sixty_touchpoints_are_said() -> None:
    """Of 300 touchpoints the most visited sixty are drawn, and the figure says so."""
    paths = [" > ".join(str((n * step) % 300) for step in range(1, 9)) for n in range(600)]
    G = tp.transition_graph(tp.from_paths({"path": paths}, path="path"))
    for width in (358, 960):
        figure = tp.plot.transition_graph(G, width=width)
        notes = drawn.texts(figure, kind="note")
        assert any(
            one.endswith("of 300 touchpoints are drawn: the most visited ones.") for one in notes
        )
        assert 40 < len(drawn.texts(figure, kind="node")) <= 62
        assert [] == drawn.overlapping(figure)
        assert [] == drawn.outside(figure)


@pytest.mark.parametrize("kind", ["outcome", "higher", "plan", "journey", "map"])
def test_every_kind_of_graph_is_drawn(kind: str) -> None:
    """Graphs with and without weights, visits and labels are drawn, each node once."""
    shop = tp.datasets.shop(200, seed=1)
    plan = parse_plan("name='visit'\n[touchpoints.book]\n[touchpoints.come]")
    ended = tp.until(shop, "purchase", outcome="purchase")
    G = {
        "outcome": lambda: tp.outcome_graph(ended, outcome="purchase"),
        "higher": lambda: tp.higher_order_graph(tp.datasets.shop(20, seed=1), order=2),
        "plan": lambda: tp.plan_graph(plan),
        "journey": lambda: tp.journey_graph(shop, shop.ids[0]),
        "map": tp.datasets.example_map,
    }[kind]()
    figure = tp.plot.transition_graph(G)
    assert len(G) == len(drawn.texts(figure, kind="node"))
    assert [] == drawn.overlapping(figure)
    assert [] == drawn.outside(figure)


@pytest.mark.parametrize("name", drawn.HOSTILE)
@pytest.mark.parametrize("width", [358, 960])
def test_hostile_names_are_shown_as_they_are(name: str, width: int) -> None:
    """Markup in a name is text; long names are wrapped and stay within the picture."""
    rows = [
        {"who": 1, "at": "2026-01-01", "what": name},
        {"who": 1, "at": "2026-01-02", "what": "b"},
    ]
    journeys = tp.from_records(rows, journey="who", time="at", touchpoint="what")
    figure = tp.plot.transition_graph(tp.transition_graph(journeys), width=width)
    assert [] == drawn.outside(figure)
    assert [] == drawn.overlapping(figure)
    assert not any("<script" in str(one.text) for one in figure.layout.annotations)


def test_loops_cycles_one_node_and_none() -> None:
    """A node alone, a loop, a cycle and nan weights are drawn; an empty graph is a sentence."""
    one = nx.DiGraph()
    one.add_node("a")
    assert ["a"] == drawn.texts(tp.plot.transition_graph(one), kind="node")
    one.add_edge("a", "a", weight=3)
    one.add_edge("a", "b", weight=float("nan"))
    one.add_edge("b", "a", weight=1)
    figure = tp.plot.transition_graph(one)
    assert 3 == len(_shapes(figure))
    assert ["There is nothing to draw."] == drawn.texts(tp.plot.transition_graph(nx.DiGraph()))
    with pytest.raises(tp.errors.WrongKindError, match=r"networkx\.DiGraph"):
        tp.plot.transition_graph(tp.datasets.shop(10, seed=1))  # type: ignore[arg-type]


@settings(max_examples=30)
@given(
    st.integers(1, 14),
    st.sets(st.tuples(st.integers(0, 13), st.integers(0, 13)), max_size=45),
    st.sampled_from([358, 960]),
)
def test_any_graph_keeps_lines_off_labels(n: int, edges: set[tuple[int, int]], width: int) -> None:
    """With loops, cycles and nodes alone: no text overlaps, and no line runs through a label."""
    G = nx.DiGraph()
    G.add_nodes_from(f"touchpoint number {node}" for node in range(n))
    for u, v in sorted(edges):
        if u < n and v < n:
            ends = f"touchpoint number {u}", f"touchpoint number {v}"
            G.add_edge(*ends, weight=1 + (7 * u + v) % 20)
    figure = tp.plot.transition_graph(G, width=width)
    assert n == len(drawn.texts(figure, kind="node"))
    assert [] == drawn.overlapping(figure)
    assert [] == drawn.outside(figure)
    assert [] == _crossed(figure)


def test_lines_keep_off_labels() -> None:
    """No piece of a line runs through the label of any touchpoint."""
    figure = tp.plot.transition_graph(tp.transition_graph(_wandering(25)), taxonomy=CUSTOMER)
    assert [] == _crossed(figure)


def _crossed(figure: Any) -> list[str]:
    """Return the labels that a line of the graph runs through, at the points of its path."""
    boxes = [box for box in drawn.boxes(figure) if box.kind in ("node", "visits")]
    found = []
    for shape in figure.layout.shapes[::SHAPES]:
        if shape.type == "path" and shape.fillcolor == "rgba(0,0,0,0)":
            points = [tuple(map(float, one.split(","))) for one in shape.path.split() if "," in one]
            for (x0, y0), (x1, y1) in itertools.pairwise(points):
                x, y = (x0 + x1) / 2, (y0 + y1) / 2
                found += [
                    box.text
                    for box in boxes
                    if box.left < x < box.right and box.top < y < box.bottom
                ]
    return found
