"""Graphs of journeys: weights, node attributes and graph attributes."""

from __future__ import annotations

import math
from collections import Counter

import attrs
import networkx as nx
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import touchpoints as tp
from tests import naive_graphs as naive
from tests import strategies
from touchpoints.errors import InvalidInputError, NotFoundError
from touchpoints.graphs import (
    check_graph,
    higher_order_graph,
    journey_graph,
    outcome_graph,
    transition_graph,
)
from touchpoints.journeys.model import Journeys

RESERVED = {"id", "source", "target", "key"}


def typed(**more: object) -> Journeys:
    """Return two journeys of typed touchpoints: search, chat in the app, purchase; search."""
    log = {
        "who": ["ana", "ana", "ana", "leo"],
        "when": ["2026-01-05 10:00", "2026-01-05 10:05", "2026-01-06 10:05", "2026-01-05 11:00"],
        "what": ["search_query", "live_chat", "purchase", "search_query"],
    }
    journeys = tp.from_columns(
        log,
        journey="who",
        time="when",
        touchpoint="what",
        taxonomy=tp.load_taxonomy("customer"),
        **more,
    )
    chat = journeys.meta.taxonomy.touchpoint("live_chat", channel="app")
    known = [chat if one.type == "live_chat" else one for one in journeys.touchpoints]
    return attrs.evolve(journeys, touchpoints=known)


def weights(graph: nx.DiGraph) -> Counter[naive.Edge]:
    """Return the weight of each edge."""
    return Counter({(u, v): weight for u, v, weight in graph.edges(data="weight")})


def edge_values(graph: nx.DiGraph, name: str) -> dict[naive.Edge, float]:
    """Return an attribute of the edges that have it."""
    return {(u, v): data[name] for u, v, data in graph.edges(data=True) if name in data}


def node_values(graph: nx.DiGraph, name: str) -> dict[str, float]:
    """Return an attribute of the touchpoints that have it."""
    return {
        node: data[name]
        for node, data in graph.nodes(data=True)
        if name in data and not node.startswith("(")
    }


# --------------------------------------------------------------------------------------- transition


@given(strategies.journeys())
def test_transitions_are_counted_as_by_hand(journeys: Journeys) -> None:
    """Weights are sums of counts over transitions, terminals included."""
    assert naive.flow(journeys, naive.usual_end(journeys)) == weights(transition_graph(journeys))


@given(strategies.journeys())
def test_probabilities_are_shares_of_what_leaves(journeys: Journeys) -> None:
    """Probability is the share of the source's transitions; distance is its negative logarithm."""
    graph = transition_graph(journeys)
    shares = naive.probabilities(weights(graph))
    distances = {edge: naive.distance(share) for edge, share in shares.items()}
    assert pytest.approx(shares) == edge_values(graph, "probability")
    assert pytest.approx(distances) == edge_values(graph, "distance")


@given(strategies.journeys())
def test_gaps_are_medians_between_touchpoints(journeys: Journeys) -> None:
    """The median gap in seconds, weighted by counts; edges of terminals have no gap."""
    graph = transition_graph(journeys)
    assert pytest.approx(naive.gap_medians(journeys)) == edge_values(graph, "gap_median")


@given(strategies.journeys())
def test_visits_and_visitors(journeys: Journeys) -> None:
    """Two visits in one journey are two visits by one journey; unvisited touchpoints are absent."""
    graph = transition_graph(journeys)
    assert naive.visits(journeys) == node_values(graph, "visits")
    assert naive.visitors(journeys) == node_values(graph, "journeys")


@given(strategies.journeys())
def test_the_flow_out_is_the_flow_in_plus_journeys_already_under_way(journeys: Journeys) -> None:
    """A journey that began before the log adds to the flow out of its first touchpoint only."""
    graph = transition_graph(journeys)
    caught: Counter[str] = Counter()
    for row, one in enumerate(journeys):
        if one.keys and not journeys.began[row]:
            caught[one.keys[0]] += one.count
    for node, visits in node_values(graph, "visits").items():
        assert visits == graph.out_degree(node, weight="weight")
        assert visits == graph.in_degree(node, weight="weight") + caught[node]


@given(strategies.journeys())
def test_every_graph_keeps_the_schema(journeys: Journeys) -> None:
    """`check_graph` accepts each graph that the library builds."""
    assert () == check_graph(transition_graph(journeys))
    assert () == check_graph(higher_order_graph(journeys, order=2))
    for one in journeys:
        assert () == check_graph(journey_graph(journeys, one.id))
    if "purchase" in journeys.outcomes:
        assert () == check_graph(outcome_graph(journeys))


