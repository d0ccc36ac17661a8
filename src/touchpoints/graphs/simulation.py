"""Journeys drawn at random from a graph: a Markov chain simulation."""

from __future__ import annotations

import datetime as dt
from collections import deque
from collections.abc import Iterable, Mapping
from numbers import Real
from typing import Any

import attrs
import networkx as nx
import numpy as np

from touchpoints._core import checks
from touchpoints._core.arrays import segments
from touchpoints._core.arrays.sequences import walks
from touchpoints._core.checks import public
from touchpoints._core.datetimes import FIRST, LAST
from touchpoints._core.frozen import Array, owned
from touchpoints._core.messages import agreeing, counted, first_few, not_found
from touchpoints.errors import InvalidInputError, WrongKindError
from touchpoints.graphs.flows import OPEN, START
from touchpoints.graphs.names import is_terminal, outcome_terminals
from touchpoints.graphs.schema import require_digraph
from touchpoints.journeys.meta import Meta
from touchpoints.journeys.model import Journeys
from touchpoints.taxonomy import FACETS, UNKNOWN, Taxonomy, Touchpoint, parse_key

_SECOND = 1e6
_EPOCH = dt.datetime(1970, 1, 1)
_SPREAD = dt.timedelta(days=28)
_LONGEST = 10_000


@public
def simulate(
    G: nx.DiGraph,
    *,
    n: int,
    seed: int,
    start: str = START,
    begin: dt.datetime | np.datetime64 | None = None,
    spread: dt.timedelta = _SPREAD,
    max_length: int = _LONGEST,
    taxonomy: Taxonomy | None = None,
) -> Journeys:
    """Simulate journeys as random walks on a graph: a Markov chain.

    Parameters
    ----------
    G
        Any directed graph with ``probability`` on every edge, or else ``weight``; either is
        normalised at each source. Each journey starts at ``start`` and ends at the first node
        without outgoing edges.
    n
        The number of journeys, at least 0.
    seed
        The same seed gives the same journeys, on any machine.
    start
        The node where journeys start. It is their first touchpoint, unless it is in parentheses.
    begin
        The earliest start. With it journeys have times: each starts at random within ``spread``
        of ``begin``, and the gap between two touchpoints is exponentially distributed with the
        median ``gap_median`` of its edge, rounded to the microsecond. Without it they have none.
    spread
        The length of the period in which journeys start.
    max_length
        A journey that has not ended after this number of transitions is cut off there:
        ``finished`` is False.
    taxonomy
        The taxonomy stored in ``meta.taxonomy``. Touchpoints are built from the node attributes
        with or without it.

    Returns
    -------
    Journeys
        The simulated journeys, with ids 0 … n−1. Nodes in parentheses, for example ``(end)``, do
        not become touchpoints. A node with the attribute ``touchpoint`` (as in
        `higher_order_graph`) becomes the touchpoint with this key. Journeys that end in ``(open)``
        have ``finished`` False. Journeys from an outcome graph have the outcome: 1 or 0, or nan
        if they end in ``(open)`` or were cut off.

    Raises
    ------
    NotFoundError
        When the graph has no node ``start``.
    InvalidInputError
        When an edge has neither ``probability`` nor ``weight``, or a negative one; when journeys
        can reach nodes from which they could never end (these are listed); when ``begin`` is given
        and an edge between touchpoints has no ``gap_median``.

    See Also
    --------
    transition_graph : The graph of observed journeys.
    higher_order_graph : The same with memory of the last few touchpoints.
    write_graphml : Store the graph.

    Notes
    -----
    The walk is memoryless: the next node depends only on the current one. The graph does not
    contain longer-range order, gaps that depend on earlier touchpoints, persons or per-journey
    columns, so simulated journeys do not have them either. Simulated counts vary around those of
    the graph as the counts of n independent journeys do. All walks advance together:
    O(interactions × log(edges)).

    Examples
    --------
    >>> import touchpoints as tp
    >>> seen = tp.from_paths(
    ...     {"path": ["search > buy", "search"], "n": [3, 1]}, path="path", count="n"
    ... )
    >>> drawn = tp.simulate(tp.transition_graph(seen), n=1000, seed=1)
    >>> drawn
    <Journeys: 1,000 journeys, 1,763 interactions, 2 touchpoints>
    >>> drawn[0].keys
    ('search', 'buy')
    """
    require_digraph(G)
    n, max_length = checks.whole("n", n, least=0), checks.whole("max_length", max_length)
    if start not in G:
        raise not_found("node", start, [str(node) for node in G])
    chain = _chain(G, start)
    rng = np.random.default_rng(checks.seed(seed))
    walked = walks.walk(chain.steps, chain.start, count=n, max_length=max_length, rng=rng)
    emitted = _emitted(chain, walked)
    columns: dict[str, Any] = {}
    if begin is not None:
        columns["times"], zone = _times(chain, walked, emitted, begin=begin, spread=spread, rng=rng)
    elif spread != _SPREAD:
        raise InvalidInputError(
            "spread= says over which time journeys start, but begin= gives no first start",
            mend="pass begin=, for example datetime.datetime(2026, 1, 1), or leave spread= out",
        )
    else:
        zone = None
    return Journeys(
        touchpoints=chain.touchpoints,
        codes=owned(emitted.codes),
        offsets=owned(emitted.offsets),
        finished=owned(~(walked.cut | chain.named(walked.last, OPEN))),
        outcomes=_outcomes(G, chain, walked),
        meta=Meta(taxonomy=taxonomy, lens=_listed(G, "lens"), timezone=zone),
        **columns,
    )


