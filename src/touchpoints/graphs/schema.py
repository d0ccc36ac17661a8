"""The graph schema: what graphs must contain, and the check of a graph against it."""

from __future__ import annotations

import itertools
import math
import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any

import attrs
import networkx as nx

from touchpoints._core.checks import public
from touchpoints._core.messages import did_you_mean, wrong_kind
from touchpoints._core.text import is_blank
from touchpoints.graphs.flows import START
from touchpoints.graphs.names import RESERVED, SCHEMA, is_terminal

_ILLEGAL = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
DEFAULTS = ("node_default", "edge_default")
_TOLERANCE = 1e-9
_LONGEST = 2**63


@attrs.frozen(kw_only=True)
class Problem:
    """A violation of the graph schema.

    Attributes
    ----------
    where
        ``"graph"``, or the node or edge.
    attribute
        The invalid attribute; empty if the graph, node or edge itself is invalid.
    what
        The problem, as a sentence without a final full stop.
    mend
        How to fix it.

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
    """The types and the range of a numeric attribute."""

    kinds: tuple[type, ...]
    fits: Callable[[Any], bool]
    words: str


_COUNT = _Number((int,), lambda value: value >= 0, "an integer of at least 0")
_FLOW = _Number((int,), lambda value: value > 0, "an integer of at least 1")
_SHARE = _Number((float,), lambda value: 0 <= value <= 1, "a share in [0, 1]")
_PART = _Number((float,), lambda value: 0 < value <= 1, "a share in (0, 1]")
_LENGTH = _Number((float,), lambda value: value >= 0, "a number of at least 0")

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
    """The attributes that a kind of graph requires."""

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


@public
def check_graph(G: nx.DiGraph) -> tuple[Problem, ...]:
    """Return every violation of the graph schema; an empty tuple for a valid graph.

    Parameters
    ----------
    G
        Any directed graph, of this library or not. A graph without ``G.graph["schema"]`` gets
        this as a problem, and is checked for what every graph must satisfy: node keys are str,
        attributes are str, int, float or bool, and file formats can hold all of them.

    Returns
    -------
    tuple of Problem
        The problems, each with the node or edge, the attribute, what is wrong and how to fix it:
        first what file formats cannot hold, then violations of the schema. Each check goes through
        graph, nodes and edges in this order.

    Raises
    ------
    WrongKindError
        When ``G`` is not a ``networkx.DiGraph``, or has parallel edges.

    See Also
    --------
    write_graphml : Write a graph; refuses what the format cannot hold.
    to_node_link : The same as plain data for JSON.

    Notes
    -----
    Probabilities are compared with a tolerance of 1e-9. O(nodes + edges).

    Examples
    --------
    >>> import touchpoints as tp
    >>> G = tp.datasets.example_map()
    >>> tp.check_graph(G)
    ()
    >>> G.nodes["purchase"]["visits"] = float("nan")
    >>> print(*tp.check_graph(G))
    node 'purchase', attribute 'visits': is nan; leave out unknown attributes
    """
    require_digraph(G)
    return (*unwritable(G), *_breaches(G))


def require_digraph(G: object) -> None:
    """Raise unless this is a directed graph without parallel edges."""
    if not isinstance(G, nx.DiGraph) or G.is_multigraph():
        raise wrong_kind(
            G,
            takes="a networkx.DiGraph",
            mend="tp.transition_graph(journeys) builds one from journeys, tp.plan_graph(plan) from "
            "a plan, networkx.DiGraph(G) from another networkx graph",
        )


def unwritable(G: nx.DiGraph) -> Iterator[Problem]:
    """Yield what GraphML or JSON could not store and restore exactly."""
    yield from _attributes("graph", G.graph)
    for node, data in G.nodes(data=True):
        where = f"node {node!r}"
        if type(node) is not str:
            yield Problem(
                where=where,
                what=f"its key is {type(node).__name__}, not str",
                mend="networkx.relabel_nodes(G, str) converts all keys",
            )
        elif _ILLEGAL.search(node):
            yield Problem(where=where, what=_illegal(node), mend="rename the node")
        elif is_blank(node):
            yield Problem(where=where, what="its key has no visible character", mend="rename it")
        yield from _attributes(where, data)
    for source, target, data in G.edges(data=True):
        yield from _attributes(f"edge {source!r} to {target!r}", data)


def _attributes(where: str, data: Mapping[Any, Any]) -> Iterator[Problem]:
    for name, value in data.items():
        if type(name) is not str or is_blank(name) or _ILLEGAL.search(name):
            yield Problem(where=where, what=f"{name!r} is not a valid attribute name")
        elif name in RESERVED or (where == "graph" and name in DEFAULTS):
            what = "the name is reserved: file formats use it"
            yield Problem(where=where, attribute=name, what=what, mend="rename the attribute")
        else:
            what, mend = _fault(value)
            if what:
                yield Problem(where=where, attribute=name, what=what, mend=mend)


def _fault(value: object) -> tuple[str, str]:
    """Return what is wrong with a value and how to fix it; empty texts for a valid value."""
    kind = type(value)
    if value is None or (kind is float and value != value):
        return f"is {'None' if value is None else 'nan'}", "leave out unknown attributes"
    if kind is float and math.isinf(value):  # type: ignore[arg-type]  # a float by its type
        return "is infinite", "leave out unknown attributes"
    if kind is int and not -_LONGEST <= value < _LONGEST:  # type: ignore[operator]  # an int
        return "exceeds 64 bits", "store it as str"
    if kind is str and _ILLEGAL.search(value):  # type: ignore[call-overload]  # a str
        return _illegal(str(value)), "remove the character"
    if kind not in (str, int, float, bool):
        home = "" if kind.__module__ == "builtins" else f"{kind.__module__}."
        return f"is {home}{kind.__name__}, not str, int, float or bool", "convert it"
    return "", ""


def _illegal(text: str) -> str:
    found = _ILLEGAL.search(text)
    number = f"U+{ord(found.group()):04X}" if found else ""
    return f"has the character {number}, which XML does not allow"


def _breaches(G: nx.DiGraph) -> Iterator[Problem]:
    """Yield the violations of the schema in a graph that declares a schema version."""
    version, kind = G.graph.get("schema"), G.graph.get("kind")
    if version is None:
        mend = f'set G.graph["schema"] = {SCHEMA} and G.graph["kind"]'
        yield _of_graph("schema", "is missing", mend)
        return
    if version != SCHEMA or type(version) is not int:
        yield _of_graph("schema", f"is {version!r}, an unknown version", f"known: {SCHEMA}")
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
            continue  # absent, or already reported as None or nan
        if type(value) not in number.kinds or not number.fits(value):
            what = f"is {value!r}, not {number.words}"
            yield Problem(where=where, attribute=name, what=what)


def _terminals(G: nx.DiGraph) -> Iterator[Problem]:
    for node in G:
        if node == START and G.in_degree(node):
            what = "journeys begin here, but it has an incoming edge"
            yield Problem(where=f"node {node!r}", what=what)
        elif is_terminal(node) and node != START and G.out_degree(node):
            yield Problem(
                where=f"node {node!r}", what="journeys end here, but it has an outgoing edge"
            )


def _probabilities(G: nx.DiGraph) -> Iterator[Problem]:
    for source, successors in G.adjacency():
        shares = [data.get("probability") for data in successors.values()]
        if not shares or not all(type(share) is float for share in shares):
            continue
        total = math.fsum(shares)
        if abs(total - 1) > _TOLERANCE:
            yield Problem(
                where=f"node {source!r}",
                what=f"the probabilities of its outgoing edges sum to {total:.6g}, not 1",
                mend="divide each by their sum, for example after removing nodes",
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
    """Yield what keeps a journey graph from being a path of positions."""
    positions = [str(position) for position in range(len(G))]
    if set(G) != set(positions):
        yield Problem(where="graph", what="its nodes are not the positions '0', '1', '2' …")
    elif set(G.edges) != set(itertools.pairwise(positions)):
        yield Problem(where="graph", what="its edges do not lead from each position to the next")
