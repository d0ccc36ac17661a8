"""Graphs to and from files and plain data, exactly."""

from __future__ import annotations

import io
import os
import warnings
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import networkx as nx
from networkx.readwrite.graphml import GraphMLReader, GraphMLWriter

from touchpoints._core.checks import (
    require_kind,
    require_path,
)
from touchpoints._core.messages import (
    counted,
    first_few,
)
from touchpoints.errors import InvalidInputError, ProblemsError, StorageError
from touchpoints.graphs.schema import DEFAULTS, require_digraph, unwritable


def write_graphml(G: nx.DiGraph, path: str | os.PathLike[str]) -> None:
    """Write a graph as GraphML, which networkx, Gephi, yEd, igraph and others read.

    Parameters
    ----------
    G
        Any directed graph with text as keys and attributes that are str, int, float or bool.
        It is not changed.
    path
        Where to write; a file that is there is replaced.

    Raises
    ------
    ProblemsError
        With everything GraphML could not hold and give back as it was: keys that are no text,
        None, nan, numpy scalars, reserved names, characters XML does not allow. Nothing is
        written then.

    Notes
    -----
    Whole numbers are written as ``long``, others as ``double`` to the last digit. O(nodes + edges).

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
    # A bare carriage return would be read as the end of a line. The writer ends none with it.
    Path(path).write_bytes(stream.getvalue().replace(b"\r", b"&#13;"))


def read_graphml(path: str | os.PathLike[str]) -> nx.DiGraph:
    """Read a directed graph from a GraphML file, exactly as `write_graphml` was given it.

    Parameters
    ----------
    path
        A file with one graph; of any tool, if its edges are directed and none is parallel.

    Returns
    -------
    networkx.DiGraph

    Raises
    ------
    StorageError
        When the file is no GraphML, or damaged, or its graph is undirected or has parallel edges.

    Examples
    --------
    See `write_graphml`.

    >>> import touchpoints as tp
    >>> tp.read_graphml("nothing.graphml")
    Traceback (most recent call last):
    ...
    FileNotFoundError: [Errno 2] No such file or directory: 'nothing.graphml'
    """
    from xml.etree.ElementTree import ParseError

    require_path(path, mend="tp.from_node_link(data) makes a graph of dicts and lists")
    content = Path(path).read_bytes()
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # ports of other tools, which are left out
            graphs = list(GraphMLReader()(path=io.BytesIO(content)))
    except (ParseError, nx.NetworkXError, KeyError, ValueError, TypeError) as error:
        raise StorageError(
            f"this is no GraphML that can be read: {error}", where=str(path)
        ) from error
    if len(graphs) != 1:
        raise StorageError(f"the file holds {len(graphs)} graphs, not one", where=str(path))
    return _directed(graphs[0], str(path))


def _directed(graph: Any, where: str) -> nx.DiGraph:
    if not graph.is_directed() or graph.is_multigraph():
        what = "has parallel edges" if graph.is_directed() else "is undirected"
        raise StorageError(f"the graph {what}, and journeys go one way", where=where)
    for name in DEFAULTS:
        graph.graph.pop(name, None)
    return graph


def _refuse_unwritable(G: nx.DiGraph, form: str) -> None:
    require_digraph(G)
    problems = [str(problem) for problem in unwritable(G)]
    if problems:
        count = counted(len(problems), "problem")
        raise ProblemsError(f"{form} cannot hold this graph: {count}", problems=problems)


def to_node_link(G: nx.DiGraph) -> dict[str, Any]:
    """Return a graph as plain dicts and lists, ready for JSON and for drawing libraries.

    Parameters
    ----------
    G
        Any directed graph with text as keys and attributes that are str, int, float or bool.

    Returns
    -------
    dict
        ``directed``, ``multigraph``, ``graph`` (its attributes), ``nodes`` (each with ``id``)
        and ``edges`` (each with ``source`` and ``target``): the form of
        ``networkx.node_link_data``.

    Raises
    ------
    ProblemsError
        With everything JSON could not hold and give back as it was.

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


def from_node_link(data: Mapping[str, Any]) -> nx.DiGraph:
    """Return the graph that `to_node_link` was given.

    Parameters
    ----------
    data
        As ``networkx.node_link_data`` writes it; edges may be called ``links``. It is not
        changed.

    Returns
    -------
    networkx.DiGraph

    Raises
    ------
    InvalidInputError
        When it is undirected or has parallel edges, a node has no id or comes twice, or an edge
        leads from or to a node that is not there.
    WrongKindError
        When it is no mapping.

    Examples
    --------
    >>> import touchpoints as tp
    >>> G = tp.from_node_link(
    ...     {"nodes": [{"id": "a"}, {"id": "b"}], "edges": [{"source": "a", "target": "b"}]}
    ... )
    >>> list(G.edges)
    [('a', 'b')]
    """
    mend = "tp.to_node_link(G) gives one, and so does networkx.node_link_data(G)"
    require_kind(data, Mapping, takes="a graph in node-link form, a mapping", mend=mend)
    if "nodes" not in data:
        raise InvalidInputError("this is no graph in node-link form: it has no 'nodes'")
    if not data.get("directed", True) or data.get("multigraph", False):
        what = "has parallel edges" if data.get("multigraph", False) else "is undirected"
        raise InvalidInputError(f"the graph {what}, and journeys go one way")
    graph = nx.DiGraph()
    graph.graph.update(data.get("graph", {}))
    for node in data["nodes"]:
        key = _ends(node, ("id",), "a node")[0]
        if key in graph:
            raise InvalidInputError(f"the node {key!r} is there twice")
        graph.add_nodes_from([(key, _others(node, ("id",)))])
    for edge in data.get("edges", data.get("links", ())):
        source, target = _ends(edge, ("source", "target"), "an edge")
        lost = [node for node in (source, target) if node not in graph]
        if lost:
            raise InvalidInputError(f"an edge names nodes that are not there: {first_few(lost)}")
        if graph.has_edge(source, target):
            raise InvalidInputError(f"the edge {source!r} to {target!r} is there twice")
        graph.add_edges_from([(source, target, _others(edge, ("source", "target")))])
    return graph


def _ends(item: Mapping[str, Any], names: tuple[str, ...], kind: str) -> list[Any]:
    missing = [name for name in names if name not in item]
    if missing:
        raise InvalidInputError(f"{kind} has no {' and no '.join(map(repr, missing))}: {item!r}")
    return [item[name] for name in names]


def _others(item: Mapping[str, Any], names: Iterable[str]) -> dict[str, Any]:
    return {name: value for name, value in item.items() if name not in names}
