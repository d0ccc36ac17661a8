"""Steps: touchpoints by step, flows between steps, and the share that continues."""

from __future__ import annotations

import math

import attrs
import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

import touchpoints as tp
from tests.naive_paths import built, small_journeys
from tests.paths import naive_steps
from touchpoints._core.arrays import threads
from touchpoints._core.arrays.segments import stepping
from touchpoints.errors import InvalidInputError, NotFoundError
from touchpoints.journeys.cutting import take

SIDES = st.sampled_from(["start", "end"])


def cells(found) -> dict:
    """Return the journeys of each (step, touchpoint)."""
    rows = zip(found.step.tolist(), found.touchpoint, found.journeys.tolist(), strict=True)
    return {(step, key): number for step, key, number in rows}


def links(found) -> dict:
    """Return the journeys of each (step, source, target)."""
    keys = zip(found.step.tolist(), found.source, found.target, strict=True)
    return dict(zip(keys, found.journeys.tolist(), strict=True))


@given(journeys=small_journeys(), side=SIDES, steps=st.integers(1, 7))
def test_the_matrix_agrees_with_going_step_by_step(journeys, side: str, steps: int) -> None:
    """Each journey is at one touchpoint per step, then once at its terminal (B18)."""
    span = range(1, steps + 1) if side == "start" else range(-steps, 0)

    found = tp.paths.step_matrix(journeys, steps=steps, side=side)

    assert naive_steps.matrix(journeys, span, side=side) == cells(found)


@given(journeys=small_journeys(), steps=st.integers(1, 4), data=st.data())
def test_aligned_at_an_anchor_steps_go_both_ways(journeys, steps: int, data) -> None:
    """Step 0 is the first occurrence; journeys without one are left out and counted."""
    assume(journeys.touchpoints)
    key = data.draw(st.sampled_from([one.key for one in journeys.touchpoints]))

    found = tp.paths.step_matrix(journeys, steps=steps, at=key)
    flowing = tp.paths.step_flows(journeys, steps=steps, at=key)

    span = range(-steps, steps + 1)
    assert naive_steps.matrix(journeys, span, at=key) == cells(found)
    assert naive_steps.links(journeys, span[:-1], at=key) == links(flowing)
    if len(found):
        assert found.aligned[0] + found.left_out[0] == journeys.counts.sum()


@given(journeys=small_journeys(), side=SIDES, steps=st.integers(1, 7))
def test_flows_agree_with_going_step_by_step(journeys, side: str, steps: int) -> None:
    """Links join one step to the next, terminals included."""
    span = range(steps) if side == "start" else range(-steps, 0)

    found = tp.paths.step_flows(journeys, steps=steps, side=side)

    assert naive_steps.links(journeys, span, side=side) == links(found)


@given(journeys=small_journeys())
def test_flows_into_a_touchpoint_add_up_to_its_cell(journeys) -> None:
    """Links into a touchpoint add up to its cell, and so do the links out of it."""
    there = cells(tp.paths.step_matrix(journeys, steps=8))
    taken = links(tp.paths.step_flows(journeys, steps=9))

    for (step, key), number in there.items():
        into = sum(n for (at, _, target), n in taken.items() if (at + 1, target) == (step, key))
        out_of = sum(n for (at, source, _), n in taken.items() if (at, source) == (step, key))
        assert number == into
        assert out_of == (0 if key.startswith("(") else number)


def test_shares_have_both_denominators() -> None:
    """Shares of all aligned journeys, and of those at a touchpoint, with Wilson's intervals."""
    journeys = built(["ab", "ac", "a", "b"], finished=[True, True, False, True])

    found = tp.paths.step_matrix(journeys, steps=3).to_dicts()

    rows = {(row["step"], row["touchpoint"]): row for row in found}
    second = rows[2, "b"]
    assert (second["share"], second["of_going"]) == (0.25, 0.5)
    assert (second["aligned"], second["going"]) == (4, 2)
    assert (second["low"], second["high"]) == pytest.approx(tp.wilson(1, 4))
    assert (second["of_going_low"], second["of_going_high"]) == pytest.approx(tp.wilson(1, 2))
    assert math.isnan(rows[2, "(end)"]["of_going"])
    assert rows[2, "(open)"]["journeys"] == 1
    assert [key for step, key in rows if step == 3] == ["(end)"]


