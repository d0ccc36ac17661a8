"""Tickets of a help desk: metrics, audits, comments, what is open (requirements A4, B42)."""

from __future__ import annotations

import gzip
import json
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

import touchpoints as tp
from tests.sources import story

DATA = Path(__file__).parent / "data"
TICKETS, METRICS = DATA / "tickets.json", DATA / "ticket_metrics.json"
AUDITS, FLAT = DATA / "ticket_audits.json", DATA / "tickets.csv"
MINUTE, HOUR = 60.0, 3600.0


def ticket(id_: object = 1, **more: Any) -> dict[str, Any]:
    """Return the row of a ticket that was created at 08:30."""
    return {"id": id_, "requester_id": "ana", "created_at": "2026-03-04T08:30:00Z", **more}


def happened(at: str, type_: str, **more: Any) -> dict[str, Any]:
    """Return a flat row of the events of ticket 1."""
    return {"ticket_id": 1, "created_at": f"2026-03-04T{at}:00Z", "type": type_, **more}


def names(journeys: tp.Journeys) -> list[tuple[str, ...]]:
    """Return the keys of each journey."""
    return [one.keys for one in journeys]


@pytest.mark.parametrize(
    ("source", "more"), [(TICKETS, {"metrics": METRICS}), (FLAT, {})], ids=["nested", "flat"]
)
def test_the_story_is_read(source: Path, more: dict[str, Any]) -> None:
    """A4: created, replied to, solved; what is null has not happened, and the ticket goes on."""
    journeys = tp.sources.tickets(source, **more)

    assert story.told(journeys) == story.expected(story.TICKETS)
    assert journeys.finished.tolist() == [True, False]
    assert journeys.per_interaction["text"].to_list() == [
        "When do my shoes arrive?", None, None, "The sole came off",
    ]  # fmt: skip
    assert journeys.per_interaction["contact_channel"].to_list() == ["email"] * 3 + ["web"]
    kept = journeys.per_journey
    assert kept["priority"].to_list() == ["normal", "high"]
    assert kept["first_reply_minutes"][0] == 40
    assert np.isnan(kept["first_reply_minutes"][1])
    assert kept["replies"].tolist() == [1, 0]
    assert journeys.meta.report.left_out == 0


def test_audits_tell_what_metrics_sum_up() -> None:
    """B42: automatic messages, internal notes, reopenings, ratings, and closing, which is none."""
    journeys = tp.sources.tickets(TICKETS, metrics=METRICS, events=AUDITS)

    assert story.told(journeys)[0] == [
        ("ana", "2026-03-04T08:30:00", "ticket_created"),
        ("ana", "2026-03-04T08:30:00", "automatic_reply"),
        ("ana", "2026-03-04T09:10:00", "first_reply"),
        ("ana", "2026-03-04T18:00:00", "ticket_solved"),
        ("ana", "2026-03-05T11:00:00", "customer_message"),
        ("ana", "2026-03-05T11:00:00", "ticket_reopened"),
        ("ana", "2026-03-05T12:00:00", "reply"),
        ("ana", "2026-03-05T12:00:00", "ticket_solved"),
        ("ana", "2026-03-05T14:00:00", "satisfaction_rating"),
    ]
    assert names(journeys)[1] == ("ticket_created", "automatic_reply")
    assert journeys.finished.tolist() == [True, False]
    rated = journeys.per_interaction["satisfaction"]
    assert rated[8] == 1
    assert np.isnan(rated[:8]).all()
    assert journeys.meta.report.left_out_reasons == {
        "an internal note": 1,
        "a notice that only says that something changed": 1,
        "an event of the desk that is not a contact": 1,  # a rating was offered
    }


def test_service_is_measured_of_the_tickets() -> None:
    """B42: worked by hand; the automatic replies are none, and the open ticket is censored."""
    until = story.instant("2026-03-10T00:00:00")
    journeys = tp.sources.tickets(TICKETS, events=AUDITS, observed_until=until)
    found = tp.experience.service(
        journeys,
        reply=["first_reply", "reply"],
        solved="ticket_solved",
        contact=["ticket_created", "customer_message"],
        automatic="automatic_reply",
        reopened="ticket_reopened",
    )
    rows = {row["measure"]: row for row in found.to_dicts()}

    # Half of two tickets had a reply after 40 minutes, and a last solution after 27.5 hours.
    assert rows["first response time"]["value"] == 40 * MINUTE
    assert rows["resolution time"]["value"] == 27.5 * HOUR
    assert rows["first response time"]["censored"] == rows["resolution time"]["censored"] == 1
    assert rows["reopen rate"]["value"] == 1
    assert rows["one reply"]["value"] == 0
    assert rows["no further contact"]["value"] == 0
    assert found.automatic == 2
    satisfaction = tp.experience.Metric(
        name="satisfaction", low=0, high=1, satisfied=1, dissatisfied=0, summary="top_box"
    )
    kind = tp.experience.service(
        journeys, reply="first_reply", solved="ticket_solved", empathy=satisfaction
    )
    assert kind.as_dict()["empathy"] == 1


