"""Classifiers: from a raw event to a touchpoint."""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

from touchpoints.classify.combining.chain import (
    AbstainBelow,
    FirstMatch,
    abstain_below,
    first_match,
)
from touchpoints.classify.combining.combine import Combine, combine
from touchpoints.classify.contract.answers import Answer, Conflict, Facets, Verdict
from touchpoints.classify.contract.explain import Explanation, explain
from touchpoints.classify.contract.protocol import Classifier, classifier
from touchpoints.classify.contract.traces import Step
from touchpoints.classify.installed import available, load
from touchpoints.classify.quality.agreement import Agreement, agreement
from touchpoints.classify.quality.evaluation import Evaluation, evaluate_classifier
from touchpoints.classify.quality.unmatched import Unmatched, unmatched
from touchpoints.classify.rule_files.by_column import ByColumn, by_column
from touchpoints.classify.rule_files.rules import Rules, rules
from touchpoints.classify.text.keywords import Keywords, keywords
from touchpoints.classify.text.learned import Learned, learned
from touchpoints.classify.web.arrivals import (
    Arrival,
    ArrivalChannels,
    Referrer,
    arrival,
    arrival_channels,
    parse_referrer,
)
from touchpoints.classify.web.event_names import (
    EventNames,
    ga4_events,
    segment_events,
    snowplow_events,
)
from touchpoints.classify.web.ga4 import Ga4Channels, ga4_channels
from touchpoints.classify.web.sources import (
    Source,
    SourceList,
    load_source_categories,
    source_categories,
)
from touchpoints.classify.web.urls import click_ids, parse_utm

if TYPE_CHECKING:
    from touchpoints.classify.drafting.draft import Draft, draft

_DRAFTING = ("Draft", "draft")


def __getattr__(name: str) -> Any:
    """Import what reads dataframes only when it is asked for: it builds on this package."""
    if name in _DRAFTING:
        return getattr(importlib.import_module("touchpoints.classify.drafting.draft"), name)
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
