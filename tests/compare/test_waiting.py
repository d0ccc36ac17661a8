"""Comparison of the time to a place: the log-rank test and restricted means."""

from __future__ import annotations

import datetime as dt
import math

import attrs
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import CensoredData, logrank

import touchpoints as tp
from tests import strategies
from tests.compare import naive_waiting as naive
from touchpoints import compare
from touchpoints.errors import InvalidInputError, NotFoundError, WrongKindError

WAITS = st.lists(st.tuples(st.integers(1, 6), st.booleans()), min_size=1, max_size=5)

# Weeks in remission, and whether it ended: 6-mercaptopurine and placebo (Freireich 1963).
TREATED = [(6, 1), (6, 1), (6, 1), (6, 0), (7, 1), (9, 0), (10, 1), (10, 0), (11, 0), (13, 1)]
TREATED += [(16, 1), (17, 0), (19, 0), (20, 0), (22, 1), (23, 1), (25, 0), (32, 0), (32, 0)]
TREATED += [(34, 0), (35, 0)]
PLACEBO = [1, 1, 2, 2, 3, 4, 4, 5, 5, 8, 8, 8, 8, 11, 11, 12, 12, 15, 17, 22, 23]


def waiting(a: naive.Waits, b: naive.Waits, **columns: object) -> compare.Pair:
    """Return a pair of journeys that reach y after x, or are censored, at a second."""
    begun = dt.datetime(2026, 1, 1)
    waits = [*a, *b]
    records = [
        {"id": row, "t": begun + dt.timedelta(seconds=second), "w": what}
        for row, (time, reached) in enumerate(waits)
        for what, second in [("x", 0)] + [("y", time)] * bool(reached)
    ]
    until = np.array([np.datetime64(begun, "us") + np.timedelta64(time, "s") for time, _ in waits])
    journeys = tp.from_records(records, journey="id", time="t", touchpoint="w")
    side = ["a"] * len(a) + ["b"] * len(b)
    journeys = attrs.evolve(journeys, observed_until=until, per_journey={"side": side}, **columns)
    return compare.groups(journeys, "side")


@given(a=WAITS, b=WAITS)
@strategies.examples(40)
def test_all_numbers_are_those_by_definition(a: naive.Waits, b: naive.Waits) -> None:
    """Expected events, chi-square, hazard ratio, medians and means, each by its definition."""
    a, b = [*a, (3, True)], [*b, (2, False)]

    found = compare.time_to(waiting(a, b), place="y", seed=1, resamples=3)

    horizon = min(max(time for time, _ in one) for one in (a, b))
    observed, expected, _ = naive.log_rank(a, b)
    others = sum(reached for _, reached in b)
    rest = observed + others - expected
    assert [observed, others] == found.events.tolist()
    assert [float(expected), float(rest)] == pytest.approx(found.expected.tolist())
    chi2 = naive.chi_square(a, b)
    assert (math.nan if chi2 is None else float(chi2)) == pytest.approx(found.chi2, nan_ok=True)
    means = [float(naive.mean(one, horizon)) for one in (a, b)]
    assert means == pytest.approx(found.mean.tolist())
    assert means[0] - means[1] == pytest.approx(found.difference)
    medians = [naive.median(one) for one in (a, b)]
    assert [math.nan if one is None else one for one in medians] == pytest.approx(
        found.median.tolist(), nan_ok=True
    )
    if others and expected:
        ratio = (observed / expected) / (others / rest)
        assert float(ratio) == pytest.approx(found.hazard_ratio)
    assert [len(a), len(b)] == found.journeys.tolist()
    assert float(horizon) == found.horizon


def test_the_published_trial() -> None:
    """Freireich et al. (1963), Blood 21, 699-716: chi-square 16.79, medians of 23 and 8 weeks.

    Observed and expected as Kleinbaum and Klein, Survival Analysis, chapter 2, print them.
    """
    pair = waiting(TREATED, [(week, 1) for week in PLACEBO])

    found = compare.time_to(pair, place="y", seed=1)

    assert 16.79 == pytest.approx(found.chi2, abs=0.005)
    assert [9, 21] == found.events.tolist()
    assert [19.25, 10.75] == pytest.approx(found.expected.tolist(), abs=0.005)
    assert [23, 8] == found.median.tolist()
    assert found.p < 0.002
    assert 23.0 == found.horizon
    assert found.low > 0


