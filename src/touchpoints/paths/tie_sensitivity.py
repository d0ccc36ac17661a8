"""Sensitivity of transition counts to the order of interactions at equal times."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import attrs
import numpy as np

from touchpoints._core.arrays.segments import lengths_of, offsets_of, owners_of, rows_of
from touchpoints._core.arrays.sequences.tie_bounds import (
    NOTHING,
    Portions,
    Regions,
    edge_bounds,
    portions_of,
)
from touchpoints._core.arrays.sorting.ranking import most_frequent
from touchpoints._core.checks import public
from touchpoints._core.frozen import Array, text_array
from touchpoints._core.progress import Progress, reporting
from touchpoints._core.tables import Grouped, column
from touchpoints.graphs.flows import Flows, flows
from touchpoints.journeys.cutting import require_times
from touchpoints.journeys.groups import parts_by, stack
from touchpoints.journeys.model import Journeys
from touchpoints.journeys.tie_breaking import key_ranks

_WHAT = "order_sensitivity"


@attrs.frozen(kw_only=True, repr=False)
class OrderSensitivity(Grouped):
    """Bounds of the count of each transition over all orders of ties; one row per edge.

    Attributes
    ----------
    source, target : object
        Keys of touchpoints, or ``"(start)"``, ``"(end)"``, ``"(open)"``.
    count : int64
        Number of occurrences in the order of the log; 0 for a transition that occurs only in
        another order.
    lowest, highest : int64
        The smallest and largest count over all orders of interactions at equal times.
    probability : float64
        Share of all transitions from the source, in [0, 1].
    lowest_probability, highest_probability : float64
        The smallest and largest value of that share.
    undetermined : int64
        How many of ``count`` begin or end among different touchpoints at the same time.
    """

    source: Array = column(object)
    target: Array = column(object)
    count: Array = column(np.int64)
    lowest: Array = column(np.int64)
    highest: Array = column(np.int64)
    probability: Array = column(np.float64)
    lowest_probability: Array = column(np.float64)
    highest_probability: Array = column(np.float64)
    undetermined: Array = column(np.int64)

    @property
    def undetermined_share(self) -> float:
        """The share of all transitions, in [0, 1], that another order of ties could change.

        With groups, the share of the transitions of all groups together.
        """
        total = int(self.count.sum())
        return int(self.undetermined.sum()) / total if total else float("nan")

    def undetermined_shares(self) -> dict[Any, float]:
        """Return {group: undetermined share}; without groups the key is None."""
        groups = [None] * len(self) if self.group is None else self.group.tolist()
        known = [None] if self.group is None else list(dict.fromkeys(groups))
        positions = {label: position for position, label in enumerate(known)}
        of = np.array([positions[label] for label in groups], dtype=np.int64)
        loose, every = (
            np.bincount(of, one, len(positions)) for one in (self.undetermined, self.count)
        )
        with np.errstate(invalid="ignore"):
            return dict(zip(positions, (loose / every).tolist(), strict=True))

    def as_dict(self) -> dict[tuple[Any, ...], float]:
        """Return {(source, target): width of the bounds of the probability}.

        With groups the keys are (group, source, target).
        """
        width = self.highest_probability - self.lowest_probability
        return self._labelled(width, self.source, self.target)


@public
def order_sensitivity(
    journeys: Journeys, *, by: str | Sequence[str] | None = None, progress: Progress = False
) -> OrderSensitivity:
    """Compute exact bounds of transition counts over all orders of interactions at equal times.

    Parameters
    ----------
    journeys
        Journeys with times. Counts are honoured.
    by, progress
        Shared arguments: see `touchpoints.paths`. A unit of progress is a batch of tied
        interactions.

    Returns
    -------
    OrderSensitivity
        All transitions that occur in the order of the log or in another order that the times allow,
        the most frequent first; ties by key, terminals last.

    Raises
    ------
    NotFoundError
        When the column or facet does not exist.
    InvalidInputError
        When the journeys have no times.

    See Also
    --------
    transitions : Transition counts in the order of the log, with confidence intervals.

    Notes
    -----
    Interactions of a journey at exactly the same time may have happened in any order; the order of
    the log (that of its rows, or of a tiebreak column) is one of the possible orders. The bounds
    are exact: for each edge some order of all ties gives the lowest count and some order gives the
    highest. They hold for one edge at a time: no single order reaches all of them. How often a
    source occurs does not depend on the order, so the bounds of the probabilities are exact as
    well.

    The bounds are computed by dynamic programming over the times of each journey at which different
    touchpoints tie; sequences of such times that are alike are computed once. The cost of a time is
    the number of pairs of touchpoints at it and at the times beside it: two million interactions
    take ten seconds in a log of whole days in which most interactions tie, and a second in a log
    with few ties.

    Examples
    --------
    >>> import touchpoints as tp
    >>> days = [("2026-01-01", "visit"), ("2026-01-02", "call"), ("2026-01-02", "buy")]
    >>> rows = [{"who": "ana", "t": day, "w": what} for day, what in days]
    >>> journeys = tp.from_records(rows, journey="who", time="t", touchpoint="w")
    >>> found = tp.paths.order_sensitivity(journeys)
    >>> rows = found.to_dicts()
    >>> [(row["source"], row["target"], row["lowest"], row["highest"]) for row in rows[:2]]
    [('buy', '(end)', 0, 1), ('call', 'buy', 0, 1)]
    >>> found.undetermined_share
    0.75
    """
    require_times(journeys, "order_sensitivity")
    logs, groups = ([journeys], None) if by is None else parts_by(journeys, by)
    parts = [_prepared(log) for log in logs]
    with reporting(progress, sum(len(part) for _, _, part in parts), what=_WHAT) as advance:
        tables = [_sensitivity(*one, advance) for one in zip(logs, parts, strict=True)]
    return tables[0] if groups is None else stack(tables, groups.labels, names=groups.names)


_Prepared = tuple[Flows, "_Ties", Portions]


def _prepared(journeys: Journeys) -> _Prepared:
    """Return the flows, the ties, and the batches of ties to compute bounds for."""
    found, ties = flows(journeys), _ties(journeys)
    regions, owners = _regions(journeys, ties)
    return found, ties, portions_of(regions, journeys.counts[owners], len(found.nodes))


def _sensitivity(
    journeys: Journeys, prepared: _Prepared, advance: Callable[[], None]
) -> OrderSensitivity:
    found, ties, portions = prepared
    size, bounds = len(found.nodes), edge_bounds(portions, advance)
    seen = _undetermined(journeys, ties, size)
    counted = found.sources * size + found.targets
    keys = np.union1d(counted, bounds.keys[bounds.most > 0])

    def spread(known: Array, values: Array) -> Array:
        answer = np.zeros(len(keys), dtype=np.int64)
        there = np.isin(known, keys)
        answer[np.searchsorted(keys, known[there])] = values[there]
        return answer

    count, open_ = spread(counted, found.totals), spread(*seen)
    lowest = count - open_ + spread(bounds.keys, bounds.least)
    highest = count - open_ + spread(bounds.keys, bounds.most)
    leaving = np.bincount(keys // size, count, size)[keys // size]
    ranks = key_ranks(journeys, terminals=size - len(journeys.touchpoints))
    order = most_frequent(count, None, ranks[keys // size], ranks[keys % size])
    nodes = text_array(found.nodes)
    return OrderSensitivity(
        source=nodes[(keys // size)[order]],
        target=nodes[(keys % size)[order]],
        count=count[order],
        lowest=lowest[order],
        highest=highest[order],
        probability=(count / leaving)[order],
        lowest_probability=(lowest / leaving)[order],
        highest_probability=(highest / leaving)[order],
        undetermined=open_[order],
    )


@attrs.frozen(eq=False, kw_only=True)
class _Ties:
    """Blocks of interactions of a journey at the same time.

    Attributes
    ----------
    bounds : int64 (b + 1,)
        Block b owns the rows ``bounds[b]:bounds[b + 1]``.
    owners : int64 (b,)
        The journey of each block.
    mixed : bool (b,)
        Whether each block has different touchpoints.
    """

    bounds: Array
    owners: Array
    mixed: Array


def _ties(journeys: Journeys) -> _Ties:
    codes, times = journeys.codes, require_times(journeys, "order_sensitivity")
    fresh = np.ones(len(codes), dtype=bool)
    if len(codes):
        np.not_equal(times[1:], times[:-1], out=fresh[1:])
        fresh[journeys.offsets[:-1][lengths_of(journeys.offsets) > 0]] = True
    starts = np.flatnonzero(fresh)
    differs = np.zeros(len(codes), dtype=bool)
    if len(codes):
        np.not_equal(codes[1:], codes[:-1], out=differs[1:])
        differs &= ~fresh
    mixed = np.zeros(len(starts), dtype=bool)
    mixed[np.searchsorted(starts, np.flatnonzero(differs), side="right") - 1] = True
    owners = owners_of(journeys.offsets)[starts].astype(np.int64)
    return _Ties(bounds=np.append(starts, len(codes)), owners=owners, mixed=mixed)


def _terminals(journeys: Journeys) -> tuple[Array, Array]:
    """Return the terminal before and the terminal after each journey, -1 for none."""
    k = len(journeys.touchpoints)
    return np.where(journeys.began, k, NOTHING), np.where(journeys.finished, k + 1, k + 2)


def _regions(journeys: Journeys, ties: _Ties) -> tuple[Regions, Array]:
    """Return the runs of consecutive mixed blocks, and the journey of each run."""
    mixed, owners = ties.mixed, ties.owners
    joined = np.zeros(len(mixed) + 1, dtype=bool)
    joined[1:-1] = mixed[1:] & mixed[:-1] & (owners[1:] == owners[:-1])
    first = np.flatnonzero(mixed & ~joined[:-1])
    last = np.flatnonzero(mixed & ~joined[1:])
    chosen = np.flatnonzero(mixed)
    rows = rows_of(ties.bounds, chosen)
    lengths = lengths_of(ties.bounds)[chosen]
    inside = journeys.codes[rows].astype(np.int64)
    inside = inside[np.lexsort((inside, np.repeat(chosen, lengths)))]
    before, after = _terminals(journeys)
    whose, offsets = owners[first], journeys.offsets
    start, stop = ties.bounds[first], ties.bounds[last + 1]
    codes = np.append(journeys.codes, 0).astype(np.int64)
    regions = Regions(
        codes=inside,
        rows=offsets_of(lengths),
        blocks=offsets_of(last - first + 1),
        left=np.where(start == offsets[:-1][whose], before[whose], codes[start - 1]),
        right=np.where(stop == offsets[1:][whose], after[whose], codes[stop]),
    )
    return regions, whose


def _undetermined(journeys: Journeys, ties: _Ties, size: int) -> tuple[Array, Array]:
    """Return the edges into, out of and within mixed blocks in the log's order, with counts."""
    codes, offsets = journeys.codes.astype(np.int64), journeys.offsets
    loose = np.repeat(ties.mixed, lengths_of(ties.bounds))
    inner = np.flatnonzero(loose[:-1] | loose[1:]) if len(codes) else np.empty(0, np.int64)
    owners = owners_of(offsets).astype(np.int64)
    inner = inner[owners[inner] == owners[inner + 1]]
    before, after = _terminals(journeys)
    filled = np.flatnonzero(lengths_of(offsets))
    first, last = offsets[:-1][filled], offsets[1:][filled] - 1
    begins = loose[first] & (before[filled] != NOTHING)
    ends = loose[last]
    keys = np.concatenate(
        [
            codes[inner] * size + codes[inner + 1],
            before[filled][begins] * size + codes[first[begins]],
            codes[last[ends]] * size + after[filled][ends],
        ]
    )
    whose = np.concatenate([owners[inner], filled[begins], filled[ends]])
    known, positions = np.unique(keys, return_inverse=True)
    return known, np.bincount(positions, journeys.counts[whose], len(known)).astype(np.int64)
