"""The picture of journeys as sequences: a row for each, a coloured block for each touchpoint."""

from __future__ import annotations

import itertools
from typing import Any

import numpy as np

from touchpoints._core import checks
from touchpoints._core.checks import public
from touchpoints._core.frozen import Array
from touchpoints.journeys.model import Journeys
from touchpoints.plot._shared.blocks import (
    Block,
    block_entries,
    draw_blocks,
    terminal_color,
)
from touchpoints.plot._shared.canvas import Canvas, hover
from touchpoints.plot._shared.look import Look, look_of
from touchpoints.plot._shared.plot_area import Area, x_axis
from touchpoints.plot._shared.sampled_journeys import Sampled, sampled
from touchpoints.plot._shared.symbol_legends import noted, symbol_legend
from touchpoints.plot._shared.touchpoint_kinds import Kinds, touchpoint_kinds
from touchpoints.taxonomy import Taxonomy

_PAD = 8.0
_HIGHEST, _HIGHEST_ROW = 480.0, 22.0
_OPEN = "(open)"


@public
def sequences(
    journeys: Journeys,
    *,
    steps: int = 15,
    max_journeys: int = 300,
    seed: int = 1,
    taxonomy: Taxonomy | None = None,
    lang: str = "en",
    dark: bool = False,
    width: int = 960,
) -> Any:
    """Draw a sequence index plot: a row for each journey, a block for each of its touchpoints.

    Parameters
    ----------
    journeys
        The journeys. Counts are honoured: a row of count 3 is drawn three times.
    steps
        How many touchpoints of each journey to draw at most.
    max_journeys
        How many journeys to draw at most; of more, so many are drawn at random.
    seed
        The seed of numpy's default generator, for the sample.
    taxonomy, lang, dark, width
        Shared arguments: see `touchpoints.plot`.

    Returns
    -------
    plotly.graph_objects.Figure
        Rows are sorted by their touchpoints, the most frequent first, so that journeys that begin
        alike lie together; blocks of the same touchpoint above each other are joined, and named
        where there is room. The seven most frequent touchpoints have a colour each, the others
        share one. A journey that the log cuts off ends with a pale block.

    Raises
    ------
    InvalidInputError
        When ``steps`` or ``max_journeys`` is not an integer of at least 1, or ``seed`` is none.
    MissingPackageError
        When plotly is not installed.
    WrongKindError
        When ``journeys`` is not a `Journeys`.

    See Also
    --------
    sequence_distribution : The share of each touchpoint by position.
    variants : The most frequent sequences, with their shares.
    dotted_chart : The same journeys in time.

    Notes
    -----
    Sequence index plots: S. Scherer (2001), Early career patterns: a comparison of Great Britain
    and West Germany, European Sociological Review 17(2), 119-144, doi:10.1093/esr/17.2.119.
    O(m) in the interactions, and a sort of the journeys drawn.

    Examples
    --------
    >>> import touchpoints as tp
    >>> journeys = tp.from_paths({"path": ["ad > visit > buy", "visit > buy"]}, path="path")
    >>> figure = tp.plot.sequences(journeys)
    >>> [one.text for one in figure.layout.annotations if one.name == "note"]
    ['All 2 journeys are drawn.']
    """
    steps = checks.whole("steps", steps)
    chosen = sampled(journeys, most=max_journeys, seed=seed)
    look = look_of(dark=dark, lang=lang, taxonomy=taxonomy, width=width)
    canvas = Canvas(look)
    if not len(chosen.rows):
        y = noted(canvas, look.say("plot.no_data"), top=_PAD)
        return canvas.figure(y + _PAD)
    kinds = touchpoint_kinds(_weights(chosen), look)
    table = _table(chosen, kinds, steps)
    terminals = [_OPEN] if (table == len(kinds.entries)).any() else []
    y = symbol_legend(canvas, block_entries(kinds, terminals, look), top=_PAD)
    y = _rows(canvas, table, kinds, top=y + 2)
    return canvas.figure(_notes(canvas, chosen, kinds, steps=steps, top=y + 8) + _PAD)


