"""What flows where: how often each touchpoint directly follows another, terminals included."""

from __future__ import annotations

from collections.abc import Sequence

import attrs
import numpy as np

from touchpoints._core.arrays import counting, segments
from touchpoints._core.arrays.statistics.gaps import pair_gaps
from touchpoints._core.frozen import Array, owned
from touchpoints._core.messages import not_found
from touchpoints.journeys.model import Journeys, checked_journeys, take

START, END, OPEN = "(start)", "(end)", "(open)"


@attrs.frozen(eq=False, kw_only=True)
class Ends:
    """Where journeys go after their last touchpoint.

    Attributes
    ----------
    names : tuple of str
        The terminals.
    of : integers (n,)
        The place of each journey's terminal among the names.
    """

    names: tuple[str, ...]
    of: Array


@attrs.frozen(eq=False, kw_only=True)
class Flows:
    """How often each node is directly followed by another; edge e runs ``totals[e]`` times.

    Attributes
    ----------
    nodes : tuple of str
        The keys of the k touchpoints (or states), then ``(start)``, then the terminals.
    sources, targets : int64 (e,)
        Places among the nodes, sorted by source, then target; only edges that occur.
    totals : int64 (e,)
        Crossings, each journey counted as often as it stands for.
    ends
        Where journeys go after their last touchpoint.
    gaps : float64 (e,), optional
        The median time of each edge between touchpoints in microseconds, nan for the others.
    """

    nodes: tuple[str, ...]
    sources: Array
    targets: Array
    totals: Array
    ends: Ends
    gaps: Array | None = None

    @property
    def start(self) -> int:
        """The place of ``(start)``."""
        return len(self.nodes) - len(self.ends.names) - 1

    def leaving(self) -> Array:
        """Return how many crossings leave each node, float64."""
        return np.bincount(self.sources, self.totals, len(self.nodes))

    def arriving(self) -> Array:
        """Return how many crossings arrive at each node, float64."""
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
        Counts are honoured; a journey of count 0 crosses nothing.
    ends
        Where each journey goes after its last touchpoint; by default `usual_ends`.
    states
        The state of each interaction, integers (m,), and the name of each state; by default its
        touchpoint.
    gaps
        Whether to find median gaps, where there are times.

    Notes
    -----
    ``(start)`` leads to the first touchpoint of each journey that began in the log; the others are
    caught under way and come from nowhere. An empty journey goes from ``(start)`` straight to its
    terminal. O(m) while there are few touchpoints, else O(m log m).
    """
    ends = usual_ends(journeys) if ends is None else ends
    codes, names = states or (journeys.codes, [one.key for one in journeys.touchpoints])
    offsets, counts, k, medians = journeys.offsets, journeys.counts, len(names), None
    weights = counting.row_weights(offsets, counts)
    if gaps and journeys.times is not None:
        inner, medians = pair_gaps(codes, offsets, journeys.times.view(np.int64), k, weights)
    else:
        inner = counting.pair_counts(codes, offsets, k, weights)
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
class Steps:
    """Single crossings: journey ``owners[i]`` goes from ``sources[i]`` to ``targets[i]``."""

    owners: Array
    sources: Array
    targets: Array


def first_steps(journeys: Journeys, ends: Ends) -> Steps:
    """Return the step from ``(start)`` of each journey that began in the log."""
    k = len(journeys.touchpoints)
    targets = k + 1 + ends.of.astype(np.int64)
    filled = np.flatnonzero(segments.lengths_of(journeys.offsets))
    targets[filled] = journeys.codes[journeys.offsets[:-1][filled]]
    begun = np.flatnonzero(journeys.began)
    return Steps(begun, np.full(len(begun), k, dtype=np.int64), targets[begun])


def last_steps(journeys: Journeys, ends: Ends) -> Steps:
    """Return the step from the last touchpoint to the terminal, for journeys that are not empty."""
    filled = np.flatnonzero(segments.lengths_of(journeys.offsets))
    sources = journeys.codes[journeys.offsets[1:][filled] - 1].astype(np.int64)
    targets = len(journeys.touchpoints) + 1 + ends.of[filled].astype(np.int64)
    return Steps(filled, sources, targets)


def journeys_through(journeys: Journeys, u: str, v: str) -> Journeys:
    """Return the journeys that go directly from one touchpoint to another: those behind an edge.

    Parameters
    ----------
    journeys
        The journeys of the graph.
    u, v
        Keys of touchpoints, as the nodes of `transition_graph` are called. ``u`` can be
        ``"(start)"``, ``v`` can be ``"(end)"`` or ``"(open)"``.

    Returns
    -------
    Journeys
        In their order, with all columns; each once, however often it goes from u to v. Zero
        journeys when none does.

    Raises
    ------
    NotFoundError
        When there is no such touchpoint; the message proposes near ones.

    Notes
    -----
    A journey that goes from u to v by way of another touchpoint is not among them, and one that
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
    places = {touchpoint.key: place for place, touchpoint in enumerate(journeys.touchpoints)}
    for name, terminals in ((u, (START,)), (v, (END, OPEN))):
        if name not in places and name not in terminals:
            raise not_found("touchpoint", name, (*places, *terminals))
    return take(journeys, np.flatnonzero(_through(journeys, places.get(u, u), places.get(v, v))))


def _through(journeys: Journeys, source: int | str, target: int | str) -> Array:
    """Tell of each journey whether it takes the step; a terminal is given by its name."""
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
    steps = np.zeros(len(codes), dtype=bool)
    np.equal(codes[:-1], source, out=steps[:-1])
    steps[:-1] &= codes[1:] == target
    steps[counting.inner_boundaries(offsets)] = False
    return segments.any_by_segment(steps, offsets)


def _ends_in(journeys: Journeys, terminal: str) -> Array:
    return journeys.finished if terminal == END else ~journeys.finished
