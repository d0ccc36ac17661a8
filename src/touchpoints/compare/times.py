"""Two groups compared by how long things take."""

from __future__ import annotations

import numpy as np

from touchpoints._core.progress import Progress
from touchpoints.compare._shared.draws import Shared
from touchpoints.compare._shared.features import gap_medians, medians_of, throughput_medians
from touchpoints.compare._shared.pairs import Pair, checked_pair
from touchpoints.compare._shared.statistics import Medians
from touchpoints.compare._shared.testing import (
    Asked,
    Comparison,
    Test,
    compared,
)
from touchpoints.errors import InvalidInputError
from touchpoints.journeys.cutting import require_times
from touchpoints.journeys.model import Journeys
from touchpoints.journeys.places.anchors import Place
from touchpoints.journeys.places.between import place_name, stretches, two_places


def gaps(
    pair: Pair,
    *,
    seed: int,
    start: Place | None = None,
    end: Place | None = None,
    min_count: int = 10,
    test: Test = "permutation",
    shared: Shared = "refuse",
    resamples: int = 2000,
    level: float = 0.95,
    progress: Progress = False,
) -> Comparison:
    """Compare how long it takes from one touchpoint to the next, or from one place to another.

    Parameters
    ----------
    pair
        The two groups: see `pair`, `groups` and `periods`.
    start, end
        Two places, both or neither, as for `tp.paths.gaps`: touchpoints by key or type, facets,
        patterns or anchors. Without them every edge is compared.
    min_count
        Edges with fewer gaps, both groups together, are not compared; two places always are.
    seed, test, shared, resamples, level, progress
        As for `measured`.

    Returns
    -------
    Comparison
        Labels are ``(source, target)``, or the two places as they were given; numbers median
        seconds from beginning to beginning, ``n_a`` and ``n_b`` gaps. ``effect`` is Cliff's delta:
        how much oftener a gap of a is the longer one than one of b, in [-1, 1]. Intervals are
        quantiles of redrawn differences.

    Raises
    ------
    NotFoundError
        When there is no such touchpoint.
    InvalidInputError
        Without times, or without any gap; when only one of the places is given; when persons are
        in both groups and ``shared="refuse"``.

    Notes
    -----
    The steps from ``(start)`` and to the terminals have no gap. Journeys that did not get from
    one place to the other have none either: `funnels` compares their share. Where one group was
    watched for less time, its gaps are shorter for that alone. A resample costs one pass over the
    gaps.

    References
    ----------
    N. Cliff (1993), Dominance statistics, Psychological Bulletin 114(3), 494-509,
    doi:10.1037/0033-2909.114.3.494.

    Examples
    --------
    >>> import touchpoints as tp
    >>> from touchpoints import compare
    >>> two = compare.groups(tp.datasets.shop(300, seed=1), "device")
    >>> compare.gaps(two, seed=1, resamples=100, shared="within").measured_as
    'cliff_delta'
    """
    asked = Asked(seed, resamples, level, test, shared, min_count=min_count, progress=progress)
    journeys = checked_pair(pair).journeys
    places = two_places(start, end, what="compare.gaps", without="every edge")
    if places is not None:
        medians = _medians_between(journeys, places)
        return compared(pair, medians, asked, effect="cliff_delta")
    medians = gap_medians(journeys, what="compare.gaps")
    sizes = medians.sizes(pair.journeys.counts)
    kept = np.flatnonzero(sizes >= max(asked.min_count, 1))
    left_out = int((sizes > 0).sum()) - len(kept)
    return compared(pair, medians.only(kept), asked, effect="cliff_delta", left_out=left_out)


def _medians_between(journeys: Journeys, places: tuple[Place, Place]) -> Medians:
    """Return the median seconds from one place to the next of another."""
    times = require_times(journeys, "compare.gaps").view(np.int64)
    found = stretches(journeys, places[0], end=places[1])
    there = (found.stops >= 0) & (journeys.counts[found.owners] > 0)
    start, end = (place_name(place) for place in places)
    if not there.any():
        raise InvalidInputError(
            f"there is no time to compare: no journey gets from {start!r} to {end!r}"
        )
    values = (times[found.stops[there]] - times[found.starts[there]]) / 1e6
    cells = np.zeros(len(values), dtype=np.int64)
    return medians_of([(start, end)], cells, values, found.owners[there])


def throughput(
    pair: Pair,
    *,
    seed: int,
    test: Test = "permutation",
    shared: Shared = "refuse",
    resamples: int = 2000,
    level: float = 0.95,
    progress: Progress = False,
) -> Comparison:
    """Compare how long whole journeys take.

    Parameters
    ----------
    pair
        The two groups: see `pair`, `groups` and `periods`.
    seed, test, shared, resamples, level, progress
        As for `measured`.

    Returns
    -------
    Comparison
        One row: the median seconds from the beginning of the first interaction to the last one's
        beginning, or to the latest end where interactions have ends. ``n_a`` and ``n_b`` are
        journeys. ``effect`` is Cliff's delta.

    Raises
    ------
    InvalidInputError
        Without times; when persons are in both groups and ``shared="refuse"``.

    Notes
    -----
    Journeys the log cuts off at either side, and empty ones, have no such time and are left out.

    Examples
    --------
    >>> import touchpoints as tp
    >>> from touchpoints import compare
    >>> two = compare.groups(tp.datasets.shop(300, seed=1), "device")
    >>> compare.throughput(two, seed=1, resamples=100, shared="within").label.tolist()
    ['throughput']
    """
    asked = Asked(seed, resamples, level, test, shared, progress=progress)
    medians = throughput_medians(checked_pair(pair).journeys, what="compare.throughput")
    return compared(pair, medians, asked, effect="cliff_delta")
