"""Decision points: branches, entropy, drop-off and detours (A3)."""

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
from tests.paths import naive_decisions
from touchpoints.errors import InvalidInputError, NotFoundError
from touchpoints.journeys.model import take


def points_of(table):
    """Return the rows of decision points in the format of the naive twin."""
    return {
        row["touchpoint"]: (
            row["visits"],
            row["branches"],
            row["entropy"],
            (row["drop_off"], row["drop_off_low"], row["drop_off_high"]),
            row["open"],
            (row["detour"], row["detour_low"], row["detour_high"]),
        )
        for row in table.to_dicts()
    }


def flat(rows):
    """Return nested rows as {(key, position): number}."""
    numbers = {}
    for key, row in rows.items():
        parts = [one for part in row for one in (part if isinstance(part, tuple) else (part,))]
        numbers |= {(key, position): one for position, one in enumerate(parts)}
    return numbers


@given(small_journeys())
def test_branches_agree_with_counting_by_hand(journeys) -> None:
    """Counts, probabilities and intervals equal those of journeys repeated by count."""
    found = tp.paths.branches(journeys)
    columns = zip(
        found.count.tolist(),
        found.probability.tolist(),
        found.low.tolist(),
        found.high.tolist(),
        strict=True,
    )
    edges = zip(found.touchpoint, found.next, strict=True)

    expected = naive_decisions.branches(journeys)

    found = flat(dict(zip(edges, columns, strict=True)))
    assert flat(expected) == pytest.approx(found, nan_ok=True)


@given(small_journeys(), st.sampled_from(["miller-madow", "none"]))
def test_decision_points_agree_with_counting_by_hand(journeys, correction) -> None:
    """Visits, branches, entropy, drop-off, open ends and detours, with intervals."""
    found = points_of(tp.paths.decision_points(journeys, correction=correction))

    expected = naive_decisions.decision_points(journeys, corrected=correction != "none")

    assert flat(expected) == pytest.approx(flat(found), nan_ok=True)


@given(small_journeys())
def test_branches_of_a_touchpoint_are_those_of_the_transition_table(journeys) -> None:
    """Both tables agree, including intervals, where no journey is cut off."""
    journeys = attrs.evolve(journeys, finished=np.ones(len(journeys), dtype=bool))
    found = tp.paths.branches(journeys).to_dicts()

    table = tp.paths.transitions(journeys).to_dicts()

    expected = {
        (row["source"], row["target"]): (row["count"], row["probability"], row["low"], row["high"])
        for row in table
        if row["source"] != "(start)"
    }
    rows = {
        (row["touchpoint"], row["next"]): tuple(
            row[name] for name in ("count", "probability", "low", "high")
        )
        for row in found
    }
    assert flat(expected) == pytest.approx(flat(rows))


@given(small_journeys())
def test_branches_drop_off_and_absorption_take_the_same_visits(journeys) -> None:
    """Branch (end) equals the drop-off; visits are visits with a known branch plus open ones."""
    branches = tp.paths.branches(journeys)
    points = {row["touchpoint"]: row for row in tp.paths.decision_points(journeys).to_dicts()}
    ends = {one: share for (one, after), share in branches.as_dict().items() if after == "(end)"}
    rows = zip(branches.touchpoint, branches.next, branches.count.tolist(), strict=True)

    for one, row in points.items():
        known = row["visits"] - row["open"]
        assert row["drop_off"] == pytest.approx(
            ends.get(one, 0.0 if known else np.nan), nan_ok=True
        )
    for one, after, count in rows:
        assert after != "(open)" or count == points[one]["open"]
    shares = branches.probability[branches.next != "(open)"]
    assert shares.sum() == pytest.approx(len(set(branches.touchpoint[branches.next != "(open)"])))


