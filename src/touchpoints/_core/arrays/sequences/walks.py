"""Random walks over a graph, all walkers at once."""

from __future__ import annotations

import attrs
import numpy as np

from touchpoints._core.arrays.segments import offsets_of
from touchpoints._core.frozen import Array


@attrs.frozen(eq=False)
class EdgesBySource:
    """The edges of a graph by source: node v has the edges ``starts[v]:starts[v + 1]``.

    Attributes
    ----------
    starts : int64 (nodes + 1,)
    targets : int64 (edges,)
    reach : float64 (edges,)
        The number of the source plus the cumulative probability of its edges, so that ``reach``
        increases over all edges.
    """

    starts: Array
    targets: Array
    reach: Array


def edges_by_source(sources: Array, targets: Array, weights: Array, nodes: int) -> EdgesBySource:
    """Return the edges of a graph by source, with cumulative probabilities.

    Parameters
    ----------
    sources, targets : int64 (edges,) in ``range(nodes)``, sorted by source
    weights : float64 (edges,)
        Above 0; normalised for each source.
    """
    starts = offsets_of(np.bincount(sources, minlength=nodes))
    reach = np.empty(len(weights))
    for node in np.unique(sources).tolist():
        span = slice(int(starts[node]), int(starts[node + 1]))
        running = np.cumsum(weights[span])
        reach[span] = node + running / running[-1]
    return EdgesBySource(starts, targets, reach)


@attrs.frozen(eq=False)
class Walks:
    """Random walks: walker w took the edges ``edges[offsets[w]:offsets[w + 1]]``.

    ``last`` is the last node of each walker; ``cut`` is whether it stopped at the maximum length.
    """

    edges: Array
    offsets: Array
    last: Array
    cut: Array


def walk(
    steps: EdgesBySource, start: int, *, count: int, max_length: int, rng: np.random.Generator
) -> Walks:
    """Return random walks from a node, until a node without outgoing edges or the maximum length.

    Parameters
    ----------
    max_length
        The maximum number of edges of a walk.

    Notes
    -----
    One random draw for each edge taken, walkers in order. O(edges taken × log(edges)).
    """
    at = np.full(count, start, dtype=np.int64)
    leaves = np.diff(steps.starts) > 0
    walkers = np.flatnonzero(leaves[at])
    taken: list[tuple[Array, Array]] = []
    while len(walkers) and len(taken) < max_length:
        here = at[walkers]
        edges = np.searchsorted(steps.reach, here + rng.random(len(walkers)), side="right")
        # Adding the number of the node can round a draw up to the next node.
        np.minimum(edges, steps.starts[here + 1] - 1, out=edges)
        taken.append((walkers, edges))
        at[walkers] = steps.targets[edges]
        walkers = walkers[leaves[at[walkers]]]
    lengths = np.zeros(count, dtype=np.int64)
    for movers, _ in taken:
        lengths[movers] += 1
    offsets = offsets_of(lengths)
    path = np.empty(offsets[-1], dtype=np.int64)
    for position, (movers, edges) in enumerate(taken):
        path[offsets[movers] + position] = edges
    return Walks(path, offsets, at, leaves[at])
