"""Credit of blocks of persons: intervals follow what two hundred blocks show."""

from __future__ import annotations

from functools import partial
from typing import Any

import attrs
import numpy as np
import pytest
from scipy import stats

import touchpoints as tp
from tests.laws.path_measures import alike
from touchpoints import compare
from touchpoints._core.arrays.statistics.few_units import are_heavy, drawn

A = tp.attribution
BLOCKS = 200
PARTS = {"a": 0.3, "b": 0.001, "c": 0.699}
RULES = {"first": A.first_touch, "linear": A.linear, "decay": partial(A.time_decay, half_life=1)}


def log(each: int, *, seed: int = 1) -> tp.Journeys:
    """Return sales of blocks, after one touchpoint each, of independent journeys.

    Blocks of other seeds are of other persons.
    """
    drawn_ = np.random.default_rng(seed).multinomial(each, list(PARTS.values()), BLOCKS)
    table = {
        "path": [key for _ in range(BLOCKS) for key in PARTS],
        "sales": drawn_.ravel(),
        "lost": drawn_.ravel(),
        "block": [f"{seed}-{block:03d}" for block in range(BLOCKS) for _ in PARTS],
    }
    rows = tp.from_paths(table, path="path", converted="sales", lost="lost", outcome="sale")
    return with_blocks(rows, table["block"])


def with_blocks(rows: tp.Journeys, blocks: list[str]) -> tp.Journeys:
    """Return rows with the block of the row of the table that their id names."""
    places = [int(one.split(":")[0]) for one in rows.ids.tolist()]
    return attrs.evolve(rows, persons=[blocks[place] for place in places])


@pytest.mark.parametrize("each", [1_000, 100_000])
@pytest.mark.parametrize("name", RULES)
def test_independent_journeys_in_blocks_have_nearly_wilsons_interval(name: str, each: int) -> None:
    """At most a quarter wider, and hardly narrower, also for one journey in a thousand."""
    rows = {row["touchpoint"]: row for row in RULES[name](log(each), outcome="sale").to_dicts()}

    total = BLOCKS * each
    for key, part in PARTS.items():
        low, high = tp.wilson(rows[key]["credit"], total)
        width = (rows[key]["high"] - rows[key]["low"]) / total
        assert 0.85 < width / (high - low) < 1.25, (key, part)


def test_credit_of_two_groups_in_blocks_differs_as_little_as_journeys_do() -> None:
    """A difference of shares of independent journeys has the interval of their variances."""
    pair = compare.pair(log(20_000), log(20_000, seed=2))
    rows = {row["touchpoint"]: row for row in compare.credit(pair, A.linear).to_dicts()}

    for key in ("a", "c"):
        part = PARTS[key]
        width = 2 * 1.96 * (2 * part * (1 - part) / (BLOCKS * 20_000)) ** 0.5
        assert 0.85 < (rows[key]["high"] - rows[key]["low"]) / width < 1.25


def test_the_variance_of_light_units_is_drawn_as_far_as_ever() -> None:
    """By hand: .3 of 200 units; 168 tell, and half a unit more of .21 / 200."""
    given: dict[str, Any] = {"behind": 200.0, "alike": 200.0}
    share, variance = np.array([0.3]), np.array([1e-7])

    light, seen = drawn(share, variance, **given)
    heavy, told = drawn(share, variance, heavy=True, **given)

    assert seen[0] == pytest.approx(168)
    assert light[0] == pytest.approx((168 * 1e-7 + 0.5 * 0.21 / 200) / 168.5)
    assert told[0] == pytest.approx(199)
    assert heavy[0] == pytest.approx(1e-7 * 199 / stats.chi2.ppf(0.05, 199))


def test_units_are_heavy_from_twenty_journeys_each() -> None:
    """On average, and never without a unit."""
    assert [are_heavy(one, 10) for one in (199, 200)] == [False, True]
    assert not are_heavy(0, 0)


def valued(seed: int) -> tp.Journeys:
    """Return journeys of few paths and eight persons, whose sales have values of their own."""
    rng = np.random.default_rng(seed)
    paths = rng.choice(np.array(["a > b", "b", "a", "b > a > c"]), 120).tolist()
    rows = tp.from_paths({"path": paths}, path="path")
    sold = (rng.random(len(rows)) < 0.6).astype(np.float64)
    return attrs.evolve(
        rows,
        persons=rng.choice(np.array([f"p{one}" for one in range(8)]), len(rows)).tolist(),
        outcomes={"sale": sold},
        values={"sale": np.where(sold > 0, rng.gamma(2.0, 10.0, len(rows)), 0.0)},
    )


@pytest.mark.parametrize(
    "model",
    [
        *RULES.values(),
        A.position_based,
        A.markov,
        partial(A.markov, order=2),
        A.shapley,
        partial(A.shapley, game="subsets"),
    ],
)
def test_values_of_persons_have_the_intervals_of_their_journeys(model: Any) -> None:
    """A row of several journeys holds their total, which is all that its person needs."""
    log_ = valued(4)
    merged = tp.distinct(log_, within_persons=True)

    found, right = model(merged, outcome="sale"), model(log_, outcome="sale")

    assert len(merged) < 0.6 * len(log_)
    assert not np.isnan(right.value_low).any()
    assert alike(found.to_dicts(), right.to_dicts())


def test_values_of_persons_are_not_known_where_their_rows_are_of_several() -> None:
    """Journeys of nobody known, merged: only their total is known, and no interval."""
    log_ = attrs.evolve(valued(4), persons=None)

    found = A.linear(tp.distinct(log_), outcome="sale")

    assert np.isnan(found.value_low).all()
