"""The numbers of a funnel for all groups of journeys together."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from touchpoints._core.arrays.segments.following import Followed, step_gaps
from touchpoints._core.arrays.statistics.quantiles import spreads
from touchpoints._core.frozen import Array
from touchpoints.journeys.group_parts import InOrder
from touchpoints.paths._shared.funnel_search import Question, Reached, stamps_of
from touchpoints.uncertainty.cell_shares import CellShares
from touchpoints.uncertainty.grouped_units import GroupedUnits, shares_in_groups


def columns_of_groups(
    grouped: GroupedUnits, found: Reached, asked: Question, *, level: float
) -> tuple[CellShares, CellShares, CellShares, dict[str, Any]]:
    """Return the shares of all, of the first and of the previous step, and the other numbers.

    One entry per group and step, the steps of the first group first.
    """
    steps = range(len(asked.names))
    everybody = np.ones(len(grouped.of), dtype=bool)
    before = [found.steps[asked.previous(step)] if step else everybody for step in steps]

    def shares(among: Sequence[Array]) -> CellShares:
        pairs = zip(found.steps, among, strict=True)
        return _beside([shares_in_groups(grouped, *pair, level=level) for pair in pairs])

    names = ("lost", "open", "skipped") if asked.optional else ("lost", "open")
    states = [found.standing(step, asked) for step in steps]
    numbers: dict[str, Any] = {
        name: _by_group([_number(grouped, state[name]) for state in states]) for name in names
    }
    of_all, of_first = shares([everybody] * len(steps)), shares([found.steps[0]] * len(steps))
    return of_all, of_first, shares(before), numbers


def medians_of_groups(ordered: InOrder, found: Followed | None, size: int) -> Array:
    """Return the median seconds to each step from the previous one; nan where nobody reaches it.

    One entry per group and step, the steps of the first group first.
    """
    stamps = stamps_of(ordered.journeys)
    medians = np.full((size, ordered.size), np.nan)
    if stamps is None or found is None:
        return _by_group(list(medians))
    counts = ordered.journeys.counts
    plain = bool((counts == 1).all())
    for step in range(1, size):
        owners, gaps = step_gaps(found, stamps, step)
        weights = None if plain else counts[owners].astype(np.float64)
        spread = spreads(ordered.of[owners], gaps, ordered.size, weights)
        medians[step] = spread.quantile(0.5) / 1e6
    return _by_group(list(medians))


def _number(grouped: GroupedUnits, chosen: Array) -> Array:
    """Return the number of journeys of each group in a mask, int64."""
    return np.bincount(grouped.of, chosen * grouped.counts, grouped.size).astype(np.int64)


def _by_group(columns: Sequence[Array]) -> Array:
    """Return the entries of columns of groups, those of the first group first."""
    return np.stack(columns, axis=1).ravel()


def _beside(shares: Sequence[CellShares]) -> CellShares:
    parts = ("totals", "share", "low", "high", "behind")
    return CellShares(**{name: _by_group([getattr(one, name) for one in shares]) for name in parts})
