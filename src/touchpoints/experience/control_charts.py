"""Is a measure stable from period to period? Control charts."""

from __future__ import annotations

import datetime as dt
from typing import Literal

import attrs
import numpy as np

from touchpoints._core import checks
from touchpoints._core.arrays.statistics.control_limits import (
    SIGMAS,
    average_run_length,
    moving_range,
    runs_on_one_side,
)
from touchpoints._core.checks import check_option, public
from touchpoints._core.frozen import Array, text_array
from touchpoints._core.messages import counted
from touchpoints._core.tables import Labelled, column
from touchpoints.errors import InvalidInputError
from touchpoints.experience._shared.change_records import moment_of
from touchpoints.experience._shared.measures import (
    Asked,
    Measured,
    MeasureName,
    Starts,
    measured,
    starts_of,
)
from touchpoints.experience._shared.metrics import Metric
from touchpoints.experience._shared.period_sums import Periods, periods_of
from touchpoints.journeys.model import Journeys, checked_journeys
from touchpoints.journeys.periods import Calendar, Clock, Instant
from touchpoints.journeys.places.selectors import Selector
from touchpoints.uncertainty.ratios import of_units
from touchpoints.uncertainty.units import units_of

Kind = Literal["p", "u", "individuals"]
_LEAST, _USUAL, _ROUGH = 2, 20, 5
_EFFICIENCY = 0.62


@attrs.frozen(kw_only=True, repr=False)
class ControlChart(Labelled):
    """A measure by period, with the limits between which it stays if nothing changes.

    ``as_dict()`` returns ``{period: value}``.

    Attributes
    ----------
    period : datetime64[us]
        The start of the period; of a calendar period in local time, the time zone of the log.
    value : float64
        The measure of the journeys that began in it; nan without trials.
    n : float64
        The trials: journeys, visits or scores.
    centre, low, high : float64
        The mean of the baseline and the limits, three standard deviations from it.
    signal : object
        ``"above"`` or ``"below"`` the limits, ``"run"`` for a run on one side, ``"above, run"`` …,
        and ``""``.
    whole : bool
        Whether the period was over when the log ended. The last one usually was not: it is shown,
        but is no part of the baseline and gives no signal.
    baseline : bool
        Whether the period is one of those that centre and limits come from.
    kind : str
        ``"p"``, ``"u"`` or ``"individuals"``.
    measure : str
        What is measured.
    dispersion : float
        How many times wider the limits are than those of independent trials, Laney's sigma z; 1
        where they were taken to be independent, nan for individuals.
    false_alarm : float
        The share of periods that are beyond the limits where nothing changes: 0.0027; after a
        baseline about this share or less, the shorter it is the larger.
    run_length : float
        The mean number of periods up to the first false alarm of either kind, with known limits.
    left_out : int
        The number of journeys without an interaction: they belong to no period.
    """

    main = "value"
    labels = ("period",)

    period: Array = column("datetime64[us]")
    value: Array = column(np.float64)
    n: Array = column(np.float64)
    centre: Array = column(np.float64)
    low: Array = column(np.float64)
    high: Array = column(np.float64)
    signal: Array = column(object)
    whole: Array = column(bool)
    baseline: Array = column(bool)
    kind: str
    measure: str
    dispersion: float
    false_alarm: float
    run_length: float
    left_out: int
    said: tuple[str, ...] = attrs.field(default=(), repr=False)

    def _remarks(self) -> list[str]:
        """Return how sure the limits are, and what was left out."""
        said = []
        if (number := int(self.baseline.sum())) < _USUAL:
            said.append(
                f"limits come from {counted(number, 'period')}: below {_USUAL} they are rough"
            )
        if self.kind != "individuals" and (few := self._rough()):
            rows = f"{few:,} of {counted(len(self), 'row')}"
            said.append(
                f"{rows}: fewer than {_ROUGH} hits or misses expected, and limits are rough"
            )
        if alike := int((self.low == self.high).sum()):
            rows = f"{alike:,} of {counted(len(self), 'row')}"
            said.append(f"{rows}: limits have no width, and any other value is a signal")
        if unfinished := int((~self.whole).sum()):
            periods = counted(unfinished, "period", verb="were")
            said.append(f"{periods} not over when the log ended: shown without a signal")
        if self.left_out:
            journeys = counted(self.left_out, "journey")
            said.append(f"{journeys} left out: without an interaction")
        return [*said, *self.said]

    def _rough(self) -> int:
        """Return the number of periods with too few trials for a normal distribution."""
        least = self.centre if self.kind == "u" else np.minimum(self.centre, 1 - self.centre)
        return int(((self.n > 0) & (self.n * least < _ROUGH)).sum())


