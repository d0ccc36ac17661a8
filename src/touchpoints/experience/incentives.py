"""Whether more people reach an outcome with an incentive than without."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import Any

import attrs
import numpy as np

from touchpoints._core import checks
from touchpoints._core.arrays.segments import first_row_where
from touchpoints._core.checks import check_option, public
from touchpoints._core.frozen import Array, Coded, text_array
from touchpoints._core.messages import counted, not_found
from touchpoints._core.tables import Estimated, column, fact
from touchpoints.errors import InvalidInputError
from touchpoints.experience._shared.e_values import e_values
from touchpoints.experience._shared.weighting import (
    Compared,
    Overlap,
    Trials,
    Weights,
    check_overlap,
    compared,
    crude_difference,
    strata_of,
)
from touchpoints.graphs.outcome import chosen_outcome
from touchpoints.journeys.groups import by_group
from touchpoints.journeys.model import Journeys, checked_journeys, take_rows
from touchpoints.journeys.places.anchors import Place, first_spans, rows_at
from touchpoints.journeys.places.between import place_name
from touchpoints.uncertainty.units import Units, units_of

_FIRST = "first"
_REASONS = {
    "nobody on this side": "no journey has it",
    "nobody to compare with": "every journey has it, or every journey of its strata",
    "fewer than two units on a side": "fewer than two units with it, or without it",
}


@attrs.frozen(kw_only=True, repr=False)
class Uplift(Estimated):
    """How many journeys reach the outcome with and without an incentive; one row (per group).

    ``as_dict()`` returns ``{incentive: difference}``; with groups, the keys begin with the group.

    Attributes
    ----------
    incentive : object
        The place.
    journeys, others : int64
        The number of journeys with the incentive that are used, and of those without it.
    hits, other_hits : int64
        How many of them reached the outcome.
    left_out : int64
        The number of journeys with the incentive without others alike to compare with.
    censored : int64
        The number of journeys of which the outcome is not known, or which began before the log, so
        that the incentive may have come earlier.
    after : int64
        The number of journeys whose incentive came after the outcome only: they are among those
        without.
    share, other_share : float64
        The share that reached the outcome; that of the others weighted to be like those with it.
    difference, low, high : float64
        Share less other share, and its interval; nan for the ``reason``.
    crude : float64
        The difference without weights, of all journeys whose outcome is known.
    p : float64
        The p-value of no difference.
    ratio, ratio_low, ratio_high : float64
        The risk ratio, and its interval.
    e_value, e_value_limit : float64
        As in `Deterrence`.
    effective_exposed, effective_others : float64
        The effective number of persons with and without it.
    reason : object
        Why there is no difference; empty where there is one.
    outcome : str
        The name of the outcome.
    assigned : bool
        Whether the caller says that it was random who got the incentive.
    one_sided : tuple of str
        The strata in which every journey has the incentive.
    """

    main = "difference"
    labels = ("incentive",)

    incentive: Array = column(object)
    journeys: Array = column(np.int64)
    others: Array = column(np.int64)
    hits: Array = column(np.int64)
    other_hits: Array = column(np.int64)
    left_out: Array = column(np.int64)
    censored: Array = column(np.int64)
    after: Array = column(np.int64)
    share: Array = column(np.float64)
    other_share: Array = column(np.float64)
    difference: Array = column(np.float64)
    low: Array = column(np.float64)
    high: Array = column(np.float64)
    crude: Array = column(np.float64)
    p: Array = column(np.float64)
    ratio: Array = column(np.float64)
    ratio_low: Array = column(np.float64)
    ratio_high: Array = column(np.float64)
    e_value: Array = column(np.float64)
    e_value_limit: Array = column(np.float64)
    effective_exposed: Array = column(np.float64)
    effective_others: Array = column(np.float64)
    reason: Array = column(object)
    outcome: str
    assigned: bool
    one_sided: tuple[str, ...] = fact(of_groups=lambda all_: sum(all_, ()), repr=False)

    def _remarks(self) -> list[str]:
        found = super()._remarks()
        if self.assigned:
            found.append("the difference is an effect as far as the incentive was given at random")
        else:
            found.append("the difference is an association, not an effect: see e_value_limit")
        if self.one_sided:
            many = counted(int(self.left_out.sum()), "journey")
            found.append(f"every journey of a stratum has it, for example {self.one_sided[0]}")
            found.append(f"{many} left out for want of others alike (one_sided has all strata)")
        return found


@public
def uplift(
    journeys: Journeys,
    *,
    incentive: Place,
    outcome: str | None = None,
    adjust: Sequence[str] = (_FIRST,),
    weights: Weights = "standardised",
    overlap: Overlap = "drop",
    assigned: bool = False,
    by: str | Sequence[str] | None = None,
    level: float = 0.95,
) -> Uplift:
    """Compare how many journeys reach the outcome with and without an incentive.

    Parameters
    ----------
    incentive
        The touchpoint, pattern or other place that is the incentive.
    adjust
        What the journeys with and without it are made alike in: ``"first"``, the first touchpoint
        other than the incentive, or names of per-journey columns; what was known before the
        incentive. ``()`` compares without, as suits random assignment.
    weights, overlap
        As in `deterrence`.
    assigned
        True says that it was random who got the incentive. It changes words, not numbers.
    outcome, by, level
        Shared arguments: see `touchpoints.experience`.

    Returns
    -------
    Uplift
        One row, also where there is nobody to compare with: then ``reason`` says so.

    Raises
    ------
    NotFoundError
        When the incentive, the outcome or a column does not exist.
    InvalidInputError
        When there is no outcome, or several and none is named, when journeys still contain the
        touchpoint that defines it, or for ``overlap="refuse"``.

    See Also
    --------
    deterrence : What follows negative and positive interactions.
    touchpoints.attribution.removal_effects : What a model loses without a touchpoint.

    Notes
    -----
    The others are weighted to be like those with the incentive, so the difference is about those
    who got it. An incentive after the outcome does not count. Long journeys have more time to get
    an incentive, and those on their way to the outcome stay longer: without random assignment this
    alone makes a difference. Estimates and intervals are those of `deterrence`. O(m + n log n).

    References
    ----------
    T. J. VanderWeele and P. Ding (2017), Sensitivity analysis in observational research:
    introducing the E-value, Annals of Internal Medicine 167(4), 268-274, doi:10.7326/M16-2607.

    Examples
    --------
    >>> import touchpoints as tp
    >>> table = {
    ...     "path": ["ad > coupon", "ad", "web > coupon", "web"],
    ...     "sales": [6, 2, 3, 1],
    ...     "lost": [4, 8, 7, 9],
    ... }
    >>> journeys = tp.from_paths(table, path="path", converted="sales", lost="lost")
    >>> found = tp.experience.uplift(journeys, incentive="coupon", assigned=True)
    >>> round(found.as_dict()["coupon"], 4)  # 9 of 20, and 3 of 20
    0.3
    """
    checked_journeys(journeys)
    check_option("weights", weights, Weights)
    check_option("overlap", overlap, Overlap)
    asked = _Asked(
        incentive=incentive,
        outcome=chosen_outcome(journeys, outcome),
        adjust=tuple(adjust),
        weights=weights,
        overlap=overlap,
        assigned=bool(assigned),
        level=checks.level(level),
    )
    return by_group(journeys, by, partial(_uplift, asked=asked))


@attrs.frozen(kw_only=True)
class _Asked:
    incentive: Place
    outcome: str
    adjust: tuple[str, ...]
    weights: Weights
    overlap: Overlap
    assigned: bool
    level: float


def _uplift(journeys: Journeys, *, asked: _Asked) -> Uplift:
    reached = journeys.outcomes[asked.outcome]
    had, after = _given(journeys, asked)
    real = journeys.counts > 0
    known = np.flatnonzero(~np.isnan(reached) & journeys.began & real)
    columns = {name: take_rows(_column(journeys, name, asked), known) for name in asked.adjust}
    strata, levels, names = strata_of(columns, len(known))
    trials = Trials(
        rows=np.zeros(len(known), dtype=np.int64),
        size=1,
        exposed=had[known],
        strata=strata,
        levels=levels,
        names=names,
        owners=known,
    )
    hits, units = reached[known] == 1, units_of(journeys, None)
    found = compared(trials, hits, units=units, weights=asked.weights, level=asked.level)
    crude = crude_difference(trials, hits, units)
    numbers = {
        "censored": int(journeys.counts.sum() - journeys.counts[known].sum()),
        "after": int(journeys.counts[known][after[known]].sum()),
    }
    return _table(found, crude, numbers, asked=asked, units=units)


def _given(journeys: Journeys, asked: _Asked) -> tuple[Array, Array]:
    """Return which journeys have the incentive by the time of the outcome, and which later only."""
    starts, _ = first_spans(journeys, asked.incentive)
    had = starts >= 0
    after = np.zeros(len(journeys), dtype=bool)
    if journeys.times is not None and asked.outcome in journeys.outcome_times:
        some = np.flatnonzero(had)
        when = journeys.outcome_times[asked.outcome][some]
        after[some] = ~np.isnat(when) & (journeys.times[starts[some]] > when)
    return had & ~after, after


def _column(journeys: Journeys, name: str, asked: _Asked) -> Coded | Array:
    if len(set(asked.adjust)) < len(asked.adjust):
        raise InvalidInputError(f"adjust= has a name twice: {', '.join(asked.adjust)}")
    if name != _FIRST:
        if name not in journeys.per_journey:
            known = (_FIRST, *journeys.per_journey)
            raise not_found("per-journey column", name, known, where="given in adjust=")
        found: Coded | Array = journeys.per_journey[name]
        return found
    rows = first_row_where(~rows_at(journeys, asked.incentive), journeys.offsets)
    keys = tuple(one.key for one in journeys.touchpoints)
    codes = np.append(journeys.codes, len(keys)).astype(np.int32)[rows]
    return Coded(codes=codes, categories=(*keys, "(none)"))


def _table(
    found: Compared, crude: Array, numbers: dict[str, int], *, asked: _Asked, units: Units
) -> Uplift:
    one_sided = sorted(name for _, name in found.one_sided)
    check_overlap(one_sided, overlap=asked.overlap)
    columns: dict[str, Any] = found.columns()
    columns |= {name: np.array([number]) for name, number in numbers.items()}
    ratio, limit = e_values(found)
    return Uplift(
        incentive=text_array([place_name(asked.incentive)]),
        journeys=columns.pop("exposed"),
        **columns,
        crude=crude,
        e_value=ratio,
        e_value_limit=limit,
        reason=text_array([_REASONS.get(one, one) for one in found.reasons]),
        outcome=asked.outcome,
        assigned=asked.assigned,
        one_sided=tuple(one_sided),
        level=asked.level,
        **units.facts(),
    )
