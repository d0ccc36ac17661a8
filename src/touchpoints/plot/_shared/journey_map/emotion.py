"""The panel below a wide map: valence by stage with its interval, and of each touchpoint."""

from __future__ import annotations

import itertools
from collections import defaultdict
from typing import Any

import attrs

from touchpoints.plot._shared.canvas import Canvas, Dash, Marker
from touchpoints.plot._shared.journey_map.content import Content, Stage
from touchpoints.plot._shared.journey_map.frame import Frame
from touchpoints.plot._shared.journey_map.grid import LANE, Grid
from touchpoints.plot._shared.journey_map.marks import STAGE_MARK
from touchpoints.plot._shared.journey_map.smooth import smooth
from touchpoints.plot._shared.text_widths import text_width, wrapped

HEIGHT = 168.0
_TOP = 16.0
_SCALE = 112.0
_DOT = 8.0
_APART = 12.0


@attrs.frozen
class _Panel:
    canvas: Canvas
    top: float
    right: float

    def y(self, valence: float) -> float:
        """Return where a valence is, within the scale from -1 to 1."""
        return self.top + _TOP + (1 - min(1.0, max(-1.0, valence))) / 2 * _SCALE

    @property
    def bottom(self) -> float:
        return self.top + HEIGHT


def draw_emotion(
    canvas: Canvas, content: Content, grid: Grid, frame: Frame, *, top: float, interval: str
) -> None:
    """Draw the curve of valence through the stages, its band, and the touchpoints."""
    panel = _Panel(canvas, top, grid.right)
    _axis(panel, interval)
    if content.headed:
        _stages(panel, content, grid)
    _touchpoints(panel, content, grid, frame)


def _axis(panel: _Panel, interval: str) -> None:
    canvas, palette = panel.canvas, panel.canvas.look.palette
    name = canvas.look.say("map.valence")
    canvas.text(8, panel.top + 8, name, bold=True, kind="lane")
    lines = wrapped(interval, LANE - 18, 11, most=2)
    canvas.text(8, panel.top + 26, lines, size=11, color=palette.ink2, kind="lane")
    for value in (-1, 0, 1):
        y = panel.y(value)
        dash: Dash = "dot" if value else "solid"
        color = palette.grid if value else palette.line
        canvas.line((LANE + 6, y), (panel.right, y), color=color, dash=dash)
        number = canvas.look.numerals.number(value, places=0, signed=True)
        style: dict[str, Any] = {
            "size": 11,
            "color": palette.ink2,
            "align": "right",
            "kind": "axis",
        }
        canvas.text(LANE + 2, y - 7, number, **style)


def _stages(panel: _Panel, content: Content, grid: Grid) -> None:
    """Draw the curve, with a dashed line across stages with too few answers."""
    places = []
    first = 0
    for stage, columns in zip(content.stages, grid.stage_columns, strict=True):
        middle = (grid.middle(first) + grid.middle(first + columns - 1)) / 2
        places.append((middle, stage))
        first += columns
    runs: list[list[tuple[float, Stage]]] = [[]]
    for place in places:
        if place[1].valence == place[1].valence:
            runs[-1].append(place)
        elif runs[-1]:
            runs.append([])
    runs = [run for run in runs if run]
    for run in runs:
        _run(panel, run)
    color = panel.canvas.look.palette.curve
    for left, right in itertools.pairwise(runs):
        start, end = ((x, panel.y(stage.valence)) for x, stage in (left[-1], right[0]))
        panel.canvas.line(start, end, color=color, width=1.4, dash="dot")
    known = [place for run in runs for place in run]
    marks = [
        Marker(
            x=x,
            y=panel.y(stage.valence),
            size=STAGE_MARK,
            color=color,
            symbol="square",
            hover=stage.hover,
        )
        for x, stage in known
    ]
    panel.canvas.markers(marks, name="stages")
    for number, (x, stage) in enumerate(places):
        _number(panel, x, stage, grid.stage_span(number))


def _run(panel: _Panel, run: list[tuple[float, Stage]]) -> None:
    x = [place for place, _ in run]
    low, middle, high = (
        [panel.y(getattr(stage, name)) for _, stage in run] for name in ("low", "valence", "high")
    )
    canvas, palette = panel.canvas, panel.canvas.look.palette
    if len(run) == 1:
        canvas.rectangle((x[0] - 6, high[0], x[0] + 6, low[0]), fill=palette.around)
        return
    xs, upper = smooth(x, high)
    canvas.band(xs.tolist(), smooth(x, low)[1].tolist(), upper.tolist(), name="band")
    canvas.curve(xs.tolist(), smooth(x, middle)[1].tolist(), color=palette.curve, name="curve")


def _number(panel: _Panel, x: float, stage: Stage, span: tuple[float, float]) -> None:
    """Write the valence of a stage with its interval, or alone, where there is room."""
    if stage.valence != stage.valence:
        return
    canvas, numerals = panel.canvas, panel.canvas.look.numerals
    alone = numerals.number(stage.valence, signed=True)
    whole = f"{alone} {numerals.range(stage.low, stage.high, shares=False)}"
    room = 2 * min(x - span[0], span[1] - x) - 4
    for text in (whole, alone):
        if text_width(text, 11) <= room:
            color = canvas.look.palette.ink2
            y = panel.bottom - 24
            canvas.text(x, y, text, size=11, color=color, align="center", kind="axis")
            return


def _touchpoints(panel: _Panel, content: Content, grid: Grid, frame: Frame) -> None:
    """Draw a dot on its interval for each touchpoint, in its column and in order of time."""
    columns: defaultdict[int, list[int]] = defaultdict(list)
    for place, node in enumerate(content.nodes):
        if node.valence == node.valence:
            columns[grid.column[place]].append(place)
    palette, dots = panel.canvas.look.palette, []
    for places in columns.values():
        places.sort(key=lambda one: (content.nodes[one].position, content.nodes[one].key))
        apart = min(_APART, (grid.label + 20) / len(places))
        for rank, place in enumerate(places):
            node = content.nodes[place]
            x = frame.x[place] + (rank - (len(places) - 1) / 2) * apart
            ends = [(x, panel.y(end)) for end in (node.low, node.high)]
            panel.canvas.line(ends[0], ends[1], color=palette.outline, width=1.2)
            dots.append(
                Marker(
                    x=x,
                    y=panel.y(node.valence),
                    size=_DOT,
                    color=palette.valence_of(node.valence),
                    outline=palette.outline,
                    outline_width=0.8,
                    hover=node.hover,
                )
            )
    panel.canvas.markers(dots, name="valence")
