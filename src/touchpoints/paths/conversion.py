"""How many get from one place to another, against how many get there anyway."""

from __future__ import annotations

import datetime as dt
from functools import partial
from typing import Any

import attrs
import numpy as np

from touchpoints._core import checks
from touchpoints._core.arrays.counting import run_starts
from touchpoints._core.arrays.segments import offsets_of
from touchpoints._core.arrays.segments.choosing import owners_at
from touchpoints._core.arrays.sorting.ranking import most_frequent
from touchpoints._core.arrays.statistics.quantiles import spreads
from touchpoints._core.frozen import Array, text_array
from touchpoints._core.tables import Estimated, column
from touchpoints.journeys.cutting import microseconds, require_times
from touchpoints.journeys.groups import by_group
from touchpoints.journeys.model import Journeys
from touchpoints.journeys.places.anchors import Place, next_spans, quickest_spans, spans
from touchpoints.journeys.tie_breaking import key_ranks, keys_of
from touchpoints.uncertainty import JourneyShares, units_of
from touchpoints.uncertainty.cell_shares import presence_shares, stacked


@attrs.frozen(kw_only=True, repr=False)
class Conversion(Estimated):
    """How many journeys get from one place to another; one row (a group).

    Attributes
    ----------
    journeys : int64
        All journeys.
    started : int64
        Those with the start.
    converted : int64
        Those that reach the end behind it, in time where a window was given.
    lost, open : int64
        Those that started and did not: finished ones, and ones that the log cuts off.
    rate, low, high : float64
        The converted among the started, in [0, 1], and its interval.
    base, base_low, base_high : float64
        The journeys that reach the end at all, of all of them.
    lift : float64
        The rate divided by the base rate; nan where there is none.
    median_time : float64
        Median seconds from the start that converts to the end; nan without times.
    """

    journeys: Array = column(np.int64)
    started: Array = column(np.int64)
    converted: Array = column(np.int64)
    lost: Array = column(np.int64)
    open: Array = column(np.int64)
    rate: Array = column(np.float64)
    low: Array = column(np.float64)
    high: Array = column(np.float64)
    base: Array = column(np.float64)
    base_low: Array = column(np.float64)
    base_high: Array = column(np.float64)
    lift: Array = column(np.float64)
    median_time: Array = column(np.float64)

    def as_dict(self) -> dict[Any, float]:
        """Return the rate and the lift, of each group where there are."""
        numbers = np.column_stack([self.rate, self.lift]).ravel()
        return self._labelled(numbers, text_array(["rate", "lift"] * len(self)))


@attrs.frozen(kw_only=True, repr=False)
class ConvertedAndDropped(Estimated):
    """What converted and dropped journeys met on the way; one row a touchpoint (and group).

    Attributes
    ----------
    touchpoint : object
        Its key.
    converted, converted_share, converted_low, converted_high
        In how many converted journeys it lies between start and end, and their share.
    dropped, dropped_share, dropped_low, dropped_high
        In how many journeys that dropped out it lies behind the start, and their share.
    difference : float64
        The first share less the second, in [-1, 1].
    """

    value = "difference"
    labels = ("touchpoint",)

    touchpoint: Array = column(object)
    converted: Array = column(np.int64)
    converted_share: Array = column(np.float64)
    converted_low: Array = column(np.float64)
    converted_high: Array = column(np.float64)
    dropped: Array = column(np.int64)
    dropped_share: Array = column(np.float64)
    dropped_low: Array = column(np.float64)
    dropped_high: Array = column(np.float64)
    difference: Array = column(np.float64)


@attrs.frozen(eq=False)
class _Ways:
    """Of each journey: its last row of the start, and both of the end; -1 where it has none.

    The start is the first that leads to an end in time; the first of all where none does.
    """

    starts: Array
    begins: Array
    stops: Array

    @property
    def started(self) -> Array:
        return self.starts >= 0

    @property
    def converted(self) -> Array:
        return self.stops >= 0


