"""Costs, models side by side, sensitivity, prediction and recovery, against plain counting."""

from __future__ import annotations

import datetime as dt
import itertools
from collections.abc import Callable
from functools import partial
from typing import Any

import attrs
import numpy as np
import pandas as pd
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from scipy.stats import beta

import touchpoints as tp
from tests.attribution import naive_attribution as naive
from tests.attribution.logs import KEYS, one_by_one
from touchpoints.attribution.recovery import WORLDS
from touchpoints.errors import InvalidInputError, NotFoundError, WrongKindError

A = tp.attribution


def sold(values: bool = True) -> tp.Journeys:
    """Return journeys of which four sold, for 10, 20, 30 and 40."""
    paths = [("ad",), ("ad", "mail"), ("mail",), ("ad", "shop"), ("shop",), ("mail", "shop")]
    return one_by_one(
        list(zip(paths, [1, 1, 1, 1, 0, 0], strict=True)),
        values=[10.0, 20.0, 30.0, 40.0, 0.0, 0.0] if values else None,
    )


def test_costs_per_outcome_and_returns_by_hand() -> None:
    """Ad: 2 outcomes and 40; mail: 1.5 and 40; shop: 0.5 and 20, linear over interactions."""
    credit = A.linear(sold())
    found = A.returns(credit, {"ad": 20.0, "mail": 0.0, "poster": 5.0})
    rows = {row["touchpoint"]: row for row in found.to_dicts()}

    assert [row["touchpoint"] for row in found.to_dicts()] == ["ad", "poster", "mail", "shop"]
    assert rows["ad"]["cost_per_outcome"] == pytest.approx(10.0)
    assert (rows["ad"]["profit"], rows["ad"]["returned"]) == pytest.approx((20.0, 2.0))
    assert (rows["mail"]["cost_per_outcome"], rows["mail"]["returned"]) == (0.0, np.inf)
    assert (rows["poster"]["credit"], rows["poster"]["cost_per_outcome"]) == (0.0, np.inf)
    assert (rows["poster"]["profit"], rows["poster"]["returned"]) == (-5.0, 0.0)
    assert np.isnan(rows["shop"]["cost"])
    assert np.isnan(rows["shop"]["cost_per_outcome"])
    ends = dict(zip(credit.touchpoint, zip(credit.low, credit.high, strict=True), strict=True))
    assert rows["ad"]["low"] == pytest.approx(20 / ends["ad"][1])
    assert rows["ad"]["high"] == pytest.approx(20 / ends["ad"][0])


def test_neither_cost_nor_credit_is_not_a_number() -> None:
    """Nothing over nothing is no price."""
    found = A.returns(A.first_touch(sold()), {"shop": 0.0})
    row = next(row for row in found.to_dicts() if row["touchpoint"] == "shop")
    assert np.isnan(row["cost_per_outcome"])
    assert np.isnan(row["returned"])


def test_costs_of_a_table_are_added_up() -> None:
    """Several rows for a touchpoint are its cost; the columns can have other names."""
    credit = A.linear(sold())
    table = pd.DataFrame({"what": ["ad", "mail", "ad"], "spent": [1.5, 2.0, 2.5]})
    found = A.returns(credit, table, touchpoint="what", cost="spent")
    assert dict(zip(found.touchpoint, found.cost, strict=True))["ad"] == 4.0
    with pytest.raises(NotFoundError, match="spend"):
        A.returns(credit, table, touchpoint="what", cost="spend")


@pytest.mark.parametrize(
    ("costs", "error", "words"),
    [
        ({"ad": -1.0}, InvalidInputError, "cost of 'ad' must be a finite number of at least 0"),
        ({"ad": None}, InvalidInputError, "got None"),
        ({"ad": "ten"}, InvalidInputError, "got 'ten'"),
        ({"ad": np.inf}, InvalidInputError, "finite"),
        ({1: 2.0}, WrongKindError, "keys of touchpoints as text"),
    ],
)
def test_costs_that_are_none_are_refused(costs: Any, error: type[Exception], words: str) -> None:
    """The message says which."""
    with pytest.raises(error, match=words):
        A.returns(A.linear(sold()), costs)


