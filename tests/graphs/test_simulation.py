"""Simulation of journeys from a graph."""

from __future__ import annotations

import datetime as dt
import math
from collections import Counter

import attrs
import networkx as nx
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import touchpoints as tp
from tests import strategies
from touchpoints import datasets
from touchpoints._core.arrays.sequences import walks
from touchpoints.errors import InvalidInputError, NotFoundError, WrongKindError
from touchpoints.graphs import (
    from_node_link,
    higher_order_graph,
    outcome_graph,
    to_node_link,
    transition_graph,
)
from touchpoints.graphs.simulation import simulate
from touchpoints.journeys.model import Journeys


def weighted(edges: dict[tuple[str, str], float], **more: object) -> nx.DiGraph:
    """Return a graph that only has edge weights."""
    graph = nx.DiGraph()
    graph.add_weighted_edges_from((*ends, weight) for ends, weight in edges.items())
    nx.set_edge_attributes(graph, more)
    return graph


def variants_of(journeys: Journeys) -> Counter[tuple[str, ...]]:
    """Return the number of journeys of each variant."""
    return Counter(one.keys for one in journeys)


BRANCH = {("(start)", "a"): 3, ("a", "b"): 1, ("a", "(end)"): 3, ("b", "(end)"): 2}


# ------------------------------------------------------------------------------------------- walks


@given(st.lists(st.tuples(st.integers(0, 4), st.integers(0, 4)), unique=True), st.integers(0, 99))
def test_walkers_follow_edges(edges: list[tuple[int, int]], seed: int) -> None:
    """Each walk is a path of edges up to a node without outgoing edges."""
    edges = sorted(edges)
    sources = np.array([source for source, _ in edges], dtype=np.int64)
    targets = np.array([target for _, target in edges], dtype=np.int64)
    steps = walks.edges_by_source(sources, targets, np.ones(len(edges)), 5)
    walked = walks.walk(steps, 0, count=6, max_length=9, rng=np.random.default_rng(seed))
    for walker in range(6):
        path = walked.edges[walked.offsets[walker] : walked.offsets[walker + 1]].tolist()
        at = 0
        for edge in path:
            assert at == sources[edge]
            at = int(targets[edge])
        stuck = at not in sources
        assert (at, not stuck) == (walked.last[walker], walked.cut[walker])
        assert stuck or 9 == len(path)


def test_a_draw_is_never_rounded_up_to_the_next_node() -> None:
    """A draw just below 1 never takes an edge of a neighbouring node."""

    class Highest:
        def random(self, size: int) -> np.ndarray:
            return np.full(size, np.nextafter(1.0, 0.0))

    nodes = 2**20
    sources = np.array([nodes - 2, nodes - 1], dtype=np.int64)
    steps = walks.edges_by_source(sources, np.array([nodes - 1, 0]), np.ones(2), nodes)
    walked = walks.walk(steps, nodes - 2, count=1, max_length=1, rng=Highest())
    assert [0] == walked.edges.tolist()


# ---------------------------------------------------------------------------------------- simulate


def test_shares_match_the_graph() -> None:
    """In many journeys the share of a transition is within four standard errors."""
    drawn = transition_graph(simulate(weighted(BRANCH), n=40_000, seed=2))
    share = drawn["a"]["b"]["probability"]
    assert abs(share - 0.25) < 4 * math.sqrt(0.25 * 0.75 / 40_000)


@strategies.examples(30)
@given(strategies.journeys(timed=False, columns=False), st.integers(0, 2**40))
def test_simulated_journeys_take_only_edges_of_the_graph(journeys: Journeys, seed: int) -> None:
    """Touchpoints and transitions that the graph does not have never occur."""
    graph = transition_graph(journeys)
    if not graph.out_degree("(start)"):
        assert 5 == len(simulate(graph, n=5, seed=seed))
        return
    drawn = simulate(graph, n=50, seed=seed)
    assert 50 == len(drawn)
    assert set(transition_graph(drawn).edges) <= set(graph.edges)


def test_the_same_seed_gives_the_same_journeys() -> None:
    """On any machine: the first journeys are written here."""
    graph = weighted(BRANCH)
    first = simulate(graph, n=6, seed=1)
    assert first == simulate(graph, n=6, seed=1)
    assert first != simulate(graph, n=6, seed=2)
    assert ["a", "a", "a", "a b", "a", "a"] == [" ".join(one.keys) for one in first]


def test_probability_is_used_if_every_edge_has_it() -> None:
    """Otherwise weight is used; either is normalised at each source."""
    graph = weighted(BRANCH)
    nx.set_edge_attributes(graph, dict.fromkeys(BRANCH, 0.25), "probability")
    graph["a"]["b"]["probability"] = 0.0
    assert {("a",): 20} == variants_of(simulate(graph, n=20, seed=1))
    del graph["b"]["(end)"]["probability"]
    assert {("a",), ("a", "b")} == set(variants_of(simulate(graph, n=200, seed=1)))


