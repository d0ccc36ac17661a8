"""Read the visits of Matomo with their actions."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Unpack

from touchpoints._core.checks import public
from touchpoints._core.frozen import is_missing
from touchpoints._core.messages import quoted
from touchpoints.sources._shared.ending import Events, ReadOptions, journeys_of, skipping
from touchpoints.sources._shared.growing import Growing
from touchpoints.sources._shared.records import records_of
from touchpoints.sources._shared.scalars import BadValueError, number_of, seconds_of, text_in
from touchpoints.sources._shared.skipped import Skipped
from touchpoints.sources.merging.identifying import text_of

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
    "url": "url",
    "pageTitle": "page",
    "siteSearchKeyword": "text",
    "eventCategory": "category",
    "eventName": "label",
    "goalName": "label",
}
_VALUES = ("revenue", "eventValue")
_NAMES = {"action": "pageview"}
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
    for where, visit in records_of(source, skipped):
        actions = _actions_of(visit, where, skipped)
        if not actions:
            continue
        of_visit = _visit(visit)
        number = of_visit["visit"]
        before = known.get(number, 0) if number is not None else 0
        skipped.leave_out("an action of a visit that was there before", min(before, len(actions)))
        known[number] = max(before, len(actions))
        for position, action in list(enumerate(actions))[before:]:
            _add(columns, of_visit, action, position, f"{where}, action {position}", skipped)
    table = columns.finish()
    events = Events(
        table={**_nothing(table), **table},
        journeys={"visit": ("visit",), "person": ("person",)},
        end="end",
        person="person",
        kept=tuple(name for name in _KEPT if name in table),
        tiebreak=("position",),
        tz="UTC",
    )
    return journeys_of(events, skipped, options)


def _nothing(table: Mapping[str, Any]) -> dict[str, list[None]]:
    """Return the columns that the reader needs, missing in all rows."""
    return dict.fromkeys(("visit", "person", "name"), [None] * len(table["time"]))


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
    found = {column: text_in(visit, name) for name, column in _OF_VISIT.items()}
    of = "campaign" if visit.get("referrerType") == "campaign" else "source"
    found[f"session_{of}"] = found[f"session_{of}"] or text_in(visit, "referrerName")
    found["session_keyword"] = found["session_keyword"] or text_in(visit, "referrerKeyword")
    found["visit"] = text_of(visit.get("idVisit"))
    found["person"] = text_of(visit.get("userId")) or text_of(visit.get("visitorId"))
    return found


def _add(
    columns: Growing,
    of_visit: Mapping[str, Any],
    action: Any,
    position: int,
    where: str,
    skipped: Skipped,
) -> None:
    """Add an action, or count it as one that cannot be read."""
    if not isinstance(action, Mapping):
        skipped.refuse("an action is no record", where=where)
        return
    try:
        time = seconds_of(action.get("timestamp"), "timestamp")
        spent = seconds_of(action.get("timeSpent"), "timeSpent")
    except BadValueError as error:
        skipped.refuse(str(error), where=where)
        return
    row = {**of_visit, "time": time, "name": _name(action), "position": float(position)}
    if time is not None and spent:
        row["end"] = time + spent
    for name, column in _OF_ACTION.items():
        row[column] = text_in(action, name) or row.get(column)
    if position == 0:
        row["referrer"] = of_visit["session_referrer"]
    for name in _VALUES:
        if row.get("value") is None:
            row["value"] = number_of(action.get(name), name, skipped)
    columns.add_row(row)


def _name(action: Mapping[str, Any]) -> str | None:
    """Return what happened: the kind of an action, or what an event says."""
    kind = text_in(action, "type")
    if kind == "event":
        return text_in(action, "eventAction") or kind
    if kind == "action":
        if any(not is_missing(action.get(f"productView{one}")) for one in ("Sku", "Name")):
            return "productview"
        if action.get("productViewCategories"):
            return "categoryview"
    return kind if kind is None else _NAMES.get(kind, kind)
