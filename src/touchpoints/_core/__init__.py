"""What everything stands on that knows no touchpoint."""
