"""How often the intervals of shares cover the truth where several journeys are of one person.

The interval is that of every share in `touchpoints.paths`.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

import numpy as np

from touchpoints._core.arrays.statistics.clustered_shares import (
    ChosenSums,
    ClusterSizes,
    effective_trials,
    left_out,
)
from touchpoints._core.arrays.statistics.intervals import wilson_bounds, z_of

from .worlds import PROPENSITIES, SIZES, Cell, drawn, generator, truth

PERSONS = (8, 15, 30, 200)


class Found(NamedTuple):
    """How many intervals cover the truth, and how many lie below and above it; the mean width."""

    worlds: int
    covered: int
    below: int
    above: int
    width: float
    plain: int


def intervals(hits: np.ndarray, sizes: np.ndarray, level: float) -> tuple[np.ndarray, np.ndarray]:
    """Return the interval of the share in each world, (worlds,) both; one row a world."""
    y, m = hits.astype(float), sizes.astype(float)
    total = m.sum(axis=1)
    share = y.sum(axis=1) / total
    strayed = (left_out(m, total[:, None]) * (y - share[:, None] * m) ** 2).sum(axis=1)
    chosen = ChosenSums(
        hits=y.sum(axis=1),
        squares=(y**2).sum(axis=1),
        products=(y * m).sum(axis=1),
        strayed=strayed,
    )
    powers = [(m**power).sum(axis=1) for power in (0, 1, 2, 3, 4)]
    trials = effective_trials(ClusterSizes.added(powers), chosen, level=level)
    return wilson_bounds(share * trials, trials, z_of(level))


def covering(cell: Cell, *, worlds: int, seed: int, level: float = 0.95) -> Found:
    """Simulate worlds of one kind, and count what their intervals cover."""
    rng = generator(seed, *cell)
    chances, sizes = drawn(cell, worlds, rng)
    hits = rng.binomial(sizes, chances)
    low, high = intervals(hits, sizes, level)
    done, tried = hits.sum(axis=1).astype(float), sizes.sum(axis=1).astype(float)
    ends = wilson_bounds(done, tried, z_of(level))
    right = truth(cell)
    below, above = int((high < right).sum()), int((low > right).sum())
    return Found(
        worlds=worlds,
        covered=worlds - below - above,
        below=below,
        above=above,
        width=float((high - low).mean()),
        plain=int(((ends[0] <= right) & (right <= ends[1])).sum()),
    )


def table(found: Iterable[tuple[Cell, Found]]) -> Iterable[str]:
    """Yield the lines of a table."""
    yield "| sizes | propensity | persons | coverage | ± | below | above | width | as if alone |"
    yield "|---|---|---|---|---|---|---|---|---|"
    for cell, one in found:
        part = one.covered / one.worlds
        error = (part * (1 - part) / one.worlds) ** 0.5
        sides = f"{one.below / one.worlds:.3f} | {one.above / one.worlds:.3f}"
        names = f"{cell.sizes} | {cell.propensity} | {cell.persons}"
        alone = f"{one.plain / one.worlds:.3f}"
        yield f"| {names} | {part:.3f} | {error:.3f} | {sides} | {one.width:.2f} | {alone} |"


def lines(worlds: int, seed: int) -> Iterable[str]:
    """Yield the coverage of each kind of world, with its Monte Carlo error."""
    cells = [Cell(sizes, law, n) for sizes in SIZES for law in PROPENSITIES for n in PERSONS]
    cells = [cell for cell in cells if cell.sizes != "informative" or cell.propensity != ".02"]
    yield from table((cell, covering(cell, worlds=worlds, seed=seed)) for cell in cells)
