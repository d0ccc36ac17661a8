"""Several outcomes in one chain, against a chain for each in plain Python."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from itertools import pairwise

import attrs
import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

import touchpoints as tp
from tests.attribution import naive_attribution as naive
from tests.attribution.logs import KEYS, one_by_one

A = tp.attribution

DAY = np.timedelta64(1, "D")
START = np.datetime64("2026-01-01", "us")
NAMES = ["sale", "churn", "help"]

# path, and the day of each outcome that was reached (None where it was not)
ENDED = st.lists(
    st.tuples(
        st.lists(st.sampled_from(KEYS[:3]), max_size=4).map(tuple),
        st.tuples(*[st.one_of(st.none(), st.integers(9, 11)) for _ in NAMES]),
    ),
    min_size=2,
    max_size=8,
)
Ended = Sequence[tuple[tuple[str, ...], tuple[int | None, ...]]]


def log_of(journeys: Ended, *, timed: bool = True) -> tp.Journeys:
    """Return journeys with three outcomes and their times."""
    log = one_by_one([(path, 0.0) for path, _ in journeys])
    times = np.concatenate([START + np.arange(len(path)) * DAY for path, _ in journeys])
    outcomes = {
        name: np.array([float(days[place] is not None) for _, days in journeys])
        for place, name in enumerate(NAMES)
    }
    if not timed:
        return attrs.evolve(log, outcomes=outcomes)
    when = {
        name: np.array(
            [
                np.datetime64("NaT", "us") if days[place] is None else START + days[place] * DAY
                for _, days in journeys
            ]
        )
        for place, name in enumerate(NAMES)
    }
    return attrs.evolve(log, times=times, outcomes=outcomes, outcome_times=when)


def chain_of(journeys: Ended, *, timed: bool) -> dict[tuple[object, object], float]:
    """Return the transitions of journeys that end in their earliest outcome, or in none."""
    counts: dict[tuple[object, object], float] = defaultdict(float)
    for path, days in journeys:
        reached = [
            (day if timed else 0, place) for place, day in enumerate(days) if day is not None
        ]
        end = NAMES[min(reached)[1]] if reached else naive.LOST
        for pair in pairwise([naive.START, *naive.states(path, 1), end]):
            counts[pair] += 1
    return counts


@pytest.mark.parametrize("timed", [True, False])
@pytest.mark.parametrize("semantics", ["lost", "reconnect"])
@given(journeys=ENDED)
def test_effects_on_each_outcome_are_those_of_its_own_chain(
    semantics: str, timed: bool, journeys: list[tuple[tuple[str, ...], tuple[int | None, ...]]]
) -> None:
    """A journey ends in the earliest outcome; where times are equal, in the first listed."""
    assume(any(day is not None for _, days in journeys for day in days))
    found = A.competing(log_of(journeys, timed=timed), outcomes=NAMES, semantics=semantics)
    counts = chain_of(journeys, timed=timed)

    assert set(found.outcome.tolist()) <= set(NAMES)
    for row in found.to_dicts():
        whole = naive.reaching(counts, end=row["outcome"])
        less = naive.reaching(
            counts,
            end=row["outcome"],
            gone=naive.into({row["touchpoint"]}),
            reconnect=semantics == "reconnect",
        )
        assert row["probability"] == pytest.approx(whole, abs=1e-10)
        assert row["without"] == pytest.approx(less, abs=1e-10)
        if whole:
            assert row["effect"] == pytest.approx(1 - less / whole, abs=1e-9)
            assert row["low"] - 1e-9 <= row["effect"] <= row["high"] + 1e-9
        else:
            assert np.isnan(row["effect"])


def test_the_probabilities_of_all_outcomes_are_those_observed() -> None:
    """Of six journeys three bought, one left, and one did both: it left first."""
    journeys: Ended = [
        (("a",), (9, None, None)),
        (("a", "b"), (10, None, None)),
        (("b",), (10, None, None)),
        (("c",), (None, 9, None)),
        (("c", "a"), (11, 10, None)),
        (("b",), (None, None, None)),
    ]
    found = A.competing(log_of(journeys), outcomes=["sale", "churn"])
    rows = {(row["touchpoint"], row["outcome"]): row for row in found.to_dicts()}

    assert rows["a", "sale"]["probability"] == pytest.approx(3 / 6)
    assert rows["a", "churn"]["probability"] == pytest.approx(2 / 6)
    assert rows["c", "churn"]["journeys"] == 2
    assert rows["c", "sale"]["journeys"] == 0
    listed = A.competing(log_of(journeys, timed=False), outcomes=["sale", "churn"])
    assert listed.to_dicts()[0]["probability"] == pytest.approx(4 / 6)


def test_journeys_of_which_an_outcome_is_not_known_are_counted() -> None:
    """No sale so far is no none; a sale is a sale whatever becomes of the rest."""
    log = log_of([(("a",), (9, None, None)), (("b",), (None, None, None))])
    unsure = attrs.evolve(log, outcomes={**log.outcomes, "churn": np.array([np.nan, np.nan])})
    found = A.competing(unsure, outcomes=["sale", "churn"])

    assert found.unknown == 1
    assert found.touchpoint.tolist() == ["a", "a"]
    assert found.probability.tolist() == [1.0, 0.0]
