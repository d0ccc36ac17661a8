"""The picture of a step matrix: touchpoints by step as a heat map (B40)."""

from __future__ import annotations

from collections import defaultdict
from functools import partial
from itertools import pairwise
from typing import Any, Literal

import attrs
import numpy as np

from touchpoints._core.checks import check_option, public
from touchpoints._core.frozen import Array
from touchpoints.graphs.names import is_terminal
from touchpoints.paths import StepMatrix
from touchpoints.plot._shared.canvas import Canvas, hover
from touchpoints.plot._shared.groups import Part, parts_of
from touchpoints.plot._shared.look import Look, look_of, require_record
from touchpoints.plot._shared.shades import shades
from touchpoints.plot._shared.step_tables import (
    group_heading,
    nearest,
    rows_of_columns,
    steps_note,
)
from touchpoints.plot._shared.text_widths import LINE_HEIGHT, text_width, wrapped
from touchpoints.taxonomy import Taxonomy

Of = Literal["all", "going"]

_PAD, _SIZE, _LEAST_ROW, _MOST_ROWS = 8.0, 11.0, 24.0, 40
_LEAST_CELL, _WIDEST = 44.0, 84.0
_BOUNDS = (0.02, 0.05, 0.1, 0.2, 0.4)
_COLUMNS: dict[Of, str] = {"all": "share", "going": "of_going"}


@attrs.frozen(kw_only=True, eq=False)
class _Grid:
    """The touchpoints and steps of a group that are drawn, and the row of each cell.

    ``keys`` and ``steps`` are in order; ``every`` counts the touchpoints and the steps of the
    record; ``points`` gathers what cells say when they are pointed at.
    """

    keys: list[str]
    steps: list[int]
    rows: dict[tuple[str, int], int]
    every: tuple[int, int]
    points: list[tuple[float, float, str]] = attrs.field(factory=list)


@public
def step_matrix(
    matrix: StepMatrix,
    *,
    of: Of = "all",
    taxonomy: Taxonomy | None = None,
    lang: str = "en",
    dark: bool = False,
    width: int = 960,
) -> Any:
    """Draw the touchpoints of each step as a heat map.

    Parameters
    ----------
    matrix
        What `tp.paths.step_matrix` returned.
    of
        The shares that are drawn: of ``"all"`` journeys, or of those that are ``"going"`` on, that
        is at any touchpoint in that step.
    taxonomy, lang, dark, width
        Shared arguments: see `touchpoints.plot`.

    Returns
    -------
    plotly.graph_objects.Figure
        A row for each touchpoint, the most frequent first and the ends of journeys last, and a
        column for each step. A cell has the colour of its share, from little to much, and the share
        is written in it; its interval appears when the cell is pointed at. Where no journey is, or
        the share is unknown, nothing is drawn. Of more than 40 touchpoints the most frequent are
        drawn, and the figure says so. Groups are drawn one below the other.

    Raises
    ------
    InvalidInputError
        When ``of`` is not ``"all"`` or ``"going"``.
    MissingPackageError
        When plotly is not installed.
    WrongKindError
        When ``matrix`` is not a StepMatrix.

    See Also
    --------
    touchpoints.paths.step_matrix : Count the journeys at each touchpoint in each step.
    touchpoints.plot.step_flows : The flows between these steps.

    Examples
    --------
    >>> import touchpoints as tp
    >>> found = tp.paths.step_matrix(tp.datasets.shop(100, seed=1), steps=3)
    >>> figure = tp.plot.step_matrix(found, taxonomy=tp.load_taxonomy("customer"))
    >>> figure.layout.annotations[0].text
    '<b>step 1</b>'
    """
    require_record(matrix, StepMatrix, made_by="tp.paths.step_matrix")
    check_option("of", of, Of)
    look = look_of(dark=dark, lang=lang, taxonomy=taxonomy, width=width)
    canvas, y = Canvas(look), _PAD
    parts, note = parts_of(matrix, look, size=matrix.aligned)
    total = _frequency(matrix, parts)
    for part in parts:
        grid = _grid(matrix, part, total)
        size = look.say("plot.n", n=look.numerals.whole(_aligned(matrix, part)))
        y = group_heading(canvas, part, size, left=_PAD, top=y)
        y = _tables(canvas, matrix, grid, of, top=y)
        y = _write(canvas, _said(look, matrix, part, grid, of), top=y) + 14
    if parts:
        y = _legend(canvas, top=y) + 6
    y = _write(canvas, [note if parts else look.say("plot.no_data")], top=y)
    return canvas.figure(y + _PAD)


