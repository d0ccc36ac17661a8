"""Graphs as text for drawing tools: Mermaid and DOT."""

from __future__ import annotations

import re
from collections.abc import Iterable
from numbers import Real
from typing import Any

import attrs
import networkx as nx

from touchpoints._core import checks
from touchpoints._core.checks import public
from touchpoints.graphs.names import is_terminal, terminal_label
from touchpoints.graphs.schema import require_digraph

# Mermaid reads entities such as #40; in quoted text. Letters of any script, digits and characters
# without a meaning in Mermaid stay as they are. Text that begins like a list item, "1. " or "-",
# would be drawn as a list.
_MERMAID = re.compile(r"[^\w \-.,:/=!?'·−–…¿¡]|^-|(?<=^\d)[.](?= )|(?<=^\d\d)[.](?= )")
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069]+")
_SURROGATE = re.compile("[\ud800-\udfff]")
_WORDS = {"unplanned": "not planned", "unseen": "not seen"}
_MERMAID_STYLES = {"unplanned": "stroke:#b2182b,stroke-width:2px", "unseen": "stroke-dasharray:4 4"}
_DOT_STYLES = {"unplanned": 'color="#b2182b", penwidth=2', "unseen": "style=dashed"}
_UNITS = ((86400.0, "d"), (3600.0, "h"), (60.0, "min"), (1.0, "s"), (0.001, "ms"))


@attrs.frozen(eq=False, kw_only=True)
class _Picture:
    """The nodes and edges to draw, and a note of the edges left out.

    Nodes are ``(node, label, style)``, edges ``(source, target, label, style)``; the style is
    ``"unplanned"``, ``"unseen"`` or empty.
    """

    nodes: list[tuple[Any, str, str]]
    edges: list[tuple[Any, Any, str, str]]
    left_out: str


@public
def to_mermaid(G: nx.DiGraph, *, max_edges: int | None = None, min_weight: float = 0) -> str:
    """Return a Mermaid flowchart of a graph, which GitHub and many wikis draw.

    Parameters
    ----------
    G
        Any directed graph. Nodes are labelled with their ``label``, else with their key; edges
        with ``probability`` and ``weight``, or ``gap``, if they have these attributes.
    max_edges
        The largest number of edges to keep: those with the largest ``weight``; of equal ones the
        first.
    min_weight
        Keep edges of at least this ``weight``; an edge without ``weight`` counts as 1.

    Returns
    -------
    str
        The flowchart. A comment states how many edges were left out; nodes that lose all their
        edges are left out too. In a graph of planned and observed transitions
        (`tp.paths.plan_against`), unplanned nodes and edges are red and planned ones that were
        never observed are dashed; their labels say so as well.

    Raises
    ------
    InvalidInputError
        When ``max_edges`` is not an integer of at least 0.
    WrongKindError
        When ``G`` is not a ``networkx.DiGraph``.

    See Also
    --------
    to_dot : The same graph for Graphviz.
    to_node_link : Plain data for drawing libraries.

    Examples
    --------
    >>> import touchpoints as tp
    >>> journeys = tp.from_paths({"path": ["ask (web) > buy", "buy"]}, path="path")
    >>> print(tp.to_mermaid(tp.transition_graph(journeys), min_weight=2))
    flowchart LR
        %% 3 of 4 edges left out
        n0["buy"]
        n1(["end"])
        n0 -->|"1.00 · 2"| n1
    <BLANKLINE>
    """
    picture = _picture(G, max_edges, min_weight)
    names = {node: f"n{position}" for position, (node, *_) in enumerate(picture.nodes)}
    lines = ["flowchart LR"]
    if picture.left_out:
        lines.append(f"    %% {picture.left_out}")
    for node, label, style in picture.nodes:
        text = _mermaid_text(label)
        shaped = f'(["{text}"])' if is_terminal(node) else f'["{text}"]'
        lines.append(f"    {names[node]}{shaped}{style and f':::{style}'}")
    for source, target, label, style in picture.edges:
        line = "-.->" if style == "unseen" else "-->"
        arrow = f'{line}|"{_mermaid_text(label)}"|' if label else line
        lines.append(f"    {names[source]} {arrow} {names[target]}")
    return "\n".join([*lines, *_mermaid_styles(picture)]) + "\n"


def _mermaid_styles(picture: _Picture) -> list[str]:
    """Return the lines that define the styles in use."""
    used = dict.fromkeys(style for *_, style in picture.nodes if style)
    lines = [f"    classDef {style} {_MERMAID_STYLES[style]}" for style in used]
    red = [str(n) for n, (*_, style) in enumerate(picture.edges) if style == "unplanned"]
    if red:
        lines.append(f"    linkStyle {','.join(red)} {_MERMAID_STYLES['unplanned']}")
    return lines


