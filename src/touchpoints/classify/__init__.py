"""Classifiers: from a raw event to a touchpoint."""

from touchpoints.classify.answers import Answer, Conflict, Facets, Verdict
from touchpoints.classify.chain import AbstainBelow, FirstMatch, abstain_below, first_match
from touchpoints.classify.combining import Combine, combine
from touchpoints.classify.explaining import Explanation, explain
from touchpoints.classify.keywords import Keywords, keywords
from touchpoints.classify.protocol import Classifier, classifier
from touchpoints.classify.rules import Rules, rules
from touchpoints.classify.stated import ByColumn, by_column
from touchpoints.classify.steps import Step

__all__ = [
    "AbstainBelow",
    "Answer",
    "ByColumn",
    "Classifier",
    "Combine",
    "Conflict",
    "Explanation",
    "Facets",
    "FirstMatch",
    "Keywords",
    "Rules",
    "Step",
    "Verdict",
    "abstain_below",
    "by_column",
    "classifier",
    "combine",
    "explain",
    "first_match",
    "keywords",
    "rules",
]
