"""What each journey adds to the measures that can be followed, by hand."""

from __future__ import annotations

import attrs
import numpy as np
import pytest

import touchpoints as tp
from touchpoints.errors import InvalidInputError, NotFoundError
from touchpoints.experience._shared.measures import Asked, Measured, measured

LOG = tp.Journeys(
    touchpoints=[tp.taxonomy.untyped(one) for one in "abc"],
    codes=[0, 1, 0, 2, 0, 1, 1],  # a b a | c a | b b | (empty)
    offsets=[0, 3, 5, 7, 7],
    counts=[1, 2, 1, 3],
    finished=[True, True, False, True],
    outcomes={"sale": [1.0, 0.0, np.nan, 0.0]},
    values={"money": [10.0, 6.0, np.nan, 0.0]},
    per_interaction={"csat": [5.0, np.nan, 2.0, 9.0, 4.0, np.nan, 1.0]},
)


def added(measure: str, touchpoints: object = None, **how: str) -> Measured:
    """Return what the journeys of the log add."""
    return measured(LOG, Asked(measure=measure, touchpoints=touchpoints, **how))


def test_outcomes_are_of_journeys_where_known() -> None:
    """One reached it, the third is not known."""
    found = added("outcome")

    assert (found.hits.tolist(), found.trials.tolist()) == ([1, 0, 0, 0], [1, 1, 0, 1])
    assert found.unknown == 1
    assert found.remarks("outcome") == ["1 journey left out: the outcome is not known"]


def test_reach_and_count_are_per_journey() -> None:
    """Journey 1 has a twice; the empty one has none."""
    assert added("reach", "a").hits.tolist() == [1, 1, 0, 0]
    assert added("count", "a").hits.tolist() == [2, 1, 0, 0]
    assert added("count", ["a", "b"]).hits.tolist() == [3, 1, 2, 0]
    assert added("count", "a").trials.tolist() == [1, 1, 1, 1]


def test_an_exit_is_a_visit_with_which_the_journey_ends() -> None:
    """Two of three visits to a are the last ones; the log cuts off what follows the last b."""
    of_a, of_b = added("exit", "a"), added("exit", "b")

    assert (of_a.hits.tolist(), of_a.trials.tolist()) == ([1, 1, 0, 0], [2, 1, 0, 0])
    assert (of_b.hits.tolist(), of_b.trials.tolist()) == ([0, 0, 0, 0], [1, 0, 1, 0])
    assert of_b.unknown == 1
    assert added("exit", "a", outcome="sale").hits.tolist() == [0, 1, 0, 0]


def test_scores_are_of_the_touchpoints_and_those_outside_are_counted() -> None:
    """A 9 is outside of 1 to 5, in a journey that counts twice."""
    assert added("score", "a", metric="csat").hits.tolist() == [7, 4, 0, 0]
    assert added("score", "a", metric="csat").trials.tolist() == [2, 1, 0, 0]
    assert added("satisfied", metric="csat").hits.tolist() == [1, 1, 0, 0]
    assert added("dissatisfied", metric="csat").hits.tolist() == [1, 0, 1, 0]
    assert added("score", metric="csat").outside == 2
    assert added("score", "a", metric="csat").outside == 0


def test_values_are_per_real_journey() -> None:
    """A total of 6 over a row of two journeys is 3 each."""
    found = added("value")

    assert (found.hits.tolist(), found.trials.tolist()) == ([10, 3, 0, 0], [1, 1, 0, 1])


def test_what_is_missing_or_spare_is_refused() -> None:
    """Each error says what to give or to leave out."""
    with pytest.raises(InvalidInputError, match="needs to know which touchpoint"):
        added("reach")
    with pytest.raises(InvalidInputError, match="whose scores"):
        added("score")
    with pytest.raises(InvalidInputError, match=r"does not read 'metric='"):
        added("reach", "a", metric="csat")
    with pytest.raises(NotFoundError, match="monie"):
        added("value", value="monie")
    with pytest.raises(InvalidInputError, match="measure='reech' is not an option"):
        added("reech")
    two = attrs.evolve(LOG, values={"money": np.ones(4), "orders": np.ones(4)})
    with pytest.raises(InvalidInputError, match="which value"):
        measured(two, Asked(measure="value"))
