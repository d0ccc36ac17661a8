"""Directly-follows counts: how often each touchpoint directly follows another, with terminals."""

from __future__ import annotations

from collections.abc import Sequence

import attrs
import numpy as np

from touchpoints._core.arrays import counting, segments
from touchpoints._core.arrays.statistics.gaps import bigram_gaps
from touchpoints._core.checks import public, require_kind
from touchpoints._core.frozen import Array, owned
from touchpoints._core.messages import not_found
from touchpoints.journeys.model import Journeys, checked_journeys, take

START, END, OPEN = "(start)", "(end)", "(open)"


@attrs.frozen(eq=False, kw_only=True)
class Ends:
    """The terminals at which journeys end, after their last touchpoint.

    Attributes
    ----------
    names : tuple of str
        The terminals.
    of : integers (n,)
        The position in ``names`` of each journey's terminal.
    """

    names: tuple[str, ...]
    of: Array


@attrs.frozen(eq=False, kw_only=True)
class Flows:
    """Directly-follows counts between nodes; edge e occurs ``totals[e]`` times.

    Attributes
    ----------
    nodes : tuple of str
        The keys of the k touchpoints (or states), then ``(start)``, then the terminals.
    sources, targets : int64 (e,)
        Positions in ``nodes``, sorted by source, then target; only edges that occur.
    totals : int64 (e,)
        The number of transitions along each edge, weighted by the counts of the journeys.
    ends
        The terminals at which journeys end.
    gaps : float64 (e,), optional
        The median gap of each edge between touchpoints in microseconds, nan for other edges.
    """

    nodes: tuple[str, ...]
    sources: Array
    targets: Array
    totals: Array
    ends: Ends
    gaps: Array | None = None

    @property
    def start(self) -> int:
        """The position of ``(start)`` in ``nodes``."""
        return len(self.nodes) - len(self.ends.names) - 1

    def leaving(self) -> Array:
        """Return the number of transitions out of each node, float64 (nodes,)."""
        return np.bincount(self.sources, self.totals, len(self.nodes))

    def arriving(self) -> Array:
        """Return the number of transitions into each node, float64 (nodes,)."""
        return np.bincount(self.targets, self.totals, len(self.nodes))


def usual_ends(journeys: Journeys) -> Ends:
    """Return ``(end)`` for journeys that finished and ``(open)`` for those the log cuts off."""
    return Ends(names=(END, OPEN), of=owned((~journeys.finished).astype(np.int8)))


def flows(
    journeys: Journeys,
    *,
    ends: Ends | None = None,
    states: tuple[Array, Sequence[str]] | None = None,
    gaps: bool = False,
) -> Flows:
    """Count the transitions of journeys, from ``(start)`` to their terminal.

    Parameters
    ----------
    journeys
        Counts are honoured; a journey of count 0 adds nothing.
    ends
        The terminal of each journey; by default `usual_ends`.
    states
        The state of each interaction, integers (m,), and the name of each state; by default the
        touchpoint of the interaction.
    gaps
        Whether to compute median gaps, if the journeys have times.

    Notes
    -----
    ``(start)`` leads to the first touchpoint of each journey that began in the log; other journeys
    were already under way and have no edge into their first touchpoint. An empty journey adds an
    edge from ``(start)`` straight to its terminal. O(m) for few touchpoints, else O(m log m).
    """
    ends = usual_ends(journeys) if ends is None else ends
    codes, names = states or (journeys.codes, [one.key for one in journeys.touchpoints])
    offsets, counts, k, medians = journeys.offsets, journeys.counts, len(names), None
    weights = counting.row_weights(offsets, counts)
    if gaps and journeys.times is not None:
        inner, medians = bigram_gaps(codes, offsets, journeys.times.view(np.int64), k, weights)
    else:
        inner = counting.bigram_counts(codes, offsets, k, weights)
    starts, stops = counting.terminal_totals(
        codes, offsets, k, counts=counts, began=journeys.began, ends=ends.of, kinds=len(ends.names)
    )
    first, (last, kind) = np.flatnonzero(starts), np.nonzero(stops)
    sources = np.concatenate([inner.sources, np.full_like(first, k), last])
    targets = np.concatenate([inner.targets, first, k + 1 + kind])
    totals = np.concatenate([inner.totals, starts[first], stops[last, kind]])
    order = np.lexsort((targets, sources))
    if medians is not None:
        medians = owned(np.append(medians, np.full(len(order) - len(medians), np.nan))[order])
    return Flows(
        nodes=(*names, START, *ends.names),
        sources=owned(sources[order]),
        targets=owned(targets[order]),
        totals=owned(totals[order]),
        ends=ends,
        gaps=medians,
    )


