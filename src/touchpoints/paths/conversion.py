"""Conversion rates from one place to another, against the base rate of the second place."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from functools import partial
from typing import Any, ClassVar

import attrs
import numpy as np

from touchpoints._core import checks
from touchpoints._core.arrays.counting import run_starts
from touchpoints._core.arrays.segments import offsets_of
from touchpoints._core.arrays.segments.choosing import owners_at
from touchpoints._core.arrays.sorting.nearly_sorted import sort_runs
from touchpoints._core.arrays.sorting.ranking import most_frequent
from touchpoints._core.arrays.statistics.quantiles import spreads
from touchpoints._core.checks import public
from touchpoints._core.frozen import Array, text_array
from touchpoints._core.opening_hours import Clock, OpeningHours
from touchpoints._core.tables import Estimated, column
from touchpoints._core.time_units import TimeUnit, WithUnit, in_unit
from touchpoints.journeys.cutting import require_times
from touchpoints.journeys.groups import by_group
from touchpoints.journeys.model import Journeys
from touchpoints.journeys.outcomes import window_is_over
from touchpoints.journeys.places.anchors import Place, next_spans, quickest_spans, spans
from touchpoints.journeys.tie_breaking import key_ranks, keys_of
from touchpoints.paths._shared.clocks import journey_clock
from touchpoints.uncertainty import JourneyShares, units_of
from touchpoints.uncertainty.cell_shares import facts_of, presence_shares, stacked


@attrs.frozen(kw_only=True, repr=False)
class Conversion(WithUnit, Estimated):
    """Conversion rate, base rate and lift; one row, or one row per group.

    Attributes
    ----------
    journeys : int64
        The number of journeys.
    started : int64
        The number of journeys with the start.
    converted : int64
        The number of journeys that reach the end after the start, in time where ``within`` is
        given.
    lost, open : int64
        The number of journeys that started and did not convert: those that cannot any more, and
        those that still may. Without ``within`` the latter are the journeys that the log cuts off
        (not ``finished``); with it, those watched for less than that after one of their starts.
    rate, low, high : float64
        The conversion rate, ``converted / started``, in [0, 1], and its interval.
    base, base_low, base_high : float64
        The base rate: the share of all journeys that reach the end, in [0, 1], and its interval.
    lift : float64
        The rate divided by the base rate; nan where no journey reaches the end.
    median_time : float64
        The median time from the start that converts to the end; nan without times.
    time_unit, opening : str, OpeningHours or None
        The unit of ``median_time``, and the opening hours that it counts, if not all time counts.
    """

    durations: ClassVar[tuple[str, ...]] = ("median_time",)

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
    time_unit: str = attrs.field(default="seconds", repr=False)
    opening: OpeningHours | None = attrs.field(default=None, repr=False)

    def as_dict(self) -> dict[Any, float]:
        """Return {"rate": rate, "lift": lift}; with ``by=``, the keys are (group, name)."""
        numbers = np.column_stack([self.rate, self.lift]).ravel()
        return self._labelled(numbers, text_array(["rate", "lift"] * len(self)))


@attrs.frozen(kw_only=True, repr=False)
class ConvertedAndDropped(Estimated):
    """Touchpoints of converted and dropped journeys; one row per touchpoint (and group).

    ``as_dict()`` returns ``{touchpoint: difference}``; with groups, the keys begin with the group.

    Attributes
    ----------
    touchpoint : object
        The key of the touchpoint.
    converted, converted_share, converted_low, converted_high
        The number of converted journeys with the touchpoint between start and end, their share of
        the converted journeys, in [0, 1], and its interval.
    dropped, dropped_share, dropped_low, dropped_high
        The number of dropped journeys with the touchpoint after the start, their share of the
        dropped journeys, in [0, 1], and its interval.
    difference : float64
        ``converted_share − dropped_share``, in [-1, 1].
    """

    main = "difference"
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
class _Matched:
    """The start and the end found in each journey, as rows, int64 (n,); -1 where there is none.

    ``starts`` is the last row of the start, ``begins`` and ``stops`` the first and the last row of
    the end. The start is the first one that leads to an end in time, else the first of all.
    ``latest`` is the last row of the latest start.
    """

    starts: Array
    begins: Array
    stops: Array
    latest: Array

    @property
    def started(self) -> Array:
        return self.starts >= 0

    @property
    def converted(self) -> Array:
        return self.stops >= 0


@public
def conversion(
    journeys: Journeys,
    start: Place,
    *,
    end: Place,
    within: dt.timedelta | None = None,
    by: str | Sequence[str] | None = None,
    level: float = 0.95,
    hours: OpeningHours | None = None,
    unit: TimeUnit = "seconds",
) -> Conversion:
    """Compute the conversion rate from one place to another, its base rate and its lift.

    Parameters
    ----------
    start, end
        Touchpoints by key or type, facets, patterns or anchors.
    within
        The longest time from the start to the end; for a pattern, from and to the last interaction
        of its match. A journey converts if any of its starts is followed by the end in time. For
        the base rate, time runs from the first interaction.
    by, level, hours, unit
        Shared arguments: see `touchpoints.paths`.

    Returns
    -------
    Conversion
        One row, or one row per group.

    Raises
    ------
    NotFoundError
        When the touchpoint, the column or the facet does not exist.
    InvalidInputError
        When ``within`` is not positive, or is given for journeys without times.

    See Also
    --------
    converted_and_dropped : Compare the touchpoints of converted and dropped journeys.
    funnel : Count the journeys that reach each of several steps.
    time_to : The time to an event with open journeys as censored, by Kaplan-Meier.

    Notes
    -----
    Journeys that the log cuts off may still convert. They are among the started, so the rate is a
    lower bound where many journeys are ``open``. A lift above 1 means that journeys with the start
    reach the end more often than journeys overall, not that the start causes it. The cost is O(m)
    in m interactions.

    Examples
    --------
    >>> import touchpoints as tp
    >>> table = {"path": ["chat > buy", "chat", "buy", "visit"], "n": [3, 1, 1, 5]}
    >>> journeys = tp.from_paths(table, path="path", count="n")
    >>> tp.paths.conversion(journeys, "chat", end="buy").as_dict()
    {'rate': 0.75, 'lift': 1.875}
    """
    limit = _limit(journeys, within, level, "conversion(within=…)")
    checks.check_option("unit", unit, TimeUnit)
    table = partial(
        _conversion,
        start=start,
        end=end,
        limit=limit,
        level=level,
        clock=journey_clock(journeys, hours),
    )
    return in_unit(attrs.evolve(by_group(journeys, by, table), opening=hours), unit)


def _limit(journeys: Journeys, within: dt.timedelta | None, level: float, what: str) -> int | None:
    checks.level(level)
    if within is None:
        return None
    limit = checks.microseconds(within, "within")
    require_times(journeys, what)
    return limit


def _conversion(
    journeys: Journeys, *, start: Place, end: Place, limit: int | None, level: float, clock: Clock
) -> Conversion:
    matched = _matched(journeys, start, end, limit=limit)
    shares, counts = JourneyShares(journeys, level=level), journeys.counts
    rate = shares.of(matched.converted, among=matched.started)
    base = shares.of(_reached(journeys, end, limit))
    rates, bases = stacked([rate]), stacked([base])
    missed = matched.started & ~matched.converted
    over = window_is_over(journeys, matched.latest, limit)
    return Conversion(
        journeys=np.array([counts.sum()]),
        started=np.array([rate.trials]),
        converted=np.array([rate.hits]),
        lost=np.array([counts[missed & over].sum()]),
        open=np.array([counts[missed & ~over].sum()]),
        **rates.columns("rate", ends=""),
        **bases.columns("base"),
        lift=np.array([rate.share / base.share if base.hits else np.nan]),
        median_time=np.array([_median(journeys, matched, clock)]),
        level=level,
        **facts_of(shares, rates, bases),
    )


def _matched(journeys: Journeys, start: Place, end: Place, *, limit: int | None) -> _Matched:
    last = np.unique(spans(journeys, start)[1])
    owners = owners_at(journeys.offsets, last)
    begins, row = next_spans(journeys, end, last, before=journeys.offsets[1:][owners])
    reached = row >= 0
    if limit is not None:
        stamps = require_times(journeys, "within").view(np.int64)
        reached &= stamps[row] - stamps[last] <= limit
    answer = _Matched(*np.full((4, len(journeys)), -1))
    answer.latest[owners] = last
    answer.starts[owners[::-1]] = last[::-1]  # written in reverse, so the first start remains
    good = np.flatnonzero(reached)[::-1]
    answer.starts[owners[good]] = last[good]
    answer.begins[owners[good]] = begins[good]
    answer.stops[owners[good]] = row[good]
    return answer


def _reached(journeys: Journeys, end: Place, limit: int | None) -> Array:
    """Return whether each journey has the end within the limit of its start, bool (n,)."""
    ends = quickest_spans(journeys, end)[1]
    owners = owners_at(journeys.offsets, ends)
    if limit is not None:
        stamps = require_times(journeys, "within").view(np.int64)
        owners = owners[stamps[ends] - stamps[journeys.offsets[:-1][owners]] <= limit]
    answer = np.zeros(len(journeys), dtype=bool)
    answer[owners] = True
    return answer


def _median(journeys: Journeys, matched: _Matched, clock: Clock) -> float:
    if journeys.times is None:
        return np.nan
    converted = np.flatnonzero(matched.converted)
    stamps = clock(journeys.times.view(np.int64))
    gaps = stamps[matched.stops[converted]] - stamps[matched.starts[converted]]
    weights = journeys.counts[converted].astype(np.float64)
    return float(spreads(np.zeros_like(gaps), gaps, 1, weights).quantile(0.5)[0]) / 1e6


@public
def converted_and_dropped(
    journeys: Journeys,
    start: Place,
    *,
    end: Place,
    within: dt.timedelta | None = None,
    by: str | Sequence[str] | None = None,
    level: float = 0.95,
) -> ConvertedAndDropped:
    """Compare the touchpoints of converted and dropped journeys after the start.

    Parameters
    ----------
    start, end, within, by, level
        As for `conversion`.

    Returns
    -------
    ConvertedAndDropped
        The largest absolute difference first; ties in the order of their keys.

    Raises
    ------
    NotFoundError
        When the touchpoint, the column or the facet does not exist.
    InvalidInputError
        When ``within`` is not positive, or is given for journeys without times.

    See Also
    --------
    conversion : The conversion rate itself, its base rate and its lift.
    discriminating : Find the subsequences that distinguish groups of journeys.
    step_flows : What journeys do after the start, step by step.

    Notes
    -----
    In a converted journey, the touchpoints between start and end count; in a dropped journey, all
    touchpoints after its first start. Each touchpoint counts once per journey. Journeys that the
    log cuts off before they convert are in neither group. Dropped journeys can have longer parts,
    and therefore more of every touchpoint. The cost is O(m log m) in m interactions.

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
    matched, k = _matched(journeys, start, end, limit=limit), len(journeys.touchpoints)
    stops = np.where(matched.converted, matched.begins, journeys.offsets[1:])
    pairs = _met(journeys, np.where(matched.started, matched.starts + 1, stops), stops)
    units, counts = units_of(journeys, None), journeys.counts
    dropped = matched.started & ~matched.converted
    dropped &= window_is_over(journeys, matched.latest, limit)
    won, lost = (
        presence_shares(units, counts, pairs, size=k, level=level, among=among)
        for among in (matched.converted, dropped)
    )
    difference = won.share - lost.share
    size = np.nan_to_num(np.abs(difference))
    order = most_frequent(size, None, key_ranks(journeys))
    order = order[(won.totals + lost.totals)[order] > 0]
    keys, won, lost = keys_of(journeys), won.take(order), lost.take(order)
    return ConvertedAndDropped(
        touchpoint=keys[order],
        converted=won.totals,
        **won.columns("converted_share", ends="converted_"),
        dropped=lost.totals,
        **lost.columns("dropped_share", ends="dropped_"),
        difference=difference[order],
        level=level,
        **facts_of(units, won, lost),
    )


def _met(journeys: Journeys, starts: Array, stops: Array) -> tuple[Array, Array]:
    """Return the distinct (journey, touchpoint code) pairs of the rows ``starts[j]:stops[j]``."""
    k = max(len(journeys.touchpoints), 1)
    lengths = np.maximum(stops - starts, 0)
    moved = offsets_of(lengths)
    rows = np.arange(moved[-1]) + np.repeat(starts - moved[:-1], lengths)
    keys = np.repeat(np.arange(len(journeys)), lengths) * k + journeys.codes[rows]
    sort_runs(keys)
    keys = keys[run_starts(keys)]
    return keys // k, keys % k
