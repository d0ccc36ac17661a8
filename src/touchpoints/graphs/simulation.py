"""From a graph back to journeys, drawn at random."""

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
    """Draw journeys from a graph: the way back from a summary to journeys like those behind it.

    Parameters
    ----------
    G
        Any directed graph with ``probability`` on every edge, or else ``weight``; either is
        normalised at each source. Each journey starts at ``start`` and ends at the first node
        that no edge leaves.
    n
        How many journeys, 0 or more.
    seed
        The same seed gives the same journeys, on any machine.
    start
        The node where journeys start. It is their first touchpoint, unless it is in parentheses.
    begin
        When the first may start. Journeys then have times: each starts at random within
        ``spread`` of it, and the gap between two touchpoints is exponential with the median
        ``gap_median`` of its edge, to the microsecond. Without it there are no times.
    spread
        The span of the starts.
    max_length
        A journey still going after that many steps is cut off there: ``finished`` is False.
    taxonomy
        Goes to ``meta.taxonomy``; touchpoints are built from the node attributes either way.

    Returns
    -------
    Journeys
        With ids 0 … n−1. Nodes in parentheses, such as ``(end)``, are no touchpoints; a node with
        the attribute ``touchpoint`` (as those of `higher_order_graph`) is that touchpoint.
        Journeys that end in ``(open)`` have ``finished`` False. From an outcome graph the outcome
        is marked: 1, 0, or nan where it ends in ``(open)`` or was cut off.

    Raises
    ------
    NotFoundError
        When there is no node ``start``.
    InvalidInputError
        When an edge has neither probability nor weight, or a negative one; when from some node
        that can be reached none that ends a journey can be (they are named); when ``begin`` is
        given and an edge between touchpoints has no ``gap_median``.

    Notes
    -----
    A walk knows only the node it is on: order beyond one step, gaps that depend on what came
    before, persons and per-journey columns are not in the graph and so not in what is drawn.
    Simulated counts spread about those of the graph as those of n independent journeys do.
    All walkers step together: O(interactions × log(edges)).

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
    plan = _plan(G, start)
    rng = np.random.default_rng(checks.seed(seed))
    walked = walks.walk(plan.steps, plan.start, count=n, max_length=max_length, rng=rng)
    emitted = _emitted(plan, walked)
    columns: dict[str, Any] = {}
    if begin is not None:
        columns["times"], zone = _times(plan, walked, emitted, begin=begin, spread=spread, rng=rng)
    else:
        zone = None
    return Journeys(
        touchpoints=plan.touchpoints,
        codes=owned(emitted.codes),
        offsets=owned(emitted.offsets),
        finished=owned(~(walked.cut | plan.named(walked.last, OPEN))),
        outcomes=_outcomes(G, plan, walked),
        meta=Meta(taxonomy=taxonomy, lens=_listed(G, "lens"), timezone=zone),
        **columns,
    )


@attrs.frozen(eq=False, kw_only=True)
class _Plan:
    """A graph as arrays.

    Attributes
    ----------
    nodes
        Those that can be reached.
    start
        The place of the first among them.
    codes : int32 (nodes,)
        Which touchpoint each node is, -1 for none.
    gaps : float64 (edges,)
        Median seconds of each edge, nan where it says none.
    """

    nodes: list[Any]
    start: int
    touchpoints: tuple[Touchpoint, ...]
    codes: Array
    steps: walks.Steps
    sources: Array
    gaps: Array

    def named(self, places: Array, name: str) -> Array:
        """Tell of each place whether its node is called so."""
        wanted = [place for place, node in enumerate(self.nodes) if node == name]
        return np.isin(places, wanted)


def _plan(G: nx.DiGraph, start: str) -> _Plan:
    likely = _likely_edges(G)
    reached = _reached([start], likely)
    _refuse_traps(reached, likely)
    nodes = [node for node in G if node in reached]
    places = {node: place for place, node in enumerate(nodes)}
    touchpoints, codes = _touchpoints(G, nodes)
    edges = [
        (places[source], places[target], share, _median(G[source][target]))
        for source in nodes
        for target, share in likely[source].items()
    ]
    sources = np.array([edge[0] for edge in edges], dtype=np.int64)
    targets = np.array([edge[1] for edge in edges], dtype=np.int64)
    shares = np.array([edge[2] for edge in edges], dtype=np.float64)
    return _Plan(
        nodes=nodes,
        start=places[start],
        touchpoints=touchpoints,
        codes=codes,
        steps=walks.steps_of(sources, targets, shares, len(nodes)),
        sources=sources,
        gaps=np.array([edge[3] for edge in edges], dtype=np.float64),
    )


def _likely_edges(G: nx.DiGraph) -> dict[Any, dict[Any, float]]:
    """Return of each node where one can go from it, and how likely or how often."""
    every = all("probability" in data for _, _, data in G.edges(data=True))
    name = "probability" if every else "weight"
    likely: dict[Any, dict[Any, float]] = {node: {} for node in G}
    for source, target, data in G.edges(data=True):
        value = data.get(name)
        if not isinstance(value, Real) or not 0 <= float(value) < float("inf"):
            raise InvalidInputError(
                f"the {name} of an edge must be a number, 0 or more, not {value!r}",
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
    """Raise when some node leads round for ever."""
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
            mend="add an edge to a node that none leaves, such as '(end)'",
        )


def _median(data: Mapping[str, Any]) -> float:
    value = data.get("gap_median")
    return float(value) if isinstance(value, Real) else float("nan")


def _touchpoints(G: nx.DiGraph, nodes: list[Any]) -> tuple[tuple[Touchpoint, ...], Array]:
    """Return the touchpoints of nodes, and which of them each is (-1 for terminals)."""
    names = _listed(G, "facets")
    known: dict[str, int] = {}
    found: list[Touchpoint] = []
    codes = np.full(len(nodes), -1, dtype=np.int32)
    for place, node in enumerate(nodes):
        if is_terminal(node):
            continue
        key = str(G.nodes[node].get("touchpoint", node))
        codes[place] = known.setdefault(key, len(known))
        if codes[place] == len(found):
            found.append(_touchpoint(key, G.nodes[node], names))
    return tuple(found), codes


def _listed(G: nx.DiGraph, name: str) -> tuple[str, ...]:
    listed = str(G.graph.get(name, ""))
    return tuple(listed.split(", ")) if listed else ()


def _touchpoint(key: str, data: Mapping[str, Any], names: tuple[str, ...]) -> Touchpoint:
    """Build a touchpoint from what its key and its node say."""
    terms = _named_in(key) | {
        name: data[name] for name in (*FACETS, *names) if isinstance(data.get(name), str)
    }
    five = {name: terms.pop(name, UNKNOWN) for name in FACETS}
    others = {name: term for name, term in terms.items() if term != UNKNOWN}
    return Touchpoint(type=str(data.get("type", "")), **five, facets=others, key=key)


def _named_in(key: str) -> dict[str, str]:
    """Return the facets a key names; a node of someone else's graph may be called anything."""
    try:
        return parse_key(key)[1]
    except InvalidInputError:
        return {}


