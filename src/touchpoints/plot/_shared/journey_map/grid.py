"""The grid of a wide map: columns, rows, and lines, such that every label has room."""

from __future__ import annotations

import math

import attrs

from touchpoints.plot._shared.journey_map.columns import columns_of_nodes, columns_of_stages
from touchpoints.plot._shared.journey_map.content import Content
from touchpoints.plot._shared.journey_map.flows import Pair, chosen
from touchpoints.plot._shared.journey_map.ports import place_ports
from touchpoints.plot._shared.journey_map.routes import Route, routes_of
from touchpoints.plot._shared.journey_map.rows import RowPlan
from touchpoints.plot._shared.journey_map.sizes import Scale, diameters_of, scale_of
from touchpoints.plot._shared.journey_map.tracks import LEAST_GUTTER, channels_of, gutters_of
from touchpoints.plot._shared.text_widths import text_width

LANE = 118.0
"""The width of the names of lanes."""
RIGHT = 8.0
LEAST_LABEL = 84.0
_LONGEST_WORD = 112.0
_MOST_LABEL = 150.0
_MOST_EXTRA = 110.0
_MOST_FIRST = 24.0
_FEW = 15
_FOR_ORDER = 165.0
_THINNER = 0.88
_FEWER = 2
_FAR_MORE = 1.1


@attrs.frozen(kw_only=True, eq=False)
class Grid:
    """Where touchpoints and lines are, by number of column, row, gutter and channel.

    Attributes
    ----------
    scale, diameters : object
        Sizes.
    stage_columns, column, row : list of int
        The columns of each stage, and the column and row of each touchpoint.
    lane_rows : list of int
        The rows of each lane.
    routes : list of Route
        The lines, with their places in gutters, in channels, and at touchpoints.
    gutters, channels : list of float
        How wide gutters and how high channels are.
    label : float
        How wide labels may be, which is how wide columns are.
    """

    scale: Scale
    diameters: list[float]
    stage_columns: list[int]
    column: list[int]
    row: list[int]
    lane_rows: list[int]
    routes: list[Route]
    gutters: list[float]
    channels: list[float]
    label: float

    def left(self, column: int) -> float:
        """Return where the gutter left of a column begins; that after the last one ends."""
        return LANE + sum(self.gutters[:column]) + column * self.label

    def middle(self, column: int) -> float:
        """Return the middle of a column."""
        return self.left(column) + self.gutters[column] + self.label / 2

    @property
    def right(self) -> float:
        """Where the last gutter ends."""
        return self.left(len(self.gutters) - 1) + self.gutters[-1]

    def stage_span(self, stage: int) -> tuple[float, float]:
        """Return the left and right edge of a stage."""
        first = sum(self.stage_columns[:stage])
        last = first + self.stage_columns[stage]
        return self._border(first), self._border(last)

    def _border(self, column: int) -> float:
        if column == 0:
            return LANE + 2
        if column == len(self.gutters) - 1:
            return self.right
        return self.left(column) + self.gutters[column] / 2


def needs_room(content: Content, width: float) -> bool:
    """Return whether there are too many stages for a map of this width."""
    inner = width - LANE - RIGHT
    return inner / max(1, len(content.stages)) < LEAST_LABEL + LEAST_GUTTER


@attrs.frozen(kw_only=True, eq=False)
class _Trial:
    """A grid with so many columns: lines in gutters that leave room for labels."""

    stage_columns: list[int]
    column: list[int]
    plan: RowPlan
    routes: list[Route]
    gutters: list[float]
    label: float
    complete: bool

    @property
    def steps(self) -> int:
        """The steps that its lines carry."""
        return sum(route.flow.steps for route in self.routes)


