"""Operations on journeys. No time is asserted, only that what was timed is right.

pytest benchmarks -q
"""

from __future__ import annotations

import operations
import pytest

OUTCOME = operations.OUTCOME


@pytest.fixture
def expected(inputs):
    """Return what the results must add up to."""
    log = inputs.ordered
    reached = log.filter(touchpoint=OUTCOME)["journey"].n_unique()
    return {
        "journeys": log["journey"].n_unique(),
        "interactions": len(log),
        "transitions": len(log) - log["journey"].n_unique(),
        "reached": reached,
    }


def flow(graph):
    """Return the flow between touchpoints and the flow out of the start."""
    inside = outside = 0
    for source, target, weight in graph.edges(data="weight"):
        if source == "(start)":
            outside += weight
        elif not target.startswith("("):
            inside += weight
    return inside, outside


def test_transition_graph(benchmark, inputs, expected):
    """All transitions and all journeys are in the graph."""
    graph = benchmark(operations.operations(inputs)["transition_graph"])
    assert (expected["transitions"], expected["journeys"]) == flow(graph)


def test_distinct(benchmark, inputs, expected):
    """Merged journeys still stand for all journeys."""
    merged = benchmark(operations.operations(inputs)["distinct"])
    assert expected["journeys"] == merged.counts.sum()


def test_variants(benchmark, inputs):
    """The top ten are ten, the most frequent first."""
    table = benchmark(operations.operations(inputs)["variants"])
    frequencies = table.journeys.tolist()
    assert len(frequencies) == 10
    assert sorted(frequencies, reverse=True) == frequencies


def test_collapse(benchmark, inputs, expected):
    """As many interactions as before, on channels instead."""
    channels = benchmark(operations.operations(inputs)["collapse"])
    assert expected["interactions"] == len(channels.codes)
    assert len(channels.touchpoints) == 8


def test_until(benchmark, inputs, expected):
    """As many journeys as before; those that purchased are marked."""
    before = benchmark(operations.operations(inputs)["until"])
    assert expected["journeys"] == len(before)
    assert expected["reached"] == before.outcomes[OUTCOME].sum()


def test_retype_to_graph(benchmark, inputs, expected):
    """An edited rule moves flow and loses none."""
    graph = benchmark(operations.operations(inputs)["retype, graph"])
    assert (expected["transitions"], expected["journeys"]) == flow(graph)


def test_select_to_graph(benchmark, inputs):
    """The graph of the journeys that were kept, and of no others."""
    graph = benchmark(operations.operations(inputs)["select, graph"])
    assert inputs.half.sum() == flow(graph)[1]


def test_features(benchmark, inputs, expected):
    """A row a journey, and every interaction and transition in a column."""
    found = benchmark(operations.operations(inputs)["features"])
    sums = dict(zip(found.names, found.matrix.sum(axis=0).tolist()[0], strict=True))
    heads = {"count": "interactions", "transition": "transitions", "last": "journeys"}
    for head, total in heads.items():
        some = [one for name, one in sums.items() if name.startswith(f"{head}:")]
        assert expected[total] == sum(some)


@pytest.mark.parametrize("how", ["ordered", "unordered", "typed"])
def test_from_frame(benchmark, inputs, expected, how):
    """Every event becomes an interaction of its journey."""
    journeys = benchmark(operations.readings(inputs)[f"from_frame, {how}"])
    assert expected["journeys"] == len(journeys)
    assert expected["interactions"] == len(journeys.codes)
