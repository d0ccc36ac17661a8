"""What cannot be attributed, and what is said of it; sizes that must not hang."""

from __future__ import annotations

import datetime as dt
import time
from collections.abc import Callable
from functools import partial
from typing import Any

import attrs
import numpy as np
import pytest

import touchpoints as tp
from tests.attribution.logs import one_by_one
from touchpoints.errors import InvalidInputError, NotFoundError, TouchpointsError, WrongKindError

A = tp.attribution
DAY = dt.timedelta(days=1)

LOG = one_by_one([(("a", "b"), 1), (("a",), 0), (("b", "c"), 1), (("c",), 0)])
TIMED = tp.until(
    tp.from_records(
        [
            {"id": one, "t": f"2026-01-0{day}", "w": what}
            for one in range(4)
            for day, what in [(1, "ad"), (2, "mail"), (3, "buy" if one % 2 else "ad")]
        ],
        journey="id",
        time="t",
        touchpoint="w",
    ),
    "buy",
    outcome="sale",
)

MODELS: dict[str, Callable[..., Any]] = {
    "first_touch": A.first_touch,
    "last_touch": A.last_touch,
    "last_non_direct": partial(A.last_non_direct, direct="a"),
    "linear": A.linear,
    "position_based": A.position_based,
    "time_decay": partial(A.time_decay, half_life=2),
    "custom": lambda log, **how: A.custom(log, lambda place, length, seconds: place, **how),
    "markov": A.markov,
    "markov 2": partial(A.markov, order=2),
    "shapley": A.shapley,
    "subsets": partial(A.shapley, game="subsets"),
    "exact sets": partial(A.shapley, game="exact_sets"),
    "ordered_shapley": A.ordered_shapley,
    "synergies": A.synergies,
    "leave_one_out": A.leave_one_out,
    "removal": lambda log, **how: A.removal(log, {"a": "a"}, **how),
}


NEED_A = ("last_non_direct", "removal")


@pytest.mark.parametrize("name", MODELS)
def test_without_the_outcome_there_is_nothing_to_credit(name: str) -> None:
    """No journey reached it, none is there, none is real, or none is known."""
    none = attrs.evolve(LOG, outcomes={"sale": np.zeros(4)})
    cases = [
        none,
        LOG[:0],
        attrs.evolve(LOG, counts=np.zeros(4, dtype=int)),
        attrs.evolve(LOG, outcomes={"sale": np.full(4, np.nan)}),
    ]
    for log in cases:
        with pytest.raises(
            InvalidInputError, match="no journey reached the outcome 'sale'"
        ) as said:
            MODELS[name](log)
        assert said.value.mend
        assert "with a known outcome" in said.value.where


@pytest.mark.parametrize("name", MODELS)
def test_names_that_are_not_there_are_proposed(name: str) -> None:
    """Of the outcome, of the value where there is one, and of the groups."""
    with pytest.raises(NotFoundError, match=r"no outcome 'sael' \(did you mean 'sale'\?\)"):
        MODELS[name](LOG, outcome="sael")
    with pytest.raises(NotFoundError, match="no column or facet 'chanel'.*did you mean 'channel'"):
        MODELS[name](LOG, by="chanel")
    two = attrs.evolve(LOG, outcomes={"sale": np.ones(4), "churn": np.ones(4)})
    with pytest.raises(InvalidInputError, match="2 outcomes"):
        MODELS[name](two)


@pytest.mark.parametrize("name", MODELS)
def test_all_journeys_may_reach_it(name: str) -> None:
    """Every journey bought: rates say nothing, rules do."""
    MODELS[name](attrs.evolve(LOG, outcomes={"sale": np.ones(4)}))


@pytest.mark.parametrize("name", MODELS)
def test_one_journey_and_one_touchpoint_are_a_log(name: str) -> None:
    """Credit is whole, and intervals are not known from one journey."""
    for log in (one_by_one([(("a",), 1)]), one_by_one([(("a",), 1), (("a",), 0)])):
        found = MODELS[name](log)
        if isinstance(found, A.Credit):
            assert found.as_dict() == {"a": 1.0}
            assert len(log) == 2 or np.isnan(found.low).all()


