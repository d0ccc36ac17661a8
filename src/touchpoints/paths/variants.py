"""Variants: the distinct sequences of touchpoints, with their frequencies."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

import attrs
import numpy as np

from touchpoints._core import checks
from touchpoints._core.arrays.segments import lengths_of
from touchpoints._core.checks import public
from touchpoints._core.frozen import Array
from touchpoints._core.tables import Estimated, column
from touchpoints.journeys.groups import by_group
from touchpoints.journeys.model import Journeys
from touchpoints.journeys.tie_breaking import (
    frequent_first,
    variant_keys,
    variants_of,
)
from touchpoints.uncertainty import (
    units_of,
)
from touchpoints.uncertainty.cell_shares import (
    facts_of,
    presence_shares,
)


@attrs.frozen(kw_only=True, repr=False)
class Variants(Estimated):
    """The distinct sequences of touchpoints; one row per variant, the most frequent first.

    ``as_dict()`` returns ``{variant: share}``; with groups, the keys begin with the group.

    Attributes
    ----------
    variant : object
        A tuple of the keys of touchpoints, in order of time; empty for empty journeys.
    journeys : int64
        Number of journeys with this variant.
    share : float64
        Their share of all journeys, in (0, 1].
    low, high : float64
        The confidence interval of the share.
    cumulative : float64
        Cumulative share: of this variant and those above it.
    length : int64
        Number of interactions.
    """

    main = "share"
    labels = ("variant",)

    variant: Array = column(object)
    journeys: Array = column(np.int64)
    share: Array = column(np.float64)
    low: Array = column(np.float64)
    high: Array = column(np.float64)
    cumulative: Array = column(np.float64)
    length: Array = column(np.int64)


@public
def variants(
    journeys: Journeys,
    *,
    top: int | None = None,
    by: str | Sequence[str] | None = None,
    level: float = 0.95,
) -> Variants:
    """Count the distinct sequences of touchpoints.

    Parameters
    ----------
    journeys
        Counts are honoured; variants that occur only in journeys of count 0 are not listed.
    top
        How many of the most frequent variants to list; all by default. Shares always refer to all
        journeys (of the group).
    by, level
        Shared arguments: see `touchpoints.paths`.

    Returns
    -------
    Variants
        A table of variant, journeys, share, interval, cumulative share and length: the most
        frequent first, ties by key.

    Raises
    ------
    InvalidInputError
        When ``level`` does not lie between 0 and 1, or ``top`` is not an integer of at least 0.
    NotFoundError
        When the column or facet does not exist.

    See Also
    --------
    variant_coverage : How many variants make up a given share of the journeys.
    rare_variants : The least frequent variants.
    routes : The variants between two places.

    Notes
    -----
    Two journeys have the same variant if they have the same touchpoints in the same order, repeats
    included; times, gaps and whether a journey is finished are ignored. Sequences are found by a
    64-bit hash and then compared exactly: a collision never merges two variants. Intervals are
    Wilson's; where persons are known, with an effective number of trials, because the journeys of
    one person are not independent (see `transitions`). Time is O(m) in the number of interactions;
    without ``top`` one tuple of text is made for each variant.

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
    # Only the variants listed need intervals.
    cells = np.full(len(first), -1, dtype=np.int64)
    cells[order] = np.arange(len(order))
    owners = np.flatnonzero(cells[groups] >= 0)
    rows = owners, cells[groups[owners]]
    shares = presence_shares(units, journeys.counts, rows, size=len(order), level=level)
    return Variants(
        variant=variant_keys(journeys, first[order]),
        journeys=totals[order],
        **shares.columns("share", ends=""),
        cumulative=np.cumsum(totals[order]) / max(every, 1),
        length=lengths_of(found.offsets)[order],
        level=level,
        **facts_of(units, shares),
    )
