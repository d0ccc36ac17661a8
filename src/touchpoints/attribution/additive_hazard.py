"""Attribution by additive hazards that decay at a rate of their own for each touchpoint."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

import attrs
import numpy as np

from touchpoints._core import checks
from touchpoints._core.arrays import segments
from touchpoints._core.checks import public
from touchpoints._core.datetimes import NAT
from touchpoints._core.frozen import Array
from touchpoints._core.tables import column, fact, not_of_groups
from touchpoints.attribution._shared.asked import Asked
from touchpoints.attribution._shared.credit import Credit, credited
from touchpoints.attribution._shared.evidence import Evidence
from touchpoints.attribution._shared.splitting import split_by_weights
from touchpoints.attribution._shared.windows import Lookback
from touchpoints.errors import InvalidInputError
from touchpoints.journeys.groups import by_group
from touchpoints.journeys.model import Journeys
from touchpoints.journeys.outcomes import watched_until

_SECOND = 1e6
_LEAST = 1e-12
_HUGE = 1e300


@attrs.frozen(kw_only=True, repr=False)
class HazardCredit(Credit):
    """Credit by additive hazards.

    Attributes
    ----------
    strength : float64
        The expected number of outcomes one interaction brings about in endless time.
    half_life : float64
        The time in seconds after which half of them have come; 0.0 where all outcomes come at once,
        nan where the touchpoint has no outcome.
    iterations : int
        The number of steps of the EM algorithm; with groups the largest.
    converged : bool
        Whether the log-likelihood had settled by then, in all groups.
    log_likelihood : float, optional
        The log-likelihood per journey, times in seconds; None with groups.

    See Also
    --------
    Credit : The other columns.
    """

    strength: Array = column(np.float64)
    half_life: Array = column(np.float64)
    iterations: int = fact(of_groups=max)
    converged: bool = fact(of_groups=all)
    log_likelihood: float | None = fact(of_groups=not_of_groups)


@public
def additive_hazard(
    journeys: Journeys,
    *,
    max_iterations: int = 1000,
    tolerance: float = 1e-7,
    outcome: str | None = None,
    value: str | None = None,
    lookback: Lookback | None = None,
    by: str | Sequence[str] | None = None,
) -> HazardCredit:
    """Credit touchpoints by additive hazards: each raises the rate of the outcome, for a while.

    Parameters
    ----------
    max_iterations
        The largest number of steps of the EM algorithm.
    tolerance
        The algorithm stops when a step adds less than this to the log-likelihood per journey.
    outcome, value, lookback, by
        Shared arguments: see `touchpoints.attribution`.

    Returns
    -------
    HazardCredit
        One row per touchpoint that occurs. There are no intervals: `touchpoints.bootstrap` gives
        them.

    Raises
    ------
    NotFoundError
        When the outcome, the value or the column does not exist.
    InvalidInputError
        As `linear`; also when the journeys have no times, or the outcome has none.

    See Also
    --------
    time_decay : One half-life for all touchpoints, given.

    Notes
    -----
    An interaction with touchpoint k at time s adds ``b_k w_k exp(-w_k (t - s))`` to the hazard of
    the outcome at time t; hazards add up. A journey without the outcome was watched until its own
    ``observed_until``, else until the end of the log, and counts with that time: no outcome so far
    is not none. EM steps, in which an outcome is split between the interactions before it in
    proportion to their hazards, never lower the likelihood: strengths are updated first, and rates
    with the new strengths, since both at once can lower it. A touchpoint whose outcomes all come
    at once has no identified rate: its half-life goes to 0.

    References
    ----------
    Y. Zhang, Y. Wei and J. Ren (2014), Multi-touch attribution in online advertising with survival
    theory, IEEE International Conference on Data Mining, 687-696, doi:10.1109/ICDM.2014.130.

    Examples
    --------
    >>> import datetime as dt
    >>> import touchpoints as tp
    >>> rows = [
    ...     {"id": n, "t": dt.datetime(2026, 1, 1) + dt.timedelta(hours=h), "w": w}
    ...     for n in range(20)
    ...     for h, w in [(0, "ad"), (1 + n % 3, "buy") if n % 2 else (99, "visit")]
    ... ]
    >>> journeys = tp.from_records(rows, journey="id", time="t", touchpoint="w")
    >>> found = tp.attribution.additive_hazard(tp.until(journeys, "buy", outcome="sale"))
    >>> found.as_dict(), found.converged
    ({'ad': 10.0, 'visit': 0.0}, True)
    """
    steps = checks.whole("max_iterations", max_iterations)
    asked = Asked(outcome=outcome, value=value, lookback=lookback, by=by, level=0.95)
    tolerance = checks.finite("tolerance", tolerance, least=0)
    analysis = partial(_credit, steps=steps, tolerance=tolerance, asked=asked)
    return by_group(journeys, by, analysis)


def _credit(journeys: Journeys, *, steps: int, tolerance: float, asked: Asked) -> HazardCredit:
    evidence = asked.evidence(journeys)
    fitted = _fitted(_waited(evidence), steps=steps, tolerance=tolerance)
    part, worth, value = evidence.converted, evidence.value, None
    weights = fitted.split[part.rows]
    if worth is not None:
        value = split_by_weights(evidence, weights, worth[part.chosen], known=False)
    with np.errstate(divide="ignore"):
        half = np.where(fitted.strength > 0, np.log(2) / fitted.rate, np.nan)
    found: HazardCredit = credited(
        evidence,
        split_by_weights(evidence, weights, evidence.counts[part.chosen], known=False),
        value=value,
        level=asked.level,
        model="additive hazards",
        kind=HazardCredit,
        more={"strength": fitted.strength, "half_life": half},
        iterations=fitted.iterations,
        converged=fitted.converged,
        log_likelihood=fitted.log_likelihood,
    )
    return found


@attrs.frozen(eq=False, kw_only=True)
class _Waited:
    """Interactions with the seconds from each until the outcome, or until watching ended.

    Attributes
    ----------
    codes, offsets
        Of interactions and journeys.
    waits : float64 (m,)
    counts : float64 (n,)
    hit : bool (n,)
        Whether a journey reached the outcome after at least one interaction.
    """

    codes: Array
    offsets: Array
    waits: Array
    counts: Array
    hit: Array
    k: int


def _waited(evidence: Evidence) -> _Waited:
    journeys = evidence.journeys
    if journeys.times is None or evidence.outcome not in journeys.outcome_times:
        raise InvalidInputError(
            "additive hazards need the times of interactions and of the outcome",
            mend="read the log with tp.from_frame(…, time=…), and mark the outcome with tp.until",
        )
    ends = watched_until(journeys).view(np.int64).copy()
    when = journeys.outcome_times[evidence.outcome].view(np.int64)
    reached = evidence.reached
    if (when[reached] == NAT).any():
        raise InvalidInputError("the time of the outcome is missing where it was reached")
    ends[reached] = when[reached]
    lengths = segments.lengths_of(evidence.offsets)
    waits = np.repeat(ends, lengths) - journeys.times.view(np.int64)
    return _Waited(
        codes=evidence.codes,
        offsets=evidence.offsets,
        waits=np.maximum(waits / _SECOND, 0.0),
        counts=evidence.counts,
        hit=reached & (lengths > 0),
        k=evidence.k,
    )


@attrs.frozen(eq=False, kw_only=True)
class _Fitted:
    """Hazards, and how they split the outcome of each journey."""

    strength: Array
    rate: Array
    split: Array
    iterations: int
    converged: bool
    log_likelihood: float


def _fitted(waited: _Waited, *, steps: int, tolerance: float) -> _Fitted:
    """Return the hazards that maximise the likelihood, by EM."""
    codes, waits, k = waited.codes, waited.waits, waited.k
    weights = np.repeat(waited.counts, segments.lengths_of(waited.offsets))
    total = float(waited.counts.sum())
    typical = float(np.average(waits, weights=weights)) if len(waits) else 1.0
    often = float(waited.counts[waited.hit].sum()) / max(weights.sum(), 1)
    strength, rate = np.full(k, max(often, _LEAST)), np.full(k, 1 / max(typical, _LEAST))
    before, settled, done = -np.inf, False, 0
    while not settled and done < steps:
        done += 1
        left = np.exp(-rate[codes] * waits)
        exposed = np.bincount(codes, weights * (1 - left), k)
        split, hazards = _divided(waited, strength, rate)
        now = float(waited.counts[waited.hit] @ hazards - strength @ exposed) / total
        settled, before = abs(now - before) < tolerance, now
        if settled or done == steps:
            break
        given = np.bincount(codes, weights * split, k)
        strength = np.where(given > 0, given / np.maximum(exposed, _LEAST), 0.0)
        waited_for = np.bincount(codes, weights * waits * (split + strength[codes] * left), k)
        rate = np.where(waited_for > _LEAST, given / np.maximum(waited_for, _LEAST), rate)
        rate = np.clip(rate, _LEAST, 1 / _LEAST)
    return _Fitted(
        strength=strength,
        rate=rate,
        split=split,
        iterations=done,
        converged=settled,
        log_likelihood=before,
    )


def _divided(waited: _Waited, strength: Array, rate: Array) -> tuple[Array, Array]:
    """Return how outcomes are split by hazards, (m,), and the logarithm of their sums, (hits,).

    Hazards too small for a float are compared by their logarithms, so that no outcome is lost.
    """
    rows = segments.rows_of(waited.offsets, np.flatnonzero(waited.hit))
    lengths = segments.lengths_of(waited.offsets)[waited.hit]
    starts = segments.offsets_of(lengths)[:-1]
    with np.errstate(divide="ignore"):
        slope = np.log(strength) + np.log(rate)
    hazard = slope[waited.codes[rows]] - rate[waited.codes[rows]] * waited.waits[rows]
    if not len(rows):
        return np.zeros(len(waited.codes)), np.zeros(0)
    hazard = np.maximum(hazard, -_HUGE)
    most = np.maximum.reduceat(hazard, starts)
    parts = np.exp(hazard - np.repeat(most, lengths))
    sums = np.add.reduceat(parts, starts)
    split = np.zeros(len(waited.codes))
    split[rows] = parts / np.repeat(sums, lengths)
    return split, most + np.log(sums)
