"""The check of the graph schema reports every violation."""

from __future__ import annotations

from collections.abc import Callable

import networkx as nx
import numpy as np
import pytest

import touchpoints as tp
from touchpoints import datasets
from touchpoints.errors import WrongKindError
from touchpoints.graphs import (
    Problem,
    check_graph,
    journey_graph,
    outcome_graph,
    transition_graph,
)


def flowing() -> nx.DiGraph:
    """Return a transition graph: start to a to b to end."""
    return transition_graph(tp.from_paths({"path": ["a > b", "a"]}, path="path"))


def found(graph: nx.DiGraph) -> list[str]:
    """Return the problems as sentences."""
    return [str(problem) for problem in check_graph(graph)]


Change = Callable[[nx.DiGraph], object]

BREACHES: list[tuple[str, Change, str]] = [
    (
        "nan",
        lambda G: G.nodes["a"].update(need_observed=float("nan")),
        "node 'a', attribute 'need_observed': is nan; leave out unknown attributes",
    ),
    (
        "None",
        lambda G: G.nodes["a"].update(owner=None),
        "node 'a', attribute 'owner': is None; leave out unknown attributes",
    ),
    (
        "infinite",
        lambda G: G.edges["a", "b"].update(cost=float("-inf")),
        "edge 'a' to 'b', attribute 'cost': is infinite; leave out unknown attributes",
    ),
    (
        "numpy scalar",
        lambda G: G.edges["a", "b"].update(cost=np.float64(2)),
        (
            "edge 'a' to 'b', attribute 'cost': is numpy.float64, not str, int, float or bool; "
            "convert it"
        ),
    ),
    (
        "list",
        lambda G: G.graph.update(tags=["x"]),
        "graph, attribute 'tags': is list, not str, int, float or bool; convert it",
    ),
    (
        "beyond 64 bits",
        lambda G: G.graph.update(big=2**63),
        "graph, attribute 'big': exceeds 64 bits; store it as str",
    ),
    (
        "reserved",
        lambda G: G.nodes["a"].update(id="a1"),
        "node 'a', attribute 'id': the name is reserved: file formats use it; rename the attribute",
    ),
    (
        "name that is not text",
        lambda G: G.nodes["a"].update({7: "x"}),
        "node 'a': 7 is not a valid attribute name",
    ),
    (
        "key that is not text",
        lambda G: G.add_node(7, label="seven", visits=0, journeys=0),
        "node 7: its key is int, not str; networkx.relabel_nodes(G, str) converts all keys",
    ),
    (
        "illegal key",
        lambda G: G.add_node("a\x00", label="a", visits=0, journeys=0),
        "node 'a\\x00': has the character U+0000, which XML does not allow; rename the node",
    ),
    (
        "illegal text",
        lambda G: G.nodes["a"].update(label="a\ud800"),
        (
            "node 'a', attribute 'label': has the character U+D800, which XML does not allow; "
            "remove the character"
        ),
    ),
    (
        "missing",
        lambda G: G.edges["a", "b"].pop("weight"),
        "edge 'a' to 'b', attribute 'weight': is missing",
    ),
    (
        "missing label",
        lambda G: G.nodes["(end)"].pop("label"),
        "node '(end)', attribute 'label': is missing",
    ),
    (
        "weight that is not an integer",
        lambda G: G.edges["a", "b"].update(weight=1.5),
        "edge 'a' to 'b', attribute 'weight': is 1.5, not an integer of at least 1",
    ),
    (
        "truth value for a number",
        lambda G: G.nodes["a"].update(visits=True),
        "node 'a', attribute 'visits': is True, not an integer of at least 0",
    ),
    (
        "negative gap",
        lambda G: G.edges["a", "b"].update(gap_median=-1.0),
        "edge 'a' to 'b', attribute 'gap_median': is -1.0, not a number of at least 0",
    ),
    (
        "share above 1",
        lambda G: G.nodes["a"].update(need_observed=1.5),
        "node 'a', attribute 'need_observed': is 1.5, not a share in [0, 1]",
    ),
    (
        "probabilities",
        lambda G: G.remove_edge("a", "(end)"),
        (
            "node 'a': the probabilities of its outgoing edges sum to 0.5, not 1; "
            "divide each by their sum, for example after removing nodes"
        ),
    ),
    (
        "distance",
        lambda G: G.edges["b", "(end)"].update(distance=1.0),
        "edge 'b' to '(end)', attribute 'distance': is 1, not −log(probability), 0",
    ),
    (
        "start",
        lambda G: G.add_edge("b", "(start)", weight=1, probability=1.0, distance=0.0),
        "node '(start)': journeys begin here, but it has an incoming edge",
    ),
    (
        "end",
        lambda G: G.add_edge("(end)", "a", weight=1, probability=1.0, distance=0.0),
        "node '(end)': journeys end here, but it has an outgoing edge",
    ),
    (
        "no schema",
        lambda G: G.graph.pop("schema"),
        ('graph, attribute \'schema\': is missing; set G.graph["schema"] = 1 and G.graph["kind"]'),
    ),
    (
        "schema of another version",
        lambda G: G.graph.update(schema=2),
        "graph, attribute 'schema': is 2, an unknown version; known: 1",
    ),
    (
        "kind",
        lambda G: G.graph.update(kind="transitions"),
        (
            "graph, attribute 'kind': is 'transitions' (did you mean 'transition'?); "
            "known: transition, outcome, journey, higher_order, planned"
        ),
    ),
]


