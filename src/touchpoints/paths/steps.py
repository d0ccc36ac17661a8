"""Touchpoints of journeys by step, and the flows from one step to the next."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Sequence
from functools import partial
from typing import Any, Literal, TypeVar

import attrs
import numpy as np

from touchpoints._core import checks
from touchpoints._core.arrays.counting.states import dense_numbers
from touchpoints._core.arrays.segments.stepping import Aligned, aligned
from touchpoints._core.arrays.sorting.ranking import most_frequent
from touchpoints._core.arrays.statistics.cluster_variance import summed_runs
from touchpoints._core.arrays.threads import in_threads
from touchpoints._core.checks import (
    check_option,
    public,
)
from touchpoints._core.frozen import Array
from touchpoints._core.tables import Estimated, column
from touchpoints.errors import InvalidInputError
from touchpoints.graphs.flows import END, OPEN, START
from touchpoints.journeys.groups import by_group
from touchpoints.journeys.model import Journeys
from touchpoints.journeys.places.anchors import Place, first_places
from touchpoints.journeys.tie_breaking import key_ranks, keys_of
from touchpoints.uncertainty import Units, units_of
from touchpoints.uncertainty.cell_shares import Tally, few_behind

Side = Literal["start", "end"]
T = TypeVar("T")

_TERMINALS = (START, END, OPEN)


@attrs.frozen(kw_only=True, repr=False)
class StepMatrix(Estimated):
    """Number of journeys at each touchpoint in each step; one row per step and touchpoint.

    ``as_dict()`` returns ``{(step, touchpoint): share}``; with groups, the keys begin with the
    group.

    Attributes
    ----------
    step : int64
        1 is the first touchpoint of a journey; aligned at the end, -1 is its last; aligned at an
        anchor, 0 is the anchor itself.
    touchpoint : object
        Key of a touchpoint; ``"(end)"`` or ``"(open)"`` at the step after a journey's last, and
        ``"(start)"`` or ``"(open)"`` at the step before its first. A journey is at a terminal for
        one step only.
    journeys : int64
        Number of journeys at that touchpoint in that step.
    share, low, high : float64
        Their share of all aligned journeys, in [0, 1], and its interval.
    of_going, of_going_low, of_going_high : float64
        Their share of the journeys that are at any touchpoint in that step; nan for terminals.
    aligned, going : int64
        The two denominators: all aligned journeys, and those at any touchpoint in that step.
    left_out : int64
        Journeys that are not aligned, because the log cuts them off on the chosen ``side`` or
        because they lack the anchor.
    """

    main = "share"
    labels = ("step", "touchpoint")

    step: Array = column(np.int64)
    touchpoint: Array = column(object)
    journeys: Array = column(np.int64)
    share: Array = column(np.float64)
    low: Array = column(np.float64)
    high: Array = column(np.float64)
    of_going: Array = column(np.float64)
    of_going_low: Array = column(np.float64)
    of_going_high: Array = column(np.float64)
    aligned: Array = column(np.int64)
    going: Array = column(np.int64)
    left_out: Array = column(np.int64)


@attrs.frozen(kw_only=True, repr=False)
class StepFlows(Estimated):
    """Flows of journeys from one step to the next: the links of a Sankey diagram.

    ``as_dict()`` returns ``{(step, source, target): share}``; with groups, the keys begin with the
    group.

    Attributes
    ----------
    step : int64
        The step of the source; the target is at the next step.
    source, target : object
        Keys of touchpoints or terminals, as in `StepMatrix`.
    journeys : int64
        Number of journeys with this link at this step.
    share, low, high : float64
        Their share of all aligned journeys, and its interval.
    probability, probability_low, probability_high : float64
        Their share of the journeys at the source in that step, and its interval.
    aligned : int64
        Number of aligned journeys.
    """

    main = "share"
    labels = ("step", "source", "target")

    step: Array = column(np.int64)
    source: Array = column(object)
    target: Array = column(object)
    journeys: Array = column(np.int64)
    share: Array = column(np.float64)
    low: Array = column(np.float64)
    high: Array = column(np.float64)
    probability: Array = column(np.float64)
    probability_low: Array = column(np.float64)
    probability_high: Array = column(np.float64)
    aligned: Array = column(np.int64)


@public
def step_matrix(
    journeys: Journeys,
    *,
    steps: int = 10,
    at: Place | None = None,
    side: Side = "start",
    by: str | Sequence[str] | None = None,
    level: float = 0.95,
) -> StepMatrix:
    """Count the journeys at each touchpoint in each step.

    Parameters
    ----------
    journeys
        Counts are honoured.
    steps
        Number of steps to list; with ``at``, that many before and after the anchor.
    at
        The place to align at: a touchpoint, a pattern or an `Anchor`. Journeys are aligned at its
        first occurrence, or at the occurrence the anchor names. By default at the ``side``.
    side
        ``"start"``: step 1 is the first touchpoint of each journey that began in the log.
        ``"end"``: step -1 is the last touchpoint of each finished journey.
    by, level
        Shared arguments: see `touchpoints.paths`.

    Returns
    -------
    StepMatrix
        Sorted by step, then by frequency, the largest first; ties by key, terminals last. Only
        combinations that occur.

    Raises
    ------
    NotFoundError
        When the touchpoint, the column or the facet does not exist.
    InvalidInputError
        When ``steps`` is not an integer of at least 1, or both ``at`` and another side are given.

    See Also
    --------
    step_flows : The flows between these steps, for a Sankey diagram.
    survival_by_step : The share of journeys that continue after each step, with censoring.
    collapse_repeats : Merge repeats first, so that they do not shift later steps.

    Notes
    -----
    A journey is at its terminal for one step and is then no longer counted: nothing is padded, so
    the shares of a step add up to less than 1 once journeys have ended. With alignment at the start
    (the end), journeys that the log cuts off there are left out and counted, since their steps
    cannot be numbered; empty journeys are at their terminal in the first step. Intervals are
    Wilson's, with the design effect of persons where they are known. O(n) for each step.

    Examples
    --------
    >>> import touchpoints as tp
    >>> journeys = tp.from_paths({"path": ["ad > visit > buy", "visit > buy", "ad"]}, path="path")
    >>> found = tp.paths.step_matrix(journeys, steps=2)
    >>> {cell: round(share, 2) for cell, share in found.as_dict().items()}
    {(1, 'ad'): 0.67, (1, 'visit'): 0.33,
     (2, 'buy'): 0.33, (2, 'visit'): 0.33, (2, '(end)'): 0.33}
    """
    _check_alignment(steps, at, side)
    checks.level(level)
    matrix = partial(_matrix, steps=steps, at=at, side=side, level=level)
    return by_group(journeys, by, matrix)


@public
def step_flows(
    journeys: Journeys,
    *,
    steps: int = 10,
    at: Place | None = None,
    side: Side = "start",
    by: str | Sequence[str] | None = None,
    level: float = 0.95,
) -> StepFlows:
    """Count the flows of journeys from each step to the next, for a Sankey diagram.

    Parameters
    ----------
    journeys, steps, at, side, by, level
        As for `step_matrix`.

    Returns
    -------
    StepFlows
        Sorted by step, then by frequency, the largest first; ties by key, terminals last. With
        alignment at the start, step 0 leads from ``(start)`` to the first touchpoint.

    Raises
    ------
    NotFoundError
        When the touchpoint, the column or the facet does not exist.
    InvalidInputError
        When ``steps`` is not an integer of at least 1, or both ``at`` and another side are given.

    See Also
    --------
    step_matrix : The number of journeys at each touchpoint in each step.
    transitions : Transitions at any position in the journey.

    Notes
    -----
    The flows into a touchpoint at a step add up to what `step_matrix` counts there, and so do the
    flows out of it, to touchpoints or to a terminal; no flow leaves a terminal. O(n) for each step,
    O(n log n) with more than about 4,000 touchpoints.

    Examples
    --------
    >>> import touchpoints as tp
    >>> journeys = tp.from_paths({"path": ["ad > visit > buy", "visit > buy", "ad"]}, path="path")
    >>> found = tp.paths.step_flows(journeys, steps=2)
    >>> for step, source, target in found.as_dict():
    ...     print(step, source, "to", target)
    0 (start) to ad
    0 (start) to visit
    1 ad to visit
    1 ad to (end)
    1 visit to buy
    """
    _check_alignment(steps, at, side)
    checks.level(level)
    links = partial(_links, steps=steps, at=at, side=side, level=level)
    return by_group(journeys, by, links)


def _check_alignment(steps: int, at: Place | None, side: Side) -> None:
    checks.whole("steps", steps, most=100_000)
    check_option("side", side, Side)
    if at is not None and side != "start":
        raise InvalidInputError(
            "at and side cannot both be given: journeys are aligned at a single place",
            where=f"at={at!r} and side={side!r}",
            mend="omit side; use at=tp.Anchor(…, occurrence='last') for the last occurrence",
        )


@attrs.frozen(eq=False)
class _AlignedJourneys:
    """Aligned journeys, with the counts and units of their rows.

    ``counts`` is None if every row stands for one journey.
    """

    aligned: Aligned
    counts: Array | None
    units: Units
    left_out: int

    def by_step(self, steps: range, summarise: Callable[[int, Tally], T]) -> list[T]:
        """Return the summary of each step; journeys not at any state are in the last cell."""
        if self.counts is None and self.units.unit == "journey":
            totals = self.aligned.totals(steps).astype(np.float64)
            return [
                summarise(step, Tally(one, None)) for step, one in zip(steps, totals, strict=True)
            ]
        size, left, answers = self.aligned.nowhere + 1, iter(steps), []

        def one(step: int, states: Array) -> T:
            return summarise(step, self.tally(states, size))

        for table in self.aligned.states(steps):
            calls = [partial(one, next(left), states) for states in table]
            answers += in_threads(calls, rows=table.size)
        return answers

    def tally(self, cells: Array, size: int) -> Tally:
        """Count journeys by cell; ``cells``, integers (a,), is in ``range(size)``."""
        totals = np.bincount(cells, self.counts, size).astype(np.float64)
        if self.units.unit == "journey":
            return Tally(totals, None)
        keys = self.units.of[self.aligned.chosen] * size + cells
        key, amounts = summed_runs(keys, self.units.within[self.aligned.chosen])
        key, amounts = key[amounts > 0], amounts[amounts > 0]
        of = key // size
        return Tally(totals, (of, key % size, amounts, self.units.repeats[of]))


def _align(journeys: Journeys, at: Place | None, side: Side) -> _AlignedJourneys:
    if at is not None:
        zeros = first_places(journeys, at)
        there = zeros >= 0
    elif side == "start":
        zeros, there = journeys.offsets[:-1] - 1, journeys.began
    else:
        zeros, there = journeys.offsets[1:], journeys.finished
    chosen = np.flatnonzero(there & (journeys.counts > 0))
    k = len(journeys.touchpoints)
    terminals = (
        np.where(journeys.began, np.int32(k), np.int32(k + 2)),
        np.where(journeys.finished, np.int32(k + 1), np.int32(k + 2)),
    )
    rows = journeys.codes, journeys.offsets, zeros
    alignment, counts = aligned(rows, chosen, terminals, nowhere=k + 3), journeys.counts[chosen]
    return _AlignedJourneys(
        aligned=alignment,
        counts=None if bool((counts == 1).all()) else counts.astype(np.float64),
        units=units_of(journeys, None),
        left_out=int(journeys.counts[~there].sum()),
    )


def _span(steps: int, at: Place | None, side: Side) -> range:
    if at is not None:
        return range(-steps, steps + 1)
    return range(1, steps + 1) if side == "start" else range(-steps, 0)


def _stacked(parts: list[dict[str, Any]]) -> dict[str, Any]:
    columns: dict[str, Any] = {
        name: np.concatenate([part[name] for part in parts]) for name in parts[0]
    }
    return columns | {"few_behind": int(columns["few_behind"].sum())}


def _matrix(
    journeys: Journeys, *, steps: int, at: Place | None, side: Side, level: float
) -> StepMatrix:
    alignment = _align(journeys, at, side)
    names, span = keys_of(journeys, *_TERMINALS), _span(steps, at, side)
    cells = partial(_cells, alignment, ranks=key_ranks(journeys), level=level)
    columns = _stacked(alignment.by_step(span, cells))
    columns["touchpoint"] = names[columns["touchpoint"]]
    return StepMatrix(**columns, level=level, **alignment.units.facts())


def _cells(
    alignment: _AlignedJourneys, step: int, tally: Tally, *, ranks: Array, level: float
) -> dict[str, Any]:
    """Return the rows of one step, with touchpoints as codes."""
    gone, k = alignment.aligned.nowhere, len(ranks)
    totals = tally.totals
    shares = tally.shares(np.zeros(gone + 1, dtype=np.int64), level)
    going = tally.shares(np.zeros(k, dtype=np.int64), level).columns("of_going")
    nothing = np.full(len(_TERMINALS), np.nan)
    rows = np.append(most_frequent(totals[:k], None, ranks), np.arange(k, gone))
    rows = rows[totals[rows] > 0]
    return {
        "step": np.full(len(rows), step),
        "touchpoint": rows,
        "journeys": totals[rows].astype(np.int64),
        **shares.take(rows).columns("share", ends=""),
        "few_behind": np.array([few_behind(shares.take(rows))]),
        **{name: np.append(one, nothing)[rows] for name, one in going.items()},
        "aligned": np.full(len(rows), int(totals.sum())),
        "going": np.full(len(rows), int(totals[:k].sum())),
        "left_out": np.full(len(rows), alignment.left_out),
    }


def _links(
    journeys: Journeys, *, steps: int, at: Place | None, side: Side, level: float
) -> StepFlows:
    alignment = _align(journeys, at, side)
    span = _span(steps, at, side)
    starts = (
        range(steps) if at is None and side == "start" else span[:-1] if at is not None else span
    )
    names = keys_of(journeys, *_TERMINALS)
    ranks = key_ranks(journeys, terminals=len(_TERMINALS))
    links_at = partial(_links_at, alignment, ranks=ranks, level=level)
    states = itertools.chain.from_iterable(
        alignment.aligned.states(range(starts[0], starts[-1] + 2))
    )
    pairs = zip(starts, itertools.pairwise(states), strict=True)
    parts = [links_at(step, *pair) for step, pair in pairs]
    columns = _stacked(parts)
    for name in ("source", "target"):
        columns[name] = names[columns[name]]
    return StepFlows(**columns, level=level, **alignment.units.facts())


def _links_at(
    alignment: _AlignedJourneys,
    step: int,
    sources: Array,
    targets: Array,
    *,
    ranks: Array,
    level: float,
) -> dict[str, Any]:
    """Return the links from one step to the next, with touchpoints as codes."""
    size = len(ranks)
    who = np.flatnonzero((sources < size) & (targets < size))
    taken = sources[who].astype(np.int64) * size + targets[who]
    cells, number = dense_numbers(taken, size * size)
    keys = np.empty(number, dtype=np.int64)
    keys[cells] = taken
    groups = np.unique(keys // size, return_inverse=True)[1]
    cell = np.full(len(sources), number)  # journeys without a link at this step share the last cell
    cell[who] = cells
    tally = alignment.tally(cell, number + 1)
    shares = tally.shares(np.zeros(number + 1, dtype=np.int64), level)
    inner = tally.shares(groups, level)
    rows = most_frequent(tally.totals[:number], None, ranks[keys // size], ranks[keys % size])
    return {
        "step": np.full(len(rows), step),
        "source": keys[rows] // size,
        "target": keys[rows] % size,
        "journeys": tally.totals[rows].astype(np.int64),
        **shares.take(rows).columns("share", ends=""),
        **inner.take(rows).columns("probability"),
        "few_behind": np.array([few_behind(shares.take(rows), inner.take(rows))]),
        "aligned": np.full(len(rows), int(tally.totals.sum())),
    }
