"""The graph of the differences between two groups."""

from __future__ import annotations

import math

import networkx as nx

from touchpoints._core.checks import public, share
from touchpoints._core.progress import Progress
from touchpoints.compare._shared.draws import Shared
from touchpoints.compare._shared.features import presence_shares, transition_shares
from touchpoints.compare._shared.pairs import Pair, checked_pair
from touchpoints.compare._shared.testing import Comparison, Options, Test, compared_shares
from touchpoints.graphs.flows import END, OPEN, START
from touchpoints.graphs.names import terminal_label
from touchpoints.graphs.parts import described


@public
def difference_graph(
    pair: Pair,
    *,
    seed: int,
    max_q: float = 1.0,
    min_count: int = 5,
    test: Test = "permutation",
    shared: Shared = "refuse",
    resamples: int = 5000,
    level: float = 0.95,
    lang: str = "en",
    progress: Progress = False,
) -> nx.DiGraph:
    """Return the difference graph of two groups: edges differ in transition probability.

    Parameters
    ----------
    pair
        The two groups: see `pair`, `groups` and `periods`.
    max_q
        Keep only edges with a q of at most this; by default all edges that were compared.
    min_count, seed, test, shared, resamples, level, progress
        As for `transitions`.
    lang
        The language of the labels.

    Returns
    -------
    networkx.DiGraph
        Edges have ``weight``, the absolute difference of the transition probabilities, in [0, 1],
        so that the heaviest edges are those that differ most; and ``difference`` (a − b), ``a``,
        ``b``, ``low``, ``high``, ``p``, ``q``, ``effect``, ``n_a``, ``n_b``. Nodes have ``label``
        and their facets, and ``difference``, ``a``, ``b``, ``p`` and ``q`` of the share of
        journeys in which the touchpoint occurs. Unknown attributes are absent.

    Raises
    ------
    InvalidInputError
        When persons have journeys in both groups and ``shared="refuse"``.

    See Also
    --------
    transitions : The same comparison as a table.
    presence : The comparison of the nodes as a table.
    tp.to_mermaid : Draw the graph.

    Notes
    -----
    The graph is not a flow: weights are differences of probabilities, which do not balance at the
    nodes. It therefore has no ``G.graph["schema"]``.

    Examples
    --------
    >>> import touchpoints as tp
    >>> from touchpoints import compare
    >>> two = compare.groups(tp.datasets.shop(300, seed=1), "device")
    >>> G = compare.difference_graph(two, seed=1, resamples=200, shared="within")
    >>> G.graph["a"], G.graph["b"], "difference" in G["(start)"]["search_query"]
    ('computer', 'phone', True)
    """
    share("max_q", max_q, zero=True)
    options = Options(seed, resamples, level, test, shared, min_count=min_count, progress=progress)
    journeys = checked_pair(pair).journeys
    edges = compared_shares(pair, transition_shares(journeys), options)
    nodes = compared_shares(pair, presence_shares(journeys), options)
    a, b = pair.names
    graph = nx.DiGraph(kind="difference", a=a, b=b, level=level, test=test)
    _add_nodes(graph, pair, edges, nodes, lang=lang)
    for row in edges.to_dicts():
        if row["difference"] == row["difference"] and (row["q"] <= max_q or max_q >= 1):
            source, target = row.pop("label")
            graph.add_edge(source, target, weight=abs(row["difference"]), **_known(row))
    return graph


def _add_nodes(
    graph: nx.DiGraph, pair: Pair, edges: Comparison, nodes: Comparison, *, lang: str
) -> None:
    met = {node for edge in edges.label.tolist() for node in edge}
    for terminal in (START, END, OPEN):
        if terminal in met:
            graph.add_node(terminal, label=terminal_label(terminal, lang=lang))
    found = {row.pop("label"): _known(row) for row in nodes.to_dicts()}
    for touchpoint in pair.journeys.touchpoints:
        if touchpoint.key in met or touchpoint.key in found:
            facts = described(touchpoint, meta=pair.journeys.meta, lang=lang)
            graph.add_node(touchpoint.key, **facts | found.get(touchpoint.key, {}))


def _known(row: dict[str, object]) -> dict[str, object]:
    return {
        name: value
        for name, value in row.items()
        if not (isinstance(value, float) and math.isnan(value))
    }
