"""The graph of what directly follows what."""

from __future__ import annotations

import networkx as nx

from touchpoints.graphs.flows import END, usual_ends
from touchpoints.graphs.parts import flow_graph
from touchpoints.journeys.model import Journeys, checked_journeys


def transition_graph(journeys: Journeys, *, lang: str = "en") -> nx.DiGraph:
    """Return which touchpoint directly follows which, as a plain directed graph.

    Parameters
    ----------
    journeys
        Counts are honoured; a journey of count 0 leaves no trace.
    lang
        The language of the labels; where a label is missing in it, another stands in.

    Returns
    -------
    networkx.DiGraph
        A node for each touchpoint that occurs, called by its key, with ``label``, ``type`` and
        every known facet, ``visits`` (interactions), ``journeys`` (that visit it at least once)
        and, where it is known how need and context came about, ``need_observed`` and
        ``context_observed`` (share in [0, 1] of the visits in which it was seen and is no
        default). ``(start)`` and ``(end)`` are always there, ``(open)`` when the log cuts a
        journey off.

        Edges have ``weight`` (how often the step was taken), ``probability`` (its share of what
        leaves the source, in (0, 1]), ``distance`` (−log of that, in nats) and, between
        touchpoints with times, ``gap_median`` (seconds).

    Notes
    -----
    An empty journey flows from ``(start)`` straight to its terminal. A journey that began before
    the log (``began`` False) has no edge from ``(start)``: what flows out of a touchpoint is
    what flows in, and the journeys the log caught there. A touchpoint followed by itself is an
    edge to itself. Gaps run from the beginning of one interaction to that of the next.

    O(m) in the number of interactions while there are up to 4,096 touchpoints, else O(m log m).

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
