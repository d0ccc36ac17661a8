"""Which sequences of touchpoints recur: neighbours, or with others in between."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import attrs
import numpy as np

from touchpoints._core import checks
from touchpoints._core.arrays.counting import windows
from touchpoints._core.arrays.sequences import prefixes
from touchpoints._core.arrays.sequences.prefixes import Found
from touchpoints._core.arrays.sorting.ranking import most_frequent
from touchpoints._core.frozen import Array, text_array
from touchpoints._core.progress import Progress, reporting
from touchpoints._core.tables import Estimated, column
from touchpoints.errors import InvalidInputError
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
    plain_shares,
    presence_shares,
    stacked,
)


@attrs.frozen(kw_only=True, repr=False)
class Ngrams(Estimated):
    """Touchpoints directly behind one another; one row a sequence (and group).

    Attributes
    ----------
    ngram : object
        A tuple of n keys of touchpoints.
    journeys : int64
        In how many journeys it occurs.
    share, low, high : float64
        Their share of all journeys, in [0, 1], and its interval: the support.
    occurrences : int64
        How often it occurs; occurrences may overlap.
    """

    value = "share"
    labels = ("ngram",)

    ngram: Array = column(object)
    journeys: Array = column(np.int64)
    share: Array = column(np.float64)
    low: Array = column(np.float64)
    high: Array = column(np.float64)
    occurrences: Array = column(np.int64)


@attrs.frozen(kw_only=True, repr=False)
class Subsequences(Estimated):
    """Touchpoints one after the other, others in between; one row a sequence (and group).

    Attributes
    ----------
    subsequence : object
        A tuple of keys of touchpoints.
    journeys : int64
        How many journeys have it.
    share, low, high : float64
        Their share of all journeys, in [0, 1], and its interval: the support.
    confidence : float64
        Of the journeys that have all but its last touchpoint, the share that have it whole.
    lift : float64
        The confidence divided by the share of journeys that have the last touchpoint at all.
    """

    value = "share"
    labels = ("subsequence",)

    subsequence: Array = column(object)
    journeys: Array = column(np.int64)
    share: Array = column(np.float64)
    low: Array = column(np.float64)
    high: Array = column(np.float64)
    confidence: Array = column(np.float64)
    lift: Array = column(np.float64)


def ngrams(
    journeys: Journeys,
    *,
    n: int = 3,
    top: int | None = None,
    by: str | None = None,
    level: float = 0.95,
) -> Ngrams:
    """Count the sequences of n touchpoints directly behind one another.

    Parameters
    ----------
    n
        How many touchpoints make a sequence, 1 or more.
    top
        How many of the most frequent to list; all by default.
    by, level
        Shared arguments: see `touchpoints.paths`.

    Returns
    -------
    Ngrams
        What most journeys have first; ties by occurrences, then in the order of the keys.

    Raises
    ------
    InvalidInputError
        When ``n`` or ``top`` is not an integer, or too small.
    NotFoundError
        When there is no such column or facet.

    Notes
    -----
    A journey counts once in ``journeys`` and in the shares, and as often as it goes there in
    ``occurrences``. Starts and ends of journeys are no touchpoints: write ``^`` and ``$`` in a
    `pattern` for those. `subsequences` lets others lie in between. O(n × m) and a sort.

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
    else:  # intervals need only how many journeys there are
        shares = plain_shares(found.segments, int(counts.sum()), level=level)
    grams = found.codes
    ties = key_ranks(journeys)[grams]
    order = most_frequent(found.segments, top, -found.occurrences, *ties.T)
    keys = keys_of(journeys)
    return Ngrams(
        ngram=text_array([tuple(one) for one in keys[grams[order]].tolist()]),
        journeys=found.segments[order],
        **shares.take(order).columns("share", ends=""),
        occurrences=found.occurrences[order],
        level=level,
        **units.facts(),
    )


