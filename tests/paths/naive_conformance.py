"""A slow, obvious twin of the alignment: every run of the plan against every journey."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from itertools import permutations, product
from typing import NamedTuple


class Planned(NamedTuple):
    """A planned touchpoint: its successors, whether it is optional, and its maximal repeats.

    The touchpoints of ``together`` may come in any order; ``then`` is the same for all of them.
    """

    then: tuple[str, ...] = ()
    optional: bool = False
    max_occurrences: int = 1
    together: tuple[str, ...] = ()


Plan = Mapping[str, Planned]


def heads(plan: Plan, names: Iterable[str]) -> list[str]:
    """Return the names, with each group replaced by its first name."""
    return list(dict.fromkeys((plan[name].together or (name,))[0] for name in names))


def firsts(plan: Plan) -> list[str]:
    """Return the first names of touchpoints and groups without predecessors."""
    later = {name for planned in plan.values() for name in heads(plan, planned.then)}
    return [name for name in heads(plan, plan) if name not in later]


def runs(plan: Plan, name: str) -> Iterator[list[tuple[str, bool]]]:
    """Yield every run from a touchpoint to an end as (touchpoint, whether it is optional)."""
    followers = heads(plan, plan[name].then)
    rest = [run for other in followers for run in runs(plan, other)] if followers else [[]]
    for order in permutations(plan[name].together or (name,)):
        for often in product(*(range(1, plan[one].max_occurrences + 1) for one in order)):
            here: list[tuple[str, bool]] = []
            for one, times in zip(order, often, strict=True):
                here += [(one, plan[one].optional), *[(one, True)] * (times - 1)]
            for run in rest:
                yield [*here, *run]


def cost(path: str, run: list[tuple[str, bool]]) -> int:
    """Return the minimal number of letters that do not fit plus required letters left out."""
    table = [[0] * (len(run) + 1) for _ in range(len(path) + 1)]
    for row in range(len(path) + 1):
        for position in range(len(run) + 1):
            options = []
            if row:
                options.append(table[row - 1][position] + 1)
            if position:
                options.append(table[row][position - 1] + (not run[position - 1][1]))
            if row and position and path[row - 1] == run[position - 1][0]:
                options.append(table[row - 1][position - 1])
            table[row][position] = min(options, default=0)
    return table[-1][-1]


def least_cost(plan: Plan, path: str, *, began: bool = True, finished: bool = True) -> int:
    """Return the cost of the best run, or of the best part of a run for journeys cut off."""
    every = [run for name in firsts(plan) for run in runs(plan, name)]
    best = len(path) + 10_000
    for run in every:
        starts = range(len(run) + 1) if not began else [0]
        for start in starts:
            stops = range(start, len(run) + 1) if not finished else [len(run)]
            best = min(best, *(cost(path, run[start:stop]) for stop in stops))
    return best


def fewest(plan: Plan) -> int:
    """Return the number of touchpoints that the shortest run requires."""
    return least_cost(plan, "")
