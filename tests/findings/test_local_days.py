"""Calendar questions ask for the days of the zone that a log was read in."""

from __future__ import annotations

import datetime as dt
from zoneinfo import ZoneInfo

import attrs
import numpy as np
import pytest

import touchpoints as tp
from touchpoints import compare
from touchpoints._core.clocks import in_utc, offsets_between
from touchpoints.errors import NotFoundError


def log(rows: list[tuple[str, str]], *, tz: str | None) -> tp.Journeys:
    """Return the journeys of (who, when), all of them visits."""
    return tp.from_records(
        [{"who": who, "t": when, "w": "visit"} for who, when in rows],
        journey="who",
        time="t",
        touchpoint="w",
        tz=tz,
    )


# Each twice on 5 January in Shanghai, at 07:00 and 20:00: 23:00 of the 4th and 12:00 in UTC.
SHANGHAI = [
    ("ana", "2026-01-05 07:00"),
    ("ana", "2026-01-05 20:00"),
    ("leo", "2026-01-05 07:30"),
    ("leo", "2026-01-05 20:30"),
    ("eva", "2026-01-08 12:00"),
]


@pytest.mark.parametrize("tz", ["Asia/Shanghai", None])
def test_people_met_twice_on_one_day_are_not_back_the_next(tz: str | None) -> None:
    """Twice on 5 January local time is a cohort of the 5th of size 2, and nobody is back."""
    found = tp.paths.retention(log(SHANGHAI, tz=tz), period="day")

    rows = [row for row in found.to_dicts() if str(row["cohort"])[:10] == "2026-01-05"]
    assert [(row["since"], row["size"], row["returned"]) for row in rows[:3]] == [
        (0, 2, 2),
        (1, 2, 0),
        (2, 2, 0),
    ]
    assert ("2026-01-05", 1) in found.as_dict()
    assert not any(day.startswith("2026-01-04") for day, _ in found.as_dict())


@pytest.mark.parametrize("tz", ["Asia/Shanghai", None])
def test_states_of_a_lifecycle_are_those_of_local_days(tz: str | None) -> None:
    """Two are new on the 5th; on the 6th both are dormant, none is there again."""
    found = tp.paths.lifecycle_states(log(SHANGHAI, tz=tz), period="day").to_dicts()

    assert str(found[0]["period"])[:10] == "2026-01-05"
    states = [(row["new"], row["current"], row["returning"], row["dormant"]) for row in found]
    assert states == [(2, 0, 0, 0), (0, 0, 0, 2), (0, 0, 0, 2), (1, 0, 0, 2)]


@pytest.mark.parametrize(
    ("period", "first"), [("week", "2026-02-02"), ("month", "2026-02-01"), ("day", "2026-02-02")]
)
def test_weeks_and_months_begin_with_local_days(period: str, first: str) -> None:
    """00:30 on Monday 2 February in Madrid is Sunday the 1st in UTC; the month began on the 1st."""
    journeys = log([("ana", "2026-02-02 00:30")], tz="Europe/Madrid")

    found = tp.paths.retention(journeys, period=period)

    assert str(found.cohort[0])[:10] == first


def test_aware_times_with_a_fixed_offset_have_its_days() -> None:
    """A log of times written +08:00 has the days of that offset."""
    rows = [(who, f"{when}:00+08:00") for who, when in SHANGHAI]

    found = tp.paths.retention(log(rows, tz=None), period="day")

    assert str(found.cohort[0])[:10] == "2026-01-05"
    assert int(found.size[0]) == 2


def test_days_of_a_change_of_clocks_keep_their_dates() -> None:
    """In New York clocks went back on 1 November 2026: that day has 25 hours."""
    rows = [("ana", "2026-11-01 00:10"), ("ana", "2026-11-01 23:50"), ("ana", "2026-11-03 10:00")]

    found = tp.paths.retention(log(rows, tz="America/New_York"), period="day")

    assert [(row["since"], row["returned"]) for row in found.to_dicts()] == [(0, 1), (1, 0), (2, 0)]


def test_durations_are_counted_from_the_first_time() -> None:
    """They are no periods of a calendar, so the zone plays no part."""
    zoned, naive = (log(SHANGHAI, tz=tz) for tz in ("Asia/Shanghai", None))
    day = dt.timedelta(days=1)

    found, other = (tp.paths.retention(one, period=day) for one in (zoned, naive))

    assert found.returned.tolist() == other.returned.tolist()


def test_an_unknown_zone_is_refused() -> None:
    """Its days are not guessed: journeys cannot have such a zone."""
    journeys = log(SHANGHAI, tz="Asia/Shanghai")

    with pytest.raises(NotFoundError, match=r"no time zone 'tzlocal\(\)'"):
        attrs.evolve(journeys.meta, timezone="tzlocal()")


@pytest.mark.parametrize(
    "limit",
    [
        "2026-02-01",
        dt.datetime(2026, 2, 1),
        np.datetime64("2026-02-01"),
        dt.datetime(2026, 2, 1, 5, tzinfo=dt.UTC),
    ],
)
def test_periods_without_a_zone_are_in_that_of_the_log(limit: object) -> None:
    """31 January, 22:00 in New York is in January, though it is February in UTC."""
    rows = [("ana", "2026-01-31 22:00"), ("leo", "2026-01-10 12:00"), ("eva", "2026-02-01 00:00")]

    two = compare.periods(
        log(rows, tz="America/New_York"), before=(None, limit), after=(limit, None)
    )

    ids = two.journeys.ids
    assert sorted(ids[two.in_a].tolist()) == ["ana", "leo"]
    assert ids[~two.in_a].tolist() == ["eva"]


def test_periods_of_naive_logs_are_as_written() -> None:
    """Without a zone nothing is turned."""
    rows = [("ana", "2026-01-31 22:00"), ("eva", "2026-02-01 00:00")]

    two = compare.periods(
        log(rows, tz=None), before=(None, "2026-02-01"), after=("2026-02-01", None)
    )

    assert two.journeys.ids[two.in_a].tolist() == ["ana"]


@pytest.mark.parametrize(
    "name",
    ["Europe/Madrid", "America/New_York", "Australia/Lord_Howe", "Africa/Casablanca", "Asia/Tokyo"],
)
def test_local_times_agree_with_zoneinfo(name: str) -> None:
    """Before, at and after each change of clocks, to the microsecond."""
    zone, epoch = ZoneInfo(name), dt.datetime(1970, 1, 1, tzinfo=dt.UTC)
    first = np.datetime64("2024-01-01", "us").astype(np.int64)
    hours = first + np.arange(0, 366 * 24, dtype=np.int64) * 3_600_000_000
    stamps = (hours[:, None] + [-1, 0, 1]).ravel()

    shown = offsets_between(name, stamps).local(stamps)

    for stamp, one in zip(stamps.tolist(), shown.tolist(), strict=True):
        local = (epoch + dt.timedelta(microseconds=stamp)).astimezone(zone)
        wall = local.replace(tzinfo=dt.UTC) - epoch
        assert wall // dt.timedelta(microseconds=1) == one
        if not local.fold:
            assert in_utc(one, name) == stamp
