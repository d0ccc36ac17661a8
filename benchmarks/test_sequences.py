"""Distances and clusters of journeys. TOUCHPOINTS_BENCH_SEQUENCES says of how many (default 200).

pytest benchmarks/test_sequences.py -q
"""

from __future__ import annotations

import os

import numpy as np
import pytest
import sequences

import touchpoints as tp


@pytest.fixture(scope="module")
def journeys():
    """Return distinct journeys of 70 interactions."""
    return sequences.journeys_of(
        sequences.steps(int(os.environ.get("TOUCHPOINTS_BENCH_SEQUENCES", "200")))
    )


@pytest.mark.parametrize("method", ["lcs", "edit", "hamming", "om"])
def test_distances(benchmark, journeys, method):
    """Every journey is at 0 from itself alone."""
    costs = tp.paths.substitution_costs(journeys) if method == "om" else None
    found = benchmark.pedantic(
        tp.paths.distances,
        args=(journeys,),
        kwargs={"method": method, "substitution": costs},
        rounds=2,
    )
    assert len(found) == len(journeys)
    assert ((found.matrix == 0) == np.eye(len(journeys), dtype=bool)).all()


@pytest.mark.parametrize("linkage", ["average", "ward"])
def test_hierarchical(benchmark, journeys, linkage):
    """Ten clusters are asked for and found."""
    far = tp.paths.distances(journeys)
    found = benchmark.pedantic(
        tp.paths.hierarchical, args=(far, 10), kwargs={"linkage": linkage}, rounds=2
    )
    assert found.clusters == 10


def test_k_medoids(benchmark, journeys):
    """Ten clusters are asked for and found."""
    far = tp.paths.distances(journeys)
    found = benchmark.pedantic(
        tp.paths.k_medoids, args=(far, 10), kwargs={"seed": 1, "starts": 2}, rounds=2
    )
    assert found.clusters == 10


def test_complexity(benchmark, journeys):
    """One row a journey."""
    assert len(benchmark(tp.paths.complexity, journeys)) == len(journeys)
