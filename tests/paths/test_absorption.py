"""Absorption probabilities and expected numbers of transitions."""

from __future__ import annotations

import attrs
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import touchpoints as tp
from tests.naive_paths import built
from tests.paths import naive_decisions
from touchpoints.errors import InvalidInputError, NotFoundError


@given(st.lists(st.text("abcd", min_size=1, max_size=6), min_size=1, max_size=6))
def test_absorption_agrees_with_iterating_the_chain(paths) -> None:
    """Finished journeys all end; expected transitions are those of the iterated chain."""
    journeys = built(paths)

    found = tp.paths.absorption(journeys).to_dicts()

    expected = naive_decisions.absorption(journeys)
    steps = {row["touchpoint"]: row["steps"] for row in found}
    assert {key: row[1] for key, row in expected.items()} == pytest.approx(steps, rel=1e-6)
    assert [1.0] * len(found) == pytest.approx([row["probability"] for row in found])


def test_the_gambler_of_kemeny_and_snell() -> None:
    """A fair walk on 1, 2, 3 between two ends: 3/4, 1/2, 1/4 and 3, 4, 3 transitions (3.2)."""
    # All transitions are equally frequent: a to ruin or b, b to a or c, and c to b or win.
    journeys = built(
        ["a", "ab", "ba", "bc", "cb", "c"],
        outcomes={"ruin": np.array([1.0, np.nan, np.nan, np.nan, np.nan, 0.0])},
    )

    found = tp.paths.absorption(journeys)

    chances = {key: found.as_dict()[key, "(ruin)"] for key in "abc"}
    assert {"a": 0.75, "b": 0.5, "c": 0.25} == pytest.approx(chances)
    steps = dict(zip(found.touchpoint.tolist(), found.steps.tolist(), strict=True))
    assert {"a": 3.0, "b": 4.0, "c": 3.0} == pytest.approx(steps)


def test_endings_of_an_outcome_sum_to_one() -> None:
    """Each journey ends in one of the two endings."""
    journeys = tp.until(built(["abp", "ac", "bap", "cb"]), "p", outcome="sale")

    found = tp.paths.absorption(journeys, outcome="sale")

    assert {"(sale)", "(no sale)"} == set(found.ending.tolist())
    assert [1.0] * 3 == pytest.approx(found.probability.reshape(-1, 2).sum(axis=1).tolist())


def test_journeys_cut_off_are_left_out_of_the_probabilities() -> None:
    """An open journey carries no information about where it goes next."""
    known = built(["ab", "a"])
    more = attrs.evolve(built(["ab", "a", "a", "a"]), finished=[True, True, False, False])

    assert tp.paths.absorption(known).steps.tolist() == tp.paths.absorption(more).steps.tolist()


def test_what_was_never_seen_to_the_end_is_nan() -> None:
    """All journeys are cut off at c, so c is unknown, and so is b, which leads to c."""
    journeys = attrs.evolve(built(["bc", "b", "a"]), finished=[False, True, True])

    found = tp.paths.absorption(journeys)

    assert {"a": 1.0, "b": np.nan, "c": np.nan} == pytest.approx(
        dict(zip(found.touchpoint.tolist(), found.probability.tolist(), strict=True)), nan_ok=True
    )


def test_counts_groups_and_renaming() -> None:
    """Count 2 equals the journey twice; by= adds a column; names do not matter."""
    merged = built(["ab", "aac"], counts=np.array([2, 3]))
    spread = built(["ab", "ab", "aac", "aac", "aac"])
    renamed = built(["xy", "xy", "xxz", "xxz", "xxz"])

    assert tp.paths.absorption(merged) == tp.paths.absorption(spread)
    assert tp.paths.absorption(renamed).steps.tolist() == tp.paths.absorption(spread).steps.tolist()
    grouped = attrs.evolve(merged, per_journey={"device": ["web", "app"]})
    found = tp.paths.absorption(grouped, by="device")
    assert ["app", "app", "web", "web"] == found.group.tolist()
    assert ("web", "a", "(end)") in found.as_dict()


def test_bad_questions_get_clear_errors() -> None:
    """Unknown outcome, several outcomes, journeys that contain the outcome's touchpoint."""
    journeys = built(["ap", "a"])

    with pytest.raises(InvalidInputError, match="no outcome"):
        tp.paths.absorption(journeys, outcome="sale")
    both = attrs.evolve(journeys, outcomes={"x": [1.0, 0.0], "y": [1.0, 0.0]})
    with pytest.raises(InvalidInputError, match="2 outcomes"):
        tp.paths.absorption(both)
    with pytest.raises(NotFoundError, match="no outcome 'z'"):
        tp.paths.absorption(both, outcome="z")
    inside = attrs.evolve(journeys, outcomes={"p": [1.0, 0.0]})
    with pytest.raises(InvalidInputError, match="still inside"):
        tp.paths.absorption(inside)


def test_no_journeys_end_nowhere() -> None:
    """Empty logs give empty tables."""
    assert 0 == len(tp.paths.absorption(built([])))
    assert 0 == len(tp.paths.absorption(built(["ab"])[:0]))
