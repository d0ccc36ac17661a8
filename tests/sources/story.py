"""The story that the fixtures of all formats tell: two customers of a shoe shop, and a patient.

Each fixture in ``formats/data`` holds what its kind of source sees of it, written by hand from the
documentation of its format.
"""

from __future__ import annotations

import datetime as dt
from typing import NamedTuple

import numpy as np

import touchpoints as tp


class Contact(NamedTuple):
    """One interaction: who, when (UTC), what (a type of the taxonomy, or the name of a reader)."""

    person: str
    at: str
    what: str
    source: str = ""
    medium: str = ""
    campaign: str = ""


# The web sees three sessions. Leo's first has source and medium of a newsletter.
ANA = [
    Contact("ana", "2026-03-02T10:00:00", "website_visit", "google", "cpc", "spring"),
    Contact("ana", "2026-03-02T10:02:00", "product_view", "google", "cpc", "spring"),
    Contact("ana", "2026-03-02T10:05:00", "cart_addition", "google", "cpc", "spring"),
    Contact("ana", "2026-03-02T10:09:00", "purchase", "google", "cpc", "spring"),  # 59.90 EUR
]
LEO_FIRST = [
    Contact("leo", "2026-03-02T11:00:00", "website_visit", "news", "email", "march"),
    Contact("leo", "2026-03-02T11:04:00", "site_search", "news", "email", "march"),  # "trail shoes"
]
LEO_SECOND = [
    Contact("leo", "2026-03-03T20:00:00", "website_visit"),
    Contact("leo", "2026-03-03T20:03:00", "product_view"),
]
WEB = [ANA, LEO_FIRST, LEO_SECOND]
VALUE = 59.90

# The help desk: Ana's ticket is solved (first reply after 40 minutes), Leo's is open, unanswered.
TICKETS = [
    [
        Contact("ana", "2026-03-04T08:30:00", "ticket_created"),
        Contact("ana", "2026-03-04T09:10:00", "first_reply"),
        Contact("ana", "2026-03-05T12:00:00", "ticket_solved"),
    ],
    [Contact("leo", "2026-03-04T10:00:00", "ticket_created")],
]
# Surveys: Ana's NPS 9 about the purchase, Leo's CSAT 2 (of 5).
SURVEYS = [
    Contact("ana", "2026-03-06T18:00:00", "survey_response"),
    Contact("leo", "2026-03-07T09:30:00", "survey_response"),
]
# Social networks: Ana asks about shoes before she visits, Leo complains (sentiment -0.8).
SOCIAL = [
    Contact("ana", "2026-03-02T09:00:00", "social_mention"),
    Contact("leo", "2026-03-05T19:45:00", "social_mention"),
]


def told(journeys: tp.Journeys) -> list[list[tuple[str, str, str]]]:
    """Return (person, time, key of the touchpoint) of each interaction, journey by journey."""
    found = []
    for position, journey in enumerate(journeys):
        person = journey.id if journeys.persons is None else journeys.persons[position]
        stamps = np.datetime_as_string(journey.times, unit="s").tolist()
        found.append([(person, at, key) for at, key in zip(stamps, journey.keys, strict=True)])
    return found


def expected(story: list[list[Contact]]) -> list[list[tuple[str, str, str]]]:
    """Return what `told` must return for a part of the story."""
    return [[(one.person, one.at, one.what) for one in contacts] for contacts in story]


def instant(text: str) -> dt.datetime:
    """Return an instant of the story as an aware datetime."""
    return dt.datetime.fromisoformat(text).replace(tzinfo=dt.UTC)
