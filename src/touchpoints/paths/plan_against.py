"""What was planned and what was observed, in one graph."""

from __future__ import annotations

import networkx as nx
import numpy as np

from touchpoints._core.frozen import owned
from touchpoints.graphs import transition_graph
from touchpoints.graphs.flows import END, OPEN, START
from touchpoints.graphs.plan import Plan
from touchpoints.graphs.plan.deviating import Meaning, unseen_of
from touchpoints.graphs.plan.graph import mark_any_order, planned_node, planned_steps
from touchpoints.journeys.model import Journeys, checked_journeys, derive


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
        leaves out optional touchpoints only counts as planned, and so does one into ``(open)``:
        what comes next is not known. Steps within a group in any order are planned both ways and
        have ``any_order=True``. `tp.to_mermaid` and `tp.to_dot` draw what was not planned, and what
        was never seen, in other styles.

    Raises
    ------
    WrongKindError
        When it is no plan.

    Warns
    -----
    TouchpointsWarning
        When a planned touchpoint that no journey has is spelt almost like one that journeys have
        and the plan lacks.

    Examples
    --------
    >>> import touchpoints as tp
    >>> from touchpoints.graphs.plan import parse_plan
    >>> plan = parse_plan("name='visit'\n[touchpoints.book]\n[touchpoints.come]")
    >>> G = tp.paths.plan_against(tp.from_paths({"path": ["book", "call"]}, path="path"), plan)
    >>> G.nodes["come"]["visits"], G.nodes["call"]["planned"], G["book"]["come"]["observed"]
    (0, False, False)
    """
    unseen_of(journeys, plan)  # warns of names that are misspelt
    G = transition_graph(_as_planned(checked_journeys(journeys), plan), lang=lang)
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
        data.update(planned=target == OPEN or (source, target) in allowed, observed=True)
    drawn = [step for step in planned_steps(plan) if not G.has_edge(*step)]
    G.add_edges_from(drawn, planned=True, observed=False)
    mark_any_order(G, plan)
    for terminal in {START, END, OPEN} & set(G):
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
            if _may_be_left_out(plan, name):
                reach.extend(one for one in plan.touchpoints[name].then if one not in reach)
        open_end = source in keys and not plan.touchpoints[source].then
        if open_end or any(
            _may_be_left_out(plan, name) and not plan.touchpoints[name].then for name in reach
        ):
            steps.add((keys.get(source, source), END))
    return steps


def _followers(plan: Plan) -> list[tuple[str, tuple[str, ...]]]:
    return [(name, one.then) for name, one in plan.touchpoints.items()]


def _may_be_left_out(plan: Plan, name: str) -> bool:
    """Tell whether a touchpoint, or all of its group in any order, is optional."""
    group = plan.any_order.get(plan.touchpoints[name].any_order, (name,))
    return all(plan.touchpoints[one].optional for one in group)
