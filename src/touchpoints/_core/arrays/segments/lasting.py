"""Start and end times of rows, and durations of segments."""

from __future__ import annotations

import numpy as np

from touchpoints._core.arrays.segments import lengths_of, owners_of, sum_by_segment
from touchpoints._core.frozen import Array

UNKNOWN = np.iinfo(np.int64).min


def stamps_of(times: Array, ends: Array | None) -> tuple[Array, Array]:
    """Return start and end times in microseconds, int64 (m,) each; `UNKNOWN` for no end time."""
    stamps = times.view(np.int64)
    return stamps, np.full(len(stamps), UNKNOWN) if ends is None else ends.view(np.int64)


def lasting(stamps: Array, ends: Array, offsets: Array) -> Array:
    """Return the duration of each segment, int64 (n,): first start to last end; 0 without rows."""
    lasted = np.zeros(len(offsets) - 1, dtype=np.int64)
    filled = np.flatnonzero(lengths_of(offsets))
    if len(filled):
        first = offsets[:-1][filled]
        lasted[filled] = np.maximum.reduceat(np.maximum(stamps, ends), first) - stamps[first]
    return lasted


def united(stamps: Array, ends: Array, offsets: Array) -> Array:
    """Return the length of the union of the intervals of each segment, int64 (n,).

    Parameters
    ----------
    stamps : int64 (m,)
        Non-decreasing within each segment.
    ends : int64 (m,)
        `UNKNOWN` counts as the start.
    """
    stops = np.maximum(stamps, ends)
    fresh = stops - np.maximum(stamps, latest_before(stops, offsets))
    return sum_by_segment(np.maximum(fresh, 0), offsets)


def latest_before(values: Array, offsets: Array) -> Array:
    """Return the largest value of the rows before each row of its segment, or `UNKNOWN`.

    O(m log l) for segments of at most l rows.
    """
    largest = values.copy()
    place = np.arange(len(values)) - offsets[:-1][owners_of(offsets)]
    rows, step = np.flatnonzero(place), 1
    while len(rows):
        largest[rows] = np.maximum(largest[rows], largest[rows - step])
        step *= 2
        rows = rows[place[rows] >= step]
    before = np.full(len(values), UNKNOWN)
    later = np.flatnonzero(place)
    before[later] = largest[later - 1]
    return before
