"""Path analyses. No time is asserted, only that what was timed is right.

pytest benchmarks -q
"""

from __future__ import annotations

from datetime import timedelta

import polars as pl
import pytest

import touchpoints as tp

STEPS = 10
FUNNEL = ("home_page", "basket", "purchase")
NGRAM = 3
SEQUENCES = 50


@pytest.fixture(scope="session")
def journeys(inputs):
    """Return the journeys of the log, each touchpoint as it was named."""
    return tp.from_frame(inputs.ordered, journey="journey", time="time", touchpoint="touchpoint")


@pytest.fixture(scope="session")
def lists(inputs):
    """Return the touchpoints and times of each journey, in order of time."""
    return inputs.ordered.sort("time").group_by("journey").agg("touchpoint", "time")


def reach(names, steps):
    """Return how many of the steps are in the list, one behind the other."""
    rest = iter(names)
    for done, step in enumerate(steps):
        if step not in rest:
            return done
    return len(steps)


def test_step_matrix(benchmark, journeys, lists):
    """At each step there are as many journeys as are that long."""
    found = benchmark(tp.paths.step_matrix, journeys, steps=STEPS)
    lengths = lists["touchpoint"].list.len()
    going = dict(zip(found.step.tolist(), found.going.tolist(), strict=True))
    assert {n: (lengths >= n).sum() for n in range(1, STEPS + 1)} == going


def test_funnel(benchmark, journeys, lists):
    """As many journeys get to each step as a search through each of them finds."""
    found = benchmark(tp.paths.funnel, journeys, FUNNEL)
    depths = pl.Series([reach(names, FUNNEL) for names in lists["touchpoint"].to_list()])
    assert [(depths > n).sum() for n in range(len(FUNNEL))] == found.journeys.tolist()


def test_ngrams(benchmark, journeys, lists):
    """Every place with enough behind it is counted, and none across journeys."""
    found = benchmark(tp.paths.ngrams, journeys, n=NGRAM)
    places = (lists["touchpoint"].list.len().cast(pl.Int64) - (NGRAM - 1)).clip(0).sum()
    assert places == found.occurrences.sum()
    assert (found.journeys <= found.occurrences).all()


def test_gaps(benchmark, journeys, lists):
    """The gap of each edge is counted, and the median of the most frequent is that of polars."""
    found = benchmark(tp.paths.gaps, journeys)
    source, target = found.source[0], found.target[0]
    pairs = lists.select(
        source=pl.col("touchpoint").list.slice(0, pl.col("touchpoint").list.len() - 1),
        target=pl.col("touchpoint").list.slice(1),
        gap=pl.col("time").list.diff().list.slice(1),
    )
    pairs = pairs.filter(pl.col("gap").list.len() > 0).explode("source", "target", "gap")
    between = pairs.filter(source=source, target=target)["gap"].dt.total_microseconds()
    assert len(pairs) == found.count.sum()
    assert timedelta(microseconds=between.median()) == timedelta(seconds=found.median[0])


@pytest.mark.parametrize("method", ["lcs", "edit", "om"])
def test_distances(benchmark, journeys, method):
    """No journey is far from itself, and as far from another as that from it."""
    some = journeys[:SEQUENCES]
    costs = tp.paths.substitution_costs(some, method="constant") if method == "om" else None
    found = benchmark(tp.paths.distances, some, method=method, substitution=costs)
    assert not found.matrix.diagonal().any()
    assert (found.matrix == found.matrix.T).all()
    lengths = [len(names) for names in found.variant]
    assert abs(lengths[0] - lengths[-1]) <= found.matrix[0, -1] <= lengths[0] + lengths[-1]


def test_complexity(benchmark, journeys, lists):
    """A row for each journey, as long as it is."""
    found = benchmark(tp.paths.complexity, journeys)
    assert lists["touchpoint"].list.len().sum() == found.length.sum()


def test_decision_points(benchmark, journeys, inputs):
    """Every interaction is a visit of some touchpoint."""
    found = benchmark(tp.paths.decision_points, journeys)
    assert len(inputs.ordered) == found.visits.sum()


def test_markov_order(benchmark, journeys, inputs):
    """Touchpoints are drawn one by one, so the best order is 0; each of them is predicted."""
    asked = {"seed": 1, "ends": False}
    found = benchmark.pedantic(tp.paths.markov_order, args=(journeys,), kwargs=asked)
    assert found.best == 0
    assert len(inputs.ordered) == found.predictions[0]


def test_subsequences(benchmark, journeys, lists):
    """As many journeys have the most frequent one as a search through each of them finds."""
    found = benchmark.pedantic(tp.paths.subsequences, args=(journeys,))
    first = found.subsequence[0]
    reached = [reach(names, first) == len(first) for names in lists["touchpoint"].to_list()]
    assert sum(reached) == found.journeys[0]


# ---------------------------------------------------------------------------- one very long journey


@pytest.fixture(scope="session")
def long(inputs):
    """Return one journey of all events of the log."""
    frame = inputs.ordered.sort("time").with_columns(journey=pl.lit("only"))
    return tp.from_frame(frame, journey="journey", time="time", touchpoint="touchpoint")


def test_complexity_of_one_journey(benchmark, long):
    """All of its touchpoints occur."""
    found = benchmark.pedantic(tp.paths.complexity, args=(long,))
    assert [len(long.touchpoints)] == found.touchpoints.tolist()


def test_subsequences_of_one_journey(benchmark, long):
    """It contains every sequence of two touchpoints and more."""
    asked = {"max_length": 3}
    found = benchmark.pedantic(tp.paths.subsequences, args=(long,), kwargs=asked)
    k = len(long.touchpoints)
    assert k**2 + k**3 == len(found)


def test_survival_by_step_of_one_journey(benchmark, long):
    """A row for each step."""
    found = benchmark.pedantic(tp.paths.survival_by_step, args=(long,))
    assert len(long.codes) == len(found)


def test_journey_graph_of_one_journey(benchmark, long):
    """A node for each interaction."""
    graph = benchmark.pedantic(tp.journey_graph, args=(long, "only"))
    assert len(long.codes) == len(graph)
