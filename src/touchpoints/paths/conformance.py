"""How far journeys deviate from what was planned: ad hoc, out of order, failed, missing."""

from __future__ import annotations

from functools import partial
from typing import Any

import attrs
import numpy as np

from touchpoints._core.frozen import Array, text_array
from touchpoints._core.tables import Estimated, Grouped, column
from touchpoints.graphs.plan import Plan
from touchpoints.graphs.plan.deviating import deviations
from touchpoints.journeys.groups import by_group
from touchpoints.journeys.model import Journeys
from touchpoints.uncertainty import JourneyShares, Share
from touchpoints.uncertainty.cell_shares import stacked


@attrs.frozen(kw_only=True, repr=False)
class Conformance(Estimated):
    """How often journeys deviate from a plan, and where: one row a deviation and touchpoint.

    Attributes
    ----------
    deviation : object
        ``"ad_hoc"``, ``"out_of_order"``, ``"failed"`` or ``"missing"``.
    touchpoint : object
        The name of the plan; of an ad hoc touchpoint, its key.
    times : int64
        How often it happened (did not happen, where it is missing).
    journeys : int64
        In how many journeys.
    share, low, high : float64
        Their share of all journeys, for what is missing of whole ones, in [0, 1], and its interval.
    """

    value = "share"
    labels = ("deviation", "touchpoint")

    deviation: Array = column(object)
    touchpoint: Array = column(object)
    times: Array = column(np.int64)
    journeys: Array = column(np.int64)
    share: Array = column(np.float64)
    low: Array = column(np.float64)
    high: Array = column(np.float64)


@attrs.frozen(kw_only=True, repr=False)
class JourneyConformance(Grouped):
    """How each journey deviates from a plan: one row a journey (and group), in their order.

    Attributes
    ----------
    journey : object
        The id of the journey.
    ad_hoc, out_of_order, failed, missing : int64
        How many touchpoints deviate so.
    cost : int64
        Interactions that fit nowhere in the plan, and touchpoints of it that did not happen, along
        the cheapest way through the plan.
    fitness : float64
        ``1 − cost / worst``, in [0, 1].
    whole : bool
        Whether the journey began and finished in the log; of others nothing counts as missing.
    """

    value = "fitness"
    labels = ("journey",)

    journey: Array = column(object)
    ad_hoc: Array = column(np.int64)
    out_of_order: Array = column(np.int64)
    failed: Array = column(np.int64)
    missing: Array = column(np.int64)
    cost: Array = column(np.int64)
    fitness: Array = column(np.float64)
    whole: Array = column(np.bool_)


@attrs.frozen(kw_only=True, repr=False)
class Fitness(Estimated):
    """How well journeys fit a plan: one row, or one a group.

    Attributes
    ----------
    journeys : int64
        How many.
    fitness : float64
        Their mean fitness, in [0, 1].
    fitting, low, high : float64
        The share of journeys without any deviation, and its interval.
    ad_hoc, out_of_order, failed, missing : float64
        The share of journeys with at least one such deviation; for ``missing`` of whole ones.
    """

    value = "fitness"

    journeys: Array = column(np.int64)
    fitness: Array = column(np.float64)
    fitting: Array = column(np.float64)
    low: Array = column(np.float64)
    high: Array = column(np.float64)
    ad_hoc: Array = column(np.float64)
    out_of_order: Array = column(np.float64)
    failed: Array = column(np.float64)
    missing: Array = column(np.float64)


