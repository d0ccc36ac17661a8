"""Which sequences of touchpoints occur, and how often."""

from __future__ import annotations

from functools import partial

import attrs
import numpy as np

from touchpoints._core import checks
from touchpoints._core.arrays.segments import lengths_of
from touchpoints._core.frozen import Array
from touchpoints._core.tables import Estimated, column
from touchpoints.journeys.groups import by_group
from touchpoints.journeys.model import Journeys
from touchpoints.journeys.tie_breaking import (
    frequent_first,
    variants_of,
    ways_of,
)
from touchpoints.uncertainty import (
    units_of,
)
from touchpoints.uncertainty.cell_shares import (
    presence_shares,
)


@attrs.frozen(kw_only=True, repr=False)
class Variants(Estimated):
    """The distinct sequences of touchpoints: one row a variant, the most frequent first.

    Attributes
    ----------
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
    """

    value = "share"
    labels = ("variant",)

    variant: Array = column(object)
    journeys: Array = column(np.int64)
    share: Array = column(np.float64)
    low: Array = column(np.float64)
    high: Array = column(np.float64)
    cumulative: Array = column(np.float64)
    length: Array = column(np.int64)


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
    by, level
        Shared arguments: see `touchpoints.paths`.

    Returns
    -------
    Variants
        A table of variant, journeys, share, interval, cumulative share and length: the most
        frequent first, equally frequent ones in the order of their keys.

    Raises
    ------
    InvalidInputError
        When the level is no share, or ``top`` not an integer of at least 0.
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
    checks.level(level)
    return by_group(journeys, by, partial(_counted, top=top, level=level))


def _counted(journeys: Journeys, *, top: int | None, level: float) -> Variants:
    found = variants_of(journeys)
    groups, first, totals = found.of, found.first, found.totals(journeys.counts)
    order = frequent_first(totals, journeys, rows=first, top=top)
    order = order[totals[order] > 0]
    every = totals.sum()
    units = units_of(journeys, None)
    rows = np.arange(len(groups)), groups
    shares = presence_shares(units, journeys.counts, rows, size=len(first), level=level)
    return Variants(
        variant=ways_of(journeys, first[order]),
        journeys=totals[order],
        **shares.take(order).columns("share", ends=""),
        cumulative=np.cumsum(totals[order]) / max(every, 1),
        length=lengths_of(found.offsets)[order],
        level=level,
        **units.facts(),
    )
