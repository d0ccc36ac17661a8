"""Did a change help? Before and after it, beside a control group where there is one."""

from __future__ import annotations

import datetime as dt
from typing import Any, Literal

import attrs
import numpy as np

from touchpoints._core import checks
from touchpoints._core.checks import check_option, microseconds, public
from touchpoints._core.frozen import Array, text_array
from touchpoints._core.messages import counted, first_few, not_found
from touchpoints._core.tables import Estimated, column
from touchpoints.errors import InvalidInputError
from touchpoints.experience._shared.change_records import Change, checked_change, moment_of
from touchpoints.experience._shared.measures import (
    Asked,
    Measured,
    MeasureName,
    Starts,
    measured,
    starts_of,
)
from touchpoints.experience._shared.metrics import Metric
from touchpoints.experience._shared.regressing import LEAST, Regression, regression_of
from touchpoints.journeys.groups import groups_of
from touchpoints.journeys.model import Journeys, checked_journeys
from touchpoints.journeys.places.selectors import Selector
from touchpoints.uncertainty.ratios import Ratio, combined, correlations, mean_of, share_of
from touchpoints.uncertainty.units import Units, units_of

Chosen = Literal["worst"]
CHANGED, CONTROL, BOTH = "changed", "control", "changed - control"


@attrs.frozen(kw_only=True, repr=False)
class BeforeAfter(Estimated):
    """A measure before and after a change; a row for what was changed, and rows for the control.

    ``as_dict()`` returns ``{series: difference}``.

    Attributes
    ----------
    series : object
        ``"changed"``; with a control also ``"control"`` and ``"changed - control"``, the difference
        in differences.
    before, after : float64
        The measure in the two periods; nan for the difference in differences, and without trials.
    trials_before, trials_after : float64
        What it is a share or a mean of: journeys, visits or scores.
    units_before, units_after : int64
        The number of units with trials.
    difference, low, high : float64
        After minus before, and its interval.
    measure : str
        What is measured.
    lever : str
        What was changed.
    date : str
        When, as it was given.
    spanning : int
        The number of journeys that began before the change and ended after it. They are counted
        before it.
    left_out : int
        The number of journeys that began outside the two periods, or have no interaction, or are
        in no group.
    regression : float
        By how much the measure is expected to change by itself where the touchpoint was chosen
        because it was the worst; nan otherwise.
    """

    main = "difference"
    labels = ("series",)

    series: Array = column(object)
    before: Array = column(np.float64)
    after: Array = column(np.float64)
    trials_before: Array = column(np.float64)
    trials_after: Array = column(np.float64)
    units_before: Array = column(np.int64)
    units_after: Array = column(np.int64)
    difference: Array = column(np.float64)
    low: Array = column(np.float64)
    high: Array = column(np.float64)
    measure: str
    lever: str
    date: str
    spanning: int
    left_out: int
    regression: float = attrs.field(default=np.nan, repr=False)
    said: tuple[str, ...] = attrs.field(default=(), repr=False)

    def _remarks(self) -> list[str]:
        """Return what the difference may also be due to, and what was left out."""
        said = [*super()._remarks()]
        if len(self) == 1:
            said.append("no control group: whatever else changed at that time is in the difference")
        if self.spanning:
            spanning = counted(self.spanning, "journey")
            said.append(f"{spanning} began before the change and ended after it: counted before it")
        if self.left_out:
            journeys = counted(self.left_out, "journey")
            said.append(f"{journeys} left out: outside the two periods, empty, or in no group")
        return [*said, *self.said]