def test_journeys_cut_off_have_taken_no_branch() -> None:
    """Two of three known visits went to b; the two open visits are counted without shares."""
    journeys = built(["ab", "ab", "ac", "a", "a"], finished=[True, True, True, False, False])

    found = tp.paths.branches(journeys, at="a")

    assert ["b", "c", "(open)"] == found.next.tolist()
    assert [2, 1, 2] == found.count.tolist()
    assert [2 / 3, 1 / 3] == pytest.approx(found.probability[:2].tolist())
    assert np.isnan([found.probability[2], found.low[2], found.high[2]]).all()
    assert tp.wilson(2, 3) == pytest.approx((found.low[0], found.high[0]))
    ends = tp.paths.absorption(journeys)
    assert 1.0 == pytest.approx(ends.as_dict()["a", "(end)"])


def test_two_equal_successors_are_one_bit_and_one_successor_is_0_bits() -> None:
    """A node with 2 equal successors gives 1 bit; a deterministic one 0 (A3)."""
    journeys = built(["ab", "ac"])

    for correction in ("miller-madow", "none"):
        found = tp.paths.decision_points(journeys, correction=correction)

        assert {"a": 1.0, "b": 0.0, "c": 0.0} == found.as_dict()


def test_the_correction_adds_the_bias_of_small_samples() -> None:
    """Miller's term is (K − 1) / (2 N ln 2) bits."""
    journeys = built(["ab", "ab", "ab", "ac"])

    plain, corrected = (
        tp.paths.decision_points(journeys, correction=one).as_dict()["a"]
        for one in ("none", "miller-madow")
    )

    assert plain == pytest.approx(0.8112781)
    assert corrected == pytest.approx(plain + 1 / (8 * np.log(2)))


def test_the_corrected_entropy_is_nearer_the_truth_on_average() -> None:
    """For 40 visits to four branches, over 2,000 samples."""
    rng = np.random.default_rng(7)
    shares = np.array([0.4, 0.3, 0.2, 0.1])
    truth = float(-(shares * np.log2(shares)).sum())
    means = {}
    draws = rng.multinomial(40, shares, size=200)
    for correction in ("none", "miller-madow"):
        found = [
            tp.paths.decision_points(
                built(["ab", "ac", "ad", "ae"], counts=draw), correction=correction
            ).as_dict()["a"]
            for draw in draws
        ]
        means[correction] = abs(float(np.mean(found)) - truth)

    assert means["miller-madow"] < means["none"] / 2


def test_ended_journeys_drop_off_and_journeys_cut_off_are_open() -> None:
    """The end is a branch; a journey that the log cuts off has not taken one (B18)."""
    journeys = built(["ab", "a", "a", "a"], finished=np.array([True, True, False, False]))

    row = tp.paths.decision_points(journeys).to_dicts()[0]

    assert (row["visits"], row["branches"], row["open"]) == (4, 2, 2)
    assert (row["drop_off"], row["entropy"]) == (0.5, 1.0)


def test_the_published_branches_of_the_traffic_fines(logs: Path) -> None:
    """BupaR, the five most frequent variants: 94.66 % of payments end the case (A3)."""
    frame = pl.read_csv(logs / "traffic_fines.csv.gz", infer_schema_length=0)
    journeys = tp.from_frame(frame, journey="case_id", time="timestamp", touchpoint="activity")
    frequent = set(tp.paths.variants(journeys, top=5).variant.tolist())
    journeys = tp.select(journeys, [one.keys in frequent for one in journeys])

    found = tp.paths.branches(journeys).as_dict()

    assert round(found["Payment", "(end)"], 4) == 0.9466
    assert round(found["Create Fine", "Payment"], 4) == 0.3571
    points = tp.paths.decision_points(journeys)
    position = points.touchpoint.tolist().index("Payment")
    assert round(float(points.drop_off[position]), 4) == 0.9466


def test_a_detour_leads_through_something_else_and_back() -> None:
    """A direct repeat is not a detour; in `aaba` the first two visits of a come back."""
    found = tp.paths.decision_points(built(["aaba", "aa"]))

    assert found.to_dicts()[0]["touchpoint"] == "a"
    assert found.detour[0] == pytest.approx(2 / 5)


