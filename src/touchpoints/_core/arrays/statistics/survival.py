"""Kaplan–Meier (product-limit) survival estimates, with variances for dependent observations."""

from __future__ import annotations

import attrs
import numpy as np

from touchpoints._core.arrays.counting import run_starts
from touchpoints._core.arrays.statistics.clustered_shares import (
    ClusterSizes,
    drawn_to,
    left_out,
    steady,
    t_inflation,
    widened,
)
from touchpoints._core.arrays.statistics.intervals import wilson_bounds, z_of
from touchpoints._core.frozen import Array

_ROUNDING = 1e-9
_HALF = 0.5


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
        The variance of the logarithm of the share if all observations were independent:
        Greenwood's sum; infinite where the share is 0.
    effects : float64 (t,)
        By how much the units widen that variance, at least 1.
    sizes : ClusterSizes
        How many observations the units have, shape (1,).
    """

    times: Array
    at_risk: Array
    ended: Array
    censored: Array
    share: Array
    spread: Array
    effects: Array
    sizes: ClusterSizes


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
    Health and Medical Subjects 33. With dependent observations it is multiplied by a design effect:
    the variance that leaving out one unit at a time gives, from the influences of R. L. Williams
    (1995), Product-limit survival functions with correlated survival times, Lifetime Data Analysis
    1(2), 171-186, doi:10.1007/BF00985768, over Greenwood's; drawn to that of observations that are
    all alike, as that of shares is. Exactly Greenwood's where every unit has one
    observation. O(n log n).
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
        watched = at_risk.astype(np.float64)  # the product of two counts may be beyond int64
        parts = np.where(events > 0, events / (watched * (watched - events)), 0.0)
    found = Survival(
        times=distinct,
        at_risk=at_risk,
        ended=events,
        censored=leaving - events,
        share=share,
        spread=parts.cumsum(),
        effects=np.ones(size),
        sizes=ClusterSizes.of(_held(clustered), clustered.repeats),
    )
    if clustered.apart or float(found.sizes.squares[0]) <= float(found.sizes.total[0]):
        return found  # every unit has one observation
    influences = _Influences.of_units(found, clustered, position=position, ended=ended)
    return attrs.evolve(found, effects=influences.effects(found, clustered))


def _held(clustered: Dependence) -> Array:
    """Return how many observations a unit has, float64 (g,)."""
    return np.bincount(clustered.of, clustered.within, len(clustered.repeats))


@attrs.frozen(eq=False, kw_only=True)
class _Influences:
    """What units have to do with the logarithm of the share at each time.

    A unit's influence at a time is ``F - A R``: R is the number of its observations still at
    risk, A (``summed``) the hazard summed with weight 1 / (at risk - events), and F the sum of the
    contributions of its observations that are no longer at risk. R and F change only when an
    observation of the unit leaves, at the time ``where`` of the unit ``of``: by ``weight`` and by
    ``carried``, to ``still`` and ``brought``.
    """

    of: Array
    where: Array
    weight: Array
    carried: Array
    still: Array
    brought: Array
    summed: Array

    @classmethod
    def of_units(
        cls, found: Survival, clustered: Dependence, *, position: Array, ended: Array
    ) -> _Influences:
        """Order the observations by unit, then by time, and add up what left each unit."""
        rest = (found.at_risk - found.ended).astype(np.float64)
        some = (found.ended > 0) & (rest > 0)
        jump = np.where(some, 1 / np.where(some, rest, 1.0), 0.0)
        summed = np.where(some, found.ended * jump / np.maximum(found.at_risk, 1), 0.0).cumsum()
        order = np.lexsort((position, clustered.of))
        where, of = position[order], clustered.of[order]
        weight = clustered.within[order].astype(np.float64)
        carried = weight * (np.where(ended[order], jump[where], 0.0) - summed[where])
        fresh = np.r_[True, of[1:] != of[:-1]] if len(of) else np.empty(0, bool)
        totals = np.bincount(of, weight, len(clustered.repeats))[of]
        return cls(
            of=of,
            where=where,
            weight=weight,
            carried=carried,
            still=totals - _running(weight, fresh),
            brought=_running(carried, fresh),
            summed=summed,
        )

    def squared(self, held: Array, weights: Array) -> Array:
        """Return the weighted sum over units of their squared influence at each time, (t,).

        The sums of R², R F and F² are cumulative sums of changes; ``held`` is R at the start.
        """
        size, every = len(self.summed), weights[self.of]
        still, before = self.still, self.still + self.weight
        brought, earlier = self.brought, self.brought - self.carried

        def total(change: Array, start: float) -> Array:
            sums: Array = np.bincount(self.where, every * change, size).cumsum() + start
            return sums

        risks = total(still**2 - before**2, float(weights @ held**2))
        crossed = total(still * brought - before * earlier, 0.0)
        squares = total(brought**2 - earlier**2, 0.0)
        found: Array = np.maximum(squares - 2 * self.summed * crossed + self.summed**2 * risks, 0.0)
        return found

    def effects(self, found: Survival, clustered: Dependence) -> Array:
        """Return by how much units widen the variance of the logarithm of the share, (t,)."""
        sizes, spread = found.sizes, found.spread
        units, number = float(sizes.units[0]), float(sizes.total[0])
        alike = 1 + sizes.excess()
        if units < 2:
            return np.full(len(spread), float(alike[0]))
        few = (units - 1) / units * (number - 1) / number
        held = _held(clustered)
        moved = few * self.squared(held, clustered.repeats * left_out(held, number))
        with np.errstate(divide="ignore", invalid="ignore"):
            seen = np.where(spread > 0, steady(moved / spread), 0.0)
        return drawn_to(alike, seen, sizes.known())


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
    inflation = t_inflation(found.sizes.freedom(), level)
    effects = widened(found.effects, found.sizes.excess(), inflation)
    persons = _alike(found.sizes)
    with np.errstate(divide="ignore", invalid="ignore"):
        logarithm = np.log(share)
        reach = z * np.sqrt(found.spread * effects) / np.abs(logarithm)
        low, high = share ** np.exp(reach), share ** np.exp(-reach)
    watched = found.at_risk * (persons / max(float(found.at_risk.max(initial=1)), 1.0))
    whole = share >= 1
    low = np.where(whole, wilson_bounds(watched, watched, z)[0], low)
    high = np.where(whole, 1.0, high)
    over = share <= 0
    if over.any():
        first = int(np.flatnonzero(over)[0])
        low[over] = 0.0
        before = float(high[first - 1]) if first else 1.0
        if not found.censored[:first].any():
            none = wilson_bounds(np.zeros(1), np.array([persons]), z)[1]
            before = min(before, float(none[0]))
        high[over] = before
    return low, high


def median_bounds(found: Survival, level: float) -> tuple[float, float]:
    """Return the interval of the median: the times at which the interval of the share has a half.

    R. Brookmeyer & J. Crowley (1982), A confidence interval for the median survival time,
    Biometrics 38(1), 29-41, doi:10.2307/2530286. The early end is 0 where so few units were seen
    that a half lies in the interval before anything happened. The late end is nan where the
    interval of the share stays above a half, and both are where there is one unit.
    """
    return time_bounds(found, level, rest=_HALF)


def time_bounds(found: Survival, level: float, *, rest: float) -> tuple[float, float]:
    """Return the times at which the interval of the share has ``rest``, as `median_bounds`."""
    if float(found.sizes.units[0]) < 2:
        return np.nan, np.nan
    low, high = survival_bounds(found, level)
    units = np.array([_alike(found.sizes)])
    from_start = float(wilson_bounds(units, units, z_of(level))[0][0]) <= rest
    early = 0.0 if from_start else first_at_most(found.times, low, rest)
    return early, first_at_most(found.times, high, rest)


def _alike(sizes: ClusterSizes) -> float:
    """Return the effective number of units, if the observations of a unit are alike."""
    return float((sizes.total / (1 + sizes.excess()))[0]) if float(sizes.total[0]) else 0.0
