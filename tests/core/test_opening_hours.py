"""How long a service was open between two instants, against a count minute by minute."""

from __future__ import annotations

import datetime as dt
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import touchpoints as tp
from touchpoints.errors import InvalidInputError, NotFoundError, WrongKindError

OFFICE = {"mon-fri": "09:00-17:00", "sat": ["10:00-12:00", "16:00-18:00"]}
FIRST = dt.datetime(2026, 3, 23)
TIMES = st.integers(0, 16 * 24 * 60).map(lambda minutes: FIRST + dt.timedelta(minutes=minutes))


def stamps(*times: dt.datetime) -> np.ndarray[Any, Any]:
    """Return times as microseconds."""
    return np.array(times, dtype="datetime64[us]").view(np.int64)


def hours_between(hours: tp.OpeningHours, start: str, end: str, zone: str | None = None) -> float:
    """Return how many hours it was open."""
    times = stamps(dt.datetime.fromisoformat(start), dt.datetime.fromisoformat(end))
    return float(hours.between(times[:1], times[1:], zone=zone)[0] / 3.6e9)


def by_minute(start: dt.datetime, end: dt.datetime, zone: str | None) -> int:
    """Return the number of minutes of the office's hours, the 25th of March a holiday."""
    opened, moment = 0, start
    while moment < end:
        local = moment
        if zone is not None:
            local = moment.replace(tzinfo=dt.UTC).astimezone(ZoneInfo(zone))
        minute = local.hour * 60 + local.minute
        if local.date() != dt.date(2026, 3, 25):
            if local.weekday() < 5:
                opened += 540 <= minute < 1020
            elif local.weekday() == 5:
                opened += 600 <= minute < 720 or 960 <= minute < 1080
        moment += dt.timedelta(minutes=1)
    return opened


@given(TIMES, TIMES, st.sampled_from([None, "UTC", "Europe/Madrid", "America/New_York"]))
def test_open_time_is_that_of_every_minute(
    one: dt.datetime, other: dt.datetime, zone: str | None
) -> None:
    """With a holiday, a divided Saturday, and the clocks that change on the 29th of March."""
    hours = tp.OpeningHours(week=OFFICE, holidays=["2026-03-25"])
    start, end = sorted((one, other))
    found = hours.between(stamps(start), stamps(end), zone=zone)

    assert found.tolist() == [by_minute(start, end, zone) * 60_000_000]


def test_by_hand() -> None:
    """From Friday at four to Monday at ten: two hours; a night is nothing."""
    office = tp.OpeningHours(week={"mon-fri": "09:00-17:00"})

    assert hours_between(office, "2026-01-09T16:00", "2026-01-12T10:00") == 2
    assert hours_between(office, "2026-01-09T18:00", "2026-01-10T23:00") == 0
    assert hours_between(office, "2026-01-12T10:00", "2026-01-12T10:30") == 0.5
    assert hours_between(office, "1969-12-31T10:00", "1970-01-01T10:00") == 8
    always = tp.OpeningHours(week={"mon-sun": "00:00-24:00"})
    assert hours_between(always, "2026-01-01T00:00", "2027-01-01T00:00") == 365 * 24


def test_the_zone_of_the_hours_wins_over_that_of_the_log() -> None:
    """An office in Madrid opens at eight in UTC, in winter."""
    office = tp.OpeningHours(week={"mon-fri": "09:00-17:00"}, tz="Europe/Madrid")

    assert hours_between(office, "2026-01-12T08:00", "2026-01-12T09:00", "America/Lima") == 1
    assert hours_between(office, "2026-01-12T08:00", "2026-01-12T09:00") == 0  # as written


def test_missing_times_stay_missing() -> None:
    """What has not ended has no duration."""
    office = tp.OpeningHours(week={"mon-fri": "09:00-17:00"})
    nat = np.array([np.iinfo(np.int64).min])

    assert office.between(stamps(FIRST), nat, zone=None).tolist() == nat.tolist()


