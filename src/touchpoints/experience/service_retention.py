"""Whether people who were served well come back."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from functools import partial

import attrs
import numpy as np

from touchpoints._core import checks
from touchpoints._core.arrays.segments import lengths_of
from touchpoints._core.checks import microseconds, public
from touchpoints._core.frozen import Array, text_array
from touchpoints._core.tables import Estimated, column, fact
from touchpoints.experience._shared.metrics import Metric, scores_of
from touchpoints.experience._shared.returning import (
    check_persons,
    compared_shares,
    returns,
    rows_in,
)
from touchpoints.experience._shared.tickets import NAT, Tickets, tickets_of
from touchpoints.journeys.groups import by_group
from touchpoints.journeys.model import Journeys, checked_journeys
from touchpoints.journeys.places.anchors import Place, has_place
from touchpoints.uncertainty.ratios import Ratio, share_of
from touchpoints.uncertainty.units import units_of

_Level = tuple[str, str, Array]


@attrs.frozen(kw_only=True, repr=False)
class ServiceRetention(Estimated):
    """How many people come back after a ticket, by how they were served; one row per kind.

    ``as_dict()`` returns ``{(aspect, kind): share}``; with groups, the keys begin with the group.

    Attributes
    ----------
    aspect, kind : object
        The aspect of service, and how it was: ``"first response"`` that was ``"fast"`` (at most the
        median), ``"slow"`` or ``"none"``; ``"resolved"`` at the ``"first contact"`` (one reply),
        ``"later"`` or ``"open"``; ``"empathy"`` that was ``"positive"``, ``"neutral"`` or
        ``"negative"``.
    tickets : int64
        The number of tickets of people who were watched long enough.
    returned : int64
        The number of those after which the person came back within the time.
    share, low, high : float64
        Their share, and its interval.
    less, less_low, less_high : float64
        By how much the share is below that of the first kind of the aspect, and its interval: an
        association.
    censored : int
        The number of tickets of people who were watched for too short a time.
    """

    main = "share"
    labels = ("aspect", "kind")

    aspect: Array = column(object)
    kind: Array = column(object)
    tickets: Array = column(np.int64)
    returned: Array = column(np.int64)
    share: Array = column(np.float64)
    low: Array = column(np.float64)
    high: Array = column(np.float64)
    less: Array = column(np.float64)
    less_low: Array = column(np.float64)
    less_high: Array = column(np.float64)
    censored: int = fact(of_groups=sum)


@public
def service_retention(
    journeys: Journeys,
    *,
    reply: Place,
    solved: Place,
    within: dt.timedelta,
    back: Place | None = None,
    contact: Place | None = None,
    automatic: Place | None = None,
    empathy: str | Metric | None = None,
    by: str | Sequence[str] | None = None,
    level: float = 0.95,
) -> ServiceRetention:
    """Compare how many people come back after good and after bad service.

    Parameters
    ----------
    reply, solved, contact, automatic, empathy
        As in `service`. Tickets are the journeys that contain ``reply``, ``solved`` or ``contact``;
        the other journeys can be returns.
    within
        How long after the end of the ticket people count as coming back.
    back
        What a return must contain, for example a purchase; by default any later journey counts.
    by, level
        Shared arguments: see `touchpoints.experience`.

    Returns
    -------
    ServiceRetention
        Rows in a fixed order; those of empathy only if the metric is given.

    Raises
    ------
    NotFoundError
        When a touchpoint, facet, metric or column does not exist.
    InvalidInputError
        When the journeys have no persons or no times.

    See Also
    --------
    service : The measures themselves.
    first_impressions : Whether people come back after their first journey.

    Notes
    -----
    Tickets of people who were watched for too short a time are set apart, whether they came back or
    not. People whose tickets are hard to solve may differ from others: this is an association, and
    no proof that faster replies would keep them. Intervals of differences are recovered from those
    of the two shares (Zou and Donner 2008). O(m + n log n).

    References
    ----------
    G. Y. Zou and A. Donner (2008), Construction of confidence limits about effect measures,
    Statistics in Medicine 27(10), 1693-1702, doi:10.1002/sim.3095.

    Examples
    --------
    >>> import datetime as dt
    >>> import touchpoints as tp
    >>> rows = [
    ...     {"id": 1, "who": "ana", "at": "2026-01-05 09:00", "what": "asked"},
    ...     {"id": 1, "who": "ana", "at": "2026-01-05 10:00", "what": "reply"},
    ...     {"id": 2, "who": "ana", "at": "2026-01-25 09:00", "what": "bought"},
    ...     {"id": 3, "who": "leo", "at": "2026-03-05 09:00", "what": "bought"},
    ... ]
    >>> log = tp.from_records(rows, journey="id", person="who", time="at", touchpoint="what")
    >>> found = tp.experience.service_retention(
    ...     log, reply="reply", solved="reply", within=dt.timedelta(days=30), contact="asked"
    ... )
    >>> found.as_dict()["first response", "fast"]
    1.0
    """
    checked_journeys(journeys)
    check_persons(journeys)
    limit, level = microseconds(within, "within"), checks.level(level)
    places = {"reply": reply, "solved": solved, "contact": contact, "automatic": automatic}
    tickets = tickets_of(
        journeys, {**places, "reopened": None, "follow_up": None}, again_within=limit
    )
    asked = np.any([has_place(journeys, one) for one in places.values() if one is not None], axis=0)
    returned, watched = returns(journeys, back, limit)
    aspects = _aspects(journeys, tickets, asked, empathy)
    chosen = tickets.valid & asked
    columns = {"chosen": chosen, "returned": returned, "watched": watched & chosen}
    found = _Kept(ids=journeys.ids, columns=columns, aspects=aspects)
    return by_group(journeys, by, partial(_table, found=found, level=level))


@attrs.frozen(eq=False, kw_only=True)
class _Kept:
    """What is known of each journey of the whole log."""

    ids: Array
    columns: dict[str, Array]
    aspects: list[_Level]

    def rows(self, part: Journeys) -> Array:
        return rows_in(self.ids, part)


def _aspects(
    journeys: Journeys, tickets: Tickets, asked: Array, empathy: str | Metric | None
) -> list[_Level]:
    """Return the aspects of service and which journeys are of each kind."""
    answered = tickets.valid & asked & (tickets.replied != NAT)
    took = np.where(answered, tickets.replied - tickets.opened, 0)
    middle = _median(took[answered], journeys.counts[answered])
    once = tickets.resolved_at_end & (tickets.replies <= 1)
    found: list[_Level] = [
        ("first response", "fast", answered & (took <= middle)),
        ("first response", "slow", answered & (took > middle)),
        ("first response", "none", ~answered),
        ("resolved", "first contact", once),
        ("resolved", "later", tickets.resolved_at_end & ~once),
        ("resolved", "open", ~tickets.resolved_at_end),
    ]
    if empathy is None:
        return found
    scores = scores_of(journeys, empathy)
    owners = np.repeat(np.arange(len(journeys)), lengths_of(journeys.offsets))[scores.known]
    number = np.bincount(owners, minlength=len(journeys))
    with np.errstate(divide="ignore", invalid="ignore"):
        mean = np.bincount(owners, scores.values[scores.known], len(journeys)) / number
    good, bad = scores.metric.is_satisfied(mean), scores.metric.is_dissatisfied(mean)
    return [
        *found,
        ("empathy", "positive", good),
        ("empathy", "neutral", ~np.isnan(mean) & ~good & ~bad),
        ("empathy", "negative", bad),
    ]


def _median(values: Array, counts: Array) -> float:
    """Return the median of values that count several times; 0 where there are none."""
    order = np.argsort(values, kind="stable")
    reached = np.cumsum(counts[order])
    total = int(reached[-1]) if len(reached) else 0
    if not total:
        return 0.0
    ends = np.searchsorted(reached, [(total - 1) // 2, total // 2], side="right")
    return float(values[order][ends].mean())


def _table(journeys: Journeys, *, found: _Kept, level: float) -> ServiceRetention:
    rows, units = found.rows(journeys), units_of(journeys, None)
    watched, returned = (found.columns[name][rows] for name in ("watched", "returned"))
    shares: list[Ratio] = []
    for _, _, chosen in found.aspects:
        among = chosen[rows] & watched
        hits = (among & returned).astype(np.float64)
        shares.append(share_of(units, hits, among.astype(np.float64), level=level))
    names = [aspect for aspect, _, _ in found.aspects]
    left = found.columns["chosen"][rows] & ~watched
    return ServiceRetention(
        aspect=text_array(names),
        kind=text_array([kind for _, kind, _ in found.aspects]),
        tickets=np.array([one.trials for one in shares]),
        **compared_shares(shares, [names.index(one) for one in names]),
        censored=int(journeys.counts[left].sum()),
        level=level,
        **units.facts(),
    )
