"""The map on a wide screen: stages across, lanes down, valence below."""

from __future__ import annotations

from typing import Any

from touchpoints.plot._shared.canvas import Canvas
from touchpoints.plot._shared.journey_map.across import lines_of
from touchpoints.plot._shared.journey_map.chips import draw_chips
from touchpoints.plot._shared.journey_map.content import Content
from touchpoints.plot._shared.journey_map.emotion import HEIGHT, draw_emotion
from touchpoints.plot._shared.journey_map.frame import Frame, frame_of
from touchpoints.plot._shared.journey_map.grid import Grid, grid_of
from touchpoints.plot._shared.journey_map.legend import draw_legend
from touchpoints.plot._shared.journey_map.marks import draw_nodes
from touchpoints.plot._shared.journey_map.numbers import draw_numbers
from touchpoints.plot._shared.journey_map.paths import draw_lines
from touchpoints.plot._shared.text_widths import LINE_HEIGHT

_MOST_WITH_NUMBERS = 15


def draw_wide(canvas: Canvas, content: Content) -> Any:
    """Return the figure of a map with stages across."""
    look = canvas.look
    grid = grid_of(content, look.width)
    frame = frame_of(content, grid)
    emotion_top = frame.bottom + 8
    end = emotion_top + (HEIGHT if content.scored else 0)
    _stages(canvas, content, grid, frame, bottom=end - 2)
    _lanes(canvas, grid, frame)
    lines = lines_of(content, grid, frame)
    draw_lines(canvas, content.labels, lines)
    draw_nodes(canvas, content, list(zip(frame.x, frame.y, strict=True)), grid.diameters)
    _labels(canvas, content, grid, frame)
    if len(content.nodes) <= _MOST_WITH_NUMBERS:
        draw_numbers(canvas, content, grid, frame, lines)
    if content.scored:
        level = look.numerals.share(content.labels.found.level)
        interval = look.say("plot.interval", level=level)
        draw_emotion(canvas, content, grid, frame, top=emotion_top, interval=interval)
    flows = [route.flow for route in grid.routes]
    y = draw_legend(canvas, content, flows, top=end + 8)
    return canvas.figure(y + 8)


def _stages(canvas: Canvas, content: Content, grid: Grid, frame: Frame, *, bottom: float) -> None:
    """Draw the bands of stages, their names with their shares of journeys, and their chips."""
    look, palette = canvas.look, canvas.look.palette
    hovers = []
    for place, stage in enumerate(content.stages):
        left, right = grid.stage_span(place)
        if place % 2 == 0 and content.headed:
            canvas.rectangle((left, 0, right, bottom), fill=palette.band)
        if content.headed:
            size, lines = frame.stage_font, frame.stage_lines[place]
            box = canvas.text(left + 8, 6, lines, size=size, bold=True, kind="stage")
            known = stage.share == stage.share
            share = look.numerals.share(stage.share) if known else look.say("map.no_records")
            canvas.text(left + 8, box.bottom + 2, share, size=11, color=palette.ink2, kind="stage")
            hovers.append((left + 16, box.bottom - 4, stage.hover))
        draw_chips(canvas, frame.needs[place], top=frame.needs_top)
        draw_chips(canvas, frame.contexts[place], top=frame.contexts_top, framed=True)
    canvas.hover_points(hovers, name="stage names")
    _sides(canvas, content, frame)


def _sides(canvas: Canvas, content: Content, frame: Frame) -> None:
    """Write at the left what the stages, shares and chips are."""
    look, color = canvas.look, canvas.look.palette.ink2
    if content.headed:
        canvas.text(8, 7, look.say("map.stage"), bold=True, color=color, kind="lane")
        heads = look.say("map.of_journeys")
        canvas.text(8, 7 + 12 * LINE_HEIGHT + 2, heads, size=11, color=color, kind="lane")
    for key, chips, top in (
        ("map.needs", frame.needs, frame.needs_top),
        ("map.contexts", frame.contexts, frame.contexts_top),
    ):
        if any(chips):
            canvas.text(8, top + 2, look.say(key), bold=True, color=color, kind="lane")


def _lanes(canvas: Canvas, grid: Grid, frame: Frame) -> None:
    color = canvas.look.palette.line
    canvas.line((4, frame.top), (grid.right, frame.top), color=color)
    for (top, bottom), lines in zip(frame.lane_edges, frame.lane_lines, strict=True):
        canvas.line((4, bottom), (grid.right, bottom), color=color)
        if any(lines):
            canvas.text(8, top + 9, lines, bold=True, kind="lane")


def _labels(canvas: Canvas, content: Content, grid: Grid, frame: Frame) -> None:
    """Write the label of each touchpoint below it, and its share of journeys."""
    look, font = canvas.look, grid.scale.font
    ink2 = look.palette.ink2
    for place, node in enumerate(content.nodes):
        x, lines = frame.x[place], frame.labels[place]
        box = canvas.text(
            x,
            frame.foot[place],
            lines,
            size=font,
            color="" if node.observed else ink2,
            italic=not node.observed,
            align="center",
            kind="touchpoint",
        )
        if grid.scale.with_reach and node.observed:
            share = look.numerals.share(node.reach)
            canvas.text(
                x, box.bottom, share, size=font - 1, color=ink2, align="center", kind="reach"
            )
