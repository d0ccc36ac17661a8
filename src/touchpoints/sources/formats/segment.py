"""Read the calls of Segment and RudderStack."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any, Literal, Unpack

import numpy as np

from touchpoints._core.checks import check_option, public
from touchpoints._core.frozen import Array, Coded
from touchpoints.errors import InvalidInputError
from touchpoints.sources._shared.ending import Events, ReadOptions, journeys_of, skipping
from touchpoints.sources._shared.fields import Unreadable, finished, instant, rows_in, text
from touchpoints.sources._shared.growing import Growing
from touchpoints.sources._shared.skipped import Skipped
from touchpoints.sources._shared.tables import first_known, mapped, repeats_of, rows_of
from touchpoints.sources._shared.web.scalars import number_or_noted
from touchpoints.sources._shared.web.sessions import persons_of_sessions, sessions_of
from touchpoints.sources.merging.identifying import Identities, identities

if TYPE_CHECKING:
    from touchpoints.journeys.model import Journeys

Call = Literal["track", "page", "screen", "identify", "alias", "group"]

_WHO = ("identify", "alias", "group")
_DEVICE, _SESSION = "anonymous_id", "session_id"
_TEXTS = {
    "utm_source": ("context.campaign.source", "context_campaign_source"),
    "utm_medium": ("context.campaign.medium", "context_campaign_medium"),
    "utm_campaign": ("context.campaign.name", "context_campaign_name"),
    "utm_term": ("context.campaign.term", "context_campaign_term"),
    "utm_content": ("context.campaign.content", "context_campaign_content"),
    "referrer": (
        "properties.referrer",
        "context.page.referrer",
        "context_page_referrer",
        "referrer",
    ),
    "url": ("properties.url", "context.page.url", "context_page_url", "url"),
    "text": ("properties.query", "query"),
    "device": ("context.device.type", "context_device_type"),
    "sdk_channel": ("channel",),
    "user_id": ("userId", "user_id"),
    _DEVICE: ("anonymousId", "anonymous_id"),
    _SESSION: ("context.sessionId", "context.session_id", "context_session_id", "session_id"),
    "event_id": ("messageId", "message_id", "id"),
}
_TITLES = ("properties.title", "context.page.title", "context_page_title", "title")
_VALUES = ("revenue", "total", "value")
_KEPT = (
    "call",
    *(f"utm_{one}" for one in ("source", "medium", "campaign", "term", "content")),
    "referrer",
    "url",
    "page",
    "text",
    "value",
    "device",
    "sdk_channel",
    "event_id",
)


@public
def segment(source: Any, *, call: Call | None = None, **options: Unpack[ReadOptions]) -> Journeys:
    """Read the calls of Segment or RudderStack, one journey for each session or person.

    Parameters
    ----------
    source
        Calls as they are sent (``track``, ``page``, ``screen``, ``identify``, ``alias``, ``group``)
        or rows of a warehouse, where fields are columns (``anonymous_id``, ``context_page_url``):
        the path of a file (JSON lines, a JSON array, CSV, Parquet; also compressed by gzip),
        records, a mapping of columns, or a dataframe.
    call
        The kind of call of rows without a ``type``, as a table of a warehouse has them. Without it,
        rows with an ``event`` are track calls, and others are refused.
    **options
        Shared options: see `touchpoints.sources`. ``journey`` can be ``"session"`` (the default
        where a call has a session id: ``context.sessionId`` together with ``anonymousId``) or
        ``"person"`` (the default elsewhere: `touchpoints.split_by_gap` makes sessions of it).

    Returns
    -------
    Journeys
        The touchpoint is the ``event`` of a track call, and ``page`` or ``screen`` of others. The
        person is ``userId``, else the user to whom the ``anonymousId`` belongs, else that id. Kept
        columns: ``call``, ``utm_source``, ``utm_medium``, ``utm_campaign``, ``utm_term``,
        ``utm_content``, ``referrer``, ``url``, ``page`` (its name, else its title), ``text``
        (``properties.query``), ``value`` (``properties.revenue``, ``total`` or ``value``),
        ``device``, ``event_id``, and ``sdk_channel``: RudderStack's ``channel`` is the kind of
        program that sent a call, no channel of marketing.

    Raises
    ------
    InvalidInputError
        When a call cannot be read and ``on_error="raise"``, when ids are each other's alias, or
        when ``journey="session"`` and no call has a session id.

    Notes
    -----
    The time is ``timestamp``, which is corrected for wrong clocks of devices, else
    ``originalTimestamp``; never ``sentAt`` or ``receivedAt``. Times without an offset are in UTC.
    Calls with the ``messageId`` of an earlier call are left out and counted.

    Whom an ``anonymousId`` belongs to is what all calls with a ``userId`` say, and ``alias`` calls,
    which are followed to their end. Such calls may come later: who logs in at last was the same
    person before. An id that several users claim (a device of a family) is never merged: calls
    without a ``userId`` stay with the id, unless somebody logs in during the same session, and
    ``meta.report.noted`` counts such ids.

    See Also
    --------
    touchpoints.classify.segment_events : Touchpoint types of the names.
    identities : Whom ids belong to.
    touchpoints.split_by_gap : Cut the journeys of persons into sessions.

    References
    ----------
    Segment documentation, "Spec"; RudderStack documentation, "Event Specification".

    Examples
    --------
    >>> import touchpoints as tp
    >>> calls = [
    ...     {"type": "page", "anonymousId": "a", "timestamp": "2026-03-02T10:00:00Z"},
    ...     {
    ...         "type": "track",
    ...         "event": "Order Completed",
    ...         "anonymousId": "a",
    ...         "userId": "ana",
    ...         "timestamp": "2026-03-02T10:09:00Z",
    ...         "properties": {"revenue": 59.9},
    ...     },
    ... ]
    >>> journeys = tp.sources.segment(calls)
    >>> journeys.ids.tolist(), journeys[0].keys
    (['ana'], ('page', 'Order Completed'))
    """
    skipped = skipping(options, called="call")
    if call is not None:
        check_option("call", call, Call)
    rows = Growing(times=("time",), numbers=("value",))
    pairs: dict[tuple[str, str], None] = {}
    aliases: dict[tuple[str, str], None] = {}
    for where, record in rows_in(source, skipped, within=("batch",)):
        try:
            row = _row(record, call, skipped)
            previous = text(record, "previousId", "previous_id") if row["call"] == "alias" else None
        except Unreadable as error:
            error.refuse(skipped, where=where)
            continue
        user, device = row["user_id"], row[_DEVICE]
        if user is not None and device is not None:
            pairs[device, user] = None
        if user is not None and previous is not None:
            aliases[previous, user] = None
        rows.add_row(row)
    found = finished(rows, "call", "name", *_TEXTS)
    table = _with_persons(found, _identities(pairs, aliases, skipped))
    sessions = _by_session(table, options.get("journey"), skipped)
    table = rows_of(table, _kept_rows(table, skipped, sessions=sessions))
    key = sessions_of(table[_DEVICE], table[_SESSION])
    table["person"] = (
        persons_of_sessions(key, table, user="user", device="owner", session=_SESSION)
        if sessions
        else first_known(table["user"], table["owner"])
    )
    by_session: dict[str, tuple[str, ...]] = {"session": (_DEVICE, _SESSION)}
    by_person: dict[str, tuple[str, ...]] = {"person": ("person",)}
    events = Events(
        table=table,
        journeys=by_session | by_person if sessions else by_person | by_session,
        person="person",
        kept=tuple(name for name in _KEPT if name in table and _is_known(table[name])),
        tz="UTC",
    )
    return journeys_of(events, skipped, options)


def _row(record: Mapping[str, Any], call: Call | None, skipped: Skipped) -> dict[str, Any]:
    event = text(record, "event_text", "event")
    kind = (text(record, "type") or call or ("track" if event else "")).casefold()
    if not kind:
        raise Unreadable("a call has no type, and call= does not say which it is")
    time = instant(record, "timestamp", skipped=skipped) or instant(
        record, "originalTimestamp", "original_timestamp", skipped=skipped
    )
    if kind in _WHO:
        names = ("user_id", _DEVICE, "event_id")
        return {"call": kind, "time": time, **{one: text(record, *_TEXTS[one]) for one in names}}
    names_of_page = ("name", *_TITLES) if kind in ("page", "screen") else _TITLES
    values = (path for name in _VALUES for path in (f"properties.{name}", name))
    return {
        "call": kind,
        "time": time,
        "name": event if kind == "track" else kind,
        "page": text(record, *names_of_page),
        "value": number_or_noted(record, *values, skipped=skipped),
        **{name: text(record, *paths) for name, paths in _TEXTS.items()},
    }


def _identities(
    pairs: Iterable[tuple[str, str]], aliases: Iterable[tuple[str, str]], skipped: Skipped
) -> Identities:
    """Return whom ids belong to, and note those that several users claim."""
    said = list(aliases)
    try:
        found = identities([*pairs, *said], on_conflict="ignore")
    except InvalidInputError:
        if skipped.on_error == "raise" or not said:
            raise
        skipped.note("alias calls that were not followed, because some form a loop", len(said))
        found = identities(list(pairs), on_conflict="ignore")
    skipped.note("ids that several users claim, kept apart", found.conflicts)
    return found


def _with_persons(columns: dict[str, Any], identity: Identities) -> dict[str, Any]:
    """Return the columns with the user, the device, and whose the device is."""
    user, device = columns["user_id"], columns[_DEVICE]
    return {
        **columns,
        "user": _resolved(user, identity),
        "owner": _resolved(first_known(device, user), identity),
        _DEVICE: first_known(device, user),
    }


def _resolved(ids: Coded, identity: Identities) -> Coded:
    return mapped(ids, {one: identity.person_of(one) for one in ids.categories})


def _by_session(table: Mapping[str, Any], asked: Any, skipped: Skipped) -> bool:
    """Return whether a journey is a session: where that is asked, or where there are sessions."""
    known = _is_known(table[_SESSION])
    if asked == "session" and not known and len(table["time"]):
        raise InvalidInputError(
            "no call has a session id, so there are no sessions",
            mend='pass journey="person", and cut the journeys by tp.split_by_gap',
        )
    if asked is None and not known:
        calls = len(table["time"])
        skipped.note("calls without a session id, so that a journey is a person", calls)
    return known and asked != "person"


def _kept_rows(table: Mapping[str, Any], skipped: Skipped, *, sessions: bool) -> Array:
    """Return which calls are interactions in a journey, and count the others."""
    again = repeats_of(table["event_id"])
    skipped.leave_out("a message id that an earlier call has", int(again.sum()))
    codes, kinds = table["call"].codes, table["call"].categories
    who = np.array([*(one in _WHO for one in kinds), False])[codes] & ~again
    skipped.leave_out("a call that says who somebody is (identify, alias, group)", int(who.sum()))
    acts = np.array([*(one in ("track", "page", "screen") for one in kinds), False])[codes]
    skipped.leave_out("a call of another kind", int((~(acts | again | who)).sum()))
    kept: Array = acts & ~again
    nobody = kept & (table[_DEVICE].codes < 0)
    skipped.leave_out("a call without userId and anonymousId", int(nobody.sum()))
    kept &= ~nobody
    lacking = kept & (table[_SESSION].codes < 0) & sessions
    skipped.leave_out("a call without a session id", int(lacking.sum()))
    kept &= ~lacking
    return kept


def _is_known(column: Any) -> bool:
    """Tell whether a column has a value in some row."""
    if isinstance(column, Coded):
        return bool((column.codes >= 0).any())
    return not bool(np.isnan(column).all())