@pytest.mark.parametrize(
    "name", [one for one in MODELS if one not in ("last_non_direct", "removal")]
)
def test_journeys_of_nothing_are_credited_to_nothing(name: str) -> None:
    """All bought at once: every outcome is that of (none)."""
    found = MODELS[name](one_by_one([((), 1), ((), 1), ((), 0)]))
    if isinstance(found, A.Credit) and name != "exact sets":
        assert found.as_dict() == {"(none)": 2.0}


@pytest.mark.parametrize("name", [one for one in MODELS if one not in NEED_A])
@pytest.mark.parametrize("count", [1, 3])
def test_the_value_of_journeys_of_nothing_is_that_of_nothing(name: str, count: int) -> None:
    """Also where only the total of several journeys is known."""
    table = {"path": [""], "n": [count], "lost": [2], "worth": [6.0]}
    log = tp.from_paths(table, path="path", converted="n", lost="lost", value="worth")
    found = MODELS[name](log)
    if isinstance(found, A.Credit) and name != "exact sets":
        assert found.as_dict() == {"(none)": count}
        assert found.value is not None
        assert found.value.tolist() == [6.0]


def test_a_value_of_journeys_without_values_is_not_there() -> None:
    """No name is like it, so the error says where values come from."""
    with pytest.raises(NotFoundError, match="'worth': these journeys have no values") as said:
        A.linear(attrs.evolve(LOG, values={}), value="worth")
    assert "tp.from_paths" in said.value.mend


@pytest.mark.parametrize("values", [[-1.0, 0, 0, 0], [np.nan, 0, 0, 0], [np.inf, 0, 0, 0]])
def test_values_that_are_no_amounts_are_refused(values: list[float]) -> None:
    """With the journey, and how to mend it; journeys without the outcome do not matter."""
    log = attrs.evolve(LOG, values={"sale": np.array(values)})
    for name in ("linear", "markov", "shapley", "leave_one_out"):
        with pytest.raises(InvalidInputError, match="at least 0") as said:
            MODELS[name](log)
        assert "the first with id 0" in said.value.where
        assert "refunds" in said.value.mend
    A.linear(attrs.evolve(LOG, values={"sale": np.array([1.0, -1.0, 2.0, np.nan])}))


