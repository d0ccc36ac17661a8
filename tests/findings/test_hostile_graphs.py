"""Graphs of other tools that no one can read whole, and graphs that are hard to draw."""

from __future__ import annotations

import re
from pathlib import Path

import networkx as nx
import pytest
from hypothesis import given
from hypothesis import strategies as st

import touchpoints as tp
from touchpoints.errors import InvalidInputError, StorageError

HEAD = "<graphml xmlns='http://graphml.graphdrawing.org/xmlns'>\n"
NODES = "<node id='a'/>\n<node id='b'/>\n"


def read(inside: str, tmp_path: Path, *, head: str = "") -> nx.DiGraph:
    """Read the GraphML file of a directed graph with these elements."""
    path = tmp_path / "graph.graphml"
    graph = f"<graph edgedefault='directed'>\n{inside}</graph></graphml>"
    path.write_text(head + HEAD + graph, encoding="utf-8")
    return tp.read_graphml(path)


@pytest.mark.parametrize(
    ("inside", "message"),
    [
        (
            "<node id='a'>\n<graph edgedefault='directed'><node id='c'/></graph></node>\n",
            "line 4: a graph within a node: nested graphs are not read",
        ),
        (f"{NODES}<node id='a'/>\n", "line 5: the node 'a' occurs twice"),
        (f"{NODES}<node/>\n", "line 5: a node has no id"),
        (f"{NODES}<edge source='a'/>\n", "line 5: an edge has no target"),
        (f"{NODES}<edge target='a'/>\n", "line 5: an edge has no source"),
        (
            f"{NODES}<edge source='a' target='c'/>\n",
            "line 5: the target 'c' of an edge is not a node of the graph",
        ),
        (
            f"{NODES}<edge source='None' target='b'/>\n",
            "line 5: the source 'None' of an edge is not a node of the graph",
        ),
        (
            f"{NODES}<hyperedge><endpoint node='a'/></hyperedge>\n",
            "line 5: a hyperedge: an edge joins two nodes",
        ),
    ],
)
def test_graphml_that_would_lose_or_invent_a_node_is_refused(
    inside: str, message: str, tmp_path: Path
) -> None:
    """Nested graphs, nodes of one id, missing ids and ends: each with its line."""
    with pytest.raises(StorageError, match=re.escape(message)):
        read(inside, tmp_path)


def test_all_problems_of_a_graphml_file_are_counted(tmp_path: Path) -> None:
    """The first is the sentence, the next four stand beside the file."""
    with pytest.raises(StorageError, match="has 8 problems: line 3: a node has no id") as caught:
        read("<node/>\n" * 8, tmp_path)
    assert "line 7: a node has no id" in caught.value.where
    assert "line 8" not in caught.value.where


def test_an_edge_may_stand_before_its_nodes(tmp_path: Path) -> None:
    """The order of elements says nothing."""
    assert [("a", "b")] == list(read(f"<edge source='a' target='b'/>\n{NODES}", tmp_path).edges)


@pytest.mark.parametrize("encoding", ["klingon", "rot13", "utf-7", "big5", "hex"])
def test_an_encoding_that_xml_does_not_know_is_named(encoding: str, tmp_path: Path) -> None:
    """The reader of XML raises several kinds of errors for them."""
    head = f"<?xml version='1.0' encoding='{encoding}'?>"
    with pytest.raises(StorageError, match="not a readable GraphML file"):
        read(NODES, tmp_path, head=head)


# ----------------------------------------------------------------------------------- node-link data

A, B = {"id": "a"}, {"id": "b"}
EDGE = {"source": "a", "target": "b"}


