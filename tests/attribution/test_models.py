"""Models of attribution against their definitions, and the contract that all of them keep."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

import touchpoints as tp
from tests.attribution import naive_attribution as naive
from tests.attribution.logs import KEYS, ROWS, journeys_of
from tests.attribution.naive_attribution import Row
from touchpoints.journeys.model import Journeys

A = tp.attribution


def met(rows: list[Row]) -> list[str]:
    """Return the touchpoints that occur in a journey that was taken."""
    return sorted({key for row in rows if row.sales + row.lost for key in row.path})


def found(table: Any) -> dict[str, float]:
    """Return the credit of a table that is not 0."""
    return {key: one for key, one in table.as_dict().items() if abs(one) > 1e-12}


def positive(numbers: Mapping[str, float]) -> dict[str, float]:
    """Return the numbers that are not 0."""
    return {key: one for key, one in numbers.items() if abs(one) > 1e-12}


RULES: dict[str, tuple[Callable[..., Any], Callable[[naive.Path], list[float]]]] = {
    "first": (A.first_touch, naive.first),
    "last": (A.last_touch, naive.last),
    "linear": (A.linear, naive.linear),
    "distinct": (partial(A.linear, distinct=True), naive.linear_distinct),
    "subsets": (partial(A.shapley, game="subsets"), naive.linear_distinct),
    "u": (A.position_based, lambda path: naive.position(path, 0.4, 0.4, {})),
    "decay": (partial(A.time_decay, half_life=1.5), lambda path: naive.decay(path, 1.5)),
    "custom": (
        partial(A.custom, weigh=lambda place, length, seconds: place + 0 * length),
        lambda path: [float(place + 1) for place in range(len(path))],
    ),
}


@pytest.mark.parametrize("name", RULES)
@given(rows=ROWS)
def test_rules_are_what_they_are_defined_as(name: str, rows: list[Row]) -> None:
    """Each path splits its outcomes by the weights of the definition."""
    model, weigh = RULES[name]

    assert found(model(journeys_of(rows))) == pytest.approx(positive(naive.credit(rows, weigh)))


@given(rows=ROWS)
def test_the_w_shape_has_a_named_milestone(rows: list[Row]) -> None:
    """The milestone's credit goes to its first occurrence, else to those without a role."""
    assume("b" in met(rows))
    model = partial(A.position_based, first=0.3, last=0.3, milestones={"b": 0.3})

    expected = naive.credit(rows, lambda path: naive.position(path, 0.3, 0.3, {"b": 0.3}))
    assert found(model(journeys_of(rows))) == pytest.approx(positive(expected))


@given(rows=ROWS)
def test_direct_visits_are_skipped(rows: list[Row]) -> None:
    """A journey of direct visits alone credits the last of them."""
    assume("d" in met(rows))

    expected = naive.credit(rows, lambda path: naive.last_non_direct(path, "d"))
    got = A.last_non_direct(journeys_of(rows), direct="d")
    assert found(got) == pytest.approx(positive(expected))


@pytest.mark.parametrize("order", [1, 2, 3, 6])
@given(rows=ROWS)
def test_removal_effects_are_those_of_solving_again(order: int, rows: list[Row]) -> None:
    """One solve for all touchpoints gives what a solve for each would."""
    got = A.markov(journeys_of(rows), order=order)
    whole = naive.reaching(naive.transitions(rows, order))

    assert got.probability == pytest.approx(whole, abs=1e-10)
    for key, effect, less in zip(got.touchpoint, got.effect, got.without, strict=True):
        if key == "(none)":
            continue
        without = naive.without_touchpoint(rows, key, order)
        assert less == pytest.approx(without, abs=1e-10)
        assert effect == pytest.approx(1 - without / whole, abs=1e-9)


@pytest.mark.parametrize("order", [1, 2, 3])
@given(rows=ROWS)
def test_the_probability_is_the_observed_rate(order: int, rows: list[Row]) -> None:
    """Whatever the order, the chain reaches the outcome as often as the journeys did."""
    got = A.markov(journeys_of(rows), order=order)

    sales = sum(row.sales for row in rows)
    assert got.probability == pytest.approx(sales / sum(row.sales + row.lost for row in rows))


@given(rows=ROWS)
def test_a_long_memory_counts_the_journeys_that_contain_a_touchpoint(rows: list[Row]) -> None:
    """From the order of the longest journey on, effects are shares of converted journeys."""
    got = A.markov(journeys_of(rows), order=5)

    sales = sum(row.sales for row in rows)
    for key, effect in zip(got.touchpoint, got.effect, strict=True):
        if key != "(none)":
            inside = sum(row.sales for row in rows if key in row.path)
            assert effect == pytest.approx(inside / sales, abs=1e-9)


@given(rows=ROWS)
def test_repeats_change_no_effect(rows: list[Row]) -> None:
    """A touchpoint that follows itself once more is met as often as before."""
    twice = [attrs_path(row, tuple(key for key in row.path for _ in range(2))) for row in rows]
    one, two = A.markov(journeys_of(rows)), A.markov(journeys_of(twice))

    assert dict(zip(one.touchpoint, one.effect, strict=True)) == pytest.approx(
        dict(zip(two.touchpoint, two.effect, strict=True)), nan_ok=True
    )


