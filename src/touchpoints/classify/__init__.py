"""Classifiers: from a raw event to a touchpoint."""

from touchpoints.classify.chain import FirstMatch, first_match
from touchpoints.classify.protocol import Answer, Classifier, Facets, classifier

__all__ = ["Answer", "Classifier", "Facets", "FirstMatch", "classifier", "first_match"]
