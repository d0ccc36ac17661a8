"""What a model of journeys expects if a touchpoint is removed, left less often, or made faster."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Literal, get_args

import attrs
import networkx as nx
import numpy as np

from touchpoints._core import checks
from touchpoints._core.checks import check_option, public
from touchpoints._core.messages import first_few, not_found, wrong_kind
from touchpoints.attribution.graph_effects import absorption
from touchpoints.errors import InvalidInputError
from touchpoints.graphs.flows import OPEN, START
from touchpoints.graphs.names import is_terminal, outcome_terminals
from touchpoints.graphs.schema import require_digraph

Removal = Literal["end", "skip", "reroute"]

_ROUNDING = 1e-12
_ALWAYS = (
    "what comes next depends on the touchpoint alone (a first-order Markov chain)",
    "nothing else changes: from every other touchpoint people go on as before",
    "shares that were seen hold for those whom the change moves: association, not effect",
    "journeys that the log cuts off go on as the others do",
    "no interval: a graph does not say how many people it sums up",
)
_MEANING = {
    "end": "who comes to {0!r} leaves without the outcome",
    "skip": "who comes to {0!r} goes on at once as people do from there, so the probability of the "
    "outcome cannot change",
    "reroute": "who went to {0!r} goes where the others from the same touchpoint go",
    "exits": "who no longer leaves at {0!r} goes on as those who stay do, and the other way round",
    "incoming": "who comes to {0!r} more or less often is taken from, or goes, where the others "
    "from the same touchpoint go",
    "time": "the time of a step is its median, and a faster {0!r} changes no decision",
}


@attrs.frozen(kw_only=True, repr=False)
class WhatIf:
    """What a first-order Markov chain expects of a journey, as it is and after a change.

    Attributes
    ----------
    touchpoint : str
        The touchpoint that is changed.
    change : tuple of (str, str or float)
        What is changed.
    outcome : str
        The name of the outcome.
    before, after : float
        The probability of the outcome.
    difference, ratio : float
        After less before, and after divided by before.
    steps_before, steps_after : float
        The expected number of touchpoints of a journey.
    time_before, time_after : float
        The expected time from the first touchpoint to the last one, in seconds; nan where the graph
        has no ``gap_median``.
    assumptions : tuple of str
        What must be true for these numbers to be.
    """

    touchpoint: str
    change: tuple[tuple[str, str | float], ...]
    outcome: str
    before: float
    after: float
    steps_before: float
    steps_after: float
    time_before: float
    time_after: float
    assumptions: tuple[str, ...]

    @property
    def difference(self) -> float:
        """After less before."""
        return self.after - self.before

    @property
    def ratio(self) -> float:
        """After divided by before; nan where the outcome is never reached."""
        return self.after / self.before if self.before else np.nan

    def __repr__(self) -> str:
        made = ", ".join(f"{name} {value}" for name, value in self.change)
        lines = [
            f"WhatIf: {self.touchpoint}, {made}",
            f"P({self.outcome})  {self.before:.4g} -> {self.after:.4g}",
            f"touchpoints  {self.steps_before:.4g} -> {self.steps_after:.4g}",
        ]
        if not np.isnan(self.time_before):
            lines.append(f"seconds  {self.time_before:.4g} -> {self.time_after:.4g}")
        return "\n".join(
            [*lines, "a statement of a model, if:", *map("- {}".format, self.assumptions)]
        )


@public
def what_if(
    G: nx.DiGraph,
    change: Mapping[str, str | float],
    *,
    outcome: str | None = None,
    weight: str = "weight",
) -> WhatIf:
    """Return what a Markov chain expects of the outcome if a touchpoint is changed.

    Parameters
    ----------
    G
        A graph as `touchpoints.outcome_graph` gives it.
    change
        ``"touchpoint"`` names the touchpoint; at least one of the others says what is changed:

        ``"remove"``
            ``"end"``: who comes to it leaves without the outcome; ``"skip"``: who comes to it goes
            on at once as people do from there; ``"reroute"``: who went there goes where the others
            from the same touchpoint go. Goes with no other change.
        ``"exits"``
            The share of those who leave there without the outcome is multiplied by this: 0.5 halves
            it.
        ``"incoming"``
            The share of people who go there, from each other touchpoint, is multiplied by this.
        ``"time"``
            The time until the next touchpoint is multiplied by this.
    outcome
        The name of the outcome; by default that of the graph.
    weight
        The edge attribute with the flow, a number of at least 0.

    Returns
    -------
    WhatIf
        The probability of the outcome, the expected number of touchpoints and the expected time,
        before and after, with the assumptions.

    Raises
    ------
    NotFoundError
        When the touchpoint, the outcome or a kind of change does not exist.
    InvalidInputError
        When nothing is changed, when a share would exceed 1, when people would have nowhere else to
        go, when a time is to be changed and there is none, or when the graph is not one that
        `touchpoints.attribution.absorption` takes.

    See Also
    --------
    touchpoints.attribution.removal_effects : The removal effect of every touchpoint.
    deterrence : What was seen to follow negative interactions.

    Notes
    -----
    Exact, without simulation. With the transition probabilities Q between touchpoints, and s the
    start, the expected visits are ``n = (I - Qᵀ)⁻¹ s``, of which the steps and the time are sums.
    Transitions into ``(open)`` are left out, as in `touchpoints.paths.absorption`, and so are those
    to touchpoints from which only ``(open)`` follows. Removal to the ``"end"`` loses the removal
    effect of the touchpoint. By ``"skip"``, the time on the way to it stays. O(n³) for n
    touchpoints.

    References
    ----------
    J. G. Kemeny and J. L. Snell (1960), Finite Markov Chains, Van Nostrand, 3.2-3.3.

    Examples
    --------
    >>> import touchpoints as tp
    >>> table = {"path": ["ad > search", "ad"], "sales": [3, 0], "lost": [1, 6]}
    >>> journeys = tp.from_paths(table, path="path", outcome="sale", converted="sales", lost="lost")
    >>> G = tp.outcome_graph(journeys)
    >>> found = tp.experience.what_if(G, {"touchpoint": "ad", "exits": 0.5})
    >>> round(found.before, 3), round(found.after, 3)  # 0.4 x 0.75, and 0.7 x 0.75
    (0.3, 0.525)
    """
    require_digraph(G)
    name = outcome if outcome is not None else G.graph.get("outcome")
    if not isinstance(name, str):
        raise InvalidInputError(
            "this graph has no outcome", mend="build it with tp.outcome_graph(journeys)"
        )
    for one in outcome_terminals(name):
        if one not in G:
            raise not_found("ending", one, [str(node) for node in G])
    touchpoint, changes = _checked(G, change)
    chain = _chain_of(G, name, weight)
    before = chain.expected()
    for kind, value in changes.items():
        _CHANGES[kind](chain, touchpoint, value)
    after = chain.expected()
    meanings = tuple(
        _MEANING[str(value) if kind == "remove" else kind].format(touchpoint)
        for kind, value in changes.items()
    )
    return WhatIf(
        touchpoint=touchpoint,
        change=tuple(changes.items()),
        outcome=name,
        before=before[0],
        after=after[0],
        steps_before=before[1],
        steps_after=after[1],
        time_before=before[2],
        time_after=after[2],
        assumptions=(*meanings, *_ALWAYS),
    )


def _checked(
    G: nx.DiGraph, change: Mapping[str, str | float]
) -> tuple[str, dict[str, str | float]]:
    """Return the touchpoint, and the changes that were asked for."""
    if not isinstance(change, Mapping):
        raise wrong_kind(change, takes="a mapping", mend='{"touchpoint": "checkout", "exits": 0.5}')
    for kind in change:
        if kind != "touchpoint" and kind not in _CHANGES:
            raise not_found("change", kind, ("touchpoint", *_CHANGES))
    touchpoint = change.get("touchpoint")
    if not isinstance(touchpoint, str) or touchpoint not in G or is_terminal(touchpoint):
        known = [str(node) for node in G if not is_terminal(node)]
        raise not_found("touchpoint", touchpoint, known)
    changes: dict[str, str | float] = {}
    for kind in _CHANGES:
        if kind == "remove" and kind in change:
            changes[kind] = check_option("remove", str(change[kind]), Removal)
        elif kind in change:
            changes[kind] = checks.finite(kind, change[kind], least=0)
    if not changes or ("remove" in changes and len(changes) > 1):
        raise InvalidInputError(
            "a change is either a removal or some of the other changes, got "
            f"{first_few(changes) or 'none'}",
            mend=f"one of 'remove': {first_few(get_args(Removal))}, or 'exits', 'incoming', 'time'",
        )
    return touchpoint, changes


@attrs.frozen(eq=False, kw_only=True)
class _Chain:
    """The shares in which journeys go on from each node, and the seconds that each step takes."""

    shares: dict[str, dict[str, float]]
    gaps: dict[tuple[str, str], float]
    yes: str
    no: str

    def expected(self) -> tuple[float, float, float]:
        """Return the probability of the outcome, and the expected steps and seconds."""
        graph = nx.DiGraph()
        graph.add_weighted_edges_from(
            (source, target, share)
            for source, targets in self.shares.items()
            for target, share in targets.items()
        )
        found = absorption(graph, start=START)
        states = list(found)
        number = {node: at for at, node in enumerate(states)}
        step = np.zeros((len(states), len(states)))
        spent = np.zeros(len(states))
        for source in states:
            for target, share in self.shares[source].items():
                if target in number:
                    step[number[source], number[target]] = share
                    if source != START and share:
                        spent[number[source]] += share * self.gaps.get((source, target), np.nan)
        begun = np.zeros(len(states))
        begun[number[START]] = 1
        visits = np.linalg.solve(np.eye(len(states)) - step.T, begun)
        return found[START].get(self.yes, 0.0), float(visits.sum() - 1), float(visits @ spent)

    def others(self, touchpoint: str) -> list[str]:
        """Return the other nodes from which journeys go to it."""
        return [node for node, on in self.shares.items() if node != touchpoint and touchpoint in on]

    def scale(self, source: str, target: str, share: float) -> None:
        """Set a share, and multiply the others so that all sum to 1."""
        on = self.shares[source]
        old = on.get(target, 0.0)
        if share > 1 + _ROUNDING:
            raise InvalidInputError(
                f"the share that goes from {source!r} to {target!r} would be {share:.4g}, above 1"
            )
        if share < 1 and old > 1 - _ROUNDING:
            raise InvalidInputError(
                f"nobody was seen to go on from {source!r} but to {target!r}",
                mend="where they would go instead is not known",
            )
        factor = max(1 - share, 0.0) / (1 - old) if old < 1 else 0.0
        for other in on:
            on[other] *= factor
        on[target] = share
        for other in [one for one, left in on.items() if left <= 0]:
            del on[other]


def _chain_of(G: nx.DiGraph, name: str, weight: str) -> _Chain:
    """Return the graph as a chain without transitions that the log cuts off."""
    yes, no = outcome_terminals(name)
    flows: dict[str, dict[str, float]] = {}
    for source, target, flow in G.edges(data=weight):
        flows.setdefault(source, {})[target] = checks.finite(
            f"{weight!r} of an edge", flow, least=0
        )
    gone = {OPEN}
    while gone:
        for on in flows.values():
            for target in gone & on.keys():
                del on[target]
        gone = {node for node, on in flows.items() if not any(on.values())}
        for node in gone:
            del flows[node]
    if START not in flows:
        raise InvalidInputError(f"journeys must go on from {START!r} to an ending in this graph")
    gaps = {
        (source, target): float(gap)
        for source, target, gap in G.edges(data="gap_median")
        if gap is not None
    }
    shares = {
        source: {target: flow / sum(on.values()) for target, flow in on.items() if flow}
        for source, on in flows.items()
    }
    return _Chain(shares=shares, gaps=gaps, yes=yes, no=no)


def _remove(chain: _Chain, touchpoint: str, how: str | float) -> None:
    for source in chain.others(touchpoint):
        if how == "reroute":
            chain.scale(source, touchpoint, 0.0)
            continue
        share = chain.shares[source].pop(touchpoint)
        on = {chain.no: 1.0} if how == "end" else _onwards(chain, touchpoint)
        for target, part in on.items():
            _add(chain, (source, target), share * part, chain.gaps.get((source, touchpoint)))
    chain.shares.pop(touchpoint, None)


def _onwards(chain: _Chain, touchpoint: str) -> dict[str, float]:
    """Return where journeys go when they leave a touchpoint for another one, or for good."""
    on = chain.shares[touchpoint]
    rest = 1 - on.get(touchpoint, 0.0)
    return {target: share / rest for target, share in on.items() if target != touchpoint}


def _add(chain: _Chain, edge: tuple[str, str], share: float, gap: float | None) -> None:
    """Add to a share; the step takes the mean of the times of its parts."""
    source, target = edge
    old = chain.shares[source].get(target, 0.0)
    chain.shares[source][target] = old + share
    if gap is not None and not is_terminal(target):
        known = chain.gaps.get(edge, np.nan) if old else 0.0
        chain.gaps[edge] = (old * known + share * gap) / (old + share)


def _exits(chain: _Chain, touchpoint: str, factor: str | float) -> None:
    share = chain.shares.get(touchpoint, {}).get(chain.no, 0.0)
    if not share:
        raise InvalidInputError(f"no journey was seen to leave at {touchpoint!r}")
    chain.scale(touchpoint, chain.no, share * float(factor))


def _incoming(chain: _Chain, touchpoint: str, factor: str | float) -> None:
    for source in chain.others(touchpoint):
        share = chain.shares[source][touchpoint]
        if factor != 1:
            chain.scale(source, touchpoint, share * float(factor))


def _time(chain: _Chain, touchpoint: str, factor: str | float) -> None:
    own = [edge for edge in chain.gaps if edge[0] == touchpoint]
    if not own:
        raise InvalidInputError(
            f"no edge from {touchpoint!r} has gap_median: the graph does not say how long it takes",
            mend="tp.outcome_graph of journeys with times",
        )
    for edge in own:
        chain.gaps[edge] *= float(factor)


_CHANGES: Mapping[str, Callable[[_Chain, str, str | float], None]] = {
    "remove": _remove,
    "exits": _exits,
    "incoming": _incoming,
    "time": _time,
}
