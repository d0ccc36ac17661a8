"""The stories planted in a web shop's clickstream, as signals of control charts."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import numpy as np
import pytest

import touchpoints as tp
from tests.real.ecom import day, sessions_of

pytestmark = pytest.mark.real

E = tp.experience


@pytest.fixture(scope="module")
def sessions(logs: Path) -> tp.Journeys:
    """Sessions as journeys of their users."""
    return sessions_of(logs)


def above(chart: tp.experience.ControlChart) -> list[str]:
    """Return the first days of periods above the limits."""
    rows = [one.startswith("above") for one in chart.signal.tolist()]
    return np.datetime_as_string(chart.period[rows], "D").tolist()


def test_the_payment_incident_shows_with_its_dates(sessions: tp.Journeys) -> None:
    """Days 139 to 159, 19 May to 8 June: all weeks with them, and no other."""
    chart = E.control_chart(sessions, measure="reach", touchpoint="payment_error", baseline=day(98))
    assert above(chart) == ["2024-05-13", "2024-05-20", "2024-05-27", "2024-06-03"]

    days = E.control_chart(sessions, measure="reach", touchpoint="payment_error", every="day")
    assert "2024-05-19" <= above(days)[0] <= "2024-05-20"
    assert above(days)[-1] == "2024-06-08"


def test_the_checkout_loop_shows_with_its_dates(sessions: tp.Journeys) -> None:
    """Days 99 to 130, 9 April to 10 May: the bug in all weeks with them, and no other."""
    chart = E.control_chart(sessions, measure="reach", touchpoint="checkout_bug", baseline=day(98))
    assert above(chart) == ["2024-04-08", "2024-04-15", "2024-04-22", "2024-04-29", "2024-05-06"]

    platforms = np.array(sessions.per_interaction["platform"].to_list())
    phones = tp.select(sessions, platforms[sessions.offsets[:-1]] == "mobile")
    loop = E.control_chart(phones, measure="count", touchpoint="shipping_details", baseline=day(98))
    assert {"2024-04-22", "2024-04-29"} <= set(above(loop))


def test_a_quiet_time_raises_no_alarm(sessions: tp.Journeys) -> None:
    """Up to day 98, 14 weeks of 17 touchpoints: about one false alarm would be usual."""
    quiet = tp.select(sessions, sessions.times[sessions.offsets[:-1]] < np.datetime64(day(98)))
    signals = 0
    for one in quiet.touchpoints:
        chart = E.control_chart(quiet, measure="reach", touchpoint=one.key)
        signals += sum(signal != "" for signal in chart.signal.tolist())

    assert signals <= 3


def test_the_end_of_the_incident_shows_before_and_after(sessions: tp.Journeys) -> None:
    """Errors fall from about one session in seven to none; other touchpoints stay."""
    change = E.Change("website_optimisation", "payment_error", date=day(160), note="mended")
    three = dt.timedelta(days=21)
    found = E.before_after(
        sessions,
        change,
        measure="reach",
        before=three,
        after=three,
        control_touchpoint="wishlist_add",
    )
    row = dict(zip(found.series.tolist(), found.to_dicts(), strict=True))
    assert 0.1 < row["changed"]["before"] < 0.2
    assert row["changed"]["after"] == 0
    assert row["changed"]["high"] < -0.1
    assert row["control"]["low"] < 0 < row["control"]["high"]
    assert row["changed - control"]["high"] < 0
