"""Variants between two places, and the similarity of journeys to an ideal journey."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import ClassVar, Literal

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
    public,
)
from touchpoints._core.frozen import Array, text_array
from touchpoints._core.opening_hours import Clock, OpeningHours
from touchpoints._core.tables import Estimated, Grouped, column
from touchpoints._core.time_units import TimeUnit, WithUnit, in_unit
from touchpoints.errors import InvalidInputError
from touchpoints.journeys.cutting import between, require_times
from touchpoints.journeys.groups import by_group
from touchpoints.journeys.model import Journeys, checked_journeys, take
from touchpoints.journeys.places.anchors import Place
from touchpoints.journeys.places.selectors import Selector, meant
from touchpoints.journeys.tie_breaking import (
    frequent_first,
    variant_keys,
    variants_of,
)
from touchpoints.paths._shared.clocks import journey_clock
from touchpoints.uncertainty import (
    units_of,
)
from touchpoints.uncertainty.cell_shares import facts_of, presence_shares

First = Literal["frequent", "fastest"]
Method = Literal["lcs", "edit"]


@attrs.frozen(kw_only=True, repr=False)
class Routes(WithUnit, Estimated):
    """The variants between two places; one row per variant (and group).

    ``as_dict()`` returns ``{route: share}``; with groups, the keys begin with the group.

    Attributes
    ----------
    route : object
        A tuple of the keys of touchpoints, start and end included.
    journeys : int64
        Number of journeys with this variant.
    share, low, high : float64
        Their share of the journeys that go from the start to the end, and its interval.
    steps : int64
        Number of transitions: touchpoints less 1.
    median_time : float64
        Median time from the first touchpoint to the last; nan without times.
    time_unit, opening : str, OpeningHours or None
        The unit of ``median_time``, and the opening hours that it counts, if not all time counts.
    """

    main = "share"
    labels = ("route",)
    durations: ClassVar[tuple[str, ...]] = ("median_time",)

    route: Array = column(object)
    journeys: Array = column(np.int64)
    share: Array = column(np.float64)
    low: Array = column(np.float64)
    high: Array = column(np.float64)
    steps: Array = column(np.int64)
    median_time: Array = column(np.float64)
    time_unit: str = attrs.field(default="seconds", repr=False)
    opening: OpeningHours | None = attrs.field(default=None, repr=False)


@attrs.frozen(kw_only=True, repr=False)
class Similarity(Grouped):
    """Similarity of each journey to an ideal journey; one row per journey (and group).

    ``as_dict()`` returns ``{journey: similarity}``; with groups, the keys begin with the group.

    Attributes
    ----------
    journey : object
        The id of the journey.
    similarity : float64
        In [0, 1]; 1 for the ideal journey, 0 for a journey that has no touchpoint of it.
    length : int64
        Number of interactions.
    method : str
        The similarity used: ``"lcs"`` or ``"edit"``.
    """

    main = "similarity"
    labels = ("journey",)

    journey: Array = column(object)
    similarity: Array = column(np.float64)
    length: Array = column(np.int64)
    method: str


@public
def routes(
    journeys: Journeys,
    start: Place,
    *,
    end: Place,
    first: First = "frequent",
    top: int | None = None,
    by: str | Sequence[str] | None = None,
    level: float = 0.95,
    hours: OpeningHours | None = None,
    unit: TimeUnit = "seconds",
) -> Routes:
    """List the variants between two places, the most frequent or the fastest first.

    Parameters
    ----------
    start, end
        Touchpoints by key or type, facets, patterns or anchors.
    first
        ``"frequent"``: sort by the number of journeys, the largest first, ties by key.
        ``"fastest"``: sort by median time, the shortest first, ties by frequency.
    top
        How many variants to list; all by default.
    by, level, hours, unit
        Shared arguments: see `touchpoints.paths`.

    Returns
    -------
    Routes
        One row per variant. It runs from the first start in a journey to the first end after it, as
        in `between`, and includes whole matches of patterns at either end. A journey contributes
        one variant or none.

    Raises
    ------
    NotFoundError
        When the touchpoint, the column or the facet does not exist.
    InvalidInputError
        When ``first="fastest"`` and the journeys have no times.

    See Also
    --------
    between : Cut journeys to the part between two places.
    conversion : The share of journeys that go from one place to another.
    variants : The variants of whole journeys.

    Notes
    -----
    The fastest of many rare variants is fast by chance: read ``journeys`` together with
    ``median_time``. O(m).

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
    check_option("unit", unit, TimeUnit)
    of_group = partial(
        _routes,
        start=start,
        end=end,
        first=first,
        top=top,
        level=level,
        clock=journey_clock(journeys, hours),
    )
    return in_unit(attrs.evolve(by_group(journeys, by, of_group), opening=hours), unit)


