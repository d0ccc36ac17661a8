"""Kaplan–Meier (product-limit) survival estimates, with variances for dependent observations."""

from __future__ import annotations

import attrs
import numpy as np

from touchpoints._core.arrays.counting import run_starts
from touchpoints._core.arrays.statistics.intervals import wilson_bounds, z_of
from touchpoints._core.frozen import Array

_ROUNDING = 1e-9


@attrs.frozen(eq=False, kw_only=True)
class Dependence:
    """The independent units of observations: the columns of `Units`.

    Attributes
    ----------
    of : int64 (n,)
        The unit of each row.
    repeats : int64 (g,)
        The number of identical units.
    within : int64 (n,)
        The number of observations that each row stands for in one of these units.
    apart : bool
        Whether every observation is a separate unit.
    """

    of: Array
    repeats: Array
    within: Array
    apart: bool


@attrs.frozen(eq=False, kw_only=True)
class Survival:
    """A Kaplan–Meier estimate, with one entry for each time of an event or censoring, sorted.

    Attributes
    ----------
    times : int64 (t,)
    at_risk, ended, censored : int64 (t,)
        The numbers of observations at risk, with their event, and censored at that time.
    share : float64 (t,)
        The survival probability after that time.
    spread : float64 (t,)
        The variance of the logarithm of the share; infinite where the share is 0.
    units : float
        The effective number of independent observations, a lower bound.
    """

    times: Array
    at_risk: Array
    ended: Array
    censored: Array
    share: Array
    spread: Array
    units: float


def product_limit(
    times: Array, ended: Array, clustered: Dependence, *, also: Array | None = None
) -> Survival:
    """Return the Kaplan–Meier estimate of the survival probability after each time.

    Parameters
    ----------
    times : int64 (n,)
        The time of the event or of censoring of each observation; an observation censored at a
        time is at risk at that time.
    ended : bool (n,)
        Whether the observation has its event; False where it is censored.
    also : int64 (u,), optional
        Further times to include, whether or not an observation has its event or is censored then.

    Notes
    -----
    E. L. Kaplan & P. Meier (1958), Nonparametric estimation from incomplete observations, Journal
    of the American Statistical Association 53(282), 457-481, doi:10.1080/01621459.1958.10501452.
    The variance is that of M. Greenwood (1926), The natural duration of cancer, Reports on Public
    Health and Medical Subjects 33; with dependent observations, the sum over units of their
    squared influence (R. L. Williams 1995, Product-limit survival functions with correlated
    survival times, Lifetime Data Analysis 1(2), 171-186, doi:10.1007/BF00985768), which equals
    Greenwood's when every observation is a separate unit. O(n log n).
    """
    distinct = np.sort(times if also is None else np.concatenate([times, also]))
    distinct = distinct[run_starts(distinct)]  # np.unique hashes first, which is slower
    position = np.searchsorted(distinct, times)
    weights = clustered.within * clustered.repeats[clustered.of]
    size = len(distinct)
    leaving = np.bincount(position, weights, size).astype(np.int64)
    events = np.bincount(position[ended], weights[ended], size).astype(np.int64)
    at_risk = leaving[::-1].cumsum()[::-1]
    with np.errstate(divide="ignore", invalid="ignore"):
        share = np.where(at_risk > 0, 1 - events / at_risk, 1.0).cumprod()
        if clustered.apart:
            watched = at_risk.astype(np.float64)  # the product of two counts may be beyond int64
            parts = np.where(events > 0, events / (watched * (watched - events)), 0.0)
            spread = parts.cumsum()
        else:
            spread = _spread_by_unit(position, ended, clustered, at_risk=at_risk, events=events)
    return Survival(
        times=distinct,
        at_risk=at_risk,
        ended=events,
        censored=leaving - events,
        share=share,
        spread=spread,
        units=_effective(clustered, weights),
    )


def _effective(clustered: Dependence, weights: Array) -> float:
    """Return the effective number of units, if the observations of a unit are identical."""
    total = float(weights.sum())
    sizes = np.bincount(clustered.of, clustered.within, len(clustered.repeats))
    squares = float((clustered.repeats * sizes**2).sum())
    return total**2 / squares if squares else 0.0