def test_chi_square_is_scipys() -> None:
    """It is the square of the statistic of scipy.stats.logrank."""
    rng = np.random.default_rng(4)
    a, b = (
        [(int(time), bool(rng.random() < 0.7)) for time in rng.integers(1, most, 60)]
        for most in (30, 40)
    )
    sides = [
        CensoredData(
            uncensored=[time for time, reached in some if reached],
            right=[time for time, reached in some if not reached],
        )
        for some in (a, b)
    ]

    found = compare.time_to(waiting(a, b), place="y", seed=1, resamples=5)

    assert logrank(*sides).statistic ** 2 == pytest.approx(found.chi2)


@given(a=WAITS, b=WAITS)
@strategies.examples(15)
def test_p_comes_near_the_exact_test(a: naive.Waits, b: naive.Waits) -> None:
    """The p of 3000 random permutations approximates the p of all permutations."""
    a, b = [*a[:4], (3, True)], [*b[:4], (2, True)]
    found = compare.time_to(waiting(a, b), place="y", seed=3, resamples=3000)

    if naive.chi_square(a, b) is None:
        assert math.isnan(found.p)
    else:
        assert naive.exact_p(a, b) == pytest.approx(found.p, abs=0.04)


def test_a_count_of_two_is_the_journey_twice() -> None:
    """All numbers that do not depend on resamples are the same."""
    a, b = [(1, True), (4, False), (5, True)], [(2, True), (3, True), (6, False)]
    merged = compare.time_to(
        waiting(a, b, counts=[2, 1, 3, 2, 1, 1]), place="y", seed=1, resamples=50
    )
    spread = compare.time_to(
        waiting(a[:1] * 2 + a[1:2] + a[2:] * 3, b[:1] * 2 + b[1:]), place="y", seed=1, resamples=50
    )

    for name in ("journeys", "events", "expected", "median", "mean"):
        assert getattr(merged, name).tolist() == pytest.approx(getattr(spread, name).tolist())
    for name in ("chi2", "difference", "hazard_ratio", "horizon"):
        assert getattr(merged, name) == pytest.approx(getattr(spread, name))


def test_shuffled_journeys_and_swapped_groups() -> None:
    """Shuffled journeys give the same numbers; swapped groups the opposite signs."""
    a, b = TREATED, [(week, 1) for week in PLACEBO]
    one = compare.time_to(waiting(a, b), place="y", seed=1, resamples=300)
    shuffled = compare.time_to(waiting(a[::-1], b[::-1]), place="y", seed=1, resamples=300)
    other = compare.time_to(waiting(b, a), place="y", seed=1, resamples=300)

    assert one.chi2 == pytest.approx(shuffled.chi2) == pytest.approx(other.chi2)
    assert one.difference == pytest.approx(shuffled.difference) == pytest.approx(-other.difference)
    assert one.hazard_ratio == pytest.approx(1 / other.hazard_ratio)
    assert one.expected.tolist() == pytest.approx(other.expected.tolist()[::-1])


def test_results_depend_on_the_seed() -> None:
    """The same seed, the same table; another seed, other intervals."""
    pair = waiting(TREATED, [(week, 1) for week in PLACEBO])
    first, second, third = (
        compare.time_to(pair, place="y", seed=seed, resamples=50) for seed in (1, 1, 2)
    )

    assert first == second
    assert first.low != third.low


def test_one_persons_many_journeys_are_no_evidence() -> None:
    """Ten journeys each of four persons count as four persons."""
    a, b = [(1, True)] * 20, [(5, True)] * 20
    people = ["ana"] * 10 + ["leo"] * 10 + ["eva"] * 10 + ["max"] * 10

    alone = compare.time_to(waiting(a, b), place="y", seed=1, resamples=300)
    clustered = compare.time_to(waiting(a, b, persons=people), place="y", seed=1, resamples=300)

    assert alone.p < 0.01
    assert clustered.p > 0.2
    assert alone.chi2 == clustered.chi2
    assert ("journey", "person") == (alone.unit, clustered.unit)