REFUSED: dict[str, tuple[Callable[[], Any], type[TouchpointsError], str]] = {
    "negative counts": (
        lambda: tp.from_paths({"path": ["a"], "n": [-1]}, path="path", converted="n"),
        InvalidInputError,
        r"integers of at least 0 \(rows 0: -1.0\)",
    ),
    "separator in a name": (
        lambda: tp.from_paths({"path": ["a >  > b"], "n": [1]}, path="path", converted="n"),
        InvalidInputError,
        "1 path has an empty name",
    ),
    "duration without times": (
        lambda: A.time_decay(LOG, half_life=DAY),
        InvalidInputError,
        r"tp.from_frame\(…, time=…\) reads times",
    ),
    "half-life of 0": (
        lambda: A.time_decay(LOG, half_life=0),
        InvalidInputError,
        "half_life must be above 0",
    ),
    "half-life of text": (
        lambda: A.time_decay(LOG, half_life="2"),  # type: ignore[arg-type]
        WrongKindError,
        "timedelta or a number",
    ),
    "window without times": (
        lambda: A.linear(LOG, lookback=DAY),
        InvalidInputError,
        "a look-back needs the times",
    ),
    "window of a number": (
        lambda: A.linear(TIMED, lookback=3),
        WrongKindError,
        "a Window or a list",  # type: ignore[arg-type]
    ),
    "negative window": (
        lambda: A.linear(TIMED, lookback=-DAY),
        InvalidInputError,
        "within must be positive",
    ),
    "no direct visit": (
        lambda: A.last_non_direct(LOG),
        InvalidInputError,
        "direct= says which are",
    ),
    "credit above 1": (
        lambda: A.position_based(LOG, first=0.7, last=0.7),
        InvalidInputError,
        "sum to at most 1",
    ),
    "milestones as a list": (
        lambda: A.position_based(LOG, milestones=["a"]),  # type: ignore[arg-type]
        WrongKindError,
        "milestones must be a mapping",
    ),
    "weights of text": (
        lambda: A.custom(LOG, lambda place, length, seconds: ["x"] * len(place)),
        WrongKindError,
        "weigh must return numbers",
    ),
    "weights of nothing": (
        lambda: A.custom(LOG, lambda place, length, seconds: 0 * place),
        InvalidInputError,
        "only weights of 0",
    ),
    "one weight": (
        lambda: A.custom(LOG, lambda place, length, seconds: 1.0),
        InvalidInputError,
        "one weight for each of 6 interactions",
    ),
    "order 0": (lambda: A.markov(LOG, order=0), InvalidInputError, "order='auto' chooses one"),
    "order without a seed": (
        lambda: A.markov(LOG, order="auto"),
        InvalidInputError,
        "order='auto' needs a seed",
    ),
    "prior of text": (
        lambda: A.shapley(LOG, prior="1"),  # type: ignore[arg-type]
        WrongKindError,
        "prior must be a number, got '1'",
    ),
    "prior below 0": (
        lambda: A.synergies(LOG, prior=-1),
        InvalidInputError,
        "prior must be .* at least 0, got -1",
    ),
    "baseline of nothing": (
        lambda: A.shapley(LOG, baseline=float("nan")),
        InvalidInputError,
        "baseline must be",
    ),
    "worth of text": (
        lambda: A.shapley(LOG, worth=lambda members: "x"),  # type: ignore[arg-type, return-value]
        InvalidInputError,
        "the worth of the set",
    ),
    "worth of some": (
        lambda: A.shapley(LOG, worth={frozenset("a"): 1.0}),
        InvalidInputError,
        "no value for the set",
    ),
    "one place of steps": (lambda: A.Steps(["a"]), InvalidInputError, "at least 2 touchpoints"),
    "steps of text": (lambda: A.Steps("ab"), WrongKindError, "takes a sequence of touchpoints"),
    "steps of nothing": (
        lambda: A.Steps(None),
        WrongKindError,
        "takes a sequence of touchpoints",  # type: ignore[arg-type]
    ),
    "removal of a list": (
        lambda: A.removal(LOG, ["a"]),
        WrongKindError,
        "a mapping of names",  # type: ignore[arg-type]
    ),
    "removal of the unknown": (
        lambda: A.removal(LOG, {"x": "z"}),
        NotFoundError,
        "no touchpoint 'z'",
    ),
    "one outcome competing": (lambda: A.competing(LOG), InvalidInputError, "at least 2 outcomes"),
    "levels": (lambda: A.linear(LOG, level=95), InvalidInputError, "level=0.95"),
    "windows as one": (
        lambda: A.sensitivity(TIMED, models={"x": A.linear}, lookbacks=DAY),  # type: ignore[arg-type]
        WrongKindError,
        "lookbacks must be a sequence",
    ),
    "more folds than persons": (
        lambda: A.validate(LOG, {"x": A.linear}, seed=1),
        InvalidInputError,
        "folds=4",
    ),
}


@pytest.mark.parametrize("name", REFUSED)
def test_the_message_says_what_and_how_to_mend_it(name: str) -> None:
    """Each with the class of its error and a part of its message."""
    call, error, words = REFUSED[name]
    with pytest.raises(error, match=words):
        call()


def test_paths_of_nothing_are_outcomes_of_nobody() -> None:
    """An empty path in a table is a journey without interactions."""
    log = tp.from_paths({"path": ["", "a"], "n": [1, 2]}, path="path", converted="n")
    assert A.linear(log).as_dict() == {"a": 2.0, "(none)": 1.0}


@pytest.mark.parametrize("name", MODELS)
def test_names_of_any_script_are_names(name: str) -> None:
    """Keys are text; nothing depends on their order in an alphabet."""
    plain = one_by_one([(("a", "b"), 1), (("a",), 0), (("b",), 1)])
    keys = {"a": "日本 (x)", "b": "ü→\u200dz", "(none)": "(none)"}
    named = attrs.evolve(
        plain, touchpoints=[tp.taxonomy.untyped(keys[one.key]) for one in plain.touchpoints]
    )
    shown = {
        one.key: other.key for one, other in zip(plain.touchpoints, named.touchpoints, strict=True)
    }
    if name in NEED_A:
        return
    one, other = MODELS[name](plain), MODELS[name](named)

    def spelt(key: Any) -> Any:
        if isinstance(key, tuple):
            return tuple(sorted(str(spelt(part)) for part in key))
        return shown.get(key, key)

    def sorted_key(key: Any) -> Any:
        return tuple(sorted(map(str, key))) if isinstance(key, tuple) else key

    assert {spelt(key): number for key, number in one.as_dict().items()} == pytest.approx(
        {sorted_key(key): number for key, number in other.as_dict().items()}, nan_ok=True
    )


