"""URLs, campaign parameters, traffic sources and the event names of trackers."""
