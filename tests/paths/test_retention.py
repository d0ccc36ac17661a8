"""Retention: cohorts, lifecycle states, and periods not observed to their end."""

from __future__ import annotations

import datetime as dt

import attrs
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import touchpoints as tp
from tests import strategies
from tests.logs import log
from tests.paths import naive_retention
from touchpoints.errors import InvalidInputError, NotFoundError
from touchpoints.journeys.cutting import take


def visits(**days: str) -> tp.Journeys:
    """Return one journey per person, with a visit on each of these days of 2026."""
    rows = [
        {"who": who, "at": f"2026-{day}", "what": "visit"}
        for who, all_days in days.items()
        for day in all_days.split()
    ]
    return tp.from_records(rows, journey="who", time="at", touchpoint="what")


def days_of(instants) -> list:
    """Return the days of instants since 1970."""
    return instants.astype("datetime64[D]").astype(int).tolist()


def test_periods_within_a_day_have_labels_of_their_own() -> None:
    """Periods of six hours: the day alone would give four cohorts the same label."""
    journeys = visits(ana="01-05T00:00", leo="01-05T06:00", eva="01-05T12:30")
    period = dt.timedelta(hours=6)

    cohorts = tp.paths.retention(journeys, period=period)
    states = tp.paths.lifecycle_states(journeys, period=period)

    assert len(cohorts.as_dict()) == len(cohorts)
    first = "2026-01-05"
    assert {day for day, _ in cohorts.as_dict()} == {
        first,
        f"{first}T06:00:00",
        f"{first}T12:00:00",
    }
    assert len(states.as_dict()) == 4 * len(states)
    assert states.as_dict()[f"{first}T06:00:00", "new"] == 1.0


@given(journeys=strategies.journeys())
def test_retention_agrees_with_its_definition(journeys) -> None:
    """Equal to a person-by-person count; the last day of the log is not observed to its end."""
    found = tp.paths.retention(journeys, period="day")

    cells = zip(days_of(found.cohort), found.since.tolist(), strict=True)
    figures = zip(found.size.tolist(), found.watched.tolist(), found.returned.tolist(), strict=True)
    assert naive_retention.retention(journeys) == dict(zip(cells, figures, strict=True))
    assert (np.isnan(found.share) == (found.watched == 0)).all()
    if len(found):
        assert set(found.left_out.tolist()) == {naive_retention.people(journeys)[1]}


@given(journeys=strategies.journeys())
def test_states_agree_with_their_definition(journeys) -> None:
    """Every person with a touchpoint so far is in exactly one state."""
    found = tp.paths.lifecycle_states(journeys, period="day")

    if not naive_retention.people(journeys)[0]:
        assert len(found) == 0
        return
    states = zip(found.new, found.current, found.returning, found.dormant, strict=True)
    rows = zip(days_of(found.period), ([int(one) for one in row] for row in states), strict=True)
    assert naive_retention.states(journeys) == dict(rows)
    assert found.known.tolist() == np.cumsum(found.new).tolist()
    assert found.complete.tolist() == [True] * (len(found) - 1) + [False]


@given(journeys=strategies.journeys(), data=st.data())
def test_order_plays_no_part(journeys, data) -> None:
    """Shuffled journeys have the same cohorts."""
    order = np.array(data.draw(st.permutations(range(len(journeys)))), dtype=np.int64)
    shuffled = take(journeys, order)

    for period in ("week", dt.timedelta(hours=7)):
        expected = tp.paths.retention(journeys, period=period)
        assert expected == tp.paths.retention(shuffled, period=period)
        expected = tp.paths.lifecycle_states(journeys, period=period)
        assert expected == tp.paths.lifecycle_states(shuffled, period=period)


def test_counts_are_people_only_without_persons() -> None:
    """A count of 2 is two journeys: of two people, or both of the known person."""
    journeys = attrs.evolve(log(one="aba", two="a"), counts=[2, 3])
    spread = log(one="aba", eins="aba", two="a", zwei="a", dos="a")
    person = attrs.evolve(journeys, persons=["ana", "leo"])

    assert tp.paths.retention(journeys, period="day") == tp.paths.retention(spread, period="day")
    assert tp.paths.retention(person, period="day").size[0] == 2
    assert tp.paths.retention(person, period="day").unit == "person"


