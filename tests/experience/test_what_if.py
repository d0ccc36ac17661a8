"""What a Markov chain expects after a change: by hand, and against removal effects."""

from __future__ import annotations

from typing import Any

import networkx as nx
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import touchpoints as tp
from touchpoints.errors import InvalidInputError, NotFoundError, WrongKindError

what_if = tp.experience.what_if
HOUR = 3600.0


def graph(**edges: dict[str, float]) -> nx.DiGraph:
    """Return an outcome graph with these flows; ``yes``, ``no`` and ``open`` are endings."""
    named = {"start": "(start)", "yes": "(sale)", "no": "(no sale)", "open": "(open)"}
    G = nx.DiGraph(outcome="sale")
    G.add_nodes_from(["(sale)", "(no sale)"])
    for source, targets in edges.items():
        for target, flow in targets.items():
            G.add_edge(named.get(source, source), named.get(target, target), weight=flow)
    return G


# start -> a 6, b 4; a -> b 3, sale 1, leaves 2; b -> sale 2, leaves 5: P(b) = 2/7.
PLAIN = graph(start={"a": 6, "b": 4}, a={"b": 3, "yes": 1, "no": 2}, b={"yes": 2, "no": 5})
BEFORE = 0.6 * (1 / 2 * 2 / 7 + 1 / 6) + 0.4 * 2 / 7


@pytest.mark.parametrize(
    ("change", "after"),
    [
        ({"exits": 0.5}, 0.6 * (5 / 6) * (3 / 4 * 2 / 7 + 1 / 4) + 0.4 * 2 / 7),
        ({"exits": 0}, 0.6 * (3 / 4 * 2 / 7 + 1 / 4) + 0.4 * 2 / 7),
        ({"exits": 1}, BEFORE),
        ({"incoming": 1.5}, 0.9 * (1 / 2 * 2 / 7 + 1 / 6) + 0.1 * 2 / 7),
        ({"incoming": 0}, 2 / 7),
        ({"remove": "end"}, 0.4 * 2 / 7),
        ({"remove": "skip"}, BEFORE),
        ({"remove": "reroute"}, 2 / 7),
        ({"incoming": 0.5, "exits": 0.5}, 0.3 * (5 / 6) * (3 / 4 * 2 / 7 + 1 / 4) + 0.7 * 2 / 7),
    ],
)
def test_changes_by_hand(change: dict[str, Any], after: float) -> None:
    """B32: of the touchpoint ``a`` of a small graph."""
    found = what_if(PLAIN, {"touchpoint": "a", **change})

    assert found.before == pytest.approx(BEFORE)
    assert found.after == pytest.approx(after)
    assert found.difference == pytest.approx(after - BEFORE)
    assert found.ratio == pytest.approx(after / BEFORE)
    assert found.steps_before == pytest.approx(0.6 * 1.5 + 0.4)


def test_steps_by_hand() -> None:
    """Without ``a``, journeys that went there skip to ``b`` in half of the cases."""
    skipped = what_if(PLAIN, {"touchpoint": "a", "remove": "skip"})
    ended = what_if(PLAIN, {"touchpoint": "a", "remove": "end"})

    assert skipped.steps_after == pytest.approx(0.4 + 0.6 * 0.5)
    assert ended.steps_after == pytest.approx(0.4)
    assert np.isnan(skipped.time_before)


def timed() -> nx.DiGraph:
    """Return a graph in which a takes an hour to b and b two hours to c."""
    G = graph(start={"a": 1}, a={"b": 1}, b={"c": 1, "no": 1}, c={"yes": 1})
    G["a"]["b"]["gap_median"] = HOUR
    G["b"]["c"]["gap_median"] = 2 * HOUR
    return G


def test_times_by_hand() -> None:
    """Half of the journeys go on from b: an hour, and half of two; then half of that."""
    faster = what_if(timed(), {"touchpoint": "b", "time": 0.5})
    skipped = what_if(timed(), {"touchpoint": "b", "remove": "skip"})

    assert faster.time_before == pytest.approx(2 * HOUR)
    assert faster.time_after == pytest.approx(1.5 * HOUR)
    assert (faster.before, faster.after) == (0.5, 0.5)
    assert skipped.time_after == pytest.approx(0.5 * HOUR)
    with pytest.raises(InvalidInputError, match="gap_median"):
        what_if(timed(), {"touchpoint": "c", "time": 0.5})
    with pytest.raises(InvalidInputError, match="gap_median"):
        what_if(PLAIN, {"touchpoint": "a", "time": 0.5})


def test_a_loop_by_hand() -> None:
    """From a, half come back to a: 1/2 + 1/4 + … leave to sale and no sale alike."""
    G = graph(start={"a": 4}, a={"a": 2, "yes": 1, "no": 1})
    found = what_if(G, {"touchpoint": "a", "exits": 0})

    assert (found.before, found.after) == (pytest.approx(0.5), pytest.approx(1.0))
    assert (found.steps_before, found.steps_after) == (pytest.approx(2), pytest.approx(3))


