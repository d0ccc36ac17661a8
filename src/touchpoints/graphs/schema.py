"""What must hold in a graph, and where it does not."""

from __future__ import annotations

import itertools
import math
import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any

import attrs
import networkx as nx

from touchpoints._core.messages import did_you_mean, wrong_kind
from touchpoints.graphs.flows import START
from touchpoints.graphs.names import RESERVED, SCHEMA, is_terminal

_ILLEGAL = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
DEFAULTS = ("node_default", "edge_default")
_TOLERANCE = 1e-9
_LONGEST = 2**63


@attrs.frozen(kw_only=True)
class Problem:
    """One way in which a graph breaks the schema.

    Attributes
    ----------
    where
        ``"graph"``, a node or an edge.
    attribute
        The attribute at fault; empty when it is the node, edge or graph itself.
    what
        What is wrong, as a sentence without a final full stop.
    mend
        What to do about it.

    Examples
    --------
    >>> print(Problem(where="node 'a'", attribute="visits", what="is nan", mend="leave it out"))
    node 'a', attribute 'visits': is nan; leave it out
    """

    where: str
    attribute: str = ""
    what: str
    mend: str = ""

    def __str__(self) -> str:
        name = f", attribute {self.attribute!r}" if self.attribute else ""
        mend = f"; {self.mend}" if self.mend else ""
        return f"{self.where}{name}: {self.what}{mend}"


@attrs.frozen
class _Number:
    """What the numbers of an attribute may be."""

    kinds: tuple[type, ...]
    fits: Callable[[Any], bool]
    words: str


_COUNT = _Number((int,), lambda value: value >= 0, "a whole number, 0 or more")
_FLOW = _Number((int,), lambda value: value > 0, "a whole number above 0")
_SHARE = _Number((float,), lambda value: 0 <= value <= 1, "a share in [0, 1]")
_PART = _Number((float,), lambda value: 0 < value <= 1, "a share in (0, 1]")
_LENGTH = _Number((float,), lambda value: value >= 0, "a number, 0 or more")

_NUMBERS: Mapping[str, Mapping[str, _Number]] = {
    "graph": {"journeys": _COUNT, "order": _FLOW},
    "node": {
        "visits": _COUNT,
        "journeys": _COUNT,
        "need_observed": _SHARE,
        "context_observed": _SHARE,
        "at": _LENGTH,
    },
    "edge": {
        "weight": _FLOW,
        "probability": _PART,
        "distance": _LENGTH,
        "gap_median": _LENGTH,
        "gap": _LENGTH,
    },
}


@attrs.frozen(kw_only=True)
class _Kind:
    """What a kind of graph must say."""

    graph: tuple[str, ...] = ()
    node: tuple[str, ...] = ()
    edge: tuple[str, ...] = ()


_KINDS = {
    "transition": _Kind(
        node=("label", "visits", "journeys"), edge=("weight", "probability", "distance")
    ),
    "outcome": _Kind(
        graph=("outcome",),
        node=("label", "visits", "journeys"),
        edge=("weight", "probability", "distance"),
    ),
    "journey": _Kind(node=("label", "touchpoint")),
    "higher_order": _Kind(
        graph=("order",),
        node=("label", "touchpoint", "visits"),
        edge=("weight", "probability", "distance"),
    ),
    "planned": _Kind(node=("label",), edge=("planned",)),
}
_FLOWING = frozenset(["transition", "outcome", "higher_order"])


