"""Figures as SVG (B40)."""

from __future__ import annotations

from xml.parsers import expat

import attrs
import plotly.graph_objects as go
import pytest

import touchpoints as tp
from tests.plot import drawn
from tests.plot.maps import map_of, random_map


@attrs.define
class Element:
    """An element of XML: its tag, its attributes, and the text in it."""

    tag: str
    attributes: dict[str, str]
    text: str = ""


def elements(text: str, tag: str = "") -> list[Element]:
    """Return the elements of a text, of one kind where it is given; it must be well-formed."""
    found: list[Element] = []
    inside: list[Element] = []

    def begin(name: str, attributes: dict[str, str]) -> None:
        inside.append(Element(name, attributes))
        found.append(inside[-1])

    def write(letters: str) -> None:
        inside[-1].text += letters

    parser = expat.ParserCreate()
    parser.StartElementHandler = begin
    parser.EndElementHandler = lambda _: inside.pop()
    parser.CharacterDataHandler = write
    parser.Parse(text.encode(), True)
    return [one for one in found if tag in ("", one.tag)]


@pytest.mark.parametrize("dark", [False, True])
@pytest.mark.parametrize("width", [358, 1216])
def test_every_text_and_mark_of_a_map_is_in_the_picture(dark: bool, width: int) -> None:
    """All texts are in the SVG, as many markers as the figure has, and less than 100 kB."""
    figure = tp.plot.journey_map(random_map(1, 25), dark=dark, width=width)
    text = tp.plot.to_svg(figure)
    assert len(text.encode()) < 100_000

    wanted = " ".join(drawn.texts(figure)).split()
    assert wanted == " ".join(one.text for one in elements(text, "text")).split()
    seen = [one for trace in figure.data if trace.mode == "markers" for one in trace.x]
    marks = [one for one in elements(text, "path") if one.attributes.get("transform")]
    assert len(seen) == len(marks)


def test_places_and_colours_are_those_of_the_figure() -> None:
    """A marker, a text and a line are where the figure has them."""
    figure = go.Figure(tp.plot.journey_map(map_of([{"touchpoint": "a"}]), width=1216))
    trace = next(one for one in figure.data if one.name == "touchpoints")
    text = tp.plot.to_svg(figure)
    place = f"translate({trace.x[0]:.1f},{trace.y[0]:.1f})".replace(".0", "")
    paths = elements(text, "path")
    mark = next(one for one in paths if one.attributes.get("transform") == place)
    assert mark.attributes.get("fill") == trace.marker.color[0]
    outline = "M20.00,0A20.00,20.00 0 1 1 -20.00,0A20.00,20.00 0 1 1 20.00,0Z"
    assert outline == mark.attributes.get("d")
    note = next(one for one in figure.layout.annotations if one.text == "a")
    written = next(one for one in elements(text, "text") if one.text == "a")
    assert float(written.attributes.get("x")) == pytest.approx(note.x, abs=0.05)
    assert note.y < float(written.attributes.get("y")) < note.y + 1.3 * note.font.size
    assert "middle" == written.attributes.get("text-anchor")


@pytest.mark.parametrize("name", [*drawn.HOSTILE, "\x00\x0b", '" onload="alert(1)'])
def test_hostile_names_stay_text(name: str) -> None:
    """Nothing of a name becomes an element or an attribute."""
    found = map_of([{"touchpoint": name}, {"touchpoint": "b"}])
    text = tp.plot.to_svg(tp.plot.journey_map(found), title=name)
    tags = {one.tag for one in elements(text)}
    assert tags <= {"svg", "title", "rect", "path", "text", "polyline"}
    assert not any(key.startswith("on") for one in elements(text) for key in one.attributes)


def test_what_is_said_when_pointed_at_is_a_title() -> None:
    """The hover of a marker is its title, in lines and without markup."""
    figure = tp.plot.journey_map(map_of([{"touchpoint": "a & b"}]))
    titles = [one.text for one in elements(tp.plot.to_svg(figure), "title")]
    assert "a & b\n10% of journeys [5, 15%] (10)\nContact: direct" in titles