def grid_of(content: Content, width: float) -> Grid:
    """Return the grid: lines are thinned, or left out, until every label has room.

    Where lines are left out, up to two columns less are tried, and taken where the lines then carry
    far more steps: wider gutters for higher lanes.
    """
    inner, scale = width - LANE - RIGHT, scale_of(len(content.nodes))
    best = _tried(content, inner, scale, fewer=0)
    for fewer in range(1, _FEWER + 1):
        if best.complete:
            break
        other = _tried(content, inner, scale, fewer=fewer)
        if other.steps >= _FAR_MORE * best.steps:
            best = other
    diameters = diameters_of(content.nodes, scale.diameter)
    place_ports(best.routes, best.plan.row, diameters)
    label, gutters = _widened(best.label, best.gutters, inner)
    return Grid(
        scale=scale,
        diameters=diameters,
        stage_columns=best.stage_columns,
        column=best.column,
        row=list(best.plan.row),
        lane_rows=best.plan.of_lane,
        routes=best.routes,
        gutters=gutters,
        channels=channels_of(best.routes, best.column, sum(best.plan.of_lane)),
        label=label,
    )


def _tried(content: Content, inner: float, scale: Scale, *, fewer: int) -> _Trial:
    """Return the grid with so many columns less than there could be."""
    least = _longest_word(content, scale.font)
    stage_columns = _stage_columns(content, inner, least, fewer=fewer)
    column, columns = columns_of_nodes(content, stage_columns), sum(stage_columns)
    plan = RowPlan(content, column)
    dropped: set[Pair] = set()
    widest, limit = scale.line, max(10, round(0.9 * len(content.nodes) + 3))
    while True:
        most = limit - len(dropped)
        lines = chosen(content.flows, most=most, steps=content.steps, without=dropped)
        plan.place(lines)
        routes = routes_of(lines, column, plan.row, widest=widest, rows=sum(plan.of_lane))
        gutters = gutters_of(routes, columns)
        label = (inner - sum(gutters)) / columns
        weakest = None if label >= least else _weakest(routes, gutters)
        if weakest is None:
            break
        if widest > max(3.5, 0.55 * scale.line):
            widest *= _THINNER
        else:
            dropped.add(weakest)
    return _Trial(
        stage_columns=stage_columns,
        column=column,
        plan=plan,
        routes=routes,
        gutters=gutters,
        label=label,
        complete=not dropped,
    )


def _longest_word(content: Content, font: float) -> float:
    """Return how wide labels must be at least: as their longest word, within limits."""
    words = (word for node in content.nodes for word in node.label.split())
    longest = max((text_width(word, font) for word in words), default=0.0)
    return min(_LONGEST_WORD, max(LEAST_LABEL, longest + 1))


def _stage_columns(content: Content, inner: float, least: float, *, fewer: int) -> list[int]:
    counts = [[0] * len(content.stages) for _ in content.lanes]
    for node in content.nodes:
        counts[node.lane][node.stage] += 1
    few = len(content.nodes) <= _FEW
    pitch = least + (40 if len(content.nodes) <= 30 else 30)
    most = max(len(content.stages), math.floor((inner + 6) / pitch) - fewer)
    for_order = math.floor(inner / (max(_FOR_ORDER, pitch) if few else pitch)) - fewer
    return columns_of_stages(counts, most=most, for_order=for_order)


def _weakest(routes: list[Route], gutters: list[float]) -> Pair | None:
    """Return the weakest line in a gutter that is wider than the least, if there is one."""
    inside = [
        (route.backbone, route.flow.steps, route.flow.names, route.flow.ends)
        for route in routes
        if any(
            one.offset is not None and gutters[one.gutter] > LEAST_GUTTER for one in route.uprights
        )
    ]
    return min(inside)[3] if inside else None


def _widened(label: float, gutters: list[float], inner: float) -> tuple[float, list[float]]:
    """Give what labels do not need to the gutters between columns, and some to the first one."""
    columns = len(gutters) - 1
    if label <= _MOST_LABEL:
        return label, gutters
    extra = min((label - _MOST_LABEL) * columns / max(1, columns - 1), _MOST_EXTRA)
    wider = [gutter + (extra if 0 < place < columns else 0) for place, gutter in enumerate(gutters)]
    spare = inner - sum(wider) - columns * _MOST_LABEL
    wider[0] += min(_MOST_FIRST, spare / 2)
    return _MOST_LABEL, wider
