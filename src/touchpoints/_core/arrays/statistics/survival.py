"""The product-limit estimate: how many are still under way, some of them watched too short."""

from __future__ import annotations

import attrs
import numpy as np

from touchpoints._core.arrays.statistics.intervals import wilson_bounds, z_of
from touchpoints._core.frozen import Array


@attrs.frozen(eq=False, kw_only=True)
class Clustered:
    """What is independent of what: the columns of `Units`.

    Attributes
    ----------
    of : int64 (n,)
        The cluster of each row.
    repeats : int64 (g,)
        How many clusters are alike.
    within : int64 (n,)
        How many real observations each row is in one such cluster.
    apart : bool
        Whether every observation is a cluster of its own.
    """

    of: Array
    repeats: Array
    within: Array
    apart: bool


@attrs.frozen(eq=False, kw_only=True)
class Survival:
    """A product-limit estimate; one entry a time at which anything happens, rising.

    Attributes
    ----------
    times : int64 (t,)
    at_risk, ended, censored : int64 (t,)
        Watched at that time, ended at it, and last seen at it without an end.
    share : float64 (t,)
        Still under way after that time.
    spread : float64 (t,)
        The variance of the logarithm of the share; infinite where the share is 0.
    clusters : float
        How many independent observations all of them tell as much as, at least.
    """

    times: Array
    at_risk: Array
    ended: Array
    censored: Array
    share: Array
    spread: Array
    clusters: float


def product_limit(
    times: Array, ended: Array, clustered: Clustered, *, also: Array | None = None
) -> Survival:
    """Estimate the share still under way after each time.

    Parameters
    ----------
    times : int64 (n,)
        When each observation ended, or was last seen; one seen last at a time is at risk then.
    ended : bool (n,)
        Whether it ended then.
    also : int64 (u,), optional
        Further times to have an entry, whether or not anything happens then.

    Notes
    -----
    E. L. Kaplan & P. Meier (1958), Nonparametric estimation from incomplete observations, Journal
    of the American Statistical Association 53(282), 457-481, doi:10.1080/01621459.1958.10501452.
    The variance is that of M. Greenwood (1926), The natural duration of cancer, Reports on Public
    Health and Medical Subjects 33; with clusters, the sum over clusters of their squared
    influence (R. L. Williams 1995, Product-limit survival functions with correlated survival
    times, Lifetime Data Analysis 1(2), 171-186, doi:10.1007/BF00985768), which is Greenwood's
    when every observation is a cluster of its own. O(n log n).
    """
    distinct = np.unique(times if also is None else np.concatenate([times, also]))
    place = np.searchsorted(distinct, times)
    weights = clustered.within * clustered.repeats[clustered.of]
    size = len(distinct)
    leaving = np.bincount(place, weights, size).astype(np.int64)
    events = np.bincount(place[ended], weights[ended], size).astype(np.int64)
    at_risk = leaving[::-1].cumsum()[::-1]
    with np.errstate(divide="ignore", invalid="ignore"):
        share = np.where(at_risk > 0, 1 - events / at_risk, 1.0).cumprod()
        if clustered.apart:
            watched = at_risk.astype(np.float64)  # the product of two counts may be beyond int64
            parts = np.where(events > 0, events / (watched * (watched - events)), 0.0)
            spread = parts.cumsum()
        else:
            spread = _clustered_spread(place, ended, clustered, at_risk=at_risk, events=events)
    return Survival(
        times=distinct,
        at_risk=at_risk,
        ended=events,
        censored=leaving - events,
        share=share,
        spread=spread,
        clusters=_effective(clustered, weights),
    )


def _effective(clustered: Clustered, weights: Array) -> float:
    """Return how many clusters of equal size tell as much, if a cluster's members are alike."""
    total = float(weights.sum())
    sizes = np.bincount(clustered.of, clustered.within, len(clustered.repeats))
    squares = float((clustered.repeats * sizes**2).sum())
    return total**2 / squares if squares else 0.0


def _clustered_spread(
    place: Array, ended: Array, clustered: Clustered, *, at_risk: Array, events: Array
) -> Array:
    """Return the variance of the logarithm of the share at each time, over clusters.

    A cluster's influence at a time is ``F - A R``: R of it are still at risk, A is the hazard
    summed with weight 1 / (watched - ended), F what those that left carry with them. R and F
    change only when one of the cluster leaves, so the sums of R², R F and F² are running ones.
    """
    some = (events > 0) & (events < at_risk)
    jump = np.where(some, 1 / (at_risk - events), 0.0)
    summed = np.where(some, events * jump / at_risk, 0.0).cumsum()
    order = np.lexsort((place, clustered.of))
    where, of = place[order], clustered.of[order]
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
    """Return the running sum of values, begun anew wherever ``fresh`` is true."""
    sums = values.cumsum()
    starts = np.flatnonzero(fresh)
    before = np.append(0.0, sums)[starts]
    anew: Array = sums - np.repeat(before, np.diff(np.append(starts, len(values))))
    return anew


def survival_bounds(found: Survival, level: float) -> tuple[Array, Array]:
    """Return the interval of the share at each time, float64 (t,) both.

    On the scale of log(-log), which keeps it within [0, 1] (J. D. Kalbfleisch & R. L. Prentice
    2002, The Statistical Analysis of Failure Time Data, 2nd ed., 1.4). That scale has no 1 and no
    0: before anything ended the lower end is Wilson's for none of those watched. Once all have
    ended, the upper end is Wilson's too where everybody was watched to the end. It is never above
    the last one before, since the share never rises, and is that one where some were censored.
    """
    z = z_of(level)
    share = found.share
    with np.errstate(divide="ignore", invalid="ignore"):
        logarithm = np.log(share)
        reach = z * np.sqrt(found.spread) / np.abs(logarithm)
        low, high = share ** np.exp(reach), share ** np.exp(-reach)
    watched = found.at_risk * (found.clusters / max(float(found.at_risk.max(initial=1)), 1.0))
    whole = share >= 1
    low = np.where(whole, wilson_bounds(watched, watched, z)[0], low)
    high = np.where(whole, 1.0, high)
    over = share <= 0
    if over.any():
        first = int(np.flatnonzero(over)[0])
        low[over] = 0.0
        before = float(high[first - 1]) if first else 1.0
        if not found.censored[:first].any():
            none = wilson_bounds(np.zeros(1), np.array([found.clusters]), z)[1]
            before = min(before, float(none[0]))
        high[over] = before
    return low, high
