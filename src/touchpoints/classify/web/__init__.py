"""Web addresses, campaigns and events of trackers."""
