"""The picture of how transitions differ between two groups: a list, or a graph (B40)."""

from __future__ import annotations

import math
from typing import Any

import attrs
import networkx as nx

from touchpoints._core import checks
from touchpoints._core.checks import public
from touchpoints.errors import WrongKindError
from touchpoints.graphs.names import is_terminal
from touchpoints.graphs.schema import require_digraph
from touchpoints.plot._shared.canvas import Canvas, Marker, hover
from touchpoints.plot._shared.graph_drawing import PAD, Line, Spot, draw_graph
from touchpoints.plot._shared.look import Look, look_of, shown
from touchpoints.plot._shared.scales import Scale, ticks_around_zero
from touchpoints.plot._shared.text_widths import LINE_HEIGHT, text_width, wrapped
from touchpoints.taxonomy import Taxonomy

_SIZE, _LINES = 11.0, 5
_MOST_NODES, _WIDEST, _RADIUS, _LEAST_RADIUS, _TERMINAL_RADIUS = 60, 8.0, 15.0, 5.0, 7.0
_LEVEL = 0.95
_NAN = float("nan")


@attrs.frozen(kw_only=True)
class _Difference:
    """The difference of a transition in points, and whether it is clear."""

    source: Any
    target: Any
    difference: float
    low: float
    high: float
    q: float
    a: float
    b: float
    clear: bool


@public
def difference_graph(
    G: nx.DiGraph,
    *,
    as_graph: bool = False,
    max_edges: int | None = 30,
    taxonomy: Taxonomy | None = None,
    lang: str = "en",
    dark: bool = False,
    width: int = 960,
) -> Any:
    """Draw the differences of transitions between two groups, as a list or as a graph.

    Parameters
    ----------
    G
        What `tp.compare.difference_graph` returned.
    as_graph
        True for a graph in rows from top to bottom instead of a list.
    max_edges
        The largest number of transitions drawn; None for all. Those that differ clearly come first,
        then those with the largest difference.
    taxonomy, lang, dark, width
        Shared arguments: see `touchpoints.plot`. Without a taxonomy, touchpoints have the labels
        of the graph.

    Returns
    -------
    plotly.graph_objects.Figure
        A row for each transition, sorted by its difference (the first group minus the second, in
        percentage points) with its interval, and a line at zero. A transition differs clearly where
        its q, the p-value adjusted for the number of transitions compared, is at most 1 minus the
        level of the intervals: its dot is filled, in a colour for each direction. The others are
        hollow and grey. As a graph, lines have that colour where transitions differ clearly, and a
        width by the difference; the others are thin and grey.

    Raises
    ------
    InvalidInputError
        When ``max_edges`` is not an integer of at least 0.
    MissingPackageError
        When plotly is not installed.
    WrongKindError
        When ``G`` is not a graph of differences.

    See Also
    --------
    touchpoints.compare.difference_graph : Compare the transitions of two groups.

    Examples
    --------
    >>> import touchpoints as tp
    >>> two = tp.compare.groups(tp.datasets.shop(300, seed=1), "device")
    >>> G = tp.compare.difference_graph(two, seed=1, resamples=200, shared="within")
    >>> figure = tp.plot.difference_graph(G, max_edges=5)
    >>> figure.layout.annotations[0].text
    'more often in computer'
    """
    require_digraph(G)
    if G.graph.get("kind") != "difference":
        raise WrongKindError(
            f"a graph of differences can be drawn here, got one of kind {G.graph.get('kind')!r}",
            mend="pass what tp.compare.difference_graph returned, or call tp.plot.transition_graph",
        )
    look = look_of(dark=dark, lang=lang, taxonomy=taxonomy, width=width)
    rows = _rows(G, checks.limit("max_edges", max_edges))
    canvas = Canvas(look)
    if not rows:
        box = canvas.text(PAD, PAD, look.say("plot.no_data"), color=look.palette.ink2)
        return canvas.figure(box.bottom + PAD)
    bottom, number = (_graph if as_graph else _list)(canvas, G, rows)
    bottom = _notes(canvas, G, number, as_graph=as_graph, top=bottom + 8)
    return canvas.figure(bottom + PAD)