# -------------------------------------------------------------------------------- side by side


def tau_b(one: list[float], two: list[float]) -> float:
    """Return Kendall's tau-b by all pairs."""
    concordant, ties, others = 0, 0, 0
    pairs = 0
    for left in range(len(one)):
        for right in range(left):
            first = np.sign(round(one[left] - one[right], 9))
            second = np.sign(round(two[left] - two[right], 9))
            concordant += first * second
            ties += first == 0
            others += second == 0
            pairs += 1
    under = ((pairs - ties) * (pairs - others)) ** 0.5
    return concordant / under if under else np.nan


def test_models_stand_side_by_side() -> None:
    """Shares are those of each model, ranks count from 1, and agreement is Kendall's tau."""
    models = {"first": A.first_touch, "last": A.last_touch, "linear": A.linear}
    found = A.compare(sold(), models)
    shares = {name: model(sold()).shares for name, model in models.items()}

    for row in found.to_dicts():
        own = shares[row["model"]]
        assert row["share"] == pytest.approx(own[row["touchpoint"]])
        assert row["rank"] == 1 + sum(one > own[row["touchpoint"]] + 1e-9 for one in own.values())
    keys = list(shares["first"])
    for row in found.agreement.to_dicts():
        one, two = ([shares[row[side]][key] for key in keys] for side in ("first", "second"))
        assert row["kendall_tau"] == pytest.approx(tau_b(one, two), nan_ok=True)
        assert row["moved"] == pytest.approx(
            sum(abs(left - right) for left, right in zip(one, two, strict=True)) / 2
        )
    assert found.spread()["ad"] == pytest.approx(
        (min(own["ad"] for own in shares.values()), max(own["ad"] for own in shares.values()))
    )


def test_sensitivity_tries_windows_and_repeats() -> None:
    """Each setting has the shares that the same call by hand gives."""
    rows = [
        {"id": one, "t": f"2026-01-{day:02}", "w": what}
        for one in range(4)
        for day, what in [(1, "ad"), (2 + one, "mail"), (3 + one, "mail"), (9, "buy")]
    ]
    log = tp.until(
        tp.from_records(rows, journey="id", time="t", touchpoint="w"), "buy", outcome="sale"
    )
    week = dt.timedelta(days=6)
    found = A.sensitivity(log, models={"linear": A.linear}, lookbacks=[week])
    once = tp.collapse_repeats(log)
    expected = {
        "linear": A.linear(log),
        "linear, 6 days, 0:00:00": A.linear(log, lookback=week),
        "linear, repeats once": A.linear(once),
        "linear, 6 days, 0:00:00, repeats once": A.linear(once, lookback=week),
    }
    assert set(found.model.tolist()) == set(expected)
    for row in found.to_dicts():
        shares = expected[row["model"]].shares
        assert row["share"] == pytest.approx(shares.get(row["touchpoint"], 0.0))


def test_sensitivity_is_one_table_over_model_order_window_and_repeats() -> None:
    """Each setting has the shares of the same call by hand; rules have no order."""
    rows = [
        {"id": one, "t": f"2026-01-{day:02}", "w": what}
        for one in range(6)
        for day, what in [
            (1, "ad"),
            (2, "mail" if one % 2 else "ad"),
            (3 + one, "mail" if one % 3 else "shop"),
            (9, "ad"),
            (10, "buy" if one != 4 else "look"),
        ]
    ]
    log = tp.until(
        tp.from_records(rows, journey="id", time="t", touchpoint="w"), "buy", outcome="sale"
    )
    week = dt.timedelta(days=7)
    models = {"linear": A.linear, "chain": partial(A.markov, order=3)}
    found = A.sensitivity(log, models=models, orders=[1, 2], lookbacks=[week])
    calls: dict[str, Callable[..., A.Credit]] = {
        "linear": A.linear,
        "chain, order 1": A.markov,
        "chain, order 2": partial(A.markov, order=2),
    }
    expected = {}
    for name, call in calls.items():
        for said, used in (("", log), (", repeats once", tp.collapse_repeats(log))):
            expected[f"{name}{said}"] = call(used)
            expected[f"{name}, 7 days, 0:00:00{said}"] = call(used, lookback=week)

    assert set(found.model.tolist()) == set(expected)
    for row in found.to_dicts():
        assert row["share"] == pytest.approx(
            expected[row["model"]].shares.get(row["touchpoint"], 0.0)
        )


