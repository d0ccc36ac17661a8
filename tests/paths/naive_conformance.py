"""A slow, obvious twin of the alignment: every way through the plan against every journey."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import NamedTuple


class Step(NamedTuple):
    """A planned touchpoint: what follows, whether it is optional, how often at most in a row."""

    then: tuple[str, ...] = ()
    optional: bool = False
    most: int = 1


Plan = Mapping[str, Step]


def firsts(plan: Plan) -> list[str]:
    """Return what nothing leads to."""
    later = {name for step in plan.values() for name in step.then}
    return [name for name in plan if name not in later]


def runs(plan: Plan, name: str) -> Iterator[list[tuple[str, bool]]]:
    """Yield every way from a touchpoint to an end: what must be there, and what may be."""
    rest = (
        [[]]
        if not plan[name].then
        else [way for other in plan[name].then for way in runs(plan, other)]
    )
    for way in rest:
        for often in range(1, plan[name].most + 1):
            again = [(name, True)] * (often - 1)
            yield [(name, plan[name].optional), *again, *way]


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
