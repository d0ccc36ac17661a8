"""Where everything of a wide map is, in pixels."""

from __future__ import annotations

import attrs

from touchpoints.plot._shared.journey_map.chips import Chip, chips_of, height_of_chips
from touchpoints.plot._shared.journey_map.content import Content
from touchpoints.plot._shared.journey_map.grid import LANE, Grid
from touchpoints.plot._shared.journey_map.sizes import BADGE, badge_of, head_half, height_of
from touchpoints.plot._shared.text_widths import LINE_HEIGHT, wrapped

LABEL_GAP = 4.0
_ROW_GAP = 9.0
_LANE_PAD = 9.0
_MOST_LABEL_LINES = 4
_MOST_STAGE_LINES = 3
_MOST_LANE_LINES = 4
_NEEDS = 3
_CHIP_ROWS = 3
_CONTEXTS = 2
_CONTEXT_ROWS = 2
_FEW = 15
_STAGE_FONTS = (13.0, 12.0, 11.0)


@attrs.frozen(kw_only=True, eq=False)
class Frame:
    """Where everything of a wide map is, in pixels.

    Attributes
    ----------
    stage_font, stage_lines : object
        The size of the names of stages, and their lines.
    needs, contexts : list
        The chips of each stage; their upper edges are ``needs_top`` and ``contexts_top``.
    lane_lines : list
        The lines of the names of lanes.
    lane_edges : list of tuple
        The upper and lower edge of each lane.
    labels : list
        The lines of the label of each touchpoint.
    x, y : list of float
        The middle of each touchpoint.
    foot : list of float
        Where the label of each touchpoint begins.
    channel_tops : list of float
        The upper edge of each channel.
    """

    stage_font: float
    stage_lines: list[list[str]]
    needs: list[list[Chip]]
    contexts: list[list[Chip]]
    needs_top: float
    contexts_top: float
    lane_lines: list[list[str]]
    lane_edges: list[tuple[float, float]]
    labels: list[list[str]]
    x: list[float]
    y: list[float]
    foot: list[float]
    channel_tops: list[float]

    @property
    def top(self) -> float:
        """The upper edge of the first lane."""
        return self.lane_edges[0][0]

    @property
    def bottom(self) -> float:
        """The lower edge of the last lane."""
        return self.lane_edges[-1][1]


def frame_of(content: Content, grid: Grid) -> Frame:
    """Return where everything of a wide map is."""
    spans = [grid.stage_span(stage) for stage in range(len(content.stages))]
    font, stage_lines = _stage_names(content, spans)
    y = 8 + max(map(len, stage_lines)) * font * LINE_HEIGHT + 26 if content.headed else 8.0
    needs = _chips([one.needs[:_NEEDS] for one in content.stages], spans, rows=_CHIP_ROWS)
    needs_top, y = y, y + _height(needs)
    few = len(content.nodes) <= _FEW
    texts = [one.contexts[: _CONTEXTS * few] for one in content.stages]
    contexts = _chips(texts, spans, rows=_CONTEXT_ROWS)
    contexts_top, y = y, y + _height(contexts)
    labels = [
        wrapped(node.label, grid.label, grid.scale.font, most=_MOST_LABEL_LINES)
        for node in content.nodes
    ]
    lane_lines = [
        wrapped(name, LANE - 18, 12, bold=True, most=_MOST_LANE_LINES) for name in content.lanes
    ]
    above, below = _extents(content, grid)
    heights = _row_heights(content, grid, labels, (above, below))
    edges, middles, channel_tops = _stacked(grid, lane_lines, heights, top=y)
    return Frame(
        stage_font=font,
        stage_lines=stage_lines,
        needs=needs,
        contexts=contexts,
        needs_top=needs_top,
        contexts_top=contexts_top,
        lane_lines=lane_lines,
        lane_edges=edges,
        labels=labels,
        x=[grid.middle(column) for column in grid.column],
        y=[middles[row] for row in grid.row],
        foot=[middles[row] + down + LABEL_GAP for row, down in zip(grid.row, below, strict=True)],
        channel_tops=channel_tops,
    )


def _stage_names(
    content: Content, spans: list[tuple[float, float]]
) -> tuple[float, list[list[str]]]:
    """Return the largest font in which no word of a stage is broken, and the lines in it."""
    lines: list[list[str]] = []
    for font in _STAGE_FONTS:
        lines = [
            wrapped(stage.label, right - left - 14, font, bold=True, most=_MOST_STAGE_LINES)
            for stage, (left, right) in zip(content.stages, spans, strict=True)
        ]
        if not any(line.endswith("-") for rows in lines for line in rows):
            return font, lines
    return _STAGE_FONTS[-1], lines


def _chips(
    texts: list[tuple[str, ...]], spans: list[tuple[float, float]], *, rows: int
) -> list[list[Chip]]:
    return [
        chips_of(of_stage, left=left + 6, right=right - 6, rows=rows)
        for of_stage, (left, right) in zip(texts, spans, strict=True)
    ]


def _height(chips: list[list[Chip]]) -> float:
    rows = max(map(height_of_chips, chips), default=0.0)
    return rows + 8 if rows else 0.0


def _extents(content: Content, grid: Grid) -> tuple[list[float], list[float]]:
    """Return how far each touchpoint, its lines and its badge reach above and below its middle."""
    above = [
        height_of(one, size) / 2 for one, size in zip(content.nodes, grid.diameters, strict=True)
    ]
    below = list(above)
    for route in grid.routes:
        headed = {id(route.into)} | ({id(route.out)} if route.flow.both_ways else set())
        for port in (route.out, route.into):
            half = head_half(route.width) if id(port) in headed else route.width / 2
            above[port.node] = max(above[port.node], half - port.offset)
            below[port.node] = max(below[port.node], half + port.offset)
    for place, node in enumerate(content.nodes):
        if node.mark:
            badge = badge_of(grid.diameters[place])[1]
            above[place] = max(above[place], BADGE / 2 + 1 - badge)
    return above, below


def _row_heights(
    content: Content,
    grid: Grid,
    labels: list[list[str]],
    extents: tuple[list[float], list[float]],
) -> list[tuple[float, float]]:
    """Return how far each row reaches above and below the middle of its touchpoints."""
    heights = [(5.0, 5.0)] * sum(grid.lane_rows)
    font, reach = grid.scale.font, grid.scale.with_reach
    for place, row in enumerate(grid.row):
        text = len(labels[place]) * font * LINE_HEIGHT
        text += (font - 1) * LINE_HEIGHT if reach and content.nodes[place].observed else 0
        up, down = heights[row]
        below = extents[1][place] + LABEL_GAP + text
        heights[row] = max(up, extents[0][place]), max(down, below)
    return heights


def _stacked(
    grid: Grid,
    lane_lines: list[list[str]],
    heights: list[tuple[float, float]],
    *,
    top: float,
) -> tuple[list[tuple[float, float]], list[float], list[float]]:
    """Return the edges of lanes, the middles of rows, and the upper edges of channels."""
    edges, middles, channel_tops = [], [], []
    y, row, last = top, 0, len(heights)
    for lane, rows in enumerate(grid.lane_rows):
        start = y
        y += _LANE_PAD
        for _ in range(rows):
            channel_tops.append(y)
            y += grid.channels[row]
            middles.append(y + heights[row][0])
            y += sum(heights[row]) + _ROW_GAP
            row += 1
        if row == last:
            channel_tops.append(y)
            y += grid.channels[row]
        y = max(y, start + len(lane_lines[lane]) * 12 * LINE_HEIGHT + 16)
        edges.append((start, y))
    return edges, middles, channel_tops
