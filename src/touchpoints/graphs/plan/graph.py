"""A plan as a graph: every planned touchpoint is drawn."""

from __future__ import annotations

from itertools import permutations
from typing import Any

import networkx as nx

from touchpoints.graphs.names import SCHEMA
from touchpoints.graphs.parts import facets_of
from touchpoints.graphs.plan.model import Plan, PlannedTouchpoint, require_plan


def plan_graph(plan: Plan, *, lang: str = "en") -> nx.DiGraph:
    r"""Return a plan as a plain directed graph: every planned touchpoint is a node.

    Parameters
    ----------
    plan
        The plan.
    lang
        The language of the labels.

    Returns
    -------
    networkx.DiGraph
        Of the kind ``"planned"``. Nodes are called by the keys of the touchpoints (the id of the
        type, where that is all a plan names) and have ``label``, ``type``, the known facets,
        ``stage`` and ``any_order`` where they are of one, ``optional`` and ``repeated``. Edges have
        ``planned=True``: what may directly follow what. A touchpoint that may be repeated is an
        edge to itself; ways that leave optional touchpoints out are not drawn. Within a group in
        any order there are edges both ways, with ``any_order=True``.

    Raises
    ------
    WrongKindError
        When it is no plan.

    Examples
    --------
    >>> from touchpoints.graphs.plan import parse_plan
    >>> plan = parse_plan("name = 'visit'\n[touchpoints.book]\n[touchpoints.see_doctor]")
    >>> list(plan_graph(plan).edges(data=True))
    [('book', 'see_doctor', {'planned': True})]
    """
    require_plan(plan)
    planned = plan.touchpoints.values()
    G = nx.DiGraph(schema=SCHEMA, kind="planned", plan=plan.name, plan_version=plan.version)
    if plan.taxonomy is not None:
        G.graph["taxonomy"] = plan.taxonomy.name
        G.graph["taxonomy_version"] = plan.taxonomy.version
    facets = facets_of(one.touchpoint for one in planned)
    if facets:
        G.graph["facets"] = facets
    G.graph["lang"] = lang
    for one in planned:
        G.add_node(one.touchpoint.key, **planned_node(plan, one, lang=lang))
    G.add_edges_from(planned_steps(plan), planned=True)
    mark_any_order(G, plan)
    return G


def planned_steps(plan: Plan) -> list[tuple[str, str]]:
    """Return the keys of what may directly follow what, without leaving anything out."""
    steps: list[tuple[str, str]] = []
    for one in plan.touchpoints.values():
        key = one.touchpoint.key
        steps.extend((key, plan.touchpoints[other].touchpoint.key) for other in one.then)
        if one.most != 1:
            steps.append((key, key))
    return [*steps, *_any_order(plan)]


def _any_order(plan: Plan) -> list[tuple[str, str]]:
    """Return the steps within groups in any order, both ways."""
    groups = [[plan.touchpoints[one].touchpoint.key for one in g] for g in plan.any_order.values()]
    return [pair for group in groups for pair in permutations(group, 2)]


def mark_any_order(G: nx.DiGraph, plan: Plan) -> None:
    """Say of each step drawn within a group in any order that it is one."""
    for source, target in _any_order(plan):
        if G.has_edge(source, target):
            G[source][target]["any_order"] = True


def planned_node(plan: Plan, one: PlannedTouchpoint, *, lang: str) -> dict[str, Any]:
    """Return the attributes of a planned node."""
    label = one.label or one.touchpoint.label(taxonomy=plan.taxonomy, lang=lang)
    facts: dict[str, Any] = {"label": label}
    if one.touchpoint.type:
        facts["type"] = one.touchpoint.type
    facts |= one.touchpoint.known()
    if one.stage:
        facts["stage"] = one.stage
    if one.any_order:
        facts["any_order"] = one.any_order
    return facts | {"optional": one.optional, "repeated": one.most != 1}
