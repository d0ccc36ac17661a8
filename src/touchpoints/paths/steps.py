"""Where journeys are after so many steps, and how many are still under way."""

from __future__ import annotations

from functools import partial
from typing import Any, Literal

import attrs
import numpy as np

from touchpoints._arrays.clustering import ClusterSums, summed_runs
from touchpoints._arrays.segments import lengths_of
from touchpoints._arrays.states import dense_numbers
from touchpoints._arrays.stepping import Aligned
from touchpoints._arrays.survival import Clustered, product_limit, survival_bounds
from touchpoints._frozen import Array, text_array
from touchpoints._hints import check_option
from touchpoints._tables import Table, column, optional_column
from touchpoints.errors import InvalidInputError
from touchpoints.flows import END, OPEN, START
from touchpoints.grouping import by_group
from touchpoints.journeys import Journeys
from touchpoints.patterns import Place, first_places
from touchpoints.uncertainty import Clusters, checked_level, clusters_of, wilson

Side = Literal["start", "end"]

_TERMINALS = (START, END, OPEN)


@attrs.frozen(kw_only=True, repr=False)
class StepMatrix(Table):
    """How many journeys are at each touchpoint at each step; one row a step and touchpoint.

    Attributes
    ----------
    group : object, optional
        The group, where ``by`` was given.
    step : int64
        1 is a journey's first touchpoint; aligned at the end, -1 its last; at an anchor, 0 is the
        anchor itself.
    touchpoint : object
        Key of a touchpoint; ``"(end)"`` or ``"(open)"`` at the step behind a journey's last, and
        ``"(start)"`` or ``"(open)"`` at the step before its first. Once each, never again.
    journeys : int64
        How many journeys are there at that step.
    share, low, high : float64
        Their share of all aligned journeys, in [0, 1], and its interval.
    of_going, of_going_low, of_going_high : float64
        Their share of the journeys that are at some touchpoint at that step; nan for terminals.
    aligned, going : int64
        Both denominators: the journeys aligned, and those at a touchpoint at that step.
    left_out : int64
        Journeys that are not aligned, because the log cuts them off on the side that was asked
        for or because they lack the anchor.
    level : float
        The level of the intervals.
    unit : str
        What is taken to be independent: ``"person"`` or ``"journey"``.
    """

    group: Array | None = optional_column(object)
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
    level: float
    unit: str

    def as_dict(self) -> dict[tuple[int, str], float]:
        """Return the share of each (step, touchpoint)."""
        cells = zip(self.step.tolist(), self.touchpoint.tolist(), strict=True)
        return dict(zip(cells, self.share.tolist(), strict=True))


@attrs.frozen(kw_only=True, repr=False)
class StepFlows(Table):
    """How many journeys go from where to where between two steps; the links of a Sankey diagram.

    Attributes
    ----------
    group : object, optional
        The group, where ``by`` was given.
    step : int64
        The step of the source; the target is one step on.
    source, target : object
        Keys of touchpoints or terminals, as in `StepMatrix`.
    journeys : int64
        How many journeys take that step there.
    share, low, high : float64
        Their share of all aligned journeys, and its interval.
    probability, probability_low, probability_high : float64
        Their share of the journeys that are at the source at that step, and its interval.
    aligned : int64
        The journeys aligned.
    level : float
        The level of the intervals.
    unit : str
        What is taken to be independent: ``"person"`` or ``"journey"``.
    """

    group: Array | None = optional_column(object)
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
    level: float
    unit: str

    def as_dict(self) -> dict[tuple[int, str, str], float]:
        """Return the share of each (step, source, target)."""
        links = zip(self.step.tolist(), self.source.tolist(), self.target.tolist(), strict=True)
        return dict(zip(links, self.share.tolist(), strict=True))