def _spread_by_unit(
    position: Array, ended: Array, clustered: Dependence, *, at_risk: Array, events: Array
) -> Array:
    """Return the variance of the logarithm of the share at each time, over units, float64 (t,).

    A unit's influence at a time is ``F - A R``: R is the number of its observations still at
    risk, A the hazard summed with weight 1 / (at risk - events), and F the sum of the
    contributions of its observations that are no longer at risk. R and F change only when an
    observation of the unit leaves, so the sums of R², R F and F² are cumulative sums of changes.
    """
    some = (events > 0) & (events < at_risk)
    jump = np.where(some, 1 / (at_risk - events), 0.0)
    summed = np.where(some, events * jump / at_risk, 0.0).cumsum()
    order = np.lexsort((position, clustered.of))
    where, of = position[order], clustered.of[order]
    weight = clustered.within[order].astype(np.float64)
    carried = weight * (np.where(ended[order], jump[where], 0.0) - summed[where])
    fresh = np.r_[True, of[1:] != of[:-1]] if len(of) else np.empty(0, bool)
    left, brought = _running(weight, fresh), _running(carried, fresh)
    totals = np.bincount(of, weight, len(clustered.repeats))[of]
    repeats = clustered.repeats[of]
    still = totals - left
    size = len(at_risk)

    def total(change: Array, start: float) -> Array:
        sums: Array = np.bincount(where, repeats * change, size).cumsum() + start
        return sums

    first = np.bincount(clustered.of, clustered.within, len(clustered.repeats))
    risks = total(still**2 - (still + weight) ** 2, float((clustered.repeats * first**2).sum()))
    crossed = total(still * brought - (still + weight) * (brought - carried), 0.0)
    squares = total(brought**2 - (brought - carried) ** 2, 0.0)
    groups = float(clustered.repeats[first > 0].sum())
    number = float(at_risk[0]) if size else 0.0
    if groups < 2:
        return np.full(size, np.nan)
    few = groups / (groups - 1) * (number - 1) / number
    spread: Array = np.maximum(squares - 2 * summed * crossed + summed**2 * risks, 0.0) * few
    return spread


def _running(values: Array, fresh: Array) -> Array:
    """Return the cumulative sum of values, restarted wherever ``fresh`` is true, float64 (n,)."""
    sums = values.cumsum()
    starts = np.flatnonzero(fresh)
    before = np.append(0.0, sums)[starts]
    restarted: Array = sums - np.repeat(before, np.diff(np.append(starts, len(values))))
    return restarted


def first_at_most(times: Array, share: Array, bound: float) -> float:
    """Return the first of these times at which the share is at most the bound, or nan.

    A share is a product of fractions: one that equals the bound can exceed it by rounding, so that
    it counts as equal within a relative 1e-9.
    """
    hits = np.flatnonzero(share <= bound * (1 + _ROUNDING))
    return float(times[hits[0]]) if len(hits) else np.nan


def survival_bounds(found: Survival, level: float) -> tuple[Array, Array]:
    """Return the log-log interval of the share at each time: low and high, float64 (t,) each.

    On the scale of log(-log), which keeps the interval within [0, 1] (J. D. Kalbfleisch & R. L.
    Prentice 2002, The Statistical Analysis of Failure Time Data, 2nd ed., 1.4). That scale
    excludes 0 and 1. While the share is 1, before the first event, the lower bound is Wilson's for
    no event among those at risk. Where the share is 0, the upper bound is Wilson's too if no
    observation was censored, but never above the upper bound at the last positive share, since
    the share never rises; if any was censored, it is that earlier upper bound.
    """
    z = z_of(level)
    share = found.share
    with np.errstate(divide="ignore", invalid="ignore"):
        logarithm = np.log(share)
        reach = z * np.sqrt(found.spread) / np.abs(logarithm)
        low, high = share ** np.exp(reach), share ** np.exp(-reach)
    watched = found.at_risk * (found.units / max(float(found.at_risk.max(initial=1)), 1.0))
    whole = share >= 1
    low = np.where(whole, wilson_bounds(watched, watched, z)[0], low)
    high = np.where(whole, 1.0, high)
    over = share <= 0
    if over.any():
        first = int(np.flatnonzero(over)[0])
        low[over] = 0.0
        before = float(high[first - 1]) if first else 1.0
        if not found.censored[:first].any():
            none = wilson_bounds(np.zeros(1), np.array([found.units]), z)[1]
            before = min(before, float(none[0]))
        high[over] = before
    return low, high
