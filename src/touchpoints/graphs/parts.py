"""Build nodes and edges with plain Python attributes from counted flows."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import networkx as nx
import numpy as np

from touchpoints._core.arrays import counting
from touchpoints._core.frozen import Array, Coded
from touchpoints.graphs.flows import START, Ends, Flows, flows
from touchpoints.graphs.names import SCHEMA, terminal_label
from touchpoints.journeys.meta import Meta
from touchpoints.journeys.model import Journeys
from touchpoints.taxonomy import FACETS, Touchpoint

Attributes = dict[str, Any]

_SECOND = 1e6


def add_edges(graph: nx.DiGraph, found: Flows) -> None:
    """Add the edges with weight, probability, distance and median gap, ``(start)`` first."""
    shift = -int(np.searchsorted(found.sources, found.start))
    sources, targets, totals = (
        np.roll(column, shift) for column in (found.sources, found.targets, found.totals)
    )
    shares = totals / found.leaving()[sources]
    columns = (totals.tolist(), shares.tolist(), (0.0 - np.log(shares)).tolist())
    edges = [
        {"weight": weight, "probability": share, "distance": distance}
        for weight, share, distance in zip(*columns, strict=True)
    ]
    if found.gaps is not None:
        seconds = np.roll(found.gaps, shift) / _SECOND
        for edge in np.flatnonzero(~np.isnan(seconds)).tolist():
            edges[edge]["gap_median"] = float(seconds[edge])
    names = [[found.nodes[node] for node in ends.tolist()] for ends in (sources, targets)]
    graph.add_edges_from(zip(*names, edges, strict=True))


def described(touchpoint: Touchpoint, *, meta: Meta, lang: str) -> Attributes:
    """Return the node attributes of a touchpoint: label, type (if typed) and known facets."""
    label = meta.label(touchpoint, lang=lang)
    head = {"label": label, "type": touchpoint.type} if touchpoint.type else {"label": label}
    return head | touchpoint.known()


def observed_shares(journeys: Journeys, visits: Array) -> list[tuple[str, list[float]]]:
    """Return the shares of each touchpoint's visits with an observed need and context."""
    names = [name for name in ("need", "context") if f"{name}_from" in journeys.per_interaction]
    if not names:
        return []
    flags = [_observed(journeys, name) for name in names]
    both = (flags[0], flags[-1])
    weights = counting.row_weights(journeys.offsets, journeys.counts)
    totals = counting.flag_totals_by_code(journeys.codes, len(visits), both, weights)
    shares = totals / np.maximum(visits, 1)[:, None]
    return [(f"{name}_observed", shares[:, column].tolist()) for column, name in enumerate(names)]


def _observed(journeys: Journeys, name: str) -> Array:
    """Return whether each interaction's facet comes from a rule or from the data, bool (m,)."""
    column = journeys.per_interaction[f"{name}_from"]
    if isinstance(column, Coded):
        return np.zeros(len(column), dtype=bool)
    observed: Array = column >= 2
    return observed


def labelled_graph(
    journeys: Journeys, kind: str, used: Iterable[Touchpoint], **more: Any
) -> nx.DiGraph:
    """Return an empty graph with its graph attributes: kind, number of journeys and origin.

    ``used`` are the touchpoints that will become nodes; the attribute ``facets`` lists their known
    facets.
    """
    meta = journeys.meta
    graph = nx.DiGraph(schema=SCHEMA, kind=kind, journeys=int(journeys.counts.sum()), **more)
    if meta.taxonomy is not None:
        graph.graph["taxonomy"] = meta.taxonomy.name
        graph.graph["taxonomy_version"] = meta.taxonomy.version
    if meta.lens:
        graph.graph["lens"] = ", ".join(meta.lens)
    if meta.timezone is not None:
        graph.graph["timezone"] = meta.timezone
    facets = facets_of(used)
    if facets:
        graph.graph["facets"] = facets
    return graph


def facets_of(touchpoints: Iterable[Touchpoint]) -> str:
    """Return the facets known of at least one touchpoint: the five first, then others by name."""
    known = {name for one in touchpoints for name in one.known()}
    five = [name for name in FACETS if name in known]
    return ", ".join([*five, *sorted(known.difference(FACETS))])


def flow_graph(
    journeys: Journeys, *, kind: str, ends: Ends, always: tuple[str, ...], lang: str, **more: Any
) -> nx.DiGraph:
    """Return the directly-follows graph of journeys, from ``(start)`` to the terminals.

    Parameters
    ----------
    ends
        Where each journey goes after its last touchpoint.
    always
        The terminals that are nodes even if no journey reaches them.
    """
    found = flows(journeys, ends=ends, gaps=True)
    leaving = found.leaving().astype(np.int64)
    visits = leaving[: found.start]
    used = [journeys.touchpoints[code] for code in np.flatnonzero(visits).tolist()]
    graph = labelled_graph(journeys, kind, used, lang=lang, **more)
    begun = int(leaving[found.start])
    graph.add_node(START, label=terminal_label(START, lang=lang), journeys=begun)
    _add_touchpoints(graph, journeys, visits, lang=lang)
    arriving = found.arriving()[found.start + 1 :].astype(np.int64).tolist()
    for name, reached in zip(ends.names, arriving, strict=True):
        if reached or name in always:
            graph.add_node(name, label=terminal_label(name, lang=lang), journeys=reached)
    add_edges(graph, found)
    return graph


def _add_touchpoints(graph: nx.DiGraph, journeys: Journeys, visits: Array, *, lang: str) -> None:
    codes, offsets, k = journeys.codes, journeys.offsets, len(visits)
    visitors = counting.segments_with_code(codes, offsets, k, journeys.counts).tolist()
    shares = observed_shares(journeys, visits)
    for code in np.flatnonzero(visits).tolist():
        touchpoint = journeys.touchpoints[code]
        graph.add_node(
            touchpoint.key,
            **described(touchpoint, meta=journeys.meta, lang=lang),
            visits=int(visits[code]),
            journeys=visitors[code],
            **{name: share[code] for name, share in shares},
        )