def test_what_the_log_cuts_off_is_left_out() -> None:
    """Open journeys go on as the others do; c is only seen to be cut off."""
    G = graph(start={"a": 6}, a={"yes": 1, "no": 3, "open": 5, "c": 1}, c={"open": 1})
    found = what_if(G, {"touchpoint": "a", "exits": 1})

    assert found.before == pytest.approx(0.25)


def test_the_original_is_not_changed() -> None:
    """The graph is as it was."""
    G = timed()
    copy = nx.node_link_data(G, edges="links")
    what_if(G, {"touchpoint": "b", "time": 0.5, "exits": 0.5})
    assert nx.node_link_data(G, edges="links") == copy


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 10_000))
def test_removal_loses_the_removal_effect(seed: int) -> None:
    """The same as `removal_effects` and, before, as `absorption`, on simulated journeys."""
    shop = tp.until(tp.datasets.shop(30, seed=seed), "purchase", outcome="sale")
    G = tp.outcome_graph(shop)
    if "(open)" in G or not G.in_degree("(sale)"):
        return
    effects = tp.attribution.removal_effects(G, to="(sale)")
    for touchpoint, effect in list(effects.items())[:4]:
        found = what_if(G, {"touchpoint": touchpoint, "remove": "end"})
        assert found.before == pytest.approx(tp.attribution.absorption(G)["(start)"]["(sale)"])
        assert found.after == pytest.approx(found.before * (1 - effect), abs=1e-12)
        skipped = what_if(G, {"touchpoint": touchpoint, "remove": "skip"})
        assert skipped.after == pytest.approx(found.before)


def test_assumptions_are_said() -> None:
    """Every number of a model comes with what it takes for granted."""
    found = what_if(PLAIN, {"touchpoint": "a", "exits": 0.5})

    assert any("first-order Markov" in one for one in found.assumptions)
    assert any("association, not effect" in one for one in found.assumptions)
    assert "a statement of a model" in repr(found)
    assert "P(sale)" in repr(found)


@pytest.mark.parametrize(
    ("change", "error", "match"),
    [
        ({"touchpoint": "z", "exits": 0.5}, NotFoundError, "touchpoint 'z'"),
        ({"touchpoint": "(sale)", "exits": 0.5}, NotFoundError, "touchpoint"),
        ({"exits": 0.5}, NotFoundError, "touchpoint"),
        ({"touchpoint": "a", "exit": 0.5}, NotFoundError, "exits"),
        ({"touchpoint": "a"}, InvalidInputError, "either a removal"),
        ({"touchpoint": "a", "remove": "end", "exits": 1}, InvalidInputError, "either a removal"),
        ({"touchpoint": "a", "remove": "gone"}, InvalidInputError, "remove"),
        ({"touchpoint": "a", "exits": -1}, InvalidInputError, "exits"),
        ({"touchpoint": "a", "exits": float("nan")}, InvalidInputError, "exits"),
        ({"touchpoint": "a", "exits": 4}, InvalidInputError, "above 1"),
        ({"touchpoint": "a", "incoming": 2}, InvalidInputError, "above 1"),
        (["a"], WrongKindError, "takes a mapping"),
    ],
)
def test_bad_changes(change: Any, error: type[Exception], match: str) -> None:
    """What is wrong is said."""
    with pytest.raises(error, match=match):
        what_if(PLAIN, change)


def test_nowhere_else_to_go() -> None:
    """All who start go to a: where they would go without it is not known."""
    G = graph(start={"a": 1}, a={"no": 1})
    for change in ({"incoming": 0.5}, {"remove": "reroute"}, {"exits": 0.5}):
        with pytest.raises(InvalidInputError, match="nobody was seen"):
            what_if(G, {"touchpoint": "a", **change})


def test_bad_graphs() -> None:
    """No outcome, no such outcome, no way from the start, nobody who leaves."""
    with pytest.raises(InvalidInputError, match="no outcome"):
        what_if(nx.DiGraph([("(start)", "a")]), {"touchpoint": "a", "exits": 0.5})
    with pytest.raises(NotFoundError, match="order"):
        what_if(PLAIN, {"touchpoint": "a", "exits": 0.5}, outcome="order")
    with pytest.raises(InvalidInputError, match="start"):
        what_if(graph(a={"yes": 1}), {"touchpoint": "a", "exits": 0.5})
    with pytest.raises(InvalidInputError, match="leave at"):
        what_if(graph(start={"a": 1}, a={"yes": 1}), {"touchpoint": "a", "exits": 0.5})


def test_a_time_that_is_not_known_stays_unknown_when_steps_are_added_to_it() -> None:
    """The step from a search to a review has no time: who skips the chat does not make it 0."""
    shop = tp.until(tp.datasets.shop(300, seed=1), "purchase", outcome="sale")
    G = tp.outcome_graph(shop)
    before, touchpoint, after = "search_query[need=compare]", "live_chat", "review_read"
    assert G.has_edge(before, touchpoint)
    assert G.has_edge(touchpoint, after)
    change = {"touchpoint": touchpoint, "remove": "skip"}
    assert np.isfinite(tp.experience.what_if(G, change).time_after)

    del G[before][after]["gap_median"]
    found = tp.experience.what_if(G, change)
    assert np.isnan(found.time_before)
    assert np.isnan(found.time_after)
