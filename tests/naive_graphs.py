"""Slow, obvious twins of the graphs: dicts and lists, nothing else."""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Callable, Sequence
from itertools import pairwise
from typing import Any

from touchpoints.journeys.model import Journeys

Edge = tuple[str, str]
Way = Callable[[int, list[str]], str]


def keys_of(journeys: Journeys) -> list[list[str]]:
    """Return the keys of each journey."""
    return [list(one.keys) for one in journeys]


def usual_end(journeys: Journeys) -> Way:
    """Return where a journey goes at its end."""
    return lambda place, _: "(end)" if journeys.finished[place] else "(open)"


def outcome_end(journeys: Journeys, outcome: str) -> Way:
    """Return where a journey goes by its outcome."""

    def end(place: int, _: list[str]) -> str:
        reached = journeys.outcomes[outcome][place]
        if reached == 1:
            return f"({outcome})"
        return f"(no {outcome})" if reached == 0 and journeys.finished[place] else "(open)"

    return end


def states_of(keys: Sequence[str], order: int) -> list[str]:
    """Return the last few keys at each place, joined."""
    if order == 1:
        return list(keys)
    escaped = [key.replace(">", "%3E") for key in keys]
    return [
        " > ".join(escaped[max(0, place - order + 1) : place + 1]) for place in range(len(keys))
    ]


def flow(journeys: Journeys, end: Way, *, order: int = 1) -> Counter[Edge]:
    """Count each step, terminals included; journeys of count 0 take none."""
    counted: Counter[Edge] = Counter()
    for place, keys in enumerate(keys_of(journeys)):
        nodes = states_of(keys, order)
        if journeys.began[place]:
            nodes = ["(start)", *nodes]
        if nodes:
            nodes = [*nodes, end(place, keys)]
        for step in pairwise(nodes):
            counted[step] += int(journeys.counts[place])
    return +counted


def probabilities(counted: Counter[Edge]) -> dict[Edge, float]:
    """Return the share each edge has of what leaves its source."""
    leaving: Counter[str] = Counter()
    for (source, _), weight in counted.items():
        leaving[source] += weight
    return {edge: weight / leaving[edge[0]] for edge, weight in counted.items()}


def distance(share: float) -> float:
    """Return minus the logarithm of a share, never minus zero."""
    return 0.0 if share == 1 else -math.log(share)


def gap_medians(journeys: Journeys) -> dict[Edge, float]:
    """Return the median seconds between the two touchpoints of each edge, each count a repeat."""
    found: defaultdict[Edge, list[float]] = defaultdict(list)
    for one in journeys:
        stamps = [] if one.times is None else one.times.astype(int).tolist()
        for place in range(len(stamps) - 1):
            seconds = (stamps[place + 1] - stamps[place]) / 1e6
            found[one.keys[place], one.keys[place + 1]] += [seconds] * one.count
    return {edge: middle(gaps) for edge, gaps in found.items() if gaps}


def middle(values: list[float]) -> float:
    """Return the middle value, or the mean of the middle two."""
    ordered = sorted(values)
    half = len(ordered) // 2
    return ordered[half] if len(ordered) % 2 else (ordered[half - 1] + ordered[half]) / 2


def visits(journeys: Journeys, *, order: int = 1) -> Counter[str]:
    """Count how often each state is visited."""
    counted: Counter[str] = Counter()
    for place, keys in enumerate(keys_of(journeys)):
        for state in states_of(keys, order):
            counted[state] += int(journeys.counts[place])
    return +counted


def visitors(journeys: Journeys) -> Counter[str]:
    """Count in how many journeys each touchpoint occurs."""
    counted: Counter[str] = Counter()
    for place, keys in enumerate(keys_of(journeys)):
        for key in set(keys):
            counted[key] += int(journeys.counts[place])
    return +counted


def observed(journeys: Journeys, column: str) -> dict[str, float]:
    """Return in which share of its visits the facet of each touchpoint was observed."""
    seen: Counter[str] = Counter()
    values: list[Any] = journeys.per_interaction[column].tolist()
    row = 0
    for place, keys in enumerate(keys_of(journeys)):
        for key in keys:
            seen[key] += int(journeys.counts[place]) * (values[row] >= 2)
            row += 1
    return {key: seen[key] / count for key, count in visits(journeys).items()}
