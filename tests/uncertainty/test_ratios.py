"""Ratios of sums over journeys: Wilson's interval, Student's, and that of a difference."""

from __future__ import annotations

import attrs
import numpy as np
import pytest
from scipy import stats

import touchpoints as tp
from touchpoints.uncertainty.ratios import (
    combined,
    correlations,
    difference,
    mean_of,
    moved_by,
    share_of,
)
from touchpoints.uncertainty.units import Units, units_of


def alone(n: int) -> Units:
    """Return n journeys without persons."""
    return Units(
        unit="journey", of=np.arange(n), repeats=np.ones(n, np.int64), within=np.ones(n, np.int64)
    )


def test_a_share_of_single_trials_has_wilsons_interval() -> None:
    """Three of ten, by the published formula."""
    found = share_of(alone(10), (np.arange(10) < 3) * 1.0, np.ones(10), level=0.95)

    assert (found.low, found.high) == pytest.approx(tp.wilson(3, 10), abs=1e-12)
    assert (found.value, found.hits, found.trials, found.units) == (0.3, 3, 10, 10)


def test_a_mean_of_single_amounts_has_students_interval() -> None:
    """As scipy gives it."""
    amounts = np.array([1.0, 4.0, 2.0, 9.0, 3.0])
    found = mean_of(alone(5), amounts, np.ones(5), level=0.9)
    wanted = stats.t.interval(0.9, 4, amounts.mean(), stats.sem(amounts))

    assert found.value == pytest.approx(3.8)
    assert (found.low, found.high) == pytest.approx(wanted, rel=1e-9)


def test_rows_that_count_several_times_are_as_many_rows() -> None:
    """A row of three journeys is three rows."""
    log = tp.from_paths({"path": ["a", "b", "a"], "n": [3, 2, 1]}, path="path", count="n")
    long = tp.from_paths({"path": ["a"] * 3 + ["b"] * 2 + ["a"]}, path="path")
    found = [
        share_of(units_of(one, None), (one.codes == 0) * 1.0, np.ones(len(one)), level=0.95)
        for one in (log, long)
    ]

    assert attrs.astuple(found[0]) == pytest.approx(attrs.astuple(found[1]))


def test_nothing_is_not_a_number() -> None:
    """Without trials there is no ratio."""
    for found in (
        share_of(alone(2), np.zeros(2), np.zeros(2), level=0.95),
        mean_of(alone(2), np.zeros(2), np.zeros(2), level=0.95),
    ):
        assert np.isnan([found.value, found.low, found.high]).all()
        assert (found.trials, found.units) == (0, 0)


def test_the_interval_of_a_difference_is_newcombes() -> None:
    """R. G. Newcombe (1998), table II (a): 56/70 against 48/80, 0.0524 to 0.3339."""
    one = share_of(alone(70), (np.arange(70) < 56) * 1.0, np.ones(70), level=0.95)
    other = share_of(alone(80), (np.arange(80) < 48) * 1.0, np.ones(80), level=0.95)

    assert difference(one, other) == pytest.approx((0.2, 0.0524, 0.3339), abs=5e-5)


def test_a_sum_with_signs_of_two_of_different_units_is_their_difference() -> None:
    """Zou and Donner's interval, where the correlation is 0."""
    one = share_of(alone(10), (np.arange(10) < 3) * 1.0, np.ones(10), level=0.95)
    other = share_of(alone(10), (np.arange(10) < 8) * 1.0, np.ones(10), level=0.95)

    assert combined([one, other], [1, -1], alike=np.eye(2)) == pytest.approx(difference(one, other))


def test_alike_ratios_of_the_same_units_differ_by_nothing() -> None:
    """A ratio minus itself has no width; plus itself it has twice the width."""
    hits, trials = np.array([2.0, 0.0, 1.0, 3.0]), np.array([4.0, 1.0, 1.0, 5.0])
    units = alone(4)
    one = mean_of(units, hits, trials, level=0.95)  # its interval is symmetric
    alike = correlations(units, [(hits, trials)] * 2)

    assert alike == pytest.approx(np.ones((2, 2)))
    assert combined([one, one], [1, -1], alike=alike) == pytest.approx((0, 0, 0), abs=1e-7)
    both = combined([one, one], [1, 1], alike=alike)
    assert both == pytest.approx((2 * one.value, 2 * one.low, 2 * one.high))


@pytest.mark.parametrize("seed", range(5))
def test_units_are_really_left_out(seed: int) -> None:
    """The ratio of all minus that of the others, computed again without each person."""
    rng = np.random.default_rng(seed)
    n = 12
    people, counts = rng.integers(0, 4, n), rng.integers(0, 3, n)
    log = tp.Journeys(
        touchpoints=[tp.taxonomy.untyped("a")],
        codes=np.zeros(n, int),
        offsets=np.arange(n + 1),
        persons=people,
        counts=counts,
    )
    units = units_of(log, None)
    hits, trials = rng.normal(size=n), rng.integers(0, 3, n) * 1.0

    def ratio(kept: np.ndarray) -> float:
        return float((hits * counts)[kept].sum() / (trials * counts)[kept].sum())

    for unit, moved in enumerate(moved_by(units, hits, trials).tolist()):
        rest = people != unit
        if (trials * counts)[rest].sum() and (units.of == unit).any():
            assert moved == pytest.approx(ratio(np.ones(n, bool)) - ratio(rest))
