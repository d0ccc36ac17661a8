"""The map on a telephone: one touchpoint below the other, flows left, valence right."""

from __future__ import annotations

from typing import Any

from touchpoints.plot._shared.canvas import Align, Canvas, Dash, Marker
from touchpoints.plot._shared.journey_map.chips import draw_chips
from touchpoints.plot._shared.journey_map.content import Content
from touchpoints.plot._shared.journey_map.flows import Line
from touchpoints.plot._shared.journey_map.ladder import PAD, Ladder, ladder_of
from touchpoints.plot._shared.journey_map.legend import draw_legend
from touchpoints.plot._shared.journey_map.marks import STAGE_MARK, draw_nodes
from touchpoints.plot._shared.journey_map.paths import Drawn, Head, draw_lines, pen
from touchpoints.plot._shared.journey_map.routes import Port, Route
from touchpoints.plot._shared.journey_map.sizes import head_length, height_of, rim_of
from touchpoints.plot._shared.text_widths import LINE_HEIGHT

_DOT = 9.0


def draw_tall(canvas: Canvas, content: Content) -> Any:
    """Return the figure of a map in one column."""
    ladder = ladder_of(content, canvas.look)
    _stages(canvas, content, ladder)
    _column_heads(canvas, content, ladder)
    if content.scored:
        _scales(canvas, content, ladder)
    lines = [_bracket(content, ladder, route) for route in ladder.brackets]
    lines += [_arrow(content, ladder, line) for line in ladder.arrows]
    draw_lines(canvas, content.labels, lines)
    places = [(ladder.columns.node, y) for y in ladder.y]
    draw_nodes(canvas, content, places, ladder.diameters)
    _labels(canvas, content, ladder)
    flows = [line.flow for line in lines]
    y = draw_legend(canvas, content, flows, top=ladder.bottom + 8)
    return canvas.figure(y + 8)


def _stages(canvas: Canvas, content: Content, ladder: Ladder) -> None:
    if not content.headed:
        return
    look, palette, columns = canvas.look, canvas.look.palette, ladder.columns
    hovers = []
    for stage, head in zip(content.stages, ladder.heads, strict=True):
        box = (0.0, head.top, float(look.width), head.bottom)
        canvas.rectangle(box, fill=palette.band)
        canvas.text(columns.gutter, head.top + 5, head.lines, size=13, bold=True, kind="stage")
        share = look.numerals.share(stage.share)
        style: dict[str, Any] = {
            "size": 12,
            "color": palette.ink2,
            "align": "right",
            "kind": "stage",
        }
        canvas.text(columns.share, head.top + 6, share, **style)
        draw_chips(canvas, head.chips, top=head.chips_top)
        hovers.append((columns.gutter + 8, head.top + 13, stage.hover))
    canvas.hover_points(hovers, name="stage names")


def _column_heads(canvas: Canvas, content: Content, ladder: Ladder) -> None:
    look, columns = canvas.look, ladder.columns
    style: dict[str, Any] = {"size": 11, "color": look.palette.ink2, "kind": "axis"}
    canvas.text(PAD, 2, look.say("map.flow"), **style)
    canvas.text(columns.label, 2, look.say("map.touchpoint"), **style)
    if not content.scored:
        return
    valence = look.say("map.valence")
    canvas.text(columns.right, 2, valence, align="right", **style)
    ends: dict[int, Align] = {-1: "left", 0: "center", 1: "right"}
    for value, align in ends.items():
        number = look.numerals.number(value, places=0, signed=True)
        x = columns.valence(value)
        canvas.text(x, 17, number, align=align, **style)


def _scales(canvas: Canvas, content: Content, ladder: Ladder) -> None:
    """Draw a scale beside each stage, and on it a mark with its interval for each touchpoint."""
    palette, columns, dots = canvas.look.palette, ladder.columns, []
    for head in ladder.heads:
        top, bottom = head.rows
        for value in (-1, 0, 1):
            x = columns.valence(value)
            color = palette.grid if value else palette.line
            dash: Dash = "dot" if value else "solid"
            canvas.line((x, top), (x, bottom), color=color, dash=dash)
    if content.headed:
        _stage_valences(canvas, content, ladder)
    for node, y in zip(content.nodes, ladder.y, strict=True):
        if node.valence != node.valence:
            continue
        ends = [(columns.valence(end), y) for end in (node.low, node.high)]
        canvas.line(ends[0], ends[1], color=palette.curve, width=2)
        dots.append(
            Marker(
                x=columns.valence(node.valence),
                y=y,
                size=_DOT,
                color=palette.valence_of(node.valence),
                outline=palette.outline,
                outline_width=0.8,
                hover=node.hover,
            )
        )
    canvas.markers(dots, name="valence")