def check_graph(G: nx.DiGraph) -> tuple[Problem, ...]:
    """Return every breach of the graph schema; nothing when there is none.

    Parameters
    ----------
    G
        Any directed graph, whoever built it. One without ``G.graph["schema"]`` has that as one
        breach, and is checked for what any graph must keep: keys that are text, attributes that
        are text, whole numbers, numbers or truth values, nothing that a file format cannot hold.

    Returns
    -------
    tuple of Problem
        Each names the node or edge, the attribute, what is wrong and how to mend it, in the
        order graph, nodes, edges.

    Raises
    ------
    WrongKindError
        When it is no ``networkx.DiGraph``, or one with parallel edges.

    Notes
    -----
    Probabilities are compared within 1e-9. O(nodes + edges).

    Examples
    --------
    >>> import touchpoints as tp
    >>> G = tp.datasets.example_map()
    >>> tp.check_graph(G)
    ()
    >>> G.nodes["purchase"]["visits"] = float("nan")
    >>> print(*tp.check_graph(G))
    node 'purchase', attribute 'visits': is nan; leave out what is not known
    """
    require_digraph(G)
    return (*unwritable(G), *_breaches(G))


def require_digraph(G: object) -> None:
    """Raise unless this is a directed graph without parallel edges."""
    if not isinstance(G, nx.DiGraph) or G.is_multigraph():
        raise wrong_kind(
            G,
            takes="a networkx.DiGraph",
            mend="tp.transition_graph(journeys) makes one of journeys, tp.plan_graph(plan) of a "
            "plan, networkx.DiGraph(G) of another networkx graph",
        )


def unwritable(G: nx.DiGraph) -> Iterator[Problem]:
    """Yield what neither GraphML nor JSON can hold and give back as it was."""
    yield from _attributes("graph", G.graph)
    for node, data in G.nodes(data=True):
        where = f"node {node!r}"
        if type(node) is not str:
            yield Problem(
                where=where,
                what=f"its key is {type(node).__name__}, not text",
                mend="networkx.relabel_nodes(G, str) makes text of keys",
            )
        elif _ILLEGAL.search(node):
            yield Problem(where=where, what=_illegal(node), mend="rename the node")
        yield from _attributes(where, data)
    for source, target, data in G.edges(data=True):
        yield from _attributes(f"edge {source!r} to {target!r}", data)


def _attributes(where: str, data: Mapping[Any, Any]) -> Iterator[Problem]:
    for name, value in data.items():
        if type(name) is not str or not name or _ILLEGAL.search(name):
            yield Problem(where=where, what=f"{name!r} is no name for an attribute")
        elif name in RESERVED or (where == "graph" and name in DEFAULTS):
            what = "the name is reserved: file formats use it"
            yield Problem(where=where, attribute=name, what=what, mend="rename the attribute")
        else:
            what, mend = _fault(value)
            if what:
                yield Problem(where=where, attribute=name, what=what, mend=mend)


def _fault(value: object) -> tuple[str, str]:
    """Return what is wrong with a value and how to mend it; empty text when nothing is."""
    kind = type(value)
    if value is None or (kind is float and value != value):
        return f"is {'None' if value is None else 'nan'}", "leave out what is not known"
    if kind is float and math.isinf(value):  # type: ignore[arg-type]  # a float by its type
        return "is infinite", "leave out what is not known"
    if kind is int and not -_LONGEST <= value < _LONGEST:  # type: ignore[operator]  # an int
        return "is beyond 64 bits", "write it as text"
    if kind is str and _ILLEGAL.search(value):  # type: ignore[call-overload]  # a str
        return _illegal(str(value)), "take the character out"
    if kind not in (str, int, float, bool):
        home = "" if kind.__module__ == "builtins" else f"{kind.__module__}."
        return f"is {home}{kind.__name__}, not str, int, float or bool", "convert it"
    return "", ""


def _illegal(text: str) -> str:
    found = _ILLEGAL.search(text)
    number = f"U+{ord(found.group()):04X}" if found else ""
    return f"has the character {number}, which XML does not allow"


