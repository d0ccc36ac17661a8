"""Kaplan–Meier estimates, compared with the definition and with a published table."""

from __future__ import annotations

import attrs
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.paths import naive_steps
from touchpoints._core.arrays.statistics.survival import (
    Dependence,
    median_bounds,
    product_limit,
    survival_bounds,
)

ROWS = st.lists(
    st.tuples(st.integers(0, 5), st.booleans(), st.integers(1, 3), st.sampled_from("ab")),
    min_size=1,
    max_size=8,
)


def clustered(counts, persons=None) -> Dependence:
    """Return the units: one for each observation, or one for each person."""
    counts = np.array(counts, dtype=np.int64)
    if persons is None:
        one = np.ones(len(counts), dtype=np.int64)
        return Dependence(of=np.arange(len(counts)), repeats=counts, within=one, apart=True)
    known, of = np.unique(persons, return_inverse=True)
    return Dependence(of=of, repeats=np.ones(len(known), np.int64), within=counts, apart=False)


@given(rows=ROWS, apart=st.booleans())
def test_share_variance_and_design_effect_agree_with_the_definition(rows, apart: bool) -> None:
    """Greenwood's variance, and what leaving out a person at a time makes of it."""
    times, ended, counts, persons = (np.array(one) for one in zip(*rows, strict=True))
    if apart:
        rows = [(*row[:3], None) for row in rows]
    expected = naive_steps.survival(rows)

    found = product_limit(times, ended, clustered(counts, None if apart else persons))

    assert found.times.tolist() == sorted(expected)
    share, spread, effect = (np.array(one) for one in zip(*expected.values(), strict=True))
    assert found.share == pytest.approx(share)
    whole = found.share > 0
    assert found.spread[whole] == pytest.approx(spread[whole])
    assert found.effects[whole] == pytest.approx(effect[whole])


@given(rows=ROWS, level=st.sampled_from([0.8, 0.95]))
def test_intervals_agree_with_the_definition(rows, level: float) -> None:
    """On the scale of log(-log), with t where there are few persons."""
    times, ended, counts, persons = (np.array(one) for one in zip(*rows, strict=True))
    found = product_limit(times, ended, clustered(counts, persons))

    low, high = survival_bounds(found, level)

    pairs = zip(low.tolist(), high.tolist(), strict=True)
    ends = dict(zip(found.times.tolist(), pairs, strict=True))
    for time, expected in naive_steps.bounds(rows, level).items():
        assert ends[time] == pytest.approx(expected, rel=1e-6, abs=1e-9)


@given(rows=ROWS, data=st.data())
def test_persons_who_are_alike_are_persons(rows, data) -> None:
    """A person who stands for several is the same as several persons written out."""
    persons = sorted({row[3] for row in rows})
    repeats = [data.draw(st.integers(1, 3)) for _ in persons]
    times, ended, counts, names = (np.array(one) for one in zip(*rows, strict=True))
    apart = [
        (*row[:3], f"{row[3]}{nth}")
        for row in rows
        for nth in range(repeats[persons.index(row[3])])
    ]
    merged = attrs.evolve(clustered(counts, names), repeats=np.array(repeats))

    one = product_limit(times, ended, merged)
    times, ended, counts, names = (np.array(one) for one in zip(*apart, strict=True))
    other = product_limit(times, ended, clustered(counts, names))

    for ours, theirs in zip(survival_bounds(one, 0.95), survival_bounds(other, 0.95), strict=True):
        assert ours == pytest.approx(theirs, rel=1e-6, abs=1e-9)


@given(rows=ROWS)
def test_one_observation_a_person_is_greenwood(rows) -> None:
    """With one observation for each unit, intervals are those of independent observations."""
    times, ended, _, _ = (np.array(one) for one in zip(*rows, strict=True))
    one = np.ones(len(rows), dtype=np.int64)

    plain = product_limit(times, ended, clustered(one))
    person = product_limit(times, ended, clustered(one, np.arange(len(rows))))

    for ours, theirs in zip(
        survival_bounds(plain, 0.95), survival_bounds(person, 0.95), strict=True
    ):
        assert ours == pytest.approx(theirs, rel=1e-9, nan_ok=True)
    assert person.effects.tolist() == [1.0] * len(person.times)


def test_one_person_counts_as_one_trial() -> None:
    """Five journeys of one person tell as much as one: nearly nothing; the median has no ends."""
    times, ended = np.array([1, 2, 3, 4, 5]), np.ones(5, dtype=bool)
    one = product_limit(times, ended, clustered([1] * 5, ["ana"] * 5))

    low, high = survival_bounds(one, 0.95)

    assert one.effects.tolist() == [5.0] * 5
    reach = 1.959964 * (5 * (1 / 5 / 4)) ** 0.5 / -np.log(0.8)
    assert (low[0], high[0]) == pytest.approx((0.8 ** np.exp(reach), 0.8 ** np.exp(-reach)))
    assert np.isnan(median_bounds(one, 0.95)).all()


def test_the_median_of_few_may_be_as_early_as_the_start() -> None:
    """Three persons, or three of a hundred journeys each: a half is in the interval from 0 on."""
    times, ended = np.array([1, 2, 3, 4, 5, 6]), np.ones(6, dtype=bool)
    names = np.array(list("aabbcc"))

    few = median_bounds(product_limit(times, ended, clustered([50] * 6, names)), 0.95)
    many = median_bounds(product_limit(times, ended, clustered([50] * 6)), 0.95)

    assert few[0] == 0.0
    assert many == (3.0, 4.0)


def test_the_remissions_of_leukaemia_patients() -> None:
    """Weeks under 6-mercaptopurine: D. R. Cox & D. Oakes (1984), table 1.1; output of Stata.

    E. J. Freireich et al. (1963), Blood 21(6), 699-716.
    """
    ended = [6, 6, 6, 7, 10, 13, 16, 22, 23]
    going = [6, 9, 10, 11, 17, 19, 20, 25, 32, 32, 34, 35]
    times = np.array(ended + going)
    flags = np.array([True] * len(ended) + [False] * len(going))

    found = product_limit(times, flags, clustered(np.ones(21)))
    low, high = survival_bounds(found, 0.95)

    at = np.flatnonzero(found.ended)
    assert found.at_risk[at].tolist() == [21, 17, 15, 12, 11, 7, 6]
    assert found.share[at] == pytest.approx(
        [0.8571, 0.8067, 0.7529, 0.6902, 0.6275, 0.5378, 0.4482], abs=5e-5
    )
    assert (found.share * np.sqrt(found.spread))[at] == pytest.approx(
        [0.0764, 0.0869, 0.0963, 0.1068, 0.1141, 0.1282, 0.1346], abs=5e-5
    )
    assert low[at] == pytest.approx(
        [0.6197, 0.5631, 0.5032, 0.4316, 0.3675, 0.2678, 0.1881], abs=5e-5
    )
    assert high[at] == pytest.approx(
        [0.9516, 0.9228, 0.8894, 0.8491, 0.8049, 0.7468, 0.6801], abs=5e-5
    )


def test_at_further_times_the_share_stays() -> None:
    """Before the first observation the share is 1; after the last, what it was; none at risk."""
    found = product_limit(
        np.array([1, 2]), np.array([True, False]), clustered([1, 1]), also=np.array([0, 5])
    )

    assert found.times.tolist() == [0, 1, 2, 5]
    assert found.at_risk.tolist() == [2, 2, 1, 0]
    assert found.share.tolist() == [1, 0.5, 0.5, 0.5]
