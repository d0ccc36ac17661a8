"""Read the visits of Matomo with their actions."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Unpack

from touchpoints._core.checks import public
from touchpoints._core.messages import quoted
from touchpoints.sources._shared.ending import Events, ReadOptions, journeys_of, skipping
from touchpoints.sources._shared.fields import Unreadable, field, finished, text
from touchpoints.sources._shared.growing import Growing
from touchpoints.sources._shared.records import records_of
from touchpoints.sources._shared.skipped import Skipped
from touchpoints.sources._shared.web.scalars import microseconds_in, number_or_noted

if TYPE_CHECKING:
    from touchpoints.journeys.model import Journeys

_ACTIONS = "actionDetails"
_OF_VISIT = {
    "referrerType": "session_referrer_type",
    "referrerUrl": "session_referrer",
    "campaignSource": "session_source",
    "campaignMedium": "session_medium",
    "campaignName": "session_campaign",
    "campaignKeyword": "session_keyword",
    "deviceType": "device",
}
_OF_ACTION = {
    "url": ("url",),
    "page": ("pageTitle",),
    "text": ("siteSearchKeyword",),
    "category": ("eventCategory",),
    "label": ("eventName", "goalName"),
}
_KEPT = (
    "session_source",
    "session_medium",
    "session_campaign",
    "session_keyword",
    "session_referrer",
    "session_referrer_type",
    "referrer",
    "url",
    "page",
    "text",
    "value",
    "category",
    "label",
    "device",
)


@public
def matomo(source: Any, **options: Unpack[ReadOptions]) -> Journeys:
    """Read the visits of Matomo with their actions, one journey for each visit.

    Parameters
    ----------
    source
        The answer of ``Live.getLastVisitsDetails`` as JSON: the path of a file (a JSON array, JSON
        lines; also compressed by gzip), or a list of visits.
    **options
        Shared options: see `touchpoints.sources`. ``journey`` can be ``"visit"`` (the default:
        ``idVisit``) or ``"person"``.

    Returns
    -------
    Journeys
        The person is ``userId``, else ``visitorId``. The touchpoint is the kind of the action:
        ``pageview``, ``productview`` and ``categoryview`` (pages that Matomo knows as such),
        ``search``, ``download``, ``outlink``, ``goal``, ``ecommerceOrder``,
        ``ecommerceAbandonedCart``; of an event it is what happened (``eventAction``). Kept columns:
        ``session_source``, ``session_medium``, ``session_campaign``, ``session_keyword``,
        ``session_referrer``, ``session_referrer_type`` of the visit; ``referrer`` (of its first
        action), ``url``, ``page``, ``text`` (the search), ``value``, ``category``, ``label``,
        ``device``.

    Raises
    ------
    InvalidInputError
        When a visit or an action cannot be read and ``on_error="raise"``.

    Notes
    -----
    ``timestamp`` counts seconds in UTC; actions of the same second keep the order in which Matomo
    lists them. The end of an action is its time and ``timeSpent``. Source and medium are those of
    the campaign (``campaignSource``, ``campaignMedium``: Matomo's plug-in for campaigns). Without
    it, ``referrerName`` is the campaign where ``referrerType`` says so, and else the source.

    The answer comes in pages, and a visit can be on two of them: actions that were there before are
    left out and counted.

    See Also
    --------
    touchpoints.classify.matomo_events : Touchpoint types of the names.
    touchpoints.classify.arrival_channels : Arrival channels from the address and the referrer.

    References
    ----------
    Matomo, "Reporting API reference", module Live.

    Examples
    --------
    >>> import touchpoints as tp
    >>> visit = {
    ...     "idVisit": 7,
    ...     "visitorId": "a1b2",
    ...     "referrerType": "search",
    ...     "referrerName": "Google",
    ...     "actionDetails": [
    ...         {"type": "action", "timestamp": 1772445600, "timeSpent": "90", "url": "/"},
    ...         {"type": "event", "timestamp": 1772445690, "eventAction": "play"},
    ...     ],
    ... }
    >>> journeys = tp.sources.matomo([visit])
    >>> journeys[0].keys, journeys.ends[0] - journeys.times[0]
    (('pageview', 'play'), np.timedelta64(90000000,'us'))
    >>> journeys.per_interaction["session_source"].to_list()
    ['Google', 'Google']
    """
    skipped = skipping(options, called="action")
    columns = Growing(times=("time", "end"), numbers=("value", "position"))
    known: dict[str | None, int] = {}
    whole = isinstance(source, Mapping) and "result" in source  # an error, where visits are asked
    for where, visit in records_of([source] if whole else source, skipped):
        actions = _actions_of(visit, where, skipped)
        if not actions:
            continue
        try:
            of_visit = _visit(visit)
        except Unreadable as error:
            error.refuse(skipped, where=where)
            continue
        number = of_visit["visit"]
        before = known.get(number, 0) if number is not None else 0
        skipped.leave_out("an action of a visit that was there before", min(before, len(actions)))
        known[number] = max(before, len(actions))
        for position, action in list(enumerate(actions))[before:]:
            try:
                columns.add_row(_row(of_visit, action, position, skipped))
            except Unreadable as error:
                error.refuse(skipped, where=f"{where}, action {position}")
    table = finished(columns, "visit", "person", "name")
    events = Events(
        table=table,
        journeys={"visit": ("visit",), "person": ("person",)},
        end="end",
        person="person",
        kept=tuple(name for name in _KEPT if name in table),
        tiebreak=("position",),
        tz="UTC",
    )
    return journeys_of(events, skipped, options)


def _actions_of(visit: Mapping[str, Any], where: str, skipped: Skipped) -> list[Any]:
    """Return the actions of a visit; none where they cannot be read, or where there are none."""
    actions: Any = visit.get(_ACTIONS)
    if hasattr(actions, "tolist"):  # of a dataframe
        actions = actions.tolist()
    if isinstance(actions, list):
        skipped.leave_out("a visit without an action", not actions)
        return actions
    if visit.get("result") == "error":
        skipped.refuse(
            "Matomo answered with an error instead of visits",
            where=f"{where}: {quoted(visit.get('message'))}",
        )
    else:
        skipped.refuse(f"a visit has no list {_ACTIONS}", where=where)
    return []


def _visit(visit: Mapping[str, Any]) -> dict[str, Any]:
    """Return what a visit says of all its actions."""
    found = {column: text(visit, name) for name, column in _OF_VISIT.items()}
    of = "campaign" if found["session_referrer_type"] == "campaign" else "source"
    found[f"session_{of}"] = found[f"session_{of}"] or text(visit, "referrerName")
    found["session_keyword"] = found["session_keyword"] or text(visit, "referrerKeyword")
    found["visit"] = text(visit, "idVisit")
    found["person"] = text(visit, "userId", "visitorId")
    return found


def _row(
    of_visit: Mapping[str, Any], action: Any, position: int, skipped: Skipped
) -> dict[str, Any]:
    if not isinstance(action, Mapping):
        raise Unreadable("an action is not a record", action)
    time, spent = microseconds_in(action, "timestamp"), microseconds_in(action, "timeSpent")
    return {
        **of_visit,
        "time": time,
        "end": time + spent if time is not None and spent else None,
        "name": _name(action),
        "position": float(position),
        "referrer": of_visit["session_referrer"] if position == 0 else None,
        "value": number_or_noted(action, "revenue", "eventValue", skipped=skipped),
        **{column: text(action, *names) for column, names in _OF_ACTION.items()},
    }


def _name(action: Mapping[str, Any]) -> str | None:
    """Return what happened: the kind of an action, or what an event says."""
    kind = text(action, "type")
    if kind == "event":
        return text(action, "eventAction") or kind
    if kind == "action":
        if field(action, "productViewSku", "productViewName") is not None:
            return "productview"
        return "categoryview" if action.get("productViewCategories") else "pageview"
    return kind
