"""Ratios of sums over journeys: shares of choices and means of amounts, with intervals."""

from __future__ import annotations

from collections.abc import Sequence

import attrs
import numpy as np

from touchpoints._core.arrays.statistics.clustered_shares import (
    ChosenSums,
    ClusterSizes,
    effective_trials,
    fewest_behind,
    left_out,
)
from touchpoints._core.arrays.statistics.mean_bounds import mean_bounds
from touchpoints._core.arrays.statistics.quantile_bounds import UnitValues, quantile_bounds
from touchpoints._core.arrays.statistics.quantiles import spreads
from touchpoints._core.frozen import Array
from touchpoints.uncertainty.shares import wilson
from touchpoints.uncertainty.units import Units


@attrs.frozen(kw_only=True)
class Ratio:
    """A ratio of two sums over journeys, with its interval.

    Attributes
    ----------
    value, low, high : float
        The ratio and the ends of its interval; nan without trials.
    hits, trials : float
        The two sums.
    units : int
        The number of units, persons or journeys, with trials.
    effective : float
        The number of units of equal weight that carry the same information.
    behind : float
        How many units of equal weight have the hits of a share, or the misses if those
        are fewer; infinite where no unit has several trials, and for means.
    """

    value: float
    low: float
    high: float
    hits: float
    trials: float
    units: int
    effective: float
    behind: float = np.inf


def share_of(units: Units, hits: Array, trials: Array, *, level: float) -> Ratio:
    """Return the share of trials that are hits, with Wilson's interval of effective trials.

    Parameters
    ----------
    hits, trials : float64 (n,)
        The hits and the trials of one real journey of each row; hits are at most the trials.

    Notes
    -----
    The number of trials is divided by the design effect of the units, estimated by leaving out one
    at a time, with t instead of z where there are few of them. It is Wilson's own interval where
    each unit has one trial.
    """
    did, made = of_units(units, hits), of_units(units, trials)
    repeats = units.repeats
    total, done = float(repeats @ made), float(repeats @ did)
    sizes = ClusterSizes.of(made, repeats)
    if not total:
        return _nothing(sizes)
    share = done / total
    weight = left_out(made, total)
    columns = {
        "hits": did,
        "squares": did**2,
        "products": did * made,
        "strayed": weight * (did - share * made) ** 2,
    }
    sums = ChosenSums(**{name: np.array([repeats @ one]) for name, one in columns.items()})
    size = float(effective_trials(sizes, sums, level=level)[0])
    low, high = wilson(share * size, size, level=level)
    return Ratio(
        value=share,
        low=low,
        high=high,
        hits=done,
        trials=total,
        units=int(sizes.units[0]),
        effective=float(sizes.effective()[0]),
        behind=float(fewest_behind(sizes, sums)[0]),
    )


def mean_of(units: Units, sums: Array, numbers: Array, *, level: float) -> Ratio:
    """Return the mean of amounts, with Student's t interval over units.

    Parameters
    ----------
    sums, numbers : float64 (n,)
        The sum of the amounts of one real journey of each row, and how many they are.
    """
    did, made = of_units(units, sums), of_units(units, numbers)
    sizes = ClusterSizes.of(made, units.repeats)
    some = np.flatnonzero((made > 0) & (units.repeats > 0))
    if not len(some):
        return _nothing(sizes)
    total, done = float(units.repeats @ made), float(units.repeats @ did)
    low, high = mean_bounds(
        did[some] / made[some],
        np.zeros(len(some), dtype=np.int64),
        np.array([done / total]),
        of=some,
        within=made[some].astype(np.int64),
        repeats=units.repeats,
        level=level,
    )
    return Ratio(
        value=done / total,
        low=float(low[0]),
        high=float(high[0]),
        hits=done,
        trials=total,
        units=int(sizes.units[0]),
        effective=float(sizes.effective()[0]),
    )


def means_of(
    units: Units, owners: Array, labels: Array, *, values: Array, size: int, level: float
) -> tuple[Array, Array, Array]:
    """Return the mean of amounts of each label, with Student's t interval over units.

    Parameters
    ----------
    owners, labels : int64 (h,)
        The row of the journeys, and the label in ``range(size)``, of each amount.
    values : float64 (h,)
        The amounts.

    Returns
    -------
    means, low, high : float64 (size,)
        nan without amounts; the ends are nan with fewer than two units.

    Notes
    -----
    As `mean_of`, for many labels at once. O(h log h).
    """
    of, within = units.of[owners], units.within[owners]
    weights = (within * units.repeats[of]).astype(np.float64)
    with np.errstate(divide="ignore", invalid="ignore"):
        means = np.bincount(labels, weights * values, size) / np.bincount(labels, weights, size)
    low, high = mean_bounds(
        values, labels, means, of=of, within=within, repeats=units.repeats, level=level
    )
    return means, low, high