def subsequences(
    journeys: Journeys,
    *,
    min_support: float = 0.1,
    max_length: int = 4,
    min_length: int = 2,
    gap: int | None = None,
    top: int | None = None,
    by: str | None = None,
    level: float = 0.95,
    progress: Progress = False,
) -> Subsequences:
    """Find the sequences of touchpoints that many journeys have, with others in between.

    Parameters
    ----------
    min_support
        The least share of journeys that must have a sequence, in (0, 1].
    max_length, min_length
        How many touchpoints a sequence has at most and at least.
    gap
        How many other touchpoints may lie between two of a sequence; any number by default, 0 for
        direct neighbours.
    top
        How many of the most frequent to list; all by default.
    by
        A per-journey column, facet or per-interaction column to group by; the support is then
        within each group.
    level, progress
        Shared arguments: see `touchpoints.paths`.

    Returns
    -------
    Subsequences
        What most journeys have first; ties by length, then in the order of the keys.

    Raises
    ------
    InvalidInputError
        When the support is not in (0, 1], or a number is not an integer or too small.
    NotFoundError
        When there is no such column or facet.

    Notes
    -----
    A journey counts once, however often it has a sequence. Whatever is frequent has frequent
    prefixes, so prefixes are grown, each from what lies behind its occurrences (PrefixSpan). The
    number of answers can explode as the support falls. The confidence is of a rule "whoever did
    all but the last goes on to the last"; its lift says how much more often than everybody, and
    above 1 is no proof of anything: long journeys have more of everything.

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
    if isinstance(min_support, bool) or not 0 < min_support <= 1:
        raise InvalidInputError(
            f"min_support={min_support!r} is no share above 0 and up to 1",
            mend="write 5 % as min_support=0.05",
        )
    wanted = _Wanted(min_support, max_length, min_length, gap, top, level)
    parts = 1 if by is None else len(groups_of(journeys, by).labels)
    total = parts * len(checked_journeys(journeys).touchpoints)
    with reporting(progress, total, what="subsequences") as step:
        return by_group(journeys, by, partial(_subsequences, wanted=wanted, step=step))


@attrs.frozen
class _Wanted:
    min_support: float
    max_length: int
    min_length: int
    gap: int | None
    top: int | None
    level: float


def _subsequences(journeys: Journeys, *, wanted: _Wanted, step: Callable[[], None]) -> Subsequences:
    groups, distinct = _distinct(journeys, wanted)
    found = list(prefixes.frequent(distinct, step))
    totals = {one.codes: int(distinct.counts[one.segments].sum()) for one in found}
    totals[()] = int(journeys.counts.sum())
    listed = [one for one in found if len(one.codes) >= wanted.min_length]
    ranks = key_ranks(journeys).tolist()
    listed.sort(
        key=lambda one: (
            -totals[one.codes],
            len(one.codes),
            [ranks[code] for code in one.codes],
        )
    )
    listed = listed[: wanted.top]
    shares = JourneyShares(journeys, level=wanted.level)
    intervals = [shares.of(_having(one, groups, len(distinct.counts))) for one in listed]
    hits = np.array([totals[one.codes] for one in listed], dtype=np.int64)
    before = np.array([totals[one.codes[:-1]] for one in listed], dtype=np.int64)
    last = np.array([totals[one.codes[-1:]] for one in listed], dtype=np.int64)
    keys = [touchpoint.key for touchpoint in journeys.touchpoints]
    return Subsequences(
        subsequence=text_array([tuple(keys[code] for code in one.codes) for one in listed]),
        journeys=hits,
        **stacked(intervals).columns("share", ends=""),
        confidence=hits / before,
        lift=(hits / before) / (last / max(totals[()], 1)),
        level=wanted.level,
        **shares.facts(),
    )


def _distinct(journeys: Journeys, wanted: _Wanted) -> tuple[Array, prefixes.Sequences]:
    """Return the variant of each journey, and the variants with what they stand for."""
    found = variants_of(journeys)
    counts = found.totals(journeys.counts)
    return found.of, prefixes.Sequences(
        found.codes,
        found.offsets,
        counts,
        len(journeys.touchpoints),
        wanted.min_support * float(counts.sum()) * (1 - 1e-12),
        wanted.max_length,
        wanted.gap,
    )


def _having(one: Found, groups: Array, size: int) -> Array:
    has = np.zeros(size, dtype=bool)
    has[one.segments] = True
    return has[groups]
