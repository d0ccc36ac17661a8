"""Start and end times of rows, and durations of segments."""

from __future__ import annotations

import numpy as np

from touchpoints._core.arrays.segments import lengths_of
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