def medians_of(
    units: Units, owners: Array, labels: Array, *, values: Array, size: int, level: float
) -> tuple[Array, Array, Array]:
    """Return the median of amounts of each label, with Woodruff's interval over units.

    Parameters
    ----------
    owners, labels : int64 (h,)
        The row of the journeys, and the label in ``range(size)``, of each amount.
    values : int64 (h,)
        The amounts.

    Returns
    -------
    medians, low, high : float64 (size,)
        nan without amounts; ends are nan where they lie beyond the amounts known.

    Notes
    -----
    O(h log h). See `quantile_bounds`.
    """
    of, within = units.of[owners], units.within[owners]
    weights = (within * units.repeats[of]).astype(np.float64)
    spread = spreads(labels, values, size, None if bool((weights == 1).all()) else weights)
    known = UnitValues.of(values, labels, size, of=of, within=within, repeats=units.repeats)
    low, high = quantile_bounds(spread, known, 0.5, level=level)
    return spread.quantile(0.5), low, high


def of_units(units: Units, amounts: Array) -> Array:
    """Return the sums of one of each of the units, float64 (u,), of amounts of journeys (n,)."""
    return np.bincount(units.of, amounts * units.within, len(units.repeats))


def difference(one: Ratio, other: Ratio) -> tuple[float, float, float]:
    """Return the difference of two ratios of different units, and its interval.

    Notes
    -----
    The interval is recovered from those of the two (G. Y. Zou and A. Donner 2008, Construction of
    confidence limits about effect measures, Statistics in Medicine 27(10), 1693-1702,
    doi:10.1002/sim.3095). Where the same units are on both sides and are alike on both, it is wider
    than needed.
    """
    value = one.value - other.value
    low = value - np.hypot(one.value - one.low, other.high - other.value)
    high = value + np.hypot(one.high - one.value, other.value - other.low)
    return value, float(low), float(high)


def combined(
    ratios: Sequence[Ratio], signs: Sequence[int], *, alike: Array
) -> tuple[float, float, float]:
    """Return a sum of ratios with signs, and its interval, recovered from those of the ratios.

    Parameters
    ----------
    signs
        1 or -1 for each ratio.
    alike : float64 (r, r)
        The correlations of the ratios, as `correlations` estimates them.

    Notes
    -----
    As `difference`, for several ratios that may be of the same units (G. Y. Zou 2007, Toward using
    confidence intervals to compare correlations, Psychological Methods 12(4), 399-413,
    doi:10.1037/1082-989X.12.4.399).
    """
    sign = np.array(signs, dtype=np.float64)
    values, lows, highs = (
        np.array([getattr(one, name) for one in ratios]) for name in ("value", "low", "high")
    )
    value = float(sign @ values)
    down = sign * np.where(sign > 0, values - lows, highs - values)
    up = sign * np.where(sign > 0, highs - values, values - lows)
    low = value - np.sqrt(np.maximum(down @ alike @ down, 0.0))
    high = value + np.sqrt(np.maximum(up @ alike @ up, 0.0))
    return value, float(low), float(high)


def correlations(units: Units, parts: Sequence[tuple[Array, Array]]) -> Array:
    """Return the correlations of ratios of which units may be on several sides, float64 (r, r).

    Parameters
    ----------
    parts
        The hits and the trials (n,) of one real journey of each row, of each ratio.

    Notes
    -----
    Of how far each ratio moves when a unit is left out; 0 for ratios of which no unit is on both
    sides, or that no unit moves.
    """
    moved = np.array([moved_by(units, hits, trials) for hits, trials in parts])
    products = (moved * units.repeats) @ moved.T
    scale = np.sqrt(np.diag(products))
    with np.errstate(divide="ignore", invalid="ignore"):
        found = products / np.outer(scale, scale)
    found = np.where(np.isfinite(found), found, 0.0)
    np.fill_diagonal(found, 1.0)
    return found


def moved_by(units: Units, hits: Array, trials: Array) -> Array:
    """Return how far leaving out each of the units moves a ratio, float64 (u,).

    0 for a unit that made all trials.
    """
    did, made = of_units(units, hits), of_units(units, trials)
    total = float(units.repeats @ made)
    if not total:
        return np.zeros(len(made))
    ratio = float(units.repeats @ did) / total
    rest = total - made
    return np.where(rest > 0, (did - ratio * made) / np.where(rest > 0, rest, 1.0), 0.0)


def _nothing(sizes: ClusterSizes) -> Ratio:
    return Ratio(
        value=np.nan,
        low=np.nan,
        high=np.nan,
        hits=0.0,
        trials=0.0,
        units=int(sizes.units[0]),
        effective=float(sizes.effective()[0]),
    )
