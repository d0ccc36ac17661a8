"""Summary statistics of durations: counts, means and quantiles."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from types import MappingProxyType
from typing import Any, ClassVar, Protocol

import attrs
import numpy as np

from touchpoints._core import checks
from touchpoints._core.arrays.counting import row_weights
from touchpoints._core.arrays.sorting.ranking import most_frequent
from touchpoints._core.arrays.statistics.figures import Figures, figures
from touchpoints._core.arrays.statistics.mean_bounds import bounds_of_means
from touchpoints._core.arrays.statistics.quantile_bounds import UnitValues, quantile_bounds
from touchpoints._core.arrays.statistics.quantiles import Spreads, spreads
from touchpoints._core.frozen import Array, text_array
from touchpoints._core.opening_hours import Clock, OpeningHours
from touchpoints._core.tables import OfPersons, column, optional_column, unknown_ends, without_width
from touchpoints._core.time_units import TimeUnit, in_unit, said_of_times
from touchpoints.journeys.groups import by_group
from touchpoints.journeys.model import Journeys
from touchpoints.paths._shared.clocks import journey_clock
from touchpoints.uncertainty import Units, units_of

_SECOND = 1e6
_FIVE = MappingProxyType({"min": 0.0, "q1": 0.25, "median": 0.5, "q3": 0.75, "max": 1.0})


@attrs.frozen(kw_only=True, repr=False)
class Durations(OfPersons):
    """Durations, in seconds by default; one row per edge, two places, touchpoint or group.

    Attributes
    ----------
    source, target, touchpoint : object, optional
        The keys of the two touchpoints of an edge, or the two places as they were given; the key
        of the touchpoint.
    count : int64
        Number of known durations.
    mean : float64
        Mean; nan where no duration is known, as in all columns that follow.
    mean_low, mean_high : float64, optional
        Confidence interval of the mean, if ``level`` was given; nan with fewer than two units.
    min, q1, median, q3, max : float64
        Minimum, quartiles and maximum.
    median_low, median_high : float64, optional
        Confidence interval of the median, if ``level`` was given; nan at an end that is not known.
    quantiles : object, optional
        A tuple of the further quantiles requested, one for each of ``shares``.
    quantiles_low, quantiles_high : object, optional
        Their confidence intervals, if ``level`` was given: tuples like ``quantiles``.
    without_end : int64, optional
        Interactions that would count, but whose end is not known.
    unreached, open : int64, optional
        Between two places: starts without an end after them, in finished journeys and in journeys
        the log cuts off, which may still reach the end.
    empty, cut : int64, optional
        Journeys left out: those without interactions, and those the log cuts off at either side.
    shares : tuple of float
        The further quantiles requested, as shares in [0, 1].
    ends_before_starts : int
        Interactions of the whole log whose end was before their start. Reading the log set those
        ends aside, so these interactions are among ``without_end``.
    time_unit, opening : str, OpeningHours or None
        The unit of all durations, and the opening hours that they count, if not all time counts.
    level, unit : float or None, str
        The confidence level of the intervals, if they were requested; the unit taken to be
        independent, ``"person"`` or ``"journey"``.
    persons, effective : int, float, optional
        The number of persons with journeys, and their effective number, where there are intervals
        and persons are known. Below 5 a remark is printed.
    """

    durations: ClassVar[tuple[str, ...]] = (
        *("mean", "mean_low", "mean_high", "min", "q1", "median", "median_low", "median_high"),
        *("q3", "max", "quantiles", "quantiles_low", "quantiles_high"),
    )

    source: Array | None = optional_column(object)
    target: Array | None = optional_column(object)
    touchpoint: Array | None = optional_column(object)
    count: Array = column(np.int64)
    mean: Array = column(np.float64)
    mean_low: Array | None = optional_column(np.float64)
    mean_high: Array | None = optional_column(np.float64)
    min: Array = column(np.float64)
    q1: Array = column(np.float64)
    median: Array = column(np.float64)
    median_low: Array | None = optional_column(np.float64)
    median_high: Array | None = optional_column(np.float64)
    q3: Array = column(np.float64)
    max: Array = column(np.float64)
    quantiles: Array | None = optional_column(object)
    quantiles_low: Array | None = optional_column(object)
    quantiles_high: Array | None = optional_column(object)
    without_end: Array | None = optional_column(np.int64)
    unreached: Array | None = optional_column(np.int64)
    open: Array | None = optional_column(np.int64)
    empty: Array | None = optional_column(np.int64)
    cut: Array | None = optional_column(np.int64)
    shares: tuple[float, ...] = attrs.field(default=(), repr=False)
    ends_before_starts: int = attrs.field(default=0, repr=False)
    time_unit: str = attrs.field(default="seconds", repr=False)
    opening: OpeningHours | None = attrs.field(default=None, repr=False)
    level: float | None = attrs.field(default=None, repr=False)
    unit: str

    def _remarks(self) -> list[str]:
        """Return the lines under the table: few persons, medians without an end, no width."""
        remarks = [*said_of_times(self.time_unit, self.opening), *super()._remarks()]
        if self.median_low is not None and self.median_high is not None:
            open_ends = (self.count > 0) & np.isnan(self.median_low + self.median_high)
            remarks = [*remarks, *unknown_ends(open_ends, "the values known")]
        if self.mean_low is not None and self.mean_high is not None:
            remarks = [*remarks, *without_width(self.mean_low, self.mean_high)]
        return remarks

    def as_dict(self) -> dict[Any, float]:
        """Return {edge or touchpoint: mean duration}, an edge as (source, target).

        For `throughput_times` the label is ``"throughput"``. With groups the keys are
        (group, source, target) or (group, touchpoint), or the group.
        """
        columns = [one for one in (self.source, self.target, self.touchpoint) if one is not None]
        return self._labelled(self.mean, *columns, alone="throughput")


@attrs.frozen(eq=False, kw_only=True)
class Collected:
    """Durations to summarise.

    Attributes
    ----------
    labels
        Label columns, (size,) each.
    groups : int64 (v,) in ``range(size + 1)``
        The row each duration belongs to; ``size`` if it belongs to no row.
    values : int64 (v,)
        The durations in microseconds.
    owners
        Returns the journey of each duration, integers (v,); a function, as it is seldom needed.
    size
        Number of rows.
    extra
        Further columns, int64 (size,) each.
    every
        Whether rows without durations are kept.
    ties : integers (size,) each
        Sort keys that order equally frequent rows.
    """

    labels: dict[str, Array]
    groups: Array
    values: Array
    owners: Callable[[], Array]
    size: int
    extra: dict[str, Array]
    every: bool = False
    ties: tuple[Array, ...] = ()


@attrs.frozen(kw_only=True)
class Shown:
    """Which time durations count, and the unit they are shown in."""

    hours: OpeningHours | None
    unit: TimeUnit


class Collect(Protocol):
    """Collects durations, as read from a clock."""

    def __call__(self, journeys: Journeys, clock: Clock) -> Collected: ...


def durations_of(
    journeys: Journeys,
    collect: Collect,
    *,
    quantiles: Sequence[float],
    by: str | Sequence[str] | None,
    level: float | None,
    shown: Shown,
) -> Durations:
    """Collect and summarise the durations of each group, the most frequent rows first."""
    checks.check_option("unit", shown.unit, TimeUnit)
    shares = checked_shares(quantiles)
    if level is not None:
        checks.level(level)
    read = partial(collect, clock=journey_clock(journeys, shown.hours))
    late = journeys.meta.report.ends_before_starts

    def summed_up(part: Journeys) -> Durations:
        columns = summary(part, collect=read, shares=shares, level=level)
        return Durations(**columns, ends_before_starts=late, opening=shown.hours)

    return in_unit(by_group(journeys, by, summed_up), shown.unit)


def checked_shares(quantiles: Sequence[float]) -> tuple[float, ...]:
    """Return further quantiles, which must be shares in [0, 1]."""
    mend = "write 90 % as 0.9"
    return tuple(checks.share("quantiles", one, zero=True, mend=mend) for one in quantiles)


def summary(
    journeys: Journeys,
    *,
    collect: Callable[[Journeys], Collected],
    shares: tuple[float, ...],
    level: float | None,
) -> dict[str, Any]:
    """Return the columns and facts of a table of durations, as `Durations` names them."""
    found = collect(journeys)
    plain = row_weights(journeys.offsets, journeys.counts) is None
    weights = None if plain else journeys.counts[found.owners()].astype(np.float64)
    rows, every = (found.groups, found.values, found.size), (*_FIVE.values(), *shares)
    spread = None if level is None else spreads(*rows, weights)
    read = figures(*rows, every, weights) if spread is None else Figures.of(spread, every)
    totals = read.totals
    listed = totals + found.extra.get("without_end", 0)
    order = most_frequent(totals, None, -listed, *found.ties)
    if not found.every:
        order = order[listed[order] > 0]
    columns: dict[str, Any] = {"count": totals, "mean": read.means / _SECOND}
    columns |= zip(_FIVE, read.quantiles[: len(_FIVE)] / _SECOND, strict=True)
    facts: dict[str, Any] = {"unit": "journey" if journeys.persons is None else "person"}
    if level is not None and spread is not None:
        units = units_of(journeys, None)
        facts = units.facts()
        columns |= _intervals(
            units, journeys.counts, found, spread, means=columns["mean"], level=level, shares=shares
        )
    columns |= found.labels | found.extra
    if shares:
        columns["quantiles"] = _tuples(list(read.quantiles[len(_FIVE) :]))
    columns = {name: values[order] for name, values in columns.items()}
    return {**columns, **facts, "shares": shares, "level": level}


def _tuples(columns: list[Array]) -> Array:
    """Return one tuple of seconds for each row, from columns in microseconds."""
    return text_array([tuple(row) for row in (np.stack(columns, axis=1) / _SECOND).tolist()])


def _intervals(
    units: Units,
    counts: Array,
    found: Collected,
    spread: Spreads,
    *,
    means: Array,
    level: float,
    shares: tuple[float, ...],
) -> dict[str, Array]:
    """Return the intervals of means, medians and quantiles, over persons or else journeys."""
    owners = found.owners()
    known = np.flatnonzero((found.groups < found.size) & (counts[owners] > 0))
    values, groups, rows = found.values[known], found.groups[known], owners[known]
    which = {"of": units.of[rows], "within": units.within[rows], "repeats": units.repeats}
    by_unit = UnitValues.of(values, groups, found.size, **which)
    low, high = bounds_of_means(by_unit, means * _SECOND, level=level)
    columns = {"mean_low": low / _SECOND, "mean_high": high / _SECOND}
    low, high = quantile_bounds(spread, by_unit, 0.5, level=level)
    columns |= {"median_low": low / _SECOND, "median_high": high / _SECOND}
    if shares:
        pairs = [quantile_bounds(spread, by_unit, share, level=level) for share in shares]
        for name, ends in zip(("low", "high"), zip(*pairs, strict=True), strict=True):
            columns[f"quantiles_{name}"] = _tuples(list(ends))
    return columns