def conformance(
    journeys: Journeys,
    plan: Plan,
    *,
    failed: str | None = None,
    by: str | None = None,
    level: float = 0.95,
) -> Conformance:
    r"""Count where journeys deviate from a plan.

    Parameters
    ----------
    plan
        What was meant: see `tp.read_plan`.
    failed
        A per-interaction column of truth values or numbers: what is not 0 marks an interaction that
        failed.
    by
        A per-journey column, facet or per-interaction column to group by.
    level
        How often the intervals cover the true share, in (0, 1).

    Returns
    -------
    Conformance
        The most frequent first; ties by kind, as they are listed here, then in the order of the
        plan, and of keys for what it lacks. A touchpoint is

        - **ad hoc** when the plan does not have it;
        - **out of order** when the plan has it, but not there;
        - **failed** when ``failed`` says so, when it is one of the plan's ``failures`` (then the
          row names the touchpoint that failed), or when it comes again directly behind itself
          oftener than the plan allows;
        - **missing** when the journey's way through the plan needs it and it did not happen.

    Raises
    ------
    NotFoundError
        When there is no such column or facet.
    WrongKindError
        When the column ``failed`` is text, or the plan is none.

    Notes
    -----
    Each distinct journey is aligned with the way through the plan that fits it best: the fewest
    interactions that fit nowhere plus touchpoints left out that are not optional. A touchpoint
    that is both, in one place too many and in the other too few, is out of order and not missing.
    Of equally good ways the one is taken in which what came too late is out of order, not what came
    too early. Where the plan branches, only the branch taken can lack something. Of touchpoints in
    any order every order is tried, and the one that fits best counts.

    Journeys the log cuts off are aligned with a part of the plan, and nothing counts as missing in
    them: it may have come before, or may still come. O(m) times the steps of the plan; a group of
    g touchpoints in any order is g × 2^(g − 1) of them, each with g − 1 before it.

    References
    ----------
    R. Halvorsrud, K. Kvale and A. Følstad (2016), Improving service quality through customer
    journey analysis, Journal of Service Theory and Practice 26(6), 840-867,
    doi:10.1108/JSTP-05-2015-0111: the four deviations. W. van der Aalst, A. Adriansyah and B. van
    Dongen (2012), Replaying history on process models for conformance checking and performance
    analysis, WIREs Data Mining and Knowledge Discovery 2(2), 182-192, doi:10.1002/widm.1045:
    alignments.

    Examples
    --------
    >>> import touchpoints as tp
    >>> from touchpoints.graphs.plan import parse_plan
    >>> plan = parse_plan("name='visit'\n[touchpoints.book]\n[touchpoints.come]\n[touchpoints.pay]")
    >>> paths = [
    ...     "book > come > pay",
    ...     "book > call > come > pay",
    ...     "come > book > pay",
    ...     "book > come",
    ... ]
    >>> found = tp.paths.conformance(tp.from_paths({"path": paths}, path="path"), plan)
    >>> list(found.as_dict())
    [('ad_hoc', 'call'), ('out_of_order', 'book'), ('missing', 'pay')]
    """
    return by_group(journeys, by, partial(_conformance, plan=plan, failed=failed, level=level))


def _conformance(
    journeys: Journeys, *, plan: Plan, failed: str | None, level: float
) -> Conformance:
    found = deviations(journeys, plan, failed)
    shares = JourneyShares(journeys, level=level)
    rows: list[tuple[Share, str, str, int]] = []
    planned = found.missing.shape[1]

    def place(label: int) -> tuple[int, str]:
        """Order the touchpoints of the plan as it does, others behind them by key."""
        return min(label, planned), found.names[label] if label >= planned else ""

    for kind, (owners, labels) in found.cells().items():
        among = found.whole if kind == "missing" else None
        for label in sorted(np.unique(labels).tolist(), key=place):
            mine = owners[labels == label]
            hits = np.zeros(len(journeys), dtype=bool)
            hits[mine] = True
            share = shares.of(hits, among=among)
            if share.hits:
                times = int(journeys.counts[mine].sum())
                rows.append((share, kind, found.names[label], times))
    rows.sort(key=lambda row: -row[0].hits)
    those = stacked([row[0] for row in rows])
    return Conformance(
        deviation=text_array([row[1] for row in rows]),
        touchpoint=text_array([row[2] for row in rows]),
        times=np.array([row[3] for row in rows], dtype=np.int64),
        journeys=those.totals,
        **those.columns("share", ends=""),
        level=level,
        unit=shares.unit,
    )


