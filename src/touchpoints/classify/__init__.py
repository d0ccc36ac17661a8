"""Classifiers: from a raw event to a touchpoint."""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

from touchpoints.classify.agreement import Agreement, agreement
from touchpoints.classify.answers import Answer, Conflict, Facets, Verdict
from touchpoints.classify.arrivals import (
    Arrival,
    ArrivalChannels,
    Referrer,
    arrival,
    arrival_channels,
    parse_referrer,
)
from touchpoints.classify.chain import AbstainBelow, FirstMatch, abstain_below, first_match
from touchpoints.classify.combining import Combine, combine
from touchpoints.classify.evaluating import Evaluation, evaluate_classifier
from touchpoints.classify.event_names import EventNames, ga4_events, segment_events, snowplow_events
from touchpoints.classify.explaining import Explanation, explain
from touchpoints.classify.ga4 import Ga4Channels, ga4_channels
from touchpoints.classify.installed import available, load
from touchpoints.classify.keywords import Keywords, keywords
from touchpoints.classify.learned import Learned, learned
from touchpoints.classify.protocol import Classifier, classifier
from touchpoints.classify.rules import Rules, rules
from touchpoints.classify.sources import (
    Source,
    SourceList,
    load_source_categories,
    source_categories,
)
from touchpoints.classify.stated import ByColumn, by_column
from touchpoints.classify.steps import Step
from touchpoints.classify.unmatched import Unmatched, unmatched
from touchpoints.classify.urls import click_ids, parse_utm

if TYPE_CHECKING:
    from touchpoints.drafting import Draft, draft

_DRAFTING = ("Draft", "draft")


def __getattr__(name: str) -> Any:
    """Import what reads dataframes only when it is asked for: it builds on this package."""
    if name in _DRAFTING:
        return getattr(importlib.import_module("touchpoints.drafting"), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


__all__ = [
    "AbstainBelow",
    "Agreement",
    "Answer",
    "Arrival",
    "ArrivalChannels",
    "ByColumn",
    "Classifier",
    "Combine",
    "Conflict",
    "Draft",
    "Evaluation",
    "EventNames",
    "Explanation",
    "Facets",
    "FirstMatch",
    "Ga4Channels",
    "Keywords",
    "Learned",
    "Referrer",
    "Rules",
    "Source",
    "SourceList",
    "Step",
    "Unmatched",
    "Verdict",
    "abstain_below",
    "agreement",
    "arrival",
    "arrival_channels",
    "available",
    "by_column",
    "classifier",
    "click_ids",
    "combine",
    "draft",
    "evaluate_classifier",
    "explain",
    "first_match",
    "ga4_channels",
    "ga4_events",
    "keywords",
    "learned",
    "load",
    "load_source_categories",
    "parse_referrer",
    "parse_utm",
    "rules",
    "segment_events",
    "snowplow_events",
    "source_categories",
    "unmatched",
]
