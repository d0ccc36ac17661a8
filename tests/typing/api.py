"""Code a user would write; mypy reads it with --strict, and it is run as a plain import only."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any

import touchpoints as tp
from touchpoints.errors import InvalidInputError, ProblemsError, TouchpointsError

LOG = {
    "who": ["ana", "ana", "leo"],
    "when": ["2026-03-02", "2026-03-03", "2026-03-04"],
    "what": ["search", "purchase", "search"],
}


@tp.classifier(reads=("what",))
def shop(event: Mapping[str, Any]) -> str | None:
    """Type the events of a shop."""
    return "purchase" if event["what"] == "purchase" else None


def from_a_column() -> tp.Journeys:
    """Read a log by the name of a column."""
    return tp.from_columns(LOG, journey="who", time="when", touchpoint="what")


def from_a_classifier() -> tp.Journeys:
    """Read a log by a classifier."""
    return tp.from_columns(LOG, journey="who", time="when", touchpoint=shop, unmatched="keep")


def steps(journeys: tp.Journeys) -> tp.Journeys:
    """Chain transforms by calling them one after the other."""
    recent = tp.split_by_gap(journeys, dt.timedelta(days=30))
    paid = tp.until(recent, "purchase", outcome="purchase")
    return tp.collapse_repeats(tp.collapse(paid, by=["channel", "need"]))


def piped(journeys: tp.Journeys) -> tp.Journeys:
    """Chain them by `pipe`, which keeps the types of what it calls."""
    return journeys.pipe(tp.until, "purchase", outcome="purchase").pipe(tp.distinct)


def one_and_some(journeys: tp.Journeys) -> tuple[str, ...]:
    """An index gives one journey, a slice gives journeys."""
    first: tp.Journey = journeys[0]
    rest: tp.Journeys = journeys[1:]
    return first.keys + tuple(key for journey in rest for key in journey.keys)


def numbers(journeys: tp.Journeys) -> tuple[tuple[str, ...], int]:
    """Integers take journeys; features have names, and columns that other journeys can have too."""
    some: tp.Journeys = journeys[[2, 0]]
    found = tp.features(some, of=["count", "last"], first=3, until="purchase")
    other = tp.features(journeys, like=found.columns)
    made = tp.learn.JourneyFeatures(of="count").fit(some)
    return other.names + made.columns_.touchpoints, len(other)


def mend_of(error: TouchpointsError) -> str:
    """Read what the caller can do about an error."""
    return error.mend


def problems_of(error: ProblemsError) -> tuple[str, ...]:
    """Read all problems of one input."""
    return error.problems


BUILT_IN: type[ValueError] = InvalidInputError