@pytest.mark.parametrize(
    ("data", "message"),
    [
        ({"nodes": None}, "'nodes' must be a list, got NoneType"),
        ({"nodes": 5}, "'nodes' must be a list, got int"),
        ({"nodes": "ab"}, "'nodes' must be a list, got str"),
        ({"nodes": {"id": "a"}}, "'nodes' must be a list, got dict"),
        ({"nodes": [5]}, "a mapping from names to values is needed, got 5 (nodes[0])"),
        ({"nodes": [None]}, "a mapping from names to values is needed, got None (nodes[0])"),
        ({"nodes": ["a"]}, "a mapping from names to values is needed, got 'a' (nodes[0])"),
        ({"nodes": [A, ["id", "b"]]}, "is needed, got ['id', 'b'] (nodes[1])"),
        ({"nodes": [{"id": None}]}, "'id' must be text or a number, got None (nodes[0])"),
        ({"nodes": [{"id": ["a"]}]}, "'id' must be text or a number, got ['a'] (nodes[0])"),
        ({"nodes": [{"id": {}}]}, "'id' must be text or a number, got {} (nodes[0])"),
        ({"nodes": [{"id": float("nan")}]}, "'id' must be text or a number, got nan (nodes[0])"),
        ({"nodes": [A, A]}, "the node 'a' occurs twice (nodes[1])"),
        ({"nodes": [{"id": "a", 5: 1}]}, "names must be text, got 5 (nodes[0])"),
        ({"nodes": [A], "graph": None}, "is needed, got None (graph)"),
        ({"nodes": [A], "graph": [["x", 1]]}, "is needed, got [['x', 1]] (graph)"),
        ({"nodes": [A], "graph": "x"}, "is needed, got 'x' (graph)"),
        ({"nodes": [A], "graph": {1: 2}}, "names must be text, got 1 (graph)"),
        ({"nodes": [A], "directed": "false"}, "'directed' must be True or False, got 'false'"),
        ({"nodes": [A], "multigraph": None}, "'multigraph' must be True or False, got None"),
        ({"nodes": [A], "edges": None}, "'edges' must be a list, got NoneType"),
        ({"nodes": [A], "edges": 7}, "'edges' must be a list, got int"),
        ({"nodes": [A], "links": "x"}, "'links' must be a list, got str"),
        ({"nodes": [A], "edges": [], "links": []}, "has both 'edges' and 'links'"),
        ({"nodes": [A], "edges": [None]}, "is needed, got None (edges[0])"),
        ({"nodes": [A], "edges": [["a", "a"]]}, "is needed, got ['a', 'a'] (edges[0])"),
        ({"nodes": [A], "edges": [{}]}, "an edge has no 'source' and no 'target': {} (edges[0])"),
        ({"nodes": [A], "edges": [{"source": [], "target": "a"}]}, "'source' must be text or a"),
        ({"nodes": [A], "links": [EDGE]}, "an unknown source or target: 'b' (links[0])"),
        ({"nodes": [A, B], "edges": [EDGE, EDGE]}, "'a' to 'b' occurs twice (edges[1])"),
    ],
)
def test_malformed_node_link_data_is_refused_with_its_place(data: object, message: str) -> None:
    """The node or edge at fault is named by its position."""
    with pytest.raises(InvalidInputError, match=re.escape(message)):
        tp.from_node_link(data)


# ---------------------------------------------------------------------------------------- pictures

NODE = re.compile(r'^    ("(?:[^"\\]|\\.)*") \[label=', re.MULTILINE)


@given(st.lists(st.text('a \n\t\ud800&;\\"()2', max_size=5) | st.integers(0, 3), unique=True))
def test_every_node_of_a_picture_in_dot_is_a_node_of_its_own(keys: list[object]) -> None:
    """A line end and a blank, or 1 and "1", are not one box."""
    graph = nx.DiGraph()
    graph.add_nodes_from(keys)
    text = tp.to_dot(graph)
    text.encode()
    names = NODE.findall(text)
    assert len(keys) == len(names) == len(set(names))


def test_keys_that_dot_writes_alike_are_numbered() -> None:
    """The first keeps its name; edges join the nodes that they joined."""
    graph = nx.DiGraph([("a b", "a\nb"), ("a\nb", "a\tb")])
    lines = tp.to_dot(graph).splitlines()
    assert '    "a b" -> "a b (2)";' in lines
    assert '    "a b (2)" -> "a b (3)";' in lines
    assert '    "a b (2)" [label="a b"];' in lines


def test_an_ampersand_is_not_an_entity() -> None:
    """Drawing tools read &amp; and &lt; in DOT as the characters that they stand for."""
    graph = nx.DiGraph([("R&D", "R&amp;D")])
    assert '    "R&amp;D" -> "R&amp;amp;D";' in tp.to_dot(graph).splitlines()