def test_a_person_observed_too_briefly_is_not_counted_as_lost() -> None:
    """Leo was observed for one day, Ana for three: later shares are Ana's alone, then nan."""
    journeys = attrs.evolve(
        visits(ana="01-01 01-03", leo="01-01"),
        observed_until=np.array(["2026-01-04", "2026-01-02"], "M8[us]"),
    )

    found = tp.paths.retention(journeys, period="day")

    assert found.watched.tolist() == [2, 1, 1, 0]
    assert found.share[:3].tolist() == [1, 0, 1]
    assert np.isnan([found.share[3], found.low[3], found.high[3]]).all()
    assert (found.low[1], found.high[1]) == pytest.approx(tp.wilson(0, 1))


def test_periods_of_the_calendar_and_of_a_fixed_length() -> None:
    """Weeks begin on Monday, months have their own lengths, durations begin with the log."""
    journeys = visits(ana="01-31 02-01 02-28 03-01 03-20")

    def cohort_and_returns(period):
        found = tp.paths.retention(journeys, period=period)
        return str(found.cohort[0])[:10], found.since[found.returned > 0].tolist()

    assert cohort_and_returns("month") == ("2026-01-01", [0, 1])
    assert cohort_and_returns("week") == ("2026-01-26", [0, 4])
    assert cohort_and_returns(dt.timedelta(days=28)) == ("2026-01-31", [0])
    assert str(tp.paths.lifecycle_states(journeys, period="month").period[2])[:10] == "2026-03-01"


def test_several_journeys_make_one_person() -> None:
    """The cohort is that of the first touchpoint in any journey of the person."""
    journeys = attrs.evolve(visits(one="01-01", two="01-03", end="01-09"), persons=["a", "a", "b"])

    found = tp.paths.retention(journeys, period="day")

    assert found.size[0] == 1
    assert found.share[:4].tolist() == [1, 0, 1, 0]


def test_groups_share_the_end_of_the_log() -> None:
    """by= adds one column; observation lasts until the end of the log, not of the group."""
    journeys = attrs.evolve(
        visits(ana="01-01", leo="01-01 01-05"), per_journey={"device": ["web", "app"]}
    )

    found = tp.paths.retention(journeys, period="day", by="device")

    web = found.group == "web"
    assert found.watched[web].tolist() == [1, 1, 1, 1, 0]
    assert found.returned[web].tolist() == [1, 0, 0, 0, 0]
    assert set(tp.paths.lifecycle_states(journeys, period="day", by="device").group) == {
        "app",
        "web",
    }


def test_bad_questions_get_clear_errors() -> None:
    """No times, unknown periods, invalid durations; an empty log has no cohorts."""
    journeys = log(one="ab")

    with pytest.raises(InvalidInputError, match="needs times"):
        tp.paths.retention(tp.distinct(journeys), period="day")
    with pytest.raises(InvalidInputError, match="did you mean 'week'"):
        tp.paths.retention(journeys, period="weak")
    with pytest.raises(InvalidInputError, match="must be positive"):
        tp.paths.lifecycle_states(journeys, period=dt.timedelta(0))
    with pytest.raises(InvalidInputError, match="period=7"):
        tp.paths.lifecycle_states(journeys, period=7)
    with pytest.raises(InvalidInputError, match="level must lie between 0 and 1, got 95"):
        tp.paths.retention(journeys, period="day", level=95)
    with pytest.raises(NotFoundError, match="column or facet 'device'"):
        tp.paths.retention(journeys, period="day", by="device")
    many = visits(ana="01-01 12-31", leo="02-02", eva="03-03")
    with pytest.raises(
        InvalidInputError,
        match="31,449,601 periods make a table of 86,313,603 rows.*\nchoose a longer period",
    ):
        tp.paths.retention(many, period=dt.timedelta(seconds=1))
    assert len(tp.paths.retention(journeys[:0], period="day")) == 0
    assert len(tp.paths.lifecycle_states(journeys[:0], period="day")) == 0
