"""Times by their definition: lists of durations, summarised with `statistics`."""

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
        for position, edge in enumerate(pairwise(one.keys)):
            answer[edge] += [seconds(one.times[position + 1] - one.times[position])] * one.count
    return {edge: found for edge, found in answer.items() if found}


def idle(journeys) -> dict:
    """Return all times from a known end to the next start of each edge, in seconds."""
    answer = defaultdict(list)
    for one in journeys:
        for position, edge in enumerate(pairwise(one.keys)):
            if one.ends[position] == one.ends[position]:
                answer[edge] += [seconds(one.times[position + 1] - one.ends[position])] * one.count
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
    """A place in two notations: for the library, and as a regular expression over letters.

    Without an occurrence it is not an anchor.
    """

    place: object
    regex: str
    occurrence: str = ""
    at: str = "start"
    offset: object = 0


def spans(one, spot: Spot) -> list:
    """Return the first and last position of each occurrence in a journey of single letters."""
    found = [match.span() for match in re.finditer(spot.regex, "".join(one.keys))]
    found = [(low, high - 1) for low, high in found if high > low]
    if not spot.occurrence:
        return found
    positions = [span[spot.at == "end"] for span in found]
    positions = {"first": positions[:1], "last": positions[-1:], "all": positions}[spot.occurrence]
    moved = [_moved(one, position, spot.offset) for position in positions]
    return [(position, position) for position in moved if 0 <= position < len(one)]


def _moved(one, position: int, offset) -> int:
    if isinstance(offset, int):
        return position + offset
    wanted = one.times[position] + np.timedelta64(offset)
    return next((later for later, time in enumerate(one.times) if time >= wanted), len(one))


def between(journeys, start: Spot, end: Spot, *, idle: bool = False) -> dict:
    """Return the durations from each start to the end after it, and how many starts lack an end."""
    answer = {"values": [], "without_end": 0, "unreached": 0, "open": 0}
    for one, finished in zip(journeys, journeys.finished, strict=True):
        starts = sorted({last for _, last in spans(one, start)})
        for position in starts if start.occurrence else starts[:1]:
            after = [last for first, last in spans(one, end) if first > position]
            if not after:
                answer["unreached" if finished else "open"] += one.count
            elif idle and one.ends[position] != one.ends[position]:
                answer["without_end"] += one.count
            else:
                left = one.ends[position] if idle else one.times[position]
                answer["values"] += [seconds(one.times[min(after)] - left)] * one.count
    return answer
