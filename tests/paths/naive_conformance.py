"""A slow, obvious twin of the alignment: every way through the plan against every journey."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from itertools import permutations, product
from typing import NamedTuple


class Step(NamedTuple):
    """A planned touchpoint: what follows, whether it is optional, how often at most in a row.

    Those of ``together`` may come in any order; ``then`` is the same for all of them.
    """

    then: tuple[str, ...] = ()
    optional: bool = False
    most: int = 1
    together: tuple[str, ...] = ()


Plan = Mapping[str, Step]


def heads(plan: Plan, names: Iterable[str]) -> list[str]:
    """Return names, one in place of each group."""
    return list(dict.fromkeys((plan[name].together or (name,))[0] for name in names))


def firsts(plan: Plan) -> list[str]:
    """Return what nothing leads to, of each group one."""
    later = {one for step in plan.values() for one in heads(plan, step.then)}
    return [name for name in heads(plan, plan) if name not in later]


def runs(plan: Plan, name: str) -> Iterator[list[tuple[str, bool]]]:
    """Yield every way from a touchpoint to an end: what must be there, and what may be."""
    followers = heads(plan, plan[name].then)
    rest = [way for other in followers for way in runs(plan, other)] if followers else [[]]
    for order in permutations(plan[name].together or (name,)):
        for often in product(*(range(1, plan[one].most + 1) for one in order)):
            here: list[tuple[str, bool]] = []
            for one, times in zip(order, often, strict=True):
                here += [(one, plan[one].optional), *[(one, True)] * (times - 1)]
            for way in rest:
                yield [*here, *way]


def cost(path: str, way: list[tuple[str, bool]]) -> int:
    """Return the least number of letters that do not fit plus required ones that are not there."""
    table = [[0] * (len(way) + 1) for _ in range(len(path) + 1)]
    for row in range(len(path) + 1):
        for place in range(len(way) + 1):
            options = []
            if row:
                options.append(table[row - 1][place] + 1)
            if place:
                options.append(table[row][place - 1] + (not way[place - 1][1]))
            if row and place and path[row - 1] == way[place - 1][0]:
                options.append(table[row - 1][place - 1])
            table[row][place] = min(options, default=0)
    return table[-1][-1]


def least_cost(plan: Plan, path: str, *, began: bool = True, finished: bool = True) -> int:
    """Return the cost of the best way, or of the best part of a way for journeys cut off."""
    ways = [way for name in firsts(plan) for way in runs(plan, name)]
    best = len(path) + 10_000
    for way in ways:
        starts = range(len(way) + 1) if not began else [0]
        for start in starts:
            stops = range(start, len(way) + 1) if not finished else [len(way)]
            best = min(best, *(cost(path, way[start:stop]) for stop in stops))
    return best


def fewest(plan: Plan) -> int:
    """Return how many touchpoints the shortest way needs."""
    return least_cost(plan, "")
