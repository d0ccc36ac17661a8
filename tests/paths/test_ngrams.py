"""Recurring sequences: n-grams, and subsequences with gaps."""

from __future__ import annotations

import attrs
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import touchpoints as tp
from tests.naive_paths import built, small_journeys
from tests.paths import naive_frequencies
from tests.paths.test_decisions import flat
from touchpoints._core.arrays.counting import windows
from touchpoints.errors import InvalidInputError, NotFoundError
from touchpoints.journeys.model import take

NAMES = ("journeys", "share", "low", "high", "occurrences")


@given(small_journeys(), st.integers(1, 4))
def test_ngrams_agree_with_counting_by_hand(journeys, n) -> None:
    """Journeys, shares, intervals and occurrences."""
    rows = tp.paths.ngrams(journeys, n=n).to_dicts()

    expected = naive_frequencies.ngrams(journeys, n)

    found = {row["ngram"]: [row[name] for name in NAMES] for row in rows}
    assert flat(expected) == pytest.approx(flat(found))


@pytest.mark.parametrize("block", [1, 2, 5])
def test_blocks_of_windows_change_nothing(block, monkeypatch) -> None:
    """Small blocks and sorting of the cell numbers give the same counts."""
    journeys = built(["abcab", "", "ab", "c", "bcabca"], counts=np.array([2, 1, 0, 1, 3]))
    expected = tp.paths.ngrams(journeys)

    monkeypatch.setattr(windows, "_BLOCK", block)
    monkeypatch.setattr(windows, "DENSE", 2)

    assert expected == tp.paths.ngrams(journeys)


@given(
    small_journeys(),
    st.integers(1, 4),
    st.none() | st.integers(0, 2),
    st.sampled_from([0.2, 0.5, 1.0]),
)
def test_subsequences_agree_with_trying_all(journeys, longest, gap, support) -> None:
    """All frequent subsequences are found and no others, with and without limits on gaps."""
    found = tp.paths.subsequences(
        journeys, min_support=support, max_length=longest, min_length=1, gap=gap
    )

    least = support * int(journeys.counts.sum()) - 1e-9
    expected = naive_frequencies.subsequences(journeys, least=least, longest=longest, gap=gap)
    assert expected == dict(zip(found.subsequence.tolist(), found.journeys.tolist(), strict=True))


@given(small_journeys())
def test_without_gaps_subsequences_are_ngrams(journeys) -> None:
    """With gap=0 subsequences are direct neighbours, with the same intervals."""
    pairs = tp.paths.subsequences(journeys, min_support=0.01, max_length=2, gap=0).to_dicts()

    grams = tp.paths.ngrams(journeys, n=2).to_dicts()

    names = ("journeys", "share", "low", "high")
    assert flat({row["ngram"]: [row[name] for name in names] for row in grams}) == pytest.approx(
        flat({row["subsequence"]: [row[name] for name in names] for row in pairs})
    )


def test_confidence_and_lift() -> None:
    """Two of the three journeys with a continue to b; three of all four contain b."""
    journeys = built(["axb", "ab", "a", "b"])

    row = tp.paths.subsequences(journeys, min_support=0.5).to_dicts()[0]

    assert row["subsequence"] == ("a", "b")
    assert (row["confidence"], row["lift"]) == pytest.approx((2 / 3, 2 / 3 / (3 / 4)))


def test_a_gap_is_measured_from_any_occurrence() -> None:
    """The first a is too far from b, the second is not."""
    journeys = built(["axxab"])

    assert 1 == len(tp.paths.subsequences(journeys, gap=0, max_length=2).subsequence[:1])
    assert ("a", "b") in tp.paths.subsequences(journeys, gap=0, max_length=2).as_dict()
    assert ("x", "b") not in tp.paths.subsequences(journeys, gap=0, max_length=2).as_dict()


@given(small_journeys(), st.randoms())
def test_shuffling_changes_nothing(journeys, random) -> None:
    """The order of the journeys does not matter, except for ties."""
    order = list(range(len(journeys)))
    random.shuffle(order)
    mixed = take(journeys, np.array(order, dtype=np.int64))

    for analysis in (tp.paths.ngrams, tp.paths.subsequences):
        found, again = (analysis(one).as_dict() for one in (journeys, mixed))
        assert found == pytest.approx(again)


def test_counts_groups_renaming_and_top() -> None:
    """Count 2 equals the journey twice; by= adds a column; names do not matter; top limits rows."""
    merged = built(["abc", "aabc", ""], counts=np.array([2, 3, 1]))
    spread = built(["abc", "abc", "aabc", "aabc", "aabc", ""])
    renamed = built(["xyz", "xyz", "xxyz", "xxyz", "xxyz", ""])
    for analysis in (tp.paths.ngrams, tp.paths.subsequences):
        assert analysis(merged) == analysis(spread)
        assert analysis(renamed).share.tolist() == analysis(spread).share.tolist()
        assert 1 == len(analysis(merged, top=1))
        grouped = attrs.evolve(merged, per_journey={"device": ["web", "app", "app"]})
        found = analysis(grouped, by="device")
        assert {"app", "web"} == set(found.group.tolist())
        assert ("web", ("a", "b", "c")) in found.as_dict()


def test_progress_is_reported() -> None:
    """A callable is called after every touchpoint."""
    heard = []

    tp.paths.subsequences(built(["abc"]), progress=lambda done, total: heard.append((done, total)))

    assert heard == [(1, 3), (2, 3), (3, 3)]


def test_progress_counts_the_touchpoints_of_all_groups() -> None:
    """Two groups share one progress bar, which never restarts."""
    heard = []
    journeys = built(["ab", "ab"], per_journey={"device": ["web", "app"]})

    tp.paths.subsequences(journeys, by="device", progress=lambda *done: heard.append(done))

    assert heard == [(done, 4) for done in range(1, 5)]


def test_no_journeys_have_no_sequences() -> None:
    """Empty logs, and journeys that are too short, give empty tables."""
    for journeys in (built([]), built(["", "ab"]), built(["abc"])[:0], built(["abc"], counts=[0])):
        assert 0 == len(tp.paths.ngrams(journeys))
        assert 0 == len(tp.paths.subsequences(journeys, min_length=3))


def test_bad_questions_get_clear_errors() -> None:
    """Numbers that are not integers, too small or in the wrong order; unknown columns."""
    journeys = built(["abc"])

    with pytest.raises(InvalidInputError, match="n must be an integer of at least 1, got 0"):
        tp.paths.ngrams(journeys, n=0)
    with pytest.raises(InvalidInputError, match="n must be an integer of at least 1, got True"):
        tp.paths.ngrams(journeys, n=True)
    with pytest.raises(InvalidInputError, match="top must be an integer of at least 0, got -1"):
        tp.paths.subsequences(journeys, top=-1)
    with pytest.raises(InvalidInputError, match="5 % as min_support"):
        tp.paths.subsequences(journeys, min_support=5)
    with pytest.raises(InvalidInputError, match="max_length must be an integer of at least 2"):
        tp.paths.subsequences(journeys, max_length=1)
    with pytest.raises(InvalidInputError, match="gap must be an integer of at least 0, got -1"):
        tp.paths.subsequences(journeys, gap=-1)
    with pytest.raises(NotFoundError, match="column or facet 'device'"):
        tp.paths.ngrams(journeys, by="device")
