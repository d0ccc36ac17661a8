"""Cohort retention and lifecycle states, by period."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from functools import partial
from typing import Any, Literal

import attrs
import numpy as np

from touchpoints._core import checks
from touchpoints._core.checks import check_option, public
from touchpoints._core.frozen import Array, owned, text_array
from touchpoints._core.tables import Estimated, Grouped, column
from touchpoints.errors import InvalidInputError
from touchpoints.journeys.cutting import require_times
from touchpoints.journeys.groups import by_group
from touchpoints.journeys.model import Journeys, derive
from touchpoints.journeys.outcomes import watched_until
from touchpoints.journeys.periods import (
    WIDTHS,
    Calendar,
    Clock,
    Weekday,
    clock_of,
    instants_as_text,
)
from touchpoints.journeys.places.anchors import Place
from touchpoints.paths._shared.visits import Visits, visits_of
from touchpoints.uncertainty import wilson

Kind = Literal["calendar", "rolling", "unbounded"]

_STATES = ("new", "current", "returning", "dormant")
_MISSING = np.iinfo(np.int64).min
_MAX_CELLS = 10_000_000


@attrs.frozen(kw_only=True, repr=False)
class Retention(Estimated):
    """Retention by cohort; one row per cohort and number of periods since.

    Attributes
    ----------
    cohort : datetime64[us]
        Start of the period in which the people of the cohort started, by default with their first
        touchpoint; of a calendar period in local time, the time zone of the log.
    since : int64
        Number of periods later; 0 is the first period itself.
    size : int64
        Number of people in the cohort.
    watched : int64
        Number of them observed until the end of that period.
    returned : int64
        Number of those who came back in that period; in unbounded retention in it or later.
    share, low, high : float64
        The retention rate ``returned / watched``, and its interval; nan where ``watched`` is 0.
    left_out : int64
        Number of people whose journeys began before the log: their cohort is not known.
    kind : str
        The kind of retention.
    """

    cohort: Array = column("datetime64[us]")
    since: Array = column(np.int64)
    size: Array = column(np.int64)
    watched: Array = column(np.int64)
    returned: Array = column(np.int64)
    share: Array = column(np.float64)
    low: Array = column(np.float64)
    high: Array = column(np.float64)
    left_out: Array = column(np.int64)
    kind: str = "calendar"

    def as_dict(self) -> dict[tuple[Any, ...], float]:
        """Return {(cohort, periods since): share}; with ``by``, {(group, cohort, since): share}.

        A cohort is the text of its first day, with the time where that is not midnight.
        """
        return self._labelled(self.share, instants_as_text(self.cohort), self.since)


@attrs.frozen(kw_only=True, repr=False)
class LifecycleStates(Grouped):
    """Number of people in each lifecycle state; one row per period.

    Attributes
    ----------
    period : datetime64[us]
        Start of the period; of a calendar period in local time, the time zone of the log.
    new : int64
        People whose first touchpoint is in the period.
    current : int64
        People with a touchpoint in the period and in the one before.
    returning : int64
        People with a touchpoint in the period, without one in the period before, and with an
        earlier one.
    dormant : int64
        People with a touchpoint before the period and none in it.
    known : int64
        The sum of the four: all people with a touchpoint before the end of the period.
    complete : bool
        Whether all people were observed until its end; otherwise dormant people may still return.
    left_out : int64
        Number of people whose journeys began before the log.
    unit : str
        The unit counted: ``"person"``, or ``"journey"`` where persons are not known.
    """

    period: Array = column("datetime64[us]")
    new: Array = column(np.int64)
    current: Array = column(np.int64)
    returning: Array = column(np.int64)
    dormant: Array = column(np.int64)
    known: Array = column(np.int64)
    complete: Array = column(np.bool_)
    left_out: Array = column(np.int64)
    unit: str

    def as_dict(self) -> dict[tuple[Any, ...], float]:
        """Return {(period, state): number}; with ``by``, {(group, period, state): number}.

        A period is the text of its first day, with the time where that is not midnight.
        """
        counts = np.column_stack([getattr(self, state) for state in _STATES]).astype(np.float64)
        periods = np.repeat(instants_as_text(self.period), len(_STATES))
        return self._labelled(counts.ravel(), periods, text_array([*_STATES] * len(self)))


@public
def retention(
    journeys: Journeys,
    *,
    period: Calendar | dt.timedelta,
    start: Place | None = None,
    back: Place | None = None,
    kind: Kind = "calendar",
    week_starts: Weekday = "monday",
    by: str | Sequence[str] | None = None,
    level: float = 0.95,
) -> Retention:
    """Estimate cohort retention: the share of a cohort that comes back some periods later.

    Parameters
    ----------
    journeys
        Journeys with times, and with persons unless each journey is one person.
    period
        A calendar ``"hour"``, ``"day"``, ``"week"``, ``"month"`` or ``"quarter"``, or a duration;
        consecutive periods of that duration then start at the first time of the log.
    start
        The place whose first occurrence puts a person into a cohort; by default any touchpoint. A
        person without it is in no cohort.
    back
        The place that counts as coming back, at or after the time of the start; the start itself
        does not count. By default any touchpoint, the start included.
    kind
        ``"calendar"``: came back in the calendar period so many periods after that of the start.
        ``"rolling"``: came back in the window from the person's own start plus so many times the
        length of the period, for hours, days of 24 hours, weeks of 7 days and durations.
        ``"unbounded"``: came back in that calendar period or in any later one.
    week_starts
        The first day of the week, ``"monday"`` to ``"sunday"``; only with ``period="week"``.
    by
        A shared argument: see `touchpoints.paths`. A person with journeys in several groups is in a
        cohort of each.
    level
        A shared argument: see `touchpoints.paths`.

    Returns
    -------
    Retention
        Sorted by cohort, then by periods since, up to the last period of the log.

    Raises
    ------
    NotFoundError
        When the column or facet does not exist.
    InvalidInputError
        When the journeys have no times; when the duration is not positive, or so short that the
        table would have millions of rows; when ``period`` is not one of the calendar periods, or a
        month or quarter in rolling retention; when ``week_starts`` is not a day of the week.

    See Also
    --------
    lifecycle_states : How many people are new, current, returning or dormant in each period.
    time_to : Kaplan-Meier estimate of the time until a touchpoint or an outcome.

    Notes
    -----
    A period counts for a person only if the person was observed until its end
    (``observed_until``, by default the last time of the log, of an end or of an outcome, so
    that the last period is usually incomplete). A person observed for less time is not in
    ``watched``, and where ``watched`` is 0 the share is nan, not 0. One visit in a period is
    enough to be counted in it. Unbounded shares are too low near the end of the log, because those
    who come back later are not seen yet. Calendar periods are those of the time zone of the log
    (``meta.timezone``), or of the times as written where the log had none, and ``cohort`` is in
    that local time; durations are counted from the first time of the log. Intervals are Wilson's.
    O(m log m).

    References
    ----------
    E. B. Wilson (1927), Probable inference, the law of succession, and statistical inference,
    Journal of the American Statistical Association 22(158), 209-212,
    doi:10.1080/01621459.1927.10502953.

    Examples
    --------
    >>> import touchpoints as tp
    >>> days = {"ana": ["01-05", "01-13"], "leo": ["01-06"], "eva": ["01-14", "01-26"]}
    >>> rows = [{"who": who, "t": f"2026-{day}", "w": "visit"} for who in days for day in days[who]]
    >>> journeys = tp.from_records(rows, journey="who", time="t", touchpoint="w")
    >>> tp.paths.retention(journeys, period="week").as_dict()
    {('2026-01-05', 0): 1.0, ('2026-01-05', 1): 0.5, ('2026-01-05', 2): 0.0,
     ('2026-01-05', 3): nan, ('2026-01-12', 0): 1.0, ('2026-01-12', 1): 0.0,
     ('2026-01-12', 2): nan}
    """
    checks.level(level)
    check_option("kind", kind, Kind)
    whole, clock = _prepared(journeys, period, "retention", week_starts=week_starts)
    places: dict[str, Any] = {
        "start": start,
        "back": back,
        "width": _width(period) if kind == "rolling" else None,
    }
    table = partial(_retention, clock=clock, kind=kind, level=level, **places)
    return by_group(whole, by, table)


@public
def lifecycle_states(
    journeys: Journeys,
    *,
    period: Calendar | dt.timedelta,
    week_starts: Weekday = "monday",
    by: str | Sequence[str] | None = None,
) -> LifecycleStates:
    """Count new, current, returning and dormant people in each period.

    Parameters
    ----------
    journeys, period, week_starts, by
        As for `retention`.

    Returns
    -------
    LifecycleStates
        One row per period, from the first period of the log to the last.

    Raises
    ------
    NotFoundError
        When the column or facet does not exist.
    InvalidInputError
        As for `retention`.

    See Also
    --------
    retention : The share of each cohort that has a touchpoint some periods later.

    Notes
    -----
    Every person with a touchpoint so far is in exactly one state. There is no state for having
    left: people who died, moved or were never going to return are dormant. O(m log m).

    Examples
    --------
    >>> import touchpoints as tp
    >>> days = {"ana": ["01-05", "01-13", "01-27"], "leo": ["01-06"]}
    >>> rows = [{"who": who, "t": f"2026-{day}", "w": "visit"} for who in days for day in days[who]]
    >>> journeys = tp.from_records(rows, journey="who", time="t", touchpoint="w")
    >>> found = tp.paths.lifecycle_states(journeys, period="week")
    >>> [(row["new"], row["current"], row["returning"], row["dormant"]) for row in found.to_dicts()]
    [(2, 0, 0, 0), (0, 1, 0, 1), (0, 0, 0, 2), (0, 0, 1, 1)]
    """
    whole, clock = _prepared(journeys, period, "lifecycle_states", week_starts=week_starts)
    return by_group(whole, by, partial(_states, clock=clock))


def _prepared(
    journeys: Journeys, period: Calendar | dt.timedelta, what: str, *, week_starts: Weekday
) -> tuple[Journeys, Clock]:
    """Return the journeys with ``observed_until`` filled in, and the clock of the periods."""
    require_times(journeys, what)
    observed = derive(journeys, observed_until=owned(watched_until(journeys).copy()))
    return observed, clock_of(journeys, period, name="period", week_starts=week_starts)


def _width(period: Calendar | dt.timedelta) -> int:
    """Return the length of a period in microseconds, for windows from each person's start."""
    if isinstance(period, str) and period not in WIDTHS:
        raise InvalidInputError(
            f"kind='rolling' needs periods of one length, and a {period} has several",
            mend="for example period=datetime.timedelta(days=30)",
        )
    return WIDTHS[period] if isinstance(period, str) else checks.microseconds(period, "period")


