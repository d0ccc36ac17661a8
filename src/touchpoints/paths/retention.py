"""Cohort retention and lifecycle states, by period."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from functools import partial
from typing import Any

import attrs
import numpy as np

from touchpoints._core import checks
from touchpoints._core.arrays.counting import run_starts
from touchpoints._core.arrays.segments import lengths_of
from touchpoints._core.checks import public
from touchpoints._core.frozen import Array, owned, text_array
from touchpoints._core.tables import Estimated, Grouped, column
from touchpoints.errors import InvalidInputError
from touchpoints.journeys.cutting import require_times
from touchpoints.journeys.groups import by_group
from touchpoints.journeys.model import Journeys, derive
from touchpoints.journeys.outcomes import watched_until
from touchpoints.journeys.periods import Calendar, Clock, clock_of, instants_as_text
from touchpoints.uncertainty import units_of, wilson

_STATES = ("new", "current", "returning", "dormant")
_MISSING = np.iinfo(np.int64).min
_MAX_CELLS = 10_000_000


@attrs.frozen(kw_only=True, repr=False)
class Retention(Estimated):
    """Retention by cohort; one row per cohort and number of periods since.

    Attributes
    ----------
    cohort : datetime64[us]
        Start of the period in which the people of the cohort had their first touchpoint; of a
        calendar period in local time, the time zone of the log.
    since : int64
        Number of periods later; 0 is the first period itself.
    size : int64
        Number of people in the cohort.
    watched : int64
        Number of them observed until the end of that period.
    returned : int64
        Number of those with a touchpoint in that period.
    share, low, high : float64
        The retention rate ``returned / watched``, and its interval; nan where ``watched`` is 0.
    left_out : int64
        Number of people whose journeys began before the log: their cohort is not known.
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
    by: str | Sequence[str] | None = None,
    level: float = 0.95,
) -> Retention:
    """Estimate cohort retention: the share of a cohort with a touchpoint some periods later.

    Parameters
    ----------
    journeys
        Journeys with times, and with persons unless each journey is one person.
    period
        A calendar ``"day"``, ``"week"`` (from Monday) or ``"month"``, or a duration; consecutive
        periods of that duration then start at the first time of the log.
    by
        A per-journey column, facet or per-interaction column to group by; a person with journeys
        in several groups is in a cohort of each.
    level
        Shared arguments: see `touchpoints.paths`.

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
        table would have millions of rows; when ``period`` is not one of the calendar periods.

    See Also
    --------
    lifecycle_states : How many people are new, current, returning or dormant in each period.
    time_to : Kaplan-Meier estimate of the time until a touchpoint or an outcome.

    Notes
    -----
    A period counts for a person only if the person was observed until its end
    (``observed_until``, by default the last time of the log, of an end or of an outcome, so
    that the last period is usually incomplete). A person observed for less time is not in
    ``watched``, and where ``watched`` is 0 the share is nan, not 0. One touchpoint in a period is
    enough to be counted in it. Days, weeks and months are those of the time zone of the log
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
    whole, clock = _prepared(journeys, period, "retention")
    return by_group(whole, by, partial(_retention, clock=clock, level=level))


@public
def lifecycle_states(
    journeys: Journeys, *, period: Calendar | dt.timedelta, by: str | Sequence[str] | None = None
) -> LifecycleStates:
    """Count new, current, returning and dormant people in each period.

    Parameters
    ----------
    journeys, period, by
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
    whole, clock = _prepared(journeys, period, "lifecycle_states")
    return by_group(whole, by, partial(_states, clock=clock))


def _prepared(
    journeys: Journeys, period: Calendar | dt.timedelta, what: str
) -> tuple[Journeys, Clock]:
    """Return the journeys with ``observed_until`` filled in, and the clock of the periods."""
    require_times(journeys, what)
    observed = derive(journeys, observed_until=owned(watched_until(journeys).copy()))
    return observed, clock_of(journeys, period, name="period")


