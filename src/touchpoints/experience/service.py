"""How well people are served: how fast, at the first contact, for good, and how kindly."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from functools import partial
from typing import Any

import attrs
import numpy as np

from touchpoints._core import checks
from touchpoints._core.arrays.segments import lengths_of
from touchpoints._core.arrays.statistics.survival import (
    Dependence,
    Survival,
    first_at_most,
    product_limit,
    survival_bounds,
)
from touchpoints._core.checks import microseconds, public
from touchpoints._core.frozen import Array, text_array
from touchpoints._core.messages import counted
from touchpoints._core.opening_hours import OpeningHours
from touchpoints._core.tables import Estimated, column, fact
from touchpoints.experience._shared.metrics import Metric, scores_of
from touchpoints.experience._shared.tickets import Tickets, tickets_of
from touchpoints.journeys.cutting import require_times
from touchpoints.journeys.groups import by_group
from touchpoints.journeys.model import Journeys, checked_journeys
from touchpoints.journeys.places.anchors import Place
from touchpoints.uncertainty.ratios import Ratio, mean_of, share_of
from touchpoints.uncertainty.units import Units, units_of

_SECOND = 1e6
_WEEK = dt.timedelta(days=7)


@attrs.frozen(kw_only=True, repr=False)
class Service(Estimated):
    """Measures of service; one row per measure (and group).

    ``as_dict()`` returns ``{measure: value}``; with groups, the keys begin with the group.

    Attributes
    ----------
    measure : object
        The name of the measure: see `service`.
    value, low, high : float64
        The measure and its interval: seconds, a share in [0, 1], or a mean score.
    of : object
        ``"seconds"``, ``"share"`` or ``"score"``.
    cases : int64
        The number of tickets that it is about.
    events : int64
        How many of them had their event (a reply, a solution), or are hits of the share, or the
        number of scores.
    censored : int64
        The number of tickets that were watched for too short a time to know.
    reason : object
        Why the value is nan; empty where it is not.
    automatic, by_agents, unknown_start : int
        The number of automatic replies, of tickets that agents opened, and of those that were
        opened before the log: all are left out.
    """

    main = "value"
    labels = ("measure",)

    measure: Array = column(object)
    value: Array = column(np.float64)
    low: Array = column(np.float64)
    high: Array = column(np.float64)
    of: Array = column(object)
    cases: Array = column(np.int64)
    events: Array = column(np.int64)
    censored: Array = column(np.int64)
    reason: Array = column(object)
    automatic: int = fact(of_groups=sum)
    by_agents: int = fact(of_groups=sum)
    unknown_start: int = fact(of_groups=sum)

    def _remarks(self) -> list[str]:
        found = super()._remarks()
        for number, what in (
            (self.automatic, "{} that are automatic left out"),
            (self.by_agents, "{} opened by an agent left out"),
            (self.unknown_start, "{} opened before the log left out"),
        ):
            noun = "answer" if "automatic" in what else "ticket"
            if number:
                found.append(what.format(counted(number, noun)))
        return found


@public
def service(
    journeys: Journeys,
    *,
    reply: Place,
    solved: Place,
    contact: Place | None = None,
    automatic: Place | None = None,
    reopened: Place | None = None,
    follow_up: Place | None = None,
    follow_up_within: dt.timedelta = _WEEK,
    again_within: dt.timedelta = _WEEK,
    hours: OpeningHours | None = None,
    empathy: str | Metric | None = None,
    by: str | Sequence[str] | None = None,
    level: float = 0.95,
) -> Service:
    """Measure service by speed, first-contact resolution, follow-up and empathy.

    Each journey is a ticket: what happened from the day somebody asked for help.

    Parameters
    ----------
    reply
        What a public reply of an agent is, as in `touchpoints.paths`: a touchpoint, facets or a
        pattern.
    solved
        What marks a ticket as solved.
    contact
        What a message of the customer is. Without it, further contacts are not known.
    automatic
        Replies that are automatic, and therefore none.
    reopened
        What marks a ticket as open again. By default a ``contact`` after it was solved.
    follow_up
        What a follow-up of the firm after the solution is.
    follow_up_within
        How long after the solution a follow-up counts.
    again_within
        For how long after the solution somebody must not have opened another ticket with the same
        need.
    hours
        Opening hours: adds both times in these hours.
    empathy
        The metric of empathy, whose scores are in the per-interaction column of its name.
    by, level
        Shared arguments: see `touchpoints.experience`.

    Returns
    -------
    Service
        These rows, always in this order. ``first response time`` and ``resolution time``: the
        median and, in further rows, what 90 % do not exceed; then the same in opening hours, if
        they are given. ``first-contact resolution`` by its three definitions: ``no further
        contact`` of the customer, ``one reply`` of an agent, ``not again`` within the time.
        ``reopen rate``, ``follow-up rate`` and ``empathy``.

    Raises
    ------
    NotFoundError
        When a touchpoint, facet, metric or column does not exist.
    InvalidInputError
        When the journeys have no times.

    See Also
    --------
    touchpoints.paths.time_to : The survival function of any time.
    service_retention : Whether people who were served well come back.

    Notes
    -----
    The first response is the first reply that is not automatic after the ticket was opened; tickets
    that begin with a reply were opened by an agent and are left out. The resolution is the last
    solution, if the ticket was not opened again after it. A ticket without its event is censored at
    the end of watching: quantiles are those of Kaplan and Meier, nan where so many are open that
    they are not known, and are 0 events of no ticket. A ticket is resolved if it is not open at the
    end. Vendors define first-contact resolution differently, and the three differ by much: say
    which one you report. ``not again`` needs persons, and needs in the taxonomy or a rule; without
    needs any other ticket of the person counts. O(m log m).

    References
    ----------
    E. L. Kaplan and P. Meier (1958), Nonparametric estimation from incomplete observations, Journal
    of the American Statistical Association 53(282), 457-481, doi:10.1080/01621459.1958.10501452.

    Examples
    --------
    >>> import touchpoints as tp
    >>> rows = [
    ...     {"ticket": 1, "at": "2026-01-05 09:00", "what": "asked"},
    ...     {"ticket": 1, "at": "2026-01-05 09:01", "what": "auto reply"},
    ...     {"ticket": 1, "at": "2026-01-05 11:00", "what": "reply"},
    ...     {"ticket": 1, "at": "2026-01-05 11:00", "what": "solved"},
    ... ]
    >>> tickets = tp.from_records(rows, journey="ticket", time="at", touchpoint="what")
    >>> found = tp.experience.service(
    ...     tickets, reply="reply", solved="solved", contact="asked", automatic="auto reply"
    ... )
    >>> found.as_dict()["first response time"] / 3600, found.as_dict()["one reply"]
    (2.0, 1.0)
    """
    checked_journeys(journeys)
    require_times(journeys, "service")
    places = {"reply": reply, "solved": solved, "contact": contact, "automatic": automatic}
    places |= {"reopened": reopened, "follow_up": follow_up}
    found = tickets_of(journeys, places, again_within=microseconds(again_within, "again_within"))
    limit, level = microseconds(follow_up_within, "follow_up_within"), checks.level(level)
    measured = partial(_measured, limit=limit, hours=hours, empathy=empathy, level=level)
    return by_group(journeys, by, lambda part: measured(part, found.of(part)))


@attrs.frozen(eq=False, kw_only=True)
class _Row:
    measure: str
    of: str
    value: float = np.nan
    low: float = np.nan
    high: float = np.nan
    cases: int = 0
    events: int = 0
    censored: int = 0
    reason: str = ""


def _measured(
    journeys: Journeys,
    tickets: Tickets,
    *,
    limit: int,
    hours: OpeningHours | None,
    empathy: str | Metric | None,
    level: float,
) -> Service:
    units = units_of(journeys, None)
    rows = _times(journeys, tickets, units, hours, level=level)
    rows += _shares(journeys, tickets, units, limit=limit, level=level)
    rows.append(_empathy(journeys, units, empathy, level=level))
    columns: dict[str, Any] = {
        field.name: text_array([getattr(row, field.name) for row in rows])
        for field in attrs.fields(_Row)
    }
    return Service(
        **columns,
        automatic=int((tickets.automatic * journeys.counts).sum()),
        by_agents=int(journeys.counts[tickets.by_agent].sum()),
        unknown_start=int(journeys.counts[~journeys.began].sum()),
        level=level,
        **units.facts(),
    )


def _times(
    journeys: Journeys, tickets: Tickets, units: Units, hours: OpeningHours | None, *, level: float
) -> list[_Row]:
    found = []
    kinds: list[tuple[str, OpeningHours | None]] = [("", None)]
    if hours is not None:
        kinds.append((", opening hours", hours))
    for suffix, opened in kinds:
        for name, ended in (
            ("first response time", tickets.replied),
            ("resolution time", tickets.resolved),
        ):
            there, took, reached = tickets.durations(journeys, ended, opened)
            chosen = np.flatnonzero(there)
            clustered = Dependence(
                of=units.of[chosen],
                repeats=units.repeats,
                within=units.within[chosen],
                apart=units.unit == "journey",
            )
            curve = product_limit(took[chosen], reached[chosen], clustered)
            found += [
                _quantile(curve, name + suffix, level=level),
                _quantile(curve, f"{name}{suffix}, 90 %", level=level, share=0.9),
            ]
    return found


def _quantile(curve: Survival, name: str, *, level: float, share: float = 0.5) -> _Row:
    """Return the time that a share of tickets does not exceed, in seconds."""
    cases = int(curve.at_risk[0]) if len(curve.at_risk) else 0
    low, high = survival_bounds(curve, level)
    rest = 1 - share
    ends = [first_at_most(curve.times, one, rest) / _SECOND for one in (curve.share, low, high)]
    reason = ""
    if np.isnan(ends[0]):
        reason = "too many tickets are open" if cases else "no ticket"
    return _Row(
        measure=name,
        of="seconds",
        value=ends[0],
        low=ends[1],
        high=ends[2],
        cases=cases,
        events=int(curve.ended.sum()),
        censored=int(curve.censored.sum()),
        reason=reason,
    )


def _shares(
    journeys: Journeys, tickets: Tickets, units: Units, *, limit: int, level: float
) -> list[_Row]:
    resolved = tickets.resolved_at_end
    rows = [
        ("no further contact", tickets.contacts_after == 0, resolved, tickets.has_contacts),
        ("one reply", tickets.replies == 1, resolved, True),
        ("not again", ~tickets.repeated, resolved & tickets.sure, tickets.has_persons),
        ("reopen rate", tickets.was_reopened, tickets.was_solved, True),
        (
            "follow-up rate",
            tickets.is_followed(limit),
            tickets.is_watched(limit),
            tickets.has_follow_up,
        ),
    ]
    lacking = {
        "no further contact": "contact= says what a message of the customer is",
        "not again": "the journeys have no persons",
        "follow-up rate": "follow_up= says what a follow-up is",
    }
    found = []
    for name, hits, among, known in rows:
        if not known:
            found.append(_Row(measure=name, of="share", reason=lacking[name]))
            continue
        ratio = share_of(
            units, (hits & among).astype(np.float64), among.astype(np.float64), level=level
        )
        asked = tickets.was_solved if name == "reopen rate" else resolved
        censored = int(journeys.counts[asked & ~among].sum())
        reason = "" if ratio.trials else "no ticket was solved and watched long enough"
        found.append(_row(name, "share", ratio, censored=censored, reason=reason))
    return found


def _row(name: str, of: str, ratio: Ratio, *, censored: int = 0, reason: str = "") -> _Row:
    return _Row(
        measure=name,
        of=of,
        value=ratio.value,
        low=ratio.low,
        high=ratio.high,
        cases=int(ratio.trials),
        events=int(ratio.hits),
        censored=censored,
        reason=reason,
    )


def _empathy(
    journeys: Journeys, units: Units, metric: str | Metric | None, *, level: float
) -> _Row:
    if metric is None:
        return _Row(measure="empathy", of="score", reason="empathy= names the metric")
    scores = scores_of(journeys, metric)
    owners = np.repeat(np.arange(len(journeys)), lengths_of(journeys.offsets))
    known = scores.known
    sums = np.bincount(owners[known], scores.values[known], len(journeys))
    numbers = np.bincount(owners[known], minlength=len(journeys)).astype(np.float64)
    ratio = mean_of(units, sums, numbers, level=level)
    row = _row("empathy", "score", ratio, reason="" if ratio.trials else "no score")
    cases = int(journeys.counts[numbers > 0].sum())
    return attrs.evolve(row, cases=cases, events=int(ratio.trials))
