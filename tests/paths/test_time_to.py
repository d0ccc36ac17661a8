"""Time to event: open journeys are censored, and never treated as exits."""

from __future__ import annotations

import attrs
import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

import touchpoints as tp
from tests import strategies
from tests.logs import log
from tests.paths import naive_steps, naive_time_to
from touchpoints.errors import InvalidInputError, NotFoundError, TouchpointsWarning
from touchpoints.journeys.cutting import take

DAY = 86_400.0


@pytest.mark.filterwarnings("ignore:all .* journeys are left out")
@given(journeys=strategies.journeys(), start=st.none() | st.just("b"))
def test_curves_agree_with_their_definition(journeys, start) -> None:
    """Every journey with a start is at risk until its event or the end of the log (B18)."""
    assume({"a", "b"} <= {one.key for one in journeys.touchpoints})
    journeys = attrs.evolve(journeys, outcomes={}, outcome_times={})
    rows, left_out = naive_time_to.waits(journeys, "a", start)
    expected = naive_steps.survival(rows)

    found = tp.paths.time_to(journeys, place="a", start=start)

    assert found.time.tolist() == [time / 1e6 for time in sorted(expected)]
    assert found.survival.tolist() == pytest.approx([one[0] for one in expected.values()])
    assert found.events.sum() == sum(row[2] for row in rows if row[1])
    assert found.censored.sum() == sum(row[2] for row in rows if not row[1])
    if len(found):
        assert set(found.left_out.tolist()) == {left_out}


@pytest.mark.filterwarnings("ignore:all .* journeys are left out")
@given(journeys=strategies.journeys(), data=st.data())
def test_order_plays_no_part(journeys, data) -> None:
    """Shuffled journeys give the same curve."""
    assume("a" in {one.key for one in journeys.touchpoints})
    order = np.array(data.draw(st.permutations(range(len(journeys)))), dtype=np.int64)

    expected = tp.paths.time_to(journeys, place="a")
    found = tp.paths.time_to(take(journeys, order), place="a")

    assert expected.as_dict() == pytest.approx(found.as_dict())
    assert expected.low == pytest.approx(found.low, nan_ok=True)


def test_counts_stand_for_journeys() -> None:
    """A count of 2 equals the journey twice."""
    merged = attrs.evolve(log(one="ab", two="axb", three="axx"), counts=[2, 1, 3])
    spread = log(one="ab", eins="ab", two="axb", three="axx", drei="axx", tres="axx")

    expected = tp.paths.time_to(spread, place="b")

    assert expected == tp.paths.time_to(merged, place="b")


def test_a_journey_without_the_event_is_censored_when_observation_ends() -> None:
    """Four days of observation: two journeys reach the place, one is censored after two days."""
    journeys = log(one="ab", two="axxb", three="a")
    journeys = attrs.evolve(
        journeys, observed_until=np.array(["2026-01-05", "2026-01-05", "2026-01-03"], "M8[us]")
    )

    found = tp.paths.time_to(journeys, place="b")

    assert (found.time / DAY).tolist() == [1, 2, 3]
    assert found.censored.tolist() == [0, 1, 0]
    assert found.survival.tolist() == pytest.approx([2 / 3, 2 / 3, 0])
    median = tp.paths.median_time_to(journeys, place="b")
    assert (median.median / DAY).tolist() == [3]
    assert (median.journeys.tolist(), median.events.tolist()) == ([3], [2])


def test_outcomes_that_were_marked_have_their_own_times() -> None:
    """After `until` has cut journeys, the time of the outcome is still known."""
    journeys = tp.until(log(one="ab", two="axxb", three="axx"), "b", outcome="sale")

    found = tp.paths.time_to(journeys)

    assert (found.time / DAY).tolist() == [1, 3]
    assert found.events.tolist() == [1, 1]
    assert found.censored.tolist() == [0, 1]


def test_the_median_has_an_interval_and_may_not_be_known() -> None:
    """One event on each of nine days: interval from day 3 to day 8; nan with few events."""
    journeys = log(**{f"j{days}": "a" + "x" * days + "b" for days in range(9)})
    few = log(one="ab", two="axx", three="axx", four="axx")

    found = tp.paths.median_time_to(journeys, place="b")
    unknown = tp.paths.median_time_to(few, place="b")

    assert found.median / DAY == 5
    assert found.low < found.median < found.high
    assert np.isnan(unknown.median).all()
    assert unknown.survival.tolist() == [0.75]


