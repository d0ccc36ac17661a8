"""Touchpoint types from the event names of well-known trackers (GA4, Matomo, Segment, Snowplow)."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from functools import cache
from typing import Any

import attrs

from touchpoints._core.checks import public
from touchpoints._core.frozen import FrozenMap
from touchpoints.classify._data import read_data
from touchpoints.classify.contract.answers import Answer, Verdict
from touchpoints.classify.contract.traces import ExplanationStep
from touchpoints.classify.web.urls import text_of

TRACKERS = ("ga4", "segment", "snowplow")
"""Trackers whose names say so much that `draft` takes them for theirs; Matomo's are plain words."""

_HUMPS = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")
_MARKS = re.compile(r"[\W_]+")
_MAX_LETTERS = 2000


def words_of(name: str) -> tuple[str, ...]:
    """Return the words of an event name: case-folded, without accents and marks, CamelCase split.

    Only the first 2,000 characters of a long text are read.

    Examples
    --------
    >>> words_of("productAdded"), words_of("Búsqueda_Sitio-2")
    (('product', 'added'), ('busqueda', 'sitio', '2'))
    """
    letters = unicodedata.normalize("NFKD", name[:_MAX_LETTERS])
    plain = "".join(one for one in letters if not unicodedata.combining(one))
    return tuple(_MARKS.sub(" ", _HUMPS.sub(" ", plain)).casefold().split())


@attrs.frozen
class NameTable:
    """Event names of a tracker: the touchpoint type of each, or why it is not a touchpoint."""

    types: FrozenMap[tuple[str, ...], str]
    not_touchpoints: FrozenMap[tuple[str, ...], str]


@cache
def name_table(tracker: str) -> NameTable:
    """Return the event names of a tracker."""
    document = read_data(f"events-{tracker}")
    types, reasons = document["types"], document["none"]
    return NameTable(
        FrozenMap({words_of(name): one for one, names in types.items() for name in names}),
        FrozenMap({words_of(name): why for why, names in reasons.items() for name in names}),
    )


@attrs.frozen(repr=False, kw_only=True)
class EventNames:
    """Classifier of event names; made by `ga4_events`, `matomo_events` and others.

    The fields are looked up in order; the first field with a known name decides.

    Attributes
    ----------
    tracker : str
        The tracker that uses the names: ``ga4``, ``segment``, ``snowplow`` or ``matomo``.
    reads : tuple of str
        Names of the fields that are looked up.

    Examples
    --------
    >>> ga4_events()
    <classifier ga4_events reads event_name>
    """

    tracker: str
    reads: tuple[str, ...]

    @property
    def name(self) -> str:
        """Name of the classifier in messages."""
        return f"{self.tracker}_events"

    def __repr__(self) -> str:
        return f"<classifier {self.name} reads {', '.join(self.reads)}>"

    def __call__(self, event: Mapping[str, Any], /) -> Answer:
        """Return a type id, a verdict that leaves the event out, or None for an unknown name."""
        for step in self.steps(event):
            return step.answer
        return None

    def steps(self, event: Mapping[str, Any], /) -> tuple[ExplanationStep, ...]:
        """Return an `ExplanationStep` for the first known name; empty when no name is known."""
        table = name_table(self.tracker)
        for field in self.reads:
            text = text_of(event[field])
            words = words_of(text)
            answer: Answer = table.types.get(words)
            if words in table.not_touchpoints:
                answer = Verdict(leave_out=table.not_touchpoints[words])
            if answer is not None:
                reason = f"{field} is {text!r}, an event of {self.tracker}"
                step = ExplanationStep(
                    name=text, outcome="decided", answer=answer, reason=reason, fields=(field,)
                )
                return (step,)
        return ()


@public
def ga4_events(*, name: str = "event_name") -> EventNames:
    """Make a classifier of Google Analytics 4 events by name, for the ``customer`` taxonomy.

    Parameters
    ----------
    name
        Column with the name of the event.

    Returns
    -------
    EventNames
        A classifier that answers with a type id, with a `Verdict` that leaves the event out, or
        with None for unknown names.

    See Also
    --------
    ga4_channels : The arrival channel of the same events.
    segment_events : The event names of Segment.
    snowplow_events : The event names of Snowplow.
    rules : Touchpoint types for event names that are specific to a site.

    Notes
    -----
    Automatic, enhanced and recommended events are known. ``session_start``, ``first_visit``,
    ``user_engagement`` and ``scroll`` only state that a visit began or continued, so they are no
    touchpoints: the answer leaves them out, and the report of the log counts them by reason;
    ``search`` and ``view_search_results`` are searches within the site, not in a search engine.
    An event name states neither need nor context: both come from the defaults of the type, as
    ``need_from`` and ``context_from`` record.

    Examples
    --------
    >>> events = ga4_events()
    >>> [events({"event_name": one}) for one in ("page_view", "purchase", "other")]
    ['website_visit', 'purchase', None]
    >>> events({"event_name": "session_start"})
    Verdict(leave_out='a visit begins or goes on: no interaction of its own')
    """
    return EventNames(tracker="ga4", reads=(name,))


