"""Did level or slope change when a change was made? Interrupted time series."""

from __future__ import annotations

import datetime as dt

import attrs
import numpy as np

from touchpoints._core import checks
from touchpoints._core.arrays.statistics.autoregressive import series_regression
from touchpoints._core.checks import public
from touchpoints._core.frozen import Array, text_array
from touchpoints._core.messages import counted
from touchpoints._core.tables import Labelled, column, without_width
from touchpoints.errors import InvalidInputError
from touchpoints.experience._shared.change_records import Change, checked_change, moment_of
from touchpoints.experience._shared.measures import Asked, MeasureName, measured, starts_of
from touchpoints.experience._shared.metrics import Metric
from touchpoints.experience._shared.period_sums import Periods, periods_of
from touchpoints.journeys.model import Journeys, checked_journeys
from touchpoints.journeys.periods import Calendar, Clock

_TERMS = ("level before", "slope before", "level change", "slope change")
_LEAST, _FEW = 3, 8


@attrs.frozen(kw_only=True, repr=False)
class InterruptedSeries(Labelled):
    """A measure by period, before and after a change: four terms of a segmented regression.

    ``as_dict()`` returns ``{term: estimate}``.

    Attributes
    ----------
    term : object
        ``"level before"`` (what the periods before lead to at the change), ``"slope before"`` (per
        period), ``"level change"`` and ``"slope change"``.
    estimate, low, high : float64
        The term and its interval.
    p : float64
        The p of the term being 0.
    periods_before, periods_after : int
        The number of periods with trials on each side.
    autocorrelation : float
        That of the errors of consecutive periods; nan where there are none.
    measure, lever, date : str
        What is measured, what was changed, and when, as it was given.
    journeys : int
        The number of journeys in the periods.
    left_out : int
        The number of journeys left out: empty, or begun in the period in which the change was made,
        in the last one if it was not over, or in one without trials.
    level : float
        The confidence level of the intervals.
    """

    main = "estimate"
    labels = ("term",)

    term: Array = column(object)
    estimate: Array = column(np.float64)
    low: Array = column(np.float64)
    high: Array = column(np.float64)
    p: Array = column(np.float64)
    periods_before: int
    periods_after: int
    autocorrelation: float
    measure: str
    lever: str
    date: str
    journeys: int
    left_out: int
    level: float
    said: tuple[str, ...] = attrs.field(default=(), repr=False)

    def _remarks(self) -> list[str]:
        """Return how little the terms rest on, and what was left out."""
        said = ["no control group: whatever else changed at that time is in the change of level"]
        fewest = min(self.periods_before, self.periods_after)
        if fewest < _FEW:
            sides = f"{self.periods_before:,} before and {self.periods_after:,} after"
            said.append(f"few periods ({sides}): below {_FEW} on a side a trend is hardly known")
        if self.left_out:
            journeys = counted(self.left_out, "journey")
            said.append(
                f"{journeys} left out: empty, or of a period that is cut in two or has no trials"
            )
        return [*said, *without_width(self.low, self.high), *self.said]


