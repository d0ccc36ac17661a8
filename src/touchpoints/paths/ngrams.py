"""Recurring sequences of touchpoints: n-grams, and subsequences with gaps."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial

import attrs
import numpy as np

from touchpoints._core import checks
from touchpoints._core.arrays.counting import windows
from touchpoints._core.arrays.sequences import prefixes
from touchpoints._core.arrays.sequences.prefixes import Found
from touchpoints._core.arrays.sorting.ranking import most_frequent
from touchpoints._core.checks import public
from touchpoints._core.frozen import Array, text_array
from touchpoints._core.progress import Progress, reporting
from touchpoints._core.tables import Estimated, column
from touchpoints.journeys.groups import by_group, groups_of
from touchpoints.journeys.model import Journeys, checked_journeys
from touchpoints.journeys.tie_breaking import (
    key_ranks,
    keys_of,
    variants_of,
)
from touchpoints.uncertainty import (
    JourneyShares,
    units_of,
)
from touchpoints.uncertainty.cell_shares import (
    facts_of,
    plain_shares,
    presence_shares,
    stacked,
)


@attrs.frozen(kw_only=True, repr=False)
class Ngrams(Estimated):
    """N-grams of consecutive touchpoints; one row per n-gram (and group).

    ``as_dict()`` returns ``{ngram: share}``; with groups, the keys begin with the group.

    Attributes
    ----------
    ngram : object
        A tuple of n keys of touchpoints.
    journeys : int64
        Number of journeys in which it occurs.
    share, low, high : float64
        The support: the share of all journeys in which it occurs, in [0, 1], and its interval.
    occurrences : int64
        Number of occurrences; occurrences may overlap.
    """

    main = "share"
    labels = ("ngram",)

    ngram: Array = column(object)
    journeys: Array = column(np.int64)
    share: Array = column(np.float64)
    low: Array = column(np.float64)
    high: Array = column(np.float64)
    occurrences: Array = column(np.int64)


@attrs.frozen(kw_only=True, repr=False)
class Subsequences(Estimated):
    """Frequent subsequences, gaps allowed; one row per subsequence (and group).

    ``as_dict()`` returns ``{subsequence: share}``; with groups, the keys begin with the group.

    Attributes
    ----------
    subsequence : object
        A tuple of keys of touchpoints.
    journeys : int64
        Number of journeys that contain it.
    share, low, high : float64
        The support: the share of all journeys that contain it, in [0, 1], and its interval.
    confidence : float64
        Of the journeys that contain all but its last touchpoint, the share that contain all of it.
    lift : float64
        The confidence divided by the share of all journeys that contain the last touchpoint.
    """

    main = "share"
    labels = ("subsequence",)

    subsequence: Array = column(object)
    journeys: Array = column(np.int64)
    share: Array = column(np.float64)
    low: Array = column(np.float64)
    high: Array = column(np.float64)
    confidence: Array = column(np.float64)
    lift: Array = column(np.float64)


@public
def ngrams(
    journeys: Journeys,
    *,
    n: int = 3,
    top: int | None = None,
    by: str | Sequence[str] | None = None,
    level: float = 0.95,
) -> Ngrams:
    """Count n-grams: sequences of n consecutive touchpoints.

    Parameters
    ----------
    n
        Number of touchpoints in a sequence, 1 or more.
    top
        How many of the most frequent n-grams to list; all by default.
    by, level
        Shared arguments: see `touchpoints.paths`.

    Returns
    -------
    Ngrams
        Sorted by the number of journeys, the largest first; ties by occurrences, then by key.

    Raises
    ------
    InvalidInputError
        When ``n`` or ``top`` is not an integer, or too small.
    NotFoundError
        When the column or facet does not exist.

    See Also
    --------
    subsequences : Sequences with other touchpoints in between.
    variants : Whole journeys instead of parts of them.
    pattern : Search for a given sequence, with starts, ends and repeats.

    Notes
    -----
    A journey counts once in ``journeys`` and in the shares, and once per occurrence in
    ``occurrences``. Starts and ends of journeys are not touchpoints: match those with ``^`` and
    ``$`` in a `pattern`. O(n × m) and a sort.

    Examples
    --------
    >>> import touchpoints as tp
    >>> journeys = tp.from_paths({"path": ["a > b > a > b", "b > a"]}, path="path")
    >>> found = tp.paths.ngrams(journeys, n=2)
    >>> found.ngram.tolist(), found.journeys.tolist(), found.occurrences.tolist()
    ([('b', 'a'), ('a', 'b')], [2, 1], [2, 2])
    """
    checks.level(level)
    n, top = checks.whole("n", n), checks.limit("top", top)
    return by_group(journeys, by, partial(_ngrams, n=n, top=top, level=level))


def _ngrams(journeys: Journeys, *, n: int, top: int | None, level: float) -> Ngrams:
    units = units_of(journeys, None)
    codes, counts = journeys.codes, journeys.counts
    people = units.unit == "person"
    found = windows.window_counts(
        codes, journeys.offsets, len(journeys.touchpoints), n=n, counts=counts, pairs=people
    )
    if people:
        rows, size = (found.owners, found.cells), len(found.codes)
        shares = presence_shares(units, counts, rows, size=size, level=level)
    else:  # intervals need only the number of journeys
        shares = plain_shares(found.segments, int(counts.sum()), level=level)
    grams = found.codes
    ties = key_ranks(journeys)[grams]
    order = most_frequent(found.segments, top, -found.occurrences, *ties.T)
    keys, shares = keys_of(journeys), shares.take(order)
    return Ngrams(
        ngram=text_array([tuple(one) for one in keys[grams[order]].tolist()]),
        journeys=found.segments[order],
        **shares.columns("share", ends=""),
        occurrences=found.occurrences[order],
        level=level,
        **facts_of(units, shares),
    )


@public
def subsequences(
    journeys: Journeys,
    *,
    min_support: float = 0.1,
    max_length: int = 4,
    min_length: int = 2,
    gap: int | None = None,
    top: int | None = None,
    by: str | Sequence[str] | None = None,
    level: float = 0.95,
    progress: Progress = False,
) -> Subsequences:
    """Find frequent subsequences of touchpoints, gaps allowed (PrefixSpan).

    Parameters
    ----------
    min_support
        The smallest share of journeys that must contain a subsequence, in (0, 1].
    max_length, min_length
        The largest and smallest number of touchpoints in a subsequence.
    gap
        The largest number of other touchpoints between two neighbours in a subsequence; unlimited
        by default, 0 for direct neighbours.
    top
        How many of the most frequent subsequences to list; all by default.
    by
        A per-journey column, facet or per-interaction column to group by; the support is then
        computed within each group.
    level, progress
        Shared arguments: see `touchpoints.paths`.

    Returns
    -------
    Subsequences
        Sorted by the number of journeys, the largest first; ties by length, then by key.

    Raises
    ------
    InvalidInputError
        When ``min_support`` is not in (0, 1], or a length, ``gap`` or ``top`` is not an integer or
        is too small.
    NotFoundError
        When the column or facet does not exist.

    See Also
    --------
    ngrams : Sequences of consecutive touchpoints.
    discriminating : Subsequences that distinguish groups of journeys.

    Notes
    -----
    A journey counts once, however often it contains a subsequence. Every prefix of a frequent
    subsequence is frequent, so prefixes are extended, each by the touchpoints that follow its
    occurrences (PrefixSpan). The number of subsequences can explode as the support falls. The
    confidence belongs to the rule "journeys with all but the last touchpoint continue to the last";
    the lift divides it by the share of all journeys that contain that touchpoint. A lift above 1
    proves nothing: long journeys contain more of everything.

    References
    ----------
    J. Pei et al. (2001), PrefixSpan: mining sequential patterns efficiently by prefix-projected
    pattern growth, ICDE 2001, 215-224, doi:10.1109/ICDE.2001.914830. J. Pei, J. Han and W. Wang
    (2007), Constraint-based sequential pattern mining, Journal of Intelligent Information Systems
    28, 133-160, doi:10.1007/s10844-006-0006-z (gaps).

    Examples
    --------
    >>> import touchpoints as tp
    >>> journeys = tp.from_paths({"path": ["a > x > b", "a > b", "a > y"]}, path="path")
    >>> found = tp.paths.subsequences(journeys, min_support=0.5)
    >>> found.subsequence.tolist(), found.journeys.tolist(), found.lift.round(2).tolist()
    ([('a', 'b')], [2], [1.0])
    """
    checks.level(level)
    min_length = checks.whole("min_length", min_length)
    max_length = checks.whole("max_length", max_length, least=min_length)
    gap, top = checks.limit("gap", gap), checks.limit("top", top)
    min_support = checks.share("min_support", min_support)
    options = _Options(min_support, max_length, min_length, gap, top, level)
    parts = 1 if by is None else len(groups_of(journeys, by).labels)
    total = parts * len(checked_journeys(journeys).touchpoints)
    with reporting(progress, total, what="subsequences") as advance:
        return by_group(journeys, by, partial(_subsequences, options=options, advance=advance))


@attrs.frozen
class _Options:
    min_support: float
    max_length: int
    min_length: int
    gap: int | None
    top: int | None
    level: float


def _subsequences(
    journeys: Journeys, *, options: _Options, advance: Callable[[], None]
) -> Subsequences:
    groups, distinct = _distinct(journeys, options)
    found = list(prefixes.frequent(distinct, advance))
    totals = {one.codes: one.support for one in found}
    totals[()] = int(journeys.counts.sum())
    listed = [one for one in found if len(one.codes) >= options.min_length]
    listed = [listed[row] for row in _order(listed, key_ranks(journeys), options).tolist()]
    shares = JourneyShares(journeys, level=options.level)
    hits = np.array([one.support for one in listed], dtype=np.int64)
    if shares.units is None:  # intervals need only the number of journeys
        intervals = plain_shares(hits, totals[()], level=options.level)
    else:
        size = len(distinct.counts)
        intervals = stacked([shares.of(_containing(one, groups, size)) for one in listed])
    before = np.array([totals[one.codes[:-1]] for one in listed], dtype=np.int64)
    last = np.array([totals[one.codes[-1:]] for one in listed], dtype=np.int64)
    keys = [touchpoint.key for touchpoint in journeys.touchpoints]
    return Subsequences(
        subsequence=text_array([tuple(keys[code] for code in one.codes) for one in listed]),
        journeys=hits,
        **intervals.columns("share", ends=""),
        confidence=hits / before,
        lift=(hits / before) / (last / max(totals[()], 1)),
        level=options.level,
        **facts_of(shares, intervals),
    )


def _order(found: list[Found], ranks: Array, options: _Options) -> Array:
    """Return the order of the table: the largest support first, ties by length, then by key."""
    lengths = np.array([len(one.codes) for one in found], dtype=np.int64)
    longest = int(lengths.max(initial=0))
    padded = np.full((longest, len(found)), -1, dtype=np.int64)
    codes = np.array([code for one in found for code in one.codes], dtype=np.int64)
    padded.T[np.arange(longest) < lengths[:, None]] = ranks[codes]
    supports = np.array([one.support for one in found], dtype=np.int64)
    return np.lexsort((*padded[::-1], lengths, -supports))[: options.top]


def _distinct(journeys: Journeys, options: _Options) -> tuple[Array, prefixes.Sequences]:
    """Return the variant of each journey, and the variants with the search options."""
    found = variants_of(journeys)
    counts = found.totals(journeys.counts)
    return found.of, prefixes.Sequences(
        found.codes,
        found.offsets,
        counts,
        len(journeys.touchpoints),
        options.min_support * float(counts.sum()) * (1 - 1e-12),
        options.max_length,
        options.gap,
    )


def _containing(found: Found, groups: Array, size: int) -> Array:
    """Return whether each journey contains a subsequence, bool (n,)."""
    contained = np.zeros(size, dtype=bool)
    contained[found.segments] = True
    return contained[groups]
