"""Student's intervals and tests from bootstrap standard errors; measures over their errors."""

from __future__ import annotations

import math

import attrs
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import touchpoints as tp
from tests import strategies
from tests.compare import naive_student as naive
from tests.compare.test_compare import two
from touchpoints import compare
from touchpoints._core.arrays.statistics.clustered_shares import ClusterSizes
from touchpoints.compare._shared.student import Student, Trust

NUMBERS = st.floats(-5, 5).map(lambda one: round(one, 2))
PERSONS = st.lists(st.lists(st.integers(1, 9), min_size=1, max_size=3), min_size=2, max_size=3)


def lengths(journeys: tp.Journeys) -> float:
    """Return the mean number of interactions of a journey."""
    counts = journeys.counts
    return float((np.diff(journeys.offsets) * counts).sum() / counts.sum())


def of_persons(a: list[list[int]], b: list[list[int]]) -> compare.Pair:
    """Return a pair of persons whose journeys have these lengths."""
    sides = [["x" * length for person in side for length in person] for side in (a, b)]
    people = [row for row, person in enumerate([*a, *b]) for _ in person]
    return two(sides[0], sides[1], persons=np.array(people))


@given(
    draws=st.lists(st.tuples(NUMBERS, NUMBERS), min_size=3, max_size=30),
    sizes=st.tuples(*[st.lists(st.integers(1, 9), min_size=2, max_size=12)] * 2),
)
@strategies.examples(60)
def test_intervals_are_the_definition(
    draws: list[tuple[float, float]], sizes: tuple[list[int], list[int]]
) -> None:
    """The variance of resamples, t with Welch's degrees of freedom, and the quantiles."""
    a, b = (list(one) for one in zip(*draws, strict=True))
    if len(set(a)) < 2 or len(set(b)) < 2:
        return
    every = [ClusterSizes.of(np.array(one), np.ones(len(one))) for one in sizes]
    trust = Trust(
        scales=tuple(np.array([len(one) / (len(one) - 1)]) for one in sizes),
        freedom=tuple(one.known() for one in every),
        most=np.array([float(sum(map(len, sizes)) - 1)]),
    )
    columns = np.array(a)[:, None], np.array(b)[:, None]

    # Resamples of separate groups are independent: the covariance seen is taken out.
    shifted = columns[1] - columns[1].mean()
    steady = columns[0] - columns[0].mean()
    seen = float((steady * shifted).sum())
    if abs(seen) > 1e-9:
        a, b = [*a, *a], [*b, *(2 * float(columns[1].mean()) - one for one in b)]
        columns = np.array(a)[:, None], np.array(b)[:, None]
    found = Student.of(np.array([1.5]), columns, trust)

    low, high, p = naive.interval(a, b, difference=1.5, sizes=sizes, level=0.9)
    assert [low, high] == pytest.approx([float(one[0]) for one in found.bounds(0.9)])
    assert p == pytest.approx(float(found.p()[0]))


def test_resamples_without_a_number_are_left_out() -> None:
    """A resample in which a group has no value tells nothing of the difference."""
    trust = Trust(
        scales=(np.array([1.0]), np.array([1.0])),
        freedom=(np.array([9.0]), np.array([9.0])),
        most=np.array([19.0]),
    )
    a, b = np.array([[1.0], [2.0], [np.nan], [3.0]]), np.array([[0.0], [0.0], [5.0], [0.0]])

    found = Student.of(np.array([2.0]), (a, b), trust)

    assert (2 / 3) ** 0.5 == pytest.approx(found.error[0])


@given(a=PERSONS, b=PERSONS)
@strategies.examples(8)
def test_p_of_a_measure_comes_near_the_exact_test(a: list[list[int]], b: list[list[int]]) -> None:
    """The difference of a measure is permuted over its standard error."""
    if len({length for person in [*a, *b] for length in person}) < 2:
        return

    found = compare.measured(of_persons(a, b), lengths, seed=1, resamples=1000)

    expected = naive.exact_p(a, b, lambda values: sum(values) / len(values))
    assert expected == pytest.approx(found.p[0], abs=0.06)