def journey_conformance(
    journeys: Journeys, plan: Plan, *, failed: str | None = None, by: str | None = None
) -> JourneyConformance:
    r"""Say of each journey how it deviates from a plan, and how well it fits.

    Parameters
    ----------
    plan, failed
        As for `conformance`.
    by
        A per-journey column, facet or per-interaction column to group by. Journeys without a value
        of it are in no group, and left out.

    Returns
    -------
    JourneyConformance
        One row a journey, in their order (group by group).

    Raises
    ------
    NotFoundError
        When there is no such column or facet.
    WrongKindError
        When the column ``failed`` is text, or the plan is none.

    Notes
    -----
    ``fitness`` is ``1 − cost / worst``, where the worst is a journey of as many interactions none
    of which fits, with nothing that the plan requires: the number of interactions and of the
    fewest touchpoints a way through the plan needs. 1 fits perfectly. A failure that is only marked
    costs nothing: fitness is about what came in which order. A journey the log cuts off is compared
    with parts of the plan, and its worst is the number of its interactions.

    References
    ----------
    W. van der Aalst, A. Adriansyah and B. van Dongen (2012), doi:10.1002/widm.1045.

    Examples
    --------
    >>> import touchpoints as tp
    >>> from touchpoints.graphs.plan import parse_plan
    >>> plan = parse_plan("name='visit'\n[touchpoints.book]\n[touchpoints.come]")
    >>> journeys = tp.from_paths({"path": ["book > come", "book > call"]}, path="path")
    >>> tp.paths.journey_conformance(journeys, plan).fitness.tolist()
    [1.0, 0.5]
    """
    return by_group(journeys, by, partial(_of_journeys, plan=plan, failed=failed))


def _of_journeys(journeys: Journeys, *, plan: Plan, failed: str | None) -> JourneyConformance:
    found = deviations(journeys, plan, failed)
    per_journey = {
        kind: np.bincount(owners, minlength=len(journeys))
        for kind, (owners, _) in found.cells().items()
    }
    return JourneyConformance(
        journey=journeys.ids.tolist(),
        **per_journey,
        cost=found.costs,
        fitness=found.fitness,
        whole=found.whole,
    )


def fitness(
    journeys: Journeys,
    plan: Plan,
    *,
    failed: str | None = None,
    by: str | None = None,
    level: float = 0.95,
) -> Fitness:
    r"""Say how well journeys fit a plan as a whole.

    Parameters
    ----------
    plan, failed, by, level
        As for `conformance`.

    Returns
    -------
    Fitness
        Mean fitness, the share of journeys without any deviation, and the share of journeys with
        each kind.

    Raises
    ------
    NotFoundError
        When there is no such column or facet.
    WrongKindError
        When the column ``failed`` is text, or the plan is none.

    Notes
    -----
    See `conformance` for the deviations and `journey_conformance` for the formula.

    Examples
    --------
    >>> import touchpoints as tp
    >>> from touchpoints.graphs.plan import parse_plan
    >>> plan = parse_plan("name='visit'\n[touchpoints.book]\n[touchpoints.come]")
    >>> journeys = tp.from_paths({"path": ["book > come", "book > call"]}, path="path")
    >>> tp.paths.fitness(journeys, plan).fitness.tolist()
    [0.75]
    """
    return by_group(journeys, by, partial(_fitness, plan=plan, failed=failed, level=level))


def _fitness(journeys: Journeys, *, plan: Plan, failed: str | None, level: float) -> Fitness:
    found = deviations(journeys, plan, failed)
    shares = JourneyShares(journeys, level=level)
    flags = {}
    for kind, (owners, _) in found.cells().items():
        flags[kind] = np.zeros(len(journeys), dtype=bool)
        flags[kind][owners] = True
    fitting = shares.of(~np.logical_or.reduce(list(flags.values())))
    total = int(journeys.counts.sum())
    mean = float(found.fitness @ journeys.counts) / total if total else np.nan
    of = {
        kind: [shares.of(flag, among=found.whole if kind == "missing" else None).share]
        for kind, flag in flags.items()
    }
    columns: dict[str, Any] = {
        "journeys": [total],
        "fitness": [mean],
        **stacked([fitting]).columns("fitting", ends=""),
        **of,
    }
    return Fitness(**columns, level=level, unit=shares.unit)
