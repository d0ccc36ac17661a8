"""The ratio and the difference of two shares, from the interval of each."""

from __future__ import annotations

import attrs
import numpy as np

from touchpoints._core.frozen import Array
from touchpoints.uncertainty import Units
from touchpoints.uncertainty.cell_shares import CellShares


@attrs.frozen(eq=False, kw_only=True)
class Bounds:
    """An estimate of each cell, and the ends of its interval; nan where it is not defined."""

    value: Array
    low: Array
    high: Array


def ratio_of(one: CellShares, two: CellShares, correlation: Array) -> Bounds:
    """Return the ratio of two shares, with the interval that their own intervals give.

    Notes
    -----
    On the log scale, the distances of the ends from the estimates are added as standard errors
    are: MOVER, of G. Y. Zou and A. Donner (2008), Construction of confidence limits about effect
    measures: a general approach, Statistics in Medicine 27(10), 1693-1702. Where a share is 0,
    its logarithm is not defined: the ratio of the opposite ends is taken, which is wider.
    """
    with np.errstate(divide="ignore", invalid="ignore"):
        value = one.share / two.share
        down = (np.log(one.share / one.low), np.log(two.high / two.share))
        up = (np.log(one.high / one.share), np.log(two.share / two.low))
        low = value * np.exp(-_reach(*down, correlation))
        high = value * np.exp(_reach(*up, correlation))
        some = (one.share > 0) & (two.share > 0)
        low = np.where(some, low, np.where(one.share > 0, one.low / two.high, 0.0))
        high = np.where(some, high, np.where(two.share > 0, one.high / two.low, np.inf))
    lost = np.isnan(value)
    return Bounds(value=value, low=np.where(lost, np.nan, low), high=np.where(lost, np.nan, high))


def difference_of(one: CellShares, two: CellShares, correlation: Array) -> Bounds:
    """Return the difference of two shares, with Newcombe's interval.

    Notes
    -----
    R. G. Newcombe (1998), Improved confidence intervals for the difference between binomial
    proportions based on paired data, Statistics in Medicine 17(22), 2635-2650, method 10 without
    its correction of the correlation.
    """
    value = one.share - two.share
    low = value - _reach(one.share - one.low, two.high - two.share, correlation)
    high = value + _reach(one.high - one.share, two.share - two.low, correlation)
    return Bounds(value=value, low=low, high=high)


def shared_persons(
    units: Units, rows: tuple[Array, Array], sides: tuple[Array, Array], shares: tuple[Array, Array]
) -> Array:
    """Return the correlation of two shares of journeys that persons have on both sides, (c,).

    Parameters
    ----------
    rows
        The journey and the cell of each presence, each once.
    sides : bool (n,) both
        The journeys of each share.
    shares : float64 (c,) both

    Notes
    -----
    Of the sums over a person of what each share strays by, ``y - p m``. 0 where each journey is
    independent, and where nothing strays.
    """
    size = len(shares[0])
    if units.unit == "journey" or not size:
        return np.zeros(size)
    owners, cells = rows
    keys, of = np.unique(units.of[owners] * size + cells, return_inverse=True)
    who, cell = keys // size, keys % size
    alike = units.repeats[who].astype(np.float64)
    within = units.within.astype(np.float64)
    did = [np.bincount(of, (within * side)[owners], len(keys)) for side in sides]
    made = [np.bincount(units.of, within * side, len(units.repeats)) for side in sides]

    def product(a: int, b: int) -> Array:
        strayed = did[a] * did[b] - shares[a][cell] * made[a][who] * did[b]
        strayed -= shares[b][cell] * made[b][who] * did[a]
        every = float((units.repeats * made[a] * made[b]).sum())
        apart = np.bincount(cell, alike * strayed, size)
        return np.asarray(apart + shares[a] * shares[b] * every, dtype=np.float64)

    scale = np.sqrt(np.maximum(product(0, 0) * product(1, 1), 0.0))
    with np.errstate(divide="ignore", invalid="ignore"):
        found = np.where(scale > 0, product(0, 1) / scale, 0.0)
    return np.asarray(np.clip(np.nan_to_num(found), -1.0, 1.0))


def _reach(one: Array, two: Array, correlation: Array) -> Array:
    """Return the length of two distances together: root of a² + b² - 2 r a b."""
    return np.asarray(np.sqrt(np.maximum(one**2 + two**2 - 2 * correlation * one * two, 0.0)))
