"""Graphs as Mermaid and DOT."""

from __future__ import annotations

import re

import networkx as nx
import pytest
from hypothesis import given
from hypothesis import strategies as st

import touchpoints as tp
from touchpoints.errors import InvalidInputError, WrongKindError
from touchpoints.graphs import journey_graph, to_dot, to_mermaid, transition_graph

LINES = re.compile(
    r"flowchart LR"
    r"|    %% [\d,]+ of [\d,]+ edges left out"
    r'|    n\d+\["[^"`\[\](){}<>|\\;]*"\]'
    r'|    n\d+\(\["[^"`\[\](){}<>|\\;]*"\]\)'
    r'|    n\d+ -->(?:\|"[^"|]*"\|)? n\d+'
)
QUOTED = r'"(?:[^"\\]|\\["\\])*"'
DOT_LINES = re.compile(
    r"digraph \{|\}|    rankdir=LR;|    node \[shape=box\];|    // .* left out"
    rf"|    {QUOTED} \[label={QUOTED}(?:, shape=oval)?\];"
    rf"|    {QUOTED} -> {QUOTED}(?: \[label={QUOTED}\])?;"
)


def some() -> nx.DiGraph:
    """Return the transition graph of three journeys."""
    paths = {"path": ["search > chat (web)", "search > buy", "search > buy"]}
    return transition_graph(tp.from_paths(paths, path="path"))


def test_mermaid_shows_labels_shares_and_flow() -> None:
    """Terminals have round ends; characters with a meaning in Mermaid become entities."""
    expected = """\
flowchart LR
    n0(["start"])
    n1["search"]
    n2["chat #40;web#41;"]
    n3["buy"]
    n4(["end"])
    n0 -->|"1.00 · 3"| n1
    n1 -->|"0.33 · 1"| n2
    n1 -->|"0.67 · 2"| n3
    n2 -->|"1.00 · 1"| n4
    n3 -->|"1.00 · 2"| n4
"""
    assert expected == to_mermaid(some())


def test_dot_quotes_keys_and_labels() -> None:
    """Nodes are called by their keys; quotes and backslashes are escaped."""
    graph = nx.DiGraph([('say "hi"', "C:\\new\n")])
    expected = r"""digraph {
    rankdir=LR;
    node [shape=box];
    "say \"hi\"" [label="say \"hi\""];
    "C:\\new " [label="C:\\new "];
    "say \"hi\"" -> "C:\\new ";
}
"""
    assert expected == to_dot(graph)


@pytest.mark.parametrize("draw", [to_mermaid, to_dot])
def test_the_most_important_edges_are_kept(draw: object) -> None:
    """The heaviest edges, or those of min_weight; a comment counts the edges left out."""
    assert "2 of 5 edges left out" in draw(some(), max_edges=3)
    assert "2 of 5 edges left out" in draw(some(), min_weight=2)
    assert "chat" not in draw(some(), min_weight=2)
    assert "chat" in draw(some(), max_edges=4)
    assert "5 of 5 edges left out" in draw(some(), max_edges=0)
    assert "left out" not in draw(some(), max_edges=5)


def test_equal_weights_keep_the_first_edges() -> None:
    """Ties are broken by order, so the result is deterministic."""
    graph = nx.DiGraph([("a", "b"), ("b", "c"), ("c", "d")])
    assert '"a" -> "b"' in to_dot(graph, max_edges=1)
    assert '"b" -> "c"' not in to_dot(graph, max_edges=1)


@pytest.mark.parametrize("max_edges", [-1, 2.5, "3", True])
def test_max_edges_is_an_integer(max_edges: object) -> None:
    """Other values are refused."""
    with pytest.raises(InvalidInputError, match="max_edges must be an integer of at least 0, got"):
        to_mermaid(some(), max_edges=max_edges)


def test_only_directed_graphs_are_drawn() -> None:
    """An undirected graph is refused."""
    with pytest.raises(WrongKindError, match="DiGraph"):
        to_dot(nx.Graph())


@pytest.mark.parametrize(
    ("gap", "words"),
    [(0.05, "50 ms"), (12.0, "12 s"), (90, "1.5 min"), (7200, "2 h"), (1e7, "116 d"), (0, "0 s")],
)
def test_a_journey_shows_its_gaps_in_words(gap: float, words: str) -> None:
    """Durations use the largest unit that fits."""
    graph = nx.DiGraph()
    graph.add_edge("0", "1", gap=gap)
    assert f'"{words}"' in to_dot(graph)


def test_a_journey_is_drawn_by_its_labels() -> None:
    """Nodes show labels, not positions."""
    graph = journey_graph(tp.from_paths({"path": ["a > b"]}, path="path"), 0)
    assert ['    n0["a"]', '    n1["b"]'] == to_mermaid(graph).splitlines()[1:3]


@pytest.mark.parametrize("label", ["1. first", "- item", "12. x"])
def test_labels_that_look_like_lists_are_escaped(label: str) -> None:
    """Mermaid would otherwise read them as Markdown."""
    graph = nx.DiGraph()
    graph.add_node("a", label=label)
    assert f'"{label}"' not in to_mermaid(graph)


@given(st.lists(st.text(max_size=8), unique=True, min_size=1, max_size=4), st.text(max_size=8))
def test_any_text_makes_well_formed_pictures(keys: list[str], label: str) -> None:
    """Brackets, quotes, line ends and other scripts stay within their quotes."""
    graph = nx.DiGraph()
    nx.add_path(graph, keys, weight=1, probability=0.5)
    graph.nodes[keys[0]]["label"] = label
    assert all(
        LINES.fullmatch(line) for line in re.sub("#\\d+;", "", to_mermaid(graph)).splitlines()
    )
    assert all(DOT_LINES.fullmatch(line) for line in to_dot(graph).splitlines())
