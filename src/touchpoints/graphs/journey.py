"""A single journey as a path graph: one node per interaction."""

from __future__ import annotations

from typing import Any

import networkx as nx
import numpy as np

from touchpoints._core.checks import public
from touchpoints._core.frozen import Array
from touchpoints._core.messages import not_found
from touchpoints._core.progress import Progress, reporting
from touchpoints.graphs.parts import described, labelled_graph
from touchpoints.journeys.model import Journeys, checked_journeys

_SECOND = 1e6
_MANY = 10_000
_BLOCK = 10_000


@public
def journey_graph(
    journeys: Journeys, id_: Any, *, lang: str = "en", progress: Progress = False
) -> nx.DiGraph:
    """Return one journey as a path graph: one node per interaction, in order of time.

    Parameters
    ----------
    journeys
        The journeys that contain it.
    id_
        The id of the journey, as in ``journeys.ids``.
    lang
        The language of the labels.
    progress
        A callable that receives the number of finished blocks of 10,000 interactions and of all
        blocks, or True for a tqdm bar.

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
    O(n) in the number of journeys, to find the id, and O(m) in the interactions of the journey. A
    node and its edge take about 1.2 kB and 6 µs, five sixths of which networkx itself takes: a
    journey of five million interactions is a graph of 6 GB and takes half a minute or more.

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
    codes = journeys.codes[first:last]
    used = {code: journeys.touchpoints[code] for code in dict.fromkeys(codes.tolist())}
    graph = labelled_graph(
        journeys[row : row + 1],
        "journey",
        used.values(),
        lang=lang,
        journey=_plain(id_),
        began=bool(journeys.began[row]),
        finished=bool(journeys.finished[row]),
    )
    words = {
        code: {"touchpoint": one.key, **described(one, meta=journeys.meta, lang=lang)}
        for code, one in used.items()
    }
    blocks = range(first, last, _BLOCK)
    with reporting(progress, len(blocks), what="journey graph") as advance:
        for start in blocks:
            _add_block(graph, journeys, words, first, range(start, min(start + _BLOCK, last)))
            advance()
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


def _add_block(
    graph: nx.DiGraph, journeys: Journeys, words: dict[int, dict[str, Any]], first: int, rows: range
) -> None:
    """Add the nodes of some rows, and the edges that lead to them."""
    here = slice(rows.start, rows.stop)
    known = [words[code] for code in journeys.codes[here].tolist()]
    nodes, gaps = known, [dict[str, float]()] * len(rows)
    if journeys.times is not None:
        stamps = journeys.times.view(np.int64)
        moments = stamps[max(rows.start - 1, first) : rows.stop]
        after = ((stamps[here] - stamps[first]) / _SECOND).tolist()
        gaps = [{"gap": gap} for gap in (np.diff(moments) / _SECOND).tolist()]
        zoned = journeys.meta.timezone is not None
        written = _written(journeys.times[here], zoned=zoned)
        nodes = [
            {**node, "at": at, "time": when}
            for node, at, when in zip(known, after, written, strict=True)
        ]
        if journeys.ends is not None:
            for node, when in zip(nodes, _written(journeys.ends[here], zoned=zoned), strict=True):
                if when:
                    node["end"] = when
    names = [str(row - first) for row in rows]
    graph.add_nodes_from(zip(names, nodes, strict=True))
    if rows.start > first:
        names = [str(rows.start - first - 1), *names]
    graph.add_edges_from(zip(names, names[1:], gaps, strict=False))


def _written(times: Array, *, zoned: bool) -> list[str]:
    """Return ISO 8601 texts, with microseconds only for instants that need them; "" for NaT."""
    texts = np.datetime_as_string(times, unit="s").astype(object)
    exact = np.flatnonzero(times != times.astype("datetime64[s]"))
    texts[exact] = np.datetime_as_string(times[exact], unit="us")
    end = "Z" if zoned else ""
    return [f"{one}{end}" if one != "NaT" else "" for one in texts.tolist()]
