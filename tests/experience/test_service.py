"""B42, B43: response and resolution times, first-contact resolution, follow-up, and who returns."""

from __future__ import annotations

import datetime as dt
from typing import Any

import attrs
import numpy as np
import pytest

import touchpoints as tp
from touchpoints.errors import InvalidInputError, NotFoundError, WrongKindError

E = tp.experience
HOUR = 3600.0

# What happened to each ticket: the person, and hours after Monday, 5 January 2026, 09:00.
TICKETS = {
    "quick": ("ana", [(0, "ask"), (0.02, "auto"), (2, "reply"), (2, "solved"), (26, "follow")]),
    "long": ("leo", [(1, "ask"), (5, "reply"), (6, "ask"), (8, "reply"), (9, "solved")]),
    "reopened": (
        "mia",
        [(2, "ask"), (3, "reply"), (4, "solved"), (5, "ask"), (7, "reply"), (8, "solved")],
    ),
    "open": ("eva", [(3, "ask"), (3.1, "auto")]),
    "called": ("ana", [(30, "reply"), (31, "solved")]),
    "again": ("leo", [(40, "ask"), (41, "reply"), (41, "solved")]),
    "undone": ("mia", [(50, "ask"), (52, "reply"), (53, "solved"), (60, "ask")]),
}
PLACES = {"reply": "reply", "solved": "solved", "contact": "ask", "automatic": "auto"}


def log_of(tickets: Any = None, *, until: int = 400, **columns: Any) -> tp.Journeys:
    """Return tickets as journeys, watched until so many hours after the first."""
    tickets = TICKETS if tickets is None else tickets
    first = dt.datetime(2026, 1, 5, 9)
    rows = [
        {"id": name, "who": who, "at": first + dt.timedelta(hours=hours), "what": what}
        for name, (who, events) in tickets.items()
        for hours, what in events
    ]
    journeys = tp.from_records(rows, journey="id", person="who", time="at", touchpoint="what")
    end = np.datetime64(first + dt.timedelta(hours=until), "us")
    return attrs.evolve(journeys, observed_until=np.full(len(journeys), end), **columns)


def row_of(found: Any, measure: str) -> dict[str, Any]:
    """Return the row of a measure."""
    return next(row for row in found.to_dicts() if row["measure"] == measure)


def test_times_by_hand() -> None:
    """First responses after 2, 4, 1, 1 and 2 hours; one open; the called ticket is an agent's."""
    found = E.service(log_of(), **PLACES)
    first, last = row_of(found, "first response time"), row_of(found, "resolution time")

    # responses 1, 1, 2, 2, 4 hours and one censored: the third of six is 2 hours
    assert (first["value"], first["cases"], first["events"], first["censored"]) == (
        2 * HOUR, 6, 5, 1,
    )  # fmt: skip
    # resolved after 1, 2, 6 and 8 hours; the open and the undone one are censored
    assert (last["value"], last["events"], last["censored"]) == (6 * HOUR, 4, 2)
    assert np.isnan(row_of(found, "resolution time, 90 %")["value"])
    assert row_of(found, "resolution time, 90 %")["reason"] == "too many tickets are open"
    assert (found.automatic, found.by_agents) == (2, 1)
    assert "1 ticket opened by an agent left out" in repr(found)
    assert "2 answers that are automatic left out" in repr(found)


def test_first_contact_resolution_has_three_definitions() -> None:
    """Of four resolved tickets: two without another message, two with one reply, three for good."""
    found = E.service(log_of(), **PLACES)

    assert found.as_dict()["no further contact"] == pytest.approx(2 / 4)  # quick, again
    assert found.as_dict()["one reply"] == pytest.approx(2 / 4)  # quick, again
    assert found.as_dict()["not again"] == pytest.approx(2 / 4)  # leo and mia came back
    alone = attrs.evolve(log_of(), persons=None)
    row = row_of(E.service(alone, **PLACES), "one reply")
    assert (row["low"], row["high"]) == pytest.approx(tp.wilson(2, 4))


