"""How sure a statistic is: journeys redrawn, the statistic computed again."""

from __future__ import annotations

import math
from collections.abc import Callable, Hashable, Iterator, Mapping
from typing import Any, Literal

import attrs
import numpy as np

from touchpoints._core import checks
from touchpoints._core.checks import (
    check_option,
)
from touchpoints._core.frozen import Array, owned, text_array
from touchpoints._core.messages import (
    first_few,
)
from touchpoints._core.progress import Progress, reporting
from touchpoints._core.tables import Labelled, column
from touchpoints.errors import InvalidInputError, WrongKindError
from touchpoints.journeys.combining import recounted
from touchpoints.journeys.model import Journeys, derive
from touchpoints.uncertainty.units import Units, redrawing, units_of

Statistic = Callable[[Journeys], Any]
Method = Literal["percentile", "basic"]

_NUMBERS = (int, float, np.integer, np.floating)


@attrs.frozen(kw_only=True, repr=False)
class Bootstrap(Labelled):
    """A statistic with its uncertainty, one row a label.

    Attributes
    ----------
    label : object
        What the number is about; ``"statistic"`` when there is only one.
    estimate : float64
        The statistic of the journeys as they are.
    low, high : float64
        The ends of the interval.
    se : float64
        Its standard error: the standard deviation over the resamples.
    defined : int64
        In how many resamples the label had a number; the interval and the error are about those.
    resamples : int
        How often the journeys were redrawn.
    level : float
        The level of the interval.
    unit : str
        What was drawn as a whole.
    units : int
        How many of those there are.
    reason : str
        Why there is no interval; empty when there is one.
    """

    value = "estimate"
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
    reason: str = attrs.field(default="", repr=False)

    def __repr__(self) -> str:
        text = super().__repr__()
        return f"{text}\nno interval: {self.reason}" if self.reason else text


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
    """Say how sure any statistic of journeys is, by redrawing whole persons or journeys.

    Parameters
    ----------
    journeys
        What was observed.
    statistic
        A function of journeys that honours their counts. It answers with a mapping from labels to
        numbers, with a record that has ``as_dict()``, or with one number.
    seed
        The same seed gives the same answer.
    resamples
        How often to redraw.
    level
        How often such intervals cover the truth, in (0, 1).
    unit
        What is drawn as a whole: ``"person"``, ``"journey"``, or a per-journey column such as a
        clinic. By default persons where the journeys have any, else journeys. A journey without
        a person (or value) is drawn by itself.
    method
        ``"percentile"``: from the lower to the upper quantile of the resampled statistics.
        ``"basic"``: those quantiles reflected about the estimate.
    absent
        What a label counts as where a resample lacks it. By default it is left out there, which
        ``defined`` shows; 0.0 suits shares of a whole, such as those of variants.
    progress
        A callable told the resamples done and all of them, or True for a tqdm bar.

    Returns
    -------
    Bootstrap
        A table of label, estimate, low, high, standard error; in the order of the statistic's
        labels. Labels that only a resample has are not listed. With fewer than two units the
        interval is nan, and ``reason`` says so.

    Raises
    ------
    InvalidInputError
        When ``unit="person"`` and there are no persons; when rows that stand for several journeys
        are to be redrawn journey by journey and the statistic uses their values, which are known
        only in total.
    NotFoundError
        When there is no such column.
    WrongKindError
        When the statistic answers with something else.

    Notes
    -----
    As many units as there are are drawn with replacement (multinomially), and ``counts`` (and
    with them ``values``) multiplied by how often each was drawn; a row not drawn has count 0.
    Events are never redrawn, and journeys of one person stay together: they are not independent,
    and intervals that treat them so are too narrow. The statistic is computed once for each
    resample; the drawing itself is linear in the number of journeys. Intervals from fewer than
    about 20 units are too narrow whatever the method.

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
    drawn = np.full((resamples, len(labels)), absent)
    if units.total < 2:
        drawn[:] = np.nan
    else:
        places = {label: place for place, label in enumerate(labels)}
        samples = _samples(redrawable(journeys, statistic, units, estimate), units, seed)
        with reporting(progress, resamples, what="bootstrap") as step:
            for row, sample in zip(drawn, samples, strict=False):
                _fill(row, statistic(sample), places)
                step()
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
        reason=_reason(units),
    )


def _reason(units: Units) -> str:
    if units.total >= 2:
        return ""
    found = f"only {units.total}" if units.total else "none"
    return f"it takes 2 of what is drawn (unit {units.unit!r}), and there is {found}"


def _samples(journeys: Journeys, units: Units, seed: int) -> Iterator[Journeys]:
    """Yield redrawn journeys without end: the counts differ, all other columns are shared."""
    rng = np.random.default_rng(seed)
    draw = redrawing(units.repeats, rng)
    while True:
        times = draw()[units.of]
        yield recounted(journeys, times * units.within, times=times)


def redrawable(journeys: Journeys, statistic: Statistic, units: Units, estimate: Array) -> Journeys:
    """Return the journeys as they can be redrawn: without values known only for several at once.

    Whether the statistic uses such values shows when they are taken away.
    """
    merged = units.repeats[units.of] > 1
    if not journeys.values or not merged.any():
        return journeys
    blank = {name: owned(np.where(merged, np.nan, one)) for name, one in journeys.values.items()}
    without = derive(journeys, values=blank)
    refusal = InvalidInputError(
        "an interval on values needs the value of each journey",
        where=f"{int(merged.sum()):,} rows stand for several journeys and hold their total",
        mend="read one row a journey, or name as unit= what is drawn with its rows whole",
    )
    try:
        _, again = labelled(statistic(without))
    except Exception as error:
        raise refusal from error
    if not np.array_equal(estimate, again, equal_nan=True):
        raise refusal
    return without


def labelled(answer: Any) -> tuple[list[Hashable], Array]:
    """Return the labels and numbers of what a statistic answered."""
    if isinstance(answer, _NUMBERS):
        return ["statistic"], np.array([float(answer)])
    numbers = answer.as_dict() if hasattr(answer, "as_dict") else answer
    if not isinstance(numbers, Mapping):
        raise WrongKindError(
            f"the statistic answered with {type(answer).__name__}",
            mend="answer with a number, a mapping of labels to numbers, or a record with as_dict()",
        )
    wrong = [label for label, one in numbers.items() if not isinstance(one, _NUMBERS)]
    if wrong:
        raise WrongKindError(
            "the statistic answered with something else than numbers",
            where=f"labels {first_few(wrong)}: {first_few(numbers[label] for label in wrong[:5])}",
        )
    return list(numbers), np.array([float(one) for one in numbers.values()], dtype=np.float64)


def _fill(row: Array, answer: Any, places: Mapping[Hashable, int]) -> None:
    labels, numbers = labelled(answer)
    known = [place for place, label in enumerate(labels) if label in places]
    row[[places[labels[place]] for place in known]] = numbers[known]


def _interval(drawn: Array, estimate: Array, level: float, method: Method) -> tuple[Array, Array]:
    ordered = np.sort(drawn, axis=0)  # nan comes last
    low, high = (_quantile(ordered, one) for one in ((1 - level) / 2, (1 + level) / 2))
    if method == "basic":
        low, high = 2 * estimate - high, 2 * estimate - low
    unknown = np.isnan(estimate)
    return np.where(unknown, np.nan, low), np.where(unknown, np.nan, high)


def _quantile(ordered: Array, share: float) -> Array:
    """Return a quantile of each column's numbers, linear between neighbours; nan without any."""
    count = (~np.isnan(ordered)).sum(axis=0)
    place = share * np.maximum(count - 1, 0)
    below = np.floor(place).astype(np.int64)
    columns = np.arange(ordered.shape[1])
    left = ordered[below, columns]
    right = ordered[np.minimum(below + 1, np.maximum(count - 1, 0)), columns]
    part = place - below
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
