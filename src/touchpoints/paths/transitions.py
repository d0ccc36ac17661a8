"""Directly-follows counts and transition probabilities between touchpoints."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from functools import partial

import attrs
import numpy as np

from touchpoints._core import checks
from touchpoints._core.arrays.counting import DENSE, inner_boundaries, sum_by_key
from touchpoints._core.arrays.segments import lengths_of
from touchpoints._core.arrays.statistics.cluster_variance import (
    ClusterSums,
    runs,
    summed_runs,
)
from touchpoints._core.checks import public
from touchpoints._core.frozen import Array, text_array
from touchpoints._core.tables import Estimated, column
from touchpoints.graphs.flows import (
    START,
    Ends,
    Flows,
    first_transitions,
    flows,
    last_transitions,
    usual_ends,
)
from touchpoints.journeys.group_parts import InOrder
from touchpoints.journeys.groups import all_groups
from touchpoints.journeys.model import Journeys
from touchpoints.journeys.tie_breaking import key_ranks
from touchpoints.uncertainty import Units
from touchpoints.uncertainty.cell_shares import with_interval
from touchpoints.uncertainty.grouped_units import grouped_units

_BLOCK = 1 << 20


@attrs.frozen(kw_only=True, repr=False)
class Transitions(Estimated):
    """Directly-follows counts and probabilities; one row per edge, the most frequent first.

    ``as_dict()`` returns ``{(source, target): probability}``; with groups, the keys begin with the
    group.

    Attributes
    ----------
    source, target : object
        Keys of touchpoints, or ``"(start)"``, ``"(end)"``, ``"(open)"``.
    count : int64
        Number of occurrences of the transition.
    probability : float64
        Its share of all transitions from the source, in (0, 1].
    low, high : float64
        The confidence interval of the probability.
    journeys : int64
        Number of journeys with at least one occurrence.
    """

    main = "probability"
    labels = ("source", "target")

    source: Array = column(object)
    target: Array = column(object)
    count: Array = column(np.int64)
    probability: Array = column(np.float64)
    low: Array = column(np.float64)
    high: Array = column(np.float64)
    journeys: Array = column(np.int64)


@public
def transitions(
    journeys: Journeys,
    *,
    level: float = 0.95,
    top: int | None = None,
    by: str | Sequence[str] | None = None,
) -> Transitions:
    """Count directly-follows transitions and estimate their probabilities.

    Parameters
    ----------
    journeys
        Counts are honoured; a journey of count 0 has no transitions.
    top
        How many of the most frequent transitions to list; all by default. Probabilities always
        refer to all transitions (of the group).
    by, level
        Shared arguments: see `touchpoints.paths`.

    Returns
    -------
    Transitions
        A table of source, target, count, probability, interval and journeys: the most frequent
        first, ties by key, terminals last.

    Raises
    ------
    InvalidInputError
        When ``level`` does not lie between 0 and 1, or ``top`` is not an integer of at least 0.

    See Also
    --------
    transition_graph : The same transitions as a networkx graph.
    ngrams : Sequences of more than two consecutive touchpoints.
    order_sensitivity : How much these counts depend on the order of interactions at equal times.

    Notes
    -----
    A journey begins with a transition from ``(start)``, unless it began before the log, and ends
    with a transition to ``(end)``, or to ``(open)`` where the log cuts it off, as in
    `transition_graph`. The denominator of a probability is the number of all transitions from the
    source, those to terminals included; the probabilities sum to 1 for each source. A transition
    from a touchpoint to itself counts.

    Intervals are Wilson's with an effective number of trials, because the transitions of one person
    (of one journey, where persons are not known) are not independent: the number of transitions
    from the source divided by the design effect of those units, with t instead of z where there
    are few units. If each person passes the source once, they are the plain intervals of `wilson`.
    `bootstrap` gives intervals without such a formula. O(m log m) in the number of interactions.

    References
    ----------
    E. L. Korn and B. I. Graubard (1998), Confidence intervals for proportions with small expected
    number of positive counts estimated from survey data, Survey Methodology 24(2), 193-201;
    N. Dean and M. Pagano (2015), Evaluating confidence interval methods for binomial proportions
    in clustered surveys, Journal of Survey Statistics and Methodology 3(4), 484-503,
    doi:10.1093/jssam/smv024.

    Examples
    --------
    >>> import touchpoints as tp
    >>> journeys = tp.from_paths(
    ...     {"path": ["search > buy", "search > leave"], "n": [30, 10]}, path="path", count="n"
    ... )
    >>> tp.paths.transitions(journeys, top=3)
    Transitions: 3 rows, level 0.95, unit journey
    source   target  count  probability     low    high  journeys
    (start)  search     40            1  0.9124       1        40
    buy      (end)      30            1  0.8865       1        30
    search   buy        30         0.75  0.5981  0.8581        30
    """
    checks.level(level)
    top = checks.limit("top", top)
    return all_groups(journeys, by, partial(_counted, level=level, top=top))


def _counted(ordered: InOrder, *, level: float, top: int | None) -> tuple[Transitions, Array]:
    """Return the transitions of each group, and the group of each row."""
    journeys, grouped = ordered.journeys, grouped_units(ordered)
    found = flows(journeys) if ordered.size == 1 else _flows_of_groups(ordered)
    width = len(found.nodes)
    crossing, sums = _spread(ordered, found, grouped.units)
    share, sizes = sums.shares, sums.effective_trials(level)
    shares = with_interval(found.totals, share, sizes, level=level, behind=sums.behind())
    ranks = key_ranks(journeys, terminals=width - len(journeys.touchpoints))
    of, sources = found.sources // width, found.sources % width
    order = np.lexsort((ranks[sources] * width + ranks[found.targets], -found.totals, of))
    if top is not None:
        begun = np.searchsorted(of, of[order])  # edges are sorted by group, so are the rows
        order = order[np.arange(len(order)) - begun < top]
    nodes, shares = text_array(found.nodes), shares.take(order)
    table = Transitions(
        source=nodes[sources[order]],
        target=nodes[found.targets[order]],
        count=found.totals[order],
        **shares.columns("probability", ends=""),
        journeys=crossing[order],
        level=level,
        **grouped.facts(shares),
    )
    return table, of[order]


def _flows_of_groups(ordered: InOrder) -> Flows:
    """Return the flows of each group: source ``group * len(nodes) + node``, targets as they are."""
    journeys, ends = ordered.journeys, usual_ends(ordered.journeys)
    nodes = (*(one.key for one in journeys.touchpoints), START, *ends.names)
    size, plain = len(nodes), bool((journeys.counts == 1).all())
    keys, totals = [np.empty(0, np.int64)], [np.empty(0, np.int64)]
    for owners, sources, targets in _steps(ordered, ends, size):
        weights = None if plain else journeys.counts[owners].astype(np.float64)
        key, total = sum_by_key(sources * size + targets, weights)
        keys.append(key)
        totals.append(total)
    weights = np.concatenate(totals).astype(np.float64)
    key, total = sum_by_key(np.concatenate(keys), weights)
    return Flows(nodes=nodes, sources=key // size, targets=key % size, totals=total, ends=ends)


def _spread(ordered: InOrder, found: Flows, units: Units) -> tuple[Array, ClusterSums]:
    """Return the number of journeys with each edge, and sums over units for its share."""
    size, counts = len(found.totals), ordered.journeys.counts
    crossing = np.zeros(size, dtype=np.int64)
    _, groups = np.unique(found.sources, return_inverse=True)
    sums = ClusterSums(groups, found.totals)
    apart = units.unit == "journey"
    keys: list[Array] = [np.empty(0, np.int64)]
    weights: list[Array] = [np.empty(0)]
    for owners, edges, times in _taken(ordered, found):
        real = counts[owners]
        crossing += np.bincount(edges, real, size).astype(np.int64)
        if apart:
            sums.add(owners, edges, times, real)
        else:
            keys.append(units.of[owners] * size + edges)
            weights.append(times * units.within[owners])
    if not apart:
        key, amounts = summed_runs(np.concatenate(keys), np.concatenate(weights))
        sums.add(key // size, key % size, amounts, units.repeats[key // size])
    return crossing, sums


def _taken(ordered: InOrder, found: Flows) -> Iterator[tuple[Array, Array, Array]]:
    """Yield (journeys, edges, occurrences of the edge in the journey), by blocks of journeys.

    Owners are in increasing order, and so are the edges of an owner. Edges that no real journey has
    are left out.
    """
    number, size = _numbering(found, ordered.size), len(found.totals)
    for owners, sources, targets in _steps(ordered, found.ends, len(found.nodes)):
        taken = number(sources, targets)
        known = taken >= 0
        key, times = runs(owners[known] * size + taken[known])
        yield key // size, key % size, times


def _steps(ordered: InOrder, ends: Ends, width: int) -> Iterator[tuple[Array, Array, Array]]:
    """Yield (journeys, sources, targets) of all transitions, by blocks of journeys.

    To a source ``width`` is added for each group before that of its journey.
    """
    journeys, shift = ordered.journeys, ordered.of * width
    offsets, codes = journeys.offsets, journeys.codes
    first, last = first_transitions(journeys, ends), last_transitions(journeys, ends)
    for start, stop in _blocks(offsets):
        part = codes[offsets[start] : offsets[stop]]
        bounds = offsets[start : stop + 1] - offsets[start]
        inner = np.ones(max(len(part) - 1, 0), dtype=bool)
        inner[inner_boundaries(bounds)] = False
        owners = np.repeat(np.arange(start, stop), lengths_of(bounds))
        begin = slice(*np.searchsorted(first.owners, (start, stop)))
        end = slice(*np.searchsorted(last.owners, (start, stop)))
        owners = np.concatenate([owners[:-1][inner], first.owners[begin], last.owners[end]])
        sources = np.concatenate([part[:-1][inner], first.sources[begin], last.sources[end]])
        targets = np.concatenate([part[1:][inner], first.targets[begin], last.targets[end]])
        yield owners, sources + shift[owners], targets


def _blocks(offsets: Array) -> Iterator[tuple[int, int]]:
    """Yield (start, stop) of blocks of journeys with about ``_BLOCK`` interactions each."""
    count = len(offsets) - 1
    start = 0
    while start < count:
        reach = int(np.searchsorted(offsets, offsets[start] + _BLOCK, side="right")) - 1
        stop = min(max(reach, start + 1), start + _BLOCK, count)
        yield start, stop
        start = stop


def _numbering(found: Flows, groups: int) -> Callable[[Array, Array], Array]:
    """Return a function from sources and targets to the index of their edge, -1 for none."""
    size = len(found.nodes)
    keys = found.sources * size + found.targets
    if groups * size * size <= DENSE or not len(keys):
        table = np.full(groups * size * size, -1, dtype=np.int64)
        table[keys] = np.arange(len(keys))
        return lambda sources, targets: table[sources * size + targets]

    def search(sources: Array, targets: Array) -> Array:
        wanted = sources * size + targets
        positions = np.minimum(np.searchsorted(keys, wanted), len(keys) - 1)
        return np.where(keys[positions] == wanted, positions, -1)

    return search