@given(strategies.journeys(columns=False), st.randoms(use_true_random=False))
def test_the_order_of_journeys_changes_nothing(journeys: Journeys, random: object) -> None:
    """Shuffled journeys give an equal graph."""
    rows = list(range(len(journeys)))
    random.shuffle(rows)
    one_by_one = [journeys[row : row + 1] for row in rows]
    shuffled = tp.concat(one_by_one) if one_by_one else journeys
    assert nx.utils.graphs_equal(transition_graph(journeys), transition_graph(shuffled))


@given(strategies.journeys(timed=False, columns=False))
def test_a_count_of_n_equals_n_journeys(journeys: Journeys) -> None:
    """Merged journeys give the same graph as the journeys."""
    merged = transition_graph(tp.distinct(journeys))
    assert nx.utils.graphs_equal(transition_graph(journeys), merged)


def test_the_graph_is_a_plain_digraph_of_plain_values() -> None:
    """Its type is nx.DiGraph itself; attributes are Python scalars with unreserved names."""
    graph = transition_graph(typed())
    assert nx.DiGraph is type(graph)
    records = [
        graph.graph,
        *(data for _, data in graph.nodes(data=True)),
        *(data for *_, data in graph.edges(data=True)),
    ]
    assert {str, int, float} == {type(value) for one in records for value in one.values()}
    assert not RESERVED.intersection(*[set(one) for one in records])


def test_nodes_carry_label_type_and_known_facets() -> None:
    """Nodes are called by key and have a label in the given language and flat facets."""
    graph = transition_graph(typed(), lang="es")
    chat = graph.nodes["live_chat[channel=app]"]
    assert "Chat en vivo [Aplicación móvil]" == chat["label"]
    assert ("live_chat", "app", "solve_problem") == (chat["type"], chat["channel"], chat["need"])
    assert "unknown" not in chat.values()
    assert "inicio" == graph.nodes["(start)"]["label"]


def test_the_graph_attributes_describe_the_graph() -> None:
    """Schema, kind, journeys, taxonomy, language and facets are kept in copies."""
    journeys = tp.collapse(typed(tz="Europe/Madrid"), by=["need", "channel"])
    graph = transition_graph(journeys).copy()
    assert (1, "transition", 2, "en") == tuple(
        graph.graph[name] for name in ("schema", "kind", "journeys", "lang")
    )
    assert ("customer", "Europe/Madrid") == (graph.graph["taxonomy"], graph.graph["timezone"])
    assert "need, channel" == graph.graph["lens"]
    assert {"channel", "need"} == set(graph.graph["facets"].split(", "))


@given(strategies.journeys(), st.data())
def test_observed_shares_count_rules_and_data_only(journeys: Journeys, data: st.DataObject) -> None:
    """A need that is only the default of the type does not count as observed."""
    codes = st.lists(st.integers(0, 3), min_size=len(journeys.codes), max_size=len(journeys.codes))
    origins = {name: np.array(data.draw(codes), np.int8) for name in ("need_from", "context_from")}
    seen = attrs.evolve(journeys, per_interaction=origins)
    graph = transition_graph(seen)
    assert pytest.approx(naive.observed(seen, "need_from")) == node_values(graph, "need_observed")
    assert pytest.approx(naive.observed(seen, "context_from")) == node_values(
        graph, "context_observed"
    )


def test_observed_shares_are_absent_if_origins_are_unknown() -> None:
    """Without need_from need_observed is absent, not 0."""
    graph = transition_graph(tp.from_paths({"path": ["a > b"]}, path="path"))
    assert {} == node_values(graph, "need_observed")
    assert {} == edge_values(graph, "gap_median")


def test_gaps_keep_milliseconds() -> None:
    """A gap of 50 ms is 0.05 seconds."""
    rows = [
        {"id": 1, "t": "2026-01-01T10:00:00.000", "w": "a"},
        {"id": 1, "t": "2026-01-01T10:00:00.050", "w": "b"},
    ]
    graph = transition_graph(tp.from_records(rows, journey="id", time="t", touchpoint="w"))
    assert 0.05 == graph["a"]["b"]["gap_median"]


def test_no_journeys_give_the_two_terminals() -> None:
    """An empty graph has (start) and (end), and no edge."""
    empty = Journeys(touchpoints=(), codes=[], offsets=[0])
    graph = transition_graph(empty)
    assert ["(start)", "(end)"] == list(graph)
    assert 0 == graph.number_of_edges()
    assert () == check_graph(graph)


def test_empty_journeys_flow_from_start_to_their_terminal() -> None:
    """Finished ones go to (end), others to (open); those that began earlier add no edge."""
    empty = Journeys(
        touchpoints=(),
        codes=[],
        offsets=[0, 0, 0, 0],
        counts=[2, 3, 5],
        began=[True, True, False],
        finished=[True, False, True],
    )
    expected = {("(start)", "(end)"): 2, ("(start)", "(open)"): 3}
    assert expected == weights(transition_graph(empty))


