"""Lossless conversion of graphs to and from GraphML files and node-link data."""

from __future__ import annotations

import io
import os
import warnings
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import networkx as nx
from networkx.readwrite.graphml import GraphMLReader, GraphMLWriter

from touchpoints._core.checks import (
    public,
    require_kind,
    require_path,
)
from touchpoints._core.frozen import is_missing
from touchpoints._core.messages import (
    counted,
    first_few,
    quoted,
)
from touchpoints.errors import InvalidInputError, ProblemsError, StorageError
from touchpoints.graphs.graphml import problems_of
from touchpoints.graphs.schema import DEFAULTS, require_digraph, unwritable

_MOST_PROBLEMS = 5


@public
def write_graphml(G: nx.DiGraph, path: str | os.PathLike[str]) -> None:
    """Write a graph as a GraphML file, which networkx, Gephi, yEd, igraph and others read.

    Parameters
    ----------
    G
        Any directed graph whose node keys are str and whose attributes are str, int, float or
        bool. It is not changed.
    path
        The path of the file; an existing file is replaced.

    Raises
    ------
    ProblemsError
        With everything GraphML could not store and restore exactly: keys that are not str, None,
        nan, numpy scalars, reserved names, characters that XML does not allow. In this case
        nothing is written.

    See Also
    --------
    read_graphml : Read the file back.
    to_node_link : Plain data for JSON.
    check_graph : All problems of a graph, without writing it.

    Notes
    -----
    Integers are written as ``long``, floats as ``double`` to the last digit. O(nodes + edges).

    Examples
    --------
    >>> import tempfile, pathlib
    >>> import networkx as nx
    >>> import touchpoints as tp
    >>> G = tp.datasets.example_map()
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     tp.write_graphml(G, pathlib.Path(folder, "map.graphml"))
    ...     nx.utils.graphs_equal(G, tp.read_graphml(pathlib.Path(folder, "map.graphml")))
    True
    """
    _refuse_unwritable(G, "GraphML")
    require_path(path, mend="for example tp.write_graphml(G, 'map.graphml')")
    stream = io.BytesIO()
    GraphMLWriter(graph=G, encoding="utf-8").dump(stream)
    # A bare carriage return would be read as a line feed. The writer itself writes none, so each
    # one here belongs to an attribute.
    Path(path).write_bytes(stream.getvalue().replace(b"\r", b"&#13;"))


@public
def read_graphml(path: str | os.PathLike[str]) -> nx.DiGraph:
    """Read a directed graph from a GraphML file, exactly as `write_graphml` wrote it.

    Parameters
    ----------
    path
        The path of a file with one directed graph without parallel edges, written by any tool.

    Returns
    -------
    networkx.DiGraph

    Raises
    ------
    StorageError
        When the file is not GraphML or is damaged; when its graph is undirected, has parallel
        edges, contains graphs or joins several nodes by one edge; when a node has no id or the id
        of another node, or an edge leads from or to a node that is not in the file. The lines of
        these nodes and edges are named.

    See Also
    --------
    write_graphml : Write the file.
    check_graph : Check a graph of another tool against the schema.

    Examples
    --------
    See `write_graphml`.

    >>> import touchpoints as tp
    >>> tp.read_graphml("nothing.graphml")
    Traceback (most recent call last):
    ...
    FileNotFoundError: [Errno 2] No such file or directory: 'nothing.graphml'
    """
    require_path(path, mend="tp.from_node_link(data) makes a graph of dicts and lists")
    content = Path(path).read_bytes()
    try:
        problems = problems_of(content)
        graphs = [] if problems else _graphs_of(content)
    except (SyntaxError, nx.NetworkXError, LookupError, ValueError, TypeError) as error:
        raise StorageError(
            f"this is not a readable GraphML file: {error}", where=str(path)
        ) from error
    if problems:
        raise StorageError(
            f"this GraphML file has {counted(len(problems), 'problem')}: {problems[0]}",
            where=str(path) + "".join(f"; {one}" for one in problems[1:_MOST_PROBLEMS]),
            mend="a graph is read whole or not at all: nodes must differ, edges join nodes of it",
        )
    if len(graphs) != 1:
        raise StorageError(
            f"the file must contain one graph, got {len(graphs)} graphs", where=str(path)
        )
    return _directed(graphs[0], str(path))


def _graphs_of(content: bytes) -> list[Any]:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # ports, an extension of other tools, are ignored
        return list(GraphMLReader()(path=io.BytesIO(content)))


def _directed(graph: Any, where: str) -> nx.DiGraph:
    if not graph.is_directed() or graph.is_multigraph():
        what = "has parallel edges" if graph.is_directed() else "is undirected"
        raise StorageError(
            f"the graph must be directed, without parallel edges: it {what}", where=where
        )
    for name in DEFAULTS:
        graph.graph.pop(name, None)
    return graph


def _refuse_unwritable(G: nx.DiGraph, form: str) -> None:
    require_digraph(G)
    problems = [str(problem) for problem in unwritable(G)]
    if problems:
        count = counted(len(problems), "problem")
        raise ProblemsError(f"{form} cannot store this graph: {count}", problems=problems)