@public
def segment_events(*, name: str = "event", call: str | None = None) -> EventNames:
    """Make a classifier of Segment's standard events by name, for the ``customer`` taxonomy.

    Parameters
    ----------
    name
        Column with the event name of ``track`` calls.
    call
        Column with the kind of call (``track``, ``page``, ``screen``, ``identify`` …), for logs
        with several kinds: pages and screens are visits, whatever their names.

    Returns
    -------
    EventNames
        A classifier that answers with a type id, with a `Verdict` that leaves the event out, or
        with None for unknown names.

    See Also
    --------
    ga4_events : The event names of Google Analytics 4.
    snowplow_events : The event names of Snowplow.
    rules : Touchpoint types for event names that are specific to a site.

    Notes
    -----
    The events of Segment's specifications for e-commerce, live chat, email, B2B SaaS, mobile and
    video are known, with the noun or the verb first, in any case and with any marks between the
    words. RudderStack uses the same names. Names that are no touchpoints, like ``Signed Out``, are
    left out; the report of the log counts them by reason.

    Examples
    --------
    >>> events = segment_events()
    >>> [events({"event": one}) for one in ("Order Completed", "order_completed", "Trial Started")]
    ['purchase', 'purchase', 'trial_subscription']
    """
    return EventNames(tracker="segment", reads=(name,) if call is None else (call, name))


@public
def snowplow_events(
    *, name: str = "event_name", category: str | None = None, action: str | None = None
) -> EventNames:
    """Make a classifier of Snowplow events by name, for the ``customer`` taxonomy.

    Parameters
    ----------
    name
        Column with the name of the event; every structured event has the name ``event``.
    category, action
        Columns with the category and the action of structured events, for example ``se_category``
        and ``se_action``.

    Returns
    -------
    EventNames
        A classifier that answers with a type id, with a `Verdict` that leaves the event out, or
        with None for unknown names.

    See Also
    --------
    ga4_events : The event names of Google Analytics 4.
    segment_events : The event names of Segment.
    draft : Guess the types of categories and actions that are specific to a site.

    Notes
    -----
    ``page_ping`` only states that a page is still open, so it is no touchpoint: the answer leaves
    it out, and the report of the log counts it by reason. Each site chooses its own categories and
    actions: a few common values are known, `draft` guesses the rest.

    Examples
    --------
    >>> events = snowplow_events(action="se_action")
    >>> events({"event_name": "event", "se_action": "add-to-basket"})
    'cart_addition'
    >>> events({"event_name": "page_ping", "se_action": None})
    Verdict(leave_out='a sign of life while a page or video is open')
    """
    further = tuple(column for column in (action, category) if column is not None)
    return EventNames(tracker="snowplow", reads=(name, *further))


@public
def matomo_events(*, name: str = "name") -> EventNames:
    """Make a classifier of Matomo's actions by name, for the ``customer`` taxonomy.

    Parameters
    ----------
    name
        Column with the kind of an action, or with the action of an event, as
        `touchpoints.sources.matomo` names them.

    Returns
    -------
    EventNames
        A classifier that answers with a type id, with a `Verdict` that leaves the event out, or
        with None for unknown names.

    See Also
    --------
    touchpoints.sources.matomo : Read Matomo's visits.
    ga4_events : The event names of Google Analytics 4.
    draft : Guess the types of events that are specific to a site.

    Notes
    -----
    A goal is counted for an action that is in the visit already, so it is no touchpoint: the answer
    leaves it out, and the report of the log counts it by reason. Each site chooses the actions of
    its own events: a few common ones are known, `draft` guesses the rest.

    Examples
    --------
    >>> events = matomo_events()
    >>> [events({"name": one}) for one in ("pageview", "ecommerceOrder", "Add to cart", "x")]
    ['website_visit', 'purchase', 'cart_addition', None]
    """
    return EventNames(tracker="matomo", reads=(name,))
