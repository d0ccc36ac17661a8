"""Interactions that two sources record: by their id, or by person, touchpoint and time."""

from __future__ import annotations

import numpy as np

from touchpoints._core.arrays import segments
from touchpoints._core.frozen import Array, Coded


def repeated_ids(ids: Coded | Array, persons: Array) -> tuple[Array, int]:
    """Return which rows have an event id that an earlier row of the same person has.

    Also return the number of rows whose id belongs to a row of another person: they are none.
    """
    codes = ids.codes if isinstance(ids, Coded) else _coded(ids)
    known = codes >= 0
    first_of = np.unique(codes[known], return_index=True)
    rows = np.flatnonzero(known)
    first = np.full(len(codes), -1, dtype=np.int64)
    first[rows] = rows[first_of[1]][np.searchsorted(first_of[0], codes[rows])]
    later = known & (first != np.arange(len(codes)))
    # Of several persons under one id, each keeps its first row.
    pairs = codes[known].astype(np.int64) * (int(persons.max(initial=0)) + 1) + persons[known]
    again = np.ones(len(pairs), dtype=bool)
    again[np.unique(pairs, return_index=True)[1]] = False
    repeats = np.zeros(len(codes), dtype=bool)
    repeats[rows] = again
    return repeats, int(np.count_nonzero(later & ~repeats))


def _coded(values: Array) -> Array:
    missing = values != values if values.dtype.kind in "fM" else np.zeros(len(values), dtype=bool)
    codes = np.unique(values, return_inverse=True)[1].astype(np.int64)
    codes[missing] = -1
    return codes


def repeated_within(
    offsets: Array, codes: Array, times: Array, sources: Array, *, window: int
) -> Array:
    """Return which interactions another source recorded at most ``window`` before, bool (m,).

    In order of time, an interaction is a repeat if one of the same journey and touchpoint, from
    another source, was kept at most ``window`` microseconds earlier.
    """
    owners = segments.owners_of(offsets)
    order = np.lexsort((np.arange(len(codes)), codes, owners))
    near = np.zeros(len(order), dtype=bool)
    near[1:] = (
        (owners[order][1:] == owners[order][:-1])
        & (codes[order][1:] == codes[order][:-1])
        & (np.diff(times[order]) <= window)
    )
    # Runs of neighbours in time; only those in which sources differ can hold repeats.
    starts = np.flatnonzero(~near)
    sizes = np.diff(np.append(starts, len(order)))
    here = sources[order]
    repeats = np.zeros(len(order), dtype=bool)
    if not len(order):
        return repeats
    several = np.minimum.reduceat(here, starts) != np.maximum.reduceat(here, starts)
    of_two = several & (sizes == len("ab"))
    repeats[order[starts[of_two] + 1]] = True
    for start, size in zip(
        starts[several & ~of_two].tolist(), sizes[several & ~of_two].tolist(), strict=True
    ):
        run = order[start : start + size]
        repeats[run] = _repeats(times[run].tolist(), sources[run].tolist(), window)
    return repeats


def _repeats(times: list[int], sources: list[int], window: int) -> list[bool]:
    """Return the repeats in one run of a touchpoint, in order of time."""
    latest: dict[int, int] = {}  # the time of the latest kept interaction of each source
    found = []
    for time, source in zip(times, sources, strict=True):
        repeat = any(one != source and time - at <= window for one, at in latest.items())
        found.append(repeat)
        if not repeat:
            latest[source] = time
    return found
