"""One person's contacts of several sources, brought together."""
