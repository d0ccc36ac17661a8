"""Intervals of attribution cover what endless journeys would give, as often as they say.

In simulated worlds; so few as found would be found once in a thousand times, for the touchpoints of
all readings of a kind of world together, if 95 % were true.
"""

from __future__ import annotations

from functools import cache

import numpy as np
import pytest
from coverage_cells import attribution, credit_pairs
from coverage_cells import visits_truth as truth
from coverage_cells.visits import KEYS, Kind, drawn, law_of
from coverage_cells.worlds import generator
from scipy.stats import binom, norm

import touchpoints as tp
from touchpoints.attribution._shared.estimates import Precision
from touchpoints.journeys.model import take

WORLDS = 400
MAIN = (Kind("alone", 1000, 0.1), Kind("1..10", 100, 0.1))
NAMES = {
    "first touch, share": 0,
    "linear, share": 1,
    "linear distinct, share": 2,
    "position-based, share": 3,
    "time decay, share": 4,
    "Markov 1, effect": 5,
    "Markov 1, share": 5,
}
RARER = {"Markov 2, effect": 6, "Markov 2, share": 6, "Shapley rate, prior 20, effect": 8}
CELLS = [
    *((name, kind) for kind in MAIN for name in NAMES),
    *((name, MAIN[0]) for name in RARER),  # they need more persons than a hundred
]
SEEN = 1_000_000


@cache
def ends(kind: Kind, name: str) -> attribution.Ends:
    """Return the intervals of one reading in the worlds of one kind."""
    call = attribution.CALLS[{**NAMES, **RARER}[name]]
    return attribution.ends_of(kind, worlds=WORLDS, seed=1, calls=[call])[name]


def right(kind: Kind, name: str) -> np.ndarray:
    """Return what the intervals of one reading should cover."""
    call = attribution.CALLS[{**NAMES, **RARER}[name]]
    reading = next(one for one in call.readings if one.name == name)
    return reading.right(law_of(kind), kind)


@pytest.mark.parametrize(("name", "kind"), CELLS)
def test_intervals_of_attribution_cover_the_truth(name: str, kind: Kind) -> None:
    """Nominal is 95 % for each touchpoint, the rare ones too."""
    found = ends(kind, name)
    worlds = (~np.isnan(found.low)).sum(axis=0)
    inside = (found.low <= right(kind, name)) & (right(kind, name) <= found.high)

    p = binom.cdf(inside.sum(axis=0), worlds, 0.95)

    assert (worlds >= WORLDS / 4).all()
    assert p.min() > 1e-3 / len(KEYS)