def attrs_path(row: Row, path: tuple[str, ...]) -> Row:
    """Return a row with another path."""
    return Row(path, row.sales, row.lost, row.value)


@pytest.mark.parametrize("prior", [0.0, 3.0])
@given(rows=ROWS)
def test_shapley_values_of_rates_are_those_of_all_orders(prior: float, rows: list[Row]) -> None:
    """Two transforms give what averaging over all orders of the touchpoints does."""
    got = A.shapley(journeys_of(rows), prior=prior)
    used = [row for row in rows if row.sales + row.lost]

    expected = naive.shapley(lambda members: naive.rate(used, members, prior), met(rows))
    for key, effect in zip(got.touchpoint, got.effect, strict=True):
        if key != "(none)":
            assert effect == pytest.approx(expected[key], abs=1e-12)


@given(rows=ROWS)
def test_synergies_are_those_of_all_sets(rows: list[Row]) -> None:
    """The index of a pair is the mean of its joint gains over sizes and sets."""
    assume(len(met(rows)) > 1)
    used = [row for row in rows if row.sales + row.lost]
    got = A.synergies(journeys_of(rows)).as_dict()

    for pair, index in got.items():
        worth = partial(naive.rate, used)
        assert index == pytest.approx(naive.interaction(worth, met(rows), pair), abs=1e-12)


@given(rows=ROWS)
def test_leaving_one_out_compares_with_the_path_without_it(rows: list[Row]) -> None:
    """The outcomes of a path are split by what its rate loses without each touch."""
    used = [row for row in rows if row.sales + row.lost]

    expected = positive(naive.leave_one_out(used))
    assert found(A.leave_one_out(journeys_of(rows))) == pytest.approx(expected)


@given(rows=ROWS)
def test_ordered_shapley_sums_to_the_game_of_subsets(rows: list[Row]) -> None:
    """The credit of all positions of a touchpoint is its Shapley value."""
    journeys = journeys_of(rows)
    sums: dict[str, float] = {}
    for (key, _), one in A.ordered_shapley(journeys).as_dict().items():
        sums[key] = sums.get(key, 0.0) + one

    expected = found(A.shapley(journeys, game="subsets"))
    expected.pop("(none)", None)
    assert sums == pytest.approx(expected)


MODELS: dict[str, Callable[[Journeys], Any]] = {
    **{name: model for name, (model, _) in RULES.items()},
    "markov": A.markov,
    "markov 2": partial(A.markov, order=2),
    "rate": partial(A.shapley, prior=1.0),
    "leave one out": A.leave_one_out,
}


@pytest.mark.parametrize("name", MODELS)
@given(rows=ROWS)
def test_credit_sums_to_the_outcomes(name: str, rows: list[Row]) -> None:
    """Nothing is lost and nothing invented, outcomes without a touchpoint included."""
    got = MODELS[name](journeys_of(rows))
    assume(not np.isnan(got.credit).any())

    assert got.credit.sum() == pytest.approx(sum(row.sales for row in rows))
    assert sum(got.shares.values()) == pytest.approx(1.0)


@pytest.mark.parametrize("name", MODELS)
@given(rows=ROWS, seed=st.integers(0, 99))
def test_order_of_rows_names_and_aggregation_change_nothing(
    name: str, rows: list[Row], seed: int
) -> None:
    """Shuffled rows, other names, and one row for each journey give the same credit."""
    renamed = dict(zip(KEYS, ("zeta", "über", "a b", "(x)"), strict=True))
    expected = MODELS[name](journeys_of(rows)).as_dict()
    mixed = [rows[place] for place in np.random.default_rng(seed).permutation(len(rows))]
    singles = [Row(row.path, 1, 0) for row in rows for _ in range(int(row.sales))]
    singles += [Row(row.path, 0, 1) for row in rows for _ in range(int(row.lost))]
    other = [attrs_path(row, tuple(renamed[key] for key in row.path)) for row in rows]

    same = partial(pytest.approx, nan_ok=True)
    assert MODELS[name](journeys_of(mixed)).as_dict() == same(expected)
    assert MODELS[name](journeys_of(singles)).as_dict() == same(expected)
    names = {tp.taxonomy.escape_text(new): old for old, new in renamed.items()} | {
        "(none)": "(none)"
    }
    again = MODELS[name](journeys_of(other)).as_dict()
    assert {names[key]: one for key, one in again.items()} == same(expected)


@pytest.mark.parametrize("name", [name for name in MODELS if name != "rate"])
@given(rows=ROWS)
def test_every_journey_twice_doubles_the_credit(name: str, rows: list[Row]) -> None:
    """Twice the outcomes, and the same shares."""
    double = [Row(row.path, 2 * row.sales, 2 * row.lost) for row in rows]
    once, twice = MODELS[name](journeys_of(rows)), MODELS[name](journeys_of(double))

    assert {key: 2 * one for key, one in once.as_dict().items()} == pytest.approx(twice.as_dict())


@pytest.mark.parametrize("name", MODELS)
@given(rows=ROWS)
def test_intervals_hold_the_estimate(name: str, rows: list[Row]) -> None:
    """The ends of an interval are on both sides of what it is about."""
    got = MODELS[name](journeys_of(rows))
    known = ~np.isnan(got.low)

    assert (got.low[known] <= got.credit[known] + 1e-9).all()
    assert (got.high[known] >= got.credit[known] - 1e-9).all()