def test_a_title_names_the_picture() -> None:
    """The title is what a screen reader says."""
    figure = tp.plot.journey_map(map_of([{"touchpoint": "a"}]))
    root = elements(tp.plot.to_svg(figure, title='Where "they" go'))[0]
    assert 'Where "they" go' == root.attributes.get("aria-label")
    assert "img" == root.attributes.get("role")


def test_figures_with_axes_are_refused() -> None:
    """A figure whose units are not pixels is refused, and so is what is no figure."""
    with pytest.raises(tp.errors.InvalidInputError, match="a figure with axes cannot be written"):
        tp.plot.to_svg(go.Figure(go.Bar(x=[1], y=[2])))
    with pytest.raises(tp.errors.WrongKindError, match="a plotly Figure can be written as SVG"):
        tp.plot.to_svg("figure")


def test_what_is_not_drawn_here_is_refused() -> None:
    """A trace or a marker of another kind is an error, not a gap."""
    figure = tp.plot.journey_map(map_of([{"touchpoint": "a"}]))
    bars = go.Figure(figure).add_trace(go.Bar(x=[1], y=[2]))
    with pytest.raises(tp.errors.InvalidInputError, match="a trace of type 'bar'"):
        tp.plot.to_svg(bars)
    odd = go.Figure(figure).add_trace(
        go.Scatter(x=[1], y=[2], mode="markers", marker={"symbol": "hourglass"})
    )
    with pytest.raises(tp.errors.InvalidInputError, match="the marker 'hourglass' cannot"):
        tp.plot.to_svg(odd)


def test_what_is_hidden_is_left_out() -> None:
    """Hidden shapes, texts and traces, which a slider would show, are not in the picture."""
    figure = go.Figure(tp.plot.journey_map(random_map(2, 6)))
    flows = [one for one in figure.layout.shapes if one.name == "flow"]
    before = tp.plot.to_svg(figure)
    assert f'd="{flows[0].path}"' in before
    flows[0].visible = False
    figure.update_traces(visible=False)
    figure.layout.annotations[0].visible = False
    after = tp.plot.to_svg(figure)
    assert f'd="{flows[0].path}"' not in after
    assert not [one for one in elements(after, "path") if "transform" in one.attributes]
    assert len(elements(before, "text")) > len(elements(after, "text"))


def test_every_symbol_has_its_size() -> None:
    """Every shape reaches as far as plotly draws it."""
    figure = tp.plot.journey_map(map_of([{"touchpoint": "a"}]))
    symbols = ["square", "diamond", "triangle-up", "triangle-down", "cross", "x", "star"]
    more = go.Figure(figure).add_trace(
        go.Scatter(
            x=[1] * 10,
            y=[2] * 10,
            mode="markers",
            marker={"symbol": [*symbols, "pentagon", "star-diamond", "circle-open"], "size": 20},
        )
    )
    text = tp.plot.to_svg(more)
    assert "M10.00,10.00L-10.00,10.00L-10.00,-10.00L10.00,-10.00Z" in text
    assert "M13.00,0.00L0.00,13.00L-13.00,0.00L0.00,-13.00Z" in text


def test_any_figure_in_pixels_can_be_written() -> None:
    """A funnel is drawn in pixels as well."""
    found = tp.paths.funnel(tp.datasets.shop(50, seed=1), ["search_query", "purchase"])
    assert tp.plot.to_svg(tp.plot.funnel(found)).startswith("<svg")


def test_lines_that_the_slider_hides_are_not_drawn() -> None:
    """The picture of a graph has the lines that the figure shows first, and no others."""
    figure = tp.plot.transition_graph(tp.transition_graph(tp.datasets.shop(300, seed=1)))
    paths = [one for one in figure.layout.shapes if one.type == "path"]
    shown = [one.path for one in paths if one.visible is not False]
    assert 0 < len(shown) < len(paths)
    found = [one.attributes["d"] for one in elements(tp.plot.to_svg(figure), "path")]
    assert set(shown) <= set(found)
    assert not {one.path for one in paths if one.visible is False} & set(found)
