"""Comparisons of two groups at their default resamples. No time is asserted, only results.

TOUCHPOINTS_BENCH_SIZE=1000000 pytest benchmarks/test_compare.py

A tenth as many journeys as events, of persons who are in one group each.
"""

from __future__ import annotations

from functools import partial

import numpy as np
import polars as pl
import pytest

import touchpoints as tp
from touchpoints import compare

STEPS = ("home_page", "basket", "purchase")


def length(journeys):
    """Return the mean number of interactions."""
    return float((np.diff(journeys.offsets) * journeys.counts).sum() / journeys.counts.sum())


@pytest.fixture(scope="session")
def pair(inputs):
    """Return two groups of persons who do not differ."""
    side = pl.when(pl.col("person") % 2 == 0).then(pl.lit("x")).otherwise(pl.lit("y"))
    journeys = tp.from_frame(
        inputs.ordered.with_columns(side=side),
        journey="journey",
        time="time",
        touchpoint="touchpoint",
        person="person",
        per_journey=["side"],
    )
    return compare.groups(tp.until(journeys, "purchase", outcome="purchase"), "side")


QUESTIONS = {
    "measured": partial(compare.measured, measure=length, seed=1),
    "transitions": partial(compare.transitions, seed=1),
    "variants": partial(compare.variants, seed=1),
    "presence": partial(compare.presence, seed=1),
    "funnels": partial(compare.funnels, steps=STEPS[:2], seed=1),
    "gaps": partial(compare.gaps, seed=1),
    "throughput": partial(compare.throughput, seed=1),
}


@pytest.mark.parametrize("name", QUESTIONS)
def test_comparison(benchmark, pair, name):
    """Intervals hold the differences, and few of many rows differ where nothing does."""
    found = benchmark.pedantic(QUESTIONS[name], args=(pair,), rounds=1)
    known = ~np.isnan(found.p)
    assert known.any()
    bounded = known & ~np.isnan(found.low)  # unknown where few journeys have a row
    assert bounded.any()
    assert (found.low[bounded] <= found.difference[bounded]).all()
    assert (found.difference[bounded] <= found.high[bounded]).all()
    assert np.mean(found.p[known] < 0.001) < 0.05


def test_time_to(benchmark, pair):
    """The groups have the same hazard, but for chance."""
    asked = {"place": "basket", "seed": 1}
    found = benchmark.pedantic(compare.time_to, args=(pair,), kwargs=asked, rounds=1)
    assert found.events.sum() <= found.journeys.sum()
    assert found.low < found.difference < found.high


def test_credit(benchmark, pair):
    """Shares of credit are compared without resampling."""
    found = benchmark.pedantic(compare.credit, args=(pair, tp.attribution.markov), rounds=1)
    assert found.share_a.sum() == pytest.approx(1)


def test_difference_graph(benchmark, pair):
    """The graph has the edges that were compared."""
    graph = benchmark.pedantic(compare.difference_graph, args=(pair,), kwargs={"seed": 1}, rounds=1)
    assert graph.number_of_edges() > 0