def _rows(G: nx.DiGraph, most: int | None) -> list[_Difference]:
    """Return the transitions that are drawn, the largest difference first."""
    level = float(G.graph.get("level", _LEVEL))
    found = []
    for source, target, data in G.edges(data=True):
        numbers = {name: float(data.get(name, _NAN)) for name in ("low", "high", "q", "a", "b")}
        difference = float(data.get("difference", _NAN))
        if not math.isnan(difference):
            clear = numbers["q"] <= 1 - level + 1e-12
            found.append(
                _Difference(
                    source=source, target=target, difference=difference, clear=clear, **numbers
                )
            )
    found.sort(key=lambda one: (not one.clear, -abs(one.difference)))
    kept = found if most is None else found[:most]
    return sorted(kept, key=lambda one: -one.difference)


def _name(look: Look, G: nx.DiGraph, node: Any) -> str:
    label = G.nodes[node].get("label")
    if is_terminal(node) or label is None or look.taxonomy is not None:
        return look.name(node)
    return shown(str(label))


def _groups(look: Look, G: nx.DiGraph) -> list[str]:
    """Return the names of the groups; their labels if both are terms of the taxonomy."""
    keys = [str(G.graph.get(one, one)) for one in ("a", "b")]
    labels = [look.name(key) for key in keys]
    known = all(label != key for label, key in zip(labels, keys, strict=True))
    return labels if known else [shown(key) for key in keys]


def _color(look: Look, row: _Difference) -> str:
    palette = look.palette
    if not row.clear:
        return palette.edge
    return palette.valence[4] if row.difference > 0 else palette.valence[0]


def _points(look: Look, value: float) -> str:
    return look.say(
        "difference_graph.points", n=look.numerals.number(100 * value, places=1, signed=True)
    )


def _said(look: Look, row: _Difference) -> str:
    """Return a difference and its interval, in percentage points."""
    ends = look.numerals.range(100 * row.low, 100 * row.high, shares=False, places=1)
    return f"{_points(look, row.difference)} {ends}"


def _says(look: Look, G: nx.DiGraph, row: _Difference) -> str:
    """Return what a transition says when it is pointed at."""
    share, number = look.numerals.share, look.numerals.number
    names = _groups(look, G)
    return hover(
        f"{_name(look, G, row.source)} → {_name(look, G, row.target)}",
        _said(look, row),
        f"{names[0]}: {share(row.a)} · {names[1]}: {share(row.b)}",
        f"q = {number(row.q, places=3)}",
    )


def _list(canvas: Canvas, G: nx.DiGraph, rows: list[_Difference]) -> tuple[float, int]:
    """Draw a row for each transition; return where the list ends and how many rows it has."""
    look = canvas.look
    top = _legend(canvas, G, rows, top=PAD, graph=False) + 6
    said = max(text_width(_said(look, row), _SIZE) for row in rows)
    left = PAD + (6 if look.narrow else min(330.0, look.width * 0.36))
    right = look.width - PAD - (6 if look.narrow else said + 16)
    ends = [abs(one) for row in rows for one in (row.low, row.high, row.difference)]
    largest = max((one for one in ends if not math.isnan(one)), default=0.01)
    ticks = ticks_around_zero(100 * largest, most=2 if look.narrow else 4)
    scale = Scale(low=ticks[0] / 100, high=ticks[-1] / 100, left=left, right=right)
    tall = [_row_height(look, G, row, left) for row in rows]
    bottom = top + sum(tall)
    if not look.narrow:
        _grid(canvas, scale, ticks, top=top, bottom=bottom)
    marks = []
    for row, high in zip(rows, tall, strict=True):
        if look.narrow:  # above the dots are labels, as wide as the picture
            _grid(canvas, scale, ticks, top=top + high - 29, bottom=top + high - 10)
        marks.append(_row(canvas, G, row, scale, top=top, high=high))
        top += high
    canvas.markers(marks, name="differences")
    return _axis(canvas, scale, ticks, top=bottom + 4), len(rows)


