"""What was planned and what was observed, in one graph."""

from __future__ import annotations

import networkx as nx
import numpy as np

from touchpoints._frozen import owned
from touchpoints.flows import END, START
from touchpoints.graphs import transition_graph
from touchpoints.journeys import Journeys, derive
from touchpoints.plan import Plan
from touchpoints.plan.deviating import Meaning
from touchpoints.plan.graph import planned_node, planned_steps


def plan_against(journeys: Journeys, plan: Plan, *, lang: str = "en") -> nx.DiGraph:
    r"""Return what was planned and what was observed as one plain directed graph.

    Parameters
    ----------
    plan
        What was meant: see `tp.read_plan`.
    lang
        The language of the labels.

    Returns
    -------
    networkx.DiGraph
        Of the kind ``"planned"``. Nodes and edges have ``planned`` and ``observed``. Every planned
        touchpoint is a node, also with ``visits`` 0; a touchpoint met as one of a planned type is
        that node. Observed edges have ``weight``, ``probability`` and the rest as in
        `tp.transition_graph`; what was planned and never observed has no ``weight``. A step that
        leaves out optional touchpoints only counts as planned.

    Examples
    --------
    >>> import touchpoints as tp
    >>> from touchpoints.plan import parse_plan
    >>> plan = parse_plan("name='visit'\n[touchpoints.book]\n[touchpoints.come]")
    >>> G = tp.paths.plan_against(tp.from_paths({"path": ["book", "call"]}, path="path"), plan)
    >>> G.nodes["come"]["visits"], G.nodes["call"]["planned"], G["book"]["come"]["observed"]
    (0, False, False)
    """
    G = transition_graph(_as_planned(journeys, plan), lang=lang)
    G.graph.update(kind="planned", plan=plan.name, plan_version=plan.version)
    nx.set_node_attributes(G, values=False, name="planned")
    nx.set_node_attributes(G, values=True, name="observed")
    for one in plan.touchpoints.values():
        key = one.touchpoint.key
        seen = key in G
        G.add_node(key, **planned_node(plan, one, lang=lang), planned=True, observed=seen)
        if not seen:
            G.add_node(key, visits=0, journeys=0)
    allowed = _allowed(plan)
    for source, target, data in G.edges(data=True):
        data.update(planned=(source, target) in allowed, observed=True)
    drawn = [step for step in planned_steps(plan) if not G.has_edge(*step)]
    G.add_edges_from(drawn, planned=True, observed=False)
    for terminal in (START, END):
        G.nodes[terminal]["planned"] = True
    return G


def _as_planned(journeys: Journeys, plan: Plan) -> Journeys:
    """Return journeys in which touchpoints of a planned type are the planned touchpoint."""
    planned = Meaning.of(journeys, plan).planned
    own = [one.touchpoint for one in plan.touchpoints.values()]
    rest = np.flatnonzero(planned < 0)
    table = planned.copy()
    table[rest] = len(own) + np.arange(len(rest))
    codes = table[journeys.codes] if len(table) else journeys.codes
    touchpoints = (*own, *(journeys.touchpoints[place] for place in rest.tolist()))
    return derive(journeys, touchpoints=touchpoints, codes=owned(codes.astype(np.int32)))


def _allowed(plan: Plan) -> set[tuple[str, str]]:
    """Return the steps a plan allows, with optional touchpoints left out or not, and its ends."""
    keys = {name: one.touchpoint.key for name, one in plan.touchpoints.items()}
    steps = set(planned_steps(plan))
    for source, followers in ((START, plan.first), *_followers(plan)):
        reach = list(followers)
        for name in reach:
            steps.add((keys.get(source, source), keys[name]))
            if plan.touchpoints[name].optional:
                reach.extend(one for one in plan.touchpoints[name].then if one not in reach)
        open_end = source in keys and not plan.touchpoints[source].then
        if open_end or any(
            plan.touchpoints[name].optional and not plan.touchpoints[name].then for name in reach
        ):
            steps.add((keys.get(source, source), END))
    return steps


def _followers(plan: Plan) -> list[tuple[str, tuple[str, ...]]]:
    return [(name, one.then) for name, one in plan.touchpoints.items()]
