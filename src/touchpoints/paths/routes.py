"""Which ways lead from one place to another, and how near journeys are to an ideal one."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import Literal

import attrs
import numpy as np

from touchpoints._core import (
    checks,
)
from touchpoints._core.arrays.distances.bit_distances import (
    common_lengths,
    edits_from,
)
from touchpoints._core.arrays.segments import (
    lengths_of,
)
from touchpoints._core.arrays.statistics.quantiles import (
    spreads,
)
from touchpoints._core.checks import (
    check_option,
)
from touchpoints._core.frozen import Array, text_array
from touchpoints._core.tables import Estimated, Grouped, column
from touchpoints.errors import InvalidInputError
from touchpoints.journeys.cutting import between, require_times
from touchpoints.journeys.groups import by_group
from touchpoints.journeys.model import Journeys, checked_journeys, take
from touchpoints.journeys.places.anchors import Place
from touchpoints.journeys.places.selectors import Selector, meant
from touchpoints.journeys.tie_breaking import (
    frequent_first,
    variants_of,
    ways_of,
)
from touchpoints.uncertainty import (
    units_of,
)
from touchpoints.uncertainty.cell_shares import presence_shares

First = Literal["frequent", "fastest"]
Measure = Literal["lcs", "edit"]


@attrs.frozen(kw_only=True, repr=False)
class Routes(Estimated):
    """The ways from one place to another; one row a way (and group).

    Attributes
    ----------
    route : object
        A tuple of the keys of touchpoints, both ends included.
    journeys : int64
        How many journeys took it.
    share, low, high : float64
        Their share of the journeys that got from the one to the other, and its interval.
    steps : int64
        How many steps it has.
    median_time : float64
        Median seconds from the first touchpoint to the last; nan without times.
    """

    value = "share"
    labels = ("route",)

    route: Array = column(object)
    journeys: Array = column(np.int64)
    share: Array = column(np.float64)
    low: Array = column(np.float64)
    high: Array = column(np.float64)
    steps: Array = column(np.int64)
    median_time: Array = column(np.float64)


@attrs.frozen(kw_only=True, repr=False)
class Similarity(Grouped):
    """How near each journey is to an ideal one; one row a journey (and group).

    Attributes
    ----------
    journey : object
        Its id.
    similarity : float64
        In [0, 1]; 1 where it is the ideal one, 0 where nothing of it is there.
    length : int64
        How many interactions it has.
    measure : str
        How it is measured.
    """

    value = "similarity"
    labels = ("journey",)

    journey: Array = column(object)
    similarity: Array = column(np.float64)
    length: Array = column(np.int64)
    measure: str


def routes(
    journeys: Journeys,
    start: Place,
    *,
    end: Place,
    first: First = "frequent",
    top: int | None = None,
    by: str | None = None,
    level: float = 0.95,
) -> Routes:
    """List the ways from one place to another, the most frequent or the fastest first.

    Parameters
    ----------
    start, end
        Touchpoints by key or type, facets, patterns or anchors.
    first
        ``"frequent"``: what most journeys took first, ties in the order of keys. ``"fastest"``: the
        smallest median time first, ties by frequency.
    top
        How many to list; all by default.
    by, level
        Shared arguments: see `touchpoints.paths`.

    Returns
    -------
    Routes
        A way goes from the first start in a journey to the first end behind it, as in `between`,
        matches of patterns included at either end; a journey has one, or none.

    Raises
    ------
    NotFoundError
        When there is no such touchpoint, column or facet.
    InvalidInputError
        When the fastest are wanted and there are no times.

    Notes
    -----
    The fastest of many rare routes is fast by luck: look at ``journeys`` beside the time. O(m).

    Examples
    --------
    >>> import touchpoints as tp
    >>> table = {"path": ["ad > visit > buy", "visit > cart > buy", "visit"], "n": [5, 3, 2]}
    >>> journeys = tp.from_paths(table, path="path", count="n")
    >>> found = tp.paths.routes(journeys, "visit", end="buy")
    >>> found.route.tolist(), found.share.tolist()
    ([('visit', 'buy'), ('visit', 'cart', 'buy')], [0.625, 0.375])
    """
    check_option("first", first, First)
    checks.level(level)
    top = checks.limit("top", top)
    if first == "fastest":
        require_times(journeys, "routes(first='fastest')")
    measure = partial(_routes, start=start, end=end, first=first, top=top, level=level)
    return by_group(journeys, by, measure)


def _routes(
    journeys: Journeys, *, start: Place, end: Place, first: First, top: int | None, level: float
) -> Routes:
    journeys = between(journeys, start, end=end)
    there = (lengths_of(journeys.offsets) > 0) & (journeys.counts > 0)
    journeys = take(journeys, np.flatnonzero(there))
    found = variants_of(journeys)
    groups, places = found.of, found.first
    units = units_of(journeys, None)
    rows = np.arange(len(groups)), groups
    shares = presence_shares(units, journeys.counts, rows, size=len(places), level=level)
    medians = _medians(journeys, groups, len(places))
    order = frequent_first(shares.totals, journeys, rows=places)
    if first == "fastest":
        order = order[np.argsort(medians[order], kind="stable")]
    order = order[:top]
    return Routes(
        route=ways_of(journeys, places[order]),
        journeys=shares.totals[order],
        **shares.take(order).columns("share", ends=""),
        steps=lengths_of(found.offsets)[order] - 1,
        median_time=medians[order],
        level=level,
        **units.facts(),
    )


def _medians(journeys: Journeys, groups: Array, size: int) -> Array:
    if journeys.times is None:
        return np.full(size, np.nan)
    stamps, offsets = journeys.times.view(np.int64), journeys.offsets
    times = stamps[offsets[1:] - 1] - stamps[offsets[:-1]]
    weights = journeys.counts.astype(np.float64)
    return spreads(groups, times, size, weights).quantile(0.5) / 1e6


def similarity_to(
    journeys: Journeys,
    ideal: Sequence[Selector],
    *,
    measure: Measure = "lcs",
    by: str | None = None,
) -> Similarity:
    """Say how near each journey is to an ideal one.

    Parameters
    ----------
    ideal
        The touchpoints of the ideal journey in their order: keys, types, facets, or several of
        which any fits.
    measure
        ``"lcs"``: the longest sequence both have, others left out, divided by the length of the
        longer of the two. ```"edit"``: 1 less the number of touchpoints to insert, delete or
        replace, divided likewise.
    by
        Shared arguments: see `touchpoints.paths`.

    Returns
    -------
    Similarity
        One row a journey, in their order (group by group).

    Raises
    ------
    InvalidInputError
        When the ideal is empty, or one text.
    NotFoundError
        When there is no such touchpoint, column or facet.

    Notes
    -----
    Both are 1 only for the ideal journey itself; an empty journey has 0. ``"edit"`` lets one
    touchpoint stand in for another at the price of one edit, ``"lcs"`` at that of two. Each
    distinct journey is compared once; O(p × m) for p touchpoints of the ideal.

    References
    ----------
    R. A. Wagner and M. J. Fischer (1974), The string-to-string correction problem, Journal of the
    ACM 21(1), 168-173, doi:10.1145/321796.321811.

    Examples
    --------
    >>> import touchpoints as tp
    >>> journeys = tp.from_paths(
    ...     {"path": ["visit > cart > buy", "visit > help > buy"]}, path="path"
    ... )
    >>> tp.paths.similarity_to(journeys, ["visit", "cart", "buy"]).similarity.round(3).tolist()
    [1.0, 0.667]
    """
    check_option("measure", measure, Measure)
    if isinstance(ideal, str):
        raise InvalidInputError(f"ideal is a sequence, not one text: ideal=[{ideal!r}, …]")
    if not len(ideal):
        raise InvalidInputError("an ideal journey needs at least one touchpoint")
    checked_journeys(journeys)
    fits = np.array([meant(journeys, one) for one in ideal]).reshape(len(ideal), -1)
    return by_group(journeys, by, partial(_similarity, fits=fits, measure=measure))


def _similarity(journeys: Journeys, *, fits: Array, measure: Measure) -> Similarity:
    variants = variants_of(journeys)
    longer = np.maximum(lengths_of(variants.offsets), len(fits))
    if measure == "lcs":
        found = common_lengths(variants.codes, variants.offsets, fits) / longer
    else:
        found = 1 - edits_from(variants.codes, variants.offsets, fits) / longer
    return Similarity(
        journey=text_array(journeys.ids.tolist()),
        similarity=found[variants.of],
        length=lengths_of(journeys.offsets),
        measure=measure,
    )
