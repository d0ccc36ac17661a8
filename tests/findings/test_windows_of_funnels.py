"""Funnels: the time between steps in any order, and who is still inside the window."""

from __future__ import annotations

import datetime as dt

import pytest

import touchpoints as tp

DAY = dt.timedelta(days=1)


def log(rows: list[tuple[str, str, str]]) -> tp.Journeys:
    """Return the journeys of (who, when in January 2026, what)."""
    return tp.from_records(
        [{"who": who, "t": f"2026-01-{when}", "w": what} for who, when, what in rows],
        journey="who",
        time="t",
        touchpoint="w",
    )


def test_steps_in_any_order_have_the_time_from_the_step_before_in_time() -> None:
    """Signup 10:00, profile 10:01, invite 10:05: profile after 60 s, invite 240 s after that."""
    journeys = log(
        [
            ("ana", "05 10:00", "signup"),
            ("ana", "05 10:01", "profile"),
            ("ana", "05 10:05", "invite"),
        ]
    )

    found = tp.paths.funnel(journeys, ["signup", "invite", "profile"], kind="hybrid")

    assert found.journeys.tolist() == [1, 1, 1]
    assert found.median_time.tolist()[1:] == [240.0, 60.0]


def test_a_step_that_is_not_counted_gives_no_time() -> None:
    """Chat comes before buy but is a step after one that is missing: buy is 5 s after visit."""
    journeys = log(
        [
            ("ana", "05 10:00:00", "visit"),
            ("ana", "05 10:00:02", "chat"),
            ("ana", "05 10:00:05", "buy"),
            ("leo", "05 10:00:00", "call"),
        ]
    )

    found = tp.paths.funnel(journeys, ["visit", "buy", "call", "chat"], kind="hybrid")

    assert found.journeys.tolist() == [1, 1, 0, 0]
    assert found.median_time.tolist()[1] == 5.0


SIGNED_UP = [
    ("ana", "01", "signup"),
    ("ana", "02", "buy"),
    ("leo", "01", "signup"),
    ("eva", "20", "signup"),
    ("max", "22", "visit"),
]


@pytest.mark.parametrize("kind", ["closed", "hybrid", "strict"])
@pytest.mark.parametrize("marked", [False, True])
def test_a_start_is_lost_only_when_its_window_is_over(kind: str, marked: bool) -> None:
    """In a log that ends on the 22nd, one who signed up on the 1st is lost, on the 20th open."""
    journeys = log(SIGNED_UP)
    if marked:
        journeys = tp.mark_open(journeys, within=60 * DAY)

    found = tp.paths.funnel(journeys, ["signup", "buy"], kind=kind, within=7 * DAY)

    assert (found.lost.tolist(), found.open.tolist()) == ([0, 1], [0, 1])


def test_any_start_inside_its_window_is_open() -> None:
    """Whoever starts twice, long ago and just now, may still get there."""
    journeys = log([*SIGNED_UP, ("leo", "21", "signup")])

    found = tp.paths.funnel(journeys, ["signup", "buy"], within=7 * DAY)

    assert (found.lost.tolist(), found.open.tolist()) == ([0, 0], [0, 2])


def test_a_window_that_ends_with_the_log_is_over() -> None:
    """On the 20th plus two days the log was watched to the end of the window."""
    found = tp.paths.funnel(log(SIGNED_UP), ["signup", "buy"], within=2 * DAY)

    assert (found.lost.tolist(), found.open.tolist()) == ([0, 2], [0, 0])


def test_a_strict_start_followed_by_something_else_is_lost() -> None:
    """Directly after signup came a visit, so that nothing later can be the next step."""
    journeys = log([*SIGNED_UP, ("eva", "21", "visit")])

    strict = tp.paths.funnel(journeys, ["signup", "buy"], kind="strict", within=7 * DAY)
    closed = tp.paths.funnel(journeys, ["signup", "buy"], within=7 * DAY)

    assert (strict.lost.tolist()[1], strict.open.tolist()[1]) == (2, 0)
    assert (closed.lost.tolist()[1], closed.open.tolist()[1]) == (1, 1)


@pytest.mark.parametrize("marked", [False, True])
def test_a_conversion_with_a_window_judges_starts_the_same_way(marked: bool) -> None:
    """One converts, one is lost since the 8th, one is still inside the window."""
    journeys = log(SIGNED_UP)
    if marked:
        journeys = tp.mark_open(journeys, within=60 * DAY)

    found = tp.paths.conversion(journeys, "signup", end="buy", within=7 * DAY)
    sides = tp.paths.converted_and_dropped(journeys, "signup", end="buy", within=7 * DAY)

    assert (found.converted.tolist(), found.lost.tolist(), found.open.tolist()) == ([1], [1], [1])
    assert sides.dropped.tolist() == []


def test_without_a_window_the_log_says_who_is_open() -> None:
    """Then a journey may go on until it is finished."""
    journeys = tp.mark_open(log(SIGNED_UP), within=7 * DAY)

    found = tp.paths.funnel(journeys, ["signup", "buy"])

    assert (found.lost.tolist(), found.open.tolist()) == ([0, 1], [0, 1])
