"""The order of items in layers, so that few of the lines between layers cross."""

from __future__ import annotations

from bisect import bisect_right, insort
from collections import defaultdict
from collections.abc import Sequence

_SWEEPS = 12


def ordered(layers: Sequence[Sequence[int]], pieces: Sequence[tuple[int, int]]) -> list[list[int]]:
    """Return the layers in an order found by barycentres, downwards and upwards in turn.

    Parameters
    ----------
    layers
        The items of each layer.
    pieces
        Pairs of an item and one of the next layer that a line joins.
    """
    above, below = defaultdict(list), defaultdict(list)
    for upper, lower in pieces:
        above[lower].append(upper)
        below[upper].append(lower)
    now = [list(row) for row in layers]
    best, fewest = [list(row) for row in now], crossings(now, pieces)
    for sweep in range(_SWEEPS):
        down = sweep % 2 == 0
        places = range(1, len(now)) if down else range(len(now) - 2, -1, -1)
        for place in places:
            fixed = {item: n for n, item in enumerate(now[place - 1 if down else place + 1])}
            _sort(now[place], fixed, above if down else below)
        found = crossings(now, pieces)
        if found < fewest:
            best, fewest = [list(row) for row in now], found
    return best


def _sort(row: list[int], fixed: dict[int, int], joined: dict[int, list[int]]) -> None:
    """Sort a layer by the mean place of what its items are joined to; others keep their place."""
    scale = max(len(fixed), 1) / max(len(row), 1)
    keys = {}
    for place, item in enumerate(row):
        others = [fixed[one] for one in joined[item]] if item in joined else []
        keys[item] = sum(others) / len(others) if others else place * scale
    row.sort(key=keys.__getitem__)


def crossings(layers: Sequence[Sequence[int]], pieces: Sequence[tuple[int, int]]) -> int:
    """Return how many pairs of lines cross between layers.

    Examples
    --------
    >>> crossings([[0, 1], [2, 3]], [(0, 3), (1, 2)])
    1
    """
    places = {item: (row, n) for row, items in enumerate(layers) for n, item in enumerate(items)}
    between: defaultdict[int, list[tuple[int, int]]] = defaultdict(list)
    for upper, lower in pieces:
        row, place = places[upper]
        between[row].append((place, places[lower][1]))
    total = 0
    for pairs in between.values():
        seen: list[int] = []
        for _, target in sorted(pairs):
            total += len(seen) - bisect_right(seen, target)
            insort(seen, target)
    return total
