"""Which sequences of touchpoints recur: neighbours, or with others in between."""

from __future__ import annotations

from functools import partial
from typing import Any

import attrs
import numpy as np

from touchpoints._arrays import prefixes, windows
from touchpoints._arrays.prefixes import Found
from touchpoints._arrays.ranking import most_frequent
from touchpoints._arrays.segments import lengths_of, offsets_of, rows_of
from touchpoints._arrays.sequences import group_sequences, sequence_hash
from touchpoints._frozen import Array, text_array
from touchpoints._progress import Progress, reporting
from touchpoints._tables import Table, column, optional_column
from touchpoints.errors import InvalidInputError
from touchpoints.grouping import by_group
from touchpoints.journeys import Journeys
from touchpoints.uncertainty import JourneyShares, checked_level, clusters_of
from touchpoints.uncertainty.cell_shares import presence_shares


@attrs.frozen(kw_only=True, repr=False)
class Ngrams(Table):
    """Touchpoints directly behind one another; one row a sequence (and group).

    Attributes
    ----------
    group : object, optional
        The group, where ``by`` was given.
    ngram : object
        A tuple of n keys of touchpoints.
    journeys : int64
        In how many journeys it occurs.
    share, low, high : float64
        Their share of all journeys, in [0, 1], and its interval: the support.
    occurrences : int64
        How often it occurs; occurrences may overlap.
    level : float
        The level of the intervals.
    unit : str
        What is taken to be independent: ``"person"`` or ``"journey"``.
    """

    group: Array | None = optional_column(object)
    ngram: Array = column(object)
    journeys: Array = column(np.int64)
    share: Array = column(np.float64)
    low: Array = column(np.float64)
    high: Array = column(np.float64)
    occurrences: Array = column(np.int64)
    level: float
    unit: str

    def as_dict(self) -> dict[tuple[Any, ...], float]:
        """Return the share of each sequence, or of each (group, sequence)."""
        labels = self.ngram.tolist()
        if self.group is not None:
            labels = list(zip(self.group.tolist(), labels, strict=True))
        return dict(zip(labels, self.share.tolist(), strict=True))


@attrs.frozen(kw_only=True, repr=False)
class Subsequences(Table):
    """Touchpoints one after the other, others in between; one row a sequence (and group).

    Attributes
    ----------
    group : object, optional
        The group, where ``by`` was given.
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
    level : float
        The level of the intervals.
    unit : str
        What is taken to be independent: ``"person"`` or ``"journey"``.
    """

    group: Array | None = optional_column(object)
    subsequence: Array = column(object)
    journeys: Array = column(np.int64)
    share: Array = column(np.float64)
    low: Array = column(np.float64)
    high: Array = column(np.float64)
    confidence: Array = column(np.float64)
    lift: Array = column(np.float64)
    level: float
    unit: str

    def as_dict(self) -> dict[tuple[Any, ...], float]:
        """Return the share of each sequence, or of each (group, sequence)."""
        labels = self.subsequence.tolist()
        if self.group is not None:
            labels = list(zip(self.group.tolist(), labels, strict=True))
        return dict(zip(labels, self.share.tolist(), strict=True))


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
    by
        A per-journey column, facet or per-interaction column to group by.
    level
        How often the intervals cover the true share, in (0, 1).

    Returns
    -------
    Ngrams
        What most journeys have first; ties by occurrences, then in the order of the touchpoints.

    Raises
    ------
    InvalidInputError
        When ``n`` or ``top`` is no whole number, or too small.
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
    checked_level(level)
    _checked_whole("n", n, least=1)
    most_frequent(np.empty(0), top)  # refuses what is no number
    return by_group(journeys, by, partial(_ngrams, n=n, top=top, level=level))


def _checked_whole(name: str, value: object, *, least: int) -> None:
    if isinstance(value, bool) or not isinstance(value, int) or value < least:
        raise InvalidInputError(f"{name}={value!r} is no whole number of {least} or more")


def _ngrams(journeys: Journeys, *, n: int, top: int | None, level: float) -> Ngrams:
    clusters = clusters_of(journeys, None)
    codes, counts = journeys.codes, journeys.counts
    people = clusters.unit == "person"
    found = windows.window_counts(
        codes, journeys.offsets, len(journeys.touchpoints), n=n, counts=counts, pairs=people
    )
    rows = found.owners, found.cells
    if not people:  # intervals need only how many journeys there are
        rows = np.empty(0, np.int64), np.empty(0, np.int64)
    shares = presence_shares(clusters, counts, rows, size=len(found.rows), level=level)
    if not people:
        shares = JourneyShares(journeys, level=level).of_totals(found.segments)
    grams = codes[found.rows[:, None] + np.arange(n)]
    order = np.lexsort((*grams.T[::-1], -found.occurrences, -found.segments))[:top]
    keys = text_array([touchpoint.key for touchpoint in journeys.touchpoints])
    return Ngrams(
        ngram=text_array([tuple(one) for one in keys[grams[order]].tolist()]),
        journeys=found.segments[order],
        share=shares.share[order],
        low=shares.low[order],
        high=shares.high[order],
        occurrences=found.occurrences[order],
        level=level,
        unit=clusters.unit,
    )
