"""The picture of a step matrix: the shares of touchpoints by position, stacked."""

from __future__ import annotations

from typing import Any

import numpy as np

from touchpoints._core.checks import public
from touchpoints.paths import StepMatrix
from touchpoints.plot._shared.blocks import (
    TERMINALS,
    Block,
    block_entries,
    draw_blocks,
    terminal_color,
)
from touchpoints.plot._shared.canvas import Canvas, hover
from touchpoints.plot._shared.groups import Part, parts_of
from touchpoints.plot._shared.look import Look, look_of, require_record
from touchpoints.plot._shared.plot_area import Area, nice_ticks, room_for, x_axis, y_axis
from touchpoints.plot._shared.symbol_legends import noted, symbol_legend
from touchpoints.plot._shared.text_widths import wrapped
from touchpoints.plot._shared.touchpoint_kinds import Kinds, touchpoint_kinds
from touchpoints.taxonomy import Taxonomy

_PAD = 8.0
_HIGH, _HIGH_NARROW, _HIGH_OF_GROUP = 340.0, 280.0, 220.0


@public
def sequence_distribution(
    matrix: StepMatrix,
    *,
    taxonomy: Taxonomy | None = None,
    lang: str = "en",
    dark: bool = False,
    width: int = 960,
) -> Any:
    """Draw the share of journeys at each touchpoint in each step, stacked.

    Parameters
    ----------
    matrix
        What `tp.paths.step_matrix` returned.
    taxonomy, lang, dark, width
        Shared arguments: see `touchpoints.plot`.

    Returns
    -------
    plotly.graph_objects.Figure
        A column for each step: blocks as high as the share of the aligned journeys, the most
        frequent touchpoint at the bottom, named where there is room; terminals stand above. A
        column falls short of 100 % by the journeys that ended earlier. The seven most frequent
        touchpoints have a colour each, the others share one. Intervals appear when a block is
        pointed at. Groups follow each other.

    Raises
    ------
    MissingPackageError
        When plotly is not installed.
    WrongKindError
        When ``matrix`` is not a StepMatrix.

    See Also
    --------
    touchpoints.paths.step_matrix : Count the journeys at each touchpoint in each step.
    sequences : The journeys themselves.

    Examples
    --------
    >>> import touchpoints as tp
    >>> journeys = tp.from_paths({"path": ["ad > visit > buy", "visit > buy", "ad"]}, path="path")
    >>> figure = tp.plot.sequence_distribution(tp.paths.step_matrix(journeys, steps=2))
    >>> sorted(one.text for one in figure.layout.annotations if one.name == "block")
    ['ad', 'buy', 'end', 'visit', 'visit']
    """
    require_record(matrix, StepMatrix, made_by="tp.paths.step_matrix")
    look = look_of(dark=dark, lang=lang, taxonomy=taxonomy, width=width)
    canvas = Canvas(look)
    parts, said = parts_of(matrix, look, size=matrix.aligned)
    y = noted(canvas, said, top=_PAD, kind="legend")
    kinds = touchpoint_kinds(_weights(matrix, parts), look)
    drawn = np.concatenate([part.rows for part in parts]) if parts else np.empty(0, np.int64)
    terminals = set(matrix.touchpoint[drawn].tolist()) & set(TERMINALS)
    y = symbol_legend(canvas, block_entries(kinds, terminals, look), top=y)
    if parts:
        y = noted(canvas, look.say("sequence_distribution.share"), top=y, kind="axis") + 6
    for part in parts:
        y = _group(canvas, matrix, part, kinds, top=y)
    if not parts:
        y = noted(canvas, look.say("plot.no_data"), top=y)
    return canvas.figure(_notes(canvas, matrix, parts, kinds, top=y) + _PAD)


def _weights(matrix: StepMatrix, parts: list[Part]) -> dict[str, float]:
    """Return how many journeys are at each touchpoint, over all steps drawn."""
    weights: dict[str, float] = {}
    for part in parts:
        for row in part.rows.tolist():
            key = str(matrix.touchpoint[row])
            if key not in TERMINALS:
                weights[key] = weights.get(key, 0.0) + float(matrix.journeys[row])
    return weights


