"""Who comes back, and when: cohorts and the states of a lifecycle, period by period."""

from __future__ import annotations

import datetime as dt
from functools import partial
from typing import Any, Literal

import attrs
import numpy as np

from touchpoints._core import checks
from touchpoints._core.arrays.counting import run_starts
from touchpoints._core.arrays.segments import lengths_of
from touchpoints._core.checks import (
    check_option,
)
from touchpoints._core.frozen import Array, owned, text_array
from touchpoints._core.tables import Estimated, Grouped, column
from touchpoints._core.zones import Offsets, offsets_between
from touchpoints.errors import InvalidInputError
from touchpoints.journeys.cutting import microseconds, require_times
from touchpoints.journeys.groups import by_group
from touchpoints.journeys.model import Journeys, derive
from touchpoints.journeys.outcomes import watched_until
from touchpoints.uncertainty import units_of, wilson

Calendar = Literal["day", "week", "month"]

_STATES = ("new", "current", "returning", "dormant")
_MISSING = np.iinfo(np.int64).min
_DAY = 86_400_000_000
# 1 January 1970 was a Thursday; weeks begin on Mondays.
_MONDAY = 3
_MOST_CELLS = 10_000_000


@attrs.frozen(kw_only=True, repr=False)
class Retention(Estimated):
    """Which share of a cohort is there again; one row a cohort and period since.

    Attributes
    ----------
    cohort : datetime64[us]
        The start of the period of the cohort's first touchpoint; of a calendar period as clocks in
        the zone of the log show it.
    since : int64
        How many periods later; 0 is the first period itself.
    size : int64
        How many people the cohort has.
    watched : int64
        How many of them were watched to the end of that period.
    returned : int64
        How many of those had a touchpoint in it.
    share, low, high : float64
        Their share of those watched, and its interval; nan where nobody was watched so long.
    left_out : int64
        People who began before the log: their cohort is not known.
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
        """Return the share of each (cohort, periods since), behind its group if there are.

        A cohort is the text of its day, with the time where that is not midnight.
        """
        return self._labelled(self.share, _days(self.cohort), self.since)


@attrs.frozen(kw_only=True, repr=False)
class LifecycleStates(Grouped):
    """How many people are in which state; one row a period.

    Attributes
    ----------
    period : datetime64[us]
        Its start; of a calendar period as clocks in the zone of the log show it.
    new : int64
        People whose first touchpoint lies in it.
    current : int64
        People with a touchpoint in it and in the period before.
    returning : int64
        People with a touchpoint in it, none in the period before, and one before that.
    dormant : int64
        People with a touchpoint before it and none in it.
    known : int64
        All of them: everybody met up to its end.
    complete : bool
        Whether everybody was watched to its end; else the dormant may still turn up.
    left_out : int64
        People who began before the log.
    unit : str
        Who is counted: ``"person"``, or ``"journey"`` where persons are not known.
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
        """Return the number of each (period, state), behind its group if there are.

        A period is the text of its first day, with the time where that is not midnight.
        """
        counts = np.column_stack([getattr(self, state) for state in _STATES]).astype(np.float64)
        periods = np.repeat(_days(self.period), len(_STATES))
        return self._labelled(counts.ravel(), periods, text_array([*_STATES] * len(self)))


def _days(instants: Array) -> Array:
    """Return instants as text: the day, and the time where it is not midnight."""
    texts = np.datetime_as_string(instants, "us").tolist()
    return text_array(
        [one.removesuffix("T00:00:00.000000").removesuffix(".000000") for one in texts]
    )


def retention(
    journeys: Journeys,
    *,
    period: Calendar | dt.timedelta,
    by: str | None = None,
    level: float = 0.95,
) -> Retention:
    """Say which share of the people first met in a period is there again so many periods later.

    Parameters
    ----------
    journeys
        With times; with persons, unless each journey is a person of its own.
    period
        ``"day"``, ``"week"`` (from Monday) or ``"month"`` of the calendar, or a duration: then
        periods follow each other from the first time of the log.
    by
        A per-journey column, facet or per-interaction column to group by; somebody with journeys
        in several groups is in the cohort of each.
    level
        Shared arguments: see `touchpoints.paths`.

    Returns
    -------
    Retention
        By cohort, then period since, up to the last period of the log.

    Raises
    ------
    NotFoundError
        When there is no such column or facet.
    InvalidInputError
        Without times; when the duration is not positive, or so short that there are millions of
        cohorts and periods; when the calendar has no such period.

    Notes
    -----
    A period counts for somebody only when it was watched to its end (``observed_until``, by
    default the last time of the log or of an outcome, so the last period is mostly cut short): who
    was watched for less is not among ``watched``, and a share of nobody is nan, not 0. Somebody is
    there in a period with one touchpoint or with many. Days, weeks and months are those of the zone
    of the log (``meta.timezone``), or as written where it had none, and ``cohort`` is what the
    clock there shows; durations are counted from the first time, in the clock the times are kept
    in. Intervals are Wilson's. O(m log m).

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


def lifecycle_states(
    journeys: Journeys, *, period: Calendar | dt.timedelta, by: str | None = None
) -> LifecycleStates:
    """Count who is new, current, returning and dormant in each period.

    Parameters
    ----------
    journeys, period, by
        As for `retention`.

    Returns
    -------
    LifecycleStates
        One row a period, from the first of the log to its last.

    Raises
    ------
    NotFoundError
        When there is no such column or facet.
    InvalidInputError
        As for `retention`.

    Notes
    -----
    Everybody met so far is in exactly one state. Nobody ever leaves: who died, moved or was
    never going to return is dormant. O(m log m).

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


