"""Frequencies of touchpoints and coverage of variants."""

from __future__ import annotations

from pathlib import Path

import attrs
import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

import touchpoints as tp
from tests.naive_paths import built, small_journeys
from tests.paths import naive_frequencies
from tests.paths.test_decisions import flat
from touchpoints.errors import InvalidInputError, NotFoundError, WrongKindError
from touchpoints.journeys.model import take

COLUMNS = [
    name
    for total, share in (
        ("journeys", ""),
        ("occurrences", "of_interactions"),
        ("starts", "of_starts"),
        ("ends", "of_ends"),
    )
    for name in (
        total,
        share or "share",
        f"{share}_low" if share else "low",
        f"{share}_high" if share else "high",
    )
]


@given(small_journeys())
def test_presence_agrees_with_counting_by_hand(journeys) -> None:
    """Journeys, interactions, starts and ends, with shares and intervals."""
    rows = tp.paths.presence(journeys).to_dicts()

    expected = naive_frequencies.presence(journeys)

    found = {row["touchpoint"]: tuple(row[name] for name in COLUMNS) for row in rows}
    assert flat(expected) == pytest.approx(flat(found), nan_ok=True)


def test_journeys_and_interactions_rank_differently() -> None:
    """One journey with many repeats does not make a touchpoint frequent by journey."""
    found = tp.paths.presence(built(["aaaaa", "b", "b"]))

    assert ["b", "a"] == found.touchpoint.tolist()
    assert [2, 1] == found.journeys.tolist()
    assert [2, 5] == found.occurrences.tolist()


def test_cut_journeys_have_no_known_start_or_end() -> None:
    """A journey under way when the log begins has no known start (B18)."""
    journeys = attrs.evolve(built(["ab", "ba"]), began=[False, True], finished=[True, False])

    found = {row["touchpoint"]: row for row in tp.paths.presence(journeys).to_dicts()}

    assert (found["b"]["of_starts"], found["b"]["of_ends"]) == (1.0, 1.0)
    assert (found["a"]["starts"], found["a"]["ends"]) == (0, 0)


@given(small_journeys(), st.floats(0.05, 1.0))
def test_coverage_agrees_with_counting_by_hand(journeys, share) -> None:
    """The smallest number of variants that cover the share."""
    row = tp.paths.variant_coverage(journeys, share=share).to_dicts()[0]

    assert naive_frequencies.coverage(journeys, share) == (row["variants"], row["journeys"])


@given(small_journeys(), st.sampled_from([0.2, 0.5, 0.8, 1.0]))
def test_common_and_rare_variants_are_all_of_them(journeys, share) -> None:
    """Common variants cover the share; the remaining ones are listed rarest first."""
    every = tp.paths.variants(journeys)

    number = int(tp.paths.variant_coverage(journeys, share=share).variants[0])
    rare = tp.paths.rare_variants(journeys, share=share)

    assert every.variant.tolist()[number:] == sorted(
        rare.variant.tolist(), key=every.variant.tolist().index
    )
    assert sorted(rare.journeys.tolist()) == rare.journeys.tolist()


def test_the_published_coverage_of_the_traffic_fines(logs: Path) -> None:
    """BupaR, trace coverage: 95 % of 10,000 cases by 5 of 44 variants, 9,599 cases."""
    frame = pl.read_csv(logs / "traffic_fines.csv.gz", infer_schema_length=0)
    journeys = tp.from_frame(frame, journey="case_id", time="timestamp", touchpoint="activity")

    found = tp.paths.variant_coverage(journeys, share=[0.95, 1.0])

    assert found.variants.tolist() == [5, 44]
    assert found.journeys.tolist() == [9599, 10_000]
    assert 39 == len(tp.paths.rare_variants(journeys))


@given(small_journeys(), st.randoms())
def test_shuffling_changes_nothing(journeys, random) -> None:
    """The order of the journeys matters only for ties."""
    order = list(range(len(journeys)))
    random.shuffle(order)
    mixed = take(journeys, np.array(order, dtype=np.int64))

    found, again = (tp.paths.presence(one).as_dict() for one in (journeys, mixed))

    assert found == pytest.approx(again, nan_ok=True)