def test_the_simulation_would_notice_the_plain_sandwich() -> None:
    """The variance alone, with z, fails the same test where few journeys convert."""
    kind = Kind("alone", 1000, 0.02)
    low = []
    for journeys in attribution.simulated(kind, worlds=WORLDS // 4, seed=1):
        found = tp.attribution.markov(journeys, outcome="sale")
        place = {key: at for at, key in enumerate(found.touchpoint)}.get("f")
        if place is not None:
            half = norm.ppf(0.975) * max(found.covariance[place, place], 0.0) ** 0.5
            effects = truth.removal_effects(law_of(kind))
            low.append(abs(found.share[place] - effects[-1] / effects.sum()) <= half)

    assert binom.cdf(sum(low), len(low), 0.95) < 1e-3


@pytest.mark.parametrize("name", ["linear", "Markov 1"])
def test_differences_cover_the_truth_and_equal_groups_seldom_differ(name: str) -> None:
    """95 % of intervals cover 0, and p is below .05 in 5 % of pairs."""
    model = next(one for one in credit_pairs.MODELS if one.name == name)
    found = credit_pairs.compared(
        Kind("alone", 1000, 0.1), model, worlds=WORLDS // 4, seed=1, differ=False
    )

    for side, rejected in zip((found.common, found.rare), found.rejected, strict=True):
        pairs = side.known // 4  # touchpoints of one pair go together
        assert binom.cdf(side.covered * pairs // side.known, pairs, 0.95) > 1e-3
        assert binom.sf(round(rejected * pairs) - 1, pairs, 0.05) > 1e-3


@pytest.mark.parametrize("order", [1, 2])
def test_simulated_journeys_agree_with_exact_effects(order: int) -> None:
    """Within five standard errors: the fundamental matrix, and a million journeys."""
    kind = Kind("alone", SEEN, 0.1)
    journeys = drawn(kind, 1, generator(3, *kind)).world(0, persons=False)
    found = tp.attribution.markov(journeys, order=order, outcome="sale")
    exact = dict(zip(KEYS, truth.removal_effects(law_of(kind), order=order), strict=True))

    for row in found.to_dicts():
        error = (row["effect_high"] - row["effect_low"]) / (2 * 1.96)
        assert row["effect"] == pytest.approx(exact[row["touchpoint"]], abs=5 * error)


def test_few_behind_the_outcomes_are_said() -> None:
    """Four journeys converted: a line under the table says so; five are not few."""
    table = {"path": ["a", "b > a"], "n": [3, 1], "lost": [5, 5]}
    four = tp.from_paths(table, path="path", converted="n", lost="lost")
    five = tp.from_paths({**table, "n": [3, 2]}, path="path", converted="n", lost="lost")
    remark = "fewer than five journeys reached the outcome"

    for model in (tp.attribution.linear, tp.attribution.markov, tp.attribution.shapley):
        assert remark in repr(model(four))
        assert remark not in repr(model(five))
    assert tp.attribution.linear(four).behind == 4
    assert remark in repr(tp.attribution.removal(four, {"b": "b"}))


def test_the_interval_of_a_share_by_hand() -> None:
    """Four journeys converted: never wider than if each had been met by one touchpoint.

    The share of a is 2.5 / 4. Its variance, 0.0477, is drawn to 0.0493 by half a journey that says
    yes or no, 0.0586; t with 6 degrees of freedom would make that 0.0768. Wilson with 4 trials.
    """
    table = {"path": ["a", "b", "a > b"], "n": [2, 1, 1], "lost": [6, 0, 0]}
    found = tp.attribution.linear(tp.from_paths(table, path="path", converted="n", lost="lost"))

    assert found.share.tolist() == [0.625, 0.375]
    assert found.covariance[0, 0] == pytest.approx(0.6875 / 16 * 10 / 9)
    assert [found.low[0] / 4, found.high[0] / 4] == pytest.approx([0.2194, 0.9081], abs=1e-4)


def test_the_interval_of_an_effect_by_hand() -> None:
    """Twenty units: 19 tell of the spread, and a whole one more says yes or no.

    The variance .005 is drawn to (19 x .005 + .25 / 20) / 20 = .005375, and t with 38 degrees of
    freedom, 2.0244, makes that .0057344: Wilson's interval with .25 / .0057344 = 43.597 trials.
    """
    twenty = Precision(level=0.95, behind=20.0, alike=20.0)
    low, high = twenty.effect_bounds(np.array([0.5]), np.array([0.005]))

    assert [low[0], high[0]] == pytest.approx([0.35771, 0.64229], abs=2e-5)


def test_effects_of_few_converted_journeys_are_said() -> None:
    """Their number is printed under the table; credit by a rule has no effect."""
    table = {"path": ["a", "a > b", "c > a"], "n": [10, 9, 10], "lost": [5, 5, 5]}
    journeys = tp.from_paths(table, path="path", converted="n", lost="lost")
    remark = "1 effect rests on fewer than ten converted journeys"

    for model in (tp.attribution.markov, tp.attribution.shapley):
        assert remark in repr(model(journeys))
        assert "fewer than ten" not in repr(model(take(journeys, np.array([0, 1, 4, 5]))))
    assert "fewer than ten" not in repr(tp.attribution.linear(journeys))


def test_a_variance_seen_by_many_stays_as_it_is() -> None:
    """A thousand copies: half a journey more, and t, no longer matter: Wald's half-width."""
    table = {"path": ["a", "b", "a > b"], "n": [2000, 1000, 1000], "lost": [6000, 0, 0]}
    found = tp.attribution.linear(tp.from_paths(table, path="path", converted="n", lost="lost"))

    half = 1.959964 * (0.6875 / 16 / 1000) ** 0.5
    assert (found.high[0] - found.low[0]) / 4000 == pytest.approx(2 * half, rel=2e-3)