def _retention(
    journeys: Journeys, *, clock: Clock, kind: Kind, level: float, **places: Any
) -> Retention:
    found = visits_of(journeys, clock, **places)
    last = int(found.when.max(initial=_MISSING))
    last = max(last, int(found.until.max(initial=_MISSING)))
    cohorts, of = np.unique(found.first, return_inverse=True)
    reach = last - cohorts + 1
    base = np.append(0, np.cumsum(reach))
    cells = int(base[-1])
    if cells > _MAX_CELLS:
        raise InvalidInputError(
            f"{len(cohorts):,} cohorts over {int(reach.max()):,} periods make a table of "
            f"{cells:,} rows, more than {_MAX_CELLS:,}",
            mend="choose a longer period",
        )
    cohort = np.repeat(np.arange(len(cohorts)), reach)
    since = np.arange(cells) - base[:-1][cohort]
    watched, returned = _counted(found, base[:-1][of], cells, kind=kind)
    low, high = wilson(returned, watched, level=level)
    with np.errstate(invalid="ignore"):
        share = returned / watched
    return Retention(
        cohort=clock.start(cohorts)[cohort].view("datetime64[us]"),
        since=since,
        size=np.bincount(of, found.alike, len(cohorts)).astype(np.int64)[cohort],
        watched=watched,
        returned=returned,
        share=share,
        low=low,
        high=high,
        left_out=np.full(cells, found.left_out),
        kind=kind,
        level=level,
        **found.facts(),
    )