def conversion(
    journeys: Journeys,
    start: Place,
    *,
    end: Place,
    within: dt.timedelta | None = None,
    by: str | None = None,
    level: float = 0.95,
) -> Conversion:
    """Say how many journeys get from one place to another, against how many get there at all.

    Parameters
    ----------
    start, end
        Touchpoints by key or type, facets, patterns or anchors.
    within
        The longest time from the start to the end; for a pattern, from and to the last interaction
        of its match. A journey counts if any of its starts gets there in time. For the base rate
        the time runs from the first interaction.
    by, level
        Shared arguments: see `touchpoints.paths`.

    Returns
    -------
    Conversion
        One row, or one a group.

    Raises
    ------
    NotFoundError
        When there is no such touchpoint, column or facet.
    InvalidInputError
        When the window is not positive, or is given and there are no times.

    Notes
    -----
    Journeys that the log cuts off may still convert: they are among the started, so that the rate
    is a lower bound where many are ``open``. A lift above 1 says that those who pass the start get
    to the end more often than others, not that the start brings them there. O(m).

    Examples
    --------
    >>> import touchpoints as tp
    >>> table = {"path": ["chat > buy", "chat", "buy", "visit"], "n": [3, 1, 1, 5]}
    >>> journeys = tp.from_paths(table, path="path", count="n")
    >>> tp.paths.conversion(journeys, "chat", end="buy").as_dict()
    {'rate': 0.75, 'lift': 1.875}
    """
    limit = _limit(journeys, within, level, "conversion(within=…)")
    return by_group(
        journeys, by, partial(_conversion, start=start, end=end, limit=limit, level=level)
    )


def _limit(journeys: Journeys, within: dt.timedelta | None, level: float, what: str) -> int | None:
    checks.level(level)
    if within is None:
        return None
    limit = microseconds(within, "within")
    require_times(journeys, what)
    return limit


def _conversion(
    journeys: Journeys, *, start: Place, end: Place, limit: int | None, level: float
) -> Conversion:
    ways = _ways(journeys, start, end, limit=limit)
    shares, counts = JourneyShares(journeys, level=level), journeys.counts
    rate = shares.of(ways.converted, among=ways.started)
    base = shares.of(_reached(journeys, end, limit))
    missed = ways.started & ~ways.converted
    return Conversion(
        journeys=np.array([counts.sum()]),
        started=np.array([rate.trials]),
        converted=np.array([rate.hits]),
        lost=np.array([counts[missed & journeys.finished].sum()]),
        open=np.array([counts[missed & ~journeys.finished].sum()]),
        **stacked([rate]).columns("rate", ends=""),
        **stacked([base]).columns("base"),
        lift=np.array([rate.share / base.share if base.hits else np.nan]),
        median_time=np.array([_median(journeys, ways)]),
        level=level,
        unit=shares.unit,
    )


def _ways(journeys: Journeys, start: Place, end: Place, *, limit: int | None) -> _Ways:
    last = np.unique(spans(journeys, start)[1])
    owners = owners_at(journeys.offsets, last)
    begins, row = next_spans(journeys, end, last, before=journeys.offsets[1:][owners])
    reached = row >= 0
    if limit is not None:
        stamps = require_times(journeys, "within").view(np.int64)
        reached &= stamps[row] - stamps[last] <= limit
    answer = _Ways(*np.full((3, len(journeys)), -1))
    answer.starts[owners[::-1]] = last[::-1]  # the first one, written last, stays
    good = np.flatnonzero(reached)[::-1]
    answer.starts[owners[good]] = last[good]
    answer.begins[owners[good]] = begins[good]
    answer.stops[owners[good]] = row[good]
    return answer


def _reached(journeys: Journeys, end: Place, limit: int | None) -> Array:
    """Tell of each journey whether it has the end, in time from its first interaction."""
    ends = quickest_spans(journeys, end)[1]
    owners = owners_at(journeys.offsets, ends)
    if limit is not None:
        stamps = require_times(journeys, "within").view(np.int64)
        owners = owners[stamps[ends] - stamps[journeys.offsets[:-1][owners]] <= limit]
    answer = np.zeros(len(journeys), dtype=bool)
    answer[owners] = True
    return answer


