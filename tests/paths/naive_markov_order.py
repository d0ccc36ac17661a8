"""Markov orders by their definitions: every journey written out, contexts as tuples."""

from __future__ import annotations

import math
from collections import Counter, defaultdict

END = "(end)"


def transitions(journeys, most):
    """Yield (touchpoints before, next touchpoint) of every transition of every real journey."""
    for position, journey in enumerate(journeys):
        for _ in range(journey.count):
            keys = [*journey.keys, *([END] if journeys.finished[position] else [])]
            for nth, key in enumerate(keys):
                if journeys.began[position] or nth >= most:
                    yield tuple(keys[:nth]), key


def context(before, order):
    """Return the last touchpoints, with the beginning of the journey if there are fewer."""
    return (
        before[-order:]
        if order and len(before) >= order
        else (("(start)", *before) if order else ())
    )


def fitted(journeys, most):
    """Return (contexts, parameters, log-likelihood) of each order from 0."""
    every = list(transitions(journeys, most))
    follows = defaultdict(set)
    for before, key in every:
        follows[context(before, 1)[-1]].add(key)
    answer = []
    for order in range(most + 1):
        counted = defaultdict(Counter)
        for before, key in every:
            counted[context(before, order)][key] += 1
        likelihood = sum(
            count * math.log(count / sum(nexts.values()))
            for nexts in counted.values()
            for count in nexts.values()
        )
        free = (
            sum(len(follows[one[-1]]) - 1 for one in counted)
            if order
            else len({key for _, key in every}) - 1
        )
        answer.append((len(counted), max(free, 0), likelihood))
    return answer


def loss(train, test, order, symbols):
    """Return the log-loss in bits per test transition, backing off from order to order."""

    def chance(before, key, level):
        if level < 0:
            return 1 / symbols
        seen = [nxt for past, nxt in train if context(past, level) == context(before, level)]
        short = [
            nxt for past, nxt in train if context(past, level - 1) == context(before, level - 1)
        ]
        if level and len(seen) == len(short):
            return chance(before, key, level - 1)
        return (seen.count(key) + chance(before, key, level - 1)) / (len(seen) + 1)

    return -sum(math.log2(chance(before, key, order)) for before, key in test) / len(test)