def _counted(found: Visits, starts: Array, cells: int, *, kind: Kind) -> tuple[Array, Array]:
    """Return the people watched through, and returned in, the period of each cell.

    ``starts`` is the first cell of the cohort of each person.
    """

    def first_cells(lengths: Array) -> Array:
        """Return how many people have each cell among so many first cells of their cohort."""
        changes = np.bincount(starts, found.alike, cells + 1)
        changes -= np.bincount(starts + lengths, found.alike, cells + 1)
        return np.cumsum(changes)[:cells].astype(np.int64)

    watched = first_cells(found.spans)
    if kind == "unbounded":
        last = np.full(len(found.first), -1)
        last[found.who] = found.since  # sorted: the last visit of each person stays
        return watched, first_cells(np.minimum(last + 1, found.spans))
    there = found.since < found.spans[found.who]
    who = found.who[there]
    cell = starts[who] + found.since[there]
    return watched, np.bincount(cell, found.alike[who], cells).astype(np.int64)


def _states(journeys: Journeys, *, clock: Clock) -> LifecycleStates:
    found = visits_of(journeys, clock)
    when = found.when
    if not len(when):
        return _lifecycle(np.zeros((4, 0)), np.empty(0, np.int64), found, clock)
    first = int(when.min())
    periods = np.arange(first, max(int(when.max()), int(found.until.max())) + 1)
    amounts = found.alike[found.who]
    fresh = np.r_[True, found.who[1:] != found.who[:-1]]
    again = np.r_[False, when[1:] == when[:-1] + 1] & ~fresh
    states = (fresh, again, ~fresh & ~again)
    counted = [np.bincount(when[one] - first, amounts[one], len(periods)) for one in states]
    dormant = np.cumsum(counted[0]) - sum(counted)
    return _lifecycle(np.stack([*counted, dormant]), periods, found, clock)


def _lifecycle(counts: Array, periods: Array, found: Visits, clock: Clock) -> LifecycleStates:
    columns: dict[str, Any] = dict(zip(_STATES, counts.astype(np.int64), strict=True))
    return LifecycleStates(
        period=clock.start(periods).view("datetime64[us]"),
        **columns,
        known=counts.sum(axis=0).astype(np.int64),
        complete=periods < int(found.until.min(initial=np.iinfo(np.int64).max)),
        left_out=np.full(len(periods), found.left_out),
        unit=found.unit,
    )
