"""Where journeys end up from each touchpoint, and how many steps that takes."""

from __future__ import annotations

from functools import partial

import attrs
import numpy as np

from touchpoints._core.arrays.sorting.ranking import most_frequent
from touchpoints._core.frozen import Array, owned, text_array
from touchpoints._core.tables import Grouped, column
from touchpoints.graphs.flows import OPEN, Ends, Flows, flows, usual_ends
from touchpoints.graphs.names import outcome_terminals
from touchpoints.graphs.outcome import chosen_outcome
from touchpoints.journeys.groups import by_group
from touchpoints.journeys.model import Journeys, checked_journeys
from touchpoints.journeys.tie_breaking import key_ranks


@attrs.frozen(kw_only=True, repr=False)
class Absorption(Grouped):
    """Where journeys end up; one row a touchpoint and ending (and group).

    Attributes
    ----------
    touchpoint : object
        Its key.
    ending : object
        ``"(end)"``, or with an outcome ``"(purchase)"`` and ``"(no purchase)"``.
    probability : float64
        How probably a journey that is at the touchpoint ends up there, in [0, 1]; nan where that
        was never seen to the end.
    steps : float64
        How many steps are expected up to any ending, the one into it included, at least 1; the
        same for all endings of a touchpoint.
    visits : int64
        How often the touchpoint occurs.
    outcome : str
        The outcome, or nothing.
    """

    value = "probability"
    labels = ("touchpoint", "ending")

    touchpoint: Array = column(object)
    ending: Array = column(object)
    probability: Array = column(np.float64)
    steps: Array = column(np.float64)
    visits: Array = column(np.int64)
    outcome: str


def absorption(
    journeys: Journeys, *, outcome: str | None = None, by: str | None = None
) -> Absorption:
    """Say how probably a journey ends in each way from each touchpoint, and after how many steps.

    Parameters
    ----------
    outcome
        Whose being reached, or not, are the endings; ``"(end)"`` is the only one by default where
        there are no outcomes, and where there is one outcome it is taken.
    by
        A per-journey column, facet or per-interaction column to group by.

    Returns
    -------
    Absorption
        The most visited touchpoint first, ties in the order of their keys.

    Raises
    ------
    NotFoundError
        When there is no such outcome, column or facet.
    InvalidInputError
        When there are several outcomes and none is named, or the touchpoint that defines the
        outcome is still inside.

    Notes
    -----
    The journeys are taken to be a Markov chain of first order: what comes next depends on the
    touchpoint alone (`markov_order` says how far that holds). With Q the probabilities between
    touchpoints, R those into endings and N = (I − Q)⁻¹ the fundamental matrix, the probabilities
    are N R and the expected steps N 1. Where the log cuts a journey off, its next step is not
    known: steps into ``(open)`` are left out of the probabilities, which is right where cutting off
    has nothing to do with where people go. A touchpoint from which journeys can get to one that
    nobody was seen to leave for an ending has nan. One sparse factorisation.

    References
    ----------
    J. G. Kemeny and J. L. Snell (1960), Finite Markov Chains, Van Nostrand, 3.2-3.3.

    Examples
    --------
    >>> import touchpoints as tp
    >>> table = {"path": ["ad > search", "ad"], "sales": [3, 0], "lost": [1, 6]}
    >>> journeys = tp.from_paths(table, path="path", outcome="sale", converted="sales", lost="lost")
    >>> found = tp.paths.absorption(journeys)
    >>> round(found.as_dict()["ad", "(sale)"], 4), found.steps.tolist()
    (0.3, [1.4, 1.4, 1.0, 1.0])
    """
    checked_journeys(journeys)
    name = chosen_outcome(journeys, outcome) if journeys.outcomes or outcome else ""
    return by_group(journeys, by, partial(_absorption, outcome=name))


def _absorption(journeys: Journeys, *, outcome: str) -> Absorption:
    ends = _ends(journeys, outcome)
    found = flows(journeys, ends=ends)
    k, kinds = len(journeys.touchpoints), len(ends.names) - 1
    visits = found.leaving()[:k]
    probability, steps = _solved(found, k=k, kinds=kinds)
    order = most_frequent(visits, None, key_ranks(journeys))
    order = order[visits[order] > 0]
    keys = text_array(found.nodes[:k])
    return Absorption(
        touchpoint=np.repeat(keys[order], kinds),
        ending=text_array(list(ends.names[:kinds]) * len(order)),
        probability=probability[order].ravel(),
        steps=np.repeat(steps[order], kinds),
        visits=np.repeat(visits[order].astype(np.int64), kinds),
        outcome=outcome,
    )


def _ends(journeys: Journeys, outcome: str) -> Ends:
    if not outcome:
        return usual_ends(journeys)
    reached = journeys.outcomes[outcome]
    kinds = np.where(reached == 1, 0, np.where((reached == 0) & journeys.finished, 1, 2))
    return Ends(names=(*outcome_terminals(outcome), OPEN), of=owned(kinds.astype(np.int8)))


def _solved(found: Flows, *, k: int, kinds: int) -> tuple[Array, Array]:
    """Return the probability of each ending, float64 (k, kinds), and the expected steps, (k,)."""
    from scipy.sparse import csc_array, eye_array
    from scipy.sparse.linalg import splu

    known = (found.sources < k) & (found.targets != k + 1 + kinds)
    sources, targets = found.sources[known], found.targets[known]
    totals = found.totals[known].astype(np.float64)
    share = totals / np.bincount(sources, totals, k)[sources]
    good = _absorbed(sources, targets, k=k)
    probability, steps = np.full((k, kinds), np.nan), np.full(k, np.nan)
    size = int(good.sum())
    if not size:
        return probability, steps
    number = np.cumsum(good) - 1
    inside = good[sources] & (targets < k)
    into = good[sources] & (targets > k)
    place = number[sources[inside]], number[targets[inside]]
    Q = csc_array((share[inside], place), shape=(size, size))
    endings = np.zeros((size, kinds + 1))
    endings[number[sources[into]], targets[into] - k - 1] = share[into]
    endings[:, kinds] = 1
    solved = splu(csc_array(eye_array(size) - Q)).solve(endings)
    probability[good], steps[good] = np.clip(solved[:, :kinds], 0, 1), solved[:, kinds]
    return probability, steps


def _absorbed(sources: Array, targets: Array, *, k: int) -> Array:
    """Tell of each touchpoint whether journeys from it are sure to reach an ending, bool (k,)."""
    inner = targets < k
    ends = np.zeros(k, dtype=bool)
    ends[sources[~inner]] = True
    reaches = _leading_to(ends, sources[inner], targets[inner])
    return ~_leading_to(~reaches, sources[inner], targets[inner])


def _leading_to(there: Array, sources: Array, targets: Array) -> Array:
    """Return what an edge after the other leads there, there itself included, bool (k,)."""
    known = there.copy()
    while True:
        new = sources[known[targets] & ~known[sources]]
        if not len(new):
            return known
        known[new] = True
