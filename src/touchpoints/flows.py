"""What flows where: how often each touchpoint directly follows another, terminals included."""

from __future__ import annotations

import attrs
import numpy as np

from touchpoints._arrays import counting, segments
from touchpoints._frozen import Array, owned
from touchpoints._hints import not_found
from touchpoints.journeys import Journeys, take

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
        The keys of the k touchpoints, then ``(start)``, then the terminals.
    sources, targets : int64 (e,)
        Places among the nodes, sorted by source, then target; only edges that occur.
    totals : int64 (e,)
        Crossings, each journey counted as often as it stands for.
    ends
        Where journeys go after their last touchpoint.
    """

    nodes: tuple[str, ...]
    sources: Array
    targets: Array
    totals: Array
    ends: Ends

    @property
    def start(self) -> int:
        """The place of ``(start)``."""
        return len(self.nodes) - len(self.ends.names) - 1


def usual_ends(journeys: Journeys) -> Ends:
    """Return ``(end)`` for journeys that finished and ``(open)`` for those the log cuts off."""
    return Ends(names=(END, OPEN), of=owned((~journeys.finished).astype(np.int8)))


def flows(journeys: Journeys, *, ends: Ends | None = None) -> Flows:
    """Count the transitions of journeys, from ``(start)`` to their terminal.

    Parameters
    ----------
    journeys
        Counts are honoured; a journey of count 0 crosses nothing.
    ends
        Where each journey goes after its last touchpoint; by default `usual_ends`.

    Notes
    -----
    ``(start)`` leads to the first touchpoint of every journey, also of one that began before the
    log; an empty journey goes from ``(start)`` straight to its terminal. So what flows into a
    touchpoint flows out of it. O(m) while there are few touchpoints, else O(m log m).
    """
    ends = usual_ends(journeys) if ends is None else ends
    k = len(journeys.touchpoints)
    weights = counting.row_weights(journeys.offsets, journeys.counts)
    inner = counting.pair_counts(journeys.codes, journeys.offsets, k, weights)
    size = k + 1 + len(ends.names)
    keys, totals = _outer_totals(journeys, ends, size)
    keys = np.concatenate([inner.sources * size + inner.targets, keys])
    order = np.argsort(keys)
    return Flows(
        nodes=(*(touchpoint.key for touchpoint in journeys.touchpoints), START, *ends.names),
        sources=owned(keys[order] // size),
        targets=owned(keys[order] % size),
        totals=owned(np.concatenate([inner.totals, totals])[order]),
        ends=ends,
    )


def _outer_totals(journeys: Journeys, ends: Ends, size: int) -> tuple[Array, Array]:
    """Count the first and the last steps: their ``source * size + target``, and how often each."""
    k, width = len(journeys.touchpoints), len(ends.names)
    first, last = first_steps(journeys, ends), last_steps(journeys, ends)
    begun = _total(first.targets, journeys.counts, size)
    ended = _total(
        last.sources * width + (last.targets - k - 1), journeys.counts[last.owners], k * width
    )
    starts, stops = np.flatnonzero(begun), np.flatnonzero(ended)
    keys = np.concatenate([k * size + starts, stops // width * size + k + 1 + stops % width])
    return keys, np.concatenate([begun[starts], ended[stops]])


def _total(places: Array, counts: Array, size: int) -> Array:
    weights = None if bool((counts == 1).all()) else counts.astype(np.float64)
    return np.bincount(places, weights=weights, minlength=size).astype(np.int64)


@attrs.frozen(eq=False)
class Steps:
    """Single crossings: journey ``owners[i]`` goes from ``sources[i]`` to ``targets[i]``."""

    owners: Array
    sources: Array
    targets: Array


def first_steps(journeys: Journeys, ends: Ends) -> Steps:
    """Return each journey's step from ``(start)``, one a journey, in their order."""
    k = len(journeys.touchpoints)
    targets = k + 1 + ends.of.astype(np.int64)
    filled = np.flatnonzero(segments.lengths_of(journeys.offsets))
    targets[filled] = journeys.codes[journeys.offsets[:-1][filled]]
    count = len(journeys)
    return Steps(np.arange(count, dtype=np.int64), np.full(count, k, dtype=np.int64), targets)


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
        In their order, with all columns; each once, however often it goes from u to v. None when
        no journey does.

    Raises
    ------
    NotFoundError
        When there is no such touchpoint; the message proposes near ones.

    Notes
    -----
    A journey that goes from u to v by way of another touchpoint is not counted. Journeys of count
    0 are kept. O(m) in the number of interactions.

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
        begins: Array = filled.copy() if isinstance(target, int) else ~filled
        if isinstance(target, int):
            begins[filled] = codes[offsets[:-1][filled]] == target
            return begins
        return begins & _ends_in(journeys, target)
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