def test_days_are_written_in_several_ways() -> None:
    """Names, and ranges over the weekend."""
    hours = tp.OpeningHours(week={"Sat-Mon": "10:00-11:00", "wednesday": "10:00–11:00"})

    assert list(hours.week) == ["mon", "wed", "sat", "sun"]


@pytest.mark.parametrize(
    ("how", "error", "said"),
    [
        ({"week": {"lunes": "09:00-17:00"}}, NotFoundError, "no day of the week 'lunes'"),
        ({"week": {"mon": "9-17"}}, InvalidInputError, "written like '09:00-17:00'"),
        ({"week": {"mon": "17:00-09:00"}}, InvalidInputError, "past midnight"),
        ({"week": {"mon": "09:00-25:00"}}, InvalidInputError, "on one day"),
        ({"week": {"mon": "09:75-10:00"}}, InvalidInputError, "on one day"),
        ({"week": {"mon": ["09:00-12:00", "11:00-13:00"]}}, InvalidInputError, "not overlap"),
        ({"week": {"mon-fri": "09:00-17:00", "tue": "10:00-11:00"}}, InvalidInputError, "twice"),
        ({"week": {"mon-tue-wed": "09:00-17:00"}}, InvalidInputError, "one day or two"),
        ({"week": {"mon": None}}, InvalidInputError, "written like"),
        ({"week": {}}, WrongKindError, "mapping of days to hours"),
        ({"week": OFFICE, "holidays": ["Christmas"]}, InvalidInputError, "must be dates"),
        ({"week": OFFICE, "tz": "Europe/Madird"}, NotFoundError, "Europe/Madrid"),
    ],
)
def test_hours_that_make_no_sense_are_refused(
    how: dict[str, Any], error: type[Exception], said: str
) -> None:
    """With the day, and what to write instead."""
    with pytest.raises(error, match=said):
        tp.OpeningHours(**how)


@given(
    st.lists(TIMES, min_size=2, max_size=8),
    st.sampled_from([None, "UTC", "Europe/Madrid", "America/New_York"]),
)
def test_the_clock_of_opening_hours_never_runs_backwards(
    times: list[dt.datetime], zone: str | None
) -> None:
    """Its readings differ by the time that was open, through the change of clocks and holidays."""
    hours = tp.OpeningHours(week=OFFICE, holidays=["2026-03-25"])
    moments = stamps(*sorted(times))
    read = hours.clock(moments, zone=zone).read(moments)

    between = hours.between(moments[:-1], moments[1:], zone=zone)
    assert np.diff(read).tolist() == between.tolist()
    assert (between >= 0).all()
    assert (between <= np.diff(moments)).all()


@pytest.mark.parametrize("night", ["2026-03-29", "2026-10-25", "1969-10-26"])
def test_a_service_that_never_closes_is_open_for_real_time(night: str) -> None:
    """Also in nights in which the clocks change: an hour shown twice is two hours."""
    always = tp.OpeningHours(week={"mon-sun": "00:00-24:00"})
    begin = stamps(dt.datetime.fromisoformat(night)) - 7_200_000_000
    moments = begin[0] + np.arange(0, 12 * 60) * 60_000_000

    read = always.clock(moments, zone="Europe/Madrid").read(moments)

    assert (np.diff(read) == 60_000_000).all()
    assert hours_between(always, f"{night}T00:00", f"{night}T06:00", "Europe/Madrid") == 6


def test_an_hour_shown_twice_counts_twice_and_one_skipped_not_at_all() -> None:
    """Open from two to three at night, in Madrid: two hours in October, none in March."""
    night = tp.OpeningHours(week={"sun": "02:00-03:00"}, tz="Europe/Madrid")

    assert hours_between(night, "2026-10-24T22:00", "2026-10-25T06:00", "UTC") == 2
    assert hours_between(night, "2026-03-28T22:00", "2026-03-29T06:00", "UTC") == 0