def test_persons_in_both_groups_are_refused_or_permuted_within() -> None:
    """The error states their number; within persons without a difference p is 1."""
    people = ["ana", "leo", "eva"] * 2
    pair = waiting(
        [(1, True), (2, True), (3, True)], [(1, True), (2, True), (3, True)], persons=people
    )

    with pytest.raises(InvalidInputError, match="3 persons have journeys in both"):
        compare.time_to(pair, place="y", seed=1)
    found = compare.time_to(pair, place="y", seed=1, resamples=50, shared="within")

    assert (3, 1.0) == (found.shared, found.p)
    assert np.isnan([found.low, found.high]).all()  # three who agree exactly tell of no other


def test_the_false_positive_rate_is_the_nominal_one() -> None:
    """Equal hazards, one group observed half as long: about 5 % of tests have p <= 0.05."""
    rng = np.random.default_rng(7)
    flagged = 0
    for seed in range(200):
        times = rng.geometric(0.1, 60)
        until = np.where(np.arange(60) < 30, 8, 16)
        waits = [
            (int(min(time, end)), bool(time <= end)) for time, end in zip(times, until, strict=True)
        ]
        pair = waiting(waits[:30], waits[30:])
        flagged += compare.time_to(pair, place="y", seed=seed, resamples=99).p <= 0.05

    assert 0.015 < flagged / 200 < 0.095


def test_a_start_an_outcome_and_a_horizon() -> None:
    """The clock of `tp.paths.time_to`, and the mean up to a given horizon."""
    pair = waiting([(1, True), (4, True)], [(2, True), (6, False)])
    marked = attrs.evolve(pair, journeys=tp.mark(pair.journeys, "got", when="y"))
    options = {"seed": 1, "resamples": 20}

    by_place = compare.time_to(pair, place="y", **options)
    by_outcome = compare.time_to(marked, outcome="got", **options)
    by_start = compare.time_to(pair, place="y", start="x", **options)
    assert by_place == by_outcome == by_start
    short = compare.time_to(pair, place="y", horizon=dt.timedelta(seconds=3), **options)
    assert [2.0, 2.5] == short.mean.tolist()
    assert {"a": 2.0, "b": 2.5} == short.as_dict()
    assert (short.chi2, short.p) == (by_place.chi2, by_place.p)
    never = compare.time_to(pair, place="y", start="y", **options)
    assert [0, 0] == never.events.tolist()
    assert math.isnan(never.chi2)
    assert math.isnan(never.p)
    assert [0, 1] == never.left_out.tolist()


def test_an_interval_needs_two_units_per_group() -> None:
    """With one journey in a group the interval is nan."""
    found = compare.time_to(
        waiting([(1, True)], [(2, True), (3, True)]), place="y", seed=1, resamples=9
    )

    assert math.isnan(found.low)
    assert math.isnan(found.high)


def test_bad_input_gets_clear_errors() -> None:
    """Not a pair, unknown places, a group without the start, a horizon beyond observation."""
    pair = waiting([(1, True), (4, True)], [(2, False), (3, False)])

    with pytest.raises(WrongKindError, match=r"compare\.groups"):
        compare.time_to(pair.journeys, place="y", seed=1)
    with pytest.raises(NotFoundError, match="'z'"):
        compare.time_to(pair, place="z", seed=1)
    with pytest.raises(InvalidInputError, match="not both"):
        compare.time_to(pair, place="y", outcome="won", seed=1)
    with pytest.raises(InvalidInputError, match="no journey of 'b' has a known start"):
        compare.time_to(pair, place="x", start="y", seed=1)
    with pytest.raises(
        InvalidInputError, match=r"horizon must be at most 0:00:04, .* of 'a', got 1:00:00"
    ):
        compare.time_to(pair, place="y", horizon=dt.timedelta(hours=1), seed=1)
    with pytest.raises(InvalidInputError, match="must be positive"):
        compare.time_to(pair, place="y", horizon=dt.timedelta(0), seed=1)
    with pytest.raises(InvalidInputError, match="resamples must be an integer of at least 1"):
        compare.time_to(pair, place="y", resamples=0, seed=1)


def test_progress_is_reported() -> None:
    """Permutations and bootstrap resamples are reported, with the number of blocks."""
    calls: list[tuple[int, int]] = []
    pair = waiting([(1, True), (4, True)], [(2, True), (3, False)])
    compare.time_to(pair, place="y", seed=1, resamples=4, progress=lambda *one: calls.append(one))

    assert [(1, 2), (2, 2)] == calls
