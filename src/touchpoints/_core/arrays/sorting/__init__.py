"""Rows into order: grouping by id, distinct tuples, the most frequent first."""
