"""Intervals of quantiles of persons with several values: against the definition, and by hand."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from tests import naive
from touchpoints._core.arrays.statistics.quantile_bounds import UnitValues, quantile_bounds
from touchpoints._core.arrays.statistics.quantiles import spreads

PERSONS = st.lists(st.lists(st.integers(-3, 6), max_size=6), max_size=10)


def bounds(groups, share: float = 0.5, *, level: float = 0.95, repeats=None):
    """Return the ends of the interval of each group; ``groups[g][i]`` are the values of person i.

    Person i of one group is the same as person i of another.
    """
    rows = [
        (group, person, value)
        for group, persons in enumerate(groups)
        for person, values in enumerate(persons)
        for value in values
    ]
    columns = np.array(rows, dtype=np.int64).reshape(-1, 3).T
    of_group, of, values = (np.ascontiguousarray(one) for one in columns)
    people = max([len(one) for one in groups], default=0)
    times = np.ones(people, dtype=np.int64) if repeats is None else np.array(repeats)
    spread = spreads(of_group, values, len(groups), times[of].astype(np.float64))
    one = np.ones_like(of)
    known = UnitValues.of(values, of_group, len(groups), of=of, within=one, repeats=times)
    return list(zip(*quantile_bounds(spread, known, share, level=level), strict=True))


@given(
    groups=st.lists(PERSONS, min_size=1, max_size=3),
    share=st.sampled_from([0.1, 0.25, 0.5, 0.9]),
    level=st.sampled_from([0.5, 0.8, 0.95]),
)
def test_the_kernel_is_the_definition_person_by_person(groups, share: float, level: float) -> None:
    """Several groups at once, with ties."""
    found = bounds(groups, share, level=level)

    for ends, persons in zip(found, groups, strict=True):
        assert ends == pytest.approx(naive.quantile_interval(persons, share, level), nan_ok=True)


@given(persons=PERSONS, data=st.data())
def test_persons_who_are_alike_are_persons(persons, data) -> None:
    """One row that stands for several persons tells as much as the rows written out."""
    repeats = [data.draw(st.integers(1, 5)) for _ in persons]
    apart = [one for one, times in zip(persons, repeats, strict=True) for _ in range(times)]

    assert bounds([persons], repeats=repeats, level=0.5)[0] == pytest.approx(
        bounds([apart], level=0.5)[0], nan_ok=True
    )


@pytest.mark.parametrize("number", [1, 2, 5, 6, 20, 101])
@pytest.mark.parametrize("share", [0.5, 0.9])
def test_one_value_a_person_gives_plain_order_statistics(number: int, share: float) -> None:
    """The ranks are as far from the middle as a share of independent values may stray."""
    reach = stats.norm.ppf(0.975) * np.sqrt(share * (1 - share) * number)
    low, high = np.ceil(share * number - reach), np.floor(share * number + reach) + 1
    expected = (low if low >= 1 else np.nan, high if high <= number else np.nan)

    found = bounds([[[value] for value in range(1, number + 1)]], share)

    assert found[0] == pytest.approx(expected if number > 1 else (np.nan, np.nan), nan_ok=True)


def test_ends_of_twenty_independent_values_are_the_sixth_and_the_fifteenth() -> None:
    """.5 ± 1.96 / (2 √20) = .281 and .719: ranks ceil(5.62) and floor(14.38) + 1."""
    assert bounds([[[value] for value in range(1, 21)]]) == [(6, 15)]


def test_few_persons_leave_the_ends_open() -> None:
    """Two persons who agree with themselves, however many values they have; and one person."""
    assert np.isnan(bounds([[[1] * 50, [2] * 50]])).all()
    assert np.isnan(bounds([[list(range(100))]])).all()
    assert np.isnan(bounds([[]])).all()


def test_equal_values_do_not_hide_that_persons_differ() -> None:
    """Half of the values are 0, and of each person all or none: as wide as ten persons are."""
    persons = [[0] * 100] * 5 + [[1] * 50 + [2] * 50] * 5

    assert bounds([persons]) == [(0, 2)]
