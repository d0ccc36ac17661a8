"""A single journey as a path graph: one node per interaction."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import networkx as nx
import numpy as np

from touchpoints._core.frozen import Array
from touchpoints._core.messages import not_found
from touchpoints.graphs.parts import described, labelled_graph
from touchpoints.journeys.model import Journeys, checked_journeys

_SECOND = 1e6
_MANY = 10_000


def journey_graph(journeys: Journeys, id_: Any, *, lang: str = "en") -> nx.DiGraph:
    """Return one journey as a path graph: one node per interaction, in order of time.

    Parameters
    ----------
    journeys
        The journeys that contain it.
    id_
        The id of the journey, as in ``journeys.ids``.
    lang
        The language of the labels.

    Returns
    -------
    networkx.DiGraph
        Nodes are called by their position, ``"0"``, ``"1"`` …, and have ``touchpoint`` (its key),
        ``label``, ``type`` and every known facet. If the journeys have times, nodes also have
        ``at`` (seconds since the first interaction), ``time`` and ``end`` (ISO 8601; with ``Z``
        if the time zone is known), and edges have ``gap`` (seconds). ``G.graph`` has ``journey``
        (the id), ``journeys`` (the count of the row), ``began`` and ``finished``.

    Raises
    ------
    NotFoundError
        When no journey has this id; the message suggests similar ids.

    See Also
    --------
    transition_graph : The directly-follows graph of all journeys.
    to_mermaid : Draw the journey as a flowchart.

    Notes
    -----
    O(n) in the number of journeys, to find the id.

    Examples
    --------
    >>> import touchpoints as tp
    >>> rows = [
    ...     {"id": "ana", "t": "2026-01-01T10:00:00", "w": "search"},
    ...     {"id": "ana", "t": "2026-01-01T10:00:00.050", "w": "purchase"},
    ... ]
    >>> journeys = tp.from_records(rows, journey="id", time="t", touchpoint="w")
    >>> G = tp.journey_graph(journeys, "ana")
    >>> G.nodes["1"]["touchpoint"], G["0"]["1"]["gap"]
    ('purchase', 0.05)
    """
    checked_journeys(journeys)
    row = _row_of(journeys, id_)
    first, last = int(journeys.offsets[row]), int(journeys.offsets[row + 1])
    touchpoints = journeys[row].touchpoints
    graph = labelled_graph(
        journeys[row : row + 1],
        "journey",
        touchpoints,
        lang=lang,
        journey=_plain(id_),
        began=bool(journeys.began[row]),
        finished=bool(journeys.finished[row]),
    )
    for position, touchpoint in enumerate(touchpoints):
        words = described(touchpoint, meta=journeys.meta, lang=lang)
        graph.add_node(str(position), touchpoint=touchpoint.key, **words)
    graph.add_edges_from(pairwise(graph.nodes))
    if journeys.times is not None:
        _add_times(graph, journeys, first, last)
    return graph


def _row_of(journeys: Journeys, id_: Any) -> int:
    ids = journeys.ids
    if ids.dtype == np.int64:
        number = isinstance(id_, (int, np.integer)) and not isinstance(id_, bool)
        found = np.flatnonzero(ids == id_) if number else ids[:0]
        if len(found):
            return int(found[0])
    else:
        for row, one in enumerate(ids.tolist()):
            if one == id_:
                return row
    raise not_found("journey", id_, [str(one) for one in ids[:_MANY].tolist()])


def _plain(id_: Any) -> str | int:
    value = id_.item() if isinstance(id_, np.generic) else id_
    return value if type(value) in (str, int) else str(value)


def _add_times(graph: nx.DiGraph, journeys: Journeys, first: int, last: int) -> None:
    zoned = journeys.meta.timezone is not None
    if journeys.times is None or first == last:
        return
    times = journeys.times[first:last]
    stamps = times.view(np.int64)
    for position, (after, when) in enumerate(
        zip(stamps - stamps[0], _written(times, zoned=zoned), strict=True)
    ):
        graph.nodes[str(position)].update(at=int(after) / _SECOND, time=when)
    for position, gap in enumerate(np.diff(stamps).tolist()):
        graph.edges[str(position), str(position + 1)]["gap"] = gap / _SECOND
    if journeys.ends is not None:
        ends = journeys.ends[first:last]
        for position, when in enumerate(_written(ends, zoned=zoned)):
            if when:
                graph.nodes[str(position)]["end"] = when


def _written(times: Array, *, zoned: bool) -> list[str]:
    """Return ISO 8601 texts, with microseconds only for instants that need them; "" for NaT."""
    texts = []
    for one in times:
        whole = one.astype("datetime64[s]")
        text = "" if np.isnat(one) else str(whole if whole == one else one)
        texts.append(f"{text}Z" if text and zoned else text)
    return texts