@attrs.frozen(eq=False)
class _Emitted:
    """The touchpoints of each journey, and the step that led to each (-1: it is the start)."""

    codes: Array
    offsets: Array
    steps: Array


def _emitted(plan: _Plan, walked: walks.Walks) -> _Emitted:
    """Return the touchpoints on the way, nodes that are none left out."""
    lengths = segments.lengths_of(walked.offsets) + 1
    offsets = segments.offsets_of(lengths)
    steps = np.full(int(offsets[-1]), -1, dtype=np.int64)
    arrived = np.ones(len(steps), dtype=bool)
    arrived[offsets[:-1]] = False
    steps[arrived] = walked.edges
    nodes = np.full(len(steps), plan.start, dtype=np.int64)
    nodes[arrived] = plan.steps.targets[walked.edges]
    codes = plan.codes[nodes]
    kept = codes >= 0
    return _Emitted(codes[kept], segments.offsets_after(kept, offsets), steps[kept])


def _outcomes(G: nx.DiGraph, plan: _Plan, walked: walks.Walks) -> dict[str, Array]:
    outcome = G.graph.get("outcome")
    if G.graph.get("kind") != "outcome" or not isinstance(outcome, str):
        return {}
    yes, no = (plan.named(walked.last, name) for name in outcome_terminals(outcome))
    return {outcome: owned(np.where(yes, 1.0, np.where(no, 0.0, np.nan)))}


def _times(
    plan: _Plan,
    walked: walks.Walks,
    emitted: _Emitted,
    *,
    begin: dt.datetime | np.datetime64,
    spread: dt.timedelta,
    rng: np.random.Generator,
) -> tuple[Array, str | None]:
    """Draw when each interaction happens, and return the zone."""
    _require_gaps(plan)
    stamp, zone = _stamp(begin)
    if not isinstance(spread, dt.timedelta) or spread < dt.timedelta(0):
        raise InvalidInputError(f"spread={spread!r} is no duration of 0 or more")
    width = spread // dt.timedelta(microseconds=1)
    starts = stamp + rng.integers(0, width, size=len(walked.last), endpoint=True)
    gaps = np.zeros(len(emitted.steps))
    inner = np.ones(len(gaps), dtype=bool)
    lengths = segments.lengths_of(emitted.offsets)
    inner[emitted.offsets[:-1][lengths > 0]] = False
    # A node that is no touchpoint takes no time.
    means = np.nan_to_num(plan.gaps[emitted.steps[inner]]) / np.log(2) * _SECOND
    gaps[inner] = rng.standard_exponential(len(means)) * means
    running = np.cumsum(np.rint(gaps).astype(np.int64))
    first = np.zeros(len(lengths), dtype=np.int64)
    first[lengths > 0] = running[emitted.offsets[:-1][lengths > 0]]
    times = running + np.repeat(starts - first, lengths)
    return owned(times.view("datetime64[us]")), zone


def _require_gaps(plan: _Plan) -> None:
    inner = (plan.codes[plan.sources] >= 0) & (plan.codes[plan.steps.targets] >= 0)
    wrong = np.flatnonzero(inner & ~(plan.gaps >= 0))
    if len(wrong):
        source, target = plan.sources[wrong[0]], plan.steps.targets[wrong[0]]
        raise InvalidInputError(
            f"{counted(len(wrong), 'edge')} between touchpoints {agreeing(len(wrong), 'have')} no "
            "gap_median, so there are no times",
            where=f"edge {plan.nodes[source]!r} to {plan.nodes[target]!r}",
            mend="leave begin= out, or take a transition graph of journeys with times",
        )


def _stamp(begin: dt.datetime | np.datetime64) -> tuple[int, str | None]:
    """Return an instant in microseconds, and its zone."""
    if not isinstance(begin, (dt.datetime, np.datetime64)):
        raise WrongKindError(f"begin= takes a datetime or numpy.datetime64, not {begin!r}")
    if isinstance(begin, np.datetime64):
        if np.isnat(begin):
            raise InvalidInputError("begin= is no instant: it is missing")
        return int(begin.astype("datetime64[us]").astype(np.int64)), None
    aware = begin.tzinfo is not None
    naive = begin.astimezone(dt.UTC).replace(tzinfo=None) if aware else begin
    return (naive - _EPOCH) // dt.timedelta(microseconds=1), "UTC" if aware else None
