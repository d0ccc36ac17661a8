"""The alignment graph of a plan: nodes that journeys are aligned with."""

from __future__ import annotations

from itertools import combinations

import attrs
import numpy as np

from touchpoints._core.arrays.distances.alignment import Net
from touchpoints._core.frozen import Array
from touchpoints.graphs.plan.model import Plan


def net_of(plan: Plan, planned: Array) -> tuple[Net, list[int]]:
    """Return the alignment graph of a plan, and the planned touchpoint of each node.

    A touchpoint that may come r times in a row becomes r nodes. In an any-order group each
    touchpoint has a node for each subset of the others that may have come before it: g × 2^(g−1)
    nodes for a group of g touchpoints.

    Parameters
    ----------
    planned : int64 (k,)
        The planned touchpoint that each observed one is, as a position; -1 for none.
    """
    nodes = _Nodes(plan=plan)
    for name in plan.in_order:
        group = plan.any_order.get(plan.touchpoints[name].any_order, ())
        if not group:
            nodes.exits[name] = nodes.add(name, nodes.entries(name))
        elif name not in nodes.exits:
            nodes.add_group(group)
    planned_by_position = list(plan.touchpoints.values())
    named = [None, *(planned_by_position[position] for position in nodes.planned_of[1:])]
    final = {node for one in plan.last for node in nodes.exits[one]}
    net = Net(
        before=tuple(np.array(one, dtype=np.int64) for one in nodes.before),
        cost=np.array([int(one is not None and not one.optional) for one in named], np.int64),
        again=np.array([one is not None and one.max_occurrences is None for one in named]),
        final=np.array([node in final for node in range(len(named))]),
        match=planned[:, None] == np.array([-2, *nodes.planned_of[1:]]),
    )
    return net, nodes.planned_of


@attrs.frozen(eq=False, kw_only=True)
class _Nodes:
    """The nodes built so far: the predecessors of each node, and the last nodes of each name."""

    plan: Plan
    before: list[list[int]] = attrs.field(factory=lambda: [[]])
    planned_of: list[int] = attrs.field(factory=lambda: [-1])
    exits: dict[str, list[int]] = attrs.field(factory=dict)

    def entries(self, name: str) -> list[int]:
        """Return the nodes that lead to a touchpoint; the start node if there are none."""
        parents = [one for one, other in self.plan.touchpoints.items() if name in other.then]
        return sorted(node for one in parents for node in self.exits[one]) or [0]

    def add(self, name: str, origins: list[int]) -> list[int]:
        """Add the nodes of a touchpoint, one for each time it may come in a row."""
        first = len(self.before)
        most = self.plan.touchpoints[name].max_occurrences or 1
        self.before.append(origins)
        self.before.extend([node] for node in range(first, first + most - 1))
        position = list(self.plan.touchpoints).index(name)
        self.planned_of.extend([position] * most)
        return list(range(first, first + most))

    def add_group(self, group: tuple[str, ...]) -> None:
        """Add the nodes of an any-order group, one per touchpoint and subset of those before."""
        had: dict[frozenset[str], list[int]] = {frozenset(): self.entries(group[0])}
        for size in range(1, len(group) + 1):
            for some in combinations(group, size):
                last = {one: self.add(one, had[frozenset(some) - {one}]) for one in some}
                had[frozenset(some)] = [node for nodes in last.values() for node in nodes]
        self.exits.update(last)