def test_metrics_alone_give_the_same_times() -> None:
    """The first reply and the solution stand in the metrics, to the minute."""
    journeys = tp.sources.tickets(TICKETS, metrics=METRICS)
    found = tp.experience.service(
        journeys, reply="first_reply", solved="ticket_solved", contact="ticket_created"
    ).as_dict()

    assert found["first response time"] == 40 * MINUTE
    assert found["resolution time"] == 27.5 * HOUR


def test_an_automatic_reply_is_none_whatever_the_metrics_say() -> None:
    """B42: comments tell who replied; without any comment the metrics do."""
    rows = [ticket(1, reply_time_in_minutes=1)]
    automatic = [happened("08:31", "Comment", author_id=-1, public=True)]
    status = [happened("08:31", "Change", field_name="status", value="pending")]

    assert names(tp.sources.tickets(rows, events=automatic)) == [
        ("ticket_created", "automatic_reply")
    ]
    assert names(tp.sources.tickets(rows, events=status)) == [("ticket_created", "first_reply")]


def test_reopenings_without_a_time_are_counted() -> None:
    """The number is kept; a ticket that is open again was not solved for good."""
    again = {"reopens": 2, "solved_at": "2026-03-05T12:00:00Z"}
    rows = [ticket(1, status="solved", **again), ticket(2, status="open", **again)]
    journeys = tp.sources.tickets(rows)

    assert names(journeys) == [("ticket_created", "ticket_solved"), ("ticket_created",)]
    assert journeys.finished.tolist() == [True, False]
    assert journeys.per_journey["reopens"].tolist() == [2, 2]
    assert journeys.meta.report.noted == {
        "tickets that were opened again at times that are not known": 2,
        "open tickets whose earlier solution did not last and is left out": 1,
    }


def test_a_solved_ticket_without_metrics_has_ended_at_a_time_nobody_knows() -> None:
    """It is finished, and counted."""
    journeys = tp.sources.tickets([ticket(status="closed")])

    assert names(journeys) == [("ticket_created",)]
    assert journeys.finished.tolist() == [True]
    assert list(journeys.meta.report.noted.values()) == [1]


def test_without_a_status_what_happened_says_whether_a_ticket_goes_on() -> None:
    """Solved last is finished; opened again last is not."""
    rows = [
        happened("10:00", "Change", field_name="status", value="solved"),
        happened("11:00", "Change", field_name="status", value="open"),
    ]

    assert tp.sources.tickets([ticket()], events=rows[:1]).finished.tolist() == [True]
    assert tp.sources.tickets([ticket()], events=rows).finished.tolist() == [False]
    assert tp.sources.tickets([ticket()]).finished.tolist() == [False]


def test_flat_rows_of_events_and_comments_are_read() -> None:
    """A table of comments has no type; authors are numbers in one table and floats in another."""
    opened = ticket(1.0, requester_id=5.0, submitter_id=5.0, via_channel="web")
    comments = pd.DataFrame(
        {
            "ticket_id": [1, 1, 1, 1],
            "created_at": pd.to_datetime(
                [f"2026-03-04T{at}:00Z" for at in ("08:30", "09:00", "09:05", "10:00")]
            ),
            "author_id": [5, 7, 5, 7],
            "public": ["true", "True", 1, True],
            "body": ["a", "b", "c", "d"],
            "via.channel": ["web", "web", "email", "web"],
        }
    )
    journeys = tp.sources.tickets([opened], events=comments)

    assert names(journeys) == [("ticket_created", "first_reply", "customer_message", "reply")]
    assert journeys.persons.tolist() == ["5"]
    assert journeys.per_interaction["text"].to_list() == [None, "b", "c", "d"]
    assert journeys.per_interaction["contact_channel"].to_list() == ["web", "web", "email", "web"]


def test_a_ticket_that_an_agent_opened_says_so() -> None:
    """Its first comment is the agent's, and no reply."""
    rows = [
        happened("08:30", "Comment", author_id="max", public=True),
        happened("09:00", "Comment", author_id="ana", public=True),
        happened("09:30", "Comment", author_id="max", public=True),
    ]
    journeys = tp.sources.tickets([ticket(submitter_id="max")], events=rows)

    assert names(journeys) == [("ticket_created_by_agent", "customer_message", "first_reply")]