def test_the_open_terminal_exists_only_for_open_journeys() -> None:
    """(open) is present if the log cuts a journey off, which then has no edge to (end)."""
    journeys = tp.from_paths({"path": ["a > b", "a"]}, path="path")
    assert "(open)" not in transition_graph(journeys)
    cut = transition_graph(attrs.evolve(journeys, finished=[False, True]))
    assert 1 == cut["b"]["(open)"]["weight"]
    assert not cut.has_edge("b", "(end)")


def test_names_that_look_like_terminals_or_keys_stay_apart() -> None:
    """Raw text in parentheses or brackets makes a node of its own."""
    rows = [
        {"id": 1, "t": "2026-01-01", "w": "(end)"},
        {"id": 1, "t": "2026-01-02", "w": "Payment (card)"},
        {"id": 1, "t": "2026-01-03", "w": "50% [new]"},
    ]
    graph = transition_graph(tp.from_records(rows, journey="id", time="t", touchpoint="w"))
    nodes = ["(start)", "%28end%29", "Payment (card)", "50%25 %5Bnew%5D", "(end)"]
    assert nodes == list(graph)
    assert ["start", "(end)", "Payment (card)", "50% [new]", "end"] == [
        graph.nodes[node]["label"] for node in graph
    ]


def test_certain_transitions_have_distance_zero_and_not_minus_zero() -> None:
    """−log(1) is 0.0."""
    graph = transition_graph(tp.from_paths({"path": ["a"]}, path="path"))
    assert 1.0 == math.copysign(1, graph["a"]["(end)"]["distance"])


@pytest.mark.parametrize("k", [40, 70, 300, 5000])
def test_many_touchpoints_are_counted_alike(k: int) -> None:
    """The number of touchpoints selects the counting algorithm, not the result."""
    random = np.random.default_rng(k)
    codes = random.integers(0, k, 400).astype(np.int32)
    journeys = Journeys(
        touchpoints=[tp.taxonomy.untyped(f"t{one}") for one in range(k)],
        codes=codes,
        offsets=[0, 100, 100, 350, 400],
        times=np.sort(random.integers(0, 10**12, 400)).astype("datetime64[us]"),
        counts=[1, 2, 1, 3],
    )
    graph = transition_graph(journeys)
    assert naive.flow(journeys, naive.usual_end(journeys)) == weights(graph)
    assert pytest.approx(naive.gap_medians(journeys)) == edge_values(graph, "gap_median")
    assert naive.visitors(journeys) == node_values(graph, "journeys")


# ------------------------------------------------------------------------------------------ outcome


@given(strategies.journeys())
def test_outcomes_decide_where_journeys_end(journeys: Journeys) -> None:
    """Reached, not reached, or open: unknown, or not yet reached when the log ends."""
    expected = naive.flow(journeys, naive.outcome_end(journeys, "purchase"))
    graph = outcome_graph(journeys, outcome="purchase")
    assert expected == weights(graph)
    assert {"(purchase)", "(no purchase)"} <= set(graph)
    assert "purchase" == graph.graph["outcome"]


def test_the_outcome_may_be_left_out_if_there_is_only_one() -> None:
    """With several outcomes the error lists them; without one it explains how to mark one."""
    journeys = typed()
    paid = tp.until(journeys, "purchase", outcome="purchase")
    assert nx.utils.graphs_equal(outcome_graph(paid), outcome_graph(paid, outcome="purchase"))
    twice = tp.mark(paid, "chat", when="live_chat")
    with pytest.raises(
        InvalidInputError, match="have 2 outcomes\nchoose one with outcome=: 'purchase', 'chat'"
    ):
        outcome_graph(twice)
    with pytest.raises(InvalidInputError, match="until"):
        outcome_graph(journeys)
    with pytest.raises(NotFoundError, match="did you mean 'purchase'"):
        outcome_graph(paid, outcome="purchas")


@pytest.mark.parametrize("outcome", ["purchase", "live_chat"])
def test_an_outcome_whose_touchpoint_is_inside_is_refused(outcome: str) -> None:
    """By type or by key; the mend cuts before it, which resolves the error."""
    journeys = tp.mark(typed(), outcome, when=outcome)
    with pytest.raises(InvalidInputError, match="still inside") as caught:
        outcome_graph(journeys)
    assert "tp.until" in caught.value.mend
    assert "1 of 2 journeys" == caught.value.where
    outcome_graph(tp.until(typed(), outcome, outcome=outcome))


