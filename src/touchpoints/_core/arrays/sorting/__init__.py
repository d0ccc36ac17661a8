"""Sorting: rows grouped by id and in time order, distinct tuples, most frequent values."""
