"""The picture of how transitions differ between two groups (B40)."""

from __future__ import annotations

import networkx as nx
import pytest

import touchpoints as tp
from tests.plot import drawn
from touchpoints.plot._shared.palette import LIGHT
from touchpoints.plot._shared.scales import Scale, round_step, ticks_around_zero

CUSTOMER = tp.load_taxonomy("customer")
Row = tuple[str, str, float, float, float, float]
ROWS: tuple[Row, ...] = (
    ("a", "b", 0.1, 0.05, 0.15, 0.001),
    ("a", "c", -0.2, -0.3, -0.1, 0.01),
    ("b", "c", 0.3, -0.1, 0.7, 0.4),
)


def _graph(rows: tuple[Row, ...] = ROWS, *, a: str = "new", b: str = "old") -> nx.DiGraph:
    """Return a graph of differences; each row has source, target, difference, low, high, q."""
    G = nx.DiGraph(kind="difference", a=a, b=b, level=0.95, test="permutation")
    for source, target, difference, low, high, q in rows:
        G.add_edge(
            source,
            target,
            weight=abs(difference),
            difference=difference,
            low=low,
            high=high,
            q=q,
            a=0.5 + difference / 2,
            b=0.5 - difference / 2,
        )
    return G


@pytest.fixture(scope="module")
def shop() -> nx.DiGraph:
    """Return the difference graph of the devices of a shop."""
    two = tp.compare.groups(tp.datasets.shop(600, seed=1), "device")
    return tp.compare.difference_graph(two, seed=1, resamples=200, shared="within")


def test_a_row_for_each_transition_sorted_by_difference() -> None:
    """Clear differences are filled in a colour for each direction, others hollow and grey."""
    figure = tp.plot.difference_graph(_graph())
    assert ["b → c", "a → b", "a → c"] == drawn.texts(figure, kind="transition")
    assert [
        "+30.0 pp [−10.0, 70.0]",
        "+10.0 pp [5.0, 15.0]",
        "−20.0 pp [−30.0, −10.0]",
    ] == drawn.texts(figure, kind="difference")
    dots = next(trace for trace in figure.data if trace.name == "differences").marker
    assert (LIGHT.background, LIGHT.valence[4], LIGHT.valence[0]) == dots.color
    assert (LIGHT.edge, LIGHT.valence[4], LIGHT.valence[0]) == dots.line.color
    assert ["more often in new", "more often in old", "no clear difference"] == drawn.texts(
        figure, kind="legend"
    )
    notes = drawn.texts(figure, kind="note")
    assert "new minus old" in notes[0]
    assert "95% intervals" in notes[0]
    assert "at most 0.05" in notes[1]


def test_dots_and_intervals_are_where_their_numbers_are() -> None:
    """The axis is symmetric about zero; dots and ends are in proportion."""
    figure = tp.plot.difference_graph(_graph())
    dots = next(trace for trace in figure.data if trace.name == "differences")
    lines = [one for one in figure.layout.shapes if one.type == "line"]
    zero = next(one.x0 for one in lines if one.line.width == 1.4 and one.x0 == one.x1)
    per = (dots.x[0] - zero) / 0.3
    assert [zero + per * one for one in (0.3, 0.1, -0.2)] == pytest.approx(dots.x, abs=0.1)
    flat = [one for one in lines if one.y0 == one.y1]
    ends = [(zero + per * low, zero + per * high) for _, _, _, low, high, _ in (ROWS[2], *ROWS[:2])]
    assert [x for pair in ends for x in pair] == pytest.approx(
        [x for one in flat for x in (one.x0, one.x1)], abs=0.3
    )


def test_clear_differences_come_first_and_the_rest_is_counted() -> None:
    """Of many transitions those that differ clearly are drawn, then the largest differences."""
    figure = tp.plot.difference_graph(_graph(), max_edges=2)
    assert ["a → b", "a → c"] == drawn.texts(figure, kind="transition")
    assert drawn.texts(figure, kind="note")[-1].startswith("2 of 3 transitions are drawn")
    every = tp.plot.difference_graph(_graph(), max_edges=None)
    assert 3 == len(drawn.texts(every, kind="transition"))


def test_as_a_graph_lines_are_coloured_where_clear() -> None:
    """Lines of clear differences have a colour and a width, the others are thin and grey."""
    figure = tp.plot.difference_graph(_graph(), as_graph=True)
    lines = [one for one in figure.layout.shapes if one.type == "path" and one.line.width > 0]
    found = {(one.line.color, round(one.line.width, 2)) for one in lines}
    assert {(LIGHT.valence[4], 2.67), (LIGHT.valence[0], 5.33), (LIGHT.edge, 1)} == found
    assert ["a", "b", "c"] == drawn.texts(figure, kind="node")