@public
def control_chart(
    journeys: Journeys,
    *,
    measure: MeasureName,
    touchpoint: Selector | None = None,
    every: Calendar | dt.timedelta = "week",
    baseline: Instant | None = None,
    kind: Kind | None = None,
    laney: bool | None = None,
    run: int = 8,
    metric: str | Metric | None = None,
    outcome: str | None = None,
    value: str | None = None,
) -> ControlChart:
    """Compute a control chart: the measure of each period, and limits for it.

    Parameters
    ----------
    measure
        What to follow: ``"outcome"`` (the share of journeys that reach it), ``"reach"`` (the share
        of journeys with the touchpoint), ``"exit"`` (the share of visits to the touchpoint with
        which the journey ends), ``"score"``, ``"satisfied"``, ``"dissatisfied"`` (the mean score,
        or the share of such scores, at the touchpoint or anywhere), ``"count"`` (interactions with
        the touchpoint per journey) or ``"value"`` (the mean value of a journey).
    touchpoint
        The touchpoint, or several, that the measure is about.
    every
        A calendar ``"hour"``, ``"day"``, ``"week"`` (from Monday), ``"month"`` or ``"quarter"`` of
        the time zone of the log, or a duration.
    baseline
        The instant up to which centre and limits are computed, such as the date of a change; by
        default all periods that are over.
    kind
        ``"p"`` for shares, ``"u"`` for counts per journey, ``"individuals"`` for any; by default
        what suits the measure.
    laney
        Whether p- and u-charts estimate how much periods differ beyond chance. By default u-charts
        do, and p-charts where a person or a journey has several trials, so that these are not
        independent; limits are then never narrower than those of independent trials, as they can be
        with True.
    run
        How many consecutive periods on one side of the centre are a signal.
    metric, outcome, value
        As for `before_after`.

    Returns
    -------
    ControlChart
        One row per period, from the first to the last.

    Raises
    ------
    NotFoundError
        When a touchpoint, metric, outcome or value does not exist.
    InvalidInputError
        When the journeys have no times, fewer than two periods are in the baseline, or the kind
        does not suit the measure.

    See Also
    --------
    before_after, interrupted_series : Whether a known change made a difference.

    Notes
    -----
    Limits are ``p ± 3 √(p (1 - p) / n)`` for shares, ``u ± 3 √(u / n)`` for counts, and
    ``x ± 3 R / 1.128`` for individuals, R the mean moving range. With ``laney``, the first two are
    multiplied by the moving range of the standardised values, over 1.128 (D. B. Laney 2002). A
    run of eight is a rule of Western Electric (1956); L. S. Nelson (1984) asks for nine. Where
    nothing changes 0.27 % of periods are beyond the limits, if values are about normal and the
    limits are known. Those of a short baseline are crossed more often: ``false_alarm`` says how
    often, from Student's t. O(m).

    References
    ----------
    D. B. Laney (2002), Improved control charts for attributes, Quality Engineering 14(4), 531-537,
    doi:10.1081/QEN-120003555. L. S. Nelson (1984), The Shewhart control chart: tests for special
    causes, Journal of Quality Technology 16(4), 237-239.

    Examples
    --------
    >>> import touchpoints as tp
    >>> shop = tp.until(tp.datasets.shop(400, seed=1), "purchase", outcome="sale")
    >>> chart = tp.experience.control_chart(shop, measure="outcome")
    >>> chart.kind, set(chart.signal.tolist())
    ('p', {''})
    """
    starts = starts_of(checked_journeys(journeys), "control_chart")
    run = checks.whole("run", run, least=2)
    asked = Asked(
        measure=measure, touchpoints=touchpoint, metric=metric, outcome=outcome, value=value
    )
    _check_touchpoint(asked)
    found = measured(journeys, asked)
    chosen = _kind_of(measure, found, kind)
    periods, clock = periods_of(journeys, found, starts, every=every)
    known = (periods.trials > 0) & periods.whole
    base = known & _until(journeys, baseline, periods, clock=clock, starts=starts)
    if int(base.sum()) < _LEAST:
        raise InvalidInputError(
            f"limits need at least {_LEAST} periods with trials in the baseline, got {base.sum()}",
            mend="choose shorter periods or a later baseline=",
        )
    usual = chosen == "u" or _several_trials(journeys, found)
    clustered = usual if laney is None else laney
    least = 0.0 if laney else 1.0
    limits = _limits(periods, base, kind=chosen, least=least if clustered else None)
    return ControlChart(
        period=periods.start,
        value=periods.values,
        n=periods.trials,
        centre=np.full(len(base), limits.centre),
        low=limits.low,
        high=limits.high,
        signal=_signals(periods.values, limits, known, run=run),
        whole=periods.whole,
        baseline=base,
        kind=chosen,
        measure=measure,
        dispersion=limits.dispersion,
        false_alarm=_beyond(base, known, estimated=clustered or chosen == "individuals"),
        run_length=average_run_length(length=run),
        left_out=starts.empty,
        said=tuple(found.remarks(measure)),
    )