@public
def to_dot(G: nx.DiGraph, *, max_edges: int | None = None, min_weight: float = 0) -> str:
    r"""Return a graph in the DOT language, which Graphviz and other tools draw.

    Parameters
    ----------
    G, max_edges, min_weight
        As for `to_mermaid`.

    Returns
    -------
    str
        The graph in DOT. Nodes are called by their keys, so that the text can be edited further;
        control characters become spaces, ``&`` becomes ``&amp;``, and a number is appended where
        two keys would otherwise be written alike.

    Raises
    ------
    InvalidInputError
        When ``max_edges`` is not an integer of at least 0.
    WrongKindError
        When ``G`` is not a ``networkx.DiGraph``.

    See Also
    --------
    to_mermaid : The same graph for GitHub, wikis and Markdown.
    write_graphml : A file for Gephi, yEd and igraph.

    Examples
    --------
    >>> import touchpoints as tp
    >>> journeys = tp.from_paths({"path": ['say "hi"']}, path="path")
    >>> print(tp.to_dot(tp.transition_graph(journeys), max_edges=1))
    digraph {
        // 1 of 2 edges left out
        rankdir=LR;
        node [shape=box];
        "(start)" [label="start", shape=oval];
        "say \"hi\"" [label="say \"hi\""];
        "(start)" -> "say \"hi\"" [label="1.00 · 1"];
    }
    <BLANKLINE>
    """
    picture = _picture(G, max_edges, min_weight)
    names = _dot_names(node for node, *_ in picture.nodes)
    lines = ["digraph {"]
    if picture.left_out:
        lines.append(f"    // {picture.left_out}")
    lines += ["    rankdir=LR;", "    node [shape=box];"]
    for node, label, style in picture.nodes:
        shape = ", shape=oval" if is_terminal(node) else ""
        lines.append(f"    {names[node]} [label={_quoted(label)}{shape}{_dot_style(style)}];")
    for source, target, label, style in picture.edges:
        note = f" [label={_quoted(label)}{_dot_style(style)}]" if label else ""
        lines.append(f"    {names[source]} -> {names[target]}{note};")
    return "\n".join([*lines, "}"]) + "\n"


def _dot_names(nodes: Iterable[Any]) -> dict[Any, str]:
    """Return the quoted name of each node; a number is appended to a name that is taken."""
    names: dict[Any, str] = {}
    taken: set[str] = set()
    numbers: dict[str, int] = {}
    for node in nodes:
        first = name = _quoted(node)
        while name in taken:
            numbers[first] = numbers.get(first, 1) + 1
            name = _quoted(f"{node} ({numbers[first]})")
        names[node] = name
        taken.add(name)
    return names


def _dot_style(style: str) -> str:
    return style and f', class="{style}", {_DOT_STYLES[style]}'


def _picture(G: nx.DiGraph, max_edges: int | None, min_weight: float) -> _Picture:
    require_digraph(G)
    max_edges = checks.limit("max_edges", max_edges)
    edges = list(G.edges(data=True))
    checks.number("min_weight", min_weight)
    kept = [index for index, edge in enumerate(edges) if _weight(edge[2]) >= min_weight]
    if max_edges is not None:
        kept = sorted(sorted(kept, key=lambda index: -_weight(edges[index][2]))[:max_edges])
    gone = len(edges) - len(kept)
    left = {node for index in kept for node in edges[index][:2]}
    nodes = [node for node in G if not gone or node in left or not G.degree(node)]
    return _Picture(
        nodes=[_node(node, G.nodes[node]) for node in nodes],
        edges=[_edge(*edges[index]) for index in kept],
        left_out=f"{gone:,} of {len(edges):,} edges left out" if gone else "",
    )


def _number(data: dict[str, Any], name: str) -> float | None:
    value = data.get(name)
    return float(value) if isinstance(value, Real) else None


def _weight(data: dict[str, Any]) -> float:
    weight = _number(data, "weight")
    return 1 if weight is None else weight


def _style(data: dict[str, Any]) -> str:
    """Return the drawing style of a node or edge from ``planned`` and ``observed``."""
    if data.get("planned") is False:
        return "unplanned"
    return "unseen" if data.get("observed") is False else ""


def _node(node: Any, data: dict[str, Any]) -> tuple[Any, str, str]:
    usual = terminal_label(str(node)) if is_terminal(node) else str(node)
    label, style = _CONTROL.sub(" ", str(data.get("label", usual))), _style(data)
    return node, f"{label} · {_WORDS[style]}" if style else label, style


def _edge(source: Any, target: Any, data: dict[str, Any]) -> tuple[Any, Any, str, str]:
    style = _style(data)
    return source, target, _edge_label(data, style), style


def _edge_label(data: dict[str, Any], style: str) -> str:
    parts = []
    share, weight, gap = (_number(data, name) for name in ("probability", "weight", "gap"))
    if share is not None:
        parts.append(f"{share:.2f}")
    if weight is not None:
        parts.append(f"{weight:,.15g}")
    if gap is not None:
        parts.append(_duration(gap))
    if data.get("any_order") is True:
        parts.append("any order")
    if style:
        parts.append(_WORDS[style])
    return " · ".join(parts)


def _duration(seconds: float) -> str:
    size, unit = next((one for one in _UNITS if seconds >= one[0]), (1.0, "s"))
    amount = seconds / size
    return f"{amount:,.0f} {unit}" if amount >= 100 else f"{amount:.3g} {unit}"


def _mermaid_text(text: str) -> str:
    return _MERMAID.sub(lambda found: f"#{ord(found.group())};", text)


def _quoted(text: Any) -> str:
    plain = _SURROGATE.sub("\N{REPLACEMENT CHARACTER}", _CONTROL.sub(" ", str(text)))
    for sign, written in (("\\", "\\\\"), ('"', '\\"'), ("&", "&amp;")):
        plain = plain.replace(sign, written)
    return f'"{plain}"'
