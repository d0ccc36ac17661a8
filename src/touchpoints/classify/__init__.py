"""Classifiers: from a raw event to a touchpoint."""

from touchpoints.classify.agreement import Agreement, agreement
from touchpoints.classify.answers import Answer, Conflict, Facets, Verdict
from touchpoints.classify.chain import AbstainBelow, FirstMatch, abstain_below, first_match
from touchpoints.classify.combining import Combine, combine
from touchpoints.classify.evaluating import Evaluation, evaluate_classifier
from touchpoints.classify.explaining import Explanation, explain
from touchpoints.classify.installed import available, load
from touchpoints.classify.keywords import Keywords, keywords
from touchpoints.classify.learned import Learned, learned
from touchpoints.classify.protocol import Classifier, classifier
from touchpoints.classify.rules import Rules, rules
from touchpoints.classify.stated import ByColumn, by_column
from touchpoints.classify.steps import Step
from touchpoints.classify.unmatched import Unmatched, unmatched

__all__ = [
    "AbstainBelow",
    "Agreement",
    "Answer",
    "ByColumn",
    "Classifier",
    "Combine",
    "Conflict",
    "Evaluation",
    "Explanation",
    "Facets",
    "FirstMatch",
    "Keywords",
    "Learned",
    "Rules",
    "Step",
    "Unmatched",
    "Verdict",
    "abstain_below",
    "agreement",
    "available",
    "by_column",
    "classifier",
    "combine",
    "evaluate_classifier",
    "explain",
    "first_match",
    "keywords",
    "learned",
    "load",
    "rules",
    "unmatched",
]