def test_counts_groups_and_renaming() -> None:
    """Count 2 equals the journey twice; by= adds a column; names do not matter."""
    merged = built(["ab", "aac", ""], counts=np.array([2, 3, 1]))
    spread = built(["ab", "ab", "aac", "aac", "aac", ""])
    renamed = built(["xy", "xy", "xxz", "xxz", "xxz", ""])

    assert tp.paths.presence(merged) == tp.paths.presence(spread)
    assert tp.paths.variant_coverage(merged) == tp.paths.variant_coverage(spread)
    assert tp.paths.rare_variants(merged, share=0.5) == tp.paths.rare_variants(spread, share=0.5)
    assert tp.paths.presence(renamed).low.tolist() == tp.paths.presence(spread).low.tolist()
    grouped = attrs.evolve(merged, per_journey={"device": ["web", "app", "app"]})
    assert ["app", "app", "web", "web"] == tp.paths.presence(grouped, by="device").group.tolist()
    assert ["app", "web"] == tp.paths.variant_coverage(grouped, by="device").group.tolist()
    assert ("web", "b") in tp.paths.presence(grouped, by="device").as_dict()


def test_no_journeys_give_empty_tables() -> None:
    """Empty logs give empty tables and nan."""
    for journeys in (built([]), built(["ab"])[:0], built(["ab"], counts=[0])):
        assert 0 == len(tp.paths.presence(journeys))
        assert 0 == len(tp.paths.rare_variants(journeys))
        row = tp.paths.variant_coverage(journeys).to_dicts()[0]
        assert row["variants"] == 0
        assert np.isnan([row["covered"], row["of_variants"]]).all()


@pytest.mark.parametrize("share", [0, -1, 95, np.nan])
def test_a_share_is_above_0_and_at_most_1(share) -> None:
    """Percentages, 0 and nan are refused, with a hint how to write a share."""
    for analysis in (tp.paths.variant_coverage, tp.paths.rare_variants):
        with pytest.raises(InvalidInputError, match="share must be above 0 and at most 1, got"):
            analysis(built(["ab"]), share=share)


@pytest.mark.parametrize("share", ["x", True, None, {"a": 1}])
def test_a_share_is_a_number(share) -> None:
    """Text and truth values are refused."""
    for analysis in (tp.paths.variant_coverage, tp.paths.rare_variants):
        with pytest.raises(
            WrongKindError, match=r"share must be a number.*\nfor example share=0.95"
        ):
            analysis(built(["ab"]), share=share)


def test_which_variants_are_rare_does_not_depend_on_the_log() -> None:
    """Of three variants that occur once, two cover half: those whose keys sort first."""
    for paths in (["a", "b", "c"], ["c", "b", "a"], ["b", "c", "a"]):
        found = tp.paths.rare_variants(built(paths), share=0.5)

        assert [("c",)] == found.variant.tolist()
        assert {("c",): 1 / 3} == found.as_dict()
        assert [("a",), ("b",)] == tp.paths.variants(built(paths), top=2).variant.tolist()


def test_coverage_by_group_has_a_number_for_each_share() -> None:
    """One number per group and share, as `tp.bootstrap` requires."""
    journeys = built(["a", "b", "a"], per_journey={"device": ["web", "web", "app"]})

    found = tp.paths.variant_coverage(journeys, share=np.array([0.5, 1.0]), by="device").as_dict()

    assert found == {("app", 0.5): 1, ("app", 1.0): 1, ("web", 0.5): 1, ("web", 1.0): 2}


def test_bad_questions_get_clear_errors() -> None:
    """Unknown columns, levels and numbers of rows."""
    journeys = built(["ab"])

    with pytest.raises(NotFoundError, match="column or facet 'device'"):
        tp.paths.presence(journeys, by="device")
    with pytest.raises(InvalidInputError, match="level must lie between 0 and 1"):
        tp.paths.presence(journeys, level=0)
    with pytest.raises(InvalidInputError, match="top must be an integer of at least 0, got -1"):
        tp.paths.rare_variants(journeys, top=-1)


@pytest.mark.parametrize(
    "analysis",
    [
        tp.paths.presence,
        tp.paths.variants,
        tp.paths.ngrams,
        tp.paths.decision_points,
        tp.paths.step_matrix,
        tp.paths.repeats,
        tp.paths.variant_coverage,
        tp.paths.transitions,
        tp.paths.absorption,
        lambda journeys, **by: tp.paths.discriminating(journeys, **{"by": "device"} | by),
    ],
)
def test_counts_beyond_exact_sums_are_refused_by_every_analysis(analysis) -> None:
    """Every analysis raises, with and without groups, instead of returning inexact numbers."""
    journeys = attrs.evolve(
        built(["ab", "b"]), counts=[2**53, 3], per_journey={"device": ["web", "app"]}
    )

    for by in ({}, {"by": "device"}):
        with pytest.raises(InvalidInputError, match=r"must be below 2\*\*53"):
            analysis(journeys, **by)
        analysis(attrs.evolve(journeys, counts=[2**51, 3]), **by)