@attrs.frozen(eq=False, kw_only=True)
class _Chain:
    """A graph as arrays.

    Attributes
    ----------
    nodes
        The nodes that can be reached.
    start
        The position of the start node in ``nodes``.
    codes : int32 (nodes,)
        The touchpoint of each node, -1 for terminals.
    gaps : float64 (edges,)
        The median gap of each edge in seconds, nan if the edge has none.
    """

    nodes: list[Any]
    start: int
    touchpoints: tuple[Touchpoint, ...]
    codes: Array
    steps: walks.EdgesBySource
    sources: Array
    gaps: Array

    def named(self, positions: Array, name: str) -> Array:
        """Return whether the node at each position has a name."""
        wanted = [position for position, node in enumerate(self.nodes) if node == name]
        return np.isin(positions, wanted)


def _chain(G: nx.DiGraph, start: str) -> _Chain:
    likely = _likely_edges(G)
    reached = _reached([start], likely)
    _refuse_traps(reached, likely)
    nodes = [node for node in G if node in reached]
    positions = {node: position for position, node in enumerate(nodes)}
    touchpoints, codes = _touchpoints(G, nodes)
    edges = [
        (positions[source], positions[target], share, _median(G[source][target]))
        for source in nodes
        for target, share in likely[source].items()
    ]
    sources = np.array([edge[0] for edge in edges], dtype=np.int64)
    targets = np.array([edge[1] for edge in edges], dtype=np.int64)
    shares = np.array([edge[2] for edge in edges], dtype=np.float64)
    return _Chain(
        nodes=nodes,
        start=positions[start],
        touchpoints=touchpoints,
        codes=codes,
        steps=walks.edges_by_source(sources, targets, shares, len(nodes)),
        sources=sources,
        gaps=np.array([edge[3] for edge in edges], dtype=np.float64),
    )


