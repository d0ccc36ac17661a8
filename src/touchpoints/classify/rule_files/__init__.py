"""Rule files: conditions on the fields of an event, and the types and facets they assign."""
