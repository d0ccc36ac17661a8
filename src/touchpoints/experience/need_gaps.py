"""How well needs are satisfied, and where the largest gaps are."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any

import attrs
import numpy as np

from touchpoints._core import checks
from touchpoints._core.arrays.sorting.ranking import most_frequent
from touchpoints._core.checks import public
from touchpoints._core.frozen import Array, text_array
from touchpoints._core.messages import counted
from touchpoints._core.tables import Estimated, column, fact, optional_column
from touchpoints.experience._shared.judging import Judged, judged_occurrences, shares_of_known
from touchpoints.experience._shared.lenses import Seen, seen_through
from touchpoints.experience._shared.needs import (
    Satisfying,
    attribute_seen,
    limit_of,
    occurrences_by_origin,
    people_with,
    remark_of_defaults,
    without_success,
)
from touchpoints.journeys.groups import by_group
from touchpoints.journeys.model import Journeys
from touchpoints.journeys.places.anchors import Place
from touchpoints.uncertainty import Units, units_of
from touchpoints.uncertainty.cell_shares import CellShares, choice_shares, facts_of


@attrs.frozen(kw_only=True, repr=False)
class NeedSatisfaction(Estimated):
    """How often each need was satisfied; one row per need (and group).

    ``as_dict()`` returns ``{need: share}``; with groups, the keys begin with the group.

    Attributes
    ----------
    need : object
        The need.
    occurrences : int64
        The interactions with this need.
    people : int64
        The persons (journeys where persons are not known) with one.
    satisfied, unsatisfied : int64
        Those of them that were watched to the end of the journey, or for the whole time ``within``,
        and were satisfied or not.
    censored : int64
        Those for which the log ends first.
    already : int64
        Those of the censored ones that were satisfied before the log ended. They are not in
        ``satisfied``: the ones like them that were not satisfied yet could not be counted.
    share, low, high : float64
        ``satisfied / (satisfied + unsatisfied)``, in [0, 1], and its interval; nan where none was
        watched for long enough, or nothing satisfies the need.
    from_data, from_rule, from_default : int64, optional
        The interactions by where their need comes from, where the log says so.

    See Also
    --------
    need_satisfaction : The function that returns this table.
    """

    main = "share"
    labels = ("need",)

    need: Array = column(object)
    occurrences: Array = column(np.int64)
    people: Array = column(np.int64)
    satisfied: Array = column(np.int64)
    unsatisfied: Array = column(np.int64)
    censored: Array = column(np.int64)
    already: Array = column(np.int64)
    share: Array = column(np.float64)
    low: Array = column(np.float64)
    high: Array = column(np.float64)
    from_data: Array | None = optional_column(np.int64)
    from_rule: Array | None = optional_column(np.int64)
    from_default: Array | None = optional_column(np.int64)

    def _remarks(self) -> list[str]:
        """Return the lines under the table: persons, needs not judged, censored, defaults."""
        judged = self.satisfied + self.unsatisfied + self.censored
        late = int(self.censored.sum())
        said = f"{counted(late, 'occurrence')} set apart: the log ends first"
        return [
            *super()._remarks(),
            *without_success(self.need, judged < self.occurrences),
            *([said] if late else []),
            *remark_of_defaults(self.from_default, self.from_data, self.from_rule),
        ]


@attrs.frozen(kw_only=True, repr=False)
class NeedGaps(Estimated):
    """Needs by demand times shortfall, largest gap first; one row per need (and attribute, group).

    ``as_dict()`` returns ``{need: gap}``; the keys begin with the group and the attribute, if any.

    Attributes
    ----------
    rank : int64
        1 + the number of rows of the group with a larger gap: equal gaps have equal ranks.
    attribute : object, optional
        The value of the attribute.
    need : object
        The need.
    known : int64
        The occurrences that were watched for long enough: ``satisfied + unsatisfied``.
    people : int64
        The persons (journeys where persons are not known) with one of these.
    satisfied, unsatisfied, censored : int64
        As in `NeedSatisfaction`.
    demand, demand_low, demand_high : float64
        The share of this row among all known occurrences, in [0, 1], and its interval.
    shortfall, shortfall_low, shortfall_high : float64
        ``unsatisfied / known``, in [0, 1], and its interval.
    gap, low, high : float64
        ``demand * shortfall``: the share of all known occurrences that are of this row and were
        not satisfied, and its interval. nan where nothing is known.
    left_out : int
        The interactions with a need and without a value of the attribute.

    See Also
    --------
    need_gaps : The function that returns this table.
    """

    main = "gap"
    labels = ("need",)

    rank: Array = column(np.int64)
    attribute: Array | None = optional_column(object)
    need: Array = column(object)
    known: Array = column(np.int64)
    people: Array = column(np.int64)
    satisfied: Array = column(np.int64)
    unsatisfied: Array = column(np.int64)
    censored: Array = column(np.int64)
    demand: Array = column(np.float64)
    demand_low: Array = column(np.float64)
    demand_high: Array = column(np.float64)
    shortfall: Array = column(np.float64)
    shortfall_low: Array = column(np.float64)
    shortfall_high: Array = column(np.float64)
    gap: Array = column(np.float64)
    low: Array = column(np.float64)
    high: Array = column(np.float64)
    left_out: int = fact(of_groups=sum, default=0)

    def as_dict(self) -> dict[Any, float]:
        """Return {need: gap}, with the group and the attribute before the need if there are any."""
        columns = [one for one in (self.attribute, self.need) if one is not None]
        return self._labelled(self.gap, *columns)

    def _remarks(self) -> list[str]:
        """Return the lines under the table: persons, needs without a gap, equal gaps."""
        lines = super()._remarks()
        unknown = int(np.isnan(self.gap).sum())
        if unknown:
            rows = f"{unknown:,} of {counted(len(self), 'row')}"
            lines.append(f"nan: no occurrence could be judged in {rows}")
        if self.left_out:
            lines.append(f"{counted(self.left_out, 'interaction')} without the attribute left out")
        return lines


@public
def need_satisfaction(
    journeys: Journeys,
    *,
    success: Mapping[str, Place] | None = None,
    positive: Place | None = None,
    scores: str | None = None,
    threshold: float | None = None,
    within: dt.timedelta | None = None,
    by: str | Sequence[str] | None = None,
    level: float = 0.95,
) -> NeedSatisfaction:
    """Estimate how often needs are satisfied: the share of their occurrences followed by success.

    Parameters
    ----------
    success
        The success event of each need, a place: ``{"acquire": "purchase"}``.
    positive
        A place that is a positive assessment, whatever the need, such as
        ``{"valence": "positive"}`` for a facet.
    scores, threshold
        A per-interaction column of scores of assessments, nan where there is none; a score of at
        least ``threshold`` is positive, whatever the need.
    within
        The time within which success must come; by default the end of the journey.
    by, level
        Shared arguments: see `touchpoints.experience`.

    Returns
    -------
    NeedSatisfaction
        The need of the most occurrences first; ties in the order of the needs.

    Raises
    ------
    NotFoundError
        When a need, a place, the column or the facet does not exist.
    InvalidInputError
        When nothing says when a need is satisfied, no need is known, ``scores`` is given without
        ``threshold``, or ``within`` is given and the journeys have no times.

    See Also
    --------
    need_gaps : The needs with the most unsatisfied occurrences.
    need_threads : Needs across all journeys of a person.

    Notes
    -----
    An occurrence is an interaction with a known need. It is satisfied if the success event of its
    need or a positive assessment comes in the same journey, at the interaction itself or after it,
    and within the time. An assessment in the row of an interaction is thus of this interaction too.
    One success can satisfy several occurrences. A success that comes after a negative assessment
    counts. A need that is not in ``success`` is not judged, unless assessments are given.

    The log may end first: in a journey that it cuts off or, with ``within``, before that time is
    over. Such occurrences are set apart whether or not they are satisfied already; otherwise those
    that are satisfied quickly would be too large a part near the end of the log. Intervals are
    Wilson's with an effective number of trials: all occurrences of a person, or of a journey where
    persons are not known, depend on each other. O(m log m) in m interactions.

    Examples
    --------
    >>> import touchpoints as tp
    >>> rows = [
    ...     {"who": "ana", "t": "2026-01-01", "w": "live_chat", "csat": 5},
    ...     {"who": "leo", "t": "2026-01-01", "w": "live_chat", "csat": 2},
    ...     {"who": "leo", "t": "2026-01-02", "w": "live_chat", "csat": None},
    ... ]
    >>> journeys = tp.from_records(
    ...     rows,
    ...     journey="who",
    ...     time="t",
    ...     touchpoint="w",
    ...     per_interaction=["csat"],
    ...     taxonomy=tp.load_taxonomy("customer"),
    ... )
    >>> found = tp.experience.need_satisfaction(journeys, scores="csat", threshold=4)
    >>> found.need.tolist(), found.satisfied.tolist(), found.unsatisfied.tolist()
    (['solve_problem'], [1], [2])
    """
    checks.level(level)
    seen_through(journeys, "need")
    how = Satisfying(success=success, positive=positive, scores=scores, threshold=threshold)
    how.check(journeys)
    return by_group(
        journeys, by, partial(_satisfaction, how=how, limit=limit_of(within), level=level)
    )


@public
def need_gaps(
    journeys: Journeys,
    *,
    success: Mapping[str, Place] | None = None,
    positive: Place | None = None,
    scores: str | None = None,
    threshold: float | None = None,
    within: dt.timedelta | None = None,
    attribute: str | None = None,
    top: int | None = None,
    by: str | Sequence[str] | None = None,
    level: float = 0.95,
) -> NeedGaps:
    """Rank needs by demand times shortfall: where most occurrences are not satisfied.

    Parameters
    ----------
    success, positive, scores, threshold, within
        What satisfies needs, as in `need_satisfaction`.
    attribute
        A per-interaction or per-journey column or a facet, such as a product or one of its
        features: one row for each of its values and needs.
    top
        The number of rows (of each group); all by default.
    by, level
        Shared arguments: see `touchpoints.experience`.

    Returns
    -------
    NeedGaps
        The largest gap first; equal gaps by larger demand, then in the order of the attribute and
        the need. Rows whose gap is not known come last.

    Raises
    ------
    NotFoundError, InvalidInputError
        As `need_satisfaction`; when there is no such attribute; when ``top`` is no integer of at
        least 0.

    See Also
    --------
    need_satisfaction : The share of satisfied occurrences of each need.
    need_coverage : Which needs are planned for, and at which stage.

    Notes
    -----
    Demand is the share of a need among the occurrences of all needs that were watched for long
    enough, shortfall the share of its own that were not satisfied. Their product is itself a
    share, of all occurrences watched for long enough, so that gaps of all rows add up to the part
    of demand that is not met, and the interval is that of a share. Occurrences count, not
    persons: somebody who asks five times weighs five times in the gap, and once in its interval.
    The gap says where demand is not met, not what meeting it would bring. O(m log m) in m
    interactions.

    Examples
    --------
    >>> import touchpoints as tp
    >>> shop = tp.datasets.shop(200, seed=1)
    >>> gaps = tp.experience.need_gaps(
    ...     shop, success={"compare": "purchase", "solve_problem": "purchase"}, top=2
    ... )
    >>> gaps.need.tolist(), gaps.rank.tolist()
    (['compare', 'solve_problem'], [1, 2])
    """
    checks.level(level)
    checks.limit("top", top)
    seen_through(journeys, "need")
    how = Satisfying(success=success, positive=positive, scores=scores, threshold=threshold)
    how.check(journeys)
    if attribute is not None:
        attribute_seen(journeys, attribute)
    asked = partial(_gaps, how=how, limit=limit_of(within), attribute=attribute, top=top)
    return by_group(journeys, by, partial(asked, level=level))


def _satisfaction(
    journeys: Journeys, *, how: Satisfying, limit: int | None, level: float
) -> NeedSatisfaction:
    found = judged_occurrences(journeys, how, limit=limit)
    k, units = found.needs.k, units_of(journeys, None)
    weights = journeys.counts[found.owners].astype(np.float64)

    def number(chosen: Array) -> Array:
        return np.bincount(found.codes[chosen], weights[chosen], k).astype(np.int64)

    occurrences = number(np.ones(len(found.rows), dtype=bool))
    shares = shares_of_known(units, found, found.codes, groups=np.arange(k), level=level)
    order = most_frequent(occurrences, None)
    late = found.judged & ~found.known
    columns = {
        "occurrences": occurrences,
        "people": people_with(units, found.owners, found.codes, size=k),
        "satisfied": number(found.known & found.satisfied),
        "unsatisfied": number(found.known & ~found.satisfied),
        "censored": number(late),
        "already": number(late & found.satisfied),
        **shares.columns("share", ends=""),
        **occurrences_by_origin(journeys, found.rows, found.codes, size=k),
    }
    return NeedSatisfaction(
        need=text_array(found.needs.labels)[order],
        **{name: one[order] for name, one in columns.items()},
        level=level,
        **facts_of(units, shares),
    )


def _gaps(
    journeys: Journeys,
    *,
    how: Satisfying,
    limit: int | None,
    attribute: str | None,
    top: int | None,
    level: float,
) -> NeedGaps:
    found = judged_occurrences(journeys, how, limit=limit)
    whole = Seen(name="", names=(), labels=("",), codes=np.zeros(len(journeys.codes), np.int64))
    traits = whole if attribute is None else attribute_seen(journeys, attribute)
    trait = traits.codes[found.rows]
    lacking = int(journeys.counts[found.owners[trait < 0]].sum())
    found = found.take(trait >= 0)
    cells = trait[trait >= 0] * found.needs.k + found.codes
    met, cells = np.unique(cells, return_inverse=True)
    units = units_of(journeys, None)
    columns, shares = _gap_columns(journeys, units, found, cells, size=len(met), level=level)
    unknown = columns["known"] == 0
    size = columns["known"] - columns["satisfied"]
    order = most_frequent(np.where(unknown, -1, size), top, -columns["known"])
    larger = np.sort(-np.where(unknown, -1, size))
    rank = 1 + np.searchsorted(larger, -np.where(unknown, -1, size))
    named = {"need": text_array(found.needs.labels)[met % max(found.needs.k, 1)]}
    if attribute is not None:
        named["attribute"] = text_array(traits.labels)[met // max(found.needs.k, 1)]
    return NeedGaps(
        **{name: one[order] for name, one in {**named, "rank": rank, **columns}.items()},
        level=level,
        left_out=lacking,
        **facts_of(units, shares),
    )


def _gap_columns(
    journeys: Journeys, units: Units, found: Judged, cells: Array, *, size: int, level: float
) -> tuple[dict[str, Array], CellShares]:
    """Return the numbers of each cell, and the shares that are the gaps."""
    weights = journeys.counts[found.owners].astype(np.float64)
    known, one_group = found.known, np.zeros(size, dtype=np.int64)

    def number(chosen: Array) -> Array:
        return np.bincount(cells[chosen], weights[chosen], size).astype(np.int64)

    demand = choice_shares(
        units, (found.owners[known], cells[known]), groups=one_group, level=level
    )
    lacking = partial(shares_of_known, units, found, cells, level=level, unsatisfied=True)
    short, gap = lacking(groups=np.arange(size)), lacking(groups=one_group)
    nothing = number(known) == 0
    shares = {**demand.columns("demand"), **gap.columns("gap", ends="")}
    shown = {name: np.where(nothing, np.nan, one) for name, one in shares.items()}
    return {
        "known": number(known),
        "people": people_with(units, found.owners[known], cells[known], size=size),
        "satisfied": number(known & found.satisfied),
        "unsatisfied": number(known & ~found.satisfied),
        "censored": number(found.judged & ~known),
        **short.columns("shortfall"),
        **shown,
    }, gap
