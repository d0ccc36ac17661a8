"""Removal effects and absorption probabilities of any graph with weights."""

from __future__ import annotations

from collections.abc import Hashable, Iterable
from typing import Any

import attrs
import networkx as nx
import numpy as np

from touchpoints._core.arrays.chains import Chain
from touchpoints._core.arrays.chains.removal import without_each
from touchpoints._core.checks import public
from touchpoints._core.messages import first_few, not_found
from touchpoints.errors import InvalidInputError
from touchpoints.graphs.schema import require_digraph


@public
def removal_effects(
    G: nx.DiGraph,
    *,
    to: Hashable | Iterable[Hashable],
    start: Hashable = "(start)",
    weight: str = "weight",
) -> dict[Any, float]:
    """Return the removal effect of each node: how much of what reaches an ending goes through it.

    Parameters
    ----------
    G
        A directed graph whose edges have flows, as `touchpoints.outcome_graph` gives it; any other
        will do.
    to
        The ending, or several: nodes without edges out.
    start
        The node where journeys start.
    weight
        The edge attribute with the flow, a number of at least 0.

    Returns
    -------
    dict of node to float
        ``1 - P(reach the ending, avoiding the node) / P(reach the ending)``, in [0, 1], for every
        node that can be reached from the start, except the start and nodes without edges out.

    Raises
    ------
    NotFoundError
        When a node does not exist.
    InvalidInputError
        When an ending has edges out or cannot be reached, when weights are missing, negative or not
        finite, or when journeys can get into nodes from which no ending can be reached, which the
        message names.

    See Also
    --------
    markov : The same effects of journeys, with intervals.
    absorption : The probability of each ending from each node.

    Notes
    -----
    Exact, from the diagonal of one inverse: O(n³), some seconds for 5,000 nodes.
    ``networkx.set_node_attributes(G, effects, "removal_effect")`` writes them onto the graph.

    Examples
    --------
    >>> import touchpoints as tp
    >>> table = {"path": ["C1 > C2 > C3", "C1", "C2 > C3"], "sales": [1, 0, 0], "lost": [0, 1, 1]}
    >>> journeys = tp.from_paths(table, path="path", outcome="sale", converted="sales", lost="lost")
    >>> effects = tp.attribution.removal_effects(tp.outcome_graph(journeys), to="(sale)")
    >>> {node: round(effect, 2) for node, effect in effects.items()}
    {'C1': 0.5, 'C2': 1.0, 'C3': 1.0}
    """
    found = _walked(G, start=start, weight=weight)
    wanted = _endings(G, to, found.endings)
    rewards = np.isin(found.chain.targets, [found.number[one] for one in wanted]).astype(np.float64)
    if not rewards.any():
        raise InvalidInputError(f"{first_few(wanted)} cannot be reached from {start!r}")
    size = found.chain.size
    states = np.arange(size)[:, None]
    removed = without_each(found.chain, states, rewards, codes=size, earned_only=True)
    effects = 1 - removed.earned[1:] / removed.earned[0]
    effects = np.where(np.abs(effects) < 1e-12, 0.0, effects)
    return {
        node: float(effect)
        for node, effect in zip(found.nodes, effects.tolist(), strict=True)
        if node != start
    }


@public
def absorption(
    G: nx.DiGraph, *, start: Hashable = "(start)", weight: str = "weight"
) -> dict[Any, dict[Any, float]]:
    """Return the probability of each ending from each node that can be reached from the start.

    Parameters
    ----------
    start, weight
        As for `removal_effects`.

    Returns
    -------
    dict of node to dict of ending to float
        The probabilities of each node sum to 1. Endings are the nodes without edges out that can be
        reached.

    Raises
    ------
    NotFoundError, InvalidInputError
        As `removal_effects`.

    See Also
    --------
    touchpoints.paths.absorption : The same of journeys, with the expected number of steps.

    Notes
    -----
    One linear solve for each ending.

    References
    ----------
    J. G. Kemeny and J. L. Snell (1960), Finite Markov Chains, Van Nostrand, 3.3.

    Examples
    --------
    >>> import networkx as nx
    >>> import touchpoints as tp
    >>> G = nx.DiGraph()
    >>> G.add_weighted_edges_from([("s", "a", 4), ("a", "buy", 1), ("a", "leave", 3)])
    >>> tp.attribution.absorption(G, start="s")["a"]
    {'buy': 0.25, 'leave': 0.75}
    """
    found = _walked(G, start=start, weight=weight)
    chain, size = found.chain, found.chain.size
    shares = chain.probabilities()
    inner = (chain.sources < size) & (chain.targets < size)
    flat = np.bincount(
        chain.sources[inner] * size + chain.targets[inner], shares[inner], size * size
    )
    into = (chain.sources < size) & (chain.targets > size)
    ends = np.zeros((size, chain.ends))
    ends[chain.sources[into], chain.targets[into] - size - 1] = shares[into]
    solved = np.clip(np.linalg.solve(np.eye(size) - flat.reshape(size, size), ends), 0, 1)
    return {
        node: dict(zip(found.endings, row, strict=True))
        for node, row in zip(found.nodes, solved.tolist(), strict=True)
    }


