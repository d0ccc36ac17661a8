"""Complexity and turbulence agree with their definitions."""

from __future__ import annotations

import attrs
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

import touchpoints as tp
from tests import strategies
from tests.logs import log
from tests.paths import naive_complexity
from tests.paths.naive_grouping import each_alone, warned_of_ungrouped
from touchpoints.errors import InvalidInputError, NotFoundError


@given(st.lists(st.text("abcd", min_size=1, max_size=9), min_size=1, max_size=5))
def test_complexity_agrees_with_its_definitions(paths: list[str]) -> None:
    """Lengths, entropy, complexity and turbulence equal those of each journey alone."""
    found = tp.paths.complexity(log(**{f"j{nth}": one for nth, one in enumerate(paths)}))

    alphabet = len(set("".join(paths)))
    assert found.alphabet == alphabet
    assert found.length.tolist() == [len(path) for path in paths]
    assert found.touchpoints.tolist() == [len(set(path)) for path in paths]
    assert found.entropy.tolist() == pytest.approx([naive_complexity.entropy(p) for p in paths])
    assert found.complexity.tolist() == pytest.approx(
        [naive_complexity.complexity(path, alphabet) for path in paths]
    )
    assert found.turbulence.tolist() == pytest.approx(
        [naive_complexity.turbulence(path) for path in paths]
    )


def test_worked_cases_of_turbulence() -> None:
    """A journey of one run has 1; a, b, c in runs of three, one and two follow the paper."""
    found = tp.paths.complexity(log(one="aaaa", two="aaabcc"))

    # Runs of 3, 1 and 2 have variance 2/3, at most 2; three different runs have 8 subsequences.
    assert found.turbulence.tolist() == pytest.approx([1.0, 3 + 0.8479969065549501])
    assert found.subsequences.tolist() == pytest.approx([1.0, 3.0])


def test_numbers_of_subsequences_beyond_float_range() -> None:
    """The logarithm is finite where the number itself would overflow."""
    found = tp.paths.complexity(log(one="ab" * 1500))

    assert 0.69 * 3000 < found.subsequences[0] < 0.7 * 3000
    assert found.complexity[0] == pytest.approx(1.0)


def test_empty_journeys_have_no_complexity() -> None:
    """Empty journeys have complexity and turbulence 0; an empty log gives an empty table."""
    empty = tp.until(log(one="ab", two="bab"), "b", outcome="x")[1:]

    found = tp.paths.complexity(empty)

    assert found.length.tolist() == [0]
    assert (found.complexity[0], found.entropy[0], found.turbulence[0]) == (0, 0, 0)
    assert len(tp.paths.complexity(log(one="ab")[:0])) == 0


def test_a_journey_has_one_row_whatever_its_count_and_keeps_its_id() -> None:
    """Each row describes a single journey."""
    journeys = attrs.evolve(log(one="ab", two="aab"), counts=[7, 0])

    found = tp.paths.complexity(journeys)

    assert found.journey.tolist() == ["one", "two"]
    assert found.transitions.tolist() == [1, 1]


def test_neither_names_nor_other_journeys_change_a_journey() -> None:
    """With a given alphabet, other journeys and names of touchpoints do not matter."""
    whole = tp.paths.complexity(log(one="abac", two="bbc", three="cd"), alphabet=5)
    alone = tp.paths.complexity(log(two="xxy"), alphabet=5)

    assert whole.to_dicts()[1] == alone.to_dicts()[0]


def test_an_alphabet_smaller_than_the_journeys_is_refused() -> None:
    """Entropy cannot exceed its maximum."""
    with pytest.raises(InvalidInputError, match="an integer of at least 2, got 1"):
        tp.paths.complexity(log(one="ab"), alphabet=1)


@given(strategies.journeys())
def test_a_group_changes_no_number_of_a_journey(journeys) -> None:
    """Each journey has the same numbers as without groups; its group comes first."""
    segments = journeys.per_journey["segment"]
    assume((segments.codes >= 0).any())
    plain = tp.paths.complexity(journeys)

    with warned_of_ungrouped(journeys, "segment"):
        found = tp.paths.complexity(journeys, by="segment")

    expected = each_alone(
        journeys, "segment", lambda one: tp.paths.complexity(one, alphabet=plain.alphabet)
    )
    assert expected == found.to_dicts()
    rows = {row["journey"]: row for row in plain.to_dicts()}
    assert all(row == {"group": row["group"], **rows[row["journey"]]} for row in found.to_dicts())
    assert "group" not in plain.to_dicts()[0]
    assert found.alphabet == plain.alphabet


def test_groups_share_the_alphabet_of_the_log() -> None:
    """A group that uses two of three touchpoints could have used the third."""
    journeys = attrs.evolve(log(one="ab", two="bca"), per_journey={"device": ["web", "app"]})

    found = tp.paths.complexity(journeys, by="device")

    assert (found.group.tolist(), found.journey.tolist()) == (["app", "web"], ["two", "one"])
    assert found.alphabet == 3
    assert found.complexity[1] == pytest.approx(naive_complexity.complexity("ab", 3))
    with pytest.raises(NotFoundError, match="did you mean 'device'"):
        tp.paths.complexity(journeys, by="devise")
    with pytest.raises(InvalidInputError, match="no journey has a value"):
        tp.paths.complexity(journeys[:0], by="device")
