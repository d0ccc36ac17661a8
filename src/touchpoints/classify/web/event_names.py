"""Event names of well-known trackers (GA4, Segment, Snowplow) as touchpoint types."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from functools import cache
from typing import Any

import attrs

from touchpoints._core.frozen import FrozenMap
from touchpoints.classify._data import read_data
from touchpoints.classify.contract.answers import type_of
from touchpoints.classify.contract.traces import Step
from touchpoints.classify.web.urls import text_of

TRACKERS = ("ga4", "segment", "snowplow")

_HUMPS = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")
_MARKS = re.compile(r"[\W_]+")
_MOST = 2000


def words_of(name: str) -> tuple[str, ...]:
    """Return the words of an event's name: without case, accents and marks, humps parted.

    Of a very long text only the beginning is read.

    Examples
    --------
    >>> words_of("productAdded"), words_of("Búsqueda_Sitio-2")
    (('product', 'added'), ('busqueda', 'sitio', '2'))
    """
    letters = unicodedata.normalize("NFKD", name[:_MOST])
    plain = "".join(one for one in letters if not unicodedata.combining(one))
    return tuple(_MARKS.sub(" ", _HUMPS.sub(" ", plain)).casefold().split())


@attrs.frozen
class NameTable:
    """What a tracker's event names are: a touchpoint type, or known to be none and why."""

    types: FrozenMap[tuple[str, ...], str]
    none: FrozenMap[tuple[str, ...], str]


@cache
def name_table(tracker: str) -> NameTable:
    """Return the names of a tracker."""
    document = read_data(f"events-{tracker}")
    types, none = document["types"], document["none"]
    return NameTable(
        FrozenMap({words_of(name): one for one, names in types.items() for name in names}),
        FrozenMap({words_of(name): why for why, names in none.items() for name in names}),
    )


@attrs.frozen(repr=False, kw_only=True)
class EventNames:
    """Event names to types, as a classifier; made by `ga4_events` and its like.

    Each field is looked up in turn; the first that holds a name the tracker knows decides.

    Attributes
    ----------
    tracker : str
        Whose names they are: ``ga4``, ``segment`` or ``snowplow``.
    reads : tuple of str
        The fields that are looked up.

    Examples
    --------
    >>> ga4_events()
    <classifier ga4_events reads event_name>
    """

    tracker: str
    reads: tuple[str, ...]

    @property
    def name(self) -> str:
        """What it is called in messages."""
        return f"{self.tracker}_events"

    def __repr__(self) -> str:
        return f"<classifier {self.name} reads {', '.join(self.reads)}>"

    def __call__(self, event: Mapping[str, Any], /) -> str | None:
        """Return the id of a type, None when the name is not known or no touchpoint."""
        for step in self.steps(event):
            return type_of(step.answer) or None
        return None

    def steps(self, event: Mapping[str, Any], /) -> tuple[Step, ...]:
        """Return what is known of the first name that is known, if any is."""
        table = name_table(self.tracker)
        for field in self.reads:
            text = text_of(event[field])
            words = words_of(text)
            if words in table.none:
                reason = f"{field} {text!r} is no touchpoint: {table.none[words]}"
                return (Step(name=text, outcome="silent", reason=reason, fields=(field,)),)
            if words in table.types:
                answer = table.types[words]
                reason = f"{field} is {text!r}, an event of {self.tracker}"
                step = Step(
                    name=text, outcome="decided", answer=answer, reason=reason, fields=(field,)
                )
                return (step,)
        return ()


def ga4_events(*, name: str = "event_name") -> EventNames:
    """Classify the events of Google Analytics 4 by name, for the ``customer`` taxonomy.

    Parameters
    ----------
    name
        The column with the name of the event.

    Returns
    -------
    EventNames
        A classifier that answers with a type id, or None.

    Notes
    -----
    Automatic, enhanced and recommended events are known. ``session_start`` and
    ``user_engagement`` only say that a visit began or went on, so they are no touchpoints;
    ``search`` and ``view_search_results`` are searches within the site, not in a search engine.
    An event's name says neither need nor context: those come from the type's defaults, and
    ``need_from`` says so.

    Examples
    --------
    >>> events = ga4_events()
    >>> [events({"event_name": one}) for one in ("page_view", "purchase", "session_start", "other")]
    ['website_visit', 'purchase', None, None]
    """
    return EventNames(tracker="ga4", reads=(name,))


def segment_events(*, name: str = "event", call: str | None = None) -> EventNames:
    """Classify the events of Segment's specifications by name, for the ``customer`` taxonomy.

    Parameters
    ----------
    name
        The column with the event of ``track`` calls.
    call
        The column with the kind of call (``track``, ``page``, ``screen``, ``identify`` …), for logs
        that hold several kinds: pages and screens are visits whatever their names.

    Returns
    -------
    EventNames
        A classifier that answers with a type id, or None.

    Notes
    -----
    Ecommerce, live chat, email, B2B SaaS, mobile and video events are known, with the noun or the
    verb first, in any case and with any marks between the words. RudderStack uses the same names.

    Examples
    --------
    >>> events = segment_events()
    >>> [events({"event": one}) for one in ("Order Completed", "order_completed", "Trial Started")]
    ['purchase', 'purchase', 'trial_subscription']
    """
    return EventNames(tracker="segment", reads=(name,) if call is None else (call, name))


def snowplow_events(
    *, name: str = "event_name", category: str | None = None, action: str | None = None
) -> EventNames:
    """Classify the events of Snowplow's trackers by name, for the ``customer`` taxonomy.

    Parameters
    ----------
    name
        The column with the name of the event; structured ones are all called ``event``.
    category, action
        The columns with the category and the action of structured events, such as ``se_category``
        and ``se_action``.

    Returns
    -------
    EventNames
        A classifier that answers with a type id, or None.

    Notes
    -----
    ``page_ping`` only says that a page is still open, so it is no touchpoint. Categories and
    actions are the site's own words: a few usual ones are known, `draft` guesses the others.

    Examples
    --------
    >>> events = snowplow_events(action="se_action")
    >>> events({"event_name": "event", "se_action": "add-to-basket"})
    'cart_addition'
    >>> events({"event_name": "page_ping", "se_action": None})
    """
    further = tuple(column for column in (action, category) if column is not None)
    return EventNames(tracker="snowplow", reads=(name, *further))
