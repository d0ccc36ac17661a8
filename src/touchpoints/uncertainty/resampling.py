"""The bootstrap: a statistic of journeys with its standard error and interval."""

from __future__ import annotations

import math
from collections.abc import Callable, Hashable, Mapping
from typing import Any, Literal

import attrs
import numpy as np

from touchpoints._core import checks
from touchpoints._core.checks import (
    check_option,
    public,
)
from touchpoints._core.frozen import Array, owned, text_array
from touchpoints._core.messages import counted, first_few
from touchpoints._core.progress import Progress, reporting
from touchpoints._core.tables import Labelled, column
from touchpoints.errors import InvalidInputError, WrongKindError
from touchpoints.journeys.combining import recounted
from touchpoints.journeys.model import Journeys, derive
from touchpoints.uncertainty.recounting import UndefinedError, recount_of
from touchpoints.uncertainty.units import Units, resampling_counts, units_of

Statistic = Callable[[Journeys], Any]
Method = Literal["percentile", "basic"]

_BLOCK = 1 << 22
_NUMBERS = (int, float, np.integer, np.floating)
_ENOUGH = 20


@attrs.frozen(kw_only=True, repr=False)
class Bootstrap(Labelled):
    """A statistic with its bootstrap standard error and interval, one row per label.

    ``as_dict()`` returns ``{label: estimate}``.

    Attributes
    ----------
    label : object
        The label of the number; ``"statistic"`` when the statistic is a single number.
    estimate : float64
        The statistic of the observed journeys.
    low, high : float64
        The ends of the interval.
    se : float64
        The standard error: the standard deviation over the resamples.
    defined : int64
        The number of resamples in which the label had a number; the interval and the standard
        error are computed from these.
    resamples : int
        The number of resamples.
    undefined : int
        The number of resamples for which the statistic has no numbers at all, such as credit where
        no journey with the outcome was drawn. All labels are absent from them.
    level : float
        The confidence level of the interval.
    unit : str
        The unit that was resampled as a whole.
    units : int
        The number of units.
    reason : str
        Why there is no interval; empty when there is an interval.

    Notes
    -----
    Fewer than 20 units, and numbers that no resample changes, have a remark under the table.
    """

    main = "estimate"
    labels = ("label",)

    label: Array = column(object)
    estimate: Array = column(np.float64)
    low: Array = column(np.float64)
    high: Array = column(np.float64)
    se: Array = column(np.float64)
    defined: Array = column(np.int64)
    resamples: int
    level: float
    unit: str
    units: int
    undefined: int = attrs.field(default=0, repr=False)
    reason: str = attrs.field(default="", repr=False)

    def _remarks(self) -> list[str]:
        """Return why there is no interval, or why intervals may be too narrow."""
        if self.reason:
            return [f"no interval: {self.reason}"]
        remarks = []
        if self.units < _ENOUGH:
            units = f"{self.units:,} units, fewer than {_ENOUGH}"
            remarks.append(f"few units ({units}): the intervals are too narrow")
        if self.undefined:
            rows = f"{self.undefined:,} of {counted(self.resamples, 'resample')}"
            remarks.append(f"no numbers in {rows}: no journey that was drawn gives any")
        alike = int(((self.se == 0) & (self.low == self.high)).sum())
        if alike:
            rows = f"{alike:,} of {counted(len(self), 'row')}"
            remarks.append(f"no resample differs in {rows}: how far others may is not known")
        return remarks


