"""Kaplan–Meier estimates, compared with the definition and with a published table."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.paths import naive_steps
from touchpoints._core.arrays.statistics.survival import (
    Dependence,
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
def test_share_and_variance_agree_with_the_definition(rows, apart: bool) -> None:
    """Greenwood's variance, or the squared influence summed over persons."""
    times, ended, counts, persons = (np.array(one) for one in zip(*rows, strict=True))
    if apart:
        rows = [(*row[:3], None) for row in rows]
    expected = naive_steps.survival(rows)

    found = product_limit(times, ended, clustered(counts, None if apart else persons))

    assert found.times.tolist() == sorted(expected)
    assert found.share.tolist() == pytest.approx([one[0] for one in expected.values()])
    groups, number = len(set(persons)), int(counts.sum())
    few = 1 if apart else groups / (groups - 1) * (number - 1) / number if groups > 1 else np.nan
    whole = found.share > 0
    expected_spread = np.array([one[1] for one in expected.values()])[whole] * few
    assert expected_spread == pytest.approx(found.spread[whole], nan_ok=True, abs=1e-12)


@given(rows=ROWS)
def test_one_observation_a_person_is_greenwood(rows) -> None:
    """With one observation for each unit, the variance is Greenwood's."""
    times, ended, _, _ = (np.array(one) for one in zip(*rows, strict=True))
    one = np.ones(len(rows), dtype=np.int64)

    plain = product_limit(times, ended, clustered(one))
    person = product_limit(times, ended, clustered(one, np.arange(len(rows))))

    whole = (plain.share > 0) & (len(rows) > 1)
    assert plain.spread[whole] == pytest.approx(person.spread[whole], abs=1e-12)


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
