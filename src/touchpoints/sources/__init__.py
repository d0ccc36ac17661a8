"""Readers: event logs and path tables to `Journeys`."""
