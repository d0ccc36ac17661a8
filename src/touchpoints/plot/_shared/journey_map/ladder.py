"""Where everything of a tall map is: one touchpoint below the other, lines at the left."""

from __future__ import annotations

import attrs

from touchpoints.plot._shared.journey_map.chips import Chip, chips_of, height_of_chips
from touchpoints.plot._shared.journey_map.content import Content
from touchpoints.plot._shared.journey_map.flows import Flow, Line, Pair, chosen
from touchpoints.plot._shared.journey_map.ports import place_ports
from touchpoints.plot._shared.journey_map.routes import Port, Route, Upright
from touchpoints.plot._shared.journey_map.sizes import diameters_of, height_of
from touchpoints.plot._shared.journey_map.tracks import gutters_of
from touchpoints.plot._shared.look import Look
from touchpoints.plot._shared.text_widths import LINE_HEIGHT, wrapped

PAD = 6.0
_DIAMETER = 28.0
_ROOMY = 700.0
_LEAST_DIAMETER = 9.0
_WIDEST_LINE = 6.5
_THINNEST = 3.5
_THINNER = 0.85
_HEAD = 34.0
_LABEL_LINES = 3
_SUB_LINES = 2
_STAGE_LINES = 3
_NEEDS = 3
_CHIP_ROWS = 4


@attrs.frozen(kw_only=True)
class Columns:
    """The columns of a tall map: lines, touchpoints, labels, and the scale of valence.

    ``share`` is where the shares of stages end.
    """

    gutter: float
    node: float
    label: float
    label_width: float
    scale: float
    scale_width: float
    share: float
    right: float

    def valence(self, value: float) -> float:
        """Return where a valence is on the scale."""
        return self.scale + (min(1.0, max(-1.0, value)) + 1) / 2 * self.scale_width


@attrs.frozen(kw_only=True, eq=False)
class StageHead:
    """The header of a stage: its edges, the lines of its name, and its chips."""

    top: float
    bottom: float
    lines: list[str]
    chips: list[Chip]
    chips_top: float
    rows: tuple[float, float]


@attrs.frozen(kw_only=True, eq=False)
class Ladder:
    """Where everything of a tall map is, in pixels.

    Attributes
    ----------
    columns : Columns
        The columns.
    order : list of int
        The touchpoints from the first to the last.
    diameters, y, labels, subs : list
        Of each touchpoint: its size, its middle, and the lines of its two texts.
    heads : list of StageHead
        The headers of stages.
    brackets : list of Route
        The lines at the left. Places of uprights are negative: they count from the touchpoints.
    arrows : list of Line
        The lines straight down to the next touchpoint.
    widest, strongest : float
        How wide the strongest line is, and how many steps it carries.
    bottom : float
        Where the last touchpoint ends.
    """

    columns: Columns
    order: list[int]
    diameters: list[float]
    y: list[float]
    labels: list[list[str]]
    subs: list[list[str]]
    heads: list[StageHead]
    brackets: list[Route]
    arrows: list[Line]
    widest: float
    strongest: int
    bottom: float


def columns_of(content: Content, width: float) -> Columns:
    """Return the columns of a tall map of a width."""
    gutter, scale = (60.0, 48.0) if width < 340 else (88.0, 70.0)
    if width >= _ROOMY:
        gutter, scale = 160.0, 0.28 * width
    scale = scale if content.scored else 0.0
    label = gutter + 40
    left = width - scale - 2 * PAD
    return Columns(
        gutter=gutter,
        node=gutter + 16,
        label=label,
        label_width=left - label - (10 if scale else 0),
        scale=left + PAD,
        scale_width=scale,
        share=left - 6 if scale else width - PAD - 2,
        right=width - PAD,
    )