def _write(canvas: Canvas, notes: list[str], *, top: float) -> float:
    """Write sentences below each other; return where they end."""
    look = canvas.look
    for note in filter(None, notes):
        lines = wrapped(note, look.width - 2 * _PAD, _SIZE)
        box = canvas.text(_PAD, top, lines, size=_SIZE, color=look.palette.ink2, kind="note")
        top = box.bottom + 3
    return top


def _aligned(matrix: StepMatrix, part: Part) -> int:
    return int(matrix.aligned[part.rows].max(initial=0))


def _frequency(matrix: StepMatrix, parts: list[Part]) -> dict[str, int]:
    """Return how often journeys of all groups are at each touchpoint, in any step."""
    total: defaultdict[str, int] = defaultdict(int)
    for row in np.concatenate([part.rows for part in parts]).tolist() if parts else []:
        total[str(matrix.touchpoint[row])] += int(matrix.journeys[row])
    return total


def _grid(matrix: StepMatrix, part: Part, total: dict[str, int]) -> _Grid:
    """Return which touchpoints and steps of a group are drawn, in the order of ``total``."""
    met = sorted({int(matrix.step[row]) for row in part.rows})
    steps = nearest(met)
    rows = {
        (str(matrix.touchpoint[row]), int(matrix.step[row])): row
        for row in part.rows.tolist()
        if steps[0] <= matrix.step[row] <= steps[-1]
    }
    keys = sorted({key for key, _ in rows}, key=lambda key: (is_terminal(key), -total[key], key))
    own = [key for key in keys if not is_terminal(key)]
    ends = keys[len(own) :]
    every = len(own), len(met)
    return _Grid(keys=own[:_MOST_ROWS] + ends, steps=steps, rows=rows, every=every)


@attrs.frozen(kw_only=True)
class _Columns:
    """The steps of a table, how wide the names are, and how wide a cell is."""

    steps: list[int]
    names: float
    cell: float

    def left(self, place: int) -> float:
        """Return where the column of a step begins."""
        return _PAD + self.names + place * self.cell


