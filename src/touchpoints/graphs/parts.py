"""From counted flows to nodes and edges with plain Python attributes."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import attrs
import networkx as nx
import numpy as np

from touchpoints._core.arrays import counting
from touchpoints._core.arrays.statistics.gaps import pair_gaps
from touchpoints._core.frozen import Array, Coded
from touchpoints.graphs.flows import START, Ends
from touchpoints.graphs.names import SCHEMA, terminal_label
from touchpoints.journeys.meta import Meta
from touchpoints.journeys.model import Journeys
from touchpoints.taxonomy import FACETS, Touchpoint

Attributes = dict[str, Any]

_SECOND = 1e6


@attrs.frozen(eq=False, kw_only=True)
class Edges:
    """What flows from node to node: ``totals[e]`` from ``sources[e]`` to ``targets[e]``.

    Node 0 is ``(start)``; then come the states, then the terminals. ``gaps`` are medians in
    microseconds, nan where there are none.
    """

    sources: Array
    targets: Array
    totals: Array
    gaps: Array | None = None


def edges_of(pairs: counting.PairCounts, starts: Array, stops: Array, gaps: Array | None) -> Edges:
    """Join the flow between k states with that from the start and to the terminals.

    Parameters
    ----------
    starts : int64 (k,)
    stops : int64 (k + 1, kinds)
        As `counting.terminal_totals` counts them.
    gaps : float64 (pairs,) or None
    """
    k = len(starts)
    first = np.flatnonzero(starts)
    last, kind = np.nonzero(stops)
    leave = np.where(last == k, 0, last + 1)
    sources = np.concatenate([np.zeros_like(first), pairs.sources + 1, leave])
    targets = np.concatenate([first + 1, pairs.targets + 1, kind + k + 1])
    totals = np.concatenate([starts[first], pairs.totals, stops[last, kind]])
    if gaps is not None:
        gaps = np.concatenate([np.full(len(first), np.nan), gaps, np.full(len(last), np.nan)])
    order = np.lexsort((targets, sources))
    return Edges(
        sources=sources[order],
        targets=targets[order],
        totals=totals[order],
        gaps=None if gaps is None else gaps[order],
    )


def add_edges(graph: nx.DiGraph, keys: list[str], edges: Edges) -> None:
    """Add the edges with their flow, probability, distance and median gap."""
    leaving = np.bincount(edges.sources, weights=edges.totals, minlength=len(keys))
    shares = edges.totals / leaving[edges.sources]
    distances = 0.0 - np.log(shares)
    names = [keys[place] for place in edges.sources.tolist()]
    others = [keys[place] for place in edges.targets.tolist()]
    columns = (edges.totals.tolist(), shares.tolist(), distances.tolist())
    found = [
        {"weight": weight, "probability": share, "distance": distance}
        for weight, share, distance in zip(*columns, strict=True)
    ]
    if edges.gaps is not None:
        seconds = edges.gaps / _SECOND
        for place in np.flatnonzero(~np.isnan(seconds)).tolist():
            found[place]["gap_median"] = float(seconds[place])
    graph.add_edges_from(zip(names, others, found, strict=True))


def described(touchpoint: Touchpoint, *, meta: Meta, lang: str) -> Attributes:
    """Return what a node says of its touchpoint: label, type where there is one, known facets."""
    label = meta.label(touchpoint, lang=lang)
    head = {"label": label, "type": touchpoint.type} if touchpoint.type else {"label": label}
    return head | touchpoint.known()


def observed_shares(
    journeys: Journeys, visits: Array, weights: Array | None
) -> list[tuple[str, list[float]]]:
    """Return for need and context in which share of its visits each touchpoint's was observed."""
    names = [name for name in ("need", "context") if f"{name}_from" in journeys.per_interaction]
    if not names:
        return []
    flags = [_observed(journeys, name) for name in names]
    pair = (flags[0], flags[-1])
    totals = counting.flag_totals_by_code(journeys.codes, len(visits), pair, weights)
    shares = totals / np.maximum(visits, 1)[:, None]
    return [(f"{name}_observed", shares[:, place].tolist()) for place, name in enumerate(names)]


def _observed(journeys: Journeys, name: str) -> Array:
    """Tell of each interaction whether the facet comes from a rule or the data."""
    column = journeys.per_interaction[f"{name}_from"]
    if isinstance(column, Coded):
        return np.zeros(len(column), dtype=bool)
    observed: Array = column >= 2
    return observed


def labelled_graph(
    journeys: Journeys, kind: str, used: Iterable[Touchpoint], **more: Any
) -> nx.DiGraph:
    """Return an empty graph that says what it is and where it comes from.

    ``used`` are the touchpoints it will hold: their facets are listed.
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
    """Return the facets some touchpoint knows: the five first, then the others by name."""
    known = {name for one in touchpoints for name in one.known()}
    five = [name for name in FACETS if name in known]
    return ", ".join([*five, *sorted(known.difference(FACETS))])


def flow_graph(
    journeys: Journeys, *, kind: str, ends: Ends, always: tuple[str, ...], lang: str, **more: Any
) -> nx.DiGraph:
    """Return the graph of what directly follows what, from ``(start)`` to the terminals.

    Parameters
    ----------
    ends
        Where each journey goes after its last touchpoint.
    always
        The terminals that are there even when no journey reaches them.
    """
    codes, offsets, k = journeys.codes, journeys.offsets, len(journeys.touchpoints)
    weights = counting.row_weights(offsets, journeys.counts)
    pairs, gaps = _pairs(journeys, weights)
    starts, stops = counting.terminal_totals(
        codes,
        offsets,
        k,
        counts=journeys.counts,
        began=journeys.began,
        ends=ends.of,
        kinds=len(ends.names),
    )
    visits = counting.leaving(pairs, k) + stops[:k].sum(axis=1)
    used = [journeys.touchpoints[place] for place in np.flatnonzero(visits).tolist()]
    graph = labelled_graph(journeys, kind, used, lang=lang, **more)
    begun = int(starts.sum() + stops[k].sum())
    graph.add_node(START, label=terminal_label(START, lang=lang), journeys=begun)
    _add_touchpoints(graph, journeys, visits, weights, lang=lang)
    for name, reached in zip(ends.names, stops.sum(axis=0).tolist(), strict=True):
        if reached or name in always:
            graph.add_node(name, label=terminal_label(name, lang=lang), journeys=reached)
    keys = [START, *(one.key for one in journeys.touchpoints), *ends.names]
    add_edges(graph, keys, edges_of(pairs, starts, stops, gaps))
    return graph


def _pairs(journeys: Journeys, weights: Array | None) -> tuple[counting.PairCounts, Array | None]:
    codes, offsets, k = journeys.codes, journeys.offsets, len(journeys.touchpoints)
    if journeys.times is None:
        return counting.pair_counts(codes, offsets, k, weights), None
    return pair_gaps(codes, offsets, journeys.times.view(np.int64), k, weights)


def _add_touchpoints(
    graph: nx.DiGraph, journeys: Journeys, visits: Array, weights: Array | None, *, lang: str
) -> None:
    codes, offsets, k = journeys.codes, journeys.offsets, len(visits)
    visitors = counting.segments_with_code(codes, offsets, k, journeys.counts).tolist()
    shares = observed_shares(journeys, visits, weights)
    for place in np.flatnonzero(visits).tolist():
        touchpoint = journeys.touchpoints[place]
        graph.add_node(
            touchpoint.key,
            **described(touchpoint, meta=journeys.meta, lang=lang),
            visits=int(visits[place]),
            journeys=visitors[place],
            **{name: share[place] for name, share in shares},
        )