def _likely_edges(G: nx.DiGraph) -> dict[Any, dict[Any, float]]:
    """Return {source: {target: probability or weight}}, without the edges of weight 0."""
    every = all("probability" in data for _, _, data in G.edges(data=True))
    name = "probability" if every else "weight"
    likely: dict[Any, dict[Any, float]] = {node: {} for node in G}
    for source, target, data in G.edges(data=True):
        value = data.get(name)
        if not isinstance(value, Real) or not 0 <= float(value) < float("inf"):
            raise InvalidInputError(
                f"the {name} of an edge must be a finite number of at least 0, got {value!r}",
                where=f"edge {source!r} to {target!r}",
                mend="" if value is not None else "give every edge a probability or a weight",
            )
        if float(value) > 0:
            likely[source][target] = float(value)
    return likely


def _reached(starts: Iterable[Any], edges: Mapping[Any, Iterable[Any]]) -> set[Any]:
    reached = set(starts)
    waiting = deque(reached)
    while waiting:
        for node in edges[waiting.popleft()]:
            if node not in reached:
                reached.add(node)
                waiting.append(node)
    return reached


def _refuse_traps(reached: set[Any], edges: Mapping[Any, Iterable[Any]]) -> None:
    """Raise when journeys can reach a node from which they could never end."""
    back: dict[Any, list[Any]] = {node: [] for node in edges}
    for source, targets in edges.items():
        for target in targets:
            back[target].append(source)
    ending = _reached([node for node in reached if not edges[node]], back)
    trapped = sorted(str(node) for node in reached - ending)
    if trapped:
        raise InvalidInputError(
            "from some nodes journeys could never end",
            where=f"nodes {first_few(trapped)}",
            mend="add an edge from them to a node without outgoing edges, for example '(end)'",
        )


def _median(data: Mapping[str, Any]) -> float:
    value = data.get("gap_median")
    return float(value) if isinstance(value, Real) else float("nan")


def _touchpoints(G: nx.DiGraph, nodes: list[Any]) -> tuple[tuple[Touchpoint, ...], Array]:
    """Return the touchpoints of nodes, and the code of each node (-1 for terminals)."""
    names = _listed(G, "facets")
    known: dict[str, int] = {}
    found: list[Touchpoint] = []
    codes = np.full(len(nodes), -1, dtype=np.int32)
    for position, node in enumerate(nodes):
        if is_terminal(node):
            continue
        key = str(G.nodes[node].get("touchpoint", node))
        codes[position] = known.setdefault(key, len(known))
        if codes[position] == len(found):
            found.append(_touchpoint(key, G.nodes[node], names))
    return tuple(found), codes


def _listed(G: nx.DiGraph, name: str) -> tuple[str, ...]:
    listed = str(G.graph.get(name, ""))
    return tuple(listed.split(", ")) if listed else ()


def _touchpoint(key: str, data: Mapping[str, Any], names: tuple[str, ...]) -> Touchpoint:
    """Build a touchpoint from its key and its node attributes."""
    terms = _named_in(key) | {
        name: data[name] for name in (*FACETS, *names) if isinstance(data.get(name), str)
    }
    five = {name: terms.pop(name, UNKNOWN) for name in FACETS}
    others = {name: term for name, term in terms.items() if term != UNKNOWN}
    return Touchpoint(type=str(data.get("type", "")), **five, facets=others, key=key)


def _named_in(key: str) -> dict[str, str]:
    """Return the facets written in a key; none if a graph of another origin has an invalid key."""
    try:
        return parse_key(key)[1]
    except InvalidInputError:
        return {}


@attrs.frozen(eq=False)
class _Emitted:
    """The touchpoints of each journey, and the edge that led to each (-1 at the start)."""

    codes: Array
    offsets: Array
    edges: Array


def _emitted(chain: _Chain, walked: walks.Walks) -> _Emitted:
    """Return the touchpoints that each walk visits, without terminals."""
    lengths = segments.lengths_of(walked.offsets) + 1
    offsets = segments.offsets_of(lengths)
    edges = np.full(int(offsets[-1]), -1, dtype=np.int64)
    arrived = np.ones(len(edges), dtype=bool)
    arrived[offsets[:-1]] = False
    edges[arrived] = walked.edges
    nodes = np.full(len(edges), chain.start, dtype=np.int64)
    nodes[arrived] = chain.steps.targets[walked.edges]
    codes = chain.codes[nodes]
    kept = codes >= 0
    return _Emitted(codes[kept], segments.offsets_after(kept, offsets), edges[kept])