@pytest.mark.parametrize("as_graph", [False, True])
@pytest.mark.parametrize("lang", ["en", "es"])
@pytest.mark.parametrize("width", [358, 960])
@pytest.mark.parametrize("dark", [False, True])
def test_no_text_overlaps(
    shop: nx.DiGraph, as_graph: bool, lang: str, width: int, dark: bool
) -> None:
    """Texts neither overlap nor leave the picture, and all colours are of the palette."""
    figure = tp.plot.difference_graph(
        shop, as_graph=as_graph, taxonomy=CUSTOMER, lang=lang, dark=dark, width=width
    )
    assert [] == drawn.overlapping(figure)
    assert [] == drawn.outside(figure)
    assert set() == drawn.strange_colors(figure, dark=dark)


@pytest.mark.parametrize("as_graph", [False, True])
@pytest.mark.parametrize("width", [358, 960])
def test_three_hundred_touchpoints(as_graph: bool, width: int) -> None:
    """Of many transitions the default draws thirty, and says so."""
    rows = tuple((f"t{n}", f"t{n + 1}", n / 1000, n / 2000, n / 500, 0.01) for n in range(1, 300))
    figure = tp.plot.difference_graph(_graph(rows), as_graph=as_graph, width=width)
    assert any(one.startswith("30 of 299") for one in drawn.texts(figure, kind="note"))
    assert [] == drawn.overlapping(figure)
    assert [] == drawn.outside(figure)
    whole = tp.plot.difference_graph(_graph(rows), as_graph=as_graph, width=width, max_edges=None)
    assert [] == drawn.overlapping(whole)
    counted = [one for one in drawn.texts(whole, kind="note") if "of 299" in one]
    assert bool(counted) == as_graph  # a graph has at most 60 touchpoints


@pytest.mark.parametrize("name", drawn.HOSTILE)
@pytest.mark.parametrize("width", [358, 960])
@pytest.mark.parametrize("as_graph", [False, True])
def test_hostile_names_are_shown_as_they_are(name: str, width: int, as_graph: bool) -> None:
    """Markup in names of touchpoints and groups is text; long names stay within the picture."""
    rows = ((name, "b", 0.1, 0.0, 0.2, 0.01),)
    figure = tp.plot.difference_graph(_graph(rows, a=name, b=name), width=width, as_graph=as_graph)
    assert [] == drawn.outside(figure)
    assert [] == drawn.overlapping(figure)
    assert not any("<script" in str(one.text) for one in figure.layout.annotations)


def test_unknown_numbers_and_no_rows() -> None:
    """An unknown interval is a gap, an unknown q is not clear, and no difference is a sentence."""
    G = nx.DiGraph(kind="difference", a="x", b="y", level=0.9)
    figure = tp.plot.difference_graph(G)
    assert ["There is nothing to draw."] == drawn.texts(figure)
    G.add_edge("a", "b", weight=0.1, difference=0.1)
    figure = tp.plot.difference_graph(G)
    assert ["+10.0 pp [–, –]"] == drawn.texts(figure, kind="difference")
    assert "no clear difference" in drawn.texts(figure, kind="legend")
    assert "90% intervals" in drawn.texts(figure, kind="note")[0]


def test_wrong_input_is_refused() -> None:
    """Journeys, graphs of another kind and a negative number are named."""
    shop = tp.datasets.shop(20, seed=1)
    with pytest.raises(tp.errors.WrongKindError, match=r"networkx\.DiGraph"):
        tp.plot.difference_graph(shop)  # type: ignore[arg-type]
    with pytest.raises(tp.errors.WrongKindError, match="kind 'transition'") as caught:
        tp.plot.difference_graph(tp.transition_graph(shop))
    assert "tp.compare.difference_graph" in str(caught.value)
    with pytest.raises(tp.errors.InvalidInputError, match="max_edges"):
        tp.plot.difference_graph(_graph(), max_edges=-1)


def test_ticks_are_round() -> None:
    """Ticks are multiples of 1, 2 or 5 times a power of ten, with zero among them."""
    assert [-0.4, -0.2, 0.0, 0.2, 0.4] == ticks_around_zero(0.35, most=3)
    assert [-1.0, 0.0, 1.0] == ticks_around_zero(0.0, most=3)
    assert (0.5, 1.0) == (round_step(1.4, most=3), round_step(0, most=3))
    scale = Scale(low=-1, high=1, left=100, right=300)
    assert [100, 200, 250, 300] == [scale.x(one) for one in (-2, 0, 0.5, 1)]