def _median(journeys: Journeys, ways: _Ways) -> float:
    if journeys.times is None:
        return np.nan
    there = np.flatnonzero(ways.converted)
    stamps = journeys.times.view(np.int64)
    gaps = stamps[ways.stops[there]] - stamps[ways.starts[there]]
    weights = journeys.counts[there].astype(np.float64)
    return float(spreads(np.zeros_like(gaps), gaps, 1, weights).quantile(0.5)[0]) / 1e6


def converted_and_dropped(
    journeys: Journeys,
    start: Place,
    *,
    end: Place,
    within: dt.timedelta | None = None,
    by: str | None = None,
    level: float = 0.95,
) -> ConvertedAndDropped:
    """Put side by side what converted and dropped journeys met behind the start.

    Parameters
    ----------
    start, end, within, by, level
        As for `conversion`.

    Returns
    -------
    ConvertedAndDropped
        The largest difference first, in either direction; ties in the order of their keys.

    Raises
    ------
    NotFoundError
        When there is no such touchpoint, column or facet.
    InvalidInputError
        When the window is not positive, or is given and there are no times.

    Notes
    -----
    Of a converted journey everything between the start and the end counts, of a dropped one
    everything behind its first start, once a touchpoint. Journeys that the log cuts off on the way
    are neither. Dropped journeys can have longer parts, and so more of everything. O(m log m).

    Examples
    --------
    >>> import touchpoints as tp
    >>> table = {"path": ["cart > chat > buy", "cart > buy", "cart > help"], "n": [3, 1, 4]}
    >>> journeys = tp.from_paths(table, path="path", count="n")
    >>> tp.paths.converted_and_dropped(journeys, "cart", end="buy").as_dict()
    {'help': -1.0, 'chat': 0.75}
    """
    limit = _limit(journeys, within, level, "converted_and_dropped(within=…)")
    return by_group(
        journeys, by, partial(_side_by_side, start=start, end=end, limit=limit, level=level)
    )


def _side_by_side(
    journeys: Journeys, *, start: Place, end: Place, limit: int | None, level: float
) -> ConvertedAndDropped:
    ways, k = _ways(journeys, start, end, limit=limit), len(journeys.touchpoints)
    stops = np.where(ways.converted, ways.begins, journeys.offsets[1:])
    pairs = _met(journeys, np.where(ways.started, ways.starts + 1, stops), stops)
    units, counts = units_of(journeys, None), journeys.counts
    dropped = ways.started & ~ways.converted & journeys.finished
    won, lost = (
        presence_shares(units, counts, pairs, size=k, level=level, among=among)
        for among in (ways.converted, dropped)
    )
    difference = won.share - lost.share
    size = np.nan_to_num(np.abs(difference))
    order = most_frequent(size, None, key_ranks(journeys))
    order = order[(won.totals + lost.totals)[order] > 0]
    keys = keys_of(journeys)
    return ConvertedAndDropped(
        touchpoint=keys[order],
        converted=won.totals[order],
        **won.take(order).columns("converted_share", ends="converted_"),
        dropped=lost.totals[order],
        **lost.take(order).columns("dropped_share", ends="dropped_"),
        difference=difference[order],
        level=level,
        unit=units.unit,
    )


def _met(journeys: Journeys, starts: Array, stops: Array) -> tuple[Array, Array]:
    """Return which journeys have which touchpoints in ``starts[j]:stops[j]``, each pair once."""
    k = max(len(journeys.touchpoints), 1)
    lengths = np.maximum(stops - starts, 0)
    moved = offsets_of(lengths)
    rows = np.arange(moved[-1]) + np.repeat(starts - moved[:-1], lengths)
    keys = np.repeat(np.arange(len(journeys)), lengths) * k + journeys.codes[rows]
    keys.sort()
    keys = keys[run_starts(keys)]
    return keys // k, keys % k
