"""Names of the columns, records and parameters that Google Analytics 4 exports."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

PARAMETERS = "event_params"
SESSION = "ga_session_id"
TIES = ("batch_page_id", "batch_ordering_id", "batch_event_index")
REVENUE = "ecommerce.revenue"
NUMBERS = ("value", REVENUE, *TIES)
CAMPAIGNS = ("session", "cross_channel_campaign", "manual_campaign", "google_ads_campaign")
"""Where source, medium and campaign of a session stand, the first that is known first."""

IDS = ("user_id", "user_pseudo_id", SESSION)
TOP = ("event_name", "event_timestamp", "user_id", "user_pseudo_id", "platform", *TIES)
LAST_CLICK = "session_traffic_source_last_click"
STRUCTS = {
    "collected_traffic_source": {
        "manual_source": "utm.source",
        "manual_medium": "utm.medium",
        "manual_campaign_name": "utm.campaign",
        "gclid": "click_id",
    },
    "traffic_source": {
        "source": "first_source",
        "medium": "first_medium",
        "name": "first_campaign",
    },
    "device": {"category": "device"},
    "ecommerce": {"purchase_revenue": REVENUE},
}
_OF_CAMPAIGN = {"source": "source", "medium": "medium", "campaign_name": "campaign"}
LAST_CLICKS = {
    kind: {field: f"{kind}.{column}" for field, column in _OF_CAMPAIGN.items()}
    for kind in CAMPAIGNS[1:]
}
OF_TOP = {name: name for name in TOP}
OF_PARAMETERS = {
    SESSION: SESSION,
    "page_location": "url",
    "page_title": "page",
    "page_referrer": "referrer",
    "search_term": "text",
    "value": "value",
    "event_id": "event_id",
    "source": "param.source",
    "medium": "param.medium",
    "campaign": "param.campaign",
    **{name: name for name in TIES},
}
NESTED = (*TOP, PARAMETERS, *STRUCTS, LAST_CLICK)
"""The columns of a nested table that are read."""

Names = Mapping[str, str]


def parameter_names(wanted: Iterable[str]) -> dict[str, str]:
    """Return the column of each parameter that is read; those that are wanted keep their names."""
    return {**OF_PARAMETERS, **{name: name for name in wanted}}


def flat_names(wanted: Iterable[str]) -> dict[str, str]:
    """Return the columns of a flat table that are read, and what each becomes.

    A field of a record has the names of both, joined by a dot or an underscore. Parameters have
    their plain names too, but for source, medium and campaign: in a flat table nobody knows whose
    they are.
    """
    names = {name: name for name in TOP}
    for record, fields in STRUCTS.items():
        for field, column in fields.items():
            names[f"{record}.{field}"] = names[f"{record}_{field}"] = column
    for kind, fields in LAST_CLICKS.items():
        for field, column in fields.items():
            for path in (f"{LAST_CLICK}.{kind}.{field}", f"{LAST_CLICK}_{kind}_{field}"):
                names[path] = column
    names |= {f"session_{column}": f"session.{column}" for column in _OF_CAMPAIGN.values()}
    for name, column in parameter_names(wanted).items():
        names[f"{PARAMETERS}.{name}"] = names[f"{PARAMETERS}_{name}"] = column
        if not column.startswith("param."):
            names.setdefault(name, column)
    return names