@pytest.mark.parametrize(
    ("orders", "error", "words"),
    [
        (2, WrongKindError, "orders must be a sequence"),
        ("12", WrongKindError, "orders must be a sequence"),
        ([0], InvalidInputError, "at least 1"),
        ([1.5], InvalidInputError, "must be an integer"),
    ],
)
def test_orders_are_checked(orders: Any, error: type[Exception], words: str) -> None:
    """Before anything is computed."""
    with pytest.raises(error, match=words):
        A.sensitivity(sold(), models={"chain": A.markov}, orders=orders)


def test_orders_without_a_model_that_has_one_are_refused() -> None:
    """Rather than left out without a word; a callable without a signature has none."""
    for model in (A.linear, dict):
        with pytest.raises(InvalidInputError, match="no model takes order="):
            A.sensitivity(sold(), models={"x": model}, orders=[1, 2])  # type: ignore[dict-item]


@pytest.mark.parametrize(
    "call",
    [
        lambda models: A.compare(sold(), models),
        lambda models: A.sensitivity(sold(), models=models),
        lambda models: A.validate(sold(), models, seed=1, folds=2),
        lambda models: A.recovery(models, seed=1, n=200, worlds=["order"]),
    ],
)
@pytest.mark.parametrize(
    "models",
    [
        [A.linear],
        {},
        {"x": 3, "y": A.linear},
        {"x": lambda log: 3, "y": A.linear},
        {"x": A.ordered_shapley, "y": A.linear},
        {3: A.linear, "y": A.linear},
    ],
)
def test_models_that_are_none_are_refused(call: Callable[[Any], Any], models: Any) -> None:
    """Everywhere with the same words: functions by name that return credit."""
    with pytest.raises((InvalidInputError, WrongKindError), match=r"models must|must return"):
        call(models)


# ---------------------------------------------------------------------------------- prediction

SCORED = st.lists(
    st.tuples(
        st.lists(st.sampled_from(KEYS[:3]), max_size=3).map(tuple),
        st.booleans(),
        st.sampled_from("uvwxyz"),
    ),
    min_size=6,
    max_size=14,
)


@given(journeys=SCORED)
def test_the_area_is_the_share_of_pairs_in_order(journeys: list[Any]) -> None:
    """Of a journey that sold and one that did not in the same part, the one with more credit."""
    log = one_by_one(
        [(path, hit) for path, hit, _ in journeys], persons=[person for *_, person in journeys]
    )
    assume(len({person for *_, person in journeys}) >= 2)
    parts: list[tp.Journeys] = []

    def model(training: tp.Journeys) -> A.Credit:
        parts.append(training)
        return A.linear(training)

    try:
        found = A.validate(log, {"linear": model}, seed=3, folds=2)
    except InvalidInputError:
        assume(False)
    right, pairs = 0.0, 0.0
    for training in parts:
        credit = A.linear(training).as_dict()
        used = np.repeat(training.counts, np.diff(training.offsets))
        visits = {
            one.key: float(used[training.codes == code].sum())
            for code, one in enumerate(training.touchpoints)
        }
        scores = [
            sum(credit.get(key, 0.0) / visits[key] for key in path if visits.get(key))
            for path, _, _ in journeys
        ]
        test = [place for place in range(len(journeys)) if not training.counts[place]]
        for hit in test:
            for miss in test:
                if journeys[hit][1] and not journeys[miss][1]:
                    gap = round(scores[hit] - scores[miss], 9)
                    right += 1.0 if gap > 0 else 0.5 if gap == 0 else 0.0
                    pairs += 1
    assert found.auc[0] == pytest.approx(right / pairs)
    assert found.unit == "person"
    assert found.low[0] <= found.auc[0] <= found.high[0]