@public
def bootstrap(
    journeys: Journeys,
    statistic: Statistic,
    *,
    seed: int,
    resamples: int = 1000,
    level: float = 0.95,
    unit: str | None = None,
    method: Method = "percentile",
    absent: float = math.nan,
    progress: Progress = False,
) -> Bootstrap:
    """Bootstrap any statistic of journeys: resample whole persons or journeys with replacement.

    Parameters
    ----------
    journeys
        The observed journeys.
    statistic
        A function of journeys that honours their counts. It returns a mapping of labels to numbers,
        a record that has ``as_dict()``, or one number.
    seed
        The seed of the random generator; the same seed gives the same result.
    resamples
        The number of resamples.
    level
        The confidence level: the share of intervals that cover the true value, in (0, 1).
    unit
        The unit that is resampled as a whole: ``"person"``, ``"journey"``, or a per-journey column
        such as a clinic. By default persons where the journeys have persons, else journeys. A
        journey without a person (or value) is a unit.
    method
        ``"percentile"``: from the lower to the upper quantile of the resampled statistics.
        ``"basic"``: those quantiles reflected about the estimate.
    absent
        The number that a label gets in a resample that lacks it. By default (nan) the resample is
        left out for the label, and ``defined`` counts the others; 0.0 suits shares of a whole, such
        as those of variants.
    progress
        A callable that receives the number of finished resamples and of all resamples, or True for
        a tqdm bar.

    Returns
    -------
    Bootstrap
        A table of label, estimate, low, high and standard error, in the order of the statistic's
        labels. Labels that occur in resamples only are not listed. With fewer than two units the
        interval is nan, and ``reason`` says why.

    Raises
    ------
    InvalidInputError
        When ``unit="person"`` and the journeys have no persons; when rows that stand for several
        journeys would be resampled journey by journey and the statistic uses their values, which
        are known only in total.
    NotFoundError
        When the journeys have no column of that name.
    WrongKindError
        When the statistic returns anything else.

    See Also
    --------
    wilson : The interval of a share of independent trials, without resampling.
    Bootstrap : The columns of the result.

    Notes
    -----
    Each resample draws all units once with replacement (multinomially) and multiplies ``counts``
    (and ``values`` with them) by the number of draws of each unit; a row that is not drawn has
    count 0. Single events are never resampled, and journeys of one person stay together: they are
    not independent, and intervals that treat them as independent are too narrow. The statistic is
    computed once per resample; the resampling itself is linear in the number of journeys. Models of
    `touchpoints.attribution` that follow a rule, Shapley values of the game of subsets, removal
    effects and leave-one-out read the paths once for all resamples, with the same numbers; other
    options go by ``functools.partial``. A resample in which no journey reached the outcome has no
    credit: its labels are ``absent``, and ``undefined`` counts such resamples. Intervals from fewer
    than about 20 units are too narrow with either method, and an interval of a number that no
    resample changes has no width: a remark under the table says so.

    References
    ----------
    A. C. Davison and D. V. Hinkley (1997), Bootstrap Methods and their Application, Cambridge
    University Press, 2.4, 5.2 and 3.8. C. A. Field and A. H. Welsh (2007), Bootstrapping
    clustered data, Journal of the Royal Statistical Society B 69(3), 369-390,
    doi:10.1111/j.1467-9868.2007.00593.x.

    Examples
    --------
    >>> import touchpoints as tp
    >>> journeys = tp.from_paths(
    ...     {"path": ["search > buy", "search > leave"], "n": [30, 10]}, path="path", count="n"
    ... )
    >>> tp.bootstrap(journeys, tp.paths.transitions, seed=1, resamples=200).to_dicts()[2]["label"]
    ('search', 'buy')
    """
    resamples, seed = checks.whole("resamples", resamples), checks.seed(seed)
    checks.level(level)
    check_option("method", method, Method)
    units = units_of(journeys, unit)
    labels, estimate = labelled(statistic(journeys))
    drawn = np.full((resamples, len(labels)), checks.number("absent", absent))
    undefined = 0
    if units.total < 2:
        drawn[:] = np.nan
    else:
        positions = {label: position for position, label in enumerate(labels)}
        sampled = resamplable(journeys, statistic, units, estimate)
        with reporting(progress, resamples, what="bootstrap") as advance:
            undefined = _draw(drawn, statistic, positions, _Samples(sampled, units, seed), advance)
    low, high = _interval(drawn, estimate, level, method)
    return Bootstrap(
        label=text_array(labels),
        estimate=estimate,
        low=low,
        high=high,
        se=_standard_errors(drawn, estimate),
        defined=(~np.isnan(drawn)).sum(axis=0),
        resamples=resamples,
        level=level,
        unit=units.unit,
        units=units.total,
        undefined=undefined,
        reason=_reason(units),
    )


def _reason(units: Units) -> str:
    if units.total >= 2:
        return ""
    return f"it takes at least 2 units (unit {units.unit!r}), got {units.total}"


class _Samples:
    """Resampled journeys without end: the counts differ, all other columns are shared."""

    def __init__(self, journeys: Journeys, units: Units, seed: int) -> None:
        self.journeys = journeys
        self._units = units
        self._draw = resampling_counts(units.repeats, np.random.default_rng(seed))

    def times(self) -> Array:
        """Draw once more: how often each row was drawn."""
        return self._draw()[self._units.of]

    def counts(self, times: Array) -> Array:
        """Return the counts of rows that were drawn that often."""
        return np.asarray(times * self._units.within)

    def of(self, times: Array) -> Journeys:
        """Return the resampled journeys."""
        return recounted(self.journeys, self.counts(times), times=times)


