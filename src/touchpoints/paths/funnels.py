"""Funnels: the number of journeys that reach each of several steps."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Sequence
from functools import partial
from typing import Any

import attrs
import numpy as np

from touchpoints._core.arrays.segments.following import (
    Followed,
    Starts,
    best_starts,
    ranks_of,
    step_gaps,
)
from touchpoints._core.arrays.statistics.quantiles import spreads
from touchpoints._core.arrays.threads import in_threads
from touchpoints._core.checks import public
from touchpoints._core.frozen import Array, text_array
from touchpoints._core.tables import Estimated, apart, column, optional_column
from touchpoints.journeys.group_parts import InOrder
from touchpoints.journeys.groups import all_groups, by_group, countable, stack
from touchpoints.journeys.model import Journeys
from touchpoints.journeys.periods import Calendar
from touchpoints.journeys.places.anchors import Place
from touchpoints.paths._shared.funnel_entries import check_entry, entered, entries_by
from touchpoints.paths._shared.funnel_groups import columns_of_groups, medians_of_groups
from touchpoints.paths._shared.funnel_search import (
    Kind,
    Question,
    Reached,
    Steps,
    credited,
    judged,
    over_after,
    question,
    reached,
    search_of,
    stamps_of,
)
from touchpoints.uncertainty import JourneyShares, units_of
from touchpoints.uncertainty.cell_shares import choice_shares, facts_of, stacked
from touchpoints.uncertainty.grouped_units import grouped_units


@attrs.frozen(kw_only=True, repr=False)
class Funnel(Estimated):
    """Number of journeys that reach each step of a funnel; one row per step (and group).

    Attributes
    ----------
    step : object
        The name of the step, or the step as it was given.
    journeys : int64
        The number of journeys that reach the step.
    of_all, of_all_low, of_all_high : float64
        Their share of all journeys, in [0, 1], and its interval.
    of_first, of_first_low, of_first_high : float64
        Their share of the journeys that reach the first step, in [0, 1], and its interval; nan
        when no journey reaches it.
    of_previous, of_previous_low, of_previous_high : float64
        Their share of the journeys that reach the previous step, in [0, 1], and its interval; nan
        when no journey reaches it. The previous step is the last one that is not optional.
    lost, open : int64
        The number of journeys that reach the previous step but not this one: those that cannot
        reach it any more, and those that still may. Without ``within`` the latter are the journeys
        that the log cuts off (not ``finished``); with ``within``, those watched for less than that
        after one of their starts.
    skipped : int64, optional
        Where steps are optional: the number of journeys that go on without this one.
    median_time : float64
        The median time in seconds from the previous step, over the journeys that reach this one;
        in a hybrid funnel from the step that the journey reached before it in time, so that it is
        never negative. nan for the first step, without times, and in an open funnel.
    attempts : int64, optional
        The number of attempts that reach the step, with ``attempts=True``.
    attempts_of_first, attempts_of_first_low, attempts_of_first_high : float64, optional
        Their share of all attempts, and its interval.
    attempts_open : int64, optional
        The number of attempts that reach the previous step but not this one, and still may.
    kind : str
        The kind of funnel.
    """

    step: Array = column(object)
    journeys: Array = column(np.int64)
    of_all: Array = column(np.float64)
    of_all_low: Array = column(np.float64)
    of_all_high: Array = column(np.float64)
    of_first: Array = column(np.float64)
    of_first_low: Array = column(np.float64)
    of_first_high: Array = column(np.float64)
    of_previous: Array = column(np.float64)
    of_previous_low: Array = column(np.float64)
    of_previous_high: Array = column(np.float64)
    lost: Array = column(np.int64)
    open: Array = column(np.int64)
    skipped: Array | None = optional_column(np.int64)
    median_time: Array = column(np.float64)
    attempts: Array | None = optional_column(np.int64)
    attempts_of_first: Array | None = optional_column(np.float64)
    attempts_of_first_low: Array | None = optional_column(np.float64)
    attempts_of_first_high: Array | None = optional_column(np.float64)
    attempts_open: Array | None = optional_column(np.int64)
    kind: str

    def as_dict(self) -> dict[Any, float]:
        """Return {step: share of all journeys}; with ``by=``, {(group, step): share}.

        The 1-based position is appended to the name of a step that occurs several times.
        """
        known = 1 if self.group is None else max(len(set(self.group.tolist())), 1)
        steps = apart(self.step.tolist()[: len(self) // known])
        return self._labelled(self.of_all, text_array(steps * known))


@public
def funnel(
    journeys: Journeys,
    steps: Steps,
    *,
    kind: Kind = "closed",
    within: dt.timedelta | None = None,
    exclude: Place | None = None,
    optional: Collection[str] = (),
    holding: str | None = None,
    attempts: bool = False,
    by: str | Sequence[str] | None = None,
    by_entry: str | None = None,
    every: Calendar | dt.timedelta | None = None,
    level: float = 0.95,
) -> Funnel:
    """Count the journeys that reach each step of a funnel.

    Parameters
    ----------
    steps
        One or more places: touchpoints by key or type, facets, patterns or anchors; several places
        in one step mean any of them. Or a mapping of names to places, in order; the table then
        uses these names.
    kind
        ``"closed"``: the steps one after the other, with anything in between. ``"strict"``: each
        step directly after the previous one. ``"hybrid"``: the first step, then the others after
        it in any order; the numbers are cumulative, of journeys that have the step and all steps
        listed before it. ``"open"``: each step counts independently of the others, anywhere in the
        journey.
    within
        The longest time from the first step to the last; the time of a pattern is that of the last
        interaction of its match. A journey reaches a step if any of its starts gets there in time,
        not only the first start. Each start is judged by its own window: a journey that misses a
        step is ``open`` while it was watched for less than that after one of its starts
        (``observed_until``, else the last time of the log), and ``lost`` afterwards, whatever
        ``finished`` says. Not for open funnels.
    exclude
        One or more places that end an attempt when they come after one of its steps and before the
        next; a later start begins another attempt. In closed and hybrid funnels only.
    optional
        The names of steps that can be left out, in a closed funnel. They count when they come, in
        order, before the next step that cannot be left out is reached for the first time.
        The numbers of journeys of all other steps are those without them.
    holding
        A per-interaction column that must have the same value in all steps, such as the item that
        was looked at, put into the cart and bought; where it has none, no attempt begins. A match
        of a pattern counts when all its interactions have that value. Where ``exclude`` has a
        value, it ends the attempts of that value; where it has none, all attempts. Not for open
        funnels.
    attempts
        Whether to count attempts as well: every start begins one. Not for open funnels.
    by_entry
        A per-interaction column or a facet to group by: its value at the first step. A journey
        counts in every group in which it has a start. Not for open funnels.
    every
        A calendar ``"hour"``, ``"day"``, ``"week"``, ``"month"`` or ``"quarter"`` of the time zone
        of the log, or a duration: the funnel of each period, with the starts in it. The group is
        the beginning of the period as text. Not for open funnels.
    by, level
        Shared arguments: see `touchpoints.paths`. At most one of ``by``, ``by_entry`` and ``every``
        can be given.

    Returns
    -------
    Funnel
        A table with one row per step. In a closed, strict or hybrid funnel a journey reaches a step
        only if it reaches all steps before it. In an open funnel a step can have more journeys
        than the previous one, and ``of_previous`` counts the journeys that have both.

    Raises
    ------
    NotFoundError
        When the touchpoint, the column or the facet does not exist.
    InvalidInputError
        When there are no steps; when ``within`` is not positive; when ``within`` or ``every`` is
        given for journeys without times; when the first step is optional, or ``exclude`` has a
        touchpoint of a step; when no interaction has a value of ``holding``; when an argument has
        no meaning for the kind of funnel; when several groupings are given.

    Warns
    -----
    TouchpointsWarning
        When entries have no value of ``by_entry``.

    See Also
    --------
    funnel_members : The journeys behind each number.
    funnel_times : The time until each step, with quantiles.
    conversion : The conversion rate between two places, with base rate and lift.
    converted_and_dropped : Compare the touchpoints of converted and dropped journeys.
    survival_by_step : The share of journeys that go on after each interaction.
    touchpoints.compare.funnels : Compare the funnels of two groups.

    Notes
    -----
    A journey counts once per step, however often it takes the step. Two steps never share an
    interaction of one journey, except in an open funnel. Among the starts that get furthest, the
    earliest gives the times. Every start begins an attempt, and no interaction counts for two
    attempts as the same step: it is that of the attempt that gets furthest, and among those of the
    latest; the others end before it. Shares are of journeys (or of attempts), with Wilson intervals
    and the design effect of persons; attempts of one journey are never taken to be independent.
    The cost is O(m) for finding the steps in m interactions, and O(h log h) in their h occurrences.

    Examples
    --------
    >>> import touchpoints as tp
    >>> journeys = tp.from_paths(
    ...     {
    ...         "path": ["visit > cart > buy", "visit > cart", "cart > visit", "visit"],
    ...         "n": [1, 2, 1, 4],
    ...     },
    ...     path="path",
    ...     count="n",
    ... )
    >>> tp.paths.funnel(journeys, ["visit", "cart", "buy"]).journeys.tolist()
    [8, 3, 1]
    >>> tp.paths.funnel(journeys, {"came": "visit", "bought": "buy"}).as_dict()
    {'came': 1.0, 'bought': 0.125}
    """
    asked = question(
        journeys,
        steps,
        kind=kind,
        within=within,
        exclude=exclude,
        optional=optional,
        holding=holding,
    )
    entry: dict[str, Any] = {"by_entry": by_entry, "every": every}
    check_entry(journeys, by=by, kind=kind, attempts=attempts, **entry)
    options: dict[str, Any] = {"asked": asked, "attempts": attempts, "level": level}
    if by_entry is None and every is None:
        if by is None or attempts:
            return by_group(journeys, by, partial(_funnel, **options))
        return all_groups(journeys, by, partial(_of_groups, asked=asked, level=level))
    return _by_entry(journeys, **options, **entry)


def _funnel(journeys: Journeys, *, asked: Question, attempts: bool, level: float) -> Funnel:
    """Return the funnel of journeys, which all count in its shares."""
    stamps = stamps_of(journeys)
    if not attempts:
        found = reached(journeys, asked)
        return _table(journeys, found, asked, stamps=stamps, columns={}, level=level)
    search = search_of(journeys, asked)
    starts = search.starts()
    best = best_starts(starts, len(journeys), search.rules)
    found = judged(journeys, best, stamps=stamps)
    single = credited(starts, search.rules, ranks_of(starts, search.rules))
    columns = _attempts(journeys, single, asked, stamps=stamps, level=level)
    return _table(journeys, found, asked, stamps=stamps, columns=columns, level=level)


def _of_groups(ordered: InOrder, *, asked: Question, level: float) -> tuple[Funnel, Array]:
    """Return the funnels of all groups, without attempts, and the group of each row."""
    found, size = reached(ordered.journeys, asked), len(asked.names)
    grouped = grouped_units(ordered)
    of_all, of_first, of_previous, numbers = columns_of_groups(grouped, found, asked, level=level)
    table = Funnel(
        step=text_array([*asked.names] * ordered.size),
        journeys=of_all.totals,
        **of_all.columns("of_all"),
        **of_first.columns("of_first"),
        **of_previous.columns("of_previous"),
        **numbers,
        median_time=medians_of_groups(ordered, found.found, size),
        level=level,
        **grouped.facts(of_all, of_first, of_previous),
        kind=asked.kind,
    )
    return table, np.repeat(np.arange(ordered.size), size)


def _by_entry(
    journeys: Journeys,
    *,
    asked: Question,
    by_entry: str | None,
    every: Calendar | dt.timedelta | None,
    attempts: bool,
    level: float,
) -> Funnel:
    """Return the funnels of the journeys that enter with each value, or in each period."""
    countable(journeys)
    search, stamps = search_of(journeys, asked), stamps_of(journeys)
    starts = search.starts()
    groups = entries_by(journeys, starts.rows[0], by_entry=by_entry, every=every)
    if not groups.labels:
        table = _funnel(journeys[:0], asked=asked, attempts=attempts, level=level)
        return _without_rows(table)
    single = starts
    if attempts:
        single = credited(starts, search.rules, ranks_of(starts, search.rules))
    tables = []
    for one in entered(journeys, search, starts, groups):
        columns: dict[str, Any] = {}
        if attempts:
            own = single.take(one.members)
            own = attrs.evolve(own, owners=np.searchsorted(one.chosen, own.owners))
            columns = _attempts(one.journeys, own, asked, stamps=stamps, level=level)
        found = judged(one.journeys, one.found, stamps=stamps)
        tables.append(
            _table(one.journeys, found, asked, stamps=stamps, columns=columns, level=level)
        )
    return stack(tables, groups.labels)


def _without_rows(table: Funnel) -> Funnel:
    """Return a table by group of no group at all."""
    columns: dict[str, Any] = {name: getattr(table, name)[:0] for name in table.column_names()}
    return attrs.evolve(table, **columns, group=text_array([]))


def _table(
    journeys: Journeys,
    found: Reached,
    asked: Question,
    *,
    stamps: Array | None,
    columns: dict[str, Any],
    level: float,
) -> Funnel:
    shares = JourneyShares(journeys, level=level)
    steps = range(len(asked.names))
    states = [found.standing(step, asked) for step in steps]
    everybody = np.ones(len(journeys), dtype=bool)
    before = [found.steps[asked.previous(step)] if step else everybody for step in steps]
    of_all = stacked([shares.of(step) for step in found.steps])
    of_first = stacked([shares.of(step, among=found.steps[0]) for step in found.steps])
    pairs = zip(found.steps, before, strict=True)
    of_previous = stacked([shares.of(step, among=previous) for step, previous in pairs])
    numbers: dict[str, Any] = {
        name: np.array([shares.number(state[name]) for state in states])
        for name in ("lost", "open", "skipped")
    }
    if not asked.optional:
        del numbers["skipped"]
    return Funnel(
        step=text_array(asked.names),
        journeys=of_all.totals,
        **of_all.columns("of_all"),
        **of_first.columns("of_first"),
        **of_previous.columns("of_previous"),
        **numbers,
        median_time=np.array(_medians(journeys, found.found, stamps, len(asked.names))),
        **columns,
        level=level,
        **facts_of(shares, of_all, of_first, of_previous),
        kind=asked.kind,
    )


def _attempts(
    journeys: Journeys,
    starts: Starts,
    asked: Question,
    *,
    stamps: Array | None,
    level: float,
) -> dict[str, Any]:
    """Return the columns of attempts: how many reach each step, and how many still may."""
    size = len(asked.names)
    owners = starts.owners
    over = ~starts.going | over_after(
        journeys, owners, starts.rows[0], stamps=stamps, limit=asked.limit
    )
    needed = np.cumsum([step not in asked.optional for step in range(size)])
    there = [
        starts.rows[step] >= 0 if step in asked.optional else starts.depth >= needed[step]
        for step in range(size)
    ]
    attempts = Reached(steps=np.stack(there), over=over)
    weights = journeys.counts[owners]
    still = [int(weights[attempts.standing(step, asked)["open"]].sum()) for step in range(size)]
    hits = [np.where(one, 2 * step, 2 * step + 1) for step, one in enumerate(there)]
    cells = np.concatenate(hits)
    rows = (np.tile(owners, size), cells)
    shares = choice_shares(
        units_of(journeys, None), rows, groups=np.repeat(np.arange(size), 2), level=level
    ).take(np.arange(0, 2 * size, 2))
    return {
        "attempts": shares.totals,
        **{f"attempts_{name}": one for name, one in shares.columns("of_first").items()},
        "attempts_open": np.array(still),
    }


def _medians(
    journeys: Journeys, found: Followed | None, stamps: Array | None, size: int
) -> list[float]:
    """Return the median seconds to each step from the previous one, over journeys that reach it."""
    if stamps is None or found is None:
        return [np.nan] * size
    counts = None if bool((journeys.counts == 1).all()) else journeys.counts

    def median(position: int) -> float:
        owners, gaps = step_gaps(found, stamps, position)
        if counts is None:
            return float(np.median(gaps)) / 1e6 if len(gaps) else np.nan
        weights = counts[owners].astype(np.float64)
        return float(spreads(np.zeros_like(gaps), gaps, 1, weights).quantile(0.5)[0]) / 1e6

    calls = [partial(median, position) for position in range(1, len(found.rows))]
    return [np.nan, *in_threads(calls, rows=len(journeys))]
