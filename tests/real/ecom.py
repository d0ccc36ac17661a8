"""A web shop's clickstream with planted stories: read once, for all tests that ask about it."""

from __future__ import annotations

import csv
import datetime as dt
import gzip
from functools import lru_cache
from pathlib import Path
from typing import Any

import touchpoints as tp

FIRST = dt.datetime(2024, 1, 1)
USERS = {"journey": "user_id", "time": "timestamp", "touchpoint": "event"}
SESSIONS = {**USERS, "journey": "session_id", "person": "user_id"}
TYPES = {
    "search": ("site_search", "learn"),
    "compare": ("product_comparison", "compare"),
    "support_chat": ("live_chat", "solve_problem"),
    "review_page": ("review_read", "reassurance"),
    "cart": ("cart_addition", "acquire"),
    "purchase": ("purchase", "acquire"),
    "account_page": ("account_visit", "use"),
}
"""The type and the need of some events."""


def day(number: int) -> dt.datetime:
    """Return the beginning of a day, counted from the first of January."""
    return FIRST + dt.timedelta(days=number)


def clicks(logs: Path) -> list[dict[str, Any]]:
    """Return the log as records, numbered as they stand in the file."""
    return [{**row, "number": number} for number, row in enumerate(_read(logs))]


@lru_cache(maxsize=1)
def _read(logs: Path) -> tuple[dict[str, str], ...]:
    with gzip.open(logs / "ecom.csv.gz", "rt", encoding="utf-8", newline="") as file:
        return tuple(csv.DictReader(file))


@lru_cache(maxsize=1)
def sessions_of(logs: Path) -> tp.Journeys:
    """Return sessions as journeys of their users, with the platform of each click."""
    return tp.from_records(list(_read(logs)), **SESSIONS, per_interaction=("platform",))


@lru_cache(maxsize=1)
def typed_sessions_of(logs: Path) -> tp.Journeys:
    """Return sessions of the events that have a type here, typed by hand."""
    taxonomy = tp.load_taxonomy("customer")

    @tp.classifier(reads=("event",))
    def typed(event: Any) -> Any:
        type_, need = TYPES[event["event"]]
        return taxonomy.touchpoint(type_, need=need)

    rows = [row for row in _read(logs) if row["event"] in TYPES]
    return tp.from_records(rows, **{**SESSIONS, "touchpoint": typed}, taxonomy=taxonomy)
