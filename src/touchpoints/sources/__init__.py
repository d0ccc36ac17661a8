"""How somebody's data becomes journeys."""