def _grid(canvas: Canvas, scale: Scale, ticks: list[float], *, top: float, bottom: float) -> None:
    palette = canvas.look.palette
    for tick in ticks:
        x, zero = scale.x(tick / 100), tick == 0
        color = palette.ink2 if zero else palette.grid
        canvas.line((x, top), (x, bottom), color=color, width=1.4 if zero else 1)


def _row_height(look: Look, G: nx.DiGraph, row: _Difference, left: float) -> float:
    lines = len(_label(look, G, row, left))
    if look.narrow:
        return lines * 12 * LINE_HEIGHT + _SIZE * LINE_HEIGHT + 30
    return max(lines * 12 * LINE_HEIGHT + 8, 26.0)


def _label(look: Look, G: nx.DiGraph, row: _Difference, left: float) -> list[str]:
    names = f"{_name(look, G, row.source)} → {_name(look, G, row.target)}"
    room = look.width - 2 * PAD if look.narrow else left - PAD - 10
    return wrapped(names, room, 12, most=_LINES)


def _row(
    canvas: Canvas, G: nx.DiGraph, row: _Difference, scale: Scale, *, top: float, high: float
) -> Marker:
    """Draw a transition: its name, its interval and its number; return its dot."""
    look, palette = canvas.look, canvas.look.palette
    lines, ink = _label(look, G, row, scale.left), palette.ink if row.clear else palette.ink2
    tall = len(lines) * 12 * LINE_HEIGHT
    y = top + (high - tall) / 2
    middle, beside = top + high / 2, top + (high - _SIZE * LINE_HEIGHT) / 2
    if look.narrow:
        y = top
        beside, middle = y + tall, y + tall + _SIZE * LINE_HEIGHT + 10
    canvas.text(PAD, y, lines, color=ink, kind="transition")
    color = _color(look, row)
    if not math.isnan(row.low + row.high):
        ends = [(scale.x(end), middle) for end in (row.low, row.high)]
        canvas.line(ends[0], ends[1], color=color, width=2.4 if row.clear else 1.4)
    align = "left" if look.narrow else "right"
    x = PAD if look.narrow else look.width - PAD
    canvas.text(x, beside, _said(look, row), size=_SIZE, color=ink, align=align, kind="difference")  # type: ignore[arg-type]
    return Marker(
        x=scale.x(row.difference),
        y=middle,
        size=11 if row.clear else 9,
        color=color if row.clear else palette.background,
        outline=color,
        outline_width=1.6,
        hover=_says(look, G, row),
    )


def _axis(canvas: Canvas, scale: Scale, ticks: list[float], *, top: float) -> float:
    """Write the numbers of the axis and what they are; return where they end."""
    look, palette = canvas.look, canvas.look.palette
    places = 0 if all(tick == int(tick) for tick in ticks) else 1 if ticks[-1] >= 1 else 2
    for tick in ticks:
        text = look.numerals.number(tick, places=places, signed=True)
        canvas.text(
            scale.x(tick / 100),
            top,
            text,
            size=_SIZE,
            color=palette.ink2,
            align="center",
            kind="tick",
        )
    return top + _SIZE * LINE_HEIGHT + 2


def _legend(
    canvas: Canvas, G: nx.DiGraph, rows: list[_Difference], *, top: float, graph: bool
) -> float:
    """Draw what colours and dots mean, one below the other; return where the legend ends."""
    look, palette = canvas.look, canvas.look.palette
    names = _groups(look, G)
    kinds = [
        (look.say("difference_graph.more", group=names[0]), palette.valence[4], True),
        (look.say("difference_graph.more", group=names[1]), palette.valence[0], True),
    ]
    if not all(row.clear for row in rows):
        kinds.append((look.say("difference_graph.unclear"), palette.edge, False))
    marks = []
    for text, color, filled in kinds:
        lines = wrapped(text, look.width - 2 * PAD - 24, _SIZE, most=3)
        y = top + _SIZE * LINE_HEIGHT / 2
        if graph:
            canvas.line((PAD, y), (PAD + 14, y), color=color, width=3 if filled else 1)
        else:
            fill = color if filled else palette.background
            marks.append(
                Marker(x=PAD + 6, y=y, size=10, color=fill, outline=color, outline_width=1.6)
            )
        box = canvas.text(PAD + 20, top, lines, size=_SIZE, color=palette.ink2, kind="legend")
        top = box.bottom + 3
    canvas.markers(marks, name="legend")
    return top