def ladder_of(content: Content, look: Look) -> Ladder:
    """Return where everything of a tall map is."""
    nodes, columns = content.nodes, columns_of(content, look.width)
    order = sorted(
        range(len(nodes)),
        key=lambda one: (nodes[one].stage, nodes[one].position, nodes[one].key),
    )
    rank = [order.index(place) for place in range(len(nodes))]
    diameters = diameters_of(nodes, _DIAMETER, least=_LEAST_DIAMETER)
    brackets, arrows, widest = _fitting(content, rank, columns.gutter + 8)
    place_ports(brackets, rank, diameters)
    labels = [wrapped(node.label, columns.label_width, 12, most=_LABEL_LINES) for node in nodes]
    subs = [_sub(content, look, place, columns.label_width) for place in range(len(nodes))]
    texts = [
        len(label) * 12 * LINE_HEIGHT + len(sub) * 11 * LINE_HEIGHT
        for label, sub in zip(labels, subs, strict=True)
    ]
    heights = [
        max(height_of(node, size) + 8, text + 8)
        for node, size, text in zip(nodes, diameters, texts, strict=True)
    ]
    heads, y, bottom = _stacked(content, columns, order, heights)
    return Ladder(
        columns=columns,
        order=order,
        diameters=diameters,
        y=y,
        labels=labels,
        subs=subs,
        heads=heads,
        brackets=brackets,
        arrows=arrows,
        widest=widest,
        strongest=_strongest([*(one.flow for one in brackets), *(one.flow for one in arrows)]),
        bottom=bottom,
    )


def _sub(content: Content, look: Look, place: int, width: float) -> list[str]:
    """Return the lines below a label: the share of journeys, and the channel."""
    node = content.nodes[place]
    share = look.numerals.share(node.reach) if node.observed else ""
    text = " · ".join(one for one in (share, node.area) if one)
    return wrapped(text, width, 11, most=_SUB_LINES) if text else []


def _stacked(
    content: Content, columns: Columns, order: list[int], heights: list[float]
) -> tuple[list[StageHead], list[float], float]:
    """Return the headers of stages, the middles of touchpoints, and where they end."""
    y, places, heads = (_HEAD if content.scored else 20.0), [0.0] * len(order), []
    for number, stage in enumerate(content.stages):
        top = y
        room = columns.share - columns.gutter - 46
        lines = wrapped(stage.label, room, 13, bold=True, most=_STAGE_LINES)
        chips: list[Chip] = []
        chips_top = y
        if content.headed:
            needs = stage.needs[:_NEEDS]
            chips = chips_of(needs, left=columns.gutter, right=columns.right - 2, rows=_CHIP_ROWS)
            chips_top = y + len(lines) * 13 * LINE_HEIGHT + 8
            y = chips_top + (height_of_chips(chips) if chips else 2)
        head_bottom = y
        y += 8
        first = y
        for place in order:
            if content.nodes[place].stage == number:
                places[place] = y + heights[place] / 2
                y += heights[place]
        heads.append(
            StageHead(
                top=top,
                bottom=head_bottom,
                lines=lines,
                chips=chips,
                chips_top=chips_top,
                rows=(first, y),
            )
        )
        y += 6
    return heads, places, y


def _fitting(
    content: Content, rank: list[int], room: float
) -> tuple[list[Route], list[Line], float]:
    """Return the lines at the left, which are thinned or left out until they fit, and arrows."""
    count = len(content.nodes)
    limit, widest = min(36, max(8, count)), _WIDEST_LINE
    dropped: set[Pair] = set()
    while True:
        most = limit - len(dropped)
        lines = chosen(content.flows, most=most, steps=content.steps, without=dropped)
        strongest = _strongest([line.flow for line in lines])
        arrows = [line for line in lines if _is_arrow(content, line, rank)]
        brackets = [
            _bracket(line, rank, max(1.0, widest * line.flow.steps / strongest))
            for line in lines
            if line not in arrows
        ]
        needed = gutters_of(brackets, 2)[1]
        if needed <= room or not brackets:
            for bracket in brackets:
                inside = bracket.uprights[0].offset or 0.0
                bracket.uprights[0].offset = -inside
            return brackets, arrows, widest
        if widest > _THINNEST:
            widest *= _THINNER
        else:
            weakest = min(brackets, key=lambda one: (one.backbone, one.flow.steps, one.flow.names))
            dropped.add(weakest.flow.ends)


def _strongest(flows: list[Flow]) -> int:
    return max((flow.steps for flow in flows), default=1)


def _is_arrow(content: Content, line: Line, rank: list[int]) -> bool:
    source, target = line.flow.ends
    near = rank[target] == rank[source] + 1 and not line.flow.both_ways
    return near and content.nodes[source].stage == content.nodes[target].stage


def _bracket(line: Line, rank: list[int], width: float) -> Route:
    source, target = line.flow.ends
    return Route(
        flow=line.flow,
        backbone=line.backbone,
        width=width,
        kind="bracket",
        direction=0,
        channel=-1,
        uprights=[Upright(gutter=1, start=rank[source], end=rank[target])],
        out=Port(node=source, side=-1),
        into=Port(node=target, side=-1),
    )