@pytest.mark.parametrize("analysis", [tp.paths.step_matrix, tp.paths.step_flows])
def test_journeys_of_one_person_widen_the_interval_of_a_link(analysis) -> None:
    """Ten identical journeys of each of two people carry the information of two people."""
    alone = built(["ab"] * 5 + ["ac"] * 5)
    people = attrs.evolve(alone, persons=["ana"] * 5 + ["leo"] * 5)
    single = attrs.evolve(alone, persons=list(range(10)))

    narrow, wide, same = (analysis(one, steps=2) for one in (alone, people, single))

    assert (narrow.share == wide.share).all()
    assert (wide.high[-1] - wide.low[-1]) > 1.5 * (narrow.high[-1] - narrow.low[-1])
    assert (wide.unit, same.unit) == ("person", "person")
    assert same.low == pytest.approx(narrow.low)


@given(journeys=small_journeys(persons=False), data=st.data())
def test_order_and_names_and_counts_play_no_part(journeys, data) -> None:
    """Shuffled journeys give the same table, and a count of 2 equals the journey twice."""
    order = data.draw(st.permutations(range(len(journeys))))
    shuffled = take(journeys, np.array(order, dtype=np.int64))
    rows = np.repeat(np.arange(len(journeys)), journeys.counts)
    paths = [[one.key for one in journeys[int(row)].touchpoints] for row in rows]
    spread = built(paths, began=journeys.began[rows], finished=journeys.finished[rows])

    for analysis in (tp.paths.step_matrix, tp.paths.step_flows):
        expected = analysis(journeys, steps=4)
        assert expected == analysis(shuffled, steps=4)
        assert expected.as_dict() == pytest.approx(analysis(spread, steps=4).as_dict())
    expected = tp.paths.survival_by_step(journeys).as_dict()
    again = tp.paths.survival_by_step(shuffled).as_dict()
    assert expected == pytest.approx(again, nan_ok=True)
    assert expected == pytest.approx(tp.paths.survival_by_step(spread).as_dict(), nan_ok=True)


@given(journeys=small_journeys())
def test_survival_agrees_with_its_definition(journeys) -> None:
    """Open journeys are at risk up to the step before their last; persons are units."""
    persons = [None] * len(journeys) if journeys.persons is None else journeys.persons.tolist()
    rows = [
        (
            len(one) - (not journeys.finished[position]),
            bool(journeys.finished[position]),
            one.count,
            who,
        )
        for position, (one, who) in enumerate(zip(journeys, persons, strict=True))
        if journeys.began[position] and one.count
    ]
    expected = naive_steps.survival(rows)

    found = tp.paths.survival_by_step(journeys, level=0.9)

    for row in found.to_dicts():
        before = [time for time in expected if time <= row["step"]]
        share = expected[max(before)][0] if before else 1.0
        risk = naive_steps.at_risk(rows, row["step"])
        assert risk == row["at_risk"]
        assert (share if risk else np.nan) == pytest.approx(row["survival"], nan_ok=True)
        assert not row["survival"] < row["low"]
        assert not row["survival"] > row["high"]
    begun = [
        len(one) for position, one in enumerate(journeys) if journeys.began[position] and one.count
    ]
    steps = range(min(1, *begun), max(begun) + 1) if begun else range(0)
    assert found.step.tolist() == list(steps)


def test_an_open_journey_is_not_an_exit() -> None:
    """Of three journeys known to continue or end after step 1, two continue."""
    journeys = built(["ab", "abc", "a", "a"], finished=[True, True, True, False])

    found = tp.paths.survival_by_step(journeys)

    assert found.survival.tolist() == pytest.approx([2 / 3, 1 / 3, 0])
    assert found.at_risk.tolist() == [3, 2, 1]
    assert (found.events.tolist(), found.censored.tolist()) == ([1, 1, 1], [1, 0, 0])


def test_survival_before_any_end_and_after_the_last() -> None:
    """The interval has a width where all continue, and its upper end falls where none does."""
    journeys = built(["abc", "abc", "abcd"], finished=[False, True, True])

    found = tp.paths.survival_by_step(journeys)

    assert found.step.tolist() == [1, 2, 3, 4]
    assert found.survival.tolist() == [1, 1, 0.5, 0]
    assert (found.low[3], found.high[3]) == (0, found.high[2])
    assert (found.low[0], found.low[1]) == (tp.wilson(3, 3).low,) * 2
    open_only = tp.paths.survival_by_step(built(["abc"] * 4, finished=[False] * 4))
    assert open_only.survival.tolist()[:2] == [1, 1]
    assert (open_only.low[1], open_only.high[1]) == (tp.wilson(4, 4).low, 1)
    assert open_only.at_risk.tolist() == [4, 4, 0]
    assert np.isnan([open_only.survival[2], open_only.low[2], open_only.high[2]]).all()


