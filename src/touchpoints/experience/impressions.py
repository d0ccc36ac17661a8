"""Whether people come back after a positive or a negative first impression."""

from __future__ import annotations

import datetime as dt

import attrs
import numpy as np

from touchpoints._core import checks
from touchpoints._core.arrays.segments import lengths_of, owners_of
from touchpoints._core.checks import microseconds, public
from touchpoints._core.frozen import Array, text_array
from touchpoints._core.tables import Estimated, column
from touchpoints.experience._shared.metrics import Metric, Scores, scores_of
from touchpoints.experience._shared.returning import check_persons, compared_shares, returns
from touchpoints.journeys.cutting import require_times
from touchpoints.journeys.model import Journeys, checked_journeys
from touchpoints.journeys.tie_breaking import id_ranks
from touchpoints.uncertainty.ratios import Ratio, share_of
from touchpoints.uncertainty.units import Units, missing_persons, units_of

_IMPRESSIONS = ("positive", "neutral", "negative", "(no score)")


@attrs.frozen(kw_only=True, repr=False)
class FirstImpressions(Estimated):
    """Whether people come back, by their first score; one row per impression.

    ``as_dict()`` returns ``{impression: share}``.

    Attributes
    ----------
    impression : object
        What the first score of the first journey is: ``"positive"``, ``"neutral"``, ``"negative"``,
        or ``"(no score)"``.
    people : int64
        The number of people with this impression who were watched long enough.
    returned : int64
        The number of those who began another journey after it within the time.
    share, low, high : float64
        Their share, and its interval; nan without people.
    less : float64
        By how much the share is below that of people with a positive impression: an association.
    less_low, less_high : float64
        Its interval.
    censored : int
        The number of people who were watched for too short a time, whether they returned or not.
    metric : str
        The name of the metric.
    outside : int
        The number of scores outside the scale, which are left out.
    """

    main = "share"
    labels = ("impression",)

    impression: Array = column(object)
    people: Array = column(np.int64)
    returned: Array = column(np.int64)
    share: Array = column(np.float64)
    low: Array = column(np.float64)
    high: Array = column(np.float64)
    less: Array = column(np.float64)
    less_low: Array = column(np.float64)
    less_high: Array = column(np.float64)
    censored: int
    metric: str
    outside: int


@public
def first_impressions(
    journeys: Journeys,
    *,
    metric: str | Metric,
    within: dt.timedelta,
    level: float = 0.95,
) -> FirstImpressions:
    """Compare how many people come back after a positive and after a negative first impression.

    Parameters
    ----------
    metric
        The metric whose scores are in the per-interaction column of its name. The first impression
        is the first score of the first journey of a person.
    within
        How long after the end of their first journey people count as coming back. A journey that
        begins before that end, or at that time, is none.
    level
        Shared argument: see `touchpoints.experience`.

    Returns
    -------
    FirstImpressions
        Four rows, always in the same order.

    Raises
    ------
    NotFoundError
        When the metric or the column of scores does not exist.
    InvalidInputError
        When the journeys have no persons or no times, or ``within`` is not positive.

    See Also
    --------
    touchpoints.paths.retention : How many people come back, by period.

    Notes
    -----
    People whose first journey began before the log are left out, since their first impression is
    not known, and so are journeys without a person. Who is not watched for the whole time is set
    apart as censored, also if they came back: else those who did would be too many. Of journeys
    that begin at the same time, the one with the smallest id is the first. People with a
    negative first impression may differ in much else: this is an association. O(m + n log n).

    Examples
    --------
    >>> import datetime as dt
    >>> import touchpoints as tp
    >>> rows = [
    ...     {"id": 1, "who": "ana", "at": "2026-01-01", "do": "a", "csat": 5},
    ...     {"id": 2, "who": "ana", "at": "2026-01-20", "do": "a", "csat": 4},
    ...     {"id": 3, "who": "leo", "at": "2026-01-02", "do": "a", "csat": 1},
    ...     {"id": 4, "who": "mia", "at": "2026-03-09", "do": "a", "csat": 1},
    ... ]
    >>> how = {"journey": "id", "person": "who", "time": "at", "touchpoint": "do"}
    >>> journeys = tp.from_records(rows, **how, per_interaction=["csat"])
    >>> found = tp.experience.first_impressions(
    ...     journeys, metric="csat", within=dt.timedelta(days=30)
    ... )
    >>> found.people.tolist(), found.returned.tolist(), found.censored
    ([1, 0, 1, 0], [1, 0, 0, 0], 1)
    """
    checked_journeys(journeys)
    check_persons(journeys)
    limit, level = microseconds(within, "within"), checks.level(level)
    require_times(journeys, "first_impressions")
    first, scores = _firsts(journeys), scores_of(journeys, metric)
    returned, watched = (one[first] for one in returns(journeys, None, limit))
    kinds = _kinds(journeys, scores)[first]
    used = journeys.began[first] & watched
    shares = [
        _share(returned & used & (kinds == kind), used & (kinds == kind), level=level)
        for kind in range(len(_IMPRESSIONS))
    ]
    return FirstImpressions(
        impression=text_array(_IMPRESSIONS),
        people=np.array([one.trials for one in shares]),
        **compared_shares(shares, [0] * len(shares)),
        censored=int((journeys.began[first] & ~watched).sum()),
        metric=scores.metric.name,
        outside=int((journeys.counts[owners_of(journeys.offsets)] * scores.outside).sum()),
        level=level,
        unit="person",
    )


def _share(hits: Array, among: Array, *, level: float) -> Ratio:
    """Return the share of people that are hits, bool (p,)."""
    alone = np.ones(len(hits), dtype=np.int64)
    units = Units(unit="person", of=np.arange(len(hits)), repeats=alone, within=alone)
    return share_of(units, hits.astype(np.float64), among.astype(np.float64), level=level)


def _firsts(journeys: Journeys) -> Array:
    """Return the row of the first journey of each person; empty journeys are none."""
    filled = (lengths_of(journeys.offsets) > 0) & (journeys.counts > 0)
    rows = np.flatnonzero(filled & ~missing_persons(journeys))
    starts = require_times(journeys, "first_impressions")[journeys.offsets[rows]]
    of = units_of(journeys, "person").of[rows]
    order = np.lexsort((id_ranks(journeys)[rows], starts, of))
    rows, of = rows[order], of[order]
    fresh = np.append(True, of[1:] != of[:-1])[: len(rows)]
    return np.asarray(rows[fresh])


def _kinds(journeys: Journeys, scores: Scores) -> Array:
    """Return the impression of each journey: that of its first score."""
    kinds = np.full(len(journeys), len(_IMPRESSIONS) - 1)
    rows = np.flatnonzero(scores.known)[::-1]
    values = scores.values[rows]
    boxes = 1 - scores.metric.is_satisfied(values) + scores.metric.is_dissatisfied(values)
    kinds[owners_of(journeys.offsets)[rows]] = boxes  # the first one stays
    return kinds