@given(journeys=SCORED, seed=st.integers(0, 99))
def test_the_area_does_not_depend_on_the_order_of_the_log(journeys: list[Any], seed: int) -> None:
    """Folds are assigned by what persons did and what became of it."""
    log = one_by_one(
        [(path, hit) for path, hit, _ in journeys], persons=[person for *_, person in journeys]
    )
    rows = np.random.default_rng(seed).permutation(len(log)).tolist()
    mixed = tp.concat([log[row : row + 1] for row in rows])
    try:
        found = A.validate(log, {"linear": A.linear}, seed=seed, folds=2)
    except InvalidInputError:
        assume(False)
    again = A.validate(mixed, {"linear": A.linear}, seed=seed, folds=2)
    assert again.auc.tolist() == pytest.approx(found.auc.tolist())
    assert again.low.tolist() == pytest.approx(found.low.tolist(), nan_ok=True)


def test_persons_are_held_out_as_a_whole() -> None:
    """No journey of a person is in both parts."""
    rng = np.random.default_rng(1)
    paths = [tuple(rng.choice(list("abc"), 2).tolist()) for _ in range(60)]
    persons = [f"p{one % 12}" for one in range(60)]
    log = one_by_one([(path, rng.random() < 0.5) for path in paths], persons=persons)
    parts: list[Any] = []

    def model(training: tp.Journeys) -> A.Credit:
        parts.append(training)
        return A.linear(training)

    A.validate(log, {"linear": model}, seed=1, folds=3)
    assert len(parts) == 3
    for training in parts:
        inside = {one for one, c in zip(persons, training.counts, strict=True) if c}
        outside = {one for one, c in zip(persons, training.counts, strict=True) if not c}
        assert not inside & outside


def test_the_variance_of_the_area_is_that_of_delong() -> None:
    """One part of many journeys: S10 / m + S01 / n of the placements, up to C / (C - 1)."""
    rng = np.random.default_rng(2)
    paths = [tuple(rng.choice(list("abc"), rng.integers(1, 4)).tolist()) for _ in range(300)]
    hits = np.array([rng.random() < 0.15 + 0.5 * ("a" in path) for path in paths])
    log = one_by_one(list(zip(paths, hits, strict=True)))
    fixed = A.linear(log)
    found = A.validate(log, {"fixed": lambda _: fixed}, seed=1, folds=2)
    trained: list[tp.Journeys] = []

    def seen(training: tp.Journeys) -> A.Credit:
        trained.append(training)
        return fixed

    A.validate(log, {"fixed": seen}, seed=1, folds=2)
    areas, variances, pairs = [], [], []
    for training in trained:
        used = np.repeat(training.counts, np.diff(training.offsets))
        visits = np.bincount(training.codes, used, len(training.touchpoints))
        credit = fixed.as_dict()
        worth = {
            one.key: credit[one.key] / visits[code] for code, one in enumerate(training.touchpoints)
        }
        score = np.round([sum(worth[key] for key in path) for path in paths], 9)
        test = training.counts == 0
        x, y = score[test & hits], score[test & ~hits]
        order = (x[:, None] > y).astype(float) + 0.5 * (x[:, None] == y)
        areas.append(order.mean())
        pairs.append(order.size)
        variances.append(
            order.mean(axis=1).var(ddof=1) / len(x) + order.mean(axis=0).var(ddof=1) / len(y)
        )
    share = np.array(pairs) / sum(pairs)
    assert found.auc[0] == pytest.approx(share @ areas)
    spread = float(share**2 @ variances) ** 0.5
    width = (found.high[0] - found.low[0]) / (2 * 1.97)
    assert width == pytest.approx(spread, rel=0.05)


# ------------------------------------------------------------------------------------ recovery


@pytest.mark.parametrize("name", list(WORLDS))
def test_a_world_is_the_same_for_the_same_seed(name: str) -> None:
    """Journeys and effects; another seed gives another world."""
    one, same, other = (A.simulated_world(name, n=500, seed=seed) for seed in (4, 4, 5))
    assert one.effects == same.effects
    assert one.journeys == same.journeys
    assert one.effects != other.effects
    assert one.effects["visit"] == 0.0 or name == "drift"


