"""Cohen's kappa of pairs that depend on each other within persons."""

from __future__ import annotations

import numpy as np

from touchpoints._core.arrays.statistics.intervals import kappa
from touchpoints._core.arrays.statistics.mean_bounds import mean_bounds
from touchpoints._core.frozen import Array
from touchpoints.uncertainty.cell_shares import CellShares

_NOTHING = 1e-12


def clustered_kappa(
    table: Array,
    one: Array,
    two: Array,
    same: CellShares,
    *,
    of: Array,
    within: Array,
    repeats: Array,
    level: float,
) -> dict[str, float]:
    """Return kappa and its interval, from the influence of each pair on it.

    Student's interval from leaving out one person at a time, on the scale of log(1 - kappa): it is
    longer below than above, and covers better with few persons.
    """
    found = kappa(table)
    names, value = ("kappa", "kappa_low", "kappa_high"), found.value
    if value != value:
        return dict.fromkeys(names, np.nan)
    total, chance = table.sum(), found.by_chance
    rows, columns = table.sum(axis=1) / total, table.sum(axis=0) / total
    agreed = (one == two) - found.share
    expected = columns[one] + rows[two] - 2 * chance
    moved = agreed / (1 - chance) - (1 - found.share) * expected / (1 - chance) ** 2
    means, single = np.array([value]), np.zeros(len(one), dtype=np.int64)
    ends = mean_bounds(
        value + moved, single, means, of=of, within=within, repeats=repeats, level=level
    )
    low, high = (float(end[0]) for end in ends)
    reach = (high - low) / 2 / (1 - value) if value < 1 else 0.0
    low, high = 1 - (1 - value) * np.exp(reach), 1 - (1 - value) * np.exp(-reach)
    if reach < _NOTHING:
        low, high = ((float(end[0]) - chance) / (1 - chance) for end in (same.low, same.high))
        low, high = min(low, value), max(high, value)
    return dict(zip(names, (value, max(low, -1.0), min(high, 1.0)), strict=True))