def test_reopened_and_followed_up() -> None:
    """Two of five solved tickets were opened again; one of four resolved ones was followed up."""
    found = E.service(log_of(), **PLACES, follow_up="follow")

    assert found.as_dict()["reopen rate"] == pytest.approx(2 / 5)  # reopened, undone
    assert found.as_dict()["follow-up rate"] == pytest.approx(1 / 4)
    later = E.service(log_of(), **PLACES, follow_up="follow", follow_up_within=dt.timedelta(1) / 2)
    assert later.as_dict()["follow-up rate"] == 0


def test_opening_hours() -> None:
    """A ticket of Friday evening that is answered on Monday at ten waited one hour."""
    tickets = {"late": ("ana", [(104, "ask"), (169, "reply"), (170, "solved")])}
    hours = tp.OpeningHours(week={"mon-fri": "09:00-17:00"})
    found = E.service(log_of(tickets), reply="reply", solved="solved", hours=hours).as_dict()

    assert found["first response time"] == 65 * HOUR
    assert found["first response time, opening hours"] == HOUR
    assert found["resolution time, opening hours"] == 2 * HOUR


def test_short_watching_is_censored_whether_something_came_or_not() -> None:
    """With a watch that ends soon, whether people ask again is known of nobody."""
    found = E.service(log_of(until=61), **PLACES, follow_up="follow")
    row = row_of(found, "not again")

    assert np.isnan(row["value"])
    assert (row["cases"], row["censored"]) == (0, 4)
    assert row["reason"] == "no ticket was solved and watched long enough"


def test_what_is_not_given_is_nan_with_its_reason() -> None:
    """Without contacts, follow-ups and empathy."""
    found = E.service(log_of(), reply="reply", solved="solved")
    reasons = dict(zip(found.measure.tolist(), found.reason.tolist(), strict=True))

    assert "contact=" in reasons["no further contact"]
    assert "follow_up=" in reasons["follow-up rate"]
    assert "empathy=" in reasons["empathy"]
    alone = E.service(attrs.evolve(log_of(), persons=None), **PLACES)
    assert "no persons" in row_of(alone, "not again")["reason"]


def test_needs_tell_tickets_apart() -> None:
    """Another ticket with another need is no return of the first one."""
    first = np.datetime64("2026-01-01", "us")
    known = [
        tp.taxonomy.untyped(what, need=why)
        for what, why in (
            ("ask", "learn"),
            ("reply", "learn"),
            ("ask", "acquire"),
            ("reply", "use"),
        )
    ]
    log = tp.Journeys(
        touchpoints=known,
        codes=[0, 1, 2, 3],
        offsets=[0, 2, 4],
        times=first + np.arange(4).astype("timedelta64[D]"),
        persons=np.array(["ana", "ana"], dtype=object),
        observed_until=np.full(2, first + np.timedelta64(90, "D")),
    )
    reply = [known[1].key, known[3].key]
    found = E.service(log, reply=reply, solved=reply)

    assert row_of(found, "not again")["value"] == 1


def test_empathy_is_a_mean_of_scores() -> None:
    """With the number of scores, and the tickets that have one."""
    log = log_of()
    scores = np.full(len(log.codes), np.nan)
    scores[[0, 1, 7]] = [5, 4, 2]
    row = row_of(
        E.service(
            attrs.evolve(log, per_interaction={"empathy": scores}), **PLACES, empathy="empathy"
        ),
        "empathy",
    )

    assert (row["value"], row["events"], row["cases"]) == (pytest.approx(11 / 3), 3, 2)


def test_counts_and_groups() -> None:
    """Rows that count twice are two tickets; groups are what they are alone."""
    log = attrs.evolve(log_of(), persons=None)
    twice = E.service(attrs.evolve(log, counts=np.full(len(log), 2)), **PLACES)

    assert twice.as_dict()["reopen rate"] == pytest.approx(2 / 5)
    assert row_of(twice, "reopen rate")["cases"] == 10
    site = np.array(["n", "s", "n", "s", "n", "s", "n"], dtype=object)
    grouped = E.service(attrs.evolve(log_of(), per_journey={"site": site}), **PLACES, by="site")
    assert grouped.as_dict()["s", "one reply"] == pytest.approx(1 / 2)


