"""Funnels: the number of journeys that reach each of several steps."""

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
    microseconds,
    public,
)
from touchpoints._core.frozen import Array, text_array
from touchpoints._core.tables import Estimated, apart, column
from touchpoints.errors import InvalidInputError
from touchpoints.journeys.cutting import require_times
from touchpoints.journeys.groups import by_group
from touchpoints.journeys.model import Journeys
from touchpoints.journeys.outcomes import window_is_over
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
from touchpoints.uncertainty.cell_shares import facts_of, stacked

Kind = Literal["closed", "strict", "hybrid", "open"]
Steps = Sequence[Place] | Mapping[str, Place]


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
        when no journey reaches it.
    lost, open : int64
        The number of journeys that reach the previous step but not this one: those that cannot
        reach it any more, and those that still may. Without ``within`` the latter are the journeys
        that the log cuts off (not ``finished``); with ``within``, those watched for less than that
        after one of their starts.
    median_time : float64
        The median time in seconds from the previous step, over the journeys that reach this one;
        in a hybrid funnel from the step that the journey reached before it in time, so that it is
        never negative. nan for the first step, without times, and in an open funnel.
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
    median_time: Array = column(np.float64)
    kind: str

    def as_dict(self) -> dict[Any, float]:
        """Return {step: share of all journeys}; with ``by=``, {(group, step): share}.

        The 1-based position is appended to the name of a step that occurs several times.
        """
        known = 1 if self.group is None else max(len(set(self.group.tolist())), 1)
        steps = apart(self.step.tolist()[: len(self) // known])
        return self._labelled(self.of_all, text_array(steps * known))


@attrs.frozen(eq=False)
class Reached:
    """Which journeys reach each step, bool (s, n), and median seconds from the previous step.

    ``over`` tells which journeys can reach no further step, bool (n,).
    """

    steps: Array
    medians: list[float]
    over: Array


@public
def funnel(
    journeys: Journeys,
    steps: Steps,
    *,
    kind: Kind = "closed",
    within: dt.timedelta | None = None,
    by: str | Sequence[str] | None = None,
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
        it in any order. ``"open"``: each step counts independently of the others, anywhere in the
        journey.
    within
        The longest time from the first step to the last; the time of a pattern is that of the last
        interaction of its match. A journey reaches a step if any of its starts gets there in time,
        not only the first start. Each start is judged by its own window: a journey that misses a
        step is ``open`` while it was watched for less than that after one of its starts
        (``observed_until``, else the last time of the log), and ``lost`` afterwards, whatever
        ``finished`` says. Not for open funnels.
    by, level
        Shared arguments: see `touchpoints.paths`.

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
        When there are no steps, ``within`` is not positive, or is given for journeys without times
        or for an open funnel.

    See Also
    --------
    conversion : The conversion rate between two places, with base rate and lift.
    converted_and_dropped : Compare the touchpoints of converted and dropped journeys.
    survival_by_step : The share of journeys that go on after each interaction.
    touchpoints.compare.funnels : Compare the funnels of two groups.

    Notes
    -----
    A journey counts once per step, however often it takes the step. Two steps never share an
    interaction of one journey, except in an open funnel. Among the starts that get furthest, the
    earliest gives the times. Shares are of journeys, with Wilson intervals and the design effect of
    persons. The cost is O(m) for finding the steps in m interactions, and O(h log h) in their h
    occurrences.

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
    table = partial(_funnel, steps=named, kind=kind, limit=limit, level=level)
    return by_group(journeys, by, table)


def checked_steps(
    journeys: Journeys, steps: Steps, *, kind: Kind, within: dt.timedelta | None
) -> tuple[list[tuple[str, Place]], int | None]:
    """Return the named steps and the window in microseconds; raise the errors of `funnel`."""
    check_option("kind", kind, Kind)
    named = _named(steps)
    limit = None if within is None else microseconds(within, "within")
    if limit is not None:
        require_times(journeys, "funnel(within=…)")
        if kind == "open":
            raise InvalidInputError(
                "within must be left out for kind='open', a funnel without a first step to start at"
            )
    return named, limit


def _named(steps: Steps) -> list[tuple[str, Place]]:
    """Return the (name, place) of each step; without a given name, the place as text."""
    if isinstance(steps, str):
        raise InvalidInputError(
            f"steps must be a sequence or mapping of places, got the text {steps!r}",
            mend=f"put it into a list: steps=[{steps!r}, …]",
        )
    if isinstance(steps, Mapping):
        named = [(str(name), place) for name, place in steps.items()]
    else:
        named = [(place_name(place), place) for place in steps]
    if not named:
        raise InvalidInputError("steps must contain at least one step, got none")
    return named


def _funnel(
    journeys: Journeys,
    *,
    steps: list[tuple[str, Place]],
    kind: Kind,
    limit: int | None,
    level: float,
) -> Funnel:
    found = reached(journeys, [place for _, place in steps], kind=kind, limit=limit)
    shares = JourneyShares(journeys, level=level)
    before = np.vstack([np.ones((1, len(journeys)), dtype=bool), found.steps[:-1]])
    missed = before & ~found.steps
    missed[0] = False
    of_all = stacked([shares.of(step) for step in found.steps])
    of_first = stacked([shares.of(step, among=found.steps[0]) for step in found.steps])
    pairs = zip(found.steps, before, strict=True)
    of_previous = stacked([shares.of(step, among=previous) for step, previous in pairs])
    return Funnel(
        step=text_array([name for name, _ in steps]),
        journeys=of_all.totals,
        **of_all.columns("of_all"),
        **of_first.columns("of_first"),
        **of_previous.columns("of_previous"),
        lost=np.array([shares.number(step & found.over) for step in missed]),
        open=np.array([shares.number(step & ~found.over) for step in missed]),
        median_time=np.array(found.medians),
        level=level,
        **facts_of(shares, of_all, of_first, of_previous),
        kind=kind,
    )


def reached(journeys: Journeys, steps: list[Place], *, kind: Kind, limit: int | None) -> Reached:
    """Return which journeys reach each step, within ``limit`` microseconds of the first."""
    flags = np.zeros((len(steps), len(journeys)), dtype=bool)
    if kind == "open":
        for flag, step in zip(flags, steps, strict=True):
            flag[:] = has_place(journeys, step)
        return Reached(flags, [np.nan] * len(steps), journeys.finished)
    stamps = None if journeys.times is None else journeys.times.view(np.int64)
    rules = Rules(strict=kind == "strict", hybrid=kind == "hybrid", limit=limit, stamps=stamps)
    hits = _hits(journeys, steps, rules)
    found = followed(hits, journeys.offsets, rules)
    np.greater(found.depth, np.arange(len(steps), dtype=np.int32)[:, None], out=flags)
    over = journeys.finished
    if found.latest is not None:
        over = window_is_over(journeys, found.latest, limit)
    return Reached(flags, _medians(journeys, found), over)


def _hits(journeys: Journeys, steps: list[Place], rules: Rules) -> list[Hits]:
    """Return the occurrences of each step."""
    masks = [meant(journeys, step) for step in steps if is_plain(step)]
    plain = iter(bitmaps_where(journeys.codes, masks))
    every = (not rules.earliest, *(rules.strict for _ in steps[1:]))
    return [
        Hits(next(plain)) if is_plain(step) else _long_hits(journeys, step, every=each)
        for step, each in zip(steps, every, strict=True)
    ]


def _long_hits(journeys: Journeys, step: Place, *, every: bool) -> Hits:
    """Return the occurrences of a step that spans several interactions.

    An occurrence that ends after another one that begins later matters only where every start is
    tried, or where a step must begin at a given interaction.
    """
    starts, stops = (spans if every else quickest_spans)(journeys, step)
    return Hits(bitmap_of_rows(starts, len(journeys.codes)), (starts, stops))


def _medians(journeys: Journeys, found: Followed) -> list[float]:
    """Return the median seconds to each step from the previous one, over journeys that reach it."""
    if journeys.times is None:
        return [np.nan] * len(found.rows)
    stamps = journeys.times.view(np.int64)
    counts = None if bool((journeys.counts == 1).all()) else journeys.counts

    def median(position: int) -> float:
        owners, gaps = step_gaps(found, stamps, position)
        if counts is None:
            return float(np.median(gaps)) / 1e6 if len(gaps) else np.nan
        weights = counts[owners].astype(np.float64)
        return float(spreads(np.zeros_like(gaps), gaps, 1, weights).quantile(0.5)[0]) / 1e6

    calls = [partial(median, position) for position in range(1, len(found.rows))]
    return [np.nan, *in_threads(calls, rows=len(journeys))]
