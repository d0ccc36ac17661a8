"""The picture of flows from step to step: a Sankey diagram with labels inside its nodes (B40)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from typing import Any

import attrs
import numpy as np

from touchpoints._core import checks
from touchpoints._core.checks import public
from touchpoints.graphs.names import is_terminal
from touchpoints.paths import StepFlows
from touchpoints.plot._shared.canvas import Canvas, hover
from touchpoints.plot._shared.groups import Part, parts_of
from touchpoints.plot._shared.look import Look, look_of, require_record
from touchpoints.plot._shared.ribbons import ribbon
from touchpoints.plot._shared.step_tables import (
    group_heading,
    nearest,
    rows_of_columns,
    steps_note,
)
from touchpoints.plot._shared.text_widths import LINE_HEIGHT, text_width, wrapped
from touchpoints.taxonomy import Taxonomy

_PAD, _SIZE, _BAR, _GAP = 8.0, 11.0, 4.0, 12.0
_LEAST_HEIGHT, _WIDEST_TEXT, _WIDEST_GAP, _LINES = 16.0, 150.0, 230.0, 5
_MOST_NODES = 10
_OTHER = "\0"
"""Stands for all touchpoints of a step that have no node of their own; no key has it."""


@attrs.define(kw_only=True, eq=False)
class _Node:
    """A touchpoint at a step: how many come and go, and where it is drawn."""

    key: str
    step: int
    merged: int = 0
    came: int = 0
    went: int = 0
    color: str = ""
    lines: list[str] = attrs.field(factory=list)
    box: tuple[float, float, float, float] = (0, 0, 0, 0)
    used: dict[str, float] = attrs.field(factory=lambda: {"came": 0.0, "went": 0.0})

    @property
    def journeys(self) -> int:
        """Return the number of journeys at the node."""
        return max(self.came, self.went)


@attrs.frozen(kw_only=True, eq=False)
class _Sankey:
    """The nodes of each step, and the flows between them: {(step, source, target): rows}.

    ``flows`` has those that are drawn and ``journeys`` the size of all, ``rows`` counts the rows
    behind them, and ``steps`` the steps that can be drawn and those of the record.
    """

    nodes: dict[int, list[_Node]]
    flows: dict[tuple[int, str, str], list[int]]
    journeys: dict[tuple[int, str, str], int]
    aligned: int
    rows: int
    steps: tuple[int, int]

    def named(self, step: int) -> dict[str, _Node]:
        """Return the nodes of a step by their keys."""
        return {node.key: node for node in self.nodes.get(step, ())}


@public
def step_flows(
    flows: StepFlows,
    *,
    min_share: float = 0.008,
    taxonomy: Taxonomy | None = None,
    lang: str = "en",
    dark: bool = False,
    width: int = 960,
) -> Any:
    """Draw the flows from step to step as a Sankey diagram.

    Parameters
    ----------
    flows
        What `tp.paths.step_flows` returned.
    min_share
        The smallest share of journeys, in [0, 1], that is drawn as a flow of its own.
    taxonomy, lang, dark, width
        Shared arguments: see `touchpoints.plot`.

    Returns
    -------
    plotly.graph_objects.Figure
        A column for each step, a node for each touchpoint, the most frequent first and the ends of
        journeys last, in grey. The bars at the sides of a node are as high as the share of
        journeys that come and go. Of more than ten touchpoints of a step, the others share a node.
        Steps that do not fit beside each other continue below. The figure says how many flows are
        drawn and what share of all steps they carry. Groups are drawn one below the other.

    Raises
    ------
    InvalidInputError
        When ``min_share`` is not in [0, 1].
    MissingPackageError
        When plotly is not installed.
    WrongKindError
        When ``flows`` is not a StepFlows.

    See Also
    --------
    touchpoints.paths.step_flows : Count the flows from each step to the next.
    touchpoints.plot.step_matrix : The touchpoints of each step as a heat map.

    Examples
    --------
    >>> import touchpoints as tp
    >>> found = tp.paths.step_flows(tp.datasets.shop(100, seed=1), steps=3)
    >>> figure = tp.plot.step_flows(found, taxonomy=tp.load_taxonomy("customer"))
    >>> figure.layout.annotations[0].text
    '<b>step 1</b>'
    """
    require_record(flows, StepFlows, made_by="tp.paths.step_flows")
    checks.share("min_share", min_share, zero=True)
    look = look_of(dark=dark, lang=lang, taxonomy=taxonomy, width=width)
    canvas, y = Canvas(look), _PAD
    parts, note = parts_of(flows, look, size=flows.aligned)
    colors = _colors(look, flows, parts)
    for part in parts:
        sankey = _sankey(flows, part, least=min_share)
        size = look.say("plot.n", n=look.numerals.whole(sankey.aligned))
        y = group_heading(canvas, part, size, left=_PAD, top=y)
        y = _draw(canvas, flows, sankey, colors, top=y, least=min_share) + 14
    note = note if parts else look.say("plot.no_data")
    if note:
        lines = wrapped(note, look.width - 2 * _PAD, _SIZE)
        y = canvas.text(_PAD, y, lines, size=_SIZE, color=look.palette.ink2, kind="note").bottom
    return canvas.figure(y + _PAD)


def _colors(look: Look, flows: StepFlows, parts: list[Part]) -> dict[str, str]:
    """Return a colour for each of the eight touchpoints with the most flow, the same everywhere."""
    total: defaultdict[str, int] = defaultdict(int)
    for row in np.concatenate([part.rows for part in parts]).tolist() if parts else []:
        for key in (flows.source[row], flows.target[row]):
            total[str(key)] += int(flows.journeys[row])
    own = sorted((key for key in total if not is_terminal(key)), key=lambda key: -total[key])
    return dict(zip(own, look.palette.categories, strict=False))


def _sankey(flows: StepFlows, part: Part, *, least: float) -> _Sankey:
    """Return the nodes and flows of a group; touchpoints that are rare at a step share a node."""
    met = sorted({int(flows.step[row]) + end for row in part.rows for end in (0, 1)})
    steps = set(nearest(met))
    rows = [row for row in part.rows.tolist() if {flows.step[row], flows.step[row] + 1} <= steps]
    aligned = int(flows.aligned[part.rows].max(initial=0))
    nodes = {step: _kept(found, least * aligned) for step, found in _nodes(flows, rows).items()}
    for step in _trivial(nodes, aligned):
        del nodes[step]
    own = {(step, node.key) for step in nodes for node in nodes[step]}
    joined: defaultdict[tuple[int, str, str], list[int]] = defaultdict(list)
    for row in rows:
        step, ends = int(flows.step[row]), (str(flows.source[row]), str(flows.target[row]))
        if step in nodes and step + 1 in nodes:
            source, target = (
                key if (step + place, key) in own or is_terminal(key) else _OTHER
                for place, key in enumerate(ends)
            )
            joined[step, source, target].append(row)
    journeys = {key: int(flows.journeys[rows].sum()) for key, rows in joined.items()}
    return _Sankey(
        nodes=nodes,
        flows={key: rows for key, rows in joined.items() if journeys[key] >= least * aligned},
        journeys=journeys,
        aligned=aligned,
        rows=sum(map(len, joined.values())),
        steps=(len(steps), len(met)),
    )


def _nodes(flows: StepFlows, rows: Iterable[int]) -> dict[int, list[_Node]]:
    found: dict[tuple[int, str], _Node] = {}
    for row in rows:
        step, many = int(flows.step[row]), int(flows.journeys[row])
        source = found.setdefault(
            (step, str(flows.source[row])), _Node(key=str(flows.source[row]), step=step)
        )
        target = found.setdefault(
            (step + 1, str(flows.target[row])), _Node(key=str(flows.target[row]), step=step + 1)
        )
        source.went += many
        target.came += many
    return {
        step: [node for node in found.values() if node.step == step]
        for step in sorted({step for step, _ in found})
    }


def _kept(nodes: list[_Node], least: float) -> list[_Node]:
    """Return the nodes of a step in order: touchpoints by frequency, the others, the terminals.

    Several touchpoints that are rarer than ``least``, or after the tenth, become one node. What is
    rarer even then has no flow that is drawn, and is left out.
    """
    own = [node for node in nodes if not is_terminal(node.key)]
    own.sort(key=lambda node: (-node.journeys, node.key))
    ends = sorted((n for n in nodes if is_terminal(n.key)), key=lambda node: -node.journeys)
    large = [node for node in own if node.journeys >= least]
    large = large if len(large) <= _MOST_NODES + 1 == len(own) else large[:_MOST_NODES]
    rest = own[len(large) :]
    if len(rest) > 1:
        came, went = (sum(getattr(node, name) for node in rest) for name in ("came", "went"))
        rest = [_Node(key=_OTHER, step=rest[0].step, merged=len(rest), came=came, went=went)]
    return [*large, *(node for node in [*rest, *ends] if node.journeys >= least)]


def _trivial(nodes: dict[int, list[_Node]], aligned: int) -> set[int]:
    """Return the first and the last step where every journey is at one terminal."""
    ends = {min(nodes, default=0), max(nodes, default=0)}
    found = {
        step
        for step in ends & set(nodes)
        if len(nodes[step]) == 1
        and is_terminal(nodes[step][0].key)
        and nodes[step][0].journeys == aligned
    }
    return found if len(nodes) > len(found) else set()


def _draw(
    canvas: Canvas,
    flows: StepFlows,
    sankey: _Sankey,
    colors: dict[str, str],
    *,
    top: float,
    least: float,
) -> float:
    """Draw the steps of a group in rows, and say what is drawn; return where it ends."""
    look = canvas.look
    inner = look.width - 2 * _PAD
    gap, node = (40.0, 84.0) if look.narrow else (56.0, 92.0)
    most = max(2, int((inner + gap) // (node + gap)))
    columns = _with_flows(sankey)
    room = (inner - (min(most, len(columns)) - 1) * gap) / max(min(most, len(columns)), 1) - 16
    for row in rows_of_columns(columns, most, again=1):
        for step in row:
            for one in sankey.nodes[step]:
                one.color = colors.get(one.key, look.palette.edge)
                one.lines = _label(look, one, sankey, min(room, _WIDEST_TEXT))
                one.used = {"came": 0.0, "went": 0.0}
        top = _row(canvas, flows, sankey, row, top=top) + 18
    for note in _notes(look, flows, sankey, least):
        lines = wrapped(note, inner, _SIZE)
        box = canvas.text(_PAD, top, lines, size=_SIZE, color=look.palette.ink2, kind="note")
        top = box.bottom + 3
    return top


def _with_flows(sankey: _Sankey) -> list[int]:
    """Return the steps that are drawn: those with a flow, else all of them."""
    met = {step + end for step, _, _ in sankey.flows for end in (0, 1)}
    return sorted(met or sankey.nodes)


def _label(look: Look, node: _Node, sankey: _Sankey, room: float) -> list[str]:
    """Return the lines of a node: its name, then its share, in the last line if it fits."""
    share = look.numerals.share(node.journeys / max(sankey.aligned, 1))
    lines = wrapped(_name(look, node), room, _SIZE, most=_LINES)
    if text_width(f"{lines[-1]} {share}", _SIZE) <= room:
        return [*lines[:-1], f"{lines[-1]} {share}"]
    return [*lines, share]


def _name(look: Look, node: _Node) -> str:
    if node.key == _OTHER:
        return look.say("step_flows.other", n=look.numerals.whole(node.merged))
    return look.name(node.key)


def _row(
    canvas: Canvas, flows: StepFlows, sankey: _Sankey, steps: list[int], *, top: float
) -> float:
    """Draw steps beside each other: their names, nodes and flows; return where they end."""
    look = canvas.look
    wide = {
        step: max(text_width(line, _SIZE) for one in sankey.nodes[step] for line in one.lines) + 16
        for step in steps
    }
    free = look.width - 2 * _PAD - sum(wide.values())
    gap = min(free / max(len(steps) - 1, 1), _WIDEST_GAP)
    full = 220.0 if look.narrow else 300.0
    x, bottom = _PAD, top
    for step in steps:
        title = look.say("steps.name", n=look.numerals.whole(step))
        y = canvas.text(x, top, title, bold=True, size=_SIZE, kind="step").bottom + 6
        for one in sankey.nodes[step]:
            text = len(one.lines) * _SIZE * LINE_HEIGHT + 4
            high = max(_LEAST_HEIGHT, text, full * one.journeys / max(sankey.aligned, 1))
            one.box = (x, y, x + wide[step], y + high)
            y += high + _GAP
        x, bottom = x + wide[step] + gap, max(bottom, y - _GAP)
    _flows(canvas, flows, sankey, steps, scale=full / max(sankey.aligned, 1))
    nodes = [one for step in steps for one in sankey.nodes[step]]
    points = [_node(canvas, one, sankey, scale=full / max(sankey.aligned, 1)) for one in nodes]
    canvas.hover_points(points, name="nodes")
    return bottom


def _node(
    canvas: Canvas, node: _Node, sankey: _Sankey, *, scale: float
) -> tuple[float, float, str]:
    """Draw a node and its bars; return what it says when it is pointed at."""
    look, (left, top, right, bottom) = canvas.look, node.box
    palette, middle = look.palette, (top + bottom) / 2
    canvas.rectangle(node.box, fill=palette.chip)
    for many, edge in ((node.came, left), (node.went, right - _BAR)):
        half = scale * many / 2
        if many:
            bar = (edge, middle - half, edge + _BAR, middle + half)
            canvas.rectangle(bar, fill=node.color)
    text = len(node.lines) * _SIZE * LINE_HEIGHT
    ink = palette.ink2 if is_terminal(node.key) or node.key == _OTHER else palette.ink
    canvas.text(left + 8, middle - text / 2, node.lines, size=_SIZE, color=ink, kind="node")
    share = look.numerals.share(node.journeys / max(sankey.aligned, 1))
    says = hover(
        _name(look, node),
        look.say("steps.name", n=look.numerals.whole(node.step)),
        look.say("step_flows.of_journeys", share=share),
        look.say("plot.n", n=look.numerals.whole(node.journeys)),
    )
    return (left + right) / 2, middle, says


def _flows(
    canvas: Canvas, flows: StepFlows, sankey: _Sankey, steps: list[int], *, scale: float
) -> None:
    """Draw the flows between the steps of a row; those of a node do not cross each other at it."""
    places = {
        (step, one.key): place for step in steps for place, one in enumerate(sankey.nodes[step])
    }
    among = [key for key in sankey.flows if key[0] in steps[:-1]]
    among.sort(key=lambda key: (key[0], places[key[0], key[1]], places[key[0] + 1, key[2]]))
    points = []
    for step, source, target in among:
        key = (step, source, target)
        ends = sankey.named(step)[source], sankey.named(step + 1)[target]
        high = scale * sankey.journeys[key]
        edges = []
        for one, side, many in ((ends[0], "went", ends[0].went), (ends[1], "came", ends[1].came)):
            y = (one.box[1] + one.box[3]) / 2 - scale * many / 2 + one.used[side]
            one.used[side] += high
            edges.append((one.box[2] if side == "went" else one.box[0], y, y + high))
        path = ribbon(edges[0], edges[1])
        grey = is_terminal(target) or is_terminal(source)
        color = canvas.look.palette.edge if grey else ends[0].color
        canvas.path(path, color=color, width=0, fill=color, opacity=0.22 if grey else 0.42)
        x, y = ((edges[0][place] + edges[1][place]) / 2 for place in (0, 1))
        points.append((x, y + high / 2, _flow_says(canvas.look, flows, sankey, key)))
    canvas.hover_points(points, name="flows")


def _flow_says(look: Look, flows: StepFlows, sankey: _Sankey, key: tuple[int, str, str]) -> str:
    step, source, target = key
    names = [_name(look, sankey.named(step)[source]), _name(look, sankey.named(step + 1)[target])]
    rows, numerals = sankey.flows[key], look.numerals
    share = numerals.share(sankey.journeys[key] / max(sankey.aligned, 1))
    lines = [look.say("plot.n", n=numerals.whole(sankey.journeys[key]))]
    if len(rows) == 1:
        row = rows[0]
        share = f"{numerals.share(flows.share[row])} " + numerals.range(
            flows.low[row], flows.high[row]
        )
        inner = f"{numerals.share(flows.probability[row])} " + numerals.range(
            flows.probability_low[row], flows.probability_high[row]
        )
        lines.append(look.say("step_flows.of_source", share=inner, source=names[0]))
    said = look.say("step_flows.of_journeys", share=share)
    return hover(f"{names[0]} → {names[1]}", said, *lines)


def _notes(look: Look, flows: StepFlows, sankey: _Sankey, least: float) -> list[str]:
    numerals, many = look.numerals, sum(sankey.journeys.values())
    carried = sum(sankey.journeys[key] for key in sankey.flows) / many if many else np.nan
    how = look.say(
        "step_flows.how", n=numerals.whole(sankey.aligned), level=numerals.share(flows.level)
    )
    shown = look.say(
        "step_flows.shown",
        shown=numerals.whole(sum(map(len, sankey.flows.values()))),
        all=numerals.whole(sankey.rows),
        least=numerals.share(least),
        share=numerals.share(carried),
    )
    return [how, *([shown] if sankey.journeys else []), *steps_note(look, *sankey.steps)]
