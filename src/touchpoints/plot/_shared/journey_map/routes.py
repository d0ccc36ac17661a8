"""The ways of lines on a wide map, in gutters between columns and channels between rows.

Gutter ``g`` lies left of column ``g``; channel ``h`` lies above row ``h``. The level of a row is
its number, that of a channel half a row less: no line passes where a touchpoint or its label is.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

import attrs

from touchpoints.plot._shared.journey_map.flows import Flow, Line

Cell = tuple[int, int]
"""A row and a column."""
Kind = Literal["bracket", "next", "source row", "target row", "channel"]
_LOAD = 0.12
_OUTERMOST = 0.3


@attrs.define(kw_only=True, eq=False)
class Upright:
    """The part of a line that goes up or down in a gutter, from one level to another.

    ``offset`` is where it is in the gutter, in pixels from its left edge; None where the two levels
    are one.
    """

    gutter: int
    start: float
    end: float
    offset: float | None = None


@attrs.define(kw_only=True, eq=False)
class Port:
    """Where a line meets a touchpoint: at which side, and how far below the middle.

    The side is -1 at the left and 1 at the right.
    """

    node: int
    side: int
    offset: float = 0.0


@attrs.define(kw_only=True, eq=False)
class Route:
    """The way of a line.

    Attributes
    ----------
    flow, backbone : object
        What the line stands for.
    width : float
        How wide it is drawn.
    kind : str
        Which way it goes.
    direction : int
        1 to the right, -1 to the left, 0 within a column.
    channel : int
        The channel that it takes; -1 for none.
    depth : float
        How far below the upper edge of the channel it is.
    uprights : list
        Its parts in gutters, in order.
    out, into : Port
        Where it begins and ends.
    """

    flow: Flow
    backbone: bool
    width: float
    kind: Kind
    direction: int
    channel: int
    uprights: list[Upright]
    out: Port
    into: Port
    depth: float = 0.0


def routes_of(
    lines: Sequence[Line], column: Sequence[int], row: Sequence[int], *, widest: float, rows: int
) -> list[Route]:
    """Return the ways of lines, the strongest first."""
    holders = dict.fromkeys(zip(row, column, strict=True), -1)
    load = [0] * (rows + 1)
    strongest = max((line.flow.steps for line in lines), default=1)
    found = []
    for line in lines:
        source, target = line.flow.ends
        cells = (row[source], column[source]), (row[target], column[target])
        kind = _kind(cells, line.flow.ends, holders)
        channel = _channel(cells[0][0], cells[1][0], load) if kind == "channel" else -1
        if channel >= 0:
            load[channel] += 1
        direction = (cells[1][1] > cells[0][1]) - (cells[1][1] < cells[0][1])
        found.append(
            Route(
                flow=line.flow,
                backbone=line.backbone,
                width=max(1.0, widest * line.flow.steps / strongest),
                kind=kind,
                direction=direction,
                channel=channel,
                uprights=_uprights(*cells, kind, channel),
                out=Port(node=source, side=1 if direction >= 0 else -1),
                into=Port(node=target, side=-1 if direction > 0 else 1),
            )
        )
    return found


def _kind(cells: tuple[Cell, Cell], ends: tuple[int, int], holders: dict[Cell, int]) -> Kind:
    """Return which way a line goes between two cells.

    ``holders`` says of every cell that is not free whose lines run through it: those of one
    touchpoint, which keep apart, or of none (-1), because a touchpoint is there.
    """
    (source, first), (target, last) = cells
    left, right = sorted((first, last))
    if left == right:
        return "bracket"
    if right - left == 1:
        return "next"
    rows: tuple[tuple[Kind, int, int], ...] = (
        ("source row", source, ends[0]),
        ("target row", target, ends[1]),
    )
    for kind, row, node in rows:
        between = [(row, column) for column in range(left + 1, right)]
        if all(holders.get(cell, node) == node for cell in between):
            holders.update(dict.fromkeys(between, node))
            return kind
    return "channel"


def _channel(source: int, target: int, load: Sequence[int]) -> int:
    """Return the channel with the least detour between two rows, and little in it."""
    last = len(load) - 1

    def cost(channel: int) -> float:
        detour = abs(channel - 0.5 - source) + abs(channel - 0.5 - target)
        return detour + _LOAD * load[channel] + (_OUTERMOST if channel in (0, last) else 0)

    return min(range(len(load)), key=lambda channel: (cost(channel), channel))


def _uprights(source: Cell, target: Cell, kind: Kind, channel: int) -> list[Upright]:
    (row, column), (last_row, last_column) = source, target
    leaves = column + 1 if last_column >= column else column
    arrives = last_column if last_column > column else last_column + 1
    if kind == "source row":
        return [Upright(gutter=arrives, start=row, end=last_row)]
    if kind == "channel":
        level = channel - 0.5
        return [
            Upright(gutter=leaves, start=row, end=level),
            Upright(gutter=arrives, start=level, end=last_row),
        ]
    return [Upright(gutter=leaves, start=row, end=last_row)]
