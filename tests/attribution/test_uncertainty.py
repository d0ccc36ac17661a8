"""Values, and the covariance of credit: sandwiches over persons, counts, and the bootstrap."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

import attrs
import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

import touchpoints as tp
from tests.attribution import naive_attribution as naive
from tests.attribution.logs import KEYS, one_by_one
from tests.attribution.naive_attribution import Row

A = tp.attribution

Shares = Callable[[Sequence[Row]], dict[str, float]]

JOURNEYS = st.lists(
    st.tuples(
        st.lists(st.sampled_from(KEYS[:3]), max_size=4).map(tuple),
        st.booleans(),
        st.sampled_from([1.0, 2.0, 5.0]),
        st.sampled_from("xyz"),
    ),
    min_size=3,
    max_size=9,
)
MODELS: dict[str, tuple[Callable[..., Any], Shares]] = {
    "first": (A.first_touch, partial(naive.rule_shares, weigh=naive.first)),
    "linear": (A.linear, partial(naive.rule_shares, weigh=naive.linear)),
    "distinct": (
        partial(A.linear, distinct=True),
        partial(naive.rule_shares, weigh=naive.linear_distinct),
    ),
    "markov": (A.markov, partial(naive.chain_shares, order=1)),
    "markov 2": (partial(A.markov, order=2), partial(naive.chain_shares, order=2)),
    "rates": (A.shapley, naive.rate_shares),
}


def rows_of(journeys: Sequence[tuple[Any, ...]]) -> list[Row]:
    """Return a row for each journey, with its value where it sold."""
    return [
        Row(path, float(sold), float(not sold), worth if sold else 0.0)
        for path, sold, worth, _ in journeys
    ]


def log_of(journeys: Sequence[tuple[Any, ...]], *, persons: bool) -> tp.Journeys:
    """Return the journeys with their values and, if asked, their persons."""
    assume(any(sold and path for path, sold, _, _ in journeys))
    return one_by_one(
        [(path, sold) for path, sold, _, _ in journeys],
        persons=[person for *_, person in journeys] if persons else None,
        values=[worth if sold else 0.0 for _, sold, worth, _ in journeys],
    )


@pytest.mark.parametrize("persons", [True, False])
@pytest.mark.parametrize("name", MODELS)
@settings(max_examples=12)
@given(journeys=JOURNEYS)
def test_the_covariance_is_the_sandwich_over_units(
    name: str, persons: bool, journeys: list[tuple[Any, ...]]
) -> None:
    """It is the sum over persons of how much all their journeys move the shares.

    Rates of sets that few journeys have are taken to vary more.
    """
    log = log_of(journeys, persons=persons)
    units = [person if persons else place for place, (*_, person) in enumerate(journeys)]
    assume(len(set(units)) > 1)
    model, shares = MODELS[name]
    got, rows = model(log), rows_of(journeys)
    assume(not np.isnan(got.share).any())
    if name == "rates":
        assume(abs(got.effect[~np.isnan(got.effect)].sum()) > 0.05)

    expected = np.array(naive.sandwich(rows, units, shares, got.touchpoint.tolist()))
    if name == "rates":
        expected += naive.unseen_rates(rows, units, shares, got.touchpoint.tolist())
    assert got.shares == pytest.approx(
        {key: shares(rows).get(key, 0.0) for key in got.touchpoint}, abs=1e-9
    )
    np.testing.assert_allclose(got.covariance, expected, rtol=1e-4, atol=1e-7)


@pytest.mark.parametrize("name", MODELS)
@given(journeys=JOURNEYS, counts=st.lists(st.integers(0, 3), min_size=9, max_size=9))
def test_a_count_of_two_is_the_journey_twice(
    name: str, journeys: list[tuple[Any, ...]], counts: list[int]
) -> None:
    """Aggregated journeys have the estimates and intervals of journeys one by one."""
    counts = counts[: len(journeys)]
    apart = [one for one, often in zip(journeys, counts, strict=True) for _ in range(often)]
    assume(any(sold and path for path, sold, _, _ in apart))
    model = MODELS[name][0]
    whole = attrs.evolve(log_of(journeys, persons=False), counts=counts, values={})
    one, two = model(whole), model(attrs.evolve(log_of(apart, persons=False), values={}))

    rows = {row["touchpoint"]: row for row in two.to_dicts()}
    for row in one.to_dicts():
        assert list(row.values())[1:] == pytest.approx(
            list(rows[row["touchpoint"]].values())[1:], nan_ok=True, abs=1e-6
        )


VALUED: dict[str, tuple[Callable[..., Any], Shares]] = {
    "last": (A.last_touch, partial(naive.rule_shares, weigh=naive.last, of_value=True)),
    "linear": (A.linear, partial(naive.rule_shares, weigh=naive.linear, of_value=True)),
    "markov": (A.markov, partial(naive.chain_shares, order=1, of_value=True)),
    "markov 2": (partial(A.markov, order=2), partial(naive.chain_shares, order=2, of_value=True)),
    "subsets": (
        partial(A.shapley, game="subsets"),
        partial(naive.rule_shares, weigh=naive.linear_distinct, of_value=True),
    ),
}


@pytest.mark.parametrize("name", VALUED)
@settings(max_examples=20)
@given(journeys=JOURNEYS)
def test_values_are_split_as_outcomes_are(name: str, journeys: list[tuple[Any, ...]]) -> None:
    """The value of what was sold is split, all of it, and its interval is that of its variance."""
    model, shares = VALUED[name]
    log, rows = log_of(journeys, persons=True), rows_of(journeys)
    persons = [person for *_, person in journeys]
    assume(len(set(persons)) > 1)
    got = model(log)
    total = sum(row.value for row in rows)
    expected = shares(rows)

    assert dict(zip(got.touchpoint.tolist(), (got.value / total).tolist(), strict=True)) == (
        pytest.approx({key: expected.get(key, 0.0) for key in got.touchpoint}, abs=1e-9)
    )
    assert got.value.sum() == pytest.approx(total)
    spread = naive.sandwich(rows, persons, shares, got.touchpoint.tolist())
    for place, (share, low, high) in enumerate(
        zip(got.value / total, got.value_low / total, got.value_high / total, strict=True)
    ):
        assert low - 1e-9 <= share <= high + 1e-9
        if spread[place][place] > 1e-6 and 1e-3 < share < 1 - 1e-3:
            assert high - low > 1e-3


def test_values_of_rates_are_split_in_proportion_to_them() -> None:
    """With the value as what a set earns, a touchpoint alone gets its mean value per journey."""
    log = one_by_one(
        [(("a",), 1), (("a",), 0), (("b",), 1), (("b",), 0)], values=[30.0, 0.0, 10.0, 0.0]
    )
    found = A.shapley(log)
    rows = {row["touchpoint"]: row for row in found.to_dicts()}

    # v(a) = 15, v(b) = 5, v(ab) = 10: a gets (15 + 5) / 2 = 10, b gets (5 - 5) / 2 = 0.
    assert (rows["a"]["value"], rows["b"]["value"]) == pytest.approx((40.0, 0.0))
    # of outcomes: v = 1/2 for every set, so that each gets 1/4
    assert (rows["a"]["credit"], rows["b"]["credit"]) == pytest.approx((1.0, 1.0))


@pytest.mark.parametrize("model", [A.linear, A.markov, A.shapley])
def test_outcomes_worth_nothing_have_a_value_of_nothing(model: Callable[..., Any]) -> None:
    """All values 0 is neither missing nor undefined."""
    log = one_by_one([(("a", "b"), 1), (("b",), 0), (("a",), 1)], values=[0.0, 0.0, 0.0])
    got = model(log)

    assert got.value.tolist() == got.value_low.tolist() == got.value_high.tolist() == [0.0, 0.0]


def test_only_a_total_of_several_journeys_has_no_interval_of_its_value() -> None:
    """What each of three journeys was worth is not known."""
    table = {"path": ["a > b", "b"], "n": [3, 1], "lost": [1, 2], "worth": [90.0, 10.0]}
    log = tp.from_paths(
        table, path="path", converted="n", lost="lost", value="worth", outcome="sale"
    )
    for model in (A.linear, A.markov, A.shapley):
        got = model(log)
        assert got.value.sum() == pytest.approx(100.0)
        assert np.isnan(got.value_low).all()
        assert not np.isnan(got.low).any()


@pytest.mark.parametrize("name", ["linear", "markov", "markov 2", "rates"])
def test_standard_errors_are_those_of_the_bootstrap(name: str) -> None:
    """Resampling persons gives the same spread, up to its own noise."""
    rng = np.random.default_rng(4)
    paths = [tuple(rng.choice(list("abc"), rng.integers(1, 4)).tolist()) for _ in range(400)]
    sold = [rng.random() < 0.2 + 0.2 * ("a" in path) for path in paths]
    log = one_by_one(
        list(zip(paths, sold, strict=True)), persons=[f"p{one // 2}" for one in range(400)]
    )
    model = MODELS[name][0]
    drawn = tp.bootstrap(log, lambda part: model(part).shares, resamples=200, seed=3)
    got = model(log)
    errors = dict(zip(got.touchpoint.tolist(), np.sqrt(np.diag(got.covariance)), strict=True))

    for row in drawn.to_dicts():
        # 200 draws know a standard error to one part in twenty; four of those
        spread = (row["high"] - row["low"]) / (2 * 1.96)
        assert spread == pytest.approx(errors[row["label"]], rel=0.25)


def test_shares_of_all_or_nothing_are_not_certain() -> None:
    """Where all journeys bought, sets are worth the same whatever is in them; that can change."""
    log = one_by_one([(("a", "b"), 1), (("b",), 1), (("b",), 1)])
    got = A.shapley(log)
    row = got.to_dicts()[1]

    assert (row["touchpoint"], row["credit"]) == ("a", 0.0)
    assert row["high"] > 0
