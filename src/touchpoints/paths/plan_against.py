"""Planned and observed transitions in one graph."""

from __future__ import annotations

import networkx as nx

from touchpoints._core.checks import public
from touchpoints.graphs import transition_graph
from touchpoints.graphs.flows import END, OPEN, START
from touchpoints.graphs.plan import Plan
from touchpoints.graphs.plan.deviating import unseen_of
from touchpoints.graphs.plan.graph import mark_any_order, planned_node, planned_transitions
from touchpoints.graphs.plan.merging import as_planned
from touchpoints.journeys.model import Journeys, checked_journeys


@public
def plan_against(journeys: Journeys, plan: Plan, *, lang: str = "en") -> nx.DiGraph:
    r"""Return the planned and the observed transitions as one directed graph.

    Parameters
    ----------
    plan
        The plan to compare with: see `tp.read_plan`.
    lang
        The language of the labels.

    Returns
    -------
    networkx.DiGraph
        A graph of the kind ``"planned"``. Nodes and edges have the attributes ``planned`` and
        ``observed``. Every planned touchpoint is a node, even one that never occurred (``visits``
        0); an observed touchpoint of a planned type is that node. Observed edges have ``weight``,
        ``probability`` and the other attributes of `tp.transition_graph`; edges that were planned
        but never observed have no ``weight``. A transition that skips only optional touchpoints
        counts as planned, and so does one to ``(open)``, since the next touchpoint is not known.
        Transitions within a group in any order are planned in both directions and have
        ``any_order=True``. `tp.to_mermaid` and `tp.to_dot` draw unplanned and unobserved edges in
        other styles.

    Raises
    ------
    WrongKindError
        When ``plan`` is not a Plan.

    See Also
    --------
    conformance : Count the deviations from a plan by touchpoint.
    transition_graph : The graph of the observed transitions alone.

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
    G = transition_graph(as_planned(checked_journeys(journeys), plan), lang=lang)
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
    drawn = [edge for edge in planned_transitions(plan) if not G.has_edge(*edge)]
    G.add_edges_from(drawn, planned=True, observed=False)
    mark_any_order(G, plan)
    for terminal in {START, END, OPEN} & set(G):
        G.nodes[terminal]["planned"] = True
    return G


def _allowed(plan: Plan) -> set[tuple[str, str]]:
    """Return the edges a plan allows, optional touchpoints skipped or not, and those to the end."""
    keys = {name: one.touchpoint.key for name, one in plan.touchpoints.items()}
    edges = set(planned_transitions(plan))
    for source, followers in ((START, plan.first), *_followers(plan)):
        reach = list(followers)
        for name in reach:
            edges.add((keys.get(source, source), keys[name]))
            if _may_be_left_out(plan, name):
                reach.extend(one for one in plan.touchpoints[name].then if one not in reach)
        open_end = source in keys and not plan.touchpoints[source].then
        if open_end or any(
            _may_be_left_out(plan, name) and not plan.touchpoints[name].then for name in reach
        ):
            edges.add((keys.get(source, source), END))
    return edges


def _followers(plan: Plan) -> list[tuple[str, tuple[str, ...]]]:
    return [(name, one.then) for name, one in plan.touchpoints.items()]


def _may_be_left_out(plan: Plan, name: str) -> bool:
    """Return whether a touchpoint, or every touchpoint of its any-order group, is optional."""
    group = plan.any_order.get(plan.touchpoints[name].any_order, (name,))
    return all(plan.touchpoints[one].optional for one in group)