def _breaches(G: nx.DiGraph) -> Iterator[Problem]:
    """Yield what breaks the schema, of a graph that says it keeps it."""
    version, kind = G.graph.get("schema"), G.graph.get("kind")
    if version is None:
        mend = f'G.graph["schema"] = {SCHEMA} and G.graph["kind"] say what it is'
        yield _of_graph("schema", "is missing", mend)
        return
    if version != SCHEMA or type(version) is not int:
        yield _of_graph("schema", f"is {version!r}, which is not known", f"this is {SCHEMA}")
        return
    if kind not in _KINDS:
        near = did_you_mean(str(kind), _KINDS)
        yield _of_graph("kind", f"is {kind!r}{near}", f"known: {', '.join(_KINDS)}")
        return
    yield from _required(G, _KINDS[kind])
    yield from _ranges(G)
    if kind in _FLOWING:
        yield from _terminals(G)
        yield from _probabilities(G)
    if kind == "journey":
        yield from _line(G)


def _of_graph(attribute: str, what: str, mend: str) -> Problem:
    return Problem(where="graph", attribute=attribute, what=what, mend=mend)


def _required(G: nx.DiGraph, kind: _Kind) -> Iterator[Problem]:
    missing = "is missing"
    for name in kind.graph:
        if name not in G.graph:
            yield Problem(where="graph", attribute=name, what=missing)
    for node, data in G.nodes(data=True):
        wanted = ("label",) if is_terminal(node) else kind.node
        for name in wanted:
            if name not in data:
                yield Problem(where=f"node {node!r}", attribute=name, what=missing)
    for source, target, data in G.edges(data=True):
        for name in kind.edge:
            if name not in data:
                where = f"edge {source!r} to {target!r}"
                yield Problem(where=where, attribute=name, what=missing)


def _ranges(G: nx.DiGraph) -> Iterator[Problem]:
    yield from _range("graph", "graph", G.graph)
    for node, data in G.nodes(data=True):
        yield from _range(f"node {node!r}", "node", data)
    for source, target, data in G.edges(data=True):
        yield from _range(f"edge {source!r} to {target!r}", "edge", data)


def _range(where: str, scope: str, data: Mapping[Any, Any]) -> Iterator[Problem]:
    for name, number in _NUMBERS[scope].items():
        value = data.get(name)
        if value is None or value != value:
            continue  # absent, or reported as no value at all
        if type(value) not in number.kinds or not number.fits(value):
            what = f"is {value!r}, not {number.words}"
            yield Problem(where=where, attribute=name, what=what)


def _terminals(G: nx.DiGraph) -> Iterator[Problem]:
    for node in G:
        if node == START and G.in_degree(node):
            what = "journeys begin here, but an edge leads to it"
            yield Problem(where=f"node {node!r}", what=what)
        elif is_terminal(node) and node != START and G.out_degree(node):
            yield Problem(where=f"node {node!r}", what="journeys end here, but an edge leads on")


def _probabilities(G: nx.DiGraph) -> Iterator[Problem]:
    for source, successors in G.adjacency():
        shares = [data.get("probability") for data in successors.values()]
        if not shares or not all(type(share) is float for share in shares):
            continue
        total = math.fsum(shares)
        if abs(total - 1) > _TOLERANCE:
            yield Problem(
                where=f"node {source!r}",
                what=f"the probabilities that leave it add up to {total:.6g}, not 1",
                mend="divide each by their sum, as after taking nodes out",
            )
        yield from _distances(source, successors)


def _distances(source: object, successors: Mapping[Any, Mapping[str, Any]]) -> Iterator[Problem]:
    for target, data in successors.items():
        share, distance = data["probability"], data.get("distance")
        if not share > 0 or type(distance) is not float:
            continue
        if abs(distance + math.log(share)) > _TOLERANCE * max(1.0, distance):
            yield Problem(
                where=f"edge {source!r} to {target!r}",
                attribute="distance",
                what=f"is {distance:.6g}, not −log(probability), {0.0 - math.log(share):.6g}",
            )


def _line(G: nx.DiGraph) -> Iterator[Problem]:
    """Yield what keeps a journey from being a line of positions."""
    places = [str(place) for place in range(len(G))]
    if set(G) != set(places):
        yield Problem(where="graph", what="its nodes are not the positions '0', '1', '2' …")
    elif set(G.edges) != set(itertools.pairwise(places)):
        yield Problem(where="graph", what="its edges do not lead from each position to the next")
