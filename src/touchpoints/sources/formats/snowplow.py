"""Read the atomic events of Snowplow."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Unpack

import numpy as np

from touchpoints._core.checks import public
from touchpoints._core.datetimes import NAT
from touchpoints._core.frozen import Array, Coded, owned
from touchpoints.sources._shared.ending import Events, ReadOptions, journeys_of, skipping
from touchpoints.sources._shared.tables import Flat, first_known, repeats_of, rows_of
from touchpoints.sources._shared.web.sessions import persons_of_sessions, sessions_of

if TYPE_CHECKING:
    from touchpoints.journeys.model import Journeys

_REQUIRED = ("event_name",)
_TIMES = ("derived_tstamp", "collector_tstamp")
_PERSONS = ("user_id", "domain_userid", "network_userid")
_KEPT = {
    "utm_source": "mkt_source",
    "utm_medium": "mkt_medium",
    "utm_campaign": "mkt_campaign",
    "utm_content": "mkt_content",
    "utm_term": "mkt_term",
    "click_id": "mkt_clickid",
    "referrer": "page_referrer",
    "referrer_medium": "refr_medium",
    "referrer_source": "refr_source",
    "url": "page_url",
    "page": "page_title",
    "category": "se_category",
    "action": "se_action",
    "label": "se_label",
    "platform": "platform",
}
_PING = "page_ping"


@public
def snowplow(source: Any, **options: Unpack[ReadOptions]) -> Journeys:
    """Read the atomic events of Snowplow, one journey for each session.

    Parameters
    ----------
    source
        The table ``atomic.events`` or a part of it: a dataframe, a mapping of columns, records, or
        the path of a file (CSV, Parquet, JSON lines). Times are ``derived_tstamp``, or
        ``collector_tstamp`` where that is missing; they are in UTC.
    **options
        Shared options: see `touchpoints.sources`. ``journey`` can be ``"session"`` (the default:
        ``domain_sessionid``) or ``"person"``.

    Returns
    -------
    Journeys
        The person is ``user_id``, else the first that is known in the session, so that a session
        stays one person's who logs in during it; else ``domain_userid``, else ``network_userid``.
        The touchpoint
        is ``event_name``; of structured events it is ``se_action``, which the column ``category``
        puts in context. Kept columns: ``utm_source``, ``utm_medium``, ``utm_campaign``,
        ``referrer``, ``url``, ``page``, ``value`` and others of the tracker.

    Raises
    ------
    NotFoundError
        When a column of the format is missing.

    Notes
    -----
    Page pings are not interactions: they are counted in ``meta.report.left_out_reasons``, and the
    last one of a page view says when the view ended (``ends``), so that its duration is known. A
    ping belongs to the latest view of the same page in its session. Rows that repeat an
    ``event_id`` are left out and counted.

    See Also
    --------
    touchpoints.classify.snowplow_events : Touchpoint types of the event names.

    References
    ----------
    Snowplow documentation, "Canonical event model".

    Examples
    --------
    >>> import touchpoints as tp
    >>> rows = [
    ...     {
    ...         "event_name": name,
    ...         "domain_sessionid": "s1",
    ...         "domain_userid": "ana",
    ...         "page_url": "/",
    ...         "derived_tstamp": f"2026-03-02 10:00:{second}",
    ...     }
    ...     for name, second in (("page_view", "00"), ("page_ping", "10"), ("page_ping", "20"))
    ... ]
    >>> journeys = tp.sources.snowplow(rows)
    >>> journeys[0].keys, journeys.ends[0] - journeys.times[0]
    (('page_view',), np.timedelta64(20000000,'us'))
    """
    skipped = skipping(options, called="event")
    flat = Flat(
        source,
        required=_REQUIRED,
        optional=(*_TIMES, *_PERSONS, "domain_sessionid", "event_id", "tr_total", *_KEPT.values()),
    )
    times, readable = flat.times(*_TIMES, skipped=skipped)
    names = flat.text("event_name")
    pings = _is(names, _PING)
    columns: dict[str, Any] = {
        "time": times.view("datetime64[us]"),
        "end": _ends(flat, names, times, pings),
        "name": first_known(flat.text("se_action"), names),
        "user": flat.text("user_id"),
        "device": first_known(*(flat.text(one) for one in _PERSONS[1:])),
        "session": flat.text("domain_sessionid"),
        **{name: flat.text(column) for name, column in _KEPT.items() if flat.has(column)},
        **({"value": flat.numbers("tr_total")} if flat.has("tr_total") else {}),
    }
    key = sessions_of(columns["device"], columns["session"])
    columns["person"] = persons_of_sessions(
        key, columns, user="user", device="device", session="session"
    )
    pings &= readable
    again = repeats_of(flat.text("event_id")) & ~pings & readable
    skipped.leave_out("a page ping, which prolongs the view of its page", int(pings.sum()))
    skipped.leave_out("an event id that an earlier row has", int(again.sum()))
    events = Events(
        table=rows_of(columns, readable & ~(pings | again)),
        journeys={"session": ("session",), "person": ("person",)},
        end="end",
        person="person",
        kept=(*_KEPT, "value"),
        tz="UTC",
    )
    return journeys_of(events, skipped, options)


def _is(column: Coded, text: str) -> Array:
    return np.array([*(one == text for one in column.categories), False])[column.codes]


def _ends(flat: Flat, names: Coded, times: Array, pings: Array) -> Array:
    """Return when each page view ended: at the last ping of the page before its next view."""
    views = _is(names, "page_view")
    page, session = flat.text("page_url").codes, flat.text("domain_sessionid").codes
    order = np.lexsort((~views, times, page, session))
    here = np.arange(len(order))
    fresh = np.ones(len(order), dtype=bool)
    for column in (page[order], session[order]):
        fresh[1:] &= column[1:] == column[:-1]
    fresh = ~fresh
    fresh[:1] = True
    # The latest view of the same page and session, in this order; -1 where there is none.
    latest = np.maximum.accumulate(np.where(views[order], here, -1))
    begun = np.maximum.accumulate(np.where(fresh, here, 0))
    found = pings[order] & (latest >= begun) & (session[order] >= 0)
    ends = np.full(len(order), NAT)
    np.maximum.at(ends, order[latest[found]], times[order[found]])
    return owned(ends.view("datetime64[us]"))
