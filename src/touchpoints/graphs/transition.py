"""The directly-follows graph of journeys."""

from __future__ import annotations

import networkx as nx

from touchpoints._core.checks import public
from touchpoints.graphs.flows import END, usual_ends
from touchpoints.graphs.parts import flow_graph
from touchpoints.journeys.model import Journeys, checked_journeys


@public
def transition_graph(journeys: Journeys, *, lang: str = "en") -> nx.DiGraph:
    """Return the directly-follows graph: which touchpoint directly follows which, and how often.

    Parameters
    ----------
    journeys
        Counts are honoured; a journey of count 0 adds nothing.
    lang
        The language of the labels; a label missing in it is taken from another language.

    Returns
    -------
    networkx.DiGraph
        A node for each touchpoint that occurs, called by its key, with ``label``, ``type``, every
        known facet, ``visits`` (interactions) and ``journeys`` (journeys that visit it at least
        once). If the origin of need and context was recorded, nodes also have ``need_observed``
        and ``context_observed``: the share of visits, in [0, 1], whose need or context was
        observed and not a default. ``(start)`` and ``(end)`` are always present; ``(open)`` is
        present if the log cuts a journey off.

        Edges have ``weight`` (how often the transition was taken), ``probability`` (its share of
        all transitions from the source, in (0, 1]), ``distance`` (−log of the probability, in
        nats) and, between touchpoints with times, ``gap_median`` (seconds).

    See Also
    --------
    outcome_graph : The same graph, ending in whether journeys reached an outcome.
    higher_order_graph : States of the last few touchpoints instead of the last one.
    tp.paths.transitions : The transitions as a table with intervals.
    simulate : Draw journeys from the graph.

    Notes
    -----
    An empty journey adds an edge from ``(start)`` straight to its terminal. A journey that began
    before the log (``began`` False) has no edge from ``(start)``, so the flow out of a touchpoint
    equals the flow in plus the journeys that the log first saw there. A touchpoint directly
    followed by itself is a self-loop. Gaps run from the start of one interaction to the start of
    the next.

    O(m) in the number of interactions for up to 4,096 touchpoints, else O(m log m).

    Examples
    --------
    >>> import touchpoints as tp
    >>> rows = [
    ...     {"id": 1, "t": "2026-01-01 10:00", "w": "search"},
    ...     {"id": 1, "t": "2026-01-01 10:05", "w": "purchase"},
    ...     {"id": 2, "t": "2026-01-02 09:00", "w": "search"},
    ... ]
    >>> G = tp.transition_graph(tp.from_records(rows, journey="id", time="t", touchpoint="w"))
    >>> list(G.edges)[:2]
    [('(start)', 'search'), ('search', 'purchase')]
    >>> G["search"]["purchase"]["probability"], G["search"]["purchase"]["gap_median"]
    (0.5, 300.0)
    >>> G.nodes["search"]["visits"]
    2
    """
    checked_journeys(journeys)
    ends = usual_ends(journeys)
    return flow_graph(journeys, kind="transition", ends=ends, always=(END,), lang=lang)