def _notes(canvas: Canvas, G: nx.DiGraph, drawn: int, *, as_graph: bool, top: float) -> float:
    """Say what the numbers are, and how many transitions are drawn; return where it ends."""
    look, level = canvas.look, float(G.graph.get("level", _LEVEL))
    names = _groups(look, G)
    every, number = G.number_of_edges(), look.numerals
    notes = [
        look.say("difference_graph.how", a=names[0], b=names[1], level=number.share(level)),
        look.say("difference_graph.clear", q=number.number(1 - level)),
        look.say("difference_graph.width") if as_graph else "",
    ]
    if drawn < every:
        counts = {"shown": number.whole(drawn), "all": number.whole(every)}
        notes.append(look.say("difference_graph.shown", **counts))
    for note in filter(None, notes):
        lines = wrapped(note, look.width - 2 * PAD, _SIZE, most=8)
        box = canvas.text(PAD, top, lines, size=_SIZE, color=look.palette.ink2, kind="note")
        top = box.bottom + 3
    return top


def _graph(canvas: Canvas, G: nx.DiGraph, rows: list[_Difference]) -> tuple[float, int]:
    """Draw the differences on the graph; return where it ends and how many lines are drawn."""
    look = canvas.look
    met = {node for row in rows for node in (row.source, row.target)}
    own = sorted((n for n in G if n in met and not is_terminal(n)), key=lambda n: -_reach(G, n))
    among = {*own[:_MOST_NODES], *(node for node in met if is_terminal(node))}
    nodes = [node for node in G if node in among]
    places = {node: place for place, node in enumerate(nodes)}
    kept = [row for row in rows if row.source in among and row.target in among]
    most = max((abs(row.difference) for row in kept), default=0.0) or 1.0
    lines = [
        Line(
            source=places[row.source],
            target=places[row.target],
            weight=row.clear + _known(row.a + row.b) / 2,
            width=max(1.5, _WIDEST * abs(row.difference) / most) if row.clear else 1.0,
            color=_color(look, row),
            back=_color(look, row),
            hover=_says(look, G, row),
        )
        for row in kept
    ]
    top = _legend(canvas, G, rows, top=PAD, graph=True) + 10
    spots = [_spot(look, G, node) for node in nodes]
    drawing = draw_graph(canvas, spots, lines, top=top, wide=104.0 if look.narrow else 112.0)
    canvas.hover_points([drawing.points[one] for one in drawing.lines], name="lines")
    return drawing.bottom + 6, len(drawing.lines)


def _known(value: float) -> float:
    return 0.0 if math.isnan(value) else value


def _reach(G: nx.DiGraph, node: Any) -> float:
    """Return the larger share of journeys that a touchpoint has in one of the groups."""
    data = G.nodes[node]
    return max(_known(float(data.get(name, 0.0))) for name in ("a", "b"))


def _spot(look: Look, G: nx.DiGraph, node: Any) -> Spot:
    data, palette, terminal = G.nodes[node], look.palette, is_terminal(node)
    difference, q = (float(data.get(name, _NAN)) for name in ("difference", "q"))
    clear = q <= 1 - float(G.graph.get("level", _LEVEL)) + 1e-12
    radius = max(_RADIUS * math.sqrt(_reach(G, node)), _LEAST_RADIUS)
    shares = [
        f"{name}: {look.numerals.share(float(data.get(one, _NAN)))}"
        for name, one in zip(_groups(look, G), ("a", "b"), strict=True)
    ]
    return Spot(
        label=_name(look, G, node),
        below=_points(look, difference) if clear else "",
        radius=_TERMINAL_RADIUS if terminal else radius,
        fill=palette.background if terminal else palette.chip,
        outline=palette.outline,
        symbol="square" if terminal else "circle",
        hover=hover(_name(look, G, node), *([] if terminal else shares)),
    )
