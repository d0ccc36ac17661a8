"""Times by their definition: lists of durations, written out and summed up with `statistics`."""

from __future__ import annotations

import re
import statistics
from collections import defaultdict
from itertools import pairwise
from typing import NamedTuple

import numpy as np


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


class Spot(NamedTuple):
    """A place said twice: for the library, and as a regular expression over letters.

    Without an occurrence it is no anchor.
    """

    place: object
    regex: str
    occurrence: str = ""
    at: str = "start"
    offset: object = 0


def spans(one, spot: Spot) -> list:
    """Return first and last place of each occurrence in a journey of single letters."""
    found = [match.span() for match in re.finditer(spot.regex, "".join(one.keys))]
    found = [(low, high - 1) for low, high in found if high > low]
    if not spot.occurrence:
        return found
    places = [span[spot.at == "end"] for span in found]
    places = {"first": places[:1], "last": places[-1:], "all": places}[spot.occurrence]
    moved = [_moved(one, place, spot.offset) for place in places]
    return [(place, place) for place in moved if 0 <= place < len(one)]


def _moved(one, place: int, offset) -> int:
    if isinstance(offset, int):
        return place + offset
    wanted = one.times[place] + np.timedelta64(offset)
    return next((later for later, time in enumerate(one.times) if time >= wanted), len(one))


def between(journeys, start: Spot, end: Spot, *, idle: bool = False) -> dict:
    """Return the durations from each start to the end behind it, and how many starts lack one."""
    answer = {"values": [], "without_end": 0, "unreached": 0, "open": 0}
    for one, finished in zip(journeys, journeys.finished, strict=True):
        starts = sorted({last for _, last in spans(one, start)})
        for place in starts if start.occurrence else starts[:1]:
            behind = [last for first, last in spans(one, end) if first > place]
            if not behind:
                answer["unreached" if finished else "open"] += one.count
            elif idle and one.ends[place] != one.ends[place]:
                answer["without_end"] += one.count
            else:
                left = one.ends[place] if idle else one.times[place]
                answer["values"] += [seconds(one.times[min(behind)] - left)] * one.count
    return answer
