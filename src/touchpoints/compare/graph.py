"""The graph of what differs between two groups."""

from __future__ import annotations

import math

import networkx as nx

from touchpoints._core.progress import Progress
from touchpoints.compare._shared.draws import Shared
from touchpoints.compare._shared.features import presence_shares, step_shares
from touchpoints.compare._shared.pairs import Pair, checked_pair
from touchpoints.compare._shared.testing import Asked, Comparison, Test, compared_shares
from touchpoints.graphs.flows import END, OPEN, START
from touchpoints.graphs.names import terminal_label
from touchpoints.graphs.parts import described


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
    """Return which steps two groups take with different probability, as a plain directed graph.

    Parameters
    ----------
    pair
        The two groups: see `pair`, `groups` and `periods`.
    max_q
        Only edges with a q of at most this are drawn; by default all that were compared.
    min_count, seed, test, shared, resamples, level, progress
        As for `transitions`.
    lang
        The language of the labels.

    Returns
    -------
    networkx.DiGraph
        Edges have ``weight``, the size of the difference of their probabilities without its sign,
        in [0, 1], so that networkx and drawings read thick edges as those that differ most; and
        ``difference`` (a − b), ``a``, ``b``, ``low``, ``high``, ``p``, ``q``, ``effect``,
        ``n_a``, ``n_b``. Nodes have ``label``, their facets, and ``difference``, ``a``, ``b``,
        ``p`` and ``q`` of the share of journeys in which they occur. What is not known is absent.

    Raises
    ------
    InvalidInputError
        When persons are in both groups and ``shared="refuse"``.

    Notes
    -----
    It is no flow: it has no ``G.graph["schema"]``, its weights are shares and do not balance.

    Examples
    --------
    >>> import touchpoints as tp
    >>> from touchpoints import compare
    >>> two = compare.groups(tp.datasets.shop(300, seed=1), "device")
    >>> G = compare.difference_graph(two, seed=1, resamples=200, shared="within")
    >>> G.graph["a"], G.graph["b"], "difference" in G["(start)"]["search_query"]
    ('computer', 'phone', True)
    """
    asked = Asked(seed, resamples, level, test, shared, min_count=min_count, progress=progress)
    journeys = checked_pair(pair).journeys
    steps = compared_shares(pair, step_shares(journeys), asked)
    nodes = compared_shares(pair, presence_shares(journeys), asked)
    a, b = pair.names
    graph = nx.DiGraph(kind="difference", a=a, b=b, level=level, test=test)
    _add_nodes(graph, pair, steps, nodes, lang=lang)
    for row in steps.to_dicts():
        if row["difference"] == row["difference"] and (row["q"] <= max_q or max_q >= 1):
            source, target = row.pop("label")
            graph.add_edge(source, target, weight=abs(row["difference"]), **_known(row))
    return graph


def _add_nodes(
    graph: nx.DiGraph, pair: Pair, steps: Comparison, nodes: Comparison, *, lang: str
) -> None:
    met = {node for edge in steps.label.tolist() for node in edge}
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
