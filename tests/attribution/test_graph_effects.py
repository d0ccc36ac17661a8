"""Removal effects and absorption of graphs: twins of the chain of journeys, and any DiGraph."""

from __future__ import annotations

import networkx as nx
import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

import touchpoints as tp
from tests.attribution import naive_attribution as naive
from tests.attribution.logs import ROWS, journeys_of
from tests.attribution.naive_attribution import Row
from touchpoints.errors import InvalidInputError, NotFoundError, WrongKindError

A = tp.attribution


@given(rows=ROWS)
def test_the_graph_of_outcomes_has_the_effects_of_its_journeys(rows: list[Row]) -> None:
    """What is true of the chain is true of the graph it is drawn as."""
    log = journeys_of(rows)
    effects = A.removal_effects(tp.outcome_graph(log), to="(sale)")
    found = A.markov(log)
    expected = dict(zip(found.touchpoint, found.effect, strict=True))
    expected.pop("(none)", None)

    assert effects == pytest.approx(expected, abs=1e-10)


def graph(*edges: tuple[object, object, object]) -> nx.DiGraph:
    """Return a graph of weighted edges."""
    G = nx.DiGraph()
    G.add_weighted_edges_from(edges)
    return G


EDGES = st.lists(
    st.tuples(st.integers(0, 4), st.integers(0, 6), st.integers(0, 3)), min_size=2, max_size=14
)


@given(edges=EDGES)
def test_any_graph_is_a_chain(edges: list[tuple[int, int, int]]) -> None:
    """Nodes of any type, edges of weight 0, loops; against sweeps over a dict."""
    G = nx.DiGraph()
    G.add_weighted_edges_from([(0, 5, 1), (0, 6, 1), *edges])
    flows = {(one, two): float(w) for one, two, w in G.edges(data="weight") if w}
    assume((0, 5) in flows)
    reached = {0, *nx.descendants(graph(*((*pair, w) for pair, w in flows.items())), 0)}
    leading = {one for one, _ in flows}
    ways = nx.DiGraph(list(flows))
    trapped = [
        node
        for node in reached & leading
        if not any(other not in leading for other in nx.descendants(ways, node))
    ]
    if trapped:
        with pytest.raises(InvalidInputError, match="no ending can be reached"):
            A.removal_effects(G, to=5, start=0)
        return
    effects = A.removal_effects(G, to=5, start=0)
    counts = {(naive.START, ("0",)): 1.0}
    for (one, two), flow in flows.items():
        end = two not in leading
        target: object = naive.SALE if two == 5 else naive.LOST if end else (str(two),)
        counts[(str(one),), target] = counts.get(((str(one),), target), 0.0) + flow
    whole = naive.reaching(counts)
    for node, effect in effects.items():
        less = naive.reaching(counts, gone=naive.into({str(node)}))
        assert effect == pytest.approx(1 - less / whole, abs=1e-9)
    ends = A.absorption(G, start=0)
    assert ends[0].get(5, 0.0) == pytest.approx(whole, abs=1e-10)
    for row in ends.values():
        assert sum(row.values()) == pytest.approx(1.0)


def test_several_endings_count_together() -> None:
    """Half the flow ends in either: whoever passes the node has them all."""
    G = nx.DiGraph()
    G.add_weighted_edges_from([("s", "a", 2), ("s", "lost", 2), ("a", "one", 1), ("a", "two", 1)])
    assert A.removal_effects(G, to=["one", "two"], start="s") == {"a": 1.0}
    assert A.absorption(G, start="s")["s"] == pytest.approx({"one": 0.25, "two": 0.25, "lost": 0.5})


def test_effects_can_be_written_onto_the_graph() -> None:
    """As node attributes, with networkx alone."""
    G = nx.DiGraph()
    G.add_weighted_edges_from([("s", "a", 1), ("a", "buy", 1), ("s", "leave", 1)])
    nx.set_node_attributes(G, A.removal_effects(G, to="buy", start="s"), "removal_effect")
    assert G.nodes["a"]["removal_effect"] == 1.0


@pytest.mark.parametrize(
    ("G", "to", "error", "words"),
    [
        (
            graph(("s", "a", 1), ("a", "b", 1), ("b", "a", 1), ("s", "buy", 1)),
            "buy",
            InvalidInputError,
            "no ending can be reached from 'a', 'b'",
        ),
        (graph(("s", "s", 1)), "s", InvalidInputError, "no ending can be reached from 's'"),
        (graph(("s", "buy", 1)), "by", NotFoundError, "did you mean 'buy'"),
        (graph(("s", "a", 1), ("a", "buy", 1)), "a", InvalidInputError, "it has edges out"),
        (
            graph(("s", "a", 1), ("a", "buy", 0), ("a", "no", 1)),
            "buy",
            InvalidInputError,
            "cannot be reached",
        ),
        (graph(("s", "buy", -1)), "buy", InvalidInputError, "got -1"),
        (graph(("s", "buy", np.nan)), "buy", InvalidInputError, "edge 's' to 'buy'"),
        (nx.Graph([("s", "buy")]), "buy", WrongKindError, "DiGraph"),
    ],
)
def test_graphs_without_an_answer_are_refused(
    G: nx.Graph, to: str, error: type[Exception], words: str
) -> None:
    """The message names the nodes of a closed class, the edge, or the node that is meant."""
    with pytest.raises(error, match=words):
        A.removal_effects(G, to=to, start="s")