@attrs.frozen(eq=False)
class TransitionRows:
    """Single transitions: journey ``owners[i]`` goes from ``sources[i]`` to ``targets[i]``."""

    owners: Array
    sources: Array
    targets: Array


def first_transitions(journeys: Journeys, ends: Ends) -> TransitionRows:
    """Return the transition from ``(start)`` of each journey that began in the log."""
    k = len(journeys.touchpoints)
    targets = k + 1 + ends.of.astype(np.int64)
    filled = np.flatnonzero(segments.lengths_of(journeys.offsets))
    targets[filled] = journeys.codes[journeys.offsets[:-1][filled]]
    begun = np.flatnonzero(journeys.began)
    return TransitionRows(begun, np.full(len(begun), k, dtype=np.int64), targets[begun])


def last_transitions(journeys: Journeys, ends: Ends) -> TransitionRows:
    """Return the transition from the last touchpoint to the terminal of each non-empty journey."""
    filled = np.flatnonzero(segments.lengths_of(journeys.offsets))
    sources = journeys.codes[journeys.offsets[1:][filled] - 1].astype(np.int64)
    targets = len(journeys.touchpoints) + 1 + ends.of[filled].astype(np.int64)
    return TransitionRows(filled, sources, targets)


@public
def journeys_through(journeys: Journeys, u: str, v: str) -> Journeys:
    """Return the journeys that go directly from one touchpoint to another: the journeys of an edge.

    Parameters
    ----------
    journeys
        The journeys that the graph was built from.
    u, v
        Keys of touchpoints, which are the nodes of `transition_graph`. ``u`` can be
        ``"(start)"``; ``v`` can be ``"(end)"`` or ``"(open)"``.

    Returns
    -------
    Journeys
        In their order, with all columns; each journey once, however often it goes from u to v.
        Zero journeys if no journey goes from u to v.

    Raises
    ------
    NotFoundError
        When no touchpoint has this key; the message suggests similar keys.

    See Also
    --------
    containing : The journeys in which a place occurs.
    select : The journeys where a mask is true.

    Notes
    -----
    Journeys that go from u to v only through other touchpoints are not returned. A journey that
    began before the log does not come from ``(start)``. Journeys of count 0 are kept. O(m) in the
    number of interactions.

    Examples
    --------
    >>> import touchpoints as tp
    >>> journeys = tp.from_paths(
    ...     {"path": ["search > chat > buy", "search > buy", "chat > search"]}, path="path"
    ... )
    >>> [journey.keys for journey in tp.journeys_through(journeys, "search", "buy")]
    [('search', 'buy')]
    >>> [journey.keys for journey in tp.journeys_through(journeys, "(start)", "chat")]
    [('chat', 'search')]
    """
    checked_journeys(journeys)
    codes = {touchpoint.key: code for code, touchpoint in enumerate(journeys.touchpoints)}
    for name, terminals in ((u, (START,)), (v, (END, OPEN))):
        require_kind(name, str, takes="the key of a touchpoint", mend="an edge of the graph: u, v")
        if name not in codes and name not in terminals:
            raise not_found("touchpoint", name, (*codes, *terminals))
    return take(journeys, np.flatnonzero(_through(journeys, codes.get(u, u), codes.get(v, v))))


def _through(journeys: Journeys, source: int | str, target: int | str) -> Array:
    """Return whether each journey has the transition, bool (n,); terminals are given by name."""
    codes, offsets = journeys.codes, journeys.offsets
    filled = segments.lengths_of(offsets) > 0
    if isinstance(source, str):
        if isinstance(target, str):
            return ~filled & journeys.began & _ends_in(journeys, target)
        filled[filled] = codes[offsets[:-1][filled]] == target
        return filled & journeys.began
    if isinstance(target, str):
        filled[filled] = codes[offsets[1:][filled] - 1] == source
        return filled & _ends_in(journeys, target)
    taken = np.zeros(len(codes), dtype=bool)
    np.equal(codes[:-1], source, out=taken[:-1])
    taken[:-1] &= codes[1:] == target
    taken[counting.inner_boundaries(offsets)] = False
    return segments.any_by_segment(taken, offsets)


def _ends_in(journeys: Journeys, terminal: str) -> Array:
    return journeys.finished if terminal == END else ~journeys.finished