def _weights(chosen: Sampled) -> dict[str, float]:
    """Return how often each touchpoint occurs in the journeys drawn."""
    journeys = chosen.journeys
    lengths = np.diff(journeys.offsets)
    counted = np.bincount(
        journeys.codes, np.repeat(journeys.counts, lengths), len(journeys.touchpoints)
    )
    pairs = zip(journeys.touchpoints, counted.tolist(), strict=True)
    return {one.key: weight for one, weight in pairs if weight}


def _table(chosen: Sampled, kinds: Kinds, steps: int) -> Array:
    """Return the kind at each position of each row, sorted; -1 after the end of a journey.

    The kind after the last one stands for a journey that the log cuts off.
    """
    journeys = chosen.journeys
    of = np.array([kinds.of.get(one.key, 0) for one in journeys.touchpoints], dtype=np.int64)
    lengths = np.diff(journeys.offsets)
    columns = min(int(lengths.max(initial=0)) + 1, steps)
    at = journeys.offsets[:-1, None] + np.arange(columns)
    there = np.arange(columns) < lengths[:, None]
    codes = np.append(journeys.codes, 0)[np.minimum(at, len(journeys.codes))]
    table = np.where(there, np.append(of, 0)[codes] if len(of) else -1, -1)
    cut = ~journeys.finished & (lengths < columns)
    table[cut, lengths[cut]] = len(kinds.entries)
    rows = table[chosen.rows]
    ranked = np.where(rows < 0, len(kinds.entries) + 1, rows)
    sorted_rows: Array = rows[np.lexsort(ranked.T[::-1])]
    return sorted_rows


def _rows(canvas: Canvas, table: Array, kinds: Kinds, *, top: float) -> float:
    """Draw the blocks and the axis of positions; return the y below."""
    look = canvas.look
    size, columns = table.shape
    if columns > 1 and (table[:, -1] < 0).all():
        columns -= 1
    row = min(_HIGHEST_ROW, _HIGHEST / size)
    area = Area(
        left=_PAD,
        top=top,
        right=look.width - _PAD,
        bottom=top + row * size,
        xs=(0.5, columns + 0.5),
        ys=(float(size), 0.0),
    )
    blocks: list[Block] = []
    for column in range(columns):
        blocks += _column(table[:, column], column, kinds, look, area=area)
    draw_blocks(canvas, blocks)
    ticks = [(float(one), look.numerals.whole(one)) for one in range(1, columns + 1)]
    return x_axis(canvas, area, ticks, title=look.say("sequences.position"))


def _column(kinds_at: Array, column: int, kinds: Kinds, look: Look, *, area: Area) -> list[Block]:
    """Return the blocks of a position: rows in succession with the same kind are one."""
    changes = np.flatnonzero(kinds_at[1:] != kinds_at[:-1]) + 1
    bounds = [0, *changes.tolist(), len(kinds_at)]
    blocks = []
    for first, after in itertools.pairwise(bounds):
        kind = int(kinds_at[first])
        if kind < 0:
            continue
        if kind < len(kinds.entries):
            name, color = kinds.entries[kind].label, kinds.entries[kind].color
        else:
            name, color = look.name(_OPEN), terminal_color(_OPEN, look)
        gap = 0.5 if (after - first) * (area.bottom - area.top) / len(kinds_at) > 4 else 0.0
        box = (
            area.x(column + 0.5) + 1,
            area.y(first),
            area.x(column + 1.5) - 1,
            area.y(after) - gap,
        )
        number = look.say("sequences.journeys", n=look.numerals.whole(after - first))
        place = look.say("sequences.at", n=look.numerals.whole(column + 1))
        blocks.append(Block(box=box, color=color, name=name, says=hover(name, place, number)))
    return blocks


def _notes(canvas: Canvas, chosen: Sampled, kinds: Kinds, *, steps: int, top: float) -> float:
    """Say how many journeys are drawn, and what of them is not."""
    look, numerals = canvas.look, canvas.look.numerals
    said = [chosen.note(look)]
    longer = int((np.diff(chosen.journeys.offsets)[chosen.rows] > steps).sum())
    if longer:
        said.append(
            look.say("sequences.longer", n=numerals.whole(longer), steps=numerals.whole(steps))
        )
    if kinds.others:
        said.append(look.say("sequences.others", n=numerals.whole(kinds.others)))
    return noted(canvas, " ".join(said), top=top)
