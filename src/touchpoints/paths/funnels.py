"""How many journeys get from step to step."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any, Literal

import attrs
import numpy as np

from touchpoints._core.arrays.segments.bitmaps import bitmap_of_rows, bitmaps_where
from touchpoints._core.arrays.segments.following import (
    Followed,
    Hits,
    Rules,
    followed,
    step_gaps,
)
from touchpoints._core.arrays.statistics.quantiles import spreads
from touchpoints._core.arrays.threads import in_threads
from touchpoints._core.checks import (
    check_option,
)
from touchpoints._core.frozen import Array, text_array
from touchpoints._core.tables import Estimated, apart, column
from touchpoints.errors import InvalidInputError
from touchpoints.journeys.cutting import microseconds, require_times
from touchpoints.journeys.groups import by_group
from touchpoints.journeys.model import Journeys
from touchpoints.journeys.places.anchors import (
    Place,
    has_place,
    is_plain,
    quickest_spans,
    spans,
)
from touchpoints.journeys.places.between import place_name
from touchpoints.journeys.places.selectors import meant
from touchpoints.uncertainty import JourneyShares
from touchpoints.uncertainty.cell_shares import stacked

Kind = Literal["closed", "strict", "hybrid", "open"]
Steps = Sequence[Place] | Mapping[str, Place]


@attrs.frozen(kw_only=True, repr=False)
class Funnel(Estimated):
    """How many journeys reach each step; one row a step (and group).

    Attributes
    ----------
    step : object
        The step, as it was given, or its name.
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
    order : str
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
    median_time: Array = column(np.float64)
    kind: str

    def as_dict(self) -> dict[Any, float]:
        """Return the share of all journeys that reach each step, or each (group, step).

        A step that is there several times has its place, from 1, behind it.
        """
        known = 1 if self.group is None else max(len(set(self.group.tolist())), 1)
        steps = apart(self.step.tolist()[: len(self) // known])
        return self._labelled(self.of_all, text_array(steps * known))


@attrs.frozen(eq=False)
class Reached:
    """Which journeys reach each step, bool (s, n), and the median seconds from the one before."""

    steps: Array
    medians: list[float]


def funnel(
    journeys: Journeys,
    steps: Steps,
    *,
    kind: Kind = "closed",
    within: dt.timedelta | None = None,
    by: str | None = None,
    level: float = 0.95,
) -> Funnel:
    """Count how many journeys get from step to step.

    Parameters
    ----------
    steps
        One or more: touchpoints by key or type, facets, patterns or anchors; several of them in
        one step mean any of them. Or a mapping of names to such places, in order: the table calls
        the steps so.
    kind
        ``"closed"``: the steps one after the other, with anything in between. ``"strict"``: each
        step directly behind the one before. ``"hybrid"``: the first step, then the others behind
        it in any order. ``"open"``: all the steps up to this one counted for themselves, wherever
        they are.
    within
        The longest time from the first step to the last; a pattern is left and reached at the last
        interaction of its match. A journey counts if any of its starts gets there in time, not only
        its first. Not for open funnels.
    by, level
        Shared arguments: see `touchpoints.paths`.

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
    >>> tp.paths.funnel(journeys, {"came": "visit", "bought": "buy"}).as_dict()
    {'came': 1.0, 'bought': 0.125}
    """
    named, limit = checked_steps(journeys, steps, kind=kind, within=within)
    measure = partial(_measure, steps=named, kind=kind, limit=limit, level=level)
    return by_group(journeys, by, measure)


def checked_steps(
    journeys: Journeys, steps: Steps, *, kind: Kind, within: dt.timedelta | None
) -> tuple[list[tuple[str, Place]], int | None]:
    """Return the steps with their names, and the window in microseconds; raise as `funnel`."""
    check_option("kind", kind, Kind)
    named = _named(steps)
    limit = None if within is None else microseconds(within, "within")
    if limit is not None:
        require_times(journeys, "funnel(within=…)")
        if kind == "open":
            raise InvalidInputError("an open funnel has no first step for a window to start at")
    return named, limit


def _named(steps: Steps) -> list[tuple[str, Place]]:
    """Return the steps of a funnel, each with its name: as it was given, or the place as text."""
    if isinstance(steps, str):
        raise InvalidInputError(f"steps is a sequence, not one text: steps=[{steps!r}, …]")
    if isinstance(steps, Mapping):
        named = [(str(name), place) for name, place in steps.items()]
    else:
        named = [(place_name(place), place) for place in steps]
    if not named:
        raise InvalidInputError("a funnel needs at least one step")
    return named


def _measure(
    journeys: Journeys,
    *,
    steps: list[tuple[str, Place]],
    kind: Kind,
    limit: int | None,
    level: float,
) -> Funnel:
    way = reached(journeys, [place for _, place in steps], kind=kind, limit=limit)
    shares = JourneyShares(journeys, level=level)
    before = np.vstack([np.ones((1, len(journeys)), dtype=bool), way.steps[:-1]])
    missed = before & ~way.steps
    missed[0] = False
    of_all = [shares.of(one) for one in way.steps]
    of_first = [shares.of(one, among=way.steps[0]) for one in way.steps]
    of_previous = [
        shares.of(one, among=earlier) for one, earlier in zip(way.steps, before, strict=True)
    ]
    return Funnel(
        step=text_array([name for name, _ in steps]),
        journeys=stacked(of_all).totals,
        **stacked(of_all).columns("of_all"),
        **stacked(of_first).columns("of_first"),
        **stacked(of_previous).columns("of_previous"),
        lost=np.array([shares.number(one & journeys.finished) for one in missed]),
        open=np.array([shares.number(one & ~journeys.finished) for one in missed]),
        median_time=np.array(way.medians),
        level=level,
        unit=shares.unit,
        kind=kind,
    )


def reached(journeys: Journeys, steps: list[Place], *, kind: Kind, limit: int | None) -> Reached:
    """Return which journeys reach each step, within ``limit`` microseconds of the first."""
    flags = np.zeros((len(steps), len(journeys)), dtype=bool)
    if kind == "open":
        for flag, step in zip(flags, steps, strict=True):
            flag[:] = has_place(journeys, step)
        return Reached(flags, [np.nan] * len(steps))
    stamps = None if journeys.times is None else journeys.times.view(np.int64)
    rules = Rules(strict=kind == "strict", hybrid=kind == "hybrid", limit=limit, stamps=stamps)
    hits = _hits(journeys, steps, rules)
    found = followed(hits, journeys.offsets, rules)
    np.greater(found.depth, np.arange(len(steps), dtype=np.int32)[:, None], out=flags)
    return Reached(flags, _medians(journeys, found))


def _hits(journeys: Journeys, steps: list[Place], rules: Rules) -> list[Hits]:
    """Return where each step can be taken."""
    masks = [meant(journeys, step) for step in steps if is_plain(step)]
    plain = iter(bitmaps_where(journeys.codes, masks))
    every = (not rules.earliest, *(rules.strict for _ in steps[1:]))
    return [
        Hits(next(plain)) if is_plain(step) else _long_hits(journeys, step, every=each)
        for step, each in zip(steps, every, strict=True)
    ]


def _long_hits(journeys: Journeys, step: Place, *, every: bool) -> Hits:
    """Return where a step of several interactions can be taken.

    An occurrence that ends behind one that begins later is of use only where every start is tried,
    or where a step must begin at one interaction.
    """
    starts, stops = (spans if every else quickest_spans)(journeys, step)
    return Hits(bitmap_of_rows(starts, len(journeys.codes)), (starts, stops))


def _medians(journeys: Journeys, found: Followed) -> list[float]:
    """Return the median seconds from each step to the next, of the journeys that reach it."""
    if journeys.times is None:
        return [np.nan] * len(found.rows)
    stamps = journeys.times.view(np.int64)
    counts = None if bool((journeys.counts == 1).all()) else journeys.counts

    def median(place: int) -> float:
        there, gaps = step_gaps(found, stamps, place)
        if counts is None:
            return float(np.median(gaps)) / 1e6 if len(gaps) else np.nan
        weights = counts[there].astype(np.float64)
        return float(spreads(np.zeros_like(gaps), gaps, 1, weights).quantile(0.5)[0]) / 1e6

    calls = [partial(median, place) for place in range(1, len(found.rows))]
    return [np.nan, *in_threads(calls, rows=len(journeys))]
