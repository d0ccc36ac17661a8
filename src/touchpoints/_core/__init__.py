"""Foundations of the package that do not depend on touchpoints or journeys."""
