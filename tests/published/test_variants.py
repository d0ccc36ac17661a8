"""Variants and transitions as others have printed them; the sources stand at each test."""

from __future__ import annotations

import json

import pytest

import touchpoints as tp
from tests.naive_paths import built


@pytest.fixture(scope="module")
def cases(logs):
    """Return the small worked cases with published answers."""
    return json.loads((logs / "known_small_cases.json").read_text(encoding="utf-8"))


def shares(table, *, total: bool = False):
    """Return `source>target` to the probability (or to the count)."""
    numbers = table.count if total else table.probability
    edges = zip(table.source, table.target, numbers.tolist(), strict=True)
    return {f"{source}>{target}": number for source, target, number in edges}


def outcome_shares(case):
    """Return the transition probabilities of a case, as its source names them."""
    paths, counts, conversions = case["paths"], case["conversions"], case["null"]
    rows = [
        [*path, terminal]
        for path, won, lost in zip(paths, counts, conversions, strict=True)
        for terminal, number in (("won", won), ("lost", lost))
        for _ in range(number)
    ]
    return shares(tp.paths.transitions(built(rows)))


def test_the_three_paths_of_analyzecore(cases) -> None:
    """S. Bryl, "Attribution model in R: Markov", analyzecore.com, 3 August 2016 (A3)."""
    case = cases["analyzecore_3paths"]
    names = {"(start)": "Start", "won": "Conversion", "lost": "Exit"}
    found = {
        ">".join(names.get(part, part) for part in edge.split(">")): share
        for edge, share in outcome_shares(case).items()
        if not edge.endswith("(end)")
    }
    assert case["transition_probabilities (jakebenn notebook)"] == pytest.approx(found)


def test_the_transitions_of_the_tests_of_mta(cases) -> None:
    """eeghor/mta, tests/test_probabilistic_models.py: paths with conversions and nulls."""
    case = cases["mta_tests"]
    names = {"won": "conv", "lost": "null"}
    found = {
        ">".join(names.get(part, part) for part in edge.split(">")): share
        for edge, share in outcome_shares(case).items()
        if not edge.endswith("(end)") and not edge.startswith("(start)")
    }
    assert case["transition"] == pytest.approx(found)


def sessions(case):
    """Return the sessions of the case as journeys of their users."""
    rows = [(user, path) for user, paths in case["paths"].items() for path in paths]
    return built([path for _, path in rows], persons=[user for user, _ in rows])


def test_the_edge_weights_of_retentioneering(cases) -> None:
    """Retentioneering 3 documentation, transition_graph.rst: a user's events, sessions joined.

    Without the terminals its denominator is what is followed by something.
    """
    case = cases["retentioneering_edge_weights"]
    users = [[name for path in paths for name in path] for paths in case["paths"].values()]
    table = tp.paths.transitions(built(users))
    inner = {edge: count for edge, count in shares(table, total=True).items() if "(" not in edge}

    assert case["event_id"] == inner
    assert case["event_id_total_transitions"] == sum(inner.values())
    per_user = dict(
        zip(
            (f"{u}>{v}" for u, v in zip(table.source, table.target, strict=True)),
            table.journeys.tolist(),
            strict=True,
        )
    )
    assert case["user_id"] == {edge: per_user[edge] for edge in case["user_id"]}


def test_the_sessions_that_cross_an_edge_of_retentioneering(cases) -> None:
    """The same page, normalised by session: in how many sessions the step was taken."""
    case = cases["retentioneering_edge_weights"]
    table = tp.paths.transitions(sessions(case))
    edges = [f"{u}>{v}" for u, v in zip(table.source, table.target, strict=True)]
    crossing = dict(zip(edges, table.journeys.tolist(), strict=True))

    names = [edge for edge in case["session"] if len(edge) == 3]
    assert {edge: case["session"][edge] for edge in names} == {
        edge: crossing.get(edge, 0) for edge in names
    }
