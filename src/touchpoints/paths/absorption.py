"""Absorption probabilities of journeys as a Markov chain, and the expected time to absorption."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

import attrs
import numpy as np

from touchpoints._core.arrays.sorting.ranking import most_frequent
from touchpoints._core.checks import public
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
    """Absorption probabilities; one row per touchpoint and ending (and group).

    ``as_dict()`` returns ``{(touchpoint, ending): probability}``; with groups, the keys begin with
    the group.

    Attributes
    ----------
    touchpoint : object
        The key of the touchpoint.
    ending : object
        ``"(end)"``, or with an outcome ``"(purchase)"`` and ``"(no purchase)"``.
    probability : float64
        The probability that a journey at the touchpoint finishes in the ending, in [0, 1]; nan
        where the log does not show how journeys go on to an ending.
    steps : float64
        The expected number of transitions until any ending, including the transition into the
        ending, at least 1; equal for all endings of a touchpoint.
    visits : int64
        The number of occurrences of the touchpoint.
    outcome : str
        The name of the outcome; empty without one.
    """

    main = "probability"
    labels = ("touchpoint", "ending")

    touchpoint: Array = column(object)
    ending: Array = column(object)
    probability: Array = column(np.float64)
    steps: Array = column(np.float64)
    visits: Array = column(np.int64)
    outcome: str


@public
def absorption(
    journeys: Journeys, *, outcome: str | None = None, by: str | Sequence[str] | None = None
) -> Absorption:
    """Compute absorption probabilities and expected times to absorption from each touchpoint.

    Parameters
    ----------
    outcome
        The outcome that defines the two endings, reached and not reached. By default the only
        outcome of the journeys; journeys without outcomes have the single ending ``"(end)"``.
    by
        Shared arguments: see `touchpoints.paths`.

    Returns
    -------
    Absorption
        Touchpoints by number of visits, most visited first; ties in the order of their keys.

    Raises
    ------
    NotFoundError
        When the outcome, the column or the facet does not exist.
    InvalidInputError
        When there are several outcomes and ``outcome`` names none of them, or when journeys still
        contain the touchpoint that defines the outcome.

    See Also
    --------
    markov_order : Test how far the next touchpoint depends on the current one alone.
    decision_points : The entropy, drop-off and detours of each touchpoint.
    time_to : The time to an event in seconds, with Kaplan-Meier curves.

    Notes
    -----
    The journeys are modelled as a first-order Markov chain: what comes next depends on the current
    touchpoint alone. Let Q be the transition probabilities between touchpoints, R those into
    endings and N = (I − Q)⁻¹ the fundamental matrix. Then the absorption probabilities are N R and
    the expected numbers of transitions are N 1. Where the log cuts a journey off, its next
    touchpoint is unknown: transitions into ``(open)`` are left out of the probabilities, which is
    unbiased if being cut off is independent of where people go. The result is nan for every
    touchpoint from which journeys can reach a touchpoint that has no observed continuation to an
    ending. The cost is one sparse LU factorisation.

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
    """Return the absorption probabilities (k, kinds) and the expected transitions (k,), float64."""
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
    cells = number[sources[inside]], number[targets[inside]]
    Q = csc_array((share[inside], cells), shape=(size, size))
    endings = np.zeros((size, kinds + 1))
    endings[number[sources[into]], targets[into] - k - 1] = share[into]
    endings[:, kinds] = 1
    solved = splu(csc_array(eye_array(size) - Q)).solve(endings)
    probability[good], steps[good] = np.clip(solved[:, :kinds], 0, 1), solved[:, kinds]
    return probability, steps


def _absorbed(sources: Array, targets: Array, *, k: int) -> Array:
    """Return whether journeys from each touchpoint reach an ending with certainty, bool (k,)."""
    inner = targets < k
    ends = np.zeros(k, dtype=bool)
    ends[sources[~inner]] = True
    reaches = _leading_to(ends, sources[inner], targets[inner])
    return ~_leading_to(~reaches, sources[inner], targets[inner])


def _leading_to(goal: Array, sources: Array, targets: Array) -> Array:
    """Return whether each node is in ``goal`` or has a path of edges into it, bool (k,)."""
    known = goal.copy()
    while True:
        new = sources[known[targets] & ~known[sources]]
        if not len(new):
            return known
        known[new] = True
