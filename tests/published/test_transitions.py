"""Transitions of worked cases other people published."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import networkx as nx
import numpy as np
import pytest

import touchpoints as tp
from touchpoints.graphs import outcome_graph, transition_graph
from touchpoints.journeys.model import Journeys
from touchpoints.taxonomy import untyped


def edge_values(graph: nx.DiGraph, name: str) -> dict[str, float]:
    """Return an attribute of each edge, called as the sources call edges."""
    return {f"{source}>{target}": value for source, target, value in graph.edges(data=name)}


def test_analyzecore_three_paths() -> None:
    """C1 > C2 > C3 converts, C1 and C2 > C3 do not (analyzecore.com, 3 August 2016; jakebenn)."""
    table = {"path": ["C1 > C2 > C3", "C1", "C2 > C3"], "conversions": [1, 0, 0], "null": [0, 1, 1]}
    journeys = tp.from_paths(
        table, path="path", outcome="conversion", converted="conversions", lost="null"
    )
    graph = nx.relabel_nodes(
        outcome_graph(journeys),
        {"(start)": "Start", "(conversion)": "Conversion", "(no conversion)": "Exit"},
    )
    expected = {
        "Start>C1": 2 / 3,
        "Start>C2": 1 / 3,
        "C1>C2": 1 / 2,
        "C1>Exit": 1 / 2,
        "C2>C3": 1,
        "C3>Conversion": 1 / 2,
        "C3>Exit": 1 / 2,
    }
    assert pytest.approx(expected) == edge_values(graph, "probability")


def test_mta_two_paths() -> None:
    """Path a > b converts 3 of 4 times, a > c 1 of 2 (eeghor/mta, probabilistic models)."""
    table = {"path": ["a > b", "a > c"], "conversions": [3, 1], "null": [1, 1]}
    journeys = tp.from_paths(
        table, path="path", outcome="conv", converted="conversions", lost="null"
    )
    graph = nx.relabel_nodes(outcome_graph(journeys), {"(conv)": "conv", "(no conv)": "null"})
    expected = {
        "(start)>a": 1,
        "a>b": 2 / 3,
        "a>c": 1 / 3,
        "b>conv": 3 / 4,
        "b>null": 1 / 4,
        "c>conv": 1 / 2,
        "c>null": 1 / 2,
    }
    assert pytest.approx(expected) == edge_values(graph, "probability")


# Sessions of three users (retentioneering 3.x documentation, transition_graph.rst).
SESSIONS: dict[str, list[list[str]]] = {
    "user1": [["A", "B"], ["A", "C"], ["A", "B"]],
    "user2": [["A", "B"], ["C", "C", "C"]],
    "user3": [["C", "D", "C", "D", "C", "D"]],
}


def journeys_of(paths: Sequence[Sequence[str]]) -> Journeys:
    """Return journeys with these touchpoints."""
    keys = "ABCD"
    return Journeys(
        touchpoints=[untyped(key) for key in keys],
        codes=[keys.index(key) for path in paths for key in path],
        offsets=np.cumsum([0, *map(len, paths)]),
    )


def by_user() -> Journeys:
    """Return a journey a user: its sessions one behind the other."""
    return journeys_of([[key for one in sessions for key in one] for sessions in SESSIONS.values()])


def by_session() -> Journeys:
    """Return a journey a session."""
    return journeys_of([session for sessions in SESSIONS.values() for session in sessions])


def inner(values: dict[tuple[str, str], Any]) -> dict[str, Any]:
    """Return what does not touch a terminal."""
    return {f"{u}>{v}": value for (u, v), value in values.items() if "(" not in u + v}


def crossing(journeys: Journeys) -> dict[str, int]:
    """Return how many journeys take each step at least once."""
    table = tp.paths.transitions(journeys)
    edges = zip(table.source.tolist(), table.target.tolist(), strict=True)
    return inner(dict(zip(edges, table.journeys.tolist(), strict=True)))


def test_retentioneering_weights_by_event() -> None:
    """Each crossing counts: 14 transitions of 3 users."""
    graph = transition_graph(by_user())
    expected = {
        "A>B": 3,
        "A>C": 1,
        "B>A": 1,
        "B>C": 1,
        "C>A": 1,
        "C>C": 2,
        "C>D": 3,
        "D>C": 2,
    }
    weights = inner({(u, v): weight for u, v, weight in graph.edges(data="weight")})
    assert expected == weights
    assert 14 == sum(weights.values())
    leaving: dict[str, int] = {}
    for edge, weight in weights.items():
        leaving[edge[0]] = leaving.get(edge[0], 0) + weight
    assert {"A": 4, "B": 2, "C": 6, "D": 2} == leaving


def test_retentioneering_weights_by_user() -> None:
    """Each user counts once an edge; shares are of the users who visit the source."""
    journeys = by_user()
    expected = {
        "A>B": 2,
        "A>C": 1,
        "B>A": 1,
        "B>C": 1,
        "C>A": 1,
        "C>C": 1,
        "C>D": 1,
        "D>C": 1,
    }
    assert expected == crossing(journeys)
    visitors = dict(transition_graph(journeys).nodes(data="journeys"))
    assert {"A": 2, "B": 2, "C": 3, "D": 1} == {key: visitors[key] for key in "ABCD"}
    shares = {edge: count / visitors[edge[0]] for edge, count in crossing(journeys).items()}
    assert (
        pytest.approx(
            {
                "A>B": 1,
                "A>C": 1 / 2,
                "B>A": 1 / 2,
                "B>C": 1 / 2,
                "C>A": 1 / 3,
                "C>C": 1 / 3,
                "C>D": 1 / 3,
                "D>C": 1,
            }
        )
        == shares
    )


def test_retentioneering_weights_by_session() -> None:
    """Each of the 6 sessions counts once an edge."""
    journeys = by_session()
    assert 6 == len(journeys)
    assert {"A>B": 3, "A>C": 1, "C>C": 1, "C>D": 1, "D>C": 1} == crossing(journeys)
