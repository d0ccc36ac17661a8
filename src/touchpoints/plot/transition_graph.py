"""The picture of a graph: touchpoints in rows, lines as wide as transitions are frequent (B40)."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Callable, Sequence
from numbers import Real
from typing import Any

import attrs
import networkx as nx

from touchpoints._core import checks
from touchpoints._core.checks import public
from touchpoints.graphs.names import SEPARATOR, is_terminal
from touchpoints.graphs.schema import require_digraph
from touchpoints.plot._shared.canvas import Canvas, hover
from touchpoints.plot._shared.edge_slider import HEIGHT, add_slider, levels_of, point_traces
from touchpoints.plot._shared.graph_drawing import PAD, Drawing, Line, Spot, draw_graph
from touchpoints.plot._shared.look import Look, look_of, shown
from touchpoints.plot._shared.text_widths import LINE_HEIGHT, text_width, wrapped
from touchpoints.taxonomy import Taxonomy

_MOST_NODES, _SIZE = 60, 11.0
_LEAST_RADIUS, _TERMINAL_RADIUS, _PLAIN_RADIUS = 5.0, 7.0, 8.0
_STEPS = ((15, 20.0, 10.0), (30, 16.0, 7.0), (10**9, 13.0, 5.0))
"""Up to how many nodes, the largest radius and the widest line."""

Edge = tuple[Any, Any, dict[str, Any]]


@attrs.frozen(kw_only=True, eq=False)
class _Chosen:
    """The nodes and edges that are drawn, and how many touchpoints and edges the graph has."""

    graph: nx.DiGraph
    nodes: list[Any]
    edges: list[Edge]
    visits: dict[Any, float]
    every: tuple[int, int]
    total: float


@public
def transition_graph(
    G: nx.DiGraph,
    *,
    max_edges: int | None = None,
    min_weight: float = 0,
    taxonomy: Taxonomy | None = None,
    lang: str = "en",
    dark: bool = False,
    width: int = 960,
) -> Any:
    """Draw a graph in rows from top to bottom, with a slider for the weakest edge shown.

    Parameters
    ----------
    G
        Any directed graph, such as those of `tp.transition_graph`, `tp.outcome_graph`,
        `tp.higher_order_graph`, `tp.plan_graph` and `tp.paths.plan_against`.
    max_edges, min_weight
        Which edges are drawn at most, as for `tp.to_mermaid`: those with the largest ``weight``,
        and of at least this one; an edge without ``weight`` counts as 1.
    taxonomy, lang, dark, width
        Shared arguments: see `touchpoints.plot`. Without a taxonomy, touchpoints have the labels
        of the graph.

    Returns
    -------
    plotly.graph_objects.Figure
        A circle for each touchpoint, its area by ``visits``; squares where journeys begin and end.
        The width of a line is its ``weight``; lines that lead back up have another colour, and a
        touchpoint that follows itself has a loop. No line crosses a circle or a label. In a graph
        of planned and observed transitions, what was planned and never seen is dashed and hollow,
        and what was not planned has its colour and says so.

        The slider chooses among the weights at which the lines drawn carry half, 70, 80, 90 % and
        all of their steps; the heaviest line into each touchpoint is always drawn, so that none
        stands alone. The figure says how many lines are drawn of all, and what share of all
        steps they carry. At most three lines for each node (one on a telephone) and ten more are
        drawn, and fewer where they do not fit. Of more than 60 touchpoints the most visited ones
        are drawn.

    Raises
    ------
    InvalidInputError
        When ``max_edges`` is not an integer of at least 0.
    MissingPackageError
        When plotly is not installed.
    WrongKindError
        When ``G`` is not a ``networkx.DiGraph``.

    See Also
    --------
    touchpoints.transition_graph : Count which touchpoint follows which.
    touchpoints.to_mermaid : The same graph as text, with the same options.
    touchpoints.plot.step_flows : Flows by step, without cycles.

    Notes
    -----
    Rows, and the order in them, are found as by Sugiyama, Tagawa and Toda (1981),
    doi:10.1109/TSMC.1981.4308636. The layout is the same for each place of the slider.

    Examples
    --------
    >>> import touchpoints as tp
    >>> G = tp.transition_graph(tp.from_paths({"path": ["search > buy", "buy"]}, path="path"))
    >>> figure = tp.plot.transition_graph(G)
    >>> [one.text for one in figure.layout.annotations if one.name == "shown"]
    ['4 of 4 transitions are drawn: they carry 100% of all steps.']
    """
    require_digraph(G)
    look = look_of(dark=dark, lang=lang, taxonomy=taxonomy, width=width)
    chosen = _chosen(
        G,
        checks.limit("max_edges", max_edges),
        checks.number("min_weight", min_weight),
        narrow=look.narrow,
    )
    canvas = Canvas(look)
    if not chosen.nodes:
        box = canvas.text(PAD, PAD, look.say("plot.no_data"), color=look.palette.ink2)
        return canvas.figure(box.bottom + PAD)
    return _drawn(canvas, chosen)


def _drawn(canvas: Canvas, chosen: _Chosen) -> Any:
    """Draw the chosen graph, what is said of it, and the slider."""
    look = canvas.look
    lines = _lines(look, chosen)
    known = {n: w for n, edge in enumerate(chosen.edges) if (w := _weight(edge[2])) is not None}
    always = _backbone(chosen.edges)
    free = {n: weight for n, weight in known.items() if n not in always}
    levels = levels_of(list(known.values()), list(free.values()), nodes=len(chosen.nodes))
    slid = HEIGHT if len(levels.weights) > 1 else 0.0
    room = look.width - 2 * PAD
    longest = wrapped(_said(look, chosen, 10**6, 1.0), room, _SIZE)
    top = PAD + len(longest) * _SIZE * LINE_HEIGHT + 6
    wide = 104.0 if look.narrow else 112.0
    drawing = draw_graph(canvas, _spots(look, chosen), lines, top=top + slid + 8, wide=wide)

    def says(least: float) -> str:
        among = [n for n in drawing.lines if n not in free or free[n] >= least]
        return _said(look, chosen, len(among), sum(known.get(n, 0.0) for n in among))

    first = levels.weights[levels.active] if levels.weights else 0.0
    note = len(canvas.boxes)
    rows = wrapped(says(first), room, _SIZE)
    canvas.text(PAD, PAD, rows, size=_SIZE, color=look.palette.ink2, kind="shown")
    bottom = _notes(canvas, chosen, drawing, slid=bool(slid), top=drawing.bottom + 16)
    point_traces(canvas, drawing, free, levels)
    figure = canvas.figure(bottom + PAD)
    add_slider(figure, look, drawing, free, levels, says=says, note=note, top=top)
    return figure


def _number(data: dict[str, Any], name: str) -> float | None:
    value = data.get(name)
    known = isinstance(value, Real) and not isinstance(value, bool) and math.isfinite(float(value))
    return float(value) if known else None  # type: ignore[arg-type]  # a number by its kind


def _weight(data: dict[str, Any]) -> float | None:
    return _number(data, "weight")


def _chosen(G: nx.DiGraph, max_edges: int | None, min_weight: float, *, narrow: bool) -> _Chosen:
    """Return which nodes and edges are drawn."""
    every: list[Edge] = list(G.edges(data=True))

    def size(edge: Edge) -> float:
        weight = _weight(edge[2])
        return 1.0 if weight is None else weight

    visits = _visits(G, every)
    own = [node for node in G if not is_terminal(node)]
    largest = sorted(own, key=lambda node: -visits[node])[:_MOST_NODES]
    among = {*largest, *(node for node in G if is_terminal(node))}
    edges = [e for e in every if size(e) >= min_weight and e[0] in among and e[1] in among]
    if max_edges is not None:
        heaviest = sorted(range(len(edges)), key=lambda n: -size(edges[n]))[:max_edges]
        edges = [edges[n] for n in sorted(heaviest)]
    edges = _few(edges, size, most=(1 if narrow else 3) * len(among) + 10)
    gone = len(edges) < len(every)
    left = {node for edge in edges for node in edge[:2]}
    nodes = [
        node for node in G if node in among and (not gone or node in left or not G.degree(node))
    ]
    return _Chosen(
        graph=G,
        nodes=nodes,
        edges=edges,
        visits=visits,
        every=(len(own), len(every)),
        total=sum(_weight(edge[2]) or 0.0 for edge in every),
    )


def _few(edges: list[Edge], size: Callable[[Edge], float], *, most: int) -> list[Edge]:
    """Return the heaviest edges, first the one into each node, and one of each node without."""
    always = _backbone(edges)
    met = {node for place in always for node in edges[place][:2]}
    first = sorted(always)
    rest: list[int] = []
    for place in sorted(set(range(len(edges))) - always, key=lambda n: (-size(edges[n]), n)):
        ends = set(edges[place][:2])
        (rest if ends <= met else first).append(place)
        met |= ends
    return [edges[place] for place in sorted([*first, *rest][: max(most, len(first))])]


def _backbone(edges: Sequence[Edge]) -> set[int]:
    """Return the heaviest edge into each node, by position: they are drawn at every level."""
    best: dict[Any, int] = {}
    for place, (source, target, data) in enumerate(edges):
        weight = _weight(data)
        if source == target or weight is None:
            continue
        other = best.get(target)
        if other is None or weight > (_weight(edges[other][2]) or 0.0):
            best[target] = place
    return set(best.values())


def _visits(G: nx.DiGraph, edges: Sequence[Edge]) -> dict[Any, float]:
    """Return the visits of each node; without them, the weight that reaches or leaves it."""
    came: defaultdict[Any, float] = defaultdict(float)
    went: defaultdict[Any, float] = defaultdict(float)
    for source, target, data in edges:
        went[source] += _weight(data) or 0.0
        came[target] += _weight(data) or 0.0
    found = {}
    for node, data in G.nodes(data=True):
        visits = _number(data, "visits")
        found[node] = max(came[node], went[node]) if visits is None else visits
    return found


def _name(look: Look, chosen: _Chosen, node: Any) -> str:
    label = chosen.graph.nodes[node].get("label")
    if is_terminal(node) or label is None or look.taxonomy is not None:
        parts = str(node).split(SEPARATOR) if not is_terminal(node) else [str(node)]
        if chosen.graph.graph.get("kind") == "higher_order" and len(parts) > 1:
            return SEPARATOR.join(look.name(part.replace("%3E", ">")) for part in parts)
        return look.name(node)
    return shown(str(label))


def _style(data: dict[str, Any]) -> str:
    """Return the style of a node or an edge, as in `to_mermaid`."""
    if data.get("planned") is False:
        return "unplanned"
    return "unseen" if data.get("observed") is False else ""


def _spots(look: Look, chosen: _Chosen) -> list[Spot]:
    own = [chosen.visits[node] for node in chosen.nodes if not is_terminal(node)]
    most = max(own, default=0.0)
    largest = next(radius for many, radius, _ in _STEPS if len(chosen.nodes) <= many)
    return [_spot(look, chosen, node, most=most, largest=largest) for node in chosen.nodes]


def _spot(look: Look, chosen: _Chosen, node: Any, *, most: float, largest: float) -> Spot:
    data, palette = chosen.graph.nodes[node], look.palette
    style, visits, number = _style(data), chosen.visits[node], look.numerals.compact
    terminal = is_terminal(node)
    radius = _PLAIN_RADIUS if not most else largest * math.sqrt(max(visits, 0.0) / most)
    radius = _TERMINAL_RADIUS if terminal else max(radius, _LEAST_RADIUS)
    words = look.say(f"transition_graph.{style}") if style else ""
    journeys = _number(data, "journeys")
    says = hover(
        _name(look, chosen, node),
        words,
        look.say("transition_graph.visits", n=number(visits)) if visits and not terminal else "",
        "" if not journeys else look.say("transition_graph.journeys", n=number(journeys)),
    )
    return Spot(
        label=_name(look, chosen, node),
        below=" · ".join(filter(None, [words, number(visits) if visits else ""])),
        radius=_PLAIN_RADIUS if style == "unseen" else radius,
        fill=palette.background if terminal else palette.ordered[2],
        outline=palette.unplanned if style == "unplanned" else palette.outline,
        symbol="square" if terminal else "diamond" if style == "unplanned" else "circle",
        dashed=style == "unseen",
        hover=says,
    )


def _lines(look: Look, chosen: _Chosen) -> list[Line]:
    places = {node: place for place, node in enumerate(chosen.nodes)}
    weights = [_weight(edge[2]) or 0.0 for edge in chosen.edges]
    most = max(weights, default=0.0) or 1.0
    widest = next(wide for many, _, wide in _STEPS if len(chosen.nodes) <= many)
    palette = look.palette
    found = []
    for (source, target, data), weight in zip(chosen.edges, weights, strict=True):
        style = _style(data)
        strange = palette.unplanned if style == "unplanned" else ""
        found.append(
            Line(
                source=places[source],
                target=places[target],
                weight=max(weight, 0.5 if _weight(data) is None else 0.0),
                width=max(1.0 if weight else 1.5, widest * weight / most),
                color=strange or palette.edge,
                back=strange or palette.back,
                dash="dash" if style == "unseen" else "solid",
                hover=_line_says(look, chosen, (source, target, data)),
            )
        )
    return found


def _line_says(look: Look, chosen: _Chosen, edge: Edge) -> str:
    names = [_name(look, chosen, node) for node in edge[:2]]
    weight, share, style = _weight(edge[2]), _number(edge[2], "probability"), _style(edge[2])
    taken = "" if weight is None else look.numerals.compact(weight)
    part = "" if share is None else look.numerals.share(share)
    return hover(
        f"{names[0]} → {names[1]}",
        look.say("transition_graph.taken", n=taken) if taken else "",
        look.say("transition_graph.of_source", share=part, source=names[0]) if part else "",
        look.say(f"transition_graph.{style}") if style else "",
    )


def _said(look: Look, chosen: _Chosen, lines: int, carried: float) -> str:
    """Return how many edges are drawn, and the share of all steps that they carry."""
    whole = look.numerals.whole
    numbers = {"shown": whole(lines), "all": whole(chosen.every[1])}
    if not chosen.total:
        return look.say("transition_graph.shown_unweighted", **numbers)
    share = look.numerals.share(carried / chosen.total)
    return look.say("transition_graph.shown", share=share, **numbers)


def _notes(canvas: Canvas, chosen: _Chosen, drawing: Drawing, *, slid: bool, top: float) -> float:
    """Draw the legend of what occurs, and say what sizes mean and what is left out."""
    look, palette = canvas.look, canvas.look.palette
    styles = {_style(chosen.edges[n][2]) for n in drawing.lines}
    styles |= {_style(chosen.graph.nodes[node]) for node in chosen.nodes}
    kinds = [("forward", palette.edge), ("back", palette.back)] if drawing.upward else []
    kinds += [
        (one, color)
        for one, color in (("unplanned", palette.unplanned), ("unseen", palette.edge))
        if one in styles
    ]
    x = PAD
    for kind, color in kinds:
        text = look.say(f"transition_graph.{kind}")
        wide = 30 + text_width(text, _SIZE) + 16
        if x > PAD and x + wide > look.width - PAD:
            x, top = PAD, top + 18
        dash = "dash" if kind == "unseen" else "solid"
        canvas.line((x, top + 8), (x + 22, top + 8), color=color, width=2.5, dash=dash)  # type: ignore[arg-type]
        canvas.text(x + 28, top, text, size=_SIZE, color=palette.ink2, kind="legend")
        x += wide
    top += 20 if kinds else 0
    own = sum(not is_terminal(node) for node in chosen.nodes)
    numbers = {"shown": look.numerals.whole(own), "all": look.numerals.whole(chosen.every[0])}
    for note in (
        look.say("transition_graph.how") if chosen.total else "",
        look.say("transition_graph.always") if slid else "",
        look.say("transition_graph.nodes", **numbers) if own < chosen.every[0] else "",
    ):
        if note:
            lines = wrapped(note, look.width - 2 * PAD, _SIZE)
            box = canvas.text(PAD, top, lines, size=_SIZE, color=palette.ink2, kind="note")
            top = box.bottom + 3
    return top