def _stage_valences(canvas: Canvas, content: Content, ladder: Ladder) -> None:
    """Draw the valence of each stage on its interval, beside its name."""
    palette, columns, marks = canvas.look.palette, ladder.columns, []
    for stage, head in zip(content.stages, ladder.heads, strict=True):
        y = head.top + 14
        zero = columns.valence(0)
        canvas.line((zero, y - 8), (zero, y + 8), color=palette.line)
        if stage.valence != stage.valence:
            continue
        ends = [(columns.valence(end), y) for end in (stage.low, stage.high)]
        canvas.line(ends[0], ends[1], color=palette.curve, width=2)
        marks.append(
            Marker(
                x=columns.valence(stage.valence),
                y=y,
                size=STAGE_MARK,
                color=palette.curve,
                symbol="square",
                hover=stage.hover,
            )
        )
    canvas.markers(marks, name="stages")


def _bracket(content: Content, ladder: Ladder, route: Route) -> Drawn:
    """Return a line that leaves to the left and comes back from there."""
    tip, start = (_edge(content, ladder, port) for port in (route.into, route.out))
    long = head_length(route.width)
    heads = [Head(tip=tip, direction=(1, 0))]
    begin = start[0] + min(3.0, route.width / 2)
    if route.flow.both_ways:
        heads.append(Head(tip=start, direction=(1, 0)))
        begin = start[0] - long
    drawn = pen((begin, start[1]), route.width)
    x = ladder.columns.node - 14 + (route.uprights[0].offset or 0.0)
    drawn.turn(x, tip[1], enters=-1, leaves=1, bend=0)
    drawn.straight((tip[0] - long, tip[1]))
    return _drawn(route, drawn.commands, drawn.pieces, heads)


def _drawn(route: Route, commands: list[str], pieces: list[Any], heads: list[Head]) -> Drawn:
    return Drawn(
        flow=route.flow,
        width=route.width,
        path=" ".join(commands),
        pieces=tuple(pieces),
        heads=tuple(heads),
    )


def _edge(content: Content, ladder: Ladder, port: Port) -> tuple[float, float]:
    rim = rim_of(content.nodes[port.node], ladder.diameters[port.node], port.offset)
    return ladder.columns.node - rim - 0.5, ladder.y[port.node] + port.offset


def _arrow(content: Content, ladder: Ladder, line: Line) -> Drawn:
    """Return a line straight down to the next touchpoint."""
    source, target = line.flow.ends
    x = ladder.columns.node
    halves = [height_of(content.nodes[one], ladder.diameters[one]) / 2 for one in (source, target)]
    width = max(1.0, ladder.widest * line.flow.steps / ladder.strongest)
    tip = (x, ladder.y[target] - halves[1] - 0.5)
    drawn = pen((x, ladder.y[source] + halves[0] - 1), width)
    drawn.straight((x, tip[1] - head_length(width)))
    return Drawn(
        flow=line.flow,
        width=width,
        path=" ".join(drawn.commands),
        pieces=tuple(drawn.pieces),
        heads=(Head(tip=tip, direction=(0, 1)),),
    )


def _labels(canvas: Canvas, content: Content, ladder: Ladder) -> None:
    ink2, x = canvas.look.palette.ink2, ladder.columns.label
    for place, node in enumerate(content.nodes):
        label, sub = ladder.labels[place], ladder.subs[place]
        high = (len(label) * 12 + len(sub) * 11) * LINE_HEIGHT
        box = canvas.text(
            x,
            ladder.y[place] - high / 2,
            label,
            color="" if node.observed else ink2,
            italic=not node.observed,
            kind="touchpoint",
        )
        if sub:
            canvas.text(x, box.bottom, sub, size=11, color=ink2, kind="reach")
