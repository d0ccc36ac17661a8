"""What a help desk exports: tickets, their metrics, and what happened to them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import attrs

from touchpoints.sources._shared import fields
from touchpoints.sources._shared.fields import Unreadable, needed, rows_in
from touchpoints.sources._shared.skipped import Skipped

DONE = frozenset({"solved", "closed", "resolved"})
SCORES = {"good": 1.0, "bad": 0.0}

_TICKETS = ("tickets",)
_METRICS = ("ticket_metrics", "metric_sets")
_EVENTS = ("audits", "ticket_audits", "comments")
_BY_RULES = frozenset({"rule", "system"})
_SYSTEM = "-1"
_MINUTES = {
    "first_reply_minutes": ("reply_time_in_minutes", "calendar"),
    "first_reply_business_minutes": ("reply_time_in_minutes", "business"),
    "first_resolution_minutes": ("first_resolution_time_in_minutes", "calendar"),
    "resolution_minutes": ("full_resolution_time_in_minutes", "calendar"),
    "resolution_business_minutes": ("full_resolution_time_in_minutes", "business"),
}
_NUMBERS = ("reopens", "replies")
METRICS = (*_MINUTES, *_NUMBERS)


@attrs.frozen(eq=False, kw_only=True)
class Ticket:
    """One ticket as its latest row describes it."""

    id: str
    where: str
    created: dt.datetime
    updated: dt.datetime | None
    person: str | None
    opened_by_agent: bool
    status: str | None
    facts: Mapping[str, Any]
    subject: str | None
    channel: str | None
    score: float | None
    rated: dt.datetime | None
    comment: str | None

    @property
    def is_done(self) -> bool | None:
        """Whether its status says that it is solved; None without a status."""
        return None if self.status is None else self.status in DONE


@attrs.frozen(eq=False, kw_only=True)
class TicketMetrics:
    """The measures of a ticket; None where something has not happened yet."""

    solved_at: dt.datetime | None
    numbers: Mapping[str, float | None]


@attrs.frozen(eq=False, kw_only=True)
class DeskEvent:
    """Something that happened to a ticket: a comment, an automatic message, a status, a rating."""

    time: dt.datetime
    kind: str
    author: str | None = None
    to: str | None = None
    status: str = ""
    text: str | None = None
    channel: str | None = None
    score: float | None = None


def tickets_in(
    source: Any, skipped: Skipped, *, with_metrics: bool
) -> tuple[dict[str, Ticket], dict[str, TicketMetrics]]:
    """Return the latest row of each ticket, and the metrics in these rows if they are asked for."""
    tickets: dict[str, Ticket] = {}
    metrics: dict[str, TicketMetrics] = {}
    for where, record in rows_in(source, skipped, within=_TICKETS):
        try:
            found = _ticket(record, where, skipped)
            measured = _metrics(record, skipped) if with_metrics else None
        except Unreadable as error:
            error.refuse(skipped, where=where)
            continue
        if found.status == "deleted":
            skipped.leave_out("a ticket that was deleted")
            continue
        before = tickets.get(found.id)
        if before is not None:
            skipped.leave_out("an older row of a ticket")
            if _is_older(found, before):
                continue
        tickets[found.id] = found
        if measured is not None:
            metrics[found.id] = measured
    return tickets, metrics


def _is_older(found: Ticket, before: Ticket) -> bool:
    known = found.updated is not None and before.updated is not None
    return bool(known and found.updated < before.updated)  # type: ignore[operator]


def _ticket(record: Mapping[str, Any], where: str, skipped: Skipped) -> Ticket:
    id_ = needed(fields.text(record, "id", "ticket_id"), "a ticket has no id")
    created = fields.instant(record, "created_at", skipped=skipped)
    person, opener = fields.text(record, "requester_id"), fields.text(record, "submitter_id")
    status = fields.text(record, "status")
    rating = fields.field(record, "satisfaction_rating")
    score = fields.text(record, "satisfaction_rating.score", "satisfaction_score")
    if score is None and isinstance(rating, str):
        score = rating
    return Ticket(
        id=id_,
        where=where,
        created=needed(created, "a ticket has no created_at"),
        updated=fields.instant(record, "updated_at", skipped=skipped),
        person=person,
        opened_by_agent=None not in (person, opener) and person != opener,
        status=None if status is None else status.strip().casefold(),
        facts={"priority": fields.text(record, "priority"), "tags": _tags(record)},
        subject=fields.text(record, "subject", "raw_subject"),
        channel=fields.text(record, "via.channel", "via_channel", "channel"),
        score=score_of(score),
        rated=fields.instant(
            record,
            "satisfaction_rating.updated_at",
            "satisfaction_rating.created_at",
            skipped=skipped,
        ),
        comment=fields.text(record, "satisfaction_rating.comment", "satisfaction_comment"),
    )


def _tags(record: Mapping[str, Any]) -> str | None:
    found = fields.field(record, "tags")
    if isinstance(found, (list, tuple)):
        return " ".join(str(one) for one in found) or None
    return fields.text(record, "tags")


def score_of(said: str | None) -> float | None:
    """Return 1 for a good rating, 0 for a bad one, None for none that was given yet."""
    if said is None:
        return None
    return SCORES.get(said.strip().casefold().removesuffix("_with_comment").split(" ")[0])


def metrics_in(source: Any, skipped: Skipped, tickets: Mapping[str, Any]) -> dict[str, Any]:
    """Return the metrics of each ticket; rows of other tickets are left out and counted."""
    found: dict[str, TicketMetrics] = {}
    for where, record in rows_in(source, skipped, within=_METRICS):
        try:
            id_ = needed(fields.text(record, "ticket_id"), "a row of metrics has no ticket_id")
            measured = _metrics(record, skipped)
        except Unreadable as error:
            error.refuse(skipped, where=where)
            continue
        if id_ not in tickets:
            skipped.leave_out("metrics of a ticket that is not in the table")
            continue
        if id_ in found:
            skipped.leave_out("an older row of the metrics of a ticket")
        found[id_] = measured
    return found


def _metrics(record: Mapping[str, Any], skipped: Skipped) -> TicketMetrics:
    numbers: dict[str, float | None] = {
        name: _minutes(record, *of) for name, of in _MINUTES.items()
    }
    for name in _NUMBERS:
        numbers[name] = fields.number(record, name, f"metric_set.{name}", least=0)
    solved = fields.instant(record, "solved_at", "metric_set.solved_at", skipped=skipped)
    return TicketMetrics(solved_at=solved, numbers=numbers)


def _minutes(record: Mapping[str, Any], name: str, hours: str) -> float | None:
    """Return a number of minutes, nested or flat; a number without hours is of the calendar."""
    path = f"{name}.{hours}"
    plain = fields.field(record, name, f"metric_set.{name}")
    alone = (name, f"metric_set.{name}") if hours == "calendar" else ()
    also = () if plain is None or isinstance(plain, Mapping) else alone
    return fields.number(record, path, f"metric_set.{path}", f"{name}_{hours}", *also, least=0)


def events_in(
    source: Any, skipped: Skipped, tickets: Mapping[str, Ticket]
) -> dict[str, list[DeskEvent]]:
    """Return what happened to each ticket, in order of time."""
    found: dict[str, list[DeskEvent]] = {}
    for where, record in rows_in(source, skipped, within=_EVENTS):
        try:
            id_ = needed(fields.text(record, "ticket_id"), "an event has no ticket_id")
            found_at = fields.instant(record, "created_at", skipped=skipped)
            time = needed(found_at, "an event has no created_at")
            ticket = tickets.get(id_)
            happened = [] if ticket is None else list(_happened(record, time, ticket, skipped))
        except Unreadable as error:
            error.refuse(skipped, where=where)
            continue
        if ticket is None:
            skipped.leave_out("an event of a ticket that is not in the table")
        found.setdefault(id_, []).extend(happened)
    return {id_: sorted(one, key=lambda event: event.time) for id_, one in found.items()}


def _happened(
    record: Mapping[str, Any], time: dt.datetime, ticket: Ticket, skipped: Skipped
) -> Iterator[DeskEvent]:
    """Yield what an audit, or a row that is one event, tells of its ticket."""
    children = fields.field(record, "events")
    several = isinstance(children, Sequence) and not isinstance(children, str)
    alone = [] if "events" in record else [record]  # an audit is not an event, even without any
    events = [one for one in children if isinstance(one, Mapping)] if several else alone
    whole = [
        found
        for one in events
        if (found := _event({**_inherited(record), **_told(one)}, time, skipped)) is not None
    ]
    answered = any(one.kind == "comment" and one.author != ticket.person for one in whole)
    for one in whole:
        if one.kind == "notice" and (answered or one.to != ticket.person):
            skipped.leave_out("a notice that only says that something changed")
        else:
            yield one


def _inherited(record: Mapping[str, Any]) -> dict[str, Any]:
    return {name: record.get(name) for name in ("author_id", "via", "via.channel", "via_channel")}


def _told(event: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in event.items() if value is not None}


def _event(record: Mapping[str, Any], time: dt.datetime, skipped: Skipped) -> DeskEvent | None:
    kind = (fields.text(record, "type", "event_type") or "Comment").casefold()
    channel = fields.text(record, "via.channel", "via_channel")
    about = fields.text(record, "field_name")
    if kind in {"comment", "voicecomment"}:
        return _comment(record, time, channel, skipped)
    if kind.startswith("notification"):
        return _notice(record, time, skipped)
    if kind == "satisfactionrating" or about == "satisfaction_score":
        score = score_of(fields.text(record, "score", "value"))
        if score is not None:
            said = fields.text(record, "body", "comment")
            return DeskEvent(time=time, kind="rating", score=score, text=said)
    if about == "status":
        status = (fields.text(record, "value") or "").casefold()
        return DeskEvent(time=time, kind="status", status=status)
    skipped.leave_out("an event of the desk that is not a contact")
    return None


def _comment(
    record: Mapping[str, Any], time: dt.datetime, channel: str | None, skipped: Skipped
) -> DeskEvent | None:
    if fields.truth(record, "public") is False:
        skipped.leave_out("an internal note")
        return None
    author = needed(fields.text(record, "author_id"), "a comment has no author_id")
    automatic = author == _SYSTEM or channel in _BY_RULES
    return DeskEvent(
        time=time,
        kind="automatic" if automatic else "comment",
        author=author,
        text=fields.text(record, "plain_body", "body"),
        channel=channel,
    )


def _notice(record: Mapping[str, Any], time: dt.datetime, skipped: Skipped) -> DeskEvent | None:
    """Return an email of a rule to one person; those to several, or to nobody known, are none."""
    recipients = fields.field(record, "recipients")
    listed = recipients if isinstance(recipients, (list, tuple)) else [recipients]
    if len(listed) != 1 or listed[0] is None:
        skipped.leave_out("a notice that only says that something changed")
        return None
    to = fields.text({"recipients": listed[0]}, "recipients")
    return DeskEvent(time=time, kind="notice", to=to, text=fields.text(record, "body"))
