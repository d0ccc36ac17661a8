"""Analyses of thousands of groups of journeys, the journeys of persons. No time is asserted.

pytest benchmarks/test_groups.py
"""

from __future__ import annotations

import attrs
import numpy as np
import polars as pl
import pytest

import touchpoints as tp
from touchpoints.journeys.groups import parts_by

MOST_GROUPS = 5_000
FUNNEL = ("home_page", "basket", "purchase")


@pytest.fixture(scope="session")
def journeys(inputs):
    """Return the journeys of the log in up to 5,000 groups, about two journeys a person."""
    log = tp.from_frame(inputs.ordered, journey="journey", time="time", touchpoint="touchpoint")
    rng = np.random.default_rng(1)
    size = min(MOST_GROUPS, len(log) // 20)
    return attrs.evolve(
        log,
        persons=rng.integers(0, len(log) // 2, len(log)),
        per_journey={"store": np.arange(len(log)) % size, "half": rng.integers(0, 2, len(log))},
    )


@pytest.fixture(scope="session")
def rows(journeys):
    """Return the group, the journey and the touchpoint of each interaction."""
    owners = np.repeat(np.arange(len(journeys)), np.diff(journeys.offsets))
    return pl.DataFrame(
        {
            "group": journeys.per_journey["store"][owners],
            "journey": owners,
            "touchpoint": journeys.codes,
        }
    )


def test_presence_of_groups(benchmark, journeys, rows):
    """As many journeys of each group meet a touchpoint as polars counts."""
    found = benchmark(tp.paths.presence, journeys, by="store")
    expected = rows.unique().group_by("group", "touchpoint").len()
    assert len(found) == len(expected)
    assert found.journeys.sum() == expected["len"].sum()


def test_transitions_of_groups(benchmark, journeys, rows):
    """As many edges as polars finds between touchpoints, and their counts; terminals besides."""
    found = benchmark(tp.paths.transitions, journeys, by="store")
    following = rows.with_columns(target=pl.col("touchpoint").shift(-1).over("journey"))
    expected = following.drop_nulls().group_by("group", "touchpoint", "target").len()
    inner = [
        not one.startswith("(") and not other.startswith("(")
        for one, other in zip(found.source.tolist(), found.target.tolist(), strict=True)
    ]
    assert sum(inner) == len(expected)
    assert found.count[inner].sum() == expected["len"].sum()


def test_funnel_of_groups(benchmark, journeys):
    """The groups together have the journeys of the funnel of all."""
    found = benchmark(tp.paths.funnel, journeys, FUNNEL, by="store")
    whole = tp.paths.funnel(journeys, FUNNEL)
    assert found.journeys.reshape(-1, len(FUNNEL)).sum(axis=0).tolist() == whole.journeys.tolist()


def test_funnel_of_groups_of_two_columns(benchmark, journeys):
    """A pair of columns has no other journeys than one of them."""
    found = benchmark(tp.paths.funnel, journeys, FUNNEL, by=("store", "half"))
    whole = tp.paths.funnel(journeys, FUNNEL)
    assert found.journeys.reshape(-1, len(FUNNEL)).sum(axis=0).tolist() == whole.journeys.tolist()


def test_parts(benchmark, journeys):
    """The journeys of each group, for analyses that ask one group after the other."""
    parts, groups = benchmark(parts_by, journeys, "store")
    assert sum(map(len, parts)) == len(journeys)
    assert len(parts) == len(groups.labels)