def _outcomes(G: nx.DiGraph, chain: _Chain, walked: walks.Walks) -> dict[str, Array]:
    outcome = G.graph.get("outcome")
    if G.graph.get("kind") != "outcome" or not isinstance(outcome, str):
        return {}
    yes, no = (chain.named(walked.last, name) for name in outcome_terminals(outcome))
    return {outcome: owned(np.where(yes, 1.0, np.where(no, 0.0, np.nan)))}


def _times(
    chain: _Chain,
    walked: walks.Walks,
    emitted: _Emitted,
    *,
    begin: dt.datetime | np.datetime64,
    spread: dt.timedelta,
    rng: np.random.Generator,
) -> tuple[Array, str | None]:
    """Draw the time of each interaction; return the times and the time zone."""
    _require_gaps(chain)
    stamp, zone = _stamp(begin)
    if not isinstance(spread, dt.timedelta) or spread < dt.timedelta(0):
        raise InvalidInputError(f"spread= must be a timedelta of at least 0, got {spread!r}")
    width = spread // dt.timedelta(microseconds=1)
    if not FIRST <= stamp <= stamp + width <= LAST:
        raise InvalidInputError(
            "begin= and begin= plus spread= must be within the years 1 to 9999",
            where=f"begin={begin}, spread={spread}",
        )
    starts = stamp + rng.integers(0, width, size=len(walked.last), endpoint=True)
    gaps = np.zeros(len(emitted.edges))
    inner = np.ones(len(gaps), dtype=bool)
    lengths = segments.lengths_of(emitted.offsets)
    inner[emitted.offsets[:-1][lengths > 0]] = False
    # A terminal takes no time.
    means = np.nan_to_num(chain.gaps[emitted.edges[inner]]) / np.log(2) * _SECOND
    gaps[inner] = rng.standard_exponential(len(means)) * means
    running = np.cumsum(np.rint(gaps).astype(np.int64))
    first = np.zeros(len(lengths), dtype=np.int64)
    first[lengths > 0] = running[emitted.offsets[:-1][lengths > 0]]
    times = running + np.repeat(starts - first, lengths)
    return owned(times.view("datetime64[us]")), zone


def _require_gaps(chain: _Chain) -> None:
    inner = (chain.codes[chain.sources] >= 0) & (chain.codes[chain.steps.targets] >= 0)
    wrong = np.flatnonzero(inner & ~(chain.gaps >= 0))
    if len(wrong):
        source, target = chain.sources[wrong[0]], chain.steps.targets[wrong[0]]
        raise InvalidInputError(
            f"{counted(len(wrong), 'edge')} between touchpoints {agreeing(len(wrong), 'have')} no "
            "gap_median, so times cannot be drawn",
            where=f"edge {chain.nodes[source]!r} to {chain.nodes[target]!r}",
            mend="leave begin= out, or use a transition graph of journeys with times",
        )


def _stamp(begin: dt.datetime | np.datetime64) -> tuple[int, str | None]:
    """Return an instant in microseconds since 1970, and its time zone."""
    if not isinstance(begin, (dt.datetime, np.datetime64)):
        raise WrongKindError(f"begin= must be a datetime or numpy.datetime64, got {begin!r}")
    if isinstance(begin, np.datetime64):
        if np.isnat(begin):
            raise InvalidInputError("begin= must be an instant, got NaT")
        return int(begin.astype("datetime64[us]").astype(np.int64)), None
    aware = begin.tzinfo is not None
    naive = begin.astimezone(dt.UTC).replace(tzinfo=None) if aware else begin
    return (naive - _EPOCH) // dt.timedelta(microseconds=1), "UTC" if aware else None
