"""Intervals of shares where several journeys are of one person, from the public functions."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import touchpoints as tp
from tests import naive
from tests.compare import naive_compare
from tests.naive_paths import built
from touchpoints.uncertainty import JourneyShares

PEOPLE = st.lists(
    st.integers(1, 6).flatmap(lambda m: st.tuples(st.integers(0, m), st.just(m))),
    min_size=1,
    max_size=7,
)


def log_of(people: list[tuple[int, int]], *, first: int = 0):
    """Return journeys of persons with (hits, journeys) each; a hit has an ``a``."""
    paths = [path for y, m in people for path in ["ab"] * y + ["b"] * (m - y)]
    return built(
        paths, persons=[first + who for who, (_, m) in enumerate(people) for _ in range(m)]
    )


def presence_of(people: list[tuple[int, int]]) -> tuple[float, float]:
    """Return the interval of the share of journeys with an ``a``."""
    rows = tp.paths.presence(log_of(people)).to_dicts()
    return next((row["low"], row["high"]) for row in rows if row["touchpoint"] == "a")


@given(people=PEOPLE.filter(lambda people: any(y for y, _ in people)))
def test_every_share_of_journeys_is_told_by_one_rule(people) -> None:
    """Presence, transitions, n-grams and a single share agree with the definition by person."""
    hits, sizes = [y for y, _ in people], [m for _, m in people]
    number = naive.effective_trials(hits, sizes)
    expected = tuple(tp.wilson(sum(hits) / sum(sizes) * number, number))
    journeys = log_of(people)

    steps = {
        (row["source"], row["target"]): row for row in tp.paths.transitions(journeys).to_dicts()
    }
    started = steps["(start)", "a"]
    alone = JourneyShares(journeys).of(np.array(["a" in one.keys for one in journeys]))

    assert presence_of(people) == pytest.approx(expected)
    assert (started["low"], started["high"]) == pytest.approx(expected)
    assert (alone.low, alone.high) == pytest.approx(expected)


def test_persons_who_agree_exactly_are_not_as_many_as_their_journeys() -> None:
    """Ten persons, each with a third of the journeys: .281 to .391 for 300 journeys each."""
    assert presence_of([(100, 300)] * 10) == pytest.approx((0.281, 0.391), abs=6e-4)


def test_persons_a_little_less_alike_do_not_change_the_interval_much() -> None:
    """Nine with 50 of 100, and the tenth with 50, 51 or 52: the interval grows bit by bit."""
    ends = [presence_of([(50, 100)] * 9 + [(last, 100)]) for last in (50, 51, 52)]

    expected = [(0.442, 0.558), (0.443, 0.559), (0.444, 0.560)]
    assert ends == [pytest.approx(one, abs=6e-4) for one in expected]


@given(a=PEOPLE, b=PEOPLE)
def test_differences_of_persons_follow_the_definition(a, b) -> None:
    """Both sides use the degrees of freedom of the difference."""
    pair = tp.compare.pair(log_of(a), log_of(b, first=100))

    found = tp.compare.presence(pair, seed=1, resamples=1, min_count=1).to_dicts()

    row = next((row for row in found if row["label"] == "b"), None)
    assert (row["low"], row["high"]) == pytest.approx(
        naive_compare.clustered_newcombe([(m, m) for _, m in a], [(m, m) for _, m in b])
    )
    for row in found:
        if row["label"] == "a":
            expected = naive_compare.clustered_newcombe(a, b)
            assert (row["low"], row["high"]) == pytest.approx(expected)


def test_paths_and_compare_trust_the_same_number_of_journeys() -> None:
    """Two groups of ten persons who agree exactly: a difference of two such shares."""
    alike = [(100, 300)] * 10
    pair = tp.compare.pair(log_of(alike), log_of(alike, first=100))

    found = tp.compare.presence(pair, seed=1, resamples=1, min_count=1).to_dicts()

    row = next(row for row in found if row["label"] == "a")
    low, high = presence_of(alike)
    reach = ((high - 1 / 3) ** 2 + (1 / 3 - low) ** 2) ** 0.5
    # The difference has twice as many degrees of freedom, so it is a little narrower.
    assert 0.8 * reach < row["high"] <= reach
    assert row["low"] == pytest.approx(-row["high"])