@public
def to_node_link(G: nx.DiGraph) -> dict[str, Any]:
    """Return a graph as node-link data: dicts and lists for JSON and drawing libraries.

    Parameters
    ----------
    G
        Any directed graph whose node keys are str and whose attributes are str, int, float or
        bool.

    Returns
    -------
    dict
        ``directed``, ``multigraph``, ``graph`` (its attributes), ``nodes`` (each with ``id``)
        and ``edges`` (each with ``source`` and ``target``), as ``networkx.node_link_data``
        returns them.

    Raises
    ------
    ProblemsError
        With everything JSON could not store and restore exactly.

    See Also
    --------
    from_node_link : The graph of node-link data.
    write_graphml : A GraphML file.

    Examples
    --------
    >>> import json
    >>> import networkx as nx
    >>> import touchpoints as tp
    >>> G = tp.datasets.example_map()
    >>> data = tp.to_node_link(G)
    >>> data["edges"][0]["source"], data["edges"][0]["target"]
    ('search_query', 'review_read')
    >>> nx.utils.graphs_equal(G, tp.from_node_link(json.loads(json.dumps(data))))
    True
    """
    _refuse_unwritable(G, "JSON")
    return {
        "directed": True,
        "multigraph": False,
        "graph": dict(G.graph),
        "nodes": [{"id": node, **data} for node, data in G.nodes(data=True)],
        "edges": [
            {"source": source, "target": target, **data}
            for source, target, data in G.edges(data=True)
        ],
    }


@public
def from_node_link(data: Mapping[str, Any]) -> nx.DiGraph:
    """Return the graph of node-link data, the inverse of `to_node_link`.

    Parameters
    ----------
    data
        Node-link data as ``networkx.node_link_data`` returns it; ``edges`` may be called
        ``links``. It is not changed.

    Returns
    -------
    networkx.DiGraph

    Raises
    ------
    InvalidInputError
        When the graph is undirected or has parallel edges, a node has no id, an id occurs twice,
        an edge has an unknown source or target, or a part is of another kind than node-link data
        have: for example nodes that are no list, or an id that is a list.
    WrongKindError
        When ``data`` is not a mapping.

    See Also
    --------
    to_node_link : The inverse.
    read_graphml : A graph from a GraphML file.

    Examples
    --------
    >>> import touchpoints as tp
    >>> G = tp.from_node_link(
    ...     {"nodes": [{"id": "a"}, {"id": "b"}], "edges": [{"source": "a", "target": "b"}]}
    ... )
    >>> list(G.edges)
    [('a', 'b')]
    """
    mend = "tp.to_node_link(G) returns one, and so does networkx.node_link_data(G)"
    require_kind(data, Mapping, takes="a graph in node-link form, a mapping", mend=mend)
    if "nodes" not in data:
        raise InvalidInputError("this is not a graph in node-link form: it has no 'nodes'")
    _check_flags(data)
    if "edges" in data and "links" in data:
        raise InvalidInputError("the graph has both 'edges' and 'links'", mend="leave one out")
    graph = nx.DiGraph()
    graph.graph.update(_named(data.get("graph", {}), "graph"))
    for number, node in enumerate(_listed(data, "nodes")):
        place = f"nodes[{number}]"
        key = _ends(node, ("id",), "a node", place)[0]
        if key in graph:
            raise InvalidInputError(f"the node {quoted(key)} occurs twice", where=place)
        graph.add_nodes_from([(key, _others(node, ("id",)))])
    name = "links" if "links" in data else "edges"
    for number, edge in enumerate(_listed(data, name)):
        place = f"{name}[{number}]"
        source, target = _ends(edge, ("source", "target"), "an edge", place)
        lost = [node for node in (source, target) if node not in graph]
        if lost:
            what = f"an edge has an unknown source or target: {first_few(lost)}"
            raise InvalidInputError(what, where=place)
        if graph.has_edge(source, target):
            what = f"the edge {quoted(source)} to {quoted(target)} occurs twice"
            raise InvalidInputError(what, where=place)
        graph.add_edges_from([(source, target, _others(edge, ("source", "target")))])
    return graph


def _check_flags(data: Mapping[str, Any]) -> None:
    """Raise unless the data describe a directed graph without parallel edges."""
    directed, multigraph = data.get("directed", True), data.get("multigraph", False)
    for name, value in (("directed", directed), ("multigraph", multigraph)):
        if not isinstance(value, bool):
            raise InvalidInputError(f"{name!r} must be True or False, got {quoted(value)}")
    if not directed or multigraph:
        what = "has parallel edges" if multigraph else "is undirected"
        raise InvalidInputError(f"the graph must be directed, without parallel edges: it {what}")


def _listed(data: Mapping[str, Any], name: str) -> Sequence[Any]:
    """Return the nodes or edges of node-link data, which must be a list."""
    items = data.get(name, ())
    if not isinstance(items, (list, tuple)):
        raise InvalidInputError(f"{name!r} must be a list, got {type(items).__name__}")
    return items


def _named(item: Any, place: str) -> Mapping[str, Any]:
    """Return a node, an edge or the attributes of a graph: a mapping whose keys are text."""
    if not isinstance(item, Mapping):
        what = f"a mapping from names to values is needed, got {quoted(item)}"
        raise InvalidInputError(what, where=place)
    wrong = [name for name in item if not isinstance(name, str)]
    if wrong:
        raise InvalidInputError(f"names must be text, got {first_few(wrong)}", where=place)
    return item


def _ends(item: Any, names: tuple[str, ...], kind: str, place: str) -> list[Any]:
    """Return the ids in a node or an edge."""
    known = _named(item, place)
    missing = [name for name in names if name not in known]
    if missing:
        what = f"{kind} has no {' and no '.join(map(repr, missing))}: {quoted(item)}"
        raise InvalidInputError(what, where=place)
    for name in names:
        if not _hashable(known[name]) or is_missing(known[name]):
            what = f"{name!r} must be text or a number, got {quoted(known[name])}"
            raise InvalidInputError(what, where=place)
    return [known[name] for name in names]


def _hashable(value: Any) -> bool:
    try:
        hash(value)
    except TypeError:
        return False
    return True


def _others(item: Mapping[str, Any], names: Iterable[str]) -> dict[str, Any]:
    return {name: value for name, value in item.items() if name not in names}
