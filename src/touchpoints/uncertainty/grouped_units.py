"""Units of dependence within each of several groups of journeys, and shares of each group."""

from __future__ import annotations

from typing import Any

import attrs
import numpy as np

from touchpoints._core import checks
from touchpoints._core.arrays.statistics.cluster_variance import summed_runs
from touchpoints._core.arrays.statistics.clustered_shares import (
    ChosenSums,
    ClusterSizes,
    effective_trials,
    fewest_behind,
    left_out,
)
from touchpoints._core.frozen import Array
from touchpoints.journeys.group_parts import InOrder
from touchpoints.uncertainty.cell_shares import CellShares, few_behind, with_interval
from touchpoints.uncertainty.shares import wilson
from touchpoints.uncertainty.units import Units, units_of


@attrs.frozen(eq=False, kw_only=True)
class GroupedUnits:
    """The units of each group: a person with journeys in several groups is a unit in each.

    Attributes
    ----------
    units
        The units of all groups; none of them has journeys in two groups.
    counts : int64 (n,)
        The number of real journeys of each row.
    of : int64 (n,)
        The group of each row.
    group : int64 (u,)
        The group of each unit.
    size : int
        The number of groups.
    """

    units: Units
    counts: Array
    of: Array
    group: Array
    size: int

    def total(self, amounts: Array) -> Array:
        """Return the sums of amounts of units (u,) over the units of each group, float64."""
        return np.bincount(self.group, amounts, self.size)

    def sizes(self, made: Array) -> ClusterSizes:
        """Return the sums over the units of each group, which made so many choices, (u,)."""
        power = self.units.repeats.astype(np.float64)
        sums = [self.total(power * (made > 0))]
        for _ in range(4):
            power = power * made
            sums.append(self.total(power))
        return ClusterSizes.added(sums)

    def facts(self, *shares: CellShares) -> dict[str, Any]:
        """Return the fields of a table that describe the units, of the group with the fewest."""
        units = self.units
        if units.unit != "person":
            return {"unit": units.unit}
        found = self.sizes(np.bincount(units.of, units.within, len(units.repeats)))
        effective = found.effective()
        least = int(np.argmin(np.where(effective > 0, effective, np.inf)))
        return {
            "unit": units.unit,
            "persons": int(found.units[least]),
            "effective": float(effective[least]),
            "few_behind": few_behind(*shares),
        }


def grouped_units(ordered: InOrder) -> GroupedUnits:
    """Return the units of each group. O(n log n) for n journeys of several groups."""
    journeys, of, size = ordered.journeys, ordered.of, ordered.size
    units = units_of(journeys, None)
    if size > 1 and units.unit == "person":
        units = _apart(units, journeys.counts, of)
    group = np.zeros(len(units.repeats), dtype=np.int64)
    group[units.of] = of
    return GroupedUnits(units=units, counts=journeys.counts, of=of, group=group, size=size)


def _apart(units: Units, counts: Array, of: Array) -> Units:
    """Return units of which a person is another in each group."""
    alone = units.within != counts  # a row of nobody known, of which each journey is a unit
    keys, own = np.unique(of * len(units.repeats) + units.of, return_inverse=True)
    repeats = (np.bincount(own, units.within, len(keys)) > 0).astype(np.int64)
    repeats[own[alone]] = counts[alone]
    return Units(unit=units.unit, of=own, repeats=repeats, within=units.within)


def shares_in_groups(
    grouped: GroupedUnits, hits: Array, among: Array, *, level: float
) -> CellShares:
    """Return the share of ``hits``, bool (n,), among the journeys of a mask, in each group.

    Notes
    -----
    As `JourneyShares` gives for each group alone. O(n).
    """
    checks.level(level)
    units, counts, of, size = grouped.units, grouped.counts, grouped.of, grouped.size
    did_row, made_row = ((one & among).astype(np.float64) for one in (hits, among))
    done, tried = (np.bincount(of, one * counts, size) for one in (did_row, made_row))
    with np.errstate(invalid="ignore"):
        share = done / tried
    if units.unit == "journey":
        low, high = wilson(done, tried, level=level)
        behind = np.full(size, np.inf)
    else:
        did, made = (
            np.bincount(units.of, one * units.within, len(units.repeats))
            for one in (did_row, made_row)
        )
        weight = left_out(made, tried[grouped.group])
        moved = (did - share[grouped.group] * made) ** 2
        sums = ChosenSums(
            hits=done,
            squares=grouped.total(units.repeats * did**2),
            products=grouped.total(units.repeats * did * made),
            strayed=grouped.total(units.repeats * weight * moved),
        )
        held = grouped.sizes(made)
        trials = np.nan_to_num(effective_trials(held, sums, level=level))
        low, high = wilson(np.nan_to_num(share) * trials, trials, level=level)
        behind = fewest_behind(held, sums)
    totals = np.rint(done).astype(np.int64)
    return CellShares(totals=totals, share=share, low=low, high=high, behind=behind)


def presence_in_groups(
    grouped: GroupedUnits,
    rows: tuple[Array, Array],
    *,
    cells: Array,
    level: float,
    among: Array | None = None,
) -> CellShares:
    """Return the share of the journeys of a group that contain each of its cells.

    Parameters
    ----------
    rows
        The journey and the cell of each presence, each (journey, cell) once, int64 (h,).
    cells : int64 (c,)
        The group of each cell.
    among : bool (n,), optional
        The journeys that form the denominator; all of the group by default.

    Notes
    -----
    As ``presence_shares`` gives for each group alone. O(n + h log h).
    """
    checks.level(level)
    (owners, cell), counts, size = rows, grouped.counts, len(cells)
    kept = np.ones(len(counts), dtype=bool) if among is None else among
    inside = kept[owners]
    owners, cell = owners[inside], cell[inside]
    tried = np.bincount(grouped.of, kept * counts.astype(np.float64), grouped.size)
    totals = np.bincount(cell, counts[owners].astype(np.float64), size)
    with np.errstate(invalid="ignore"):
        share = totals / tried[cells]
    units = grouped.units
    if units.unit == "journey":
        return with_interval(totals, share, tried[cells], level=level)
    chosen = np.bincount(units.of, kept * units.within.astype(np.float64), len(units.repeats))
    keys, did = summed_runs(units.of[owners] * size + cell, units.within[owners])
    who, cell = keys // max(size, 1), keys % max(size, 1)
    weight, times = left_out(chosen, tried[grouped.group]), units.repeats[who] * did
    moved = times * (did - 2 * share[cell] * chosen[who]) * weight[who]
    strayed = grouped.total(units.repeats * weight * chosen**2)
    sums = ChosenSums(
        hits=totals,
        squares=np.bincount(cell, times * did, size),
        products=np.bincount(cell, times * chosen[who], size),
        strayed=np.bincount(cell, moved, size) + share**2 * strayed[cells],
    )
    held = grouped.sizes(chosen)
    trials = np.nan_to_num(effective_trials(held, sums, level=level, groups=cells))
    behind = fewest_behind(held.take(cells), sums)
    return with_interval(totals, share, trials, level=level, behind=behind)
