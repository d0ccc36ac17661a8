"""Numbers of intervals that are pinned by hand: standard errors, rows of two, persons, draws."""

from __future__ import annotations

import statistics

import numpy as np
import pytest

import touchpoints as tp
from tests.naive import effective_trials
from tests.naive_paths import built, wilson
from touchpoints.errors import InvalidInputError
from touchpoints.uncertainty.cell_shares import presence_shares
from touchpoints.uncertainty.journey_shares import JourneyShares
from touchpoints.uncertainty.units import resampling_counts, units_of

PERSONS = ["ana", "ana", "ana", "leo", "leo", "eva", "eva", "mia", "tom", "tom"]
HITS = np.array([1, 1, 1, 0, 0, 0, 0, 1, 1, 0], dtype=bool)
AMONG = np.array([1, 1, 1, 1, 1, 0, 0, 1, 0, 1], dtype=bool)
"""Eva has no journey among these, Mia and Tom have one each."""
FEW = [[15, 0, 1], [15, 0, 1], [14, 0, 2], [15, 0, 1]]
MANY = [[16, 0, 1], [15, 0, 2], [15, 0, 2], [17, 0, 0]]
ALONE = [[0, 0, 2, 2], [1, 0, 1, 2], [1, 2, 0, 1]]


def test_a_standard_error_is_a_sample_standard_deviation() -> None:
    """It divides by one less than the number of resamples."""
    seen: list[float] = []

    def share(journeys: tp.Journeys) -> float:
        hits = float(journeys.counts[:2].sum() / journeys.counts.sum())
        seen.append(hits)
        return hits

    found = tp.bootstrap(built(["a"] * 5), share, seed=1, resamples=4)

    assert len(set(seen[-4:])) > 1
    assert statistics.stdev(seen[-4:]) == pytest.approx(float(found.se[0]), rel=1e-12)


@pytest.mark.parametrize("count", [2, 3])
def test_the_value_of_a_row_of_two_journeys_is_a_total(count: int) -> None:
    """It cannot be resampled in parts; that of a row of one journey can."""

    def value(journeys: tp.Journeys) -> float:
        return float(np.nansum(journeys.values["paid"]))

    rows = built(["a", "b"], counts=[1, count], values={"paid": [1.0, 2.0]})
    with pytest.raises(InvalidInputError, match="a bootstrap of values") as caught:
        tp.bootstrap(rows, value, seed=1, resamples=3)
    assert "1 row" in caught.value.where
    single = built(["a", "b"], counts=[1, 1], values={"paid": [1.0, 2.0]})
    assert 3.0 == tp.bootstrap(single, value, seed=1, resamples=3).estimate[0]


def expected_interval() -> tuple[float, float]:
    """Compute the interval of HITS among AMONG from the journeys of each person."""
    known = ("ana", "leo", "mia", "tom")
    rows = [[row for row, one in enumerate(PERSONS) if one == name] for name in known]
    did = [sum(bool(HITS[row] and AMONG[row]) for row in one) for one in rows]
    tried = [sum(bool(AMONG[row]) for row in one) for one in rows]
    assert ([3, 0, 1, 0], [3, 2, 1, 1]) == (did, tried)
    return wilson(4 / 7, effective_trials(did, tried))


def test_persons_without_a_trial_tell_nothing() -> None:
    """They are not counted as persons; those with one trial are."""
    journeys = built(["a"] * 10, persons=PERSONS)

    found = JourneyShares(journeys).of(HITS, among=AMONG)

    assert (4, 7) == (found.hits, found.trials)
    assert expected_interval() == pytest.approx((found.low, found.high), rel=1e-9)


def test_presence_counts_persons_with_a_trial_too() -> None:
    """The same interval by cell."""
    journeys = built(["a"] * 10, persons=PERSONS)
    rows = np.flatnonzero(HITS & AMONG)

    found = presence_shares(
        units_of(journeys, None),
        journeys.counts,
        (rows, np.zeros(len(rows), dtype=np.int64)),
        size=1,
        level=0.95,
        among=AMONG,
    )

    assert expected_interval() == pytest.approx((found.low[0], found.high[0]), rel=1e-9)


def test_the_draws_of_a_seed_are_those_of_numpy() -> None:
    """Up to eight units for each distinct one are drawn one by one, more of them at once."""
    few, many = np.array([15, 0, 1]), np.array([16, 0, 1])
    urn = np.array([0] * 15 + [2])

    for repeats in (few, many):
        draw, rng = resampling_counts(repeats, np.random.default_rng(7)), np.random.default_rng(7)
        for _ in range(5):
            if repeats is few:
                expected = np.bincount(urn[rng.integers(0, 16, 16)], minlength=3)
            else:
                once = rng.multinomial(17, [16 / 17, 1 / 17])
                expected = np.array([once[0], 0, once[1]])
            assert expected.tolist() == draw().tolist()


def test_the_draws_of_a_seed_do_not_change() -> None:
    """The numbers of numpy's generator for one seed, written down."""
    few = resampling_counts(np.array([15, 0, 1]), np.random.default_rng(7))
    many = resampling_counts(np.array([16, 0, 1]), np.random.default_rng(7))
    alone = resampling_counts(np.array([1, 1, 1, 1]), np.random.default_rng(7))

    assert FEW == [few().tolist() for _ in range(4)]
    assert MANY == [many().tolist() for _ in range(4)]
    assert ALONE == [alone().tolist() for _ in range(3)]
