"""Branching probabilities of each touchpoint, and the entropy of what comes next."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import Any, Literal

import attrs
import numpy as np

from touchpoints._core import checks
from touchpoints._core.arrays.counting.states import dense_numbers
from touchpoints._core.arrays.counting.successors import (
    distinct_keys,
    next_codes,
    returns_later,
)
from touchpoints._core.arrays.segments import owners_of
from touchpoints._core.arrays.sorting.ranking import most_frequent
from touchpoints._core.checks import (
    check_option,
    public,
)
from touchpoints._core.frozen import Array
from touchpoints._core.tables import Estimated, column
from touchpoints.graphs.flows import END, OPEN, usual_ends
from touchpoints.journeys.groups import by_group
from touchpoints.journeys.model import Journeys
from touchpoints.journeys.places.anchors import Place, rows_at
from touchpoints.journeys.tie_breaking import key_ranks, keys_of
from touchpoints.uncertainty import units_of
from touchpoints.uncertainty.cell_shares import choice_shares, facts_of

Correction = Literal["miller-madow", "none"]


@attrs.frozen(kw_only=True, repr=False)
class Branches(Estimated):
    """Branching probabilities of each touchpoint; one row per branch (and group).

    ``as_dict()`` returns ``{(touchpoint, next): probability}``; with groups, the keys begin with
    the group.

    Attributes
    ----------
    touchpoint, next : object
        The keys of the touchpoint and of its successor. ``next`` can also be ``"(end)"``, or
        ``"(open)"``, which is not a branch: the log cuts journeys off there, so their branch is
        unknown.
    count : int64
        The number of visits that took the branch.
    probability, low, high : float64
        Their share of the visits with a known branch, in (0, 1], and its interval; nan for
        ``"(open)"``.
    """

    main = "probability"
    labels = ("touchpoint", "next")

    touchpoint: Array = column(object)
    next: Array = column(object)
    count: Array = column(np.int64)
    probability: Array = column(np.float64)
    low: Array = column(np.float64)
    high: Array = column(np.float64)


@attrs.frozen(kw_only=True, repr=False)
class DecisionPoints(Estimated):
    """Entropy, drop-off and detours of each touchpoint; one row per touchpoint (and group).

    ``as_dict()`` returns ``{touchpoint: entropy}``; with groups, the keys begin with the group.

    Attributes
    ----------
    touchpoint : object
        The key of the touchpoint.
    visits : int64
        The number of occurrences of the touchpoint.
    branches : int64
        The number of different branches taken, ``(end)`` included and ``(open)`` excluded.
    entropy : float64
        The Shannon entropy of the branch in bits; 0 where it is always the same, nan where it is
        never known.
    drop_off, drop_off_low, drop_off_high : float64
        The share of visits after which the journey ended, of the visits with a known branch, in
        [0, 1], and its interval.
    open : int64
        The number of visits after which the log cuts the journey off, so the branch is unknown.
    detour, detour_low, detour_high : float64
        The share of visits after which the journey went elsewhere and came back later, of the
        visits in finished journeys, in [0, 1], and its interval.
    correction : str
        The bias correction of the entropy.
    """

    main = "entropy"
    labels = ("touchpoint",)

    touchpoint: Array = column(object)
    visits: Array = column(np.int64)
    branches: Array = column(np.int64)
    entropy: Array = column(np.float64)
    drop_off: Array = column(np.float64)
    drop_off_low: Array = column(np.float64)
    drop_off_high: Array = column(np.float64)
    open: Array = column(np.int64)
    detour: Array = column(np.float64)
    detour_low: Array = column(np.float64)
    detour_high: Array = column(np.float64)
    correction: str


@attrs.frozen(eq=False)
class _Visits:
    """Visits of real journeys: the row, the journey, the code and the code that follows."""

    rows: Array
    owners: Array
    codes: Array
    following: Array


@public
def branches(
    journeys: Journeys,
    *,
    at: Place | None = None,
    by: str | Sequence[str] | None = None,
    level: float = 0.95,
) -> Branches:
    """List the branches of each touchpoint, that is what follows it directly, with probabilities.

    Parameters
    ----------
    at
        The visits to analyse: a touchpoint, facets, a pattern (the last interactions of its
        matches) or an anchor. All visits by default.
    by, level
        Shared arguments: see `touchpoints.paths`.

    Returns
    -------
    Branches
        Touchpoints by number of visits, most visited first, and the branches of each by
        frequency; ties in the order of their keys. ``(open)`` is the last row of a touchpoint.

    Raises
    ------
    NotFoundError
        When the touchpoint, the column or the facet does not exist.

    See Also
    --------
    decision_points : The entropy, drop-off and detours of each touchpoint.
    deciding_attributes : Rank attributes by their information gain about the branch.
    transitions : Transition probabilities, with ``(open)`` as a target like any other.

    Notes
    -----
    Every visit counts, repeats included. The denominators are the chosen visits with a known
    branch, as in `decision_points` and `absorption`: a journey that was cut off has not taken a
    branch yet, and is counted in the row ``(open)``. (`transitions` treats ``(open)`` as a target
    like any other.) Intervals are computed as in `transitions`. The cost is O(m log m) in m
    interactions.

    Examples
    --------
    >>> import touchpoints as tp
    >>> journeys = tp.from_paths(
    ...     {"path": ["visit > cart > buy", "visit > cart", "visit > help > cart"], "n": [5, 3, 2]},
    ...     path="path",
    ...     count="n",
    ... )
    >>> tp.paths.branches(journeys, at="visit").as_dict()
    {('visit', 'cart'): 0.8, ('visit', 'help'): 0.2}
    """
    checks.level(level)
    return by_group(journeys, by, partial(_branches, at=at, level=level))


def _branches(journeys: Journeys, *, at: Place | None, level: float) -> Branches:
    visits, k = _visits(journeys, at), len(journeys.touchpoints)
    width = k + 2
    keys = visits.codes * width + visits.following
    cells, size = dense_numbers(keys, width * width)
    edges = distinct_keys(keys, cells, size)
    sources, targets = edges // width, edges % width
    units, cut = units_of(journeys, None), targets > k
    # (open) sorts last within its touchpoint and forms a separate group, so group numbers ascend.
    shares = choice_shares(units, (visits.owners, cells), groups=sources * 2 + cut, level=level)
    visited = np.bincount(sources, shares.totals, width)[sources]
    ranks = key_ranks(journeys, terminals=2)
    order = np.lexsort((ranks[targets], -shares.totals, cut, ranks[sources], -visited))
    shares = shares.take(order)
    names, unknown = keys_of(journeys, END, OPEN), cut[order]
    return Branches(
        touchpoint=names[sources[order]],
        next=names[targets[order]],
        count=shares.totals,
        probability=np.where(unknown, np.nan, shares.share),
        low=np.where(unknown, np.nan, shares.low),
        high=np.where(unknown, np.nan, shares.high),
        level=level,
        **facts_of(units, shares.take(np.flatnonzero(~unknown))),
    )


def _visits(journeys: Journeys, at: Place | None) -> _Visits:
    owners = owners_of(journeys.offsets)
    chosen = journeys.counts[owners] > 0
    if at is not None:
        chosen &= rows_at(journeys, at)
    rows = np.flatnonzero(chosen)
    ends, k = usual_ends(journeys).of, len(journeys.touchpoints)
    following = next_codes(journeys.codes, journeys.offsets, ends, k)
    return _Visits(
        rows, owners[rows].astype(np.int64), journeys.codes[rows].astype(np.int64), following[rows]
    )


@public
def decision_points(
    journeys: Journeys,
    *,
    by: str | Sequence[str] | None = None,
    correction: Correction = "miller-madow",
    level: float = 0.95,
) -> DecisionPoints:
    """Compute the entropy of the branch, the drop-off and the detours of each touchpoint.

    Parameters
    ----------
    correction
        The bias correction of the entropy: ``"miller-madow"`` adds the average bias of small
        samples; ``"none"`` is the plug-in estimate.
    by, level
        Shared arguments: see `touchpoints.paths`.

    Returns
    -------
    DecisionPoints
        Touchpoints by number of visits, most visited first; ties in the order of their keys.

    Raises
    ------
    NotFoundError
        When the column or facet does not exist.

    See Also
    --------
    branches : The branches of each touchpoint and their probabilities.
    deciding_attributes : Rank attributes by their information gain about the branch.
    absorption : The probability of each ending from each touchpoint.

    Notes
    -----
    The entropy is that of the branch taken, ``(end)`` included, over the N visits with a known
    branch: 0 bits where it is always the same, 1 bit for two equal branches. Miller and Madow add
    (K − 1) / (2 N ln 2) for K observed branches; the sum is capped at log2 K, the maximum for K
    branches. Drop-off excludes visits after which the log cuts the journey off; they are counted as
    ``open``. A detour goes through another touchpoint and back; a touchpoint that directly follows
    itself is not a detour. The later part of open journeys is unknown, so detours are of visits in
    finished journeys. ``tp.bootstrap(journeys, tp.paths.decision_points, seed=1)`` gives an
    interval for the entropy. The cost is O(m log m) in m interactions.

    References
    ----------
    G. A. Miller (1955), Note on the bias of information estimates, in Information Theory in
    Psychology, Free Press, 95-100. L. Paninski (2003), Estimation of entropy and mutual
    information, Neural Computation 15(6), 1191-1253, doi:10.1162/089976603321780272.

    Examples
    --------
    >>> import touchpoints as tp
    >>> journeys = tp.from_paths(
    ...     {"path": ["visit > buy", "visit > help"], "n": [50, 50]}, path="path", count="n"
    ... )
    >>> points = tp.paths.decision_points(journeys)
    >>> points.as_dict()
    {'visit': 1.0, 'buy': 0.0, 'help': 0.0}
    >>> points.drop_off.tolist()
    [0.0, 1.0, 1.0]
    """
    checks.level(level)
    check_option("correction", correction, Correction)
    return by_group(journeys, by, partial(_points, correction=correction, level=level))


def _points(journeys: Journeys, *, correction: Correction, level: float) -> DecisionPoints:
    visits, k = _visits(journeys, None), len(journeys.touchpoints)
    weights = journeys.counts[visits.owners].astype(np.float64)
    visited = np.bincount(visits.codes, weights, k)
    known = visits.following <= k
    units, groups = units_of(journeys, None), np.arange(2 * k) // 2

    def share(among: Array, hits: Array) -> Any:
        rows = visits.owners[among], visits.codes[among] * 2 + hits[among]
        return choice_shares(units, rows, groups=groups, level=level).take(order * 2 + 1)

    order = most_frequent(visited, None, key_ranks(journeys))
    order = order[visited[order] > 0]
    drop = share(known, visits.following == k)
    later = returns_later(journeys.codes, journeys.offsets, max(k, 1))[visits.rows]
    detour = share(journeys.finished[visits.owners], later)
    number, entropy = _entropy(visits, weights * known, k=k, corrected=correction != "none")
    return DecisionPoints(
        touchpoint=keys_of(journeys)[order],
        visits=visited[order].astype(np.int64),
        branches=number[order],
        entropy=entropy[order],
        **drop.columns("drop_off"),
        open=np.bincount(visits.codes, weights * ~known, k)[order].astype(np.int64),
        **detour.columns("detour"),
        level=level,
        **facts_of(units, drop, detour),
        correction=correction,
    )


def _entropy(visits: _Visits, weights: Array, *, k: int, corrected: bool) -> tuple[Array, Array]:
    """Return the number of branches of each touchpoint and their entropy in bits, (k,) each."""
    width = k + 2
    keys = visits.codes * width + visits.following
    cells, size = dense_numbers(keys, width * width)
    sources = distinct_keys(keys, cells, size) // width
    totals = np.bincount(cells, weights, size)
    sources, totals = sources[totals > 0], totals[totals > 0]
    known = np.bincount(sources, totals, k)
    number = np.bincount(sources, minlength=k)
    share = totals / known[sources]
    bits = np.bincount(sources, -share * np.log2(share), k) + 0.0
    with np.errstate(divide="ignore", invalid="ignore"):
        if corrected:
            bits = np.minimum(bits + (number - 1) / (2 * known * np.log(2)), np.log2(number))
        return number.astype(np.int64), np.where(known > 0, bits, np.nan)
