"""Lossless round trips of graphs through files and plain data."""

from __future__ import annotations

import json
import tempfile
from pathlib import Path

import networkx as nx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests import strategies
from touchpoints import datasets
from touchpoints.errors import InvalidInputError, ProblemsError, StorageError, WrongKindError
from touchpoints.graphs import (
    from_node_link,
    journey_graph,
    read_graphml,
    to_node_link,
    transition_graph,
    write_graphml,
)
from touchpoints.journeys.model import Journeys

LEGAL = st.characters(exclude_categories=["Cs"], exclude_characters="\ufffe\uffff").filter(
    lambda one: one in "\t\n\r" or one >= " "
)
WORDS = st.text(LEGAL, max_size=6)
VALUES = (
    WORDS
    | st.booleans()
    | st.integers(-(2**63), 2**63 - 1)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.sampled_from([1e-300, -0.0, 2**31, 0.1 + 0.2, "1", "true", "", " "])
)
NAMES = strategies.visible(LEGAL, max_size=4).filter(
    lambda one: one not in {"id", "source", "target", "key", "self"}
)
RECORDS = st.dictionaries(NAMES, VALUES, max_size=3)


@st.composite
def graphs(draw: st.DrawFn) -> nx.DiGraph:
    """Draw a graph with any legal keys and values; types of attributes may differ by node."""
    graph = nx.DiGraph()
    graph.graph.update(draw(RECORDS))
    nodes = draw(st.lists(strategies.visible(LEGAL, max_size=6), unique=True, max_size=4))
    graph.add_nodes_from((node, draw(RECORDS)) for node in nodes)
    if nodes:
        ends = st.tuples(st.sampled_from(nodes), st.sampled_from(nodes))
        graph.add_edges_from((*pair, draw(RECORDS)) for pair in draw(st.lists(ends, max_size=5)))
    return graph


def assert_same(left: nx.DiGraph, right: nx.DiGraph) -> None:
    """Assert that values are equal and of equal types, in the same order."""
    assert nx.DiGraph is type(right)
    assert repr(left.graph) == repr(right.graph)
    assert repr(list(left.nodes(data=True))) == repr(list(right.nodes(data=True)))
    assert repr(list(left.edges(data=True))) == repr(list(right.edges(data=True)))


