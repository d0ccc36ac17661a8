"""Retention: cohorts, lifecycle states, and periods not observed to their end."""

from __future__ import annotations

import datetime as dt

import attrs
import numpy as np
import pytest
from hypothesis import assume, given
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


@given(
    journeys=strategies.journeys(),
    start=st.none() | st.sampled_from("ab"),
    back=st.none() | st.sampled_from("ab"),
    kind=st.sampled_from(["calendar", "rolling", "unbounded"]),
    period=st.sampled_from([("hour", 1), ("day", 24)]),
)
def test_kinds_and_places_agree_with_their_definition(journeys, start, back, kind, period) -> None:
    """Equal to a count window by window, from any place to any place."""
    assume({start, back} - {None} <= {one.key for one in journeys.touchpoints})
    alone = attrs.evolve(journeys, persons=None)
    places = {"start": start, "back": back}

    found = tp.paths.retention(alone, period=period[0], kind=kind, **places)

    hours = period[1]
    firsts = (found.cohort.astype(np.int64) // (hours * 3_600_000_000)).tolist()
    cells = zip(firsts, found.since.tolist(), strict=True)
    figures = zip(found.size.tolist(), found.watched.tolist(), found.returned.tolist(), strict=True)
    table = dict(zip(cells, figures, strict=True))
    expected = naive_retention.retention_between(alone, kind=kind, hours=hours, **places)
    # The table ends with the last period in which anybody was observed or came back.
    assert table == {cell: one for cell, one in expected.items() if cell in table}
    assert not any(one[1] or one[2] for cell, one in expected.items() if cell not in table)
    assert found.kind == kind


def steps_of(**days: str) -> tp.Journeys:
    """Return one journey per person with ``what@day`` or ``what@dayThour`` of January 2026."""
    rows = [
        {"who": who, "at": f"2026-01-{word[2:]}", "what": word[0]}
        for who, words in days.items()
        for word in words.split()
    ]
    return tp.from_records(rows, journey="who", time="at", touchpoint="what")


def test_from_one_place_to_another() -> None:
    """Signed up (s) and ordered (o): visits (v) and orders before the start count for nothing."""
    journeys = steps_of(ana="s@01 v@02 o@03", leo="o@01 s@02 o@04", eva="v@01 v@09", zoe="s@01")

    found = tp.paths.retention(journeys, period="day", start="s", back="o")

    first = found.cohort == np.datetime64("2026-01-01")
    assert found.size[first].tolist()[0] == 2
    assert found.returned[first].tolist() == [0, 0, 1, 0, 0, 0, 0, 0, 0]
    second = found.cohort == np.datetime64("2026-01-02")
    assert found.returned[second].tolist() == [0, 0, 1, 0, 0, 0, 0, 0]
    assert found.watched[second].tolist() == [1] * 7 + [0]


def test_the_start_itself_is_no_return_to_the_same_place() -> None:
    """A second order is a return, the first one is the start."""
    journeys = steps_of(ana="o@01 o@03", leo="o@01", end="v@09")

    found = tp.paths.retention(journeys, period="day", start="o", back="o")

    assert found.returned.tolist()[:4] == [0, 0, 1, 0]


def test_windows_of_each_person_and_days_of_the_calendar() -> None:
    """The documented case: eight on Monday evening and six on Tuesday morning, ten hours apart.

    Calendar days of Mixpanel and Amplitude: day 1. Rolling windows of 24 hours, the default of
    both: day 0. Amplitude rounds rolling days down to the hour, so that 17:59 and the next 17:00
    are a day apart; here they are not.
    """
    late = steps_of(ana="v@05T20:00 v@06T06:00", end="v@30")
    hour = steps_of(ana="v@01T17:59 v@02T17:00", end="v@30")

    for journeys in (late, hour):
        calendar = tp.paths.retention(journeys, period="day").returned.tolist()[:3]
        rolling = tp.paths.retention(journeys, period="day", kind="rolling").returned.tolist()[:3]
        assert (calendar, rolling) == ([1, 1, 0], [1, 0, 0])


def test_unbounded_is_in_the_period_or_later() -> None:
    """On or after (Mixpanel), unbounded (Amplitude): a return in week 2 counts for 0, 1 and 2."""
    journeys = steps_of(ana="s@05 v@20", leo="s@05 v@13", zoe="s@06", end="v@31")

    found = tp.paths.retention(journeys, period="week", start="s", back="v", kind="unbounded")

    assert found.watched.tolist() == [3, 3, 3, 0]
    assert found.returned.tolist() == [2, 2, 1, 0]


@pytest.mark.parametrize(
    ("first", "cohort"),
    [("monday", "2026-01-05"), ("sunday", "2026-01-11"), ("saturday", "2026-01-10")],
)
def test_weeks_begin_on_any_day(first: str, cohort: str) -> None:
    """11 January 2026 is a Sunday."""
    journeys = visits(ana="01-11 01-19")

    found = tp.paths.retention(journeys, period="week", week_starts=first)

    assert str(found.cohort[0])[:10] == cohort
    states = tp.paths.lifecycle_states(journeys, period="week", week_starts=first)
    assert str(states.period[0])[:10] == cohort


def test_quarters_and_hours() -> None:
    """Quarters begin in January, April, July and October; hours are those of the clock."""
    journeys = visits(ana="02-11 05-19 12-31", leo="03-31T23:59 04-01")

    found = tp.paths.retention(journeys, period="quarter")

    assert {str(one)[:10] for one in found.cohort} == {"2026-01-01"}
    assert found.returned.tolist() == [2, 2, 0, 0]
    hours = tp.paths.retention(visits(ana="01-01T10:59 01-01T11:00 01-01T13:00"), period="hour")
    assert hours.returned.tolist() == [1, 1, 0, 0]


def test_hours_and_weeks_are_those_of_the_zone() -> None:
    """The evening in UTC is the next day in Madrid; two hours of October are one on the clock."""
    rows = [
        {"who": 1, "at": f"2026-10-{at}:00+00:00", "what": "v"}
        for at in ("24T22:30", "25T00:30", "25T01:30", "25T02:30", "25T05:00")
    ]
    journeys = tp.from_records(
        rows, journey="who", time="at", touchpoint="what", tz="Europe/Madrid"
    )

    day = tp.paths.retention(journeys, period="week", week_starts="sunday")
    hours = tp.paths.retention(journeys, period="hour")

    assert str(day.cohort[0])[:10] == "2026-10-25"
    assert str(hours.cohort[0])[:13] == "2026-10-25T00"
    assert hours.returned.tolist() == [1, 0, 1, 1, 0, 0, 0]


def test_bad_places_and_weeks_get_clear_errors() -> None:
    """A day in Spanish, a week that is none, rolling months, unknown places and kinds."""
    journeys = visits(ana="01-11 01-19")

    def ask(**options):
        return tp.paths.retention(journeys, **{"period": "week", **options})

    with pytest.raises(InvalidInputError, match="did you mean 'monday'"):
        ask(week_starts="Lunes")
    with pytest.raises(InvalidInputError, match="did you mean 'wednesday'"):
        ask(week_starts="Miércoles")
    with pytest.raises(InvalidInputError, match="did you mean 'sunday'"):
        ask(week_starts="sundey")
    with pytest.raises(InvalidInputError, match="week_starts needs period='week'"):
        ask(period="month", week_starts="sunday")
    with pytest.raises(InvalidInputError, match="a month has several"):
        ask(period="month", kind="rolling")
    with pytest.raises(InvalidInputError, match="did you mean 'rolling'"):
        ask(kind="roling")
    with pytest.raises(NotFoundError, match="no touchpoint 'visti'.*did you mean 'visit'"):
        ask(start="visti")
    with pytest.raises(NotFoundError, match="no touchpoint 'visti'"):
        ask(back="visti")
    with pytest.raises(InvalidInputError, match="must be positive"):
        ask(period=dt.timedelta(0), kind="rolling")
    assert len(ask(start=tp.pattern("visit visit visit"))) == 0