def _tables(canvas: Canvas, matrix: StepMatrix, grid: _Grid, of: Of, *, top: float) -> float:
    """Draw the matrix, in several tables where the steps do not fit beside each other."""
    look = canvas.look
    inner = look.width - 2 * _PAD
    longest = max((text_width(look.name(key), 12) for key in grid.keys), default=0.0)
    names = min(longest + 10, 124.0 if look.narrow else 230.0)
    tables = rows_of_columns(grid.steps, max(int((inner - names) // _LEAST_CELL), 1), again=0)
    cell = min((inner - names) / max(map(len, tables), default=1), _WIDEST)
    for steps in tables:
        columns = _Columns(steps=steps, names=names, cell=cell)
        top = _titles(canvas, columns, top=top)
        for key in grid.keys:
            top = _row(canvas, matrix, grid, columns, key, of, top=top)
        top += 12
    canvas.hover_points(grid.points, name="cells")
    return top


def _titles(canvas: Canvas, columns: _Columns, *, top: float) -> float:
    """Write the names of steps above their columns; return where the first row begins."""
    look = canvas.look
    for place, step in enumerate(columns.steps):
        number = look.numerals.whole(step)
        said = look.say("steps.name", n=number)
        fits = text_width(said, _SIZE, bold=True) <= columns.cell - 2
        x = columns.left(place) + columns.cell / 2
        title = said if fits else number
        canvas.text(x, top, title, size=_SIZE, bold=True, align="center", kind="step")
    return top + _SIZE * LINE_HEIGHT + 4


def _row(
    canvas: Canvas,
    matrix: StepMatrix,
    grid: _Grid,
    columns: _Columns,
    key: str,
    of: Of,
    *,
    top: float,
) -> float:
    """Draw a touchpoint in all steps; return where the next one begins."""
    look = canvas.look
    lines = wrapped(look.name(key), columns.names - 8, 12, most=4)
    text = len(lines) * 12 * LINE_HEIGHT
    high = max(_LEAST_ROW, text + 6)
    ink = look.palette.ink2 if is_terminal(key) else look.palette.ink
    canvas.text(_PAD, top + (high - text) / 2, lines, color=ink, kind="touchpoint")
    for place, step in enumerate(columns.steps):
        if (key, step) in grid.rows:
            left, right = columns.left(place), columns.left(place + 1)
            box = (left + 0.5, top + 0.5, right - 0.5, top + high - 0.5)
            grid.points.extend(_cell(canvas, matrix, grid.rows[key, step], of, box=box))
    return top + high


def _numbers(matrix: StepMatrix, row: int, of: Of) -> tuple[float, float, float]:
    """Return the share of a cell and its interval."""
    name = _COLUMNS[of]
    ends = ("low", "high") if of == "all" else ("of_going_low", "of_going_high")
    columns: list[Array] = [getattr(matrix, one) for one in (name, *ends)]
    share, low, high = (float(one[row]) for one in columns)
    return share, low, high


def _cell(
    canvas: Canvas,
    matrix: StepMatrix,
    row: int,
    of: Of,
    *,
    box: tuple[float, float, float, float],
) -> list[tuple[float, float, str]]:
    """Draw a cell: its colour and its share; return what it says when it is pointed at."""
    look, (share, low, high) = canvas.look, _numbers(matrix, row, of)
    if np.isnan(share):
        return []
    fill, ink = shades(look.palette)[sum(share >= bound for bound in _BOUNDS)]
    canvas.rectangle(box, fill=fill)
    text, numerals = look.numerals.share(share), look.numerals
    x, y = (box[0] + box[2]) / 2, (box[1] + box[3]) / 2
    if text_width(text, _SIZE) <= box[2] - box[0] - 2:
        top = y - _SIZE * LINE_HEIGHT / 2
        canvas.text(x, top, text, size=_SIZE, color=ink, align="center", kind="share")
    says = hover(
        look.name(matrix.touchpoint[row]),
        look.say("steps.name", n=numerals.whole(matrix.step[row])),
        f"{text} {numerals.range(low, high)}",
        look.say("plot.n", n=numerals.whole(matrix.journeys[row])),
    )
    return [(x, y, says)]


def _said(look: Look, matrix: StepMatrix, part: Part, grid: _Grid, of: Of) -> list[str]:
    """Return what the shares are of, and what is not drawn."""
    whole = look.numerals.whole
    how = look.say(
        f"step_matrix.of_{of}",
        n=whole(_aligned(matrix, part)),
        level=look.numerals.share(matrix.level),
    )
    own = sum(not is_terminal(key) for key in grid.keys)
    rows = {"shown": whole(own), "all": whole(grid.every[0])}
    left_out = int(matrix.left_out[part.rows].max(initial=0))
    return [
        how,
        look.say("step_matrix.shown", **rows) if own < grid.every[0] else "",
        *steps_note(look, len(grid.steps), grid.every[1]),
        look.say("step_matrix.left_out", n=whole(left_out)) if left_out else "",
    ]


def _legend(canvas: Canvas, *, top: float) -> float:
    """Draw which colour stands for which shares; return where it ends."""
    look, x = canvas.look, _PAD
    share = partial(look.numerals.share, places=0)
    words = [
        look.say("step_matrix.below", high=share(_BOUNDS[0])),
        *(
            look.say("step_matrix.between", low=share(low), high=share(high))
            for low, high in pairwise(_BOUNDS)
        ),
        look.say("step_matrix.above", low=share(_BOUNDS[-1])),
    ]
    for text, (fill, _) in zip(words, shades(look.palette), strict=True):
        wide = 18 + text_width(text, _SIZE) + 14
        if x > _PAD and x + wide > look.width - _PAD:
            x, top = _PAD, top + 20
        canvas.rectangle((x, top + 1, x + 13, top + 14), fill=fill)
        canvas.text(x + 18, top, text, size=_SIZE, color=look.palette.ink2, kind="legend")
        x += wide
    return top + 20