def _beyond(base: Array, known: Array, *, estimated: bool) -> float:
    """Return how often a steady period is beyond limits of a baseline, or of all periods.

    ``estimated`` is whether the spread comes from moving ranges; m of them tell as much of it as
    about .62 m differences from a mean.
    """
    from scipy.special import ndtr, stdtr

    if not (known & ~base).any():
        return 2 * float(ndtr(-SIGMAS))
    number = int(base.sum())
    reach = SIGMAS / np.sqrt(1 + 1 / number)
    return 2 * float(stdtr(_EFFICIENCY * (number - 1), -reach) if estimated else ndtr(-reach))


def _check_touchpoint(asked: Asked) -> None:
    if asked.touchpoints is not None and not asked.of_touchpoints:
        raise InvalidInputError(
            f"measure={asked.measure!r} does not depend on touchpoints",
            mend="leave touchpoint= out, or select journeys first: tp.select",
        )


def _kind_of(measure: MeasureName, found: Measured, kind: Kind | None) -> Kind:
    """Return the kind of chart, as asked for or as suits the measure."""
    if kind is None:
        return "p" if found.share else "u" if measure == "count" else "individuals"
    check_option("kind", kind, Kind)
    if (kind == "p" and not found.share) or (kind == "u" and measure != "count"):
        what = "shares" if kind == "p" else "counts"
        raise InvalidInputError(
            f"kind={kind!r} is for {what}, and measure={measure!r} is none",
            mend="leave kind= out, or choose kind='individuals'",
        )
    return kind


def _until(
    journeys: Journeys,
    baseline: Instant | None,
    periods: Periods,
    *,
    clock: Clock,
    starts: Starts,
) -> Array:
    """Return the periods that were over at an instant, bool (t,)."""
    if baseline is None:
        return np.ones(len(periods.number), dtype=bool)
    moment = moment_of(journeys, baseline, starts, name="baseline")
    shown = clock.shown(np.array([moment]))[0]
    return np.asarray(clock.start(periods.number + 1) <= shown)


def _several_trials(journeys: Journeys, found: Measured) -> bool:
    """Return whether a person, or a journey, has several trials."""
    units = units_of(journeys, None)
    return bool((of_units(units, found.trials)[units.repeats > 0] > 1).any())


@attrs.frozen(eq=False, kw_only=True)
class _Limits:
    centre: float
    low: Array
    high: Array
    dispersion: float


def _limits(periods: Periods, base: Array, *, kind: Kind, least: float | None) -> _Limits:
    """Return centre and limits of each period from those of the baseline.

    ``least`` is the least dispersion, None where it is not estimated.
    """
    values = periods.values
    if kind == "individuals":
        centre, error = float(values[base].mean()), moving_range(values[base])
        reach = np.full(len(values), SIGMAS * error)
        return _Limits(
            centre=centre, low=centre - reach, high=centre + reach, dispersion=float("nan")
        )
    centre = float(periods.hits[base].sum() / periods.trials[base].sum())
    one = centre * (1 - centre) if kind == "p" else centre
    with np.errstate(divide="ignore", invalid="ignore"):
        errors = np.sqrt(one / periods.trials)
        scores = ((values - centre) / errors)[base]
    dispersion = 1.0 if least is None or not one else max(moving_range(scores), least)
    reach = np.where(periods.trials > 0, SIGMAS * dispersion * errors, np.nan)
    most = 1.0 if kind == "p" else np.inf
    return _Limits(
        centre=centre,
        low=np.maximum(centre - reach, 0.0),
        high=np.minimum(centre + reach, most),
        dispersion=dispersion,
    )


def _signals(values: Array, limits: _Limits, known: Array, *, run: int) -> Array:
    """Return the signals of each period as text."""
    above, below = known & (values > limits.high), known & (values < limits.low)
    rows = np.flatnonzero(known)
    runs = np.zeros(len(values), dtype=bool)
    runs[rows] = runs_on_one_side(values[rows], limits.centre, length=run)
    parts = zip(above.tolist(), below.tolist(), runs.tolist(), strict=True)
    names = ("above", "below", "run")
    said = [", ".join(name for name, on in zip(names, one, strict=True) if on) for one in parts]
    return text_array(said)
