"""Credit by group: rows of each group, and facts that are those of all groups together."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np
import pytest

import touchpoints as tp
from tests.attribution.logs import one_by_one
from touchpoints.journeys.model import Journeys

A = tp.attribution

PATHS = [("a", "b"), ("a",), ("b", "a"), ("b",), ("a", "c"), ("c",), ("a",), ("b", "c")]
SOLD = [1.0, 0.0, 1.0, np.nan, 1.0, 0.0, 0.0, 1.0]
SEGMENT = ["x", "x", "x", "x", "y", "y", "y", "y"]

MODELS: dict[str, Callable[..., Any]] = {
    "linear": A.linear,
    "markov": A.markov,
    "rates": A.shapley,
    "subsets": partial(A.shapley, game="subsets"),
    "leave one out": A.leave_one_out,
    "removal": lambda log, **how: A.removal(log, {"a": "a"}, **how),
    "ordered": A.ordered_shapley,
}


def log(rows: range | None = None) -> Journeys:
    """Return eight journeys of two segments, or some of them."""
    chosen = rows or range(len(PATHS))
    return one_by_one(
        [(PATHS[row], SOLD[row]) for row in chosen], segment=[SEGMENT[row] for row in chosen]
    )


@pytest.mark.parametrize("name", MODELS)
def test_the_rows_of_a_group_are_those_of_its_journeys_alone(name: str) -> None:
    """Every column of a group is what the same model gives for the group alone."""
    together = MODELS[name](log(), by="segment").to_dicts()
    apart = [
        {"group": label, **row}
        for label, rows in (("x", range(4)), ("y", range(4, 8)))
        for row in MODELS[name](log(rows)).to_dicts()
    ]

    assert [list(row.values()) for row in together] == [
        pytest.approx(list(row.values()), nan_ok=True) for row in apart
    ]


@pytest.mark.parametrize("name", [name for name in MODELS if name != "removal"])
def test_outcomes_are_those_of_all_groups(name: str) -> None:
    """Two sales in one segment and two in the other are four, not those of the first segment."""
    assert MODELS[name](log(), by="segment").outcomes == 4


def test_what_was_left_out_is_counted_over_all_groups() -> None:
    """A journey whose outcome is not known is counted whichever group it is in."""
    assert A.linear(log(), by="segment").unknown == 1
    turned = tp.concat([log()[4:], log()[:4]])
    assert A.linear(turned, by="segment").unknown == 1
    assert A.removal(log(), {"a": "a"}, by="segment").unknown == 1


def test_facts_of_one_solution_are_none_with_groups() -> None:
    """The probability, the covariance and the weights of the first group are not those of all."""
    found = A.markov(log(), by="segment")
    assert found.probability is None
    assert found.covariance is None
    assert A.linear(log(), by="segment").weights is None
    assert A.shapley(log(), by="segment").supported is None


def test_orders_that_groups_chose_are_all_named() -> None:
    """Where groups have different models, the table says which."""
    pattern = [("a", "b", "a", "b", "c"), ("b", "a", "b", "a", "d")] * 40
    memory = [("a", "c", "b"), ("d", "c", "e")] * 40
    paths = [*pattern, *memory]
    both = one_by_one(
        [(path, float(place % 2)) for place, path in enumerate(paths)],
        segment=["x"] * len(pattern) + ["y"] * len(memory),
    )
    found = A.markov(both, order="auto", seed=1, max_order=3, by="segment")
    apart = [
        A.markov(both[:80], order="auto", seed=1, max_order=3).model,
        A.markov(both[80:], order="auto", seed=1, max_order=3).model,
    ]
    assert found.model == "; ".join(dict.fromkeys(apart))