@attrs.frozen
class _Clock:
    """Numbers periods: of a calendar, or ``width`` microseconds each from ``origin`` on.

    With ``offsets`` a calendar is that of a zone: times are turned to its clock by `shown` first.
    """

    calendar: str
    width: int = 0
    origin: int = 0
    offsets: Offsets | None = None

    def shown(self, stamps: Array) -> Array:
        """Return the times in microseconds that the clock shows at these of the log."""
        return stamps if self.offsets is None else self.offsets.local(stamps)

    def number(self, stamps: Array) -> Array:
        """Return the period of each time in microseconds."""
        if self.calendar == "month":
            return stamps.view("datetime64[us]").astype("datetime64[M]").astype(np.int64)
        if self.calendar == "week":
            return (stamps // _DAY + _MONDAY) // 7
        if self.calendar == "day":
            return stamps // _DAY
        return (stamps - self.origin) // self.width

    def start(self, numbers: Array) -> Array:
        """Return when periods start, in microseconds."""
        if self.calendar == "month":
            months = numbers.astype("datetime64[M]").astype("datetime64[us]")
            starts: Array = months.view(np.int64)
            return starts
        if self.calendar == "week":
            return (numbers * 7 - _MONDAY) * _DAY
        if self.calendar == "day":
            return numbers * _DAY
        return numbers * self.width + self.origin


def _prepared(
    journeys: Journeys, period: Calendar | dt.timedelta, what: str
) -> tuple[Journeys, _Clock]:
    """Return journeys that know how long they were watched, and the clock."""
    stamps = require_times(journeys, what).view(np.int64)
    watched = derive(journeys, observed_until=owned(watched_until(journeys).copy()))
    if isinstance(period, dt.timedelta):
        first = int(stamps.min()) if len(stamps) else 0
        return watched, _Clock("", microseconds(period, "period"), first)
    calendar, zone = check_option("period", period, Calendar), journeys.meta.timezone
    if zone is None:
        return watched, _Clock(calendar)
    until = watched_until(journeys).view(np.int64)
    return watched, _Clock(calendar, offsets=offsets_between(zone, _reach(stamps, until)))


def _reach(*columns: Array) -> Array:
    """Return the first and last known time of columns in microseconds."""
    known = [one[one != _MISSING] for one in columns]
    ends = [end for one in known if len(one) for end in (one.min(), one.max())]
    return np.array(ends, dtype=np.int64)


@attrs.frozen(eq=False, kw_only=True)
class _Visits:
    """Who was there when: person ``who[i]`` in period ``when[i]``, sorted and distinct.

    ``alike[p]`` people are like person p, first there in ``first[p]``, and watched through all
    periods before ``until[p]``.
    """

    who: Array
    when: Array
    alike: Array
    first: Array
    until: Array
    left_out: int
    unit: str


def _visits(journeys: Journeys, clock: _Clock) -> _Visits:
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


def _retention(journeys: Journeys, *, clock: _Clock, level: float) -> Retention:
    found = _visits(journeys, clock)
    last = int(found.when.max(initial=_MISSING))
    last = max(last, int(found.until.max(initial=_MISSING)))
    cohorts, of = np.unique(found.first, return_inverse=True)
    reach = last - cohorts + 1
    base = np.append(0, np.cumsum(reach))
    cells = int(base[-1])
    if cells > _MOST_CELLS:
        raise InvalidInputError(
            f"{len(cohorts):,} cohorts over so many periods make a table of {cells:,} rows",
            mend="take a longer period",
        )
    cohort = np.repeat(np.arange(len(cohorts)), reach)
    since = np.arange(cells) - base[:-1][cohort]
    spans = found.until - found.first
    # Somebody watched for s whole periods adds one to the first s cells of the cohort.
    steps = np.bincount(base[:-1][of], found.alike, cells + 1)
    steps -= np.bincount(base[:-1][of] + spans, found.alike, cells + 1)
    watched = np.cumsum(steps)[:cells].astype(np.int64)
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
        unit=found.unit,
    )


def _states(journeys: Journeys, *, clock: _Clock) -> LifecycleStates:
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


def _lifecycle(counts: Array, periods: Array, found: _Visits, clock: _Clock) -> LifecycleStates:
    columns: dict[str, Any] = dict(zip(_STATES, counts.astype(np.int64), strict=True))
    return LifecycleStates(
        period=clock.start(periods).view("datetime64[us]"),
        **columns,
        known=counts.sum(axis=0).astype(np.int64),
        complete=periods < int(found.until.min(initial=np.iinfo(np.int64).max)),
        left_out=np.full(len(periods), found.left_out),
        unit=found.unit,
    )
