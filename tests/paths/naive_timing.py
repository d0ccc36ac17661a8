"""Times by their definition: lists of durations, written out and summed up with `statistics`."""

from __future__ import annotations

import statistics
from collections import defaultdict
from itertools import pairwise


def seconds(duration) -> float:
    """Return a numpy duration in seconds."""
    return duration.astype(int) / 1e6


def gaps(journeys) -> dict:
    """Return all gaps of each edge, in seconds."""
    answer = defaultdict(list)
    for one in journeys:
        for place, edge in enumerate(pairwise(one.keys)):
            answer[edge] += [seconds(one.times[place + 1] - one.times[place])] * one.count
    return {edge: found for edge, found in answer.items() if found}


def idle(journeys) -> dict:
    """Return all times from a known end to the next start of each edge, in seconds."""
    answer = defaultdict(list)
    for one in journeys:
        for place, edge in enumerate(pairwise(one.keys)):
            if one.ends[place] == one.ends[place]:
                answer[edge] += [seconds(one.times[place + 1] - one.ends[place])] * one.count
    return {edge: found for edge, found in answer.items() if found}


def processing(journeys) -> dict:
    """Return all times from start to known end of each touchpoint, in seconds."""
    answer = defaultdict(list)
    for one in journeys:
        for key, start, end in zip(one.keys, one.times, one.ends, strict=True):
            if end == end:
                answer[key] += [seconds(end - start)] * one.count
    return {key: found for key, found in answer.items() if found}


def quartiles(values) -> list:
    """Return smallest, quartiles and largest; the inclusive method interpolates like R."""
    if len(values) == 1:
        return values * 5
    return [min(values), *statistics.quantiles(values, n=4, method="inclusive"), max(values)]
