"""Journeys: the data model, places in journeys, and transforms from journeys to journeys."""