def _draw(
    drawn: Array,
    statistic: Statistic,
    positions: Mapping[Hashable, int],
    samples: _Samples,
    advance: Callable[[], None],
) -> int:
    """Fill one row for each resample and return how many the statistic is not defined for."""
    recount = recount_of(statistic, samples.journeys)
    size = 1 if recount is None else max(_BLOCK // max(len(samples.journeys), 1), 1)
    undefined = 0
    for low in range(0, len(drawn), size):
        rows = drawn[low : low + size]
        times = [samples.times() for _ in rows]
        if recount is None:
            undefined += not _fill(rows[0], statistic, samples.of(times[0]), positions)
        else:
            numbers = recount.numbers(np.stack([samples.counts(one) for one in times]))
            undefined += int(np.isnan(numbers).all(axis=1).sum())
            _fill_all(rows, recount.labels, numbers, positions)
        for _ in times:
            advance()
    return undefined


def _fill_all(
    rows: Array, labels: list[Hashable], numbers: Array, positions: Mapping[Hashable, int]
) -> None:
    """Fill in the numbers of several resamples where they have any."""
    known = [place for place, label in enumerate(labels) if label in positions]
    at = [positions[labels[place]] for place in known]
    found = numbers[:, known]
    rows[:, at] = np.where(np.isnan(found), rows[:, at], found)


def resamplable(
    journeys: Journeys, statistic: Statistic, units: Units, estimate: Array
) -> Journeys:
    """Return journeys without the values of rows that are resampled in parts.

    The values of such a row are known only in total. Computing the statistic without them, or
    without any values where it takes no missing ones, shows whether it uses them; if it does,
    raise.
    """
    merged = units.repeats[units.of] > 1
    if not journeys.values or not merged.any():
        return journeys
    blank = {name: owned(np.where(merged, np.nan, one)) for name, one in journeys.values.items()}
    without = derive(journeys, values=blank)
    refusal = InvalidInputError(
        "a bootstrap of values needs the value of each journey",
        where=f"{int(merged.sum()):,} rows stand for several journeys and hold their total",
        mend="give one row per journey, or a unit= that keeps each row whole, such as 'person'",
    )
    try:
        again = _numbers(statistic, without)
    except _UnusableError:  # some statistics take no missing values
        without = derive(journeys, values={})
        try:
            again = _numbers(statistic, without)
        except _UnusableError as error:
            raise refusal from error.__cause__
    if not np.array_equal(estimate, again, equal_nan=True):
        raise refusal
    return without


class _UnusableError(Exception):
    """A statistic raised; the cause is what it raised."""


def _numbers(statistic: Statistic, journeys: Journeys) -> Array:
    """Return the numbers of a statistic; raise `_UnusableError` where it raises."""
    try:
        return labelled(statistic(journeys))[1]
    except Exception as error:
        raise _UnusableError from error


def labelled(answer: Any) -> tuple[list[Hashable], Array]:
    """Return the labels and the numbers of the answer of a statistic."""
    if isinstance(answer, _NUMBERS):
        return ["statistic"], np.array([float(answer)])
    numbers = answer.as_dict() if hasattr(answer, "as_dict") else answer
    if not isinstance(numbers, Mapping):
        raise WrongKindError(
            "the statistic must return a number, a mapping of labels to numbers, or a record with "
            f"as_dict(), got {type(answer).__name__}",
        )
    wrong = [label for label, one in numbers.items() if not isinstance(one, _NUMBERS)]
    if wrong:
        raise WrongKindError(
            "the statistic must return a number for every label",
            where=f"labels {first_few(wrong)}: {first_few(numbers[label] for label in wrong[:5])}",
        )
    return list(numbers), np.array([float(one) for one in numbers.values()], dtype=np.float64)


def _fill(
    row: Array, statistic: Statistic, journeys: Journeys, positions: Mapping[Hashable, int]
) -> bool:
    """Fill in the numbers of one resample; return whether the statistic is defined for it."""
    try:
        labels, numbers = labelled(statistic(journeys))
    except UndefinedError:
        return False
    known = [position for position, label in enumerate(labels) if label in positions]
    row[[positions[labels[position]] for position in known]] = numbers[known]
    return True


def _interval(drawn: Array, estimate: Array, level: float, method: Method) -> tuple[Array, Array]:
    ordered = np.sort(drawn, axis=0)  # nan comes last
    low, high = (_quantile(ordered, one) for one in ((1 - level) / 2, (1 + level) / 2))
    if method == "basic":
        low, high = 2 * estimate - high, 2 * estimate - low
    unknown = np.isnan(estimate)
    return np.where(unknown, np.nan, low), np.where(unknown, np.nan, high)


def _quantile(ordered: Array, share: float) -> Array:
    """Return a quantile of each column, linearly interpolated; nan for a column without numbers."""
    count = (~np.isnan(ordered)).sum(axis=0)
    position = share * np.maximum(count - 1, 0)
    below = np.floor(position).astype(np.int64)
    columns = np.arange(ordered.shape[1])
    left = ordered[below, columns]
    right = ordered[np.minimum(below + 1, np.maximum(count - 1, 0)), columns]
    part = position - below
    with np.errstate(invalid="ignore"):  # a statistic can be infinite: 0 times infinity is nan
        between = left * (1 - part) + right * part
    quantile: Array = np.where((part == 0) | (left == right), left, between)
    return quantile


def _standard_errors(drawn: Array, estimate: Array) -> Array:
    count = (~np.isnan(drawn)).sum(axis=0)
    answer = np.full(drawn.shape[1], np.nan)
    some = np.flatnonzero((count >= 2) & ~np.isnan(estimate))
    with np.errstate(invalid="ignore"):  # a statistic can be infinite
        answer[some] = np.nanstd(drawn[:, some], axis=0, ddof=1)
    return answer
