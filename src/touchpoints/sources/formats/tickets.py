"""Read the tickets of a help desk."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple, Unpack

import numpy as np

from touchpoints._core.checks import public
from touchpoints.sources._shared.ending import Events, ReadOptions, journeys_of, skipping
from touchpoints.sources._shared.fields import OUTSIDE, finished
from touchpoints.sources._shared.growing import Growing
from touchpoints.sources._shared.service.desk import (
    DONE,
    METRICS,
    DeskEvent,
    Ticket,
    TicketMetrics,
    events_in,
    metrics_in,
    tickets_in,
)
from touchpoints.sources._shared.skipped import Skipped

if TYPE_CHECKING:
    from touchpoints.journeys.model import Journeys

_OF_TICKET = ("status", "priority", "tags", "ticket_channel", *METRICS)
_SAID = ("text", "contact_channel", "satisfaction")
_NO_METRICS = TicketMetrics(solved_at=None, numbers={})
_MINUTE = dt.timedelta(minutes=1)


class _Contact(NamedTuple):
    time: dt.datetime
    name: str
    text: str | None = None
    channel: str | None = None
    score: float | None = None


@public
def tickets(
    tickets: Any, *, metrics: Any = None, events: Any = None, **options: Unpack[ReadOptions]
) -> Journeys:
    """Read the tickets of a help desk, as Zendesk exports them, one journey for each ticket.

    Parameters
    ----------
    tickets
        The tickets: a file (JSON, JSON lines, CSV, Parquet), records, columns or a dataframe.
        Nested fields (``via: {channel}``) and flat columns (``via.channel``) are read alike, and so
        are the pages of the API (``{"tickets": […]}``). Needed: ``id`` and ``created_at``.
    metrics
        The metrics of the tickets by ``ticket_id``, in the same forms. Without it they are read
        from the tickets themselves, where a row has them or a ``metric_set``.
    events
        What happened to the tickets: the audits, or a table of comments (``ticket_id``,
        ``created_at``, ``author_id``, ``public``) and of changes (``type``, ``field_name``,
        ``value``).
    **options
        Shared options: see `touchpoints.sources`. ``journey`` can be ``"ticket"`` (the default) or
        ``"person"``.

    Returns
    -------
    Journeys
        The person is ``requester_id``. Names: ``ticket_created`` (``ticket_created_by_agent`` where
        somebody else submitted it), ``first_reply``, ``reply``, ``customer_message``,
        ``automatic_reply``, ``ticket_solved``, ``ticket_reopened`` and ``satisfaction_rating``.
        Kept: ``text``, ``contact_channel`` and ``satisfaction`` (1 good, 0 bad) of each
        interaction; status, priority, tags, ``ticket_channel``, reopens, replies and minutes of
        each ticket. A ticket that is not solved goes on: its journey is not finished.

    Raises
    ------
    InvalidInputError
        When a ticket has no id or no time, or a field cannot be read, and ``on_error="raise"``.

    Notes
    -----
    A metric that is null is not reached yet, and is not zero: there is no interaction. Without
    comments, the first reply is at ``created_at`` plus the minutes of the calendar, to the minute,
    and the solution at ``solved_at``. Times of reopenings are known from audits only; otherwise
    their number is kept (``reopens``), and a ticket that is open again has no ``ticket_solved``.
    Replies are public comments of others than the requester. Comments of rules, and emails of rules
    to the requester alone that follow no reply, are automatic. The last row of a ticket in
    ``updated_at`` holds. Times without an offset are read as UTC and counted.

    See Also
    --------
    touchpoints.experience.service : Response times, resolution times, reopenings.
    surveys : The answers of surveys.

    References
    ----------
    Zendesk developer documentation, "Tickets", "Ticket Metrics" and "Ticket Audits".

    Examples
    --------
    >>> import touchpoints as tp
    >>> ticket = {
    ...     "id": 1,
    ...     "requester_id": "ana",
    ...     "created_at": "2026-03-04T08:30:00Z",
    ...     "status": "open",
    ...     "metric_set": {"reply_time_in_minutes": {"calendar": 40}, "solved_at": None},
    ... }
    >>> journeys = tp.sources.tickets([ticket])
    >>> journeys[0].keys, journeys.finished.tolist()
    (('ticket_created', 'first_reply'), [False])
    """
    skipped = skipping(options, called="record")
    found, measured = tickets_in(tickets, skipped, with_metrics=metrics is None)
    if metrics is not None:
        measured = metrics_in(metrics, skipped, found)
    happened = {} if events is None else events_in(events, skipped, found)
    rows = Growing(times=("time",), numbers=("satisfaction", *METRICS))
    goes_on: list[bool] = []
    for id_, ticket in found.items():
        measure = measured.get(id_, _NO_METRICS)
        contacts = _contacts(ticket, measure, happened.get(id_, ()), skipped)
        still_open = _is_open(ticket, contacts)
        of_ticket = {
            "ticket": id_,
            "person": ticket.person,
            "status": ticket.status,
            "ticket_channel": ticket.channel,
            **ticket.facts,
            **measure.numbers,
        }
        for one in contacts:
            goes_on.append(still_open)
            rows.add_row({**of_ticket, **_cells(one, ticket)})
    of_tickets = options.get("journey", "ticket") == "ticket"
    table = Events(
        table=finished(rows, "name", "person", "ticket", *_OF_TICKET, *_SAID),
        journeys={"ticket": ("ticket",), "person": ("person",)},
        person="person",
        kept=_SAID if of_tickets else (*_SAID, *_OF_TICKET),
        per_journey=_OF_TICKET if of_tickets else (),
        tz="UTC",
        goes_on=np.array(goes_on, dtype=bool),
    )
    return journeys_of(table, skipped, options)


def _cells(contact: _Contact, ticket: Ticket) -> dict[str, Any]:
    return {
        "time": contact.time,
        "name": contact.name,
        "text": contact.text,
        "contact_channel": contact.channel or ticket.channel,
        "satisfaction": contact.score,
    }


def _is_open(ticket: Ticket, contacts: Sequence[_Contact]) -> bool:
    """Tell whether a ticket goes on: by its status, or else by what happened last."""
    if ticket.is_done is not None:
        return not ticket.is_done
    ends = [one.name for one in contacts if one.name in {"ticket_solved", "ticket_reopened"}]
    return not ends or ends[-1] == "ticket_reopened"


def _contacts(
    ticket: Ticket, measured: TicketMetrics, events: Sequence[DeskEvent], skipped: Skipped
) -> list[_Contact]:
    """Return what happened to a ticket in order of time, from its events or else its metrics."""
    opened = "ticket_created_by_agent" if ticket.opened_by_agent else "ticket_created"
    found = [_Contact(ticket.created, opened, ticket.subject)]
    found += _said(ticket, events, skipped)
    found += _statuses(events)
    names = {one.name for one in found}
    if not any(one.kind in {"comment", "automatic"} for one in events):
        replied = _after(ticket, measured.numbers.get("first_reply_minutes"), skipped)
        found += [_Contact(replied, "first_reply")] if replied is not None else []
    if "ticket_solved" not in names:
        found += _solution(ticket, measured, skipped)
    if measured.numbers.get("reopens") and "ticket_reopened" not in names:
        skipped.note("tickets that were opened again at times that are not known")
    found += _ratings(ticket, events, skipped)
    return sorted(found, key=lambda one: one.time)


def _said(ticket: Ticket, events: Sequence[DeskEvent], skipped: Skipped) -> Iterator[_Contact]:
    """Yield comments and automatic messages; the comment that opens the ticket is not another."""
    opening = True
    replied = False
    for one in events:
        if one.kind in {"automatic", "notice"}:
            yield _Contact(one.time, "automatic_reply", one.text, one.channel)
        if one.kind != "comment":
            continue
        if ticket.person is None:
            skipped.leave_out("a comment on a ticket without a requester, from either side")
            continue
        by_customer = one.author == ticket.person
        at_once = abs(one.time - ticket.created) <= _MINUTE
        if opening and at_once and by_customer != ticket.opened_by_agent:
            opening = False
            continue
        opening = False
        name = "customer_message" if by_customer else "reply" if replied else "first_reply"
        replied = replied or not by_customer
        yield _Contact(one.time, name, one.text, one.channel)


def _statuses(events: Sequence[DeskEvent]) -> Iterator[_Contact]:
    """Yield when a ticket was solved and opened again; closing a solved one is neither."""
    done = False
    for one in events:
        if one.kind == "status" and (one.status in DONE) != done:
            done = not done
            yield _Contact(one.time, "ticket_solved" if done else "ticket_reopened")


def _after(ticket: Ticket, minutes: float | None, skipped: Skipped) -> dt.datetime | None:
    """Return the time so many minutes after a ticket was created, None if they are not known."""
    try:
        return None if minutes is None else ticket.created + minutes * _MINUTE
    except OverflowError:
        skipped.refuse(OUTSIDE, where=f"{ticket.where}: {minutes:g} minutes after it was created")
        return None


def _solution(ticket: Ticket, measured: TicketMetrics, skipped: Skipped) -> list[_Contact]:
    """Return the solution that the metrics tell, unless the status says that it was undone."""
    at = measured.solved_at
    if at is None:
        at = _after(ticket, measured.numbers.get("resolution_minutes"), skipped)
    if at is None:
        if ticket.is_done:
            skipped.note("solved tickets of which the time of the solution is not known")
        return []
    if ticket.is_done is False:
        skipped.note("open tickets whose earlier solution did not last and is left out")
        return []
    if at < ticket.created:
        skipped.refuse("a ticket was solved before it was created", where=ticket.where)
        return []
    return [_Contact(at, "ticket_solved")]


def _ratings(ticket: Ticket, events: Sequence[DeskEvent], skipped: Skipped) -> Iterator[_Contact]:
    told = [one for one in events if one.kind == "rating"]
    for one in told:
        yield _Contact(one.time, "satisfaction_rating", one.text, None, one.score)
    if told or ticket.score is None:
        return
    if ticket.rated is None:
        skipped.note("ratings of tickets at times that are not known, which are left out")
        return
    yield _Contact(ticket.rated, "satisfaction_rating", ticket.comment, None, ticket.score)