@pytest.mark.parametrize(
    ("change", "sentence"),
    [breach[1:] for breach in BREACHES],
    ids=[breach[0] for breach in BREACHES],
)
def test_a_breach_is_named(change: Change, sentence: str) -> None:
    """With the node or edge, the attribute, the problem and how to fix it."""
    graph = flowing()
    assert [] == found(graph)
    change(graph)
    assert sentence in found(graph)


def test_all_breaches_are_named_at_once() -> None:
    """First what file formats cannot hold, then ranges; each in the order graph, nodes, edges."""
    graph = flowing()
    graph.graph["tags"] = ()
    graph.nodes["a"]["visits"] = -1
    graph.edges["a", "b"]["gap_median"] = None
    assert [
        ("graph", "tags"),
        ("edge 'a' to 'b'", "gap_median"),
        ("node 'a'", "visits"),
    ] == [(problem.where, problem.attribute) for problem in check_graph(graph)]


def test_any_graph_without_schema_has_that_as_one_breach() -> None:
    """Graphs of other origin are checked for what every graph must satisfy."""
    graph = nx.DiGraph([("a", "b")])
    assert ["schema"] == [problem.attribute for problem in check_graph(graph)]


@pytest.mark.parametrize("graph", [nx.Graph(), nx.MultiDiGraph(), {"a": ["b"]}, None])
def test_only_directed_graphs_without_parallel_edges_are_checked(graph: object) -> None:
    """Other objects are refused, and the mend shows how to build a DiGraph."""
    with pytest.raises(WrongKindError, match=r"networkx\.DiGraph"):
        check_graph(graph)


def test_a_journey_graph_that_is_not_a_path_is_reported() -> None:
    """Positions run from 0, and each has an edge to the next."""
    journeys = tp.from_paths({"path": ["a > b > c"]}, path="path")
    graph = journey_graph(journeys, 0)
    graph.add_edge("0", "2")
    assert ["graph: its edges do not lead from each position to the next"] == found(graph)
    graph.remove_node("1")
    assert ["graph: its nodes are not the positions '0', '1', '2' …"] == found(graph)


def test_an_outcome_graph_needs_the_name_of_the_outcome() -> None:
    """Without the attribute ``outcome`` the graph is invalid."""
    journeys = tp.until(datasets.shop(50, seed=1), "purchase", outcome="purchase")
    graph = outcome_graph(journeys)
    assert () == check_graph(graph)
    del graph.graph["outcome"]
    assert (Problem(where="graph", attribute="outcome", what="is missing"),) == check_graph(graph)


def test_the_check_does_not_change_the_graph() -> None:
    """The graph is not modified."""
    graph = flowing()
    graph.nodes["a"]["visits"] = float("nan")
    before = graph.copy()
    check_graph(graph)
    assert before.nodes["a"].keys() == graph.nodes["a"].keys()
    assert list(before.edges(data=True)) == list(graph.edges(data=True))
