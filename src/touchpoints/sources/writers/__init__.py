"""A writer for each format of event logs."""
