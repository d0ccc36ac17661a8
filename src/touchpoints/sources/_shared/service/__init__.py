"""Help desks and surveys: tickets with what happened to them, scales of scores."""
