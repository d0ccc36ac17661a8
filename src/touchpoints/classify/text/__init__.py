"""Classifiers of free text: keywords and fitted estimators."""
