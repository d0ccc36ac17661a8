"""The rows of a wide map: touchpoints are near those that they are connected with."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence

from touchpoints.plot._shared.journey_map.content import Content
from touchpoints.plot._shared.journey_map.flows import Line

_SWEEPS = 6


class RowPlan:
    """Where the touchpoints of each lane and column stand, one below the other.

    Attributes
    ----------
    of_lane : list of int
        The number of rows of each lane.
    first : list of int
        The first row of each lane.
    row : list of int
        The row of each touchpoint.
    """

    def __init__(self, content: Content, column: Sequence[int]) -> None:
        self._nodes = content.nodes
        self._stacks: defaultdict[tuple[int, int], list[int]] = defaultdict(list)
        order = sorted(range(len(self._nodes)), key=lambda one: (self._nodes[one].position, one))
        for place in order:
            self._stacks[self._nodes[place].lane, column[place]].append(place)
        self.of_lane = [1] * len(content.lanes)
        for (lane, _), stack in self._stacks.items():
            self.of_lane[lane] = max(self.of_lane[lane], len(stack))
        self.first = [sum(self.of_lane[:lane]) for lane in range(len(self.of_lane))]
        self.row = [0] * len(self._nodes)

    def place(self, lines: Sequence[Line]) -> None:
        """Sort each stack by the mean row of its neighbours, weighted by flow, six times."""
        neighbours: defaultdict[int, list[tuple[int, int]]] = defaultdict(list)
        for line in lines:
            flow = line.flow
            neighbours[flow.source].append((flow.target, flow.steps))
            neighbours[flow.target].append((flow.source, flow.steps))
        wanted: dict[int, float] = {}
        self._settle(wanted)
        for _ in range(_SWEEPS):
            for place, near in neighbours.items():
                weight = sum(steps for _, steps in near)
                wanted[place] = sum(self.row[one] * steps for one, steps in near) / weight
            for stack in self._stacks.values():
                stack.sort(key=lambda one: self._order(one, wanted))
            self._settle(wanted)

    def _order(self, place: int, wanted: dict[int, float]) -> tuple[float, float, str]:
        node = self._nodes[place]
        return wanted.get(place, float(self.row[place])), node.position, node.key

    def _settle(self, wanted: dict[int, float]) -> None:
        """Give each touchpoint of a stack the free row nearest to the wanted one."""
        for (lane, _), stack in self._stacks.items():
            rows = self.of_lane[lane]
            top = 0
            for place, node in enumerate(stack):
                if rows > len(stack) and node in wanted:
                    last = rows - (len(stack) - place)
                    top = min(max(top, round(wanted[node]) - self.first[lane]), last)
                self.row[node] = self.first[lane] + top
                top += 1