@attrs.frozen(kw_only=True, repr=False)
class StepSurvival(Table):
    """How many journeys go on after each step; one row a step.

    Attributes
    ----------
    group : object, optional
        The group, where ``by`` was given.
    step : int64
        How many touchpoints a journey has had.
    at_risk : int64
        Journeys that got there and of which it is known whether they went on.
    ended, open : int64
        Journeys whose last touchpoint this was: finished ones, and ones the log cuts off there.
    share, low, high : float64
        The share of journeys that go on after this step, in [0, 1], and its interval.
    left_out : int64
        Journeys that began before the log: at which step they are is not known.
    level : float
        The level of the intervals.
    unit : str
        What is taken to be independent: ``"person"`` or ``"journey"``.
    """

    group: Array | None = optional_column(object)
    step: Array = column(np.int64)
    at_risk: Array = column(np.int64)
    ended: Array = column(np.int64)
    open: Array = column(np.int64)
    share: Array = column(np.float64)
    low: Array = column(np.float64)
    high: Array = column(np.float64)
    left_out: Array = column(np.int64)
    level: float
    unit: str

    def as_dict(self) -> dict[int, float]:
        """Return the share that goes on after each step."""
        return dict(zip(self.step.tolist(), self.share.tolist(), strict=True))


def step_matrix(
    journeys: Journeys,
    *,
    steps: int = 10,
    at: Place | None = None,
    side: Side = "start",
    by: str | None = None,
    level: float = 0.95,
) -> StepMatrix:
    """Count how many journeys are at each touchpoint at each step.

    Parameters
    ----------
    journeys
        Counts are honoured.
    steps
        How many steps to look at; at an anchor that many before it and behind it.
    at
        Where to align: a touchpoint, a pattern or an `Anchor`; at its first occurrence, or the
        one the anchor names. By default at the ``side``.
    side
        ``"start"``: step 1 is the first touchpoint of each journey that began in the log.
        ``"end"``: step -1 is the last touchpoint of each finished journey.
    by
        A per-journey column, facet or per-interaction column to group by.
    level
        How often intervals like these cover the true share, in (0, 1).

    Returns
    -------
    StepMatrix
        By step; at a step the most frequent touchpoint first, equal ones in their order,
        terminals last. Only what occurs.

    Raises
    ------
    NotFoundError
        When there is no such touchpoint, column or facet.
    InvalidInputError
        When ``steps`` is no whole number of 1 or more, or both ``at`` and another side are given.

    Notes
    -----
    A journey stands at its terminal for one step and is then gone: nothing is padded, so the
    shares of a step add up to less than 1 once journeys are over. Aligned at the start (the end),
    journeys that the log cuts off there are left out and counted, since their steps cannot be
    numbered; empty journeys are at their terminal at once. Intervals are Wilson's, with the
    design effect of persons where there are any. O(n) for each step.

    Examples
    --------
    >>> import touchpoints as tp
    >>> journeys = tp.from_paths({"path": ["ad > visit > buy", "visit > buy", "ad"]}, path="path")
    >>> found = tp.paths.step_matrix(journeys, steps=2)
    >>> {cell: round(share, 2) for cell, share in found.as_dict().items()}
    {(1, 'ad'): 0.67, (1, 'visit'): 0.33,
     (2, 'visit'): 0.33, (2, 'buy'): 0.33, (2, '(end)'): 0.33}
    """
    _check_asked(steps, at, side)
    checked_level(level)
    measure = partial(_matrix, steps=steps, at=at, side=side, level=level)
    return by_group(journeys, by, measure)