def test_a_measure_that_no_person_moves_is_compared_by_sizes() -> None:
    """The longest journey: leaving out one of two who have it changes nothing."""
    pair = of_persons([[9], [1], [2]], [[9], [1], [2]])

    def longest(journeys: tp.Journeys) -> float:
        return float(np.diff(journeys.offsets)[journeys.counts > 0].max())

    found = compare.measured(pair, longest, seed=1, resamples=20)

    assert 1.0 == found.p[0]


def test_more_persons_than_twice_the_resamples_are_not_left_out() -> None:
    """Then only the numbers of journeys tell how far a difference can stray."""
    calls = []

    def counted(journeys: tp.Journeys) -> float:
        calls.append(1)
        return lengths(journeys)

    pair = of_persons([[1], [2], [3], [4]], [[4], [5], [6], [7]])
    compare.measured(pair, counted, seed=1, resamples=4)
    few = len(calls)
    compare.measured(pair, counted, seed=1, resamples=3)

    assert few - (len(calls) - few) == 8 + 4


@pytest.mark.parametrize("test", ["permutation", "bootstrap"])
def test_a_measure_without_bound_has_no_interval(test: str) -> None:
    """Infinite numbers do not differ by anything: p and the interval are nan, without a warning."""
    pair = of_persons([[1], [2], [3]], [[1], [2], [3]])

    found = compare.measured(pair, lambda _: math.inf, seed=1, resamples=20, test=test)

    assert np.isnan([found.low[0], found.high[0], found.p[0]]).all()


def test_tied_medians_have_a_p_of_no_difference() -> None:
    """The medians are equal: whatever the resamples do, nothing differs."""
    pair = of_persons([[1], [1], [2], [1], [1], [1]], [[1], [1], [1], [1], [2], [1]])

    def middle(journeys: tp.Journeys) -> float:
        return float(np.median(np.repeat(np.diff(journeys.offsets), journeys.counts)))

    found = compare.measured(pair, middle, seed=1, resamples=99, test="bootstrap")

    assert (0.0, 1.0) == (found.difference[0], found.p[0])


def test_few_persons_of_a_group_are_remarked() -> None:
    """Per group, as text and as HTML; nothing where journeys are the unit."""
    pair = of_persons([[1], [2], [3]], [[1], [2], [3], [4], [5], [6], [7]])

    found = compare.measured(pair, lengths, seed=1, resamples=20)

    line = "few persons in 'a' (3, 3.0 effective): one not seen may change the intervals"
    assert (3, 7) == found.persons
    assert line == repr(found).splitlines()[-1]
    assert "few persons in &#x27;a&#x27;" in found._repr_html_()
    alone = compare.measured(two(["x"] * 3, ["xx"] * 4), lengths, seed=1, resamples=20)
    assert alone.persons is None
    assert "few persons" not in repr(alone)


def test_hits_of_few_persons_are_remarked() -> None:
    """Six journeys with c are of two persons; all others are of more."""
    people = [*range(10), 3, 3, 3, 4, 4, 4, *range(20, 30)]
    pair = two(["ab"] * 10 + ["abc"] * 6, ["ab"] * 10, persons=np.array(people))

    found = compare.presence(pair, seed=1, resamples=20)

    assert 1 == found.few_behind
    assert "1 row: the hits come from fewer than five persons" == repr(found).splitlines()[-1]


def test_one_person_who_waits_is_remarked() -> None:
    """The comparison of times has the same remarks."""
    pair = of_persons([[2, 2]], [[2], [3], [4], [5], [6], [7], [8]])
    shop = attrs.evolve(tp.datasets.shop(40, seed=4), persons=None)
    people = np.arange(100, 140)
    people[np.asarray(shop.per_journey["device"].codes) == 0] = 0
    two_groups = compare.groups(attrs.evolve(shop, persons=people), "device")

    found = compare.time_to(two_groups, place="purchase", seed=1, resamples=20)

    assert "one person in " in repr(found)
    assert compare.measured(pair, lengths, seed=1, resamples=20).persons == (1, 7)