def _group(canvas: Canvas, matrix: StepMatrix, part: Part, kinds: Kinds, *, top: float) -> float:
    """Draw the columns of a group; return the y below the axis."""
    look, y = canvas.look, top
    if part.label:
        lines = wrapped(part.label, look.width - 2 * _PAD, 12, bold=True, most=3)
        y = canvas.text(_PAD, y, lines, bold=True, kind="group").bottom + 10
    steps = np.unique(matrix.step[part.rows])
    shares = [(one, look.numerals.share(one)) for one in nice_ticks(0, 1)]
    high = _HIGH_OF_GROUP if part.label else _HIGH_NARROW if look.narrow else _HIGH
    area = Area(
        left=_PAD + room_for(label for _, label in shares),
        top=y,
        right=look.width - _PAD,
        bottom=y + high,
        xs=(-0.5, len(steps) - 0.5),
    )
    y_axis(canvas, area, shares)
    blocks: list[Block] = []
    for column, step in enumerate(steps.tolist()):
        blocks += _column(matrix, part, column, step, kinds=kinds, look=look, area=area)
    draw_blocks(canvas, blocks)
    ticks = [(float(at), look.numerals.whole(one)) for at, one in enumerate(steps.tolist())]
    title = look.say("sequence_distribution.step")
    return x_axis(canvas, area, ticks, title=title) + 12


def _column(
    matrix: StepMatrix,
    part: Part,
    column: int,
    step: int,
    *,
    kinds: Kinds,
    look: Look,
    area: Area,
) -> list[Block]:
    """Return the blocks of a step: touchpoints by their kind, then terminals."""
    rows = part.rows[matrix.step[part.rows] == step].tolist()
    place = {one: len(kinds.entries) + at for at, one in enumerate(TERMINALS)}
    order = sorted(
        rows,
        key=lambda row: (
            place.get(str(matrix.touchpoint[row]), kinds.of.get(str(matrix.touchpoint[row]), 0)),
            -float(matrix.share[row]),
            str(matrix.touchpoint[row]),
        ),
    )
    blocks, under = [], 0.0
    for row in order:
        key, share = str(matrix.touchpoint[row]), float(matrix.share[row])
        if not share > 0:
            continue
        color = terminal_color(key, look) if key in TERMINALS else kinds.color(key)
        ends = area.y(under + share), area.y(under)
        gap = 0.5 if ends[1] - ends[0] > 4 else 0.0
        box = (area.x(column - 0.5) + 1, ends[0] + gap, area.x(column + 0.5) - 1, ends[1])
        says = _says(matrix, row, look)
        blocks.append(Block(box=box, color=color, name=look.name(key), says=says))
        under += share
    return blocks


def _says(matrix: StepMatrix, row: int, look: Look) -> str:
    numerals = look.numerals
    interval = numerals.range(float(matrix.low[row]), float(matrix.high[row]))
    step = look.say("sequence_distribution.at", n=numerals.whole(matrix.step[row]))
    number = look.say("plot.n", n=numerals.whole(matrix.journeys[row]))
    share = f"{numerals.share(float(matrix.share[row]))} {interval}"
    return hover(look.name(str(matrix.touchpoint[row])), step, share, number)


def _notes(
    canvas: Canvas, matrix: StepMatrix, parts: list[Part], kinds: Kinds, *, top: float
) -> float:
    """Say where the intervals are, and what is left out or has no colour of its own."""
    look, numerals = canvas.look, canvas.look.numerals
    if not parts:
        return top
    level = numerals.share(matrix.level)
    said = [look.say("sequence_distribution.interval", level=level)]
    if kinds.others:
        said.append(look.say("sequences.others", n=numerals.whole(kinds.others)))
    out = sum(int(matrix.left_out[part.rows].max(initial=0)) for part in parts)
    if out:
        said.append(look.say("sequence_distribution.left_out", n=numerals.whole(out)))
    return noted(canvas, " ".join(said), top=top)
