"""Comparisons of two groups by durations: gaps between touchpoints and throughput times."""

from __future__ import annotations

import numpy as np

from touchpoints._core.checks import public
from touchpoints._core.opening_hours import OpeningHours
from touchpoints._core.progress import Progress
from touchpoints.compare._shared.draws import Shared
from touchpoints.compare._shared.features import gap_medians, medians_of, throughput_medians
from touchpoints.compare._shared.pairs import Pair, checked_pair
from touchpoints.compare._shared.statistics import Medians
from touchpoints.compare._shared.testing import (
    Comparison,
    Options,
    Test,
    compared,
)
from touchpoints.errors import InvalidInputError
from touchpoints.journeys.cutting import require_times
from touchpoints.journeys.model import Journeys
from touchpoints.journeys.places.anchors import Place
from touchpoints.journeys.places.between import place_name, segments_between, two_places
from touchpoints.paths._shared.clocks import journey_clock


@public
def gaps(
    pair: Pair,
    *,
    seed: int,
    start: Place | None = None,
    end: Place | None = None,
    min_count: int = 10,
    hours: OpeningHours | None = None,
    test: Test = "permutation",
    shared: Shared = "refuse",
    resamples: int = 2000,
    level: float = 0.95,
    progress: Progress = False,
) -> Comparison:
    """Compare median gaps: the time between touchpoints, or from one place to another.

    Parameters
    ----------
    pair
        The two groups: see `pair`, `groups` and `periods`.
    start, end
        The two places, both or neither, as for `tp.paths.gaps`: touchpoints by key or type,
        facets, patterns or anchors. By default every edge is compared.
    min_count
        Edges with fewer gaps, both groups together, are not compared; two places always are.
    hours
        When the service is open: only that time counts, as in `tp.paths.gaps`.
    seed, test, shared, resamples, level, progress
        As for `measured`.

    Returns
    -------
    Comparison
        Labels are ``(source, target)``, or the two places as they were given; numbers are median
        seconds from start to start; ``n_a`` and ``n_b`` are gaps. ``effect`` is Cliff's delta: the
        probability that a gap in a exceeds one in b, minus the reverse, in [-1, 1]. The permutation
        test is one of Cliff's delta, over its standard error. Intervals are Student's, with the
        bootstrap standard error of the difference of medians, as for `measured`.

    Raises
    ------
    NotFoundError
        When a place names an unknown touchpoint.
    InvalidInputError
        When the journeys have no times or no gap; when only one of the places is given; when
        persons have journeys in both groups and ``shared="refuse"``.

    See Also
    --------
    time_to : Compare the time to a place, journeys that did not reach it included.
    throughput : Compare the duration of whole journeys.
    tp.paths.gaps : The gaps of one group.

    Notes
    -----
    Transitions from ``(start)`` and to the terminals have no gap. Journeys that do not get from
    one place to the other have none either: `funnels` compares their share. A group observed for a
    shorter time has shorter gaps for this reason alone. Where many gaps are equal, medians can be
    equal although one group has longer gaps: ``p`` and ``effect`` show it, ``difference`` does not.
    A resample costs one pass over the gaps.

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
    options = Options(seed, resamples, level, test, shared, min_count=min_count, progress=progress)
    journeys = checked_pair(pair).journeys
    places = two_places(start, end, what="compare.gaps", without="every edge")
    if places is not None:
        medians = _medians_between(journeys, places, hours)
        return compared(pair, medians, options, effect="cliff_delta")
    medians = gap_medians(journeys, what="compare.gaps", hours=hours)
    sizes = medians.sizes(pair.journeys.counts)
    kept = np.flatnonzero(sizes >= max(options.min_count, 1))
    left_out = int((sizes > 0).sum()) - len(kept)
    return compared(pair, medians.only(kept), options, effect="cliff_delta", left_out=left_out)


def _medians_between(
    journeys: Journeys, places: tuple[Place, Place], hours: OpeningHours | None
) -> Medians:
    """Return the median seconds from one place to the next occurrence of another."""
    stamps = require_times(journeys, "compare.gaps").view(np.int64)
    times = journey_clock(journeys, hours)(stamps)
    found = segments_between(journeys, places[0], end=places[1])
    there = (found.stops >= 0) & (journeys.counts[found.owners] > 0)
    start, end = (place_name(place) for place in places)
    if not there.any():
        raise InvalidInputError(
            f"there are no durations to compare: no journey gets from {start!r} to {end!r}"
        )
    values = (times[found.stops[there]] - times[found.starts[there]]) / 1e6
    cells = np.zeros(len(values), dtype=np.int64)
    return medians_of([(start, end)], cells, values, found.owners[there])


@public
def throughput(
    pair: Pair,
    *,
    seed: int,
    hours: OpeningHours | None = None,
    test: Test = "permutation",
    shared: Shared = "refuse",
    resamples: int = 2000,
    level: float = 0.95,
    progress: Progress = False,
) -> Comparison:
    """Compare median throughput times: the duration of whole journeys.

    Parameters
    ----------
    pair
        The two groups: see `pair`, `groups` and `periods`.
    hours
        When the service is open: only that time counts, as in `tp.paths.throughput_times`.
    seed, test, shared, resamples, level, progress
        As for `measured`.

    Returns
    -------
    Comparison
        One row: the median seconds from the start of the first interaction to the start of the
        last one, or to the latest end if interactions have ends. ``n_a`` and ``n_b`` are journeys.
        ``effect`` is Cliff's delta, and ``p`` comes from it, as for `gaps`.

    Raises
    ------
    InvalidInputError
        When the journeys have no times; when persons have journeys in both groups and
        ``shared="refuse"``.

    See Also
    --------
    gaps : Compare the time between touchpoints.
    tp.paths.throughput_times : The durations of one group.

    Notes
    -----
    Empty journeys, and journeys cut off by the start or the end of the log, have no throughput
    time and are left out.

    Examples
    --------
    >>> import touchpoints as tp
    >>> from touchpoints import compare
    >>> two = compare.groups(tp.datasets.shop(300, seed=1), "device")
    >>> compare.throughput(two, seed=1, resamples=100, shared="within").label.tolist()
    ['throughput']
    """
    options = Options(seed, resamples, level, test, shared, progress=progress)
    journeys = checked_pair(pair).journeys
    medians = throughput_medians(journeys, what="compare.throughput", hours=hours)
    return compared(pair, medians, options, effect="cliff_delta")
