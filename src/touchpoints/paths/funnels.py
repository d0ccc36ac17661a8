"""How many journeys get from step to step."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from functools import partial
from typing import Any, Literal

import attrs
import numpy as np

from touchpoints._arrays.medians import median_by_group
from touchpoints._frozen import Array
from touchpoints._hints import check_option
from touchpoints._tables import Table, column, optional_column
from touchpoints.errors import InvalidInputError
from touchpoints.grouping import by_group
from touchpoints.journeys import Journeys
from touchpoints.patterns import Anchor, Pattern, Place, matches, places
from touchpoints.selectors import rows_meant
from touchpoints.transform import microseconds, require_times
from touchpoints.uncertainty import JourneyShares, Share

Order = Literal["closed", "strict", "hybrid", "open"]


@attrs.frozen(kw_only=True, repr=False)
class Funnel(Table):
    """How many journeys reach each step; one row a step (and group).

    Attributes
    ----------
    group : object, optional
        The group, where ``by`` was given.
    step : object
        The step, as it was given.
    journeys : int64
        How many journeys reach it.
    of_all, of_all_low, of_all_high : float64
        Their share of all journeys, in [0, 1], and its interval.
    of_first, of_first_low, of_first_high : float64
        Their share of the journeys that reach the first step; nan when none does.
    of_previous, of_previous_low, of_previous_high : float64
        Their share of the journeys that reach the step before.
    lost, open : int64
        Journeys that reach the step before and not this one: finished ones, and ones the log cuts
        off, which may still reach it.
    median_time : float64
        Median seconds from the step before, over the journeys that reach this one; nan for the
        first step, without times, and in an open funnel.
    level : float
        The level of the intervals.
    unit : str
        What is taken to be independent: ``"person"`` or ``"journey"``.
    order : str
        The kind of funnel.
    """

    group: Array | None = optional_column(object)
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
    median_time: Array = column(np.float64)
    level: float
    unit: str
    order: str


@attrs.frozen(eq=False)
class _Hits:
    """Where a step can be taken: first and last row of each occurrence, sorted."""

    starts: Array
    stops: Array


@attrs.frozen(eq=False)
class Reached:
    """Which journeys reach each step, bool (s, n), and the median seconds from the one before."""

    steps: Array
    medians: list[float]


def funnel(
    journeys: Journeys,
    steps: Sequence[Place],
    *,
    order: Order = "closed",
    within: dt.timedelta | None = None,
    by: str | None = None,
    level: float = 0.95,
) -> Funnel:
    """Count how many journeys get from step to step.

    Parameters
    ----------
    steps
        One or more: touchpoints by key or type, facets, patterns or anchors; several touchpoints
        in one step mean any of them.
    order
        ``"closed"``: the steps one after the other, with anything in between. ``"strict"``: each
        step directly behind the one before. ``"hybrid"``: the first step, then the others behind
        it in any order. ``"open"``: all the steps up to this one counted for themselves, wherever
        they are.
    within
        The longest time from the first step to the last. A journey counts if any of its starts
        gets there in time, not only its first. Not for open funnels.
    by
        A per-journey column, facet or per-interaction column to group by.
    level
        How often the intervals cover the true share, in (0, 1).

    Returns
    -------
    Funnel
        A table with one row a step. In a closed, strict or hybrid funnel a journey reaches a step
        only if it reaches the ones before; in an open one a step can have more than the one
        before, and shares of the step before are of the journeys that have both.

    Raises
    ------
    NotFoundError
        When there is no such touchpoint, column or facet.
    InvalidInputError
        Without steps, when the window is not positive, or is given and there are no times.

    Notes
    -----
    A journey counts once a step, however often it takes it. Two steps never share an interaction
    of one journey, save in an open funnel. Of the starts that get furthest the earliest gives the
    times. Shares are of journeys, and their intervals Wilson's with the design effect of persons.
    O(m) for finding the steps and O(h log h) in their occurrences.

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
    """
    check_option("order", order, Order)
    chosen = _checked_steps(steps)
    limit = None if within is None else microseconds(within, "within")
    if limit is not None:
        require_times(journeys, "funnel(within=…)")
        if order == "open":
            raise InvalidInputError("an open funnel has no first step for a window to start at")
    measure = partial(_measure, steps=chosen, order=order, limit=limit, level=level)
    return by_group(journeys, by, measure)


def _checked_steps(steps: Sequence[Place]) -> list[Place]:
    if isinstance(steps, str):
        raise InvalidInputError(f"steps is a sequence, not one text: steps=[{steps!r}, …]")
    chosen = list(steps)
    if not chosen:
        raise InvalidInputError("a funnel needs at least one step")
    return chosen


def _measure(
    journeys: Journeys, *, steps: list[Place], order: Order, limit: int | None, level: float
) -> Funnel:
    way = reached(journeys, steps, order=order, limit=limit)
    shares = JourneyShares(journeys, level=level)
    before = np.vstack([np.ones((1, len(journeys)), dtype=bool), way.steps[:-1]])
    missed = before & ~way.steps
    missed[0] = False
    of_all = [shares.of(one) for one in way.steps]
    of_first = [shares.of(one, among=way.steps[0]) for one in way.steps]
    of_previous = [
        shares.of(one, among=earlier) for one, earlier in zip(way.steps, before, strict=True)
    ]
    counts = journeys.counts
    columns: dict[str, Any] = {
        "step": [_name(step) for step in steps],
        "journeys": [one.hits for one in of_all],
        **_columns("of_all", of_all),
        **_columns("of_first", of_first),
        **_columns("of_previous", of_previous),
        "lost": [int(counts[one & journeys.finished].sum()) for one in missed],
        "open": [int(counts[one & ~journeys.finished].sum()) for one in missed],
        "median_time": way.medians,
    }
    return Funnel(**columns, level=level, unit=shares.unit, order=order)


def _columns(name: str, shares: list[Share]) -> dict[str, list[float]]:
    return {
        name: [one.share for one in shares],
        f"{name}_low": [one.low for one in shares],
        f"{name}_high": [one.high for one in shares],
    }


def reached(
    journeys: Journeys, steps: Sequence[Place], *, order: Order, limit: int | None
) -> Reached:
    """Return which journeys reach each step, within ``limit`` microseconds of the first."""
    hits = [_hits(journeys, step) for step in steps]
    return _open(journeys, hits) if order == "open" else _ordered(journeys, hits, order, limit)


def _name(step: Place) -> str:
    if isinstance(step, str):
        return step
    text = getattr(step, "text", None) or getattr(step, "key", None)
    if isinstance(text, str):
        return text
    return " | ".join(map(str, step)) if isinstance(step, (list, tuple, set)) else str(step)


def _hits(journeys: Journeys, step: Place) -> _Hits:
    if isinstance(step, Pattern):
        found = matches(journeys, step)
        return _Hits(found.starts, found.stops)
    if isinstance(step, Anchor):
        _, rows = places(journeys, step)
    else:
        rows = np.flatnonzero(rows_meant(journeys, step))
    return _Hits(rows, rows)


def _owners(journeys: Journeys, rows: Array) -> Array:
    return np.searchsorted(journeys.offsets, rows, side="right") - 1


def _open(journeys: Journeys, hits: list[_Hits]) -> Reached:
    steps = np.zeros((len(hits), len(journeys)), dtype=bool)
    for reached, one in zip(steps, hits, strict=True):
        reached[_owners(journeys, one.starts)] = True
    return Reached(steps, [np.nan] * len(hits))


def _ordered(journeys: Journeys, hits: list[_Hits], order: Order, limit: int | None) -> Reached:
    """Follow every start as far as it gets, and keep the start that gets furthest."""
    owners = _owners(journeys, hits[0].starts)
    if order == "closed" and limit is None:  # whoever gets there from a later start does from here
        first = _firsts(owners)
        owners, hits = (
            owners[first],
            [_Hits(hits[0].starts[first], hits[0].stops[first]), *hits[1:]],
        )
    starts = hits[0].starts
    follow = _hybrid if order == "hybrid" else _chain
    rows = follow(journeys, hits, owners, strict=order == "strict")
    if limit is not None and journeys.times is not None:
        stamps = np.append(journeys.times.view(np.int64), 0)
        rows[(rows >= 0) & (stamps[rows] - stamps[starts] > limit)] = -1
    depth = np.minimum.accumulate(rows >= 0, axis=0).sum(axis=0)
    best = _best_start(owners, depth)
    steps = np.zeros((len(hits), len(journeys)), dtype=bool)
    steps[:, owners[best]] = np.arange(len(hits))[:, None] < depth[best]
    return Reached(steps, _medians(journeys, rows[:, best], owners[best], depth[best]))


def _chain(journeys: Journeys, hits: list[_Hits], owners: Array, *, strict: bool) -> Array:
    """Return the last row of each step behind each start, int64 (s, starts); -1 where it fails."""
    ends = journeys.offsets[1:][owners]
    rows = np.full((len(hits), len(owners)), -1, dtype=np.int64)
    rows[0] = hits[0].stops
    for place, one in enumerate(hits[1:], 1):
        behind = np.searchsorted(one.starts, rows[place - 1], side="right")
        inside = np.minimum(behind, max(len(one.starts) - 1, 0))
        found = (rows[place - 1] >= 0) & (behind < len(one.starts))
        if len(one.starts):
            found &= one.starts[inside] < ends
            if strict:
                found &= one.starts[inside] == rows[place - 1] + 1
            rows[place] = np.where(found, one.stops[inside], -1)
    return rows


def _hybrid(journeys: Journeys, hits: list[_Hits], owners: Array, *, strict: bool) -> Array:
    """Return the first row of each other step behind each start, in whatever order they come.

    Equal steps take one occurrence each, so that none is counted twice.
    """
    del strict
    ends = journeys.offsets[1:][owners]
    rows = np.full((len(hits), len(owners)), -1, dtype=np.int64)
    rows[0] = hits[0].stops
    for place, one in enumerate(hits[1:], 1):
        after = rows[0]
        for earlier, other in enumerate(hits[1:place], 1):
            if np.array_equal(other.starts, one.starts):
                after = np.where(rows[earlier] >= 0, rows[earlier], after)
        behind = np.searchsorted(one.starts, after, side="right")
        inside = np.minimum(behind, max(len(one.starts) - 1, 0))
        if len(one.starts):
            found = (behind < len(one.starts)) & (one.starts[inside] < ends)
            rows[place] = np.where(found, one.stops[inside], -1)
    return rows


def _best_start(owners: Array, depth: Array) -> Array:
    """Return, for each journey with a start, the earliest of its starts that gets furthest."""
    firsts = _firsts(owners)
    if len(firsts) == len(owners):
        return firsts
    furthest = np.repeat(np.maximum.reduceat(depth, firsts), np.diff(firsts, append=len(owners)))
    best = np.flatnonzero(depth == furthest)
    return best[_firsts(owners[best])]


def _firsts(owners: Array) -> Array:
    """Return the first place of each owner; owners rise."""
    return np.flatnonzero(np.r_[True, owners[1:] != owners[:-1]]) if len(owners) else owners


def _medians(journeys: Journeys, rows: Array, owners: Array, depth: Array) -> list[float]:
    """Return the median seconds from each step to the next, of the journeys that reach it."""
    if journeys.times is None:
        return [np.nan] * len(rows)
    stamps = np.append(journeys.times.view(np.int64), 0)
    medians = [np.nan]
    for place in range(1, len(rows)):
        there = depth > place
        gaps = stamps[rows[place][there]] - stamps[rows[place - 1][there]]
        weights = journeys.counts[owners[there]].astype(np.float64)
        none = np.zeros(len(gaps), dtype=np.int64)
        medians.append(float(median_by_group(gaps, none, 1, weights)[0]) / 1e6)
    return medians
