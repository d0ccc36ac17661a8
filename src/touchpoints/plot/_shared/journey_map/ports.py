"""Where lines meet touchpoints, so that they neither cross there nor reach over."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence

import attrs

from touchpoints.plot._shared.journey_map.routes import Port, Route, Upright

_GAP = 1.5
_OF_DIAMETER = 0.8
_LEAST_ROOM = 5.0


@attrs.frozen
class _Meeting:
    """A line at one of its ends: the level that it comes from or goes to, and where it turns."""

    port: Port
    route: Route
    level: float
    turn: tuple[int, float]
    other: str


def place_ports(routes: Sequence[Route], row: Sequence[int], diameters: Sequence[float]) -> None:
    """Place the ports of lines.

    On each side of a touchpoint, lines that go up are above those that are level, and those above
    the ones that go down; what turns sooner is further from the middle, so that no line crosses
    another where they leave.
    """
    sides: defaultdict[tuple[int, int], list[_Meeting]] = defaultdict(list)
    for route in routes:
        for meeting in _meetings(route):
            sides[meeting.port.node, meeting.port.side].append(meeting)
    for (node, _), meetings in sides.items():
        _spread(_sorted(meetings, row[node]), diameters[node])


def _meetings(route: Route) -> tuple[_Meeting, _Meeting]:
    first, last = route.uprights[0], route.uprights[-1]
    leaves, arrives = (_turn(route.out, first), _turn(route.into, last))
    return (
        _Meeting(route.out, route, first.end, leaves, route.flow.names[1]),
        _Meeting(route.into, route, last.start, arrives, route.flow.names[0]),
    )


def _turn(port: Port, upright: Upright) -> tuple[int, float]:
    """Return how far from a touchpoint a line turns: in gutters, then in pixels."""
    return port.side * upright.gutter, port.side * (upright.offset or 0.0)


def _sorted(meetings: Sequence[_Meeting], level: float) -> list[_Meeting]:
    """Return the lines of a side from the upper to the lower one."""
    up = [one for one in meetings if one.level < level]
    middle = [one for one in meetings if one.level == level]
    down = [one for one in meetings if one.level > level]
    up.sort(key=lambda one: (one.turn, one.level, one.other))
    middle.sort(key=lambda one: one.other)
    down.sort(key=lambda one: (one.turn, -one.level, one.other), reverse=True)
    return [*up, *middle, *down]


def _spread(meetings: Sequence[_Meeting], diameter: float) -> None:
    widths = [one.route.width + _GAP for one in meetings]
    total = sum(widths)
    scale = min(1.0, max(_LEAST_ROOM, _OF_DIAMETER * diameter) / total)
    edge = -total * scale / 2
    for one, width in zip(meetings, widths, strict=True):
        one.port.offset = edge + width * scale / 2
        edge += width * scale