def test_journeys_of_persons_hold_all_their_tickets() -> None:
    """One that is open keeps the journey going; columns of tickets are of interactions."""
    rows = [
        ticket(1, status="solved", solved_at="2026-03-04T09:00:00Z"),
        ticket(2, status="open", priority="low"),
        ticket(3, status="open", requester_id=None),
    ]
    journeys = tp.sources.tickets(rows, journey="person")

    assert journeys.ids.tolist() == ["ana"]
    assert len(journeys[0].keys) == 3
    assert journeys.finished.tolist() == [False]
    assert "status" in journeys.per_interaction
    assert journeys.meta.report.without_journey == 1


def test_the_latest_row_of_a_ticket_holds() -> None:
    """Incremental exports repeat tickets: by updated_at, else by position; deleted ones go."""
    rows = [
        ticket(1, status="solved", updated_at="2026-03-06T00:00:00Z"),
        ticket(1, status="open", updated_at="2026-03-05T00:00:00Z"),
        ticket(2, status="open"),
        ticket(2, status="solved"),
        ticket(3, status="deleted"),
    ]
    journeys = tp.sources.tickets(rows)

    assert journeys.per_journey["status"].to_list() == ["solved", "solved"]
    assert journeys.meta.report.left_out_reasons == {
        "an older row of a ticket": 2,
        "a ticket that was deleted": 1,
    }


def test_metrics_and_events_of_other_tickets_are_counted() -> None:
    """They are left out."""
    journeys = tp.sources.tickets(
        [ticket(1)],
        metrics=[{"ticket_id": 2, "reopens": 0}],
        events=[{**happened("09:00", "Comment", author_id="max"), "ticket_id": 2}],
    )

    assert names(journeys) == [("ticket_created",)]
    assert set(journeys.meta.report.left_out_reasons.values()) == {1}
    assert journeys.meta.report.left_out == 2


def test_ratings_need_a_time() -> None:
    """The time of the rating is not in every export; offered is no rating."""
    rated = {"score": "bad", "updated_at": "2026-03-06T10:00:00Z", "comment": "too late"}
    rows = [
        ticket(1, satisfaction_rating=rated),
        ticket(2, satisfaction_rating={"score": "good"}),
        ticket(3, **{"satisfaction_rating.score": "offered"}),
        ticket(4, satisfaction_rating="good with comment"),
    ]
    journeys = tp.sources.tickets(rows)

    assert names(journeys)[0] == ("ticket_created", "satisfaction_rating")
    assert journeys.per_interaction["satisfaction"][1] == 0
    assert journeys.per_interaction["text"].to_list()[1] == "too late"
    assert list(journeys.meta.report.noted.values()) == [2]


def test_times_without_an_offset_are_counted() -> None:
    """Exports of spreadsheets lose it."""
    journeys = tp.sources.tickets([{"id": 1, "created_at": "2026-03-04 08:30:00"}])

    assert str(journeys.times[0]) == "2026-03-04T08:30:00.000000"
    assert journeys.meta.report.noted == {"times without an offset, which are read as UTC": 1}


BAD: dict[str, tuple[dict[str, Any], str]] = {
    "no id": ({"id": None}, "a ticket has no id"),
    "no time": ({"created_at": None}, "a ticket has no created_at"),
    "bad time": ({"created_at": "04/03/2026"}, "created_at must be a time in ISO 8601"),
    "number as time": ({"created_at": 1772613000}, "created_at must be a time in ISO 8601"),
    "id of no kind": ({"id": {"a": 1}}, "id must be text"),
    "text as minutes": (
        {"reply_time_in_minutes": {"calendar": "forty"}},
        r"reply_time_in_minutes\.calendar must be a number",
    ),
    "negative minutes": (
        {"reply_time_in_minutes": {"calendar": -1}},
        "must be a number of at least 0",
    ),
    "truth as number": ({"reopens": True}, "reopens must be a number"),
    "endless": ({"replies": "inf"}, "replies must be a number"),
    "minutes for ever": ({"reply_time_in_minutes": 1e15}, "outside the years 1 to 9999"),
    "beyond the calendar": (
        {"full_resolution_time_in_minutes": 5e9},
        "outside the years 1 to 9999",
    ),
    "before the calendar": (
        {"created_at": "0001-01-01T00:00:00+05:00"},
        "outside the years 1 to 9999",
    ),
    "solved before": (
        {"status": "solved", "solved_at": "2026-03-01T00:00:00Z"},
        "solved before it was created",
    ),
}


@pytest.mark.parametrize("bad", BAD)
def test_a_ticket_that_cannot_be_read_is_refused_or_counted(bad: str) -> None:
    """The message says which field, and where."""
    change, says = BAD[bad]
    rows = [ticket(1), {**ticket(2), **change}]

    with pytest.raises(tp.errors.InvalidInputError, match=says):
        tp.sources.tickets(rows)
    with pytest.warns(tp.errors.TouchpointsWarning, match="1 record cannot be read"):
        journeys = tp.sources.tickets(rows, on_error="skip")
    assert journeys.ids.tolist()[0] == "1"
    assert journeys.meta.report.skipped == 1