@pytest.mark.parametrize("name", ["independent", "order", "together"])
def test_effects_are_expected_sales_with_and_without(name: str) -> None:
    """The chance is 1 - 0.95 × Π(1 - effect) over those met; search may need ad to work."""
    world = A.simulated_world(name, n=2000, seed=5)
    log = world.journeys
    names = [one.key for one in log.touchpoints]

    def chance(met: set[str]) -> float:
        effect = {"poster": 0.02, "ad": 0.06, "search": 0.10, "mail": 0.04, "offer": 0.08}
        if name == "together":
            effect["search"] = 0.20 if "ad" in met else 0.0
        return 1 - 0.95 * float(np.prod([1 - effect.get(key, 0.0) for key in met]))

    lost, expected = dict.fromkeys(names, 0.0), 0.0
    for row in range(len(log)):
        met = {names[code] for code in log.codes[log.offsets[row] : log.offsets[row + 1]]}
        expected += chance(met)
        for key in met:
            lost[key] += chance(met) - chance(met - {key})
    assert world.effects == pytest.approx(lost)
    # sales are drawn with these chances: within four standard deviations
    assert abs(log.outcomes["sale"].sum() - expected) < 4 * expected**0.5


EFFECTS = {"poster": 0.02, "ad": 0.06, "search": 0.10, "mail": 0.04, "offer": 0.08, "visit": 0.0}
REACH = {"poster": 0.4, "ad": 0.5, "search": 0.5, "mail": 0.3, "offer": 0.3, "visit": 0.6}
LATER = dict(zip(EFFECTS, reversed(EFFECTS.values()), strict=True))
LATER_REACH = dict(zip(REACH, reversed(REACH.values()), strict=True))


def lost_without(
    key: str,
    keen: list[float],
    reach: Callable[[float], dict[str, float]],
    effects: dict[str, float],
) -> float:
    """Return the expected sales that one of these people would not have made without a touchpoint.

    All sets of touchpoints that they can meet, each with its chance.
    """
    total = 0.0
    for alone in keen:
        chances = reach(alone)
        for met in itertools.product([False, True], repeat=len(EFFECTS)):
            there = dict(zip(EFFECTS, met, strict=True))
            if there[key]:
                chance, none = 1.0, 1 - alone
                for one, is_met in there.items():
                    chance *= chances[one] if is_met else 1 - chances[one]
                    none *= 1 - effects[one] * (is_met and one != key)
                total += chance * none * effects[key]
    return total / len(keen)


def beta_quantiles(a: float, b: float) -> list[float]:
    """Return the middles of a hundred equal parts of a beta distribution."""
    return [float(one) for one in beta.ppf((np.arange(100) + 0.5) / 100, a, b)]


@pytest.mark.parametrize("name", ["persons", "targeted", "drift", "mistyped"])
def test_effects_of_the_other_worlds_are_those_of_all_that_can_be_met(name: str) -> None:
    """By enumerating sets: within four standard deviations of 100,000 journeys (or persons)."""
    n = 100_000
    world = A.simulated_world(name, n=n, seed=6)
    keen = {"persons": beta_quantiles(0.5, 9.5), "targeted": beta_quantiles(0.5, 4.5)}

    def aimed(alone: float) -> dict[str, float]:
        if name != "targeted":
            return REACH
        return REACH | {"mail": 0.1 + 0.8 * alone, "visit": 0.2 + 0.8 * alone}

    for key, found in world.effects.items():
        expected = lost_without(key, keen.get(name, [0.05]), aimed, EFFECTS)
        if name == "drift":
            late = lost_without(key, [0.05], lambda _: LATER_REACH, LATER)
            expected = (expected + late) / 2
        largest = max(EFFECTS[key], LATER[key] if name == "drift" else 0.0)
        assert abs(found / n - expected) <= 4 * largest * (0.25 / n) ** 0.5 + 1e-4 * largest


