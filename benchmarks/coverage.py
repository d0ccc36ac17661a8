"""How often intervals of shares cover the truth where several journeys are of one person.

Worlds are simulated: persons have sizes (how many journeys) and propensities (how likely each of
their journeys is a hit), and the interval is that of every share in `touchpoints.paths`.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable, Iterable
from typing import NamedTuple

import numpy as np
from scipy.stats import beta

from touchpoints._core.arrays.statistics.clustered_shares import (
    ChosenSums,
    ClusterSizes,
    effective_trials,
    left_out,
)
from touchpoints._core.arrays.statistics.intervals import wilson_bounds, z_of

SIZES = ("fives", "1..10", "tail", "informative")
PROPENSITIES: dict[str, tuple[float, float] | float] = {
    "B(1, 1)": (1.0, 1.0),
    "B(.4, 1.6)": (0.4, 1.6),
    "B(20, 80)": (20.0, 80.0),
    ".02": 0.02,
    ".5": 0.5,
}
PERSONS = (8, 15, 30, 200)


class Cell(NamedTuple):
    """One kind of world: how many journeys persons have, what they are like, how many they are."""

    sizes: str
    propensity: str
    persons: int


class Found(NamedTuple):
    """How many intervals cover the truth, and how many lie below and above it; the mean width."""

    worlds: int
    covered: int
    below: int
    above: int
    width: float
    plain: int


def drawn(cell: Cell, worlds: int, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    """Return the propensity and the journeys of each person, (worlds, persons) both."""
    shape, law = (worlds, cell.persons), PROPENSITIES[cell.propensity]
    chances = np.full(shape, law) if isinstance(law, float) else rng.beta(*law, shape)
    return chances, SIZE_LAWS[cell.sizes](chances, rng)


def _tail(chances: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Return sizes of which a fifth, at least one person, is 20 and the others 1."""
    persons = chances.shape[1]
    heavy = np.arange(persons) < max(persons // 5, 1)
    return rng.permuted(np.where(np.broadcast_to(heavy, chances.shape), 20, 1), axis=1)


SIZE_LAWS: dict[str, Callable[[np.ndarray, np.random.Generator], np.ndarray]] = {
    "fives": lambda chances, _: np.full(chances.shape, 5),
    "1..10": lambda chances, rng: rng.integers(1, 11, chances.shape),
    "tail": _tail,
    "informative": lambda chances, _: np.minimum(1 + np.floor(10 * chances), 10).astype(int),
}


def truth(cell: Cell) -> float:
    """Return the share among all journeys of endless persons."""
    law = PROPENSITIES[cell.propensity]
    if isinstance(law, float):
        return law
    if cell.sizes != "informative":
        return law[0] / (law[0] + law[1])
    chances = beta.ppf((np.arange(200_000) + 0.5) / 200_000, *law)
    sizes = np.minimum(1 + np.floor(10 * chances), 10)
    return float((sizes * chances).sum() / sizes.sum())


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
    rng = np.random.default_rng([seed, *(ord(one) for one in "".join(map(str, cell)))])
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


def main() -> None:
    """Print the coverage of each kind of world, with its Monte Carlo error."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--worlds", type=int, default=4000)
    parser.add_argument("--seed", type=int, default=1)
    asked = parser.parse_args()
    cells = [Cell(sizes, law, n) for sizes in SIZES for law in PROPENSITIES for n in PERSONS]
    cells = [cell for cell in cells if cell.sizes != "informative" or cell.propensity != ".02"]
    found = ((cell, covering(cell, worlds=asked.worlds, seed=asked.seed)) for cell in cells)
    for line in table(found):
        print(line)


if __name__ == "__main__":
    main()
