"""Active and waiting time of journeys, and flow efficiency."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import Any

import attrs
import numpy as np

from touchpoints._core import checks
from touchpoints._core.arrays.segments import lengths_of, sum_by_segment
from touchpoints._core.arrays.segments.lasting import UNKNOWN, lasting, stamps_of, united
from touchpoints._core.checks import public
from touchpoints._core.frozen import Array, text_array
from touchpoints._core.opening_hours import Clock, OpeningHours
from touchpoints._core.tables import OfPersons, column, optional_column, without_width
from touchpoints._core.time_units import TimeUnit, said_of_times, scaled, unit_size
from touchpoints.errors import InvalidInputError
from touchpoints.journeys.cutting import require_times
from touchpoints.journeys.groups import by_group
from touchpoints.journeys.model import Journeys
from touchpoints.paths._shared.clocks import journey_clock
from touchpoints.paths._shared.durations import Collected, checked_shares, summary

_MEASURES = ("span", "active", "waiting", "flow efficiency")
_SHARES = np.array([False, False, False, True])
_STEPS = 1e12  # shares are summarised as integers, in parts of this number
_SECOND = 1e6
_MEASURED = (
    *("mean", "mean_low", "mean_high", "min", "q1", "median", "median_low", "median_high"),
    *("q3", "max", "quantiles", "quantiles_low", "quantiles_high"),
)


@attrs.frozen(kw_only=True, repr=False)
class FlowEfficiency(OfPersons):
    """Active and waiting time of journeys; four rows (per group), one for each measure.

    ``as_dict()`` returns ``{measure: median}``; with groups, the keys begin with the group.

    Attributes
    ----------
    measure : object
        ``"span"``: from the first start to the last end; ``"active"``: at least one interaction is
        going on; ``"waiting"``: none is; ``"flow efficiency"``: active time as a share of the span.
    of : object
        The unit of the row: ``time_unit``, or ``"share"``.
    count : int64
        Number of journeys that are measured.
    mean, mean_low, mean_high : float64
        Mean over journeys and its confidence interval; nan without journeys, and the ends with
        fewer than two units.
    min, q1, median, q3, max : float64
        Minimum, quartiles and maximum.
    median_low, median_high : float64
        Confidence interval of the median; nan at an end that is not known.
    quantiles, quantiles_low, quantiles_high : object, optional
        Tuples of the further quantiles requested, one for each of ``shares``, and their intervals.
    empty, cut, without_end, instant : int64
        Journeys left out: without interactions; cut off by the log at either side; with an
        interaction whose end is not known; with a span of 0.
    shares : tuple of float
        The further quantiles requested, as shares in [0, 1].
    time_unit, opening : str, OpeningHours or None
        The unit of durations, and the opening hours that they count, if not all time counts.
    level, unit : float, str
        The confidence level of the intervals; the unit taken to be independent, ``"person"`` or
        ``"journey"``.
    """

    main = "median"
    labels = ("measure",)

    measure: Array = column(object)
    of: Array = column(object)
    count: Array = column(np.int64)
    mean: Array = column(np.float64)
    mean_low: Array = column(np.float64)
    mean_high: Array = column(np.float64)
    min: Array = column(np.float64)
    q1: Array = column(np.float64)
    median: Array = column(np.float64)
    median_low: Array = column(np.float64)
    median_high: Array = column(np.float64)
    q3: Array = column(np.float64)
    max: Array = column(np.float64)
    quantiles: Array | None = optional_column(object)
    quantiles_low: Array | None = optional_column(object)
    quantiles_high: Array | None = optional_column(object)
    empty: Array = column(np.int64)
    cut: Array = column(np.int64)
    without_end: Array = column(np.int64)
    instant: Array = column(np.int64)
    shares: tuple[float, ...] = attrs.field(default=(), repr=False)
    time_unit: str = attrs.field(default="seconds", repr=False)
    opening: OpeningHours | None = attrs.field(default=None, repr=False)
    level: float
    unit: str

    def _remarks(self) -> list[str]:
        alike = without_width(self.mean_low, self.mean_high)
        return [*said_of_times(self.time_unit, self.opening), *super()._remarks(), *alike]


@public
def flow_efficiency(
    journeys: Journeys,
    *,
    quantiles: Sequence[float] = (),
    by: str | Sequence[str] | None = None,
    level: float = 0.95,
    hours: OpeningHours | None = None,
    unit: TimeUnit = "seconds",
) -> FlowEfficiency:
    """Measure for how long something is going on in journeys, and for how long they wait.

    Parameters
    ----------
    journeys
        Journeys with times and ends. Counts are honoured.
    quantiles
        Quantiles besides the quartiles, as shares in [0, 1].
    by, level, hours, unit
        Shared arguments: see `touchpoints.paths`.

    Returns
    -------
    FlowEfficiency
        Span, active time, waiting time and flow efficiency, in this order.

    Raises
    ------
    NotFoundError
        When the column or the facet does not exist.
    InvalidInputError
        When the journeys have no times or no ends; when a quantile or ``level`` is not a share;
        when there is no such unit.

    See Also
    --------
    journey_times : The same of each journey.
    idle_times : From the end of a touchpoint to the start of the next, by edge.
    during : What happens while something else is going on.

    Notes
    -----
    Overlaps are united: the active time is the length of the union of the interactions of a
    journey, so that active and waiting time add up to the span, and flow efficiency lies in [0, 1].
    The mean of flow efficiency gives every journey the same weight; the mean active time over the
    mean span is the share of all time. Journeys with an interaction whose end is not known are
    left out, because their active time is not known either; where such interactions are moments,
    say so before: ``attrs.evolve(journeys, ends=np.where(np.isnat(journeys.ends), journeys.times,
    journeys.ends))``. With ``hours`` span, active and waiting time are those of the opening hours.

    Means have t intervals, cut where no mean can be, and quantiles Woodruff's, over persons or
    journeys, as those of `gaps`. O(m log l + n log n) for journeys of at most l interactions.

    References
    ----------
    N. Modig and P. Åhlström (2012), This is Lean, Rheologica, on flow efficiency: value-adding
    time over throughput time. R. S. Woodruff (1952), Confidence intervals for medians and other
    position measures, Journal of the American Statistical Association 47(260), 635-646.

    Examples
    --------
    >>> import touchpoints as tp
    >>> rows = [
    ...     {"who": "ana", "t": "2026-01-01 09:00", "e": "2026-01-01 09:30", "w": "visit"},
    ...     {"who": "ana", "t": "2026-01-01 09:10", "e": "2026-01-01 09:40", "w": "call"},
    ...     {"who": "ana", "t": "2026-01-01 10:20", "e": "2026-01-01 10:40", "w": "visit"},
    ... ]
    >>> journeys = tp.from_records(rows, journey="who", time="t", end="e", touchpoint="w")
    >>> found = tp.paths.flow_efficiency(journeys, unit="minutes")
    >>> found.as_dict()
    {'span': 100.0, 'active': 60.0, 'waiting': 40.0, 'flow efficiency': 0.6}
    """
    require_times(journeys, "flow_efficiency")
    if journeys.ends is None:
        raise InvalidInputError(
            "flow_efficiency needs the ends of interactions, but these journeys have no ends",
            mend="read the log with tp.from_frame(…, end=…), or with lifecycle=… if start and "
            "complete are separate rows",
        )
    checks.check_option("unit", unit, TimeUnit)
    shares, level = checked_shares(quantiles), checks.level(level)
    read = partial(_collected, clock=journey_clock(journeys, hours))

    def measured(part: Journeys) -> FlowEfficiency:
        columns = summary(part, collect=read, shares=shares, level=level)
        return _table(columns, unit=unit, hours=hours)

    return by_group(journeys, by, measured)


def _collected(journeys: Journeys, clock: Clock) -> Collected:
    """Collect the four measures of each journey that is whole, with all its ends known."""
    filled = lengths_of(journeys.offsets) > 0
    stamps, ends = map(clock, stamps_of(require_times(journeys, "times"), journeys.ends))
    whole = journeys.began & journeys.finished
    missing = sum_by_segment((ends == UNKNOWN).view(np.int8), journeys.offsets, dtype=np.int64) > 0
    span = lasting(stamps, ends, journeys.offsets)
    active = united(stamps, ends, journeys.offsets)
    kept = np.flatnonzero(filled & whole & ~missing & (span > 0))
    share = np.rint(active[kept] / span[kept] * _STEPS).astype(np.int64)
    reasons = {
        "empty": ~filled,
        "cut": filled & ~whole,
        "without_end": filled & whole & missing,
        "instant": filled & whole & ~missing & (span == 0),
    }
    size = len(_MEASURES)
    left_out = {name: journeys.counts[rows].sum() for name, rows in reasons.items()}
    return Collected(
        labels={"measure": text_array(list(_MEASURES))},
        groups=np.repeat(np.arange(size), len(kept)),
        values=np.concatenate([span[kept], active[kept], span[kept] - active[kept], share]),
        owners=lambda: np.tile(kept, size),
        size=size,
        extra={name: np.full(size, number) for name, number in left_out.items()},
        every=True,
        ties=(np.arange(size),),
    )


def _table(
    columns: dict[str, Any], *, unit: TimeUnit, hours: OpeningHours | None
) -> FlowEfficiency:
    """Return the table, shares as shares and durations in a unit."""
    sizes = np.where(_SHARES, _STEPS / _SECOND, unit_size(unit))
    shown = {name: scaled(columns[name], sizes) for name in _MEASURED if name in columns}
    # No journey has less than 0, or a share above 1, and so no mean.
    shown["mean_low"] = np.maximum(shown["mean_low"], 0)
    shown["mean_high"] = np.where(_SHARES, np.minimum(shown["mean_high"], 1), shown["mean_high"])
    of = np.where(_SHARES, "share", unit).tolist()
    return FlowEfficiency(**columns | shown, of=of, time_unit=unit, opening=hours)