def through_graphml(graph: nx.DiGraph) -> nx.DiGraph:
    """Return the graph after a round trip through GraphML."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "graph.graphml")
        write_graphml(graph, path)
        return read_graphml(path)


@given(graphs())
def test_graphml_round_trips_exactly(graph: nx.DiGraph) -> None:
    """Keys, values and types are kept: ints stay ints, 1.0 a float, True a bool."""
    before = repr((graph.graph, graph.nodes(data=True), graph.edges(data=True)))
    assert_same(graph, through_graphml(graph))
    assert before == repr((graph.graph, graph.nodes(data=True), graph.edges(data=True)))


@given(graphs())
def test_node_link_round_trips_exactly_through_json(graph: nx.DiGraph) -> None:
    """Also through strict JSON, without nan."""
    data = json.loads(json.dumps(to_node_link(graph), allow_nan=False))
    assert_same(graph, from_node_link(data))


@given(strategies.journeys())
def test_graphs_of_journeys_round_trip(journeys: Journeys) -> None:
    """Graphs built by the library round-trip."""
    graph = transition_graph(journeys)
    assert_same(graph, through_graphml(graph))
    assert_same(graph, from_node_link(json.loads(json.dumps(to_node_link(graph)))))


def test_the_forms_are_those_of_networkx(tmp_path: Path) -> None:
    """Networkx reads what the library writes, and the reverse."""
    graph = transition_graph(datasets.shop(50, seed=1))
    write_graphml(graph, tmp_path / "ours.graphml")
    assert nx.utils.edges_equal(
        graph.edges(data=True), nx.read_graphml(tmp_path / "ours.graphml").edges(data=True)
    )
    assert nx.utils.graphs_equal(graph, nx.node_link_graph(to_node_link(graph), edges="edges"))
    nx.write_graphml(graph, tmp_path / "theirs.graphml")
    assert_same(graph, read_graphml(tmp_path / "theirs.graphml"))
    links = nx.node_link_data(graph, edges="links")
    assert nx.utils.graphs_equal(graph, from_node_link(links))


def test_text_of_any_script_is_readable_in_the_file(tmp_path: Path) -> None:
    """GraphML is UTF-8; quotes and angle brackets are escaped."""
    graph = nx.DiGraph()
    graph.add_node('búsqueda <"日本">', label="línea 1\r\nlínea 2")
    write_graphml(graph, tmp_path / "g.graphml")
    assert "búsqueda" in (tmp_path / "g.graphml").read_text(encoding="utf-8")
    assert_same(graph, read_graphml(tmp_path / "g.graphml"))


@pytest.mark.parametrize("form", ["graphml", "json"])
def test_a_graph_that_a_form_cannot_store_is_refused(form: str, tmp_path: Path) -> None:
    """All problems are listed, and no file is written."""
    graph = nx.DiGraph()
    graph.add_node("a", id=1, none=None)
    graph.add_node("\x0b", weight=float("nan"))
    path = tmp_path / "g.graphml"
    with pytest.raises(ProblemsError, match="4 problems") as caught:
        write_graphml(graph, path) if form == "graphml" else to_node_link(graph)
    assert 4 == len(caught.value.problems)
    assert "node '\\x0b'" in str(caught.value)
    assert not path.exists()


def test_only_directed_graphs_are_written(tmp_path: Path) -> None:
    """An undirected graph is refused."""
    with pytest.raises(WrongKindError, match="DiGraph"):
        write_graphml(nx.Graph(), tmp_path / "g.graphml")


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "not a readable GraphML file"),
        (b"journey,time\n1,2\n", "not a readable GraphML file"),
        (b"<html></html>", "must contain one graph, got 0 graphs"),
        (
            b"<graphml xmlns='http://graphml.graphdrawing.org/xmlns'><graph",
            "not a readable GraphML file",
        ),
        (
            (
                b"<graphml xmlns='http://graphml.graphdrawing.org/xmlns'>"
                b"<graph edgedefault='undirected'/></graphml>"
            ),
            "it is undirected",
        ),
        (
            (
                b"<graphml xmlns='http://graphml.graphdrawing.org/xmlns'>"
                b"<graph edgedefault='directed'/><graph edgedefault='directed'/></graphml>"
            ),
            "must contain one graph, got 2 graphs",
        ),
        (
            (
                b"<graphml xmlns='http://graphml.graphdrawing.org/xmlns'>"
                b"<graph edgedefault='directed'><node id='a'/><edge source='a' target='a'/>"
                b"<edge source='a' target='a'/></graph></graphml>"
            ),
            "it has parallel edges",
        ),
        (
            (
                b"<graphml xmlns='http://graphml.graphdrawing.org/xmlns'>"
                b"<graph edgedefault='directed'><node id='a'><data key='d0'>1</data></node></graph>"
                b"</graphml>"
            ),
            "not a readable GraphML file",
        ),
        (
            (
                b"<graphml xmlns='http://graphml.graphdrawing.org/xmlns'>"
                b"<key id='d0' for='node' attr.name='n' attr.type='int'/>"
                b"<graph edgedefault='directed'>"
                b"<node id='a'><data key='d0'>one</data></node></graph></graphml>"
            ),
            "not a readable GraphML file",
        ),
    ],
)
def test_a_foreign_or_damaged_file_is_named(content: bytes, words: str, tmp_path: Path) -> None:
    """The error states the problem and the file."""
    path = tmp_path / "broken.graphml"
    path.write_bytes(content)
    with pytest.raises(StorageError, match=words) as caught:
        read_graphml(path)
    assert str(path) == caught.value.where


@pytest.mark.parametrize(
    ("data", "words"),
    [
        ({}, "no 'nodes'"),
        ({"nodes": [], "directed": False}, "it is undirected"),
        ({"nodes": [], "multigraph": True}, "it has parallel edges"),
        ({"nodes": [{"label": "a"}]}, "a node has no 'id'"),
        ({"nodes": [{"id": "a"}, {"id": "a"}]}, "the node 'a' occurs twice"),
        ({"nodes": [{"id": "a"}], "edges": [{"source": "a"}]}, "an edge has no 'target'"),
        (
            {"nodes": [{"id": "a"}], "edges": [{"source": "a", "target": "b"}]},
            "an unknown source or target: 'b'",
        ),
        (
            {"nodes": [{"id": "a"}], "links": [{"source": "a", "target": "a"}] * 2},
            "'a' to 'a' occurs twice",
        ),
    ],
)
def test_invalid_node_link_data_is_refused(data: object, words: str) -> None:
    """Missing nodes and duplicate edges are errors."""
    with pytest.raises(InvalidInputError, match=words):
        from_node_link(data)


def test_a_journey_round_trips() -> None:
    """Journey graphs, with times, gaps and truth values, round-trip too."""
    graph = journey_graph(datasets.clinic(20, seed=3), 4)
    assert_same(graph, through_graphml(graph))