def step_flows(
    journeys: Journeys,
    *,
    steps: int = 10,
    at: Place | None = None,
    side: Side = "start",
    by: str | None = None,
    level: float = 0.95,
) -> StepFlows:
    """Count how many journeys go from where to where at each step, for a Sankey diagram.

    Parameters
    ----------
    journeys, steps, at, side, by, level
        As for `step_matrix`.

    Returns
    -------
    StepFlows
        By step; at a step the most frequent link first. Aligned at the start, step 0 leads from
        ``(start)`` to the first touchpoint.

    Raises
    ------
    NotFoundError
        When there is no such touchpoint, column or facet.
    InvalidInputError
        When ``steps`` is no whole number of 1 or more, or both ``at`` and another side are given.

    Notes
    -----
    What flows into a touchpoint at a step is what `step_matrix` counts there, and all of it flows
    on, to a touchpoint or to a terminal; what reaches a terminal flows no further. O(n) for each
    step, O(n log n) with more touchpoints than about 4,000.

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
    _check_asked(steps, at, side)
    checked_level(level)
    measure = partial(_links, steps=steps, at=at, side=side, level=level)
    return by_group(journeys, by, measure)


def survival_by_step(
    journeys: Journeys, *, by: str | None = None, level: float = 0.95
) -> StepSurvival:
    """Estimate the share of journeys that go on after each step.

    Parameters
    ----------
    journeys
        Counts are honoured.
    by
        A per-journey column, facet or per-interaction column to group by.
    level
        How often intervals like these cover the true share, in (0, 1).

    Returns
    -------
    StepSurvival
        One row a number of touchpoints with which a journey ended or was cut off.

    Raises
    ------
    NotFoundError
        When there is no such column or facet.
    InvalidInputError
        When the level is no share.

    Notes
    -----
    Whether an open journey goes on after the last touchpoint the log has of it is not known: it
    counts for the steps before that one and is censored there, never taken for an exit. Journeys
    that began before the log are left out and counted; an empty journey ends after step 0.
    Intervals are Greenwood's on the scale of log(-log), over persons where there are any; nan
    when all journeys are of one person. O(n log n).

    References
    ----------
    E. L. Kaplan and P. Meier (1958), Nonparametric estimation from incomplete observations,
    Journal of the American Statistical Association 53(282), 457-481,
    doi:10.1080/01621459.1958.10501452. M. Greenwood (1926), The natural duration of cancer,
    Reports on Public Health and Medical Subjects 33, HMSO. R. L. Williams (1995), Product-limit
    survival functions with correlated survival times, Lifetime Data Analysis 1(2), 171-186,
    doi:10.1007/BF00985768.

    Examples
    --------
    >>> import touchpoints as tp
    >>> journeys = tp.from_paths({"path": ["ad > visit > buy", "visit > buy", "ad"]}, path="path")
    >>> tp.paths.survival_by_step(journeys).share.round(2).tolist()
    [0.67, 0.33, 0.0]
    """
    checked_level(level)
    return by_group(journeys, by, partial(_survival, level=level))


def _check_asked(steps: int, at: Place | None, side: Side) -> None:
    if isinstance(steps, bool) or not isinstance(steps, (int, np.integer)) or steps < 1:
        raise InvalidInputError(f"steps={steps!r} is no whole number of 1 or more")
    check_option("side", side, Side)
    if at is not None and side != "start":
        raise InvalidInputError(
            "journeys are aligned at one place, not at two",
            where=f"at={at!r} and side={side!r}",
            mend="leave side out; tp.Anchor(…, occurrence='last') is the last occurrence",
        )


@attrs.frozen(eq=False)
class _Laid:
    """Journeys laid side by side, which they are, and what their number tells."""

    aligned: Aligned
    chosen: Array
    counts: Array
    clusters: Clusters
    left_out: int

    def cell_sizes(self, who: Array, cells: Array, groups: Array) -> Array:
        """Return how many independent journeys tell as much about the share of each cell.

        ``who[i]`` of the aligned journeys is in cell ``cells[i]``; the share of a cell is of the
        cells of the same group, and groups never fall.
        """
        totals = np.bincount(cells, self.counts[who], len(groups))
        if self.clusters.unit == "journey":
            return np.bincount(groups, totals)[groups]
        rows = self.chosen[who]
        of, size = self.clusters.of, len(groups)
        key, amounts = summed_runs(of[rows] * size + cells, self.clusters.within[rows])
        key, amounts = key[amounts > 0], amounts[amounts > 0]
        sums = ClusterSums(groups)
        sums.add(key // size, key % size, amounts, self.clusters.repeats[key // size])
        return np.nan_to_num(sums.effective_sizes())  # nan where a group has no journeys


def _laid(journeys: Journeys, at: Place | None, side: Side) -> _Laid:
    firsts, stops = journeys.offsets[:-1], journeys.offsets[1:]
    if at is not None:
        zeros = first_places(journeys, at)
        there = zeros >= 0
    elif side == "start":
        zeros, there = firsts - 1, journeys.began
    else:
        zeros, there = stops, journeys.finished
    chosen = np.flatnonzero(there & (journeys.counts > 0))
    k = len(journeys.touchpoints)
    aligned = Aligned(
        codes=journeys.codes,
        firsts=firsts[chosen],
        stops=stops[chosen],
        zeros=zeros[chosen],
        begins=np.where(journeys.began[chosen], k, k + 2),
        ends=np.where(journeys.finished[chosen], k + 1, k + 2),
    )
    return _Laid(
        aligned=aligned,
        chosen=chosen,
        counts=journeys.counts[chosen].astype(np.float64),
        clusters=clusters_of(journeys, None),
        left_out=int(journeys.counts[~there].sum()),
    )


def _span(steps: int, at: Place | None, side: Side) -> range:
    if at is not None:
        return range(-steps, steps + 1)
    return range(1, steps + 1) if side == "start" else range(-steps, 0)


def _names(journeys: Journeys) -> Array:
    return text_array([*(one.key for one in journeys.touchpoints), *_TERMINALS])


def _stacked(parts: list[dict[str, Any]]) -> dict[str, Array]:
    return {name: np.concatenate([part[name] for part in parts]) for name in parts[0]}


def _matrix(
    journeys: Journeys, *, steps: int, at: Place | None, side: Side, level: float
) -> StepMatrix:
    laid = _laid(journeys, at, side)
    names, k = _names(journeys), len(journeys.touchpoints)
    at_step = partial(_cells, laid, k=k, level=level)
    columns = _stacked([at_step(step) for step in _span(steps, at, side)])
    columns["touchpoint"] = names[columns["touchpoint"]]
    return StepMatrix(**columns, level=level, unit=laid.clusters.unit)


def _cells(laid: _Laid, step: int, *, k: int, level: float) -> dict[str, Any]:
    """Return the rows of one step; touchpoints as codes."""
    states = laid.aligned.at(step)
    gone = k + len(_TERMINALS)
    states[states < 0] = gone
    totals = np.bincount(states, laid.counts, gone + 1)
    every, going = totals.sum(), totals[:k].sum()
    low, high = _of_all(laid, states, totals, level)
    inner = np.flatnonzero(states < k)
    sizes = laid.cell_sizes(inner, states[inner], np.zeros(k, dtype=np.int64))
    known = np.append(sizes, np.zeros(len(_TERMINALS)))
    with np.errstate(divide="ignore", invalid="ignore"):
        of_going = np.append(totals[:k] / going, np.full(len(_TERMINALS), np.nan))
    hits = np.where(known > 0, np.nan_to_num(of_going) * known, 0.0)
    going_low, going_high = wilson(hits, known, level=level)
    rows = np.argsort(-totals[:k], kind="stable")
    rows = np.append(rows, np.arange(k, gone))
    rows = rows[totals[rows] > 0]
    return {
        "step": np.full(len(rows), step),
        "touchpoint": rows,
        "journeys": totals[rows].astype(np.int64),
        "share": totals[rows] / max(every, 1),
        "low": low[rows],
        "high": high[rows],
        "of_going": of_going[rows],
        "of_going_low": going_low[rows],
        "of_going_high": going_high[rows],
        "aligned": np.full(len(rows), int(every)),
        "going": np.full(len(rows), int(going)),
        "left_out": np.full(len(rows), laid.left_out),
    }


def _of_all(laid: _Laid, cells: Array, totals: Array, level: float) -> tuple[Array, Array]:
    """Return the interval of the share of each cell among all aligned journeys."""
    every = totals.sum()
    who = np.arange(len(cells))
    sizes = laid.cell_sizes(who, cells, np.zeros(len(totals), dtype=np.int64))
    return wilson(totals / max(every, 1) * sizes, sizes, level=level)


def _links(
    journeys: Journeys, *, steps: int, at: Place | None, side: Side, level: float
) -> StepFlows:
    laid = _laid(journeys, at, side)
    span = _span(steps, at, side)
    starts = (
        range(steps) if at is None and side == "start" else span[:-1] if at is not None else span
    )
    names, size = _names(journeys), len(journeys.touchpoints) + len(_TERMINALS)
    crossings = partial(_crossings, laid, size=size, level=level)
    states, parts = laid.aligned.at(starts[0]), []
    for step in starts:
        behind = laid.aligned.at(step + 1)
        parts.append(crossings(step, states, behind))
        states = behind
    columns = _stacked(parts)
    for name in ("source", "target"):
        columns[name] = names[columns[name]]
    return StepFlows(**columns, level=level, unit=laid.clusters.unit)


def _crossings(
    laid: _Laid, step: int, sources: Array, targets: Array, *, size: int, level: float
) -> dict[str, Any]:
    """Return the links from one step to the next; touchpoints as codes."""
    who = np.flatnonzero((sources >= 0) & (targets >= 0))
    taken = sources[who] * size + targets[who]
    cells, number = dense_numbers(taken, size * size)
    keys = np.empty(number, dtype=np.int64)
    keys[cells] = taken
    groups = np.unique(keys // size, return_inverse=True)[1]
    every = laid.counts.sum()
    totals = np.bincount(cells, laid.counts[who], len(keys))
    elsewhere = np.full(len(sources), len(keys))
    elsewhere[who] = cells
    whole = np.append(totals, every - totals.sum())
    low, high = _of_all(laid, elsewhere, whole, level)
    share = totals / np.bincount(groups, totals)[groups] if len(keys) else totals
    sizes = laid.cell_sizes(who, cells, groups)
    inner = wilson(share * sizes, sizes, level=level)
    rows = np.argsort(-totals, kind="stable")
    return {
        "step": np.full(len(rows), step),
        "source": keys[rows] // size,
        "target": keys[rows] % size,
        "journeys": totals[rows].astype(np.int64),
        "share": totals[rows] / max(every, 1),
        "low": low[rows],
        "high": high[rows],
        "probability": share[rows],
        "probability_low": inner.low[rows],
        "probability_high": inner.high[rows],
        "aligned": np.full(len(rows), int(every)),
    }


def _survival(journeys: Journeys, *, level: float) -> StepSurvival:
    clusters = clusters_of(journeys, None)
    there = np.flatnonzero(journeys.began & (journeys.counts > 0))
    lengths = lengths_of(journeys.offsets)[there]
    done = journeys.finished[there]
    # An open journey says nothing about the step behind its last: it is last watched before.
    found = product_limit(
        np.where(done, lengths, lengths - 1),
        done,
        Clustered(
            of=clusters.of[there],
            repeats=clusters.repeats,
            within=clusters.within[there],
            apart=clusters.unit == "journey",
        ),
    )
    low, high = survival_bounds(found, level)
    counts = journeys.counts[there].astype(np.float64)
    steps = np.unique(lengths)
    opened = np.bincount(np.searchsorted(steps, lengths[~done]), counts[~done], len(steps))
    ended = np.bincount(np.searchsorted(steps, lengths[done]), counts[done], len(steps))
    at = partial(_at_or_before, found.times, steps)
    behind = np.append(found.at_risk, 0)[np.searchsorted(found.times, steps)]
    return StepSurvival(
        step=steps,
        at_risk=behind,
        ended=ended.astype(np.int64),
        open=opened.astype(np.int64),
        share=at(found.share, 1.0),
        low=at(low, np.nan),
        high=at(high, 1.0),
        left_out=np.full(len(steps), int(journeys.counts[~journeys.began].sum())),
        level=level,
        unit=clusters.unit,
    )


def _at_or_before(times: Array, wanted: Array, values: Array, first: float) -> Array:
    """Return the value at the last of the times up to each wanted one."""
    return np.append(first, values)[np.searchsorted(times, wanted, side="right")]
