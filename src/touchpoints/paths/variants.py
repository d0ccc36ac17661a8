"""Which sequences of touchpoints occur, and how often."""

from __future__ import annotations

from functools import partial
from typing import Any

import attrs
import numpy as np

from touchpoints._core.arrays.segments import lengths_of
from touchpoints._core.arrays.sequences import group_sequences, sequence_hash
from touchpoints._core.arrays.statistics.cluster_variance import ClusterSums, summed_runs
from touchpoints._core.frozen import Array
from touchpoints._core.tables import Table, column, optional_column
from touchpoints.journeys.groups import by_group
from touchpoints.journeys.model import Journeys
from touchpoints.journeys.tie_breaking import frequent_first, ways_of
from touchpoints.uncertainty import Clusters, checked_level, clusters_of, wilson


@attrs.frozen(kw_only=True, repr=False)
class Variants(Table):
    """The distinct sequences of touchpoints: one row a variant, the most frequent first.

    Attributes
    ----------
    group : object, optional
        The group, where ``by`` was given.
    variant : object
        A tuple of the keys of touchpoints, in order of time; empty for empty journeys.
    journeys : int64
        How many journeys went this way.
    share : float64
        Their share of all journeys, in (0, 1].
    low, high : float64
        The ends of the interval of the share.
    cumulative : float64
        The share of this variant and those before it.
    length : int64
        How many interactions it has.
    level : float
        The level of the intervals.
    unit : str
        What was taken to be independent: ``"person"`` or ``"journey"``.
    """

    group: Array | None = optional_column(object)
    variant: Array = column(object)
    journeys: Array = column(np.int64)
    share: Array = column(np.float64)
    low: Array = column(np.float64)
    high: Array = column(np.float64)
    cumulative: Array = column(np.float64)
    length: Array = column(np.int64)
    level: float
    unit: str

    def as_dict(self) -> dict[tuple[Any, ...], float]:
        """Return the share of each variant; with groups, of each (group, variant)."""
        return self._labelled(self.share, self.variant)


def variants(
    journeys: Journeys, *, top: int | None = None, by: str | None = None, level: float = 0.95
) -> Variants:
    """Count the distinct sequences of touchpoints.

    Parameters
    ----------
    journeys
        Counts are honoured; what only journeys of count 0 did is not listed.
    top
        How many of the most frequent variants to list; all by default. Shares are of all journeys
        (of the group) in any case.
    by
        A per-journey column, facet or per-interaction column to group by.
    level
        How often intervals like these cover the true share, in (0, 1).

    Returns
    -------
    Variants
        A table of variant, journeys, share, interval, cumulative share and length: the most
        frequent first, equally frequent ones in the order of their keys.

    Raises
    ------
    InvalidInputError
        When the level is no share, or ``top`` no whole number of 0 or more.
    NotFoundError
        When there is no such column or facet.

    Notes
    -----
    Two journeys are of one variant when they have the same touchpoints in the same order, repeats
    included; times, gaps and whether a journey is finished play no part. Sequences are found by a
    64-bit hash and then compared exactly: a collision never merges two variants. Intervals are
    those of Wilson; where persons are known, with an effective number of trials, because the
    journeys of one person are not independent (see `transitions`). Time is O(m) in the number of
    interactions; without ``top`` one tuple of text is made for each variant.

    Examples
    --------
    >>> import touchpoints as tp
    >>> journeys = tp.from_paths({"path": ["search > buy", "search", "search > buy"]}, path="path")
    >>> tp.paths.variants(journeys)
    Variants: 2 rows, level 0.95, unit journey
    variant       journeys   share      low    high  cumulative  length
    search > buy         2  0.6667   0.2077  0.9385      0.6667       2
    search               1  0.3333  0.06149  0.7923           1       1
    """
    checked_level(level)
    return by_group(journeys, by, partial(_counted, top=top, level=level))


def _counted(journeys: Journeys, *, top: int | None, level: float) -> Variants:
    k = len(journeys.touchpoints)
    hashes = sequence_hash(journeys.codes, journeys.offsets, k)
    groups, first = group_sequences(journeys.codes, journeys.offsets, hashes=hashes)
    totals = np.bincount(groups, journeys.counts, len(first)).astype(np.int64)
    order = frequent_first(totals, journeys, rows=first, top=top)
    order = order[totals[order] > 0]
    every = totals.sum()
    clusters = clusters_of(journeys, None)
    sizes = np.full(len(first), every) if clusters.unit == "journey" else _sizes(groups, clusters)
    share = totals[order] / every if every else np.empty(0)
    low, high = wilson(share * sizes[order], sizes[order], level=level)
    return Variants(
        variant=ways_of(journeys, first[order]),
        journeys=totals[order],
        share=share,
        low=low,
        high=high,
        cumulative=np.cumsum(totals[order]) / max(every, 1),
        length=lengths_of(journeys.offsets)[first[order]],
        level=level,
        unit=clusters.unit,
    )


def _sizes(groups: Array, clusters: Clusters) -> Array:
    """Return how many independent trials the share of each variant has."""
    size = int(groups.max(initial=-1)) + 1
    key, amounts = summed_runs(clusters.of * size + groups, clusters.within)
    sums = ClusterSums(np.zeros(size, dtype=np.int64))
    sums.add(key // size, key % size, amounts, clusters.repeats[key // size])
    return sums.effective_sizes()