def test_mistyped_interactions_change_names_and_not_effects() -> None:
    """A fifth are named at random, by any of six: a sixth of a fifth keep their name."""
    n = 50_000
    right, wrong = (A.simulated_world(name, n=n, seed=6) for name in ("independent", "mistyped"))
    seen = np.bincount(wrong.journeys.codes, minlength=6) / len(wrong.journeys.codes)
    plain = np.array(list(REACH.values())) / sum(REACH.values())
    assert seen == pytest.approx(0.8 * plain + 0.2 / 6, abs=0.005)
    assert list(wrong.effects.values()) == pytest.approx(list(right.effects.values()), rel=0.05)


def test_recovery_is_the_distance_to_the_effects() -> None:
    """Half the sum of the differences of shares, and their rank agreement."""
    found = A.recovery({"linear": A.linear}, seed=2, worlds="targeted", n=3000)
    world = A.simulated_world("targeted", n=3000, seed=2)
    shares = A.linear(world.journeys).shares
    got = np.array([shares[key] for key in world.effects])
    truth = np.array(list(world.effects.values()))
    got, truth = got / got.sum(), truth / truth.sum()

    assert found.wrong[0] == pytest.approx(np.abs(got - truth).sum() / 2)
    assert found.kendall_tau[0] == pytest.approx(tau_b(got.tolist(), truth.tolist()))
    with pytest.raises(NotFoundError, match="did you mean 'targeted'"):
        A.recovery({"linear": A.linear}, seed=1, worlds=["targetted"], n=100)


def test_a_touchpoint_that_does_nothing_is_credited_where_advertising_is_targeted() -> None:
    """What the docs warn of: people who are about to buy meet it more often."""
    world = A.simulated_world("targeted", n=20_000, seed=1)
    assert world.effects["visit"] == 0.0
    assert A.markov(world.journeys).shares["visit"] > 0.1


# --------------------------------------------------------------------------------- two groups


def test_differences_of_two_groups_are_those_of_their_credit() -> None:
    """Shares subtract, variances of few sales add, and t has Welch's degrees of freedom."""
    from scipy.stats import t

    rng = np.random.default_rng(7)
    paths = [tuple(rng.choice(list("abc"), rng.integers(1, 4)).tolist()) for _ in range(200)]
    log = one_by_one(
        [(path, rng.random() < 0.4) for path in paths],
        segment=[("x", "y")[one % 2] for one in range(200)],
    )
    for model in (A.linear, A.markov, partial(A.shapley, prior=1.0)):
        found = tp.compare.credit(tp.compare.groups(log, "segment"), model)
        x, y = model(log[::2]), model(log[1::2])
        for row in found.to_dicts():
            sides = []
            for one in (x, y):
                place, sold = one.touchpoint.tolist().index(row["touchpoint"]), [1] * one.outcomes
                middle = naive.centred(one.share[place], sold)
                sides.append(naive.varied(middle, one.covariance[place, place], sold, imagined=0.5))
            (left, first), (right, second) = sides
            spread = left + right
            shares = (one.shares[row["touchpoint"]] for one in (x, y))
            assert row["difference"] == pytest.approx(next(shares) - next(shares))
            freedom = spread**2 / (left**2 / (2 * first) + right**2 / (2 * second))
            half = t.ppf(0.975, freedom) * spread**0.5
            assert row["high"] - row["difference"] == pytest.approx(half, rel=1e-6)
            assert row["p"] == pytest.approx(
                2 * t.sf(abs(row["difference"]) / spread**0.5, freedom), abs=1e-9
            )


def test_the_same_group_twice_does_not_differ() -> None:
    """No difference, a p of 1, and intervals around 0."""
    log = sold(values=False)
    both = tp.concat([attrs.evolve(log, ids=[f"{side}{one}" for one in range(6)]) for side in "xy"])
    both = attrs.evolve(both, per_journey={"segment": ["x"] * len(log) + ["y"] * len(log)})
    found = tp.compare.credit(tp.compare.groups(both, "segment"), A.markov)
    assert found.difference.tolist() == [0.0, 0.0, 0.0]
    assert found.p.tolist() == [1.0, 1.0, 1.0]