@attrs.frozen(eq=False, kw_only=True)
class _Walked:
    """The part of a graph that can be reached, as a chain: states, then the start, then endings."""

    chain: Chain
    nodes: list[Any]
    endings: list[Any]
    number: dict[Any, int]


def _walked(G: nx.DiGraph, *, start: Hashable, weight: str) -> _Walked:
    require_digraph(G)
    if start not in G:
        raise not_found("node", start, list(G))
    flows = _flows(G, weight)
    out: dict[Any, list[Any]] = {}
    for source, target in flows:
        out.setdefault(source, []).append(target)
    reached = _reachable({start}, out)
    nodes = [node for node in G if node in reached and node in out]
    endings = [node for node in G if node in reached and node not in out]
    back: dict[Any, list[Any]] = {}
    for source, target in flows:
        back.setdefault(target, []).append(source)
    leaving = _reachable(set(endings), back)
    stuck = [node for node in nodes if node not in leaving]
    if stuck or not nodes:
        raise InvalidInputError(
            f"no ending can be reached from {first_few(stuck or [start])}",
            mend="add the edges by which journeys leave these nodes, or remove the nodes",
        )
    size = len(nodes)
    number = {node: at for at, node in enumerate(nodes)}
    number |= {node: size + 1 + at for at, node in enumerate(endings)}
    edges = sorted(
        (number[source], number[target], flow)
        for (source, target), flow in flows.items()
        if source in reached
    )
    columns = np.array([*edges, (size, number[start], 1.0)])
    chain = Chain(
        size=size,
        ends=len(endings),
        sources=columns[:, 0].astype(np.int64),
        targets=columns[:, 1].astype(np.int64),
        totals=columns[:, 2],
        first=np.zeros(1, dtype=np.int32),
        passed=np.zeros(0, dtype=np.int32),
        offsets=np.array([0, 0]),
    )
    return _Walked(chain=chain, nodes=nodes, endings=endings, number=number)


def _flows(G: nx.DiGraph, weight: str) -> dict[tuple[Any, Any], float]:
    """Return the flow of each edge that has one above 0."""
    flows: dict[tuple[Any, Any], float] = {}
    for source, target, flow in G.edges(data=weight):
        good = isinstance(flow, (int, float, np.number)) and 0 <= flow < np.inf
        if not good:
            raise InvalidInputError(
                f"the flow {weight!r} of an edge must be finite and at least 0, got {flow!r}",
                where=f"edge {source!r} to {target!r}",
                mend="weight= names the attribute with the flow",
            )
        if flow > 0:
            flows[source, target] = float(flow)
    return flows


def _reachable(begin: set[Any], edges: dict[Any, list[Any]]) -> set[Any]:
    """Return the nodes that can be reached along edges, the first ones included."""
    seen, todo = set(begin), list(begin)
    while todo:
        for node in edges.get(todo.pop(), ()):
            if node not in seen:
                seen.add(node)
                todo.append(node)
    return seen


def _endings(G: nx.DiGraph, to: Hashable | Iterable[Hashable], known: list[Any]) -> list[Any]:
    """Return the endings asked for; raise where one is none."""
    several = [to] if isinstance(to, (str, tuple)) or not isinstance(to, Iterable) else list(to)
    for one in several:
        if one not in G:
            raise not_found("node", one, known)
        if one not in known and G.out_degree(one):
            raise InvalidInputError(
                f"{one!r} is not an ending: it has edges out",
                mend=f"endings are {first_few(known)}",
            )
    found = [one for one in several if one in known]
    if not found:
        raise InvalidInputError(f"{first_few(several)} cannot be reached from the start")
    return found
