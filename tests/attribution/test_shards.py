"""What models count adds up: over parts of a log that were counted apart, and over periods."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from itertools import pairwise
from typing import Any

import attrs
import networkx as nx
import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

import touchpoints as tp
from tests.attribution.logs import ROWS, journeys_of
from tests.attribution.naive_attribution import Row
from tests.strategies import examples

A = tp.attribution

MODELS: dict[str, Callable[..., Any]] = {
    "first": A.first_touch,
    "last": A.last_touch,
    "linear": A.linear,
    "position": A.position_based,
    "decay": partial(A.time_decay, half_life=2),
    "markov": A.markov,
    "markov 2": partial(A.markov, order=2),
    "markov 3": partial(A.markov, order=3),
    "rate": A.shapley,
    "subsets": partial(A.shapley, game="subsets"),
    "ordered": A.ordered_shapley,
    "leave one out": A.leave_one_out,
}


def read(rows: list[Row]) -> tp.Journeys:
    """Return the journeys of a part, in which perhaps none sold."""
    table = {
        "path": [" > ".join(row.path) for row in rows],
        "sales": [row.sales for row in rows],
        "lost": [row.lost for row in rows],
    }
    return tp.from_paths(table, path="path", converted="sales", lost="lost", outcome="sale")


def counted(rows: list[Row], part: str) -> tp.Journeys:
    """Return the distinct paths of a part, with ids that no other part has."""
    paths = tp.distinct(read(rows))
    return attrs.evolve(paths, ids=[f"{part}-{one}" for one in paths.ids])


@pytest.mark.parametrize("name", MODELS)
@examples(25)
@given(rows=ROWS, cuts=st.lists(st.integers(0, 6), max_size=3))
def test_paths_counted_in_parts_have_the_numbers_of_the_whole(
    name: str, rows: list[Row], cuts: list[int]
) -> None:
    """Credit, effects and intervals, whatever the parts, and merged to distinct paths again."""
    edges = [0, *sorted(cuts), len(rows)]
    parts = [rows[low:high] for low, high in pairwise(edges) if high > low]
    merged = tp.distinct(
        tp.concat([counted(part, str(number)) for number, part in enumerate(parts)])
    )
    log = journeys_of(rows)
    whole, added = MODELS[name](log), MODELS[name](merged)

    same = partial(pytest.approx, nan_ok=True, abs=1e-9)
    assert added.as_dict() == same(whole.as_dict())
    rows_of = {row["touchpoint"]: row for row in whole.to_dicts()}
    if name != "ordered":
        for row in added.to_dicts():
            for column in ("low", "high", "effect", "effect_low", "effect_high"):
                if column in row:
                    assert row[column] == same(rows_of[row["touchpoint"]][column])


@examples(40)
@given(rows=ROWS, cut=st.integers(0, 6))
def test_graphs_of_parts_add_up_edge_by_edge(rows: list[Row], cut: int) -> None:
    """Transitions of two periods, added with networkx alone, have the effects of both together."""
    assume(any(row.sales and row.path for row in rows))
    whole = nx.DiGraph()
    for part in (rows[:cut], rows[cut:]):
        if not any(row.sales + row.lost for row in part):
            continue
        for source, target, weight in tp.outcome_graph(read(part)).edges(data="weight"):
            before = whole.get_edge_data(source, target, {"weight": 0})["weight"]
            whole.add_edge(source, target, weight=before + weight)
    found = A.markov(journeys_of(rows))
    name = f"({found.outcome})"
    effects = A.removal_effects(whole, to=name)

    for row in found.to_dicts():
        if row["touchpoint"] in effects:
            assert row["effect"] == pytest.approx(effects[row["touchpoint"]], abs=1e-9)
        else:
            assert np.isnan(row["effect"])