def test_typed_touchpoints_round_trip() -> None:
    """Type, facets and key are read from the nodes, also after a round trip through JSON."""
    shop = datasets.shop(300, seed=1)
    graph = from_node_link(to_node_link(transition_graph(shop)))
    drawn = simulate(graph, n=300, seed=1, taxonomy=shop.meta.taxonomy)
    assert {one.key: one for one in shop.touchpoints} == {one.key: one for one in drawn.touchpoints}
    assert nx.utils.nodes_equal(
        [(one.key, one.known()) for one in shop.touchpoints],
        [(one.key, one.known()) for one in drawn.touchpoints],
    )


def test_a_lens_round_trips() -> None:
    """Journeys from a collapsed graph have the facets they were collapsed by."""
    collapsed = tp.collapse(datasets.shop(50, seed=1), by="need")
    drawn = simulate(transition_graph(collapsed), n=5, seed=1)
    assert ("need",) == drawn.meta.lens
    assert {one.need for one in collapsed.touchpoints} >= {one.need for one in drawn.touchpoints}


def test_facets_are_read_from_keys_too() -> None:
    """Nodes without attributes get the facets of their keys."""
    graph = weighted({("chat[channel=app,stage=late]", "50%25 [x"): 1})
    drawn = simulate(graph, n=1, seed=1, start="chat[channel=app,stage=late]")
    chat, odd = drawn[0].touchpoints
    assert ("app", "late", "unknown") == (chat.channel, chat.facet("stage"), chat.need)
    assert "50%25 [x" == odd.key


def test_any_graph_can_be_simulated_from_any_node() -> None:
    """Journeys end at a node without outgoing edges; nodes in parentheses are not touchpoints."""
    graph = weighted({("a", "b"): 1, ("b", "(pause)"): 1, ("(pause)", "c"): 1})
    assert {("a", "b", "c"): 3} == variants_of(simulate(graph, n=3, seed=1, start="a"))
    assert {("c",): 2} == variants_of(simulate(graph, n=2, seed=1, start="c"))
    assert {(): 1} == variants_of(simulate(nx.DiGraph({"(start)": []}), n=1, seed=1))


def test_a_missing_name_stays_missing() -> None:
    """(missing) is a touchpoint, not a terminal."""
    graph = weighted({("(start)", "(missing)"): 1, ("(missing)", "(end)"): 1})
    assert {("(missing)",): 2} == variants_of(simulate(graph, n=2, seed=1))


def test_states_become_their_last_touchpoint() -> None:
    """Journeys from a higher-order graph keep dependence beyond the last touchpoint."""
    seen = tp.from_paths({"path": ["a > b > c", "c > b > a"]}, path="path")
    second = simulate(higher_order_graph(seen, order=2), n=100, seed=1)
    assert {("a", "b", "c"), ("c", "b", "a")} == set(variants_of(second))
    first = simulate(transition_graph(seen), n=100, seed=1)
    assert ("a", "b", "a") in variants_of(first)


def test_open_journeys_are_not_finished() -> None:
    """Journeys that end in (open) are cut off by the log."""
    seen = tp.from_paths({"path": ["a", "b"]}, path="path")
    graph = transition_graph(attrs.evolve(seen, finished=[True, False]))
    drawn = simulate(graph, n=50, seed=1)
    assert {("a",): True, ("b",): False} == dict(
        zip([one.keys for one in drawn], drawn.finished.tolist(), strict=True)
    )


def test_outcomes_are_marked() -> None:
    """Outcomes are reached, not reached or unknown, as the terminals of the graph."""
    table = {"path": ["a", "b", "c"], "outcome": [1.0, 0.0, math.nan]}
    seen = tp.from_paths({"path": table["path"]}, path="path")
    graph = outcome_graph(attrs.evolve(seen, outcomes={"sale": table["outcome"]}))
    drawn = simulate(graph, n=60, seed=4)
    expected = {"a": 1.0, "b": 0.0, "c": None}
    found = [None if value != value else value for value in drawn.outcomes["sale"].tolist()]
    assert [expected[one.keys[0]] for one in drawn] == found
    assert ["c" not in one.keys for one in drawn] == drawn.finished.tolist()


def test_times_follow_the_gaps() -> None:
    """Starts lie within the spread; gaps are exponential with the median of the edge."""
    graph = weighted({("(start)", "a"): 1, ("a", "b"): 1, ("b", "(end)"): 1})
    graph["a"]["b"]["gap_median"] = 60.0
    begin = dt.datetime(2026, 1, 1, tzinfo=dt.timezone(dt.timedelta(hours=1)))
    spread = dt.timedelta(days=2)
    drawn = simulate(graph, n=20_000, seed=1, begin=begin, spread=spread)
    gaps = np.diff(drawn.times.reshape(-1, 2), axis=1).astype(float) / 1e6
    assert abs(np.median(gaps) - 60) < 3
    assert abs(gaps.mean() - 60 / math.log(2)) < 3
    starts = drawn.times[::2] - np.datetime64("2025-12-31T23:00")
    assert starts.min() >= np.timedelta64(0, "s")
    assert starts.max() <= np.timedelta64(2, "D")
    assert "UTC" == drawn.meta.timezone