@public
def before_after(
    journeys: Journeys,
    change: Change,
    *,
    measure: MeasureName,
    metric: str | Metric | None = None,
    outcome: str | None = None,
    value: str | None = None,
    before: dt.timedelta | None = None,
    after: dt.timedelta | None = None,
    control: tuple[str, str] | None = None,
    control_touchpoint: Selector | None = None,
    chosen: Chosen | None = None,
    level: float = 0.95,
) -> BeforeAfter:
    """Compare a measure before and after a change, beside a control group where there is one.

    Parameters
    ----------
    change
        What was changed, and when. Measures of touchpoints are of those that it names.
    measure
        What to follow: ``"outcome"``, ``"reach"``, ``"exit"``, ``"score"``, ``"satisfied"``,
        ``"dissatisfied"``, ``"count"`` or ``"value"``: see `control_chart`.
    metric, outcome, value
        The metric of scores, the outcome, and the value. With ``measure="exit"``, journeys that
        reached the outcome did not exit.
    before, after
        How long before and after the change journeys count; all of the log by default.
    control
        The control group, which the change did not reach: a per-journey column or facet, and its
        value, as text. All other journeys with a value were reached.
    control_touchpoint
        A touchpoint that was not changed, in place of a control group.
    chosen
        ``"worst"`` when the touchpoint was chosen because its measure was the worst: the expected
        regression to the mean is then told.
    level
        Shared argument: see `touchpoints.experience`.

    Returns
    -------
    BeforeAfter
        One row, or three with a control.

    Raises
    ------
    NotFoundError
        When a touchpoint, metric, outcome, value, column or group does not exist.
    InvalidInputError
        When the journeys have no times, the change is dated outside the log, a period is empty, or
        an argument does not fit the measure.

    See Also
    --------
    interrupted_series : The change of level and slope where there is no control group.
    control_chart : Whether a measure is stable from period to period.

    Notes
    -----
    A journey belongs to the period in which it began. The interval combines those of the two or
    four ratios (Wilson's with effective trials for shares, Student's for means), with their
    correlations where persons are on several sides (G. Y. Zou 2007). The difference in
    differences is what the change did if both groups would otherwise have changed alike, which
    cannot be seen; ``interrupted_series`` and a chart of both before the change may speak against
    it. The expected regression is that of an empirical-Bayes estimate over all touchpoints before
    the change, and a control does not take it away. O(m), with ``chosen`` O(k m) in k touchpoints.

    References
    ----------
    G. Y. Zou (2007), Toward using confidence intervals to compare correlations, Psychological
    Methods 12(4), 399-413, doi:10.1037/1082-989X.12.4.399. O. Ashenfelter & D. Card (1985), Using
    the longitudinal structure of earnings to estimate the effect of training programs, Review of
    Economics and Statistics 67(4), 648-660.

    Examples
    --------
    >>> import touchpoints as tp
    >>> shop = tp.until(tp.datasets.shop(400, seed=1), "purchase", outcome="sale")
    >>> change = tp.experience.Change("training", "live_chat", date="2026-02-01")
    >>> found = tp.experience.before_after(shop, change, measure="exit", outcome="sale")
    >>> found.series.tolist(), len(found)
    (['changed'], 1)
    """
    starts = starts_of(checked_journeys(journeys), "before_after")
    level = checks.level(level)
    checked_change(change)
    asked = Asked(measure=measure, metric=metric, outcome=outcome, value=value)
    asked = asked.at(list(change.touchpoints)) if asked.of_touchpoints else asked
    if chosen is not None:
        _check_chosen(chosen, asked)
    moment = moment_of(journeys, change.date, starts)
    sides = _sides(starts, moment, before=before, after=after)
    units = units_of(journeys, None)
    series, known = _series(journeys, asked, control, control_touchpoint)
    table = _compared(units, series, sides, level=level)
    kept = (sides[0] | sides[1]) & known
    worst = None
    if chosen is not None:
        rows = sides[0] & series[0][1]
        worst = regression_of(journeys, asked, units, rows=rows)
    return BeforeAfter(
        **table,
        measure=measure,
        lever=change.lever,
        date=change.date.isoformat(),
        spanning=int(journeys.counts[sides[0] & kept & (starts.last >= moment)].sum()),
        left_out=int(journeys.counts[~kept].sum()),
        regression=np.nan if worst is None else worst.expected,
        said=(*series[0][0].remarks(measure), *_said_of(worst)),
        level=level,
        **units.facts(chosen=np.flatnonzero(kept)),
    )


def _check_chosen(chosen: Chosen, asked: Asked) -> None:
    check_option("chosen", chosen, Chosen)
    if not asked.of_touchpoints:
        raise InvalidInputError(
            f"chosen='worst' compares touchpoints, and measure={asked.measure!r} is of journeys",
            mend="leave chosen= out, or follow a measure of touchpoints",
        )


def _said_of(worst: Regression | None) -> list[str]:
    if worst is None:
        return []
    if np.isnan(worst.expected):
        text = f"regression to the mean is not known from fewer than {LEAST} touchpoints"
        return [f"chosen as the worst: {text}"]
    mean = f"(regression to the mean of {worst.touchpoints:,} touchpoints, {worst.mean:.4g})"
    text = f"a difference of {worst.expected:+.4g} is expected without any change {mean}"
    return [f"chosen as the worst: {text}"]