@public
def interrupted_series(
    journeys: Journeys,
    change: Change,
    *,
    measure: MeasureName,
    every: Calendar | dt.timedelta = "week",
    metric: str | Metric | None = None,
    outcome: str | None = None,
    value: str | None = None,
    level: float = 0.95,
) -> InterruptedSeries:
    """Estimate by how much level and slope of a measure changed when a change was made.

    Parameters
    ----------
    change
        What was changed, and when. Measures of touchpoints are of those that it names.
    measure, metric, outcome, value
        As for `before_after`.
    every
        The length of the periods: a calendar ``"hour"``, ``"day"``, ``"week"`` (from Monday),
        ``"month"`` or ``"quarter"`` of the time zone of the log, or a duration; periods of a
        duration begin at the change.
    level
        Shared argument: see `touchpoints.experience`.

    Returns
    -------
    InterruptedSeries
        Four rows, always in the same order.

    Raises
    ------
    NotFoundError
        When a touchpoint, metric, outcome or value does not exist.
    InvalidInputError
        When the journeys have no times, the change is dated outside the log, or there are fewer
        than three periods on a side.

    See Also
    --------
    before_after : The difference of two periods, beside a control group.
    control_chart : Which periods are out of the ordinary, whether or not a change is known.

    Notes
    -----
    A journey belongs to the period in which it began. The period in which the change was made is
    left out unless it was made at its start, and so is the last one if the log ends before it does.
    The measure of period t, counted from the change, is ``level + slope t`` before and
    ``+ level change + slope change t`` after (A. K. Wagner et al. 2002), weighted by trials. Errors
    of periods are taken to be autocorrelated, and intervals take into account that the
    autocorrelation is estimated (A. Zellner & G. C. Tiao 1964). O(m) and 194 regressions.

    References
    ----------
    A. K. Wagner, S. B. Soumerai, F. Zhang & D. Ross-Degnan (2002), Segmented regression analysis of
    interrupted time series studies in medication use research, Journal of Clinical Pharmacy and
    Therapeutics 27(4), 299-309, doi:10.1046/j.1365-2710.2002.00430.x.

    Examples
    --------
    >>> import touchpoints as tp
    >>> shop = tp.until(tp.datasets.shop(400, seed=1), "purchase", outcome="sale")
    >>> change = tp.experience.Change("website_optimisation", "search_query", date="2026-02-16")
    >>> found = tp.experience.interrupted_series(shop, change, measure="outcome")
    >>> found.term.tolist()
    ['level before', 'slope before', 'level change', 'slope change']
    """
    starts = starts_of(checked_journeys(journeys), "interrupted_series")
    level = checks.level(level)
    checked_change(change)
    asked = Asked(measure=measure, metric=metric, outcome=outcome, value=value)
    asked = asked.at(list(change.touchpoints)) if asked.of_touchpoints else asked
    moment = moment_of(journeys, change.date, starts)
    found = measured(journeys, asked)
    periods, clock = periods_of(journeys, found, starts, every=every, origin=moment)
    since, side = _since(periods, clock, moment)
    kept = (periods.trials > 0) & periods.whole & (side != 0)
    before, after = (int((kept & (side == one)).sum()) for one in (-1, 1))
    _check_enough(before, after)
    t, late = since[kept], side[kept] > 0
    fit = series_regression(
        np.column_stack([np.ones(len(t)), t, late, late * t]),
        periods.values[kept],
        periods.trials[kept],
        t,
        level=level,
    )
    used = int(periods.journeys[kept].sum())
    return InterruptedSeries(
        term=text_array(_TERMS),
        estimate=fit.coefficients,
        low=fit.low,
        high=fit.high,
        p=fit.p,
        periods_before=before,
        periods_after=after,
        autocorrelation=fit.correlation,
        measure=measure,
        lever=change.lever,
        date=change.date.isoformat(),
        journeys=used,
        left_out=int(journeys.counts.sum()) - used,
        level=level,
        said=tuple(found.remarks(measure)),
    )


def _since(periods: Periods, clock: Clock, moment: int) -> tuple[Array, Array]:
    """Return the number of periods since the change, and on which side each is: -1, 0 or 1.

    0 is the period in which the change was made, unless it was made at its start.
    """
    shown = int(clock.shown(np.array([moment]))[0])
    own = int(clock.number(np.array([shown]))[0])
    since = periods.number - own
    at_start = int(clock.start(np.array([own]))[0]) == shown
    return since, np.sign(2 * since + 1) if at_start else np.sign(since)


def _check_enough(before: int, after: int) -> None:
    if min(before, after) < _LEAST:
        raise InvalidInputError(
            f"a slope on each side needs at least {_LEAST} periods with trials on each, got "
            f"{before} before the change and {after} after it",
            mend="choose shorter periods, or compare two periods: before_after",
        )