@attrs.frozen(eq=False, kw_only=True)
class _Visits:
    """Periods with touchpoints: person ``who[i]`` in period ``when[i]``, sorted and distinct.

    Row p stands for ``alike[p]`` identical people, whose first touchpoint is in period
    ``first[p]``, and who were observed through all periods before ``until[p]``.
    """

    who: Array
    when: Array
    alike: Array
    first: Array
    until: Array
    left_out: int
    unit: str

    def facts(self) -> dict[str, Any]:
        """Return what a table with intervals says of the people: each is one trial."""
        people = int(self.alike.sum())
        if self.unit != "person":
            return {"unit": self.unit}
        return {"unit": self.unit, "persons": people, "effective": float(people)}


def _visits(journeys: Journeys, clock: Clock) -> _Visits:
    units = units_of(journeys, None)
    size = len(units.repeats)
    stamps = require_times(journeys, "retention").view(np.int64)
    lengths = lengths_of(journeys.offsets)
    late = np.zeros(size, dtype=bool)
    real = (lengths > 0) & (journeys.counts > 0)
    late[units.of[real & ~journeys.began]] = True
    seen = np.full(size, _MISSING)
    np.maximum.at(seen, units.of, clock.shown(watched_until(journeys).view(np.int64)))
    whose = np.repeat(units.of, lengths)
    kept = np.repeat(real, lengths) & ~late[whose]
    periods = clock.number(clock.shown(stamps[kept]))
    low = int(periods.min(initial=0))
    span = int(periods.max(initial=0)) - low + 1
    keys = np.sort(whose[kept] * span + (periods - low))
    keys = keys[run_starts(keys)]
    who, when = keys // span, keys % span + low
    starts = run_starts(who)
    people = who[starts]
    ends = np.append(starts[1:], len(who))[: len(starts)]
    until = np.maximum(seen[people], clock.start(when[ends - 1]))
    return _Visits(
        who=np.repeat(np.arange(len(starts)), ends - starts),
        when=when,
        alike=units.repeats[people],
        first=when[starts],
        until=clock.number(until),
        left_out=int(units.repeats[late].sum()),
        unit=units.unit,
    )


def _retention(journeys: Journeys, *, clock: Clock, level: float) -> Retention:
    found = _visits(journeys, clock)
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
    spans = found.until - found.first
    # A person observed for s whole periods adds 1 to the first s cells of the cohort.
    changes = np.bincount(base[:-1][of], found.alike, cells + 1)
    changes -= np.bincount(base[:-1][of] + spans, found.alike, cells + 1)
    watched = np.cumsum(changes)[:cells].astype(np.int64)
    there = (found.when - found.first[found.who]) < spans[found.who]
    cell = base[:-1][of[found.who]] + found.when - found.first[found.who]
    returned = np.bincount(cell[there], found.alike[found.who][there], cells).astype(np.int64)
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
        level=level,
        **found.facts(),
    )


def _states(journeys: Journeys, *, clock: Clock) -> LifecycleStates:
    found = _visits(journeys, clock)
    if not len(found.when):
        return _lifecycle(np.zeros((4, 0)), np.empty(0, np.int64), found, clock)
    first = int(found.when.min())
    periods = np.arange(first, max(int(found.when.max()), int(found.until.max())) + 1)
    amounts = found.alike[found.who]
    fresh = np.r_[True, found.who[1:] != found.who[:-1]]
    again = np.r_[False, found.when[1:] == found.when[:-1] + 1] & ~fresh
    states = (fresh, again, ~fresh & ~again)
    counted = [np.bincount(found.when[one] - first, amounts[one], len(periods)) for one in states]
    dormant = np.cumsum(counted[0]) - sum(counted)
    return _lifecycle(np.stack([*counted, dormant]), periods, found, clock)


def _lifecycle(counts: Array, periods: Array, found: _Visits, clock: Clock) -> LifecycleStates:
    columns: dict[str, Any] = dict(zip(_STATES, counts.astype(np.int64), strict=True))
    return LifecycleStates(
        period=clock.start(periods).view("datetime64[us]"),
        **columns,
        known=counts.sum(axis=0).astype(np.int64),
        complete=periods < int(found.until.min(initial=np.iinfo(np.int64).max)),
        left_out=np.full(len(periods), found.left_out),
        unit=found.unit,
    )