def _sides(
    starts: Starts, moment: int, *, before: dt.timedelta | None, after: dt.timedelta | None
) -> tuple[Array, Array]:
    """Return which journeys began in the period before the change, and in that after it."""
    early = starts.known & (starts.first < moment)
    late = starts.known & (starts.first >= moment)
    if before is not None:
        early &= starts.first >= moment - microseconds(before, "before")
    if after is not None:
        late &= starts.first < moment + microseconds(after, "after")
    for side, name in ((early, "before"), (late, "after")):
        if not side.any():
            raise InvalidInputError(
                f"no journey began in the period {name} the change",
                mend=f"choose a longer {name}=",
            )
    return early, late


_Series = tuple[Measured, Array]


def _series(
    journeys: Journeys,
    asked: Asked,
    control: tuple[str, str] | None,
    control_touchpoint: Selector | None,
) -> tuple[list[_Series], Array]:
    """Return what is measured of which journeys, changed and control, and which are in a group."""
    everybody = np.ones(len(journeys), dtype=bool)
    found = measured(journeys, asked)
    if control is not None and control_touchpoint is not None:
        raise InvalidInputError(
            "there can be one control: control= or control_touchpoint=, not both",
            mend="leave one of them out",
        )
    if control_touchpoint is not None:
        if not asked.of_touchpoints:
            raise InvalidInputError(
                f"measure={asked.measure!r} does not depend on touchpoints",
                mend="name a control group: control=(column, value)",
            )
        return [
            (found, everybody),
            (measured(journeys, asked.at(control_touchpoint)), everybody),
        ], everybody
    if control is None:
        return [(found, everybody)], everybody
    groups = groups_of(journeys, control[0])
    texts = [str(one) for one in groups.labels]
    if control[1] not in texts:
        raise not_found("group", control[1], texts, where=f"in {control[0]!r}")
    theirs, known = groups.of == texts.index(control[1]), groups.of >= 0
    return [(found, known & ~theirs), (found, theirs)], known


def _compared(
    units: Units, series: list[_Series], sides: tuple[Array, Array], *, level: float
) -> dict[str, Any]:
    """Return the columns of the table."""
    parts = [
        (one.hits * rows * side, one.trials * rows * side) for one, rows in series for side in sides
    ]
    _check_trials(parts)
    ratios = [
        (share_of if series[0][0].share else mean_of)(units, *part, level=level) for part in parts
    ]
    alike = correlations(units, parts)
    found = []
    for at in range(0, len(parts), 2):
        two = slice(at, at + 2)
        found.append(combined(ratios[two], [-1, 1], alike=alike[two, two]))
    if len(series) > 1:
        found.append(combined(ratios, [-1, 1, 1, -1], alike=alike))
    names = [CHANGED, CONTROL, BOTH][: len(found)]
    ends = np.array(found).T
    return {
        "series": text_array(names),
        **_of_sides(ratios, len(found)),
        "difference": ends[0],
        "low": ends[1],
        "high": ends[2],
    }


def _of_sides(ratios: list[Ratio], rows: int) -> dict[str, Array]:
    """Return the columns of the two periods; the difference in differences has none."""
    columns: dict[str, Array] = {}
    for side, name in enumerate(("before", "after")):
        own = ratios[side::2]
        both = rows > len(own)
        columns[name] = np.array([one.value for one in own] + [np.nan] * both)
        trials, people = ([getattr(one, what) for one in own] for what in ("trials", "units"))
        columns[f"trials_{name}"] = np.array(trials + [sum(trials)] * both, dtype=np.float64)
        columns[f"units_{name}"] = np.array(people + [sum(people)] * both, dtype=np.int64)
    return columns


def _check_trials(parts: list[tuple[Array, Array]]) -> None:
    """Raise when there is nothing to measure on one side."""
    names = [
        f"{who} {when} the change" for who in (CHANGED, CONTROL) for when in ("before", "after")
    ]
    empty = [name for (_, trials), name in zip(parts, names, strict=False) if not trials.any()]
    if empty:
        raise InvalidInputError(
            f"there is nothing to measure: {first_few(empty)}",
            mend="choose longer periods, or another touchpoint",
        )
