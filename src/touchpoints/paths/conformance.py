"""Conformance of journeys to a plan: ad hoc, out of order, failed and missing touchpoints."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import Any, TypeVar

import attrs
import numpy as np

from touchpoints._core.checks import public
from touchpoints._core.frozen import Array, text_array
from touchpoints._core.tables import Estimated, Grouped, column
from touchpoints.graphs.plan import Plan
from touchpoints.graphs.plan.deviating import deviations, unseen_of
from touchpoints.journeys.groups import by_group
from touchpoints.journeys.model import Journeys
from touchpoints.uncertainty import JourneyShares, Share
from touchpoints.uncertainty.cell_shares import facts_of, stacked

T = TypeVar("T", "Conformance", "JourneyConformance", "Fitness")


@attrs.frozen(kw_only=True, repr=False)
class Conformance(Estimated):
    """Deviations of journeys from a plan; one row per deviation and touchpoint (and group).

    ``as_dict()`` returns ``{(deviation, touchpoint): share}``; with groups, the keys begin with
    the group.

    Attributes
    ----------
    deviation : object
        ``"ad_hoc"``, ``"out_of_order"``, ``"failed"`` or ``"missing"``.
    touchpoint : object
        The name of the touchpoint in the plan; the key of an ad hoc touchpoint.
    times : int64
        The number of deviations.
    journeys : int64
        The number of journeys with the deviation.
    share, low, high : float64
        Their share of all journeys, or of whole journeys for ``"missing"``, in [0, 1], and its
        interval.
    unseen : tuple of str
        The touchpoints of the plan that no journey has, of any group.
    """

    main = "share"
    labels = ("deviation", "touchpoint")

    deviation: Array = column(object)
    touchpoint: Array = column(object)
    times: Array = column(np.int64)
    journeys: Array = column(np.int64)
    share: Array = column(np.float64)
    low: Array = column(np.float64)
    high: Array = column(np.float64)
    unseen: tuple[str, ...] = attrs.field(default=(), repr=False)


@attrs.frozen(kw_only=True, repr=False)
class JourneyConformance(Grouped):
    """Deviations and fitness of each journey; one row per journey (and group), in their order.

    ``as_dict()`` returns ``{journey: fitness}``; with groups, the keys begin with the group.

    Attributes
    ----------
    journey : object
        The id of the journey.
    ad_hoc, out_of_order, failed, missing : int64
        The number of touchpoints with each deviation.
    cost : int64
        The cost of the optimal alignment: interactions that fit nowhere in the plan, plus
        required touchpoints of the plan that did not happen.
    fitness : float64
        ``1 − cost / worst``, in [0, 1].
    whole : bool
        Whether the journey began and finished in the log; in other journeys nothing counts as
        missing.
    unseen : tuple of str
        The touchpoints of the plan that no journey has, of any group.
    """

    main = "fitness"
    labels = ("journey",)

    journey: Array = column(object)
    ad_hoc: Array = column(np.int64)
    out_of_order: Array = column(np.int64)
    failed: Array = column(np.int64)
    missing: Array = column(np.int64)
    cost: Array = column(np.int64)
    fitness: Array = column(np.float64)
    whole: Array = column(np.bool_)
    unseen: tuple[str, ...] = attrs.field(default=(), repr=False)


@attrs.frozen(kw_only=True, repr=False)
class Fitness(Estimated):
    """Fitness of journeys to a plan; one row, or one row per group.

    ``as_dict()`` returns ``{"fitness": fitness}``; with groups, ``{group: fitness}``.

    Attributes
    ----------
    journeys : int64
        The number of journeys.
    fitness : float64
        The mean fitness of the journeys, in [0, 1].
    fitting, low, high : float64
        The share of journeys without any deviation, in [0, 1], and its interval.
    ad_hoc, out_of_order, failed, missing : float64
        The share of journeys with at least one deviation of the kind, in [0, 1]; for ``missing``
        the share of whole journeys.
    unseen : tuple of str
        The touchpoints of the plan that no journey has, of any group.
    """

    main = "fitness"

    journeys: Array = column(np.int64)
    fitness: Array = column(np.float64)
    fitting: Array = column(np.float64)
    low: Array = column(np.float64)
    high: Array = column(np.float64)
    ad_hoc: Array = column(np.float64)
    out_of_order: Array = column(np.float64)
    failed: Array = column(np.float64)
    missing: Array = column(np.float64)
    unseen: tuple[str, ...] = attrs.field(default=(), repr=False)


@public
def conformance(
    journeys: Journeys,
    plan: Plan,
    *,
    failed: str | None = None,
    by: str | Sequence[str] | None = None,
    level: float = 0.95,
) -> Conformance:
    r"""Count the deviations of journeys from a plan, by alignment.

    Parameters
    ----------
    plan
        The plan, for example from `tp.read_plan`.
    failed
        The name of a per-interaction column of truth values or numbers; values other than 0 mark
        interactions that failed.
    by, level
        Shared arguments: see `touchpoints.paths`.

    Returns
    -------
    Conformance
        The most frequent deviation first; ties by kind of deviation, in the order below, then in
        the order of the plan, and by key for touchpoints that the plan lacks. A touchpoint is

        - **ad hoc** when the plan does not contain it;
        - **out of order** when the plan contains it, but not at that position;
        - **failed** when ``failed`` marks it, when it is one of the plan's ``failures`` (then the
          row names the touchpoint that failed), or when it is repeated directly after itself more
          often than the plan allows;
        - **missing** when the aligned run of the plan requires it and it did not happen.

    Raises
    ------
    NotFoundError
        When the column or facet does not exist.
    WrongKindError
        When the column ``failed`` is text, or ``plan`` is not a `Plan`.

    Warns
    -----
    TouchpointsWarning
        When a planned touchpoint that no journey has is spelt almost like one that journeys have
        and the plan lacks.

    See Also
    --------
    journey_conformance : The deviations, the alignment cost and the fitness of each journey.
    fitness : The mean fitness, and the share of journeys without deviations.
    plan_against : Draw the plan and the observed transitions in one graph.

    Notes
    -----
    Each distinct journey is aligned with the run of the plan that fits it best. The cost is the
    number of interactions that fit nowhere, plus the number of required touchpoints left out. A
    touchpoint that is surplus at one position and left out at another is out of order, not missing.
    Among equally good alignments the one is chosen in which the touchpoint that came too late is
    out of order, not the one that came too early. Where the plan branches, only touchpoints of the
    branch taken can be missing. For touchpoints in any order, every order is tried and the best
    fitting one counts.

    Journeys that the log cuts off are aligned with a part of the plan, and nothing counts as
    missing in them: it may have come before the log began, or may still come. The cost is O(m) in
    interactions, times the number of states of the plan. A group of g touchpoints in any order has
    g × 2^(g − 1) states, each with g − 1 predecessors.

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
    asked = partial(_conformance, plan=plan, failed=failed, level=level)
    return _with_unseen(by_group(journeys, by, asked), journeys, plan)


