"""The lines of a wide map in pixels."""

from __future__ import annotations

from touchpoints.plot._shared.journey_map.content import Content
from touchpoints.plot._shared.journey_map.frame import Frame
from touchpoints.plot._shared.journey_map.grid import Grid
from touchpoints.plot._shared.journey_map.paths import Drawn, Head, Pen, pen
from touchpoints.plot._shared.journey_map.routes import Port, Route
from touchpoints.plot._shared.journey_map.sizes import head_length, rim_of

_BEFORE_TIP = 0.5
_BEND = 12.0


def lines_of(content: Content, grid: Grid, frame: Frame) -> list[Drawn]:
    """Return the lines of a wide map, the strongest first."""
    return [_line(content, grid, frame, route) for route in grid.routes]


def _line(content: Content, grid: Grid, frame: Frame, route: Route) -> Drawn:
    tip, start = (_edge(content, grid, frame, port) for port in (route.into, route.out))
    long = head_length(route.width)
    heads = [Head(tip=tip, direction=(-route.into.side, 0))]
    begin = start[0] - route.out.side * min(3.0, route.width / 2)
    if route.flow.both_ways:
        heads.append(Head(tip=start, direction=(-route.out.side, 0)))
        begin = start[0] + route.out.side * long
    drawn = pen((begin, start[1]), route.width)
    _walk(drawn, grid, frame, route, last=tip[1])
    base = tip[0] + route.into.side * long
    if abs(drawn.at[1] - tip[1]) > 0.1:
        drawn.straight((drawn.at[0], tip[1]))
    drawn.straight((base, tip[1]))
    return Drawn(
        flow=route.flow,
        width=route.width,
        path=" ".join(drawn.commands),
        pieces=tuple(drawn.pieces),
        heads=tuple(heads),
    )


def _edge(content: Content, grid: Grid, frame: Frame, port: Port) -> tuple[float, float]:
    """Return where a line meets the edge of a touchpoint."""
    node = port.node
    rim = rim_of(content.nodes[node], grid.diameters[node], port.offset)
    return frame.x[node] + port.side * (rim + _BEFORE_TIP), frame.y[node] + port.offset


def _walk(drawn: Pen, grid: Grid, frame: Frame, route: Route, *, last: float) -> None:
    """Go through the gutters of a line, to the level of its end."""
    enters = 1 if route.direction >= 0 else -1
    leaves = -enters if route.kind == "bracket" else enters
    for place, upright in enumerate(route.uprights):
        gutter = grid.gutters[upright.gutter]
        inside = gutter / 2 if upright.offset is None else upright.offset
        level = last
        if place + 1 < len(route.uprights):
            level = frame.channel_tops[route.channel] + route.depth
        x = grid.left(upright.gutter) + inside
        bend = min(_BEND, gutter / 2 - 1)
        drawn.turn(x, level, enters=enters, leaves=leaves, bend=bend)
