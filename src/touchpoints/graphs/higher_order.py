"""The higher-order transition graph: a state is the last few touchpoints."""

from __future__ import annotations

import networkx as nx
import numpy as np

from touchpoints._core import (
    checks,
)
from touchpoints._core.arrays.counting import (
    states,
)
from touchpoints._core.checks import public
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


@public
def higher_order_graph(journeys: Journeys, *, order: int = 2, lang: str = "en") -> nx.DiGraph:
    """Return the transition graph of a higher-order Markov chain: states are the last touchpoints.

    Parameters
    ----------
    journeys
        Counts are honoured.
    order
        The number of touchpoints in a state, at least 1. States of the first interactions of a
        journey are shorter. For the order chosen by `tp.paths.markov_order` pass
        ``max(found.best, 1)``: where the next touchpoint does not depend on the last one (order
        0) or the order is unknown (-1), an edge still needs a source.
    lang
        The language of the labels.

    Returns
    -------
    networkx.DiGraph
        A node for each state that occurs, called by the keys of its touchpoints joined by
        ``" > "`` (above order 1, ``>`` within a key is written ``%3E``), with ``label``,
        ``touchpoint`` (the key of the last touchpoint), the ``type`` and known facets of the last
        touchpoint, and ``visits``. Edges have ``weight``, ``probability`` and ``distance``.
        ``(start)``, ``(end)``, ``(open)`` and journeys that began before the log are as in
        `transition_graph`.
        ``G.graph["order"]`` is the order.

    Raises
    ------
    InvalidInputError
        When the order is not an integer of at least 1.

    See Also
    --------
    transition_graph : The same with the last touchpoint as state.
    tp.paths.markov_order : Choose the order by the likelihood of held-out journeys.

    Notes
    -----
    With order 1 the weights are those of `transition_graph`. The number of states grows fast with
    the order, and each state is seen less often: compare orders on held-out journeys before
    trusting one. O(order × m), with a sort when there are many states.

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
    mend = "for the order of tp.paths.markov_order: order=max(found.best, 1)"
    order = checks.whole("order", order, most=1_000, mend=mend)
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
    facts = [described(one, meta=journeys.meta, lang=lang) for one in known]
    for key, codes, count in zip(keys, last.members, visits, strict=True):
        if count:
            label = SEPARATOR.join(facts[code]["label"] for code in codes)
            attributes = {**facts[codes[-1]], "label": label, "touchpoint": known[codes[-1]].key}
            graph.add_node(key, **attributes, visits=count)
    for name, reached in zip(found.ends.names, found.arriving()[found.start + 1 :], strict=True):
        if reached or name == END:
            graph.add_node(name, label=terminal_label(name, lang=lang))
    add_edges(graph, found)
    return graph