def test_branches_at_a_pattern_are_those_after_it() -> None:
    """A pattern can include what came before: branches after `x a` differ from those of `a`."""
    journeys = built(["xab", "yac", "xab"])

    assert {("a", "b"): 1.0} == tp.paths.branches(journeys, at=tp.pattern("x a")).as_dict()
    assert 2 == len(tp.paths.branches(journeys, at="a"))


def test_groups_are_rows_of_the_same_tables() -> None:
    """by= adds one column."""
    journeys = built(["ab", "ac", "ab"], per_journey={"device": ["web", "app", "web"]})

    found = tp.paths.branches(journeys, at="a", by="device")
    points = tp.paths.decision_points(journeys, by="device")

    assert ["app", "web"] == found.group.tolist()
    assert [1.0, 1.0] == found.probability.tolist()
    assert ("web", "a") in points.as_dict()
    assert "group" not in tp.paths.branches(journeys).to_dicts()[0]


@given(small_journeys(), st.randoms())
def test_shuffling_changes_nothing(journeys, random) -> None:
    """The order of the journeys matters only for ties."""
    order = list(range(len(journeys)))
    random.shuffle(order)
    mixed = take(journeys, np.array(order, dtype=np.int64))

    for analysis in (tp.paths.branches, tp.paths.decision_points):
        found, again = (analysis(one).as_dict() for one in (journeys, mixed))
        assert found == pytest.approx(again, nan_ok=True)
        assert list(found) == list(again)


def test_counts_equal_repeated_journeys() -> None:
    """A count of two equals the journey twice."""
    merged = built(["ab", "aac", "a"], counts=np.array([2, 3, 0]))
    spread = built(["ab", "ab", "aac", "aac", "aac"])

    assert tp.paths.branches(merged) == tp.paths.branches(spread)
    assert tp.paths.decision_points(merged) == tp.paths.decision_points(spread)


def test_entropy_has_an_interval_by_bootstrap() -> None:
    """The table is a statistic that `tp.bootstrap` accepts."""
    journeys = built(["ab", "ac"], counts=np.array([30, 10]))

    found = tp.bootstrap(journeys, tp.paths.decision_points, seed=1, resamples=100)

    row = found.to_dicts()[0]
    assert row["label"] == "a"
    assert row["low"] < row["estimate"] < row["high"]


def test_bad_questions_get_clear_errors() -> None:
    """Unknown touchpoints, columns, corrections and levels."""
    journeys = built(["ab"])

    with pytest.raises(NotFoundError, match="no touchpoint 'q'"):
        tp.paths.branches(journeys, at="q")
    with pytest.raises(NotFoundError, match="column or facet 'device'"):
        tp.paths.decision_points(journeys, by="device")
    with pytest.raises(InvalidInputError, match="did you mean 'miller-madow'"):
        tp.paths.decision_points(journeys, correction="miller")
    with pytest.raises(InvalidInputError, match="level must lie between 0 and 1"):
        tp.paths.branches(journeys, level=95)


def test_no_journeys_give_empty_tables() -> None:
    """Empty logs and empty journeys give empty tables."""
    for journeys in (built([]), built([""]), built(["ab"])[:0], built(["ab"], counts=[0])):
        assert 0 == len(tp.paths.branches(journeys))
        assert 0 == len(tp.paths.decision_points(journeys))


def test_the_entropy_is_nan_where_no_branch_is_known() -> None:
    """A touchpoint at which every journey is cut off has no entropy."""
    found = tp.paths.decision_points(attrs.evolve(built(["a"]), finished=[False]))

    assert np.isnan([found.entropy[0], found.drop_off[0], found.detour[0]]).all()
    assert (found.visits[0], found.open[0], found.branches[0]) == (1, 1, 0)
