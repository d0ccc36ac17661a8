"""Order sensitivity by its definition: every order of every tie, all edges counted."""

from __future__ import annotations

import itertools
from collections import Counter


def orders(one):
    """Yield the keys of a journey in every order that its times allow."""
    pairs = zip(one.times.tolist(), one.keys, strict=True)
    blocks = [
        [key for _, key in block] for _, block in itertools.groupby(pairs, lambda pair: pair[0])
    ]
    choices = [set(itertools.permutations(block)) for block in blocks]
    for chosen in itertools.product(*choices):
        yield [key for block in chosen for key in block]


def edges_of(journeys, position, keys) -> Counter:
    """Return the transition counts of a journey with these keys, terminals included."""
    begins = ["(start)"] if journeys.began[position] else []
    ends = ["(end)" if journeys.finished[position] else "(open)"]
    return Counter(itertools.pairwise([*begins, *keys, *ends]))


def bounds(journeys) -> dict:
    """Return {edge: (count, lowest, highest)}."""
    lowest, highest, count = Counter(), Counter(), Counter()
    for position, one in enumerate(journeys):
        found = [edges_of(journeys, position, keys) for keys in orders(one)]
        for edge in {edge for steps in found for edge in steps}:
            lowest[edge] += one.count * min(steps[edge] for steps in found)
            highest[edge] += one.count * max(steps[edge] for steps in found)
        for edge, number in edges_of(journeys, position, one.keys).items():
            count[edge] += one.count * number
    return {
        edge: (count[edge], lowest[edge], most) for edge, most in sorted(highest.items()) if most
    }