@pytest.mark.parametrize("begin", [dt.datetime(2026, 1, 1), np.datetime64("2026-01-01")])
def test_naive_instants_stay_naive(begin: object) -> None:
    """Without a time zone instants are kept as written."""
    graph = weighted({("(start)", "a"): 1})
    drawn = simulate(graph, n=2, seed=1, begin=begin, spread=dt.timedelta(0))
    assert ["2026-01-01T00:00:00.000000"] * 2 == [str(one) for one in drawn.times]
    assert None is drawn.meta.timezone


def test_times_of_empty_journeys_and_of_zero_journeys() -> None:
    """A journey without touchpoints has no times."""
    graph = weighted({("(start)", "a"): 1, ("(start)", "(end)"): 1, ("a", "(end)"): 1})
    drawn = simulate(graph, n=30, seed=1, begin=dt.datetime(2026, 1, 1))
    assert len(drawn.codes) == len(drawn.times) < 30
    assert 0 == len(simulate(graph, n=0, seed=1, begin=dt.datetime(2026, 1, 1)))


def test_times_need_a_gap_on_every_edge() -> None:
    """The error names an edge between touchpoints without a median."""
    with pytest.raises(InvalidInputError, match="no gap_median") as caught:
        simulate(weighted(BRANCH), n=1, seed=1, begin=dt.datetime(2026, 1, 1))
    assert "edge 'a' to 'b'" == caught.value.where


@pytest.mark.parametrize("begin", ["2026-01-01", 5])
def test_begin_is_an_instant(begin: object) -> None:
    """Text and numbers are refused."""
    with pytest.raises(WrongKindError, match="begin= must be a datetime or numpy.datetime64, got"):
        simulate(weighted({("(start)", "a"): 1}), n=1, seed=1, begin=begin)


def test_begin_must_exist_and_spread_must_not_be_negative() -> None:
    """NaT and negative durations are refused."""
    graph = weighted({("(start)", "a"): 1})
    with pytest.raises(InvalidInputError, match="must be an instant, got NaT"):
        simulate(graph, n=1, seed=1, begin=np.datetime64("NaT", "us"))
    with pytest.raises(InvalidInputError, match="spread= must be a timedelta of at least 0"):
        simulate(graph, n=1, seed=1, begin=dt.datetime(2026, 1, 1), spread=dt.timedelta(seconds=-1))


def test_a_graph_that_never_ends_is_refused() -> None:
    """The error lists reachable nodes from which journeys cannot end."""
    graph = weighted({**BRANCH, ("b", "c"): 1, ("c", "d"): 1, ("d", "c"): 1})
    with pytest.raises(InvalidInputError, match="never end") as caught:
        simulate(graph, n=1, seed=1)
    assert "nodes 'c', 'd'" == caught.value.where
    graph["b"]["c"]["weight"] = 0
    assert 1 == len(simulate(graph, n=1, seed=1))


def test_a_journey_is_cut_off_at_max_length() -> None:
    """It is not finished, and its outcome is unknown."""
    graph = weighted({("(start)", "a"): 1, ("a", "a"): 10**9, ("a", "(end)"): 1})
    drawn = simulate(graph, n=3, seed=1, max_length=20)
    assert [20, 20, 20] == np.diff(drawn.offsets).tolist()
    assert [False] * 3 == drawn.finished.tolist()


@pytest.mark.parametrize("weight", [-1, float("nan"), float("inf"), "3", None])
def test_weights_are_numbers_of_zero_or_more(weight: object) -> None:
    """The error names the edge."""
    graph = weighted(BRANCH)
    graph["a"]["b"]["weight"] = weight
    with pytest.raises(
        InvalidInputError, match="weight of an edge must be a finite number of at least 0, got"
    ) as caught:
        simulate(graph, n=1, seed=1)
    assert "edge 'a' to 'b'" == caught.value.where


@pytest.mark.parametrize("kind", [np.int64, np.float32, int, float, bool])
def test_numbers_of_numpy_are_numbers(kind: type) -> None:
    """Weights may be numpy scalars."""
    graph = weighted({ends: kind(1) for ends in BRANCH})
    assert 4 == len(simulate(graph, n=4, seed=1))


def test_an_edge_without_weight_is_refused() -> None:
    """The error states that probability or weight is missing."""
    with pytest.raises(InvalidInputError, match="give every edge a probability or a weight"):
        simulate(nx.DiGraph([("(start)", "a")]), n=1, seed=1)


@pytest.mark.parametrize(("name", "value"), [("n", -1), ("n", 2.0), ("n", True), ("max_length", 0)])
def test_numbers_are_checked(name: str, value: object) -> None:
    """``n`` is an integer of at least 0, ``max_length`` of at least 1."""
    with pytest.raises(InvalidInputError, match=f"{name} must be an integer of at least"):
        simulate(weighted(BRANCH), **{"n": 1, "seed": 1, name: value})


def test_an_unknown_start_is_named() -> None:
    """The error suggests similar nodes."""
    with pytest.raises(NotFoundError, match="did you mean"):
        simulate(weighted(BRANCH), n=1, seed=1, start="(begin)")
    with pytest.raises(WrongKindError, match="DiGraph"):
        simulate(nx.Graph(), n=1, seed=1)
