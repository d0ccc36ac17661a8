"""Direct repeats under both definitions, returns and rework."""

from __future__ import annotations

from collections import Counter, defaultdict

import attrs
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import touchpoints as tp
from tests.naive_paths import built, small_journeys, written_out
from tests.paths import naive_frequencies
from tests.paths.naive_decisions import share_of
from tests.paths.naive_grouping import warned_of_ungrouped
from tests.paths.test_decisions import flat
from touchpoints.errors import InvalidInputError, NotFoundError
from touchpoints.journeys.model import take

NAMES = ("occurrences", "self_loops", "returns", "rework", "again", "share", "low", "high")


def expected_rows(journeys, definition):
    """Return {touchpoint: its counts}, from journeys written out one by one."""
    sums = defaultdict(lambda: np.zeros(4, dtype=int))
    having, again = defaultdict(Counter), defaultdict(Counter)
    for unit, _, keys in written_out(journeys):
        for key, (pairs, runs, returns) in naive_frequencies.repeats(keys).items():
            loops = pairs if definition == "adjacent" else runs
            sums[key] += (keys.count(key), loops, returns, keys.count(key) - 1)
            having[key][unit] += 1
            again[key][unit] += keys.count(key) > 1
    return {key: (*row.tolist(), *share_of(again[key], having[key])) for key, row in sums.items()}


@given(small_journeys(), st.sampled_from(["adjacent", "runs"]))
def test_repeats_agree_with_counting_by_hand(journeys, definition) -> None:
    """Pairs, runs, returns and rework; the share of journeys with intervals."""
    rows = tp.paths.repeats(journeys, definition=definition).to_dicts()

    found = {row["touchpoint"]: [row[name] for name in NAMES] for row in rows}

    assert flat(expected_rows(journeys, definition)) == pytest.approx(flat(found))


@given(small_journeys())
def test_rework_is_pairs_and_returns(journeys) -> None:
    """Every repeated occurrence is either a direct repeat or a return."""
    found = tp.paths.repeats(journeys)

    assert found.rework.tolist() == (found.self_loops + found.returns).tolist()
    assert found.rework.tolist() == (found.occurrences - found.journeys).tolist()


@given(small_journeys(), st.sampled_from(["adjacent", "runs"]))
def test_journeys_sum_to_touchpoints(journeys, definition) -> None:
    """Both tables count the same things."""
    found = tp.paths.repeats(journeys, definition=definition)

    each = tp.paths.journey_repeats(journeys, definition=definition)

    assert len(journeys) == len(each)
    for name in ("self_loops", "returns", "rework"):
        assert getattr(found, name).sum() == (getattr(each, name) * each.count).sum()


def test_the_two_definitions_differ_on_a_run_of_three() -> None:
    """`aaa` has two pairs of equal neighbours and is one run."""
    journeys = built(["aaab", "aa"])

    assert 3 == tp.paths.repeats(journeys).self_loops[0]
    assert 2 == tp.paths.repeats(journeys, definition="runs").self_loops[0]
    runs = tp.paths.journey_repeats(journeys, definition="runs")
    assert [1, 1] == runs.self_loops.tolist()


def test_neighbours_of_different_journeys_are_no_pair() -> None:
    """A journey that begins with the last touchpoint of the previous journey is not a repeat."""
    assert [0, 0] == tp.paths.repeats(built(["ab", "ba"])).rework.tolist()


@given(small_journeys(), st.randoms())
def test_shuffling_changes_nothing(journeys, random) -> None:
    """The order of the journeys does not matter, except for ties."""
    order = list(range(len(journeys)))
    random.shuffle(order)
    mixed = take(journeys, np.array(order, dtype=np.int64))

    found, again = (tp.paths.repeats(one).as_dict() for one in (journeys, mixed))

    assert found == pytest.approx(again)


def test_counts_groups_and_renaming() -> None:
    """Count 2 equals the journey twice; by= adds a column; names do not matter."""
    merged = built(["aba", "aac", ""], counts=np.array([2, 3, 0]))
    spread = built(["aba", "aba", "aac", "aac", "aac"])
    renamed = built(["xyx", "xyx", "xxz", "xxz", "xxz"])

    assert tp.paths.repeats(merged) == tp.paths.repeats(spread)
    assert tp.paths.repeats(renamed).low.tolist() == tp.paths.repeats(spread).low.tolist()
    grouped = attrs.evolve(merged, per_journey={"device": ["web", "app", None]})
    with warned_of_ungrouped(grouped, "device"):
        found = tp.paths.repeats(grouped, by="device")
    assert {"app", "web"} == set(found.group.tolist())
    assert ("web", "b") in found.as_dict()
    with warned_of_ungrouped(grouped, "device"):
        found = tp.paths.journey_repeats(grouped, by="device")
    assert ["app", "web"] == found.group.tolist()
    assert found.as_dict() == {("app", 1): 1, ("web", 0): 1}


def test_no_journeys_repeat_nothing() -> None:
    """Empty logs give empty tables."""
    for journeys in (built([]), built([""]), built(["aa"])[:0], built(["aa"], counts=[0])):
        assert 0 == len(tp.paths.repeats(journeys))
        assert len(journeys) == len(tp.paths.journey_repeats(journeys))


def test_bad_questions_get_clear_errors() -> None:
    """Unknown definitions and columns, and invalid levels."""
    journeys = built(["aa"])

    with pytest.raises(InvalidInputError, match="did you mean 'adjacent'"):
        tp.paths.repeats(journeys, definition="adjacents")
    with pytest.raises(InvalidInputError, match="one of 'adjacent', 'runs'"):
        tp.paths.journey_repeats(journeys, definition="both")
    with pytest.raises(NotFoundError, match="column or facet 'device'"):
        tp.paths.repeats(journeys, by="device")
    with pytest.raises(InvalidInputError, match="level must lie between 0 and 1"):
        tp.paths.repeats(journeys, level=1)
