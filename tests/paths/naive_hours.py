"""Opening hours by their definition: every opening of every day, cut to the interval."""

from __future__ import annotations

import datetime as dt
from itertools import pairwise

import attrs
import numpy as np

import touchpoints as tp

OFFICE = tp.OpeningHours(
    week={"mon-fri": "09:00-17:00", "sat": ["10:00-12:00", "16:00-18:00"]}, holidays=["2026-01-06"]
)
SPANS = {5: [(10, 12), (16, 18)], 6: []}


def open_seconds(start, end) -> float:
    """Return for how many seconds the office is open from one time to another, as written."""
    first, last = (one.astype("datetime64[us]").item() for one in (start, end))
    day, total = first.date(), 0.0
    while day <= last.date():
        if day != dt.date(2026, 1, 6):
            for low, high in SPANS.get(day.weekday(), [(9, 17)]):
                begin = max(dt.datetime.combine(day, dt.time(low)), first)
                stop = min(dt.datetime.combine(day, dt.time(high)), last)
                total += max((stop - begin).total_seconds(), 0.0)
        day += dt.timedelta(days=1)
    return total


def signed(start, end) -> float:
    """Return open seconds, negative where the end is before the start."""
    return open_seconds(start, end) if start <= end else -open_seconds(end, start)


def as_written(journeys):
    """Return journeys whose times are as written, in no zone."""
    return attrs.evolve(journeys, meta=attrs.evolve(journeys.meta, timezone=None))


def gaps(journeys) -> dict:
    """Return all open gaps of each edge."""
    answer: dict = {}
    for one in journeys:
        for edge, (start, end) in zip(pairwise(one.keys), pairwise(one.times), strict=True):
            answer.setdefault(edge, []).extend([open_seconds(start, end)] * one.count)
    return {edge: found for edge, found in answer.items() if found}


def idle(journeys) -> dict:
    """Return all open times from a known end to the next start of each edge."""
    answer: dict = {}
    for one in journeys:
        for place, edge in enumerate(pairwise(one.keys)):
            if not np.isnat(one.ends[place]):
                spent = signed(one.ends[place], one.times[place + 1])
                answer.setdefault(edge, []).extend([spent] * one.count)
    return {edge: found for edge, found in answer.items() if found}


def processing(journeys) -> dict:
    """Return all open times from start to known end of each touchpoint."""
    answer: dict = {}
    for one in journeys:
        for key, start, end in zip(one.keys, one.times, one.ends, strict=True):
            if not np.isnat(end):
                answer.setdefault(key, []).extend([open_seconds(start, end)] * one.count)
    return {key: found for key, found in answer.items() if found}


def active(one, seconds) -> float:
    """Return for how long something is going on: stretch by stretch between all starts and ends."""
    moments = sorted({*one.times, *one.ends})
    total = 0.0
    for low, high in pairwise(moments):
        if any(
            start <= low and high <= end for start, end in zip(one.times, one.ends, strict=True)
        ):
            total += seconds(low, high)
    return total