def test_journeys_of_one_person_widen_the_interval() -> None:
    """Two people carry less information than ten journeys, one person hardly any."""
    paths = {f"j{position}": "ab" if position < 5 else "axxx" for position in range(10)}
    alone = log(**paths)
    people = attrs.evolve(alone, persons=["ana"] * 5 + ["leo"] * 5)
    single = attrs.evolve(alone, persons=["ana"] * 10)

    narrow, wide, one = (tp.paths.time_to(one, place="b") for one in (alone, people, single))

    assert (wide.unit, narrow.survival[0]) == ("person", wide.survival[0])
    assert wide.high[0] - wide.low[0] > narrow.high[0] - narrow.low[0]
    assert one.low[0] < 0.001
    assert one.high[0] > 0.95
    assert (wide.persons, wide.effective) == (2, pytest.approx(2.0))
    assert "few persons (2, 2.0 effective)" in repr(wide)
    assert "one person" in repr(one)
    assert "one person" in one._repr_html_()
    assert np.isnan(tp.paths.median_time_to(single, place="b").low).all()


def test_groups_share_the_end_of_the_log() -> None:
    """A group whose journeys end early was still observed until the end of the log."""
    journeys = attrs.evolve(log(one="axxxb", two="ax"), per_journey={"device": ["web", "app"]})

    found = tp.paths.time_to(journeys, place="b", by="device")

    assert found.group.tolist() == ["app", "web"]
    assert (found.time / DAY).tolist() == [4, 4]
    assert tp.paths.median_time_to(journeys, place="b", by="device").as_dict()["web"] == 4 * DAY


def test_bad_questions_get_clear_errors() -> None:
    """No times, no outcome, both, unknown touchpoints; no journeys give no rows."""
    journeys = log(one="ab")

    with pytest.raises(InvalidInputError, match="needs times"):
        tp.paths.time_to(tp.distinct(journeys), place="b")
    with pytest.raises(InvalidInputError, match="have no outcome"):
        tp.paths.time_to(journeys)
    with pytest.raises(InvalidInputError, match="a place or an outcome, not both"):
        tp.paths.time_to(journeys, place="b", outcome="sale")
    with pytest.raises(NotFoundError, match="no touchpoint 'q'"):
        tp.paths.median_time_to(journeys, place="q")
    with pytest.raises(InvalidInputError, match="2 outcomes"):
        tp.paths.time_to(tp.mark(tp.mark(journeys, "a", when="a"), "b", when="b"))
    with pytest.raises(InvalidInputError, match="level must lie between 0 and 1, got 95"):
        tp.paths.time_to(journeys, place="b", level=95)
    assert len(tp.paths.time_to(journeys[:0], place="b")) == 0
    assert np.isnan(tp.paths.median_time_to(journeys[:0], place="b").median).all()


def test_journeys_that_begin_with_the_outcome_are_not_lost_in_silence() -> None:
    """They are empty after `until`: counted in a row, or in a warning where there is no row."""
    journeys = log(one="p", two="px", three="axp")
    some = tp.until(journeys, "p", outcome="sale")

    found = tp.paths.time_to(some)
    assert [2] == found.left_out.tolist()
    with pytest.warns(TouchpointsWarning, match=r"all 2 journeys are left out.*place=") as heard:
        assert 0 == len(tp.paths.time_to(some[:2]))
    assert __file__ == heard[0].filename
    assert 2 == tp.paths.median_time_to(some[:2]).left_out[0]
    assert [0.0] == tp.paths.time_to(journeys[:2], place="p").time.tolist()


def test_a_marked_outcome_takes_as_long_as_its_place() -> None:
    """The times are equal whether or not the defining touchpoint is still in the journey."""
    journeys = log(one="axb", two="ab", three="axx")

    by_place = tp.paths.time_to(journeys, place="b")

    assert by_place == tp.paths.time_to(tp.mark(journeys, "sale", when="b"))
    assert by_place == tp.paths.time_to(tp.mark(journeys, "b", when="b"), outcome="b")