def test_raw_text_that_is_the_outcome_is_a_leak_too() -> None:
    """An untyped touchpoint with the name of the outcome is refused, escaped or not."""
    journeys = tp.from_paths({"path": ["ad > [sale]"]}, path="path")
    marked = attrs.evolve(journeys, outcomes={"[sale]": [1.0]})
    with pytest.raises(InvalidInputError, match="still inside"):
        outcome_graph(marked)


# ------------------------------------------------------------------------------------- higher order


@given(strategies.journeys(), st.integers(1, 4))
def test_states_are_the_last_few_touchpoints(journeys: Journeys, order: int) -> None:
    """Weights and visits of states; states at the start of journeys are shorter."""
    graph = higher_order_graph(journeys, order=order)
    assert naive.flow(journeys, naive.usual_end(journeys), order=order) == weights(graph)
    assert naive.visits(journeys, order=order) == node_values(graph, "visits")
    assert order == graph.graph["order"]


@given(strategies.journeys())
def test_order_one_is_the_transition_graph(journeys: Journeys) -> None:
    """States of one touchpoint give the same weights."""
    first = weights(higher_order_graph(journeys, order=1))
    assert weights(transition_graph(journeys)) == first


def test_states_keep_keys_apart() -> None:
    """Names with the separator or parentheses cannot collide with other states or terminals."""
    known = [tp.taxonomy.untyped(text) for text in ("a > b", "a", "b", "(x", "y)")]
    journeys = Journeys(
        touchpoints=[*known, tp.taxonomy.MISSING],
        codes=[0, 1, 2, 3, 4, 5, 5],
        offsets=[0, 1, 3, 5, 7],
    )
    graph = higher_order_graph(journeys)
    expected = {"a > b", "a %3E b", "%28x > y%29", "%28missing) > (missing%29"}
    assert expected <= set(graph)
    assert () == check_graph(graph)


@pytest.mark.parametrize("order", [0, -1, 1.5, "2", True])
def test_an_order_is_an_integer_of_at_least_one(order: object) -> None:
    """Anything else is refused."""
    with pytest.raises(InvalidInputError, match="order must be an integer of at least 1, got"):
        higher_order_graph(typed(), order=order)


# ------------------------------------------------------------------------------------------ journey


def test_a_journey_is_a_path_of_positions() -> None:
    """Nodes are positions with touchpoint, facets, seconds since the first, and instants."""
    graph = journey_graph(typed(tz="UTC"), "ana")
    assert [("0", "1"), ("1", "2")] == list(graph.edges)
    assert [300.0, 86400.0] == [gap for *_, gap in graph.edges(data="gap")]
    chat = graph.nodes["1"]
    assert ("live_chat[channel=app]", "app", 300.0) == (
        chat["touchpoint"],
        chat["channel"],
        chat["at"],
    )
    assert "2026-01-05T10:05:00Z" == chat["time"]
    assert "ana" == graph.graph["journey"]


def test_instants_of_a_journey_keep_their_precision_and_zone() -> None:
    """Z only with a time zone; microseconds only if not zero; ends only if known."""
    rows = [
        {"id": 7, "t": "2026-01-01T10:00:00.050", "e": None, "w": "a"},
        {"id": 7, "t": "2026-01-01T10:00:01", "e": "2026-01-01T10:00:02", "w": "b"},
    ]
    journeys = tp.from_records(rows, journey="id", time="t", end="e", touchpoint="w")
    graph = journey_graph(journeys, 7)
    assert ["2026-01-01T10:00:00.050000", "2026-01-01T10:00:01"] == [
        time for _, time in graph.nodes(data="time")
    ]
    assert [None, "2026-01-01T10:00:02"] == [end for _, end in graph.nodes(data="end")]
    assert 7 == graph.graph["journey"]


def test_a_journey_without_times_is_a_path_too() -> None:
    """Nodes have positions and touchpoints, and no times."""
    graph = journey_graph(tp.from_paths({"path": ["a > b"]}, path="path"), 0)
    assert [("0", "1", {})] == list(graph.edges(data=True))
    assert {"touchpoint": "b", "label": "b"} == graph.nodes["1"]


@pytest.mark.parametrize(("id_", "hint"), [("anna", "did you mean 'ana'"), (3, "known: ")])
def test_an_unknown_journey_is_named(id_: object, hint: str) -> None:
    """The error suggests similar ids."""
    with pytest.raises(NotFoundError, match=f"no journey {id_!r}") as caught:
        journey_graph(typed(), id_)
    assert hint in str(caught.value)
    with pytest.raises(NotFoundError, match="no journey '0'"):
        journey_graph(tp.from_paths({"path": ["a"]}, path="path"), "0")
