"""Two groups compared by how long things take."""

from __future__ import annotations

import numpy as np

from touchpoints._progress import Progress
from touchpoints.compare.draws import Shared
from touchpoints.compare.features import gap_medians, throughput_medians
from touchpoints.compare.pairs import Pair, checked_pair
from touchpoints.compare.testing import Comparison, Test, asked_of, compared


def gaps(
    pair: Pair,
    *,
    seed: int,
    least: int = 10,
    test: Test = "permutation",
    shared: Shared = "refuse",
    resamples: int = 2000,
    level: float = 0.95,
    progress: Progress = False,
) -> Comparison:
    """Compare how long it takes from one touchpoint to the next.

    Parameters
    ----------
    pair
        The two groups: see `pair`, `groups` and `periods`.
    least
        Edges with fewer gaps, both groups together, are not compared.
    seed, test, shared, resamples, level, progress
        As for `measured`.

    Returns
    -------
    Comparison
        Labels are ``(source, target)``, numbers median seconds from beginning to beginning,
        ``n_a`` and ``n_b`` gaps. ``effect`` is Cliff's delta: how much oftener a gap of a is the
        longer one than one of b, in [-1, 1]. Intervals are quantiles of redrawn differences.

    Raises
    ------
    InvalidInputError
        Without times; when persons are in both groups and ``shared="refuse"``.

    Notes
    -----
    The steps from ``(start)`` and to the terminals have no gap. A resample costs one pass over
    the gaps.

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
    asked = asked_of(seed, resamples, level, test, shared, least=least, progress=progress)
    medians = gap_medians(checked_pair(pair).journeys, what="compare.gaps")
    sizes = medians.sizes(pair.journeys.counts)
    kept = np.flatnonzero(sizes >= max(asked.least, 1))
    left_out = int((sizes > 0).sum()) - len(kept)
    return compared(pair, medians.only(kept), asked, effect="cliff_delta", left_out=left_out)


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
    asked = asked_of(seed, resamples, level, test, shared, progress=progress)
    medians = throughput_medians(checked_pair(pair).journeys, what="compare.throughput")
    return compared(pair, medians, asked, effect="cliff_delta")