# ---------------------------------------------------------------------------------------- sizes


def wide(k: int) -> tp.Journeys:
    """Return journeys of two touchpoints each, of k touchpoints."""
    codes = np.arange(2 * k, dtype=np.int32) % k
    return tp.Journeys(
        touchpoints=[tp.taxonomy.untyped(f"t{one}") for one in range(k)],
        codes=codes,
        offsets=np.arange(0, 2 * k + 1, 2),
        outcomes={"sale": np.arange(k) % 2.0},
    )


def long(length: int, k: int) -> tp.Journeys:
    """Return one long journey that reached the outcome, and a short one that did not."""
    codes = np.random.default_rng(1).integers(0, k, length + 3).astype(np.int32)
    return tp.Journeys(
        touchpoints=[tp.taxonomy.untyped(f"t{one}") for one in range(k)],
        codes=codes,
        offsets=np.array([0, length, length + 3]),
        outcomes={"sale": np.array([1.0, 0.0])},
    )


def test_a_hundred_thousand_touchpoints_are_credited_or_refused_at_once() -> None:
    """Rules take any number; chains and sets say how many they take."""
    log, begun = wide(100_000), time.process_time()
    for name in ("first_touch", "linear", "position_based", "subsets", "ordered_shapley"):
        MODELS[name](log)
    MODELS["leave_one_out"](log)
    for name, words in [
        ("markov", "at most 6,000 touchpoints"),
        ("markov 2", "too many for the removal effects"),
        ("shapley", "which take 24"),
        ("exact sets", "which take 24"),
        ("synergies", "up to 24"),
    ]:
        with pytest.raises(InvalidInputError, match=words) as said:
            MODELS[name](log)
        assert "tp.collapse" in said.value.mend
    assert time.process_time() - begun < 30


def test_more_touchpoints_than_sets_can_take_are_sampled_with_a_bound() -> None:
    """Never a bare interval: a bound for all values, and the same for the same seed."""
    log = wide(40)
    found = A.shapley(log, seed=3, pairs=50)
    assert found.bound is not None
    assert found.bound > 0
    assert np.isnan(found.effect_low).all()
    assert found.credit.sum() == pytest.approx(20.0)
    mixed = tp.concat(
        [log[place : place + 1] for place in np.random.default_rng(2).permutation(40)]
    )
    again = A.shapley(mixed, seed=3, pairs=50)
    assert again.as_dict() == pytest.approx(found.as_dict())


def test_the_bound_holds_where_the_exact_value_is_known() -> None:
    """By the game of subsets of sizes: each of n equal players gets the same."""
    players = 30
    log = one_by_one([(tuple(f"t{one:02}" for one in range(players)), 1), (("t00",), 0)])
    found = A.shapley(log, seed=1, pairs=400)
    # v(S) is 1/2 for the set of all, 0 for every other: only the last to come adds anything
    exact = 0.5 / players
    assert (np.abs(found.effect - exact) <= found.bound).all()


@pytest.mark.parametrize("name", [*MODELS])
def test_journeys_of_a_hundred_thousand_interactions_take_seconds(name: str) -> None:
    """Time and memory grow with length, not with its square."""
    if name == "last_non_direct":
        return
    log = long(100_000, 12)
    if name == "removal":
        log = attrs.evolve(log, touchpoints=[tp.taxonomy.untyped("a"), *log.touchpoints[1:]])
    begun = time.process_time()
    MODELS[name](log)
    assert time.process_time() - begun < 10


def test_a_long_memory_of_a_long_journey_takes_seconds() -> None:
    """Order 3 of twenty touchpoints: eight thousand states, and walks of a hundred thousand."""
    begun = time.process_time()
    found = A.markov(long(100_000, 20), order=3)
    assert found.probability == pytest.approx(0.5, abs=1e-9)
    assert time.process_time() - begun < 30
