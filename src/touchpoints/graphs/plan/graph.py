"""The graph of a plan: planned touchpoints and the transitions between them."""

from __future__ import annotations

from itertools import permutations
from typing import Any

import networkx as nx

from touchpoints._core.checks import public
from touchpoints.graphs.names import SCHEMA
from touchpoints.graphs.parts import facets_of
from touchpoints.graphs.plan.model import Plan, PlannedTouchpoint, require_plan


@public
def plan_graph(plan: Plan, *, lang: str = "en") -> nx.DiGraph:
    r"""Return the graph of a plan: each planned touchpoint is a node.

    Parameters
    ----------
    plan
        The plan.
    lang
        The language of the labels.

    Returns
    -------
    networkx.DiGraph
        A graph of the kind ``"planned"``. Nodes are called by the keys of the touchpoints (the id
        of the type, if the plan names nothing more) and have ``label``, ``type``, the known
        facets, ``stage`` and ``any_order`` if they belong to one, ``optional`` and ``repeated``.
        Edges lead to the touchpoints that may directly follow and have ``planned=True``. A
        touchpoint that may be repeated has a self-loop. Edges that would skip optional touchpoints
        are not drawn. The touchpoints of an any-order group have edges in both directions, with
        ``any_order=True``.

    Raises
    ------
    WrongKindError
        When ``plan`` is not a `Plan`.

    See Also
    --------
    read_plan : Read a plan from a file.
    tp.paths.plan_against : The plan and the observed journeys in one graph.
    to_mermaid : Draw the graph.

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
    G.add_edges_from(planned_transitions(plan), planned=True)
    mark_any_order(G, plan)
    return G


def planned_transitions(plan: Plan) -> list[tuple[str, str]]:
    """Return the planned transitions as pairs of keys; none skips an optional touchpoint."""
    edges: list[tuple[str, str]] = []
    for one in plan.touchpoints.values():
        key = one.touchpoint.key
        edges.extend((key, plan.touchpoints[other].touchpoint.key) for other in one.then)
        if one.max_occurrences != 1:
            edges.append((key, key))
    return [*edges, *_any_order(plan)]


def _any_order(plan: Plan) -> list[tuple[str, str]]:
    """Return the transitions within any-order groups, in both directions."""
    groups = [[plan.touchpoints[one].touchpoint.key for one in g] for g in plan.any_order.values()]
    return [edge for group in groups for edge in permutations(group, 2)]


def mark_any_order(G: nx.DiGraph, plan: Plan) -> None:
    """Set ``any_order=True`` on each edge within an any-order group."""
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
    return facts | {"optional": one.optional, "repeated": one.max_occurrences != 1}