@pytest.mark.parametrize(
    ("row", "says"),
    [
        (happened("09:00", "Comment", public=True), "a comment has no author_id"),
        (happened("09:00", "Comment", author_id="x", public="perhaps"), "must be true or false"),
        ({"ticket_id": 1, "type": "Comment", "author_id": "x"}, "an event has no created_at"),
        ({"created_at": "2026-03-04", "author_id": "x"}, "an event has no ticket_id"),
    ],
)
def test_an_event_that_cannot_be_read_is_refused_or_counted(row: Any, says: str) -> None:
    """Missing fields of events."""
    with pytest.raises(tp.errors.InvalidInputError, match=says):
        tp.sources.tickets([ticket()], events=[row])
    with pytest.warns(tp.errors.TouchpointsWarning, match=says):
        tp.sources.tickets([ticket()], events=[row], on_error="skip")


def test_comments_of_an_unknown_requester_are_of_nobody(tmp_path: Path) -> None:
    """A null person leaves the ticket, and not its replies, which cannot be told apart."""
    rows = [happened("09:00", "Comment", author_id="x", public=True)]
    journeys = tp.sources.tickets([ticket(requester_id=None), ticket(2)], events=rows)

    assert names(journeys)[0] == ("ticket_created",)
    assert journeys.persons.tolist() == [None, "ana"]
    assert journeys.meta.report.left_out == 1


def test_files_are_read_as_they_come(tmp_path: Path) -> None:
    """JSON lines, compressed or cut off; nothing; text in any script."""
    lines = "\n".join(json.dumps(ticket(n, subject="¿Dónde está? 靴")) for n in range(3))
    whole = gzip.compress(lines.encode())
    (tmp_path / "all.gz").write_bytes(whole)
    (tmp_path / "cut.gz").write_bytes(whole[:-12])
    (tmp_path / "empty").write_bytes(b"")
    (tmp_path / "latin.json").write_bytes(b'{"id": 1, "subject": "a\xe9o"}\n')

    journeys = tp.sources.tickets(tmp_path / "all.gz")
    assert journeys.per_interaction["text"].to_list() == ["¿Dónde está? 靴"] * 3
    with pytest.raises(tp.errors.InvalidInputError, match="cut off or damaged"):
        tp.sources.tickets(tmp_path / "cut.gz")
    with pytest.raises(tp.errors.InvalidInputError, match="UTF-8"):
        tp.sources.tickets(tmp_path / "latin.json")
    assert len(tp.sources.tickets(tmp_path / "empty")) == 0


@pytest.mark.parametrize("source", [None, 3, {"id": 3}, {"id": [1], "created_at": []}])
def test_what_is_no_table_is_refused(source: Any) -> None:
    """The message says what is taken."""
    with pytest.raises(tp.errors.WrongKindError):
        tp.sources.tickets(source)


@pytest.mark.parametrize(
    ("pages", "lacking"),
    [
        ([{"next_page": "https://desk.example/tickets?page=2"}], 1),
        ([{"next_page": None}], 0),
        ([{"next_page": "https://desk.example/tickets?page=2"}, {"next_page": None}], 0),
        ([{"meta": {"has_more": True}, "links": {"next": "https://desk.example/2"}}], 1),
        ([{"meta": {"has_more": False}, "links": {"next": "https://desk.example/2"}}], 0),
        ([{"next_page": "https://desk.example/2", "end_of_stream": True}], 0),
        ([{"next_page": "https://desk.example/2", "end_of_stream": False}], 1),
        ([{}], 0),
    ],
)
def test_pages_of_which_the_last_is_not_there_are_noted(pages: Any, lacking: int) -> None:
    """The first hundred tickets of a desk look like a whole desk."""
    source = [
        {"tickets": [{"id": number, "created_at": "2026-03-04T08:30:00Z"}], **page}
        for number, page in enumerate(pages)
    ]

    journeys = tp.sources.tickets(source)
    noted = journeys.meta.report.noted
    assert len(journeys) == len(pages)
    assert sum(noted[one] for one in noted if one.startswith("pages of the answer lack")) == lacking


@pytest.mark.parametrize("events", [None, [], float("nan")])
def test_an_audit_without_events_is_no_comment(events: Any) -> None:
    """Its author answered nothing: only rows that have no list of events are events themselves."""
    ticket = {"id": 1, "requester_id": 7, "created_at": "2026-03-04T08:30:00Z"}
    row = {"ticket_id": 1, "author_id": 9, "created_at": "2026-03-04T09:00:00Z"}

    audits = tp.sources.tickets([ticket], events=[{**row, "events": events}])
    comments = tp.sources.tickets([ticket], events=[row])
    assert audits[0].keys == ("ticket_created",)
    assert comments[0].keys == ("ticket_created", "first_reply")