def _conformance(
    journeys: Journeys, *, plan: Plan, failed: str | None, level: float
) -> Conformance:
    found = deviations(journeys, plan, failed)
    shares = JourneyShares(journeys, level=level)
    rows: list[tuple[Share, str, str, int]] = []
    planned = found.missing.shape[1]

    def rank(label: int) -> tuple[int, str]:
        """Sort touchpoints of the plan in its order, then all others by key."""
        return min(label, planned), found.names[label] if label >= planned else ""

    for kind, (owners, labels) in found.cells().items():
        among = found.whole if kind == "missing" else None
        for label in sorted(np.unique(labels).tolist(), key=rank):
            mine = owners[labels == label]
            hits = np.zeros(len(journeys), dtype=bool)
            hits[mine] = True
            share = shares.of(hits, among=among)
            if share.hits:
                times = int(journeys.counts[mine].sum())
                rows.append((share, kind, found.names[label], times))
    rows.sort(key=lambda row: -row[0].hits)
    those = stacked([row[0] for row in rows])
    shown: dict[str, Any] = dict(those.columns("share", ends=""))
    return Conformance(
        deviation=text_array([row[1] for row in rows]),
        touchpoint=text_array([row[2] for row in rows]),
        times=np.array([row[3] for row in rows], dtype=np.int64),
        journeys=those.totals,
        **shown,
        level=level,
        **facts_of(shares, those),
    )