def _routes(
    journeys: Journeys,
    *,
    start: Place,
    end: Place,
    first: First,
    top: int | None,
    level: float,
    clock: Clock,
) -> Routes:
    journeys = between(journeys, start, end=end)
    there = (lengths_of(journeys.offsets) > 0) & (journeys.counts > 0)
    journeys = take(journeys, np.flatnonzero(there))
    found = variants_of(journeys)
    groups, firsts = found.of, found.first
    units = units_of(journeys, None)
    rows = np.arange(len(groups)), groups
    shares = presence_shares(units, journeys.counts, rows, size=len(firsts), level=level)
    medians = _medians(journeys, groups, len(firsts), clock=clock)
    order = frequent_first(shares.totals, journeys, rows=firsts)
    if first == "fastest":
        order = order[np.argsort(medians[order], kind="stable")]
    order = order[:top]
    shares = shares.take(order)
    return Routes(
        route=variant_keys(journeys, firsts[order]),
        journeys=shares.totals,
        **shares.columns("share", ends=""),
        steps=lengths_of(found.offsets)[order] - 1,
        median_time=medians[order],
        level=level,
        **facts_of(units, shares),
    )


def _medians(journeys: Journeys, groups: Array, size: int, *, clock: Clock) -> Array:
    if journeys.times is None:
        return np.full(size, np.nan)
    stamps, offsets = clock(journeys.times.view(np.int64)), journeys.offsets
    times = stamps[offsets[1:] - 1] - stamps[offsets[:-1]]
    weights = journeys.counts.astype(np.float64)
    return spreads(groups, times, size, weights).quantile(0.5) / 1e6


@public
def similarity_to(
    journeys: Journeys,
    ideal: Sequence[Selector],
    *,
    method: Method = "lcs",
    by: str | Sequence[str] | None = None,
) -> Similarity:
    """Compute the similarity of each journey to an ideal journey, by LCS or edit distance.

    Parameters
    ----------
    ideal
        The touchpoints of the ideal journey in order: keys, types, facets, or alternatives of which
        any may occur.
    method
        ``"lcs"``: the length of the longest common subsequence divided by the length of the longer
        of the two journeys. ``"edit"``: 1 minus the edit distance (insertions, deletions and
        substitutions of touchpoints) divided by the same length.
    by
        Shared arguments: see `touchpoints.paths`.

    Returns
    -------
    Similarity
        One row per journey, in the order of the log (group by group).

    Raises
    ------
    InvalidInputError
        When ``ideal`` is empty, or a string instead of a sequence.
    NotFoundError
        When the touchpoint, the column or the facet does not exist.

    See Also
    --------
    distances : Pairwise distances between all variants.
    journey_conformance : Compare each journey with a plan instead of a single sequence.

    Notes
    -----
    Both similarities are 1 only for the ideal journey itself; an empty journey has 0. With
    ``"edit"`` a substitution costs one edit, with ``"lcs"`` it costs two (a deletion and an
    insertion). Each variant is compared once; O(p × m) for an ideal journey of p touchpoints.

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
    check_option("method", method, Method)
    if isinstance(ideal, str):
        raise InvalidInputError(
            f"ideal must be a sequence of touchpoints, got {ideal!r}",
            mend=f"write ideal=[{ideal!r}, …]",
        )
    if not len(ideal):
        raise InvalidInputError("ideal must have at least one touchpoint, got none")
    checked_journeys(journeys)
    fits = np.array([meant(journeys, one) for one in ideal]).reshape(len(ideal), -1)
    return by_group(journeys, by, partial(_similarity, fits=fits, method=method))


def _similarity(journeys: Journeys, *, fits: Array, method: Method) -> Similarity:
    variants = variants_of(journeys)
    longer = np.maximum(lengths_of(variants.offsets), len(fits))
    if method == "lcs":
        found = common_lengths(variants.codes, variants.offsets, fits) / longer
    else:
        found = 1 - edits_from(variants.codes, variants.offsets, fits) / longer
    return Similarity(
        journey=text_array(journeys.ids.tolist()),
        similarity=found[variants.of],
        length=lengths_of(journeys.offsets),
        method=method,
    )