def test_a_tables_labels_hold_the_group_first() -> None:
    """Two groups at one step and touchpoint are two numbers."""
    journeys = built(["ab", "cb"], per_journey={"device": ["web", "app"]})

    found = tp.paths.step_matrix(journeys, by="device", steps=2).as_dict()

    assert {
        ("app", 1, "c"): 1.0,
        ("app", 2, "b"): 1.0,
        ("web", 1, "a"): 1.0,
        ("web", 2, "b"): 1.0,
    } == found


def test_every_step_up_to_the_last_has_a_row() -> None:
    """No journey ends after the second step; an empty journey ends after step 0."""
    found = tp.paths.survival_by_step(built(["abcd", "a"])).as_dict()

    assert found == {1: 0.5, 2: 0.5, 3: 0.5, 4: 0.0}
    assert list(tp.paths.survival_by_step(built(["ab", ""])).as_dict()) == [0, 1, 2]
    assert tp.paths.survival_by_step(built([])).as_dict() == {}


def test_where_all_or_none_went_on_the_interval_is_wilsons() -> None:
    """For 100 uncensored journeys; the upper end never rises, and stays if some are censored."""
    all_ended = tp.paths.survival_by_step(built(["a"], counts=[100]))

    assert (all_ended.low[0], all_ended.high[0]) == pytest.approx(tp.wilson(0, 100))
    late = tp.paths.survival_by_step(built(["ab", "a"], counts=[2, 98]))
    assert (late.survival[1], late.low[1]) == (0, 0)
    assert late.high[1] == pytest.approx(min(late.high[0], tp.wilson(0, 100).high))
    censored = built(["ab", "ab", "a"], counts=[2, 3, 95], finished=[True, False, True])
    cut = tp.paths.survival_by_step(censored)
    assert cut.high[1] == cut.high[0]


def test_groups_are_rows_of_the_same_table() -> None:
    """by= adds one column."""
    journeys = built(["ab", "a", "ab"], per_journey={"device": ["web", "app", "web"]})

    for analysis in (tp.paths.step_matrix, tp.paths.step_flows, tp.paths.survival_by_step):
        found = analysis(journeys, by="device")
        assert set(found.group) == {"app", "web"}
        assert "group" not in analysis(journeys).to_dicts()[0]


def test_bad_questions_get_clear_errors() -> None:
    """Unknown touchpoints, sides and columns, and invalid numbers of steps."""
    journeys = built(["ab"])

    with pytest.raises(NotFoundError, match="no touchpoint 'q'"):
        tp.paths.step_matrix(journeys, at="q")
    with pytest.raises(InvalidInputError, match="did you mean 'start'"):
        tp.paths.step_flows(journeys, side="strat")
    with pytest.raises(InvalidInputError, match="at and side cannot both be given"):
        tp.paths.step_matrix(journeys, at="a", side="end")
    for steps in (0, -1, True, 2.0):
        with pytest.raises(InvalidInputError, match="steps must be an integer of at least 1"):
            tp.paths.step_matrix(journeys, steps=steps)
    with pytest.raises(InvalidInputError, match="level must lie between 0 and 1"):
        tp.paths.survival_by_step(journeys, level=95)
    with pytest.raises(NotFoundError, match="column or facet 'device'"):
        tp.paths.survival_by_step(journeys, by="device")


def test_no_journeys_are_nowhere() -> None:
    """An empty log, or a log without interactions, gives no rows or terminals alone."""
    nothing = built([])

    assert len(tp.paths.step_matrix(nothing)) == 0
    assert len(tp.paths.step_flows(nothing)) == 0
    assert len(tp.paths.survival_by_step(nothing)) == 0
    assert cells(tp.paths.step_matrix(built([""]))) == {(1, "(end)"): 1}
    assert tp.paths.survival_by_step(built([""])).step.tolist() == [0]


def test_blocks_of_journeys_and_steps_change_nothing(monkeypatch) -> None:
    """Small blocks on several cores give the same tables."""
    shop = tp.datasets.shop(40, seed=3)
    analyses = (tp.paths.step_matrix, tp.paths.step_flows)
    expected = [analysis(shop, at="review_read", steps=5).to_dicts() for analysis in analyses]

    monkeypatch.setattr(stepping, "_BLOCK", 7)
    monkeypatch.setattr(stepping, "_STEPS", 2)
    monkeypatch.setattr(threads, "cores", lambda: 3)

    found = [analysis(shop, at="review_read", steps=5).to_dicts() for analysis in analyses]
    np.testing.assert_equal(found, expected)