@public
def journey_conformance(
    journeys: Journeys,
    plan: Plan,
    *,
    failed: str | None = None,
    by: str | Sequence[str] | None = None,
) -> JourneyConformance:
    r"""Compute the deviations, the alignment cost and the fitness of each journey.

    Parameters
    ----------
    plan, failed
        As for `conformance`.
    by
        Shared arguments: see `touchpoints.paths`.

    Returns
    -------
    JourneyConformance
        One row per journey, in the order of the journeys (group by group).

    Raises
    ------
    NotFoundError
        When the column or facet does not exist.
    WrongKindError
        When the column ``failed`` is text, or ``plan`` is not a `Plan`.

    Warns
    -----
    TouchpointsWarning
        When a planned touchpoint that no journey has is spelt almost like one that journeys have
        and the plan lacks.

    See Also
    --------
    conformance : Count the deviations of all journeys by touchpoint.
    fitness : The mean fitness, and the share of journeys without deviations.

    Notes
    -----
    ``fitness`` is ``1 − cost / worst``. The worst cost is that of a journey of the same length in
    which no interaction fits: its number of interactions plus the number of touchpoints that the
    shortest run of the plan requires. 1 is a perfect fit. A failure that is only marked costs
    nothing, because fitness is about the order of touchpoints. A journey that the log cuts off is
    compared with parts of the plan, and its worst cost is its number of interactions.

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
    asked = partial(_of_journeys, plan=plan, failed=failed)
    return _with_unseen(by_group(journeys, by, asked), journeys, plan)


def _of_journeys(journeys: Journeys, *, plan: Plan, failed: str | None) -> JourneyConformance:
    found = deviations(journeys, plan, failed)
    per_journey: dict[str, Any] = {
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


@public
def fitness(
    journeys: Journeys,
    plan: Plan,
    *,
    failed: str | None = None,
    by: str | Sequence[str] | None = None,
    level: float = 0.95,
) -> Fitness:
    r"""Compute the mean fitness of journeys to a plan, and the share without deviations.

    Parameters
    ----------
    plan, failed, by, level
        As for `conformance`.

    Returns
    -------
    Fitness
        The mean fitness, the share of journeys without any deviation, and the share of journeys
        with each kind of deviation.

    Raises
    ------
    NotFoundError
        When the column or facet does not exist.
    WrongKindError
        When the column ``failed`` is text, or ``plan`` is not a `Plan`.

    Warns
    -----
    TouchpointsWarning
        When a planned touchpoint that no journey has is spelt almost like one that journeys have
        and the plan lacks.

    See Also
    --------
    conformance : Count the deviations; it defines the four kinds.
    journey_conformance : The fitness of each journey, and its formula.

    Examples
    --------
    >>> import touchpoints as tp
    >>> from touchpoints.graphs.plan import parse_plan
    >>> plan = parse_plan("name='visit'\n[touchpoints.book]\n[touchpoints.come]")
    >>> journeys = tp.from_paths({"path": ["book > come", "book > call"]}, path="path")
    >>> tp.paths.fitness(journeys, plan).fitness.tolist()
    [0.75]
    """
    asked = partial(_fitness, plan=plan, failed=failed, level=level)
    return _with_unseen(by_group(journeys, by, asked), journeys, plan)


def _with_unseen(table: T, journeys: Journeys, plan: Plan) -> T:
    """Return the table with the planned touchpoints that no journey has."""
    return attrs.evolve(table, unseen=unseen_of(journeys, plan))


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
    whole = stacked([fitting])
    columns: dict[str, Any] = {
        "journeys": [total],
        "fitness": [mean],
        **whole.columns("fitting", ends=""),
        **of,
    }
    return Fitness(**columns, level=level, **facts_of(shares, whole))
