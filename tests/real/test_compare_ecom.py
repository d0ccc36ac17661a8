"""The stories planted in a web shop's clickstream, found by comparing periods and platforms."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

import touchpoints as tp
from tests.real.ecom import day, sessions_of
from touchpoints import compare

pytestmark = pytest.mark.real


@pytest.fixture(scope="module")
def sessions(logs: Path) -> tp.Journeys:
    """Sessions as journeys of their users."""
    return sessions_of(logs)


def found(table: compare.Comparison) -> set[object]:
    """Return what is called a difference at a false-discovery rate of 5 %."""
    return set(table.label[table.q <= 0.05].tolist())


def test_the_viral_article_shows_in_support_chats(sessions: tp.Journeys) -> None:
    """Days 59 to 62: four times as many sessions ask for help as before; nothing else is as clear.

    With 48 sessions of few persons the p is near .005, which 17 questions make a q above .05.
    """
    days = compare.periods(sessions, before=(day(0), day(59)), after=(day(59), day(63)))

    table = compare.presence(days, seed=1, shared="within")

    assert set() == found(table) - {"support_chat"}
    assert ("support_chat", True) == (table.label[0], bool(table.p[0] < 0.01))
    assert table.b[0] > 4 * table.a[0]
    assert table.high[0] < 0


def test_the_checkout_loop_shows_on_mobile(sessions: tp.Journeys) -> None:
    """Days 99 to 130: phones meet a bug and are sent round in the shipping details."""
    begin = sessions.times[sessions.offsets[:-1]]
    inside = (begin >= np.datetime64(day(99))) & (begin < np.datetime64(day(131)))
    phones = compare.groups(tp.select(sessions, inside), "platform", a="mobile")

    steps = compare.transitions(phones, seed=1, shared="within")
    have = compare.presence(phones, seed=1, shared="within")

    assert "checkout_bug" in found(have)
    loop = ("shipping_details", "shipping_details")
    assert {loop, ("shipping_details", "checkout_bug")} <= found(steps)
    row = steps.label.tolist().index(loop)
    assert steps.a[row] > 5 * steps.b[row]
    assert steps.low[row] > 0


def test_the_payment_incident_shows_in_errors(sessions: tp.Journeys) -> None:
    """Days 139 to 159: errors of payment, which there were none of before."""
    days = compare.periods(sessions, before=(day(63), day(99)), after=(day(139), day(160)))

    table = compare.presence(days, seed=1, shared="within")
    steps = compare.transitions(days, seed=1, shared="within")

    assert "payment_error" in found(table)
    row = table.label.tolist().index("payment_error")
    assert 0 == table.a[row]
    assert ("payment_details", "payment_error") in found(steps)


def test_a_quiet_time_has_no_story(sessions: tp.Journeys) -> None:
    """Two halves of a time without an incident are not told apart by what sessions hold."""
    days = compare.periods(sessions, before=(day(64), day(82)), after=(day(82), day(99)))

    assert set() == found(compare.presence(days, seed=1, shared="within"))
