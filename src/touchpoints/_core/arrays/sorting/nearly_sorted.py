"""Sorting of keys that are nearly in order."""

from __future__ import annotations

from touchpoints._core.frozen import Array


def sort_runs(keys: Array) -> None:
    """Sort integers in place that come in sorted runs, or in short ones one above the other.

    Such are the cells of one journey after another. numpy's stable sort (timsort) merges what is in
    order: for journeys of ten interactions it takes a quarter of the default sort, and for shuffled
    keys a third more.
    """
    keys.sort(kind="stable")
