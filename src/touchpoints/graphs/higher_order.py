"""The graph of what follows what, given the last few touchpoints."""

from __future__ import annotations

import networkx as nx
import numpy as np

from touchpoints._core import (
    checks,
)
from touchpoints._core.arrays.counting import (
    states,
)
from touchpoints.graphs.flows import (
    END,
    START,
    flows,
)
from touchpoints.graphs.names import (
    SEPARATOR,
    state_key,
    terminal_label,
)
from touchpoints.graphs.parts import (
    add_edges,
    described,
    labelled_graph,
)
from touchpoints.journeys.model import (
    Journeys,
    checked_journeys,
)


def higher_order_graph(journeys: Journeys, *, order: int = 2, lang: str = "en") -> nx.DiGraph:
    """Return what directly follows what, where a state is the last few touchpoints.

    Parameters
    ----------
    journeys
        Counts are honoured.
    order
        How many touchpoints make a state, 1 or more. States of the first interactions of a
        journey are shorter. ``max(found.best, 1)`` for what `tp.paths.markov_order` found: where
        the last touchpoint tells nothing (order 0) or nothing is known (-1), an edge still needs a
        touchpoint it leaves.
    lang
        The language of the labels.

    Returns
    -------
    networkx.DiGraph
        A node for each state that occurs, called by the keys of its touchpoints joined by
        ``" > "`` (above order 1, ``>`` within a key is written ``%3E``), with ``label``,
        ``touchpoint`` (the key of the last one), ``type`` and known facets of that one, and
        ``visits``. Edges have ``weight``, ``probability`` and ``distance``. ``(start)``,
        ``(end)``, ``(open)`` and journeys that began before the log are as in `transition_graph`.
        ``G.graph["order"]`` is the order.

    Raises
    ------
    InvalidInputError
        When the order is not an integer of at least 1.

    Notes
    -----
    Of order 1 the flow is that of `transition_graph`. The number of states grows fast with the
    order, and each is seen the less: compare orders on held-out journeys before trusting one.
    O(order × m), with a sort where states are many.

    References
    ----------
    F. Chierichetti, R. Kumar, P. Raghavan and T. Sarlós (2012), Are web users really Markovian?,
    WWW 2012, doi:10.1145/2187836.2187919.

    Examples
    --------
    >>> import touchpoints as tp
    >>> journeys = tp.from_paths({"path": ["a > b > c", "c > b > a"]}, path="path")
    >>> G = tp.higher_order_graph(journeys, order=2)
    >>> list(G["a > b"]), list(G["c > b"])
    (['b > c'], ['b > a'])
    """
    checked_journeys(journeys)
    mend = "for what tp.paths.markov_order found: order=max(found.best, 1)"
    order = checks.whole("order", order, mend=mend)
    known = journeys.touchpoints
    last = states.last_codes(journeys.codes, journeys.offsets, len(known), order=order)
    keys = [known[codes[0]].key for codes in last.members]
    if order > 1:
        keys = [state_key([known[code].key for code in codes]) for codes in last.members]
    found = flows(journeys, states=(last.codes, keys))
    visits = found.leaving()[: found.start].astype(np.int64).tolist()
    used = {codes[-1] for codes, count in zip(last.members, visits, strict=True) if count}
    touchpoints = [known[code] for code in used]
    graph = labelled_graph(journeys, "higher_order", touchpoints, lang=lang, order=order)
    graph.add_node(START, label=terminal_label(START, lang=lang))
    words = [described(one, meta=journeys.meta, lang=lang) for one in known]
    for key, codes, count in zip(keys, last.members, visits, strict=True):
        if count:
            label = SEPARATOR.join(words[code]["label"] for code in codes)
            said = {**words[codes[-1]], "label": label, "touchpoint": known[codes[-1]].key}
            graph.add_node(key, **said, visits=count)
    for name, reached in zip(found.ends.names, found.arriving()[found.start + 1 :], strict=True):
        if reached or name == END:
            graph.add_node(name, label=terminal_label(name, lang=lang))
    add_edges(graph, found)
    return graph
