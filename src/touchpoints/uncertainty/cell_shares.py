"""Shares of many cells at once, with Wilson intervals that account for dependent journeys."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import attrs
import numpy as np

from touchpoints._core import checks
from touchpoints._core.arrays.statistics.cluster_variance import ClusterSums, runs, summed_runs
from touchpoints._core.arrays.statistics.clustered_shares import (
    ChosenSums,
    ClusterSizes,
    effective_trials,
    fewest_behind,
    left_out,
)
from touchpoints._core.frozen import Array
from touchpoints.uncertainty.journey_shares import JourneyShares, Share
from touchpoints.uncertainty.shares import wilson
from touchpoints.uncertainty.units import Units

FEW = 5
"""With hits or misses of fewer persons, somebody not seen yet may change a share."""


@attrs.frozen(eq=False, kw_only=True)
class CellShares:
    """Shares of cells, one entry per cell.

    Attributes
    ----------
    totals : int64 (c,)
        The number of choices of each cell, or the number of journeys that contain it.
    share, low, high : float64 (c,)
        The share in [0, 1] and the ends of its interval; nan where there is no choice at all.
    behind : float64 (c,)
        How many units of equal weight have the hits, or the misses if those are fewer;
        infinite where no unit made several choices, and where there are no hits or no misses.
    """

    totals: Array
    share: Array
    low: Array
    high: Array
    behind: Array

    def take(self, chosen: Array) -> CellShares:
        """Return the shares of the chosen cells."""
        parts = (self.totals, self.share, self.low, self.high, self.behind)
        totals, share, low, high, behind = (part[chosen] for part in parts)
        return CellShares(totals=totals, share=share, low=low, high=high, behind=behind)

    def columns(self, name: str, *, ends: str | None = None) -> dict[str, Any]:
        """Return the share and the ends of its interval as columns of a table.

        The names of the ends begin with ``ends``, by default with the name of the share and ``_``.
        """
        ends = f"{name}_" if ends is None else ends
        return {name: self.share, f"{ends}low": self.low, f"{ends}high": self.high}


def facts_of(units: Units | JourneyShares, *shares: CellShares) -> dict[str, Any]:
    """Return the fields of a table that describe the units its shares rest on."""
    if units.unit != "person":
        return units.facts()
    return {**units.facts(), "few_behind": few_behind(*shares)}


def few_behind(*shares: CellShares) -> int:
    """Return the number of rows in which a share rests on the hits of few persons."""
    least = np.minimum.reduce([one.behind for one in shares])
    return int((least < FEW).sum())


def stacked(shares: Sequence[Share]) -> CellShares:
    """Return single shares as shares of cells."""
    rows = [(one.hits, one.share, one.low, one.high, one.behind) for one in shares]
    totals, share, low, high, behind = np.array(rows, dtype=np.float64).reshape(-1, 5).T
    whole = totals.astype(np.int64)
    return CellShares(totals=whole, share=share, low=low, high=high, behind=behind)


def choice_shares(
    units: Units,
    rows: tuple[Array, Array],
    *,
    groups: Array,
    level: float,
    amounts: Array | None = None,
) -> CellShares:
    """Return the share of each cell among the choices of its group, with its interval.

    Parameters
    ----------
    rows
        The journey and the cell of each choice, int64 (h,) both, in any order.
    groups : int64 (c,)
        The group of each cell, non-decreasing.
    amounts : (h,), optional
        The number of times that one journey of the row made each choice; once by default.

    Notes
    -----
    Wilson interval with an effective number of trials: see `effective_trials`. Where a cell was
    never chosen, all choices of one unit are taken to be equal, as where it was always chosen.
    O(h log h).
    """
    checks.level(level)
    owners, cells = rows
    size = len(groups)
    keys = units.of[owners] * size + cells
    if amounts is None and bool((units.within == 1).all()):
        keys, summed = runs(keys)  # sorts the keys alone, which is faster than an argsort
    else:
        weights = units.within[owners]
        keys, summed = summed_runs(keys, weights if amounts is None else weights * amounts)
    of = keys // size
    cell = keys - of * size
    sums = ClusterSums(groups, np.bincount(cell, units.repeats[of] * summed, size))
    sums.add(of, cell, summed, units.repeats[of])
    sizes = np.nan_to_num(sums.effective_trials(level))  # nan where nothing was chosen
    return with_interval(sums.cell_totals, sums.shares, sizes, level=level, behind=sums.behind())


def presence_shares(
    units: Units,
    counts: Array,
    rows: tuple[Array, Array],
    *,
    size: int,
    level: float,
    among: Array | None = None,
) -> CellShares:
    """Return the share of journeys that contain each cell, with its interval.

    Parameters
    ----------
    counts : int64 (n,)
        The number of real journeys of each row.
    rows
        The journey and the cell of each presence, each (journey, cell) once, int64 (h,).
    size
        The number of cells.
    among : bool (n,), optional
        The journeys that form the denominator; all by default.

    Notes
    -----
    Wilson interval, as `JourneyShares` gives for a single share. O(n + h log h).
    """
    checks.level(level)
    owners, cells = rows
    if among is not None:
        inside = among[owners]
        owners, cells = owners[inside], cells[inside]
    kept = np.ones(len(counts), dtype=bool) if among is None else among
    tried = float(counts[kept].sum())
    totals = np.bincount(cells, counts[owners].astype(np.float64), size)
    if not tried:
        nothing = np.full(size, np.nan)
        return with_interval(totals, nothing, np.zeros(size), level=level)
    share = totals / tried
    if units.unit == "journey":
        return with_interval(totals, share, np.full(size, tried), level=level)
    of, within, repeats = units.of, units.within, units.repeats
    chosen = np.bincount(of[kept], within[kept].astype(np.float64), len(repeats))
    keys, did = summed_runs(of[owners] * size + cells, within[owners])
    who, cell = keys // size, keys % size
    weight, times, every = left_out(chosen, tried), repeats[who] * did, chosen[who]
    moved = np.bincount(cell, times * (did - 2 * share[cell] * every) * weight[who], size)
    sums = ChosenSums(
        hits=totals,
        squares=np.bincount(cell, times * did, size),
        products=np.bincount(cell, times * every, size),
        strayed=moved + share**2 * float((repeats * weight * chosen**2).sum()),
    )
    held = ClusterSizes.of(chosen, repeats)
    sizes, behind = effective_trials(held, sums, level=level), fewest_behind(held, sums)
    return with_interval(totals, share, sizes, level=level, behind=behind)


def with_interval(
    totals: Array, share: Array, sizes: Array, *, level: float, behind: Array | None = None
) -> CellShares:
    """Return shares with Wilson intervals from ``sizes`` trials, 0 where the share is nan."""
    known = np.where(np.isnan(share), 0.0, share)
    low, high = wilson(known * sizes, sizes, level=level)
    behind = np.full(len(totals), np.inf) if behind is None else behind
    whole = np.rint(totals).astype(np.int64)
    return CellShares(totals=whole, share=share, low=low, high=high, behind=behind)


def plain_shares(totals: Array, tried: int, *, level: float) -> CellShares:
    """Return the shares ``totals / tried`` of independent journeys, with Wilson intervals."""
    checks.level(level)
    sizes = np.full(len(totals), float(tried))
    share = totals / tried if tried else np.full(len(totals), np.nan)
    return with_interval(totals, share, sizes, level=level)


@attrs.frozen(eq=False)
class Tally:
    """The number of journeys in each cell and, where journeys have persons, per unit and cell.

    ``clustered`` holds four columns: the unit, the cell, the number of journeys of one such unit in
    the cell, and the number of identical units.
    """

    totals: Array
    clustered: tuple[Array, Array, Array, Array] | None

    def shares(self, groups: Array, level: float) -> CellShares:
        """Return the share of each cell within its group, for the first ``len(groups)`` cells.

        ``groups[c]`` is the group of cell c, non-decreasing. All further cells are left out.
        """
        size = len(groups)
        totals = self.totals[:size]
        number = np.bincount(groups, totals)[groups]
        sizes, behind = number, None
        if self.clustered is not None:
            inner = self.clustered[1] < size
            sums = ClusterSums(groups, totals)
            sums.add(*(one[inner] for one in self.clustered))
            sizes = np.nan_to_num(sums.effective_trials(level))  # nan where a group has no journeys
            behind = sums.behind()
        with np.errstate(invalid="ignore"):
            share = totals / number
        return with_interval(totals, share, sizes, level=level, behind=behind)


def net_of(good: CellShares, bad: CellShares) -> tuple[Array, Array, Array]:
    """Return the differences of shares of choices that exclude each other, and their intervals.

    Notes
    -----
    The interval is recovered from those of the two shares, with the correlation of the shares of a
    multinomial distribution, ``-sqrt(p q / ((1 - p) (1 - q)))``: G. Y. Zou and A. Donner (2008),
    Construction of confidence limits about effect measures, Statistics in Medicine 27(10),
    1693-1702, doi:10.1002/sim.3095.
    """
    p, q = good.share, bad.share
    value = p - q
    with np.errstate(divide="ignore", invalid="ignore"):
        rho = -np.sqrt(p * q / ((1 - p) * (1 - q)))
    rho = np.where((p == 0) | (q == 0), 0.0, np.clip(rho, -1.0, 0.0))

    def reach(one: Array, other: Array) -> Array:
        return np.asarray(np.sqrt(np.maximum(one**2 + other**2 - 2 * rho * one * other, 0.0)))

    low = value - reach(p - good.low, bad.high - q)
    high = value + reach(good.high - p, q - bad.low)
    return value, np.maximum(low, -1.0), np.minimum(high, 1.0)