def test_waits_are_nan_without_tickets() -> None:
    """An empty log, and one in which nobody ever replies."""
    silent = {"a": ("ana", [(0, "ask")]), "b": ("leo", [(1, "reply"), (2, "solved")])}
    found = E.service(log_of(silent), reply="reply", solved="solved")

    assert np.isnan(found.as_dict()["first response time"])
    assert row_of(found, "first response time")["censored"] == 1
    assert len(E.service(log_of()[:0], **PLACES)) == len(found) == 10


def test_bad_input() -> None:
    """Touchpoints that are not there, hours of another kind, logs without times."""
    with pytest.raises(NotFoundError, match="reply"):
        E.service(log_of(), reply="replay", solved="solved")
    with pytest.raises(WrongKindError, match="OpeningHours"):
        E.service(log_of(), **PLACES, hours={"mon": "09:00-17:00"})  # type: ignore[arg-type]
    with pytest.raises(InvalidInputError, match="times"):
        E.service(tp.from_paths({"path": ["ask > reply"]}, path="path"), **PLACES)
    with pytest.raises(InvalidInputError, match="again_within"):
        E.service(log_of(), **PLACES, again_within=dt.timedelta(0))


def test_who_was_served_well_comes_back() -> None:
    """By hand: of the fast ones, one in three came back within a week."""
    found = E.service_retention(log_of(), **PLACES, within=dt.timedelta(days=1.4))

    # fast: at most 2 hours: quick (ana, back after 28 h), reopened, again, undone; slow: long
    shares = found.as_dict()
    assert shares["first response", "fast"] == pytest.approx(1 / 4)
    assert shares["first response", "slow"] == 1  # leo came back after 31 hours
    assert shares["first response", "none"] == 0
    assert found.less[1] == pytest.approx(1 / 4 - 1)
    assert found.censored == 0
    # one reply solved quick and again; long and reopened took two; open and undone are open
    kinds = {row["kind"]: row["tickets"] for row in found.to_dicts() if row["aspect"] == "resolved"}
    assert kinds == {"first contact": 2, "later": 2, "open": 2}


def test_returns_can_be_purchases_and_need_persons() -> None:
    """back= says what a return must contain."""
    shop = log_of(TICKETS | {"buy": ("eva", [(90, "bought")])})
    found = E.service_retention(shop, **PLACES, within=dt.timedelta(days=5), back="bought")

    assert found.as_dict()["first response", "none"] == 1
    assert found.returned.sum() == 2  # once under each aspect
    with pytest.raises(InvalidInputError, match="person="):
        E.service_retention(
            attrs.evolve(log_of(), persons=None), **PLACES, within=dt.timedelta(days=5)
        )


def test_compassion_stands_beside_efficiency() -> None:
    """B37, B39: kind and late, or quick and cold, are two numbers."""
    first = np.datetime64("2026-01-05T09:00", "us")
    minutes = np.array([0, 30, 50, 0, 10, 25])
    log = tp.Journeys(
        touchpoints=[tp.taxonomy.untyped(one) for one in ("desk", "visit", "exit")],
        codes=[0, 1, 2, 0, 1, 2],
        offsets=[0, 3, 6],
        times=first + minutes.astype("timedelta64[m]"),
        ends=first + (minutes + np.array([10, 15, 0, 4, 10, 0])).astype("timedelta64[m]"),
        per_interaction={"empathy": np.array([2.0, 5, np.nan, 3, 4, 6])},
    )
    found = E.compassion_and_efficiency(log)

    assert found.touchpoint.tolist() == ["desk", "exit", "visit"]
    np.testing.assert_allclose(found.compassion, [2.5, np.nan, 4.5])
    np.testing.assert_allclose(found.wait / 60, [np.nan, 5, 13])
    np.testing.assert_allclose(found.duration / 60, [7, 0, 12.5])
    assert found.waits.tolist() == [0, 2, 2]
    assert found.outside == 1
